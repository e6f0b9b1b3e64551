//! Which lines are whose: quoted history, forwarded letters, answers between quoted lines.

use super::html;
use crate::vocabulary::mail_words::{HeaderLabel, MailWords};

/// The lines of a body by whose they are, markers removed.
#[derive(Debug, Default)]
pub(super) struct Cut<'a> {
    pub(super) own: Vec<&'a str>,
    pub(super) quoted: Vec<&'a str>,
    pub(super) forwarded: Vec<&'a str>,
    /// Quoted lines with the line of the writer's own right below each.
    pub(super) answers: Vec<(&'a str, &'a str)>,
    /// Header blocks and attributions of other letters.
    pub(super) headers: Vec<&'a str>,
}

/// How far apart the labels of a quoted header may stand: long lists of recipients wrap.
const HEADER_LINES: usize = 8;

/// What opens at a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// Nothing.
    None,
    /// History to the end, its text after so many lines.
    History(usize),
    /// A forwarded letter to the end, its text after so many lines.
    Forward(usize),
    /// An attribution of so many lines; `>` lines follow it.
    Attribution(usize),
}

/// Answers between quoted lines at most: a form has fewer questions.
const MOST_ANSWERS: usize = 40;

/// What stands under a header block of another letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// What this letter answers.
    Old,
    /// What this letter sends in: its subject says that it is a forward.
    SentIn,
}

/// Cuts the lines of a body.
pub(super) fn cut<'a>(lines: &[&'a str], history: History, words: &MailWords) -> Cut<'a> {
    let mut cut = Cut::default();
    let mut index = 0;
    while let Some(line) = lines.get(index).copied() {
        if is_quoted(line) && history == History::SentIn {
            forward(&mut cut, lines.get(index..).unwrap_or_default(), words);
            break;
        }
        if is_quoted(line) {
            cut.quoted.push(unquote(line));
            index += 1;
            continue;
        }
        match opening(lines, index, words) {
            Opening::None => {
                let above = index.checked_sub(1).and_then(|above| lines.get(above)).filter(|above| is_quoted(above));
                if let Some(question) = above.filter(|_| !line.trim().is_empty() && cut.answers.len() < MOST_ANSWERS) {
                    cut.answers.push((unquote(question), line));
                }
                cut.own.push(line);
                index += 1;
            }
            Opening::Attribution(length) => {
                cut.headers.extend(lines.iter().skip(index).take(length));
                index += length;
            }
            Opening::History(length) if history == History::SentIn => {
                cut.headers.extend(lines.iter().skip(index).take(length));
                forward(&mut cut, lines.get(index + length..).unwrap_or_default(), words);
                break;
            }
            Opening::History(length) => {
                cut.headers.extend(lines.iter().skip(index).take(length));
                cut.quoted.extend(lines.iter().skip(index + length).map(|line| unquote(line)));
                break;
            }
            Opening::Forward(length) => {
                cut.headers.extend(lines.iter().skip(index).take(length));
                forward(&mut cut, lines.get(index + length..).unwrap_or_default(), words);
                break;
            }
        }
    }
    cut
}

/// What was forwarded; history that the forwarded letter itself quotes is nobody's submission.
fn forward<'a>(cut: &mut Cut<'a>, lines: &[&'a str], words: &MailWords) {
    let bare: Vec<&str> = lines.iter().map(|line| unquote(line)).collect();
    let mut index = 0;
    while let Some(line) = bare.get(index).copied() {
        match opening(&bare, index, words) {
            // A forward of a forward: the innermost letter is what is sent in.
            Opening::Forward(length) => {
                cut.headers.extend(bare.iter().skip(index).take(length));
                index += length;
            }
            Opening::History(_) if cut.forwarded.iter().any(|line| !line.trim().is_empty()) => break,
            Opening::History(length) | Opening::Attribution(length) => {
                cut.headers.extend(bare.iter().skip(index).take(length));
                index += length;
            }
            Opening::None => {
                cut.forwarded.push(line);
                index += 1;
            }
        }
    }
}

fn is_quoted(line: &str) -> bool {
    // A row of a drawn table has more bars than the one that marks a quote.
    line.trim_start().starts_with('>') || line.starts_with("| ") && line.matches('|').count() == 1
}

fn unquote(line: &str) -> &str {
    let mut bare = line;
    while let Some(inner) = bare.trim_start().strip_prefix('>').or_else(|| bare.strip_prefix("| ")) {
        bare = inner.strip_prefix(' ').unwrap_or(inner);
    }
    bare
}

