//! Rewrites `\b`. A Unicode `\b` stops the fast automaton at the first letter outside ASCII, an ASCII `\b` never
//! fires between such letters; so each one is replaced, by what stands beside it in the pattern:
//!
//! | beside it | becomes |
//! |---|---|
//! | ASCII letters and digits | `(?-u:\b)` |
//! | other letters, nothing on its other side | `(?:\A|\W)` or `(?:\W|\z)`: takes one sign |
//! | letters here, certainly none there | nothing: it always holds |
//! | Chinese or Japanese letters | an error: there are no blanks between words |
//! | anything else | an error that says what to write |

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};
use std::sync::LazyLock;

/// What may stand next to a place in a pattern.
#[derive(Clone, Debug)]
struct Beside {
    /// The signs that may stand there.
    signs: ClassUnicode,
    /// Whether the pattern may end there instead.
    open: bool,
}

/// What is known of one side of a boundary.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    /// The pattern ends here.
    Edge,
    /// Certainly an ASCII letter or digit, or an all-ASCII mixture with letters.
    Ascii,
    /// Certainly a letter or digit, not only ASCII.
    Word,
    /// Certainly no letter or digit.
    Other,
    /// Cannot be told.
    Unclear,
}

/// The pattern with each `\b` replaced.
pub(super) fn rewrite(hir: &Hir) -> Result<Hir, String> {
    inside(hir, &Beside::edge(), &Beside::edge())
}

fn has_boundary(hir: &Hir) -> bool {
    hir.properties().look_set().contains_word_unicode()
}

fn inside(hir: &Hir, left: &Beside, right: &Beside) -> Result<Hir, String> {
    if !has_boundary(hir) {
        return Ok(hir.clone());
    }
    Ok(match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Look(Look::WordUnicode) => boundary(left, right)?,
        HirKind::Look(look) if is_unicode_word(*look) => {
            return Err(r"\B, \< and \> would make every letter slow; write \b, or what must stand there".to_owned());
        }
        HirKind::Look(_) => hir.clone(),
        HirKind::Capture(capture) => {
            let sub = Box::new(inside(&capture.sub, left, right)?);
            Hir::capture(Capture { index: capture.index, name: capture.name.clone(), sub })
        }
        HirKind::Repetition(repetition) => repeated(repetition, left, right)?,
        HirKind::Alternation(branches) => {
            Hir::alternation(branches.iter().map(|branch| inside(branch, left, right)).collect::<Result<_, _>>()?)
        }
        HirKind::Concat(parts) => concat(parts, left, right)?,
    })
}

fn is_unicode_word(look: Look) -> bool {
    regex_syntax::hir::LookSet::singleton(look).contains_word_unicode()
}

fn repeated(repetition: &Repetition, left: &Beside, right: &Beside) -> Result<Hir, String> {
    let sub = &repetition.sub;
    let again = repetition.max != Some(1);
    let (mut before, mut after) = (left.clone(), right.clone());
    if again {
        before.signs.union(&last(sub).signs);
        after.signs.union(&first(sub).signs);
    }
    Ok(Hir::repetition(repetition.with(inside(sub, &before, &after)?)))
}

fn concat(parts: &[Hir], left: &Beside, right: &Beside) -> Result<Hir, String> {
    let mut rewritten = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        if !has_boundary(part) {
            rewritten.push(part.clone());
            continue;
        }
        let (before, rest) = parts.split_at(index);
        let before = last_of(before).then(left);
        let after = first_of(rest.get(1..).unwrap_or_default()).then(right);
        rewritten.push(inside(part, &before, &after)?);
    }
    Ok(Hir::concat(rewritten))
}

fn boundary(left: &Beside, right: &Beside) -> Result<Hir, String> {
    if left.has_han() || right.has_han() {
        return Err(r"\b beside Chinese letters: there are no blanks between words, leave \b out".to_owned());
    }
    match (left.side(), right.side()) {
        (Side::Ascii | Side::Word, Side::Other) | (Side::Other, Side::Ascii | Side::Word) => Ok(Hir::empty()),
        (Side::Word, Side::Ascii | Side::Word) | (Side::Ascii, Side::Word) => {
            Err(r"\b between two letters can never match; leave it out".to_owned())
        }
        (Side::Ascii, _) | (_, Side::Ascii) => Ok(Hir::look(Look::WordAscii)),
        (Side::Edge, Side::Word) => Ok(Hir::alternation(vec![Hir::look(Look::Start), no_word()])),
        (Side::Word, Side::Edge) => Ok(Hir::alternation(vec![no_word(), Hir::look(Look::End)])),
        (Side::Word, Side::Unclear) | (Side::Unclear, Side::Word) => Err(
            r"\b beside letters outside ASCII, with something optional on its other side: write what may stand there, such as (?:\s|$)"
                .to_owned(),
        ),
        (Side::Edge | Side::Other | Side::Unclear, Side::Edge | Side::Other | Side::Unclear) => {
            Err(r"\b beside something that need not be a letter or digit: put it directly beside a letter, or leave it out".to_owned())
        }
    }
}

