//! The list of people for other programs: comma-separated values (RFC 4180) and vCard 4.0 (RFC 6350).
//!
//! What people wrote is data there and never an instruction: a cell cannot become a formula, a value cannot end its line.

use crate::domain::records::Person;

/// Comma-separated values with a heading, in UTF-8 with the mark by which spreadsheets know it, CRLF line ends.
pub fn csv(people: &[Person]) -> String {
    let heading = ["name", "honorific", "organization", "role", "email", "phone", "country", "category", "study_groups"];
    let mut text = String::from("\u{FEFF}") + &heading.join(",") + "\r\n";
    for person in people {
        let optional = |value: &Option<String>| value.clone().unwrap_or_default();
        let cells = [
            person.name.clone(),
            optional(&person.honorific),
            optional(&person.organization),
            optional(&person.role),
            person.email.as_ref().map_or(String::new(), |email| email.reveal().to_owned()),
            optional(&person.phone),
            optional(&person.country),
            optional(&person.category),
            person.study_groups.join(" "),
        ];
        text += &(cells.iter().map(|cell| self::cell(cell)).collect::<Vec<_>>().join(",") + "\r\n");
    }
    text
}

/// One cell, always quoted. A spreadsheet takes `=`, `@`, a tab or a sign at the start for a formula (OWASP, CSV injection), so
/// an apostrophe stands before it; a phone number keeps its plus, for a number is what it is.
fn cell(value: &str) -> String {
    let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let is_number = value.len() > 1 && value.chars().skip(1).all(|c| c.is_ascii_digit() || c == ' ') && value.starts_with('+');
    let is_formula = value.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && !is_number;
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, value.replace('"', "\"\""))
}

/// One vCard for each person, CRLF line ends, lines folded at 75 octets.
pub fn vcards(people: &[Person]) -> String {
    people.iter().map(vcard).collect()
}

fn vcard(person: &Person) -> String {
    let mut text = String::from("BEGIN:VCARD\r\nVERSION:4.0\r\n");
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &fold(&format!("{name}:{}", escape(value)));
        }
    };
    line("UID", &format!("urn:jcabot:person:{}", person.id));
    line("FN", &person.name);
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    line("ORG", &optional(&person.organization));
    line("TITLE", &optional(&person.role));
    line("EMAIL", person.email.as_ref().map_or("", |email| email.reveal()));
    line("TEL", &optional(&person.phone));
    if let Some(country) = &person.country {
        // The country is the last of an address's seven components (RFC 6350, 6.3.1).
        text += &fold(&format!("ADR:;;;;;;{}", escape(country)));
    }
    if !person.study_groups.is_empty() {
        let groups: Vec<String> = person.study_groups.iter().map(|group| escape(group)).collect();
        text += &fold(&format!("CATEGORIES:{}", groups.join(",")));
    }
    text + "END:VCARD\r\n"
}

/// A text value (RFC 6350, 3.4; RFC 5545, 3.3.11): nothing in it can begin another line.
pub(super) fn escape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ',' | ';' => text.extend(['\\', c]),
            '\n' => text += "\\n",
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    text
}

/// A content line, folded at 75 octets and never inside a character (RFC 5545 and RFC 6350, 3.1 and 3.2).
pub(super) fn fold(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 8);
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > 75 {
            text += "\r\n ";
            octets = 1;
        }
        text.push(c);
        octets += c.len_utf8();
    }
    text + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::{cell, escape, fold};

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        assert_eq!(cell("@SUM(A1)\n+1"), "\"'@SUM(A1) +1\"");
        assert_eq!(cell("-2+3"), "\"'-2+3\"");
        assert_eq!(cell("+41 22 730 5111"), "\"+41 22 730 5111\"");
    }

    #[test]
    fn a_value_never_ends_its_line() {
        assert_eq!(escape("A\r\nBEGIN:VCARD;x,y"), "A\\nBEGIN:VCARD\\;x\\,y");
        assert!(fold(&"儿".repeat(60)).split("\r\n").all(|line| line.len() <= 75));
    }
}
