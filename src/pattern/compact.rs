//! Makes a compiled pattern small. Hundreds of patterns are alive in a daemon that is to be small itself, and what makes one
//! large is nearly always one of two things:
//!
//! - a class such as `\w`, which has some 700 ranges of scripts that no letter here is written in: it is cut to the scripts that
//!   are; a sign of another script counts as the last sign of Unicode does (no letter);
//! - a gap such as `.{0,160}`, which is a copy of ten UTF-8 states for each sign: it becomes one state for each octet.

use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};
use std::cell::OnceCell;

/// The scripts of the six languages, and their neighbours whose names come in letters.
const SCRIPTS: &[(char, char)] = &[
    ('\0', '\u{52f}'),        // Latin, Greek, Cyrillic
    ('\u{590}', '\u{77f}'),   // Hebrew, Arabic
    ('\u{1e00}', '\u{1eff}'), // Latin with more marks (Vietnamese)
    ('\u{2000}', '\u{218f}'), // punctuation, № and other letter-like signs
    ('\u{3000}', '\u{30ff}'), // Chinese punctuation, Japanese
    ('\u{3400}', '\u{9fff}'), // Chinese
    ('\u{ac00}', '\u{d7a3}'), // Korean
    ('\u{f900}', '\u{faff}'), // Chinese, compatibility
    ('\u{fb50}', '\u{fefc}'), // Arabic, presentation forms
    ('\u{ff00}', '\u{ffef}'), // full-width signs
];
/// A class with no more ranges is small as it is.
const SMALL: usize = 24;
/// A gap that is counted to less is small as it is.
const SHORT_GAP: u32 = 8;

/// The same pattern, smaller.
pub(super) fn compact(hir: &Hir) -> Hir {
    inside(hir, &Octets::new(hir))
}

fn inside(hir: &Hir, octets: &Octets<'_>) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => hir.clone(),
        HirKind::Class(Class::Unicode(class)) if class.ranges().len() > SMALL => Hir::class(Class::Unicode(narrow(class))),
        HirKind::Class(_) => hir.clone(),
        HirKind::Capture(capture) => {
            let sub = Box::new(inside(&capture.sub, octets));
            Hir::capture(Capture { index: capture.index, name: capture.name.clone(), sub })
        }
        HirKind::Repetition(repetition) => repeated(repetition, octets),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| inside(part, octets)).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(|branch| inside(branch, octets)).collect()),
    }
}

fn repeated(repetition: &Repetition, octets: &Octets<'_>) -> Hir {
    let is_gap = repetition.min == 0 && repetition.max.is_none_or(|max| max >= SHORT_GAP);
    if let HirKind::Class(Class::Unicode(class)) = repetition.sub.kind()
        && is_gap
        && let Some(any) = any_but_ascii(class)
    {
        let max = repetition.max.map(|max| max.saturating_mul(octets.of_sign()));
        return Hir::repetition(Repetition { max, ..repetition.with(Hir::class(Class::Bytes(any))) });
    }
    Hir::repetition(repetition.with(inside(&repetition.sub, octets)))
}

/// A class that holds every sign but some of ASCII, as octets.
fn any_but_ascii(class: &ClassUnicode) -> Option<ClassBytes> {
    let last = class.ranges().last()?;
    if last.end() != char::MAX || u32::from(last.start()) > 0x80 {
        return None;
    }
    let ascii = |sign: char| u8::try_from(sign).map_or(0x7f, |octet| octet.min(0x7f));
    let below = class.ranges().iter().filter(|range| range.start().is_ascii());
    let below = below.map(|range| ClassBytesRange::new(ascii(range.start()), ascii(range.end())));
    Some(ClassBytes::new(below.chain([ClassBytesRange::new(0x80, 0xff)])))
}

/// Cut to [`SCRIPTS`]; what lies outside is in the class if the last sign of Unicode is.
fn narrow(class: &ClassUnicode) -> ClassUnicode {
    let mut known = ClassUnicode::new(SCRIPTS.iter().map(|(first, last)| ClassUnicodeRange::new(*first, *last)));
    let mut narrowed = class.clone();
    narrowed.intersect(&known);
    if class.ranges().last().is_some_and(|range| range.end() == char::MAX) {
        known.negate();
        narrowed.union(&known);
    }
    narrowed
}

/// Octets of a sign in the language of a pattern: a gap that is counted in signs must not get narrower. Asked for by patterns
/// with a gap only.
struct Octets<'h> {
    hir: &'h Hir,
    known: OnceCell<u32>,
}

impl<'h> Octets<'h> {
    fn new(hir: &'h Hir) -> Octets<'h> {
        Octets { hir, known: OnceCell::new() }
    }

    fn of_sign(&self) -> u32 {
        *self.known.get_or_init(|| {
            // Classes name the ends of their ranges, which stand far outside every language.
            const WIDEST: usize = 3;
            let mut widest = 1;
            for sign in self.hir.to_string().chars() {
                let size = sign.len_utf8().min(WIDEST);
                if size > widest && sign.is_alphabetic() {
                    widest = size;
                }
                if widest == WIDEST {
                    break;
                }
            }
            u32::try_from(widest).unwrap_or(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::pattern::compile;

    #[test]
    fn a_gap_is_as_wide_as_it_was() {
        for (pattern, text) in [
            ("nominate.{0,20}expert", "nominate our very best expert"),
            ("назначаем.{0,20}эксперта", "назначаем нашего лучшего эксперта"),
            ("提名.{0,20}专家", "提名我们单位的一位非常优秀的专家"),
            ("نرشح.{0,20}خبير", "نرشح لكم الدكتور خبير"),
        ] {
            assert!(compile(pattern).unwrap().is_match(text), "{pattern}");
        }
        assert!(!compile("nominate.{0,20}expert").unwrap().is_match(&format!("nominate{}expert", "x".repeat(80))));
    }

    #[test]
    fn letters_stay_letters() {
        let word = compile(r"^\w+$").unwrap();

        for text in ["Müller", "Наталья", "王小明", "فاطمة", "Łukasz", "Nguyễn", "김수진"] {
            assert!(word.is_match(text), "{text}");
        }
        for text in ["a b", "a، b", "王。", "a\u{2014}"] {
            assert!(!word.is_match(text), "{text}");
        }
        let other = compile(r"^\W+$").unwrap();
        assert!(other.is_match("،؟ — 。") && !other.is_match("я"));
    }
}
