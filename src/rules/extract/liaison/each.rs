//! What a sentence asks of each addressee: "sent to JCA-COP for action and to SG17 for information", in six languages.

use super::addressees::{Addressee, bodies, is_activity};
use super::phrases::pairs;
use super::{Letter, asks, origin};
use crate::domain::steps::{FoundLiaison, Part};
use crate::domain::words::Purpose;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::liaison_words::LiaisonLabel as Label;

/// Words of a purpose at most.
const PURPOSE: usize = 6;

/// The addressees that a sentence names with the purpose of each, when the activity is among them; of several sentences the first.
pub(super) fn addressees(letter: &Letter<'_>) -> Vec<Addressee> {
    let rows = letter.header.all(Label::Purpose).map(|row| row.replace('\n', " "));
    let sentences = asks::sentences(&letter.prose);
    rows.chain(sentences).map(|sentence| in_sentence(&sentence, letter)).find(|found| is_ours(found, letter)).unwrap_or_default()
}

/// Writes them down where no row has named anybody.
pub(super) fn fill(found: &mut FoundLiaison, each: &[Addressee], part: Part) {
    let (informed, asked): (Vec<_>, Vec<_>) = each.iter().partition(|addressee| addressee.purpose == Some(Purpose::Information));
    for (field, list) in [("to", asked), ("cc", informed)] {
        let own = if field == "to" { &mut found.to } else { &mut found.cc };
        if own.is_empty() && !list.is_empty() {
            own.extend(list.iter().map(|addressee| addressee.body.clone()));
            let words = own.join("; ");
            super::set(found, field, part, &words, "purpose-beside-the-body");
        }
    }
}

fn is_ours(found: &[Addressee], letter: &Letter<'_>) -> bool {
    found.iter().any(|addressee| is_activity(&addressee.body, letter.charter()))
}

fn in_sentence(sentence: &str, letter: &Letter<'_>) -> Vec<Addressee> {
    let vocabulary = letter.vocabulary();
    let mut found = Vec::new();
    for [named, words] in pairs(&vocabulary.liaison.each, sentence) {
        let Some(purpose) = purpose(words, vocabulary) else { continue };
        for body in bodies(named, letter.rules) {
            if is_activity(&body, letter.charter()) || origin::is_named_body(&body, letter) {
                found.push(Addressee { body, purpose: Some(purpose) });
            }
        }
    }
    found
}

/// "for action", "for your information".
fn purpose(words: &str, vocabulary: &Vocabulary) -> Option<Purpose> {
    (words.split_whitespace().count() <= PURPOSE).then(|| asks::of_row(words, vocabulary)).flatten()
}
