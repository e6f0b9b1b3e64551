//! The ledger: steps 4 and 7, and all that loops and commands ask for. Only user of sqlx.
//!
//! # What it promises
//!
//! - One letter is one transaction ([`Store::file`]): facts, frozen outgoing bytes, shelving job, cursor; or nothing.
//! - A letter is known by its fingerprint: filing it again adds a sighting, and never a second answer.
//! - Every arrow of the outbox is one `UPDATE … WHERE state = …`; no row changed is an error.
//! - The journal is only ever appended to; the database itself refuses anything else.
//! - Caps and the breaker live in rows and are checked in the transaction that claims, so a restart does not reset them.
//!
//! # One SQL text for two databases
//!
//! SQLite and PostgreSQL run the same literals through sqlx's `Any` driver. Weighed against an enum of two typed pools: `Any` needs no
//! second text and no generics in each function, and its price (values copied once more) is lost beside that of each call: on SQLite a
//! call changes threads twice, on PostgreSQL it is a round trip. So what is done for every letter is done in two calls: one
//! question (`recall`), one text that writes all its rows (`insert`); 4,000 letters a second, where ten calls made it 1,600.
//! Traps of `Any` 0.9: an `Arc<str>` panics on SQLite; of a text of several statements `fetch_one` sees the first one's row only.
//! So the SQL keeps to what both know: `$1`, text, 64-bit integers and bytes; times in microseconds since 1970 UTC; closed lists
//! as words with a `CHECK`; sums cast to `BIGINT`. Where a dialect is needed there is one `match` on [`Dialect`], with its reason.
//!
//! SQLite has one connection that writes, under `BEGIN IMMEDIATE`, and a few that only read. No transaction spans a network call.

mod activity;
mod backup;
mod balance;
mod caps;
mod claim;
mod correct;
mod facts;
mod failover;
mod figures;
mod filing;
mod folders;
mod history;
mod incidents;
mod insert;
mod journal;
mod leader;
mod learned;
mod ledger;
mod lists;
mod outbox;
mod people;
mod pool;
mod proposals;
mod questions;
mod recall;
mod recover;
mod registrations;
mod reread;
mod roster;
mod rows;
mod schema;
mod search;
mod shelving;
mod statements;
mod status;
mod threads;
mod undo;
mod week;

pub use activity::{ActivityId, Instance};
pub use backup::{Saved, restore};
pub use balance::Balance;
pub use caps::{Breaker, Caps};
pub use correct::{Corrected, Correcting, Correction, Statement};
pub use filing::{Batch, Filed, Filing, Packed, Packer, compress};
pub use folders::{Arrival, Compared, Look, Renewed};
pub use history::PersonChange;
pub use incidents::Incident;
pub use journal::JournalFilter;
pub use leader::Leader;
pub use ledger::Cursor;
pub use lists::{MessageFilter, Why};
pub use outbox::LetterFilter;
pub use proposals::{Decision, Proposal, Undone};
pub use recover::{Answerable, Recovered, decompress};
pub use reread::Stored;
pub use search::fold_for_search;
pub use shelving::ShelvingJob;
pub use status::Status;

use anyhow::{Context, Result, bail};
use failover::Failover;
use pool::Dialect;
use serde::Deserialize;
use sqlx::{AnyPool, Transaction};
use std::sync::Arc;

/// Where the ledger is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `sqlite:jcabot.db` (a path, relative to where the program runs), or `postgres://user:password@host/database`.
    #[serde(deserialize_with = "url")]
    pub url: String,
}

fn url<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let url = String::deserialize(deserializer)?;
    let is_known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    let scheme = url.split(':').next().unwrap_or_default();
    let fault = format!("a database of the kind {scheme} is not known; write sqlite:FILE or postgres://user@host/database");
    is_known.then_some(url).ok_or_else(|| serde::de::Error::custom(fault))
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { url: "sqlite:jcabot.db".to_owned() }
    }
}

