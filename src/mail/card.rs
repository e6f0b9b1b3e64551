//! vCards to UTF-8: each field of version 2.1 may be in a charset of its own (`FN;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:`).

use super::{charset, transfer};
use std::borrow::Cow;

/// The text of a file of cards; what is written in another charset or quoted-printable comes out plain.
pub(super) fn decode(octets: &[u8], label: Option<&str>) -> String {
    let mut lines: Vec<Cow<'_, [u8]>> = Vec::new();
    let mut is_soft = false;
    for line in octets.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match lines.last_mut().filter(|_| is_soft) {
            // A soft line break: the next line belongs to this one.
            Some(last) => {
                let last = last.to_mut();
                last.pop();
                last.extend_from_slice(line);
            }
            None => lines.push(Cow::Borrowed(line)),
        }
        is_soft = line.ends_with(b"=") && lines.last().is_some_and(|last| is_quoted(last));
    }
    // Fields that declare nothing are guessed together: one name alone is too short for that.
    let plain: Vec<u8> =
        lines.iter().filter(|line| own_charset(line).is_none()).flat_map(|line| [line.as_ref(), b"\n"].concat()).collect();
    let plain = charset::decode(&plain, label).text;
    let mut plain = plain.split('\n');
    let decoded = lines.iter().map(|line| match own_charset(line) {
        Some(label) => field(line, Some(&label)),
        None => {
            let text = plain.next().unwrap_or_default();
            if is_quoted(line) { field(text.as_bytes(), None) } else { text.to_owned() }
        }
    });
    decoded.collect::<Vec<_>>().join("\r\n")
}

/// The parameters of a line, in lower case.
fn parameters(line: &[u8]) -> Vec<String> {
    let end = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    let head = String::from_utf8_lossy(line.get(..end).unwrap_or_default()).to_ascii_lowercase();
    head.split(';').skip(1).map(str::to_owned).collect()
}

fn is_quoted(line: &[u8]) -> bool {
    parameters(line).iter().any(|parameter| parameter.trim_start_matches("encoding=") == "quoted-printable")
}

fn own_charset(line: &[u8]) -> Option<String> {
    parameters(line).iter().find_map(|parameter| Some(parameter.strip_prefix("charset=")?.trim_matches('"').to_owned()))
}

/// A field without its charset and encoding.
fn field(line: &[u8], label: Option<&str>) -> String {
    let end = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    let (head, value) = line.split_at_checked(end).unwrap_or_default();
    let value = value.strip_prefix(b":").unwrap_or(value);
    let value =
        if is_quoted(line) { transfer::Encoding::QuotedPrintable.decode(value, value.len()).octets } else { value.to_vec() };
    let value = charset::decode(&value, label).text;
    let head = String::from_utf8_lossy(head);
    let kept = head.split(';').filter(|part| {
        let part = part.to_ascii_lowercase();
        !(part.starts_with("charset=") || part.trim_start_matches("encoding=") == "quoted-printable")
    });
    // Line ends within a value are written as in newer versions, so that no value becomes a field.
    let value = value.replace("\r\n", "\n").replace(['\n', '\r'], "\\n");
    format!("{}:{value}", kept.collect::<Vec<_>>().join(";"))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn each_field_is_read_in_its_own_charset() {
        let mut card = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=GB2312:".to_vec();
        card.extend(encoding_rs::GBK.encode("范;思齐").0.iter());
        card.extend(b"\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E8=8C=83=E6=80=9D=\r\n=E9=BD=90\r\n");
        card.extend(b"ORG;ENCODING=QUOTED-PRINTABLE;CHARSET=windows-1251:=CC=D1=DD=0D=0ABCC:x@y.example\r\nTEL;WORK:+86 10 5555 0100\r\nEND:VCARD\r\n");

        let text = decode(&card, None);

        assert!(text.contains("N:范;思齐\r\nFN:范思齐\r\nORG:МСЭ\\nBCC:x@y.example\r\nTEL;WORK:+86"), "{text}");
    }

    #[test]
    fn a_card_that_declares_nothing_is_guessed() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Светлана Исакова\r\nORG:Министерство связи\r\nEND:VCARD\r\n";

        assert_eq!(decode(&encoding_rs::WINDOWS_1251.encode(card).0, None), card);
        assert_eq!(decode(card.as_bytes(), Some("utf-8")), card);
    }
}
