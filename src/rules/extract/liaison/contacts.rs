//! Whom to ask about a statement: its contact rows, else whom its text names, else who signs it.

use super::Letter;
use crate::domain::steps::{FoundLiaison, FoundPerson, Part};
use crate::rules::extract::bodies::role;
use crate::rules::extract::emails::{Likeness, emails, likeness};
use crate::rules::extract::names::{self, Name};
use crate::rules::extract::organizations::organizations;
use crate::rules::extract::person::{Common, Segment, details, set};
use crate::rules::extract::phones::{self, Line};
use crate::rules::extract::units::units;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::{PersonLabel, any};
use crate::vocabulary::liaison_words::LiaisonLabel as Label;
use crate::vocabulary::words::{fold, is_arabic, is_han, words};

/// Characters of an organization's name at most.
const LONGEST: usize = 90;
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

/// A piece of a contact row, as cut at commas, brackets, gaps and line ends.
struct Piece {
    text: String,
    label: Option<PersonLabel>,
}

/// The people of a contact row: name, body, country, telephone, address, in one cell or several.
fn in_row(value: &str, letter: &Letter<'_>) -> Vec<FoundPerson> {
    let vocabulary = letter.vocabulary();
    let pieces = pieces(value, vocabulary);
    let mut people: Vec<FoundPerson> = Vec::new();
    let mut open = Open::default();
    for piece in &pieces {
        let name = name_of(piece, &open.person, vocabulary);
        if let Some(name) = name {
            if open.person.name.is_some() && (open.person.email.is_some() || name.honorific.is_some() || piece.label.is_some()) {
                people.extend(std::mem::take(&mut open).close(vocabulary));
            }
            if open.person.name.is_none() {
                set(&mut open.person, "name", letter.part, &piece.text, "contact-row");
                let rest = piece.text.get(name.end..).unwrap_or_default().trim().to_owned();
                open.person.name = Some(name.text);
                if !rest.is_empty() && rest.chars().any(char::is_alphanumeric) {
                    open.take(&Piece { text: rest, label: None }, letter);
                }
                continue;
            }
        }
        open.take(piece, letter);
    }
    people.extend(open.close(vocabulary));
    people
}

/// A person being read.
#[derive(Default)]
struct Open {
    person: FoundPerson,
    phones: Vec<(Line, String)>,
}

impl Open {
    fn take(&mut self, piece: &Piece, letter: &Letter<'_>) {
        let vocabulary = letter.vocabulary();
        let text = piece.text.trim();
        let is_honorific = vocabulary.labels.honorifics.has(text) || vocabulary.labels.honorifics_after.has(text);
        if text.is_empty() || is_honorific || vocabulary.time.is_none(text) || vocabulary.labels.person_label(text).is_some() {
            return;
        }
        if let Some(email) = emails(text, vocabulary, letter.charter()).into_iter().next()
            && self.person.email.is_none()
        {
            set(&mut self.person, "email", letter.part, text, "contact-row");
            self.person.email = Some(email.address);
        }
        // What stands before an address in the same piece may be numbers.
        let text = match text.find('@') {
            Some(at) => text.get(..at).and_then(|head| head.rsplit_once(' ')).map_or("", |(head, _)| head),
            None => text,
        };
        if text.is_empty() {
            return;
        }
        let numbered = match piece.label {
            Some(PersonLabel::Telephone | PersonLabel::Mobile | PersonLabel::Fax) | None => {
                phones::find(&phones::without_extensions(text, vocabulary), vocabulary)
            }
            Some(_) => Vec::new(),
        };
        if let Some(first) = numbered.first() {
            let head = text.get(..first.start).unwrap_or_default();
            let only_label = piece.text.contains('@')
                || !words(head).iter().any(|word| word.text.chars().count() > 12) && words(head).len() <= 3;
            if only_label || piece.label.is_some() {
                for phone in numbered {
                    let line = match piece.label {
                        Some(PersonLabel::Fax) => Line::Fax,
                        Some(PersonLabel::Mobile) => Line::Mobile,
                        Some(PersonLabel::Telephone) if phone.line == Line::Fax => Line::Office,
                        _ => phone.line,
                    };
                    self.phones.push((line, phone.words));
                }
                return;
            }
        }
        if !piece.text.contains('@') {
            self.words(piece, text, letter);
        }
    }

