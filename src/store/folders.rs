//! The mailboxes against the ledger: each look at a folder is compared with what is on file, and the difference written down.
//!
//! What is listed and not on file becomes an *arrival* before it is read, so that nothing that was ever seen can be forgotten; an
//! arrival ends by being filed, or by being gone from the folder. Figures are counted where things happen, and
//! [`Store::balance`] adds them up.

use super::activity::ActivityId;
use super::journal::Entry;
use super::pool::Dialect;
use super::rows::{Columns, micros, to_json};
use super::{Store, Tx};
use crate::domain::Timestamp;
use crate::domain::steps::Place;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// After the nth failure an arrival rests n times so long: a server's hiccup is over by then.
const ARRIVAL_PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// A look that changes nothing is written down so often at most.
const LOOK_NOTED: SignedDuration = SignedDuration::from_secs(60);

/// What a look into a folder found.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Whose mailbox.
    pub activity: ActivityId,
    /// Its name.
    pub mailbox: &'a str,
    /// The folder.
    pub folder: &'a str,
    /// UIDVALIDITY; 0 for a Maildir.
    pub uid_validity: i64,
    /// UIDNEXT, where there is one.
    pub uid_next: Option<i64>,
    /// Every letter in it.
    pub uids: &'a BTreeSet<String>,
    /// Whether letters that came and went between two looks are counted: not where we put letters ourselves.
    pub is_intake: bool,
    /// The moment.
    pub now: Timestamp,
}

/// A letter that waits to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Where it lies.
    pub place: Place,
    /// How often it could not be read.
    pub tries: i64,
}

/// How a look differs from the ledger. All of it is written down already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Letters to be read now, in the order in which they came, those that failed before last.
    pub arrivals: Vec<Arrival>,
    /// Letters that are no longer there: moved or deleted by a person.
    pub gone: u64,
    /// Letters that came and went before they could be read.
    pub never_seen: u64,
    /// The folder's UIDs mean other letters than before.
    pub renewed: Option<Renewed>,
}

/// Why a folder's UIDs mean other letters than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// Another UIDVALIDITY: the folder was made anew, or its index was.
    Validity,
    /// A lower UIDVALIDITY, which no server may give (RFC 3501, 2.3.1.1).
    LowerValidity,
    /// The same UIDVALIDITY and a lower UIDNEXT: UIDs are given a second time.
    UidsReused,
}

impl Renewed {
    fn event(self) -> &'static str {
        match self {
            Renewed::Validity => "uidvalidity-changed",
            Renewed::LowerValidity => "uidvalidity-went-down",
            Renewed::UidsReused => "uids-reused",
        }
    }
}

/// A folder's row, as far as it is compared.
struct Row {
    uid_validity: i64,
    uid_next: i64,
    held: i64,
    trouble: String,
    looked_at: Timestamp,
}

/// What the ledger holds of a folder.
struct OnFile {
    row: Option<Row>,
    live: BTreeSet<String>,
    arrivals: BTreeMap<String, (i64, Timestamp)>,
}

