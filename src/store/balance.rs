//! The proof that no letter was lost: figures that are counted in different places must agree.

use super::activity::ActivityId;
use super::journal::Entry;
use super::pool::Dialect;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::Timestamp;
use crate::domain::words::Kind;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use serde::Serialize;
use std::collections::BTreeMap;

/// A letter that waits longer than this to be read is one that a person must look after.
const TOO_LONG: SignedDuration = SignedDuration::from_hours(1);

/// The proof, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Whether everything adds up and nothing waits too long.
    pub balanced: bool,
    /// Each folder that was ever looked at.
    pub folders: Vec<FolderBalance>,
    /// All folders together.
    pub letters: LetterBalance,
    /// Letters out.
    pub outbox: OutboxBalance,
    /// What does not add up, in words.
    pub faults: Vec<String>,
}

/// One folder: seen = filed + copies + moved_in + own + never_seen + waiting + failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FolderBalance {
    /// The mailbox's name; `import` for imported letters.
    pub mailbox: String,
    /// The folder.
    pub folder: String,
    /// UIDVALIDITY at the last look.
    pub uid_validity: i64,
    /// Letters that it ever listed.
    pub seen: i64,
    /// Of these, filed for the first time.
    pub filed: i64,
    /// Copies of letters on file.
    pub copies: i64,
    /// Put there by shelving.
    pub moved_in: i64,
    /// Copies of our own letters, moved on to the folder of witnesses.
    pub own: i64,
    /// Expunged before they could be read.
    pub never_seen: i64,
    /// Not read yet.
    pub waiting: i64,
    /// Not read yet, as reading failed.
    pub failed: i64,
    /// Letters in it at the last look.
    pub held: i64,
    /// Why it could not be looked at.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub trouble: String,
    /// When it was last looked at.
    pub looked_at: Timestamp,
}

/// All folders together, against the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LetterBalance {
    /// Letters that folders ever listed.
    pub seen: i64,
    /// Filed for the first time, as the folders count it.
    pub filed: i64,
    /// The same as the kinds count it.
    pub counted: i64,
    /// Letters on file.
    pub on_file: i64,
    /// Letters on file whose bytes are kept.
    pub with_bytes: i64,
    /// Letters on file that were seen nowhere.
    pub without_place: i64,
    /// Begun to be read and not filed.
    pub begun: i64,
}

/// Letters out, against the counter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OutboxBalance {
    /// All.
    pub letters: i64,
    /// By state.
    pub states: BTreeMap<String, i64>,
    /// Accepted, as the counter has it.
    pub accepted: i64,
    /// Letters to which no journal entry belongs.
    pub without_journal: i64,
}

impl FolderBalance {
    fn missing(&self) -> i64 {
        self.seen - self.filed - self.copies - self.moved_in - self.own - self.never_seen - self.waiting - self.failed
    }
}

