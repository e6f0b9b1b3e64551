//! `jcabot init`: a commented configuration.

use crate::cli::{Outcome, print};
use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The commented example; a test loads it.
const EXAMPLE: &str = include_str!("../../deploy/jcabot.toml");

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print it instead of writing the file
    #[arg(long)]
    print: bool,
}

/// Writes the file that `--config` names, and never over one that is there.
pub(crate) fn run(path: &Path, arguments: &Arguments) -> Result<Outcome> {
    if arguments.print {
        print::line(EXAMPLE.trim_end())?;
        return Ok(Outcome::Done);
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            anyhow::anyhow!("{} is there already; it is left as it is (`--config FILE` names another)", path.display())
        }
        _ => anyhow::Error::new(error).context(format!("Cannot write {}", path.display())),
    })?;
    file.write_all(EXAMPLE.as_bytes()).with_context(|| format!("Cannot write {}", path.display()))?;
    let name = path.display();
    print::line(&format!("Wrote {name}. Everything that would leave is held until you say otherwise."))?;
    print::line(&format!(
        "Next: put your servers into [mailbox.imap] and [transport.smtp], then run `jcabot --config {name} doctor`."
    ))?;
    Ok(Outcome::Done)
}
