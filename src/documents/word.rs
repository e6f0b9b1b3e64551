//! Documents in XML: `word/document.xml` with its headers (docx), `content.xml` (odt, ods). Paragraphs and tables.

use super::archive::Archive;
use super::markup::{self, Markup};
use super::{Document, MOST_CELLS, MOST_COLUMNS, MOST_TEXT};
use anyhow::{Context, Result};
use quick_xml::events::{BytesStart, Event};

/// Reads a Word document; the header first, as it is read on paper.
pub(super) fn docx(archive: &mut Archive<'_>) -> Result<Document> {
    let is_header = |name: &String| name.starts_with("word/header") && name.ends_with(".xml");
    let mut parts: Vec<String> = archive.names().into_iter().filter(is_header).collect();
    parts.sort();
    parts.push("word/document.xml".to_owned());
    let mut walker = Walker::default();
    for part in parts {
        let xml = archive.part(&part)?.with_context(|| format!("it has no {part}"))?;
        walker.walk(&markup::decode(&xml)?)?;
    }
    Ok(walker.document)
}

/// Reads a text or a spreadsheet of LibreOffice.
pub(super) fn odf(archive: &mut Archive<'_>) -> Result<Document> {
    let xml = archive.part("content.xml")?.context("it has no content.xml")?;
    let mut walker = Walker { is_odf: true, ..Walker::default() };
    walker.walk(&markup::decode(&xml)?)?;
    for table in &mut walker.document.tables {
        table.iter_mut().for_each(|row| row.truncate(row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1)));
        table.retain(|row| !row.is_empty());
    }
    Ok(walker.document)
}

/// Where text goes now.
#[derive(Default)]
struct Walker {
    document: Document,
    is_odf: bool,
    paragraph: String,
    /// Open tables, the innermost last.
    tables: Vec<Vec<Vec<String>>>,
    /// How often the cell that is open now is to be repeated.
    repeated: usize,
    /// How many further columns it takes, and whether it goes on with the one above.
    spanned: usize,
    goes_on: bool,
    cells: usize,
    /// Elements that hold text, open runs, and elements whose content is no text, that are open.
    in_text: usize,
    in_run: usize,
    silent: usize,
}

impl Walker {
    /// Damage ends the reading; what came before is kept.
    fn walk(&mut self, xml: &str) -> Result<()> {
        let mut markup = Markup::new(xml);
        let mut seen = false;
        loop {
            let event = match markup.next() {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(()),
                Err(error) if error.is::<quick_xml::Error>() && seen && !self.document.text.trim().is_empty() => return Ok(()),
                Err(error) => return Err(error),
            };
            seen = true;
            if self.document.text.len() + self.paragraph.len() > MOST_TEXT || self.cells > MOST_CELLS {
                return Ok(());
            }
            match event {
                Event::Start(element) => self.open(&element),
                Event::End(element) => self.close(element.local_name().as_ref()),
                Event::Empty(element) => self.empty(&element),
                Event::Text(text) if self.takes_text() => self.paragraph.push_str(&text),
                Event::CData(text) if self.takes_text() => self.paragraph.push_str(&text),
                Event::GeneralRef(name) if self.takes_text() => self.paragraph.extend(markup::reference(&name)),
                _ => {}
            }
        }
    }

    fn takes_text(&self) -> bool {
        self.in_text > 0 && self.silent == 0
    }

    fn row(&mut self) -> Option<&mut Vec<String>> {
        self.tables.last_mut().and_then(|table| table.last_mut())
    }

