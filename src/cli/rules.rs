//! `jcabot rules`: whether rules, vocabulary, charter and templates are sound.

use crate::charter::Charter;
use crate::cli::{Outcome, print};
use crate::config::Config;
use crate::reply::Replies;
use crate::resources::Resources;
use crate::rules::check;
use anyhow::Result;
use clap::Subcommand;
use serde::Serialize;
use std::path::{Path, PathBuf};

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
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
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

/// Runs the command.
pub(crate) fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let Command::Check { rules, json } = &arguments.command;
    let resources = match rules {
        Some(dir) => Resources::overridden_by(dir),
        None if config.is_file() => Config::load(config)?.resources(),
        None => Resources::built_in(),
    };
    let report = check(&resources);
    let mut faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    for charter in resources.list("charters")?.iter().filter_map(|name| name.strip_suffix(".toml")) {
        let replies = Charter::load(&resources, charter).and_then(|charter| Replies::load(&resources, &charter));
        faults.extend(replies.err().map(|error| format!("{error:#}")));
    }
    let checked = Checked { rules: report.rules, examples: report.examples, faults };
    if *json {
        print::json(&checked)?;
    } else {
        for fault in &checked.faults {
            print::line(&print::clean(fault))?;
        }
        let (rules, examples, faults) = (checked.rules, checked.examples, checked.faults.len());
        print::line(&format!("{rules} rules, {examples} examples and counter-examples, {faults} faults"))?;
    }
    Ok(if checked.faults.is_empty() { Outcome::Done } else { Outcome::Found })
}
