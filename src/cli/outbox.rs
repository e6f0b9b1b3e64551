//! `jcabot outbox`: what leaves, what waits, what failed.

use crate::cli::open::{Opened, open};
use crate::cli::print::Form;
use crate::cli::{Outcome, actor, print};
use crate::clock::Clock;
use crate::domain::LetterKey;
use crate::domain::words::OutboxState;
use anyhow::Result;
use clap::Subcommand;
use std::path::Path;
use std::str::FromStr;

/// Arguments of `outbox`.
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
    /// List letters (also without a subcommand)
    List {
        /// Only those that stand so: held, ready, claimed, retry, accepted, failed, ambiguous, dropped
        #[arg(long, value_parser = |word: &str| OutboxState::from_str(word).map_err(|_| "no such state"))]
        state: Option<OutboxState>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a letter as it will leave, or left
    Show {
        /// Its number
        id: i64,
    },
    /// Let held letters leave
    Release {
        /// Their numbers
        #[arg(required_unless_present = "all")]
        ids: Vec<i64>,
        /// Every held letter
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
    /// Try failed letters again
    Retry {
        /// Their numbers
        #[arg(required = true)]
        ids: Vec<i64>,
    },
    /// Let automatic mail leave again after the breaker stopped it
    Resume,
    /// Never send held or failed letters
    Drop {
        /// Their numbers
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

/// Runs the command; 1 when a letter could not be treated.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let opened = open(config).await?;
    let store = &opened.store;
    let (now, actor) = (Clock::system().now(), actor());
    match &arguments.command {
        None => list(&opened, None, Form::from(arguments.json)).await,
        Some(Command::List { state, json }) => list(&opened, *state, Form::from(*json || arguments.json)).await,
        Some(Command::Show { id }) => {
            let Some(bytes) = store.letter_bytes(opened.activity, LetterKey(*id)).await? else {
                eprintln!("jcabot: There is no letter {id} (`jcabot outbox` lists them)");
                return Ok(Outcome::Found);
            };
            print::raw(&String::from_utf8_lossy(&bytes))?;
            Ok(Outcome::Done)
        }
        Some(Command::Release { ids, all }) => {
            let held = if *all { store.letters(opened.activity, Some(OutboxState::Held)).await? } else { Vec::new() };
            let ids: Vec<i64> = ids.iter().copied().chain(held.iter().map(|letter| letter.id.0)).collect();
            let mut outcome = Outcome::Done;
            for id in ids {
                told(
                    id,
                    "released; it leaves with the next round of the daemon",
                    store.release(LetterKey(id), &actor, now).await,
                    &mut outcome,
                )?;
            }
            Ok(outcome)
        }
        Some(Command::Retry { ids }) => {
            let mut outcome = Outcome::Done;
            for id in ids {
                told(*id, "will be tried again", store.requeue(LetterKey(*id), &actor, now).await, &mut outcome)?;
            }
            Ok(outcome)
        }
        Some(Command::Resume) => {
            store.release_breaker(opened.activity, &actor, now).await?;
            print::line("Automatic mail may leave again")?;
            Ok(Outcome::Done)
        }
        Some(Command::Drop { ids }) => {
            let mut outcome = Outcome::Done;
            for id in ids {
                told(*id, "dropped", store.drop_letter(LetterKey(*id), &actor, now).await, &mut outcome)?;
            }
            Ok(outcome)
        }
    }
}

fn told(id: i64, what: &str, result: Result<()>, outcome: &mut Outcome) -> Result<()> {
    match result {
        Ok(()) => print::line(&format!("Letter {id}: {what}")),
        Err(error) => {
            eprintln!("jcabot: Letter {id}: {error:#}");
            *outcome = Outcome::Found;
            Ok(())
        }
    }
}

async fn list(opened: &Opened, state: Option<OutboxState>, form: Form) -> Result<Outcome> {
    let letters = opened.store.letters(opened.activity, state).await?;
    if form == Form::Json {
        print::json(&letters)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = letters
        .iter()
        .map(|letter| {
            let due = letter.due_at.strftime("%Y-%m-%d %H:%M").to_string();
            let to = letter.to.reveal().to_owned();
            vec![
                letter.id.0.to_string(),
                letter.state.as_str().to_owned(),
                letter.kind.as_str().to_owned(),
                to,
                due,
                letter.tries.to_string(),
                letter.note.clone(),
            ]
        })
        .collect();
    print::table(&["Letter", "State", "Kind", "To", "Due (UTC)", "Tries", "Because"], &[7, 9, 15, 38, 16, 5, 70], &rows)?;
    Ok(Outcome::Done)
}
