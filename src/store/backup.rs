//! Saving the ledger and taking it back: a copy of one moment, made while the daemon works, and proved sound.

use super::activity::ActivityId;
use super::pool::{Dialect, Place};
use super::rows::{Columns, micros};
use super::{Settings, Store};
use crate::domain::Timestamp;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A ledger larger than this is checked without its indices at each start: reading them all would keep the mail waiting.
const CHECKED_WHOLE: u64 = 256 << 20;

/// A copy, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// Where it is.
    pub file: PathBuf,
    /// Octets.
    pub size: u64,
    /// Rows of the tables that matter.
    pub rows: BTreeMap<&'static str, i64>,
}

/// The tables whose rows are counted, each with its question.
const COUNTED: [(&str, &str); 8] = [
    ("message", "SELECT COUNT(*) AS rows FROM message"),
    ("raw", "SELECT COUNT(*) AS rows FROM raw"),
    ("sighting", "SELECT COUNT(*) AS rows FROM sighting"),
    ("person", "SELECT COUNT(*) AS rows FROM person"),
    ("person_change", "SELECT COUNT(*) AS rows FROM person_change"),
    ("liaison", "SELECT COUNT(*) AS rows FROM liaison"),
    ("outbox", "SELECT COUNT(*) AS rows FROM outbox"),
    ("journal", "SELECT COUNT(*) AS rows FROM journal"),
];

impl Store {
    /// Writes a copy of the ledger as it is at one moment. The daemon may go on. `None` on PostgreSQL, whose own programs do it.
    pub async fn save(&self, file: &Path) -> Result<Option<Saved>> {
        if self.dialect == Dialect::Postgres {
            return Ok(None);
        }
        if file.exists() {
            bail!("{} is there already; a backup is never overwritten", file.display());
        }
        let before = self.rows().await?;
        let half = file.with_extension("half-written");
        remove(&half)?;
        // Made before by us, so that nobody else may read it while it grows.
        Place::read(&format!("sqlite:{}", half.display()))?.create_private_file()?;
        let name = half.to_str().context("The name of the backup is no text")?;
        sqlx::query("VACUUM INTO $1").bind(name).execute(&self.writer).await.context("Cannot write the backup")?;
        std::fs::File::open(&half).and_then(|copy| copy.sync_all()).context("Cannot keep the backup")?;
        let rows = proved(&half).await.context("The backup was written and is not sound")?;
        if let Some((table, _)) = before.iter().find(|(table, count)| rows.get(*table) < Some(count)) {
            bail!("The backup holds fewer rows of {table} than the ledger did before");
        }
        std::fs::rename(&half, file).with_context(|| format!("Cannot name the backup {}", file.display()))?;
        let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(dir).and_then(|dir| dir.sync_all()).context("Cannot keep the backup")?;
        let size = std::fs::metadata(file).context("Cannot look at the backup")?.len();
        Ok(Some(Saved { file: file.to_owned(), size, rows }))
    }

    async fn rows(&self) -> Result<BTreeMap<&'static str, i64>> {
        let mut rows = BTreeMap::new();
        for (table, sql) in COUNTED {
            let row = sqlx::query(sql).fetch_one(&self.readers).await.with_context(|| format!("Cannot count {table}"))?;
            rows.insert(table, row.int("rows")?);
        }
        Ok(rows)
    }

    /// Refuses a damaged database, with what to do about it. SQLite only; PostgreSQL looks after its own pages.
    pub async fn check_integrity(&self, settings: &Settings) -> Result<()> {
        let Place::Sqlite { path, .. } = Place::read(&settings.url)? else { return Ok(()) };
        let large = std::fs::metadata(&path).is_ok_and(|facts| facts.len() > CHECKED_WHOLE);
        let sql = if large { "PRAGMA quick_check(1)" } else { "PRAGMA integrity_check(1)" };
        let words = match sqlx::query(sql).fetch_one(&self.readers).await {
            Ok(row) => row.text(if large { "quick_check" } else { "integrity_check" })?,
            Err(error) => error.to_string(),
        };
        if words == "ok" { Ok(()) } else { bail!(damaged(&path, &words)) }
    }

    /// From now on, what came before this moment counts as dealt with.
    pub async fn resume(&self, activity: ActivityId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE activity SET resumed_at = $2 WHERE id = $1";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(now));
        query.execute(&self.writer).await.context("Cannot note that the ledger was restored")?;
        Ok(())
    }
}

/// What is to be done about a damaged database.
pub(super) fn damaged(path: &Path, words: &str) -> String {
    format!(
        "The database {} is damaged ({words}). Nothing was changed. Stop the daemon, keep the file, and take the latest backup \
         (`jcabot restore FILE`) or make the ledger anew from the letters (`jcabot rebuild`); see BACKUP.md",
        path.display()
    )
}

/// Puts a backup in the place of the database. What was there is kept beside it; gives where.
pub async fn restore(settings: &Settings, file: &Path, now: Timestamp) -> Result<(Option<PathBuf>, BTreeMap<&'static str, i64>)> {
    let Place::Sqlite { path, .. } = Place::read(&settings.url)? else {
        bail!(
            "The ledger is on PostgreSQL: take its backup with `pg_restore --clean --if-exists --single-transaction -d DATABASE {}`, then run `jcabot restore --resume`",
            file.display()
        );
    };
    proved(file).await.with_context(|| format!("{} is no sound backup, and nothing was changed", file.display()))?;
    let aside = path.exists().then(|| path.with_extension(format!("before-{}", now.strftime("%Y%m%dT%H%M%S"))));
    if let Some(aside) = &aside {
        for end in ["", "-wal", "-shm"] {
            let from = PathBuf::from(format!("{}{end}", path.display()));
            if from.exists() {
                let to = PathBuf::from(format!("{}{end}", aside.display()));
                std::fs::rename(&from, &to).with_context(|| format!("Cannot put {} aside", from.display()))?;
            }
        }
    }
    // A whole copy under another name first: a copy that breaks off must not be taken for the ledger.
    let half = path.with_extension("half-written");
    remove(&half)?;
    Place::read(&format!("sqlite:{}", half.display()))?.create_private_file()?;
    std::fs::copy(file, &half).with_context(|| format!("Cannot copy the backup to {}", half.display()))?;
    std::fs::File::open(&half).and_then(|copy| copy.sync_all()).context("Cannot keep the restored database")?;
    std::fs::rename(&half, &path).with_context(|| format!("Cannot name the database {}", path.display()))?;
    let rows = proved(&path).await?;
    Ok((aside, rows))
}

/// Opens a file by itself, checks every page and index, and counts.
async fn proved(file: &Path) -> Result<BTreeMap<&'static str, i64>> {
    if !file.is_file() {
        bail!("There is no file {}", file.display());
    }
    let settings = Settings { url: format!("sqlite:{}", file.display()) };
    let store = Store::connect(&Place::read(&settings.url)?).await?;
    let checked = async {
        let row = sqlx::query("PRAGMA integrity_check(1)")
            .fetch_one(&store.readers)
            .await
            .context("It is no database, or a damaged one")?;
        let words = row.text("integrity_check")?;
        if words != "ok" {
            bail!("It is damaged: {words}");
        }
        store.rows().await.context("It holds no ledger of jcabot")
    };
    let rows = checked.await;
    store.close().await;
    rows
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("Cannot take away {}", file.display()))
        }
        _ => Ok(()),
    }
}
