//! People in tables: of HTML bodies, of documents, drawn in plain text.

use super::bodies::role;
use super::grids::grids;
use super::names;
use super::person::{field, set};
use super::phones::{self, Line};
use crate::domain::steps::{FoundPerson, Part};
use crate::mail::Mail;
use crate::rules::Rules;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::is_arabic;
use std::collections::BTreeSet;

/// Rows above a heading at most: a title, an empty one.
const ABOVE_HEADING: usize = 8;

/// The people of all tables of a letter, those of files before those of the body; empty when there are none.
pub(super) fn people(mail: &Mail, rules: &Rules) -> Vec<FoundPerson> {
    let or_else = |found: Vec<FoundPerson>, more: &dyn Fn() -> Vec<FoundPerson>| if found.is_empty() { more() } else { found };
    let of =
        |tables: &[Vec<Vec<String>>], part: Part| tables.iter().flat_map(|rows| table(rows, part, rules)).collect::<Vec<_>>();
    let found = mail.documents.iter().flat_map(|document| of(&document.tables, Part::Attachment)).collect();
    let found = or_else(found, &|| of(&mail.tables, Part::Table));
    let found = or_else(found, &|| of(&grids(&mail.text.own), Part::Table));
    let texts =
        || mail.attachments.iter().filter(|file| file.content_type == "text/plain").filter_map(|file| file.text.as_deref());
    let found = or_else(found, &|| texts().flat_map(|text| of(&grids(text), Part::Attachment)).collect());
    or_else(found, &|| mail.documents.iter().flat_map(|document| of(&grids(&document.text), Part::Attachment)).collect())
}

type Labels = Vec<Option<PersonLabel>>;

/// People of a table with a heading row, of one with the labels in its first column, or of a form of two columns.
pub(super) fn table(rows: &[Vec<String>], part: Part, rules: &Rules) -> Vec<FoundPerson> {
    if is_paired(rows, rules) {
        return paired(rows, part, rules);
    }
    let turned = turned(rows);
    // `Title | head of unit | chief specialist`: a row of values may hold words that are labels, too; the column that has more is it.
    let kinds = |row: Option<&Vec<String>>| {
        row.map_or(0, |row| labels_of(row, rules).into_iter().flatten().collect::<BTreeSet<_>>().len())
    };
    let is_turned =
        |at: usize| heading(turned.get(..1).unwrap_or_default(), rules).is_some() && kinds(turned.first()) > kinds(rows.get(at));
    if let Some(at) = heading(rows, rules).filter(|at| !is_turned(*at)) {
        let is_past = rows.iter().take(at).any(|row| is_past(row, rules));
        return if is_past { Vec::new() } else { below(rows, at, part, rules) };
    }
    let most = rows.iter().map(|row| row.iter().filter(|cell| !cell.trim().is_empty()).count()).max().unwrap_or(0);
    // Of two columns only: a form, which may hold several people one under the other.
    if most > 2
        && let Some(0) = heading(&turned, rules)
    {
        return below(&turned, 0, part, rules);
    }
    form(rows, part, rules)
}

/// Whether a title alone in its row says that what follows is a former list.
fn is_past(row: &[String], rules: &Rules) -> bool {
    let labels = &rules.vocabulary.labels;
    let mut cells = row.iter().filter(|cell| !cell.trim().is_empty());
    let (Some(title), None) = (cells.next(), cells.next()) else { return false };
    let list = crate::vocabulary::words::words(title);
    // Two words or three: a title, and no sentence.
    list.len() <= 3 && list.iter().any(|word| labels.old_columns.has(word.text)) || labels.old_columns.is(title)
}

fn labels_of(row: &[String], rules: &Rules) -> Labels {
    let labels = &rules.vocabulary.labels;
    row.iter().map(|cell| labels.announced(cell.trim().trim_end_matches([':', '：', ' ']))).collect()
}

/// Whether a second family name goes on with the first: another one in the same script.
fn is_second(first: &str, second: &str) -> bool {
    let is_latin = |name: &str| name.starts_with(|c: char| c < '\u{250}');
    is_latin(first) && is_latin(second) && !first.eq_ignore_ascii_case(second) && !first.contains(' ')
}

/// The row that says what the columns hold.
fn heading(rows: &[Vec<String>], rules: &Rules) -> Option<usize> {
    rows.iter().take(ABOVE_HEADING).position(|row| {
        let labels = labels_of(row, rules);
        let has_values = row.iter().any(|cell| cell.contains('@'));
        let cells = row.iter().filter(|cell| !cell.trim().is_empty()).count();
        !has_values
            && labels.iter().flatten().count() * 2 >= cells
            && labels.iter().flatten().filter(|label| **label != PersonLabel::Number).count() >= 2
            && labels.iter().flatten().any(|label| is_name(*label))
            // `First representative | Second representative` heads people, and no fields.
            && labels.iter().flatten().any(|label| Some(label) != labels.iter().flatten().next())
    })
}