impl Store {
    /// Compares a look with the ledger and writes the difference down, in one transaction. Doing it again changes nothing.
    pub async fn compare(&self, look: &Look<'_>) -> Result<Compared> {
        let mut tx = self.write().await?;
        let mut compared = Compared::default();
        let renewed = renewal(&mut tx, look).await.context("Cannot compare a folder with the ledger")?;
        if let Some(renewed) = renewed {
            renew(&mut tx, look, renewed).await.context("Cannot write down that a folder was renewed")?;
            compared.renewed = Some(renewed);
        }
        let file = on_file(&mut tx, look).await.context("Cannot compare a folder with the ledger")?;
        let left: Vec<&str> = file.live.difference(look.uids).map(String::as_str).collect();
        let lost: Vec<&str> = file.arrivals.keys().filter(|uid| !look.uids.contains(*uid)).map(String::as_str).collect();
        let is_new = |uid: &&String| !file.live.contains(*uid) && !file.arrivals.contains_key(*uid);
        let new: Vec<&str> = look.uids.iter().filter(is_new).map(String::as_str).collect();
        let missed = if renewed.is_some() { 0 } else { missed(look, &file) };
        let count = |list: &[&str]| i64::try_from(list.len()).unwrap_or(i64::MAX);
        self.each(&mut tx, look, &GONE, &left).await?;
        self.each(&mut tx, look, &LOST, &lost).await?;
        self.each(&mut tx, look, &ARRIVE, &new).await?;
        let figures = Figures { listed: count(&new) + missed, never_seen: count(&lost) + missed };
        if !figures.is_nothing()
            || left.len() + new.len() + lost.len() > 0
            || file.row.as_ref().is_none_or(|row| row.differs(look))
        {
            note_look(&mut tx, look, &figures).await.context("Cannot write down a look into a folder")?;
        }
        if figures.never_seen > 0 {
            let detail = json!({ "mailbox": look.mailbox, "folder": look.folder, "letters": figures.never_seen });
            Entry::new(look.activity, look.now, "never-seen").with(&detail).write(&mut tx).await?;
        }
        tx.commit().await.context("Cannot write down a look into a folder")?;
        compared.gone = left.len() as u64;
        compared.never_seen = u64::try_from(figures.never_seen).unwrap_or_default();
        compared.arrivals = due(look, &file, &new);
        Ok(compared)
    }

    /// An arrival was gone when it was to be read.
    pub async fn arrival_gone(&self, activity: ActivityId, place: &Place, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let sql = "DELETE FROM arrival WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3 AND uid = $4";
        let query = sqlx::query(sql).bind(&place.mailbox).bind(&place.folder).bind(place.uid_validity).bind(&place.uid);
        if query.execute(&mut *tx).await.context("Cannot take away an arrival")?.rows_affected() > 0 {
            let sql = "UPDATE folder SET never_seen = never_seen + 1 WHERE mailbox = $1 AND folder = $2";
            let query = sqlx::query(sql).bind(&place.mailbox).bind(&place.folder);
            query.execute(&mut *tx).await.context("Cannot count a letter that was never seen")?;
            let detail = json!({ "mailbox": place.mailbox, "folder": place.folder, "letters": 1 });
            Entry::new(activity, now, "never-seen").with(&detail).write(&mut tx).await?;
        }
        tx.commit().await.context("Cannot take away an arrival")
    }

    /// An arrival was a copy of a letter of our own, and lies in the folder of witnesses now.
    pub async fn arrival_own(&self, place: &Place) -> Result<()> {
        let mut tx = self.write().await?;
        let sql = "DELETE FROM arrival WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3 AND uid = $4";
        let query = sqlx::query(sql).bind(&place.mailbox).bind(&place.folder).bind(place.uid_validity).bind(&place.uid);
        if query.execute(&mut *tx).await.context("Cannot take away an arrival")?.rows_affected() > 0 {
            let sql = "UPDATE folder SET own = own + 1 WHERE mailbox = $1 AND folder = $2";
            let query = sqlx::query(sql).bind(&place.mailbox).bind(&place.folder);
            query.execute(&mut *tx).await.context("Cannot count a witness copy")?;
        }
        tx.commit().await.context("Cannot take away an arrival")
    }

    /// An arrival could not be read; gives how often that was so. `weight` is how much this failure counts.
    pub async fn arrival_failed(&self, place: &Place, weight: i64, note: &str, now: Timestamp) -> Result<i64> {
        let sql = "UPDATE arrival SET tries = tries + $5, note = $6, due_at = $7 + (tries + $5) * $8 \
                   WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3 AND uid = $4 RETURNING tries";
        let mut tx = self.write().await?;
        let query = sqlx::query(sql).bind(&place.mailbox).bind(&place.folder).bind(place.uid_validity).bind(&place.uid);
        let pause = i64::try_from(ARRIVAL_PAUSE.as_micros()).unwrap_or_default();
        let query = query.bind(weight).bind(note).bind(micros(now)).bind(pause);
        let row = query.fetch_optional(&mut *tx).await.context("Cannot note that a letter could not be read")?;
        tx.commit().await.context("Cannot note that a letter could not be read")?;
        row.map_or(Ok(0), |row| row.int("tries"))
    }

