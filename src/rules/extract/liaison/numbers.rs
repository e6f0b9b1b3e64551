//! Numbers of documents: a statement's own, and the one that it answers.

use super::Letter;
use super::addressees::is_activity;
use crate::domain::number::code;
use crate::domain::steps::{FoundLiaison, Part};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel;
use crate::vocabulary::words::fold;

/// Lines at the head in which a number stands alone.
const HEAD: usize = 14;
/// Characters before a number in which the words of an answer are looked for.
const REACH: usize = 150;
/// Words of a cell that is nothing but a number.
const CELL: usize = 6;

/// Whose number one in a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MayBe {
    /// The answered statement's.
    Answered,
    /// That, or the statement's own.
    Either,
}

/// A number in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// As written.
    pub(super) text: String,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    end: usize,
}

/// The numbers of a text, in order; of two patterns that overlap, the first counts.
pub(super) fn references(text: &str, vocabulary: &Vocabulary) -> Vec<Number> {
    let mut found: Vec<Number> = Vec::new();
    for pattern in vocabulary.liaison.references.candidates(text) {
        for captures in pattern.captures_iter(text) {
            let Some(hit) = captures.get(1).or_else(|| captures.get(0)) else { continue };
            if found.iter().any(|earlier| hit.start() < earlier.end && earlier.start < hit.end()) {
                continue;
            }
            let (start, end) = whole(text, hit.start(), hit.end());
            let hit = text.get(start..end).unwrap_or_default();
            let lead = hit.len() - hit.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
            let bare = hit.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | '〕'));
            let own = if bare.contains('(') { bare } else { bare.trim_end_matches(')') };
            found.push(Number { text: own.to_owned(), start: start + lead, end });
        }
    }
    found.sort_by_key(|number| number.start);
    found
}

/// A hit with what stands before it without a blank: `RRF/J/2012-19` where a pattern knows `J/2012-19`.
fn whole(text: &str, start: usize, end: usize) -> (usize, usize) {
    let hit = text.get(start..end).unwrap_or_default();
    let lead = hit.len() - hit.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let before = text.get(..start + lead).unwrap_or_default();
    if !before.ends_with(['/', '-', '‑', '.', '_']) {
        return (start, end);
    }
    let own = before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '‑' | '.' | '_'));
    let part = before.get(own.len()..).unwrap_or_default();
    // A web address ends with words like a number's.
    let is_code = part.chars().any(char::is_alphanumeric) && !own.ends_with([':', '@']) && !part.contains("www.");
    if is_code { (own.len(), end) } else { (start, end) }
}

/// Whether a text is the years of a study period.
fn is_years(text: &str) -> bool {
    let years = |part: &str| part.len() == 4 && part.chars().all(|c| c.is_ascii_digit());
    let last = text.split_whitespace().next_back().unwrap_or_default();
    last.split_once(['-', '–', '/']).is_some_and(|(from, to)| years(from) && years(to))
}

/// Writes down both numbers: from labels, from cells at the head, from the title, the text and the subject, in this order.
pub(super) fn fill(found: &mut FoundLiaison, letter: &Letter<'_>) {
    answered_by_label(found, letter);
    own_by_head(found, letter);
    own_by_label(found, letter);
    if let Some(title) = found.title.clone() {
        from_text(found, letter, (&title, letter.part), MayBe::Answered);
    }
    let may_be = if letter.has_header { MayBe::Answered } else { MayBe::Either };
    from_text(found, letter, (&letter.prose, letter.part), may_be);
    from_text(found, letter, (&letter.mail.base_subject, Part::Subject), MayBe::Either);
    if let (Some(own), Some(answered)) = (&found.reference, &found.in_reply_to)
        && code(own) == code(answered)
    {
        found.in_reply_to = None;
        found.sources.retain(|source| source.field != "in_reply_to");
    }
}

