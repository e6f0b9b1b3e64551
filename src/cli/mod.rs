//! The commands. Results go to stdout, everything else to stderr; exit codes are mapped here and nowhere else:
//! 0 done, 1 done but something was found (a check that failed, an empty verdict), 2 failed, 78 another installation keeps the
//! mailbox. A closed pipe is 0.

mod backup;
mod balance;
mod correct;
mod demo;
mod digest;
mod doctor;
mod import;
mod init;
mod inspect;
mod ledger;
mod letter;
mod log;
mod open;
mod outbox;
mod paint;
mod print;
mod proposals;
mod rebuild;
mod roster;
mod rules;
mod run;
mod status;
mod why;

use crate::documents;
use crate::domain::Timestamp;
use crate::intake::KeptByAnother;
use crate::knowledge;
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Keeps the mailbox of a Joint Coordination Activity beside its secretary.
#[derive(Debug, Parser)]
#[command(name = "jcabot", version, about, max_term_width = 100, propagate_version = true)]
struct Arguments {
    /// The configuration file.
    #[arg(short, long, global = true, env = "JCABOT_CONFIG", default_value = "jcabot.toml", value_name = "FILE")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch the mailboxes: file, acknowledge, shelve, remind, until SIGTERM
    Run(run::Arguments),
    /// Show the whole job on a small activity of August 2012, then watch its Maildir
    Demo(demo::Arguments),
    /// Say what letters are and what they say, without configuration, database or network
    Inspect(inspect::Arguments),
    /// Say why a filed letter became what it became
    Why(why::Arguments),
    /// Say what a filed letter really is; it is filed anew and learned from
    Correct(correct::Arguments),
    /// File old letters (.eml, mbox, Maildir, folders of them) without answering anybody
    Import(import::Arguments),
    /// Show the chair's week
    Digest(digest::Arguments),
    /// Show the expected seats: who is in, who was asked, who is missing
    Roster(roster::Arguments),
    /// List liaison statements and their deadlines
    Liaisons(ledger::List),
    /// List threads, those that wait for a person first
    Threads(ledger::Threads),
    /// List deadlines, or write them as a calendar
    Deadlines(ledger::Deadlines),
    /// Find filed letters by their words
    Search(ledger::Search),
    /// List and decide changes of the list that letters propose
    Proposals(proposals::Arguments),
    /// List people, show the history of one, take back what a letter changed
    People(proposals::People),
    /// Write a checked copy of the ledger while the daemon works
    Backup(backup::Arguments),
    /// Put a backup in the place of the ledger
    Restore(backup::Restore),
    /// Make the ledger anew from the letters, without answering anybody
    Rebuild(rebuild::Arguments),
    /// Prove that every letter is accounted for, folder by folder
    Ledger(balance::Arguments),
    /// List, show, release, retry or drop outgoing letters
    Outbox(outbox::Arguments),
    /// Check the rules, the vocabulary and the templates
    Rules(rules::Arguments),
    /// Check configuration, database, mailboxes, SMTP and rules: a line each
    Doctor(doctor::Arguments),
    /// Say whether the daemon is healthy, and if not, why
    Status(status::Arguments),
    /// Write a commented configuration
    Init(init::Arguments),
}

/// How a command ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything is well.
    Done,
    /// Done, but something was found that a script should notice.
    Found,
}

/// A moment given on the command line: `2012-08-22` (its start, UTC) or `2012-08-22T12:00:00Z`.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    let day =
        text.parse::<jiff::civil::Date>().ok().and_then(|day| day.at(0, 0, 0, 0).to_zoned_datetime(jiff::tz::TimeZone::UTC).ok());
    match (text.parse::<Timestamp>(), day) {
        (Ok(moment), _) => Ok(moment),
        (Err(_), Some(day)) => Ok(day.timestamp()),
        (Err(_), None) => Err("write a day (2012-08-22) or a moment (2012-08-22T12:00:00Z)".to_owned()),
    }
}

/// Who runs the command, for the journal.
pub(crate) fn actor() -> String {
    std::env::var("USER").ok().filter(|user| !user.is_empty()).unwrap_or_else(|| "command line".to_owned())
}

/// EX_CONFIG of sysexits: another start does not mend it, and the service manager does not try one.
const MISCONFIGURED: u8 = 78;

/// Runs the program.
pub fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some(documents::COMMAND) {
        return read_document(&words.next().unwrap_or_default());
    }
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("jcabot: Cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    let result = runtime.block_on(dispatch(arguments));
    // A blocking read (inotify, standard input) must not keep a finished command alive.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jcabot: {error:#}");
            ExitCode::from(if error.is::<KeptByAnother>() { MISCONFIGURED } else { 2 })
        }
    }
}

/// The child that reads one attached document, or a letter that may kill it; no command for people.
fn read_document(format: &str) -> ExitCode {
    let read = match format.strip_prefix(documents::WHOLE_LETTER) {
        Some(charter) => knowledge::prove(charter),
        None => documents::child(format),
    };
    match read {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jcabot: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<Outcome> {
    let config = &arguments.config;
    match arguments.command {
        Command::Run(own) => run::run(config, &own).await,
        Command::Demo(own) => demo::run(&own).await,
        Command::Inspect(own) => inspect::run(&own),
        Command::Why(own) => why::run(config, &own).await,
        Command::Correct(own) => correct::run(config, &own).await,
        Command::Import(own) => import::run(config, &own).await,
        Command::Digest(own) => digest::run(config, &own).await,
        Command::Roster(own) => roster::run(config, &own).await,
        Command::Liaisons(own) => ledger::liaisons(config, &own).await,
        Command::Threads(own) => ledger::threads(config, &own).await,
        Command::Deadlines(own) => ledger::deadlines(config, &own).await,
        Command::Search(own) => ledger::search(config, &own).await,
        Command::Proposals(own) => proposals::run(config, &own).await,
        Command::People(own) => proposals::people(config, &own).await,
        Command::Backup(own) => backup::backup(config, &own).await,
        Command::Restore(own) => backup::restore(config, &own).await,
        Command::Rebuild(own) => rebuild::run(config, &own).await,
        Command::Ledger(own) => balance::run(config, &own).await,
        Command::Outbox(own) => outbox::run(config, &own).await,
        Command::Rules(own) => rules::run(config, &own).await,
        Command::Doctor(own) => doctor::run(config, &own).await,
        Command::Status(own) => status::run(config, &own).await,
        Command::Init(own) => init::run(config, &own),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe))
}
