//! Corrections in two columns: what a list says now, and what it is to say.

use super::grids::{cells, placed};
use super::person::{field, set};
use super::phones::{self, Line};
use crate::domain::steps::{FoundPerson, Part};
use crate::domain::words::Action;
use crate::mail::Mail;
use crate::rules::Rules;
use crate::vocabulary::labels::PersonLabel;

/// Rows above the heading at most: a title, an empty one.
const ABOVE_HEADING: usize = 4;
/// Rows of one person's details at most.
const MOST_ROWS: usize = 20;

/// A label with its present and its coming value.
struct Change {
    label: PersonLabel,
    value: String,
    old: String,
}

/// The person whom a table with a column of old and one of new values corrects, and the old values; the name is left out where no row
/// has a whole one.
pub(super) fn person(mail: &Mail, rules: &Rules) -> Option<(FoundPerson, Vec<String>)> {
    let (changes, part) = of_mail(mail, rules)?;
    let old = changes.iter().filter(|change| change.old != change.value).map(|change| change.old.clone()).collect();
    let words = &rules.vocabulary;
    let mut person = FoundPerson { action: Some(Action::Update), ..FoundPerson::default() };
    for change in &changes {
        match change.label {
            PersonLabel::Name => {
                let (name, honorific) = super::names::without_honorific(&change.value, words);
                set(&mut person, "name", part, &change.value, "new-column");
                (person.name, person.honorific) = (Some(name), person.honorific.take().or(honorific));
            }
            PersonLabel::Telephone | PersonLabel::Mobile => {}
            label => field(&mut person, label, &change.value, part, words, &rules.charter),
        }
    }
    let number = |wanted: PersonLabel| {
        let change = changes.iter().find(|change| change.label == wanted)?;
        let all = phones::find(&phones::without_extensions(&change.value, words), words);
        all.into_iter().find(|phone| phone.line != Line::Fax).map(|phone| phone.words)
    };
    if let Some(number) = number(PersonLabel::Telephone).or_else(|| number(PersonLabel::Mobile)) {
        person.phone = phones::normalise(&number, person.country.as_deref());
        set(&mut person, "phone", part, &number, "new-column");
    }
    Some((person, old))
}

/// Whether a letter has such a table.
pub(super) fn has_columns(mail: &Mail, rules: &Rules) -> bool {
    of_mail(mail, rules).is_some()
}

fn of_mail(mail: &Mail, rules: &Rules) -> Option<(Vec<Change>, Part)> {
    let in_tables = mail.tables.iter().find_map(|rows| changes(rows, rules)).map(|found| (found, Part::Table));
    in_tables.or_else(|| in_text(&mail.text.own, rules).map(|found| (found, Part::Table))).or_else(|| {
        let tables = mail.documents.iter().flat_map(|document| &document.tables);
        tables.into_iter().find_map(|rows| changes(rows, rules)).map(|found| (found, Part::Attachment))
    })
}

/// The columns that hold the old and the new values, by a heading that has a word for each and no name of a person's field.
fn heading(row: &[String], rules: &Rules) -> Option<(usize, usize)> {
    let labels = &rules.vocabulary.labels;
    let bare = |cell: &str| cell.trim().trim_end_matches([':', '：']).trim().to_owned();
    let find = |list: &crate::vocabulary::words::Words| row.iter().position(|cell| list.is(&bare(cell)));
    let is_label = |cell: &String| labels.announced(&bare(cell)).is_some();
    if row.len() != 3 || row.iter().skip(1).any(is_label) {
        return None;
    }
    // One of the two is enough: `As it stands in your list` has no end of wordings.
    match (find(&labels.old_columns), find(&labels.new_columns)) {
        (Some(old), Some(new)) if old > 0 && new > 0 => Some((old, new)),
        (Some(old @ 1..=2), None) => Some((old, 3 - old)),
        (None, Some(new @ 1..=2)) => Some((3 - new, new)),
        _ => None,
    }
}

