//! Letters on file, to be read once more: by `why`, by a correction, by a rehearsal of changed rules.

use super::Store;
use super::activity::ActivityId;
use super::lists::unfold;
use super::rows::Columns;
use super::shelving::place_of;
use crate::domain::MessageKey;
use crate::domain::steps::{Place, RawMail};
use crate::domain::words::{Answer, Kind};
use anyhow::{Context, Result};

/// Keys handed out at once.
const PAGE: i64 = 1000;

/// A letter on file with its bytes.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its key.
    pub message: MessageKey,
    /// What it is on file.
    pub kind: Kind,
    /// What it deserves.
    pub answer: Answer,
    /// Its subject.
    pub subject: String,
    /// Its bytes, and where it was seen first.
    pub raw: RawMail,
}

impl Store {
    /// One letter with its bytes.
    pub async fn stored(&self, activity: ActivityId, id: MessageKey) -> Result<Option<Stored>> {
        let sql = "SELECT m.kind, m.answer, m.subject, m.received_at, r.bytes, r.size FROM message m JOIN raw r ON r.message_id = m.id \
                   WHERE m.id = $1 AND m.activity_id = $2";
        let query = sqlx::query(sql).bind(id.0).bind(activity.0);
        let Some(row) = query.fetch_optional(&self.readers).await.context("Cannot read a letter's bytes")? else {
            return Ok(None);
        };
        let bytes = unfold(&row, id)?;
        let raw = RawMail {
            place: self.first_place(id).await?,
            bytes,
            whole_size: u64::try_from(row.int("size")?).unwrap_or_default(),
            received_at: row.time_or_none("received_at")?,
        };
        let (kind, answer, subject) = (row.word("kind")?, row.word("answer")?, row.text("subject")?);
        Ok(Some(Stored { message: id, kind, answer, subject, raw }))
    }

    async fn first_place(&self, id: MessageKey) -> Result<Place> {
        let sql = "SELECT mailbox, folder, uid_validity, uid FROM sighting WHERE message_id = $1 ORDER BY id LIMIT 1";
        let row =
            sqlx::query(sql).bind(id.0).fetch_optional(&self.readers).await.context("Cannot see where a letter was seen")?;
        // The place of a broken server's UID belongs to another letter now.
        let nowhere = || Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: id.0.to_string() };
        row.map_or_else(|| Ok(nowhere()), |row| place_of(&row))
    }

    /// The keys of letters filed after one, in order; a thousand at most.
    pub async fn keys_after(&self, activity: ActivityId, after: MessageKey) -> Result<Vec<MessageKey>> {
        let sql = "SELECT message_id FROM raw WHERE message_id > $1 AND activity_id = $2 ORDER BY message_id LIMIT $3";
        let query = sqlx::query(sql).bind(after.0).bind(activity.0).bind(PAGE);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the letters on file")?;
        rows.iter().map(|row| Ok(MessageKey(row.int("message_id")?))).collect()
    }
}