/// The people in the rows below a heading. A body, a country that stands in the first row of several holds for those below it.
fn below(rows: &[Vec<String>], at: usize, part: Part, rules: &Rules) -> Vec<FoundPerson> {
    let labels = rows.get(at).map(|row| own_labels(labels_of(row, rules))).unwrap_or_default();
    let heads = rows.get(at).cloned().unwrap_or_default();
    let mut above: Vec<Option<String>> = Vec::new();
    let mut found = Vec::new();
    let mut previous: Vec<String> = Vec::new();
    for row in rows.iter().skip(at + 1) {
        let mut cells: Vec<String> = row.clone();
        for (cell, earlier) in cells.iter_mut().zip(&previous) {
            if rules.vocabulary.labels.dittos.is(cell) {
                cell.clone_from(earlier);
            }
        }
        previous.clone_from(&cells);
        above.resize(above.len().max(cells.len()), None);
        for ((cell, head), label) in cells.iter_mut().zip(&heads).zip(&labels) {
            if *label == Some(PersonLabel::Email)
                && let Some(domain) = domain(head)
                && !cell.trim().is_empty()
                && !cell.contains(['@', ' '])
            {
                *cell = format!("{}@{domain}", cell.trim());
            }
        }
        let is_row = cells.iter().filter(|cell| !cell.trim().is_empty()).count() > 1;
        for ((cell, above), label) in cells.iter_mut().zip(&mut above).zip(&labels) {
            let holds_on = matches!(label, Some(PersonLabel::Organization | PersonLabel::Country | PersonLabel::Body));
            if cell.trim().is_empty() && holds_on && is_row {
                *cell = above.clone().unwrap_or_default();
            } else if holds_on && is_row {
                *above = Some(cell.clone());
            }
        }
        found.extend(person(labels.iter().copied().zip(cells.iter().map(String::as_str)), part, rules));
    }
    found
}

/// The domain that a heading gives for all addresses below it: `Mail (at example.org)`, `…@example.org`.
fn domain(head: &str) -> Option<&str> {
    let words = head.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '@' | '/' | ':' | ','));
    words.map(|word| word.trim_matches('.')).find(|word| {
        let (name, end) = word.rsplit_once('.').unwrap_or_default();
        name.len() > 1 && end.len() > 1 && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
    })
}

fn turned(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..width).map(|at| rows.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect()).collect()
}

/// Whether a form has two or more labels in a row, each with its value beside it.
fn is_paired(rows: &[Vec<String>], rules: &Rules) -> bool {
    let pairs = |row: &Vec<String>| {
        let labels = labels_of(row, rules);
        let is_at = |odd: usize| labels.iter().skip(odd).step_by(2).filter(|label| label.is_some()).count();
        labels.len() >= 4 && is_at(0) >= 2 && is_at(1) == 0
    };
    let wide = rows.iter().filter(|row| row.iter().filter(|cell| !cell.trim().is_empty()).count() > 2);
    let (fits, all) = wide.fold((0, 0), |(fits, all), row| (fits + usize::from(pairs(row)), all + 1));
    fits > 0 && fits * 2 >= all
}

/// Such a form, as one of two columns.
fn paired(rows: &[Vec<String>], part: Part, rules: &Rules) -> Vec<FoundPerson> {
    let flat: Vec<Vec<String>> = rows.iter().flat_map(|row| row.chunks(2).map(<[String]>::to_vec)).collect();
    form(&flat, part, rules)
}

/// Labels in the first column, values in the second; a second name begins a second person.
fn form(rows: &[Vec<String>], part: Part, rules: &Rules) -> Vec<FoundPerson> {
    let pairs: Vec<(Option<PersonLabel>, &str)> = rows
        .iter()
        .filter_map(|row| {
            let cells: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.trim().is_empty()).collect();
            let [label, value, ..] = cells.as_slice() else { return None };
            Some((rules.vocabulary.labels.announced(label.trim_end_matches([':', '：', ' '])), *value))
        })
        .collect();
    let labelled = pairs.iter().filter(|(label, _)| label.is_some()).count();
    if !pairs.iter().any(|(label, _)| label.is_some_and(is_name)) || labelled < 2 {
        return Vec::new();
    }
    let mut people: Vec<Vec<(Option<PersonLabel>, &str)>> = vec![Vec::new()];
    for (label, value) in pairs {
        let repeats =
            label.is_some_and(is_name) && people.last().is_some_and(|fields| fields.iter().any(|(earlier, _)| *earlier == label));
        if repeats {
            people.push(Vec::new());
        }
        if let Some(fields) = people.last_mut() {
            fields.push((label, value));
        }
    }
    people
        .into_iter()
        .filter_map(|fields| {
            let labels = own_labels(fields.iter().map(|(label, _)| *label).collect());
            person(labels.into_iter().zip(fields.iter().map(|(_, value)| *value)), part, rules)
        })
        .collect()
}

fn is_name(label: PersonLabel) -> bool {
    matches!(label, PersonLabel::Name | PersonLabel::FamilyName | PersonLabel::GivenName)
}

