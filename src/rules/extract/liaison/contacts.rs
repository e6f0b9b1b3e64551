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
    // The IETF's form: the sender with his address in brackets, who may be the contact whose address stands alone.
    let sources = letter.header.all(Label::Source).filter(|value| value.contains('@'));
    let senders: Vec<FoundPerson> = sources.flat_map(|value| in_row(bracket(value).unwrap_or(value), letter)).collect();
    for person in people.iter_mut().filter(|person| person.name.is_none()) {
        let sender = senders.iter().find(|sender| sender.email.is_some() && sender.email == person.email);
        if let Some((sender, name)) = sender.and_then(|sender| Some((sender, sender.name.clone()?))) {
            person.sources.extend(sender.sources.iter().filter(|source| source.field == "name").cloned());
            person.name = Some(name);
        }
    }
    if people.is_empty() {
        people = senders;
    }
    if people.is_empty() {
        people.extend(in_text(letter));
    }
    if people.is_empty() {
        people.extend(signed(letter));
    }
    let mut kept: Vec<FoundPerson> = Vec::new();
    for mut person in people {
        let is_label = |name: &str| letter.vocabulary().labels.person_label(name).is_some();
        person.organization = person.organization.take().filter(|name| !is_label(name));
        of_the_sender(&mut person, found, letter);
        finish(&mut person, found, letter);
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
    if letter.is_form() {
        return None;
    }
    let signature = letter.mail.text.signature.lines();
    let lines = letter.header.loose.iter().map(String::as_str).chain(signature).filter(|line| !super::header::is_prose(line));
    let tail = letter.prose.lines().rev().take(3).filter(|line| !super::header::is_prose(line));
    let countries = &letter.vocabulary().countries;
    let lines: Vec<&str> = lines.chain(tail).collect();
    // A town stands before its country, and may have a country's name (Amman, Oman).
    let country = |line: &str| {
        let named = countries.in_text(line).last().copied();
        // "عمّان، المملكة الأردنية الهاشمية"
        let last = line.rsplit([',', '،', '，']).next().filter(|_| named.is_none() || line.contains(is_arabic));
        let named_in = |piece| countries.in_text(piece).last().copied().or_else(|| countries.of_organization(piece));
        last.and_then(named_in).or(named)
    };
    // A body's name may have a town's word in it; the town stands behind it, in brackets or behind a mark.
    let town = |line: &str| match super::origin::is_named_body(line, letter) {
        true => {
            let tail = line.rfind(['(', '（', ',', '،', '，', '-', '–']).and_then(|at| line.get(at..));
            tail.filter(|tail| words(tail).len() <= 2).and_then(|tail| countries.place(tail))
        }
        false => countries.place(line),
    };
    let named = lines.iter().find_map(|line| country(line));
    named.or_else(|| lines.iter().find_map(|line| town(line))).filter(|code| *code != "CH")
}

/// Whom a letter in prose names without a body belongs to the body that writes, unless that is a group of several bodies' people.
fn of_the_sender(person: &mut FoundPerson, found: &FoundLiaison, letter: &Letter<'_>) {
    let labels = &letter.vocabulary().labels;
    let Some(body) = found.from.as_deref().filter(|_| person.organization.is_none() && person.name.is_some()) else { return };
    let is_group =
        any(&labels.bodies.study_group, body) || labels.ours.is_in(body) || any(&letter.vocabulary().liaison.group, &fold(body));
    if letter.is_form() || is_group {
        return;
    }
    // "Forum … (FRATNUM)" is called FRATNUM.
    let short = bracket(body)
        .filter(|short| short.split_whitespace().count() <= 2 && short.chars().filter(|c| c.is_uppercase()).count() >= 2);
    let name = short.unwrap_or(body).trim();
    person.organization = Some(name.to_owned());
    set(person, "organization", letter.part, name, "body-that-writes");
}

/// The country of a contact that says none: of the sending body's name, or of the place that the letter is from.
fn country_of<'a>(
    person: &FoundPerson,
    found: &'a FoundLiaison,
    letter: &'a Letter<'_>,
) -> Option<(&'a str, &'a str, &'static str)> {
    let countries = &letter.vocabulary().countries;
    let of_body = |body: &'a str| Some((body, countries.of_organization(body)?, "country-of-the-body"));
    let is_body = |line: &&str| !line.chars().any(char::is_numeric) && !line.contains([',', '，', '،']);
    let head = letter.header.loose.iter().take(1).map(String::as_str).filter(is_body);
    let named = found.from.as_deref().into_iter().filter(is_body).chain(head).find_map(of_body).filter(|_| person.name.is_some());
    // Whoever is called abroad is not where the letter is from.
    let fits = |code: &&str| !person.phone.as_deref().is_some_and(|number| phones::is_foreign(number, code));
    let place = || place(letter).filter(fits).map(|code| (code, code, "place-of-the-letter"));
    person.country.is_none().then(|| named.or_else(place)).flatten()
}

/// What holds for every contact, however it was found.
fn finish(person: &mut FoundPerson, found: &FoundLiaison, letter: &Letter<'_>) {
    if let Some((words, code, rule)) = country_of(person, found, letter) {
        person.country = Some(code.to_owned());
        set(person, "country", letter.part, words, rule);
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
        let names = unit.names(vocabulary);
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
    if open.person.organization.is_none() && behind.trim_start().starts_with([',', '，', '،', '(', '（']) {
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
    let (vocabulary, charter) = (letter.vocabulary(), letter.charter());
    let (signature, own) = match letter.part {
        Part::Body => (letter.mail.text.signature.as_str(), letter.mail.text.own.as_str()),
        // A form has rows for its contacts; an attached letter is signed.
        Part::Attachment if !letter.is_form() => ("", letter.text.trim_end()),
        _ => return None,
    };
    let own: Vec<&str> = own.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = own.iter().skip(own.len().saturating_sub(TAIL)).copied().collect::<Vec<_>>().join("\n");
    [signature, tail.as_str()].into_iter().find_map(|text| {
        let units = units(text, Part::Signature, vocabulary);
        let (at, name) = units.iter().enumerate().find_map(|(at, unit)| {
            let name = unit.names(vocabulary).first().filter(|name| name.start == 0)?;
            let is_label = vocabulary.liaison.label(&name.text).is_some();
            (!is_label && unit.text.chars().count() < 90).then_some((at, name))
        })?;
        let pieces = units
            .iter()
            .enumerate()
            .skip(at)
            .map(|(index, unit)| (unit, unit.text.get(if index == at { name.end } else { 0 }..).unwrap_or_default()))
            .collect();
        let mut person = details(name, Part::Signature, &Segment::of(pieces), &Common::default(), vocabulary, charter);
        if let Some(unit) = units.get(at) {
            beside(&mut person, unit.text.get(name.end..).unwrap_or_default(), letter);
        }
        // "W3C liaison contact" is a function at W3C.
        let is_function = |name: &str| words(name).iter().skip(1).any(|word| word.text.starts_with(char::is_lowercase));
        if person.organization.as_deref().is_none_or(is_function)
            && let Some(body) = body_of_standards(text, vocabulary)
        {
            person.organization = Some(body);
        }
        if letter.part == Part::Body {
            person.email = person.email.or_else(|| letter.mail.writer().cloned());
        }
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
