//! The acknowledgement as an echo card: what was understood, one field a line, so that a mistake is corrected by answering it.

use super::{Replies, Texts, clean, reference};
use crate::charter::Charter;
use crate::domain::Timestamp;
use crate::domain::steps::{Acknowledge, Findings, FoundLiaison, FoundPerson, Plan, Verdict};
use crate::domain::words::{Action, Kind, Language};
use crate::mail::Mail;
use crate::plan::schedule::deadline_for;
use crate::reply::words::Words;
use anyhow::Result;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

/// More people than this in one letter are counted, not listed: a card is no register.
const MOST_PEOPLE: usize = 20;

/// What an acknowledgement is written from.
#[derive(Clone, Copy, Debug)]
pub struct AckInput<'a> {
    /// The activity's facts.
    pub charter: &'a Charter,
    /// The letter.
    pub mail: &'a Mail,
    /// What it is.
    pub verdict: &'a Verdict,
    /// What it says.
    pub findings: &'a Findings,
    /// What is done with it.
    pub plan: &'a Plan,
    /// To whom, and how much is said.
    pub acknowledgement: &'a Acknowledge,
    /// When it arrived, by which deadlines are judged.
    pub arrived_at: Timestamp,
    /// The present moment, for the Date field.
    pub now: Timestamp,
}

impl AckInput<'_> {
    /// What the letter's answers and our references hang on: the fingerprint.
    pub(super) fn key(&self) -> &str {
        self.mail.fingerprint.as_ref().map_or("", |fingerprint| fingerprint.as_str())
    }
}

