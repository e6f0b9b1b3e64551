//! `jcabot why ID`: the letter's own words with what each became, the rules that decided, and what happened since.

use crate::cli::open::open;
use crate::cli::paint::Look;
use crate::cli::{Outcome, letter, print};
use crate::corrections;
use crate::domain::MessageKey;
use crate::domain::steps::Reason;
use crate::knowledge::Understood;
use crate::rehearsal::{Reading, differences};
use crate::store::Why;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Arguments of `why`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The number of a message, as lists show it
    id: i64,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command; 1 when there is no such message.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let opened = open(config).await?;
    let Some(why) = opened.store.why(opened.activity, MessageKey(arguments.id)).await? else {
        eprintln!("jcabot: There is no message {} (`jcabot threads` and `jcabot search` show numbers)", arguments.id);
        return Ok(Outcome::Found);
    };
    corrections::refresh(&opened.store, opened.activity, &opened.knowledge).await?;
    let knowledge = Arc::new(opened.knowledge);
    let stored = opened.store.stored(opened.activity, MessageKey(arguments.id)).await?;
    let today = match stored {
        Some(stored) => {
            let reading = tokio::task::spawn_blocking(move || Reading::of(&knowledge, &stored.raw));
            Some(reading.await.context("Cannot read the letter again")?)
        }
        None => None,
    };
    let changed = today.as_ref().map(|(reading, _)| differences(&filed(&why), reading)).unwrap_or_default();
    if arguments.json {
        print::json(&Explained { why: &why, today: &changed })?;
        return Ok(Outcome::Done);
    }
    tell(&why, today.as_ref().map(|(_, letter)| letter))?;
    if !changed.is_empty() {
        print::line("  Today's rules would decide otherwise:")?;
        for change in &changed {
            print::line(&format!("    {}", print::clean(&change.to_string())))?;
        }
    }
    Ok(Outcome::Done)
}

/// What is on file, and what would be different today.
#[derive(serde::Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    why: &'a Why,
    today: &'a [crate::rehearsal::Difference],
}

/// What was decided when the letter was filed, or by a person since.
fn filed(why: &Why) -> Reading {
    Reading { kind: why.message.kind, answer: why.answer, findings: why.findings.clone() }
}

fn tell(why: &Why, letter: Option<&Understood>) -> Result<()> {
    let message = &why.message;
    let language = message.language.map_or("und", |language| language.as_str());
    print::line(&format!("Message {} in thread {}: {}", message.id.0, message.thread, print::clean(&message.subject)))?;
    print::line(&format!("  sent {}, filed {}", message.sent_at, message.filed_at))?;
    let kind = message.kind.as_str();
    match &why.correction {
        None => print::line(&format!("  {kind} ({:.0} %), language {language}", message.confidence * 100.0))?,
        Some(said) if said.filed_kind == said.kind => {
            print::line(&format!("  {kind}, language {language}; confirmed by {} at {}", print::clean(&said.by), said.at))?;
        }
        Some(said) => print::line(&format!(
            "  {kind}, language {language}; {} said so at {}, it had been filed as {} ({:.0} %)",
            print::clean(&said.by),
            said.at,
            said.filed_kind.as_str(),
            message.confidence * 100.0
        ))?,
    }
    if let Some(letter) = letter {
        letter::show(&letter.mail, &letter.verdict, &letter.findings, Look::of_stdout())?;
    }
    print::line("  Weighed when it was filed:")?;
    for evidence in why.evidence.as_array().into_iter().flatten() {
        let text = |key: &str| print::clean(evidence.get(key).and_then(Value::as_str).unwrap_or_default());
        let weight = evidence.get("weight").and_then(Value::as_f64).unwrap_or_default();
        print::line(&format!("    {weight:+5.1}  {} ← {}  “{}”", text("kind"), text("rule"), text("words")))?;
    }
    print::line("  Decided:")?;
    for Reason { rule, text } in &why.reasons {
        print::line(&format!("    {rule}: {}", print::clean(text)))?;
    }
    findings(&why.findings)?;
    print::line("  What happened:")?;
    for entry in &why.journal {
        let detail =
            if entry.detail.is_null() { String::new() } else { format!("  {}", print::clean(&entry.detail.to_string())) };
        print::line(&format!("    {}  {} by {}{}", entry.at, entry.event, print::clean(&entry.actor), print::fit(&detail, 160)))?;
    }
    Ok(())
}

/// People, statement, bounce and answers to invitations, one field a line, each with the words and the rule that it comes from.
fn findings(findings: &Value) -> Result<()> {
    let contacts = findings.get("contacts").and_then(Value::as_array).into_iter().flatten();
    for (index, person) in contacts.enumerate() {
        print::line(&format!("  Person {}:", index + 1))?;
        fields(person)?;
    }
    if let Some(liaison) = findings.get("liaison").filter(|liaison| !liaison.is_null()) {
        print::line("  Liaison statement:")?;
        fields(liaison)?;
    }
    if let Some(bounce) = findings.get("bounce").filter(|bounce| !bounce.is_null()) {
        print::line("  What came back:")?;
        fields(bounce)?;
    }
    for answer in findings.get("registrations").and_then(Value::as_array).into_iter().flatten() {
        print::line("  Answer to an invitation:")?;
        fields(answer)?;
    }
    Ok(())
}

fn fields(value: &Value) -> Result<()> {
    let sources: Vec<&Value> = value.get("sources").and_then(Value::as_array).into_iter().flatten().collect();
    for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| *name != "sources" && *name != "contacts") {
        let shown = match value {
            Value::String(text) => text.clone(),
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "),
            Value::Null => continue,
            Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
        };
        if shown.is_empty() {
            continue;
        }
        let source = sources.iter().find(|source| source.get("field").and_then(Value::as_str) == Some(name));
        let text = |key: &str| source.and_then(|source| source.get(key)).and_then(Value::as_str).unwrap_or_default();
        let from = if source.is_some() {
            format!("   ← {} “{}”", text("rule"), print::fit(&print::clean(text("words")), 60))
        } else {
            String::new()
        };
        print::line(&format!("    {name:<14} {}{from}", print::clean(&shown)))?;
    }
    Ok(())
}
