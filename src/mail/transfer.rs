//! Content-Transfer-Encodings, leniently: whatever can be decoded is.

/// Decoded octets, and whether there was junk between them.
#[derive(Debug, Default)]
pub(super) struct Octets {
    pub(super) octets: Vec<u8>,
    pub(super) is_damaged: bool,
}

/// How a body is encoded for transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// 7bit, 8bit, binary, or a name nobody knows.
    Plain,
    Base64,
    QuotedPrintable,
}

impl Encoding {
    /// Decodes at most about `most` octets.
    pub(super) fn decode(self, body: &[u8], most: usize) -> Octets {
        match self {
            Encoding::Plain => Octets { octets: head(body, most).to_vec(), is_damaged: false },
            // 4 characters hold 3 octets, and lines have ends
            Encoding::Base64 => base64(head(body, most.saturating_mul(3) / 2)),
            Encoding::QuotedPrintable => {
                Octets { octets: quoted_printable(head(body, most.saturating_mul(3))), is_damaged: false }
            }
        }
    }

    /// How many octets the body has when decoded, without decoding it.
    pub(super) fn decoded_size(self, body: &[u8]) -> usize {
        match self {
            Encoding::Plain => body.len(),
            Encoding::Base64 => body.iter().filter(|byte| value(**byte).is_some()).count() * 3 / 4,
            Encoding::QuotedPrintable => body.len() - body.iter().filter(|byte| **byte == b'=').count() * 2,
        }
    }
}

fn head(body: &[u8], most: usize) -> &[u8] {
    body.get(..most).unwrap_or(body)
}

fn value(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Base64 with anything between: a list's footer after it, blanks and stray signs inside it, padding missing.
pub(super) fn base64(body: &[u8]) -> Octets {
    let mut found = Octets { octets: Vec::with_capacity(body.len() / 4 * 3), is_damaged: false };
    let (mut bits, mut count) = (0_u32, 0_u32);
    for line in body.split(|byte| *byte == b'\n') {
        if is_prose(line) {
            found.is_damaged = true;
            break;
        }
        for byte in line {
            if let Some(value) = value(*byte) {
                bits = bits << 6 | value;
                count += 1;
                if count == 4 {
                    let [_, a, b, c] = bits.to_be_bytes();
                    found.octets.extend([a, b, c]);
                    (bits, count) = (0, 0);
                }
            } else if *byte == b'=' {
                finish(&mut found.octets, bits, count);
                (bits, count) = (0, 0);
            } else if !byte.is_ascii_whitespace() {
                found.is_damaged = true;
            }
        }
    }
    finish(&mut found.octets, bits, count);
    found
}

/// The last two or three characters of a group.
fn finish(octets: &mut Vec<u8>, bits: u32, count: u32) {
    let [_, a, b, _] = (bits << (6 * (4 - count.min(4)))).to_be_bytes();
    match count {
        2 => octets.push(a),
        3 => octets.extend([a, b]),
        _ => {}
    }
}

/// A line of words under a base64 body: some blanks inside, or many signs that base64 does not have.
fn is_prose(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let strange = line.iter().filter(|byte| value(**byte).is_none() && **byte != b'=').count();
    strange * 10 > line.len() && strange > 3 || line.starts_with(b"____") || line.starts_with(b"----")
}

/// Quoted-printable; `=` with no hexadecimal digits after it stays as it is.
pub(super) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let plain = rest.iter().position(|byte| *byte == b'=').unwrap_or(rest.len());
        let (before, after) = rest.split_at(plain);
        octets.extend_from_slice(before);
        rest = match after {
            [] => return octets,
            [b'=', b'\r', b'\n', rest @ ..] | [b'=', b'\n', rest @ ..] => rest,
            [b'=', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                octets.push(hex(*high) << 4 | hex(*low));
                rest
            }
            [b'=', rest @ ..] => {
                let line = rest.iter().position(|byte| *byte == b'\n').and_then(|end| rest.split_at_checked(end + 1));
                match line {
                    Some((blanks, after)) if blanks.iter().all(u8::is_ascii_whitespace) => after,
                    _ if rest.iter().all(u8::is_ascii_whitespace) => return octets,
                    _ => {
                        octets.push(b'=');
                        rest
                    }
                }
            }
            [_, rest @ ..] => rest,
        };
    }
}

fn hex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Encoding, base64, quoted_printable};

    #[test]
    fn base64_survives_junk_missing_padding_and_a_footer() {
        assert_eq!(base64(b"SGVsbG8s\r\nIHdvcmxk").octets, b"Hello, world");
        assert_eq!(base64(b"SGVs bG8s%\r\nIHdvcmxkIQ").octets, b"Hello, world!");
        let with_footer = base64(b"SGVsbG8=\r\n_______________\r\nlist mailing list\r\nhttp://lists.example/\r\n");
        assert_eq!(with_footer.octets, b"Hello");
        assert!(with_footer.is_damaged);
    }

    #[test]
    fn quoted_printable_keeps_what_it_cannot_read() {
        assert_eq!(quoted_printable(b"caf=C3=A9 =\r\nnoir=  \r\n! a=b =ZZ ="), "café noir! a=b =ZZ ".as_bytes());
    }

    #[test]
    fn sizes_are_told_without_decoding() {
        assert_eq!(Encoding::Base64.decoded_size(b"SGVsbG8s\r\nIHdvcmxk"), 12);
        assert_eq!(Encoding::QuotedPrintable.decoded_size(b"caf=E9"), 4);
    }
}
