//! Who sends a statement to whom, and its title, where no label says so: letterheads, headings, phrases, signatures.

use super::addressees::{bodies, is_activity};
use super::header::{is_prose, is_sentence};
use super::numbers::references;
use super::{Letter, set};
use crate::domain::steps::{FoundLiaison, Part};
use crate::pattern::PatternList;
use crate::rules::extract::bodies::chunks;
use crate::rules::extract::names;
use crate::rules::extract::organizations::{foreign as foreign_organizations, organizations};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel as Label;
use crate::vocabulary::words::{fold, is_arabic, is_han, words};

/// Lines of a head in which letterhead and title are looked for.
const HEAD: usize = 12;
/// Lines above a greeting in which a letter says what it is about.
const MOST_LINES: usize = 40;
/// Characters of a body's name at most.
const LONGEST_BODY: usize = 110;
/// Characters of a title at most.
const LONGEST_TITLE: usize = 250;

/// Folded text, and where each of its characters stands in the text as written.
struct Folded {
    text: String,
    /// For every octet of `text`, the octet of the original.
    places: Vec<usize>,
}

impl Folded {
    fn of(original: &str) -> Folded {
        let (mut text, mut places) = (String::new(), Vec::new());
        let mut buffer = [0_u8; 4];
        for (at, c) in original.char_indices() {
            let folded = fold(c.encode_utf8(&mut buffer));
            places.extend(std::iter::repeat_n(at, folded.len()));
            text.push_str(&folded);
        }
        places.push(original.len());
        Folded { text, places }
    }

    fn original(&self, at: usize) -> usize {
        self.places.get(at).or(self.places.last()).copied().unwrap_or(0)
    }
}

/// What a pattern's first group (else what stands behind its match) is in the text as written.
fn phrases<'a>(patterns: &PatternList, text: &'a str) -> Vec<&'a str> {
    let folded = Folded::of(text);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for pattern in patterns.candidates(&folded.text) {
        for captures in pattern.captures_iter(&folded.text) {
            let Some(whole) = captures.get(0) else { continue };
            let (from, to) = captures.get(1).map_or((whole.end(), folded.text.len()), |group| (group.start(), group.end()));
            if let Some(words) = text.get(folded.original(from)..folded.original(to)) {
                found.push((whole.start(), words.trim()));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, words)| words).collect()
}

