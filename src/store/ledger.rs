//! Where letters were seen, and how far folders were read: the side of the ledger that is compared with the mailboxes.

use super::activity::ActivityId;
use super::filing::Filing;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::steps::Place;
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// How far a folder was read: a hint that saves work, never a reason to pass over a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// UIDVALIDITY for which the rest holds.
    pub uid_validity: i64,
    /// Highest UID filed.
    pub highest_uid: i64,
    /// Highest MODSEQ seen (RFC 7162); 0 where unknown.
    pub modseq: i64,
}

/// A cursor's step in a batch.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    activity: ActivityId,
    uid_validity: i64,
    uid: i64,
    now: Timestamp,
}

impl Mark {
    /// `None` where places have no order: a Maildir, an import.
    pub(super) fn of(filing: &Filing<'_>) -> Option<Mark> {
        let place = &filing.raw.place;
        let uid = place.uid.parse().ok().filter(|_| place.uid_validity != 0)?;
        Some(Mark { activity: filing.activity, uid_validity: place.uid_validity, uid, now: filing.now })
    }

    pub(super) fn join(&mut self, later: &Mark) {
        let uid = if later.uid_validity == self.uid_validity { later.uid.max(self.uid) } else { later.uid };
        *self = Mark { uid, ..later.clone() };
    }
}

/// Notes a place; `true` when it was not known, or known to hold another letter.
pub(super) async fn sight(tx: &mut Tx, activity: ActivityId, place: &Place, message: MessageKey, now: Timestamp) -> Result<bool> {
    // A UID that a broken server gives to another letter: the place is the new letter's.
    let sql = "INSERT INTO sighting (activity_id, mailbox, folder, uid_validity, uid, message_id, seen_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (mailbox, folder, uid_validity, uid) DO UPDATE \
               SET message_id = excluded.message_id, seen_at = excluded.seen_at, gone_at = NULL \
               WHERE sighting.message_id <> excluded.message_id OR sighting.gone_at IS NOT NULL";
    let query = sqlx::query(sql).bind(activity.0).bind(&place.mailbox).bind(&place.folder).bind(place.uid_validity);
    let query = query.bind(&place.uid).bind(message.0).bind(micros(now));
    let done = query.execute(&mut **tx).await.context("Cannot note where the letter was seen")?;
    Ok(done.rows_affected() > 0)
}

/// Whether a person put a letter back that was shelved before. A server keeps the time of arrival when a letter is moved, and gives
/// a second delivery of it a new one; so the same time in a new place, after the shelving was done, is a person's hand.
pub(super) async fn put_back(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<bool> {
    let Some(received_at) = filing.raw.received_at else { return Ok(false) };
    let sql = "SELECT COUNT(*) AS done FROM shelving s JOIN message m ON m.id = s.message_id \
               WHERE s.message_id = $1 AND s.mailbox = $2 AND m.received_at = $3 \
                 AND (s.state = 'done' OR (s.state = 'gone' AND (s.folder <> $4 OR s.uid_validity = $5)))";
    let place = &filing.raw.place;
    let query = sqlx::query(sql).bind(message.0).bind(&place.mailbox).bind(micros(received_at));
    // A job that ended because its folder got another UIDVALIDITY was no person's doing.
    let query = query.bind(&place.folder).bind(place.uid_validity);
    let row = query.fetch_one(&mut **tx).await.context("Cannot look up the shelving of a letter")?;
    Ok(row.int("done")? > 0)
}

/// Moves a folder's cursor on; another UIDVALIDITY starts it anew.
pub(super) async fn advance(tx: &mut Tx, mailbox: &str, folder: &str, mark: &Mark) -> Result<()> {
    let sql = "INSERT INTO cursor (mailbox, folder, activity_id, uid_validity, highest_uid, modseq, updated_at) \
               VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (mailbox, folder) DO UPDATE SET \
               highest_uid = CASE WHEN cursor.uid_validity = excluded.uid_validity AND cursor.highest_uid > excluded.highest_uid \
                             THEN cursor.highest_uid ELSE excluded.highest_uid END, \
               modseq = CASE WHEN cursor.uid_validity = excluded.uid_validity THEN cursor.modseq ELSE 0 END, \
               uid_validity = excluded.uid_validity, updated_at = excluded.updated_at";
    let query = sqlx::query(sql).bind(mailbox).bind(folder).bind(mark.activity.0).bind(mark.uid_validity);
    let query = query.bind(mark.uid).bind(micros(mark.now));
    query.execute(&mut **tx).await.context("Cannot note how far the folder was read")?;
    Ok(())
}

impl Store {
    /// The UIDs of a folder whose letters are on file.
    pub async fn known_uids(
        &self,
        activity: ActivityId,
        mailbox: &str,
        folder: &str,
        uid_validity: i64,
    ) -> Result<BTreeSet<String>> {
        let sql = "SELECT uid FROM sighting WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3 AND activity_id = $4 AND gone_at IS NULL";
        let query = sqlx::query(sql).bind(mailbox).bind(folder).bind(uid_validity).bind(activity.0);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the letters known in a folder")?;
        rows.iter().map(|row| row.text("uid")).collect()
    }

    /// Notes that letters are no longer where they were: moved or deleted, by whomever.
    pub async fn note_gone(&self, places: &[Place], now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        for place in places {
            gone(&mut tx, place, now).await?;
        }
        tx.commit().await.context("Cannot note that letters are gone")
    }

    /// How far a folder was read; `None` for one that was never read.
    pub async fn cursor(&self, mailbox: &str, folder: &str) -> Result<Option<Cursor>> {
        let sql = "SELECT uid_validity, highest_uid, modseq FROM cursor WHERE mailbox = $1 AND folder = $2";
        let query = sqlx::query(sql).bind(mailbox).bind(folder);
        let row = query.fetch_optional(&self.readers).await.context("Cannot read how far a folder was read")?;
        let cursor = row.map(|row| {
            Ok(Cursor {
                uid_validity: row.int("uid_validity")?,
                highest_uid: row.int("highest_uid")?,
                modseq: row.int("modseq")?,
            })
        });
        cursor.transpose()
    }

    /// Notes the highest MODSEQ of a folder whose letters are all filed.
    pub async fn note_modseq(&self, mailbox: &str, folder: &str, uid_validity: i64, modseq: i64) -> Result<()> {
        let sql = "UPDATE cursor SET modseq = $4 WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3";
        let query = sqlx::query(sql).bind(mailbox).bind(folder).bind(uid_validity).bind(modseq);
        query.execute(&self.writer).await.context("Cannot note how far a folder was read")?;
        Ok(())
    }
}

pub(super) async fn gone(tx: &mut Tx, place: &Place, now: Timestamp) -> Result<()> {
    let sql = "UPDATE sighting SET gone_at = $5 WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3 AND uid = $4 AND gone_at IS NULL";
    let query = sqlx::query(sql).bind(&place.mailbox).bind(&place.folder).bind(place.uid_validity).bind(&place.uid);
    query.bind(micros(now)).execute(&mut **tx).await.context("Cannot note that a letter is gone")?;
    Ok(())
}
