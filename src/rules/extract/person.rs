//! The details of one person, taken from the units that speak of him.

use super::affiliation::{cut_role, take_organization, without_place};
use super::bodies::study_groups;
use super::emails::{Email, Likeness, emails, likeness};
use super::names::Name;
use super::phones::{self, Line};
use super::position::take_role;
use super::units::Unit;
use crate::charter::Charter;
use crate::domain::address::Address;
use crate::domain::steps::{FoundPerson, Part, Source};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;

/// Words of a source that are kept.
const MOST_WORDS: usize = 200;

/// What is known of all people of a letter, for whoever's own words do not say it.
#[derive(Clone, Debug, Default)]
pub(super) struct Common {
    /// The organization that proposes them.
    pub(super) organization: Option<(String, Part)>,
    /// Its country.
    pub(super) country: Option<String>,
}

/// A piece of a letter that speaks of one person: the text behind the name, then what follows.
#[derive(Clone, Debug)]
pub(super) struct Segment<'a> {
    /// The text before the name in its unit.
    pub(super) before: &'a str,
    /// Units and the part of each that belongs to the person; the first begins behind the name.
    pub(super) pieces: Vec<(&'a Unit, &'a str)>,
    /// Names of others whose addresses may stand among these words.
    pub(super) others: Vec<String>,
}

impl<'a> Segment<'a> {
    /// Words of one person alone.
    pub(super) fn of(pieces: Vec<(&'a Unit, &'a str)>) -> Segment<'a> {
        Segment { before: "", pieces, others: Vec::new() }
    }
}

/// Writes a field and where it comes from.
pub(super) fn set(person: &mut FoundPerson, field: &'static str, part: Part, words: &str, rule: &str) {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_WORDS).collect();
    person.sources.push(Source { field, part, words, rule: rule.to_owned() });
}

/// Takes the details of a named person out of a segment.
pub(super) fn details(
    name: &Name,
    part: Part,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) -> FoundPerson {
    let mut person = FoundPerson { name: Some(name.text.clone()), honorific: name.honorific.clone(), ..FoundPerson::default() };
    set(&mut person, "name", part, &name.text, "name");
    labelled(&mut person, segment, vocabulary, charter);
    email(&mut person, segment, vocabulary, charter);
    if person.role.is_none() {
        take_role(&mut person, part, segment, common, vocabulary, charter);
    }
    if person.organization.is_none() {
        take_organization(&mut person, segment, common, vocabulary, charter);
    }
    if person.organization.is_none()
        && let Some((organization, part)) = &common.organization
    {
        person.organization = Some(organization.clone());
        set(&mut person, "organization", *part, organization, "organization-of-the-letter");
    }
    cut_role(&mut person);
    country(&mut person, segment, common, vocabulary);
    phone(&mut person, segment, vocabulary);
    person
}

/// What labels announce.
fn labelled(person: &mut FoundPerson, segment: &Segment<'_>, vocabulary: &Vocabulary, charter: &Charter) {
    let fields = |unit: &Unit| unit.fields.iter().filter(|(label, _)| *label == PersonLabel::Email).count();
    // Of several addresses the words around them tell which one to use.
    let has_choice = segment.pieces.iter().map(|(unit, _)| fields(unit)).sum::<usize>() > 1;
    for (unit, piece) in &segment.pieces {
        for (label, value) in unit.fields.iter().filter(|(_, value)| piece.contains(value.as_str())) {
            if has_choice && *label == PersonLabel::Email {
                continue;
            }
            field(person, *label, value, unit.part, vocabulary, charter);
        }
    }
}

