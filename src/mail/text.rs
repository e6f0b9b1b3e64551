//! The text that this writer wrote, apart from what others wrote and what programs added.

use super::{Text, header, html, quotes};
use crate::vocabulary::mail_words::MailWords;
use crate::vocabulary::words::{is_composed, is_letter_or_digit};
use unicode_normalization::UnicodeNormalization;

/// A plain form shorter than this, beside a longer HTML one, is a client's "this letter is HTML".
const TRIVIAL: usize = 20;
/// Letters that an HTML form may have beyond its plain one: a footer, names of images.
const LITTLE: usize = 100;
/// Lines of a signature at most.
const LONGEST_SIGNATURE: usize = 14;
/// A line of a signature is no paragraph.
const LONGEST_SIGNATURE_LINE: usize = 120;

/// The form that a person would read: plain, or HTML where the plain one says nothing or leaves out most (a client that
/// writes `[table]`).
pub(super) fn readable(plain: String, html: &str) -> String {
    if html.is_empty() {
        return plain;
    }
    let said = plain.chars().filter(|c| is_letter_or_digit(*c)).count();
    if plain.trim().chars().count() >= TRIVIAL && html::letters(html) <= said * 2 + LITTLE {
        return plain;
    }
    let text = html::text(html);
    if text.trim().is_empty() { plain } else { text }
}

/// What joins two lines of flowed text: the blank, or with `DelSp=yes` nothing (RFC 3676, 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// The blank at the end of the line.
    Blank,
    /// Nothing.
    None,
}

/// format=flowed (RFC 3676): a line that ends with a blank goes on in the next one.
pub(super) fn unflow(text: &str, joint: Joint) -> String {
    let mut flowing = String::with_capacity(text.len());
    let mut before: Option<usize> = None;
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        let depth = line.bytes().take_while(|octet| *octet == b'>').count();
        let bare = line.get(depth..).unwrap_or_default();
        let bare = bare.strip_prefix(' ').unwrap_or(bare);
        let is_mark = bare == "-- ";
        // A paragraph ends where the depth of quotes changes, and before a signature (RFC 3676, 4.3 to 4.5).
        if before.is_some() && (before != Some(depth) || is_mark) {
            flowing.push('\n');
            before = None;
        }
        if before.is_none() && depth > 0 {
            flowing.push_str(&">".repeat(depth));
            flowing.push(' ');
        }
        let flows = bare.ends_with(' ') && !is_mark;
        flowing.push_str(if flows && joint == Joint::None { bare.strip_suffix(' ').unwrap_or(bare) } else { bare });
        before = flows.then_some(depth);
        if !flows {
            flowing.push('\n');
        }
    }
    flowing
}

/// The text inside a PGP signature on the text itself (RFC 9580, 7): no armor, no dashes before dashes.
fn unarmored(text: &str) -> Option<String> {
    let (before, rest) = text.split_once("-----BEGIN PGP SIGNED MESSAGE-----")?;
    let (_, rest) = rest.split_once("\n\n")?;
    let (signed, after) = rest.split_once("-----BEGIN PGP SIGNATURE-----").unwrap_or((rest, ""));
    let after = after.split_once("-----END PGP SIGNATURE-----").map_or("", |(_, after)| after);
    let lines = signed.lines().map(|line| line.strip_prefix("- ").unwrap_or(line));
    Some(format!("{before}{}{after}", lines.collect::<Vec<_>>().join("\n")))
}

/// NFC, LF line ends, one kind of blank, nothing hidden.
fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    // What most lines are made of is composed and hides nothing, and has no sign to take out but controls.
    let is_plain = |line: &str| is_composed(line) && !line.bytes().any(|octet| octet.is_ascii_control() && octet != b'\t');
    for line in text.split('\n') {
        let line = line.trim_end_matches('\r');
        if is_plain(line) {
            normal.push_str(line.trim_end());
            normal.push('\n');
            continue;
        }
        let line = line.replace('\r', "\n");
        let visible = line.nfc().filter(|c| !header::hides(*c) && (!c.is_control() || matches!(c, '\n' | '\t')));
        let line: String = visible.map(|c| if matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}') { ' ' } else { c }).collect();
        normal.push_str(line.trim_end());
        normal.push('\n');
    }
    normal
}

/// What history below a letter with this subject is.
pub(super) fn history(subject: &str, words: &MailWords) -> quotes::History {
    if words.is_forward_subject(subject) { quotes::History::SentIn } else { quotes::History::Old }
}

