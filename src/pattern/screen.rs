//! Which of many patterns may match a text: by the words without which they cannot.
//!
//! One automaton of all patterns together has to follow the gaps (`.{0,80}?`) of all of them at once; it meets new states at
//! nearly every letter and is built anew without end. So each pattern gives the literals of which any match must contain one,
//! one pass over the text finds those that are there, and only the patterns they belong to are run.

use super::parse;
use aho_corasick::AhoCorasick;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Ways to spell a part of a pattern that are written out; more say little about a text.
const MOST_SPELLINGS: usize = 48;
/// A literal shorter than this (octets) stands in every text: one Chinese sign has three, two Latin letters are many words.
const SHORTEST: usize = 3;

/// The patterns by their literals.
#[derive(Debug, Default)]
pub struct Screen {
    literals: Option<AhoCorasick>,
    /// For each literal, the patterns that it belongs to.
    owners: Vec<Vec<usize>>,
    /// Patterns without a literal: they may always match.
    always: Vec<usize>,
}

impl Screen {
    /// Looks at compiled patterns (their text as [`super::compile`] left it).
    pub fn new<P: AsRef<str>>(patterns: &[P]) -> Result<Screen, String> {
        let mut screen = Screen::default();
        let mut spelled: std::collections::BTreeMap<String, Vec<usize>> = std::collections::BTreeMap::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match Part::of(&parse(pattern.as_ref())?).needed() {
                Some(literals) => literals.into_iter().for_each(|literal| spelled.entry(literal).or_default().push(index)),
                None => screen.always.push(index),
            }
        }
        if !spelled.is_empty() {
            let literals = AhoCorasick::new(spelled.keys()).map_err(|error| error.to_string())?;
            screen.literals = Some(literals);
        }
        screen.owners = spelled.into_values().collect();
        Ok(screen)
    }

    /// The patterns that may match a text, in order; every other one does not match it.
    pub fn candidates(&self, text: &str) -> Vec<usize> {
        let mut found = self.always.clone();
        if let Some(literals) = &self.literals {
            let folded: String = text.chars().map(fold).collect();
            for hit in literals.find_overlapping_iter(&folded) {
                found.extend(self.owners.get(hit.pattern().as_usize()).into_iter().flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What is known of the texts that a part of a pattern matches.
struct Part {
    /// All of them, if they are few.
    exact: Option<Vec<String>>,
    /// Each of them contains one of these.
    needed: Option<Vec<String>>,
}

impl Part {
    fn unknown() -> Part {
        Part { exact: None, needed: None }
    }

    fn exactly(spellings: Vec<String>) -> Part {
        Part { exact: Some(spellings), needed: None }
    }

    fn of(hir: &Hir) -> Part {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Part::exactly(vec![String::new()]),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => Part::exactly(vec![text.chars().map(fold).collect()]),
                Err(_) => Part::unknown(),
            },
            HirKind::Class(class) => Part::of_class(class),
            HirKind::Capture(capture) => Part::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let inner = Part::of(&repetition.sub);
                match (repetition.min, repetition.max) {
                    (1, Some(1)) => inner,
                    (0, Some(1)) => Part {
                        exact: inner.exact.map(|spellings| spellings.into_iter().chain([String::new()]).collect()),
                        needed: None,
                    },
                    (0, _) => Part::unknown(),
                    _ => Part { exact: None, needed: inner.needed() },
                }
            }
            HirKind::Concat(parts) => Part::of_row(parts),
            HirKind::Alternation(branches) => Part::of_branches(branches),
        }
    }

    fn of_class(class: &Class) -> Part {
        let Class::Unicode(class) = class else { return Part::unknown() };
        let size: usize = class.ranges().iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum();
        if size > MOST_SPELLINGS {
            return Part::unknown();
        }
        let mut signs: Vec<String> =
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).map(|sign| fold(sign).to_string()).collect();
        signs.sort();
        signs.dedup();
        Part::exactly(signs)
    }

    /// One after the other: runs of exact parts are multiplied out, and the best literal of all is kept.
    fn of_row(parts: &[Hir]) -> Part {
        let mut run = vec![String::new()];
        let mut best: Option<Vec<String>> = None;
        let mut is_whole = true;
        for part in parts.iter().map(Part::of) {
            match part.exact {
                Some(spellings) if run.len().saturating_mul(spellings.len()) <= MOST_SPELLINGS => {
                    run = run.iter().flat_map(|head| spellings.iter().map(move |tail| format!("{head}{tail}"))).collect();
                }
                exact => {
                    is_whole = false;
                    best = better(best, Some(std::mem::take(&mut run)));
                    best = better(best, part.needed);
                    // What is too much to multiply may still begin the next run.
                    run = exact.filter(|spellings| spellings.len() <= MOST_SPELLINGS).unwrap_or_else(|| vec![String::new()]);
                }
            }
        }
        if is_whole {
            return Part { needed: best, exact: Some(run) };
        }
        Part { exact: None, needed: better(best, Some(run)) }
    }

    fn of_branches(branches: &[Hir]) -> Part {
        let parts: Vec<Part> = branches.iter().map(Part::of).collect();
        let all: Option<Vec<&Vec<String>>> = parts.iter().map(|part| part.exact.as_ref()).collect();
        let exact = all.map(|lists| lists.into_iter().flatten().cloned().collect::<Vec<_>>());
        let exact = exact.filter(|spellings| spellings.len() <= MOST_SPELLINGS);
        let each: Option<Vec<Vec<String>>> = parts.into_iter().map(Part::needed).collect();
        Part { exact, needed: each.map(|lists| lists.concat()) }
    }

    /// The literals, one of which every match contains; `None` when nothing useful is known.
    fn needed(self) -> Option<Vec<String>> {
        better(self.needed, self.exact).filter(|literals| shortest(literals) >= SHORTEST)
    }
}

/// The set whose shortest member is longer says more; of equal ones, the smaller set.
fn better(one: Option<Vec<String>>, other: Option<Vec<String>>) -> Option<Vec<String>> {
    let rank = |literals: &Vec<String>| (shortest(literals), std::cmp::Reverse(literals.len()));
    match (one, other) {
        (Some(one), Some(other)) => Some(if rank(&other) > rank(&one) { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn shortest(literals: &[String]) -> usize {
    literals.iter().map(String::len).min().unwrap_or(0)
}

/// One sign for all that `(?i)` takes for the same (Unicode's simple case folding, as regex-syntax has it).
fn fold(sign: char) -> char {
    let mut lower = sign.to_lowercase();
    let lower = match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => sign,
    };
    match lower {
        'ſ' => 's',
        'ς' => 'σ',
        'µ' => 'μ',
        'ᲀ' => 'в',
        'ᲁ' => 'д',
        'ᲂ' => 'о',
        'ᲃ' => 'с',
        'ᲄ' | 'ᲅ' => 'т',
        'ᲆ' => 'ъ',
        'ᲇ' => 'ѣ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Screen, fold};
    use crate::pattern::compile;

    fn candidates(pattern: &str, text: &str) -> bool {
        let regex = compile(&format!("(?im){pattern}")).unwrap();
        !Screen::new(&[regex.as_str()]).unwrap().candidates(text).is_empty()
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
}
