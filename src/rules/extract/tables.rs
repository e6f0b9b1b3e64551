//! People in vCards and in tables, of HTML bodies and of documents. Only user of `calcard`.

use super::person::{field, set};
use super::phones;
use crate::domain::steps::{FoundPerson, Part};
use crate::mail::Mail;
use crate::rules::Rules;
use crate::rules::extract::names;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use calcard::vcard::{VCardParameterName, VCardProperty, VCardValue};
use calcard::{Entry, Parser};

/// Rows above a heading at most: a title, an empty one.
const ABOVE_HEADING: usize = 6;

/// The people of all tables and cards of a letter; empty when there are none.
pub(super) fn people(mail: &Mail, rules: &Rules) -> Vec<FoundPerson> {
    let mut found = Vec::new();
    for attachment in &mail.attachments {
        let Some(text) = &attachment.text else { continue };
        if attachment.is_card() {
            found.extend(cards(text, rules));
        }
    }
    if found.is_empty() {
        for rows in mail.documents.iter().flat_map(|document| &document.tables) {
            found.extend(table(rows, Part::Attachment, rules));
        }
    }
    if found.is_empty() {
        for rows in &mail.tables {
            found.extend(table(rows, Part::Table, rules));
        }
    }
    found
}

/// People of a table with a heading row, or of a form of two columns, label and value.
pub(super) fn table(rows: &[Vec<String>], part: Part, rules: &Rules) -> Vec<FoundPerson> {
    let words = &rules.vocabulary;
    let labels = |row: &[String]| {
        row.iter().map(|cell| words.labels.person_label(cell.trim_end_matches([':', '：', ' ']))).collect::<Vec<_>>()
    };
    let heading = rows.iter().take(ABOVE_HEADING).position(|row| {
        let labels = labels(row);
        labels.iter().flatten().filter(|label| **label != PersonLabel::Number).count() >= 2
            && labels.iter().flatten().any(|label| is_name(*label))
    });
    match heading {
        Some(at) => {
            let labels = rows.get(at).map(|row| self_labels(labels(row))).unwrap_or_default();
            rows.iter()
                .skip(at + 1)
                .filter_map(|row| person(labels.iter().copied().zip(row.iter().map(String::as_str)), part, rules))
                .collect()
        }
        None => {
            let pairs = rows.iter().filter_map(|row| {
                let cells: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.trim().is_empty()).collect();
                let [label, value, ..] = cells.as_slice() else { return None };
                Some((words.labels.person_label(label.trim_end_matches([':', '：', ' '])), *value))
            });
            let pairs: Vec<_> = pairs.collect();
            let has_name = pairs.iter().any(|(label, _)| label.is_some_and(is_name));
            has_name.then(|| person(pairs.into_iter(), part, rules)).flatten().into_iter().collect()
        }
    }
}

fn is_name(label: PersonLabel) -> bool {
    matches!(label, PersonLabel::Name | PersonLabel::FamilyName | PersonLabel::GivenName)
}

/// `Nom` beside `Prénom` is the family name, `Nombre` beside `Apellidos` the given one.
fn self_labels(labels: Vec<Option<PersonLabel>>) -> Vec<Option<PersonLabel>> {
    let has = |wanted| labels.contains(&Some(wanted));
    let replacement = match (has(PersonLabel::FamilyName), has(PersonLabel::GivenName)) {
        (false, true) => Some(PersonLabel::FamilyName),
        (true, false) => Some(PersonLabel::GivenName),
        _ => None,
    };
    labels.into_iter().map(|label| if label == Some(PersonLabel::Name) { replacement.or(label) } else { label }).collect()
}

/// One row.
fn person<'a>(cells: impl Iterator<Item = (Option<PersonLabel>, &'a str)>, part: Part, rules: &Rules) -> Option<FoundPerson> {
    let words = &rules.vocabulary;
    let mut person = FoundPerson::default();
    let (mut family, mut given) = (None, None);
    let (mut office, mut mobile) = (None, None);
    for (label, value) in cells {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some(label) = label.filter(|_| !words.time.is_none(&value)) else { continue };
        match label {
            PersonLabel::Name => {
                let (name, honorific) = split_honorific(&value, words);
                set(&mut person, "name", part, &value, "column");
                person.name = Some(name);
                person.honorific = person.honorific.take().or(honorific);
            }
            PersonLabel::FamilyName => family = Some(value),
            PersonLabel::GivenName => given = Some(value),
            PersonLabel::Telephone => office = office.or(Some(value)),
            PersonLabel::Mobile => mobile = mobile.or(Some(value)),
            PersonLabel::Body => person.study_groups = super::bodies::study_groups(&with_prefix(&value), words, &rules.charter),
            label => field(&mut person, label, &value, part, words, &rules.charter),
        }
    }
    if let (Some(family), given) = (family, given) {
        let name = given.map_or_else(|| family.clone(), |given| format!("{given} {family}"));
        set(&mut person, "name", part, &name, "columns");
        person.name = Some(name);
    }
    person.name.as_deref().filter(|name| name.chars().any(char::is_alphabetic))?;
    if let Some(number) = office.or(mobile) {
        let number = phones::without_extensions(&number, words);
        let first = phones::find(&number, words).into_iter().next().map(|phone| phone.words).unwrap_or(number);
        person.phone = phones::normalise(&first, person.country.as_deref());
        set(&mut person, "phone", part, &first, "column");
    }
    Some(person)
}

