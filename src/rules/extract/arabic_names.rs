//! What tells a name in Arabic script, which has no capitals.

use super::letter::plain;
use super::names::is_part;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{Word, is_arabic, words};

/// Characters on either side of a name that are looked at: two long words and what parts them.
const AROUND: usize = 60;
/// What may stand beside a name that fills a piece of the text.
const MARKS: [char; 23] =
    ['،', ',', ':', '(', ')', '[', ']', '<', '>', '-', '–', '—', '؛', ';', '.', '|', '/', '@', '+', '"', '«', '»', '•'];

/// Arabic has no capitals: words without an honorific are a name only when they fill a piece of the text, or stand behind a word
/// that announces one.
pub(super) fn stands_alone(text: &str, name: &str, start: usize, end: usize, vocabulary: &Vocabulary) -> bool {
    // A given name has no article.
    if name.starts_with("ال") {
        return false;
    }
    // Two words on either side tell it; a text may be long.
    let from = text.get(..start).map_or(0, |head| head.char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at));
    let to = text.get(end..).map_or(end, |rest| rest.char_indices().nth(AROUND).map_or(text.len(), |(at, _)| end + at));
    let (before, after) = (text.get(from..start).unwrap_or_default(), text.get(end..to).unwrap_or_default());
    let opens = before.trim().is_empty()
        || before.ends_with(['\t', '\u{3000}'])
        || before.ends_with("  ")
        || before.trim_end().ends_with(MARKS);
    let closes = closes(after);
    let labels = &vocabulary.labels;
    let list = words(before);
    let last = list.last().map(|word| word.text).unwrap_or_default();
    let announced = any(&labels.cues.propose, &plain(last)) || labels.roles.has(last);
    // `غادر … الشركة`, `حلت محله …`: behind such a verb stands who goes or comes, up to a word that is no name's.
    let two = list.get(list.len().saturating_sub(2)).and_then(|word| before.get(word.start..)).map(plain).unwrap_or_default();
    let behind: String = words(after).iter().take(2).map(|word| format!("{} ", word.text)).collect();
    let moves = any(&labels.cues.withdraw, &plain(&behind))
        || [&labels.cues.withdraw, &labels.cues.replaced_by, &labels.cues.replaces].iter().any(|cues| any(cues, &two));
    let next = words(after).into_iter().next();
    let is_over = next.is_some_and(|next| !is_part(&next, vocabulary));
    closes && (opens || announced) || moves && (closes || is_over)
}

/// Whether a name may end before these words: at a gap, a mark, the end, or where the script changes.
pub(super) fn closes(after: &str) -> bool {
    let rest = after.trim_start();
    rest.is_empty()
        || after.starts_with(['\t', '\n', '\u{3000}'])
        || after.starts_with("  ")
        || rest.starts_with(MARKS)
        || rest.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// `ولد`, `بن`: whatever stands behind it is a name (`ولد الشيخ`).
pub(super) fn is_arabic_particle(word: &str, vocabulary: &Vocabulary) -> bool {
    word.starts_with(is_arabic) && vocabulary.labels.particles.has(word)
}

/// `السيدة هدى القاضي`: a family name may be an honorific or another known word, too, where the name ends with it.
pub(super) fn is_known_family(text: &str, list: &[Word<'_>], (from, at): (usize, usize), vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let Some(word) = list.get(at).filter(|word| word.text.starts_with("ال")) else { return false };
    let own = [*word];
    let is_known = labels.honorifics.matched(&own) > 0 || labels.breaks.matched(&own) > 0;
    let is_other = [&labels.roles, &labels.organizations, &labels.not_names].iter().any(|list| list.matched(&own) > 0);
    let ends = text.get(word.end..).is_some_and(|rest| !rest.starts_with([' ', '\n']) || is_bracket(rest));
    is_known && !is_other && ends && is_addressed(list, from, vocabulary)
}

/// Whether an honorific stands before a name.
fn is_addressed(list: &[Word<'_>], from: usize, vocabulary: &Vocabulary) -> bool {
    from.checked_sub(1).and_then(|at| list.get(at)).is_some_and(|word| vocabulary.labels.honorifics.has(word.text))
}

/// Whether brackets, or what is no Arabic, stand behind a word.
fn is_bracket(rest: &str) -> bool {
    rest.trim_start().starts_with(|c: char| matches!(c, '(' | '-' | '–' | '|') || c.is_ascii_alphanumeric())
}