    /// A folder could not be looked at (`trouble`), or can again (empty). `true` when that is news.
    pub async fn folder_trouble(&self, look: &Look<'_>, trouble: &str) -> Result<bool> {
        let mut tx = self.write().await?;
        let sql = "SELECT trouble FROM folder WHERE mailbox = $1 AND folder = $2";
        let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder);
        let row = query.fetch_optional(&mut *tx).await.context("Cannot read how a folder stands")?;
        let before = row.map(|row| row.text("trouble")).transpose()?.unwrap_or_default();
        if before == trouble {
            return Ok(false);
        }
        let sql = "INSERT INTO folder (activity_id, mailbox, folder, uid_validity, uid_next, listed, filed, copies, moved_in, own, never_seen, held, \
                   trouble, looked_at) VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0, 0, 0, 0, $4, $5) \
                   ON CONFLICT (mailbox, folder) DO UPDATE SET trouble = excluded.trouble, looked_at = excluded.looked_at";
        let query = sqlx::query(sql).bind(look.activity.0).bind(look.mailbox).bind(look.folder).bind(trouble);
        query.bind(micros(look.now)).execute(&mut *tx).await.context("Cannot write down how a folder stands")?;
        let detail = json!({ "mailbox": look.mailbox, "folder": look.folder, "trouble": trouble });
        let event = if trouble.is_empty() { "folder-back" } else { "folder-trouble" };
        Entry::new(look.activity, look.now, event).with(&detail).write(&mut tx).await?;
        tx.commit().await.context("Cannot write down how a folder stands")?;
        Ok(true)
    }

    /// A folder that is not there, or cannot be looked at: nothing in it counts as present.
    pub async fn folder_empty(&self, look: &Look<'_>) -> Result<()> {
        let mut tx = self.write().await?;
        let sql = "UPDATE sighting SET gone_at = $3 WHERE mailbox = $1 AND folder = $2 AND gone_at IS NULL";
        let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder).bind(micros(look.now));
        let gone = query.execute(&mut *tx).await.context("Cannot note that a folder is not there")?.rows_affected();
        if gone == 0 {
            return Ok(());
        }
        let sql = "UPDATE folder SET held = 0, looked_at = $3 WHERE mailbox = $1 AND folder = $2";
        let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder).bind(micros(look.now));
        query.execute(&mut *tx).await.context("Cannot note that a folder is not there")?;
        let detail = json!({ "mailbox": look.mailbox, "folder": look.folder, "letters": gone });
        Entry::new(look.activity, look.now, "folder-missing").with(&detail).write(&mut tx).await?;
        tx.commit().await.context("Cannot note that a folder is not there")
    }

    /// One statement for a list of UIDs.
    async fn each(&self, tx: &mut Tx, look: &Look<'_>, each: &Each, uids: &[&str]) -> Result<()> {
        if uids.is_empty() {
            return Ok(());
        }
        let sql = match self.dialect {
            Dialect::Sqlite => each.sqlite,
            Dialect::Postgres => each.postgres,
        };
        let query = sqlx::query(sql).bind(look.activity.0).bind(look.mailbox).bind(look.folder).bind(look.uid_validity);
        query.bind(micros(look.now)).bind(to_json(uids)).execute(&mut **tx).await.context(each.cannot)?;
        Ok(())
    }
}

/// A statement over a list of UIDs (`$6`); the databases differ in the function that makes rows of a JSON list.
struct Each {
    sqlite: &'static str,
    postgres: &'static str,
    cannot: &'static str,
}

