//! The function of a person, told from what stands beside his name.

use super::affiliation::{DIVISIONS, names_domain};
use super::bodies::{chunks, role, spans};
use super::functions::{behind, stated};
use super::names;
use super::organizations::{foreign, organizations};
use super::person::{Common, Segment, set};
use super::units::Shape;
use crate::charter::Charter;
use crate::domain::steps::{FoundPerson, Part};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, is_han, simplified};

/// What stands in the line below a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// A body, so that the function's own line names none.
    Body,
    /// Whatever.
    Anything,
}

/// Characters of a function at most.
const LONGEST_FUNCTION: usize = 100;

/// Takes the function of a person from the words beside his name: behind it, before it, in a sentence of its own, or by its place.
pub(super) fn take_role(
    person: &mut FoundPerson,
    part: Part,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) {
    let found = beside(segment, vocabulary, charter)
        .or_else(|| before(segment, vocabulary).map(|role| (role, part)))
        .or_else(|| said_function(segment, vocabulary))
        .or_else(|| stated(segment, vocabulary))
        .or_else(|| by_place(person, segment, common, vocabulary, charter));
    if let Some((text, part)) = found {
        let is_open = text.contains('(') && !text.contains(')');
        let text = if is_open { format!("{text})") } else { text };
        set(person, "role", part, &text, "function-beside-name");
        person.role = Some(text);
    }
}

/// Units from a name on in which a function is looked for, and pieces of a sentence and of a line.
const UNITS: usize = 6;
const PIECES_OF_PROSE: usize = 3;
const PIECES_OF_LINE: usize = 8;

/// The function in the words behind the name, or in the lines below it.
fn beside(segment: &Segment<'_>, vocabulary: &Vocabulary, charter: &Charter) -> Option<(String, Part)> {
    let first = segment.pieces.first().map_or(0, |(first, _)| first.paragraph);
    for (index, (unit, piece)) in segment.pieces.iter().take(UNITS).enumerate() {
        if index > 0 && (unit.shape == Shape::Prose || unit.paragraph != first) {
            break;
        }
        let limit = if unit.shape == Shape::Prose { PIECES_OF_PROSE } else { PIECES_OF_LINE };
        // `Inspector, Content and Numbering` above the line with the body: no body stands in its own line.
        let is_above_body = unit.shape == Shape::Line
            && segment
                .pieces
                .get(index + 1)
                .is_some_and(|(next, text)| next.paragraph == unit.paragraph && !foreign(text, vocabulary, charter).is_empty());
        let below = if is_above_body { Below::Body } else { Below::Anything };
        for chunk in role_chunks(piece, below, vocabulary).into_iter().take(limit) {
            // `王伟先生和市场部经理李雷`: what is joined to a name goes on with the next one.
            let is_joined = chunk.starts_with(is_han) && vocabulary.labels.ands.han_at_start(&simplified(&chunk)).is_some();
            // `Principal: Mr Roe, Director`: a label is nobody's function.
            let last = chunk.rsplit(' ').next().unwrap_or_default();
            let is_label = (vocabulary.labels.announced(&chunk).is_some()
                || vocabulary.labels.person_label(last).is_some() && role(&chunk, vocabulary).is_some_and(|role| role == last))
                && piece.split_once(chunk.as_str()).is_some_and(|(_, rest)| rest.trim_start().starts_with([':', '：']));
            let chunk = before_address(&chunk);
            if chunk.is_empty() || is_joined || is_label || names::whole(chunk, vocabulary).is_some() {
                continue;
            }
            // `周立群副院长将参加`: the function follows the name without a mark.
            let behind = || (index == 0 && piece.starts_with(chunk)).then(|| role_at_start(chunk, vocabulary)).flatten();
            // `Professor Jane Roe` behind other words is somebody's name, too.
            let is_name = |role: &String| names::whole(role, vocabulary).is_some_and(|name| name.honorific.is_some());
            if let Some(role) = role(chunk, vocabulary).or_else(behind).filter(|role| !is_name(role)) {
                return Some((role, unit.part));
            }
        }
    }
    None
}

/// Words between a function and the name behind it at most: `nuestra directora es ahora la`.
const MOST_BETWEEN: usize = 3;

