//! Rehearsal: letters on file, read once more by other rules, and what would come out differently.
//!
//! Both readings are made now, by the rules in force and by the changed ones, so that only the change shows: not what the program has
//! learned since, and not what a person corrected. Nothing is written. Letters are read on all cores and held in memory only while
//! they are read, however many there are.

use crate::domain::MessageKey;
use crate::domain::Timestamp;
use crate::domain::steps::{Known, RawMail};
use crate::domain::words::{Answer, Kind};
use crate::knowledge::{Knowledge, Understood};
use crate::store::{ActivityId, Store, Stored};
use anyhow::{Context, Result};
use futures_util::StreamExt;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a letter is and says.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What it is.
    pub kind: Kind,
    /// What it deserves.
    pub answer: Answer,
    /// What it says, as it is filed.
    pub findings: Value,
}

/// One thing that would be different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `kind`, `answer`, or a field: `person 1: phone`, `statement: reply_by`.
    pub field: String,
    /// Before; empty where there is nothing.
    pub before: String,
    /// After; empty where there is nothing any more.
    pub after: String,
}

/// A letter that would come out differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The letter.
    pub message: MessageKey,
    /// Its subject.
    pub subject: String,
    /// All that would be different.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        write!(f, "{}: {} → {}", self.field, shown(&self.before), shown(&self.after))
    }
}

impl Reading {
    /// Reads a letter by some rules; also gives the letter itself.
    pub fn of(knowledge: &Knowledge, raw: &RawMail) -> (Reading, Understood) {
        let letter = knowledge.understand(raw);
        // What a letter deserves follows from itself alone; what is on file and the hour decide only whether something leaves.
        let now = raw.received_at.or(letter.mail.date).unwrap_or(Timestamp::UNIX_EPOCH);
        let plan = knowledge.decide(&letter, &Known::default(), raw.received_at, now);
        let findings = serde_json::to_value(&letter.findings).unwrap_or_default();
        (Reading { kind: letter.verdict.kind, answer: plan.answer, findings }, letter)
    }
}

/// What differs between two readings, field by field.
pub fn differences(before: &Reading, after: &Reading) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut compare = |field: &str, before: &str, after: &str| {
        if before != after {
            all.push(Difference { field: field.to_owned(), before: before.to_owned(), after: after.to_owned() });
        }
    };
    compare("kind", before.kind.as_str(), after.kind.as_str());
    compare("answer", before.answer.as_str(), after.answer.as_str());
    let (before, after) = (fields(&before.findings), fields(&after.findings));
    for field in before.keys().chain(after.keys().filter(|field| !before.contains_key(*field))) {
        let value = |fields: &BTreeMap<String, String>| fields.get(field).cloned().unwrap_or_default();
        compare(field, &value(&before), &value(&after));
    }
    all
}

/// The fields of people and statement by name; which words they come from is no difference.
fn fields(findings: &Value) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut add = |owner: &str, value: &Value| {
        let named = value.as_object().into_iter().flatten().filter(|(name, _)| !matches!(name.as_str(), "sources" | "contacts"));
        for (name, value) in named {
            let shown = shown(value);
            if !shown.is_empty() {
                fields.insert(format!("{owner}: {name}"), shown);
            }
        }
    };
    let people = |list: Option<&Value>| list.and_then(Value::as_array).cloned().unwrap_or_default();
    for (index, person) in people(findings.get("contacts")).iter().enumerate() {
        add(&format!("person {}", index + 1), person);
    }
    if let Some(liaison) = findings.get("liaison").filter(|liaison| !liaison.is_null()) {
        add("statement", liaison);
        for (index, contact) in people(liaison.get("contacts")).iter().enumerate() {
            add(&format!("contact {} of the statement", index + 1), contact);
        }
    }
    if let Some(promises) = findings.get("promises").map(shown).filter(|promises| !promises.is_empty()) {
        fields.insert("promised seats".to_owned(), promises);
    }
    fields
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join("; "),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// The two sets that are compared.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The rules in force.
    pub before: Arc<Knowledge>,
    /// The changed ones.
    pub after: Arc<Knowledge>,
}

impl Rehearsal {
    /// Reads every letter on file by both sets; `found` is told each letter that would come out differently, in the order of filing,
    /// and `progress` how many were read. Gives the number of letters read.
    pub async fn run(
        &self,
        store: &Store,
        activity: ActivityId,
        mut found: impl FnMut(Changed) -> Result<()>,
        mut progress: impl FnMut(u64),
    ) -> Result<u64> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (mut after, mut count) = (MessageKey(0), 0);
        loop {
            let keys = store.keys_after(activity, after).await?;
            let Some(last) = keys.last() else { return Ok(count) };
            after = *last;
            let letters = futures_util::stream::iter(keys).map(|key| self.one(store, activity, key));
            let mut read = std::pin::pin!(letters.buffered(cores * 2));
            while let Some(changed) = read.next().await {
                if let Some(changed) = changed? {
                    found(changed)?;
                }
                count += 1;
                progress(count);
            }
        }
    }

    async fn one(&self, store: &Store, activity: ActivityId, key: MessageKey) -> Result<Option<Changed>> {
        let Some(stored) = store.stored(activity, key).await? else { return Ok(None) };
        let both = self.clone();
        let reading = tokio::task::spawn_blocking(move || both.compare(stored));
        reading.await.context("Cannot read a letter again")
    }

    fn compare(&self, stored: Stored) -> Option<Changed> {
        let (before, _) = Reading::of(&self.before, &stored.raw);
        let (after, _) = Reading::of(&self.after, &stored.raw);
        let differences = differences(&before, &after);
        (!differences.is_empty()).then_some(Changed { message: stored.message, subject: stored.subject, differences })
    }
}