fn answered_by_label(found: &mut FoundLiaison, letter: &Letter<'_>) {
    let rows = letter.header.all(LiaisonLabel::InReplyTo).chain(letter.header.all(LiaisonLabel::Reference));
    for (at, value) in rows.enumerate() {
        let is_answer = at < letter.header.all(LiaisonLabel::InReplyTo).count();
        let first = value.lines().next().unwrap_or_default().trim();
        let numbers = references(&value.replace('\n', " "), letter.vocabulary());
        let ours = numbers.iter().find(|number| is_activity(&number.text, letter.charter()));
        let number = ours.or(numbers.first().filter(|_| is_answer)).map(|number| number.text.clone());
        let whole =
            || (is_answer && first.chars().any(|c| c.is_ascii_digit()) && first.chars().count() <= 60).then(|| first.to_owned());
        if let Some(number) = number.or_else(whole).filter(|_| found.in_reply_to.is_none()) {
            found.in_reply_to = Some(number);
            super::set(found, "in_reply_to", letter.part, value, "label");
        }
    }
}

/// A number that stands alone in a line or cell at the head, as forms are posted.
fn own_by_head(found: &mut FoundLiaison, letter: &Letter<'_>) {
    let cells = letter.header.loose.iter().take(HEAD).flat_map(|line| line.split(['\t']).flat_map(|cell| cell.split("  ")));
    let cells: Vec<&str> = cells.map(str::trim).filter(|cell| !cell.is_empty()).collect();
    // A statement's own number goes before a temporary document's.
    let mut numbers: Vec<(bool, bool, String)> = Vec::new();
    for cell in cells {
        let Some(number) = alone(cell, letter) else { continue };
        if !is_activity(&number, letter.charter()) {
            let is_unknown = references(&number, letter.vocabulary()).is_empty();
            numbers.push((any(&letter.vocabulary().liaison.drafts, &number), is_unknown, number));
        }
    }
    numbers.sort_by_key(|(is_draft, is_unknown, _)| (*is_draft, *is_unknown));
    if let Some((is_draft, _, number)) = numbers.into_iter().next()
        && !(is_draft && letter.header.all(LiaisonLabel::Reference).next().is_some())
    {
        super::set(found, "reference", letter.part, &number, "number-at-the-head");
        found.reference = Some(number);
    }
}

/// The number when a cell holds nothing else (a meeting before it aside).
fn alone(cell: &str, letter: &Letter<'_>) -> Option<String> {
    let vocabulary = letter.vocabulary();
    let numbers = references(cell, vocabulary);
    let whole = cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '*' | '.'));
    if let Some(number) = numbers.first() {
        let rest = format!("{} {}", cell.get(..number.start).unwrap_or_default(), cell.get(number.end..).unwrap_or_default());
        let tail = cell.get(number.end..).unwrap_or_default().trim();
        let said = rest.split_whitespace().count();
        // "Document 5A/650-E", "N.º: 12/34"; a number that ends a line about a meeting.
        let is_labelled = vocabulary.liaison.label(cell.get(..number.start).unwrap_or_default()) == Some(LiaisonLabel::Reference);
        return (said == 0 || is_labelled || tail.is_empty() && said <= CELL && !super::header::is_prose(cell))
            .then(|| number.text.clone());
    }
    let is_code = whole.split_whitespace().count() <= 3
        && whole.chars().any(|c| c.is_ascii_digit())
        && whole.chars().any(char::is_uppercase)
        && whole.contains(['/', '-', '–', '_'])
        && !whole.contains(['@', ','])
        && !is_years(whole)
        && !super::origin::is_named_body(whole, letter)
        && vocabulary.time.dates(whole, letter.near).is_empty()
        && !super::QUESTION.is_match(whole)
        && whole.chars().filter(|c| c.is_lowercase()).count() <= 3
        && whole.chars().count() >= 5;
    is_code.then(|| whole.to_owned())
}

