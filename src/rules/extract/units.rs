//! A text cut into what belongs together: sentences of prose joined over line breaks, lines of a block, items of a list, and
//! labelled lines with what each label announces.

use crate::domain::steps::Part;
use crate::mail::Mail;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::is_han;

/// A line that fills this many columns was wrapped; one that is shorter was ended by the writer.
const WRAPPED: usize = 52;
/// A label is no longer than this.
const LONGEST_LABEL: usize = 48;

/// How a unit stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Joined from wrapped lines.
    Prose,
    /// A line of its own, as in an address block.
    Line,
    /// Begun by a bullet or a number.
    Item,
}

/// What belongs together.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The words, one line.
    pub(super) text: String,
    /// How it stands.
    pub(super) shape: Shape,
    /// The part of the letter.
    pub(super) part: Part,
    /// Units between two empty lines share this number.
    pub(super) paragraph: usize,
    /// What its labels announce, with the values.
    pub(super) fields: Vec<(PersonLabel, String)>,
}

/// The units of one part.
pub(super) fn units(text: &str, part: Part, words: &Vocabulary) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut paragraph = Vec::new();
    let mut number = 0;
    for line in text.lines().chain(std::iter::once("")) {
        if !line.trim().is_empty() {
            paragraph.push(line);
        } else if !paragraph.is_empty() {
            join(&paragraph, number, part, words, &mut units);
            paragraph.clear();
            number += 1;
        }
    }
    units
}

/// What a letter's own text, signature and forwarded text consist of.
pub(super) fn of(mail: &Mail, words: &Vocabulary) -> (Vec<Unit>, Vec<Unit>, Vec<Unit>) {
    (
        units(&mail.text.own, Part::Body, words),
        units(&mail.text.signature, Part::Signature, words),
        units(&mail.text.forwarded, Part::History, words),
    )
}

/// The lines of a paragraph, joined where they were wrapped.
fn join(lines: &[&str], number: usize, part: Part, words: &Vocabulary, units: &mut Vec<Unit>) {
    let mut open: Option<Unit> = None;
    let mut was_full = false;
    for line in lines {
        let (bare, is_item) = without_bullet(line.trim());
        let fields = fields(bare, words);
        let is_full = columns(line) >= WRAPPED;
        let starts_anew =
            is_item || !fields.is_empty() || open.as_ref().is_none_or(|open| !open.fields.is_empty() && !continues(bare));
        match &mut open {
            Some(unit)
                if !(starts_anew || unit.text.contains('@') && bare.contains('@'))
                    && (was_full || (unit.shape == Shape::Item && line.starts_with([' ', '\t', '　']))) =>
            {
                append(unit, bare);
                if unit.shape == Shape::Line {
                    unit.shape = Shape::Prose;
                }
            }
            _ => {
                units.extend(open.take());
                let shape = if is_item { Shape::Item } else { Shape::Line };
                open = Some(Unit { text: bare.to_owned(), shape, part, paragraph: number, fields });
            }
        }
        was_full = is_full;
    }
    units.extend(open);
    for unit in units.iter_mut() {
        // A long line with a sentence in it is prose even when no line was wrapped.
        if unit.shape == Shape::Line && unit.fields.is_empty() && columns(&unit.text) > 90 {
            unit.shape = Shape::Prose;
        }
    }
}

/// A line that goes on with the value of the one before.
fn continues(line: &str) -> bool {
    line.chars().next().is_some_and(char::is_lowercase)
}

fn append(unit: &mut Unit, line: &str) {
    let joint = unit.text.chars().next_back().is_some_and(is_wide) && line.chars().next().is_some_and(is_wide);
    if !joint {
        unit.text.push(' ');
    }
    unit.text.push_str(line);
    if let Some((_, value)) = unit.fields.last_mut() {
        value.push(' ');
        value.push_str(line);
    }
}

fn is_wide(c: char) -> bool {
    is_han(c) || matches!(c, '，' | '。' | '、' | '；' | '：' | '“' | '”' | '（' | '）' | '《' | '》')
}

