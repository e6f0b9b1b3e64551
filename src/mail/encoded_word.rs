//! Encoded-words of RFC 2047, leniently: adjacent ones are joined as octets before they are decoded, since many clients
//! split characters over two words. Decoded once; what comes out is never decoded again.

use super::charset;
use super::transfer;

/// An encoded-word found at the start of a text.
struct Word<'a> {
    charset: &'a str,
    octets: Vec<u8>,
    rest: &'a str,
}

fn read(text: &str) -> Option<Word<'_>> {
    let (label, rest) = text.strip_prefix("=?")?.split_once('?')?;
    if label.is_empty() || label.len() > 60 || !label.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (method, rest) = rest.split_once('?')?;
    let is_base64 = match method {
        "B" | "b" => true,
        "Q" | "q" => false,
        _ => return None,
    };
    let (encoded, rest) = rest.split_once("?=")?;
    let octets = if is_base64 { transfer::base64(encoded.as_bytes()).octets } else { quoted(encoded.as_bytes()) };
    let charset = label.split_once('*').map_or(label, |(charset, _language)| charset);
    Some(Word { charset, octets, rest })
}

/// The Q encoding: quoted-printable with `_` for a space.
fn quoted(encoded: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = encoded.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
    transfer::quoted_printable(&spaced)
}

/// Decodes all encoded-words of a text.
pub(super) fn decode(text: &str) -> String {
    let Some(first) = text.find("=?") else { return text.to_owned() };
    let mut decoded = String::with_capacity(text.len());
    let (plain, mut rest) = text.split_at_checked(first).unwrap_or((text, ""));
    decoded.push_str(plain);
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut has_end = true; // whether "?=" comes at all, so that many open words cost one search
    while !rest.is_empty() {
        let word = if has_end && rest.starts_with("=?") { read(rest) } else { None };
        if let Some(word) = word {
            match &mut pending {
                Some((label, octets)) if label.eq_ignore_ascii_case(word.charset) => octets.extend(word.octets),
                other => {
                    flush(other, &mut decoded);
                    *other = Some((word.charset.to_owned(), word.octets));
                }
            }
            rest = word.rest;
            let next = rest.trim_start();
            if next.len() < rest.len() && read_is_likely(next) {
                rest = next; // blanks between two encoded-words are not shown
            }
            continue;
        }
        flush(&mut pending, &mut decoded);
        has_end = rest.contains("?=");
        let next = rest.char_indices().skip(1).find(|(at, _)| rest.get(*at..).is_some_and(|text| text.starts_with("=?")));
        let (plain, after) = rest.split_at_checked(next.map_or(rest.len(), |(at, _)| at)).unwrap_or((rest, ""));
        decoded.push_str(plain);
        rest = after;
        if !has_end {
            decoded.push_str(rest);
            break;
        }
    }
    flush(&mut pending, &mut decoded);
    decoded
}

fn read_is_likely(text: &str) -> bool {
    text.starts_with("=?") && read(text).is_some()
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, decoded: &mut String) {
    if let Some((label, octets)) = pending.take() {
        decoded.push_str(&charset::decode(&octets, Some(&label)).text);
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_character_split_over_two_words_is_whole_again() {
        assert_eq!(decode("=?utf-8?B?5LiT5a?= =?UTF-8?B?625ZCN5Y2V?= ok"), "专家名单 ok");
        assert_eq!(decode("=?utf-8?Q?caf=C3?=  =?utf-8?Q?=A9?="), "café");
    }

    #[test]
    fn words_in_text_keep_their_blanks_and_nothing_is_decoded_twice() {
        assert_eq!(decode("Re: =?iso-8859-1?Q?d=E9j=E0_vu?= again"), "Re: déjà vu again");
        assert_eq!(decode("=?utf-8?q?=3D=3Futf-8=3Fb=3FYQ=3D=3D=3F=3D?="), "=?utf-8?b?YQ==?=");
    }

    #[test]
    fn open_or_broken_words_stay_as_they_are() {
        for text in ["=?utf-8?B?abc", "=?x", "=? ? ?=", "a =?utf-8?Z?abc?= b", "=?"] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(decode(&"=?utf-8?q?".repeat(50_000)).len(), 500_000);
    }
}
