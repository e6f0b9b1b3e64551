//! Jobs in the mailboxes: written with the filing, replayed until done, given up where a person was quicker.

use super::activity::ActivityId;
use super::figures::moved_in;
use super::journal::Entry;
use super::ledger::{gone, sight};
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::steps::Place;
use crate::domain::words::ShelvingState;
use crate::domain::{Fingerprint, MessageKey, Timestamp};
use anyhow::{Context, Result, bail};
use sqlx::any::AnyRow;

/// Jobs handed out at once; a backlog is worked off in rounds.
const MOST_AT_ONCE: i64 = 200;

/// A letter to be moved or labelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShelvingJob {
    /// Key.
    pub id: i64,
    /// Where the letter lies.
    pub place: Place,
    /// The folder it goes to; `None`: it is only labelled.
    pub folder: Option<String>,
    /// IMAP keywords.
    pub keywords: Vec<String>,
    /// The letter.
    pub message: MessageKey,
    /// Which letter is meant, whatever lies in the place now.
    pub fingerprint: Fingerprint,
    /// Its Message-ID without brackets, by which a copy that was already made is found.
    pub message_id: Option<String>,
    /// Refusals so far.
    pub tries: i64,
    /// UIDVALIDITY and UIDNEXT of the target before an earlier try began to copy; the copy may be there.
    pub landing: Option<(i64, i64)>,
}

/// A job that is being settled.
struct Settled {
    activity: ActivityId,
    message: MessageKey,
    place: Place,
}

impl Store {
    /// The jobs of a mailbox that are due, oldest first.
    pub async fn shelvings_due(&self, activity: ActivityId, mailbox: &str, now: Timestamp) -> Result<Vec<ShelvingJob>> {
        let sql = "SELECT s.id, s.mailbox, s.folder, s.uid_validity, s.uid, s.target_folder, s.keywords, s.message_id, s.tries, s.landing_validity, \
                   s.landing_next, m.fingerprint, m.rfc_id FROM shelving s JOIN message m ON m.id = s.message_id \
                   WHERE s.mailbox = $1 AND s.state = 'pending' AND s.due_at <= $2 AND s.activity_id = $3 ORDER BY s.due_at, s.id LIMIT $4";
        let query = sqlx::query(sql).bind(mailbox).bind(micros(now)).bind(activity.0).bind(MOST_AT_ONCE);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the letters to be shelved")?;
        let jobs = rows.iter().map(|row| {
            Ok(ShelvingJob {
                id: row.int("id")?,
                place: place_of(row)?,
                folder: row.text_or_none("target_folder")?,
                keywords: row.json("keywords")?,
                message: MessageKey(row.int("message_id")?),
                fingerprint: Fingerprint(row.text("fingerprint")?),
                message_id: row.text_or_none("rfc_id")?,
                tries: row.int("tries")?,
                landing: row.int_or_none("landing_validity")?.zip(row.int_or_none("landing_next")?),
            })
        });
        jobs.collect()
    }

    /// How many letters the mailbox refused to move, if any, and what it said of the latest.
    pub async fn shelvings_refused(&self, activity: ActivityId, mailbox: &str) -> Result<Option<(i64, String)>> {
        let sql = "SELECT COUNT(*) AS jobs, COALESCE(MAX(note), '') AS note FROM shelving \
                   WHERE mailbox = $1 AND activity_id = $2 AND state = 'pending' AND tries > 0";
        let query = sqlx::query(sql).bind(mailbox).bind(activity.0);
        let row = query.fetch_one(&self.readers).await.context("Cannot count the letters that could not be shelved")?;
        let jobs = row.int("jobs")?;
        Ok((jobs > 0).then_some((jobs, row.text("note")?)))
    }

    /// The letter was moved to `new_place` (`None`: it lies where it lay, labelled, or the server did not say where it went).
    pub async fn shelved(&self, job: i64, new_place: Option<&Place>, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let settled = settle(&mut tx, job, ShelvingState::Done, now).await?;
        if let Some(place) = new_place {
            gone(&mut tx, &settled.place, now).await?;
            if sight(&mut tx, settled.activity, place, settled.message, now).await? {
                moved_in(&mut tx, settled.activity, place, now).await?;
            }
        }
        let detail = serde_json::json!({ "folder": new_place.map(|place| &place.folder) });
        Entry::new(settled.activity, now, "shelved").about(settled.message).with(&detail).write(&mut tx).await?;
        tx.commit().await.context("Cannot settle the shelving of a letter")
    }