const GONE: Each = Each {
    sqlite: "UPDATE sighting SET gone_at = $5 WHERE activity_id = $1 AND mailbox = $2 AND folder = $3 AND uid_validity = $4 \
             AND gone_at IS NULL AND uid IN (SELECT value FROM json_each($6))",
    postgres: "UPDATE sighting SET gone_at = $5 WHERE activity_id = $1 AND mailbox = $2 AND folder = $3 AND uid_validity = $4 \
               AND gone_at IS NULL AND uid IN (SELECT jsonb_array_elements_text(CAST($6 AS JSONB)))",
    cannot: "Cannot note that letters are gone",
};
const LOST: Each = Each {
    sqlite: "DELETE FROM arrival WHERE activity_id = $1 AND mailbox = $2 AND folder = $3 AND uid_validity = $4 AND listed_at <= $5 \
             AND uid IN (SELECT value FROM json_each($6))",
    postgres: "DELETE FROM arrival WHERE activity_id = $1 AND mailbox = $2 AND folder = $3 AND uid_validity = $4 AND listed_at <= $5 \
               AND uid IN (SELECT jsonb_array_elements_text(CAST($6 AS JSONB)))",
    cannot: "Cannot take away arrivals",
};
const ARRIVE: Each = Each {
    sqlite: "INSERT INTO arrival (activity_id, mailbox, folder, uid_validity, uid, listed_at, tries, due_at, note) \
             SELECT $1, $2, $3, $4, value, $5, 0, $5, '' FROM json_each($6) WHERE true ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO arrival (activity_id, mailbox, folder, uid_validity, uid, listed_at, tries, due_at, note) \
               SELECT $1, $2, $3, $4, a.value, $5, 0, $5, '' FROM jsonb_array_elements_text(CAST($6 AS JSONB)) AS a (value) \
               ON CONFLICT DO NOTHING",
    cannot: "Cannot write down arrivals",
};

/// Whether UIDs mean other letters than at the last look.
async fn renewal(tx: &mut Tx, look: &Look<'_>) -> Result<Option<Renewed>> {
    let sql = "SELECT uid_validity, uid_next FROM folder WHERE mailbox = $1 AND folder = $2";
    let row = sqlx::query(sql).bind(look.mailbox).bind(look.folder).fetch_optional(&mut **tx).await?;
    let Some(row) = row else { return Ok(None) };
    let (validity, next) = (row.int("uid_validity")?, row.int("uid_next")?);
    let reused = look.uid_next.is_some_and(|now| now < next);
    Ok(match look.uid_validity.cmp(&validity) {
        // A row that trouble made before the first look knows no validity yet.
        _ if validity == 0 => None,
        std::cmp::Ordering::Greater => Some(Renewed::Validity),
        std::cmp::Ordering::Less => Some(Renewed::LowerValidity),
        std::cmp::Ordering::Equal if reused => Some(Renewed::UidsReused),
        std::cmp::Ordering::Equal => None,
    })
}

/// No UID of before is ever used again: places are gone, jobs end, and what waited is listed anew under its new UID.
async fn renew(tx: &mut Tx, look: &Look<'_>, renewed: Renewed) -> Result<()> {
    let sql = "UPDATE sighting SET gone_at = $3 WHERE mailbox = $1 AND folder = $2 AND gone_at IS NULL";
    let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder).bind(micros(look.now));
    let letters = query.execute(&mut **tx).await?.rows_affected();
    let sql =
        "UPDATE shelving SET state = 'gone', settled_at = $3, note = $4 WHERE mailbox = $1 AND folder = $2 AND state = 'pending'";
    let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder).bind(micros(look.now)).bind(renewed.event());
    query.execute(&mut **tx).await?;
    let sql = "DELETE FROM arrival WHERE mailbox = $1 AND folder = $2";
    let waited = sqlx::query(sql).bind(look.mailbox).bind(look.folder).execute(&mut **tx).await?.rows_affected();
    let sql = "UPDATE folder SET listed = listed - $3 WHERE mailbox = $1 AND folder = $2";
    let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder).bind(i64::try_from(waited)?);
    query.execute(&mut **tx).await?;
    let detail = json!({ "mailbox": look.mailbox, "folder": look.folder, "uidvalidity": look.uid_validity, "letters": letters });
    Entry::new(look.activity, look.now, renewed.event()).with(&detail).write(tx).await
}

