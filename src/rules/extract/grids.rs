//! Tables drawn in plain text: with bars, tabs, semicolons, or blanks between the columns.

/// Columns of such a table at least; two are labels and their values.
const FEWEST_COLUMNS: usize = 3;

/// The tables of a text, rows of cells.
pub(super) fn grids(text: &str) -> Vec<Vec<Vec<String>>> {
    let mut found = Vec::new();
    for mark in ['|', '\t', ';'] {
        found.extend(with_mark(text, mark));
    }
    if found.is_empty() {
        found.extend(with_blanks(text));
    }
    found
}

/// Tables whose cells are parted by a mark. Empty lines and drawn rules between the rows do not end one.
fn with_mark(text: &str, mark: char) -> Vec<Vec<Vec<String>>> {
    let mut found: Vec<Vec<Vec<String>>> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in text.lines() {
        let bare = line.trim_matches([' ', mark]);
        if is_rule(line) || bare.is_empty() {
            continue;
        }
        let cells: Vec<String> = inner(line, mark).split(mark).map(|cell| cell.trim().to_owned()).collect();
        if cells.len() >= FEWEST_COLUMNS {
            rows.push(cells);
        } else if !rows.is_empty() {
            found.push(std::mem::take(&mut rows));
        }
    }
    found.push(rows);
    found.retain(|rows| rows.len() > 1);
    found
}

/// A line without the marks that only frame it.
fn inner(line: &str, mark: char) -> &str {
    if mark != '|' {
        return line;
    }
    let line = line.trim();
    let line = line.strip_prefix(mark).unwrap_or(line);
    line.strip_suffix(mark).unwrap_or(line)
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.chars().count() >= 3
        && line.chars().all(|c| {
            matches!(
                c,
                '-' | '='
                    | '+'
                    | '|'
                    | '_'
                    | ':'
                    | ' '
                    | '─'
                    | '│'
                    | '┼'
                    | '├'
                    | '┤'
                    | '┌'
                    | '┐'
                    | '└'
                    | '┘'
                    | '┬'
                    | '┴'
            )
        })
}

/// Tables whose columns are set with blanks. The first row's cells say where the columns begin.
fn with_blanks(text: &str) -> Vec<Vec<Vec<String>>> {
    let mut found: Vec<Vec<Vec<String>>> = Vec::new();
    let mut columns: Vec<usize> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in text.lines().filter(|line| !is_rule(line) && !line.trim().is_empty()) {
        let cells = cells(line);
        if columns.is_empty() || cells.len() < 2 {
            if !rows.is_empty() {
                found.push(std::mem::take(&mut rows));
            }
            columns.clear();
            if cells.len() >= FEWEST_COLUMNS {
                columns = cells.iter().map(|(at, _)| *at).collect();
                rows.push(cells.into_iter().map(|(_, cell)| cell).collect());
            }
            continue;
        }
        rows.push(if cells.len() == columns.len() {
            cells.into_iter().map(|(_, cell)| cell).collect()
        } else {
            placed(cells, &columns)
        });
    }
    found.push(rows);
    found.retain(|rows| rows.len() > 1);
    found
}

/// Cells under the columns that they stand nearest to.
fn placed(cells: Vec<(usize, String)>, columns: &[usize]) -> Vec<String> {
    let mut row = vec![String::new(); columns.len()];
    for (at, cell) in cells {
        let nearest = columns.iter().enumerate().min_by_key(|(_, column)| column.abs_diff(at)).map(|(index, _)| index);
        if let Some(place) = nearest.and_then(|index| row.get_mut(index)) {
            if !place.is_empty() {
                place.push(' ');
            }
            place.push_str(&cell);
        }
    }
    row
}

/// The pieces of a line between two blanks or more, with the column each begins in.
fn cells(line: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let (mut column, mut blanks) = (0, 2);
    for c in line.chars() {
        if c == ' ' || c == '\u{3000}' {
            blanks += if c == ' ' { 1 } else { 2 };
        } else {
            match found.last_mut() {
                Some((_, cell)) if blanks < 2 => {
                    if blanks > 0 {
                        cell.push(' ');
                    }
                    cell.push(c);
                }
                _ => found.push((column, c.to_string())),
            }
            blanks = 0;
        }
        column += if c.is_ascii() || !crate::vocabulary::words::is_han(c) && c != '\u{3000}' { 1 } else { 2 };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_however_they_are_drawn() {
        let drawn = grids("| Name | Country | E-mail |\n|------|---|---|\n| Jane Roe | Ghana | j@example.org |\n\n| | | |\n");
        assert_eq!(drawn, [[["Name", "Country", "E-mail"], ["Jane Roe", "Ghana", "j@example.org"]]]);

        let set = grids("Name        Country   E-mail\nJane Roe              j@example.org\n");
        assert_eq!(set, [[["Name", "Country", "E-mail"], ["Jane Roe", "", "j@example.org"]]]);
    }
}
