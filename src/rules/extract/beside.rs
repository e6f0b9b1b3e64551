//! People whom a letter proposes beside its liaison statement: one letter may carry several facts.

use super::{Reading, people};
use crate::domain::steps::{FoundLiaison, FoundPerson, Part};
use crate::domain::words::Kind;
use crate::mail::Mail;
use crate::rules::Rules;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::fold;

/// People whom the letter's own words propose in a sentence that names them and the activity or what they are to be; never the
/// statement's contacts, who are only whom to ask.
pub(super) fn people(rules: &Rules, mail: &Mail, liaison: &FoundLiaison) -> Vec<FoundPerson> {
    let is_attached = liaison.sources.iter().any(|source| source.part == Part::Attachment);
    let own = fold(&mail.text.own);
    let proposes = |text: &str| any(&rules.vocabulary.labels.cues.propose, text);
    if !is_attached || !proposes(&own) {
        return Vec::new();
    }
    // What is attached is the statement; its people are not the letter's.
    let cover = Mail { documents: Vec::new(), nested: Vec::new(), ..mail.clone() };
    let (mut found, _) = people::people(rules, &cover, Kind::ContactSubmission, &Reading::default());
    found.retain(|person| {
        let Some(name) = person.name.as_deref() else { return false };
        let is_contact = liaison.contacts.iter().any(|contact| {
            contact.email.is_some() && contact.email == person.email
                || contact.name.as_deref().is_some_and(|own| fold(own) == fold(name))
        });
        let folded = fold(name);
        let said = own.split(['.', '\n', '。', '!']).collect::<Vec<_>>();
        let named = said.iter().position(|sentence| sentence.contains(&folded));
        // The verb stands in the sentence of the name, or in the one before a list of names.
        let near = named.is_some_and(|at| said.iter().skip(at.saturating_sub(1)).take(2).any(|sentence| proposes(sentence)));
        !is_contact && near && (person.email.is_some() || person.phone.is_some())
    });
    found
}
