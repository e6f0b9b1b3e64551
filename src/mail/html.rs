//! HTML to text, and the tables of an HTML body. Only user of html2text.

use mail_parser::decoders::html::html_to_text;

/// Wide enough that no sentence is wrapped: rules match within lines.
const WIDTH: usize = 10_000;
/// Rows and cells of all tables together; a list of experts has fewer, a layout bomb more.
const MOST_CELLS: usize = 20_000;
/// A cell longer than this is layout around a whole letter, not a cell.
const LONGEST_CELL: usize = 1000;

/// The text as a person would read it; block quotes become `> ` lines.
pub(super) fn text(html: &str) -> String {
    let config =
        html2text::config::plain_no_decorate().raw_mode(true).no_link_wrapping().link_footnotes(false).allow_width_overflow();
    let marked = with_marks(html);
    let html = marked.as_deref().unwrap_or(html);
    if is_deep(html) {
        return html_to_text(html);
    }
    let text = config.string_from_read(html.as_bytes(), WIDTH);
    text.unwrap_or_else(|_| html_to_text(html))
}

/// Letters of the name of an element that tables are made of, and more.
const LONGEST_NAME: usize = 10;
/// Elements within elements that are laid out; what is deeper is no letter but a trap for layout (RELIABILITY A21, A23).
const DEEPEST: usize = 200;
/// Elements that close themselves, or need no end.
const ENDLESS: [&str; 20] = [
    "br", "p", "li", "hr", "img", "meta", "link", "input", "col", "wbr", "base", "area", "dt", "dd", "option", "thead", "tbody",
    "!--", "!doctype", "o:p",
];

