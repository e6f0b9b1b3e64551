//! The language of the text that this writer wrote: one of six, or none. Only user of whatlang.
//!
//! The script decides between Arabic, Chinese, Russian and the rest; within a script its small and frequent words do
//! (`rules/<language>/language.toml`). Names, addresses and what stands behind a label say nothing of the writer's language:
//! a detector by groups of letters takes an English form full of French names for French.

use super::Mail;
use crate::domain::words::Language;
use crate::vocabulary::language_words::LanguageWords;
use crate::vocabulary::words::{is_han, is_letter};
use whatlang::{Detector, Lang};

/// Octets that are looked at; more bring nothing.
const MOST: usize = 4000;
/// Words of a label at most: "Name of the representative of the group:".
const LONGEST_LABEL: usize = 6;
/// Frequent words that a text must have to be told by them alone when another language comes near.
const ENOUGH: f32 = 2.0;
/// How far the first language must be ahead of the second.
const AHEAD: f32 = 1.25;
/// Words in capitals that are more than a heading, a name and its ministry.
const FEWEST_SHOUTED: usize = 8;
/// Fewer letters than this fool a detector by groups of letters.
const FEWEST_LETTERS: usize = 40;

/// What a text says about its language.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    /// One of the six.
    One(Language),
    /// Another one.
    Other,
    /// Too little to tell.
    Unclear,
}

/// The writer's own words; where these are too few: the subject's, what is forwarded, the signature's, the thread's.
pub(super) fn of(mail: &Mail, words: &LanguageWords) -> Option<Language> {
    let own = mail.text.own.as_str();
    if !own.chars().any(char::is_alphabetic)
        && let Some((mark, _)) = mail.subject.split_once([':', '：'])
        && let Told::One(language) = detect(mark, words)
    {
        // "Aceptada: first meeting": the mark is of the writer's program, what follows is the topic of whoever invited.
        return Some(language);
    }
    let with_subject = format!("{own}\n{}", mail.base_subject);
    let texts = [own, &with_subject, &mail.text.forwarded, &mail.text.signature, &mail.text.quoted];
    for text in texts {
        match detect(text, words) {
            Told::One(language) => return Some(language),
            Told::Other => return None,
            Told::Unclear => {}
        }
    }
    None
}

/// Letters by script.
#[derive(Debug, Default)]
struct Letters {
    latin: usize,
    han: usize,
    kana: usize,
    cyrillic: usize,
    arabic: usize,
    other: usize,
}

fn letters(text: &str) -> Letters {
    let mut found = Letters::default();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => found.latin += 1,
            '\u{3400}'..='\u{9fff}' => found.han += 1,
            '\u{3040}'..='\u{30ff}' => found.kana += 1,
            '\u{400}'..='\u{52f}' => found.cyrillic += 1,
            '\u{600}'..='\u{6ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' => found.arabic += 1,
            c if c.is_alphabetic() => found.other += 1,
            _ => {}
        }
    }
    found
}

fn detect(text: &str, words: &LanguageWords) -> Told {
    let prose = if is_shouted(text) { prose(&text.to_lowercase()) } else { prose(text) };
    let found = letters(&prose);
    // A Chinese character is about a word; the names, addresses and acronyms in a letter are Latin in every language.
    let (han, latin) = (found.han * 4, found.latin);
    if found.other > latin && found.other > found.han && found.other > found.cyrillic && found.other > found.arabic {
        return if found.other >= 10 { Told::Other } else { Told::Unclear };
    }
    if han + found.kana * 4 > latin && han > found.cyrillic && han > found.arabic {
        // Japanese stands between its characters; a Chinese name of a Japanese firm has one or two signs of it.
        return match (found.kana * 10 > found.han, found.han >= 2) {
            (true, _) => Told::Other,
            (false, true) => Told::One(Language::Zh),
            (false, false) => Told::Unclear,
        };
    }
    if found.arabic * 2 > latin && found.arabic > found.cyrillic {
        return if found.arabic < 3 { Told::Unclear } else { by_words(&prose, words).unless_unclear(Language::Ar) };
    }
    if found.cyrillic * 2 > latin {
        return if found.cyrillic < 4 { Told::Unclear } else { slavic(&prose, words) };
    }
    western(&prose, words)
}

