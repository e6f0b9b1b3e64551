//! Whom to ask about a statement: its contact rows, else whom its text names, else who signs it.

use super::Letter;
use super::contact_row::{Open, Piece, cut, in_row};
use crate::domain::steps::{FoundLiaison, FoundPerson, Part};
use crate::rules::extract::emails::{Likeness, likeness};
use crate::rules::extract::names::{self, Name};
use crate::rules::extract::person::{Common, Segment, details, set};
use crate::rules::extract::phones;
use crate::rules::extract::units::units;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel as Label;
use crate::vocabulary::words::{fold, is_arabic, is_han, words};

/// Lines at the end of a text that may sign it.
const TAIL: usize = 8;
/// Characters around an address in which its owner's name stands.
const REACH: usize = 160;

/// Writes down the contacts.
pub(super) fn fill(found: &mut FoundLiaison, letter: &Letter<'_>) {
    let mut people: Vec<FoundPerson> = Vec::new();
    for value in letter.header.all(Label::Contact) {
        people.extend(in_row(value, letter));
    }
    if people.is_empty() {
        // The IETF's form: the sender with his address in brackets.
        let sources = letter.header.all(Label::Source).filter(|value| value.contains('@'));
        people.extend(sources.flat_map(|value| in_row(bracket(value).unwrap_or(value), letter)));
    }
    if people.is_empty() {
        people.extend(in_text(letter));
    }
    if people.is_empty() {
        people.extend(signed(letter));
    }
    let mut kept: Vec<FoundPerson> = Vec::new();
    for mut person in people {
        finish(&mut person, letter);
        let known = kept.iter_mut().find(|known| is_same(known, &person));
        match known {
            Some(known) => {
                known.phone = known.phone.take().or(person.phone);
                known.email = known.email.take().or(person.email);
                known.name = known.name.take().or(person.name);
            }
            None => kept.push(person),
        }
    }
    found.contacts = kept;
}

/// Whether two rows speak of one person: by address, by name, or by an address that is made of the other's name.
fn is_same(one: &FoundPerson, other: &FoundPerson) -> bool {
    let alike = |named: &FoundPerson, reached: &FoundPerson| {
        let (Some(name), None, None, Some(email)) = (&named.name, &named.email, &reached.name, &reached.email) else {
            return false;
        };
        likeness(email, name) == Likeness::Alike
    };
    one.email.is_some() && one.email == other.email
        || one.name.is_some() && one.name == other.name
        || alike(one, other)
        || alike(other, one)
}

/// The country of the town that a letter in prose is dated from or that stands beside its sender's name. Geneva is where groups meet.
fn place<'a>(letter: &'a Letter<'_>) -> Option<&'a str> {
    if letter.has_header {
        return None;
    }
    let signature = letter.mail.text.signature.lines();
    let lines = letter.header.loose.iter().map(String::as_str).chain(signature).filter(|line| !super::header::is_prose(line));
    let tail = letter.prose.lines().rev().take(3).filter(|line| !super::header::is_prose(line));
    let countries = &letter.vocabulary().countries;
    lines
        .chain(tail)
        .find_map(|line| countries.in_text(line).first().copied().or_else(|| countries.place(line)))
        .filter(|code| *code != "CH")
}

/// What holds for every contact, however it was found.
fn finish(person: &mut FoundPerson, letter: &Letter<'_>) {
    if person.country.is_none()
        && let Some(code) = place(letter)
    {
        person.country = Some(code.to_owned());
        set(person, "country", letter.part, code, "place-of-the-letter");
        let phone = person.sources.iter().find(|source| source.field == "phone").map(|source| source.words.clone());
        person.phone = phone.and_then(|words| phones::normalise(&words, Some(code))).or(person.phone.take());
    }
    // Non-breaking hyphens are a typesetter's; the name has plain ones.
    person.name = person.name.take().map(|name| name.replace(['\u{2010}', '\u{2011}'], "-"));
    person.role = None;
    person.honorific = None;
    person.action = None;
    person.category = None;
    person.study_groups.clear();
    let key = |name: &str| {
        let mut parts: Vec<String> = words(name).iter().map(|word| fold(word.text)).collect();
        parts.sort();
        parts
    };
    // A named person who wrote the letter is reached at its address, and an address without a name is the writer's.
    if let (Some(sender), Some(address)) = (letter.mail.from.first(), letter.mail.writer()) {
        let is_writer = person.name.as_deref().is_some_and(|name| !sender.name.is_empty() && key(&sender.name) == key(name));
        if person.email.is_none() && is_writer {
            person.email = Some(address.clone());
            set(person, "email", Part::From, address.reveal(), "writer-is-the-contact");
        }
        if person.name.is_none()
            && person.email.as_ref() == Some(address)
            && let Some(name) = names::whole(&sender.name, letter.vocabulary())
        {
            set(person, "name", Part::From, &name.text, "writer-is-the-contact");
            person.name = Some(name.text);
        }
    }
}

/// What stands in the last brackets of a value.
fn bracket(value: &str) -> Option<&str> {
    let open = value.find('(')?;
    value.get(open + 1..)?.rsplit_once(')').map(|(inner, _)| inner)
}

