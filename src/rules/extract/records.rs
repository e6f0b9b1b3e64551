//! Labelled lines that speak of one person, in any order: `Name:`, `E-mail:`, `Tel.:` …

use super::bodies::{chunks, role};
use super::emails::emails;
use super::letter::Letter;
use super::mentions::is_name_label;
use super::organizations::organizations;
use super::units::{Shape, Unit};
use super::{names, phones};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::{is_arabic, is_han};
use std::borrow::Cow;

/// The labelled lines of one person.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// The first unit.
    pub(super) from: usize,
    /// The unit behind the last one.
    pub(super) to: usize,
    /// As labelled; given before family name where both have labels of their own.
    pub(super) name: Option<String>,
    /// Beside the name.
    pub(super) honorific: Option<String>,
    /// Whether its label says that this one goes.
    pub(super) leaves: bool,
}

/// Unlabelled lines between labelled ones that still belong to them: a second line of an address.
const GAP: usize = 2;
/// Unlabelled lines below a labelled name at most: function, unit, body, address, office and mobile number.
const BELOW: usize = 6;

impl Letter<'_> {
    /// The records of the letter that have a name.
    pub(super) fn records(&self) -> Vec<Record> {
        let mut found: Vec<Record> = Vec::new();
        for (from, to) in self.runs() {
            found.extend(self.split(from, to).into_iter().filter_map(|(from, to)| self.record(from, to)));
        }
        for record in &mut found {
            record.to += self.lines_below(record);
        }
        found
    }

    /// `Alternate: Jane Roe`, and below it, without labels, what she is and how to reach her: so many units of its paragraph.
    fn lines_below(&self, record: &Record) -> usize {
        let own = self.units.get(record.from..record.to).unwrap_or_default();
        let is_reached = own
            .iter()
            .flat_map(|unit| &unit.fields)
            .any(|(label, _)| matches!(label, PersonLabel::Email | PersonLabel::Telephone | PersonLabel::Mobile));
        let Some(last) = own.last().filter(|_| !is_reached) else { return 0 };
        let is_name = |unit: &Unit| unit.names(self.vocabulary).first().is_some_and(|name| name.start == 0);
        let goes_on = |unit: &&Unit| {
            let is_line = unit.shape != Shape::Prose && !self.vocabulary.mail.is_closing(&unit.text);
            is_line && unit.paragraph == last.paragraph && unit.fields.is_empty() && !is_name(unit)
        };
        let below = self.units.get(record.to..self.signature).unwrap_or_default().iter().take(BELOW).take_while(goes_on);
        // A street or a town stands between what tells of somebody.
        let below: Vec<&Unit> = below.collect();
        below.iter().rposition(|unit| self.tells_of_somebody(unit)).map_or(0, |at| at + 1)
    }

    /// Whether a line says nothing but what somebody is, of which body, or how to reach him.
    fn tells_of_somebody(&self, unit: &Unit) -> bool {
        let reaches = || {
            !emails(&unit.text, self.vocabulary, self.charter).is_empty() || !phones::find(&unit.text, self.vocabulary).is_empty()
        };
        let says_what = || role(&unit.text, self.vocabulary).is_some() || !organizations(&unit.text, self.vocabulary).is_empty();
        reaches() || says_what()
    }

    /// Runs of labelled units.
    fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (index, unit) in self.units.iter().enumerate().filter(|(_, unit)| !unit.fields.is_empty()) {
            match runs.last_mut() {
                Some((_, to)) if index - *to <= GAP && self.is_same_run(*to, index, unit) => *to = index + 1,
                _ => runs.push((index, index + 1)),
            }
        }
        runs
    }

    /// Whether the units between belong to the labelled ones: lines of the same paragraph, or none at all.
    fn is_same_run(&self, to: usize, index: usize, unit: &Unit) -> bool {
        let above = to.checked_sub(1).and_then(|at| self.units.get(at));
        index == to || above.is_some_and(|above| above.paragraph == unit.paragraph)
    }

    /// A run cut where the next person begins: at a name when there is one already, else at paragraphs that each have one.
    fn split(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let units = self.units.get(from..to).unwrap_or_default();
        let paragraphs: Vec<&[Unit]> = units.chunk_by(|a, b| a.paragraph == b.paragraph).collect();
        let each_has_one = paragraphs.len() > 1 && paragraphs.iter().all(|part| names_in(part) == 1);
        if each_has_one {
            let mut at = from;
            return paragraphs
                .iter()
                .map(|part| {
                    at += part.len();
                    (at - part.len(), at)
                })
                .collect();
        }
        // `Study Group: …` above each name opens a person as much as the name does.
        let opening = units.first().and_then(|unit| unit.fields.first()).map(|(label, _)| *label);
        let opens = |unit: &Unit| unit.fields.iter().any(|(label, _)| Some(*label) == opening);
        let openings = units.iter().filter(|unit| opens(unit)).count();
        if openings > 1 && openings == names_in(units) && !opening.is_some_and(is_name_label) {
            let starts: Vec<usize> = (from..to).filter(|at| self.units.get(*at).is_some_and(opens)).collect();
            let ends = starts.iter().skip(1).copied().chain([to]);
            return starts.iter().copied().zip(ends).collect();
        }
        let mut cuts = Vec::new();
        let mut seen: Vec<PersonLabel> = Vec::new();
        let mut start = from;
        for (offset, unit) in units.iter().enumerate() {
            for (label, _) in unit.fields.iter().filter(|(label, _)| is_name_label(*label)) {
                let is_person = |label: &PersonLabel| matches!(label, PersonLabel::Name | PersonLabel::Former);
                let is_whole = is_person(label) && seen.iter().any(is_person);
                if seen.contains(label) || is_whole {
                    cuts.push((start, from + offset));
                    start = from + offset;
                    seen.clear();
                }
                seen.push(*label);
            }
        }
        cuts.push((start, to));
        cuts
    }

    fn record(&self, from: usize, to: usize) -> Option<Record> {
        let units = self.units.get(from..to)?;
        let value = |wanted: PersonLabel| {
            units.iter().flat_map(|unit| &unit.fields).find(|(label, _)| *label == wanted).map(|(_, value)| value.as_str())
        };
        // The Arabic word for a title is the family name's, too.
        let title = || {
            value(PersonLabel::Honorific)
                .filter(|title| title.starts_with(is_arabic) && !self.vocabulary.labels.honorifics.has(title))
        };
        let family = value(PersonLabel::FamilyName).or_else(title);
        let former = value(PersonLabel::Former);
        let (name, given) = (value(PersonLabel::Name).or(former), value(PersonLabel::GivenName));
        let (text, honorific) = match (name, family, given) {
            // `Nom` beside `Prénom` is the family name, `Nombre` beside `Apellidos` the given one.
            (_, Some(family), Some(given)) => (format!("{given} {family}"), None),
            (Some(family), None, Some(given)) if family.split_whitespace().count() <= 3 => {
                let whole = self.value_name(family)?;
                if whole.0.contains(given) { whole } else { (format!("{given} {}", whole.0), whole.1) }
            }
            (Some(given), Some(family), None) if !given.contains(family) => {
                let (given, honorific) = self.value_name(given)?;
                (format!("{given} {family}"), honorific)
            }
            (Some(name), _, _) => self.value_name(name)?,
            (None, Some(family), None) => self.value_name(family)?,
            _ => return None,
        };
        Some(Record { from, to, name: Some(text), honorific, leaves: former.is_some() })
    }

    /// A name in a field: without honorific, without the same in another script, without a function behind a comma.
    fn value_name(&self, value: &str) -> Option<(String, Option<String>)> {
        let value = &*closed_up(value);
        if self.vocabulary.labels.is_placeholder(value) || self.vocabulary.time.is_none(value) {
            return None;
        }
        if let Some(name) = names::find(value, self.vocabulary).into_iter().next().filter(|name| name.start == 0) {
            let text =
                format!("{}{}", name.text, given_behind(value.get(name.end..).unwrap_or_default(), &name.text, self.vocabulary));
            return Some((text, name.honorific));
        }
        if let Some(within) = self.name_in_clause(value) {
            return within;
        }
        let (first, honorific) = names::without_honorific(chunks(value).into_iter().next()?, self.vocabulary);
        let plausible = (2..=60).contains(&first.chars().count())
            && !first.contains('@')
            && !first.chars().any(|c| c.is_ascii_digit())
            && first.split_whitespace().count() <= 7;
        plausible.then_some((first, honorific))
    }
}