impl Beside {
    fn edge() -> Beside {
        Beside { signs: ClassUnicode::empty(), open: true }
    }

    fn one(signs: ClassUnicode) -> Beside {
        Beside { signs, open: false }
    }

    /// This, or what stands farther out where this may be empty.
    fn then(mut self, farther: &Beside) -> Beside {
        if self.open {
            self.signs.union(&farther.signs);
            self.open = farther.open;
        }
        self
    }

    fn side(&self) -> Side {
        let mut letters = self.signs.clone();
        letters.intersect(&WORD);
        match (self.signs.ranges().is_empty(), letters.ranges().is_empty(), self.open) {
            (true, _, true) => Side::Edge,
            (false, true, false) => Side::Other,
            (false, false, false) if self.signs.is_ascii() => Side::Ascii,
            (false, false, false) if letters == self.signs => Side::Word,
            (true, _, false) | (false, ..) => Side::Unclear,
        }
    }

    fn has_han(&self) -> bool {
        // The blocks of ideographs and kana, as far as letters use them. A class such as \w has more than these.
        let mut han =
            ClassUnicode::new([ClassUnicodeRange::new('\u{3040}', '\u{30ff}'), ClassUnicodeRange::new('\u{3400}', '\u{9fff}')]);
        let mut rest = self.signs.clone();
        rest.difference(&han);
        han.intersect(&self.signs);
        !han.ranges().is_empty() && rest.ranges().is_empty()
    }
}

fn first(hir: &Hir) -> Beside {
    beside(hir, first_of, |text| text.chars().next())
}

fn last(hir: &Hir) -> Beside {
    beside(hir, last_of, |text| text.chars().next_back())
}

fn first_of(parts: &[Hir]) -> Beside {
    from_near(parts.iter(), first)
}

fn last_of(parts: &[Hir]) -> Beside {
    from_near(parts.iter().rev(), last)
}

/// What stands next, as far as what stands before it may be empty.
fn from_near<'h>(parts: impl Iterator<Item = &'h Hir>, of_part: fn(&Hir) -> Beside) -> Beside {
    let mut beside = Beside::edge();
    for part in parts {
        beside = beside.then(&of_part(part));
        if !beside.open {
            break;
        }
    }
    beside
}

fn beside(hir: &Hir, of_parts: fn(&[Hir]) -> Beside, of_text: fn(&str) -> Option<char>) -> Beside {
    match hir.kind() {
        HirKind::Empty => Beside::edge(),
        HirKind::Literal(literal) => {
            let sign = std::str::from_utf8(&literal.0).ok().and_then(of_text);
            Beside::one(sign.map_or_else(ClassUnicode::empty, |sign| ClassUnicode::new([ClassUnicodeRange::new(sign, sign)])))
        }
        HirKind::Class(Class::Unicode(class)) => Beside::one(without_odd_cases(class)),
        HirKind::Class(Class::Bytes(class)) => Beside::one(class.to_unicode_class().unwrap_or_else(ClassUnicode::empty)),
        // A line's start or end has no letter on its other side.
        HirKind::Look(Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::StartCRLF | Look::EndCRLF) => {
            Beside::one(ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]))
        }
        HirKind::Look(_) => Beside::edge(),
        HirKind::Repetition(repetition) => {
            let mut sub = of_parts(std::slice::from_ref(&repetition.sub));
            sub.open |= repetition.min == 0;
            sub
        }
        HirKind::Capture(capture) => of_parts(std::slice::from_ref(&capture.sub)),
        HirKind::Alternation(branches) => {
            let mut all = Beside::one(ClassUnicode::empty());
            for branch in branches {
                let branch = of_parts(std::slice::from_ref(branch));
                all.signs.union(&branch.signs);
                all.open |= branch.open;
            }
            all
        }
        HirKind::Concat(parts) => of_parts(parts),
    }
}

/// `(?i)` gives `k` the Kelvin sign and `s` the long s; no letter has them, and they would make both non-ASCII.
fn without_odd_cases(class: &ClassUnicode) -> ClassUnicode {
    let mut rest = class.clone();
    rest.difference(&ClassUnicode::new([
        ClassUnicodeRange::new('\u{17f}', '\u{17f}'),
        ClassUnicodeRange::new('\u{212a}', '\u{212a}'),
    ]));
    rest
}

/// `\w`.
static WORD: LazyLock<ClassUnicode> = LazyLock::new(|| perl(r"\w"));

/// `\W`, one sign that is no letter, mark or digit.
fn no_word() -> Hir {
    Hir::class(Class::Unicode(perl(r"\W")))
}

fn perl(class: &str) -> ClassUnicode {
    let hir = regex_syntax::parse(class).expect("a Perl class is a pattern");
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => class,
        other => unreachable!("a Perl class is a class, not {other:?}"),
    }
}
