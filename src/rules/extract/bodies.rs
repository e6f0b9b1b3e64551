//! Organizations, functions and represented bodies in a text.

use crate::charter::Charter;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{Word, fold, is_arabic, is_han, words};

/// Words of an organization's name at most.
const LONGEST: usize = 16;

/// The pieces of a text between marks of punctuation; brackets open a piece of their own. Quotation marks stay.
pub(super) fn chunks(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut previous = ' ';
    let marks: Vec<(usize, char)> = text.char_indices().collect();
    for (index, (at, c)) in marks.iter().enumerate() {
        let next = marks.get(index + 1).map_or(' ', |(_, next)| *next);
        let ends = match c {
            ',' | ';' | '，' | '、' | '；' | '。' | '：' | '(' | ')' | '（' | '）' | '،' | '؛' | '\t' | '|' | '!' | '?'
            | '！' | '？' => true,
            ':' => next.is_whitespace(),
            // A full stop behind a word of three letters or more ends a sentence; behind fewer it abbreviates.
            '.' => {
                let last: String =
                    text.get(start..*at).unwrap_or_default().chars().rev().take_while(|c| c.is_alphanumeric()).collect();
                next.is_whitespace() && (last.chars().count() >= 3 || last.chars().any(|c| c.is_ascii_digit()))
            }
            '–' | '—' => previous.is_whitespace() && next.is_whitespace(),
            '-' => previous.is_whitespace() && next.is_whitespace(),
            '/' => previous.is_whitespace() && next.is_whitespace(),
            _ => false,
        };
        if ends {
            found.push(text.get(start..*at).unwrap_or_default());
            start = at + c.len_utf8();
        }
        previous = *c;
    }
    found.push(text.get(start..).unwrap_or_default());
    found.into_iter().map(str::trim).filter(|chunk| !chunk.is_empty()).collect()
}

/// The organizations that a text names, in order, as written and without an article or preposition before them.
pub(super) fn organizations(text: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let mut found = Vec::new();
    for chunk in chunks(text) {
        if chunk.chars().any(is_han) {
            found.extend(chinese(chunk, vocabulary));
        } else {
            found.extend(alphabetic(chunk, vocabulary));
        }
    }
    found
}

fn chinese(chunk: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    // The last ending of the piece closes the name; what follows it is a function or a verb.
    let mut best: Option<(usize, usize)> = None;
    for end in labels.organization_ends.han() {
        for (at, _) in chunk.match_indices(end.as_str()) {
            let stop = at + end.len();
            if best.is_none_or(|(_, earlier)| stop > earlier) {
                best = Some((at, stop));
            }
        }
    }
    let (mark, stop) = best?;
    let head = chunk.get(..mark).unwrap_or_default();
    let head_start = head
        .rfind(|c: char| c.is_whitespace() || matches!(c, '“' | '"' | '《' | '：' | ':'))
        .map_or(0, |at| at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let mut start = head_start;
    // A short word before the name belongs to the sentence; inside a long name it may be part of it.
    for word in labels.organization_starts.han() {
        if let Some(at) = chunk.get(start..mark).and_then(|inner| inner.rfind(word.as_str())) {
            let after = start + at + word.len();
            let left = chunk.get(after..mark).map_or(0, |rest| rest.chars().count());
            if word.chars().count() > 1 || at == 0 || left >= 2 {
                start = after;
            }
        }
    }
    let name = chunk.get(start..stop).unwrap_or_default().trim();
    let own = chunk.get(start..mark).map_or(0, |rest| rest.chars().filter(|c| is_han(*c) || c.is_alphabetic()).count());
    (own >= 2 && name.chars().count() <= 40).then(|| name.to_owned())
}

fn alphabetic(chunk: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let labels = &vocabulary.labels;
    let list = words(chunk);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = list.get(at) {
        if !is_key(word, vocabulary) {
            at += 1;
            continue;
        }
        // A short piece that begins with such a word is the name, small adjectives and all: "Agence nationale du numérique".
        let rest = list.get(at + 1..).unwrap_or_default();
        let is_plain = |word: &Word<'_>| {
            labels.breaks.matched(&[*word]) == 0 || labels.links.matched(&[*word]) > 0 || labels.articles.matched(&[*word]) > 0
        };
        if at == 0
            && !rest.is_empty()
            && rest.len() <= 8
            && rest.iter().all(is_plain)
            && chunk.starts_with(word.text)
            && !chunk.contains(['@', ':'])
        {
            found.push(without_stop(chunk.trim()).to_owned());
            return found;
        }
        let from = leftmost(chunk, &list, at, vocabulary);
        let to = rightmost(chunk, &list, at, vocabulary);
        if let (Some(first), Some(last)) = (list.get(from), list.get(to))
            && (to > from || is_proper(word.text))
        {
            let mut end = last.end;
            // A closing quotation mark belongs to the name.
            if let Some(mark) = chunk.get(end..).and_then(|rest| rest.chars().next()).filter(|c| matches!(c, '»' | '”' | '"'))
            {
                end += mark.len_utf8();
            }
            let name = chunk.get(first.start..end).unwrap_or_default();
            if labels.person_label(name).is_none() && to - from < LONGEST {
                found.push(without_stop(name).to_owned());
            }
        }
        at = to + 1;
    }
    found
}

