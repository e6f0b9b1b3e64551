//! The labelled fields of a statement's header: rows of a table or lines, labels with or without a colon, beside or above their values.

use super::marks::{Mark, Place, is_bare_label, marks};
use crate::rules::extract::{phones, units};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::liaison_words::LiaisonLabel;
use crate::vocabulary::words::{is_han, is_letter};
use std::collections::BTreeSet;

/// Lines that are read at most; what stands further down is no header.
const MOST_LINES: usize = 250;
/// A line that fills this many columns was wrapped by its writer's program.
const WRAPPED: usize = 58;
/// Labels that make a whole header.
const HEAD: usize = 4;
/// Words of a line of an address at most.
const CELL: usize = 6;
/// Words that make a line prose.
pub(super) const PROSE: usize = 9;
/// What parts the columns of a line.
const COLUMNS: &str = "     ";
/// Empty labels in a row, without blank lines between them, whose values stand below all of them.
const COLUMN: usize = 3;

/// A labelled field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// What the label announces.
    pub(super) label: LiaisonLabel,
    /// The value; further lines of it behind line ends.
    pub(super) value: String,
    /// Whether the statement's text had begun before it.
    pub(super) is_late: bool,
    /// Whether the value stands below the label.
    below: bool,
    /// Whether an empty line stands between label and value.
    gap: bool,
}

/// The fields of a text, and what stands between them.
#[derive(Clone, Debug, Default)]
pub(in crate::rules::extract) struct Header {
    /// In the order of the text; those without a value are left out.
    pub(super) fields: Vec<Field>,
    /// Lines at the head that belong to no field.
    pub(super) loose: Vec<String>,
    /// What follows the header: the statement's text.
    pub(super) prose: String,
}

impl Header {
    /// How many different things its labels announce.
    pub(super) fn weight(&self) -> usize {
        let dull = [LiaisonLabel::Other, LiaisonLabel::Heading, LiaisonLabel::Coordinator, LiaisonLabel::Body];
        let labels: BTreeSet<LiaisonLabel> =
            self.fields.iter().map(|field| field.label).filter(|label| !dull.contains(label)).collect();
        labels.len()
    }

    /// The values of a label, first to last.
    pub(super) fn all(&self, label: LiaisonLabel) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |field| field.label == label).map(|field| field.value.as_str())
    }
}

/// Reads the header of a text.
pub(super) fn read(text: &str, vocabulary: &Vocabulary) -> Header {
    let lines: Vec<String> = text.lines().take(MOST_LINES).map(clean).collect();
    let bare = lines.iter().filter(|line| is_bare_label(line, vocabulary)).count();
    let marked: Vec<Vec<Mark>> = lines.iter().map(|line| marks(line, Place::Head, vocabulary)).collect();
    let mut reader = Reader {
        vocabulary,
        header: Header::default(),
        open: None,
        was_full: false,
        in_text: false,
        bare: bare >= 3 || marked.iter().filter(|marks| !marks.is_empty()).count() >= 2,
    };
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1 + reader.line(line, marked.get(at).map_or(&[], Vec::as_slice), lines.get(at + 1));
    }
    let mut header = reader.header;
    columns(&mut header.fields);
    header.fields.retain(|field| !field.value.trim().is_empty());
    header
}

/// A line without the marks of bold text and of a table's borders.
fn clean(line: &str) -> String {
    let line = if line.contains(['*', '|']) { line.replace("**", "").replace('|', "  ") } else { line.to_owned() };
    let bare = line.trim_start();
    // A bold label keeps its asterisk at one end only: "*Title:* x".
    if bare.starts_with('*') && bare.contains(":*") { line.replacen('*', "", 2) } else { line }
}

struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    header: Header,
    /// Whether the last field may go on.
    open: Option<usize>,
    /// Whether the line before was wrapped.
    was_full: bool,
    /// Whether the statement's text has begun.
    in_text: bool,
    /// Whether labels may stand on lines of their own without a colon.
    bare: bool,
}

