//! `jcabot rebuild`: the ledger anew from the letters, without answering anybody.

use crate::cli::backup::read_key;
use crate::cli::{Outcome, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{Daemon, Mode};
use crate::intake::Intake;
use crate::mailbox::Mailbox;
use crate::mailbox::import as sources;
use crate::rebuild::{Gathered, rebuild};
use crate::store::{Settings, Store};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Arguments of `rebuild`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Letters: `.eml` files, mbox exports, Maildirs, folders of them; copies of what we sent (Sent, witnesses) too
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Take in every letter of the configured mailboxes, the folders of the shelf and the witnesses included
    #[arg(long)]
    mailboxes: bool,
    /// Take in the letters that another ledger kept (sqlite:OLD.db), as far as it can be read
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// The installation's key, as `jcabot backup --key FILE` wrote it
    #[arg(long, value_name = "FILE", required_unless_present_any = ["new_key", "from"])]
    key: Option<PathBuf>,
    /// The key is lost: go on with a new one. Our letters of before are then told by the letter that they answer
    #[arg(long, conflicts_with = "key")]
    new_key: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command; 1 when a letter could not be read.
pub(crate) async fn run(path: &Path, arguments: &Arguments) -> Result<Outcome> {
    if arguments.paths.is_empty() && !arguments.mailboxes && arguments.from.is_none() {
        bail!("There is nothing to rebuild from: name files, --mailboxes, or --from OLD-DATABASE");
    }
    let config = Config::load(path)?;
    prepare(&config, arguments).await?;
    let mailboxes = config.mailboxes.clone();
    let daemon = Daemon::build(config, Some(path), Clock::system(), Mode::Import).await?;
    let desk = daemon.desk();
    let mut gathered = Gathered::default();
    if let Some(url) = &arguments.from {
        for letter in Store::kept_letters(&Settings { url: url.clone() }).await? {
            gathered.take(desk, letter);
        }
    }
    for letter in sources::sources(&arguments.paths) {
        gathered.take(desk, letter);
    }
    if arguments.mailboxes {
        for settings in mailboxes {
            let settings = settings.into_inner();
            let mut mailbox = Mailbox::connect(&settings).await?;
            let intake = Intake::new(desk.clone(), settings);
            gathered.take_mailbox(desk, &intake, &mut mailbox).await?;
            mailbox.close().await;
        }
    }
    let rebuilt = rebuild(desk, gathered, |_| ()).await?;
    let people = desk.store.people(desk.activity).await?.len();
    desk.store.close().await;
    if arguments.json {
        print::json(&rebuilt)?;
    } else {
        let letters = &rebuilt.letters;
        print::line(&format!(
            "{} letters gathered: {} filed, {} copies, {} unreadable; {people} people on the list",
            rebuilt.gathered,
            letters.new,
            letters.known,
            letters.unreadable.len()
        ))?;
        print::line(&format!("{} letters of ours found, {} written down as accepted", rebuilt.own, rebuilt.accepted))?;
        print::line(
            "What came before now is not answered again. What people had decided by hand is to be decided anew (BACKUP.md).",
        )?;
    }
    for error in &rebuilt.letters.unreadable {
        eprintln!("jcabot: {}", print::clean(error));
    }
    Ok(if rebuilt.letters.unreadable.is_empty() { Outcome::Done } else { Outcome::Found })
}

/// An empty ledger with the right key; anything else is refused.
async fn prepare(config: &Config, arguments: &Arguments) -> Result<()> {
    let instance = match (&arguments.key, &arguments.from) {
        (Some(file), _) => Some(read_key(file)?),
        (None, Some(url)) if !arguments.new_key => {
            let old = Store::open_existing(&Settings { url: url.clone() }).await?;
            let instance = old.instance().await?;
            old.close().await;
            Some(instance)
        }
        _ => None,
    };
    let store = Store::open(&config.database).await?;
    if store.has_letters().await? {
        bail!("The database holds letters already; a rebuild begins with an empty one (put it aside first)");
    }
    if let Some(instance) = instance {
        store.adopt(&instance, Clock::system().now()).await?;
    }
    store.close().await;
    Ok(())
}