/// The opened ledger. Cheap to clone: clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    writer: AnyPool,
    readers: AnyPool,
    dialect: Dialect,
    failover: Arc<Failover>,
}

/// Says of a damaged file what to do about it (SQLITE_CORRUPT, SQLITE_NOTADB, with their extended codes).
fn explained(place: &pool::Place, error: anyhow::Error) -> anyhow::Error {
    let pool::Place::Sqlite { path, .. } = place else { return error };
    let codes =
        error.chain().filter_map(|cause| cause.downcast_ref::<sqlx::Error>()?.as_database_error()?.code()?.parse::<u32>().ok());
    let is_damaged = codes.into_iter().any(|code| matches!(code & 0xFF, 11 | 26)) || format!("{error:#}").contains("malformed");
    if is_damaged { anyhow::anyhow!(backup::damaged(path, &error.root_cause().to_string())) } else { error }
}

/// A transaction that may write.
type Tx = Transaction<'static, sqlx::Any>;

impl Store {
    /// Opens the ledger; makes it when it is missing, brings its schema up to date, and refuses one of a newer program.
    pub async fn open(settings: &Settings) -> Result<Store> {
        let place = pool::Place::read(&settings.url)?;
        place.create_private_file()?;
        let store = Store::connect(&place).await.with_context(|| format!("Cannot open the database {place}"))?;
        let migrated = schema::migrate(&store.writer, store.dialect).await.map_err(|error| explained(&place, error));
        migrated.with_context(|| format!("Cannot use the database {place}"))?;
        Ok(store)
    }

    /// Opens a ledger that must be there already and of this program's schema; changes nothing.
    pub async fn open_existing(settings: &Settings) -> Result<Store> {
        let place = pool::Place::read(&settings.url)?;
        if place.is_missing() {
            bail!("There is no database {place} yet; `jcabot run` or `jcabot import` makes it");
        }
        let store = Store::connect(&place).await.with_context(|| format!("Cannot open the database {place}"))?;
        schema::check(&store.readers)
            .await
            .map_err(|error| explained(&place, error))
            .with_context(|| format!("Cannot use the database {place}"))?;
        Ok(store)
    }

    async fn connect(place: &pool::Place) -> Result<Store> {
        pool::probe(place).await.map_err(|error| explained(place, error))?;
        let failover = Arc::new(Failover::default());
        let (writer, readers) = pool::connect(place, &failover).await.map_err(|error| explained(place, error))?;
        Ok(Store { writer, readers, dialect: place.dialect(), failover })
    }

    /// Says whether the ledger can be read and written; changes nothing.
    pub async fn health(&self) -> Result<()> {
        let tx = self.write().await?;
        tx.rollback().await.context("Cannot write to the database")?;
        sqlx::query("SELECT id FROM instance").fetch_optional(&self.readers).await.context("Cannot read the database")?;
        Ok(())
    }

    /// Waits for what is being written, then closes all connections.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Begins a transaction that will write. SQLite takes the write lock at once: a lock taken at the first write may find
    /// that another program wrote in between, and then only starting anew helps.
    async fn write(&self) -> Result<Tx> {
        let tx = self.begun().await?;
        if !self.failover.is_new() {
            return Ok(tx);
        }
        self.distrust(tx).await?;
        self.begun().await
    }

    async fn begun(&self) -> Result<Tx> {
        let begin = match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        };
        match self.writer.begin_with(begin).await {
            // SQLite ends a transaction by itself when the disk is full, and the library goes on counting it on this connection: a
            // new one is needed, or nothing is ever written again (RELIABILITY F20).
            Err(sqlx::Error::InvalidSavePointStatement) => {
                let spoilt = self.writer.acquire().await.context("Cannot begin to write to the database")?;
                drop(spoilt.detach());
                self.writer.begin_with(begin).await
            }
            begun => begun,
        }
        .context("Cannot begin to write to the database")
    }
}
