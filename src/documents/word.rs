//! Word files: paragraphs and tables of `word/document.xml` and its headers. Only user of `quick-xml` and `zip`.

use super::Document;
use anyhow::{Context, Result};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::{Cursor, Read};

/// Octets of one part when unpacked: a bomb ends here.
const LARGEST_PART: u64 = 20 << 20;
/// Octets of text that are kept.
const MOST_TEXT: usize = 512 << 10;
/// Elements within elements.
const DEEPEST: usize = 200;

/// Where text goes now.
#[derive(Default)]
struct Walker {
    document: Document,
    paragraph: String,
    /// Open tables, the innermost last.
    tables: Vec<Vec<Vec<String>>>,
    in_text: bool,
    deleted: usize,
}

/// Reads a document; the header first, as it is read on paper.
pub(super) fn read(bytes: &[u8]) -> Result<Document> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).context("This is no Word file")?;
    let names = archive.file_names().flatten().map(|name| name.into_owned()).collect::<Vec<String>>();
    let mut parts: Vec<String> =
        names.into_iter().filter(|name| name.starts_with("word/header") && name.ends_with(".xml")).collect();
    parts.sort();
    parts.push("word/document.xml".to_owned());
    let mut walker = Walker::default();
    for part in parts {
        let mut xml = Vec::new();
        archive
            .by_name(&part)
            .with_context(|| format!("It has no {part}"))?
            .take(LARGEST_PART)
            .read_to_end(&mut xml)
            .context("It is damaged")?;
        walker.walk(&xml)?;
    }
    Ok(walker.document)
}

impl Walker {
    fn walk(&mut self, xml: &[u8]) -> Result<()> {
        let xml = std::str::from_utf8(xml).context("Its XML is no UTF-8")?;
        let mut reader = Reader::from_str(xml);
        let mut depth = 0_usize;
        loop {
            match reader.read_event().context("Its XML is damaged")? {
                Event::Start(element) => {
                    depth += 1;
                    if depth > DEEPEST || self.document.text.len() > MOST_TEXT {
                        return Ok(());
                    }
                    self.open(element.local_name().as_ref());
                }
                Event::End(element) => {
                    depth = depth.saturating_sub(1);
                    self.close(element.local_name().as_ref());
                }
                Event::Empty(element) => match element.local_name().as_ref() {
                    "ta" => self.paragraph.push('\t'),
                    "br" | "cr" => self.paragraph.push('\n'),
                    "noBreakHyphen" => self.paragraph.push('-'),
                    "p" => self.end_paragraph(),
                    _ => {}
                },
                Event::Text(text) if self.in_text && self.deleted == 0 => self.paragraph.push_str(&text),
                Event::CData(text) if self.in_text && self.deleted == 0 => self.paragraph.push_str(&text),
                Event::GeneralRef(name) if self.in_text && self.deleted == 0 => {
                    let name = name.to_string();
                    let named = match name.as_str() {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => numbered(&name),
                    };
                    self.paragraph.extend(named);
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn open(&mut self, name: &str) {
        match name {
            "t" => self.in_text = true,
            // What was struck out is no text any more.
            "del" | "moveFrom" => self.deleted += 1,
            "tbl" => self.tables.push(Vec::new()),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.push(Vec::new());
                }
            }
            "tc" => {
                if let Some(row) = self.tables.last_mut().and_then(|table| table.last_mut()) {
                    row.push(String::new());
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "del" | "moveFrom" => self.deleted = self.deleted.saturating_sub(1),
            "p" => self.end_paragraph(),
            "tr" if self.tables.len() == 1 => {
                let row = self.tables.last().and_then(|table| table.last()).cloned().unwrap_or_default();
                self.document.text.push_str(&super::row_text(&row));
            }
            "tbl" => {
                let Some(table) = self.tables.pop() else { return };
                match self.tables.last_mut().and_then(|outer| outer.last_mut()).and_then(|row| row.last_mut()) {
                    // A table within a cell is that cell's text.
                    Some(cell) => table.iter().for_each(|row| cell.push_str(&super::row_text(row))),
                    None => {
                        self.document.text.push('\n');
                        self.document.tables.push(table);
                    }
                }
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        match self.tables.last_mut().and_then(|table| table.last_mut()).and_then(|row| row.last_mut()) {
            Some(cell) => {
                if !cell.is_empty() && !paragraph.trim().is_empty() {
                    cell.push('\n');
                }
                cell.push_str(paragraph.trim());
            }
            None => {
                self.document.text.push_str(paragraph.trim_end());
                self.document.text.push('\n');
            }
        }
    }
}

/// `#8211` or `#x2013`.
fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = digits.strip_prefix('x').map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
    char::from_u32(code)
}
