//! Attached documents (docx, odt, rtf, pdf, xlsx, xls, ods, winmail.dat): their text and tables, read in a child process.
//!
//! Whatever a hostile file does to a parser, it does to a child with little memory, little time, no file, no network and no
//! process of its own (RELIABILITY F33, F34, A16-A21): it dies, and the letter is filed without the attachment's text and
//! with a remark. [`Reader`] starts the children, `cage` locks them in.

mod archive;
mod cage;
mod codepage;
mod delimited;
mod markup;
mod page;
mod pdf;
mod reader;
mod rtf;
mod sheets;
mod tnef;
mod visual;
mod word;

pub use delimited::table;
pub use reader::{LETTER, Reader};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use unicode_normalization::UnicodeNormalization;

/// The hidden command that a child runs.
pub const COMMAND: &str = "read-document";
/// Begins the format that makes a child read a whole letter; the charter follows.
pub const WHOLE_LETTER: &str = "letter:";
/// Octets of a file at most; a list of people is never larger.
pub const LARGEST: usize = 10 << 20;
/// Octets of text that are kept of a document, and of its tables.
const MOST_TEXT: usize = 1 << 20;
/// Octets of a cell: a name, an address, a paragraph.
const LONGEST_CELL: usize = 4 << 10;
/// Cells and columns of its tables (RELIABILITY A17).
const MOST_CELLS: usize = 200_000;
const MOST_COLUMNS: usize = 100;

/// Which reader a file is for. The reader looks at the file itself, too: names lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// A text: docx, odt, rtf, doc.
    Text,
    /// A spreadsheet: xlsx, xls, ods.
    Sheet,
    /// PDF.
    Pdf,
    /// winmail.dat: a letter's body and files in Outlook's own wrapping.
    Tnef,
}

impl Format {
    /// By the file's name, else by its declared type.
    pub fn of(name: &str, content_type: &str) -> Option<Format> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "docx" | "docm" | "dotx" | "doc" | "dot" | "rtf" | "odt" | "ott" => Some(Format::Text),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Format::Sheet),
            "pdf" => Some(Format::Pdf),
            _ if name.eq_ignore_ascii_case("winmail.dat") => Some(Format::Tnef),
            _ => match content_type.rsplit_once('/').map_or("", |(_, subtype)| subtype) {
                "ms-tnef" | "vnd.ms-tnef" => Some(Format::Tnef),
                "pdf" | "x-pdf" => Some(Format::Pdf),
                "msword" | "rtf" | "richtext" => Some(Format::Text),
                subtype if subtype.contains("wordprocessingml") || subtype.ends_with("opendocument.text") => Some(Format::Text),
                subtype if subtype.contains("spreadsheet") || subtype.contains("ms-excel") => Some(Format::Sheet),
                _ => None,
            },
        }
    }

    /// By how the file begins, for one whose name and type say nothing.
    pub fn sniffed(head: &[u8]) -> Option<Format> {
        match head {
            _ if head.starts_with(b"%PDF-") => Some(Format::Pdf),
            _ if head.starts_with(b"{\\rtf") => Some(Format::Text),
            _ if head.starts_with(&tnef::SIGNATURE) => Some(Format::Tnef),
            _ => None,
        }
    }
}

/// What a document says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Paragraphs and rows, a line each; the first cell of a row stands before a tab, further lines of cells are set in.
    pub text: String,
    /// Tables: rows of cells.
    pub tables: Vec<Vec<Vec<String>>>,
    /// The HTML body of a winmail.dat.
    pub html: String,
    /// The files of a winmail.dat.
    pub files: Vec<Inner>,
}

/// A file within a winmail.dat: where it lies there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inner {
    /// Its name as it stands there.
    pub name: String,
    /// Its type, lower case; often empty.
    pub content_type: String,
    /// The first octet.
    pub start: usize,
    /// How many.
    pub length: usize,
}

impl Document {
    /// With what no text holds taken out (controls, marks that turn the direction of reading or are not seen), composed,
    /// and no longer than a letter's documents are.
    fn clean(mut self) -> Document {
        self.text = clean(&self.text);
        cut(&mut self.text, MOST_TEXT);
        let mut left = MOST_TEXT;
        for cell in self.tables.iter_mut().flatten().flatten() {
            *cell = clean(cell);
            cut(cell, left.min(LONGEST_CELL));
            left -= cell.len();
        }
        cut(&mut self.html, MOST_TEXT);
        self
    }
}

