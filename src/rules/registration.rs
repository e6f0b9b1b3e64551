//! Answers to meeting invitations (iMIP, RFC 6047): who comes, who does not, by what the calendar part says.

use crate::domain::address::Address;
use crate::domain::steps::FoundRegistration;
use crate::domain::words::Attendance;
use crate::mail::Mail;

/// Attendees of one answer that are read; an honest one has one.
const MOST: usize = 50;

/// The answers in the calendar parts of a letter; none unless a part says `METHOD:REPLY`.
pub(super) fn registrations(mail: &Mail) -> Vec<FoundRegistration> {
    let calendars = mail
        .attachments
        .iter()
        .filter(|attachment| attachment.content_type == "text/calendar" || attachment.name.to_lowercase().ends_with(".ics"));
    let texts = calendars.filter_map(|attachment| attachment.text.as_deref());
    texts.filter(|text| is_reply(text)).flat_map(attendees).take(MOST).collect()
}

fn is_reply(calendar: &str) -> bool {
    calendar.lines().any(|line| {
        let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        line.eq_ignore_ascii_case("METHOD:REPLY")
    })
}

/// `ATTENDEE;PARTSTAT=ACCEPTED;CN="Doe, Jane":mailto:jane@example.org`, unfolded (RFC 5545, 3.1).
fn attendees(calendar: &str) -> Vec<FoundRegistration> {
    let unfolded = calendar.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let lines = unfolded.lines().filter(|line| starts_with(line, "ATTENDEE"));
    lines.filter_map(attendee).collect()
}

fn starts_with(line: &str, name: &str) -> bool {
    line.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
        && line.get(name.len()..).is_some_and(|rest| rest.starts_with([';', ':']))
}

fn attendee(line: &str) -> Option<FoundRegistration> {
    let parts = outside_quotes(line, &[';', ':']);
    let parameter = |name: &str| {
        parts
            .iter()
            .find_map(|part| part.split_once('=').filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    };
    let attendance = match parameter("PARTSTAT")?.to_ascii_uppercase().as_str() {
        "ACCEPTED" => Attendance::Accepted,
        "DECLINED" => Attendance::Declined,
        "TENTATIVE" => Attendance::Tentative,
        _ => return None,
    };
    let name = parameter("CN").map(|name| name.trim_matches('"').trim().to_owned()).filter(|name| !name.is_empty());
    Some(FoundRegistration { name, email: parts.last().and_then(|address| Address::parse(address.trim())), attendance })
}

fn outside_quotes<'a>(line: &'a str, at: &[char]) -> Vec<&'a str> {
    let mut quoted = false;
    line.split(|c: char| {
        quoted ^= c == '"';
        !quoted && at.contains(&c)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_who_comes() {
        let calendar = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nATTENDEE;PARTSTAT=DECLINED;CN=\"Doe: Jane\r\n , Dr\":MAILTO:Jane@Example.org\r\n\
                        END:VEVENT\r\nEND:VCALENDAR\r\n";
        let part = |text: &str| crate::mail::Attachment {
            content_type: "text/calendar".to_owned(),
            text: Some(text.to_owned()),
            ..Default::default()
        };
        let mail = |text: &str| Mail { attachments: vec![part(text)], ..Mail::default() };

        let found = registrations(&mail(calendar));

        assert_eq!(found.len(), 1);
        let one = found.first().unwrap();
        assert_eq!((one.attendance, one.name.as_deref()), (Attendance::Declined, Some("Doe: Jane, Dr")));
        assert_eq!(one.email.as_ref().unwrap().reveal(), "jane@example.org");
        assert!(registrations(&mail(&calendar.replace("REPLY", "REQUEST"))).is_empty());
    }
}
