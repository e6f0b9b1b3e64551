//! A compiled pattern, with the face of `regex::Regex`. What it matches lies on the borders of letters.

use super::literals::Way;
use regex_automata::meta;
use regex_automata::util::{captures, syntax};
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Hir, HirKind};
use std::borrow::Cow;
use std::ops::{Index, Range};
use std::sync::OnceLock;

/// A repetition that is counted to this or more (signs or octets).
const WIDE_GAP: u32 = 12;

/// A compiled pattern.
///
/// It is compiled when it is first used, and by a [`super::Screen`] only its branches that may match: most never do, and each
/// that is compiled holds some 50 kB.
#[derive(Clone, Debug)]
pub struct Regex {
    /// What it is an alternation of, in order; a single one for any other pattern.
    branches: Vec<Branch>,
    matches_nothing: bool,
    whole: OnceLock<meta::Regex>,
}

/// One branch at the top of a pattern.
#[derive(Clone, Debug)]
struct Branch {
    pattern: Box<str>,
    /// Whether a lazily built automaton is worth its memory.
    is_plain: bool,
    /// What a screen asks of it, until one was made; it can be read from the pattern again.
    way: Option<Box<Way>>,
    used: OnceLock<meta::Regex>,
}

impl Branch {
    fn new(hir: &Hir) -> Branch {
        Branch {
            pattern: hir.to_string().into(),
            is_plain: !has_wide_gap(hir),
            way: Some(Box::new(Way::of(hir))),
            used: OnceLock::new(),
        }
    }

    fn compiled(&self) -> &meta::Regex {
        self.used.get_or_init(|| build(&self.pattern, self.is_plain))
    }
}

#[expect(clippy::fn_params_excessive_bools, reason = "one property of the pattern, handed on to the builder")]
fn build(pattern: &str, is_plain: bool) -> meta::Regex {
    let limits = meta::Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(super::SIZE_LIMIT))
        .hybrid(is_plain)
        .hybrid_cache_capacity(super::CACHE_OF_ONE);
    let built = meta::Builder::new().configure(limits).syntax(syntax::Config::new().utf8(false)).build(pattern);
    built.expect("a pattern that was parsed and counted can be compiled")
}

/// A place of a text that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

impl<'t> Match<'t> {
    fn new(text: &'t str, found: &Range<usize>) -> Match<'t> {
        // A gap is counted in octets and may begin or end within a letter; the match then takes the whole of it.
        let (start, end) = (text.floor_char_boundary(found.start), text.ceil_char_boundary(found.end));
        Match { text: text.get(start..end).unwrap_or_default(), start, end }
    }

    /// The words that match.
    pub fn as_str(&self) -> &'t str {
        self.text
    }

    /// The first octet.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Behind the last octet.
    pub fn end(&self) -> usize {
        self.end
    }

    /// From the first octet to behind the last.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Octets.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing matched, somewhere.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// A match and its groups.
#[derive(Debug)]
pub struct Captures<'t> {
    text: &'t str,
    groups: captures::Captures,
}

impl<'t> Captures<'t> {
    /// A group by its number; 0 is the whole match.
    pub fn get(&self, group: usize) -> Option<Match<'t>> {
        self.groups.get_group(group).map(|found| Match::new(self.text, &found.range()))
    }

    /// A group by its name.
    pub fn name(&self, name: &str) -> Option<Match<'t>> {
        self.groups.get_group_by_name(name).map(|found| Match::new(self.text, &found.range()))
    }
}

impl Index<usize> for Captures<'_> {
    type Output = str;

    /// The words of a group that always takes part; empty if it did not.
    fn index(&self, group: usize) -> &str {
        self.get(group).map_or("", |found| found.text)
    }
}

impl Index<&str> for Captures<'_> {
    type Output = str;

    /// The words of a group that always takes part; empty if it did not.
    fn index(&self, name: &str) -> &str {
        self.name(name).map_or("", |found| found.text)
    }
}

