//! Which of many patterns may match a text: by the words without which they cannot.
//!
//! One automaton of all patterns together has to follow the gaps (`.{0,80}?`) of all of them at once; it meets new states at
//! nearly every letter and is built anew without end. So each pattern gives the literals of which any match must contain one,
//! one pass over the text finds those that are there, and only the patterns they belong to are run, where they may match: a
//! pattern with gaps has a literal on each side of them, and all have to be there, in order and near enough.

use super::Regex;
use super::literals::{Set, Way, fold};
use super::needles::{Haystack, Needles};
use std::collections::BTreeMap;
use std::ops::Range;

/// The patterns by their literals.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    literals: Needles,
    /// Where the literals belong, those of one behind the other.
    owners: Vec<Link>,
    /// For each literal, where its owners begin; one more for the end.
    owned: Vec<u32>,
    chains: Vec<Chain>,
    /// Links of all chains together.
    links: usize,
    /// Branches without a literal: they may always match.
    always: Vec<(usize, usize)>,
}

/// One way for a pattern to match (a branch at its top): a literal of each of some sets, in this order.
#[derive(Clone, Debug)]
struct Chain {
    /// The pattern and its branch.
    owner: (usize, usize),
    /// Octets of the longest match; `None` where nothing bounds it.
    reach: Option<usize>,
    /// Octets of a match before the first literal.
    lead: Option<usize>,
    /// Octets of it behind the last literal.
    trail: Option<usize>,
    /// Whether a match never goes over the end of a line.
    is_one_line: bool,
}

/// A set of literals of a chain.
#[derive(Clone, Copy, Debug)]
struct Link {
    chain: u32,
    /// Its place among the links of all chains; that of the set before it is one less.
    link: u16,
    is_first: bool,
    is_last: bool,
}

/// A pattern that may match, and where.
#[derive(Debug, PartialEq)]
pub struct Candidate {
    /// The pattern's place in the list that the screen was made of.
    pub pattern: usize,
    /// Its branches that may match, in order; each match of a branch lies within one of its windows (octets of the text, in
    /// order, apart).
    pub(super) windows: Vec<(usize, Vec<Range<usize>>)>,
}

impl Screen {
    /// Looks at compiled patterns.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p Regex>) -> Result<Screen, String> {
        let mut screen = Screen::default();
        let mut spelled: BTreeMap<String, Vec<Link>> = BTreeMap::new();
        for (pattern, regex) in patterns.into_iter().enumerate() {
            for (branch, way) in regex.ways().enumerate() {
                let way = way?;
                match &way.sets {
                    Some(sets) => screen.add((pattern, branch), &way, sets, &mut spelled),
                    None => screen.always.push((pattern, branch)),
                }
            }
        }
        if screen.links > usize::from(u16::MAX) {
            return Err(format!("they have {} parts; {} are the most", screen.links, u16::MAX));
        }
        screen.literals = Needles::new(spelled.keys().map(String::as_str));
        screen.owned = Vec::with_capacity(spelled.len() + 1);
        screen.owners.reserve_exact(spelled.values().map(Vec::len).sum());
        for links in spelled.values() {
            screen.owned.push(u32::try_from(screen.owners.len()).unwrap_or(u32::MAX));
            screen.owners.extend_from_slice(links);
        }
        screen.owned.push(u32::try_from(screen.owners.len()).unwrap_or(u32::MAX));
        screen.chains.shrink_to_fit();
        Ok(screen)
    }

    fn add(&mut self, owner: (usize, usize), way: &Way, sets: &[Set], spelled: &mut BTreeMap<String, Vec<Link>>) {
        let chain = u32::try_from(self.chains.len()).unwrap_or(u32::MAX);
        self.chains.push(Chain {
            owner,
            reach: way.reach,
            lead: sets.first().and_then(|set| set.lead),
            trail: sets.last().and_then(|set| set.trail),
            is_one_line: way.is_one_line,
        });
        let last = sets.len().saturating_sub(1);
        for (index, set) in sets.iter().enumerate() {
            // Screens with more than fit are refused at the end.
            let place = u16::try_from(self.links).unwrap_or(u16::MAX);
            let link = Link { chain, link: place, is_first: index == 0, is_last: index == last };
            set.literals.iter().for_each(|literal| spelled.entry(literal.clone()).or_default().push(link));
            self.links += 1;
        }
    }

    fn owners_of(&self, literal: usize) -> &[Link] {
        let from = self.owned.get(literal).map_or(0, |from| *from as usize);
        let to = self.owned.get(literal + 1).map_or(0, |to| *to as usize);
        self.owners.get(from..to).unwrap_or_default()
    }

    /// The patterns that may match a text, in order; every other one does not match it.
    pub fn candidates(&self, text: &str) -> Vec<Candidate> {
        let whole = 0..text.len();
        let mut found: BTreeMap<(usize, usize), Vec<Range<usize>>> =
            self.always.iter().map(|owner| (*owner, vec![whole.clone()])).collect();
        let folded = Folded::of(text);
        let ends: Vec<usize> = text.bytes().enumerate().filter(|(_, octet)| *octet == b'\n').map(|(at, _)| at).collect();
        let mut reached = Progress { places: vec![0; self.links], reached: Vec::new() };
        self.literals.each(&folded.text, |literal, start, end| {
            for link in self.owners_of(literal) {
                // Most literals stand in a text without those that have to stand before them.
                let at = if link.is_first { Some(link.link) } else { link.link.checked_sub(1) };
                let before = at.and_then(|at| reached.of(at));
                if before.is_none() && !link.is_first {
                    continue;
                }
                let Some(chain) = self.chains.get(link.chain as usize) else { continue };
                let reach = chain.reach.filter(|_| folded.is_even).unwrap_or(text.len());
                // The latest one may begin within this one and hide an earlier one that does not.
                let before = before.filter(|before| start.saturating_sub(before.latest) <= reach);
                let first = match before {
                    Some(before) if end.saturating_sub(before.first) <= reach => before.first.min(start),
                    Some(_) => start.saturating_sub(reach),
                    None if link.is_first => start,
                    None => continue,
                };
                reached.set(link.link, Reached { latest: start, first });
                if link.is_last {
                    let window = if folded.is_even { chain.window((text, &ends), first, &(start..end)) } else { whole.clone() };
                    add_window(found.entry(chain.owner).or_default(), window);
                }
            }
        });
        let mut candidates: Vec<Candidate> = Vec::new();
        for ((pattern, branch), windows) in found {
            match candidates.last_mut().filter(|last| last.pattern == pattern) {
                Some(last) => last.windows.push((branch, windows)),
                None => candidates.push(Candidate { pattern, windows: vec![(branch, windows)] }),
            }
        }
        candidates
    }
}

