//! The units that speak of one person, and what the rest of the letter says of him.

use super::emails::{Likeness, emails, likeness};
use super::letter::{Letter, plain, same_person, sorted_words};
use super::mentions::Mention;
use super::names::Name;
use super::people::is_forward;
use super::person::{Common, Segment, best_email, details, set};
use super::phones;
use super::stance::Stance;
use super::units::{Shape, Unit};
use super::writer::merge;
use crate::domain::steps::{FoundPerson, Part};
use crate::domain::words::Kind;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;

/// Whether a person's words say that the number before is his, too.
pub(super) fn says_same_number(segment: &Segment<'_>, vocabulary: &Vocabulary) -> bool {
    segment.pieces.iter().any(|(_, piece)| any(&vocabulary.labels.cues.same_number, &plain(piece)))
}

impl Letter<'_> {
    /// The writer's name as the letter has it in full: `J. Roe` below it is the From field's `Jane Roe`.
    pub(super) fn name_in_full(&self, person: &mut FoundPerson) {
        let long = |name: &str| sorted_words(name).iter().filter(|word| word.chars().count() > 1).count();
        let (Some(name), Some(writer)) = (person.name.as_deref(), &self.writer) else { return };
        if self.is_writer(name) && long(&writer.text) > long(name) {
            person.name = Some(writer.text.clone());
            set(person, "name", Part::From, &writer.text, "name-in-full");
        }
    }

    /// `same number`: that of the one before.
    pub(super) fn share_number(&self, person: &mut FoundPerson, previous: Option<&FoundPerson>) {
        let Some(previous) = previous.filter(|previous| previous.phone.is_some()) else { return };
        person.phone.clone_from(&previous.phone);
        person.sources.extend(previous.sources.iter().filter(|source| source.field == "phone").cloned());
    }

    /// An address anywhere in the text that is made of the person's name: lists of addresses stand behind lists of names.
    pub(super) fn find_address(&self, person: &mut FoundPerson) {
        let name = person.name.clone().unwrap_or_default();
        let own = self.units.iter().take(self.signature).map(|unit| (unit, emails(&unit.text, self.vocabulary, self.charter)));
        let alike = own.flat_map(|(unit, found)| found.into_iter().map(|email| (email, unit.part)));
        let mut alike = alike.filter(|(email, _)| !email.is_old && likeness(&email.address, &name) == Likeness::Alike);
        if let Some((email, part)) = alike.next() {
            set(person, "email", part, email.address.reveal(), "address-of-the-name");
            person.email = Some(email.address);
            return;
        }
        // Whoever is taken off, or whose letter is sent on, is known by the address in what stands below.
        if self.is_mail && self.kind != Kind::ContactWithdrawal && !is_forward(self) {
            return;
        }
        let text = &self.mail.text;
        let below = [&text.forwarded, &text.quoted, &text.headers].map(|text| emails(text, self.vocabulary, self.charter));
        let alike = below.into_iter().flatten().find(|email| likeness(&email.address, &name) == Likeness::Alike);
        if let Some(email) = alike {
            set(person, "email", Part::History, email.address.reveal(), "address-below");
            person.email = Some(email.address);
        }
    }

    /// The units that speak of a person: his record, or from behind his name to the next person's.
    pub(super) fn segment(&self, mention: &Mention, next: Option<&Mention>, chosen: &[Mention]) -> Segment<'_> {
        let others = chosen
            .iter()
            .map(|other| other.name.text.clone())
            .chain(self.signers.iter().map(|signer| signer.text.clone()))
            .filter(|other| !same_person(other, &mention.name.text))
            .collect();
        if let Some(record) = &mention.record {
            let units = self.units.get(record.from..record.to).unwrap_or_default();
            return Segment { before: "", pieces: units.iter().map(|unit| (unit, unit.text.as_str())).collect(), others };
        }
        let (to, stop) = match next {
            _ if mention.stance == Stance::Leaves => (mention.unit + 1, self.stop_in(mention, next)),
            Some(next) if next.record.is_some() || next.unit != mention.unit => (next.unit, None),
            Some(next) => (next.unit + 1, Some(next.name.start)),
            None => (self.end_of_last(mention), None),
        };
        self.pieces(mention.unit, &mention.name, to.max(mention.unit + 1), stop, others)
    }

    fn stop_in(&self, mention: &Mention, next: Option<&Mention>) -> Option<usize> {
        next.filter(|next| next.unit == mention.unit && next.record.is_none()).map(|next| next.name.start)
    }

    pub(super) fn pieces(&self, from: usize, name: &Name, to: usize, stop: Option<usize>, others: Vec<String>) -> Segment<'_> {
        let mut pieces = Vec::new();
        let mut before = "";
        for (index, unit) in self.units.iter().enumerate().take(to.min(self.units.len())).skip(from) {
            let start = if index == from { name.end } else { 0 };
            let end = if index + 1 == to { stop.unwrap_or(unit.text.len()) } else { unit.text.len() };
            if index == from {
                before = unit.text.get(..name.start).unwrap_or_default();
            }
            pieces.push((unit, unit.text.get(start..end.max(start)).unwrap_or_default()));
        }
        Segment { before, pieces, others }
    }

    /// Where the last person's units end: before the lines in which somebody else signs.
    fn end_of_last(&self, mention: &Mention) -> usize {
        if self.about_self && self.is_writer(&mention.name.text) {
            return self.units.len();
        }
        let signs = |unit: &Unit| {
            let named = || {
                self.signers
                    .iter()
                    .any(|signer| !same_person(&signer.text, &mention.name.text) && unit.text.contains(&signer.text))
            };
            self.vocabulary.mail.is_closing(&unit.text) || unit.shape != Shape::Prose && unit.fields.is_empty() && named()
        };
        let found = self.units.iter().enumerate().take(self.signature).skip(mention.unit + 1).find(|(_, unit)| signs(unit));
        found.map_or(self.signature.max(mention.unit + 1), |(index, _)| index)
    }

    /// What other mentions of the same person say, for what the chosen one leaves open.
    pub(super) fn fill_from_others(
        &self,
        person: &mut FoundPerson,
        mention: &Mention,
        mentions: &[Mention],
        chosen: &[Mention],
        common: &Common,
    ) {
        let leaves = mention.stance == Stance::Leaves;
        let same = mentions.iter().filter(|other| {
            (other.unit, other.name.start) != (mention.unit, mention.name.start)
                && same_person(&other.name.text, &mention.name.text)
                && other.unit < self.signature
        });
        for other in same {
            let next = mentions.iter().find(|next| {
                (next.unit, next.name.start) > (other.unit, other.name.start) && !same_person(&next.name.text, &other.name.text)
            });
            let to = other.unit + 1;
            let stop = next.filter(|next| next.unit == other.unit && next.record.is_none()).map(|next| next.name.start);
            let others =
                chosen.iter().map(|one| one.name.text.clone()).filter(|one| !same_person(one, &other.name.text)).collect();
            let segment = self.pieces(other.unit, &other.name, to, stop, others);
            let more = details(
                &other.name,
                self.units.get(other.unit).map_or(Part::Body, |unit| unit.part),
                &segment,
                common,
                self.vocabulary,
                self.charter,
            );
            if leaves {
                person.email = person.email.take().or(more.email);
            } else {
                merge(person, more);
            }
        }
    }

    /// Only one person is meant, so an address or a number elsewhere in the text is his, too.
    pub(super) fn look_around(&self, person: &mut FoundPerson, mention: &Mention) {
        let is_writer = self.is_writer(&mention.name.text);
        let own = self.units.iter().enumerate().filter(|(index, _)| *index < self.signature || is_writer);
        let units: Vec<&Unit> = own.map(|(_, unit)| unit).collect();
        if person.email.is_none() {
            let writer = self.mail.writer().filter(|_| self.is_mail);
            let all: Vec<_> = units
                .iter()
                .flat_map(|unit| emails(&unit.text, self.vocabulary, self.charter).into_iter().map(|email| (email, unit.part)))
                .filter(|(email, _)| is_writer || Some(&email.address) != writer)
                .collect();
            let others: Vec<String> = self
                .signers
                .iter()
                .map(|signer| signer.text.clone())
                .filter(|name| !same_person(name, &mention.name.text))
                .collect();
            if let Some((email, part)) = best_email(&all, &mention.name.text, &others) {
                set(person, "email", part, email.address.reveal(), "only-address");
                person.email = Some(email.address);
            }
        }
        if person.phone.is_none() && self.kind != Kind::ContactWithdrawal {
            let before = units.iter().take_while(|unit| !self.vocabulary.mail.is_closing(&unit.text));
            let number = before
                .flat_map(|unit| {
                    phones::find(&phones::without_extensions(&unit.text, self.vocabulary), self.vocabulary)
                        .into_iter()
                        .map(|phone| (phone, unit.part))
                })
                .filter(|(phone, _)| phone.line != phones::Line::Fax && !phone.is_old && (phone.announced || is_writer))
                .min_by_key(|(phone, _)| phone.line);
            if let Some((phone, part)) = number {
                person.phone = phones::normalise(&phone.words, person.country.as_deref());
                set(person, "phone", part, &phone.words, "only-number");
            }
        }
    }
}
