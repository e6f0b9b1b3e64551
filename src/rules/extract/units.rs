//! A text cut into what belongs together: sentences of prose joined over line breaks, lines of a block, items of a list, and
//! labelled lines with what each label announces.

use super::capitals::with_capitals;
use super::columns::{apart, with_colons, with_values_below, without_brackets};
use super::names::{self, Name};
use super::questions::answered;
use crate::domain::steps::Part;
use crate::mail::Mail;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::is_han;
use std::cell::OnceCell;

/// A line that fills this many columns was wrapped; one that is shorter was ended by the writer.
pub(super) const WRAPPED: usize = 52;
/// And one that is longer than this was wrapped by nobody: whoever wrote it ended it.
const LONGEST_WRAPPED: usize = 120;
/// A label is no longer than this.
pub(super) const LONGEST_LABEL: usize = 48;
/// Labelled values of one line at most.
const MOST_FIELDS: usize = 40;
/// Octets before a mark in which its label begins: four for a character, and what stands before it.
const FURTHEST_BACK: usize = LONGEST_LABEL * 4 + 40;

/// What may stand before the first label of a line: a place, a name.
const LONGEST_LEAD: usize = 60;

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
    /// Where the first label begins, in octets; the length of the text when there is none.
    pub(super) labels_from: usize,
    /// All that may be names in it, once somebody asked.
    pub(super) found: OnceCell<Vec<Name>>,
}

impl Unit {
    /// All that may be names in it: looked for once, however many ask.
    pub(super) fn names(&self, vocabulary: &Vocabulary) -> &[Name] {
        self.found.get_or_init(|| names::find(&self.text, vocabulary))
    }
}

/// The units of what the writer wrote.
fn own(mail: &Mail, words: &Vocabulary) -> Vec<Unit> {
    units(&answered(mail, words), Part::Body, words)
}