/// Whether elements stand so deep in each other, open ones at the end included.
fn is_deep(html: &str) -> bool {
    let mut depth = 0_usize;
    for rest in html.split('<').skip(1) {
        if rest.starts_with('/') {
            depth = depth.saturating_sub(1);
            continue;
        }
        let name: String = rest.chars().take(12).take_while(|c| !c.is_whitespace() && !matches!(c, '>' | '/')).collect();
        let tag = rest.split('>').next().unwrap_or_default();
        if name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !tag.ends_with('/')
            && !ENDLESS.contains(&name.to_ascii_lowercase().as_str())
        {
            depth += 1;
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// Stands where a client says by its markup, and in no words, that another letter begins.
pub(super) const MARK: &str = "\u{e000}";

/// Ids and classes of what Outlook, Yahoo and Outlook for phones put around the letter that is answered or forwarded.
/// Gmail's and Thunderbird's are block quotes, and people answer between them.
const HISTORY: [&str; 5] =
    ["divRplyFwdMsg", "OutlookMessageHeader", "appendonsend", "yahoo_quoted", "ms-outlook-mobile-reference-message"];

fn with_marks(html: &str) -> Option<String> {
    let first = HISTORY.iter().filter_map(|name| html.find(name)).min()?;
    let (before, _) = html.split_at_checked(first)?;
    let (before, after) = html.split_at_checked(before.rfind('<')?)?;
    Some(format!("{before}<p>{MARK}</p>{after}"))
}

/// Letters and digits outside tags, style sheets and scripts; about, and at once.
pub(super) fn letters(html: &str) -> usize {
    let mut rest = html;
    let mut found = 0;
    while let Some((text, tag)) = rest.split_once('<') {
        found += text.chars().filter(|c| c.is_alphanumeric()).count();
        let lower: String = tag.chars().take(6).collect::<String>().to_ascii_lowercase();
        let end = ["style", "script", "title"].into_iter().find(|name| lower.starts_with(name));
        let closed = end.and_then(|name| tag.find("</").filter(|_| tag.len() > name.len()).and_then(|at| tag.get(at..)));
        rest = closed.unwrap_or_else(|| tag.split_once('>').map_or("", |(_, after)| after));
    }
    found + rest.chars().filter(|c| c.is_alphanumeric()).count()
}

/// A table that is still open.
#[derive(Default)]
struct Open {
    rows: Vec<Vec<String>>,
    cell: Option<usize>,
}

/// Tables that hold data: at least two rows or two columns, no cell of the length of a letter. In document order.
pub(super) fn tables(html: &str) -> Vec<Vec<Vec<String>>> {
    let (mut found, mut open, mut cells) = (Vec::new(), Vec::<Open>::new(), 0_usize);
    for (at, _) in html.match_indices('<') {
        let rest = html.get(at + 1..).unwrap_or_default();
        let closing = rest.starts_with('/');
        // Names are short; a row of `<` has no end to look for.
        let name: String =
            rest.trim_start_matches('/').chars().take(LONGEST_NAME + 1).take_while(char::is_ascii_alphabetic).collect();
        let tag = if name.len() <= LONGEST_NAME { name.to_ascii_lowercase() } else { continue };
        match (tag.as_str(), closing) {
            ("table", false) => open.push(Open::default()),
            ("tr", false) => end_cell(&mut open, html, at, |table| table.rows.push(Vec::new())),
            ("td" | "th", false) => {
                cells += 1;
                let start = html.get(at..).and_then(|rest| rest.find('>')).map(|end| at + end + 1);
                end_cell(&mut open, html, at, |table| table.cell = start);
            }
            ("td" | "th" | "tr", true) => end_cell(&mut open, html, at, |_| ()),
            ("table", true) => {
                end_cell(&mut open, html, at, |_| ());
                found.extend(open.pop().map(|table| table.rows).filter(|rows| holds_data(rows)));
            }
            _ => {}
        }
        if cells > MOST_CELLS {
            break;
        }
    }
    found
}

fn end_cell(open: &mut [Open], html: &str, at: usize, then: impl FnOnce(&mut Open)) {
    let Some(table) = open.last_mut() else { return };
    if let Some(start) = table.cell.take()
        && let Some(inner) = html.get(start..at)
    {
        if table.rows.is_empty() {
            table.rows.push(Vec::new());
        }
        if let Some(row) = table.rows.last_mut() {
            row.push(cell_text(inner));
        }
    }
    then(table);
}

fn cell_text(inner: &str) -> String {
    if inner.contains("<table") || inner.contains("<TABLE") {
        return "\u{0}".repeat(LONGEST_CELL + 1); // a layout cell: marks the table as no data
    }
    let text = html_to_text(inner);
    let lines = text.lines().map(super::header::clean).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn holds_data(rows: &[Vec<String>]) -> bool {
    let cells = rows.iter().map(Vec::len).sum::<usize>();
    cells >= 2 && rows.iter().flatten().all(|cell| cell.len() <= LONGEST_CELL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_in_rows_and_a_layout_is_not() {
        let html = "<table><tr><td><table border=1><tr><th>Name</th><th>E-mail</th></tr>\
                    <tr><td>Ann &amp; <b>Co</b></td><td><a href='mailto:a@b.example'>a@b.example</a></td></tr></table></td></tr></table>";

        assert_eq!(tables(html), [[["Name", "E-mail"], ["Ann & Co", "a@b.example"]]]);
    }

    #[test]
    fn unclosed_tables_and_stray_tags_do_no_harm() {
        for html in ["<td>", "<table><tr><td>x", "</table>", "<", "<table></td></tr></table>", &"<table>".repeat(10_000)] {
            tables(html);
        }
    }

    #[test]
    fn markup_alone_marks_where_another_letter_begins() {
        let text = text("<p>Mine</p><div id=\"divRplyFwdMsg\">Von: Ann</div><p>Theirs</p>");

        let (mine, theirs) = text.split_once(MARK).unwrap();
        assert!(mine.contains("Mine") && theirs.contains("Theirs"));
    }

    #[test]
    fn a_block_quote_becomes_a_quote() {
        let text = text("<p>Mine</p><blockquote><p>Theirs</p></blockquote>");

        assert!(text.contains("Mine") && text.lines().any(|line| line.trim() == "> Theirs"), "{text}");
    }
}
