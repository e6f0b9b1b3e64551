//! Encoded-words of RFC 2047, leniently: adjacent ones are joined as octets before they are decoded, since many clients
//! split characters over two words. Decoded once; what comes out is never decoded again.

use super::charset;
use super::transfer;

/// An encoded-word found at the start of a text.
struct Word<'a> {
    charset: &'a str,
    is_base64: bool,
    encoded: &'a str,
    rest: &'a str,
}

/// Encoded-words of one charset that follow each other, until they are decoded together.
struct Pending {
    charset: String,
    octets: Vec<u8>,
    /// Base64 digits that do not fill a group of four yet: some clients cut the text instead of the octets.
    digits: String,
}

impl Pending {
    fn add(&mut self, word: &Word<'_>) {
        if !word.is_base64 {
            self.finish_digits();
            self.octets.extend(quoted(word.encoded.as_bytes()));
            return;
        }
        self.digits.extend(word.encoded.chars().filter(|c| !c.is_whitespace()));
        let whole = if self.digits.contains('=') { self.digits.len() } else { self.digits.len() / 4 * 4 };
        let (full, tail) = self.digits.split_at_checked(whole).unwrap_or((&self.digits, ""));
        self.octets.extend(transfer::base64(full.as_bytes()).octets);
        self.digits = tail.to_owned();
    }

    fn finish_digits(&mut self) {
        self.octets.extend(transfer::base64(self.digits.as_bytes()).octets);
        self.digits.clear();
    }
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
    let (encoded, rest) = rest.split_once("?=").filter(|(encoded, _)| !encoded.is_empty() && !encoded.contains("=?"))?;
    let charset = label.split_once('*').map_or(label, |(charset, _language)| charset);
    Some(Word { charset, is_base64, encoded, rest })
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
    let mut pending: Option<Pending> = None;
    let mut has_end = true; // whether "?=" comes at all, so that many open words cost one search
    while !rest.is_empty() {
        let word = if has_end && rest.starts_with("=?") { read(rest) } else { None };
        if let Some(word) = word {
            if pending.as_ref().is_some_and(|pending| !pending.charset.eq_ignore_ascii_case(word.charset)) {
                flush(&mut pending, &mut decoded);
            }
            let start = || Pending { charset: word.charset.to_owned(), octets: Vec::new(), digits: String::new() };
            pending.get_or_insert_with(start).add(&word);
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

fn flush(pending: &mut Option<Pending>, decoded: &mut String) {
    if let Some(mut pending) = pending.take() {
        pending.finish_digits();
        decoded.push_str(&charset::decode(&pending.octets, Some(&pending.charset)).text);
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
