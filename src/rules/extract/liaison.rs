//! A liaison statement: its header, labelled in one of the forms of the field or told in prose (RFC 4053; Rec. ITU-T A.1).

use super::bodies::chunks;
use super::names;
use super::organizations::foreign as foreign_organizations;
use super::person::{Common, Segment, details};
use super::units::{Unit, units};
use crate::charter::Charter;
use crate::domain::Date;
use crate::domain::steps::{FoundLiaison, FoundPerson, Part, Source};
use crate::domain::words::{Kind, Purpose};
use crate::mail::Mail;
use crate::pattern::Regex;
use crate::rules::Rules;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::{LiaisonLabel, PersonLabel, any};
use crate::vocabulary::words::{fold, words};
use std::sync::LazyLock;

/// Lines of a header at most, from the beginning of the text.
const HEADER: usize = 70;
/// A question of a study group: `4/17`, `Q.4/17`, `Q4-1/17`.
static QUESTION: LazyLock<Regex> =
    LazyLock::new(|| crate::pattern::compile(r"(\d{1,2}(?:-\d)?)/(\d{1,2})").expect("the pattern is tested"));

/// A labelled field of the header.
#[derive(Debug)]
struct Field {
    label: LiaisonLabel,
    value: String,
}

/// The statement of a letter of that kind; `None` for every other.
pub(super) fn liaison(rules: &Rules, mail: &Mail, kind: Kind) -> Option<FoundLiaison> {
    if kind != Kind::LiaisonStatement {
        return None;
    }
    let vocabulary = &rules.vocabulary;
    let (own, fields) = text_and_header(mail, vocabulary);
    let near = mail.date.map(|date| date.to_zoned_datetime(rules.charter.zone()).date());
    let mut found = FoundLiaison::default();
    labelled(&mut found, &fields, near, rules);
    let has_header = fields.iter().filter(|field| field.label != LiaisonLabel::Other).count() >= 3;
    let text = units(&own, Part::Body, vocabulary).into_iter().map(|unit| unit.text).collect::<Vec<_>>().join("\n");
    Prose { rules, mail, text, has_header, near }.fill(&mut found);
    found.contacts = contacts(mail, &own, &fields, rules);
    Some(found)
}

/// The text that holds the statement, and its header: an attached document that has one, else the letter itself.
fn text_and_header(mail: &Mail, vocabulary: &Vocabulary) -> (String, Vec<Field>) {
    let own = format!("{}\n\n{}", mail.text.own, mail.text.signature);
    let fields = header(&own, vocabulary);
    let weight = |fields: &[Field]| fields.iter().filter(|field| field.label != LiaisonLabel::Other).count();
    let documents = mail.documents.iter().map(|document| (document.text.clone(), header(&document.text, vocabulary)));
    let best = documents.max_by_key(|(_, fields)| weight(fields));
    match best {
        Some((text, found)) if weight(&found) > weight(&fields) => (text, found),
        _ => (own, fields),
    }
}

fn set(found: &mut FoundLiaison, field: &'static str, words: &str, rule: &str) {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
    found.sources.push(Source { field, part: Part::Body, words, rule: rule.to_owned() });
}

/// The labelled fields at the head of a text. A line without a label goes on with the one above when it is set in.
fn header(text: &str, vocabulary: &Vocabulary) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for line in text.lines().take(HEADER) {
        let cells = cells(line, vocabulary);
        let is_prose = cells.is_empty() && !line.starts_with([' ', '\t', '　']) && line.split_whitespace().count() >= 8;
        if is_prose && fields.iter().filter(|field| field.label != LiaisonLabel::Other).count() >= 3 {
            break;
        }
        if cells.is_empty() {
            let bare = line.trim();
            match fields.last_mut() {
                Some(field) if !bare.is_empty() && line.starts_with([' ', '\t', '　']) => {
                    field.value.push('\n');
                    field.value.push_str(bare);
                }
                Some(field) if bare.is_empty() && !field.value.is_empty() => {
                    fields.push(Field { label: LiaisonLabel::Other, value: String::new() })
                }
                _ => {}
            }
        }
        fields.extend(cells);
    }
    fields.retain(|field| !field.value.trim().is_empty());
    fields
}