/// A person or a statement, as the card shows it.
#[derive(Debug, Serialize)]
struct Block {
    title: String,
    fields: Vec<Field>,
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Field {
    label: String,
    value: String,
}

/// The three texts of an acknowledgement.
pub(super) fn texts(replies: &Replies, input: &AckInput<'_>) -> Result<Texts> {
    let (charter, language) = (input.charter, input.plan.language);
    let words = replies.words(language);
    let reference = reference(charter, input.key());
    let subject = words.say("card.subject", &[("activity", &charter.name), ("reference", &reference)]);
    let arrived_only = input.acknowledgement.arrived_only;
    let blocks = if arrived_only { Vec::new() } else { blocks(words, input) };
    let date = words.day(input.mail.date.unwrap_or(input.arrived_at).to_zoned_datetime(charter.zone()).date());
    let kind = (!arrived_only).then(|| input.verdict.kind.as_str());
    let own = context! {
        kind, arrived_only, date, reference,
        blocks => Value::from(Serde(blocks)),
        proposed => !arrived_only && concerns_others(input),
        sentences => if arrived_only { Vec::new() } else { sentences(words, input) },
    };
    replies.render("acknowledgement", charter, language, subject, own)
}

/// Whether the letter asks for a change of somebody else's entry. A function of the letter alone: the answer must be the same whether
/// there is such an entry or not (RELIABILITY A7).
fn concerns_others(input: &AckInput<'_>) -> bool {
    let writer = input.mail.writer();
    let changes = |person: &FoundPerson| matches!(person.action, Some(Action::Update | Action::Withdraw));
    input.findings.contacts.iter().any(|person| changes(person) && (person.email.is_none() || person.email.as_ref() != writer))
}

fn blocks(words: &Words, input: &AckInput<'_>) -> Vec<Block> {
    let people = &input.findings.contacts;
    let title = |index: usize| match people.len() {
        1 => words.word("card.person_one").to_owned(),
        _ => words.say("card.person", &[("number", &(index + 1).to_string())]),
    };
    let mut blocks: Vec<Block> =
        people.iter().take(MOST_PEOPLE).enumerate().map(|(index, person)| person_block(words, title(index), person)).collect();
    blocks.extend(input.findings.liaison.as_ref().map(|liaison| statement_block(words, liaison)));
    blocks
}

fn person_block(words: &Words, title: String, person: &FoundPerson) -> Block {
    let text = |value: &Option<String>| value.as_deref().map(clean::value);
    let category = person.category.as_deref().map(|category| words.word(&format!("categories.{category}")).to_owned());
    let fields = [
        ("name", text(&person.name)),
        ("honorific", text(&person.honorific)),
        ("role", text(&person.role)),
        ("organization", text(&person.organization)),
        ("country", person.country.as_deref().map(|code| clean::value(words.country(code)))),
        ("email", person.email.as_ref().map(|email| email.reveal().to_owned())),
        ("phone", text(&person.phone)),
        ("category", category.filter(|category| !category.starts_with("categories."))),
        ("study_groups", (!person.study_groups.is_empty()).then(|| person.study_groups.join(", "))),
        ("action", person.action.map(|action| words.word(&format!("actions.{}", action.as_str())).to_owned())),
    ];
    // What the two lists cannot do without; a withdrawal needs only the name.
    let wanted =
        if person.action == Some(Action::Withdraw) { &["name"][..] } else { &["name", "organization", "email", "phone"] };
    block(words, title, &fields, wanted)
}

fn statement_block(words: &Words, liaison: &FoundLiaison) -> Block {
    let text = |value: &Option<String>| value.as_deref().map(clean::value);
    let list = |values: &[String]| {
        (!values.is_empty()).then(|| values.iter().map(|value| clean::value(value)).collect::<Vec<_>>().join("; "))
    };
    let reply_by = liaison.reply_by.map(|day| words.day(day)).or_else(|| text(&liaison.reply_by_words));
    let fields = [
        ("reference", text(&liaison.reference)),
        ("from", text(&liaison.from)),
        ("to", list(&liaison.to)),
        ("cc", list(&liaison.cc)),
        ("purpose", liaison.purpose.map(|purpose| words.word(&format!("purposes.{}", purpose.as_str())).to_owned())),
        ("reply_by", reply_by),
        ("in_reply_to", text(&liaison.in_reply_to)),
        ("questions", list(&liaison.questions)),
    ];
    block(words, words.word("card.statement").to_owned(), &fields, &["from"])
}

fn block(words: &Words, title: String, fields: &[(&str, Option<String>)], wanted: &[&str]) -> Block {
    let label = |name: &str| words.word(&format!("fields.{name}")).to_owned();
    let is_missing = |name: &&&str| fields.iter().any(|(field, value)| field == *name && value.is_none());
    Block {
        title,
        fields: fields.iter().filter_map(|(name, value)| Some(Field { label: label(name), value: value.clone()? })).collect(),
        missing: wanted.iter().filter(is_missing).map(|name| label(name)).collect(),
    }
}

/// The deadline and whether it was met; the day by which the writer wants a reply.
fn sentences(words: &Words, input: &AckInput<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some((deadline, met)) = deadline_for(input.charter, input.verdict.kind, input.arrived_at) {
        let key = if met { "card.in_time" } else { "card.late" };
        sentences.push(words.say(key, &[("date", &words.day(deadline.day))]));
    }
    if let Some(day) = input.findings.liaison.as_ref().and_then(|liaison| liaison.reply_by) {
        sentences.push(words.say("card.reply_noted", &[("date", &words.day(day))]));
    }
    if matches!(input.verdict.kind, Kind::Meeting | Kind::Document) {
        sentences.push(words.word("card.looked_at").to_owned());
    }
    sentences
}

/// Renders a card with everything in it.
pub(super) fn rehearse(replies: &Replies, charter: &Charter, language: Language) -> Result<()> {
    let everything = Field { label: "…".to_owned(), value: "…".to_owned() };
    let block = Block { title: "…".to_owned(), fields: vec![everything], missing: vec!["…".to_owned(), "…".to_owned()] };
    for kind in [
        Kind::ContactSubmission,
        Kind::ContactUpdate,
        Kind::ContactWithdrawal,
        Kind::LiaisonStatement,
        Kind::Meeting,
        Kind::Document,
        Kind::Inquiry,
    ] {
        let own = context! {
            kind => kind.as_str(), arrived_only => true, date => "…", reference => "…", blocks => Value::from(Serde(vec![&block])), proposed => true,
            sentences => vec!["…"],
        };
        replies.render("acknowledgement", charter, language, "…".to_owned(), own)?;
    }
    Ok(())
}