/// One labelled value; the first of a kind counts.
pub(super) fn field(
    person: &mut FoundPerson,
    label: PersonLabel,
    value: &str,
    part: Part,
    vocabulary: &Vocabulary,
    charter: &Charter,
) {
    let value = value.trim().trim_end_matches([',', ';', '，', '；', '。']).trim();
    if vocabulary.time.is_none(value) {
        return;
    }
    match label {
        // `Where: Estonia`
        PersonLabel::Organization if vocabulary.countries.is_name(value) => {
            field(person, PersonLabel::Country, value, part, vocabulary, charter);
        }
        PersonLabel::Organization if person.organization.is_none() => {
            person.organization = Some(without_place(value, vocabulary));
            let countries = &vocabulary.countries;
            let said = countries.in_text(value).first().copied().or_else(|| countries.place(value));
            if let Some(code) = said.filter(|_| person.country.is_none()) {
                person.country = Some(code.to_owned());
                set(person, "country", part, value, "place-of-the-organization");
            }
            set(person, "organization", part, value, "label");
        }
        PersonLabel::Position if vocabulary.labels.honorifics.has(value.trim_end_matches('.')) => {
            person.honorific.get_or_insert_with(|| value.trim_end_matches('.').to_owned());
        }
        PersonLabel::Position if person.role.is_none() => {
            person.role = Some(value.to_owned());
            set(person, "role", part, value, "label");
        }
        // French `poste` is an extension and a function.
        PersonLabel::Telephone if person.role.is_none() && !value.contains(|c: char| c.is_numeric()) => {
            if let Some(role) = super::bodies::role(value, vocabulary) {
                set(person, "role", part, &role, "label");
                person.role = Some(role);
            }
        }
        PersonLabel::Body if person.study_groups.is_empty() => {
            person.study_groups = study_groups(&with_prefix(value), vocabulary, charter);
            if !person.study_groups.is_empty() {
                set(person, "study_groups", part, value, "label");
            }
        }
        PersonLabel::Honorific if person.honorific.is_none() && vocabulary.labels.honorifics.has(value.trim_end_matches('.')) => {
            person.honorific = Some(value.trim_end_matches('.').to_owned());
            set(person, "honorific", part, value, "label");
        }
        PersonLabel::Country if person.country.is_none() => {
            person.country = vocabulary.countries.code(value).map(str::to_owned);
            if person.country.is_some() {
                set(person, "country", part, value, "label");
            }
        }
        PersonLabel::Email if person.email.is_none() => {
            if let Some(email) = emails(value, vocabulary, charter).into_iter().next() {
                person.email = Some(email.address);
                set(person, "email", part, value, "label");
            }
        }
        _ => {}
    }
}

fn email(person: &mut FoundPerson, segment: &Segment<'_>, vocabulary: &Vocabulary, charter: &Charter) {
    if person.email.is_some() {
        return;
    }
    let mut found: Vec<(Email, Part)> = Vec::new();
    for (unit, piece) in &segment.pieces {
        found.extend(emails(piece, vocabulary, charter).into_iter().map(|email| (email, unit.part)));
    }
    let name = person.name.clone().unwrap_or_default();
    if let Some((email, part)) = best_email(&found, &name, &segment.others) {
        set(person, "email", part, email.address.reveal(), "address-in-text");
        person.email = Some(email.address);
    }
}

/// The address that is most likely the person's: one made of his name, else the first that is nobody else's. Former ones do not count
/// unless there is no other ("from A to B").
pub(super) fn best_email(found: &[(Email, Part)], name: &str, others: &[String]) -> Option<(Email, Part)> {
    let is_alike = |email: &Email| likeness(&email.address, name) == Likeness::Alike;
    let is_others =
        |email: &Email| !is_alike(email) && others.iter().any(|other| likeness(&email.address, other) == Likeness::Alike);
    let open: Vec<&(Email, Part)> = found.iter().filter(|(email, _)| !is_others(email)).collect();
    let current = open.iter().any(|(email, _)| !email.is_old);
    let open: Vec<&(Email, Part)> = open.into_iter().filter(|(email, _)| !email.is_old || !current).collect();
    // A mailing list is nobody's address.
    let open: Vec<&(Email, Part)> = open.into_iter().filter(|(email, _)| !is_list(&email.address)).collect();
    let preferred = open.iter().find(|(email, _)| email.is_preferred).filter(|_| open.len() > 1);
    // Two addresses of his: the first one is the one to use.
    let best = preferred.or_else(|| open.iter().find(|(email, _)| is_alike(email))).or(open.first());
    best.map(|found| (*found).clone())
}

/// `name@lists.example.org`
fn is_list(address: &Address) -> bool {
    let host = address.reveal().split_once('@').map_or("", |(_, host)| host);
    ["list.", "lists.", "listserv.", "mailman.", "groups."].iter().any(|start| host.starts_with(start))
}