/// The labelled values of a line; two columns give two.
fn cells(line: &str, vocabulary: &Vocabulary) -> Vec<Field> {
    let labels = &vocabulary.labels;
    let mut marks: Vec<(usize, usize, LiaisonLabel)> = Vec::new();
    for (at, mark) in line.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '\t')) {
        let head = line.get(..at).unwrap_or_default();
        let from = marks.last().map_or(0, |(_, value, _)| *value);
        let inner = head.get(from..).unwrap_or_default();
        let gap = inner.rfind("  ").or_else(|| inner.rfind('\t')).map_or(from, |gap| from + gap);
        let starts = if marks.is_empty() { vec![0, gap] } else { vec![gap] };
        let label = starts.into_iter().find_map(|start| {
            let text = line.get(start..at)?.trim().trim_matches('*').trim();
            labels.liaison_label(text).map(|label| (start, label))
        });
        if let Some((start, label)) = label.filter(|(start, _)| marks.is_empty() || *start > from) {
            marks.push((start, at + mark.len_utf8(), label));
        }
    }
    if marks.first().is_some_and(|(start, _, _)| {
        *start > 0
            && !line.get(..*start).unwrap_or_default().trim().is_empty()
            && !line.get(..*start).unwrap_or_default().contains("  ")
    }) {
        marks.clear();
    }
    if marks.is_empty() {
        return unmarked(line, vocabulary).into_iter().collect();
    }
    let ends: Vec<usize> = marks.iter().skip(1).map(|(start, _, _)| *start).chain([line.len()]).collect();
    marks
        .iter()
        .zip(ends)
        .map(|((_, value, label), end)| Field {
            label: *label,
            value: line.get(*value..end).unwrap_or_default().trim().trim_matches('*').trim().to_owned(),
        })
        .collect()
}

/// "Please reply by 2012-09-30": the datatracker's line without a colon; or label and value with a gap between them.
fn unmarked(line: &str, vocabulary: &Vocabulary) -> Option<Field> {
    let labels = &vocabulary.labels;
    if let Some((head, value)) = line.trim_start().split_once("   ")
        && let Some(label) = labels.liaison_label(head.trim())
    {
        return Some(Field { label, value: value.trim().to_owned() });
    }
    let digit = line.find(|c: char| c.is_ascii_digit())?;
    let (head, value) = line.split_at_checked(digit)?;
    let label = labels.liaison_label(head.trim()).filter(|label| *label == LiaisonLabel::Deadline)?;
    Some(Field { label, value: value.trim().to_owned() })
}

/// What the header says.
fn labelled(found: &mut FoundLiaison, fields: &[Field], near: Option<Date>, rules: &Rules) {
    let vocabulary = &rules.vocabulary;
    let is_empty = |value: &str| vocabulary.time.is_none(value.lines().next().unwrap_or_default());
    let mut asked: Option<Purpose> = None;
    for Field { label, value } in fields.iter().filter(|field| !is_empty(&field.value)) {
        let purpose = match label {
            LiaisonLabel::Action => Some(Purpose::Action),
            LiaisonLabel::Comment => Some(Purpose::Comment),
            LiaisonLabel::Information => Some(Purpose::Information),
            _ => None,
        };
        let is_ours = || bodies(value).iter().any(|body| is_activity(body, &rules.charter));
        if let Some(purpose) = purpose.filter(|purpose| asked.is_none_or(|earlier| rank(*purpose) > rank(earlier)) && is_ours()) {
            asked = Some(purpose);
        }
        addressed(found, *label, value);
        described(found, *label, value, near, vocabulary);
    }
    found.purpose = asked.or(found.purpose);
    // Where a form has rows for action or comment, its To row repeats them.
    found.to.dedup();
}

