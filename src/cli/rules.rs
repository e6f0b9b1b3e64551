//! `jcabot rules`: whether rules, vocabulary, charter and templates are sound, and what a changed set would change.

use crate::charter::Charter;
use crate::cli::open::open;
use crate::cli::print::Form;
use crate::cli::{Outcome, print};
use crate::config::Config;
use crate::corrections;
use crate::knowledge::Knowledge;
use crate::rehearsal::{Changed, Rehearsal};
use crate::reply::Replies;
use crate::resources::Resources;
use crate::rules::check;
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of `rules`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run every rule's own examples and render every template; 1 when something is wrong
    Check {
        /// A folder whose files take the place of the built-in ones (default: the configuration's, if there is one)
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
        /// The same as DIR
        #[arg(long, value_name = "DIR", conflicts_with = "dir")]
        rules: Option<PathBuf>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Read all letters on file by a changed set and print what would change; 1 when something would, 2 when the set is wrong
    Try {
        /// The folder of the changed set; its files take the place of the built-in ones
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Serialize)]
struct Checked {
    rules: usize,
    examples: usize,
    faults: Vec<String>,
}

/// What a rehearsal came to.
#[derive(Debug, Serialize)]
struct Tried {
    letters: u64,
    changed: Vec<Changed>,
}

/// Runs the command.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    match &arguments.command {
        Command::Check { dir, rules, json } => {
            let resources = match dir.as_ref().or(rules.as_ref()) {
                Some(dir) => overridden_by(dir)?,
                None if config.is_file() => Config::load(config)?.resources(),
                None => Resources::built_in(),
            };
            tell(&examined(&resources)?, Form::from(*json))
        }
        Command::Try { dir, json } => rehearse(config, dir, Form::from(*json)).await,
    }
}

fn overridden_by(dir: &Path) -> Result<Resources> {
    if !dir.is_dir() {
        bail!("{} is no folder; name one with files such as en/kinds.toml", dir.display());
    }
    Ok(Resources::overridden_by(dir))
}

fn examined(resources: &Resources) -> Result<Checked> {
    let report = check(resources);
    let mut faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    for charter in resources.list("charters")?.iter().filter_map(|name| name.strip_suffix(".toml")) {
        let replies = Charter::load(resources, charter).and_then(|charter| Replies::load(resources, &charter));
        faults.extend(replies.err().map(|error| format!("{error:#}")));
    }
    Ok(Checked { rules: report.rules, examples: report.examples, faults })
}

fn tell(checked: &Checked, form: Form) -> Result<Outcome> {
    if form == Form::Json {
        print::json(checked)?;
    } else {
        for fault in &checked.faults {
            print::line(&print::clean(fault))?;
        }
        let (rules, examples, faults) = (checked.rules, checked.examples, checked.faults.len());
        print::line(&format!("{rules} rules, {examples} examples and counter-examples, {faults} faults"))?;
    }
    Ok(if checked.faults.is_empty() { Outcome::Done } else { Outcome::Found })
}

/// Prints what a changed set would change. Nothing on file changes.
async fn rehearse(config: &Path, dir: &Path, form: Form) -> Result<Outcome> {
    let resources = overridden_by(dir)?;
    let checked = examined(&resources)?;
    if !checked.faults.is_empty() {
        tell(&checked, form)?;
        bail!("The rules in {} are wrong, so nothing was tried; mend what is listed first", dir.display());
    }
    let opened = open(config).await?;
    let charter = opened.config.activity.charter.get_ref();
    let after = Knowledge::load(&resources, charter, |rules| opened.config.policy(&rules.charter))
        .with_context(|| format!("Cannot load the rules in {}", dir.display()))?;
    for knowledge in [&opened.knowledge, &after] {
        corrections::refresh(&opened.store, opened.activity, knowledge).await?;
    }
    let on_file = opened.store.conservation(opened.activity, None).await?.by_kind.values().sum::<i64>();
    let rehearsal = Rehearsal { before: Arc::new(opened.knowledge), after: Arc::new(after) };
    let bar = bar(on_file);
    // As JSON the changes are one list, and so kept until the end; for people each is told at once.
    let mut kept = Vec::new();
    let mut changes = 0;
    let found = |changed: Changed| {
        changes += 1;
        match form {
            Form::Json => kept.push(changed),
            Form::Table => bar.suspend(|| tell_one(&changed))?,
        }
        Ok(())
    };
    let letters = rehearsal.run(&opened.store, opened.activity, found, |read| bar.set_position(read)).await;
    bar.finish_and_clear();
    let letters = letters?;
    match form {
        Form::Json => print::json(&Tried { letters, changed: kept })?,
        Form::Table => print::line(&format!("{letters} letters on file, {changes} of them would come out differently"))?,
    }
    opened.store.close().await;
    Ok(if changes == 0 { Outcome::Done } else { Outcome::Found })
}

fn tell_one(changed: &Changed) -> Result<()> {
    print::line(&format!("Message {}: {}", changed.message.0, print::fit(&print::clean(&changed.subject), 80)))?;
    for difference in &changed.differences {
        print::line(&format!("  {}", print::clean(&difference.to_string())))?;
    }
    Ok(())
}

/// Only where a person watches.
fn bar(letters: i64) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(letters).unwrap_or_default());
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} letters, {per_sec:0}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