impl Letter<'_> {
    /// `our delegate: that is Mr Tom Roe`: the name in a clause behind a colon, or that the clause names nobody.
    #[expect(clippy::option_option, reason = "no clause, a clause without a name, one with a name")]
    fn name_in_clause(&self, value: &str) -> Option<Option<(String, Option<String>)>> {
        let first = chunks(value).into_iter().next()?;
        let list = crate::vocabulary::words::words(first);
        let head = list.first().filter(|word| word.text.starts_with(|c: char| c.is_lowercase() && !is_han(c)))?;
        let labels = &self.vocabulary.labels;
        let is_small = |text: &str| labels.breaks.has(text) || labels.not_names.has(text);
        if !is_small(head.text) && !head.text.contains(['\'', '’']) || list.len() < 3 {
            return None;
        }
        Some(names::find(first, self.vocabulary).into_iter().next().map(|name| (name.text, name.honorific)))
    }
}

/// Characters of a Chinese name at most: two of a family name, two given.
const CHINESE_NAME: usize = 4;

/// `龚　毅`, a name that is written wide to be as long as the one below it, without its blanks.
fn closed_up(value: &str) -> Cow<'_, str> {
    let head: String = value.chars().take_while(|c| is_han(*c) || c.is_whitespace()).collect();
    let closed: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    let is_name = head.trim().contains(char::is_whitespace) && (2..=CHINESE_NAME).contains(&closed.chars().count());
    let parts = head.split_whitespace().all(|part| part.chars().count() <= 2);
    if !(is_name && parts) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("{closed}{}", value.get(head.len()..).unwrap_or_default()))
}

