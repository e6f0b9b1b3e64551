//! `jcabot digest`: the chair's week, as it would be written.

use crate::cli::open::open;
use crate::cli::{Outcome, moment, print};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::plan::schedule::{digest_due, week_of};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Arguments of `digest`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The week that goes on now, instead of the last one that was complete
    #[arg(long)]
    preview: bool,
    /// As seen at this moment (default: now)
    #[arg(long, value_parser = moment, value_name = "DATE")]
    now: Option<Timestamp>,
    /// Write the HTML form into a file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command; nothing is sent.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let opened = open(config).await?;
    let charter = &opened.knowledge.rules.charter;
    let now = arguments.now.unwrap_or_else(|| Clock::system().now());
    let week = if arguments.preview { week_of(charter, now) } else { digest_due(charter, &opened.config.digest, now) };
    let figures = opened.store.week(opened.activity, &week.name, week.from..week.to, now).await?;
    if arguments.json {
        print::json(&figures)?;
        return Ok(Outcome::Done);
    }
    let texts = opened.knowledge.replies.digest_texts(charter, &figures, now)?;
    if let Some(file) = &arguments.html {
        std::fs::write(file, &texts.html).with_context(|| format!("Cannot write {}", file.display()))?;
    }
    print::line(&texts.subject)?;
    print::line("")?;
    print::line(texts.text.trim_end())?;
    Ok(Outcome::Done)
}
