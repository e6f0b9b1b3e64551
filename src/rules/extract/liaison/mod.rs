//! A liaison statement: its header, labelled in one of the forms of the field or told in prose (RFC 4053; Rec. ITU-T A.1).

mod addressees;
mod asks;
mod contact_row;
mod contacts;
mod each;
mod header;
mod marks;
mod numbers;
mod origin;
mod phrases;
mod title;

use super::Reading;
use super::units::units;
use crate::charter::Charter;
use crate::domain::Date;
use crate::domain::steps::{FoundLiaison, Part, Source};
use crate::domain::words::{Kind, Purpose};
use crate::mail::Mail;
use crate::pattern::Regex;
use crate::rules::Rules;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel as Label;
use crate::vocabulary::words::fold;
use header::Field;
pub(super) use header::Header;
use std::sync::LazyLock;

/// Labels that make a header.
const ENOUGH: usize = 3;
/// Labels that make the header of a statement in a letter of another kind, or below a letter that passes it on.
const PLENTY: usize = 4;
/// Lines of a letter's head in which its addressee stands.
const HEAD: usize = 14;
/// Characters of a value that are kept as its source.
const MOST_WORDS: usize = 200;

/// A question of a study group: `4/17`, `Q.4/17`, `22-1/1`, `QALL/17`; its number alone before a comma shares the group of the next: `4, 8/17`.
static QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compile(r"((?:\d{1,2}(?:-\d)?\s?[,;&、،]\s?)*)(\d{1,2}(?:-\d)?|\ball|\bqall)\s?/\s?(\d{1,2})")
        .expect("the pattern is tested")
});

/// A letter while its statement is read.
struct Letter<'a> {
    rules: &'a Rules,
    mail: &'a Mail,
    /// The part that holds the statement.
    part: Part,
    /// Its text as it stands.
    text: String,
    header: Header,
    /// Its running text, wrapped lines joined.
    prose: String,
    /// Whether a header said who sends what to whom; then the text is asked for less.
    has_header: bool,
    /// The day of the letter, in the activity's zone.
    near: Option<Date>,
}

impl Letter<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        &self.rules.vocabulary
    }

    fn charter(&self) -> &Charter {
        &self.rules.charter
    }

    /// Whether its rows are a form's, which a letter in prose has none of: it has only a subject, a number, addressees and copies.
    fn is_form(&self) -> bool {
        let rows = [Label::Source, Label::Action, Label::Comment, Label::For, Label::Questions];
        self.has_header && self.header.fields.iter().any(|field| rows.contains(&field.label) && !field.is_late)
    }
}

/// The statement of a letter: of one of that kind always, of another kind when a whole form stands in it.
pub(super) fn liaison(rules: &Rules, mail: &Mail, kind: Kind, reading: &Reading) -> Option<FoundLiaison> {
    let mut letter = match kind {
        Kind::LiaisonStatement => letter(rules, mail, reading),
        Kind::ContactSubmission
        | Kind::ContactUpdate
        | Kind::ContactWithdrawal
        | Kind::Meeting
        | Kind::Document
        | Kind::Inquiry => Some(letter(rules, mail, reading)?).filter(is_whole_form),
        Kind::AutoReply | Kind::Bounce | Kind::Bulk | Kind::Unclassified => None,
    }?;
    letter.prose = running(&letter);
    let mut found = FoundLiaison::default();
    described(&mut found, &letter);
    addressed(&mut found, &letter);
    let each = each::addressees(&letter);
    each::fill(&mut found, &each, letter.part);
    title::fill(&mut found, &letter);
    numbers::fill(&mut found, &letter);
    origin::addressed(&mut found, &letter);
    origin::from(&mut found, &letter);
    asks::purpose(&mut found, &letter, &each);
    asks::deadline(&mut found, &letter);
    contacts::fill(&mut found, &letter);
    origin::from_contact(&mut found, &letter);
    Some(found)
}

/// What a text has of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    /// The header: what it is, whom it is from or for.
    pub(super) header: bool,
    /// The head of a letter to the activity with copies to other bodies.
    pub(super) letter: bool,
}

/// The labelled fields of a text.
pub(super) fn header(text: &str, rules: &Rules) -> Header {
    header::read(text, &rules.vocabulary)
}

