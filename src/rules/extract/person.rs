//! The details of one person, taken from the units that speak of him.

use super::bodies::{chunks, organizations, role};
use super::names::{self, Name};
use super::phones::{self, Line};
use super::units::{Shape, Unit};
use crate::charter::Charter;
use crate::domain::address::Address;
use crate::domain::steps::{FoundPerson, Part, Source};
use crate::pattern::Regex;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::{PersonLabel, any};
use crate::vocabulary::words::{fold, is_han};
use std::sync::LazyLock;

/// Words of a source that are kept.
const MOST_WORDS: usize = 200;

/// An addr-spec as letters write it (RFC 5321's common form).
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compile(r"[\p{L}0-9][\p{L}0-9._%+'-]*\s?(?:@|＠|\s?[\[({]\s?(?:at|AT)\s?[\])}]\s?)\s?[\p{L}0-9][\p{L}0-9-]*(?:\s?[\[({]\s?(?:dot|DOT)\s?[\])}]\s?[\p{L}0-9-]+|\.[\p{L}0-9-]+)+")
        .expect("the pattern is tested")
});

/// An address in a text.
#[derive(Clone, Debug)]
pub(super) struct Email {
    /// The address.
    pub(super) address: Address,
    /// Whether it was given as wrong or former.
    pub(super) is_old: bool,
}

/// The addresses of a text, hidden ones (`name [at] example [dot] org`) too; the activity's own are left out.
pub(super) fn emails(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Vec<Email> {
    let mut found = Vec::new();
    let mut end_of_last = 0;
    for hit in EMAIL.find_iter(text) {
        let plain: String = hit.as_str().chars().filter(|c| !c.is_whitespace()).collect();
        let plain = fold_marks(&plain);
        let Some(address) = Address::parse(plain.trim_end_matches(['.', '-'])) else { continue };
        let before = text.get(end_of_last..hit.start()).unwrap_or_default();
        let tail: String = before.chars().rev().take(36).collect::<Vec<_>>().into_iter().rev().collect();
        end_of_last = hit.end();
        let officers = [&charter.chair.email, &charter.secretariat.email];
        if charter.is_own(&address) || officers.contains(&&address) {
            continue;
        }
        let is_old = any(&vocabulary.labels.cues.old_value, &fold(&tail));
        found.push(Email { address, is_old });
    }
    found
}

fn fold_marks(text: &str) -> String {
    let mut text = text.replace('＠', "@");
    for (hidden, plain) in [
        ("[at]", "@"),
        ("(at)", "@"),
        ("{at}", "@"),
        ("[AT]", "@"),
        ("(AT)", "@"),
        ("[dot]", "."),
        ("(dot)", "."),
        ("{dot}", "."),
        ("[DOT]", "."),
        ("(DOT)", "."),
    ] {
        text = text.replace(hidden, plain);
    }
    text.to_lowercase()
}

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
        take_role(&mut person, part, segment, vocabulary);
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
    country(&mut person, segment, common, vocabulary);
    phone(&mut person, segment, vocabulary);
    person
}