/// The rows that name bodies.
fn addressed(found: &mut FoundLiaison, label: LiaisonLabel, value: &str) {
    match label {
        LiaisonLabel::Source if found.from.is_none() => {
            let first = value.lines().next().unwrap_or_default().trim();
            let body = first.split([')', '(']).next().unwrap_or(first).trim();
            if !body.contains('@') && !body.is_empty() {
                found.from = Some(body.to_owned());
                set(found, "from", value, "label");
            }
        }
        LiaisonLabel::Action | LiaisonLabel::Comment | LiaisonLabel::To => {
            found.to.extend(bodies(value));
            set(found, "to", value, "label");
        }
        LiaisonLabel::Information | LiaisonLabel::Cc => {
            found.cc.extend(bodies(value));
            set(found, "cc", value, "label");
        }
        _ => {}
    }
}

/// The rows that describe the statement; the first of a kind counts.
fn described(found: &mut FoundLiaison, label: LiaisonLabel, value: &str, near: Option<Date>, vocabulary: &Vocabulary) {
    let first = value.lines().next().unwrap_or_default().trim();
    let has_digit = first.chars().any(|c| c.is_ascii_digit());
    let field = match label {
        LiaisonLabel::Title if found.title.is_none() => {
            found.title = Some(value.replace('\n', " "));
            "title"
        }
        LiaisonLabel::Purpose if found.purpose.is_none() => {
            found.purpose = purpose_of(&fold(first), vocabulary);
            "purpose"
        }
        LiaisonLabel::Deadline if found.reply_by_words.is_none() => {
            found.reply_by = vocabulary.time.dates(first, near).first().map(|date| date.day);
            found.reply_by_words = Some(first.to_owned());
            "reply_by"
        }
        LiaisonLabel::Reference if found.reference.is_none() && has_digit => {
            found.reference = Some(first.to_owned());
            "reference"
        }
        LiaisonLabel::InReplyTo if found.in_reply_to.is_none() => {
            let number = references(value, vocabulary).into_iter().next().map(|(number, _)| number);
            found.in_reply_to = number.or_else(|| has_digit.then(|| first.to_owned()));
            "in_reply_to"
        }
        LiaisonLabel::Questions if found.questions.is_empty() => {
            let questions = QUESTION.captures_iter(first);
            found.questions = questions
                .filter_map(|question| Some(format!("{}/{}", question.get(1)?.as_str(), question.get(2)?.as_str())))
                .collect();
            "questions"
        }
        _ => return,
    };
    set(found, field, value, "label");
}

fn rank(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Information => 0,
        Purpose::Comment => 1,
        Purpose::Action => 2,
    }
}

fn is_activity(body: &str, charter: &Charter) -> bool {
    let body = fold(body);
    std::iter::once(&charter.name).chain(&charter.aliases).any(|name| body.contains(&fold(name)))
}

/// The bodies of a row, one entry each; a person's name or address in brackets is left out.
fn bodies(value: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for c in value.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = (depth - 1).max(0),
            '\n' => plain.push(';'),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let split = plain.split([',', ';', '，', '；', '、', '،', '؛']);
    let entries = split.map(|body| body.trim().trim_end_matches(['.', '。']).trim().to_owned());
    entries.filter(|body| body.chars().any(char::is_alphabetic) && !body.contains('@') && body.chars().count() <= 120).collect()
}

/// Numbers of documents in a text, with where each begins.
fn references(text: &str, vocabulary: &Vocabulary) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize, usize)> = Vec::new();
    for pattern in &vocabulary.labels.statements.references {
        for hit in pattern.find_iter(text) {
            if !found.iter().any(|(_, start, end)| hit.start() < *end && *start < hit.end()) {
                let lead = hit.as_str().len() - hit.as_str().trim_start_matches(|c: char| !c.is_alphanumeric()).len();
                let bare = hit.as_str().trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | '〕'));
                let number = if bare.contains('(') { bare } else { bare.trim_end_matches(')') };
                found.push((number.to_owned(), hit.start() + lead, hit.end()));
            }
        }
    }
    found.sort_by_key(|(_, start, _)| *start);
    found.into_iter().map(|(number, start, _)| (number, start)).collect()
}

