//! The header's fields: decoded once, cleaned, and put where the steps look for them.

use super::{Mail, ReturnPath, addresses, charset, encoded_word, fields};
use crate::domain::Timestamp;
use crate::domain::address::Address;
use crate::vocabulary::Vocabulary;

/// Ids of In-Reply-To and References that are kept.
const MOST_IDS: usize = 100;
/// RFC 5322, 2.1.1: a line has at most 998 octets; an id longer than a quarter of it names nothing.
const LONGEST_ID: usize = 250;

/// Fills everything that stands in the header.
pub(super) fn read(mail: &mut Mail, entity: &fields::Entity<'_>, hint: Option<&str>, words: &Vocabulary) {
    let text = |raw: &[u8]| charset::decode_raw_field(&fields::unfold(raw), hint);
    for field in &entity.fields {
        mail.headers.push((field.name.to_owned(), clean(&encoded_word::decode(&text(field.raw)))));
    }
    let ids = |name: &str| entity.all(name).flat_map(|raw| message_ids(&text(raw))).take(MOST_IDS).collect::<Vec<_>>();
    mail.message_id = ids("Message-ID").into_iter().next();
    mail.in_reply_to = ids("In-Reply-To");
    mail.references = ids("References");
    let people =
        |name: &str| entity.all(name).flat_map(|raw| addresses::read(&text(raw))).take(addresses::MOST).collect::<Vec<_>>();
    mail.from = people("From");
    mail.sender = people("Sender").into_iter().next();
    mail.reply_to = people("Reply-To");
    mail.to = people("To");
    mail.cc = people("Cc");
    mail.return_path = return_path(entity.first("Return-Path").map(text).as_deref());
    mail.authentication_results = entity.all("Authentication-Results").map(text).collect();
    let subject = mail.header("Subject").next().map(str::to_owned);
    mail.subject = subject.unwrap_or_default();
    mail.base_subject = words.mail.base_subject(&mail.subject).to_owned();
    if let Some((at, offset)) = entity.first("Date").map(text).and_then(|text| date(&text)) {
        (mail.date, mail.date_offset_minutes) = (Some(at), Some(offset));
    } else {
        mail.defects.push("the Date field is missing or cannot be read".to_owned());
    }
}

/// One line without control characters and without marks that turn or hide text (RELIABILITY A12).
pub(super) fn clean(text: &str) -> String {
    let visible: String =
        text.chars().filter(|c| !hides(*c)).map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bidirectional overrides, zero-width characters, tags, soft hyphens.
pub(super) fn hides(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A file's name alone: no path, no control characters, at most 200 characters (RELIABILITY A30).
pub(super) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    clean(last).chars().filter(|c| *c != '\0').take(200).collect()
}

/// Ids in angle brackets: printable ASCII with one `@`.
fn message_ids(text: &str) -> Vec<String> {
    let candidates = text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(id, _)| id.trim());
    candidates.filter(|id| is_message_id(id)).map(str::to_owned).collect()
}

fn is_message_id(id: &str) -> bool {
    let sides = id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    sides && id.len() <= LONGEST_ID && id.bytes().all(|octet| octet.is_ascii_graphic())
}

fn return_path(value: Option<&str>) -> ReturnPath {
    let Some(value) = value else { return ReturnPath::Missing };
    let inner = value.trim().trim_start_matches('<').trim_end_matches('>').trim();
    match Address::parse(inner) {
        Some(address) => ReturnPath::Address(address),
        None if inner.is_empty() => ReturnPath::Null,
        None => ReturnPath::Missing,
    }
}

/// RFC 5322 with its obsolete forms, else ISO 8601; the moment and the writer's offset in minutes.
fn date(text: &str) -> Option<(Timestamp, i32)> {
    let parsed = mail_parser::DateTime::parse_rfc822(text).or_else(|| mail_parser::DateTime::parse_rfc3339(text))?;
    let minutes = i32::from(parsed.tz_hour) * 60 + i32::from(parsed.tz_minute);
    let offset = if parsed.tz_before_gmt { -minutes } else { minutes };
    let at = Timestamp::from_second(parsed.to_timestamp()).ok()?;
    (parsed.is_valid() && (1970..=2200).contains(&parsed.year)).then_some((at, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_that_are_ids_are_taken() {
        assert_eq!(message_ids("<a@b> junk <no-at> <c d@e> <f@g>"), ["a@b", "f@g"]);
    }

    #[test]
    fn a_file_name_has_no_path() {
        assert_eq!(file_name("../../etc/cron.d/x"), "x");
        assert_eq!(file_name("C:\\a\\b\u{202e}fdp.exe"), "bfdp.exe");
    }

    #[test]
    fn dates_of_both_standards_are_read() {
        assert_eq!(date("Tue, 3 Jul 2012 09:12:04 +0200").unwrap().0.to_string(), "2012-07-03T07:12:04Z");
        assert_eq!(date("2012-07-03T09:12:04Z").unwrap().1, 0);
        assert_eq!(date("yesterday"), None);
    }
}