/// The units of one part.
pub(super) fn units(text: &str, part: Part, words: &Vocabulary) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut paragraph = Vec::new();
    let mut number = 0;
    let text = with_capitals(text, words);
    let text = apart(&text, words);
    let text = without_brackets(&text, words);
    let text = with_colons(&text, words);
    let lines = with_values_below(&text, words);
    for line in lines.iter().map(AsRef::as_ref).chain(std::iter::once("")) {
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

/// What a letter's texts consist of.
#[derive(Debug)]
pub(super) struct Units {
    /// Its own text.
    pub(super) own: Vec<Unit>,
    /// Its signature.
    pub(super) signature: Vec<Unit>,
    /// What is forwarded below it.
    pub(super) forwarded: Vec<Unit>,
}

/// The units of a letter's own text, signature and forwarded text.
pub(super) fn of(mail: &Mail, words: &Vocabulary) -> Units {
    Units {
        own: own(mail, words),
        signature: units(&mail.text.signature, Part::Signature, words),
        forwarded: units(&mail.text.forwarded, Part::History, words),
    }
}

/// The lines of a paragraph, joined where they were wrapped.
fn join(lines: &[&str], number: usize, part: Part, words: &Vocabulary, units: &mut Vec<Unit>) {
    let mut open: Option<Unit> = None;
    let (mut was_full, mut was_entry) = (false, false);
    let mut above = usize::MAX;
    for line in lines {
        // A number that is still in brackets when its line ends goes on: "(telephone 555 01" and "29)" are one.
        let hangs = was_full && open.as_ref().is_some_and(|open| open.text.matches('(').count() > open.text.matches(')').count());
        let (bare, is_item) = if hangs { (line.trim(), false) } else { without_bullet(line.trim()) };
        let (labels_from, fields) = labelled(bare, words);
        let is_full = (WRAPPED..=LONGEST_WRAPPED).contains(&columns(line));
        let ends_field = |unit: &Unit| unit.fields.last().is_some_and(|(label, _)| !continues(bare) || is_short(*label));
        // Deeper than the line above stands what belongs to it and does not go on with it: `Mr Roe, Rapporteur`, below it his body.
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        let is_deeper = indent > above && bare.starts_with(char::is_uppercase);
        above = indent;
        let is_below = is_deeper && open.as_ref().is_some_and(|open| open.shape != Shape::Item);
        let is_next = was_entry && bare.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
        // `Office of Policy, Ministry of Posts` above a line of nothing but how to reach somebody.
        let is_above_reach = only_reaches(bare) && open.as_ref().is_some_and(|unit| ends_with_name(&unit.text));
        let starts_anew =
            is_item || is_below || is_next || is_above_reach || !fields.is_empty() || open.as_ref().is_none_or(ends_field);
        match &mut open {
            Some(unit)
                if !(starts_anew || !hangs && unit.text.contains('@') && bare.contains('@'))
                    && (was_full || (unit.shape == Shape::Item && line.starts_with([' ', '\t', '　']))) =>
            {
                if !was_full && !unit.text.ends_with([',', ';', '，', '；', '、', ':', '：']) {
                    unit.text.push(';');
                }
                append(unit, bare);
                if unit.shape == Shape::Line {
                    unit.shape = Shape::Prose;
                }
            }
            _ => {
                units.extend(open.take());
                let shape = if is_item { Shape::Item } else { Shape::Line };
                open = Some(Unit {
                    text: bare.to_owned(),
                    shape,
                    part,
                    paragraph: number,
                    fields,
                    labels_from,
                    found: OnceCell::new(),
                });
            }
        }
        was_full = is_full;
        was_entry = ends_entry(line);
    }
    units.extend(open);
    for unit in units.iter_mut() {
        if unit.fields.is_empty() {
            unit.labels_from = unit.text.len();
        }
        // A long line with a sentence in it is prose even when no line was wrapped.
        if unit.shape == Shape::Line && unit.fields.is_empty() && columns(&unit.text) > 90 {
            unit.shape = Shape::Prose;
        }
    }
}

/// Letters of a word at most that says what an address or a number is: `T`, `Tel`.
const MARK: usize = 3;

/// Whether a line has nothing but addresses and numbers.
fn only_reaches(line: &str) -> bool {
    let is_short = |word: &str| word.contains('@') || word.chars().filter(|c| c.is_alphabetic()).count() <= MARK;
    let is_reach = line.contains('@') || line.chars().filter(char::is_ascii_digit).count() >= NUMBER;
    is_reach && line.split_whitespace().all(is_short)
}

/// Whether a text ends with a capitalised word and no mark.
fn ends_with_name(text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    last.starts_with(char::is_uppercase) && last.ends_with(char::is_alphanumeric)
}

/// Digits of a number at least.
const NUMBER: usize = 7;

/// Whether a line ends an entry of a list, however long it is: behind how to reach somebody nothing goes on that has no mark between.
fn ends_entry(line: &str) -> bool {
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '>' | ')' | '）'));
    let number =
        end.chars().rev().take_while(|c| c.is_numeric() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/' | '\u{a0}'));
    let is_number = number.filter(|c| c.is_numeric()).count() >= NUMBER;
    line.contains('@') && (is_number || end.rsplit(char::is_whitespace).next().is_some_and(|word| word.contains('@')))
}

/// A line that goes on with the value of the one before.
fn continues(line: &str) -> bool {
    line.chars().next().is_some_and(char::is_lowercase)
}

