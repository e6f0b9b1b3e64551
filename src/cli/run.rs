//! `jcabot run`: the daemon.

use crate::cli::Outcome;
use crate::clock::Clock;
use crate::config::{Config, Log, LogFormat};
use crate::daemon::{Daemon, Mode};
use anyhow::{Context, Result};
use std::path::Path;
use tracing_subscriber::EnvFilter;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Runs until SIGTERM.
pub(crate) async fn run(path: &Path, _arguments: &Arguments) -> Result<Outcome> {
    let config = Config::load(path)?;
    log(&config.log)?;
    Daemon::build(config, Some(path), Clock::system(), Mode::Watch).await?.run().await?;
    Ok(Outcome::Done)
}

/// Log lines go to stderr. The libraries that would write commands with passwords at their lowest level are capped.
pub(crate) fn log(settings: &Log) -> Result<()> {
    let wanted = settings.filter.as_deref().unwrap_or("info");
    let filter = format!("{wanted},async_imap=warn,lettre=warn,sqlx=warn");
    let filter =
        EnvFilter::try_new(&filter).with_context(|| format!("[log] filter = “{wanted}” is no filter; write it like info"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match settings.format {
        LogFormat::Text => builder.with_ansi(false).init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
