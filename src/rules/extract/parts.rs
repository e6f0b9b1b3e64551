//! Bodies within bodies: `Faculty of Law of the University of X` is of that university.

use super::alphabetic::{attached, is_cyrillic, without_elision};
use super::extent::capital_before;
use super::russian;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, fold, is_arabic, words};

/// The name of the whole body in the name of a part of it; the name itself where it names no other.
pub(super) fn whole_body<'n>(name: &'n str, vocabulary: &Vocabulary) -> &'n str {
    let list: Vec<Word<'_>> = words(name).into_iter().map(without_elision).collect();
    let labels = &vocabulary.labels;
    let is_part = |word: &Word<'_>| labels.subunits.matched(&[*word]) > 0;
    let Some(first) = list.first().filter(|word| is_part(word)) else { return name };
    let whole = list.iter().enumerate().skip(2).find(|(at, word)| {
        let is_body = match word.text.starts_with(is_cyrillic) {
            // `Служба связи при Правительстве` is no part of it.
            true => {
                russian::is_body(&fold(word.text), vocabulary)
                    && list.get(at - 1).is_some_and(|before| labels.links.matched(&[*before]) == 0)
            }
            false => list.get(*at..).is_some_and(|rest| labels.small_bodies.matched(rest) > 0),
        };
        is_body && !is_part(word)
    });
    let Some((at, word)) = whole else { return name };
    let start = match first.text.starts_with(is_arabic) {
        true => word.start + attached(word.text, vocabulary),
        false => capital_before(name, &list, at, vocabulary).and_then(|at| list.get(at)).map_or(word.start, |word| word.start),
    };
    name.get(start..).unwrap_or(name)
}