/// Whether the value of a label never takes a second line.
fn is_short(label: PersonLabel) -> bool {
    matches!(label, PersonLabel::Email | PersonLabel::Telephone | PersonLabel::Mobile | PersonLabel::Fax | PersonLabel::Country)
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
pub(super) fn columns(line: &str) -> usize {
    line.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// `- `, `* `, `1. `, `2)`, `（3）`, `一、` taken off.
pub(super) fn without_bullet(line: &str) -> (&str, bool) {
    let bare = line.trim_start_matches(['-', '*', '•', '·', '–', '—', '●', '▪', '■', '◦', '→', '>', '|']).trim_start();
    if bare.len() < line.len()
        && !bare.is_empty()
        && line.chars().nth(1).is_some_and(|c| c.is_whitespace() || !c.is_ascii_punctuation())
    {
        return (bare, true);
    }
    let opened = line.trim_start_matches(['(', '（']);
    // `a) Jane Roe`, `(b) Tom Poe`
    if let Some((letter, rest)) = opened.split_once(") ")
        && letter.len() == 1
        && letter.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return (rest.trim_start(), true);
    }
    let digits = opened.trim_start_matches(|c: char| c.is_numeric() || "一二三四五六七八九十①②③④⑤⑥⑦⑧⑨".contains(c));
    if digits.len() < opened.len() && opened.len() - digits.len() <= 6 {
        let rest = digits.trim_start_matches([')', '）']);
        if let Some(after) =
            rest.strip_prefix(['.', '、', ')', '）']).or(if rest.len() < digits.len() { Some(rest) } else { None })
            && (after.starts_with([' ', '\t', '　']) || !after.starts_with(|c: char| c.is_ascii_digit()))
            // `(12) 555-50-61` is a number, and its area code no bullet.
            && !after.trim_start().starts_with(|c: char| c.is_numeric())
            && !after.trim().is_empty()
        {
            return (after.trim_start(), true);
        }
    }
    (line, false)
}

/// The labelled values of a line: `Tel.: +1 …   Fax: …` has two, a line of prose none.
pub(super) fn fields(line: &str, words: &Vocabulary) -> Vec<(PersonLabel, String)> {
    labelled(line, words).1
}

/// Where the first label begins, and the labelled values.
fn labelled(line: &str, words: &Vocabulary) -> (usize, Vec<(PersonLabel, String)>) {
    let mut found: Vec<(PersonLabel, usize, usize)> = Vec::new();
    // In a row of cells that does not begin with a label, a function before a tab (`specialist`) is none either.
    let is_row = line.split_once('\t').is_some_and(|(cell, _)| label_before(cell, words).is_none());
    for (at, mark) in line.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '﹕' | '=') || *c == '\t' && !is_row) {
        // No person has more fields in a line.
        if found.len() >= MOST_FIELDS {
            break;
        }
        let head = line.get(..at).unwrap_or_default();
        let label = label_before(head, words);
        if let Some((kind, start)) = label.filter(|(_, start)| found.last().is_none_or(|(_, _, value)| start >= value)) {
            found.push((kind, start, at + mark.len_utf8()));
        }
    }
    // The first label must open the line: a colon in a sentence announces nothing about a person's field.
    if found.first().is_some_and(|(_, start, _)| !line.get(..*start).unwrap_or_default().trim().is_empty()) {
        let head = line.get(..found.first().map_or(0, |first| first.1)).unwrap_or_default();
        if head.chars().count() > LONGEST_LEAD || head.contains(['。', '.']) && found.len() == 1 {
            return (line.len(), Vec::new());
        }
    }
    let Some((_, first, _)) = found.first().copied() else {
        return match unmarked(line, words) {
            Some(field) => (0, vec![field]),
            None => (line.len(), Vec::new()),
        };
    };
    // `our two experts: Jane Roe, …@…; Tom Poe, …@…` is a sentence.
    let is_list = found.len() == 1
        && found.iter().any(|(kind, _, value)| {
            *kind == PersonLabel::Name && line.get(*value..).is_some_and(|value| value.matches('@').count() > 1)
        });
    // `to the wrong person: I only do numbering`
    let in_sentence = found.len() == 1
        && found.iter().any(|(kind, start, value)| {
            let lead = line.get(..*start).unwrap_or_default().trim();
            let value = line.get(*value..).unwrap_or_default().trim_start();
            *kind == PersonLabel::Name && lead.contains(' ') && value.starts_with(|c: char| c.is_lowercase())
        });
    // `University of X: Jane Roe, analyst, jane@example.org`: the body whose person it is.
    let is_body_of = found.len() == 1
        && found.iter().any(|(kind, _, value)| {
            *kind == PersonLabel::Organization
                && line.get(*value..).is_some_and(|value| {
                    value.contains('@') && names::find(value, words).first().is_some_and(|name| name.start <= LEAD)
                })
        });
    if is_list || in_sentence || is_body_of {
        return (line.len(), Vec::new());
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|(_, start, _)| *start).chain([line.len()]).collect();
    let value = |from: usize, to: usize| {
        line.get(from..to)
            .unwrap_or_default()
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '*' | ';' | '；' | '/' | '·' | ','))
            .to_owned()
    };
    let values = found.into_iter().zip(ends).map(|((kind, _, from), to)| (kind, first_part(kind, value(from, to))));
    (first, values.filter(|(_, value)| !value.is_empty()).collect())
}

/// Octets before a name that opens a value at most.
const LEAD: usize = 2;

