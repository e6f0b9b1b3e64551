//! What a statement asks of the activity, and until when.

use super::addressees::{Addressee, addressees, is_activity};
use super::{Letter, set};
use crate::domain::steps::FoundLiaison;
use crate::domain::words::Purpose;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel as Label;
use crate::vocabulary::words::{fold, is_arabic, is_han};

/// Letters of an abbreviation before a full stop that ends no sentence ("Ms.", "No.", "ITU.").
const ABBREVIATION: usize = 3;

/// How strong a purpose is.
pub(super) fn rank(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Information => 0,
        Purpose::Comment => 1,
        Purpose::Action => 2,
    }
}

fn stronger(one: Option<Purpose>, other: Option<Purpose>) -> Option<Purpose> {
    [one, other].into_iter().flatten().max_by_key(|purpose| rank(*purpose))
}

/// Writes down the purpose: from the rows that name the activity, from a row that states it, else from the text.
pub(super) fn purpose(found: &mut FoundLiaison, letter: &Letter<'_>, each: &[Addressee]) {
    let (by_row, stated) = (row(letter), stated(letter));
    let in_text = each
        .iter()
        .filter(|addressee| is_activity(&addressee.body, letter.charter()))
        .fold(None, |strongest, addressee| stronger(strongest, addressee.purpose));
    let copied = !found.cc.is_empty()
        && found.cc.iter().any(|body| is_activity(body, letter.charter()))
        && !found.to.iter().any(|body| is_activity(body, letter.charter()));
    let (purpose, rule) = if let Some(purpose) = by_row {
        (purpose, "addressee-row")
    } else if let Some(purpose) = in_text {
        (purpose, "purpose-beside-the-body")
    } else if copied {
        (Purpose::Information, "addressee-row")
    } else if let Some(purpose) = stated.filter(|purpose| *purpose != Purpose::Information || !is_abbreviated(letter)) {
        (purpose, "label")
    } else if let Some((purpose, words)) = asked(found, letter) {
        set(found, "purpose", letter.part, &words, "request-in-text");
        found.purpose = Some(purpose);
        return;
    } else {
        (Purpose::Information, "nothing-is-asked")
    };
    found.purpose = Some(purpose);
    if let Some(field) =
        letter.header.fields.iter().find(|field| matches!(field.label, Label::Action | Label::Comment | Label::Purpose))
    {
        set(found, "purpose", letter.part, &field.value, rule);
    }
}

/// Whether what the letter is for is told in a cover sheet's letters alone ("FYI"): what the text asks of the activity is more.
fn is_abbreviated(letter: &Letter<'_>) -> bool {
    let mut rows = letter.header.all(Label::Purpose).filter(|row| of_row(row, letter.vocabulary()).is_some()).peekable();
    rows.peek().is_some() && rows.all(|row| row.trim().chars().count() <= 3)
}

/// The strongest row that names the activity.
fn row(letter: &Letter<'_>) -> Option<Purpose> {
    let mut strongest = None;
    for field in &letter.header.fields {
        let by_label = match field.label {
            Label::Action => Some(Purpose::Action),
            Label::Comment => Some(Purpose::Comment),
            Label::Information => Some(Purpose::Information),
            Label::For | Label::To | Label::Cc => None,
            _ => continue,
        };
        for addressee in addressees(&field.value, letter.rules) {
            if is_activity(&addressee.body, letter.charter()) {
                strongest = stronger(strongest, addressee.purpose.or(by_label));
            }
        }
    }
    strongest
}

/// What a row for the purpose says, and what a request ("ACTION: …") asks of the activity.
fn stated(letter: &Letter<'_>) -> Option<Purpose> {
    let vocabulary = letter.vocabulary();
    let mut strongest = None;
    for value in letter.header.all(Label::Purpose).chain(letter.header.all(Label::For)) {
        strongest = stronger(strongest, of_row(value, vocabulary));
    }
    // "To SA1 group. ACTION: … asks SA1 … To JCA-COP group. ACTION: None, for information only."
    let all: Vec<&str> = letter.header.all(Label::Request).collect();
    let is_declined = |value: &&str| value.split([',', '.', ';']).next().is_some_and(|first| vocabulary.time.is_none(first));
    if all.len() > 1 && all.iter().any(is_declined) && !all.iter().any(|value| is_activity(first_line(value), letter.charter())) {
        return strongest.or(Some(Purpose::Information));
    }
    let requests: Vec<&str> = letter.header.all(Label::Request).filter(|value| !vocabulary.time.is_none(value)).collect();
    for request in &requests {
        let to_us = is_activity(request, letter.charter()) || requests.len() == 1;
        if to_us {
            let short = of_row(request, vocabulary).filter(|_| request.split_whitespace().count() <= 4);
            strongest = stronger(strongest, short.or(Some(Purpose::Action)));
        }
    }
    strongest
}

