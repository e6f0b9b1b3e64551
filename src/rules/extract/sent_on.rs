//! People of a letter that another one attaches or sends on with a note.

use super::Reading;
use super::letter::{Letter, same_person};
use super::people::COVERING_NOTE;
use super::person::Common;
use crate::domain::steps::{FoundPerson, Part, Source};
use crate::domain::words::Kind;
use crate::rules::Rules;

impl Letter<'_> {
    /// Whoever a covering note only names says the rest in the letter that is attached to it.
    pub(super) fn with_details_below(&self, found: Vec<FoundPerson>, rules: &Rules, common: &mut Common) -> Vec<FoundPerson> {
        let [only] = found.as_slice() else { return found };
        let is_said = |source: &Source| source.field == "email" && source.part != Part::History;
        if only.sources.iter().any(is_said) || only.phone.is_some() || only.role.is_some() || self.kind != Kind::ContactSubmission
        {
            return found;
        }
        let name = only.name.clone().unwrap_or_default();
        let sent_on = self.mail.sent_on(&self.vocabulary.mail);
        for inner in self.mail.nested.iter().chain(&sent_on) {
            let letter = Letter::of_mail(rules, inner, self.kind, &Reading::default());
            let inner_common = letter.common();
            let people = letter.in_text(&inner_common).0.into_iter().chain(letter.writer_himself(&inner_common));
            let same = people.into_iter().find(|person| person.name.as_deref().is_some_and(|full| same_person(full, &name)));
            if let Some(mut person) = same {
                letter.complete(&mut person, &inner_common);
                person.honorific = person.honorific.take().or_else(|| only.honorific.clone());
                *common = Common { organization: inner_common.organization.or(common.organization.take()), ..inner_common };
                return vec![person];
            }
        }
        found
    }

    /// `Please enter the person below.` above somebody's own letter: whom that one names, else whoever wrote it.
    pub(super) fn of_what_is_sent_on(&self, rules: &Rules, common: &mut Common) -> Option<Vec<FoundPerson>> {
        let is_note = self.is_mail && !self.about_self && self.mail.text.own.chars().count() <= COVERING_NOTE;
        let inner = self.mail.sent_on(&self.vocabulary.mail).filter(|_| is_note)?;
        if inner.writer().is_none_or(|writer| self.charter.is_own(writer) || Some(writer) == self.mail.writer()) {
            return None;
        }
        let letter = Letter::of_mail(rules, &inner, self.kind, &Reading::default());
        let own = letter.common();
        let (mut found, _) = letter.in_text(&own);
        if found.is_empty() {
            found.extend(letter.writer_himself(&own));
        }
        for person in &mut found {
            letter.complete(person, &own);
            person.sources.iter_mut().for_each(|source| source.part = Part::History);
        }
        *common = Common { organization: own.organization.or(common.organization.take()), ..own };
        Some(found).filter(|found| !found.is_empty())
    }
}
