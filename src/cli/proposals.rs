//! `jcabot proposals` and `jcabot people`: changes of the list that wait for a decision, its history, and the way back.

use crate::cli::open::{Opened, open};
use crate::cli::{Outcome, actor, print};
use crate::clock::Clock;
use crate::domain::MessageKey;
use crate::store::{Decision, PersonChange, Proposal};
use anyhow::Result;
use clap::Subcommand;
use std::path::Path;

/// Arguments of `proposals`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List proposals (also without a subcommand)
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Do what a letter proposes about a person
    Accept {
        /// The numbers of the proposals
        #[arg(required = true)]
        ids: Vec<i64>,
    },
    /// Leave the list as it is
    Refuse {
        /// The numbers of the proposals
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

/// Arguments of `people`.
#[derive(Debug, clap::Args)]
pub(crate) struct People {
    #[command(subcommand)]
    command: PeopleCommand,
}

#[derive(Debug, Subcommand)]
enum PeopleCommand {
    /// List everybody, with the numbers that `history` takes
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show every change of one person, with the letter that it comes from
    History {
        /// The person's number
        id: i64,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Take back what a letter changed on the list, as far as nobody has changed it since
    Undo {
        /// The letter's number
        message: i64,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs `proposals`; 1 when one could not be decided.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let opened = open(config).await?;
    match &arguments.command {
        None => list(&opened, arguments.json.into()).await,
        Some(Command::List { json }) => list(&opened, (*json || arguments.json).into()).await,
        Some(Command::Accept { ids }) => decide(&opened, ids, Decision::Accept).await,
        Some(Command::Refuse { ids }) => decide(&opened, ids, Decision::Refuse).await,
    }
}

async fn decide(opened: &Opened, ids: &[i64], decision: Decision) -> Result<Outcome> {
    let (now, actor) = (Clock::system().now(), actor());
    let mut outcome = Outcome::Done;
    for id in ids {
        match opened.store.decide_proposal(opened.activity, *id, decision, &actor, now).await {
            Ok(()) if decision == Decision::Accept => print::line(&format!("Proposal {id}: done"))?,
            Ok(()) => print::line(&format!("Proposal {id}: refused"))?,
            Err(error) => {
                eprintln!("jcabot: Proposal {id}: {error:#}");
                outcome = Outcome::Found;
            }
        }
    }
    Ok(outcome)
}

async fn list(opened: &Opened, form: print::Form) -> Result<Outcome> {
    let proposals = opened.store.open_proposals(opened.activity).await?;
    if form == print::Form::Json {
        print::json(&proposals)?;
        return Ok(Outcome::Done);
    }
    let people = opened.store.people(opened.activity).await?;
    let row = |proposal: &Proposal| {
        let known = people.iter().find(|person| Some(person.id) == proposal.person).map(|person| person.name.clone());
        let found = proposal.changes.iter().find(|change| change.field == "name").and_then(|change| change.new.clone());
        let asked = proposal.asked_until.map_or(String::new(), |until| until.strftime("asked, until %Y-%m-%d %H:%M").to_string());
        vec![
            proposal.id.to_string(),
            proposal.message.map_or(String::new(), |message| message.0.to_string()),
            proposal.action.as_str().to_owned(),
            known.or(found).unwrap_or_default(),
            proposal.changes.iter().map(told).collect::<Vec<_>>().join("; "),
            asked,
        ]
    };
    let rows: Vec<Vec<String>> = proposals.iter().map(row).collect();
    print::table(&["No.", "Letter", "Asks", "Person", "Changes", "Owner"], &[6, 7, 9, 30, 90, 32], &rows)?;
    Ok(Outcome::Done)
}

fn told(change: &PersonChange) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    format!("{}: {} → {}", change.field, value(&change.old), value(&change.new))
}

/// Runs `people`; 1 when nothing could be undone.
pub(crate) async fn people(config: &Path, arguments: &People) -> Result<Outcome> {
    let opened = open(config).await?;
    match &arguments.command {
        PeopleCommand::List { json } => everybody(&opened, (*json).into()).await,
        PeopleCommand::History { id, json } => history(&opened, *id, (*json).into()).await,
        PeopleCommand::Undo { message, json } => undo(&opened, MessageKey(*message), (*json).into()).await,
    }
}

async fn everybody(opened: &Opened, form: print::Form) -> Result<Outcome> {
    let people = opened.store.people(opened.activity).await?;
    if form == print::Form::Json {
        print::json(&people)?;
        return Ok(Outcome::Done);
    }
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    let rows: Vec<Vec<String>> = people
        .iter()
        .map(|person| {
            let email = person.email.as_ref().map_or(String::new(), |email| email.reveal().to_owned());
            let source = person.source.map_or(String::new(), |message| message.0.to_string());
            vec![
                person.id.to_string(),
                person.name.clone(),
                email,
                optional(&person.organization),
                optional(&person.phone),
                source,
            ]
        })
        .collect();
    print::table(&["No.", "Name", "Address", "Organization", "Telephone", "Letter"], &[6, 32, 40, 40, 18, 7], &rows)?;
    Ok(Outcome::Done)
}

async fn history(opened: &Opened, person: i64, form: print::Form) -> Result<Outcome> {
    let changes = opened.store.changes_of(person).await?;
    if form == print::Form::Json {
        print::json(&changes)?;
    } else {
        let rows: Vec<Vec<String>> = changes
            .iter()
            .map(|change| {
                let at = change.at.strftime("%Y-%m-%d %H:%M").to_string();
                let message = change.message.map_or(String::new(), |message| message.0.to_string());
                vec![at, message, change.state.clone(), change.action.as_str().to_owned(), told(change)]
            })
            .collect();
        print::table(&["When (UTC)", "Letter", "State", "Asked", "Change"], &[16, 7, 9, 9, 110], &rows)?;
    }
    Ok(if changes.is_empty() { Outcome::Found } else { Outcome::Done })
}

async fn undo(opened: &Opened, message: MessageKey, form: print::Form) -> Result<Outcome> {
    let (now, actor) = (Clock::system().now(), actor());
    let undone = opened.store.undo_changes(opened.activity, message, &actor, now).await?;
    if form == print::Form::Json {
        print::json(&undone)?;
    } else {
        print::line(&format!(
            "Letter {}: {} changes taken back, {} overtaken since and left",
            message.0, undone.undone, undone.kept
        ))?;
    }
    Ok(if undone.undone == 0 { Outcome::Found } else { Outcome::Done })
}