/// The purpose that a row's few words state; `None` when they state none (`Objet:` may be a subject, too).
pub(super) fn of_row(value: &str, vocabulary: &Vocabulary) -> Option<Purpose> {
    let first = value.lines().next().unwrap_or_default();
    if first.split_whitespace().count() > 6 || first.chars().filter(|c| is_han(*c)).count() > 10 {
        return None;
    }
    let words = &vocabulary.liaison;
    let label = |piece: &str| match words.label(piece) {
        Some(Label::Action | Label::Request) => Some(Purpose::Action),
        Some(Label::Comment) => Some(Purpose::Comment),
        Some(Label::Information) => Some(Purpose::Information),
        _ => None,
    };
    let pieces = first.split([',', ';', '/', '،', '、', '，', '；']).map(str::trim);
    let by_label = pieces.filter_map(label).max_by_key(|purpose| rank(*purpose));
    let folded = fold(first);
    by_label.or_else(|| {
        if any(&words.response, &folded) {
            Some(Purpose::Information)
        } else if any(&words.action, &folded) {
            Some(Purpose::Action)
        } else if any(&words.comment, &folded) {
            Some(Purpose::Comment)
        } else if any(&words.information, &folded) {
            Some(Purpose::Information)
        } else {
            None
        }
    })
}

/// The strongest request of the text that is meant for the activity, and its words.
fn asked(found: &FoundLiaison, letter: &Letter<'_>) -> Option<(Purpose, String)> {
    let mut best: Option<(Purpose, String)> = None;
    let mut before = None;
    for sentence in sentences(&letter.prose) {
        let asked = of_sentence(&sentence, letter.vocabulary());
        // "We welcome your comments. Please send them by …" asks for one thing.
        let delivers = before == Some(Purpose::Comment) && any(&letter.vocabulary().liaison.delivery, &fold(&sentence));
        before = asked;
        let Some(purpose) = asked.filter(|_| !delivers && is_for_us(&sentence, found, letter)) else {
            continue;
        };
        if best.as_ref().is_none_or(|(earlier, _)| rank(purpose) > rank(*earlier)) {
            best = Some((purpose, sentence));
        }
    }
    best
}

/// What a sentence asks: comment where it speaks of comments, else action.
fn of_sentence(sentence: &str, vocabulary: &Vocabulary) -> Option<Purpose> {
    let (words, mut folded) = (&vocabulary.liaison, fold(sentence));
    if any(&words.nothing, &folded) {
        return None;
    }
    let courtesies: Vec<_> = words.courtesy.candidates(&folded).collect();
    for courtesy in courtesies {
        folded = courtesy.replace_all(&folded, " ").into_owned();
    }
    let (asks, comments) = (any(&words.action, &folded), any(&words.comment, &folded));
    match (asks, comments) {
        (_, true) => Some(Purpose::Comment),
        (true, false) => Some(Purpose::Action),
        (false, false) => None,
    }
}

/// Whether a sentence is not meant for another addressee alone.
fn is_for_us(sentence: &str, found: &FoundLiaison, letter: &Letter<'_>) -> bool {
    let folded = fold(sentence);
    let others = found.to.iter().filter(|body| !is_activity(body, letter.charter()));
    is_activity(sentence, letter.charter())
        || !others
            .into_iter()
            .any(|body| folded.contains(&fold(body)) || short_name(body).is_some_and(|name| sentence.contains(name)))
}

/// The abbreviation by which a text names a body: FASG of "GSMA FASG".
fn short_name(body: &str) -> Option<&str> {
    let last = body.split_whitespace().next_back()?;
    (last.chars().filter(|c| c.is_uppercase()).count() >= 2).then_some(last)
}

/// Writes down until when a reply is wanted.
pub(super) fn deadline(found: &mut FoundLiaison, letter: &Letter<'_>) {
    let vocabulary = letter.vocabulary();
    if found.purpose == Some(Purpose::Information) {
        // A date beside it binds those who are asked for something.
        return;
    }
    let rows: Vec<&str> =
        letter.header.all(Label::Deadline).filter(|value| !vocabulary.time.is_none(first_line(value))).collect();
    if let Some(row) = rows.first() {
        let words = two_lines(row);
        if any(&vocabulary.liaison.closed, &fold(&words)) {
            return;
        }
        found.reply_by = ours(&words, found, letter).and_then(|part| vocabulary.time.day_of_field(&part, letter.near));
        found.reply_by_words = Some(words.clone());
        set(found, "reply_by", letter.part, &words, "label");
        return;
    }
    if let Some((day, words)) = in_text(found, letter) {
        set(found, "reply_by", letter.part, &words, "deadline-in-text");
        found.reply_by = Some(day);
        found.reply_by_words = Some(words);
    } else if let Some(words) = vocabulary.time.vague(&letter.prose) {
        set(found, "reply_by_words", letter.part, &words, "vague-deadline-in-text");
        found.reply_by_words = Some(words);
    }
}