fn own_by_label(found: &mut FoundLiaison, letter: &Letter<'_>) {
    if found.reference.is_some() {
        return;
    }
    for value in letter.header.all(LiaisonLabel::Reference) {
        let first = value.lines().next().unwrap_or_default().trim();
        let numbers = references(first, letter.vocabulary());
        if numbers.iter().any(|number| is_activity(&number.text, letter.charter())) || !first.chars().any(|c| c.is_numeric()) {
            continue;
        }
        let number = numbers
            .first()
            .map(|number| with_body(first, number))
            .filter(|number| number.chars().count() * 2 > first.chars().count());
        // Behind a number the date it was given on.
        let date = letter.vocabulary().time.dates(first, letter.near);
        let plain = if date.is_empty() { first } else { first.split([',', ' ']).next().unwrap_or(first) };
        let number = number.unwrap_or(plain).trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '.' | ','));
        super::set(found, "reference", letter.part, value, "label");
        found.reference = Some(number.to_owned());
        return;
    }
}

/// A number with the body's name before it, where both are written in capitals: "CCSA TC8-LS-2012-014".
fn with_body<'a>(value: &'a str, number: &Number) -> &'a str {
    let before = value.get(..number.start).unwrap_or_default();
    let is_body = |word: &str| word.chars().count() >= 2 && word.chars().all(|c| c.is_ascii_uppercase() || c == '/');
    let is_whole = before.ends_with(' ') && before.split_whitespace().count() <= 2 && before.split_whitespace().all(is_body);
    let start = if is_whole { value.len() - value.trim_start().len() } else { number.start };
    value.get(start..number.start + number.text.len()).unwrap_or_default()
}

/// Numbers in running text: what stands behind "in reply to", or is one of the activity's own, is the answered one's.
fn from_text(found: &mut FoundLiaison, letter: &Letter<'_>, (text, part): (&str, Part), may_be: MayBe) {
    let vocabulary = letter.vocabulary();
    for number in references(text, vocabulary) {
        let before = text.get(..number.start).unwrap_or_default();
        let before: String = before.lines().last().unwrap_or_default().to_owned();
        let skipped = before.chars().count().saturating_sub(REACH);
        let before = fold(&before.chars().skip(skipped).collect::<String>());
        // A subject or a sentence may shorten the number: "LS 411" of COM 13 – LS 411 – E.
        let known = |other: &Option<String>| other.as_ref().is_some_and(|other| code(other).ends_with(&code(&number.text)));
        if known(&found.reference) || known(&found.in_reply_to) {
            continue;
        }
        let is_ours = is_activity(&number.text, letter.charter());
        let answers = is_ours || any(&vocabulary.liaison.reply, &before);
        if answers && found.in_reply_to.is_none() {
            super::set(found, "in_reply_to", part, &number.text, "number-of-the-answered-one");
            found.in_reply_to = Some(number.text);
        } else if !answers
            && may_be == MayBe::Either
            && found.reference.is_none()
            && (number.start < 400 || part == Part::Subject)
        {
            super::set(found, "reference", part, &number.text, "number");
            found.reference = Some(number.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::references;
    use crate::resources::Resources;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn a_number_is_taken_whole() {
        let vocabulary = Vocabulary::load(&Resources::built_in()).unwrap();
        let first = |text: &str| references(text, &vocabulary).into_iter().next().map(|number| number.text);
        for number in [
            "COM 17 – LS 45 – E",
            "COM17-LS45-E",
            "SG17-LS123",
            "SG17 - LS 123",
            "SG17-TD1234R1",
            "TSAG-LS12",
            "TD 0456 Rev.1",
            "TD 131 (GEN/2)",
            "TD276R2",
            "TSAG – R 1 – F",
            "TDAG – LS 3",
            "TDAG-18/37-F",
            "2/REP/42",
            "1/LS/14-E",
            "5A/650-E",
            "5D/TEMP/223(Rev.1)",
            "S1-121234",
            "SP-120456",
            "ISO/IEC JTC 1/SC 27 N 11234",
            "ISO/IEC JTC 1 N8122",
            "JTC1N8105",
            "FASG Doc 12_034",
            "HF(12)57_018r1",
            "RRF/J/2012-19",
            "AR/WG3/2012/11",
            "FIR/NE-08/2012",
            "04412-SUTRA-2012",
            "JCA-COP – LS 5 – R",
        ] {
            assert_eq!(first(&format!("Ref.: {number}, of 3 May")).as_deref(), Some(number));
        }
    }
}
