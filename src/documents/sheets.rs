//! Spreadsheets of Excel: the cells of every sheet. Only user of `calamine`.

use super::archive::Archive;
use super::{Document, MOST_CELLS, MOST_COLUMNS, markup, row_text};
use anyhow::{Context, Result, bail};
use calamine::{Data, DataRef, ExcelDateTime, Reader, Sheet, SheetVisible, Xls, Xlsx};
use std::io::Cursor;

/// Rows of a sheet that are read: a list of people is shorter.
const MOST_ROWS: usize = 2_000;

/// Reads an xlsx. Its cells are taken one by one: a sheet of two cells may claim a billion (RELIABILITY A17).
pub(super) fn xlsx(bytes: &[u8], archive: &mut Archive<'_>) -> Result<Document> {
    for name in archive.names() {
        let part = archive.part(&name)?.unwrap_or_default();
        if name.ends_with(".xml") || name.ends_with(".rels") {
            markup::check(&part)?;
        }
    }
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).context("this is no spreadsheet")?;
    let mut document = Document::default();
    let mut left = MOST_CELLS;
    let names = visible(workbook.sheets_metadata());
    for name in &names {
        let Ok(mut cells) = workbook.worksheet_cells_reader(name) else { continue };
        let mut sheet: Vec<Vec<String>> = Vec::new();
        let mut row_number = None;
        // Damage ends a sheet; what came before is kept.
        while let Ok(Some(cell)) = cells.next_cell() {
            if left == 0 {
                bail!("it has more than {MOST_CELLS} cells");
            }
            left -= 1;
            let ((row, column), text) = (cell.get_position(), value(cell.get_value()));
            if text.is_empty() || column as usize >= MOST_COLUMNS || sheet.len() >= MOST_ROWS {
                continue;
            }
            if row_number.replace(row) != Some(row) {
                sheet.push(Vec::new());
            }
            if let Some(line) = sheet.last_mut() {
                line.resize(line.len().max(column as usize + 1), String::new());
                if let Some(place) = line.get_mut(column as usize) {
                    *place = text;
                }
            }
        }
        add(&mut document, sheet, Some(name).filter(|_| names.len() > 1));
    }
    Ok(document)
}

/// The sheets that a person sees.
fn visible(sheets: &[Sheet]) -> Vec<String> {
    sheets.iter().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone()).collect()
}

/// Reads an xls; the child's memory is all the limit it needs.
pub(super) fn xls(bytes: &[u8]) -> Result<Document> {
    let mut workbook: Xls<_> = Xls::new(Cursor::new(bytes)).context("this is no spreadsheet")?;
    let mut document = Document::default();
    let names = visible(workbook.sheets_metadata());
    for name in &names {
        let Ok(range) = workbook.worksheet_range(name) else { continue };
        let rows = range.rows().take(MOST_ROWS).map(|row| row.iter().take(MOST_COLUMNS).map(cell).collect::<Vec<_>>());
        let rows = rows.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
        add(&mut document, rows, Some(name).filter(|_| names.len() > 1));
    }
    Ok(document)
}

/// One of several sheets has its name as the title above its rows.
fn add(document: &mut Document, mut sheet: Vec<Vec<String>>, name: Option<&String>) {
    for row in &sheet {
        document.text.push_str(&row_text(row));
    }
    if let Some(name) = name.filter(|_| !sheet.is_empty()) {
        sheet.insert(0, vec![name.clone()]);
    }
    document.text.push('\n');
    document.tables.push(sheet);
}

fn cell(data: &Data) -> String {
    match data {
        Data::Float(float) => number(*float),
        Data::DateTime(moment) => date(moment),
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string().trim().to_owned(),
    }
}

fn value(data: &DataRef<'_>) -> String {
    match data {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(float) => number(*float),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(moment) => date(moment),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A number as a person reads it: telephone numbers are kept as numbers there, and are printed without a fraction.
fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e16 { format!("{number:.0}") } else { number.to_string() }
}

fn date(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return number(moment.as_f64());
    }
    let (year, month, day, hour, minute, _, _) = moment.to_ymd_hms_milli();
    match (hour, minute) {
        (0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    }
}
