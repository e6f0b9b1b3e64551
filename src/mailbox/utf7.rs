//! Folder names on the wire: modified UTF-7 (RFC 3501, 5.1.3). Servers refuse others, and async-imap passes names as they are.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A name as the server writes it.
pub(super) fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut pending: Vec<u16> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut pending, &mut encoded);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            pending.extend(c.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut pending, &mut encoded);
    encoded
}

fn flush(pending: &mut Vec<u16>, encoded: &mut String) {
    if pending.is_empty() {
        return;
    }
    encoded.push('&');
    let octets: Vec<u8> = pending.drain(..).flat_map(u16::to_be_bytes).collect();
    for three in octets.chunks(3) {
        let value = three.iter().chain([0, 0].iter()).take(3).fold(0_u32, |value, octet| value << 8 | u32::from(*octet));
        for digit in 0..=three.len() {
            let index = (value >> (18 - 6 * digit)) & 63;
            encoded.push(char::from(DIGITS.get(index as usize).copied().unwrap_or(b'A')));
        }
    }
    encoded.push('-');
}

/// A name as people read it; what is no modified UTF-7 stays as it is.
#[cfg(test)]
pub(super) fn decode(name: &str) -> String {
    let mut decoded = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, after)) = rest.split_once('&') {
        decoded.push_str(plain);
        let Some((inner, after)) = after.split_once('-') else {
            decoded.push('&');
            rest = after;
            continue;
        };
        match (inner, units(inner)) {
            ("", _) => decoded.push('&'),
            (_, Some(text)) => decoded.push_str(&text),
            (_, None) => decoded.extend(["&", inner, "-"]),
        }
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
fn units(inner: &str) -> Option<String> {
    let (mut bits, mut count, mut octets) = (0_u32, 0, Vec::new());
    for digit in inner.bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 0xff) as u8);
        }
    }
    let units: Vec<u16> =
        octets.chunks_exact(2).filter_map(|two| Some(u16::from_be_bytes([*two.first()?, *two.get(1)?]))).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_standard() {
        assert_eq!(encode("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(decode("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), "~peter/mail/台北/日本語");
        assert_eq!(encode("A & B"), "A &- B");
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in "\\PC{0,40}") {
            prop_assert_eq!(decode(&encode(&name)), name);
        }

        #[test]
        fn anything_can_be_decoded(name in "[ -~]{0,40}") {
            decode(&name);
        }
    }
}