/// A column of study groups may hold bare numbers.
fn with_prefix(value: &str) -> String {
    if value.chars().all(|c| c.is_ascii_digit()) { format!("SG{value}") } else { value.to_owned() }
}

/// The honorific before a name, or behind it.
fn split_honorific(value: &str, words: &Vocabulary) -> (String, Option<String>) {
    if let Some(name) = names::whole(value, words) {
        return (name.text, name.honorific);
    }
    match value.split_once([' ', '.']) {
        Some((first, rest)) if words.labels.honorifics.has(first) && !rest.trim().is_empty() => {
            (rest.trim_start_matches('.').trim().to_owned(), Some(first.to_owned()))
        }
        _ => (value.split(['(', '（']).next().unwrap_or(value).trim().to_owned(), None),
    }
}

/// The people of a file of vCards (2.1, 3.0, 4.0).
fn cards(text: &str, rules: &Rules) -> Vec<FoundPerson> {
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    loop {
        match parser.entry() {
            Entry::VCard(card) => found.extend(card_of(&card, rules)),
            Entry::Eof => return found,
            _ => {}
        }
    }
}

fn card_of(card: &calcard::vcard::VCard, rules: &Rules) -> Option<FoundPerson> {
    let words = &rules.vocabulary;
    let mut person = FoundPerson::default();
    let mut phones_found: Vec<(bool, String)> = Vec::new();
    for entry in &card.entries {
        let parts: Vec<String> = entry.values.iter().flat_map(text_of).collect();
        let value = parts.iter().find(|part| !part.trim().is_empty()).cloned().unwrap_or_default();
        let kinds: Vec<String> = entry
            .params
            .iter()
            .filter(|param| param.name == VCardParameterName::Type)
            .map(|param| format!("{:?}", param.value).to_lowercase())
            .collect();
        let is = |word: &str| kinds.iter().any(|kind| kind.contains(word));
        match entry.name {
            VCardProperty::Fn => {
                let (name, honorific) = split_honorific(&value, words);
                set(&mut person, "name", Part::Attachment, &value, "vcard");
                person.name = Some(name);
                person.honorific = person.honorific.take().or(honorific);
            }
            VCardProperty::N if person.name.is_none() => {
                let name = [parts.get(1), parts.first()]
                    .into_iter()
                    .flatten()
                    .filter(|part| !part.is_empty())
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" ");
                person.name = (!name.is_empty()).then_some(name);
            }
            VCardProperty::Org => field(&mut person, PersonLabel::Organization, &value, Part::Attachment, words, &rules.charter),
            VCardProperty::Title => field(&mut person, PersonLabel::Position, &value, Part::Attachment, words, &rules.charter),
            VCardProperty::Role => field(&mut person, PersonLabel::Position, &value, Part::Attachment, words, &rules.charter),
            VCardProperty::Email => field(&mut person, PersonLabel::Email, &value, Part::Attachment, words, &rules.charter),
            VCardProperty::Tel if !is("fax") => {
                phones_found.push((is("cell") || is("mobile"), value.trim_start_matches("tel:").to_owned()))
            }
            VCardProperty::Adr => field(
                &mut person,
                PersonLabel::Country,
                parts.last().map_or("", String::as_str),
                Part::Attachment,
                words,
                &rules.charter,
            ),
            _ => {}
        }
    }
    phones_found.sort_by_key(|(is_mobile, _)| *is_mobile);
    if let Some((_, number)) = phones_found.first() {
        let number = phones::without_extensions(number.split(';').next().unwrap_or_default(), words);
        person.phone = phones::normalise(&number, person.country.as_deref());
        set(&mut person, "phone", Part::Attachment, &number, "vcard");
    }
    person.name.is_some().then_some(person)
}

fn text_of(value: &VCardValue) -> Vec<String> {
    match value {
        VCardValue::Text(text) => vec![text.clone()],
        VCardValue::Component(parts) => parts.clone(),
        _ => Vec::new(),
    }
}