/// What labels announce.
fn labelled(person: &mut FoundPerson, segment: &Segment<'_>, vocabulary: &Vocabulary, charter: &Charter) {
    for (unit, piece) in &segment.pieces {
        for (label, value) in unit.fields.iter().filter(|(_, value)| piece.contains(value.as_str())) {
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
        PersonLabel::Organization if person.organization.is_none() => {
            person.organization = Some(value.to_owned());
            set(person, "organization", part, value, "label");
        }
        PersonLabel::Position if person.role.is_none() => {
            person.role = Some(value.to_owned());
            set(person, "role", part, value, "label");
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
    let mut found = Vec::new();
    for (unit, piece) in &segment.pieces {
        found.extend(emails(piece, vocabulary, charter).into_iter().map(|email| (email, unit.part)));
    }
    // "from A to B": the first of two is the old one when words say so; else the first counts.
    let wanted = found.iter().find(|(email, _)| !email.is_old).or(found.first());
    if let Some((email, part)) = wanted {
        person.email = Some(email.address.clone());
        set(person, "email", *part, email.address.reveal(), "address-in-text");
    }
}

fn take_role(person: &mut FoundPerson, part: Part, segment: &Segment<'_>, vocabulary: &Vocabulary) {
    let mut found = None;
    for (index, (unit, piece)) in segment.pieces.iter().take(6).enumerate() {
        if index > 0
            && (unit.shape == Shape::Prose || unit.paragraph != segment.pieces.first().map_or(0, |(first, _)| first.paragraph))
        {
            break;
        }
        let limit = if unit.shape == Shape::Prose { 3 } else { 8 };
        for chunk in role_chunks(piece, vocabulary).into_iter().take(limit) {
            if chunk.contains('@') || names::whole(&chunk, vocabulary).is_some() {
                continue;
            }
            if let Some(role) = role(&chunk, vocabulary) {
                found = Some((role, unit.part));
                break;
            }
        }
        if found.is_some() {
            break;
        }
    }
    let before = || {
        let chunks = chunks(segment.before);
        let last = chunks.last()?;
        // Chinese: only the word directly before the name.
        let last = if last.chars().any(is_han) { last.split_whitespace().last()? } else { last };
        if let Some(role) = role(last, vocabulary) {
            return Some((role, part));
        }
        None
    };
    if let Some((text, part)) = found.or_else(before) {
        set(person, "role", part, &text, "function-beside-name");
        person.role = Some(text);
    }
}

/// The function that a correction states as the present one: the first that no word calls a former one.
pub(super) fn current_role(segment: &Segment<'_>, vocabulary: &Vocabulary) -> Option<(String, Part)> {
    segment.pieces.iter().find_map(|(unit, piece)| {
        chunks(piece).into_iter().find_map(|chunk| {
            let found = role(chunk, vocabulary)?;
            let before = fold(chunk.split(found.as_str()).next().unwrap_or_default());
            let around = fold(chunk);
            let begins = vocabulary.labels.role_starts.han_at_end(&before).is_some();
            ((begins || !any(&vocabulary.labels.cues.old_value, &before)) && !any(&vocabulary.labels.cues.old_value, &around))
                .then_some((found, unit.part))
        })
    })
}

/// The pieces in which a function is looked for. A comma inside a function ("Director, Consumer Protection") is told from one
/// behind it by what follows: a capitalised piece that is no body, no country and no address goes on with the function.
fn role_chunks(text: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let pieces = chunks(text);
    let mut merged: Vec<String> = Vec::new();
    let mut at = text;
    for piece in pieces {
        let gap_is_comma = at.find(piece).and_then(|start| at.get(..start)).is_some_and(|gap| gap.trim() == ",");
        let goes_on = gap_is_comma
            && merged.last().is_some_and(|last| role(last, vocabulary).is_some_and(|role| role == *last))
            && piece.starts_with(char::is_uppercase)
            && piece.split_whitespace().count() <= 5
            && organizations(piece, vocabulary).is_empty()
            && vocabulary.countries.in_text(piece).is_empty()
            && names::whole(piece, vocabulary).is_none()
            && !piece.contains(['@'])
            && !piece.chars().any(|c| c.is_ascii_digit());
        let is_line_end =
            at.find(piece).and_then(|start| at.get(start + piece.len()..)).is_some_and(|rest| rest.trim().is_empty());
        at = at.find(piece).and_then(|start| at.get(start + piece.len()..)).unwrap_or_default();
        match merged.last_mut() {
            Some(last) if goes_on && is_line_end => {
                last.push_str(", ");
                last.push_str(piece);
            }
            _ => merged.push(piece.to_owned()),
        }
    }
    merged
}

/// Organizations that a person may come from: none of the Union's own, and not the activity.
pub(super) fn foreign_organizations(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Vec<String> {
    let mut found = organizations(text, vocabulary);
    found.retain(|name| {
        let folded = fold(name);
        let is_activity = std::iter::once(&charter.name).chain(&charter.aliases).any(|own| folded.contains(&fold(own)));
        !is_activity && !vocabulary.labels.ours.is_in(name)
    });
    found
}

fn take_organization(
    person: &mut FoundPerson,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) {
    let role = person.role.clone().unwrap_or_default();
    let first = segment.pieces.first().map_or(0, |(unit, _)| unit.paragraph);
    for (index, (unit, piece)) in segment.pieces.iter().enumerate() {
        if !unit.fields.is_empty() && index > 0 {
            continue;
        }
        if index > 0 && unit.paragraph != first {
            break;
        }
        let rest = piece.replacen(&role, ";", usize::from(!role.is_empty()));
        if let Some(name) = foreign_organizations(&rest, vocabulary, charter).into_iter().next() {
            set(person, "organization", unit.part, &name, "organization-beside-name");
            person.organization = Some(name);
            return;
        }
    }
    // Behind name and function stands the body, even when no word of it says so; a body that the letter names otherwise is surer.
    let Some((unit, _)) = segment.pieces.first().filter(|_| common.organization.is_none()) else { return };
    if unit.shape == Shape::Prose {
        return;
    }
    let mut seen_role = false;
    for (unit, piece) in segment.pieces.iter().take_while(|(unit, _)| unit.paragraph == first).take(5) {
        for chunk in chunks(piece) {
            let is_role = person.role.as_deref().is_some_and(|own| own.contains(chunk) || chunk.contains(own));
            let is_detail = chunk.contains('@')
                || chunk.chars().filter(char::is_ascii_digit).count() >= 5
                || !vocabulary.countries.in_text(chunk).is_empty()
                || !unit.fields.is_empty();
            if is_role {
                seen_role = true;
            } else if is_detail {
                continue;
            } else if seen_role
                && chunk.starts_with(char::is_uppercase)
                && chunk.split_whitespace().count() <= 6
                && names::whole(chunk, vocabulary).is_none_or(|name| name.honorific.is_none())
                && role_is_none(chunk, vocabulary)
            {
                set(person, "organization", unit.part, chunk, "line-behind-function");
                person.organization = Some(chunk.to_owned());
                return;
            }
        }
    }
}

fn role_is_none(chunk: &str, vocabulary: &Vocabulary) -> bool {
    role(chunk, vocabulary).is_none()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    #[test]
    fn addresses_are_read_as_they_are_hidden() {
        let vocabulary = Vocabulary::load(&Resources::built_in()).unwrap();
        let charter = Charter::load(&Resources::built_in(), "jca-cop").unwrap();
        let read = |text: &str| {
            emails(text, &vocabulary, &charter).into_iter().map(|email| email.address.reveal().to_owned()).collect::<Vec<_>>()
        };

        assert_eq!(read("write to Jane.Roe@Example.org."), ["jane.roe@example.org"]);
        assert_eq!(read("jane [at] example [dot] org"), ["jane@example.org"]);
        assert_eq!(read("jane.roe (at) example.org"), ["jane.roe@example.org"]);
        assert_eq!(read("to tsbjcacop@itu.int"), [""; 0]);
    }
}
