//! The writer as the person who is meant, and what his text says of him.

use super::affiliation::cut_role;
use super::emails::{Email, Likeness, emails, likeness};
use super::functions::{behind, current_role};
use super::letter::{Letter, plain};
use super::mentions::sentence_bounds;
use super::names::{self, Name};
use super::person::{Common, Segment, details, set};
use super::segments::{FEW, called, short_names};
use super::units::{Shape, Unit};
use crate::domain::address::Address;
use crate::domain::steps::{FoundPerson, Part};
use crate::domain::words::{Action, Kind};
use crate::vocabulary::labels::any;

/// Characters in which words before an address say that it is a former one.
const BEFORE: usize = 30;

impl Letter<'_> {
    /// What the text states as new counts before what stands under it.
    pub(super) fn prefer_said(&self, person: &mut FoundPerson, common: &Common) {
        let is_closing =
            |unit: &Unit| self.signers.iter().any(|signer| unit.shape == Shape::Line && unit.text.starts_with(&signer.text));
        let before = self.units.iter().take(self.signature).take_while(|unit| !is_closing(unit));
        let own = Segment { before: "", pieces: before.map(|unit| (unit, unit.text.as_str())).collect(), others: Vec::new() };
        let name = Name { text: person.name.clone().unwrap_or_default(), honorific: None, start: 0, end: 0 };
        let said = details(&name, Part::Body, &own, common, self.vocabulary, self.charter);
        for field in ["email", "phone"] {
            let is_said = if field == "email" { said.email.is_some() } else { said.phone.is_some() };
            if is_said {
                match field {
                    "email" => person.email.clone_from(&said.email),
                    _ => person.phone.clone_from(&said.phone),
                }
                person.sources.retain(|source| source.field != field);
                person.sources.extend(said.sources.iter().filter(|source| source.field == field).cloned());
            }
        }
        if let Some((role, part)) = current_role(&own, self.vocabulary) {
            person.sources.retain(|source| source.field != "role");
            set(person, "role", part, &role, "function-in-text");
            person.role = Some(role);
            cut_role(person);
        }
    }

    /// The writer, who proposes, corrects or withdraws himself.
    pub(super) fn writer_himself(&self, common: &Common) -> Option<FoundPerson> {
        let name = self.writer.clone()?;
        let at = self.units.iter().rposition(|unit| unit.text.contains(&name.text));
        let mut person = match at {
            Some(at) => {
                let unit = self.units.get(at);
                let start = unit.and_then(|unit| unit.text.find(&name.text)).unwrap_or(0);
                let here = Name { start, end: start + name.text.len(), ..name.clone() };
                let segment = self.pieces(at, &here, self.units.len(), None, Vec::new());
                details(&name, unit.map_or(Part::Signature, |unit| unit.part), &segment, common, self.vocabulary, self.charter)
            }
            None => {
                let segment = Segment { before: "", pieces: Vec::new(), others: Vec::new() };
                details(&name, Part::From, &segment, common, self.vocabulary, self.charter)
            }
        };
        if self.kind == Kind::ContactUpdate {
            self.prefer_said(&mut person, common);
        } else {
            self.fill_from_text(&mut person, &name, common);
        }
        if person.role.is_none()
            && let Some(role) = self.own_role()
        {
            set(&mut person, "role", Part::Body, &role, "function-of-the-writer");
            person.role = Some(role);
        }
        if person.email.is_none() {
            self.reach_at_from(&mut person);
        }
        Some(person)
    }

    /// What the text says where the signature says nothing; an address that is made of the name counts more than one that is not.
    fn fill_from_text(&self, person: &mut FoundPerson, name: &Name, common: &Common) {
        let own = if self.also_self {
            self.own_sentences()
        } else {
            let pieces = self.units.iter().take(self.signature).map(|unit| (unit, unit.text.as_str())).collect();
            Segment { before: "", pieces, others: Vec::new() }
        };
        let mut said = details(name, Part::Body, &own, common, self.vocabulary, self.charter);
        let is_alike = |email: &crate::domain::address::Address| likeness(email, &name.text) == Likeness::Alike;
        if said.email.as_ref().is_some_and(is_alike) && !person.email.as_ref().is_some_and(is_alike) {
            person.email = None;
            person.sources.retain(|source| source.field != "email");
        }
        (said.role, said.organization) = (None, None);
        merge(person, said);
    }

    /// The sentences in which the writer, who means himself beside others, names none of them.
    fn own_sentences(&self) -> Segment<'_> {
        let mut pieces = Vec::new();
        let named = self.units.iter().take(self.signature).flat_map(|unit| unit.names(self.vocabulary));
        let others: Vec<String> =
            named.filter(|name| !self.is_writer(&name.text)).take(FEW).flat_map(|name| short_names(&name.text)).collect();
        for unit in self.units.iter().take(self.signature).filter(|unit| !self.is_greeting(unit)) {
            let mut from = 0;
            while let Some(rest) = unit.text.get(from..).filter(|rest| !rest.is_empty()) {
                let (_, end) = sentence_bounds(rest, 0, |word| self.vocabulary.labels.honorifics.has(word));
                let sentence = rest.get(..end).unwrap_or(rest);
                if called(sentence, &others).is_empty() && unit.fields.is_empty() {
                    pieces.push((unit, sentence));
                }
                from += end.max(1);
            }
        }
        Segment::of(pieces)
    }

    /// The writer's number in a sentence of his own, when he means himself beside others.
    pub(super) fn own_number(&self, person: &mut FoundPerson, name: &Name, common: &Common) {
        if !self.also_self || person.phone.is_some() || self.kind != Kind::ContactSubmission {
            return;
        }
        let said = details(name, Part::Body, &self.own_sentences(), common, self.vocabulary, self.charter);
        merge(person, FoundPerson { phone: said.phone, sources: said.sources, ..FoundPerson::default() });
    }

    /// The function in the sentence in which the writer speaks of himself: "I am head of …", "как докладчик по …".
    pub(super) fn own_role(&self) -> Option<String> {
        let cues = &self.vocabulary.labels.cues;
        self.units.iter().take(self.signature).find_map(|unit| {
            let rest = behind(&unit.text, &cues.own_function)?;
            super::position::first_role_chunk(rest, self.vocabulary)
                .and_then(|chunk| super::bodies::role(&chunk, self.vocabulary))
        })
    }

    /// What stands behind the words by which the writer means himself beside others: "and me, the lab manager, on 07700 900655".
    pub(super) fn beside_me(&self, name: &Name, common: &Common) -> Option<FoundPerson> {
        if !self.also_self || self.kind != Kind::ContactSubmission {
            return None;
        }
        self.units.iter().take(self.signature).find_map(|unit| {
            let rest = behind(&unit.text, &self.vocabulary.labels.cues.also_self)?;
            let (_, end) = sentence_bounds(rest, 0, |word| self.vocabulary.labels.honorifics.has(word));
            let rest = rest.get(..end)?;
            let others = names::find(rest, self.vocabulary).into_iter().find(|other| !self.is_writer(&other.text));
            let rest = rest.get(..others.map_or(rest.len(), |other| other.start))?;
            let segment = Segment::of(vec![(unit, rest)]);
            let said = details(name, Part::Body, &segment, common, self.vocabulary, self.charter);
            Some(FoundPerson { organization: None, country: None, ..said })
        })
    }

    /// Whoever says of an address only that it is a former one, or that he is to be reached where he writes from.
    pub(super) fn prefer_from(&self, person: &mut FoundPerson) {
        let is_other = |email: &&Address| self.is_mail && Some(*email) != self.mail.writer();
        let Some(email) = person.email.as_ref().filter(is_other) else { return };
        if self.kind != Kind::ContactUpdate || person.action == Some(Action::Withdraw) || self.mail.writer().is_none() {
            return;
        }
        let own = self.units.iter().take(self.signature).flat_map(|unit| emails(&unit.text, self.vocabulary, self.charter));
        let said: Vec<Email> = own.filter(|own| own.address == *email).collect();
        let is_former = !said.is_empty() && said.iter().all(|own| own.is_old);
        let is_here = self.is_from_here() && !said.iter().any(|own| own.is_preferred);
        if is_former || is_here {
            person.sources.retain(|source| source.field != "email");
            self.reach_at_from(person);
        }
    }

    /// Whether the letter says that its writer is to be reached where he writes from, and not `instead of where I write from`.
    fn is_from_here(&self) -> bool {
        let cues = &self.vocabulary.labels.cues;
        self.units.iter().take(self.signature).any(|unit| {
            let said = plain(&unit.text);
            cues.from_here.candidates(&said).filter_map(|pattern| pattern.captures(&said)?.get(0)).any(|hit| {
                let head = said.get(..hit.start()).unwrap_or_default();
                let from = head.char_indices().rev().nth(BEFORE).map_or(0, |(at, _)| at);
                !any(&cues.old_value, head.get(from..).unwrap_or_default())
            })
        })
    }

    /// Whoever gives no address is reached where he wrote from.
    pub(super) fn reach_at_from(&self, person: &mut FoundPerson) {
        person.email = self.mail.writer().filter(|_| self.is_mail).cloned();
        if let Some(email) = person.email.clone() {
            set(person, "email", Part::From, email.reveal(), "address-of-the-writer");
        }
    }
}

/// Fields that one mention leaves open and another says.
pub(super) fn merge(person: &mut FoundPerson, more: FoundPerson) {
    let mut taken = Vec::new();
    let mut fill = |field: &'static str, own: &mut Option<String>, other: Option<String>| {
        if own.is_none() && other.is_some() {
            *own = other;
            taken.push(field);
        }
    };
    fill("role", &mut person.role, more.role);
    fill("phone", &mut person.phone, more.phone);
    fill("country", &mut person.country, more.country);
    fill("honorific", &mut person.honorific, more.honorific);
    let of_letter = |sources: &[crate::domain::steps::Source]| {
        sources.iter().any(|source| source.field == "organization" && source.rule == "organization-of-the-letter")
    };
    if person.organization.is_none() || of_letter(&person.sources) && !of_letter(&more.sources) && more.organization.is_some() {
        person.sources.retain(|source| source.field != "organization");
        person.organization = more.organization;
        taken.push("organization");
    }
    if person.email.is_none() && more.email.is_some() {
        person.email = more.email;
        taken.push("email");
    }
    person.sources.extend(more.sources.into_iter().filter(|source| taken.contains(&source.field)));
}
