//! Telephone numbers: found in a text with what each is for, and written as E.164. Only user of `rlibphonenumber`.

use super::ages::{Age, ages};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::{fold, is_han};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// The office, or not said.
    Office,
    /// A mobile telephone.
    Mobile,
    /// A fax: never filed.
    Fax,
}

/// A number in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phone {
    /// As written, extension left out.
    pub(super) words: String,
    /// What it is for.
    pub(super) line: Line,
    /// Where it begins, in octets.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Whether a label or a verb says that it is a telephone number.
    pub(super) announced: bool,
    /// Whether it was given as wrong or former.
    pub(super) is_old: bool,
}

/// Digits of a number, at least and at most (E.164 allows 15).
const FEWEST: usize = 6;
const MOST: usize = 15;
/// How far before a number its label stands.
const REACH: usize = 36;

/// The numbers of a text.
pub(super) fn find(text: &str, words: &Vocabulary) -> Vec<Phone> {
    let mut found: Vec<Phone> = Vec::new();
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut at = 0;
    while at < chars.len() {
        let Some((end, digits)) = run(&chars, at) else {
            at += 1;
            continue;
        };
        let start = chars.get(at).map_or(0, |(octet, _)| *octet);
        let stop = chars.get(end).map_or(text.len(), |(octet, _)| *octet);
        let raw = text.get(start..stop).unwrap_or_default();
        let written = raw.trim_end_matches(|c: char| !c.is_numeric() && !matches!(c, ')' | '+' | '＋'));
        let is_blank = written.chars().filter(|c| c.is_numeric()).all(|c| c == '0');
        if (FEWEST..=MOST).contains(&digits) && !is_blank && !is_something_else(text, start, start + written.len(), written) {
            let before = before(text, start, found.last().map_or(0, |earlier| earlier.end));
            let (line, announced) = label(&before, words);
            found.push(Phone {
                words: written.to_owned(),
                line,
                start,
                end: start + written.len(),
                announced: announced || written.starts_with(['+', '＋']),
                is_old: false,
            });
        }
        at = end.max(at + 1);
    }
    let places: Vec<(usize, usize)> = found.iter().map(|phone| (phone.start, phone.end)).collect();
    for (phone, age) in found.iter_mut().zip(ages(text, &places, &words.labels.cues)) {
        phone.is_old = age == Age::Former;
    }
    found.retain(|phone| phone.announced || phone.words.chars().filter(|c| c.is_numeric()).count() >= SHORTEST);
    found
}

/// Whether a plus ends a number whose last group is a country's code: `24555016 968+`.
fn is_code_behind(chars: &[(usize, char)], from: usize, at: usize) -> bool {
    let written = chars.get(from..at).unwrap_or_default();
    let code = written.iter().rev().take_while(|(_, c)| c.is_numeric()).count();
    let is_apart = written.iter().rev().nth(code).is_some_and(|(_, c)| c.is_whitespace());
    let ends = chars.get(at + 1).is_none_or(|(_, c)| !c.is_numeric());
    let digits = written.iter().filter(|(_, c)| c.is_numeric()).count();
    (1..=LONGEST_CODE).contains(&code) && is_apart && ends && digits >= SHORTEST + code
}

/// Digits of a whole number at least.
const SHORTEST: usize = 7;

/// Digits of a Chinese number of a town, its area code with the 0 included, and of an extension at most.
const TOWN: std::ops::RangeInclusive<usize> = 10..=12;
const EXTENSION: usize = 4;

/// `028-5555 0155-806`: what a second hyphen parts from a Chinese number is the extension within the house.
fn without_inner(written: &str) -> &str {
    let Some((number, inner)) = written.rsplit_once(['-', '－']) else { return written };
    let count = |text: &str| text.chars().filter(|c| c.is_numeric()).count();
    let is_town = number.starts_with('0') && number.contains(['-', '－', ')']) && TOWN.contains(&count(number));
    let is_inner = (1..=EXTENSION).contains(&count(inner)) && inner.chars().all(char::is_numeric);
    if is_town && is_inner { number } else { written }
}