impl Regex {
    pub(super) fn new(hir: &Hir) -> Regex {
        let matches_nothing = hir.properties().minimum_len() == Some(0);
        let branches = super::literals::branches(hir).iter().map(Branch::new).collect();
        Regex { branches, matches_nothing, whole: OnceLock::new() }
    }

    /// Whether it can match without a single sign, and so does in nearly every text. Asked without compiling it.
    pub fn matches_nothing(&self) -> bool {
        self.matches_nothing
    }

    fn compiled(&self) -> &meta::Regex {
        match self.branches.as_slice() {
            [only] => only.compiled(),
            _ => self.whole.get_or_init(|| build(&self.pattern(), self.branches.iter().all(|branch| branch.is_plain))),
        }
    }

    /// The pattern, as it was compiled.
    pub fn pattern(&self) -> String {
        self.branches().collect::<Vec<_>>().join("|")
    }

    /// The patterns of the branches, in order.
    fn branches(&self) -> impl Iterator<Item = &str> {
        self.branches.iter().map(|branch| &*branch.pattern)
    }

    /// What a screen asks of the branches, in order.
    pub(super) fn ways(&self) -> impl Iterator<Item = Result<Cow<'_, Way>, String>> {
        self.branches.iter().map(|branch| match &branch.way {
            Some(way) => Ok(Cow::Borrowed(&**way)),
            None => Ok(Cow::Owned(Way::of(&super::parse(&branch.pattern)?))),
        })
    }

    /// Drops what only the making of a screen needs.
    pub fn forget_ways(&mut self) {
        self.branches.iter_mut().for_each(|branch| branch.way = None);
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled().is_match(text.as_bytes())
    }

    /// Whether the text begins with a match.
    pub fn begins(&self, text: &str) -> bool {
        self.compiled().is_match(Input::new(text.as_bytes()).anchored(Anchored::Yes))
    }

    /// The first match.
    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.compiled().find(text.as_bytes()).map(|found| Match::new(text, &found.range()))
    }

    /// The first match, where a screen says that there may be one; what stands around the windows is seen, but not taken.
    pub fn find_within<'t>(&self, text: &'t str, candidate: &super::Candidate) -> Option<Match<'t>> {
        let first = candidate.windows.iter().filter_map(|(branch, windows)| {
            let compiled = self.branches.get(*branch)?.compiled();
            windows.iter().find_map(|window| compiled.find(Input::new(text.as_bytes()).range(window.clone())))
        });
        // Of branches that match at the same place the first one counts, as in the whole pattern.
        first.min_by_key(|found| found.start()).map(|found| Match::new(text, &found.range()))
    }

    /// All matches, one behind the other.
    pub fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.compiled().find_iter(text.as_bytes()).map(|found| Match::new(text, &found.range()))
    }

    /// The first match with its groups.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        let compiled = self.compiled();
        let mut groups = compiled.create_captures();
        compiled.captures(text.as_bytes(), &mut groups);
        groups.is_match().then_some(Captures { text, groups })
    }

    /// All matches with their groups.
    pub fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.compiled().captures_iter(text.as_bytes()).map(move |groups| Captures { text, groups })
    }

    /// The text with every match replaced by the same words.
    pub fn replace_all<'t>(&self, text: &'t str, words: &str) -> Cow<'t, str> {
        let mut replaced = String::new();
        let mut last = 0;
        for found in self.find_iter(text) {
            replaced.push_str(text.get(last..found.start).unwrap_or_default());
            replaced.push_str(words);
            last = found.end;
        }
        if last == 0 && replaced.is_empty() {
            return Cow::Borrowed(text);
        }
        replaced.push_str(text.get(last..).unwrap_or_default());
        Cow::Owned(replaced)
    }
}

/// A gap that is counted (`.{0,80}`) is in another state of its automaton behind nearly every octet: building these takes
/// longer than following the few ways through the pattern one by one.
fn has_wide_gap(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => false,
        HirKind::Repetition(repetition) => repetition.max.is_some_and(|max| max >= WIDE_GAP) || has_wide_gap(&repetition.sub),
        HirKind::Capture(capture) => has_wide_gap(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_wide_gap),
    }
}
