//! Who sends a statement to whom, where no label says so: letterheads, headings, phrases, signatures.

use super::addressees::{bodies, is_activity};
use super::header::{is_prose, is_sentence};
use super::numbers::references;
use super::phrases::phrases;
use super::{Letter, set};
use crate::domain::steps::{FoundLiaison, Part};
use crate::rules::extract::bodies::chunks;
use crate::rules::extract::names;
use crate::rules::extract::organizations::{foreign as foreign_organizations, organizations};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel as Label;
use crate::vocabulary::words::{fold, is_arabic, is_han, words};

/// Lines of a head in which the letterhead is looked for.
const HEAD: usize = 12;
/// Characters of a body's name at most.
const LONGEST_BODY: usize = 110;

/// The sending body.
pub(super) fn from(found: &mut FoundLiaison, letter: &Letter<'_>) {
    if found.from.is_some() {
        return;
    }
    let signature = letter.mail.text.signature.as_str();
    let candidates = [
        (part_of_letterhead(found, letter), letter.part, "subject-of-the-first-sentence"),
        (letter.has_header.then(|| letterhead(found, letter)).flatten(), letter.part, "letterhead"),
        (on_behalf(&letter.prose, letter), letter.part, "sending-body"),
        (on_behalf(signature, letter), Part::Signature, "sending-body"),
        (by_number(found), letter.part, "number-of-the-body"),
        (letterhead(found, letter), letter.part, "letterhead"),
        (subject_of_text(letter), letter.part, "subject-of-the-first-sentence"),
        (foreign(signature, letter), Part::Signature, "organization-of-the-signature"),
        (first_line(found, letter), letter.part, "letterhead"),
        (foreign(&letter.prose, letter), letter.part, "organization-in-text"),
        (sender(letter), Part::From, "sender"),
    ];
    if let Some((body, part, rule)) = candidates.into_iter().find_map(|(body, part, rule)| Some((body?, part, rule))) {
        set(found, "from", part, &body, rule);
        found.from = Some(without_document(&body).to_owned());
    }
}

/// "La Commission technique du Forum francophone …" where the letterhead only has the Forum.
fn part_of_letterhead(found: &FoundLiaison, letter: &Letter<'_>) -> Option<String> {
    if letter.is_form() {
        return None;
    }
    let (head, subject) = (fold(&letterhead(found, letter)?), subject_of_text(letter)?);
    let folded = fold(&subject);
    let is_part = folded.len() > head.len() && folded.ends_with(&head);
    let is_below = || letter.header.loose.iter().take(4).any(|line| fold(line) == folded);
    (!any(&letter.vocabulary().liaison.source, &folded) && (is_part || is_below())).then_some(subject)
}

/// The first organization that a text names.
fn foreign(text: &str, letter: &Letter<'_>) -> Option<String> {
    let found = foreign_organizations(text, letter.vocabulary(), letter.charter());
    let found = found.into_iter().filter_map(|name| name.lines().next().map(str::to_owned));
    found.into_iter().find(|name| !name.contains(". ") && !name.starts_with(char::is_lowercase))
}

/// A letter in prose that names no body otherwise is of its contact's organization.
pub(super) fn from_contact(found: &mut FoundLiaison, letter: &Letter<'_>) {
    if found.from.is_none()
        && let Some(body) = found.contacts.first().and_then(|person| person.organization.clone())
    {
        set(found, "from", letter.part, &body, "organization-of-the-contact");
        found.from = Some(without_document(&body).to_owned());
    }
}

fn on_behalf(text: &str, letter: &Letter<'_>) -> Option<String> {
    phrases(&letter.vocabulary().liaison.source, text).into_iter().find_map(|tail| {
        let piece = chunks(tail).into_iter().next()?;
        let body = until_break(piece, letter.vocabulary());
        (body.chars().count() >= 3
            && body.chars().count() <= LONGEST_BODY
            && letter.vocabulary().time.dates(body, letter.near).is_empty()
            && body.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || is_arabic(c) || is_han(c))
            && names::whole(body, letter.vocabulary()).is_none_or(|name| name.honorific.is_none())
            && !is_activity(body, letter.charter()))
        .then(|| body.to_owned())
    })
}

/// `ISO/IEC JTC 1/SC 27 N11702` is of ISO/IEC JTC 1/SC 27.
fn by_number(found: &FoundLiaison) -> Option<String> {
    let (body, tail) = found.reference.as_deref()?.rsplit_once('N')?;
    let is_committee = body.contains('/') && !tail.trim().is_empty() && tail.trim().chars().all(|c| c.is_ascii_digit());
    is_committee.then(|| body.trim().to_owned())
}