/// The run of a number from a position: the index after it and the digits in it.
fn run(chars: &[(usize, char)], from: usize) -> Option<(usize, usize)> {
    let (_, first) = chars.get(from)?;
    let before = from.checked_sub(1).and_then(|at| chars.get(at)).map(|(_, c)| *c);
    let may_start = matches!(first, '+' | '＋' | '(' | '（') || first.is_numeric();
    if !may_start || before.is_some_and(|c| c.is_numeric() || c == '@' || c == '+' || c.is_ascii_alphabetic()) {
        return None;
    }
    let (mut at, mut digits, mut gaps, mut depth) = (from, 0, 0, 0);
    while let Some((_, c)) = chars.get(at) {
        let fits = match c {
            c if c.is_numeric() && digit(*c).is_some() => {
                digits += 1;
                gaps = 0;
                true
            }
            // `71 555 082 (216+)`: right-to-left writing puts the code, and its plus, behind.
            '+' | '＋' => at == from || depth == 1 || is_code_behind(chars, from, at),
            '(' | '（' => {
                depth += 1;
                depth == 1
            }
            ')' | '）' => {
                depth -= 1;
                depth == 0
            }
            // `02 98 55 50 12 / 06 55 50 12 34`: two numbers.
            '/' if digits >= SHORTEST && gaps > 0 && chars.get(at + 1).is_some_and(|(_, next)| *next == ' ') => false,
            ' ' | '\u{a0}' | '-' | '－' | '‐' | '‑' | '–' | '.' | '/' => {
                gaps += 1;
                gaps <= 3
            }
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' => true,
            _ => false,
        };
        if !fits {
            break;
        }
        at += 1;
    }
    (digits > 0).then_some((at, digits))
}

/// Dates, years, numbers of documents, parts of addresses: digits that are no telephone.
fn is_something_else(text: &str, start: usize, end: usize, written: &str) -> bool {
    let after = text.get(end..).unwrap_or_default();
    if after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '@' | '年' | '月' | '%')) {
        return true;
    }
    let before = text.get(..start).unwrap_or_default();
    if before.ends_with(['/', '_', '#', '№', '$', '€', 'º', '°']) || before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return true;
    }
    if written.starts_with(['+', '＋']) {
        return false;
    }
    let groups: Vec<usize> =
        written.split(|c: char| !c.is_numeric()).filter(|group| !group.is_empty()).map(|group| group.chars().count()).collect();
    let separators: String = written.chars().filter(|c| !c.is_numeric()).collect();
    let is_date = matches!(groups.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4])
        && separators.chars().all(|c| matches!(c, '-' | '/' | '.'));
    // An address of the Internet Protocol: a web form says from where it was sent.
    let is_host = groups.len() == 4 && separators == "..." && written.split('.').all(|group| group.parse::<u8>().is_ok());
    let is_span = matches!(groups.as_slice(), [4, 4]) && separators.trim() == "-" && written.starts_with("20");
    let is_clock = after.starts_with(':');
    is_date || is_span || is_clock || is_host
}

fn before(text: &str, start: usize, from: usize) -> String {
    let head = text.get(from.min(start)..start).unwrap_or_default();
    let tail: Vec<char> = head.chars().rev().take(REACH).collect();
    tail.into_iter().rev().collect()
}

/// What the words before a number say that it is, and whether they say anything.
fn label(before: &str, words: &Vocabulary) -> (Line, bool) {
    let folded = fold(before);
    let mut nearest = (0, None);
    // Of those that end together the longest, which comes first: `mobile phone` is no `phone`.
    let mut consider = |kind: PersonLabel, end: usize| {
        if end > nearest.0 {
            nearest = (end, Some(kind));
        }
    };
    let list = crate::vocabulary::words::words(&folded);
    for (at, word) in list.iter().enumerate() {
        for many in 1..=3 {
            let Some(last) = list.get(at + many - 1) else { break };
            let phrase = folded.get(word.start..last.end).unwrap_or_default();
            if let Some(kind) = words.labels.person_label(phrase).filter(|kind| is_line(*kind)) {
                // One letter is a label only directly before the number.
                if phrase.chars().count() > 1
                    || folded.get(last.end..).is_some_and(|rest| rest.chars().all(|c| !c.is_alphanumeric()))
                {
                    consider(kind, last.end);
                }
            }
        }
    }
    if before.chars().any(is_han) {
        // Chinese stands without blanks, so its labels are looked for inside the words before a number.
        for (phrase, kind) in words.labels.han_labels().filter(|(phrase, kind)| is_line(*kind) && phrase.chars().count() > 1) {
            if let Some(at) = folded.rfind(phrase) {
                consider(kind, at + phrase.len());
            }
        }
    }
    match nearest.1 {
        Some(PersonLabel::Fax) => (Line::Fax, true),
        Some(PersonLabel::Mobile) => (Line::Mobile, true),
        Some(_) => (Line::Office, true),
        None => (Line::Office, false),
    }
}

