//! Names of organizations in Latin, Cyrillic and Arabic script: which words they begin and end with.

use super::bodies::category;
use super::extent::{capital_before, leftmost, over_links, rightmost};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, fold, is_arabic, words};

/// Words of an organization's name at most.
pub(super) const LONGEST: usize = 24;

/// The names in one piece of text.
pub(super) fn alphabetic(chunk: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let labels = &vocabulary.labels;
    let list: Vec<Word<'_>> = words(chunk).into_iter().map(without_elision).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = list.get(at) {
        let form = legal_form(chunk, &list, at, vocabulary);
        let is_quoted = form == 0 && names_quoted(chunk, &list, at, vocabulary);
        let phrase = phrase(&list, at, vocabulary);
        let is_named =
            is_quoted || form > 0 || phrase > 0 || is_key(word, vocabulary) || is_small_key(chunk, &list, at, vocabulary);
        if !is_named
            || is_standard(chunk, &list, at)
            || is_attribute(chunk, &list, at)
            || is_described(chunk, &list, at, vocabulary)
            || is_quoted_part(chunk, &list, at, vocabulary)
        {
            at += 1;
            continue;
        }
        // `our association "X"`: the name stands in the quotation marks; Russian has the word before them in the name.
        let is_kind = is_quoted && word.text.starts_with(|c: char| c.is_lowercase() && !is_cyrillic(c));
        let from = match (is_kind, form) {
            (true, _) => at + 1,
            // `CapeFibre (Pty) Ltd`: the bracket is the form's.
            (_, 1..) => {
                let near = leftmost(chunk, &list, at.saturating_sub(1), vocabulary);
                over_links(chunk, &list, near, vocabulary)
            }
            _ if opens_small(chunk, &list, at, vocabulary) => at,
            _ => leftmost(chunk, &list, at, vocabulary),
        };
        let mut to = if form > 0 { at + form - 1 } else { rightmost(chunk, &list, at, vocabulary) };
        if phrase > 0 && to < at + phrase {
            to = rightmost(chunk, &list, at + phrase - 1, vocabulary);
        }
        to += legal_form(chunk, &list, to + 1, vocabulary);
        if let (Some(first), Some(last)) = (list.get(from), list.get(to))
            && (to > from || is_proper(word.text) || is_compound(word.text, vocabulary))
        {
            let mut end = last.end;
            // A closing quotation mark belongs to the name.
            if let Some(mark) = chunk.get(end..).and_then(|rest| rest.chars().next()).filter(|c| matches!(c, '»' | '”' | '"'))
            {
                end += mark.len_utf8();
            }
            let name = chunk.get(first.start + attached(first.text, vocabulary)..end).unwrap_or_default();
            let name = if is_kind { name.trim_end_matches(['»', '”', '"']) } else { name };
            // `Unit 4` is a part of an address.
            // `الهيئة` alone is the one that was named.
            let is_reference = to == from && name_is_definite(word.text);
            let is_numbered = is_reference || to == at + 1 && from == at && last.text.chars().all(|c| c.is_ascii_digit());
            // `IT Security Officer` is a function.
            let is_function =
                to > from && form == 0 && last.text.starts_with(char::is_uppercase) && labels.roles.matched(&[*last]) > 0;
            if labels.person_label(name).is_none() && to - from < LONGEST && !is_numbered && !is_function {
                // `للوكالة` is of `الوكالة`: the preposition has swallowed the article's first letter.
                let article = if first.text.starts_with("لل") && !name.starts_with("ال") { "ال" } else { "" };
                found.push(format!("{article}{}", without_stop(name)));
            }
        }
        at = to + 1;
    }
    found
}

/// Octets of the Arabic prepositions that are written in front of a body's word: `لوزارة` is of the `وزارة`.
pub(super) fn attached(word: &str, vocabulary: &Vocabulary) -> usize {
    let is_body = |text: &str| vocabulary.labels.organizations.has(text);
    let bare =
        word.strip_prefix(['ل', 'ب', 'ك', 'و', 'ف']).filter(|bare| bare.chars().count() >= SHORTEST_ARABIC && is_body(bare));
    // A word of the list may itself begin with such a letter: `وزارة`, `بنك`.
    bare.map_or(0, |bare| word.len() - bare.len() + attached(bare, vocabulary))
}

/// Letters of an Arabic body's word at least.
const SHORTEST_ARABIC: usize = 3;