/// How far a chain has come in a text.
#[derive(Clone, Copy, Debug)]
struct Reached {
    /// Where the latest literal of the link began.
    latest: usize,
    /// No match that goes on from here has its first literal before this.
    first: usize,
}

/// How far all chains have come. Few of the links are met in a text, so each has only a small number for where it is kept.
struct Progress {
    /// For each link one more than its place in `reached`; 0 as long as none of its literals was met.
    places: Vec<u16>,
    reached: Vec<Reached>,
}

impl Progress {
    fn of(&self, link: u16) -> Option<Reached> {
        let place = self.places.get(usize::from(link)).and_then(|place| usize::from(*place).checked_sub(1))?;
        self.reached.get(place).copied()
    }

    fn set(&mut self, link: u16, reached: Reached) {
        let Some(place) = self.places.get_mut(usize::from(link)) else { return };
        match usize::from(*place).checked_sub(1).and_then(|place| self.reached.get_mut(place)) {
            Some(own) => *own = reached,
            None => {
                self.reached.push(reached);
                *place = u16::try_from(self.reached.len()).expect("a screen has no more links than it was allowed");
            }
        }
    }
}

impl Chain {
    /// What a match can cover whose first literal begins no earlier than `first`, and whose last one is this; with the ends of the
    /// text's lines.
    fn window(&self, (text, ends): (&str, &[usize]), first: usize, last: &Range<usize>) -> Range<usize> {
        let reach = self.reach.unwrap_or(text.len());
        let start = self.lead.map_or(0, |lead| first.saturating_sub(lead)).max(last.end.saturating_sub(reach));
        let end = self.trail.map_or(text.len(), |trail| last.end.saturating_add(trail)).min(last.start.saturating_add(reach));
        let end = end.min(text.len());
        if !self.is_one_line {
            return start..end;
        }
        let line = ends.partition_point(|end| *end < last.start);
        let before = line.checked_sub(1).and_then(|line| ends.get(line)).map_or(0, |end| end + 1);
        let behind = ends.iter().skip(line).find(|end| **end >= last.end).copied().unwrap_or(text.len());
        start.max(before)..end.min(behind)
    }
}

/// Windows come by the beginning of their last literals: nearly in order.
fn add_window(windows: &mut Vec<Range<usize>>, mut window: Range<usize>) {
    while let Some(last) = windows.pop_if(|last| last.end >= window.start) {
        window = last.start.min(window.start)..last.end.max(window.end);
    }
    windows.push(window);
}

/// A text in which each sign is the one that stands for its cases.
struct Folded {
    text: Haystack,
    /// Whether each octet stands where it stood.
    is_even: bool,
}

