//! A text before it is cut into units: labels that only a blank or a line parts from their values get their colons.

use super::units::{LONGEST_LABEL, WRAPPED, columns, fields, without_bullet};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::is_han;
use std::borrow::Cow;

/// `KOBAYASHI Naoto先生`: what Chinese puts behind a name, apart from a Latin one.
pub(super) fn apart<'t>(text: &'t str, words: &Vocabulary) -> Cow<'t, str> {
    let is_latin = |head: &str| head.ends_with(|c: char| c.is_ascii_alphabetic());
    let titled = |at: usize| text.get(at..).is_some_and(|rest| words.labels.honorifics_after.han_at_start(rest).is_some());
    let begins = text.char_indices().filter(|(_, c)| is_han(*c)).map(|(at, _)| at);
    let places: Vec<usize> = begins.filter(|at| text.get(..*at).is_some_and(is_latin) && titled(*at)).collect();
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len() + places.len());
    let mut from = 0;
    for at in places {
        spaced.push_str(text.get(from..at).unwrap_or_default());
        spaced.push(' ');
        from = at;
    }
    spaced.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(spaced)
}

/// A text in which labels in brackets have colons: `【姓名】张三`, `[Name] Jane Roe`.
pub(super) fn without_brackets<'t>(text: &'t str, words: &Vocabulary) -> Cow<'t, str> {
    const MARKS: [(char, char); 4] = [('【', '】'), ('[', ']'), ('［', '］'), ('「', '」')];
    let split = |line: &str| {
        let bare = line.trim_start();
        let (open, close) = MARKS.into_iter().find(|(open, _)| bare.starts_with(*open))?;
        let (label, value) = bare.strip_prefix(open)?.split_once(close)?;
        let value = value.trim_start_matches([':', '：', ' ']);
        (words.labels.person_label(label).is_some() && !value.is_empty()).then(|| format!("{}: {value}", label.trim()))
    };
    if !text.lines().any(|line| split(line).is_some()) {
        return Cow::Borrowed(text);
    }
    let lines = text.lines().map(|line| split(line).map_or(Cow::Borrowed(line), Cow::Owned));
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// Lines in a row that begin with a label at least, where no colon says that they do.
const SERIES: usize = 3;

/// A text in which labels that only a blank parts from their values have their colons: `Name Jane Roe`, `手机 138…`. One such line may be
/// a sentence; several in a row are a form.
pub(super) fn with_colons<'t>(text: &'t str, words: &Vocabulary) -> Cow<'t, str> {
    let lines: Vec<&str> = text.lines().collect();
    let split: Vec<Option<(&str, &str)>> = lines.iter().map(|line| blank_label(line, words)).collect();
    if split.iter().flatten().count() < SERIES {
        return Cow::Borrowed(text);
    }
    let is_row = |at: usize| {
        split.get(at).is_some_and(Option::is_some) || lines.get(at).is_some_and(|line| !fields(line.trim(), words).is_empty())
    };
    let mut written = String::with_capacity(text.len() + lines.len());
    for (at, line) in lines.iter().enumerate() {
        let above = (0..at).rev().take_while(|at| is_row(*at)).take(SERIES).count();
        let below = (at + 1..lines.len()).take_while(|at| is_row(*at)).take(SERIES).count();
        match split.get(at).copied().flatten().filter(|_| above + below + 1 >= SERIES) {
            Some((label, value)) => {
                written.push_str(label);
                written.push_str(": ");
                written.push_str(value);
            }
            None => written.push_str(line),
        }
        written.push('\n');
    }
    Cow::Owned(written)
}

/// The label of up to three words that a line without a colon begins with, and its value.
fn blank_label<'l>(line: &'l str, words: &Vocabulary) -> Option<(&'l str, &'l str)> {
    let bare = line.trim();
    if bare.contains([':', '：']) || columns(bare) > WRAPPED {
        return None;
    }
    let gaps: Vec<usize> = bare.match_indices([' ', '\u{3000}', '\t']).map(|(at, _)| at).take(3).collect();
    gaps.into_iter().rev().find_map(|at| {
        let (label, value) = bare.split_at_checked(at)?;
        let is_label = label.chars().count() > 1 && words.labels.person_label(label).is_some();
        // `Title - engineer` has its mark.
        let value = value.trim_start().trim_start_matches(['-', '–', '—']).trim_start();
        // `Ministry of Transport` goes on with the label's word.
        let is_value = !value.starts_with(char::is_lowercase) || value.contains('@');
        (is_label && is_value && !value.is_empty() && words.labels.person_label(value).is_none()).then_some((label, value))
    })
}

/// The lines of a text; a label alone is joined with the value on the next one.
pub(super) fn with_values_below<'t>(text: &'t str, words: &Vocabulary) -> Vec<Cow<'t, str>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut joined: Vec<Cow<'t, str>> = Vec::with_capacity(lines.len());
    let mut at = 0;
    let mut was_bare = false;
    while let Some(line) = lines.get(at) {
        let Some(has_mark) = lone_label(line, words) else {
            was_bare &= line.trim().is_empty();
            joined.push(Cow::Borrowed(line));
            at += 1;
            continue;
        };
        let below = (at + 1..at + 3).find(|next| lines.get(*next).is_some_and(|line| !line.trim().is_empty()));
        let value = below.and_then(|next| lines.get(next)).filter(|value| {
            lone_label(value, words).is_none() && fields(value.trim(), words).is_empty() && columns(value) < WRAPPED + 10
        });
        // Without a colon it takes a second label below the value (or above) to say that these are labels.
        let after = below.and_then(|next| lines.iter().skip(next + 1).find(|line| !line.trim().is_empty()));
        let is_series = was_bare || after.is_some_and(|line| lone_label(line, words).is_some());
        match (value, below) {
            (Some(value), Some(next)) if has_mark || is_series => {
                let label = line.trim().trim_end_matches([':', '：', '﹕', ' ']);
                joined.push(Cow::Owned(format!("{label}: {}", value.trim())));
                was_bare = true;
                at = next + 1;
            }
            _ => {
                was_bare = false;
                joined.push(Cow::Borrowed(line));
                at += 1;
            }
        }
    }
    joined
}

/// Whether a line is a label and nothing else, and whether a colon says so.
fn lone_label(line: &str, words: &Vocabulary) -> Option<bool> {
    let bare = without_bullet(line.trim()).0;
    let label = bare.trim_end_matches([':', '：', '﹕', ' ', '.', '*', '_']);
    if label.is_empty() || label.chars().count() > LONGEST_LABEL || label.chars().count() < 2 {
        return None;
    }
    words.labels.person_label(label).map(|_| label.len() < bare.trim_end().len())
}
