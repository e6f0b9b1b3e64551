//! Spreadsheets: the cells of every sheet. Only user of `calamine`.

use super::{Document, row_text};
use anyhow::{Context, Result};
use calamine::{Data, Reader, open_workbook_auto_from_rs};
use std::io::Cursor;

/// Rows and columns of a sheet that are read: a list of people is smaller, a bomb larger.
const MOST_ROWS: usize = 2_000;
const MOST_COLUMNS: usize = 60;

/// Reads all sheets, one table each.
pub(super) fn read(bytes: &[u8]) -> Result<Document> {
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes.to_vec())).context("This is no spreadsheet")?;
    let mut document = Document::default();
    for name in workbook.sheet_names() {
        let Ok(range) = workbook.worksheet_range(&name) else { continue };
        let rows = range.rows().take(MOST_ROWS).map(|row| row.iter().take(MOST_COLUMNS).map(cell).collect::<Vec<_>>());
        let table: Vec<Vec<String>> = rows.filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty())).collect();
        for row in &table {
            document.text.push_str(&row_text(row));
        }
        document.text.push('\n');
        document.tables.push(table);
    }
    Ok(document)
}

/// A cell as a person reads it: telephone numbers are kept as numbers there, and are printed without a fraction.
fn cell(data: &Data) -> String {
    match data {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e16 => format!("{number:.0}"),
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string().trim().to_owned(),
    }
}