/// What a text has of a statement.
pub(super) fn forms(header: &Header, rules: &Rules) -> Forms {
    let has = |labels: &[Label]| header.fields.iter().any(|field| labels.contains(&field.label));
    let addressed = [Label::Action, Label::Comment, Label::Information, Label::For, Label::To, Label::Cc];
    let is_header = header.weight() >= PLENTY && has(&addressed) && has(&[Label::Title, Label::Source, Label::Purpose]);
    Forms { header: is_header, letter: is_letter(header, rules) }
}

/// Whether a head addresses the activity, sends copies to other bodies and has a subject or a number.
fn is_letter(header: &Header, rules: &Rules) -> bool {
    let early = |labels: &'static [Label]| header.fields.iter().filter(|field| !field.is_late && labels.contains(&field.label));
    let is_described = early(&[Label::Title, Label::Purpose, Label::Reference, Label::InReplyTo]).next().is_some();
    let bodies = &rules.vocabulary.labels.bodies;
    let is_body = |value: &str| {
        !value.contains('@') && [&bodies.study_group, &bodies.itu_r, &bodies.itu_d].iter().any(|names| any(names, value))
            || any(&rules.vocabulary.liaison.group, &fold(value))
    };
    is_described
        && early(&[Label::Cc, Label::Information]).any(|field| is_body(&field.value))
        && (early(&[Label::To, Label::Action, Label::Comment]).any(|field| rules.charter.is_named_in(&field.value))
            || header.loose.iter().take(HEAD).any(|line| !header::is_prose(line) && rules.charter.is_named_in(line)))
}

/// Whether a letter of another kind holds a statement's whole form, addressed to the activity.
fn is_whole_form(letter: &Letter<'_>) -> bool {
    let has = |labels: &[Label]| letter.header.fields.iter().any(|field| !field.is_late && labels.contains(&field.label));
    let rows = [Label::Action, Label::Comment, Label::Information, Label::For];
    let to_us = letter.header.fields.iter().any(|field| {
        (rows.contains(&field.label) || field.label == Label::To) && addressees::is_activity(&field.value, letter.charter())
    });
    let is_form = has(&rows) || has(&[Label::Heading]);
    letter.header.weight() >= PLENTY && to_us && is_form && has(&[Label::Source]) && has(&[Label::Title])
}

/// The text that holds the statement: an attached document that has its header, else the letter itself, else what it passes on.
fn letter<'a>(rules: &'a Rules, mail: &'a Mail, reading: &Reading) -> Option<Letter<'a>> {
    let vocabulary = &rules.vocabulary;
    let own = format!("{}\n\n{}", mail.text.own, mail.text.signature);
    let mut texts = vec![(Part::Body, own)];
    texts.extend(mail.documents.iter().map(|document| (Part::Attachment, document.text.clone())));
    let plain = mail
        .attachments
        .iter()
        .filter(|attachment| attachment.content_type.starts_with("text/plain") && attachment.document.is_none());
    texts.extend(plain.filter_map(|attachment| Some((Part::Attachment, attachment.text.clone()?))));
    texts
        .extend(mail.nested.iter().map(|nested| (Part::Attachment, format!("{}\n\n{}", nested.text.own, nested.text.signature))));
    if mail.text.own.trim().is_empty() {
        // Lines "From:" and "To:" of the statement itself look like the head of a quoted letter.
        texts.push((Part::Body, format!("{}\n\n{}", mail.text.quoted, mail.text.signature)));
    }
    texts.push((Part::History, mail.text.forwarded.clone()));
    if !mail.text.quoted.trim().is_empty() && any(&vocabulary.labels.cues.forward, &fold(&mail.text.own)) {
        texts.push((Part::History, mail.text.quoted.clone()));
    }
    let mut best: Option<(usize, Part, String, Header)> = None;
    for (index, (part, text)) in texts.into_iter().enumerate() {
        // Without a signature the first text is the letter's own, which was read when its kind was told.
        let is_own = index == 0 && mail.text.signature.is_empty();
        let header = if is_own { reading.header(rules, mail).clone() } else { header::read(&text, vocabulary) };
        let weight = header.weight();
        // A document beside a cover letter is the statement even when it is told in prose.
        let is_letter = part == Part::Attachment && weight >= 1 && text.chars().count() > 300;
        let least = best.as_ref().map_or(0, |(weight, ..)| *weight);
        let wins = match &best {
            None => true,
            Some(_) if part == Part::History => weight >= PLENTY && weight > least,
            Some(_) => weight > least || is_letter && least < ENOUGH && weight >= least,
        };
        if wins {
            best = Some((weight, part, text, header));
        }
    }
    let (weight, part, text, mut header) = best?;
    tables(&mut header, mail, part, vocabulary);
    let near = mail.date.map(|date| date.to_zoned_datetime(rules.charter.zone()).date());
    Some(Letter {
        rules,
        mail,
        part,
        prose: String::new(),
        text,
        has_header: weight.max(header.weight()) >= ENOUGH,
        header,
        near,
    })
}

