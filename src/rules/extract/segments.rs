//! The units that speak of one person, and what the rest of the letter says of him.

use super::bodies::chunks;
use super::emails::{Likeness, emails, likeness};
use super::letter::{Letter, is_inflected, plain, same_person, sorted_words};
use super::mentions::{Mention, sentence_bounds};
use super::names::Name;
use super::people::is_forward;
use super::person::{Common, Segment, best_email, details, set};
use super::phones;
use super::stance::Stance;
use super::units::{Shape, Unit};
use super::writer::merge;
use crate::domain::address::Address;
use crate::domain::steps::{FoundPerson, Part};
use crate::domain::words::Kind;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{fold, is_han, words};

/// Lines from a name on in which his address stands.
const NEAR: usize = 4;
/// Letters of a name that stands for the whole at least: fewer are words, too (`Ana`, `Лев`).
const SHORTEST_NAME: usize = 4;
/// People whom a letter may call by a part of their names: each is looked for in all of it, and a long list names each in full.
pub(super) const FEW: usize = 20;

/// Whether a person's words say that the number before is his, too.
pub(super) fn says_same_number(segment: &Segment<'_>, vocabulary: &Vocabulary) -> bool {
    segment.pieces.iter().any(|(_, piece)| any(&vocabulary.labels.cues.same_number, &plain(piece)))
}

/// Where another of the chosen people is named again behind a mention.
fn again<'m>(mention: &Mention, chosen: &[Mention], mentions: &'m [Mention]) -> Option<&'m Mention> {
    if chosen.len() > FEW {
        return None;
    }
    let is_other = |name: &str| {
        !same_person(name, &mention.name.text)
            && chosen.iter().any(|other| other.stance != Stance::Leaves && same_person(&other.name.text, name))
    };
    mentions.iter().find(|other| {
        (other.unit, other.name.start) > (mention.unit, mention.name.start)
            && other.record.is_none()
            && is_other(&other.name.text)
    })
}

/// The words by which a letter calls somebody for short; a Chinese name is not shortened.
pub(super) fn short_names(name: &str) -> Vec<String> {
    if name.chars().any(is_han) {
        return vec![fold(name)];
    }
    sorted_words(name).into_iter().filter(|word| word.chars().count() >= SHORTEST_NAME).collect()
}

/// Whether a person's number stands outside the unit that names him.
fn is_elsewhere(person: &FoundPerson, unit: Option<&Unit>) -> bool {
    let number = person.sources.iter().find(|source| source.field == "phone");
    number.is_some_and(|number| unit.is_none_or(|unit| !unit.text.contains(number.words.as_str())))
}

/// Where a text calls somebody by one of these words: begin and end, in octets.
pub(super) fn called(text: &str, names: &[String]) -> Vec<(usize, usize)> {
    let han = names.iter().filter(|name| name.chars().any(is_han));
    let mut found: Vec<(usize, usize)> =
        han.flat_map(|name| text.match_indices(name.as_str()).map(|(at, _)| (at, at + name.len()))).collect();
    let list = words(text);
    let is_name = |word: &str| {
        let folded = fold(word);
        names.iter().any(|name| *name == folded || is_inflected(name, &folded))
    };
    let written = list.iter().filter(|word| !word.text.starts_with(char::is_lowercase) && is_name(word.text));
    found.extend(written.map(|word| (word.start, word.end)));
    found.sort_unstable();
    found
}