impl Told {
    fn unless_unclear(self, language: Language) -> Told {
        if self == Told::Unclear { Told::One(language) } else { self }
    }
}

/// Whether somebody writes all of it in capitals.
fn is_shouted(text: &str) -> bool {
    let words = || text.split_whitespace().filter(|word| word.chars().any(is_letter) && !word.chars().any(is_han));
    let shouted = words().filter(|word| word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)).count();
    shouted >= FEWEST_SHOUTED && shouted * 5 > words().count() * 4
}

/// Words of prose: addresses, links, numbers and words in capitals (acronyms, family names) say nothing of the language.
fn prose(text: &str) -> String {
    let is_prose = |word: &&str| {
        // Chinese has no blanks: what stands between two of them may be a sentence with an address in it.
        let is_han = word.chars().filter(|c| is_han(*c)).count() >= 2;
        let technical =
            word.contains('@') || word.contains("://") || word.contains("www.") || word.chars().any(|c| c.is_ascii_digit());
        let shouted = word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase()) && word.chars().any(char::is_uppercase);
        is_han || (!technical && !shouted)
    };
    let mut found = String::new();
    for line in text.lines() {
        for word in line.split_whitespace().filter(is_prose) {
            if word.chars().any(is_han) {
                found.extend(word.chars().filter(|c| !c.is_ascii_alphanumeric()));
            } else {
                found.push_str(word);
            }
            found.push(' ');
        }
        found.push('\n');
        if found.len() > MOST {
            break;
        }
    }
    found
}

/// Letters that Russian does not have: Ukrainian, Belarusian, Serbian, Macedonian, Kazakh and their neighbours. A name with them,
/// which begins with a capital, stands in Russian letters, too.
fn slavic(prose: &str, words: &LanguageWords) -> Told {
    let common = prose.split_whitespace().filter(|word| !word.starts_with(char::is_uppercase));
    let foreign = common.flat_map(str::chars).filter(|c| "іїєґўјљњћђџқғңөұүһә".contains(*c)).count();
    if foreign * 100 > letters(prose).cyrillic {
        return Told::Other;
    }
    by_words(prose, words).unless_unclear(Language::Ru)
}

fn western(prose: &str, words: &LanguageWords) -> Told {
    let told = by_words(prose, words);
    if told != Told::Unclear || letters(prose).latin < FEWEST_LETTERS {
        return told;
    }
    let lists =
        vec![Lang::Eng, Lang::Fra, Lang::Spa, Lang::Deu, Lang::Ita, Lang::Por, Lang::Nld, Lang::Pol, Lang::Tur, Lang::Swe];
    match Detector::with_allowlist(lists).detect(prose) {
        Some(info) if !info.is_reliable() => Told::Unclear,
        Some(info) => match info.lang() {
            Lang::Eng => Told::One(Language::En),
            Lang::Fra => Told::One(Language::Fr),
            Lang::Spa => Told::One(Language::Es),
            _ => Told::Other,
        },
        None => Told::Unclear,
    }
}

/// Told by frequent words: of the sentences alone, and where these have none, of the values behind labels too.
fn by_words(prose: &str, words: &LanguageWords) -> Told {
    let sentences: String = prose.lines().flat_map(|line| [without_value(line), "\n"]).collect();
    let told = weigh(&sentences, words);
    if told == Told::Unclear { weigh(prose, words) } else { told }
}

/// A line without what stands behind a label.
fn without_value(line: &str) -> &str {
    match line.split_once([':', '：']) {
        Some((label, _)) if label.split_whitespace().count() <= LONGEST_LABEL => label,
        _ => line,
    }
}

/// A sign in lower case, without `char`'s long search for the letters that most texts are made of.
fn add_lower(lower: &mut String, c: char) {
    match c {
        '\0'..='\x7f' => lower.push(c.to_ascii_lowercase()),
        'а'..='я' | 'ء'..='ي' | '一'..='\u{9fef}' => lower.push(c),
        _ => lower.extend(c.to_lowercase()),
    }
}