/// The running text; most letters of other kinds hold no statement, and are never asked for it.
fn running(letter: &Letter<'_>) -> String {
    let prose = &letter.header.prose;
    let prose = if prose.trim().is_empty() { letter.text.as_str() } else { prose.as_str() };
    units(prose, letter.part, letter.vocabulary()).into_iter().map(|unit| unit.text).collect::<Vec<_>>().join("\n")
}

/// The rows of a table of the letter are read as rows where its text lost them.
fn tables(header: &mut Header, mail: &Mail, part: Part, vocabulary: &Vocabulary) {
    if part != Part::Body {
        return;
    }
    for table in &mail.tables {
        let mut text = String::new();
        for row in table {
            let mut lines = row.iter().flat_map(|cell| cell.lines()).map(str::trim).filter(|line| !line.is_empty());
            text.push_str(lines.next().unwrap_or_default());
            let mut gap = "\t";
            for line in lines {
                text.push_str(gap);
                text.push_str(line);
                gap = "\n   ";
            }
            text.push('\n');
        }
        let read = header::read(&text, vocabulary);
        if read.weight() >= header.weight() && read.weight() >= ENOUGH {
            let late: Vec<Field> = header.fields.iter().filter(|field| read.all(field.label).next().is_none()).cloned().collect();
            header.fields = read.fields;
            header.fields.extend(late);
        }
    }
}

fn set(found: &mut FoundLiaison, field: &'static str, part: Part, words: &str, rule: &str) {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_WORDS).collect();
    found.sources.push(Source { field, part, words, rule: rule.to_owned() });
}

/// The rows that describe the statement; the first of a kind counts.
fn described(found: &mut FoundLiaison, letter: &Letter<'_>) {
    let vocabulary = letter.vocabulary();
    for Field { label, value, is_late, .. } in &letter.header.fields {
        let first = value.lines().next().unwrap_or_default().trim();
        if vocabulary.time.is_none(first) || *is_late {
            continue;
        }
        let has_title = letter.header.all(Label::Title).next().is_some();
        let is_subject = *label == Label::Purpose && !has_title && asks::of_row(value, vocabulary).is_none();
        match label {
            Label::Title | Label::Purpose if found.title.is_none() && (*label == Label::Title || is_subject) => {
                found.title = Some(value.replace('\n', " "));
                set(found, "title", letter.part, value, "label");
            }
            // "From: Pete Olsen <pete@…>" beside "From Group: Applications Area".
            Label::Source if names_person(value, letter) && letter.header.all(Label::Source).count() > 1 => {}
            Label::Source if found.from.is_none() => {
                if let Some(body) = source(value, letter) {
                    set(found, "from", letter.part, value, "label");
                    found.from = Some(body);
                }
            }
            Label::Questions if found.questions.is_empty() => {
                found.questions = questions(first);
                set(found, "questions", letter.part, first, "label");
            }
            _ => {}
        }
    }
    if found.questions.is_empty()
        && let Some(source) = found.from.clone().filter(|_| letter.header.all(Label::Questions).next().is_none())
    {
        // "Rapporteur Group on Question 22-1/1" in the row of the source.
        found.questions = questions(&source);
    }
}