/// Whom the text says to write to: a name with an address or a number behind it, in a sentence that speaks of contact.
fn in_text(letter: &Letter<'_>) -> Option<FoundPerson> {
    let (vocabulary, charter) = (letter.vocabulary(), letter.charter());
    let units = units(&letter.text, letter.part, vocabulary);
    let mut best: Option<FoundPerson> = None;
    for unit in &units {
        let Some(at) = unit.text.find('@').or_else(|| phones::find(&unit.text, vocabulary).first().map(|phone| phone.start))
        else {
            continue;
        };
        let names = names::find(&unit.text, vocabulary);
        let near = |name: &&Name| name.end <= at && unit.text.get(name.end..at).is_some_and(|gap| gap.chars().count() <= REACH);
        let titled = names.iter().filter(near).find(|name| name.honorific.is_some());
        let Some(name) = titled.or_else(|| names.iter().find(near)) else { continue };
        let before = unit.text.get(..name.start).unwrap_or_default();
        if !any(&vocabulary.liaison.contact, &fold(before))
            && !any(&vocabulary.liaison.contact, &fold(unit.text.get(..at).unwrap_or_default()))
        {
            continue;
        }
        let pieces = vec![(unit, unit.text.get(name.end..).unwrap_or_default())];
        let mut person =
            details(name, letter.part, &Segment { before, ..Segment::of(pieces) }, &Common::default(), vocabulary, charter);
        beside(&mut person, unit.text.get(name.end..).unwrap_or_default(), letter);
        best = best.or(Some(person));
    }
    best
}

/// Body and country right behind a name, where no word of the body tells it: "…, ARCOF (Burkina Faso), …".
fn beside(person: &mut FoundPerson, behind: &str, letter: &Letter<'_>) {
    let mut open = Open { person: std::mem::take(person), phones: Vec::new() };
    let list = words(behind);
    if let Some(link) =
        list.first().filter(|word| open.person.organization.is_none() && behind.trim_start().starts_with(word.text))
        && (letter.vocabulary().labels.at.matched(&[*link]) > 0 || letter.vocabulary().labels.links.matched(&[*link]) > 0)
    {
        // "Jane Roe of Roe Usability in Uppsala": the capitalised words behind the small one.
        let name: Vec<_> = list.iter().skip(1).take_while(|word| word.text.starts_with(char::is_uppercase)).collect();
        if let (Some(first), Some(last)) = (name.first(), name.last()) {
            let text = behind.get(first.start..last.end).unwrap_or_default();
            open.words(&Piece { text: text.to_owned(), label: None }, text, letter);
        }
    }
    if open.person.organization.is_none() && behind.trim_start().starts_with([',', '，', '،', '(']) {
        for piece in cut(behind).into_iter().map(str::trim).filter(|piece| !piece.is_empty()).take(3) {
            if piece.contains('@') || piece.split_whitespace().count() > 6 || piece.chars().any(|c| c.is_ascii_digit()) {
                break;
            }
            let is_name = piece.chars().next().is_some_and(|c| c.is_uppercase() || is_han(c) || is_arabic(c));
            if is_name {
                open.words(&Piece { text: piece.to_owned(), label: None }, piece, letter);
            }
        }
    }
    *person = open.person;
}

/// Who signs, when the statement is the letter itself.
fn signed(letter: &Letter<'_>) -> Option<FoundPerson> {
    if letter.part != Part::Body {
        return None;
    }
    let (vocabulary, charter) = (letter.vocabulary(), letter.charter());
    let signature = &letter.mail.text.signature;
    let own: Vec<&str> = letter.mail.text.own.lines().collect();
    let tail = own.iter().skip(own.len().saturating_sub(TAIL)).copied().collect::<Vec<_>>().join("\n");
    [signature.as_str(), tail.as_str()].into_iter().find_map(|text| {
        let units = units(text, Part::Signature, vocabulary);
        let (at, name) = units.iter().enumerate().find_map(|(at, unit)| {
            let name = names::find(&unit.text, vocabulary).into_iter().next().filter(|name| name.start == 0)?;
            (unit.text.chars().count() < 90).then_some((at, name))
        })?;
        let pieces = units
            .iter()
            .enumerate()
            .skip(at)
            .map(|(index, unit)| (unit, unit.text.get(if index == at { name.end } else { 0 }..).unwrap_or_default()))
            .collect();
        let mut person = details(&name, Part::Signature, &Segment::of(pieces), &Common::default(), vocabulary, charter);
        // "W3C liaison contact" is a function at W3C.
        let is_function = |name: &str| words(name).iter().skip(1).any(|word| word.text.starts_with(char::is_lowercase));
        if person.organization.as_deref().is_none_or(is_function)
            && let Some(body) = body_of_standards(text, vocabulary)
        {
            person.organization = Some(body);
        }
        person.email = person.email.or_else(|| letter.mail.writer().cloned());
        Some(person)
    })
}

/// "W3C liaison contact": the standards body that a signature names.
fn body_of_standards(text: &str, vocabulary: &Vocabulary) -> Option<String> {
    let (_, bodies) = vocabulary.labels.categories.iter().find(|(name, _)| *name == "sdo")?;
    let list = words(text);
    list.iter()
        .find(|word| word.text.chars().filter(|c| c.is_uppercase()).count() >= 2 && bodies.matched(&[**word]) > 0)
        .map(|word| word.text.to_owned())
}
