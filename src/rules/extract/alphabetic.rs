//! Names of organizations in Latin, Cyrillic and Arabic script: which words they begin and end with.

use super::letter::plain;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{Word, is_arabic, words};

/// Letters of `pour`, `por` and the like at least; `y` joins words of a name.
const SHORTEST_PREPOSITION: usize = 3;

/// Words of an organization's name at most.
const LONGEST: usize = 16;

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
            _ => leftmost(chunk, &list, at, vocabulary),
        };
        let mut to = if form > 0 { at + form - 1 } else { rightmost(chunk, &list, at, vocabulary) };
        if phrase > 0 && to < at + phrase {
            to = rightmost(chunk, &list, at + phrase - 1, vocabulary);
        }
        to += legal_form(chunk, &list, to + 1, vocabulary);
        if let (Some(first), Some(last)) = (list.get(from), list.get(to))
            && (to > from || is_proper(word.text))
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
fn attached(word: &str, vocabulary: &Vocabulary) -> usize {
    let is_body = |text: &str| vocabulary.labels.organizations.has(text);
    let bare =
        word.strip_prefix(['ل', 'ب', 'ك', 'و', 'ف']).filter(|bare| bare.chars().count() >= SHORTEST_ARABIC && is_body(bare));
    // A word of the list may itself begin with such a letter: `وزارة`, `بنك`.
    bare.map_or(0, |bare| word.len() - bare.len() + attached(bare, vocabulary))
}

/// Letters of an Arabic body's word at least.
const SHORTEST_ARABIC: usize = 3;