/// The function in the words before the name.
fn before(segment: &Segment<'_>, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let chunks = chunks(segment.before);
    let mut last = *chunks.last()?;
    // `su Vicepresidente, el Mtro. X`: an article leads to the name.
    let is_article = |piece: &str| {
        let list = crate::vocabulary::words::words(piece);
        let leads = |word: &Word<'_>| labels.articles.matched(&[*word]) > 0 || labels.honorifics.matched(&list) > 0;
        list.len() <= 2 && list.first().is_some_and(leads)
    };
    if is_article(last) && segment.before.trim_end().ends_with(last) {
        last = chunks.iter().rev().nth(1)?;
    }
    // Chinese: only the word directly before the name.
    let last = if last.chars().any(is_han) { behind_names(last.split_whitespace().last()?, vocabulary) } else { tail(last) };
    // `on behalf of the Director I send you the name of our expert: …`: a function before a name stands near it.
    let is_near =
        |role: &String| last.split_once(role.as_str()).is_none_or(|(_, rest)| rest.split_whitespace().count() <= MOST_BETWEEN);
    role(last, vocabulary).filter(is_near)
}

/// A piece without an address that a wrapped line has put behind it: `Director of Policy jane@…`.
fn before_address(piece: &str) -> &str {
    let Some(at) = piece.find('@') else { return piece };
    piece.get(..at).and_then(|head| head.rsplit_once(' ')).map_or("", |(head, _)| head.trim_end())
}

/// The last words of a long piece: a function before a name is not longer.
fn tail(piece: &str) -> &str {
    let from = piece.char_indices().rev().nth(LONGEST_FUNCTION).map_or(0, |(at, _)| at);
    let rest = piece.get(from..).unwrap_or(piece);
    if from == 0 { piece } else { rest.split_once(' ').map_or(rest, |(_, rest)| rest) }
}

/// the body elsewhere.
fn by_place(
    person: &FoundPerson,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) -> Option<(String, Part)> {
    let (unit, piece) = segment.pieces.first()?;
    let rest =
        piece.strip_prefix([',', '،', '，']).or_else(|| piece.strip_prefix(" – ").or_else(|| piece.strip_prefix(" - ")))?;
    let chunk = *chunks(rest).first().filter(|chunk| rest.trim_start().starts_with(**chunk))?;
    let list = crate::vocabulary::words::words(chunk);
    let first = list.first()?;
    let is_small = first.text.starts_with(char::is_lowercase);
    let is_long = if chunk.chars().any(is_han) { chunk.chars().count() > 12 } else { list.len() > SCOPE };
    let labels = &vocabulary.labels;
    let leads_on = labels.breaks.matched(&[*first]) > 0
        || labels.articles.matched(&[*first]) > 0
        || labels.at.matched(&[*first]) > 0
        || labels.particles.has(first.text)
        || list.iter().any(|word| labels.breaks.matched(&[*word]) > 0 && word.text.chars().count() > 3);
    let is_other = chunk.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | ':'))
        || labels.honorifics.has(chunk)
        || labels.suffixes.has(chunk)
        || labels.person_label(chunk).is_some()
        || labels.person_label(first.text).is_some()
        || vocabulary.countries.is_name(chunk)
        || vocabulary.countries.place(chunk).is_some()
        || !vocabulary.countries.in_text(chunk).is_empty()
        || names::whole(chunk, vocabulary).is_some()
        || !organizations(chunk, vocabulary).is_empty();
    let is_shouted = chunk.chars().all(|c| !c.is_lowercase()) && !chunk.chars().any(|c| c > '\u{530}');
    // Details stand behind it, or nothing: in a sentence that goes on it may be anything.
    let behind = rest.trim_start().get(chunk.len()..).unwrap_or_default();
    let ends = behind.trim().is_empty() || behind.contains('@') || behind.trim_start().starts_with(['(', '.', '；', ';']);
    let has_body = || common.organization.is_some() || !foreign(behind, vocabulary, charter).is_empty();
    let is_body = || names_domain(chunk, person);
    (!is_long && !leads_on && !is_other && !is_shouted && ends && (is_small || has_body() && !is_body()))
        .then(|| (chunk.to_owned(), unit.part))
}