/// What a pattern's two groups are in the text as written.
pub(super) fn pairs<'a>(patterns: &PatternList, text: &'a str) -> Vec<[&'a str; 2]> {
    let folded = Folded::of(text);
    let mut found: Vec<(usize, [&str; 2])> = Vec::new();
    for pattern in patterns.candidates(&folded.text) {
        for captures in pattern.captures_iter(&folded.text) {
            let group = |index: usize| {
                let group = captures.get(index)?;
                text.get(folded.original(group.start())..folded.original(group.end())).map(str::trim)
            };
            if let (Some(whole), Some(first), Some(second)) = (captures.get(0), group(1), group(2)) {
                found.push((whole.start(), [first, second]));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, groups)| groups).collect()
}

/// The title: a label's, a heading's, the letter's own subject line, the Subject field.
pub(super) fn title(found: &mut FoundLiaison, letter: &Letter<'_>) {
    if found.title.is_some() {
        return;
    }
    let subject = letter.mail.base_subject.trim();
    let (title, part, rule) = if let Some(heading) = heading(letter) {
        (heading, letter.part, "heading")
    } else if let Some(topic) = topic(letter) {
        (topic, letter.part, "topic-above-the-greeting")
    } else if let Some(line) = like_subject(letter, subject) {
        (line, letter.part, "line-like-the-subject")
    } else {
        (without_number(subject, letter), Part::Subject, "subject")
    };
    if !title.is_empty() {
        set(found, "title", part, &title, rule);
        found.title = Some(title);
    }
}

/// What a letter in prose says above its greeting that it is about: "О проверке возраста".
fn topic(letter: &Letter<'_>) -> Option<String> {
    let vocabulary = letter.vocabulary();
    let lines: Vec<&str> = letter.text.lines().take(MOST_LINES).map(str::trim).collect();
    // "JCA-COP：" greets, too.
    let calls = |line: &str| line.ends_with([':', '：']) && line.chars().count() <= 40 && is_activity(line, letter.charter());
    let greeting = lines.iter().position(|line| vocabulary.mail.is_greeting(line) || calls(line) && !is_label(line, letter))?;
    let head = lines.get(..greeting)?;
    let at = head
        .iter()
        .rposition(|line| any(&vocabulary.liaison.topic, &fold(line)) && is_title_line(line, letter))
        .or_else(|| above(head, letter))?;
    let rest = head.iter().skip(at).take_while(|line| !line.is_empty()).take(3).copied();
    Some(rest.collect::<Vec<_>>().join(" "))
}

fn is_label(line: &str, letter: &Letter<'_>) -> bool {
    letter.vocabulary().liaison.label_like(line.trim_end_matches([':', '：'])).is_some()
}

/// A paragraph of one or two lines directly above the greeting that is nobody's name or address.
fn above(head: &[&str], letter: &Letter<'_>) -> Option<usize> {
    let last = head.iter().rposition(|line| !line.is_empty())?;
    let first = head.get(..=last)?.iter().rposition(|line| line.is_empty())? + 1;
    let lines = head.get(first..=last)?;
    let text = lines.join(" ");
    let vocabulary = letter.vocabulary();
    let many = text.split_whitespace().count();
    let is_topic = lines.len() <= 2
        && (many >= 4 || text.chars().filter(|c| is_han(*c)).count() >= 6)
        && is_title_line(&text, letter)
        && !is_named_body(&text, letter)
        && !(is_activity(&text, letter.charter()) && many <= 6)
        && vocabulary.countries.place(&text).is_none()
        && !text.contains(',')
        && super::header::read(&text, vocabulary).fields.is_empty()
        && lines.iter().all(|line| names::whole(line, vocabulary).is_none_or(|name| name.honorific.is_none()));
    is_topic.then_some(first)
}

/// A line that begins with the words LIAISON STATEMENT and goes on, or the line below it.
fn heading(letter: &Letter<'_>) -> Option<String> {
    // "Liaison statement: …"
    let mut titles = letter.header.all(Label::Heading).filter(|value| is_title_line(value, letter));
    if let Some(title) = titles.find(|title| title.split_whitespace().count() >= 3 || title.chars().any(is_han)) {
        // A letter's title may begin with these words; above a form they only say what it is.
        let line = letter.text.lines().map(str::trim).find(|line| !letter.is_form() && line.ends_with(title));
        return Some(line.unwrap_or(title).to_owned());
    }
    let lines: Vec<&str> = letter.header.loose.iter().take(HEAD).map(String::as_str).collect();
    let words = &letter.vocabulary().liaison;
    for (at, line) in lines.iter().enumerate() {
        let begins = |many: usize| {
            let head: String = line.split_whitespace().take(many).collect::<Vec<_>>().join(" ");
            words.is_heading(&head)
        };
        // Chinese names the addressee first: "致JCA-COP的联络声明（抄送第1研究组）".
        let bare = line.split(['（', '(']).next().unwrap_or(line);
        let ends = || bare.chars().any(is_han) && words.heading_at_end(bare) && is_activity(bare, letter.charter());
        let is_heading = (1..=4).any(begins) && line.split_whitespace().count() >= 3 || ends();
        if !is_heading || line.ends_with(['.', '。', ',', ':']) || line.chars().count() > LONGEST_TITLE {
            continue;
        }
        // "LIAISON STATEMENT TO JCA-COP (COPY TO SG17)" names only the addressees; the title stands below it.
        let only_addressee = words.to.iter().any(|to| {
            let folded = fold(line);
            to.captures(&folded).and_then(|hit| Some(hit.get(1)?.end())).is_some_and(|end| {
                folded.get(end..).is_some_and(|rest| {
                    let rest = rest.trim();
                    rest.is_empty() || rest.starts_with(['(', '（']) && rest.ends_with([')', '）'])
                })
            })
        });
        let below = lines.get(at + 1).filter(|below| only_addressee && is_title_line(below, letter));
        return Some(below.unwrap_or(line).to_string());
    }
    None
}

fn is_title_line(line: &str, letter: &Letter<'_>) -> bool {
    let count = line.chars().count();
    (8..=LONGEST_TITLE).contains(&count)
        && !line.ends_with(['.', '。', ',', ':', '：', ';'])
        && letter.vocabulary().time.dates(line, letter.near).is_empty()
        && references(line, letter.vocabulary()).is_empty()
        && !line.contains('@')
}

/// A line of its own that says what the Subject field says.
fn like_subject(letter: &Letter<'_>, subject: &str) -> Option<String> {
    let subject = fold(subject);
    let squashed = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let own =
        letter.header.loose.iter().take(HEAD).map(|line| line.trim()).take_while(|line| !is_prose(line) || !line.ends_with('.'));
    own.filter(|line| is_title_line(line, letter) && line.chars().count() <= 140)
        .find(|line| {
            let folded = fold(line);
            let shared = subject.split_whitespace().filter(|word| word.chars().count() > 3 && folded.contains(word)).count();
            let (long, short) = (squashed(&subject), squashed(&folded));
            shared >= 2 && !is_prose(line) || short.chars().count() >= 8 && (long.contains(&short) || short.contains(&long))
        })
        .map(str::to_owned)
}

/// A subject without the statement's number in front of it.
fn without_number(subject: &str, letter: &Letter<'_>) -> String {
    let numbers = references(subject, letter.vocabulary());
    let rest =
        numbers.first().filter(|number| number.start <= 1).and_then(|number| subject.get(number.start + number.text.len()..));
    let rest = rest.map(|rest| rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | ']' | '：' | ',')));
    rest.filter(|rest| rest.chars().count() >= 12).unwrap_or(subject).to_owned()
}

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
        (
            foreign_organizations(&letter.prose, letter.vocabulary(), letter.charter()).into_iter().next(),
            letter.part,
            "organization-in-text",
        ),
        (
            foreign_organizations(signature, letter.vocabulary(), letter.charter()).into_iter().next(),
            Part::Signature,
            "organization-of-the-signature",
        ),
        (sender(letter), Part::From, "sender"),
    ];
    if let Some((body, part, rule)) = candidates.into_iter().find_map(|(body, part, rule)| Some((body?, part, rule))) {
        set(found, "from", part, &body, rule);
        found.from = Some(body);
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

/// A letter in prose that names no body otherwise is of its contact's organization.
pub(super) fn from_contact(found: &mut FoundLiaison, letter: &Letter<'_>) {
    if found.from.is_none()
        && let Some(body) = found.contacts.first().and_then(|person| person.organization.clone())
    {
        set(found, "from", letter.part, &body, "organization-of-the-contact");
        found.from = Some(body);
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
                && vocabulary.time.dates(line, letter.near).is_empty()
                && references(line, vocabulary).is_empty()
                && Some(line) != found.title.as_deref()
                && names::whole(line, vocabulary).is_none_or(|name| name.honorific.is_none())
                && !is_activity(line, letter.charter())
                && is_named_body(line, letter);
            is_body.then(|| line.trim_matches('*').trim().to_owned())
        })
}

/// Whether words name an organization, a group or a committee.
pub(super) fn is_named_body(line: &str, letter: &Letter<'_>) -> bool {
    let vocabulary = letter.vocabulary();
    let labels = &vocabulary.labels;
    !organizations(line, vocabulary).is_empty()
        || any(&vocabulary.liaison.group, &fold(line))
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
        sentences.iter().filter(|sentence| is_prose(sentence)).take(2).flat_map(|sentence| chunks(sentence).into_iter().take(3));
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
        let copied = texts.into_iter().find_map(|text| phrases(&words.copy, text).into_iter().next()).unwrap_or_default();
        let mut copied = bodies(copied, letter.rules);
        copied.retain(|body| !is_activity(body, letter.charter()) && is_named_body(body, letter));
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