/// What no label says, read from the running text.
struct Prose<'a> {
    rules: &'a Rules,
    mail: &'a Mail,
    /// The text with wrapped lines joined.
    text: String,
    /// Whether a header said who sends what to whom; then the text is asked for less.
    has_header: bool,
    near: Option<Date>,
}

impl Prose<'_> {
    fn fill(&self, found: &mut FoundLiaison) {
        let (vocabulary, charter) = (&self.rules.vocabulary, &self.rules.charter);
        numbers(found, self.mail, &self.text, vocabulary, charter);
        if found.title.is_none() {
            found.title = title(self.mail, &self.mail.text.own);
        }
        if found.from.is_none()
            && let Some(from) = self.source()
        {
            set(found, "from", &from, "sending-body");
            found.from = Some(from);
        }
        if !self.has_header && found.cc.is_empty() {
            found.cc = self.copied();
        }
        if found.to.is_empty() && !found.cc.iter().any(|body| is_activity(body, charter)) {
            found.to = activity_as_named(&self.text, charter).into_iter().collect();
        }
        if found.purpose.is_none() {
            found.purpose = Some(purpose_of(&fold(&self.text.replace('\n', " ")), vocabulary).unwrap_or(Purpose::Information));
        }
        let asks = found.purpose != Some(Purpose::Information) && !self.has_header;
        if asks
            && found.reply_by_words.is_none()
            && let Some((day, words)) = vocabulary.time.deadline(&self.text, self.near)
        {
            set(found, "reply_by", &words, "deadline-in-text");
            found.reply_by = Some(day);
            found.reply_by_words = Some(words);
        }
    }

    /// The sending body: behind "on behalf of", else the first that the text names, else the From field's.
    fn source(&self) -> Option<String> {
        let (vocabulary, charter) = (&self.rules.vocabulary, &self.rules.charter);
        let folded = fold(&self.text);
        let by_cue = vocabulary.labels.statements.source.iter().find_map(|cue| {
            let tail = folded.get(cue.find(&folded)?.end()..)?;
            // Folding keeps the order of words, so the first of them is looked for in the text as written.
            let at = self.text.to_lowercase().find(tail.split_whitespace().next()?)?;
            let piece = chunks(self.text.get(at..)?).into_iter().next()?;
            let body = until_break(piece, vocabulary);
            (body.chars().count() <= 90 && body.starts_with(char::is_uppercase)).then(|| body.to_owned())
        });
        let sender = self.mail.from.first().map(|person| person.name.clone()).unwrap_or_default();
        let is_person = names::whole(&sender, vocabulary).is_some();
        let named = foreign_organizations(&self.text, vocabulary, charter).into_iter().next();
        by_cue.or(named).or((!is_person && !sender.is_empty()).then_some(sender))
    }

    /// Who gets a copy.
    fn copied(&self) -> Vec<String> {
        let (folded, lower) = (fold(&self.text), self.text.to_lowercase());
        let value = self.rules.vocabulary.labels.statements.copy.iter().find_map(|cue| {
            let named = cue.captures(&folded)?.get(1)?.as_str().trim();
            let at = lower.find(named)?;
            self.text.get(at..at + named.len())
        });
        let mut found = value.map(bodies).unwrap_or_default();
        found.retain(|body| !is_activity(body, &self.rules.charter));
        found
    }
}

/// A body's name up to the verb behind it.
fn until_break<'a>(piece: &'a str, vocabulary: &Vocabulary) -> &'a str {
    let labels = &vocabulary.labels;
    let list = words(piece);
    let verb = list.iter().find(|word| labels.breaks.matched(&[**word]) > 0 && labels.links.matched(&[**word]) == 0);
    verb.and_then(|word| piece.get(..word.start)).unwrap_or(piece).trim()
}