    /// A copy is about to be made; after a crash it is looked for from here on.
    pub async fn shelving_begins(&self, job: i64, (uid_validity, uid_next): (i64, i64)) -> Result<()> {
        let sql = "UPDATE shelving SET landing_validity = $2, landing_next = $3 WHERE id = $1 AND state = 'pending'";
        let query = sqlx::query(sql).bind(job).bind(uid_validity).bind(uid_next);
        query.execute(&self.writer).await.context("Cannot write down that a letter is about to be copied")?;
        Ok(())
    }

    /// A person moved or deleted the letter first; it is left where it is.
    pub async fn shelving_gone(&self, job: i64, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let settled = settle(&mut tx, job, ShelvingState::Gone, now).await?;
        gone(&mut tx, &settled.place, now).await?;
        // A move of ours whose end was not written down before a crash; the look into the target has found the letter there.
        let sql = "UPDATE shelving SET state = 'done' WHERE id = $1 AND target_folder IN \
                   (SELECT folder FROM sighting WHERE message_id = $2 AND mailbox = $3 AND gone_at IS NULL)";
        let query = sqlx::query(sql).bind(job).bind(settled.message.0).bind(&settled.place.mailbox);
        let ours = query.execute(&mut *tx).await.context("Cannot settle the shelving of a letter")?.rows_affected() > 0;
        let event = if ours { "shelved" } else { "moved-by-a-person" };
        Entry::new(settled.activity, now, event).about(settled.message).write(&mut tx).await?;
        tx.commit().await.context("Cannot settle the shelving of a letter")
    }

    /// The job was refused; it is due again at `next`, or has failed for good without one.
    pub async fn shelving_retry(&self, job: i64, next: Option<Timestamp>, note: &str, now: Timestamp) -> Result<()> {
        let state = if next.is_some() { ShelvingState::Pending } else { ShelvingState::Failed };
        let sql = "UPDATE shelving SET state = $2, tries = tries + 1, due_at = $3, note = $4 WHERE id = $1 AND state = 'pending' \
                   RETURNING activity_id, message_id";
        let mut tx = self.write().await?;
        let query = sqlx::query(sql).bind(job).bind(state.as_str()).bind(micros(next.unwrap_or(now))).bind(note);
        let row = query.fetch_optional(&mut *tx).await.context("Cannot postpone the shelving of a letter")?;
        let Some(row) = row else { bail!("Cannot postpone shelving {job}: it is not pending any more") };
        if next.is_none() {
            let (activity, message) = (ActivityId(row.int("activity_id")?), MessageKey(row.int("message_id")?));
            Entry::new(activity, now, "shelving-failed").about(message).saying(note).write(&mut tx).await?;
        }
        tx.commit().await.context("Cannot postpone the shelving of a letter")
    }
}

async fn settle(tx: &mut Tx, job: i64, state: ShelvingState, now: Timestamp) -> Result<Settled> {
    let sql = "UPDATE shelving SET state = $2, settled_at = $3, note = '' WHERE id = $1 AND state = 'pending' \
               RETURNING activity_id, message_id, mailbox, folder, uid_validity, uid";
    let query = sqlx::query(sql).bind(job).bind(state.as_str()).bind(micros(now));
    let row = query.fetch_optional(&mut **tx).await.context("Cannot settle the shelving of a letter")?;
    let Some(row) = row else { bail!("Cannot settle shelving {job}: it is not pending any more") };
    Ok(Settled {
        activity: ActivityId(row.int("activity_id")?),
        message: MessageKey(row.int("message_id")?),
        place: place_of(&row)?,
    })
}

/// The place in a row.
pub(super) fn place_of(row: &AnyRow) -> Result<Place> {
    Ok(Place {
        mailbox: row.text("mailbox")?,
        folder: row.text("folder")?,
        uid_validity: row.int("uid_validity")?,
        uid: row.text("uid")?,
    })
}