fn cut(text: &mut String, most: usize) {
    while text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
}

fn clean(text: &str) -> String {
    let shown = text.chars().filter_map(|c| match c {
        '\n' | '\t' => Some(c),
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Some(' '),
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        '\u{e0000}'..='\u{e007f}' => None,
        c if c.is_control() => None,
        c => Some(c),
    });
    shown.nfc().collect()
}

/// A row as text: the first cell before a tab, every further line of a cell on a line of its own, set in.
fn row_text(row: &[String]) -> String {
    let mut cells = row.iter().map(|cell| cell.trim());
    let mut text = cells.next().unwrap_or_default().replace('\n', " ");
    let mut is_first = true;
    for line in cells.flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()) {
        text.push_str(if is_first { "\t" } else { "\n   " });
        text.push_str(line);
        is_first = false;
    }
    text.push('\n');
    text
}

/// The child's side: reads standard input, writes JSON to standard output. Gives up every means of doing more first.
pub fn child(format: &str) -> Result<()> {
    // A parser's panic is told by the exit code; its place is of no use to anybody.
    std::panic::set_hook(Box::new(|_| ()));
    let locked = cage::lock();
    if format == reader::PROBE {
        let answer = serde_json::to_vec(&cage::probe(locked))?;
        std::io::stdout().lock().write_all(&answer)?;
        return Ok(());
    }
    let Ok(format) = format.parse::<Format>() else { bail!("there is no reader for {format}") };
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    let answer: Result<Document, String> = read(format, &bytes).map_err(|error| format!("{error:#}").chars().take(200).collect());
    let answer = serde_json::to_vec(&answer)?;
    std::io::stdout().lock().write_all(&answer)?;
    Ok(())
}

/// The side of a child that reads a whole letter, only to show that it lives: as caged as for a document, answers nothing.
pub fn prove(read: impl FnOnce(Vec<u8>)) -> Result<()> {
    std::panic::set_hook(Box::new(|_| ()));
    // Without a filter it is held by the limits.
    let _unfiltered = cage::lock();
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    read(bytes);
    Ok(())
}

/// Reads a document in this process: what the child does. Only for tests that look for panics.
pub fn read(format: Format, bytes: &[u8]) -> Result<Document> {
    let document = match bytes {
        _ if bytes.trim_ascii_start().starts_with(b"{\\rtf") => rtf::read(bytes)?,
        _ if bytes.starts_with(&tnef::SIGNATURE) => tnef::read(bytes)?,
        _ if bytes.starts_with(b"PK") => office(bytes)?,
        // The mark may stand behind junk within the first kilobyte.
        _ if format == Format::Pdf || bytes.starts_with(b"%PDF") => pdf::read(bytes)?,
        _ if format == Format::Sheet => sheets::xls(bytes)?,
        _ => bail!("it is in a format that is not read"),
    };
    Ok(document.clean())
}

/// Office documents in archives, by what they hold.
fn office(bytes: &[u8]) -> Result<Document> {
    let mut archive = archive::Archive::open(bytes)?;
    let names = archive.names();
    let has = |name: &str| names.iter().any(|entry| entry == name);
    if has("word/document.xml") {
        word::docx(&mut archive)
    } else if has("content.xml") {
        word::odf(&mut archive)
    } else if names.iter().any(|name| name.starts_with("xl/")) {
        sheets::xlsx(bytes, &mut archive)
    } else {
        bail!("it is an archive, and archives are not opened")
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, clean};

    #[test]
    fn a_file_is_known_by_its_name_or_its_type() {
        assert_eq!(Format::of("List.DOCX", "application/octet-stream"), Some(Format::Text));
        assert_eq!(Format::of("", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Some(Format::Sheet));
        assert_eq!(Format::of("winmail.dat", "application/octet-stream"), Some(Format::Tnef));
        assert_eq!(Format::of("x.exe", "application/octet-stream"), None);
    }

    #[test]
    fn text_is_rid_of_what_is_not_seen() {
        assert_eq!(clean("a\u{202e}b\u{200b}\0c\u{1b}[1m\u{a0}e\u{301}\n"), "abc[1m é\n");
    }
}
