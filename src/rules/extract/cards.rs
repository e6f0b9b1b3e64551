//! People in vCards. Only user of `calcard`.

use super::names;
use super::person::{field, set};
use super::phones;
use crate::domain::steps::{FoundPerson, Part};
use crate::mail::Mail;
use crate::rules::Rules;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::is_han;
use calcard::vcard::{VCardParameterName, VCardProperty, VCardValue};
use calcard::{Entry, Parser};

/// The people of all cards that came with a letter.
pub(super) fn people(mail: &Mail, rules: &Rules) -> Vec<FoundPerson> {
    let files = mail.attachments.iter().filter(|file| file.is_card()).filter_map(|file| file.text.as_deref());
    files.flat_map(|text| cards(text, rules)).collect()
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
    let mut addresses: Vec<(bool, String)> = Vec::new();
    let mut name_parts: Vec<String> = Vec::new();
    for entry in &card.entries {
        let parts: Vec<String> = entry.values.iter().flat_map(text_of).collect();
        let value = parts.iter().find(|part| !part.trim().is_empty()).cloned().unwrap_or_default();
        let kinds = kinds_of(entry);
        let is = |word: &str| kinds.iter().any(|kind| kind.contains(word));
        match entry.name {
            VCardProperty::Fn if person.name.is_none() => {
                let (name, honorific) = names::without_honorific(&value, words);
                set(&mut person, "name", Part::Attachment, &value, "vcard");
                person.name = Some(name);
                person.honorific = person.honorific.take().or(honorific);
            }
            VCardProperty::N => name_parts.clone_from(&parts),
            VCardProperty::Org => field(&mut person, PersonLabel::Organization, &value, Part::Attachment, words, &rules.charter),
            VCardProperty::Title => field(&mut person, PersonLabel::Position, &value, Part::Attachment, words, &rules.charter),
            VCardProperty::Role => field(&mut person, PersonLabel::Position, &value, Part::Attachment, words, &rules.charter),
            VCardProperty::Email => {
                let is_preferred = is("pref") || entry.params.iter().any(|param| param.name == VCardParameterName::Pref);
                addresses.push((!is_preferred, value.trim_start_matches("mailto:").to_owned()));
            }
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
    person.name = match person.name.take() {
        Some(name) => family_first(&name, &name_parts).or_else(|| with_middle(&name, &name_parts)).or(Some(name)),
        None => Some(name_of(&name_parts)).filter(|name| !name.is_empty()),
    };
    addresses.sort_by_key(|(is_other, _)| *is_other);
    if let Some((_, address)) = addresses.first() {
        field(&mut person, PersonLabel::Email, address, Part::Attachment, words, &rules.charter);
    }
    phones_found.sort_by_key(|(is_mobile, _)| *is_mobile);
    if let Some((_, number)) = phones_found.first() {
        let number = phones::without_extensions(number.split(';').next().unwrap_or_default(), words);
        person.phone = phones::normalise(&number, person.country.as_deref());
        set(&mut person, "phone", Part::Attachment, &number, "vcard");
    }
    person.name.is_some().then_some(person)
}

/// The name of the parts of `N`: family name, given name and what else. Chinese puts the family name first and no blank between.
fn name_of(parts: &[String]) -> String {
    let (family, given) = (parts.first().map_or("", |part| part.trim()), parts.get(1).map_or("", |part| part.trim()));
    let is_chinese = family.chars().chain(given.chars()).all(is_han);
    if is_chinese { format!("{family}{given}") } else { format!("{given} {family}").trim().to_owned() }
}

/// `伟 王`, `伟王` of a program that puts every given name first, as the card's `N` says it.
fn family_first(name: &str, parts: &[String]) -> Option<String> {
    let (family, given) = (parts.first()?.trim(), parts.get(1)?.trim());
    let is_turned = !family.is_empty()
        && !given.is_empty()
        && name.chars().filter(|c| !c.is_whitespace()).eq(given.chars().chain(family.chars()));
    (is_turned && name.chars().filter(|c| !c.is_whitespace()).all(is_han)).then(|| format!("{family}{given}"))
}

/// The additional name of `N`, a patronymic, that `FN` leaves out.
fn with_middle(name: &str, parts: &[String]) -> Option<String> {
    let [family, given, middle] = [parts.first()?.trim(), parts.get(1)?.trim(), parts.get(2)?.trim()];
    let rest = match name {
        _ if middle.is_empty() || family.is_empty() || given.is_empty() => return None,
        _ if name == format!("{given} {family}") => format!("{given} {middle} {family}"),
        _ if name == format!("{family} {given}") => format!("{family} {given} {middle}"),
        _ => return None,
    };
    Some(rest)
}

fn text_of(value: &VCardValue) -> Vec<String> {
    match value {
        VCardValue::Text(text) => vec![text.clone()],
        VCardValue::Component(parts) => parts.clone(),
        _ => Vec::new(),
    }
}

/// What the card says of an address or a number: `work`, `cell`, `fax`, `pref`.
fn kinds_of(entry: &calcard::vcard::VCardEntry) -> Vec<String> {
    let types = entry.params.iter().filter(|param| param.name == VCardParameterName::Type);
    types.map(|param| format!("{:?}", param.value).to_lowercase()).collect()
}
