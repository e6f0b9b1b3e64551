//! How far the name of an organization reaches around the word that tells it, in Latin, Cyrillic and Arabic script.

use super::alphabetic::{LONGEST, is_cyrillic, is_key, is_place, is_proper};
use super::letter::plain;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{Word, is_arabic};

/// Letters of an abbreviation at most: `Dept. of …`, `Assoc. of …`.
const LONGEST_SHORT: usize = 6;

/// Letters of `pour`, `por` and the like at least; `y` joins words of a name.
const SHORTEST_PREPOSITION: usize = 3;

/// Endings of Russian adjectives, in all cases.
const ADJECTIVES: [&str; 15] = ["й", "я", "е", "ого", "его", "ому", "ему", "ым", "им", "ом", "ую", "юю", "ых", "их", "ыми"];

/// The capitalised Russian word, up to three adjectives before a place, that begins a name.
pub(super) fn capital_before(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> Option<usize> {
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
        if previous.text.starts_with(char::is_lowercase)
            && previous.text.ends_with(['о', 'а', 'ь', 'ы', 'и'])
            && !(previous.text.ends_with("ого") || previous.text.ends_with("его") || previous.text.ends_with("ыми"))
        {
            return None;
        }
        if previous.text.starts_with(char::is_uppercase) {
            // A person's name is no adjective.
            return ADJECTIVES.iter().any(|ending| previous.text.ends_with(ending)).then_some(first);
        }
    }
    None
}