    /// A country or a body; a function is not kept.
    fn words(&mut self, piece: &Piece, text: &str, letter: &Letter<'_>) {
        let vocabulary = letter.vocabulary();
        let body_words = organizations(text, vocabulary);
        let is_body_label = piece.label == Some(PersonLabel::Organization);
        let countries = vocabulary.countries.in_text(text);
        let short = words(text).len() <= 5 && text.chars().filter(|c| is_han(*c)).count() <= 8;
        let is_plain = || short && body_words.is_empty() && !names_body(text, vocabulary);
        if let Some(code) = countries.first()
            && (piece.label == Some(PersonLabel::Country)
                || piece.label.is_none() && (is_plain() || vocabulary.countries.whole(text).is_some()))
        {
            if self.person.country.is_none() {
                self.person.country = Some((*code).to_owned());
                set(&mut self.person, "country", letter.part, text, "contact-row");
            }
            return;
        }
        let fits = is_body_label
            || piece.label.is_none()
                && text.chars().filter(|c| c.is_alphabetic()).count() >= 2
                && text.chars().filter(char::is_ascii_digit).count() < 5
                && text.chars().count() <= LONGEST
                && (self.person.name.is_some())
                && (!body_words.is_empty() && role_is_other(text, &body_words, vocabulary) || role(text, vocabulary).is_none());
        if fits && self.person.organization.is_none() {
            let text = text.trim_matches(['"', '“', '”']);
            let whole = if piece.text.contains('"') { piece.text.trim() } else { text };
            self.person.organization = Some(whole.to_owned());
            set(&mut self.person, "organization", letter.part, text, "contact-row");
        }
    }

    fn close(mut self, vocabulary: &Vocabulary) -> Option<FoundPerson> {
        let person = &mut self.person;
        if person.country.is_none()
            && let Some(code) = person.organization.as_deref().and_then(|name| vocabulary.countries.of_organization(name))
        {
            person.country = Some(code.to_owned());
        }
        let voice = self.phones.iter().filter(|(line, _)| *line != Line::Fax);
        let wanted = voice.clone().find(|(line, _)| *line == Line::Office).or_else(|| voice.clone().next());
        if let Some((_, words)) = wanted {
            person.phone = phones::normalise(words, person.country.as_deref());
            set(person, "phone", Part::Body, words, "contact-row");
        }
        (person.name.is_some() || person.email.is_some()).then_some(self.person)
    }
}

/// A function that contains a body's word ("Director of the Agency") is still a function.
fn role_is_other(text: &str, organizations: &[String], vocabulary: &Vocabulary) -> bool {
    organizations.iter().any(|name| text.starts_with(name.as_str())) || role(text, vocabulary).is_none()
}

/// Whether words have an organization's word in them.
fn names_body(text: &str, vocabulary: &Vocabulary) -> bool {
    vocabulary.labels.organizations.is_in(text)
}