/// Columns that a line takes on a terminal.
fn columns(line: &str) -> usize {
    line.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// `- `, `* `, `1. `, `2)`, `（3）`, `一、` taken off.
fn without_bullet(line: &str) -> (&str, bool) {
    let bare = line.trim_start_matches(['-', '*', '•', '·', '–', '—', '●', '▪', '■', '◦', '→', '>', '|']).trim_start();
    if bare.len() < line.len()
        && !bare.is_empty()
        && line.chars().nth(1).is_some_and(|c| c.is_whitespace() || !c.is_ascii_punctuation())
    {
        return (bare, true);
    }
    let opened = line.trim_start_matches(['(', '（']);
    let digits = opened.trim_start_matches(|c: char| c.is_numeric() || "一二三四五六七八九十①②③④⑤⑥⑦⑧⑨".contains(c));
    if digits.len() < opened.len() && opened.len() - digits.len() <= 6 {
        let rest = digits.trim_start_matches([')', '）']);
        if let Some(after) =
            rest.strip_prefix(['.', '、', ')', '）']).or(if rest.len() < digits.len() { Some(rest) } else { None })
            && (after.starts_with([' ', '\t', '　']) || !after.starts_with(|c: char| c.is_ascii_digit()))
            && !after.trim().is_empty()
        {
            return (after.trim_start(), true);
        }
    }
    (line, false)
}

/// The labelled values of a line: `Tel.: +1 …   Fax: …` has two, a line of prose none.
pub(super) fn fields(line: &str, words: &Vocabulary) -> Vec<(PersonLabel, String)> {
    let mut found: Vec<(PersonLabel, usize, usize)> = Vec::new();
    for (at, mark) in line.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '﹕' | '\t' | '=')) {
        let head = line.get(..at).unwrap_or_default();
        // The label is what stands between a gap (or another field's value) and the mark.
        let gaps = [head.rfind("  "), head.rfind('\t'), head.rfind('　'), head.rfind(['|', ';', '；', '，', ',', '/', '、'])];
        let gap = gaps.into_iter().flatten().max();
        let starts = [Some(0), gap, head.rfind(' ')];
        let label = starts.into_iter().flatten().find_map(|start| {
            let label = head
                .get(start..)?
                .trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | ';' | '；' | '，' | ',' | '/' | '、' | '*'));
            let kind = (label.chars().count() <= LONGEST_LABEL).then(|| words.labels.person_label(label)).flatten()?;
            Some((kind, start))
        });
        if let Some((kind, start)) = label.filter(|(_, start)| found.last().is_none_or(|(_, _, value)| start >= value)) {
            found.push((kind, start, at + mark.len_utf8()));
        }
    }
    // The first label must open the line: a colon in a sentence announces nothing about a person's field.
    if found.first().is_some_and(|(_, start, _)| !line.get(..*start).unwrap_or_default().trim().is_empty()) {
        let head = line.get(..found.first().map_or(0, |first| first.1)).unwrap_or_default();
        if head.chars().count() > 40 || head.contains(['。', '.']) {
            return Vec::new();
        }
    }
    if found.is_empty() {
        return unmarked(line, words).into_iter().collect();
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|(_, start, _)| *start).chain([line.len()]).collect();
    let value = |from: usize, to: usize| {
        line.get(from..to)
            .unwrap_or_default()
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '*' | ';' | '；'))
            .to_owned()
    };
    found
        .into_iter()
        .zip(ends)
        .map(|((kind, _, from), to)| (kind, value(from, to)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// A label and its value with a gap between them instead of a colon, as in a table of an echo or a form.
fn unmarked(line: &str, words: &Vocabulary) -> Option<(PersonLabel, String)> {
    let (label, value) = line.split_once("   ")?;
    let kind = words.labels.person_label(label)?;
    let value = value.trim();
    (!value.is_empty()).then(|| (kind, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    fn cut(text: &str) -> Vec<Unit> {
        units(text, Part::Body, &Vocabulary::load(&Resources::built_in()).unwrap())
    }

    #[test]
    fn wrapped_prose_is_joined_and_a_block_is_not() {
        let units = cut(
            "We herewith designate our colleague as the representative of\nthis organization to the activity.\n\nJane Roe\nHead of Unit",
        );

        let texts: Vec<&str> = units.iter().map(|unit| unit.text.as_str()).collect();
        assert_eq!(texts[1..], ["Jane Roe", "Head of Unit"]);
        assert!(texts[0].ends_with("representative of this organization to the activity."));
    }

    #[test]
    fn labels_are_read_with_colons_of_any_form_and_several_on_a_line() {
        let units = cut("姓  名：王五\nTel.: +1 202 555 0100     Fax: +1 202 555 0101\nNom : Dupont\nDear all: this is prose.");

        assert_eq!(units[0].fields, [(PersonLabel::Name, "王五".to_owned())]);
        assert_eq!(units[1].fields.iter().map(|field| field.0).collect::<Vec<_>>(), [PersonLabel::Telephone, PersonLabel::Fax]);
        assert_eq!(units[2].fields, [(PersonLabel::Name, "Dupont".to_owned())]);
        assert!(units[3].fields.is_empty());
    }

    #[test]
    fn items_of_a_list_are_units() {
        let units = cut("1) ИВАНОВ Иван, инженер,\n   8 (343) 555-01-16\n2) Петрова Анна");

        assert_eq!(units.iter().map(|unit| unit.shape).collect::<Vec<_>>(), [Shape::Item, Shape::Item]);
        assert!(units[0].text.contains("555-01-16"));
    }
}
