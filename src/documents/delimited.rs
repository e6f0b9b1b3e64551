//! Lists in plain text: values with a mark between them. Only user of `csv`.

/// Marks between values, the likelier first.
const MARKS: &[u8] = b",;\t|^~:";
/// Lines that are looked at to find the mark.
const LOOKED_AT: usize = 20;
/// Rows and columns that are kept.
const MOST_ROWS: usize = 2_000;
const MOST_COLUMNS: usize = 100;

/// The rows of a text whose lines are cut by one mark; `None` when no mark cuts them evenly.
pub fn table(text: &str) -> Option<Vec<Vec<String>>> {
    let text = text.trim_start_matches('\u{feff}');
    // Excel's own hint stands in the first line.
    let (hint, text) = match text.split_once('\n') {
        Some((first, rest)) if first.to_ascii_lowercase().starts_with("sep=") => (first.as_bytes().get(4).copied(), rest),
        _ => (None, text),
    };
    let head: String =
        text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT).flat_map(|line| [line, "\n"]).collect();
    let mark = hint.or_else(|| MARKS.iter().copied().rev().max_by_key(|mark| evenness(&head, *mark)))?;
    if hint.is_none() && evenness(&head, mark) == 0 {
        return None;
    }
    Some(rows(text, mark))
}

/// How many lines have as many values as the line that most agree with, times their values; 0 when nothing is cut.
fn evenness(head: &str, mark: u8) -> usize {
    let widths: Vec<usize> = rows(head, mark).iter().map(Vec::len).collect();
    let most = |width: &usize| widths.iter().filter(|other| *other == width).count();
    let Some(width) = widths.iter().copied().max_by_key(|width| (most(width), *width)).filter(|width| *width >= 2) else {
        return 0;
    };
    let agreeing = most(&width);
    // A colon or comma now and then is prose, not a list.
    if agreeing * 2 < widths.len() { 0 } else { agreeing * agreeing * width }
}

fn rows(text: &str, mark: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(mark).from_reader(text.as_bytes());
    let records = reader.records().map_while(Result::ok).take(MOST_ROWS);
    let rows = records.map(|record| record.iter().take(MOST_COLUMNS).map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    rows.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect()
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn every_usual_mark_is_found() {
        for mark in [",", ";", "\t", "|", "^", "~"] {
            let text = format!("Name{mark}E-mail\nAnn{mark}a@b.example\n\"B, C; D\"{mark}b@b.example\n");

            let rows = table(&text).unwrap();

            assert_eq!(rows[2], ["B, C; D", "b@b.example"], "{mark:?}");
        }
        assert_eq!(table("sep=;\na;b\n").unwrap(), [["a", "b"]]);
    }

    #[test]
    fn prose_is_no_list() {
        assert_eq!(table("Dear colleagues,\n\nplease find, below, the plan.\nIt has three parts.\nRegards\n"), None);
        assert_eq!(table(""), None);
    }
}