async fn on_file(tx: &mut Tx, look: &Look<'_>) -> Result<OnFile> {
    let sql = "SELECT uid_validity, uid_next, held, trouble, looked_at FROM folder WHERE mailbox = $1 AND folder = $2";
    let row = sqlx::query(sql).bind(look.mailbox).bind(look.folder).fetch_optional(&mut **tx).await?;
    let row = row.map(|row| {
        anyhow::Ok(Row {
            uid_validity: row.int("uid_validity")?,
            uid_next: row.int("uid_next")?,
            held: row.int("held")?,
            trouble: row.text("trouble")?,
            looked_at: row.time("looked_at")?,
        })
    });
    let row = row.transpose()?;
    let sql = "SELECT uid FROM sighting WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3 AND gone_at IS NULL";
    let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder).bind(look.uid_validity);
    let live = query.fetch_all(&mut **tx).await?.iter().map(|row| row.text("uid")).collect::<Result<_>>()?;
    let sql = "SELECT uid, tries, due_at FROM arrival WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3";
    let query = sqlx::query(sql).bind(look.mailbox).bind(look.folder).bind(look.uid_validity);
    let rows = query.fetch_all(&mut **tx).await?;
    let arrivals = rows.iter().map(|row| Ok((row.text("uid")?, (row.int("tries")?, row.time("due_at")?))));
    Ok(OnFile { row, live, arrivals: arrivals.collect::<Result<_>>()? })
}

/// Letters that came and went between two looks: UIDs that were given meanwhile, and that the folder does not show.
fn missed(look: &Look<'_>, file: &OnFile) -> i64 {
    let (Some(next), Some(row)) = (look.uid_next, &file.row) else { return 0 };
    let before = row.uid_next;
    if !look.is_intake || row.uid_validity != look.uid_validity || before == 0 {
        return 0;
    }
    let shown = look.uids.iter().filter(|uid| uid.parse::<i64>().is_ok_and(|uid| uid >= before && uid < next)).count();
    (next - before - i64::try_from(shown).unwrap_or(i64::MAX)).max(0)
}

/// What is to be read now, oldest first; what failed before must not stand in the way of the others.
fn due(look: &Look<'_>, file: &OnFile, new: &[&str]) -> Vec<Arrival> {
    let waiting = file.arrivals.iter().filter(|(uid, (_, due_at))| *due_at <= look.now && look.uids.contains(*uid));
    let waiting = waiting.map(|(uid, (tries, _))| (*tries, uid.as_str()));
    let mut due: Vec<(i64, &str)> = waiting.chain(new.iter().map(|uid| (0, *uid))).collect();
    due.sort_by_key(|(tries, uid)| (*tries, uid.parse::<u64>().unwrap_or(u64::MAX), *uid));
    let place = |uid: &str| Place {
        mailbox: look.mailbox.to_owned(),
        folder: look.folder.to_owned(),
        uid_validity: look.uid_validity,
        uid: uid.to_owned(),
    };
    due.into_iter().map(|(tries, uid)| Arrival { place: place(uid), tries }).collect()
}

struct Figures {
    listed: i64,
    never_seen: i64,
}

impl Figures {
    fn is_nothing(&self) -> bool {
        self.listed == 0 && self.never_seen == 0
    }
}

impl Row {
    /// Whether the row must be written. A look that finds nothing new costs no write, but for one a minute.
    fn differs(&self, look: &Look<'_>) -> bool {
        let held = i64::try_from(look.uids.len()).unwrap_or(i64::MAX);
        self.uid_validity != look.uid_validity
            || self.uid_next != look.uid_next.unwrap_or_default()
            || self.held != held
            || !self.trouble.is_empty()
            || look.now.duration_since(self.looked_at) >= LOOK_NOTED
    }
}

async fn note_look(tx: &mut Tx, look: &Look<'_>, figures: &Figures) -> Result<()> {
    let sql = "INSERT INTO folder (activity_id, mailbox, folder, uid_validity, uid_next, listed, filed, copies, moved_in, own, never_seen, held, \
               trouble, looked_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, $7, $8, '', $9) \
               ON CONFLICT (mailbox, folder) DO UPDATE SET uid_validity = excluded.uid_validity, uid_next = excluded.uid_next, \
               listed = folder.listed + excluded.listed, never_seen = folder.never_seen + excluded.never_seen, \
               held = excluded.held, trouble = '', looked_at = excluded.looked_at";
    let query = sqlx::query(sql).bind(look.activity.0).bind(look.mailbox).bind(look.folder).bind(look.uid_validity);
    let query = query.bind(look.uid_next.unwrap_or_default()).bind(figures.listed).bind(figures.never_seen);
    query.bind(i64::try_from(look.uids.len())?).bind(micros(look.now)).execute(&mut **tx).await?;
    Ok(())
}