fn is_line(kind: PersonLabel) -> bool {
    matches!(kind, PersonLabel::Telephone | PersonLabel::Mobile | PersonLabel::Fax)
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
        '\u{660}'..='\u{669}' => char::from_digit(c as u32 - 0x660, 10),
        '\u{6F0}'..='\u{6F9}' => char::from_digit(c as u32 - 0x6F0, 10),
        _ => None,
    }
}

/// Whether an international number is another country's than this one; a national one is anybody's.
pub(super) fn is_foreign(number: &str, country: &str) -> bool {
    let region = country.parse::<Region>().ok();
    let code = region.and_then(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region)).map(|code| code.to_string());
    match (number.strip_prefix('+'), code) {
        (Some(digits), Some(code)) => !digits.starts_with(&code),
        _ => false,
    }
}

/// E.164 where the number or the country says how it is reached from abroad, else the digits as written.
pub(super) fn normalise(words: &str, country: Option<&str>) -> Option<String> {
    // Elsewhere a last group behind a hyphen is a part of the number.
    let words = if country == Some("CN") { without_inner(words) } else { words };
    // "(0)" inside an international number is dialled from within the country only.
    let plain: String =
        words.replace("(0)", "").chars().filter_map(|c| if matches!(c, '+' | '＋') { Some('+') } else { digit(c) }).collect();
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    if !(FEWEST..=MOST).contains(&digits.len()) {
        return None;
    }
    let (plain, digits) = code_first(words).map_or((plain, digits.clone()), |number| (number, digits));
    let (plain, digits) = without_trunk(plain, digits, country);
    let international = plain.starts_with('+') || plain.starts_with("00");
    let number = if plain.starts_with('+') { plain.clone() } else { digits.clone() };
    let region = country.and_then(|code| code.parse::<Region>().ok());
    // `(507) 555-0138` of a Panamanian: the country's own code without its plus.
    let code = region.and_then(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region)).map(|code| code.to_string());
    let is_valid =
        |text: &str| PHONE_NUMBER_UTIL.parse(text, region).is_ok_and(|parsed| PHONE_NUMBER_UTIL.is_valid_number(&parsed));
    if !international
        && let Some(code) = code.filter(|code| digits.starts_with(code.as_str()))
        && !is_valid(&number)
        && (is_valid(&format!("+{digits}")) || is_code_with_area(words, &code, digits.len()))
        && digits.len() > code.len() + FEWEST
    {
        return Some(format!("+{digits}"));
    }
    let parsed = match (international, region) {
        (true, region) if plain.starts_with("00") => {
            PHONE_NUMBER_UTIL.parse(format!("+{}", digits.trim_start_matches('0')), region)
        }
        (_, region) => PHONE_NUMBER_UTIL.parse(&number, region),
    };
    match parsed {
        Ok(parsed) => Some(PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164).into_owned()),
        Err(_) if international => Some(format!("+{}", digits.trim_start_matches("00"))),
        Err(_) => Some(digits),
    }
}

/// `(571) 344 01 60` of a Colombian: the code and the area in brackets. Plans change, and what was dialled once may be valid no more.
fn is_code_with_area(words: &str, code: &str, digits: usize) -> bool {
    let Some((area, _)) = words.trim_start().strip_prefix(['(', '（']).and_then(|rest| rest.split_once([')', '）'])) else {
        return false;
    };
    area.starts_with(code) && NATIONAL.contains(&(digits - code.len()))
}

/// Digits of a number of a town with its area code.
const NATIONAL: std::ops::RangeInclusive<usize> = 7..=9;