/// The questions of a row, canonically.
fn questions(row: &str) -> Vec<String> {
    let mut found = Vec::new();
    let folded = fold(row);
    for captures in QUESTION.captures_iter(&folded) {
        let part = |index: usize| captures.get(index).map_or("", |part| part.as_str());
        let earlier = part(1).split([',', ';', '&', '、', '،']).map(str::trim).filter(|number| !number.is_empty());
        for number in earlier.chain([part(2)]) {
            let number = if number.ends_with("all") { "ALL" } else { number };
            let question = format!("{number}/{}", part(3));
            if !found.contains(&question) {
                found.push(question);
            }
        }
    }
    found
}

/// The sending body of its row; a document ("Source: Documents 8A/TEMP/223") or a person is none.
fn source(value: &str, letter: &Letter<'_>) -> Option<String> {
    let vocabulary = letter.vocabulary();
    let joined = value.replace('\n', " ");
    let plain = match joined.find(['(', '<']) {
        Some(open) if joined.get(open..).is_some_and(|rest| rest.contains('@')) => joined.get(..open).unwrap_or_default(),
        _ => joined.as_str(),
    };
    let body = plain.trim().trim_end_matches([',', ';', '.', '。']).trim();
    // "ITU-T SG11 (Geneva, 26-30 November 2012)"
    let meets = |bracket: &str| bracket.ends_with([')', '）']) && !vocabulary.time.dates(bracket, letter.near).is_empty();
    let body = match body.rfind(['(', '（']).and_then(|at| body.split_at_checked(at)) {
        Some((name, bracket)) if meets(bracket) => name.trim(),
        _ => body,
    };
    let is_document = body
        .find(|c: char| c.is_ascii_digit())
        .and_then(|digit| body.get(..digit))
        .is_some_and(|word| vocabulary.liaison.label(word.trim().trim_end_matches('s')) == Some(Label::Reference));
    let is_person = super::names::whole(body, vocabulary).is_some_and(|name| name.honorific.is_some())
        || letter.mail.from.first().is_some_and(|sender| {
            !sender.name.is_empty() && fold(&sender.name) == fold(body) && super::names::whole(body, vocabulary).is_some()
        });
    (!body.is_empty() && !body.contains('@') && !is_document && !is_person).then(|| body.to_owned())
}

/// Whether a row holds a person's name and address, and nothing before them.
fn names_person(row: &str, letter: &Letter<'_>) -> bool {
    row.split_once('<').is_some_and(|(name, rest)| {
        rest.contains('@') && !name.contains('(') && super::names::whole(name.trim(), letter.vocabulary()).is_some()
    })
}

/// Whether a row names the activity or another body.
fn names_body(row: &str, letter: &Letter<'_>) -> bool {
    addressees::is_activity(row, letter.charter()) || origin::is_named_body(row, letter)
}

/// The rows that name bodies.
fn addressed(found: &mut FoundLiaison, letter: &Letter<'_>) {
    let vocabulary = letter.vocabulary();
    let (mut to, mut cc): (Vec<String>, Vec<String>) = Default::default();
    for field in &letter.header.fields {
        if field.is_late && !matches!(field.label, Label::Information | Label::Cc) || vocabulary.time.is_none(&field.value) {
            continue;
        }
        let to_row = match field.label {
            // "FOR : Information" says what the row TO is for.
            Label::For if asks::of_row(&field.value, vocabulary).is_some_and(|_| !names_body(&field.value, letter)) => continue,
            Label::Action | Label::Comment | Label::To | Label::For => true,
            Label::Information | Label::Cc => false,
            _ => continue,
        };
        for mut addressee in addressees::addressees(&field.value, letter.rules) {
            // The row FOR may shorten the names of the row TO.
            let longer = to.iter().find(|body| field.label == Label::For && body.starts_with(addressee.body.as_str()));
            addressee.body = longer.unwrap_or(&addressee.body).clone();
            let informed = addressee.purpose.map_or(!to_row, |purpose| purpose == Purpose::Information);
            let list: &mut Vec<String> = if informed { &mut cc } else { &mut to };
            // Where a form has rows for action or comment, its To row repeats them.
            if !list.contains(&addressee.body) {
                list.push(addressee.body);
            }
        }
        set(found, if to_row { "to" } else { "cc" }, letter.part, &field.value, "label");
    }
    // What a row says of each addressee goes before a To row that only lists them.
    if letter.header.all(Label::For).next().is_some() {
        to.retain(|body| !cc.contains(body));
    }
    found.to = to;
    found.cc = cc;
}
