//! Tables drawn in plain text: with bars, tabs, semicolons, or blanks between the columns.

/// Columns of such a table at least; two are labels and their values.
const FEWEST_COLUMNS: usize = 3;

/// The tables of a text, rows of cells.
pub(super) fn grids(text: &str) -> Vec<Vec<Vec<String>>> {
    let mut found = Vec::new();
    let text = &text.replace('｜', "|");
    for mark in ['|', '\t', ';'] {
        found.extend(with_mark(text, mark));
    }
    if found.is_empty() {
        found.extend(with_blanks(text));
    }
    found
}

/// Tables whose cells are parted by a mark. Empty lines and drawn rules between the rows do not end one; where rules stand between all
/// rows, the lines between two of them are one row.
fn with_mark(text: &str, mark: char) -> Vec<Vec<Vec<String>>> {
    if !text.contains(mark) {
        return Vec::new();
    }
    let mut found: Vec<Vec<Vec<String>>> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut rules: Vec<usize> = Vec::new();
    for line in text.lines() {
        let bare = line.trim_matches([' ', mark]);
        if is_rule(line) || bare.is_empty() {
            if is_rule(line) && rules.last() != Some(&rows.len()) {
                rules.push(rows.len());
            }
            continue;
        }
        let cells: Vec<String> = inner(line, mark).split(mark).map(|cell| cell.trim().to_owned()).collect();
        if cells.len() >= FEWEST_COLUMNS {
            rows.push(cells);
        } else if !rows.is_empty() {
            found.push(whole(std::mem::take(&mut rows), &rules));
            rules.clear();
        }
    }
    found.push(whole(rows, &rules));
    found.retain(|rows| rows.len() > 1 && !rows.iter().all(|row| is_labelled(row)));
    found
}

/// `Name: Jane Roe; Title: Engineer; Tel.: …`: fields in a line, each with its label, are no row of a table.
fn is_labelled(row: &[String]) -> bool {
    let has_label = |cell: &&String| {
        cell.split_once([':', '：']).is_some_and(|(label, value)| {
            !label.is_empty() && !label.contains(char::is_numeric) && !value.trim().is_empty() && !value.starts_with('/')
        })
    };
    row.iter().filter(has_label).count() * 2 > row.len()
}

/// Rules within a table that part its rows, at least: one stands below the heading alone.
const PARTING: usize = 2;

/// The rows with those joined that a narrow column has wrapped.
fn whole(rows: Vec<Vec<String>>, rules: &[usize]) -> Vec<Vec<String>> {
    let last = rows.len();
    let parted = rules.iter().filter(|at| (1..last).contains(*at)).count() >= PARTING;
    let mut joined: Vec<Vec<String>> = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        match joined.last_mut() {
            Some(above) if (parted && !rules.contains(&at)) || goes_on(above, &row) => join(above, row),
            _ => joined.push(row),
        }
    }
    joined
}

/// Whether a line of cells goes on with the row above it: its first cell is empty or a remark and it has no address of its own, or it
/// has the rest of one.
fn goes_on(above: &[String], row: &[String]) -> bool {
    let has_address =
        |cells: &[String]| cells.iter().any(|cell| cell.split_once('@').is_some_and(|(_, host)| host.contains('.')));
    let first = row.first().map_or("", String::as_str);
    let is_rest = row.iter().zip(above).any(|(cell, above)| is_split_address(above, cell));
    let is_remark = first.is_empty() || first.starts_with(['(', '（']);
    has_address(above) && !has_address(row) && is_remark || is_rest
}

/// `jane@mail.` above `example.org`, `jane` above `@example.org`.
fn is_split_address(above: &str, below: &str) -> bool {
    let is_host = |text: &str| {
        text.contains('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) && !text.starts_with('.')
    };
    !below.contains(' ')
        && !above.contains(' ')
        && (above.contains('@')
            && above.ends_with(['.', '@', '-'])
            && (is_host(below) || below.chars().all(|c| c.is_ascii_lowercase()))
            || !above.is_empty()
                && !above.contains('@')
                && below.starts_with('@')
                && above.ends_with(|c: char| c.is_ascii_alphanumeric())
            || above.contains('@') && below.starts_with('.') && below.len() > 2)
}

fn join(above: &mut [String], row: Vec<String>) {
    for (above, cell) in above.iter_mut().zip(row).filter(|(_, cell)| !cell.is_empty()) {
        if !above.is_empty() && !is_split_address(above, &cell) {
            above.push(' ');
        }
        above.push_str(&cell);
    }
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
        let is_below = matches!(cells.as_slice(), [(at, cell)]
            if columns.iter().skip(1).any(|column| column.abs_diff(*at) <= 1) || *at <= 2 && cell.starts_with('(') && !rows.is_empty());
        if columns.is_empty() || cells.len() < 2 && !is_below {
            if !rows.is_empty() {
                found.push(whole(std::mem::take(&mut rows), &[]));
            }
            columns.clear();
            // `姓  名：  王  伟`: a label drawn wide heads no column.
            let is_labelled = cells.iter().any(|(_, cell)| cell.ends_with([':', '：']));
            if cells.len() >= FEWEST_COLUMNS && !is_labelled {
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
    found.push(whole(rows, &[]));
    found.retain(|rows| rows.len() > 1);
    found
}

/// Cells under the columns that they stand nearest to.
pub(super) fn placed(cells: Vec<(usize, String)>, columns: &[usize]) -> Vec<String> {
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
pub(super) fn cells(line: &str) -> Vec<(usize, String)> {
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

    #[test]
    fn what_a_narrow_column_has_wrapped_is_joined() {
        let set = grids(
            "Name        Body           E-mail\n----------  -------------  -------------\nJane Roe    Agency of      j@example.org\n            Networks\nTom Poe     Forum          t@example.org\n",
        );
        assert_eq!(set[0][1..], [["Jane Roe", "Agency of Networks", "j@example.org"], ["Tom Poe", "Forum", "t@example.org"]]);

        let drawn = grids(
            "+---+---+---+\n| Name | Body | E-mail |\n+---+---+---+\n| Jane | Agency of | jane.roe@ |\n| Roe | Networks | example.org |\n+---+---+---+\n| Tom Poe | Forum | t@example.org |\n+---+---+---+\n",
        );
        assert_eq!(
            drawn[0][1..],
            [["Jane Roe", "Agency of Networks", "jane.roe@example.org"], ["Tom Poe", "Forum", "t@example.org"]]
        );
    }
}