/// The first line of the head that may be a body's name.
fn letterhead(found: &FoundLiaison, letter: &Letter<'_>) -> Option<String> {
    let vocabulary = letter.vocabulary();
    letter
        .header
        .loose
        .iter()
        .take(HEAD)
        .flat_map(|line| line.split('\t'))
        .flat_map(|line| line.split("   "))
        .map(str::trim)
        .take_while(|line| !is_sentence(line))
        .find_map(|line| {
            let count = line.chars().count();
            let is_body = (4..=LONGEST_BODY).contains(&count)
                && !line.ends_with([',', '，', ':', '：', '.', '。', '!', '،', ';', '؛'])
                && !any(&vocabulary.liaison.letterhead, line)
                && !line.contains('@')
                && !line.starts_with(char::is_lowercase)
                && (!is_prose(line) || until_break(line, vocabulary).len() == line.len())
                && vocabulary.time.dates(line, letter.near).is_empty()
                && references(line, vocabulary).is_empty()
                && Some(line) != found.title.as_deref()
                && names::whole(line, vocabulary).is_none_or(|name| name.honorific.is_none())
                && !is_activity(line, letter.charter())
                && (is_named_body(line, letter) || is_told_of(line, letter));
            is_body.then(|| line.trim_matches('*').trim().to_owned())
        })
}

/// The line above a header of labels, whatever it calls itself: who writes to a body in this form puts its own name there.
fn first_line(found: &FoundLiaison, letter: &Letter<'_>) -> Option<String> {
    let line = letter.header.loose.first().filter(|_| letter.has_header)?.trim();
    let mut lines = letter.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_on_top =
        lines.next() == Some(line) && lines.next().is_some_and(|next| next.contains([':', '：']) || is_numbered(next));
    let is_name = (2..=8).contains(&line.split_whitespace().count()) || line.chars().filter(|c| is_han(*c)).count() >= 4;
    let is_body = line.chars().count() <= LONGEST_BODY
        && line.chars().any(|c| c.is_uppercase() || is_han(c) || is_arabic(c))
        && !line.contains(['@', ',', '，', '،', ':', '：', '!', '！', '?'])
        && !any(&letter.vocabulary().liaison.letterhead, line)
        && Some(line) != found.title.as_deref()
        && letter.vocabulary().time.dates(line, letter.near).is_empty()
        && references(line, letter.vocabulary()).is_empty()
        && !is_activity(line, letter.charter());
    (is_on_top && is_name && is_body).then(|| line.to_owned())
}

/// "Исх. РСС-ИБ/12-047"
fn is_numbered(line: &str) -> bool {
    line.chars().any(|c| c.is_ascii_digit()) && line.split_whitespace().count() <= 4
}

/// Whether a letter's first line is what its text then speaks of: "SafeChild Africa has collected …".
fn is_told_of(line: &str, letter: &Letter<'_>) -> bool {
    let first = letter.header.loose.first().is_some_and(|first| first.trim() == line);
    let folded = fold(line);
    first && words(line).len() >= 2 && fold(&letter.prose).match_indices(folded.as_str()).nth(1).is_some()
}

/// Whether words name an organization, a group or a committee.
pub(super) fn is_named_body(line: &str, letter: &Letter<'_>) -> bool {
    let vocabulary = letter.vocabulary();
    let labels = &vocabulary.labels;
    !organizations(line, vocabulary).is_empty()
        || any(&vocabulary.liaison.group, &fold(line))
        || any(&labels.bodies.itu_r, line)
        || any(&labels.bodies.itu_d, line)
        || line == letter.mail.text.signature.lines().map(str::trim).find(|signed| *signed == line).unwrap_or_default()
        || any(&labels.bodies.study_group, line)
        || labels.ours.is_in(line)
        || labels.categories.iter().any(|(_, words)| words.is_in(line))
        || labels.organizations.is_in(line)
}

/// "El Grupo de Trabajo …, en su reunión …, acordó": the first sentence's subject when it is a body.
fn subject_of_text(letter: &Letter<'_>) -> Option<String> {
    let vocabulary = letter.vocabulary();
    let sentences = super::asks::sentences(&letter.prose);
    let pieces =
        // "With a copy to Study Group 17 …" names nobody that sends.
        sentences
            .iter()
            .filter(|sentence| is_prose(sentence) && !any(&vocabulary.liaison.copy, &fold(sentence)))
            .take(2).flat_map(|sentence| chunks(sentence).into_iter().take(3));
    pieces
        .filter_map(|piece| {
            let list = words(piece);
            let first = list.iter().find(|word| vocabulary.labels.articles.matched(&[**word]) == 0)?;
            // "Par la présente, …": what begins with a small word names nobody.
            if vocabulary.labels.breaks.matched(&[*first]) > 0 && first.text.chars().any(char::is_lowercase) {
                return None;
            }
            let elided = first
                .text
                .char_indices()
                .find(|(at, c)| *at <= 2 && matches!(c, '\'' | '’'))
                .map_or(0, |(at, c)| at + c.len_utf8());
            Some(until_break(piece.get(first.start + elided..)?, vocabulary))
        })
        .find_map(|piece| {
            (piece.chars().count() >= 4
                && piece.chars().count() <= LONGEST_BODY
                && piece.starts_with(|c: char| c.is_uppercase())
                && words(piece).len() >= 2
                && !any(&vocabulary.liaison.letterhead, piece)
                && is_named_body(piece, letter)
                && !is_activity(piece, letter.charter()))
            .then(|| piece.to_owned())
        })
}