impl Letter<'_> {
    /// What the letter says further down behind a part of the name: `Jane: 555 0100`, `Рустаму: …`.
    pub(super) fn fill_from_short_names(&self, person: &mut FoundPerson, mention: &Mention, chosen: &[Mention], common: &Common) {
        if chosen.len() < 2 || chosen.len() > FEW || mention.stance == Stance::Leaves || mention.record.is_some() {
            return;
        }
        let others: Vec<String> = chosen
            .iter()
            .filter(|other| !same_person(&other.name.text, &mention.name.text))
            .flat_map(|other| short_names(&other.name.text))
            .collect();
        let own: Vec<String> = short_names(&mention.name.text).into_iter().filter(|name| !others.contains(name)).collect();
        for (index, unit) in self.units.iter().enumerate().take(self.signature).skip(mention.unit) {
            let from = if index == mention.unit { mention.name.end } else { 0 };
            let stops = called(&unit.text, &others);
            for (_, end) in called(&unit.text, &own).into_iter().filter(|(start, _)| *start >= from) {
                let stop = stops.iter().map(|(start, _)| *start).find(|start| *start >= end).unwrap_or(unit.text.len());
                let piece = unit.text.get(end..stop).unwrap_or_default();
                let (_, last) = sentence_bounds(piece, 0, |word| self.vocabulary.labels.honorifics.has(word));
                let pieces = vec![(unit, piece.get(..last).unwrap_or_default())];
                let segment = Segment { before: "", pieces, others: others.clone() };
                let more = details(&mention.name, unit.part, &segment, common, self.vocabulary, self.charter);
                // A number that stands behind his name counts before one that only follows the first mention of it.
                if more.phone.is_some() && is_elsewhere(person, self.units.get(mention.unit)) {
                    person.phone = None;
                    person.sources.retain(|source| source.field != "phone");
                }
                merge(person, FoundPerson { role: None, organization: None, country: None, ..more });
            }
        }
    }

    /// The writer's name as the letter has it in full: `J. Roe` below it is the From field's `Jane Roe`.
    pub(super) fn name_in_full(&self, person: &mut FoundPerson) {
        let long = |name: &str| sorted_words(name).iter().filter(|word| word.chars().count() > 1).count();
        let (Some(name), Some(writer)) = (person.name.as_deref(), &self.writer) else { return };
        if self.is_writer(name) && long(&writer.text) > long(name) {
            person.name = Some(writer.text.clone());
            set(person, "name", Part::From, &writer.text, "name-in-full");
        }
    }

    /// `the same`, `the same organization, regional office`: that of the one before.
    pub(super) fn same_as_before(&self, person: &mut FoundPerson, previous: Option<&FoundPerson>) {
        let is_ditto = |text: &str| {
            let first = chunks(text).into_iter().next().unwrap_or_default();
            self.vocabulary.labels.dittos.is(first.trim())
        };
        if let Some(previous) = previous
            && person.organization.as_deref().is_some_and(is_ditto)
        {
            person.organization.clone_from(&previous.organization);
            person.country = person.country.take().or_else(|| previous.country.clone());
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

    /// Somebody who goes has no new number; what stands behind his name is often the newcomer's.
    pub(super) fn as_leaving(&self, person: &mut FoundPerson, chosen: &[Mention]) {
        if person.email.is_none() {
            self.find_old_address(person, chosen);
        }
        let name = person.name.clone().unwrap_or_default();
        // A function directly behind the name is his own.
        let is_own = person.role.as_ref().filter(|role| self.is_function(role)).is_some_and(|role| {
            let beside = format!("{name}, {role}");
            self.units.iter().take(self.signature).any(|unit| unit.text.contains(&beside))
        });
        person.phone = None;
        person.role = person.role.take().filter(|_| is_own);
        person.email = person.email.take().filter(|email| likeness(email, &name) != Likeness::Unlike);
        person.sources.retain(|source| source.field != "phone" && (is_own || source.field != "role"));
    }

    /// Whether words begin as a function does and say nothing of leaving: `moved to another post` is none.
    fn is_function(&self, role: &str) -> bool {
        let list = words(role);
        let begins = (0..2).any(|at| list.get(at..).is_some_and(|rest| self.vocabulary.labels.roles.matched(rest) > 0));
        begins && !any(&self.vocabulary.labels.cues.withdraw, &plain(role))
    }

    /// The address of somebody who goes is the one that is not to be used any more, when it may be his.
    fn find_old_address(&self, person: &mut FoundPerson, chosen: &[Mention]) {
        let name = person.name.clone().unwrap_or_default();
        let own = self.units.iter().take(self.signature);
        let all =
            own.flat_map(|unit| emails(&unit.text, self.vocabulary, self.charter).into_iter().map(|email| (email, unit.part)));
        let is_others = |address: &Address| {
            let mut others = chosen.iter().filter(|other| !same_person(&other.name.text, &name));
            others.any(|other| likeness(address, &other.name.text) == Likeness::Alike)
        };
        let mut former = all.filter(|(email, _)| {
            email.is_old && likeness(&email.address, &name) != Likeness::Unlike && !is_others(&email.address)
        });
        if let Some((email, part)) = former.next() {
            set(person, "email", part, email.address.reveal(), "former-address");
            person.email = Some(email.address);
        }
    }

    /// The units that speak of a person: his record, or from behind his name to the next person's.
    pub(super) fn segment(
        &self,
        mention: &Mention,
        next: Option<&Mention>,
        chosen: &[Mention],
        mentions: &[Mention],
    ) -> Segment<'_> {
        // A signer in another script may be the same person; an address right behind a name is his who is named.
        let is_latin = |name: &str| name.starts_with(|c: char| c < '\u{250}');
        let paragraph = self.units.get(mention.unit).map_or(0, |unit| unit.paragraph);
        let near = self.units.iter().skip(mention.unit).take(NEAR).take_while(|unit| unit.paragraph == paragraph);
        let has_address = near.into_iter().any(|unit| unit.text.contains('@'));
        let is_same_hand = |signer: &str| has_address && is_latin(signer) != is_latin(&mention.name.text);
        let others = chosen
            .iter()
            .map(|other| other.name.text.clone())
            .chain(self.signers.iter().filter(|signer| !is_same_hand(&signer.text)).map(|signer| signer.text.clone()))
            .chain(mentions.iter().take(FEW).map(|other| other.name.text.clone()))
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
            None => {
                let end = self.end_of_last(mention);
                // Who is named again goes on with his own details.
                match again(mention, chosen, mentions).filter(|other| other.unit < end) {
                    Some(other) if other.unit > mention.unit => (other.unit, None),
                    Some(other) => (other.unit + 1, Some(other.name.start)),
                    None => (end, None),
                }
            }
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
            // `Details of Ms Roe:` has her lines below it.
            let to = self.end_of_heading(other).unwrap_or(other.unit + 1);
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

    /// Where the paragraph ends that a line with nothing but a name and a colon at its end heads.
    fn end_of_heading(&self, mention: &Mention) -> Option<usize> {
        let heading = self.units.get(mention.unit)?;
        let is_heading = heading.text.get(mention.name.end..).is_some_and(|rest| matches!(rest.trim(), ":" | "：" | "﹕"));
        let paragraph = self.units.get(mention.unit + 1).map(|unit| unit.paragraph).filter(|_| is_heading)?;
        let below = self.units.iter().skip(mention.unit + 1).take(NEAR).take_while(|unit| unit.paragraph == paragraph);
        Some(mention.unit + 1 + below.count())
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
