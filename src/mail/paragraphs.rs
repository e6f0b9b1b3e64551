//! Paragraphs of HTML that are lines: word processors and webmail write each line as a paragraph without a margin.

/// How the classes of Word's and Outlook's paragraphs begin, whose style sheet gives them no margin.
const CLASSES: [&str; 3] = ["class=\"mso", "class='mso", "class=mso"];

/// Paragraphs without a margin as divisions, so that the text has no empty line where the reader sees none. `None` where there are none.
pub(super) fn as_lines(html: &str) -> Option<String> {
    let all = has_bare_style(html);
    let mut out = String::with_capacity(html.len());
    let mut copied = 0;
    let mut is_line = false;
    for (at, _) in html.match_indices(['p', 'P']) {
        let before = html.get(..at).unwrap_or_default();
        let rest = html.get(at + 1..).unwrap_or_default();
        if !rest.starts_with(|c: char| c == '>' || c.is_ascii_whitespace()) {
            continue;
        }
        if before.ends_with('<') {
            let attributes = head(rest).split_once('>').map_or("", |(attributes, _)| attributes);
            is_line = is_bare(attributes).unwrap_or(all);
        } else if !before.ends_with("</") {
            continue;
        }
        if is_line {
            out.push_str(html.get(copied..at).unwrap_or_default());
            out.push_str("div");
            copied = at + 1;
        }
    }
    out.push_str(html.get(copied..).unwrap_or_default());
    (copied > 0).then_some(out)
}

/// Octets of a tag at most: what does not end by then is no tag, and is not read again for each that begins in it (RELIABILITY A23).
const LONGEST_TAG: usize = 1000;

/// The text in which a tag has to end.
fn head(rest: &str) -> &str {
    let end = (0..=LONGEST_TAG.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
    rest.get(..end).unwrap_or(rest)
}

/// Whether a paragraph with these attributes has no margin above and below; `None` where they do not say.
fn is_bare(attributes: &str) -> Option<bool> {
    let plain: String = attributes.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    margin(&plain).or_else(|| CLASSES.iter().any(|class| plain.contains(class)).then_some(true))
}

/// Whether a style sets the margin above and below to nothing; `None` when it sets none.
fn margin(style: &str) -> Option<bool> {
    let is_zero = |value: &str| {
        value.starts_with('0') && !value.starts_with("0.") || value.starts_with(".0001") || value.starts_with("0.0001")
    };
    let value = |name: &str| style.find(name).and_then(|at| style.get(at + name.len()..));
    if let Some(all) = value("margin:") {
        return Some(is_zero(all));
    }
    match (value("margin-top:"), value("margin-bottom:")) {
        (None, None) => None,
        (top, bottom) => Some(top.is_none_or(is_zero) && bottom.is_none_or(is_zero)),
    }
}

/// Whether the style sheet sets it for every paragraph, as Outlook on the web does: `P {margin-top:0;margin-bottom:0;}`.
fn has_bare_style(html: &str) -> bool {
    let Some((sheet, _)) = html.find("<style").and_then(|at| html.get(at..)).and_then(|rest| rest.split_once("</style")) else {
        return false;
    };
    let plain: String = sheet.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    plain.split('}').filter_map(|rule| rule.rsplit_once('{')).any(|(names, style)| {
        let last = names.rsplit(['>', '-', '/', ',', ';']).next().unwrap_or(names);
        last == "p" && margin(style) == Some(true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_without_a_margin_are_lines() {
        for (html, wanted) in [
            (
                "<p class=\"MsoNormal\">a</p><p class=MsoNormal>b</p>",
                "<div class=\"MsoNormal\">a</div><div class=MsoNormal>b</div>",
            ),
            ("<P style='margin: 0cm 0cm 0pt'>a</P>", "<div style='margin: 0cm 0cm 0pt'>a</div>"),
            (
                "<p style=\"margin-top:0;margin-bottom:0\">a</p><p>b</p>",
                "<div style=\"margin-top:0;margin-bottom:0\">a</div><p>b</p>",
            ),
        ] {
            assert_eq!(as_lines(html).as_deref(), Some(wanted));
        }
        let sheet = "<style><!-- P {margin-top:0;margin-bottom:0;} --></style>";
        assert_eq!(as_lines(&format!("{sheet}<p>a</p>")), Some(format!("{sheet}<div>a</div>")));
        for html in ["<p>a</p>", "<pre>a</pre>", "<p style=\"margin:1em 0\">a</p>", "<p class=\"lead\">a</p>", "<p"] {
            assert_eq!(as_lines(html), None, "{html}");
        }
    }
}
