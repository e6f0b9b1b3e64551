//! Names of persons in Arabic running text, which has no capitals: a given name of the list, and what goes on with it.

use super::arabic_names::closes;
use super::beside_names::belongs_to_body;
use super::names::{Name, is_part};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, is_arabic};

/// Words of a name at most, particles included.
const LONGEST: usize = 7;
/// Letters of a word with an article that is a family name at least: `الحر` is, `ال` is not.
const FAMILY: usize = 5;

/// Adds the names of a text that begin with a given name of the list; they count before runs of words that only might be names.
pub(super) fn add_arabic(found: &mut Vec<Name>, text: &str, list: &[Word<'_>], vocabulary: &Vocabulary) {
    let sure = arabic(text, list, vocabulary);
    let overlap = |one: &Name, other: &Name| one.start < other.end && other.start < one.end;
    found.retain(|name| name.honorific.is_some() || !sure.iter().any(|other| overlap(name, other)));
    let more = sure.into_iter().filter(|name| !found.iter().any(|other| overlap(name, other))).collect::<Vec<_>>();
    found.extend(more);
}

/// `وخالد`: a given name with an "and" or a preposition before it begins another name.
pub(super) fn is_joined(word: &str, vocabulary: &Vocabulary) -> bool {
    word.starts_with(is_arabic) && !vocabulary.labels.given.has(word) && begins(word, vocabulary).is_some()
}

/// Letters of a word from which its ending may be a pronoun or a plural: shorter ones are words of their own.
const INFLECTED: usize = 5;

/// Whether an Arabic word is a sentence's by its form: `معكم`, `سجلوني`, `سأشارك`, `للسجلات`, `والعنوان`.
pub(super) fn is_sentence_word(word: &str) -> bool {
    let long = word.chars().count();
    let ends = ["كم", "وني", "وا", "هما", "تني"].iter().any(|ending| word.ends_with(ending));
    let begins = ["لل", "سأ", "وال", "بال", "فال", "كال"].iter().any(|start| word.starts_with(start));
    long >= INFLECTED && (ends || begins) || word == "معكم"
}

/// The names in a text that begin with a given name of the list, wherever they stand.
pub(super) fn arabic(text: &str, list: &[Word<'_>], vocabulary: &Vocabulary) -> Vec<Name> {
    let mut found = Vec::new();
    if !text.contains(is_arabic) {
        return found;
    }
    let mut at = 0;
    while let Some(word) = list.get(at) {
        let Some(lead) = begins(word.text, vocabulary) else {
            at += 1;
            continue;
        };
        let last = last_word(text, list, at, vocabulary);
        match list.get(last).filter(|_| last > at && !belongs_to_body(text, list, at, vocabulary)) {
            Some(end) => {
                let start = father_of(text, list, at, vocabulary).unwrap_or(word.start + lead);
                let name = text.get(start..end.end).unwrap_or_default().trim_end_matches('.').to_owned();
                found.push(Name { end: start + name.len(), text: name, honorific: None, start });
                at = last + 1;
            }
            None => at += 1,
        }
    }
    found
}

/// `حمود بن سالم`: where the name of a son or daughter begins, whose own given name no list has.
fn father_of(text: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> Option<usize> {
    let (child, particle, father) = (list.get(at.checked_sub(2)?)?, list.get(at - 1)?, list.get(at)?);
    let is_near = text.get(child.end..particle.start) == Some(" ") && text.get(particle.end..father.start) == Some(" ");
    let is_child = is_near && vocabulary.labels.particles.has(particle.text) && is_part(child, vocabulary);
    (is_child && child.text.starts_with(is_arabic) && !vocabulary.labels.particles.has(child.text)).then_some(child.start)
}

/// Octets before the given name with which a word begins: none, or those of an "and" or a preposition written on to it.
fn begins(word: &str, vocabulary: &Vocabulary) -> Option<usize> {
    let given = &vocabulary.labels.given;
    // The preposition `على` folds to the name `علي`.
    if word == "على" || word == "الى" {
        return None;
    }
    if given.has(word) {
        return Some(0);
    }
    let prefix = ["و", "ل", "ب", "ف"].into_iter().find(|prefix| word.strip_prefix(prefix).is_some_and(|rest| given.has(rest)))?;
    Some(prefix.len())
}

/// The last word of the name that begins with a word: given names, particles with what follows them, and one family name.
fn last_word(text: &str, list: &[Word<'_>], from: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let mut last = from;
    let mut at = from + 1;
    while let (Some(before), Some(word)) = (list.get(at - 1), list.get(at)) {
        let is_near = text.get(before.end..word.start).is_some_and(|gap| gap.trim().is_empty() && !gap.contains(['\n', '\t']));
        if !is_near || at - from >= LONGEST || word.text == "على" || before.text.ends_with('.') {
            break;
        }
        if let Some(next) = list.get(at + 1).filter(|next| labels.particles.has(word.text) && next.text.starts_with(is_arabic)) {
            // `بن عبد الله`: two in a row.
            let is_two = labels.particles.has(next.text);
            last = if is_two { last } else { at + 1 };
            at += if is_two { 1 } else { 2 };
            continue;
        }
        if labels.given.has(word.text) {
            last = at;
            at += 1;
            continue;
        }
        if is_family(text, word, vocabulary) {
            last = at;
            // `المنصوري الهاشمي`: a second one may follow.
            if let Some(next) = list.get(at + 1)
                && next.text.starts_with("ال")
                && next.text.ends_with('ي')
                && text.get(word.end..next.start) == Some(" ")
                && is_family(text, next, vocabulary)
            {
                last = at + 1;
            }
        }
        break;
    }
    last
}

/// Whether a word may be a family name where it stands: with an article, or before a mark or the end.
fn is_family(text: &str, word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    if !word.text.starts_with(is_arabic) || !is_part(word, vocabulary) || begins(word.text, vocabulary).is_some_and(|at| at > 0) {
        return false;
    }
    if word.text.starts_with("ال") {
        return word.text.chars().count() >= FAMILY;
    }
    let behind = text.get(word.end..).unwrap_or_default();
    let next = crate::vocabulary::words::words(behind).into_iter().next();
    let is_over = next.is_some_and(|next| !is_part(&next, vocabulary));
    (closes(behind) || is_over) && !word.text.starts_with(['و', 'ف']) && word.text.chars().count() > 2
}
