//! A contact row of a statement's header, read piece by piece: name, body, country, telephone, address.

use super::Letter;
use crate::domain::steps::{FoundPerson, Part};
use crate::rules::extract::bodies::role;
use crate::rules::extract::emails::emails;
use crate::rules::extract::names::{self, Name};
use crate::rules::extract::organizations::organizations;
use crate::rules::extract::person::set;
use crate::rules::extract::phones::{self, Line};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::{is_arabic, is_han, words};

/// Characters of an organization's name at most.
const LONGEST: usize = 90;

/// A piece of a contact row, as cut at commas, brackets, gaps and line ends.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) label: Option<PersonLabel>,
}

/// The people of a contact row: name, body, country, telephone, address, in one cell or several.
pub(super) fn in_row(value: &str, letter: &Letter<'_>) -> Vec<FoundPerson> {
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
pub(super) struct Open {
    pub(super) person: FoundPerson,
    pub(super) phones: Vec<(Line, String)>,
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
    pub(super) fn words(&mut self, piece: &Piece, text: &str, letter: &Letter<'_>) {
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
        let is_town = words(text).len() == 1 && body_words.is_empty() && !names_body(text, vocabulary);
        if let Some(code) = vocabulary.countries.place(text).filter(|_| is_town && piece.label.is_none()) {
            if self.person.country.is_none() {
                self.person.country = Some(code.to_owned());
                set(&mut self.person, "country", letter.part, text, "town-of-the-contact");
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
    // A blank within a number separates nothing.
    let is_number =
        part.split_whitespace().skip(1).all(|word| word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')));
    if han * 2 > letters && !is_number && !part.contains([':', '：']) { part.split([' ', '　']).collect() } else { vec![part] }
}

/// A cell cut at commas, brackets and dashes between blanks.
pub(super) fn cut(cell: &str) -> Vec<&str> {
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