    fn empty(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            // Word writes tab stops with the same word; those stand in no run.
            "tab" | "ptab" if self.silent == 0 && (self.in_run > 0 || self.is_odf) => self.paragraph.push('\t'),
            "br" | "cr" | "line-break" if self.silent == 0 => self.paragraph.push('\n'),
            "s" if self.is_odf && self.silent == 0 => self.paragraph.push(' '),
            "noBreakHyphen" => self.paragraph.push('-'),
            "gridSpan" => {
                let columns = markup::attribute(element, "val").and_then(|number| number.parse().ok());
                self.spanned = columns.unwrap_or(1_usize).saturating_sub(1);
            }
            "vMerge" => self.goes_on = markup::attribute(element, "val").is_none_or(|value| value != "restart"),
            "p" if self.silent == 0 => self.end_paragraph(),
            "table-cell" | "covered-table-cell" if self.is_odf && self.silent == 0 => {
                self.open(element);
                self.close("table-cell");
            }
            _ => {}
        }
    }

    fn open(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            // What was struck out is no text any more; what old programs see instead is in the text already.
            "del" | "moveFrom" | "Fallback" | "tracked-changes" | "annotation" => self.silent += 1,
            _ if self.silent > 0 => {}
            "t" if !self.is_odf => self.in_text += 1,
            "p" | "h" if self.is_odf => self.in_text += 1,
            "r" => self.in_run += 1,
            "tbl" | "table" => self.tables.push(Vec::new()),
            "tr" | "table-row" => {
                if let Some(table) = self.tables.last_mut() {
                    table.push(Vec::new());
                }
            }
            "tc" | "table-cell" | "covered-table-cell" => {
                let repeated = markup::attribute(element, "number-columns-repeated").and_then(|number| number.parse().ok());
                self.repeated = repeated.unwrap_or(1);
                (self.spanned, self.goes_on) = (0, false);
                self.cells += 1;
                if let Some(row) = self.row().filter(|row| row.len() < MOST_COLUMNS) {
                    row.push(String::new());
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "del" | "moveFrom" | "Fallback" | "tracked-changes" | "annotation" => self.silent = self.silent.saturating_sub(1),
            _ if self.silent > 0 => {}
            "t" => self.in_text = self.in_text.saturating_sub(1),
            "r" => self.in_run = self.in_run.saturating_sub(1),
            "p" | "h" => {
                if self.is_odf {
                    self.in_text = self.in_text.saturating_sub(1);
                }
                self.end_paragraph();
            }
            "tc" => self.end_merged_cell(),
            "table-cell" | "covered-table-cell" => {
                let more = std::mem::replace(&mut self.repeated, 1).saturating_sub(1);
                if let Some(row) = self.row()
                    && let Some(cell) = row.last().cloned()
                {
                    row.extend(std::iter::repeat_n(cell, more.min(MOST_COLUMNS.saturating_sub(row.len()))));
                }
            }
            "tr" | "table-row" if self.tables.len() == 1 => {
                let row = self.row().cloned().unwrap_or_default();
                if row.iter().any(|cell| !cell.is_empty()) {
                    self.document.text.push_str(&super::row_text(&row));
                }
            }
            "tbl" | "table" => self.end_table(),
            _ => {}
        }
    }

    /// A cell that goes on with the one above holds what that holds; one that takes several columns leaves the further ones empty.
    fn end_merged_cell(&mut self) {
        let (spanned, goes_on) = (std::mem::take(&mut self.spanned), std::mem::take(&mut self.goes_on));
        let Some(table) = self.tables.last_mut() else { return };
        let above = table.len().checked_sub(2).and_then(|at| table.get(at)).cloned().filter(|_| goes_on);
        let Some(row) = table.last_mut() else { return };
        let at = row.len().saturating_sub(1);
        if let (Some(cell), Some(above)) = (row.last_mut(), above.and_then(|above| above.get(at).cloned()))
            && cell.is_empty()
        {
            *cell = above;
        }
        row.extend(std::iter::repeat_n(String::new(), spanned.min(MOST_COLUMNS.saturating_sub(row.len()))));
        self.cells += spanned;
    }

    fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        match self.row().and_then(|row| row.last_mut()) {
            // A table within a cell is that cell's text.
            Some(cell) => table.iter().for_each(|row| cell.push_str(&super::row_text(row))),
            None => {
                self.document.text.push('\n');
                self.document.tables.push(table);
            }
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        match self.row().and_then(|row| row.last_mut()) {
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
