//! What holds for a person by the letter as a whole: the body that is represented, country, the writer's own address.

use super::bodies::{category, chunks, is_office, seat_category, study_groups};
use super::emails::{Likeness, likeness};
use super::letter::Letter;
use super::person::{Common, set};
use super::phones;
use super::russian;
use crate::domain::steps::{FoundPerson, Part};
use crate::domain::words::Kind;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{fold, words};
use std::borrow::Cow;

/// What the Telecommunication Standardization Advisory Group is called on the roster.
const ADVISORY_GROUP: &str = "TSAG";

/// What a letter as a whole says of everybody in it. Read once: a list of people asks for each of them.
#[derive(Debug)]
pub(super) struct Ground {
    /// The subject, then the text with its signature and documents, then what is sent on.
    texts: [String; 3],
    /// The first study group in these.
    study_group: Option<String>,
    /// The category of the first other seat in these.
    seat: Option<String>,
    /// Whether the subject names the advisory group and no other seat.
    is_advisory: bool,
    /// The category of the bodies that the text speaks of.
    spoken_of: Option<&'static str>,
    /// Whether it calls itself a member.
    is_member: bool,
    /// The country of the first body that it names.
    country: Option<String>,
}

/// A text without the options of a form that nobody has ticked: `[ ] Member State  [x] Academia`.
fn ticked(text: &str) -> Cow<'_, str> {
    const OPEN: [&str; 4] = ["[ ]", "[]", "☐", "□"];
    if !OPEN.iter().any(|mark| text.contains(mark)) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, mark)) = OPEN.iter().filter_map(|mark| Some((rest.find(mark)?, *mark))).min() {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        kept.push_str(before);
        let after = after.strip_prefix(mark).unwrap_or_default();
        rest = after.find(['[', '☐', '☑', '☒', '■', '□', '\n']).and_then(|end| after.get(end..)).unwrap_or_default();
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Words between the kind of a body and the adjective of its country at most.
const BESIDE: usize = 2;

impl Letter<'_> {
    /// Fills what the person's own words leave open.
    pub(super) fn complete(&self, person: &mut FoundPerson, common: &Common) {
        let is_writer = person.name.as_deref().is_some_and(|name| self.is_writer(name));
        if is_writer {
            self.prefer_from(person);
        }
        // `Cata` writes for herself and for another; her address has her whole name.
        let is_alike = || {
            let from = self.mail.writer().filter(|_| self.is_mail && self.about_self);
            from.zip(person.name.as_deref()).is_some_and(|(from, name)| likeness(from, name) == Likeness::Alike)
        };
        if person.email.is_none() && (is_writer || is_alike()) && self.writes_himself() {
            self.reach_at_from(person);
        }
        if person.organization.is_none()
            && let Some((organization, part)) = &common.organization
        {
            person.organization = Some(organization.clone());
            set(person, "organization", *part, organization, "organization-of-the-letter");
        }
        // The From field says least of where somebody comes from.
        if person.organization.is_none()
            && self.is_mail
            && let Some(organization) = self.sending_body()
        {
            set(person, "organization", Part::From, &organization, "organization-of-the-sender");
            person.organization = Some(organization);
        }
        if person.organization.as_deref().is_some_and(|name| name.contains(|c| matches!(c, '\u{400}'..='\u{4FF}'))) {
            person.organization = person.organization.as_deref().map(|name| russian::nominative(name, self.vocabulary));
        }
        self.country_of_the_letter(person, common);
        if let (Some(phone), Some(country)) = (person.phone.clone(), person.country.clone())
            && !phone.starts_with('+')
        {
            person.phone = phones::normalise(&phone, Some(&country));
        }
        if person.category.is_some() {
            return;
        }
        if self.kind == Kind::ContactWithdrawal && person.organization.is_none() {
            // Nobody's representative is on the list of experts as one of them.
            if self.about_self && self.vocabulary.labels.offered.is_in(&self.said) {
                person.category = Some("expert".to_owned());
                set(person, "category", Part::Body, "expert", "words-of-the-body");
            }
            return;
        }
        self.represented(person);
        self.seat_of_its_own(person);
    }

    /// Whether From: is the writer's own address.
    fn writes_himself(&self) -> bool {
        self.is_mail && self.mail.writer().is_some()
    }

    /// The country of an adjective beside what a body is called: `a Norwegian helpline`, `le régulateur belge`.
    fn adjective(&self, text: &str) -> Option<&str> {
        let list = words(text);
        (0..list.len()).find_map(|at| {
            let is_body = list.get(at..).is_some_and(|rest| self.vocabulary.labels.organizations.matched(rest) > 0);
            let (first, last) = (list.get(at.saturating_sub(BESIDE))?, list.get((at + BESIDE).min(list.len() - 1))?);
            let beside = text.get(first.start..last.end).filter(|_| is_body)?;
            chunks(beside)
                .into_iter()
                .filter(|piece| piece.contains(list.get(at).map_or("", |word| word.text)))
                .find_map(|piece| self.vocabulary.countries.of_organization(piece))
        })
    }

    fn country_of_the_letter(&self, person: &mut FoundPerson, common: &Common) {
        if person.country.is_some() {
            return;
        }
        let countries = &self.vocabulary.countries;
        let own = person
            .organization
            .as_deref()
            .and_then(|name| countries.of_organization(name).or_else(|| countries.place_in_name(name)));
        person.country = own.map(str::to_owned).or_else(|| common.country.clone()).or_else(|| self.ground().country.clone());
        if let Some(code) = person.country.clone() {
            set(person, "country", Part::Body, &code, "country-of-the-letter");
        }
    }

    /// A representative of a body that the charter names comes from that body; its full name is the charter's.
    fn seat_of_its_own(&self, person: &mut FoundPerson) {
        let Some(organization) = person.organization.as_deref().map(fold) else { return };
        let seats = self.charter.seats.iter();
        let mut own =
            seats.filter(|seat| seat.study_group.is_none() && person.category.as_deref() == Some(seat.category.as_str()));
        let named = own.find(|seat| {
            fold(&seat.body).starts_with(&organization) || seat.aliases.iter().any(|alias| fold(alias) == organization)
        });
        let is_written = |body: &str| self.mail.text.own.to_lowercase().replace('\n', " ").contains(&body.to_lowercase());
        let Some(seat) = named else { return };
        // Without its abbreviation the name may be all that the letter says.
        let bare = seat.body.split(" (").next().unwrap_or(&seat.body);
        if let Some(body) = [seat.body.as_str(), bare].into_iter().find(|body| is_written(body)) {
            person.organization = Some(body.to_owned());
        }
    }

    /// The unit with a name, then what stands above it in its paragraph: a heading for several people.
    fn near(&self, name: &str) -> String {
        let Some(at) = self.units.iter().position(|unit| unit.text.contains(name)) else { return self.near_in_documents(name) };
        let paragraph = self.units.get(at).map_or(0, |unit| unit.paragraph);
        let own = self.units.get(at..=at).unwrap_or_default().iter();
        let below = self
            .units
            .iter()
            .skip(at + 1)
            .take_while(|unit| unit.paragraph == paragraph)
            .filter(|unit| !unit.fields.is_empty())
            .take(4);
        let above = self.units.get(..at).unwrap_or_default().iter().rev().take_while(|unit| unit.paragraph == paragraph).take(4);
        let texts: Vec<&str> = own.chain(below).chain(above).map(|unit| unit.text.as_str()).collect();
        texts.join("\n")
    }

    /// The lines around a name in a document: a form, or one of several.
    fn near_in_documents(&self, name: &str) -> String {
        let around = self.mail.documents.iter().find_map(|document| {
            let lines: Vec<&str> = document.text.lines().collect();
            let at = lines.iter().position(|line| line.contains(name))?;
            Some(lines.iter().skip(at).take(8).chain(lines.iter().take(at).rev().take(3)).copied().collect::<Vec<_>>().join("\n"))
        });
        around.filter(|_| !name.is_empty()).unwrap_or_default()
    }

    /// What the letter as a whole says of everybody in it.
    fn ground(&self) -> &Ground {
        self.ground.get_or_init(|| {
            let documents = self.mail.documents.iter().map(|document| document.text.as_str()).collect::<Vec<_>>().join("\n");
            let text = &self.mail.text;
            let own = format!("{}\n{}\n{}\n{documents}", self.mail.base_subject, ticked(&text.own), text.signature);
            let is_member = self.vocabulary.labels.declared.is_in(&fold(&own));
            let spoken_of = category(&format!("{own}\n{}", text.forwarded), self.vocabulary);
            let texts = [self.mail.base_subject.clone(), own, text.forwarded.clone()];
            let is_advisory = texts.first().is_some_and(|subject| {
                any(&self.vocabulary.labels.bodies.advisory_group, subject)
                    && seat_category(subject, self.vocabulary, self.charter).is_none()
            });
            let countries = &self.vocabulary.countries;
            let country = self.units.iter().find_map(|unit| {
                let named = super::organizations::organizations(&unit.text, self.vocabulary);
                named.iter().find_map(|name| countries.of_organization(name)).map(str::to_owned)
            });
            let country = country.or_else(|| self.units.iter().find_map(|unit| self.adjective(&unit.text)).map(str::to_owned));
            Ground {
                study_group: texts.iter().find_map(|text| self.study_group(text)),
                seat: texts.iter().find_map(|text| seat_category(text, self.vocabulary, self.charter)),
                texts,
                is_advisory,
                spoken_of,
                is_member,
                country,
            }
        })
    }

    /// The first study group that a text names.
    fn study_group(&self, text: &str) -> Option<String> {
        study_groups(text, self.vocabulary, self.charter).into_iter().next()
    }

    /// Which body the person represents, as far as the letter gives ground for it.
    fn represented(&self, person: &mut FoundPerson) {
        let near = self.near(person.name.as_deref().unwrap_or_default());
        let near_seat = seat_category(&near, self.vocabulary, self.charter);
        let ground = self.ground();
        if person.study_groups.is_empty() {
            // A sector or a working group named beside the person counts before study groups elsewhere in the letter.
            let elsewhere = || ground.study_group.clone().filter(|_| near_seat.is_none());
            // The advisory group is named in many letters; only beside the person or in the subject it is who is represented.
            let subject = ground.texts.first().map_or("", String::as_str);
            let advisory = || {
                let is_near = any(&self.vocabulary.labels.bodies.advisory_group, &near)
                    && seat_category(subject, self.vocabulary, self.charter).is_none();
                (near_seat.is_none() && (is_near || ground.is_advisory)).then(|| ADVISORY_GROUP.to_owned())
            };
            person.study_groups = self.study_group(&near).or_else(elsewhere).or_else(advisory).into_iter().collect();
        }
        let organization = person.organization.clone().unwrap_or_default();
        if !person.study_groups.is_empty() {
            let mut groups = self.charter.seats.iter().filter(|seat| seat.study_group.is_some());
            let of_group = groups.clone().find(|seat| seat.study_group.as_ref() == person.study_groups.first()).or(groups.next());
            person.category = of_group.map(|seat| seat.category.clone());
        } else if let Some(category) = near_seat.or_else(|| ground.seat.clone()) {
            person.category = Some(category);
        } else {
            // Whoever calls itself a member is one, whatever its name says.
            let declared = ground.is_member.then_some("member");
            // Whoever offers himself as an expert, and names no other ground, is one.
            let offers = || {
                (self.about_self && self.kind == Kind::ContactSubmission && self.vocabulary.labels.offered.is_in(&self.said))
                    .then_some("expert")
            };
            // A ministry that is only spoken of is not where an expert with a body of his own comes from.
            let whole =
                ground.spoken_of.filter(|category| *category != "member" || organization.is_empty() || offers().is_none());
            let is_office = || is_office(&organization, self.vocabulary).then_some("member");
            let by_body = || category(&organization, self.vocabulary).or_else(is_office);
            person.category = declared.or_else(by_body).or(whole).or_else(offers).map(str::to_owned);
        }
        if let Some(word) = person.category.clone() {
            set(person, "category", Part::Body, &word, "words-of-the-body");
        }
    }
}