/// The function in a sentence of its own: "She is the head of the standards department".
fn said_function(segment: &Segment<'_>, vocabulary: &Vocabulary) -> Option<(String, Part)> {
    segment.pieces.iter().find_map(|(unit, piece)| {
        let rest = behind(piece, &vocabulary.labels.cues.his_function)?;
        let chunk = first_role_chunk(rest, vocabulary)?;
        let chunk = before_address(&chunk);
        let role = role(chunk, vocabulary)?;
        chunk.starts_with(role.as_str()).then_some((role, unit.part))
    })
}

/// The function that a piece of Chinese text begins with.
fn role_at_start(piece: &str, vocabulary: &Vocabulary) -> Option<String> {
    let plain = simplified(piece);
    let found = vocabulary.labels.roles.han_at_start(&plain)?;
    piece.get(..found.len()).filter(|found| found.chars().count() > 1).map(str::to_owned)
}

/// A piece of Chinese text behind the last name in it and the word that joins it to the next.
fn behind_names<'t>(piece: &'t str, vocabulary: &Vocabulary) -> &'t str {
    let Some(end) = names::find(piece, vocabulary).last().map(|name| name.end) else { return piece };
    let rest = piece.get(end..).unwrap_or_default();
    let joint = vocabulary.labels.ands.han_at_start(&simplified(rest)).map_or(0, str::len);
    rest.get(joint..).unwrap_or_default()
}

/// The pieces in which a function is looked for. A comma or a bracket inside a function ("Director, Consumer Protection", "Rapporteur,
/// Q.3/17", "Officer (Cyber Policy)") is told from one behind it by what follows: a capitalised piece that is no body, no country and no
/// address goes on with the function.
fn role_chunks(text: &str, below: Below, vocabulary: &Vocabulary) -> Vec<String> {
    let mut merged: Vec<(String, usize)> = Vec::new();
    for (start, end) in spans(text) {
        let piece = text.get(start..end).unwrap_or_default();
        let goes_on = merged.last().is_some_and(|(last, at)| {
            let gap = text.get(*at..start).unwrap_or_default().trim();
            let is_role = role(last, vocabulary).is_some_and(|role| last.ends_with(&role));
            let piece = piece.trim_end_matches([']', '"', '”', '»']);
            let behind = text.get(end..).unwrap_or_default();
            is_role
                && match gap {
                    // A full stop ends the function; behind a comma may stand the body.
                    "," => {
                        let ends = behind.trim_start().is_empty()
                            || behind.starts_with(['.', ';'])
                            || is_field(piece, vocabulary) && begins_other(behind)
                            || is_body_behind(behind, vocabulary);
                        let is_scope =
                            is_scope(piece, vocabulary) || below == Below::Body && is_part_of_function(piece, vocabulary);
                        is_scope && (ends || is_topic(piece, vocabulary))
                    }
                    // What stands in brackets behind a function is nobody's name.
                    "(" | "（" => {
                        behind.starts_with([')', '）']) && (is_scope(piece, vocabulary) || is_part_of_function(piece, vocabulary))
                    }
                    _ => false,
                }
        });
        match merged.last_mut() {
            Some((last, at)) if goes_on => {
                let joined = text.get(*at..start).is_some_and(|gap| gap.trim() == ",");
                *last = if joined { format!("{last}, {piece}") } else { format!("{last} ({piece})") };
                *at = end + usize::from(!joined);
            }
            _ => merged.push((piece.to_owned(), end)),
        }
    }
    merged.into_iter().map(|(chunk, _)| chunk).collect()
}

/// Whether the last word of a piece is a field of work and no name: `Consumer Protection`.
fn is_field(piece: &str, vocabulary: &Vocabulary) -> bool {
    let list = crate::vocabulary::words::words(piece);
    list.last().is_some_and(|word| vocabulary.labels.not_names.has(word.text))
}