/// Without the full stop of the sentence; the last dot of `S.A.` stays.
fn without_stop(name: &str) -> &str {
    let last = name.rsplit(' ').next().unwrap_or_default();
    if last.matches('.').count() >= 2 { name } else { name.trim_end_matches(['.', ',']) }
}

/// Whether a word makes an organization's name: it is in the list and written as a name.
fn is_key(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let first = word.text.chars().next().unwrap_or(' ');
    let list = [*word];
    vocabulary.labels.organizations.matched(&list) > 0 && (first.is_uppercase() || is_arabic(first))
}

/// An abbreviation that is a whole name: UNICEF, ETSI.
fn is_proper(word: &str) -> bool {
    word.chars().count() >= 3 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit())
}

/// The first word of the name around a key word: capitalised words before it, and small ones between them.
fn leftmost(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> usize {
    let mut first = key;
    while let Some(previous) = first.checked_sub(1).and_then(|at| list.get(at)) {
        let Some(current) = list.get(first) else { break };
        let gap = chunk.get(previous.end..current.start).unwrap_or_default();
        let initial = previous.text.chars().next().unwrap_or(' ');
        if !gap.chars().all(|c| c.is_whitespace() || matches!(c, '"' | '“' | '«' | '\'' | '&' | '.'))
            || !initial.is_uppercase()
            || stops(previous, vocabulary)
        {
            break;
        }
        first -= 1;
    }
    first
}

/// Whether a word never belongs to an organization's name.
fn stops(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let list = [*word];
    vocabulary.labels.breaks.matched(&list) > 0
        || vocabulary.labels.articles.matched(&list) > 0
        || vocabulary.labels.honorifics.matched(&list) > 0
}

/// The last word of the name around a key word: capitalised words behind it, and small ones that lead to one.
fn rightmost(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> usize {
    let script_runs_on = list
        .get(key)
        .and_then(|word| word.text.chars().next())
        .is_some_and(|c| is_arabic(c) || matches!(c, '\u{400}'..='\u{4FF}'));
    let mut last = key;
    let mut ahead = key + 1;
    while let (Some(word), Some(previous)) = (list.get(ahead), list.get(ahead - 1)) {
        let gap = chunk.get(previous.end..word.start).unwrap_or_default();
        if !gap.chars().all(|c| c.is_whitespace() || matches!(c, '«' | '»' | '"' | '“' | '”' | '&' | '\'' | '’' | '.'))
            || ahead - key > LONGEST
        {
            break;
        }
        let initial = word.text.chars().next().unwrap_or(' ');
        let elided = word.text.split_once(['\'', '’']).is_some_and(|(_, rest)| rest.starts_with(char::is_uppercase));
        let is_small = !initial.is_uppercase() || is_arabic(initial);
        if is_small && stops(word, vocabulary) {
            // A small word leads on only when the name goes on right behind it.
            let labels = &vocabulary.labels;
            let leads = labels.links.matched(&[*word]) > 0 || labels.articles.matched(&[*word]) > 0;
            let goes_on = list.get(ahead + 1).is_some_and(|next| {
                let is_name = next.text.starts_with(char::is_uppercase) && labels.not_names.matched(&[*next]) == 0
                    || labels.articles.matched(&[*next]) > 0;
                is_name || labels.organizations.matched(&[*next]) > 0
            });
            if !(leads && goes_on) {
                break;
            }
            ahead += 1;
            continue;
        }
        if vocabulary.labels.roles.matched(&[*word]) > 0 && !initial.is_uppercase() {
            break;
        }
        if initial.is_uppercase() || elided || script_runs_on && (is_arabic(initial) || matches!(initial, '\u{400}'..='\u{4FF}'))
        {
            last = ahead;
        } else if ahead - last > 3 {
            break;
        }
        ahead += 1;
    }
    last
}

/// The function that a piece of text states, if it does: the piece without what only leads to it.
pub(super) fn role(chunk: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let chunk = chunk.trim().trim_end_matches(['.', ',', ';', '。', '，']);
    if chunk.is_empty() || chunk.chars().count() > 110 || chunk.contains('@') {
        return None;
    }
    if chunk.chars().any(is_han) {
        return chinese_role(chunk, vocabulary);
    }
    let list = words(chunk);
    let key = (0..list.len()).find(|at| list.get(*at..).is_some_and(|rest| labels.roles.matched(rest) > 0))?;
    // What stands before the function's first word belongs to it unless the sentence ends there.
    let mut first = key;
    while let Some(previous) = first.checked_sub(1).and_then(|at| list.get(at)) {
        let list = [*previous];
        let is_article = labels.articles.matched(&list) > 0;
        if labels.breaks.matched(&list) > 0 && labels.modifiers.matched(&list) == 0
            || is_article
            || labels.honorifics.matched(&list) > 0
        {
            break;
        }
        first -= 1;
    }
    let mut last = list.len().checked_sub(1)?;
    // A clause behind it is no part of it: "director at X", "chef de service auprès de Y".
    for (at, word) in list.iter().enumerate().skip(key + 1) {
        let next_is_body = list.get(at + 1..).is_some_and(|rest| rest.iter().take(4).any(|word| is_key(word, vocabulary)));
        let leads_away = labels.at.matched(&[*word]) > 0 && next_is_body;
        let is_verb = labels.breaks.matched(&[*word]) > 0 && labels.links.matched(&[*word]) == 0;
        if leads_away || is_verb {
            last = at.saturating_sub(1);
            break;
        }
    }
    let (first, last) = (list.get(first)?, list.get(last)?);
    let role = chunk.get(first.start..last.end)?.trim();
    (role.split_whitespace().count() <= 12 && !role.is_empty()).then(|| role.to_owned())
}

fn chinese_role(chunk: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let chunk = labels
        .role_starts
        .han()
        .iter()
        .filter_map(|lead| chunk.rfind(lead.as_str()).map(|at| at + lead.len()))
        .max()
        .and_then(|at| chunk.get(at..))
        .unwrap_or(chunk)
        .trim_start();
    // The function ends the piece; a name may follow after a blank.
    let piece = chunk.split_whitespace().find(|piece| labels.roles.han_at_end(piece).is_some())?;
    let organization = chinese(piece, vocabulary).filter(|name| piece.starts_with(name.as_str()) && piece.len() > name.len());
    let role = organization.map_or(piece, |name| piece.get(name.len()..).unwrap_or(piece));
    (role.chars().count() <= 24).then(|| role.trim().to_owned())
}

/// Canonical study groups (`SG17`) that a text names: those that the charter expects, and no other sector's.
pub(super) fn study_groups(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Vec<String> {
    let bodies = &vocabulary.labels.bodies;
    let expected: Vec<&str> = charter.seats.iter().filter_map(|seat| seat.study_group.as_deref()).collect();
    let mut found: Vec<(usize, String)> = Vec::new();
    for pattern in &bodies.study_group {
        for captures in pattern.captures_iter(text) {
            let (Some(whole), Some(number)) = (captures.get(0), captures.get(1)) else { continue };
            let group = format!("SG{}", number.as_str());
            let before: String = text
                .get(..whole.start())
                .unwrap_or_default()
                .chars()
                .rev()
                .take(24)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            let around = format!("{before}{}", whole.as_str());
            let behind: String = text.get(whole.end()..).unwrap_or_default().chars().take(36).collect();
            let other = any(&bodies.other_sector, &around) || any(&bodies.other_sector, &behind) && !behind.contains("UIT-T");
            if expected.contains(&group.as_str()) && !other && !found.iter().any(|(_, known)| *known == group) {
                found.push((whole.start(), group));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, group)| group).collect()
}

/// The category of a seat that a text names by its body's name or alias: `itu-r`, `itu-d`, `cwg-cop` …
pub(super) fn seat_category(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Option<String> {
    let folded = fold(text);
    let named = charter.seats.iter().filter(|seat| seat.study_group.is_none()).find(|seat| {
        std::iter::once(&seat.body).chain(&seat.aliases).any(|name| {
            let name = fold(name);
            folded.match_indices(&name).any(|(at, _)| {
                let before = folded.get(..at).and_then(|head| head.chars().next_back());
                let after = folded.get(at + name.len()..).and_then(|rest| rest.chars().next());
                name.chars().any(is_han)
                    || (before.is_none_or(|c| !c.is_alphanumeric()) && after.is_none_or(|c| !c.is_alphanumeric()))
            })
        })
    });
    let by_word = || {
        let category = |patterns, name: &str| any(patterns, text).then(|| name.to_owned());
        category(&vocabulary.labels.bodies.itu_r, "itu-r").or_else(|| category(&vocabulary.labels.bodies.itu_d, "itu-d"))
    };
    named
        .map(|seat| seat.category.clone())
        .or_else(by_word)
        .filter(|category| charter.seats.iter().any(|seat| seat.category == *category))
}

/// The category that an organization's own words give ground for.
pub(super) fn category(text: &str, vocabulary: &Vocabulary) -> Option<&'static str> {
    // The Union's own bodies standardize, too, and say nothing about whoever writes to them.
    let mut text = fold(text);
    for own in vocabulary.labels.ours.han() {
        text = text.replace(own.as_str(), " ");
    }
    let text = text.as_str();
    vocabulary.labels.categories.iter().find(|(_, words)| words.is_in(text)).map(|(name, _)| *name)
}
