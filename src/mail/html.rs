//! HTML to text, and the tables of an HTML body. Only user of html2text.

use super::paragraphs;
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
    let indented = without_indents(html);
    let html = indented.as_deref().unwrap_or(html);
    let lined = paragraphs::as_lines(html);
    let html = lined.as_deref().unwrap_or(html);
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

/// Characters before a block quote in which the words stand that lead to it.
const LEAD: usize = 200;

/// Block quotes that only indent, as divisions: a writer sets off details below a colon so, and a client's quotation has the attribution
/// of its letter (a date, an address) above it.
fn without_indents(html: &str) -> Option<String> {
    const NAME: &str = "blockquote";
    if !html.contains("<blockquote") {
        return None;
    }
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<bool> = Vec::new();
    let mut copied = 0;
    for (at, _) in html.match_indices(NAME) {
        let before = html.get(..at).unwrap_or_default();
        let is_indent = if before.ends_with('<') {
            let tag = html.get(at..).and_then(|rest| rest.split_once('>')).map_or("", |(tag, _)| tag);
            open.push(is_indent(before, tag.trim_start_matches(NAME)));
            open.last().copied()
        } else if before.ends_with("</") {
            open.pop()
        } else {
            None
        };
        if is_indent == Some(true) {
            out.push_str(html.get(copied..at).unwrap_or_default());
            out.push_str("div");
            copied = at + NAME.len();
        }
    }
    out.push_str(html.get(copied..).unwrap_or_default());
    (copied > 0).then_some(out)
}

/// Whether a block quote with these attributes, behind these octets, only indents.
fn is_indent(before: &str, attributes: &str) -> bool {
    let plain = attributes.to_ascii_lowercase();
    if ["cite", "class", "border-left", "solid"].iter().any(|mark| plain.contains(mark)) {
        return false;
    }
    if plain.replace(' ', "").contains("border:none") {
        return true;
    }
    let from = before.char_indices().rev().nth(LEAD).map_or(0, |(at, _)| at);
    let lead: String = before.get(from..).unwrap_or_default().chars().collect();
    let mut words = String::new();
    let mut in_tag = false;
    for c in lead.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => words.push(c),
            _ => {}
        }
    }
    let words = words.trim_end();
    let last = words.rsplit('\n').next().unwrap_or(words);
    words.ends_with([':', '：']) && !last.contains('@') && !last.chars().any(char::is_numeric)
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
    /// Columns and rows that the open cell takes.
    span: (usize, usize),
    /// Cells of rows above that reach down: column, rows left, text.
    hanging: Vec<(usize, usize, String)>,
}

/// Columns or rows that one cell may take: no list of people is wider.
const WIDEST: usize = 50;

impl Open {
    /// Adds a cell behind those that reach down from above, and what it takes of the row and of the rows below.
    fn push(&mut self, text: String) {
        self.fill();
        let Some(row) = self.rows.last_mut() else { return };
        let at = row.len();
        let (columns, rows) = self.span;
        row.push(text.clone());
        row.extend((1..columns).map(|_| String::new()));
        if rows > 1 {
            self.hanging.push((at, rows, text));
        }
    }

    /// Cells from above that stand where the row has come to.
    fn fill(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        while let Some((_, _, text)) = self.hanging.iter().find(|(column, _, _)| *column == row.len()) {
            row.push(text.clone());
        }
    }

    fn next_row(&mut self) {
        self.fill();
        self.rows.push(Vec::new());
        self.hanging.iter_mut().for_each(|(_, left, _)| *left -= 1);
        self.hanging.retain(|(_, left, _)| *left > 0);
    }
}

/// The number that an attribute of a tag gives (`colspan="2"`); one where it gives none.
fn span(tag: &str, name: &str) -> usize {
    let value = tag.to_ascii_lowercase().split_once(name).map(|(_, rest)| {
        let rest = rest.trim_start_matches([' ', '=', '"', '\'']);
        rest.chars().take_while(char::is_ascii_digit).collect::<String>()
    });
    value.and_then(|digits| digits.parse().ok()).unwrap_or(1).clamp(1, WIDEST)
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
            ("tr", false) => end_cell(&mut open, html, at, Open::next_row),
            ("td" | "th", false) => {
                let tag = rest.split_once('>').map(|(tag, _)| tag);
                let start = tag.map(|tag| at + tag.len() + 2);
                let tag = tag.unwrap_or_default();
                let (columns, rows) = (span(tag, "colspan"), span(tag, "rowspan"));
                cells += columns * rows;
                end_cell(&mut open, html, at, |table| {
                    table.cell = start;
                    table.span = (columns, rows);
                });
            }
            ("td" | "th" | "tr", true) => end_cell(&mut open, html, at, |_| ()),
            ("table", true) => {
                end_cell(&mut open, html, at, Open::fill);
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
        table.push(cell_text(inner));
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
    fn cells_that_reach_over_rows_and_columns_fill_them() {
        let html = "<table><tr><th>Body</th><th>Name</th><th colspan=2>Reach</th></tr>\
                    <tr><td rowspan=\"2\">X</td><td>Ann</td><td>a@b.example</td><td>1</td></tr>\
                    <tr><td>Bob</td><td>b@b.example</td><td>2</td></tr></table>";

        let rows = [["Body", "Name", "Reach", ""], ["X", "Ann", "a@b.example", "1"], ["X", "Bob", "b@b.example", "2"]];
        assert_eq!(tables(html), [rows]);
    }

    #[test]
    fn a_block_quote_below_a_colon_indents_and_one_below_an_attribution_quotes() {
        let indented = text("<p>We are represented by:</p><blockquote>Ms Jane Roe</blockquote><p>Bye</p>");
        assert!(!indented.contains("> Ms Jane Roe") && indented.contains("Ms Jane Roe"), "{indented}");
        for html in [
            "<p>On 3 May 2012 Tom wrote:</p><blockquote>Ms Jane Roe</blockquote>",
            "<p>Tom wrote:</p><blockquote type=\"cite\">Ms Jane Roe</blockquote>",
        ] {
            assert!(text(html).contains("> Ms Jane Roe"), "{html}");
        }
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
