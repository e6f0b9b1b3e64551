//! PDF: every glyph with its place on the page. Only user of `pdf-extract` and of the `lopdf` that it brings along.
//!
//! pdf-extract reads most, and panics on some (predefined Chinese character maps among them); such a page is read a second
//! time, by lopdf's own decoders.

use super::Document;
use super::page::{self, Glyph};
use anyhow::{Context, Result, bail};
use pdf_extract::content::Content;
use pdf_extract::{Document as Pdf, Encoding, MediaBox, Object, OutputDev, OutputError, Transform, output_doc_page};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pages that are read: a letter has few, and what a longer document proposes stands at its beginning (RELIABILITY A19).
const MOST_PAGES: usize = 200;
/// Glyphs of a document that are kept (RELIABILITY A19: 2 MB of text).
const MOST_GLYPHS: usize = 2_000_000;
/// Octets of drawing instructions of a page that the second reader takes.
const LONGEST_CONTENT: usize = 16 << 20;
/// Saved states within states: a letter needs three.
const DEEPEST: usize = 64;

/// Reads all pages.
pub(super) fn read(bytes: &[u8]) -> Result<Document> {
    let mut pdf = Pdf::load_mem(bytes).map_err(|error| match error {
        pdf_extract::Error::InvalidPassword | pdf_extract::Error::Decryption(_) => anyhow::anyhow!("it is encrypted"),
        error => anyhow::anyhow!("this is no PDF: {error}"),
    })?;
    if pdf.is_encrypted() && pdf.decrypt("").is_err() {
        bail!("it is encrypted");
    }
    let numbers: Vec<u32> = pdf.page_iter().take(MOST_PAGES).zip(1..).map(|(_, number)| number).collect();
    if numbers.is_empty() {
        bail!("it has no pages");
    }
    let mut document = Document::default();
    let mut left = MOST_GLYPHS;
    for number in numbers {
        let glyphs = first_reader(&pdf, number, left).or_else(|| second_reader(&pdf, number, left)).unwrap_or_default();
        left = left.saturating_sub(glyphs.len());
        page::write(&mut document, glyphs);
    }
    if document.text.trim().is_empty() {
        bail!("it holds no text, only pictures");
    }
    Ok(document)
}

/// `None` when the reader fails or finds nothing.
fn first_reader(pdf: &Pdf, number: u32, most: usize) -> Option<Vec<Glyph>> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut page = Page { glyphs: Vec::new(), most };
        // What stands before the damage is kept.
        let _ = output_doc_page(pdf, &mut page, number);
        page.glyphs
    }));
    read.ok().filter(|glyphs| glyphs.iter().any(|glyph| !glyph.text.trim().is_empty()))
}

/// Takes the glyphs of one page from pdf-extract.
struct Page {
    glyphs: Vec<Glyph>,
    most: usize,
}

