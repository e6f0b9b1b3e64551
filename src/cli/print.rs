//! How results are printed: tables for people, JSON for programs, never a control character of a letter on a terminal.

use anyhow::{Context, Result};
use serde::Serialize;
use std::io::Write;
use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthStr;

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Table,
    /// For programs.
    Json,
}

impl From<bool> for Form {
    /// The form that a command's `--json` asks for.
    fn from(json: bool) -> Form {
        if json { Form::Json } else { Form::Table }
    }
}

/// Prints one line to stdout; a closed pipe is an error that ends the command quietly.
pub(crate) fn line(text: &str) -> Result<()> {
    // Whoever forgot to clean a word of a letter has not opened the terminal to it.
    let text: String = text.chars().map(|c| if acts(c) { ' ' } else { c }).collect();
    writeln!(std::io::stdout().lock(), "{text}").context("Cannot write to standard output")
}

/// Characters that a terminal obeys: controls, separators of lines, overrides of the direction of reading.
fn acts(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{2028}'..='\u{202e}')
}

/// Prints a whole text as it is, for a file or another program.
pub(crate) fn raw(text: &str) -> Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes()).context("Cannot write to standard output")
}

/// Prints a JSON value on lines of its own.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(value).context("Cannot write JSON")?;
    // Those that JSON lets stand are written as escapes; programs read the same.
    let escaped = json.chars().fold(String::with_capacity(json.len()), |mut text, c| {
        if acts(c) {
            text += &format!("\\u{:04x}", u32::from(c))
        } else {
            text.push(c)
        }
        text
    });
    line(&escaped)
}

/// Text of a letter made fit for a terminal: no control or escape characters, no bidi overrides, one line (RELIABILITY A28).
pub(crate) fn clean(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => '\u{FFFD}',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}'..='\u{200F}' | '\u{061C}' | '\u{FEFF}' => '\u{FFFD}',
        c => c,
    };
    text.nfc().map(visible).filter(|c| *c != '\u{FFFD}').collect()
}

/// Cuts a text to a width in terminal columns, with an ellipsis where something is missing.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        let mut with = short.clone();
        with.push(c);
        if with.width() >= width {
            break;
        }
        short = with;
    }
    short + "…"
}

/// Prints rows as columns aligned under a heading, each at most as wide as given (terminal columns).
pub(crate) fn table(heading: &[&str], widest: &[usize], rows: &[Vec<String>]) -> Result<()> {
    let cell = |text: &str, column: usize| fit(&clean(text), widest.get(column).copied().unwrap_or(40));
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|text| cell(text, column).width());
        cells.chain(heading.get(column).map(|text| text.width())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let print = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(text, width)| {
            let missing = width.saturating_sub(text.width());
            format!("{text}{}", " ".repeat(missing))
        });
        line(padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    print(heading.iter().map(|text| (*text).to_owned()).collect())?;
    for row in rows {
        print(row.iter().enumerate().map(|(column, text)| cell(text, column)).collect())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_of_a_letter_never_reaches_the_terminal() {
        assert_eq!(clean("x\u{1b}]0;pwn\u{7}\ny\u{202e}z"), "x]0;pwn yz");
    }

    #[test]
    fn a_text_is_cut_by_columns_not_by_letters() {
        assert_eq!(fit("保护上网儿童", 7), "保护上…");
        assert_eq!(fit("abc", 3), "abc");
    }
}