impl Store {
    /// Adds everything up.
    pub async fn balance(&self, activity: ActivityId, now: Timestamp) -> Result<Balance> {
        // All figures of one moment: the daemon goes on meanwhile.
        let begin = match self.dialect {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let mut tx = self.readers.begin_with(begin).await.context("Cannot add up the ledger")?;
        let counters = counters(&mut tx, activity).await?;
        let mut balance = Balance {
            folders: folder_balances(&mut tx, activity).await?,
            outbox: outbox_balance(&mut tx, activity, &counters).await?,
            letters: letter_balance(&mut tx, activity, &counters).await?,
            ..Balance::default()
        };
        balance.letters.seen = balance.folders.iter().map(|folder| folder.seen).sum();
        balance.letters.filed = balance.folders.iter().map(|folder| folder.filed).sum();
        let late = waiting_since(&mut tx, activity, now - TOO_LONG).await?;
        tx.rollback().await.context("Cannot add up the ledger")?;
        balance.faults = faults(&balance, late);
        balance.balanced = balance.faults.is_empty();
        Ok(balance)
    }
}

impl Store {
    /// Writes into the journal that the ledger does not add up, or does again (no faults).
    pub async fn note_balance(&self, activity: ActivityId, faults: &[String], now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let event = if faults.is_empty() { "ledger-balanced" } else { "ledger-imbalance" };
        Entry::new(activity, now, event).with(&serde_json::json!({ "faults": faults })).write(&mut tx).await?;
        tx.commit().await.context("Cannot write down that the ledger does not add up")
    }
}

async fn counters(tx: &mut Tx, activity: ActivityId) -> Result<BTreeMap<String, i64>> {
    let sql = "SELECT name, CAST(SUM(value) AS BIGINT) AS value FROM counter WHERE activity_id = $1 GROUP BY name";
    let rows = sqlx::query(sql).bind(activity.0).fetch_all(&mut **tx).await.context("Cannot read the counters")?;
    rows.iter().map(|row| Ok((row.text("name")?, row.int("value")?))).collect()
}

async fn folder_balances(tx: &mut Tx, activity: ActivityId) -> Result<Vec<FolderBalance>> {
    let sql = "SELECT mailbox, folder, uid_validity, listed, filed, copies, moved_in, own, never_seen, held, trouble, looked_at, \
               (SELECT COUNT(*) FROM arrival a WHERE a.mailbox = f.mailbox AND a.folder = f.folder AND a.tries = 0) AS waiting, \
               (SELECT COUNT(*) FROM arrival a WHERE a.mailbox = f.mailbox AND a.folder = f.folder AND a.tries > 0) AS failing \
               FROM folder f WHERE activity_id = $1 ORDER BY mailbox, folder";
    let rows = sqlx::query(sql).bind(activity.0).fetch_all(&mut **tx).await.context("Cannot add up the folders")?;
    let folders = rows.iter().map(|row| {
        Ok(FolderBalance {
            mailbox: row.text("mailbox")?,
            folder: row.text("folder")?,
            uid_validity: row.int("uid_validity")?,
            seen: row.int("listed")?,
            filed: row.int("filed")?,
            copies: row.int("copies")?,
            moved_in: row.int("moved_in")?,
            own: row.int("own")?,
            never_seen: row.int("never_seen")?,
            waiting: row.int("waiting")?,
            failed: row.int("failing")?,
            held: row.int("held")?,
            trouble: row.text("trouble")?,
            looked_at: row.time("looked_at")?,
        })
    });
    folders.collect()
}

async fn letter_balance(tx: &mut Tx, activity: ActivityId, counters: &BTreeMap<String, i64>) -> Result<LetterBalance> {
    let sql = "SELECT (SELECT COUNT(*) FROM message WHERE activity_id = $1) AS on_file, \
               (SELECT COUNT(*) FROM raw r JOIN message m ON m.id = r.message_id WHERE m.activity_id = $1) AS with_bytes, \
               (SELECT COUNT(*) FROM message m WHERE m.activity_id = $1 \
                  AND NOT EXISTS (SELECT 1 FROM sighting s WHERE s.message_id = m.id)) AS without_place, \
               (SELECT COUNT(*) FROM intake_attempt WHERE activity_id = $1) AS begun";
    let row = sqlx::query(sql).bind(activity.0).fetch_one(&mut **tx).await.context("Cannot add up the letters")?;
    let kinds = counters.iter().filter(|(name, _)| name.parse::<Kind>().is_ok());
    Ok(LetterBalance {
        counted: kinds.map(|(_, value)| value).sum(),
        on_file: row.int("on_file")?,
        with_bytes: row.int("with_bytes")?,
        without_place: row.int("without_place")?,
        begun: row.int("begun")?,
        ..LetterBalance::default()
    })
}

async fn outbox_balance(tx: &mut Tx, activity: ActivityId, counters: &BTreeMap<String, i64>) -> Result<OutboxBalance> {
    let sql = "SELECT state, COUNT(*) AS letters FROM outbox WHERE activity_id = $1 GROUP BY state";
    let rows = sqlx::query(sql).bind(activity.0).fetch_all(&mut **tx).await.context("Cannot add up the outbox")?;
    let states: BTreeMap<String, i64> =
        rows.iter().map(|row| Ok((row.text("state")?, row.int("letters")?))).collect::<Result<_>>()?;
    let sql = "SELECT COUNT(*) AS letters FROM outbox o WHERE o.activity_id = $1 \
               AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.outbox_id = o.id AND j.outbox_id IS NOT NULL)";
    let row = sqlx::query(sql).bind(activity.0).fetch_one(&mut **tx).await.context("Cannot add up the outbox")?;
    let accepted = counters.get("accepted").copied().unwrap_or_default();
    Ok(OutboxBalance { letters: states.values().sum(), states, accepted, without_journal: row.int("letters")? })
}

async fn waiting_since(tx: &mut Tx, activity: ActivityId, since: Timestamp) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS letters FROM arrival WHERE activity_id = $1 AND listed_at < $2";
    let query = sqlx::query(sql).bind(activity.0).bind(micros(since));
    query.fetch_one(&mut **tx).await.context("Cannot count the letters that wait")?.int("letters")
}

/// What does not add up. Folder names are ours; no letter's words are in here.
fn faults(balance: &Balance, late: i64) -> Vec<String> {
    let mut faults = Vec::new();
    for folder in balance.folders.iter().filter(|folder| folder.missing() != 0) {
        let name =
            if folder.folder.is_empty() { folder.mailbox.clone() } else { format!("{}/{}", folder.mailbox, folder.folder) };
        let missing = folder.missing();
        faults.push(format!("{name}: {} letters seen, {missing} of them neither filed, nor a copy, nor waiting", folder.seen));
    }
    let letters = &balance.letters;
    let mut agree = |what: &str, one: i64, other: i64| {
        if one != other {
            faults.push(format!("{what}: {one} against {other}"));
        }
    };
    agree("Letters on file against those that folders filed", letters.on_file, letters.filed);
    agree("Letters on file against those that kinds count", letters.on_file, letters.counted);
    agree("Letters on file against those whose bytes are kept", letters.on_file, letters.with_bytes);
    let outbox = &balance.outbox;
    let accepted = outbox.states.get("accepted").copied().unwrap_or_default();
    agree("Letters out that were accepted against the counter", accepted, outbox.accepted);
    if letters.without_place > 0 {
        faults.push(format!("{} letters on file were seen nowhere", letters.without_place));
    }
    if outbox.without_journal > 0 {
        faults.push(format!("{} letters out are not in the journal", outbox.without_journal));
    }
    if late > 0 {
        faults.push(format!("{late} letters wait for more than an hour to be read"));
    }
    faults
}