impl Reader<'_> {
    /// Takes a line, whose labels are these if it stands in the header; gives how many of the next ones it has taken, too.
    fn line(&mut self, line: &str, labels: &[Mark], next: Option<&String>) -> usize {
        let bare = line.trim();
        if bare.is_empty() {
            match self.open.and_then(|open| self.header.fields.get_mut(open)) {
                Some(field) if field.value.is_empty() => field.gap = true,
                _ => self.open = None,
            }
            self.tell("");
            return 0;
        }
        let is_full = columns_of(line) >= WRAPPED;
        let mut taken = 0;
        let mut found = if self.in_text { marks(line, Place::Text, self.vocabulary) } else { labels.to_vec() };
        if found.is_empty()
            && let Some(next) = next.filter(|_| bare.chars().count() <= 40)
        {
            // A label that was broken over two lines.
            let joined = format!("{bare} {}", next.trim());
            let broken = marks(&joined, Place::Text, self.vocabulary);
            let head = broken.first().map_or(0, |mark| mark.value);
            // Where the next line has a label of its own, only the form's own words were broken ("For information / to:").
            let is_own = marks(next, Place::Text, self.vocabulary).is_empty()
                || joined.get(..head).is_some_and(|label| self.vocabulary.liaison.label(label).is_some());
            if head > bare.len() + 1 && is_own {
                self.take(&joined, &broken);
                taken = 1;
                found = broken;
            }
        } else if !found.is_empty() {
            self.take(line, &found);
        }
        if found.is_empty() {
            match self.vocabulary.liaison.label(bare).filter(|label| self.bare || *label == LiaisonLabel::Heading) {
                Some(label) if is_bare_label(line, self.vocabulary) && !(self.in_text && label != LiaisonLabel::Contact) => {
                    self.push(label, String::new());
                }
                _ => self.unlabelled(line, bare),
            }
        }
        self.was_full = is_full;
        taken
    }

    fn take(&mut self, line: &str, marks: &[Mark]) {
        let was_in_text = self.in_text;
        let known = self.header.fields.len();
        let ends: Vec<usize> = marks.iter().skip(1).map(|mark| mark.start).chain([line.len()]).collect();
        for (mark, end) in marks.iter().zip(ends) {
            let value = line.get(mark.value..end).unwrap_or_default();
            let value = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '|')).trim_end_matches(" /").trim();
            // Posted forms have the number, the meeting and the date in bare cells beside a labelled one.
            let gap = if mark.label == LiaisonLabel::Title { "\t" } else { COLUMNS };
            let cells = is_one_cell(mark.label).then(|| value.split_once('\t').or_else(|| value.split_once(gap))).flatten();
            self.push(mark.label, cells.map_or(value, |(own, _)| own.trim_end()).to_owned());
            if let Some((_, beside)) = cells.filter(|_| !self.in_text) {
                self.header.loose.push(beside.to_owned());
                self.open = None;
            }
        }
        if !was_in_text && self.in_text {
            // "Body: Title: …": what stands in the line that begins the text still belongs to the header.
            self.header.fields.iter_mut().skip(known).for_each(|field| field.is_late = false);
            self.open = None;
        }
        if self.in_text {
            self.tell(line);
        }
    }

    fn push(&mut self, label: LiaisonLabel, value: String) {
        if label == LiaisonLabel::Body {
            self.in_text = true;
            self.open = None;
            self.tell(&value);
            return;
        }
        self.open = (label != LiaisonLabel::Heading).then_some(self.header.fields.len());
        self.header.fields.push(Field { label, below: value.is_empty(), value, is_late: self.in_text, gap: false });
    }

    fn unlabelled(&mut self, line: &str, bare: &str) {
        let waiting = waiting(&self.header.fields);
        let here = Line {
            bare,
            waiting,
            is_in_head: !self.in_text && self.header.weight() >= HEAD,
            is_set_in: line.starts_with([' ', '\t', '　']),
            was_full: self.was_full,
        };
        if let Some(field) = self.open.and_then(|open| self.header.fields.get_mut(open))
            && goes_on(field, &here, self.vocabulary)
        {
            if !field.value.is_empty() {
                field.value.push(if is_wrapped(field, &here, self.vocabulary) { ' ' } else { '\n' });
            }
            field.value.push_str(bare);
            if self.in_text {
                self.tell(line);
            }
            return;
        }
        self.open = None;
        if !self.in_text && is_prose(bare) && self.header.weight() >= 2 {
            self.in_text = true;
        }
        if !self.in_text {
            self.header.loose.push(bare.to_owned());
        }
        self.tell(line);
    }

    /// Adds a line to the statement's text.
    fn tell(&mut self, line: &str) {
        if self.in_text || !self.header.prose.is_empty() || !line.is_empty() && self.header.weight() < 2 {
            self.header.prose.push_str(line);
            self.header.prose.push('\n');
        }
    }
}

/// A line without a label.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    bare: &'a str,
    is_set_in: bool,
    /// Whether the line before it was wrapped.
    was_full: bool,
    /// Whether a whole header stands above it and no text yet.
    is_in_head: bool,
    /// Empty labels above the open one, whose values may stand in a column here.
    waiting: usize,
}