/// `, Grace` behind `TAN Hui Ling`: a given name, where the family name stands in capitals; empty otherwise.
fn given_behind<'t>(rest: &'t str, name: &str, vocabulary: &Vocabulary) -> &'t str {
    let has_family =
        name.split_whitespace().any(|word| word.chars().count() > 1 && word.chars().all(|c| c.is_uppercase() || c == '-'));
    let Some(given) = rest.strip_prefix(", ").filter(|_| has_family) else { return "" };
    let is_word = |word: &str| {
        word.starts_with(char::is_uppercase)
            && word.contains(char::is_lowercase)
            && word.chars().all(|c| c.is_alphabetic() || c == '-')
    };
    let list: Vec<&str> = given.split_whitespace().collect();
    let is_given = (1..=2).contains(&list.len())
        && list.iter().all(|word| is_word(word))
        && super::bodies::role(given, vocabulary).is_none()
        && !list.iter().any(|word| vocabulary.labels.suffixes.has(word) || vocabulary.labels.honorifics.has(word))
        && vocabulary.countries.place(given).is_none()
        && vocabulary.countries.in_text(given).is_empty();
    if is_given { rest } else { "" }
}

/// How many people are named by labels: whole names, else family names.
fn names_in(units: &[Unit]) -> usize {
    let count = |wanted: PersonLabel| units.iter().flat_map(|unit| &unit.fields).filter(|(label, _)| *label == wanted).count();
    (count(PersonLabel::Name) + count(PersonLabel::Former)).max(count(PersonLabel::FamilyName)).max(count(PersonLabel::GivenName))
}