/// Whether what stands behind a piece is no part of a function: a bracket or a bar closes it, or the sentence goes on.
fn begins_other(behind: &str) -> bool {
    let behind = behind.trim_start();
    let holds_value =
        || behind.split(')').next().is_some_and(|inner| inner.contains('@') || inner.contains(|c: char| c.is_ascii_digit()));
    behind.starts_with([')', ']', '|', '–', '—', '<', '/'])
        || behind.starts_with('(') && holds_value()
        || behind.starts_with("- ")
        || behind
            .strip_prefix([',', ' '])
            .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_lowercase() || c == '+'))
        || behind.starts_with(char::is_lowercase)
}

/// Whether a body's name stands behind a comma or a line: `Director, Consumer Protection, Communications Authority`.
fn is_body_behind(behind: &str, vocabulary: &Vocabulary) -> bool {
    let next = behind.trim_start().strip_prefix([',', '–', '|']).map(str::trim_start);
    let next = next.and_then(|rest| chunks(rest).into_iter().next().filter(|chunk| rest.starts_with(*chunk)));
    next.is_some_and(|chunk| !organizations(chunk, vocabulary).is_empty() && role(chunk, vocabulary).is_none())
}

/// The first piece of a text with what a function in it is for.
pub(super) fn first_role_chunk(text: &str, vocabulary: &Vocabulary) -> Option<String> {
    role_chunks(text, Below::Anything, vocabulary).into_iter().next()
}

/// Whether a piece may be a part of a function although it has a body's word: a few capitalised words and no company's form.
fn is_part_of_function(piece: &str, vocabulary: &Vocabulary) -> bool {
    let list = crate::vocabulary::words::words(piece);
    let is_company = (0..list.len()).any(|at| list.get(at..).is_some_and(|rest| vocabulary.labels.legal_forms.matched(rest) > 0));
    piece.starts_with(char::is_uppercase)
        && (2..=SCOPE).contains(&list.len())
        && !is_company
        && !piece.chars().any(|c| c.is_ascii_digit() || c == '@')
        && vocabulary.countries.in_text(piece).is_empty()
        && vocabulary.countries.place(piece).is_none()
}

/// Words of what a function is for at most.
const SCOPE: usize = 6;

/// Whether a piece may say what a function is for.
fn is_scope(piece: &str, vocabulary: &Vocabulary) -> bool {
    let is_topic = is_topic(piece, vocabulary);
    (piece.starts_with(char::is_uppercase) || is_topic)
        && piece.split_whitespace().count() <= SCOPE
        && (is_topic
            || !piece.chars().any(|c| c.is_ascii_digit())
                && (is_division(piece, vocabulary) || organizations(piece, vocabulary).is_empty()))
        && !vocabulary.labels.honorifics.has(piece.trim_end_matches('.'))
        && vocabulary.labels.person_label(piece).is_none()
        && vocabulary.countries.in_text(piece).is_empty()
        && vocabulary.countries.place(piece).is_none()
        && (is_topic || is_division(piece, vocabulary) || names::whole(piece, vocabulary).is_none())
        && !(piece.chars().count() <= 12 && piece.chars().all(|c| c.is_uppercase() || matches!(c, '-' | '&')))
        && !piece.contains('@')
}

/// `Youth Protection Division`: a part of a body, whose word English puts last.
fn is_division(piece: &str, vocabulary: &Vocabulary) -> bool {
    let list = crate::vocabulary::words::words(piece);
    list.len() > 1
        && list.last().is_some_and(|word| DIVISIONS.contains(&word.text))
        && vocabulary.countries.in_text(piece).is_empty()
}

/// A Question, a group of the Union, a standard: what a rapporteur is for.
fn is_topic(piece: &str, vocabulary: &Vocabulary) -> bool {
    let has_number = piece.chars().any(|c| c.is_ascii_digit());
    let is_question = || {
        let bare = piece.trim_start_matches(|c: char| c.is_alphabetic() || matches!(c, '.' | ' ' | '-'));
        piece.starts_with('Q') && piece.len() - bare.len() <= 10 && bare.starts_with(|c: char| c.is_ascii_digit())
    };
    let is_standard = || {
        piece.split_once(' ').is_some_and(|(head, rest)| {
            ["ISO", "IEC", "ISO/IEC", "ETSI", "EN", "RFC"].contains(&head) && rest.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    has_number && digits < 6 && (is_question() || is_standard() || vocabulary.labels.ours.is_in(piece))
}
