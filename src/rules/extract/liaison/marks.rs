//! The labels in a line of a statement's header.

use super::header::{PROSE, is_addressed, is_prose};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::liaison_words::LiaisonLabel;
use crate::vocabulary::words::{is_han, is_numeric};

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the header.
    Head,
    /// In the statement's text.
    Text,
}

/// A label in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// What it announces.
    pub(super) label: LiaisonLabel,
    /// Where the label begins.
    pub(super) start: usize,
    /// Where its value begins.
    pub(super) value: usize,
}

/// The labels of a line. In running text a colon means little: there only one that opens the line counts.
pub(super) fn marks(line: &str, place: Place, vocabulary: &Vocabulary) -> Vec<Mark> {
    let words = &vocabulary.liaison;
    let mut found: Vec<Mark> = Vec::new();
    for (at, sign) in line.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '﹕' | '\t')) {
        let from = found.last().map_or(0, |mark| mark.value);
        let head = line.get(from..at).unwrap_or_default();
        if head.trim().is_empty() || line.get(at + sign.len_utf8()..).is_some_and(|rest| rest.starts_with("//")) {
            continue;
        }
        let hit = starts(head, &found).into_iter().find_map(|start| {
            // A line may have thousands of colons; a label is short (RELIABILITY A23).
            let text = without_number(head.get(start..).filter(|text| text.len() <= LONGEST_TRIED)?);
            // Behind another label's value the sender's own words for a label cannot be told from that value.
            let label = if found.is_empty() { words.label_like(text) } else { words.label(text) }?;
            Some((from + start, label))
        });
        let Some((start, label)) = hit else { continue };
        if found.is_empty() && (place == Place::Text || sign == '\t') && !line.get(..start).unwrap_or_default().trim().is_empty()
        {
            continue;
        }
        if is_addressed(label) && line.get(at + sign.len_utf8()..).is_some_and(is_small_print) {
            // "Attention: This is not a publication made available to the public".
            continue;
        }
        found.push(Mark { label, start, value: at + sign.len_utf8() });
        if place == Place::Text {
            break;
        }
    }
    // The first label opens the line, or a cell of it.
    if let Some(first) = found.first()
        && line
            .get(..first.start)
            .is_some_and(|head| !head.trim().is_empty() && !head.ends_with("  ") && !head.ends_with(['\t', '/']))
    {
        found.clear();
    }
    if found.is_empty() { without_colon(line, vocabulary).into_iter().collect() } else { found }
}

/// Octets of what is tried as a label.
const LONGEST_TRIED: usize = 240;

/// Where in the text before a colon a label may begin: at its beginning, behind a gap, a border, or another label's short value.
fn starts(head: &str, found: &[Mark]) -> Vec<usize> {
    let mut starts = vec![0];
    let gaps = ["  ", "\t", " / ", "；", "　"].into_iter().filter_map(|gap| head.rfind(gap).map(|at| at + gap.len()));
    starts.extend(gaps.max());
    if !found.is_empty() {
        // Extraction runs cells together: "Question(s): 4/12 Study Group: 12".
        let capital = |at: &usize| head.get(*at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
        let near = head.len().saturating_sub(LONGEST_TRIED);
        starts.extend(head.match_indices(' ').filter(|(at, _)| *at >= near).map(|(at, _)| at + 1).filter(capital));
    }
    starts
}

/// "1. Title", "a) Source".
fn without_number(label: &str) -> &str {
    let bare = label.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '•' | '·' | '▪' | '-' | '–' | '>'));
    let tail = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    match tail.strip_prefix(['.', ')']) {
        Some(rest) if tail.len() < bare.len() && bare.len() - tail.len() <= 2 => rest,
        _ => bare,
    }
}

/// Label and value with a gap or a dash between them; "Please reply by 2012-09-30" with nothing.
fn without_colon(line: &str, vocabulary: &Vocabulary) -> Option<Mark> {
    let words = &vocabulary.liaison;
    let indent = line.len() - line.trim_start().len();
    let bare = line.get(indent..)?;
    let mark = |label, value: usize| Mark { label, start: indent, value: indent + value };
    // Most lines have no gap; a dash begins with the octet E2.
    let may_have_gap = bare.as_bytes().windows(2).any(|two| matches!(two, b"  " | [b' ', 0xe2]));
    for gap in ["   ", "  ", " – ", " — "].into_iter().filter(|_| may_have_gap) {
        if let Some((head, _)) = bare.split_once(gap)
            && head.chars().count() >= 2
            && let Some(label) = words.label(head).filter(|label| *label != LiaisonLabel::Heading)
        {
            return Some(mark(label, head.len() + gap.len()));
        }
    }
    let digit = bare.find(is_numeric)?;
    if let Some(label) = bare.get(..digit).and_then(|head| words.label(head)).filter(|label| *label == LiaisonLabel::Deadline) {
        return Some(mark(label, digit));
    }
    numbered(bare, vocabulary).map(|(label, value)| mark(label, value))
}

/// "На № JCA-COP – LS 5 – R", "Ref. ABC/12": a short line whose first words end with the sign of a number or a full stop.
fn numbered(bare: &str, vocabulary: &Vocabulary) -> Option<(LiaisonLabel, usize)> {
    if bare.len() > LONGEST_TRIED || is_prose(bare) {
        return None;
    }
    let ends = bare.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).take(4);
    ends.filter_map(|end| {
        let head = bare.get(..end).filter(|head| head.ends_with(['.', '№', '°', 'º']))?;
        let label = vocabulary.liaison.label(head)?;
        matches!(label, LiaisonLabel::Reference | LiaisonLabel::InReplyTo).then_some((label, end))
    })
    .last()
}

/// Whether a whole line is a label.
pub(super) fn is_bare_label(line: &str, vocabulary: &Vocabulary) -> bool {
    let bare = line.trim().trim_end_matches([':', '：']);
    let long_enough = bare.chars().count() >= if bare.chars().any(is_han) { 2 } else { 3 };
    long_enough && vocabulary.liaison.label(bare).is_some()
}

/// Whether what stands behind a label is running text: most of its words have no capital, as a list of bodies has.
fn is_small_print(text: &str) -> bool {
    let many = text.split_whitespace().count();
    let small = text.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count();
    many >= PROSE && small * 10 >= many * 7
}
