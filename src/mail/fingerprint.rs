//! What makes a letter this letter, whichever way it came (RELIABILITY 2.1).

use super::fields;
use crate::domain::Fingerprint;
use sha2::{Digest, Sha256};

/// The fields that the writer's own client wrote; trace fields differ between the copy by To and the copy by Cc.
const FIELDS: [&str; 6] = ["From", "Date", "Message-ID", "Subject", "To", "Cc"];

/// SHA-256 over the fields (raw, unfolded, trimmed) and the body with line ends normalised (CRLF = LF = CR), empty lines at
/// its end dropped. Reads the body once and copies none of it.
pub fn fingerprint(bytes: &[u8]) -> Fingerprint {
    of(&fields::split(bytes))
}

/// The same, of a letter whose header is cut off already.
pub(super) fn of(letter: &fields::Entity<'_>) -> Fingerprint {
    let mut digest = Sha256::new();
    for name in FIELDS {
        for raw in letter.all(name) {
            digest.update(name.as_bytes());
            digest.update(b":");
            digest.update(fields::unfold(raw));
            digest.update(b"\n");
        }
    }
    digest.update(b"\n");
    add_body(&mut digest, letter.body);
    let hex = digest.finalize().iter().flat_map(|byte| [hex_digit(byte >> 4), hex_digit(byte & 15)]).collect();
    Fingerprint(hex)
}

fn add_body(digest: &mut Sha256, body: &[u8]) {
    let mut line_ends = 0_usize;
    let mut rest = body;
    while !rest.is_empty() {
        let length = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        let (line, after) = rest.split_at(length);
        if !line.is_empty() {
            for _ in 0..std::mem::take(&mut line_ends) {
                digest.update(b"\n");
            }
            digest.update(line);
        }
        rest = match after {
            [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => {
                line_ends += 1;
                rest
            }
            [] => after,
        };
    }
}

fn hex_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    const LETTER: &[u8] = b"From: a@b.example\r\nSubject: one\r\n two\r\n\r\nHello\r\n\r\nthere\r\n";

    #[test]
    fn trace_fields_folds_and_line_ends_do_not_make_another_letter() {
        let copy = b"Received: x\nX-Seen: y\nSubject:  one\n\ttwo\nFROM: a@b.example\n\nHello\n\nthere\n\n\n";

        assert_eq!(fingerprint(LETTER), fingerprint(copy));
        assert_eq!(fingerprint(LETTER).as_str().len(), 64);
    }

    #[test]
    fn another_word_makes_another_letter() {
        let body = b"From: a@b.example\r\nSubject: one\r\n two\r\n\r\nHello\r\nthere\r\n";
        let subject = b"From: a@b.example\r\nSubject: one\r\n three\r\n\r\nHello\r\n\r\nthere\r\n";

        assert_ne!(fingerprint(LETTER), fingerprint(body));
        assert_ne!(fingerprint(LETTER), fingerprint(subject));
    }
}