fn opening(lines: &[&str], index: usize, words: &MailWords) -> Opening {
    let Some(line) = lines.get(index).map(|line| line.trim()).filter(|line| !line.is_empty()) else { return Opening::None };
    if line == html::MARK {
        let below = lines.iter().skip(index + 1).take_while(|line| line.trim().is_empty()).count();
        return match opening(lines, index + 1 + below, words) {
            Opening::Forward(length) => Opening::Forward(1 + below + length),
            Opening::History(length) | Opening::Attribution(length) => Opening::History(1 + below + length),
            Opening::None => Opening::History(1),
        };
    }
    if words.is_forwarded(line) {
        return Opening::Forward(1 + header_length(lines, index + 1, words, Lead::Marked));
    }
    if words.is_original(line) {
        return Opening::History(1 + header_length(lines, index + 1, words, Lead::Marked));
    }
    if is_long_rule(line) {
        let length = header_length(lines, index + 1, words, Lead::None);
        return if length > 0 { Opening::History(1 + length) } else { Opening::None };
    }
    let length = header_length(lines, index, words, Lead::None);
    if length > 0 {
        return Opening::History(length);
    }
    if let Some(length) = notes_header(lines, index) {
        return Opening::History(length);
    }
    attribution(lines, index, words)
}

fn attribution(lines: &[&str], index: usize, words: &MailWords) -> Opening {
    let line = lines.get(index).map_or("", |line| line.trim());
    let next = lines.get(index + 1).map_or("", |line| line.trim());
    // The colon is asked for first: few lines have it, and the patterns cost more than all else here.
    let length = if line.ends_with([':', '：']) && words.is_attribution(line) {
        1
    } else if next.ends_with([':', '：']) && !next.starts_with('>') && words.is_attribution(&format!("{line} {next}")) {
        2
    } else {
        return Opening::None;
    };
    let following = lines.iter().skip(index + length).find(|line| !line.trim().is_empty());
    match following {
        Some(line) if is_quoted(line) => Opening::Attribution(length),
        // A line that only looks like one, with nothing quoted under it, takes nothing away.
        None => Opening::None,
        Some(_) => Opening::History(length),
    }
}

/// Thirty-two underscores, as Outlook on the web writes, or a row of dashes.
fn is_long_rule(line: &str) -> bool {
    line.chars().count() >= 10 && line.chars().all(|c| matches!(c, '_' | '-' | '='))
}

/// Whether a line above says that a letter follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    None,
    Marked,
}

/// Lines of a quoted header that begins here: a From (or Sent) label first where no line announces it, at least three different labels within a few
/// lines, at most one line between them. 0 where there is none: a single label is somebody's own line.
fn header_length(lines: &[&str], index: usize, words: &MailWords, lead: Lead) -> usize {
    let mut labels: Vec<HeaderLabel> = Vec::new();
    let (mut end, mut started) = (index, false);
    let (mut has_foreign, mut has_moment) = (false, false);
    for (offset, line) in lines.iter().enumerate().skip(index).take(HEADER_LINES + 4) {
        if line.trim().is_empty() {
            if started { break } else { continue }
        }
        match words.header_label(line) {
            Some(label) => {
                // Thunderbird writes `Subject` first, below a line that says what follows.
                if !started && lead == Lead::None && !matches!(label, HeaderLabel::From | HeaderLabel::Sent) {
                    return 0;
                }
                started = true;
                if !labels.contains(&label) {
                    labels.push(label);
                }
                has_moment |= label == HeaderLabel::Sent && names_hour(line);
                end = offset + 1;
            }
            None if !started => return 0,
            None if offset > end + 1 => break,
            None => has_foreign |= line.contains([':', '：']) && !line.contains('@'),
        }
    }
    let addressed = labels.contains(&HeaderLabel::To) || labels.contains(&HeaderLabel::Subject);
    // A form of a liaison statement has From, To and Cc, too, but neither a subject nor a moment of sending.
    let sent = labels.contains(&HeaderLabel::Sent) || labels.contains(&HeaderLabel::Subject);
    // "From: … To: … Reference: … Subject: …" is a statement's form: mail programs know no such label, and always give the hour.
    let is_form = has_foreign && !has_moment;
    let is_header = labels.contains(&HeaderLabel::From) && addressed && sent && !is_form && labels.len() >= 3;
    let is_short = !is_form
        && labels.contains(&HeaderLabel::From)
        && labels.contains(&HeaderLabel::Sent)
        && labels.contains(&HeaderLabel::Subject);
    if is_header || is_short { end - index } else { 0 }
}

/// "10:11", "10 h 11", "10时11分"
fn names_hour(line: &str) -> bool {
    let chars: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
    chars
        .windows(3)
        .any(|next| matches!(next, [a, ':' | '：' | 'h' | '.' | '时' | '時' | '点', b] if a.is_numeric() && b.is_numeric()))
}

/// Lotus Notes: sender, date, then `To`, `cc`, `Subject` in columns without colons.
fn notes_header(lines: &[&str], index: usize) -> Option<usize> {
    let column = |line: &str, label: &str| {
        let rest = line.trim_start().strip_prefix(label);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    };
    let window: Vec<&&str> = lines.iter().skip(index).take(10).collect();
    let at = |label: &str| window.iter().position(|line| column(line, label));
    let (to, subject) = (at("To")?, at("Subject")?);
    let copied = at("cc")?;
    let first_is_sender = window.first().is_some_and(|line| line.contains('@') || line.chars().count() < 80);
    let has_date = window.iter().take(to).any(|line| line.chars().filter(char::is_ascii_digit).count() >= 4);
    (to < copied && copied < subject && first_is_sender && has_date && to <= 4).then_some(subject + 1)
}