fn sender(letter: &Letter<'_>) -> Option<String> {
    let sender = letter.mail.from.first().map(|person| person.name.clone())?;
    (!sender.is_empty() && names::whole(&sender, letter.vocabulary()).is_none()).then_some(sender)
}

/// A body's name up to the verb behind it.
fn until_break<'a>(piece: &'a str, vocabulary: &Vocabulary) -> &'a str {
    let labels = &vocabulary.labels;
    let list = words(piece);
    let verb = list.iter().skip(1).find(|word| {
        let is_verb = vocabulary.liaison.verbs.contains(&fold(word.text));
        (labels.breaks.matched(&[**word]) > 0 || is_verb)
            && labels.links.matched(&[**word]) == 0
            && !vocabulary.liaison.about.iter().any(|about| *about == word.text)
            && !word.text.chars().all(char::is_uppercase)
            || word.text == "I"
    });
    verb.and_then(|word| piece.get(..word.start)).unwrap_or(piece).trim().trim_end_matches(['.', ',', '。', '，'])
}

/// The addressees that no row names: title, phrases of the text, else the activity as the text calls it.
pub(super) fn addressed(found: &mut FoundLiaison, letter: &Letter<'_>) {
    let words = &letter.vocabulary().liaison;
    let title = found.title.clone().unwrap_or_default();
    let rows = [Label::Action, Label::Comment, Label::Information, Label::To, Label::Cc, Label::For];
    let has_rows = letter.header.fields.iter().any(|field| rows.contains(&field.label));
    let head = letter.header.loose.join("\n");
    if found.cc.is_empty() && !has_rows | (letter.header.all(Label::To).next().is_some() || !letter.has_header) {
        let texts = [title.as_str(), head.as_str(), letter.prose.as_str()];
        let named = |phrase: &str| {
            let mut copied = bodies(phrase, letter.rules);
            copied.retain(|body| !is_activity(body, letter.charter()) && is_named_body(body, letter));
            Some(copied).filter(|copied| !copied.is_empty())
        };
        let copied =
            texts.into_iter().find_map(|text| phrases(&words.copy, text).into_iter().find_map(named)).unwrap_or_default();
        if !copied.is_empty() {
            set(found, "cc", letter.part, &copied.join("; "), "copy-in-text");
            found.cc = copied;
        }
    }
    if !found.to.is_empty() || found.cc.iter().any(|body| is_activity(body, letter.charter())) {
        return;
    }
    let phrase = [title.as_str(), head.as_str(), letter.prose.as_str()]
        .into_iter()
        .find_map(|text| phrases(&words.to, text).into_iter().find(|phrase| is_activity(phrase, letter.charter())));
    found.to = phrase
        .map(|phrase| bodies(phrase, letter.rules))
        .filter(|list| !list.is_empty())
        .unwrap_or_else(|| head_line(letter).or_else(|| as_named(found, letter)).into_iter().collect());
    if !found.to.is_empty() {
        set(found, "to", letter.part, &found.to.join("; "), "addressee-in-text");
    }
}

/// A line of the head that has nothing but the activity's name, an office and small words before it: "A la JCA-COP del UIT-T".
fn head_line(letter: &Letter<'_>) -> Option<String> {
    let charter = letter.charter();
    letter.header.loose.iter().take(HEAD).map(|line| line.trim()).find_map(|line| {
        let names = charter.aliases.iter().chain([&charter.name]).filter_map(|name| line.find(name.as_str()));
        let start = names.min()?;
        let before = line.get(..start).unwrap_or_default();
        let fits =
            before.split_whitespace().count() <= 4 && line.split_whitespace().count() <= 10 && !line.ends_with(['.', '。']);
        let body = line.get(start..).filter(|_| fits && !before.contains(|c: char| c.is_ascii_digit()))?;
        bodies(body, letter.rules).into_iter().find(|body| is_activity(body, charter))
    })
}

/// The activity as the text calls it: `ITU-T JCA-COP` rather than `JCA-COP` when both stand there.
fn as_named(found: &FoundLiaison, letter: &Letter<'_>) -> Option<String> {
    let charter = letter.charter();
    let title = found.title.as_deref().unwrap_or_default();
    let text = format!("{title}\n{}\n{}\n{}", letter.mail.base_subject, letter.header.loose.join("\n"), letter.prose);
    let long = charter.aliases.iter().find(|alias| alias.ends_with(&charter.name) && text.contains(alias.as_str()));
    long.or_else(|| std::iter::once(&charter.name).chain(&charter.aliases).find(|name| text.contains(name.as_str()))).cloned()
}

/// A committee's name without the number of its document behind it: `ISO/TC 181 N 988`.
fn without_document(body: &str) -> &str {
    let Some((name, number)) = body.rsplit_once(" N") else { return body };
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if is_number(number.trim_start()) && name.chars().any(|c| c.is_ascii_digit()) { name.trim_end() } else { body }
}
