//! A letter as it goes over the wire after DATA: CRLF line ends only, dots stuffed, the final dot apart.

/// What ends the letter (RFC 5321, 4.1.1.4); the content ends in CRLF already.
pub(super) const FINAL_DOT: &[u8] = b".\r\n";

/// Makes every line end CRLF, doubles a dot that opens a line, and ends with CRLF.
///
/// A lone CR or LF is a line end to some servers and a plain octet to others; left alone it could smuggle a second letter
/// into the dialogue (RELIABILITY A31). The stored letter keeps its bytes; drafts have CRLF anyway.
pub(super) fn stuffed(letter: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(letter.len() + letter.len() / 50 + 2);
    let mut bytes = letter.iter().copied().peekable();
    let mut at_line_start = true;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' {
                    bytes.next_if_eq(&b'\n');
                }
                out.extend_from_slice(b"\r\n");
                at_line_start = true;
            }
            other => {
                if at_line_start && other == b'.' {
                    out.push(b'.');
                }
                out.push(other);
                at_line_start = false;
            }
        }
    }
    if !at_line_start || out.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::stuffed;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn line_ends_become_crlf_and_leading_dots_are_doubled() {
        for (letter, wire) in [
            (&b""[..], &b"\r\n"[..]),
            (b"a", b"a\r\n"),
            (b"a\r\n", b"a\r\n"),
            (b"a\n.\nMAIL FROM:<x>\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n"),
            (b"a\r.\rb", b"a\r\n..\r\nb\r\n"),
            (b"a\r\r\n.", b"a\r\n\r\n..\r\n"),
            (b".a\r\n..b\r\nc.d", b"..a\r\n...b\r\nc.d\r\n"),
        ] {
            assert_eq!(stuffed(letter), wire, "{}", letter.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn no_letter_can_end_its_own_content(letter: Vec<u8>) {
            let wire = stuffed(&letter);

            let ends = wire.windows(5).any(|five| five == b"\r\n.\r\n") || wire.starts_with(b".\r\n");
            prop_assert!(!ends && wire.ends_with(b"\r\n"));
            let bare = wire.windows(2).any(|two| (two[0] == b'\r') != (two[1] == b'\n')) || wire.first() == Some(&b'\n');
            prop_assert!(!bare);
        }

        #[test]
        fn stuffing_is_undone_by_the_server(lines in proptest::collection::vec("[a-z.]{0,5}", 1..8)) {
            let letter = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();

            let wire = String::from_utf8(stuffed(letter.as_bytes())).unwrap();

            let undone = wire.split_inclusive("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect::<String>();
            prop_assert_eq!(undone, letter);
        }
    }
}
