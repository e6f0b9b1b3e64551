//! How marked text is laid out: as wide as the terminal, underlined and coloured there, in brackets elsewhere.

use crate::mail::hidden::is_hidden;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use unicode_width::UnicodeWidthStr;

/// Columns where nobody says how many there are.
const USUAL_WIDTH: usize = 100;
/// Narrower than this, lines would be broken in the middle of words.
const NARROWEST: usize = 40;
/// A bidirectional isolate: what stands inside does not turn the line around it (Unicode, UAX 9).
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// Where it is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Columns.
    pub(crate) width: usize,
    /// Underlines and colours instead of brackets.
    pub(crate) is_coloured: bool,
}

impl Look {
    /// Standard output: colours only on a terminal, and not where NO_COLOR is set (no-color.org).
    pub(crate) fn of_stdout() -> Look {
        let stdout = std::io::stdout();
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_terminal = stdout.is_terminal();
        let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let seen =
            || rustix::termios::tcgetwinsize(&stdout).ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
        let width = told.or_else(|| is_terminal.then(seen).flatten()).unwrap_or(USUAL_WIDTH);
        Look { width: width.max(NARROWEST), is_coloured: is_terminal && !is_set("NO_COLOR") && !is_dumb }
    }
}

/// What a mark is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ink {
    /// Evidence for or against a kind.
    Evidence,
    /// A field of a person or a statement.
    Field,
}

/// Marked characters of a line, counted from its start, with the number of their note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) number: usize,
    pub(crate) ink: Ink,
}

/// Something that takes columns and is never broken.
struct Cell {
    text: String,
    code: &'static str,
    is_blank: bool,
}

/// A line with its marks, in rows that fit; each begins with `margin`.
pub(crate) fn rows(line: &str, marks: &[Mark], margin: &str, look: Look) -> Vec<String> {
    let room = look.width.saturating_sub(margin.width()).max(10);
    let cells = cells(line, marks, look);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut row: Vec<Cell> = Vec::new();
    for cell in cells {
        let used: usize = row.iter().map(Cell::width).sum();
        if used + cell.width() > room && !row.is_empty() {
            // Back to the last blank, if there is one; Chinese has none and is broken anywhere.
            let cut = row.iter().rposition(|cell| cell.is_blank).map_or(row.len(), |at| at + 1);
            let rest = row.split_off(cut);
            rows.push(std::mem::replace(&mut row, rest));
        }
        row.push(cell);
    }
    rows.push(row);
    rows.iter().map(|row| painted(row, margin)).collect()
}

impl Cell {
    fn width(&self) -> usize {
        self.text.width()
    }
}

fn cells(line: &str, marks: &[Mark], look: Look) -> Vec<Cell> {
    let (mut opening, mut closing) = (BTreeMap::<usize, Vec<&Mark>>::new(), BTreeMap::<usize, Vec<&Mark>>::new());
    for mark in marks {
        opening.entry(mark.start).or_default().push(mark);
        closing.entry(mark.end).or_default().push(mark);
    }
    let mut cells = Vec::new();
    let mut open: Vec<&Mark> = Vec::new();
    let count = line.chars().count();
    for (at, c) in line.chars().map(Some).chain([None]).enumerate() {
        let mut ending = closing.remove(&at).unwrap_or_default();
        // What was opened last is closed first.
        ending.sort_by_key(|mark| std::cmp::Reverse((mark.start, std::cmp::Reverse(mark.number))));
        for mark in ending {
            open.retain(|other| other.number != mark.number);
            let number = superscript(mark.number);
            let text = if look.is_coloured { number } else { format!("]{number}") };
            cells.push(Cell { text, code: if look.is_coloured { "\u{1b}[2m" } else { "" }, is_blank: false });
        }
        for mark in opening.remove(&at).unwrap_or_default() {
            open.push(mark);
            if !look.is_coloured {
                cells.push(Cell { text: "[".to_owned(), code: "", is_blank: false });
            }
        }
        let Some(c) = c.filter(|_| at < count) else { break };
        let code = match open.last().map(|mark| mark.ink).filter(|_| look.is_coloured) {
            None => "",
            Some(Ink::Evidence) => "\u{1b}[4;33m",
            Some(Ink::Field) => "\u{1b}[4;36m",
        };
        cells.push(Cell { text: visible(c), code, is_blank: c == ' ' });
    }
    cells
}

