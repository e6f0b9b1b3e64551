//! The language of the text that this writer wrote: one of six, or none. Only user of whatlang.

use super::Mail;
use crate::domain::words::Language;
use whatlang::{Detector, Lang, Script};

/// Fewer letters than this fool every detector ("Merci", "Agenda", "OK").
const FEWEST_LETTERS: usize = 20;
/// Letters that are looked at; more bring nothing.
const MOST_LETTERS: usize = 4000;

/// The writer's own words; where these are too few, the subject's too; else what is in the signature or the forward.
pub(super) fn of(mail: &Mail) -> Option<Language> {
    let own = mail.text.own.as_str();
    let with_subject = format!("{own}\n{}", mail.base_subject);
    let all = format!("{with_subject}\n{}\n{}", mail.text.signature, mail.text.forwarded);
    [own, &with_subject, &all].into_iter().find_map(|text| detect(text, FEWEST_LETTERS)).or_else(|| detect(&with_subject, 6))
}

fn detect(text: &str, fewest: usize) -> Option<Language> {
    let words = prose(text);
    let (mut latin, mut han, mut cyrillic, mut arabic) = (0, 0, 0, 0);
    for c in words.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => latin += 1,
            '\u{3400}'..='\u{9fff}' => han += 1,
            '\u{400}'..='\u{52f}' => cyrillic += 1,
            '\u{600}'..='\u{6ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' => arabic += 1,
            _ => {}
        }
    }
    // A Chinese character is about a word; the names, addresses and acronyms in a letter are Latin in every language.
    let han_weight = han * 4;
    if latin + han_weight + cyrillic + arabic < fewest {
        return None;
    }
    if han_weight > latin && han_weight > cyrillic && han_weight > arabic {
        return Some(Language::Zh);
    }
    if arabic * 2 > latin && arabic > cyrillic {
        return Some(Language::Ar);
    }
    if cyrillic * 2 > latin {
        return slavic(&words);
    }
    western(&words)
}

/// Words of prose: addresses, links, numbers and words in capitals (acronyms, family names) say nothing of the language.
fn prose(text: &str) -> String {
    let is_prose = |word: &&str| {
        let technical =
            word.contains('@') || word.contains("://") || word.contains("www.") || word.chars().any(|c| c.is_ascii_digit());
        let shouted = word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase()) && word.chars().any(char::is_uppercase);
        !technical && !shouted
    };
    let mut found = String::new();
    for word in text.split_whitespace().filter(is_prose) {
        found.push_str(word);
        found.push(' ');
        if found.len() > MOST_LETTERS {
            break;
        }
    }
    found
}

fn slavic(words: &str) -> Option<Language> {
    // Letters that Russian does not have: Ukrainian, Belarusian, Serbian, Macedonian, Kazakh.
    let foreign = words.chars().filter(|c| "іїєґўјљњћђџқғңөұүһәІЇЄҐЎ".contains(*c)).count();
    let letters = words.chars().filter(|c| ('\u{400}'..='\u{52f}').contains(c)).count();
    if foreign * 100 > letters {
        return None;
    }
    let lists = vec![Lang::Rus, Lang::Ukr, Lang::Bel, Lang::Bul, Lang::Srp, Lang::Mkd];
    match Detector::with_allowlist(lists).detect(words) {
        Some(info) if info.script() == Script::Cyrillic && info.lang() != Lang::Rus && info.confidence() > 0.8 => None,
        _ => Some(Language::Ru),
    }
}

fn western(words: &str) -> Option<Language> {
    let ours = vec![Lang::Eng, Lang::Fra, Lang::Spa];
    let neighbours =
        vec![Lang::Eng, Lang::Fra, Lang::Spa, Lang::Deu, Lang::Ita, Lang::Por, Lang::Nld, Lang::Pol, Lang::Tur, Lang::Swe];
    let wide = Detector::with_allowlist(neighbours).detect(words);
    if let Some(info) = &wide
        && !ours.contains(&info.lang())
        && (info.is_reliable() || info.confidence() > 0.6)
    {
        return None;
    }
    let info = Detector::with_allowlist(ours).detect(words)?;
    match info.lang() {
        Lang::Fra => Some(Language::Fr),
        Lang::Spa => Some(Language::Es),
        _ => Some(Language::En),
    }
}
