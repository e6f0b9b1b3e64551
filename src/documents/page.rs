//! Glyphs of a page to lines and tables: what stands on one height is one line, a wide gap parts two cells.

use super::Document;
use super::visual::{self, Direction};

/// A glyph, or a string that is drawn at once.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    pub(super) x: f64,
    /// Upwards.
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) size: f64,
    pub(super) text: String,
}

/// Parts of the size of the type: what is raised less than this stands on the same line.
const SAME_LINE: f64 = 0.45;
/// A gap wider than this is a blank even where none is written.
const BLANK: f64 = 0.14;
/// A gap wider than this parts two cells; one with a written blank may be justified text and must be wider.
const CELL: f64 = 1.1;
const CELL_WITH_BLANK: f64 = 2.0;
/// Lines further apart than this have a paragraph's end between them.
const PARAGRAPH: f64 = 1.75;
/// The next row of a table is no further away than this.
const FAR: f64 = 4.0;
/// Lines of one cell are closer than this, rows are not; where the first column is empty, no row begins in any case.
const TIGHT: f64 = 1.45;
const LOOSE: f64 = 2.2;
/// Starts of cells that are no further apart are one column.
const SAME_COLUMN: f64 = 0.8;

/// A cell or a line of running text.
#[derive(Clone, Debug)]
struct Piece {
    left: f64,
    right: f64,
    text: String,
}

#[derive(Clone, Debug)]
struct Line {
    y: f64,
    size: f64,
    direction: Direction,
    /// In the order of reading.
    pieces: Vec<Piece>,
}

impl Line {
    /// Where reading begins, growing in the direction of reading.
    fn start(&self, piece: &Piece) -> f64 {
        if self.direction == Direction::Right { -piece.right } else { piece.left }
    }

    fn end(&self, piece: &Piece) -> f64 {
        if self.direction == Direction::Right { -piece.left } else { piece.right }
    }

    fn first(&self) -> f64 {
        self.pieces.first().map_or(0.0, |piece| self.start(piece))
    }

    fn last(&self) -> f64 {
        self.pieces.last().map_or(0.0, |piece| self.end(piece))
    }
}

/// Adds a page to a document.
pub(super) fn write(document: &mut Document, glyphs: Vec<Glyph>) {
    let lines = lines(glyphs);
    let tables = tables(&lines);
    let edge = lines.iter().map(Line::last).fold(f64::NEG_INFINITY, f64::max);
    let text = &mut document.text;
    let mut previous: Option<&Line> = None;
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let far = previous.is_some_and(|above| (above.y - line.y) > PARAGRAPH * above.size.max(line.size));
        let table = tables.iter().find(|table| table.from == index);
        if table.is_none() && !far && previous.is_some_and(|above| goes_on(above, line, edge)) {
            join(text, line);
        } else {
            if previous.is_some() {
                text.push_str(if far { "\n\n" } else { "\n" });
            }
            match table {
                Some(table) => table.rows.iter().for_each(|row| text.push_str(&super::row_text(row))),
                None => {
                    let cells: Vec<&str> = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
                    text.push_str(&cells.join("\t"));
                }
            }
        }
        index = table.map_or(index, |table| table.to) + 1;
        // A table ends its last line itself.
        previous = if table.is_some() { None } else { Some(line) };
    }
    document.text.push_str("\n\n");
    document.tables.extend(tables.into_iter().map(|table| table.rows));
}

/// Whether a line is running text that the next one continues: its first word found no room any more.
fn goes_on(above: &Line, line: &Line, edge: f64) -> bool {
    let ([last], [next]) = (above.pieces.as_slice(), line.pieces.as_slice()) else { return false };
    let letters = next.text.chars().count().max(1) as f64;
    let word = next.text.split(' ').next().unwrap_or_default();
    // Text without blanks is broken anywhere.
    let word = if word.chars().any(is_wide) { 1.0 } else { word.chars().count() as f64 + 1.0 };
    above.direction == line.direction
        && above.end(last) + word * (next.right - next.left) / letters >= edge - 0.3 * line.size
        && (line.first() - above.first()) < SAME_COLUMN * line.size
        && (above.first() - line.first()) < 4.0 * line.size
        && (above.size - line.size).abs() < 0.2 * line.size
}

fn is_wide(c: char) -> bool {
    c >= '\u{2e80}'
}

fn join(text: &mut String, line: &Line) {
    let next = line.pieces.first().map_or("", |piece| piece.text.as_str());
    let (end, start) = (text.chars().next_back().unwrap_or(' '), next.chars().next().unwrap_or(' '));
    if !(is_wide(end) || is_wide(start) || end == '-') {
        text.push(' ');
    }
    text.push_str(next);
}