/// `Nom` beside `Prénom` is the family name, `Nombre` beside `Apellidos` the given one.
fn own_labels(labels: Labels) -> Labels {
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
    let mut beside_name = None;
    let (mut office, mut mobile, mut unlabelled) = (None, None, None);
    for (label, value) in cells {
        // A cell with all that is known of somebody is a text of its own.
        if label == Some(PersonLabel::Name) && value.contains('@') {
            return None;
        }
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        // A narrow column runs into the next one.
        if label.is_none_or(|label| matches!(label, PersonLabel::Address | PersonLabel::Email)) {
            // A column of "contacts" holds both.
            field(&mut person, PersonLabel::Email, &value, part, words, &rules.charter);
            let number = phones::find(&phones::without_extensions(&value, words), words).into_iter();
            let number = number.filter(|phone| phone.line != Line::Fax).min_by_key(|phone| phone.line);
            unlabelled = unlabelled.or(number.map(|phone| phone.words));
        }
        let Some(label) = label.filter(|_| !words.time.is_none(&value) && !words.labels.is_placeholder(&value)) else { continue };
        match label {
            PersonLabel::Name if person.name.is_none() => {
                let (value, function) = without_function(&value, words);
                let (name, honorific) = names::without_honorific(&value, words);
                set(&mut person, "name", part, &value, "column");
                person.name = Some(name);
                person.honorific = person.honorific.take().or(honorific);
                beside_name = function;
            }
            // The mother's family name has a column of its own: `Apellido paterno`, `Apellido materno`.
            PersonLabel::FamilyName => {
                let first: Option<String> = family.take();
                family = Some(match first {
                    Some(first) if is_second(&first, &value) => format!("{first} {value}"),
                    Some(first) => first,
                    None => value,
                });
            }
            // The patronymic has a column of its own.
            PersonLabel::GivenName => {
                given = Some(given.take().map_or_else(|| value.clone(), |first: String| format!("{first} {value}")));
            }
            // A column of row numbers may have the letter that abbreviates a telephone.
            PersonLabel::Telephone if value.chars().filter(|c| c.is_numeric()).count() < 5 => {}
            PersonLabel::Telephone => office = office.or(Some(value)),
            PersonLabel::Mobile => mobile = mobile.or(Some(value)),
            // The Arabic word for a title is the family name's, too.
            PersonLabel::Honorific
                if !words.labels.honorifics.has(value.trim_end_matches('.')) && value.starts_with(is_arabic) =>
            {
                family = family.or(Some(value));
            }
            label => field(&mut person, label, &value, part, words, &rules.charter),
        }
    }
    name_of_parts(&mut person, family, given, part, words);
    if let Some(function) = beside_name.filter(|_| person.role.is_none()) {
        set(&mut person, "role", part, &function, "function-beside-name");
        person.role = Some(function);
    }
    person.name.as_deref().filter(|name| name.chars().any(char::is_alphabetic) && !name.starts_with(['(', '（']))?;
    if let Some(number) = office.or(mobile).or(unlabelled) {
        number_of_column(&mut person, number, part, words);
    }
    Some(person)
}

/// The name of columns of its own for its parts.
fn name_of_parts(person: &mut FoundPerson, family: Option<String>, given: Option<String>, part: Part, words: &Vocabulary) {
    if let (Some(name), Some(family)) = (&person.name, &family)
        && given.is_none()
        && !name.contains(family.as_str())
    {
        person.name = Some(format!("{name} {family}"));
    }
    if person.name.is_none() && (family.is_some() || given.is_some()) {
        let whole = [given, family].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let (name, honorific) = names::without_honorific(&whole, words);
        set(person, "name", part, &whole, "columns");
        person.name = Some(name);
        person.honorific = person.honorific.take().or(honorific);
    }
}

/// The office's number of a cell, as it is dialled from abroad.
fn number_of_column(person: &mut FoundPerson, number: String, part: Part, words: &Vocabulary) {
    let number = phones::without_extensions(&number, words);
    let mut all = phones::find(&number, words);
    all.retain(|phone| phone.line != Line::Fax);
    all.sort_by_key(|phone| phone.line);
    let first = all.into_iter().next().map(|phone| phone.words).unwrap_or(number);
    person.phone = phones::normalise(&first, person.country.as_deref());
    set(person, "phone", part, &first, "column");
}

/// `Jane Roe (Rapporteur)`, `Jane Roe, Director` as name and function.
fn without_function(value: &str, words: &Vocabulary) -> (String, Option<String>) {
    let Some((name, rest)) = value.split_once(['(', '（', ',', '，', '/']) else { return (value.to_owned(), None) };
    let inner = rest.trim().trim_end_matches([')', '）']).trim();
    match role(inner, words) {
        Some(function) if function == inner && names::whole(name, words).is_some() => (name.trim().to_owned(), Some(function)),
        _ => (value.to_owned(), None),
    }
}
