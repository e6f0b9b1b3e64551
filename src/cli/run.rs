//! `jcabot run`: the daemon.

use crate::cli::{Outcome, log};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{Daemon, Mode};
use anyhow::Result;
use std::path::Path;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Runs until SIGTERM.
pub(crate) async fn run(path: &Path, _arguments: &Arguments) -> Result<Outcome> {
    let config = Config::load(path)?;
    let _written_out_at_the_end = log::begin(&config.log)?;
    Daemon::build(config, Some(path), Clock::system(), Mode::Watch).await?.run().await?;
    Ok(Outcome::Done)
}