/// Glyphs in lines, from the top.
fn lines(mut glyphs: Vec<Glyph>) -> Vec<Line> {
    glyphs.retain(|glyph| {
        glyph.x.is_finite() && glyph.y.is_finite() && glyph.width.is_finite() && glyph.size.is_finite() && glyph.size > 0.0
    });
    glyphs.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut rows: Vec<(f64, Vec<Glyph>)> = Vec::new();
    for glyph in glyphs {
        match rows.last_mut() {
            Some((y, row)) if *y - glyph.y <= SAME_LINE * glyph.size => row.push(glyph),
            _ => rows.push((glyph.y, vec![glyph])),
        }
    }
    rows.into_iter().filter_map(|(y, row)| line(y, row)).collect()
}

fn line(y: f64, mut glyphs: Vec<Glyph>) -> Option<Line> {
    glyphs.sort_by(|a, b| a.x.total_cmp(&b.x));
    let size = glyphs.iter().filter(|glyph| !glyph.text.trim().is_empty()).map(|glyph| glyph.size).fold(0.0, f64::max);
    let mut runs: Vec<(f64, f64, Vec<String>)> = Vec::new();
    let mut blank = false;
    for glyph in glyphs {
        if glyph.text.trim().is_empty() {
            blank = true;
            continue;
        }
        match runs.last_mut() {
            Some((_, right, parts)) if glyph.x - *right < size * if blank { CELL_WITH_BLANK } else { CELL } => {
                if blank || glyph.x - *right > size * BLANK {
                    parts.push(" ".to_owned());
                }
                *right = right.max(glyph.x + glyph.width);
                parts.push(glyph.text);
            }
            _ => runs.push((glyph.x, glyph.x + glyph.width, vec![glyph.text])),
        }
        blank = false;
    }
    let direction = visual::direction(runs.iter().flat_map(|(_, _, parts)| parts));
    let mut pieces: Vec<Piece> = runs
        .into_iter()
        .map(|(left, right, parts)| Piece { left, right, text: visual::logical(parts, direction) })
        .filter(|piece| !piece.text.is_empty())
        .collect();
    if direction == Direction::Right {
        pieces.reverse();
    }
    (!pieces.is_empty()).then_some(Line { y, size, direction, pieces })
}

/// A table, and which lines it takes.
struct Table {
    from: usize,
    to: usize,
    rows: Vec<Vec<String>>,
}

/// Runs of lines of which at least two have cells.
fn tables(lines: &[Line]) -> Vec<Table> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(line) = lines.get(from) {
        if line.pieces.len() < 2 {
            from += 1;
            continue;
        }
        let (to, columns) = extent(lines, from);
        let rows = rows(lines.get(from..=to).unwrap_or_default(), &columns);
        if rows.len() >= 2 || to > from {
            found.push(Table { from, to, rows });
        }
        from = to + 1;
    }
    found
}

fn is_near(a: f64, b: f64, line: &Line) -> bool {
    (a - b).abs() < SAME_COLUMN * line.size
}

/// How far the table goes that begins at a line, and where its columns begin. Lines with one piece belong to it when they
/// continue a cell of the row above.
fn extent(lines: &[Line], from: usize) -> (usize, Vec<f64>) {
    let mut columns: Vec<f64> = Vec::new();
    let mut to = from;
    let direction = lines.get(from).map(|line| line.direction);
    for (index, line) in lines.iter().enumerate().skip(from) {
        let gap = lines.get(to).map_or(0.0, |above| above.y - line.y);
        let second = columns.iter().copied().find(|column| *column > line.first() + SAME_COLUMN * line.size);
        let fits = second.is_none_or(|column| line.last() < column + line.size);
        let continues = columns.iter().any(|column| is_near(*column, line.first(), line)) && gap < PARAGRAPH * line.size && fits;
        if gap > FAR * line.size || Some(line.direction) != direction || !(line.pieces.len() >= 2 || continues) {
            break;
        }
        for start in line.pieces.iter().map(|piece| line.start(piece)) {
            if !columns.iter().any(|column| is_near(*column, start, line)) {
                columns.push(start);
            }
        }
        to = index;
    }
    columns.sort_by(f64::total_cmp);
    (to, columns)
}

fn rows(lines: &[Line], columns: &[f64]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut above: Option<&Line> = None;
    for line in lines {
        let is_first = columns.first().is_some_and(|column| is_near(*column, line.first(), line));
        let gap = above.map_or(f64::INFINITY, |above| above.y - line.y);
        // A row begins in the first column; what is alone there and close to the row above continues that one's cell.
        let continues = if is_first { line.pieces.len() == 1 && gap < TIGHT * line.size } else { gap < LOOSE * line.size };
        if !continues {
            rows.push(vec![String::new(); columns.len()]);
        }
        for piece in &line.pieces {
            let column = columns.iter().rposition(|column| *column <= line.start(piece) + SAME_COLUMN * line.size).unwrap_or(0);
            if let Some(cell) = rows.last_mut().and_then(|row| row.get_mut(column)) {
                if !cell.is_empty() {
                    cell.push('\n');
                }
                cell.push_str(&piece.text);
            }
        }
        above = Some(line);
    }
    rows
}