/// Whether a text begins with a town or a country.
fn is_place(text: &str, vocabulary: &Vocabulary) -> bool {
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

/// `l'Autorité` without its article.
pub(super) fn without_elision(word: Word<'_>) -> Word<'_> {
    match word.text.split_once(['\'', '’']) {
        Some((article, rest))
            if article.chars().count() <= 2 && rest.chars().count() > 2 && article.chars().all(char::is_alphabetic) =>
        {
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

/// `Казахский технологический университет`: in Russian the word itself is written small behind the capitalised one.
fn is_small_key(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> bool {
    let Some(word) = list.get(at).filter(|word| word.text.starts_with(is_cyrillic)) else { return false };
    vocabulary.labels.organizations.matched(&[*word]) > 0 && capital_before(chunk, list, at, vocabulary).is_some()
}

/// Endings of Russian adjectives, in all cases.
const ADJECTIVES: [&str; 15] = ["й", "я", "е", "ого", "его", "ому", "ему", "ым", "им", "ом", "ую", "юю", "ых", "их", "ыми"];

/// The capitalised Russian word, up to three adjectives before a place, that begins a name.
fn capital_before(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> Option<usize> {
    let mut first = at;
    for _ in 0..4 {
        let (previous, current) = (list.get(first.checked_sub(1)?)?, list.get(first)?);
        let is_close = chunk.get(previous.end..current.start).is_some_and(|gap| gap.trim().is_empty());
        let is_adjective = previous.text.starts_with(is_cyrillic) && !stops(previous, vocabulary);
        if !is_close || !is_adjective || vocabulary.labels.roles.matched(&[*previous]) > 0 {
            return None;
        }
        first -= 1;
        // `Прежнее контактное лицо ОАО …`: a noun between them belongs to the sentence.
        if previous.text.starts_with(char::is_lowercase) && previous.text.ends_with(['о', 'а', 'ь', 'ы', 'и']) {
            return None;
        }
        if previous.text.starts_with(char::is_uppercase) {
            // A person's name is no adjective.
            return ADJECTIVES.iter().any(|ending| previous.text.ends_with(ending)).then_some(first);
        }
    }
    None
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4FF}')
}

/// Whether an Arabic word has the article.
fn name_is_definite(word: &str) -> bool {
    word.starts_with("ال")
}

/// An abbreviation that is a whole name: UNICEF, ETSI.
fn is_proper(word: &str) -> bool {
    word.chars().count() >= 3 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit())
}

/// The first word of the name around a key word: capitalised words before it, and small ones between them.
fn leftmost(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let mut first = key;
    while let Some(previous) = first.checked_sub(1).and_then(|at| list.get(at)) {
        let Some(current) = list.get(first) else { break };
        let gap = chunk.get(previous.end..current.start).unwrap_or_default();
        let initial = previous.text.chars().next().unwrap_or('&');
        let is_gap = |c: char| c.is_whitespace() || matches!(c, '"' | '“' | '«' | '\'' | '&' | '.' | '„');
        if !gap.chars().all(is_gap) {
            break;
        }
        let belongs = |word: &Word<'_>| {
            word.text.starts_with(char::is_uppercase) && !stops(word, vocabulary) && labels.roles.matched(&[*word]) == 0
        };
        if initial == '&' || labels.ands.matched(&[*previous]) > 0 {
            // `Consumer and Competition Authority`
            let before = first.checked_sub(2).and_then(|at| list.get(at));
            if !before.is_some_and(belongs) {
                break;
            }
            first -= 2;
            continue;
        }
        if !belongs(previous) {
            break;
        }
        first -= 1;
    }
    if first == key {
        return capital_before(chunk, list, key, vocabulary).unwrap_or(first);
    }
    first
}

/// Small words in a row that lead from one word of a company's name to the next: `de las`.
const MOST_LINKS: usize = 2;

/// `Operadora del Guadiana S.A.`: what a form ends begins before the small words, when a capitalised word stands there.
fn over_links(chunk: &str, list: &[Word<'_>], first: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let is_link = |word: &Word<'_>| {
        labels.small_links.matched(&[*word]) > 0 && labels.at.matched(&[*word]) == 0 && word.text.starts_with(char::is_lowercase)
    };
    let close = |at: usize| {
        let (Some(before), Some(word)) = (at.checked_sub(1).and_then(|at| list.get(at)), list.get(at)) else { return false };
        chunk.get(before.end..word.start) == Some(" ")
    };
    let mut from = first;
    let mut links = 0;
    while links < MOST_LINKS && close(from) && from.checked_sub(1).and_then(|at| list.get(at)).is_some_and(is_link) {
        from -= 1;
        links += 1;
    }
    let head = from.checked_sub(1).and_then(|at| list.get(at)).filter(|_| links > 0 && close(from));
    let is_name = head.is_some_and(|word| {
        word.text.starts_with(char::is_uppercase)
            && !stops(word, vocabulary)
            && labels.roles.matched(&[*word]) == 0
            && labels.subunits.matched(&[*word]) == 0
    });
    if is_name { from - 1 } else { first }
}

/// Whether a word never belongs to an organization's name.
fn stops(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let list = [*word];
    vocabulary.labels.breaks.matched(&list) > 0
        || vocabulary.labels.articles.matched(&list) > 0
        || vocabulary.labels.honorifics.matched(&list) > 0
}

/// The last word of the name around a key word: capitalised words behind it, and small ones that lead to one. Where a language writes
/// the names of bodies small but for the first word, the name runs on to a verb.
fn rightmost(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let runs_on = runs_on(list, key, vocabulary);
    let mut last = key;
    let mut ahead = key + 1;
    while let (Some(word), Some(previous)) = (list.get(ahead), list.get(ahead - 1)) {
        let gap = chunk.get(previous.end..word.start).unwrap_or_default();
        let is_gap = |c: char| c.is_whitespace() || matches!(c, '«' | '»' | '"' | '“' | '”' | '„' | '&' | '\'' | '’' | '.' | ',');
        // `de l'Économie`
        let elided_gap = gap.ends_with(['\'', '’']) && gap.trim().chars().count() <= 3;
        if !(gap.chars().all(is_gap) || elided_gap) || ahead - key > LONGEST {
            break;
        }
        let initial = word.text.chars().next().unwrap_or('&');
        let elided = word.text.split_once(['\'', '’']).is_some_and(|(_, rest)| rest.starts_with(char::is_uppercase));
        let is_small = !initial.is_uppercase() || is_arabic(initial);
        // `تنظيم البريد والاتصالات`: a word that ends names elsewhere is joined to the next one.
        let is_joined = || list.get(ahead + 1).is_some_and(|next| next.text.starts_with("وال"));
        let is_joined = word.text.starts_with("ال") && is_joined();
        if is_arabic(initial) && stops(word, vocabulary) && !is_joined {
            break;
        }
        // What is an article in one language is a verb in another: `le Ministère … a pris note`.
        let is_article = || labels.articles.matched(&[*word]) > 0 && labels.breaks.matched(&[*word]) == 0;
        let is_link = word.text.is_empty() || labels.links.matched(&[*word]) > 0 || is_article();
        if is_small && !is_joined && (is_link || stops(word, vocabulary)) {
            // A small word leads on only when the name goes on right behind it.
            let goes_on = list.get(ahead + 1).is_some_and(|next| {
                let is_name = next.text.starts_with(char::is_uppercase)
                    || labels.articles.matched(&[*next]) > 0
                    || runs_on && !stops(next, vocabulary) && !is_verb(next, vocabulary);
                // `left the Forum on December 31`
                let is_date = vocabulary.time.is_month(next.text);
                // `X Charity in Leeds`
                let is_place = (labels.breaks.matched(&[*word]) > 0 || labels.at.matched(&[*word]) > 0)
                    && chunk.get(next.start..).is_some_and(|rest| is_place(rest, vocabulary));
                // `quitté l'Association X pour la Fondation Y`
                let is_next_body = word.text.chars().count() >= SHORTEST_PREPOSITION
                    && labels.breaks.matched(&[*word]) > 0
                    && list.get(ahead + 1..).unwrap_or_default().iter().take(2).any(|next| is_key(next, vocabulary));
                !is_date
                    && !is_place
                    && !is_next_body
                    && (is_name || is_key(next, vocabulary) || labels.organizations.matched(&[*next]) > 0)
            });
            if !(is_link && goes_on) {
                break;
            }
            ahead += 1;
            continue;
        }
        if is_small && (labels.roles.matched(&[*word]) > 0 || runs_on && is_verb(word, vocabulary)) {
            break;
        }
        // A number behind an Arabic or Russian name is a telephone's or a date's.
        if runs_on && word.text.starts_with(char::is_numeric) {
            break;
        }
        if initial.is_uppercase() || elided || runs_on {
            if initial.is_uppercase() && labels.honorifics.matched(&[*word]) > 0 {
                break;
            }
            last = ahead;
        } else {
            break;
        }
        ahead += 1;
    }
    last
}

/// Whether the language of a key word writes the rest of the name small.
fn runs_on(list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let Some(word) = list.get(key) else { return false };
    if word.text.starts_with(|c: char| is_arabic(c) || is_cyrillic(c)) {
        return true;
    }
    // Behind an abbreviation, or before a capitalised word, every word of the name is.
    let is_title = list.get(key + 1).is_some_and(|next| next.text.starts_with(char::is_uppercase));
    if labels.small_names.matched(&[*word]) == 0 || is_proper(word.text) || is_title {
        return false;
    }
    // A word that English has, too (`Forum`), needs a Romance word behind it.
    let is_english = labels.english_names.matched(&[*word]) > 0;
    let next_is_name = || {
        let small = list.get(key + 1).is_some_and(|next| next.text.starts_with(char::is_lowercase) && !stops(next, vocabulary));
        small
            && list
                .get(key + 2)
                .is_some_and(|name| name.text.starts_with(char::is_uppercase) && labels.honorifics.matched(&[*name]) == 0)
    };
    !is_english
        || next_is_name()
        || list.get(key + 1..).unwrap_or_default().iter().take(2).any(|next| labels.small_links.matched(&[*next]) > 0)
}

/// Whether a word is one by which letters propose or withdraw somebody.
fn is_verb(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let text = plain(word.text);
    any(&vocabulary.labels.cues.propose, &text) || any(&vocabulary.labels.cues.withdraw, &text)
}