/// What stands between a name and what follows, when it can only be a function though no word of it says so: `Jane Roe, net warden,
/// jane@…`. Behind a name stands a function or a body, and bodies have capitals; what has some counts only where the letter names
/// A field of study groups may hold bare numbers.
fn with_prefix(value: &str) -> String {
    if value.chars().all(|c| c.is_ascii_digit()) { format!("SG{value}") } else { value.to_owned() }
}

fn country(person: &mut FoundPerson, segment: &Segment<'_>, common: &Common, vocabulary: &Vocabulary) {
    if person.country.is_some() {
        return;
    }
    if let Some(code) = person.organization.as_deref().and_then(|name| vocabulary.countries.in_text(name).first().copied()) {
        let name = person.organization.clone().unwrap_or_default();
        person.country = Some(code.to_owned());
        set(person, "country", Part::Body, &name, "country-of-the-organization");
        return;
    }
    for (unit, piece) in &segment.pieces {
        let text = person.organization.as_deref().map_or_else(|| (*piece).to_owned(), |own| piece.replace(own, " "));
        // `Roxana Guadalupe` is from no island.
        let text = person.name.as_deref().map_or_else(|| text.clone(), |own| text.replace(own, " "));
        if let Some(code) = vocabulary.countries.in_text(&text).first() {
            person.country = Some((*code).to_owned());
            set(person, "country", unit.part, piece, "country-beside-name");
            return;
        }
    }
    if let Some(code) = person.organization.as_deref().and_then(|name| vocabulary.countries.of_organization(name)) {
        person.country = Some(code.to_owned());
        let name = person.organization.clone().unwrap_or_default();
        set(person, "country", Part::Body, &name, "country-of-the-organization");
        return;
    }
    let organization = person.organization.clone().unwrap_or_default();
    let near = segment.pieces.first().map_or(0, |(unit, _)| unit.paragraph);
    let places = segment.pieces.iter().filter(|(unit, _)| unit.paragraph == near || !unit.fields.is_empty());
    let named = places.filter_map(|(unit, piece)| vocabulary.countries.place(piece).map(|code| (unit.part, *piece, code))).next();
    let in_name = || vocabulary.countries.place_in_name(&organization).map(|code| (Part::Body, organization.as_str(), code));
    let place = named.or_else(in_name);
    if let Some((part, piece, code)) = place {
        person.country = Some(code.to_owned());
        set(person, "country", part, piece, "place-beside-name");
        return;
    }
    person.country.clone_from(&common.country);
    if let Some(code) = person.country.clone() {
        set(person, "country", Part::Body, &code, "country-of-the-letter");
    }
}

fn phone(person: &mut FoundPerson, segment: &Segment<'_>, vocabulary: &Vocabulary) {
    let mut found = Vec::new();
    for (unit, piece) in &segment.pieces {
        let text = phones::without_extensions(piece, vocabulary);
        found.extend(phones::find(&text, vocabulary).into_iter().map(|phone| (phone, unit.part, unit.paragraph)));
    }
    let first = segment.pieces.first().map_or(0, |(unit, _)| unit.paragraph);
    // A number in the person's own paragraph is his before one in a footer.
    let near: Vec<_> =
        found.iter().filter(|(phone, _, paragraph)| *paragraph == first && phone.line != Line::Fax).cloned().collect();
    let found = if near.is_empty() { found } else { near };
    let mut found: Vec<_> = found.into_iter().map(|(phone, part, _)| (phone, part)).collect();
    found.retain(|(phone, _)| phone.line != Line::Fax);
    let current: Vec<_> = if found.iter().any(|(phone, _)| !phone.is_old) {
        found.into_iter().filter(|(phone, _)| !phone.is_old).collect()
    } else {
        found
    };
    let wanted = current.iter().find(|(phone, _)| phone.line == Line::Office).or(current.first());
    if let Some((phone, part)) = wanted {
        person.phone = phones::normalise(&phone.words, person.country.as_deref());
        if person.phone.is_some() {
            set(person, "phone", *part, &phone.words, "number-beside-name");
        }
    }
}