/// Empty labels in a row directly before the last field.
fn waiting(fields: &[Field]) -> usize {
    fields.iter().rev().skip(1).take_while(|field| field.value.is_empty() && field.below && !field.gap).count()
}

/// Whether a line without a label belongs to the field above it.
fn goes_on(field: &Field, line: &Line<'_>, vocabulary: &Vocabulary) -> bool {
    let Line { bare, is_set_in, was_full, is_in_head, waiting } = *line;
    let is_detail = || {
        bare.contains('@')
            || !is_prose(bare)
                && (!units::fields(bare, vocabulary).is_empty()
                    || phones::find(bare, vocabulary).iter().any(|phone| phone.announced))
    };
    if field.label == LiaisonLabel::Contact {
        let hangs = field.value.ends_with([',', ';', '،', '，', '、', ':', '：'])
            || field.value.matches('(').count() > field.value.matches(')').count();
        return is_set_in
            || is_detail()
            || hangs
            || (field.below || is_in_head && bare.split_whitespace().count() <= CELL) && !is_prose(bare);
    }
    let ends_open = field.value.ends_with([',', ';', '،', '؛', '，', '；', '、', '-', '–', '(']) || field.value.is_empty();
    let is_text =
        matches!(field.label, LiaisonLabel::Title | LiaisonLabel::Request | LiaisonLabel::Source) || is_addressed(field.label);
    if field.below && waiting + 1 >= COLUMN && field.value.lines().count() <= waiting {
        return !is_prose(bare);
    }
    if field.below {
        return field.value.is_empty() || is_text && !field.gap && !is_prose(bare) && !bare.ends_with(['.', '。']);
    }
    is_set_in || ends_open || was_full && is_text
}

/// Labels whose value is one cell of a table's row.
fn is_one_cell(label: LiaisonLabel) -> bool {
    use LiaisonLabel as L;
    matches!(label, L::Source | L::Questions | L::Reference | L::Title)
}

/// Whether a line goes on with the words of a wrapped one; any other begins a new entry.
fn is_wrapped(field: &Field, line: &Line<'_>, vocabulary: &Vocabulary) -> bool {
    let ended = field.value.ends_with([',', ';', '،', '，', '；', '、', '.', '。', ')']);
    let first = line.bare.split_whitespace().next().unwrap_or_default();
    let goes_on = field.label != LiaisonLabel::Contact
        || first.starts_with(char::is_lowercase) && vocabulary.labels.person_label(first.trim_end_matches('.')).is_none();
    line.was_full && !ended && goes_on && !line.bare.contains([':', '：'])
}

pub(super) fn is_addressed(label: LiaisonLabel) -> bool {
    use LiaisonLabel as L;
    matches!(label, L::Action | L::Comment | L::Information | L::To | L::Cc | L::For)
}

/// Labels that stand in a column, and their values in a column below: each gets its own.
fn columns(fields: &mut [Field]) {
    let mut start = 0;
    while start < fields.len() {
        let empty = fields.iter().skip(start).take_while(|field| field.value.is_empty() && !field.gap).count();
        let last = start + empty;
        let values: Vec<String> = match fields.get(last) {
            Some(field) if empty + 1 >= COLUMN && field.below && !field.gap => field.value.lines().map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if values.len() > empty {
            let (own, rest) = values.split_at_checked(empty).unwrap_or_default();
            for (field, value) in fields.iter_mut().skip(start).zip(own) {
                field.value.clone_from(value);
            }
            if let Some(field) = fields.get_mut(last) {
                field.value = rest.join("\n");
            }
        }
        start = last + 1;
    }
}

/// Whether a line is running text: many words, and not many numbers.
pub(super) fn is_prose(line: &str) -> bool {
    let is_word = |word: &&str| word.chars().any(is_letter);
    line.split_whitespace().filter(is_word).nth(PROSE - 1).is_some() || line.chars().filter(|c| is_han(*c)).count() >= 26
}

/// Whether a line is a sentence or a long piece of one, and no body's name or title.
pub(super) fn is_sentence(line: &str) -> bool {
    is_prose(line) && (line.ends_with(['.', '。', ';', '；', '!']) || line.split_whitespace().count() >= 2 * PROSE)
}

/// Columns that a line takes on a terminal.
fn columns_of(line: &str) -> usize {
    line.chars().map(|c| if is_han(c) { 2 } else { 1 }).sum()
}
