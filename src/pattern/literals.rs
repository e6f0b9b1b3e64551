//! What a pattern's matches have in common: literals of which each of them has one, in their order.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Ways to spell a part of a pattern that are written out; more say little about a text.
const MOST_SPELLINGS: usize = 48;
/// A literal shorter than this (octets) stands in every text: one Chinese sign has three, two Latin letters are many words.
const SHORTEST: usize = 3;
/// Beside a longer literal a word such as "to" says something, too.
const SHORTEST_BESIDE: usize = 2;

/// What is known of the texts that a part of a pattern matches.
struct Part {
    /// All of them, if they are few.
    exact: Option<Vec<String>>,
    /// Each of them contains one of these.
    needed: Option<Vec<String>>,
}

/// One way for a pattern to match, as a screen looks at it.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Literals of which a match has one each, in this order; `None` if they say too little.
    pub(super) sets: Option<Vec<Set>>,
    /// Octets of the longest match; `None` where nothing bounds it.
    pub(super) reach: Option<usize>,
    /// Whether a match never goes over the end of a line.
    pub(super) is_one_line: bool,
}

impl Way {
    pub(super) fn of(hir: &Hir) -> Way {
        Way { sets: Part::row(hir), reach: hir.properties().maximum_len(), is_one_line: !may_end_a_line(hir) }
    }
}

/// Literals of which a match has one.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) literals: Vec<String>,
    /// Octets of the match at most before the literal; `None` where nothing bounds them.
    pub(super) lead: Option<usize>,
    /// Octets of it behind the literal.
    pub(super) trail: Option<usize>,
}

fn sum<'a>(sizes: impl Iterator<Item = &'a Option<usize>>) -> Option<usize> {
    sizes.copied().try_fold(0_usize, |all, size| all.checked_add(size?))
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
        let (sets, exact) = Part::sets(parts);
        Part { needed: sets.into_iter().fold(None, |best, set| better(best, Some(set.literals))), exact }
    }

    /// Sets of literals of which a match has one each, in this order; and all texts that match, if they are few.
    fn sets(parts: &[Hir]) -> (Vec<Set>, Option<Vec<String>>) {
        let sizes: Vec<Option<usize>> = parts.iter().map(|part| part.properties().maximum_len()).collect();
        let before = |at: usize| sum(sizes.iter().take(at));
        let behind = |at: usize| sum(sizes.iter().skip(at));
        let mut run = vec![String::new()];
        let mut from = 0;
        let mut sets = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let part = Part::of(part);
            match part.exact {
                Some(spellings) if run.len().saturating_mul(spellings.len()) <= MOST_SPELLINGS => {
                    run = run.iter().flat_map(|head| spellings.iter().map(move |tail| format!("{head}{tail}"))).collect();
                }
                exact => {
                    sets.push(Set { literals: std::mem::take(&mut run), lead: before(from), trail: behind(at) });
                    // The literal stands anywhere within the part.
                    sets.extend(part.needed.map(|literals| Set { literals, lead: before(at + 1), trail: behind(at) }));
                    // What is too much to multiply may still begin the next run.
                    let next = exact.filter(|spellings| spellings.len() <= MOST_SPELLINGS);
                    from = if next.is_some() { at } else { at + 1 };
                    run = next.unwrap_or_else(|| vec![String::new()]);
                }
            }
        }
        if sets.is_empty() {
            return (sets, Some(run));
        }
        sets.push(Set { literals: run, lead: before(from), trail: Some(0) });
        (sets, None)
    }

    /// The sets of a whole branch that say enough; `None` if none does.
    fn row(hir: &Hir) -> Option<Vec<Set>> {
        let size = hir.properties().maximum_len();
        let sets = match hir.kind() {
            HirKind::Capture(capture) => return Part::row(&capture.sub),
            HirKind::Concat(parts) => {
                let (sets, exact) = Part::sets(parts);
                sets.into_iter().chain(exact.map(|literals| Set { literals, lead: Some(0), trail: Some(0) })).collect()
            }
            _ => Vec::from_iter(Part::of(hir).needed().map(|literals| Set { literals, lead: size, trail: size })),
        };
        let says_enough = sets.iter().any(|set| shortest(&set.literals) >= SHORTEST);
        let sets = sets.into_iter().filter(|set| shortest(&set.literals) >= SHORTEST_BESIDE);
        says_enough.then(|| sets.collect())
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
        better(self.needed, self.exact).filter(|literals| shortest(literals) >= SHORTEST_BESIDE)
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

/// Octets of the shortest literal; a mark that few texts have counts as a whole word.
fn shortest(literals: &[String]) -> usize {
    let is_rare = |sign: char| match sign {
        // Letters that nearly all literals are made of, without `char`'s long search for them.
        'a'..='z' | ' ' | 'Ѐ'..='ҁ' | 'ء'..='ي' | '一'..='\u{9fef}' => false,
        _ => !sign.is_alphanumeric() && !sign.is_whitespace() && !"-.,'()/:_\"".contains(sign),
    };
    let size = |literal: &String| if literal.contains(is_rare) { literal.len().max(SHORTEST) } else { literal.len() };
    literals.iter().map(size).min().unwrap_or(0)
}

/// One sign for all that `(?i)` takes for the same (Unicode's simple case folding, as regex-syntax has it).
pub(super) fn fold(sign: char) -> char {
    match sign {
        // Arabic and Chinese have no cases, Cyrillic capitals lie 32 below their small letters.
        'ء'..='ي' | '一'..='鿿' | 'а'..='џ' => return sign,
        'А'..='Я' => return char::from_u32(u32::from(sign) + 32).unwrap_or(sign),
        _ => {}
    }
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

/// The ways to match: the branches of an alternation, unless all of them can be spelled out together. A look before or behind
/// it (the parser takes a `\b` with which all branches begin out of them) is put back into each.
pub(super) fn branches(hir: &Hir) -> Vec<Hir> {
    if Part::of(hir).exact.is_some() {
        return vec![hir.clone()];
    }
    match hir.kind() {
        HirKind::Alternation(all) => all.iter().flat_map(branches).collect(),
        HirKind::Concat(parts) => {
            let is_look = |part: &&Hir| matches!(part.kind(), HirKind::Look(_));
            let from = parts.iter().take_while(is_look).count();
            let to = parts.len() - parts.iter().rev().take_while(is_look).count();
            let (Some(before), Some(behind)) = (parts.get(..from), parts.get(to..)) else { return vec![hir.clone()] };
            match parts.get(from..to) {
                Some([inner]) if matches!(inner.kind(), HirKind::Alternation(_)) => {
                    let within =
                        |branch| Hir::concat(before.iter().cloned().chain([branch]).chain(behind.iter().cloned()).collect());
                    branches(inner).into_iter().map(within).collect()
                }
                _ => vec![hir.clone()],
            }
        }
        _ => vec![hir.clone()],
    }
}

/// Whether a match may hold the end of a line.
fn may_end_a_line(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&b'\n'),
        HirKind::Class(Class::Unicode(class)) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&'\n')),
        HirKind::Class(Class::Bytes(class)) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&b'\n')),
        HirKind::Repetition(repetition) => may_end_a_line(&repetition.sub),
        HirKind::Capture(capture) => may_end_a_line(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(may_end_a_line),
    }
}
