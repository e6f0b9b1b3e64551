//! Words beside a name that make a body's name of it.

use super::alphabetic::without_elision;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, is_arabic};

/// Whether a body's name goes on behind the words: `Coromandel Engineering & Media School`.
pub(super) fn begins_body(text: &str, list: &[Word<'_>], last: usize, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let (Some(end), Some(next)) = (list.get(last), list.get(last + 1)) else { return false };
    let is_and = next.text.is_empty() || labels.ands.matched(&[*next]) > 0;
    if !is_and || text.get(end.end..next.start).is_none_or(|gap| !gap.trim().is_empty()) {
        return false;
    }
    // `Tanzania Posts & Telephones`
    let is_sign = text.get(end.end..next.start).is_some_and(|gap| gap.contains('&')) || next.text.is_empty();
    if is_sign && list.get(last + 2).is_some_and(|word| word.text.starts_with(char::is_uppercase)) {
        return true;
    }
    let behind = list.get(last + 2..).unwrap_or_default().iter().take_while(|word| word.text.starts_with(char::is_uppercase));
    behind.take(4).any(|word| labels.organizations.matched(&[*word]) > 0)
}

/// Whether capitalised words directly behind make a body's name of it: `Korea Safe Internet Center`, `Arab Kids Online`.
pub(super) fn runs_into_body(text: &str, list: &[Word<'_>], last: usize, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let mut previous = last;
    for at in last + 1..last + 5 {
        let (Some(before), Some(word)) = (list.get(previous), list.get(at)) else { return false };
        let is_near = text.get(before.end..word.start) == Some(" ");
        let is_small_form = word.text.contains('.') && at == last + 1;
        if !is_near || !(word.text.starts_with(char::is_uppercase) || is_small_form) || labels.roles.matched(&[*word]) > 0 {
            return false;
        }
        let is_form = at == last + 1 && list.get(at..).is_some_and(|rest| labels.legal_forms.matched(rest) > 0);
        if is_form || labels.organizations.matched(&[*word]) > 0 || at == last + 1 && is_noun_of_bodies(word, vocabulary) {
            return true;
        }
        previous = at;
    }
    false
}

/// Whether a word of no name may stand in a body's: no label, no honorific.
fn is_noun_of_bodies(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    word.text.chars().count() > 3
        && word.text.contains(char::is_lowercase)
        && labels.not_names.matched(&[*word]) > 0
        && labels.breaks.matched(&[*word]) == 0
        && labels.person_label(word.text).is_none()
        && labels.honorifics.matched(&[*word]) == 0
}

/// Whether the words go on with the name of a body that stands directly before them: `Federación Ibérica de Denuncia`.
pub(super) fn belongs_to_body(text: &str, list: &[Word<'_>], from: usize, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let mut at = from;
    for _ in 0..3 {
        let (Some(before), Some(word)) = (at.checked_sub(1).and_then(|at| list.get(at)), list.get(at)) else { return false };
        let gap = text.get(before.end..word.start).unwrap_or_default();
        if !gap.chars().all(|c| c == ' ' || c == '\'' || c == '’') || gap.chars().count() > 1 {
            return false;
        }
        let is_link = labels.links.matched(&[*before]) > 0 || labels.particles.matched(&[*before]) > 0;
        // `Jefa de Asuntos Internacionales`: what a function is for.
        let is_function = at != from && labels.roles.matched(&[*before]) > 0;
        let before = &without_elision(*before);
        let is_name = before.text.starts_with(|c: char| c.is_uppercase() || is_arabic(c));
        // `División de Política Regulatoria`: a part of a body, behind a link.
        let is_part = || at != from && labels.subunits.matched(&[*before]) > 0;
        // `la fondation Jeunes Connectés`
        let is_small = at == from && before.text.starts_with(char::is_lowercase) && labels.small_names.matched(&[*before]) > 0;
        let is_body = is_function || is_small || is_name && (labels.organizations.matched(&[*before]) > 0 || is_part());
        if is_body {
            // Arabic puts nothing between a body and who is named next, so only a link is sure.
            return !before.text.starts_with(is_arabic) || at != from;
        }
        if !is_link {
            return false;
        }
        at -= 1;
    }
    false
}
