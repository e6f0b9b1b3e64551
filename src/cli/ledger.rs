//! What is on file: `liaisons`, `threads`, `deadlines`, `search`.

use crate::cli::open::open;
use crate::cli::{Outcome, moment, print};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::records::Deadline;
use crate::domain::words::DeadlineState;
use crate::reply::calendar::calendar;
use anyhow::Result;
use std::path::Path;

/// Arguments of a plain list.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `threads`.
#[derive(Debug, clap::Args)]
pub(crate) struct Threads {
    /// Only those that wait for a person
    #[arg(long)]
    waiting: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `deadlines`.
#[derive(Debug, clap::Args)]
pub(crate) struct Deadlines {
    /// As an iCalendar file (RFC 5545), with the meetings
    #[arg(long, conflicts_with = "json")]
    ics: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// As seen at this moment (default: now)
    #[arg(long, value_parser = moment, value_name = "DATE")]
    now: Option<Timestamp>,
}

/// Arguments of `search`.
#[derive(Debug, clap::Args)]
pub(crate) struct Search {
    /// Words that must all occur, in any of the six languages
    #[arg(required = true)]
    words: Vec<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Runs `liaisons`.
pub(crate) async fn liaisons(config: &Path, arguments: &List) -> Result<Outcome> {
    let opened = open(config).await?;
    let liaisons = opened.store.liaisons(opened.activity).await?;
    if arguments.json {
        print::json(&liaisons)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = liaisons
        .iter()
        .map(|liaison| {
            let due = liaison.reply_by.map(|day| day.to_string()).or_else(|| liaison.reply_by_words.clone()).unwrap_or_default();
            vec![
                liaison.message.0.to_string(),
                liaison.reference.clone().unwrap_or_default(),
                liaison.from.clone().unwrap_or_default(),
                liaison.purpose.map_or("", |purpose| purpose.as_str()).to_owned(),
                due,
                liaison.answers.map(|message| message.0.to_string()).unwrap_or_default(),
                liaison.title.clone().unwrap_or_default(),
            ]
        })
        .collect();
    print::table(&["Message", "Number", "From", "For", "Reply by", "Answers", "Title"], &[8, 24, 30, 11, 18, 8, 60], &rows)?;
    Ok(Outcome::Done)
}

/// Runs `threads`; 1 with --waiting when one waits.
pub(crate) async fn threads(config: &Path, arguments: &Threads) -> Result<Outcome> {
    let opened = open(config).await?;
    let mut threads = opened.store.threads(opened.activity).await?;
    threads.retain(|thread| thread.needs_reply || !arguments.waiting);
    if arguments.json {
        print::json(&threads)?;
    } else {
        let rows: Vec<Vec<String>> = threads
            .iter()
            .map(|thread| {
                let waits = if thread.needs_reply { "waits" } else { "" };
                let latest = thread.latest_at.strftime("%Y-%m-%d %H:%M").to_string();
                vec![
                    thread.id.to_string(),
                    waits.to_owned(),
                    thread.letters.to_string(),
                    thread.kind.as_str().to_owned(),
                    latest,
                    thread.subject.clone(),
                ]
            })
            .collect();
        print::table(&["Thread", "", "Letters", "Latest is", "Latest (UTC)", "Subject"], &[8, 6, 7, 18, 16, 70], &rows)?;
    }
    Ok(if arguments.waiting && !threads.is_empty() { Outcome::Found } else { Outcome::Done })
}

/// Runs `deadlines`.
pub(crate) async fn deadlines(config: &Path, arguments: &Deadlines) -> Result<Outcome> {
    let opened = open(config).await?;
    let deadlines = opened.store.deadlines(opened.activity).await?;
    let charter = &opened.knowledge.rules.charter;
    let now = arguments.now.unwrap_or_else(|| Clock::system().now());
    if arguments.ics {
        print::raw(&calendar(&deadlines, charter, now))?;
    } else if arguments.json {
        print::json(&deadlines)?;
    } else {
        let rows: Vec<Vec<String>> = deadlines
            .iter()
            .map(|deadline| {
                let local = deadline.due_at.to_zoned_datetime(charter.zone());
                let days = deadline.due_at.duration_since(now).as_hours().div_euclid(24);
                let left = if days < 0 { format!("{} days ago", -days) } else { format!("in {days} days") };
                vec![local.strftime("%Y-%m-%d %H:%M %Z").to_string(), left, state(deadline), deadline.title.clone()]
            })
            .collect();
        print::table(&["Due", "", "State", "What"], &[24, 14, 10, 70], &rows)?;
    }
    Ok(Outcome::Done)
}

/// Where a deadline stands, and whether its answer came late.
fn state(deadline: &Deadline) -> String {
    let is_late = deadline.state == DeadlineState::Met && deadline.settled_at.is_some_and(|moment| moment > deadline.due_at);
    format!("{}{}", deadline.state.as_str(), if is_late { ", late" } else { "" })
}

/// Runs `search`; 1 when nothing was found.
pub(crate) async fn search(config: &Path, arguments: &Search) -> Result<Outcome> {
    let opened = open(config).await?;
    let messages = opened.store.search(opened.activity, &arguments.words.join(" ")).await?;
    if arguments.json {
        print::json(&messages)?;
    } else {
        let rows: Vec<Vec<String>> = messages
            .iter()
            .map(|message| {
                let sent = message.sent_at.strftime("%Y-%m-%d").to_string();
                let sender = message.sender.as_ref().map_or(String::new(), |sender| sender.reveal().to_owned());
                vec![message.id.0.to_string(), sent, message.kind.as_str().to_owned(), sender, message.subject.clone()]
            })
            .collect();
        print::table(&["Message", "Sent", "Kind", "From", "Subject"], &[8, 10, 18, 36, 60], &rows)?;
    }
    Ok(if messages.is_empty() { Outcome::Found } else { Outcome::Done })
}