fn changes(rows: &[Vec<String>], rules: &Rules) -> Option<Vec<Change>> {
    let (at, (old, new)) = rows.iter().take(ABOVE_HEADING).enumerate().find_map(|(at, row)| Some((at, heading(row, rules)?)))?;
    let labels = &rules.vocabulary.labels;
    let found: Vec<Change> = rows
        .iter()
        .skip(at + 1)
        .take(MOST_ROWS)
        .filter_map(|row| {
            let label = labels.announced(row.first()?.trim().trim_end_matches([':', '：', ' ']))?;
            let old = row.get(old).map(|cell| cell.trim()).unwrap_or_default();
            let new = row.get(new).map(|cell| cell.trim()).unwrap_or_default();
            let is_kept = new.is_empty() || labels.unchanged.is(new);
            Some(Change { label, value: if is_kept { old } else { new }.to_owned(), old: old.to_owned() })
        })
        .collect();
    let differs = found.iter().any(|change| change.value != change.old && !change.old.is_empty());
    (differs && found.iter().all(|change| change.label != PersonLabel::Number)).then_some(found)
}

/// The same set with blanks, tabs or bars.
fn in_text(text: &str, rules: &Rules) -> Option<Vec<Change>> {
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().enumerate().find_map(|(at, line)| {
        let mark = ['|', '\t'].into_iter().find(|mark| line.contains(*mark));
        let below = lines.iter().skip(at + 1).take(MOST_ROWS).take_while(|line| !line.trim().is_empty());
        if let Some(mark) = mark {
            let row = |line: &str| -> Vec<String> {
                line.trim_matches(['|', ' ']).split(mark).map(|cell| cell.trim().to_owned()).collect()
            };
            let head = padded(row(line));
            heading(&head, rules)?;
            let rows: Vec<Vec<String>> = std::iter::once(head).chain(below.map(|line| row(line))).collect();
            return changes(&rows, rules);
        }
        if !line.contains("  ") {
            return None;
        }
        let head = cells(line);
        // Two words or three: no line of prose, so the words are looked up for few.
        if !(2..=3).contains(&head.len()) {
            return None;
        }
        let mut columns: Vec<usize> = head.iter().map(|(column, _)| *column).collect();
        let mut titles: Vec<String> = head.into_iter().map(|(_, cell)| cell).collect();
        if columns.len() == 2 {
            columns.insert(0, 0);
            titles.insert(0, String::new());
        }
        heading(&titles, rules)?;
        let rows = below.map(|line| {
            let found = cells(line);
            if found.len() == columns.len() { found.into_iter().map(|(_, cell)| cell).collect() } else { placed(found, &columns) }
        });
        changes(&std::iter::once(titles).chain(rows).collect::<Vec<_>>(), rules)
    })
}

/// A heading of two words stands above columns two and three.
fn padded(mut row: Vec<String>) -> Vec<String> {
    if row.len() == 2 {
        row.insert(0, String::new());
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::steps::{Place, RawMail};
    use crate::resources::Resources;

    fn corrected(body: &str) -> Option<FoundPerson> {
        let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
        let raw = RawMail {
            place: Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: String::new() },
            whole_size: 0,
            bytes: format!(
                "From: Jane Roe <jane@example.org>\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
            )
            .into_bytes(),
            received_at: None,
        };
        person(&crate::mail::parse(&raw, &rules.vocabulary), &rules).map(|(person, _)| person)
    }

    #[test]
    fn the_new_column_counts_and_what_is_unchanged_stays() {
        let set = corrected(
            "               Old               New\n\
             Phone          +1 202 555 0100   +1 202 555 0101\n\
             E-mail         a@example.org     b@example.org\n\
             Title          Adviser           unchanged\n",
        )
        .unwrap();
        assert_eq!(set.phone.as_deref(), Some("+12025550101"));
        assert_eq!(set.email.map(|email| email.reveal().to_owned()).as_deref(), Some("b@example.org"));
        assert_eq!(set.role.as_deref(), Some("Adviser"));

        let drawn = corrected(
            "| | Ancien | Nouveau |\n|---|---|---|\n| Nom | Jean Roy | Jean Roy-Blanc |\n| Courriel | a@example.org | b@example.org |\n",
        );
        assert_eq!(drawn.unwrap().name.as_deref(), Some("Jean Roy-Blanc"));
        for body in ["Name   Body   E-mail\nJane Roe   X   j@example.org\n", "Before we met   after that   we went\n"] {
            assert!(corrected(body).is_none(), "{body}");
        }
    }
}