/// The name at the beginning of a piece.
fn name_of(piece: &Piece, known: &FoundPerson, vocabulary: &Vocabulary) -> Option<Name> {
    let is_first = known.name.is_none() && known.organization.is_none();
    if !matches!(piece.label, None | Some(PersonLabel::Name)) || piece.text.contains('@') {
        return None;
    }
    let text = piece.text.trim();
    let named = names::find(text, vocabulary).into_iter().next().filter(|name| name.start == 0);
    if let Some(name) =
        named.filter(|name| is_first || name.honorific.is_some() || piece.label.is_some() || name.end == text.len())
    {
        let is_body = !is_first && name.honorific.is_none() && piece.label.is_none();
        return (!is_body || organizations(text, vocabulary).is_empty() && !names_body(text, vocabulary)).then_some(name);
    }
    // The first piece of a contact row is a name even where its words look like none.
    let honorific = vocabulary.labels.honorifics_after.han_at_end(text).filter(|own| own.len() < text.len());
    let text = honorific.map_or(text, |own| text.get(..text.len() - own.len()).unwrap_or(text));
    let many = text.split_whitespace().count();
    let looks = is_first
        && text.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || matches!(c, '-' | '\'' | '’' | '.' | '·' | '•'))
        && ((2..=5).contains(&many)
            && text
                .split_whitespace()
                .all(|word| word.starts_with(|c: char| c.is_uppercase() || is_arabic(c)) || word.chars().count() <= 3)
            || (2..=4).contains(&text.chars().filter(|c| is_han(*c)).count()) && many == 1 && text.chars().all(is_han))
        && role(text, vocabulary).is_none()
        && organizations(text, vocabulary).is_empty()
        && vocabulary.labels.person_label(text).is_none()
        && vocabulary.liaison.label(text).is_none();
    (looks || piece.label == Some(PersonLabel::Name)).then(|| Name {
        text: text.to_owned(),
        honorific: honorific.map(str::to_owned),
        start: 0,
        end: piece.text.len(),
    })
}

/// A row cut into its pieces.
fn pieces(value: &str, vocabulary: &Vocabulary) -> Vec<Piece> {
    let mut found = Vec::new();
    // Kept for the labels that stand alone: "Email:" and the address on the next line.
    let mut waiting = None;
    for line in value.replace('－', "-").lines() {
        for cell in
            line.split('\t').flat_map(|cell| cell.split("  ")).flat_map(|cell| cell.split(" / ")).flat_map(|cell| cell.split('|'))
        {
            for part in cut(cell).into_iter().flat_map(between_han) {
                let part = part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | ';' | ',' | '[' | ']'));
                if part.is_empty() || part.starts_with('<') && part.ends_with('>') && !part.contains('@') {
                    continue;
                }
                let split = part.split_once([':', '：', '﹕']).and_then(|(head, rest)| {
                    let label = vocabulary
                        .labels
                        .person_label(head.trim())
                        .or_else(|| vocabulary.labels.person_label(head.split('/').next()?))?;
                    Some((label, rest.trim()))
                });
                match split {
                    Some((label, "")) => waiting = Some(label),
                    Some((label, rest)) => {
                        found.push(Piece { text: rest.to_owned(), label: Some(label) });
                        waiting = None;
                    }
                    None => {
                        let label = waiting
                            .take()
                            .filter(|label| matches!(label, PersonLabel::Fax) && part.chars().any(|c| c.is_ascii_digit()));
                        found.push(Piece { text: part.to_owned(), label });
                    }
                }
            }
        }
    }
    found
}

/// Chinese words have no blanks between them: a blank separates name, body and place.
fn between_han(part: &str) -> Vec<&str> {
    let han = part.chars().filter(|c| is_han(*c)).count();
    let letters = part.chars().filter(|c| c.is_alphabetic()).count();
    if han * 2 > letters && !part.contains([':', '：']) { part.split([' ', '　']).collect() } else { vec![part] }
}

/// A cell cut at commas, brackets and dashes between blanks.
fn cut(cell: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let chars: Vec<(usize, char)> = cell.char_indices().collect();
    for (index, (at, c)) in chars.iter().enumerate() {
        let next = chars.get(index + 1).map(|(_, c)| *c);
        let previous = index.checked_sub(1).and_then(|index| chars.get(index)).map(|(_, c)| *c);
        // A bracket inside a number belongs to it: "(7172) 55-50-13", "+44 (0)20".
        let beside_digit = next.is_some_and(|c| c.is_numeric()) || previous.is_some_and(|c| c.is_numeric());
        let ends = match c {
            ',' | '，' | '、' | '،' | ';' | '；' | '؛' | '<' | '>' => true,
            '(' | ')' | '（' | '）' => !beside_digit,
            '–' | '—' | '-' => previous.is_some_and(char::is_whitespace) && next.is_some_and(char::is_whitespace),
            _ => false,
        };
        if ends {
            found.push(cell.get(start..*at).unwrap_or_default());
            start = at + c.len_utf8();
        }
    }
    found.push(cell.get(start..).unwrap_or_default());
    found
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