impl OutputDev for Page {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        if self.glyphs.len() >= self.most {
            return Err(OutputError::IoError(std::io::Error::other("more text than is read")));
        }
        let across = size * place.m11.hypot(place.m12);
        let up = size * place.m21.hypot(place.m22);
        self.glyphs.push(Glyph { x: place.m31, y: place.m32, width: width * across, size: up, text: text.to_owned() });
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

fn second_reader(pdf: &Pdf, number: u32, most: usize) -> Option<Vec<Glyph>> {
    let read = catch_unwind(AssertUnwindSafe(|| strings(pdf, number, most)));
    read.ok().and_then(Result::ok)
}

/// The strings of a page, each as one glyph where it is drawn; widths are a guess, since fonts are not looked into.
fn strings(pdf: &Pdf, number: u32, most: usize) -> Result<Vec<Glyph>> {
    let id = *pdf.get_pages().get(&number).context("it has no such page")?;
    let fonts = pdf.get_page_fonts(id)?;
    let encodings: BTreeMap<&[u8], Encoding<'_>> =
        fonts.iter().filter_map(|(name, font)| Some((name.as_slice(), font.get_font_encoding(pdf).ok()?))).collect();
    let data = pdf.get_page_content(id)?;
    let data = data.get(..LONGEST_CONTENT.min(data.len())).unwrap_or_default();
    let mut pen = Pen { leading: 0.0, size: 1.0, ..Pen::default() };
    pen.matrix = IDENTITY;
    pen.line = IDENTITY;
    pen.text = IDENTITY;
    for operation in Content::decode(data)?.operations {
        let numbers: Vec<f64> = operation.operands.iter().filter_map(number_of).collect();
        if pen.moved(&operation.operator, &numbers) {
            continue;
        }
        match (operation.operator.as_str(), operation.operands.as_slice()) {
            ("Tf", [Object::Name(name), size]) => {
                pen.font = name.clone();
                pen.size = number_of(size).unwrap_or(1.0);
            }
            ("Tj" | "'" | "\"" | "TJ", shown) => {
                if matches!(operation.operator.as_str(), "'" | "\"") {
                    pen.next_line();
                }
                let Some(encoding) = encodings.get(pen.font.as_slice()) else { continue };
                for string in shown.iter().flat_map(pieces) {
                    if pen.glyphs.len() >= most {
                        return Ok(pen.glyphs);
                    }
                    pen.show(&Pdf::decode_text(encoding, string).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    Ok(pen.glyphs)
}

/// The strings of an operand: itself, or those of an array.
fn pieces(object: &Object) -> Vec<&[u8]> {
    match object {
        Object::String(bytes, _) => vec![bytes],
        Object::Array(list) => list.iter().filter_map(|piece| piece.as_str().ok()).collect(),
        _ => Vec::new(),
    }
}

fn number_of(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) => Some(f64::from(*number)),
        _ => None,
    }
}

type Matrix = [f64; 6];
const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

fn times([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix) -> Matrix {
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

/// Where the second reader stands on the page.
#[derive(Default)]
struct Pen {
    glyphs: Vec<Glyph>,
    matrix: Matrix,
    saved: Vec<Matrix>,
    line: Matrix,
    text: Matrix,
    leading: f64,
    size: f64,
    font: Vec<u8>,
}

impl Pen {
    /// Follows an operator that moves; `false` when it is another.
    fn moved(&mut self, operator: &str, numbers: &[f64]) -> bool {
        match (operator, numbers) {
            ("q", _) if self.saved.len() < DEEPEST => self.saved.push(self.matrix),
            ("Q", _) => self.matrix = self.saved.pop().unwrap_or(self.matrix),
            ("cm", &[a, b, c, d, e, f]) => self.matrix = times([a, b, c, d, e, f], self.matrix),
            ("BT", _) => (self.line, self.text) = (IDENTITY, IDENTITY),
            ("Tm", &[a, b, c, d, e, f]) => (self.line, self.text) = ([a, b, c, d, e, f], [a, b, c, d, e, f]),
            ("TL", &[leading]) => self.leading = leading,
            ("Td", &[x, y]) => self.step(x, y),
            ("TD", &[x, y]) => {
                self.leading = -y;
                self.step(x, y);
            }
            ("T*", _) => self.next_line(),
            _ => return false,
        }
        true
    }

    fn step(&mut self, x: f64, y: f64) {
        self.line = times([1.0, 0.0, 0.0, 1.0, x, y], self.line);
        self.text = self.line;
    }

    fn next_line(&mut self) {
        self.step(0.0, -self.leading);
    }

    fn show(&mut self, text: &str) {
        let [a, b, c, d, x, y] = times(self.text, self.matrix);
        let across = text.chars().map(|c| if c < '\u{2e80}' { 0.5 } else { 1.0 }).sum::<f64>() * self.size;
        let (width, size) = (across * a.hypot(b), self.size * c.hypot(d));
        self.glyphs.push(Glyph { x, y, width, size, text: text.to_owned() });
        self.text = times([1.0, 0.0, 0.0, 1.0, across, 0.0], self.text);
    }
}