/// Whether a text begins with a town or a country.
pub(super) fn is_place(text: &str, vocabulary: &Vocabulary) -> bool {
    let head: Vec<&str> = text.split_whitespace().take(2).collect();
    let head = head.join(" ");
    vocabulary.countries.place(&head).is_some() || !vocabulary.countries.in_text(&head).is_empty()
}

/// How many words from a place on are a body's word of several words (`Haute école`), when the first has a capital.
fn phrase(list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> usize {
    let Some(rest) = list.get(at..).filter(|rest| rest.first().is_some_and(|word| word.text.starts_with(char::is_uppercase)))
    else {
        return 0;
    };
    Some(vocabulary.labels.organizations.matched(rest)).filter(|many| *many > 1).unwrap_or(0)
}

/// How many words from a place on are a company's form behind a capitalised word (`Sp. z o.o.`); it ends the name.
fn legal_form(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> usize {
    let (Some(previous), Some(word)) = (at.checked_sub(1).and_then(|before| list.get(before)), list.get(at)) else { return 0 };
    let is_near =
        chunk.get(previous.end..word.start).is_some_and(|gap| gap.trim_matches([',', ' ', '"', '»', '”', '(', ')']).is_empty());
    // `as`, `ad` are words; a form of few letters has a capital or a dot.
    let is_written = word.text.chars().count() > 2 || word.text.contains(['.', '/']) || word.text.chars().all(char::is_uppercase);
    let is_behind_name = previous.text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    if !(is_near && is_written && is_behind_name) {
        return 0;
    }
    list.get(at..).map_or(0, |rest| vocabulary.labels.legal_forms.matched(rest))
}

/// `الجهة المنظمة للقطاع`: behind a noun with the article, a word with the article says what kind it is.
fn is_attribute(chunk: &str, list: &[Word<'_>], at: usize) -> bool {
    let (Some(before), Some(word)) = (at.checked_sub(1).and_then(|at| list.get(at)), list.get(at)) else { return false };
    name_is_definite(word.text) && name_is_definite(before.text) && chunk.get(before.end..word.start) == Some(" ")
}

/// `an NGO in Lima`: what kind of body one is.
fn is_described(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> bool {
    let (Some(before), Some(word)) = (at.checked_sub(1).and_then(|at| list.get(at)), list.get(at)) else { return false };
    before.text.starts_with(char::is_lowercase)
        && chunk.get(before.end..word.start) == Some(" ")
        && vocabulary.labels.indefinite.matched(&[*before]) > 0
}

/// `our section "Media and Youth"`: what stands in quotation marks behind a word for a part of a body names the part.
fn is_quoted_part(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> bool {
    let (Some(before), Some(word)) = (at.checked_sub(1).and_then(|at| list.get(at)), list.get(at)) else { return false };
    let is_quoted = chunk.get(before.end..word.start).is_some_and(|gap| gap.contains(['«', '"', '“', '„']));
    let labels = &vocabulary.labels;
    is_quoted && labels.subunits.matched(&[*before]) > 0 && labels.organizations.matched(&[*before]) == 0
}

/// `ISO 29410` is a standard and no body.
fn is_standard(chunk: &str, list: &[Word<'_>], at: usize) -> bool {
    let (Some(word), Some(next)) = (list.get(at), list.get(at + 1)) else { return false };
    is_proper(word.text)
        && next.text.starts_with(|c: char| c.is_ascii_digit())
        && chunk.get(word.end..next.start).is_some_and(|gap| gap == " ")
}

/// Small words of French that lose their vowel before another; the `P'` of `P'tit` is no such word.
const ELIDED: [&str; 10] = ["l", "d", "j", "n", "s", "c", "m", "t", "qu", "un"];

/// `l'Autorité` without its article.
pub(super) fn without_elision(word: Word<'_>) -> Word<'_> {
    match word.text.split_once(['\'', '’']) {
        Some((article, rest)) if ELIDED.contains(&article.to_lowercase().as_str()) && rest.chars().count() > 2 => {
            Word { text: rest, start: word.end - rest.len(), end: word.end }
        }
        _ => word,
    }
}

/// Without the full stop of the sentence; the last dot of `S.A.` stays.
fn without_stop(name: &str) -> &str {
    let last = name.rsplit(' ').next().unwrap_or_default();
    if last.matches('.').count() >= 2 { name } else { name.trim_end_matches(['.', ',']) }
}

/// Whether a word makes an organization's name: it is in the list and written as a name.
pub(super) fn is_key(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let first = word.text.chars().next().unwrap_or(' ');
    // Of two letters, only capitals are a company's form: `AS`, and not `As`.
    let is_form = word.text.chars().count() > 2 || word.text.chars().all(char::is_uppercase);
    // `Ngo` is a family name, `NGO` a kind of body.
    let is_name = vocabulary.labels.names.contains(word.text);
    (first.is_uppercase() || is_arabic(first)) && is_form && !is_name && vocabulary.labels.organizations.matched(&[*word]) > 0
}

/// `организация «Имя»`: a small word of the list makes a name when the name stands in quotation marks behind it.
fn names_quoted(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> bool {
    let (Some(word), Some(next)) = (list.get(at), list.get(at + 1)) else { return false };
    let gap = chunk.get(word.end..next.start).unwrap_or_default();
    let is_word = word.text.chars().count() > 3 || word.text.chars().all(char::is_uppercase);
    is_word && gap.contains(['«', '"', '“', '„']) && vocabulary.labels.organizations.matched(&[*word]) > 0
}

/// `Казахский технологический университет`: in Russian the word itself is written small behind the capitalised one. Some words are
/// written small in a sentence and make a name with what follows.
fn is_small_key(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> bool {
    let Some(word) = list.get(at).filter(|word| word.text.starts_with(char::is_lowercase)) else { return false };
    // `интернет-фонд`
    let last = word.text.rsplit('-').next().unwrap_or(word.text);
    word.text.starts_with(is_cyrillic)
        && vocabulary.labels.organizations.has(last)
        && capital_before(chunk, list, at, vocabulary).is_some()
        || opens_small(chunk, list, at, vocabulary)
}

/// Words between a small body's word and the first one with a capital at most: `ministère chargé de la Poste`.
const TO_CAPITAL: usize = 4;

/// `au ministère de la Poste`, `la fundación Niñez`, `ministry of ICT`: a body's word that may be written small, with a name behind it.
pub(super) fn opens_small(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let Some(rest) = list.get(at..) else { return false };
    let many = labels.small_bodies.matched(rest);
    let Some(first) = rest.first().filter(|word| many > 0 && word.text.starts_with(char::is_lowercase)) else { return false };
    let is_described = at.checked_sub(1).and_then(|at| list.get(at)).is_some_and(|word| labels.indefinite.matched(&[*word]) > 0);
    if first.text.starts_with(is_cyrillic) {
        return list.get(at + many).is_some_and(|next| chunk.get(first.end..next.start) == Some(" "));
    }
    let is_link = |word: &&Word<'_>| {
        labels.small_links.matched(&[**word]) > 0
            || labels.articles.matched(&[**word]) > 0
            || labels.particles.has(word.text)
            || word.text == "of"
    };
    let behind = rest.get(many..).unwrap_or_default();
    let links = behind.iter().take(TO_CAPITAL).take_while(is_link).count();
    // `association de Lyon` says where one is; a ministry and a university are named by that.
    let is_there = behind.get(links).and_then(|word| chunk.get(word.start..)).is_some_and(|rest| is_place(rest, vocabulary));
    let is_named_by = || first.text.starts_with("univ") || category(first.text, vocabulary) == Some("member");
    !is_described
        && links > 0
        && (!is_there || is_named_by())
        && behind.get(links).is_some_and(|word| word.text.starts_with(char::is_uppercase))
}

pub(super) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4FF}')
}

/// What Russian puts together into one word begins with: a ministry, a state, a nation.
const COMPOUNDS: [&str; 5] = ["мин", "рос", "гос", "каз", "нац"];

/// `Роскомнадзор`, a name of one word; `Министерство` alone is none.
fn is_compound(word: &str, vocabulary: &Vocabulary) -> bool {
    let folded = fold(word);
    COMPOUNDS.iter().any(|start| folded.starts_with(start)) && !super::russian::is_body(&folded, vocabulary)
}

/// Whether an Arabic word has the article.
fn name_is_definite(word: &str) -> bool {
    word.starts_with("ال")
}

/// An abbreviation that is a whole name: UNICEF, ETSI.
pub(super) fn is_proper(word: &str) -> bool {
    word.chars().count() >= 3 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit())
}