/// The strongest thing that words ask.
fn purpose_of(folded: &str, vocabulary: &Vocabulary) -> Option<Purpose> {
    let cues = &vocabulary.labels.statements;
    if any(&cues.action, folded) {
        Some(Purpose::Action)
    } else if any(&cues.comment, folded) {
        Some(Purpose::Comment)
    } else if any(&cues.information, folded) {
        Some(Purpose::Information)
    } else {
        None
    }
}

/// Its own number and the one it answers: what stands behind "in reply to", or is one of the activity's own, is not its own.
fn numbers(found: &mut FoundLiaison, mail: &Mail, text: &str, vocabulary: &Vocabulary, charter: &Charter) {
    let cues = &vocabulary.labels.statements.reply;
    for place in [text, mail.base_subject.as_str()] {
        for (number, start) in references(place, vocabulary) {
            let before: String =
                place.get(..start).unwrap_or_default().chars().rev().take(140).collect::<Vec<_>>().into_iter().rev().collect();
            let is_ours = is_activity(&number, charter);
            let answers = is_ours || any(cues, &fold(before.lines().last().unwrap_or_default()));
            if answers && found.in_reply_to.is_none() && found.reference.as_deref() != Some(number.as_str()) {
                set(found, "in_reply_to", &number, "number-of-the-answered-one");
                found.in_reply_to = Some(number);
            } else if !answers && found.reference.is_none() && (start < 400 || place.len() < 200) {
                set(found, "reference", &number, "number");
                found.reference = Some(number);
            }
        }
    }
}

/// A prose statement's title: its own subject line, a heading line that speaks of the subject, or the Subject field.
fn title(mail: &Mail, own: &str) -> Option<String> {
    let subject = mail.base_subject.trim();
    let heading = own.lines().take(8).map(str::trim).find(|line| {
        let words = fold(line);
        let shared = fold(subject).split_whitespace().filter(|word| word.chars().count() > 3 && words.contains(word)).count();
        shared >= 2 && line.chars().count() <= 120 && !line.ends_with(['.', '。', ',', '，', ':', '：'])
    });
    heading.or(Some(subject)).filter(|title| !title.is_empty()).map(str::to_owned)
}

/// The activity as the text calls it: `ITU-T JCA-COP` rather than `JCA-COP` when both stand there.
fn activity_as_named(text: &str, charter: &Charter) -> Option<String> {
    let long = charter.aliases.iter().find(|alias| alias.ends_with(&charter.name) && text.contains(alias.as_str()));
    long.cloned().or_else(|| text.contains(&charter.name).then(|| charter.name.clone()))
}

