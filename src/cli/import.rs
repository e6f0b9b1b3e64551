//! `jcabot import`: old letters, filed in silence.

use crate::cli::{Outcome, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{Daemon, Mode};
use crate::import;
use crate::mailbox::import as sources;
use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Letters: `.eml` files, mbox files, Maildirs, folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The result as JSON
    #[arg(long)]
    json: bool,
}

/// Files all letters; 1 when one could not be read.
pub(crate) async fn run(path: &Path, arguments: &Arguments) -> Result<Outcome> {
    let daemon = Daemon::build(Config::load(path)?, Some(path), Clock::system(), Mode::Import).await?;
    let desk = daemon.desk();
    let bar = bar();
    let letters = sources::sources(&arguments.paths);
    let imported = import::import(desk, letters, |done| bar.set_position(done)).await;
    bar.finish_and_clear();
    let imported = imported?;
    desk.store.close().await;
    if arguments.json {
        print::json(&imported)?;
    } else {
        for (kind, count) in &imported.by_kind {
            print::line(&format!("{count:>8}  {}", kind.as_str()))?;
        }
        let (new, known, bad) = (imported.new, imported.known, imported.unreadable.len());
        print::line(&format!("{new:>8}  filed, {known} on file already, {bad} unreadable; nobody was answered"))?;
    }
    for error in &imported.unreadable {
        eprintln!("jcabot: {}", print::clean(error));
    }
    Ok(if imported.unreadable.is_empty() { Outcome::Done } else { Outcome::Found })
}

/// Only where a person watches.
fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{spinner} {pos} letters, {per_sec:0}, {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}
