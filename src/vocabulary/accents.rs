//! Words of French and Spanish as they are typed in haste: without their accents.

use super::words::Words;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// Adds a word, and how it is typed in haste, if that is no other known word.
pub(super) fn add(list: &mut Words, word: &str, known: &HashSet<String>) {
    list.add(word);
    if let Some(plain) = bare(word).filter(|plain| !known.contains(plain)) {
        list.add(&plain);
    }
}

/// Letters of a word at least whose accents may be left out: `à` and `él` without theirs are other words.
const ACCENTED: usize = 4;

/// A text whose longer words have lost their accents, as hasty letters write French and Spanish; `None` where none has any.
pub(super) fn bare(text: &str) -> Option<String> {
    let is_accented = |c: char| matches!(c, 'À'..='ž') && c.is_alphabetic();
    if !text.contains(is_accented) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        if word.chars().filter(|c| c.is_alphabetic()).count() < ACCENTED {
            out.push_str(word);
            continue;
        }
        for c in word.chars() {
            match c {
                c if is_accented(c) => out.extend(std::iter::once(c).nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36F}'))),
                c => out.push(c),
            }
        }
    }
    (out != text).then_some(out)
}
