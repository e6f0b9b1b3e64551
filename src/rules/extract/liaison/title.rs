//! The title of a statement that no label announces: a heading, a line above the greeting, the subject.

use super::addressees::is_activity;
use super::header::is_prose;
use super::numbers::references;
use super::origin::is_named_body;
use super::{Letter, set};
use crate::domain::steps::{FoundLiaison, Part};
use crate::rules::extract::names;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel as Label;
use crate::vocabulary::words::{fold, is_han};

/// Lines of a head in which the title is looked for.
const HEAD: usize = 12;
/// Lines above a greeting in which a letter says what it is about.
const MOST_LINES: usize = 40;
/// Characters of a title at most.
const LONGEST: usize = 250;

/// The title: a label's, a heading's, the letter's own subject line, the Subject field.
pub(super) fn fill(found: &mut FoundLiaison, letter: &Letter<'_>) {
    if found.title.is_some() {
        return;
    }
    let subject = letter.mail.base_subject.trim();
    let (title, part, rule) = if let Some(heading) = heading(letter) {
        (heading, letter.part, "heading")
    } else if let Some(topic) = topic(letter) {
        (topic, letter.part, "topic-above-the-greeting")
    } else if let Some(line) = like_subject(letter, subject) {
        (line, letter.part, "line-like-the-subject")
    } else {
        (without_number(subject, letter), Part::Subject, "subject")
    };
    if !title.is_empty() {
        set(found, "title", part, &title, rule);
        found.title = Some(title);
    }
}

/// What a letter in prose says above its greeting that it is about: "О проверке возраста".
fn topic(letter: &Letter<'_>) -> Option<String> {
    let vocabulary = letter.vocabulary();
    let lines: Vec<&str> = letter.text.lines().take(MOST_LINES).map(str::trim).collect();
    // "JCA-COP：" greets, too.
    let calls = |line: &str| line.ends_with([':', '：']) && line.chars().count() <= 40 && is_activity(line, letter.charter());
    let greets = |line: &&str| vocabulary.mail.is_greeting(line) || calls(line) && !is_label(line, letter);
    let Some(greeting) = lines.iter().position(greets) else { return above_the_text(&lines, letter) };
    let head = lines.get(..greeting)?;
    let at = head
        .iter()
        .rposition(|line| any(&vocabulary.liaison.topic, &fold(line)) && is_title_line(line, letter))
        .or_else(|| above(head, letter));
    let Some(at) = at else { return below(lines.get(greeting + 1..)?, letter) };
    let rest = head.iter().skip(at).take_while(|line| !line.is_empty()).take(3).copied();
    Some(rest.collect::<Vec<_>>().join(" "))
}

/// The line that says so above a text without a greeting.
fn above_the_text(lines: &[&str], letter: &Letter<'_>) -> Option<String> {
    let head = lines.get(..lines.iter().position(|line| is_prose(line))?)?;
    let says = |line: &&&str| any(&letter.vocabulary().liaison.topic, &fold(line)) && is_title_line(line, letter);
    head.iter().rfind(says).map(|line| (*line).to_owned())
}

fn is_label(line: &str, letter: &Letter<'_>) -> bool {
    letter.vocabulary().liaison.label_like(line.trim_end_matches([':', '：'])).is_some()
}

/// A paragraph of one or two lines directly above the greeting that is nobody's name or address.
fn above(head: &[&str], letter: &Letter<'_>) -> Option<usize> {
    let last = head.iter().rposition(|line| !line.is_empty())?;
    let first = head.get(..=last)?.iter().rposition(|line| line.is_empty())? + 1;
    let lines = head.get(first..=last)?;
    let text = lines.join(" ");
    let vocabulary = letter.vocabulary();
    let many = text.split_whitespace().count();
    let is_topic = lines.len() <= 2
        && (many >= 4 || text.chars().filter(|c| is_han(*c)).count() >= 6)
        && is_title_line(&text, letter)
        && !is_named_body(&text, letter)
        && !(is_activity(&text, letter.charter()) && many <= 6)
        && vocabulary.countries.place(&text).is_none()
        && !text.contains(',')
        && super::header::read(&text, vocabulary).fields.is_empty()
        && lines.iter().all(|line| names::whole(line, vocabulary).is_none_or(|name| name.honorific.is_none()));
    is_topic.then_some(first)
}

/// A line in capitals of its own below the greeting.
fn below(lines: &[&str], letter: &Letter<'_>) -> Option<String> {
    let at = lines.iter().position(|line| !line.is_empty()).filter(|at| *at > 0)?;
    let line = lines.get(at).filter(|_| lines.get(at + 1).is_some_and(|next| next.is_empty()))?;
    let is_capital = line.chars().any(char::is_uppercase) && !line.chars().any(char::is_lowercase);
    (is_capital && line.split_whitespace().count() >= 2 && is_title_line(line, letter)).then(|| (*line).to_owned())
}