/// `71 555 082 (216+)` and `71 555 082 (+216)` with the country's code before the number, where one in brackets stands behind it.
fn code_first(words: &str) -> Option<String> {
    let words = words.trim();
    let (number, code) = if words.ends_with(['+', '＋']) {
        words.rsplit_once(char::is_whitespace)?
    } else {
        words.trim_end_matches([')', '）']).rsplit_once(['(', '（'])?
    };
    let digits = |text: &str| text.chars().filter_map(digit).collect::<String>();
    let (number, code_digits) = (digits(number), digits(code));
    let is_code = code.contains(['+', '＋']) && (1..=LONGEST_CODE).contains(&code_digits.len());
    (is_code && number.len() >= FEWEST - 1).then(|| format!("+{code_digits}{}", number.trim_start_matches('0')))
}

/// Digits of a country's code at most.
const LONGEST_CODE: usize = 3;

/// Digits of a Mexican number without any prefix.
const MEXICAN: usize = 10;

/// A Mexican number without what was dialled before it at home: 01, and 044 or 045 before a mobile; and without the 1 behind +52.
fn without_trunk(plain: String, digits: String, country: Option<&str>) -> (String, String) {
    let national = if plain.starts_with("+52") {
        digits.strip_prefix("521").or_else(|| digits.strip_prefix("5201"))
    } else if country == Some("MX") && !plain.starts_with('+') {
        ["01", "044", "045"].iter().find_map(|prefix| digits.strip_prefix(*prefix))
    } else {
        None
    };
    match national.filter(|rest| rest.len() == MEXICAN) {
        Some(rest) => (format!("+52{rest}"), format!("52{rest}")),
        None => (plain, digits),
    }
}

/// The text without extensions of telephone numbers, whose digits would join the number's.
pub(super) fn without_extensions(text: &str, words: &Vocabulary) -> String {
    let mut without = text.to_owned();
    for pattern in words.labels.cues.extension.candidates(text) {
        without = pattern.replace_all(&without, " ; ").into_owned();
    }
    without
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    #[test]
    fn a_number_is_written_as_it_is_dialled_from_abroad() {
        assert_eq!(normalise("0302 550 114", Some("GH")).as_deref(), Some("+233302550114"));
        assert_eq!(normalise("8 (343) 555-01-16", Some("RU")).as_deref(), Some("+73435550116"));
        assert_eq!(normalise("+41 (0)22 555 01 09", None).as_deref(), Some("+41225550109"));
        assert_eq!(normalise("٠٦ ٥٥٥ ٠١٣٧", Some("JO")).as_deref(), Some("+96265550137"));
        for words in ["71 555 082 (216+)", "71555082 (+216)", "٧١٥٥٥٠٨٢ (٢١٦+)"] {
            assert_eq!(normalise(words, None).as_deref(), Some("+21671555082"), "{words}");
        }
        assert_eq!(normalise("(571) 344 01 60", Some("CO")).as_deref(), Some("+5713440160"));
        assert_eq!(normalise("2555 0134", None).as_deref(), Some("25550134"));
        assert_eq!(normalise("01 (993) 555 0128", Some("MX")).as_deref(), Some("+529935550128"));
        assert_eq!(normalise("+52 1 993 555 0128", None).as_deref(), Some("+529935550128"));
    }

    #[test]
    fn faxes_are_known_and_dates_are_no_numbers() {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();
        let lines = |text: &str| find(text, &words).into_iter().map(|phone| phone.line).collect::<Vec<_>>();

        assert_eq!(lines("Tel.: +1 202 555 0100 Fax: +1 202 555 0101"), [Line::Office, Line::Fax]);
        assert_eq!(lines("電話：2555 0134　傳真：2555 0135"), [Line::Office, Line::Fax]);
        assert_eq!(lines("between 22/08/2012 and 2012-08-30, study period 2009-2012"), []);
        assert_eq!(lines("son portable, le 97 55 01 20"), [Line::Mobile]);
        assert_eq!(lines("Mobile phone: +44 7700 900123, office phone: +44 20 7946 0011"), [Line::Mobile, Line::Office]);
        assert_eq!(lines("Моб. тел.: 8 (916) 555-01-77; раб. тел.: 8 (495) 555-01-23"), [Line::Mobile, Line::Office]);
    }
}