/// Whom to ask: the contact rows, else who signs.
fn contacts(mail: &Mail, own: &str, fields: &[Field], rules: &Rules) -> Vec<FoundPerson> {
    let (vocabulary, charter) = (&rules.vocabulary, &rules.charter);
    let mut found: Vec<FoundPerson> = Vec::new();
    let lines: Vec<&str> = own.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(field) = cells(line, vocabulary).into_iter().find(|field| field.label == LiaisonLabel::Contact) else {
            continue;
        };
        // The row and what is set in below it, up to the next label of the header.
        let block: Vec<&str> = lines
            .iter()
            .skip(at + 1)
            .take(8)
            .take_while(|line| {
                !line.trim().is_empty()
                    && (line.starts_with([' ', '\t', '　'])
                        || crate::rules::extract::units::fields(line, vocabulary).iter().any(|_| true))
            })
            .copied()
            .collect();
        found.extend(contact(&field.value, &block, rules));
    }
    if found.is_empty() {
        // The IETF's form: the sender with his address in brackets.
        let source = fields.iter().find(|field| field.label == LiaisonLabel::Source && field.value.contains('@'));
        found.extend(source.and_then(|field| contact(&field.value, &[], rules)));
    } else if let Some(source) = fields.iter().find(|field| field.label == LiaisonLabel::Source && field.value.contains('@'))
        && let Some(person) = contact(&source.value, &[], rules)
    {
        match found.iter_mut().find(|known| known.email == person.email) {
            Some(known) if known.name.is_none() => known.name = person.name,
            _ => {}
        }
    }
    if found.is_empty() {
        let units = units(&mail.text.signature, Part::Signature, vocabulary);
        let signed = units.iter().enumerate().find_map(|(at, unit)| {
            names::find(&unit.text, vocabulary).into_iter().next().filter(|name| name.start == 0).map(|name| (at, name))
        });
        if let Some((at, name)) = signed {
            let pieces = units
                .iter()
                .enumerate()
                .skip(at)
                .map(|(index, unit)| (unit, unit.text.get(if index == at { name.end } else { 0 }..).unwrap_or_default()))
                .collect();
            let mut person = details(&name, Part::Signature, &Segment::of(pieces), &Common::default(), vocabulary, charter);
            person.email = person.email.or_else(|| mail.writer().cloned());
            found.push(person);
        }
    }
    for person in &mut found {
        person.role = None;
        person.honorific = None;
        let sender = mail.from.first();
        let same = sender.zip(person.name.as_deref()).is_some_and(|(sender, name)| fold(&sender.name) == fold(name));
        if person.email.is_none() && same {
            person.email = mail.writer().cloned();
        }
    }
    found
}

/// One contact: name, body, country, then telephone and address, in the row or below it.
fn contact(value: &str, block: &[&str], rules: &Rules) -> Option<FoundPerson> {
    let (vocabulary, charter) = (&rules.vocabulary, &rules.charter);
    let mut text = value.to_owned();
    for more in block {
        text.push('\n');
        text.push_str(more.trim());
    }
    // Columns beside each other become lines of their own.
    let columns: String = text
        .lines()
        .flat_map(|line| line.split("   "))
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    let units = units(&columns, Part::Body, vocabulary);
    let name = units.iter().enumerate().find_map(|(at, unit)| {
        let labelled = unit
            .fields
            .iter()
            .find(|(label, _)| *label == PersonLabel::Name)
            .and_then(|(_, value)| names::find(value, vocabulary).into_iter().next())
            .map(|name| (at, names::Name { start: 0, end: 0, ..name }));
        labelled.or_else(|| names::find(&unit.text, vocabulary).into_iter().next().map(|name| (at, name)))
    });
    match name {
        Some((at, name)) => {
            let pieces = units
                .iter()
                .enumerate()
                .skip(at)
                .map(|(index, unit)| (unit, unit.text.get(if index == at { name.end } else { 0 }..).unwrap_or_default()))
                .collect();
            let mut person = details(&name, Part::Body, &Segment::of(pieces), &Common::default(), vocabulary, charter);
            if person.organization.is_none() {
                person.organization = plain_body(&units, at, &name, vocabulary);
            }
            Some(person)
        }
        None => {
            let email = super::emails::emails(&columns, vocabulary, charter).into_iter().next()?;
            Some(FoundPerson { email: Some(email.address), ..FoundPerson::default() })
        }
    }
}

/// The piece behind the name that is no detail and no country: the body, even when no word of it says so.
fn plain_body(units: &[Unit], at: usize, name: &names::Name, vocabulary: &Vocabulary) -> Option<String> {
    let pieces = units.iter().enumerate().skip(at).flat_map(|(index, unit)| {
        let text = unit.text.get(if index == at { name.end } else { 0 }..).unwrap_or_default();
        if unit.fields.is_empty() { chunks(text) } else { Vec::new() }
    });
    let mut pieces = pieces.filter(|piece| !piece.contains('@') && piece.chars().filter(char::is_ascii_digit).count() < 4);
    pieces
        .find(|piece| {
            vocabulary.countries.code(piece).is_none() && piece.chars().any(char::is_alphabetic) && piece.chars().count() >= 3
        })
        .map(str::to_owned)
}