fn first_line(value: &str) -> &str {
    value.lines().next().unwrap_or_default()
}

/// A deadline's row may be broken after the day.
fn two_lines(value: &str) -> String {
    value.lines().take(2).collect::<Vec<_>>().join(" ")
}

/// The part of a row that binds the activity: "31 January 2013 (SG11); 28 February 2013 (JCA-COP)".
fn ours(words: &str, found: &FoundLiaison, letter: &Letter<'_>) -> Option<String> {
    let parts: Vec<&str> = words.split([';', '；', '؛']).collect();
    if let Some(own) = parts.iter().find(|part| is_activity(part, letter.charter())) {
        return Some((*own).to_owned());
    }
    let others: Vec<&str> = found
        .to
        .iter()
        .chain(&found.cc)
        .filter(|body| !is_activity(body, letter.charter()))
        .filter_map(|body| body.split_whitespace().next_back())
        .filter(|word| word.chars().count() >= 3)
        .collect();
    parts.iter().find(|part| !others.iter().any(|other| part.contains(other))).map(|part| (*part).to_owned())
}

/// The day that the text states for the activity's reply.
fn in_text(found: &FoundLiaison, letter: &Letter<'_>) -> Option<(crate::domain::Date, String)> {
    let vocabulary = letter.vocabulary();
    let mut best: Option<(i32, crate::domain::Date, String)> = None;
    let mut asked_before = false;
    for sentence in sentences(&letter.prose) {
        let folded = fold(&sentence);
        let asks = of_sentence(&sentence, vocabulary).is_some();
        for deadline in vocabulary.time.deadlines(&sentence, letter.near) {
            let before = folded.get(..deadline.start).unwrap_or_default();
            let mut weight = 1;
            weight += 4 * i32::from(asks) + 2 * i32::from(asked_before);
            weight -= 6 * i32::from(!is_for_us(&sentence, found, letter));
            weight -= 5 * i32::from(before.matches(['(', '（']).count() > before.matches([')', '）']).count());
            weight -= 4 * i32::from(letter.near.is_some_and(|near| deadline.day < near));
            weight -= 5 * i32::from(!asks && answers_ours(before, found, letter));
            if weight > 0 && best.as_ref().is_none_or(|(earlier, ..)| weight > *earlier) {
                best = Some((weight, deadline.day, deadline.words));
            }
        }
        asked_before = asks;
    }
    best.map(|(_, day, words)| (day, words))
}

/// Whether words speak of the activity's own statement: a date in it was its deadline, not theirs.
fn answers_ours(before: &str, found: &FoundLiaison, letter: &Letter<'_>) -> bool {
    let vocabulary = letter.vocabulary();
    let answers = found.in_reply_to.as_deref().is_some_and(|number| is_activity(number, letter.charter()));
    any(&vocabulary.liaison.reply, before)
        && (answers
            || super::numbers::references(&letter.prose, vocabulary)
                .iter()
                .any(|number| is_activity(&number.text, letter.charter())))
}

/// The sentences of a text whose wrapped lines were joined.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let chars: Vec<char> = line.chars().collect();
        let mut sentence = String::new();
        for (at, c) in chars.iter().enumerate() {
            sentence.push(*c);
            let next = chars.get(at + 1).copied();
            let after = chars.get(at + 2).copied();
            let ends = match c {
                '。' | '！' | '？' | '؟' | '；' => true,
                '.' | '!' | '?' | ';' | '؛' => {
                    next.is_some_and(char::is_whitespace)
                        && after.is_some_and(|c| c.is_uppercase() || is_arabic(c) || is_han(c) || matches!(c, '"' | '“' | '«'))
                        && !ends_short(&sentence)
                }
                _ => false,
            };
            if ends {
                found.push(std::mem::take(&mut sentence));
            }
        }
        found.push(sentence);
    }
    found.retain(|sentence| !sentence.trim().is_empty());
    found
}

/// "Ms.", "No.", "г."
fn ends_short(sentence: &str) -> bool {
    let word = sentence.trim_end_matches('.').rsplit(char::is_whitespace).next().unwrap_or_default();
    let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
    sentence.ends_with('.')
        && letters <= ABBREVIATION
        && !word.chars().any(|c| c.is_ascii_digit())
        && !word.starts_with(is_arabic)
}