/// A value without what an unmarked label goes on with: `Manager; email jane@example.org; cell 71 555 012`.
fn first_part(kind: PersonLabel, value: String) -> String {
    let is_one = matches!(kind, PersonLabel::Name | PersonLabel::Position | PersonLabel::Organization | PersonLabel::Country);
    let value = if is_one { one_sentence(value) } else { value };
    match value.split_once([';', '；']) {
        Some((first, rest)) if is_one && (rest.contains('@') || rest.chars().filter(|c| c.is_numeric()).count() > 5) => {
            first.trim_end().to_owned()
        }
        _ => value,
    }
}

/// Letters of a word behind which a full stop ends a value: fewer are an abbreviation's.
const SENTENCE: usize = 4;

/// `Regulatory Authority, Turkey. Until July I was …`: a value up to the sentence that follows it.
fn one_sentence(value: String) -> String {
    let end = value.match_indices(". ").map(|(at, _)| at).find(|at| {
        let (head, rest) = (value.get(..*at).unwrap_or_default(), value.get(at + 2..).unwrap_or_default());
        let word = head.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        word.chars().count() >= SENTENCE && rest.starts_with(char::is_uppercase) && rest.split(' ').count() >= SENTENCE
    });
    match end {
        Some(end) => value.get(..end).unwrap_or_default().to_owned(),
        None => value,
    }
}

/// The label that ends a text: what stands between a gap (or another field's value) and the end. Where it begins is the second answer.
fn label_before(head: &str, words: &Vocabulary) -> Option<(PersonLabel, usize)> {
    // No further back than a label is long: a line may have thousands of marks.
    let from = (0..=head.len().saturating_sub(FURTHEST_BACK)).rev().find(|from| head.is_char_boundary(*from)).unwrap_or(0);
    label_within(head.get(from..)?, words).map(|(label, start)| (label, from + start))
}

fn label_within(head: &str, words: &Vocabulary) -> Option<(PersonLabel, usize)> {
    const GAPS: [char; 13] = ['|', ';', '；', '，', ',', '/', '、', '·', '•', '\t', '　', '(', '（'];
    let gap = [head.rfind("  "), head.rfind(GAPS)].into_iter().flatten().max();
    // Two words at most back from the mark inside a sentence; all of it at the start of the line.
    let near = head.trim_end().rfind(' ');
    let second = near.and_then(|at| head.get(..at)).and_then(|rest| rest.trim_end().rfind(' '));
    let starts = [Some(0), gap, second, near];
    let mut is_first = true;
    for start in starts.into_iter().flatten() {
        let label = head.get(start..)?.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_') || GAPS.contains(&c));
        let label = if is_first { without_bullet(label).0 } else { label };
        if label.chars().count() <= LONGEST_LABEL {
            // `Former representative (to be removed)`
            let bare = label.split(['(', '（']).next().map_or(label, str::trim_end);
            let exact = words.labels.person_label(label).or_else(|| words.labels.person_label(bare).filter(|_| bare.len() > 1));
            let found = exact.or_else(|| words.labels.announced(label).filter(|_| is_first || Some(start) == gap));
            // `Ministry of X. Telephone`: a sentence ends before the label.
            let tail = label.rsplit_once(". ").and_then(|(_, last)| words.labels.person_label(last));
            let found = found.filter(|kind| tail.is_none_or(|tail| tail == *kind));
            if let Some(kind) = found {
                let lead = head.get(start..)?.len()
                    - head.get(start..)?.trim_start_matches(|c: char| c.is_whitespace() || GAPS.contains(&c)).len();
                return Some((kind, start + lead));
            }
        }
        is_first = false;
    }
    None
}

/// Whether a line may have one of the gaps below; most have none. The marks that are not ASCII begin with the octet E2.
fn may_have_gap(line: &str) -> bool {
    line.as_bytes().windows(2).any(|two| matches!(two, b"  " | b".." | b"__" | b" -" | [0xe2, _]))
}

/// A label and its value with a gap, dots or a dash between them instead of a colon, as in a form.
fn unmarked(line: &str, words: &Vocabulary) -> Option<(PersonLabel, String)> {
    if !may_have_gap(line) {
        return None;
    }
    let split = ["   ", "...", "…", " – ", " — ", " - ", "___"].iter().find_map(|gap| {
        let (label, value) = line.split_once(gap)?;
        let kind = words.labels.person_label(label).filter(|_| label.trim().chars().count() > 1)?;
        Some((kind, value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '…' | '–' | '—' | '-' | '_'))))
    });
    split.filter(|(_, value)| !value.is_empty()).map(|(kind, value)| (kind, value.to_owned()))
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
