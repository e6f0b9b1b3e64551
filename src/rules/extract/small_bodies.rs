//! Bodies typed without capitals, which get theirs back: `senior lecturer, university of athlone`.

use super::alphabetic::without_elision;
use super::capitals::{Place, is_unknown};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::Word;

/// The words of the bodies in a line of a text without capitals; what is a person's name already is none of theirs.
pub(super) fn bodies(line: &str, list: &[Word<'_>], names: &[Place], vocabulary: &Vocabulary) -> Vec<Place> {
    let labels = &vocabulary.labels;
    let is_free = |at: usize| list.get(at).is_some_and(|word| !names.contains(&(word.start, word.end)));
    let is_close = |at: usize| {
        let pair = list.get(at).zip(list.get(at + 1));
        pair.is_some_and(|(word, next)| line.get(word.end..next.start) == Some(" "))
    };
    let is_proper = |at: usize| is_free(at) && list.get(at).is_some_and(|word| is_word(word, vocabulary));
    let is_led = |at: usize| is_free(at) && list.get(at).is_some_and(|word| is_led_word(word, vocabulary));
    let mut found = Vec::new();
    for (at, word) in list.iter().enumerate().map(|(at, word)| (at, without_elision(*word))) {
        let is_small = word.text.starts_with(char::is_lowercase) && is_free(at);
        if !is_small || labels.organizations.matched(&[word]) == 0 || labels.roles.matched(&[word]) > 0 {
            continue;
        }
        let mut own = Vec::new();
        let mut first = at;
        while let Some(before) = first.checked_sub(1).filter(|before| is_close(*before) && is_led(*before)) {
            own.push(before);
            first = before;
        }
        let mut last = at;
        while is_close(last) {
            let is_link = |at: usize| {
                list.get(at).is_some_and(|word| {
                    labels.links.matched(&[*word]) > 0 || labels.particles.has(word.text) || labels.articles.matched(&[*word]) > 0
                })
            };
            if is_proper(last + 1) {
                own.push(last + 1);
                last += 1;
            } else if is_link(last + 1) && is_close(last + 1) && is_led(last + 2) {
                own.push(last + 2);
                last += 2;
            } else {
                break;
            }
        }
        // `our agency` names none.
        if !own.is_empty() {
            own.push(at);
        }
        found.extend(
            own.into_iter().filter_map(|at| list.get(at)).map(|word| without_elision(*word)).map(|word| (word.start, word.end)),
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a small word may be one of a body's name: as [`is_word`], and before the kind of body and behind a small word others, too
/// (`ministry of information`).
fn is_led_word(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let is_other = || vocabulary.labels.not_names.matched(&[*word]) > 0 && vocabulary.labels.breaks.matched(&[*word]) == 0;
    is_word(word, vocabulary)
        || word.text.starts_with(char::is_lowercase) && word.text.chars().count() > 2 && !is_held(word, vocabulary) && is_other()
}

/// Whether a word leads elsewhere than on in a body's name.
fn is_held(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    [&labels.breaks, &labels.roles, &labels.honorifics, &labels.articles, &labels.at, &labels.led, &labels.designates]
        .iter()
        .any(|list| list.matched(&[*word]) > 0)
}

/// Whether a small word may be one of a body's name: unknown, or one that such names have.
fn is_word(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let own = [*word];
    let is_small = word.text.starts_with(char::is_lowercase) && word.text.chars().count() > 2;
    let is_kind = || labels.organizations.matched(&own) > 0 || labels.modifiers.matched(&own) > 0;
    is_small
        && (is_unknown(word, vocabulary) || is_kind() && !is_held(word, vocabulary) || vocabulary.countries.is_name(word.text))
}