/// The first word of the name around a key word: capitalised words before it, and small ones between them.
pub(super) fn leftmost(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> usize {
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
            // `Циркуляр БСЭ Министерство …` are two bodies.
            let is_ours = word.text.starts_with(is_cyrillic) && labels.ours.matched(&[*word]) > 0;
            word.text.starts_with(char::is_uppercase)
                && !is_ours
                && !stops(word, vocabulary)
                && labels.roles.matched(&[*word]) == 0
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
pub(super) fn over_links(chunk: &str, list: &[Word<'_>], first: usize, vocabulary: &Vocabulary) -> usize {
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
pub(super) fn stops(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let list = [*word];
    vocabulary.labels.breaks.matched(&list) > 0
        || vocabulary.labels.articles.matched(&list) > 0
        || vocabulary.labels.honorifics.matched(&list) > 0
}

/// The last word of the name around a key word: capitalised words behind it, and small ones that lead to one. Where a language writes
/// the names of bodies small but for the first word, the name runs on to a verb.
pub(super) fn rightmost(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let runs_on = runs_on(chunk, list, key, vocabulary);
    let mut last = key;
    let mut ahead = key + 1;
    while let (Some(word), Some(previous)) = (list.get(ahead), list.get(ahead - 1)) {
        let gap = chunk.get(previous.end..word.start).unwrap_or_default();
        let is_gap = |c: char| c.is_whitespace() || matches!(c, '«' | '»' | '"' | '“' | '”' | '„' | '&' | '\'' | '’' | '.' | ',');
        // `de l'Économie`
        let elided_gap = gap.ends_with(['\'', '’']) && gap.trim().chars().count() <= 3;
        // `Ministry of Posts. My …`: a full stop behind a long word ends the sentence.
        let ends_sentence = gap.starts_with(". ") && previous.text.chars().count() > LONGEST_SHORT;
        if !(gap.chars().all(is_gap) || elided_gap) || ends_sentence || ahead - key > LONGEST {
            break;
        }
        let initial = word.text.chars().next().unwrap_or('&');
        let elided = word.text.split_once(['\'', '’']).is_some_and(|(_, rest)| rest.starts_with(char::is_uppercase));
        let is_small = !initial.is_uppercase() || is_arabic(initial);
        // `تنظيم البريد والاتصالات`: a word that ends names elsewhere is joined to the next one.
        let is_joined = || list.get(ahead + 1).is_some_and(|next| next.text.starts_with("وال"));
        let is_joined = word.text.starts_with("ال") && is_joined();
        // `وزارة البريد`: a body's word without the article wants another behind it.
        let is_joined = is_joined || ahead == key + 1 && word.text.starts_with("ال") && !previous.text.starts_with("ال");
        if is_arabic(initial) && stops(word, vocabulary) && !is_joined {
            break;
        }
        // What is an article in one language is a verb in another: `le Ministère … a pris note`.
        let is_article = || labels.articles.matched(&[*word]) > 0 && labels.breaks.matched(&[*word]) == 0;
        let is_link = word.text.is_empty() || labels.links.matched(&[*word]) > 0 || is_article() || is_particle(word, vocabulary);
        if is_small && !is_joined && (is_link || stops(word, vocabulary)) {
            if !(is_link && goes_on(chunk, list, (key, ahead), vocabulary)) {
                break;
            }
            ahead += 1;
            continue;
        }
        if is_small && (labels.roles.matched(&[*word]) > 0 || runs_on && is_verb(word, vocabulary)) {
            break;
        }
        let is_inside = list.get(key).is_some_and(|word| word.text.starts_with(char::is_lowercase)) || ahead > key + 1;
        if is_inside && gap == " " && is_person_behind(chunk, list, ahead, vocabulary) {
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

/// A small word leads on only when the name goes on right behind it.
fn goes_on(chunk: &str, list: &[Word<'_>], (key, ahead): (usize, usize), vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let (Some(word), Some(next)) = (list.get(ahead), list.get(ahead + 1)) else { return false };
    let is_name = next.text.starts_with(char::is_uppercase)
        || labels.articles.matched(&[*next]) > 0
        || is_particle(next, vocabulary)
        || runs_on(chunk, list, key, vocabulary) && !stops(next, vocabulary) && !is_verb(next, vocabulary);
    // `left the Forum on December 31`
    let is_date = vocabulary.time.is_month(next.text);
    // `X Charity in Leeds`
    let is_place = (labels.breaks.matched(&[*word]) > 0 || labels.at.matched(&[*word]) > 0)
        && chunk.get(next.start..).is_some_and(|rest| is_place(rest, vocabulary));
    // `quitté l'Association X pour la Fondation Y`
    let is_next_body = word.text.chars().count() >= SHORTEST_PREPOSITION
        && labels.breaks.matched(&[*word]) > 0
        && list.get(ahead + 1..).unwrap_or_default().iter().take(2).any(|next| is_key(next, vocabulary));
    !is_date && !is_place && !is_next_body && (is_name || is_key(next, vocabulary) || labels.organizations.matched(&[*next]) > 0)
}

/// `des Postes`: a small word of family names stands in names of bodies, too.
fn is_particle(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    vocabulary.labels.particles.has(word.text) && vocabulary.labels.breaks.matched(&[*word]) == 0
}

/// Whether the language of a key word writes the rest of the name small.
fn runs_on(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> bool {
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
    // `d'études`, of which only the second part is left.
    let is_elided = |word: &Word<'_>| chunk.get(..word.start).is_some_and(|head| head.ends_with(['\'', '’']));
    // `La Police fédérale`
    let is_led = || {
        let before = key.checked_sub(1).and_then(|at| list.get(at));
        before.is_some_and(|before| labels.particles.has(before.text) && chunk.get(before.end..word.start) == Some(" "))
            || is_elided(word)
    };
    let near = || list.get(key + 1..).unwrap_or_default().iter().take(2);
    !is_english
        || next_is_name()
        || is_led()
        || near().any(|next| labels.small_links.matched(&[*next]) > 0 || is_elided(next) || next.text == "des")
}

/// Whether a word is one by which letters propose or withdraw somebody.
fn is_verb(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let text = plain(word.text);
    any(&vocabulary.labels.cues.propose, &text) || any(&vocabulary.labels.cues.withdraw, &text)
}

/// `доцент Ереванского университета Ануш Григорян`: two capitalised Russian words behind small ones that are no country and no body.
fn is_person_behind(chunk: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let (Some(before), Some(first), Some(second)) =
        (at.checked_sub(1).and_then(|at| list.get(at)), list.get(at), list.get(at + 1))
    else {
        return false;
    };
    let is_name = |word: &Word<'_>| {
        word.text.starts_with(|c: char| is_cyrillic(c) && c.is_uppercase())
            && word.text.contains(char::is_lowercase)
            && labels.organizations.matched(&[*word]) == 0
            && labels.not_names.matched(&[*word]) == 0
    };
    before.text.starts_with(char::is_lowercase)
        && is_name(first)
        && is_name(second)
        && chunk.get(first.end..second.start) == Some(" ")
        && chunk.get(first.start..second.end).is_some_and(|pair| vocabulary.countries.in_text(pair).is_empty())
}