/// A row with its codes; a row with letters from right to left is isolated.
fn painted(row: &[Cell], margin: &str) -> String {
    let turns = row.iter().any(|cell| cell.text.chars().any(is_right_to_left));
    let mut text = margin.to_owned();
    text.extend(turns.then_some(ISOLATE.0));
    let mut code = "";
    for cell in row {
        if cell.code != code {
            text.push_str(if code.is_empty() { "" } else { "\u{1b}[0m" });
            text.push_str(cell.code);
            code = cell.code;
        }
        text.push_str(&cell.text);
    }
    text.push_str(if code.is_empty() { "" } else { "\u{1b}[0m" });
    text.extend(turns.then_some(ISOLATE.1));
    text.trim_end().to_owned()
}

/// Words for people, wrapped; each row begins with `margin`.
pub(crate) fn note(text: &str, margin: &str, look: Look) -> Vec<String> {
    let plain = Look { is_coloured: false, ..look };
    let rows = rows(text, &[], margin, plain);
    let dim = |row: String| if look.is_coloured { format!("\u{1b}[2m{row}\u{1b}[0m") } else { row };
    rows.into_iter().map(dim).collect()
}

/// A character as it may stand on a terminal: one that hides or commands is written out.
fn visible(c: char) -> String {
    match c {
        '\t' => " ".to_owned(),
        c if is_hidden(c) => c.escape_unicode().to_string(),
        c => c.to_string(),
    }
}

/// Letters of Hebrew, Arabic and their neighbours.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// The number of a note.
pub(crate) fn superscript(number: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    number.to_string().bytes().filter_map(|digit| DIGITS.get(usize::from(digit.saturating_sub(b'0')))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { width: 40, is_coloured: false };
    const COLOURED: Look = Look { width: 40, is_coloured: true };

    fn mark(start: usize, end: usize, number: usize, ink: Ink) -> Mark {
        Mark { start, end, number, ink }
    }

    #[test]
    fn marked_words_stand_in_brackets_with_the_number_of_their_note() {
        let marks = [mark(0, 20, 1, Ink::Evidence), mark(12, 20, 2, Ink::Field)];

        assert_eq!(rows("We nominate Jane Doe today", &marks, "  ", PLAIN), ["  [We nominate [Jane Doe]²]¹ today"]);
    }

    #[test]
    fn on_a_terminal_they_are_underlined() {
        let told = rows("of Jane Doe", &[mark(3, 11, 2, Ink::Field)], "", COLOURED);

        assert_eq!(told, ["of \u{1b}[4;36mJane Doe\u{1b}[0m\u{1b}[2m²\u{1b}[0m"]);
    }

    #[test]
    fn no_row_is_wider_than_the_terminal() {
        let text = "保护上网儿童联合协调活动秘书处各位同事 see the list of the experts of all regions, 各位同事你们好再见";

        let told = rows(text, &[mark(3, 30, 1, Ink::Field)], " | ", PLAIN);

        assert!(told.len() >= 3, "{told:?}");
        assert!(told.iter().all(|row| row.width() <= 40), "{told:?}");
        let joined: String = told.iter().map(|row| row.trim_start_matches(" | ")).collect();
        assert_eq!(joined.replace(['[', ']', '¹', ' '], ""), text.replace(' ', ""));
    }

    #[test]
    fn a_row_from_right_to_left_is_isolated() {
        assert_eq!(rows("من اليمين", &[], "  ", PLAIN), ["  \u{2068}من اليمين\u{2069}"]);
    }

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(rows("a\u{202e}b\u{1b}[2Jc\u{200b}", &[], "", PLAIN), ["a\\u{202e}b\\u{1b}[2Jc\\u{200b}"]);
    }
}