/// Cuts a body into whose words they are.
pub(super) fn cut(body: &str, history: quotes::History, words: &MailWords) -> Text {
    let body = normalise(body);
    let body = super::bounded(&unarmored(&body).unwrap_or(body));
    let lines: Vec<&str> = body.lines().collect();
    let cut = quotes::cut(&lines, history, words);
    let mut text =
        Text { quoted: joined(&cut.quoted), forwarded: joined(&cut.forwarded), headers: joined(&cut.headers), ..Text::default() };
    text.answers = cut.answers.iter().map(|(question, answer)| ((*question).to_owned(), (*answer).to_owned())).collect();
    let mut own = cut.own;
    text.disclaimer = take_disclaimer(&mut own, words);
    own.retain(|line| !words.is_sent_from(line));
    text.signature = take_signature(&mut own, words);
    text.own = joined(&own);
    text
}

/// Lines with runs of empty ones folded.
fn joined<S: AsRef<str>>(lines: &[S]) -> String {
    let mut text = String::new();
    let mut empty = 0;
    for line in lines.iter().map(AsRef::as_ref) {
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.trim_matches('\n').to_owned()
}

/// A confidentiality notice opens a paragraph, mostly under a row of signs, and goes on to the end.
fn take_disclaimer(own: &mut Vec<&str>, words: &MailWords) -> String {
    let opens = |index: usize| {
        let after_gap = index == 0 || own.get(index - 1).is_none_or(|line| line.trim().is_empty() || is_rule(line));
        own.get(index).is_some_and(|line| words.is_disclaimer(line)) && after_gap
    };
    // In the first lines such words are a warning that the receiving server wrote; it is one paragraph.
    if let Some(first) = own.iter().position(|line| !line.trim().is_empty())
        && opens(first)
        && own.len() > first + 2
    {
        let end = own.iter().skip(first).position(|line| line.trim().is_empty()).map_or(first + 1, |length| first + length);
        let taken = joined(&own.drain(..end).collect::<Vec<_>>());
        return taken;
    }
    let Some(start) = (1..own.len()).find(|index| opens(*index)) else { return String::new() };
    let rule = own.get(start - 1).is_some_and(|line| is_rule(line));
    let start = if rule { start - 1 } else { start };
    joined(&own.drain(start..).collect::<Vec<_>>())
}

/// A row of stars, dashes or underscores.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.chars().count() >= 5 && line.chars().all(|c| "*-_=~#—–·".contains(c))
}

/// Under `-- ` or under a closing formula. The formula itself goes; a letter that would be empty without its signature keeps it.
fn take_signature(own: &mut Vec<&str>, words: &MailWords) -> String {
    while own.last().is_some_and(|line| line.trim().is_empty()) {
        own.pop();
    }
    let mark = own.iter().rposition(|line| matches!(line.trim_end(), "--" | "---" | "__" | "—"));
    let low = own.len().saturating_sub(LONGEST_SIGNATURE + 2);
    let closing =
        (low..own.len()).find(|index| own.get(*index).is_some_and(|line| words.is_closing(line)) && is_block(own, index + 1));
    let says = |start: &usize| own.iter().take(*start).any(|line| !line.trim().is_empty() && !words.is_greeting(line));
    let mut starts: Vec<usize> = mark.into_iter().chain(closing).filter(|start| is_block(own, start + 1)).collect();
    starts.sort_unstable();
    // "Thanks" above `-- ` closes nothing where it is all that the letter says.
    let Some(start) = starts.iter().copied().find(says) else {
        let Some(first) = starts.first() else { return String::new() };
        if mark == Some(*first) {
            own.remove(*first);
        }
        return joined(own);
    };
    let signature = joined(&own.iter().skip(start + 1).copied().collect::<Vec<_>>());
    own.truncate(start);
    signature
}

/// Few short lines to the end, and no sentences: "Thank you for your letter" at the beginning closes nothing.
fn is_block(own: &[&str], from: usize) -> bool {
    let lines: Vec<&&str> = own.iter().skip(from).filter(|line| !line.trim().is_empty()).collect();
    let is_prose = |line: &str| {
        let wide = line.chars().filter(|c| !c.is_ascii()).count() > line.chars().count() / 2 && !line.contains(' ');
        line.split_whitespace().count() >= 9 || (wide && line.chars().count() >= 24)
    };
    let prose = lines.iter().filter(|line| is_prose(line)).count();
    lines.len() <= LONGEST_SIGNATURE && lines.iter().all(|line| line.chars().count() <= LONGEST_SIGNATURE_LINE) && prose <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_text_runs_within_its_depth() {
        let text = "First line \r\ngoes on.\r\n> quoted \r\n> too.\r\nMine \r\n-- \r\nA\r\n";

        assert_eq!(unflow(text, Joint::Blank), "First line goes on.\n> quoted too.\nMine \n-- \nA\n");
        assert_eq!(unflow("\u{4f60} \n\u{597d}\n", Joint::None), "\u{4f60}\u{597d}\n");
    }

    #[test]
    fn a_signed_text_loses_its_armor() {
        let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -- \nAnn\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";

        assert_eq!(unarmored(text).unwrap().trim(), "Hello\n-- \nAnn");
    }
}