fn weigh(text: &str, words: &LanguageWords) -> Told {
    let mut scores = vec![0.0_f32; words.languages().len()];
    let mut lower = String::new();
    for line in text.lines() {
        let tokens: Vec<&str> = line.split(|c: char| !is_letter(c) && !is_mark(c)).filter(|token| !token.is_empty()).collect();
        for (index, token) in tokens.iter().enumerate() {
            lower.clear();
            token.chars().for_each(|c| add_lower(&mut lower, c));
            let bits = words.of(&lower);
            if bits == 0 {
                continue;
            }
            let weight = weight(&tokens, index);
            for (_, score) in scores.iter_mut().enumerate().filter(|(at, _)| bits & (1 << at) != 0) {
                *score += weight;
            }
        }
    }
    let mut ranked: Vec<(f32, Option<Language>)> = scores.into_iter().zip(words.languages().iter().copied()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (Some((best, language)), Some((next, _))) = (ranked.first(), ranked.get(1)) else { return Told::Unclear };
    let is_clear = if *best >= ENOUGH { *best > next * AHEAD } else { *best >= 0.9 && *next < 0.5 };
    match (is_clear, language) {
        (false, _) => Told::Unclear,
        (true, Some(language)) => Told::One(*language),
        // Few words of another language are a name or a greeting.
        (true, None) if *best >= ENOUGH + 1.0 => Told::Other,
        (true, None) => Told::Unclear,
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}')
}

/// One letter says less than a word; a small word between two names ("Ministère de la Culture") belongs to them.
fn weight(tokens: &[&str], index: usize) -> f32 {
    let token = tokens.get(index).copied().unwrap_or_default();
    let is_name = |token: Option<&&str>| token.is_some_and(|token| token.chars().next().is_some_and(char::is_uppercase));
    let is_small = |token: &&&str| token.chars().count() <= 3 && token.chars().all(|c| !c.is_uppercase());
    if is_small(&&token) && index > 0 {
        let before = tokens.get(..index).unwrap_or_default().iter().rev().find(|token| !is_small(token));
        let after = tokens.get(index + 1..).unwrap_or_default().iter().find(|token| !is_small(token));
        if is_name(before) && is_name(after) {
            return 0.2;
        }
    }
    if token.chars().count() == 1 { 0.5 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    fn told(text: &str) -> Told {
        detect(text, &LanguageWords::load(&Resources::built_in()).unwrap())
    }

    #[test]
    fn a_form_is_in_the_language_of_its_labels() {
        let form = "Dear colleagues,\n\nthe Agence nationale des fréquences designates:\n\nName: Jean-Luc de la Tour\n\
                    Position: Directeur de la régulation des contenus\nOrganization: Ministère de l'économie et des finances\n";

        assert_eq!(told(form), Told::One(Language::En));
    }

    #[test]
    fn a_few_words_are_enough() {
        for (text, wanted) in [
            ("Merci.", Told::One(Language::Fr)),
            ("Thanks!", Told::One(Language::En)),
            ("Gracias, recibido.", Told::One(Language::Es)),
            ("收到，谢谢", Told::One(Language::Zh)),
            ("Спасибо!", Told::One(Language::Ru)),
            ("شكرا لكم", Told::One(Language::Ar)),
            ("王强，wangq@qsn.example，第15研究组", Told::One(Language::Zh)),
            ("WE HAVE A NEW MAN FOR THE LIST, HE IS WITH THE MINISTRY OF TRADE", Told::One(Language::En)),
            ("ВНЕСИТЕ МЕНЯ В СПИСОК, Я БУДУ ОТ МИНИСТЕРСТВА СВЯЗИ НАШЕЙ СТРАНЫ", Told::One(Language::Ru)),
            ("OK", Told::Unclear),
        ] {
            assert_eq!(told(text), wanted, "{text}");
        }
    }

    #[test]
    fn other_languages_are_none_of_the_six() {
        for text in [
            "Sehr geehrte Damen und Herren, ich bin bis zum 3. September nicht im Büro.",
            "Gentile Signora, la ringrazio per il messaggio e sono disponibile con i colleghi della sede.",
            "Prezados senhores, estou de férias até o dia 3 e não tenho acesso ao correio.",
            "メールをお送りいただきありがとうございます。休暇をいただいております。",
            "Шановні колеги, дякую за лист, я у відпустці до 3 вересня.",
            "با سلام و احترام، این نامه برای شما است و در آن نام نماینده را می بینید.",
        ] {
            assert_eq!(told(text), Told::Other, "{text}");
        }
    }
}
