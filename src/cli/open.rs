//! What most commands begin with: the configuration, the rules, the ledger.

use crate::clock::Clock;
use crate::config::Config;
use crate::daemon;
use crate::knowledge::Knowledge;
use crate::store::{ActivityId, Store};
use anyhow::Result;
use std::path::Path;

/// An opened activity.
pub(crate) struct Opened {
    /// The configuration.
    pub(crate) config: Config,
    /// Rules, templates, policy.
    pub(crate) knowledge: Knowledge,
    /// The ledger.
    pub(crate) store: Store,
    /// The activity in it.
    pub(crate) activity: ActivityId,
}

/// Opens the activity of a configuration; the ledger is made when it is missing.
pub(crate) async fn open(path: &Path) -> Result<Opened> {
    let config = Config::load(path)?;
    let knowledge = daemon::knowledge(&config)?;
    let store = Store::open(&config.database).await?;
    let activity = store.begin(&knowledge.rules.charter, Clock::system().now()).await?;
    Ok(Opened { config, knowledge, store, activity })
}