/// A line that begins with the words LIAISON STATEMENT and goes on, or the line below it.
fn heading(letter: &Letter<'_>) -> Option<String> {
    // "Liaison statement: …"
    let mut titles = letter.header.all(Label::Heading).filter(|value| is_title_line(value, letter));
    if let Some(title) = titles.find(|title| title.split_whitespace().count() >= 3 || title.chars().any(is_han)) {
        // A letter's title may begin with these words; above a form they only say what it is.
        let line = letter.text.lines().map(str::trim).find(|line| !letter.is_form() && line.ends_with(title));
        return Some(line.unwrap_or(title).to_owned());
    }
    let lines: Vec<&str> = letter.header.loose.iter().take(HEAD).map(String::as_str).collect();
    let words = &letter.vocabulary().liaison;
    for (at, line) in lines.iter().enumerate() {
        let begins = |many: usize| {
            let head: String = line.split_whitespace().take(many).collect::<Vec<_>>().join(" ");
            words.is_heading(&head)
        };
        // Chinese names the addressee first: "致JCA-COP的联络声明（抄送第1研究组）".
        let bare = line.split(['（', '(']).next().unwrap_or(line);
        let ends = || bare.chars().any(is_han) && words.heading_at_end(bare) && is_activity(bare, letter.charter());
        let is_heading = (1..=4).any(begins) && line.split_whitespace().count() >= 3 || ends();
        if !is_heading || line.ends_with(['.', '。', ',', ':']) || line.chars().count() > LONGEST {
            continue;
        }
        // "LIAISON STATEMENT TO JCA-COP (COPY TO SG17)" names only the addressees; the title stands below it.
        let only_addressee = words.to.iter().any(|to| {
            let folded = fold(line);
            to.captures(&folded).and_then(|hit| Some(hit.get(1)?.end())).is_some_and(|end| {
                folded.get(end..).is_some_and(|rest| {
                    let rest = rest.trim().trim_start_matches('的');
                    let bracket = rest.find(['(', '（']).unwrap_or(rest.len());
                    let (said, rest) = rest.split_at_checked(bracket).unwrap_or((rest, ""));
                    let rest = if said.trim().is_empty() || words.is_heading(said) { rest } else { said };
                    rest.is_empty() || rest.starts_with(['(', '（']) && rest.ends_with([')', '）'])
                })
            })
        });
        let below = lines.get(at + 1).filter(|below| only_addressee && is_title_line(below, letter));
        return Some(below.unwrap_or(line).to_string());
    }
    None
}

fn is_title_line(line: &str, letter: &Letter<'_>) -> bool {
    // A Chinese character is a word of its own.
    let count = line.chars().count() + line.chars().filter(|c| is_han(*c)).count();
    (8..=LONGEST).contains(&count)
        && !line.ends_with(['.', '。', ',', ':', '：', ';'])
        && letter.vocabulary().time.dates(line, letter.near).is_empty()
        && references(line, letter.vocabulary()).first().is_none_or(|number| number.text.chars().count() * 2 < count)
        && !line.contains('@')
}

/// A line of its own that says what the Subject field says.
fn like_subject(letter: &Letter<'_>, subject: &str) -> Option<String> {
    let subject = fold(subject);
    let squashed = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let own =
        letter.header.loose.iter().take(HEAD).map(|line| line.trim()).take_while(|line| !is_prose(line) || !line.ends_with('.'));
    own.filter(|line| is_title_line(line, letter) && line.chars().count() <= 140)
        .find(|line| {
            let folded = fold(line);
            let shared = subject.split_whitespace().filter(|word| word.chars().count() > 3 && folded.contains(word)).count();
            let (long, short) = (squashed(&subject), squashed(&folded));
            shared >= 2 && !is_prose(line) || short.chars().count() >= 8 && (long.contains(&short) || short.contains(&long))
        })
        .map(str::to_owned)
}

/// A subject without the statement's number in front of it.
fn without_number(subject: &str, letter: &Letter<'_>) -> String {
    let numbers = references(subject, letter.vocabulary());
    let rest =
        numbers.first().filter(|number| number.start <= 1).and_then(|number| subject.get(number.start + number.text.len()..));
    let rest = rest.map(|rest| rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | ']' | '：' | ',')));
    rest.filter(|rest| rest.chars().count() >= 12).unwrap_or(subject).to_owned()
}