impl Folded {
    fn of(text: &str) -> Folded {
        let mut folded = Haystack::with_capacity(text.len());
        if text.is_ascii() {
            folded.push_lower(text);
            return Folded { text: folded.closed(), is_even: true };
        }
        let mut is_even = true;
        for sign in text.chars() {
            let one = if sign.is_ascii() { sign.to_ascii_lowercase() } else { fold(sign) };
            is_even &= one.len_utf8() == sign.len_utf8();
            folded.push(one);
        }
        Folded { text: folded.closed(), is_even }
    }
}

#[cfg(test)]
mod tests {
    use super::{Screen, fold};
    use crate::pattern::compile;

    fn candidates(pattern: &str, text: &str) -> bool {
        let regex = compile(&format!("(?im){pattern}")).unwrap();
        let found = Screen::new([&regex]).unwrap().candidates(text);
        assert_eq!(found.iter().find_map(|one| regex.find_within(text, one)), regex.find(text), "{pattern}: {text}");
        !found.is_empty()
    }

    #[test]
    fn a_pattern_is_a_candidate_where_one_of_its_words_stands() {
        let pattern = r"\b(?:nominat(?:e|ion)|designat(?:ed|es))\b.{0,80}?\b(?:expert|delegate)s?\b";

        assert!(candidates(pattern, "We NOMINATE our Expert"));
        assert!(!candidates(pattern, "We meet on Monday"));
    }

    #[test]
    fn what_a_repetition_may_leave_out_is_not_needed() {
        assert!(candidates(r"(?:liaison )?statement", "Statement"));
        assert!(candidates(r"(?:abc)+", "xabcx"));
        assert!(candidates(r"\d{2,4}", "any"));
    }

    #[test]
    fn every_sign_that_matches_in_any_case_folds_to_one() {
        // The Kelvin sign is a k, the long s an s.
        for (pattern, text) in [("kind", "\u{212a}IND"), ("sees", "\u{17f}eeS"), ("вклад", "ВКЛАД"), ("été", "ÉTÉ")]
        {
            assert!(compile(&format!("(?i){pattern}")).unwrap().is_match(text), "{text}");
            assert!(candidates(pattern, text), "{text}");
        }
        for sign in ('\u{0}'..='\u{2fff}').chain('\u{1c80}'..='\u{1c8f}') {
            let class = regex_syntax::hir::ClassUnicode::new([regex_syntax::hir::ClassUnicodeRange::new(sign, sign)]);
            let mut orbit = class.clone();
            orbit.case_fold_simple();
            let folded: std::collections::BTreeSet<char> =
                orbit.ranges().iter().flat_map(|range| range.start()..=range.end()).map(fold).collect();
            // Scripts that no language of ours is written in need not be exact: they only make no literal.
            let is_ours = matches!(sign, '\u{0}'..='\u{17f}' | '\u{400}'..='\u{52f}' | '\u{600}'..='\u{6ff}');
            assert!(!is_ours || folded.len() == 1, "{sign:?} folds to {folded:?}");
        }
    }

    #[test]
    fn a_match_lies_within_the_windows() {
        let far = "x ".repeat(300);
        let text = format!("We nominate {far} an expert.\nWe nominate our\nexpert. {far} nominated as an expert {far}");
        let regex = compile(r"(?im)\bnominat(?:e|ed)\b.{0,40}?\bexperts?\b").unwrap();
        let found = Screen::new([&regex]).unwrap().candidates(&text);

        let [only] = found.as_slice() else { panic!("{found:?}") };
        let sizes = only.windows.iter().flat_map(|(_, windows)| windows).map(ExactSizeIterator::len);
        assert!(sizes.sum::<usize>() < 200, "{only:?}");
        assert_eq!(regex.find_within(&text, only).unwrap().range(), regex.find(&text).unwrap().range());
    }

    #[test]
    fn a_literal_within_another_does_not_hide_an_earlier_one() {
        assert!(candidates("art.{0,20}start", "art, or start"));
        assert!(candidates("(?:ab c|xyz)(?:.{0,9})(?:zz abcd|ab c)", "ab c, ab c"));
        assert!(!candidates("nominate.{0,9}expert", "expert, nominate"));
        assert!(!candidates("nominate.{0,9}expert", "nominate and nominate"));
    }

    #[test]
    fn words_that_are_too_many_to_multiply_are_found_one_behind_the_other() {
        let pattern = r"\b(?:drop|erase|cross out|scratch|strike|clear|wipe) (?:me|us|him|her|his|my|our|that)(?: name| entry| record| line| row| file| mark)\b";

        assert!(candidates(pattern, "Please strike my name from it"));
        assert!(candidates(
            pattern,
            "We leave at the end of the month. Please strike my name from the contact list. As yet he has no name."
        ));
    }

    #[test]
    fn a_sign_whose_other_case_is_longer_moves_nothing() {
        assert!(candidates(
            "(?:nominate).{0,9}expert",
            "\u{17f}\u{17f}\u{212a}\u{212a}\u{212a}\u{212a}\u{212a} nominate an expert"
        ));
    }
}
