//! Octets to text, when the label is right, wrong or missing.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};
use std::borrow::Cow;

/// Enough for the detector; it needs a sentence or two.
const SNIFFED: usize = 64 * 1024;

/// Text and, if the label was missing or wrong, what is to be said about it.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) defect: Option<String>,
}

impl Decoded {
    fn good(text: impl Into<String>) -> Decoded {
        Decoded { text: text.into(), defect: None }
    }
}

/// Decodes with the declared label where that works, else with what the octets look like.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    let label = label.map(|label| label.trim().trim_matches(['"', '\''])).filter(|label| !label.is_empty());
    if bytes.is_ascii() && !bytes.contains(&0x1b) && !label.is_some_and(is_seven_bit_trick) {
        return Decoded::good(String::from_utf8_lossy(bytes));
    }
    let Some(label) = label else { return undeclared(bytes) };
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) => declared(bytes, label, encoding),
        None => match mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes()) {
            Some(decoder) => Decoded::good(decoder(bytes)),
            None => Decoded { defect: Some("the charset of a part is unknown; it was guessed".to_owned()), ..undeclared(bytes) },
        },
    }
}

/// Encodings whose octets are all ASCII.
fn is_seven_bit_trick(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    ["utf-7", "utf7", "unicode-1-1-utf-7", "hz-gb-2312", "iso-2022-kr", "utf-16", "utf-16le", "utf-16be"]
        .contains(&label.as_str())
}

fn declared(bytes: &[u8], label: &str, encoding: &'static Encoding) -> Decoded {
    if encoding == UTF_8 {
        return declared_utf8(bytes);
    }
    if encoding == encoding_rs::WINDOWS_1252 && !is_plausibly_western(bytes, label) {
        return undeclared(bytes);
    }
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if !had_errors {
        return Decoded::good(text);
    }
    better_guess(bytes, &text)
        .unwrap_or_else(|| Decoded { text: text.into_owned(), defect: Some(format!("some octets are no {}", encoding.name())) })
}

fn declared_utf8(bytes: &[u8]) -> Decoded {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => Decoded::good(text.trim_start_matches('\u{feff}')),
        Cow::Owned(text) => {
            better_guess(bytes, &text).unwrap_or(Decoded { text, defect: Some("some octets are no UTF-8".to_owned()) })
        }
    }
}

/// Another encoding, if the declared one fails on more than one in ten of the letters beyond ASCII: a character cut in the
/// middle is no reason to doubt the label.
fn better_guess(bytes: &[u8], text: &str) -> Option<Decoded> {
    let lost = text.chars().filter(|c| *c == '\u{fffd}').count();
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    // One is never enough to doubt: a short text is cut as easily as a long one.
    if lost * 10 <= foreign || lost <= 1 && foreign >= 4 {
        return None;
    }
    let guess = undeclared(bytes);
    let still_lost = guess.text.chars().filter(|c| *c == '\u{fffd}').count();
    (still_lost < lost).then(|| Decoded { defect: Some("the declared charset is wrong; it was guessed".to_owned()), ..guess })
}

/// `iso-8859-1`, `us-ascii` and the like decode anything, so a wrong label shows only in what comes out: valid UTF-8, or
/// more letters beyond ASCII than any language of Western Europe has.
fn is_plausibly_western(bytes: &[u8], label: &str) -> bool {
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    if high == 0 {
        return true;
    }
    if std::str::from_utf8(bytes).is_ok() || label.to_ascii_lowercase().contains("ascii") {
        return false;
    }
    let visible = bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    high * 3 < visible || high < 4
}

fn undeclared(bytes: &[u8]) -> Decoded {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&0x1b)
    {
        return Decoded::good(text.trim_start_matches('\u{feff}'));
    }
    let (text, encoding) = sniff(bytes);
    Decoded { text, defect: Some(format!("no usable charset is declared; {encoding} was guessed")) }
}

/// What the octets look like, and the name of that encoding.
fn sniff(bytes: &[u8]) -> (String, &'static str) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding.decode(bytes).0.into_owned(), encoding.name());
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..SNIFFED).unwrap_or(bytes), true);
    let encoding = detector.guess(None, Utf8Detection::Allow);
    (encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding.name())
}

/// Raw octets of a header field: UTF-8, or the charset that the body declares if it fits, or a guess.
pub(super) fn decode_raw_field(bytes: &[u8], hint: Option<&str>) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    if let Some(encoding) = hint.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|encoding| *encoding != UTF_8)
        && let (text, false) = encoding.decode_without_bom_handling(bytes)
    {
        return text.into_owned();
    }
    sniff(bytes).0
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_raw_field};

    #[test]
    fn a_label_narrower_than_the_text_is_widened() {
        let rare = encoding_rs::GB18030.encode("刘承喆的镕字").0.into_owned();

        assert_eq!(decode(&rare, Some("gb2312")).text, "刘承喆的镕字");
        assert!(decode(&rare, Some("gb2312")).defect.is_none());
    }

    #[test]
    fn a_wrong_or_missing_label_is_guessed_and_said() {
        let russian = "Уважаемые коллеги, направляем сведения об эксперте от нашей администрации";
        let bytes = encoding_rs::WINDOWS_1251.encode(russian).0.into_owned();

        for label in [None, Some("utf-8"), Some("us-ascii"), Some("iso-8859-1"), Some("x-nonsense")] {
            let decoded = decode(&bytes, label);

            assert_eq!(decoded.text, russian, "{label:?}");
            assert!(decoded.defect.is_some(), "{label:?}");
        }
    }

    #[test]
    fn utf8_under_a_western_label_is_utf8() {
        assert_eq!(decode("Bénédicte".as_bytes(), Some("iso-8859-1")).text, "Bénédicte");
        assert_eq!(decode(b"B\xe9n\xe9dicte", Some("iso-8859-1")).text, "Bénédicte");
    }

    #[test]
    fn one_cut_character_does_not_unseat_the_label() {
        let mut bytes = "联络声明的题目".as_bytes().to_vec();
        bytes.pop();

        assert!(decode(&bytes, Some("utf-8")).text.starts_with("联络声明的题"));
    }

    #[test]
    fn a_raw_field_follows_the_charset_of_the_body() {
        let raw = encoding_rs::GBK.encode("专家").0.into_owned();

        assert_eq!(decode_raw_field(&raw, Some("gb2312")), "专家");
    }
}
