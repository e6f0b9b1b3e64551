//! Lists of letters and threads, and all that is known about one letter.

use super::Store;
use super::activity::ActivityId;
use super::correct::Correction;
use super::rows::{Columns, micros};
use super::shelving::place_of;
use crate::domain::records::{JournalEntry, Message, Thread};
use crate::domain::steps::{Place, Reason};
use crate::domain::words::{Answer, Kind};
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;
use sqlx::any::AnyRow;

/// A list that a person reads; more is asked for in pages.
const MOST_LISTED: i64 = 1000;
/// The most that a letter's frame may unfold to: a damaged frame must not fill the memory. The mailbox refuses larger letters.
pub(super) const LARGEST_LETTER: usize = 256 * 1024 * 1024;

/// Which letters; the default asks for the newest thousand.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only of this thread.
    pub thread: Option<i64>,
    /// Only those that a person must look at.
    pub needs_reply: bool,
    /// Filed at this moment or later.
    pub from: Option<Timestamp>,
    /// Filed before this moment.
    pub to: Option<Timestamp>,
    /// Only those filed before this one: the next page.
    pub before: Option<MessageKey>,
}

/// Why a letter became what it became.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// The letter.
    pub message: Message,
    /// What it deserves.
    pub answer: Answer,
    /// The rules that fired, heaviest first, with the letter's words.
    pub evidence: Value,
    /// Why it is answered or not, in the order weighed.
    pub reasons: Vec<Reason>,
    /// What was taken out, with sources.
    pub findings: Value,
    /// What is damaged.
    pub defects: Vec<String>,
    /// An earlier letter with the same Message-ID and other content.
    pub same_message_id: Option<MessageKey>,
    /// Where it was seen.
    pub places: Vec<Place>,
    /// What was decided about it and its answers.
    pub journal: Vec<JournalEntry>,
    /// What a person said that it is, if one did.
    pub correction: Option<Correction>,
}

impl Store {
    /// Letters, newest first.
    pub async fn messages(&self, activity: ActivityId, filter: &MessageFilter) -> Result<Vec<Message>> {
        let sql = "SELECT id, thread_id, kind, confidence, language, subject, sender, sent_at, filed_at, needs_reply FROM message \
                   WHERE activity_id = $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2) AND (CAST($3 AS BIGINT) IS NULL OR thread_id = $3) \
                   AND needs_reply >= $4 AND filed_at >= $5 AND filed_at < $6 AND id < $7 ORDER BY filed_at DESC, id DESC LIMIT $8";
        let query = sqlx::query(sql).bind(activity.0).bind(filter.kind.map(Kind::as_str)).bind(filter.thread);
        let query = query.bind(i64::from(filter.needs_reply)).bind(filter.from.map_or(i64::MIN, micros));
        let query = query.bind(filter.to.map_or(i64::MAX, micros)).bind(filter.before.map_or(i64::MAX, |id| id.0));
        let rows = query.bind(MOST_LISTED).fetch_all(&self.readers).await.context("Cannot list the letters")?;
        rows.iter().map(message_of).collect()
    }

    /// One letter.
    pub async fn message(&self, activity: ActivityId, id: MessageKey) -> Result<Option<Message>> {
        let sql = "SELECT id, thread_id, kind, confidence, language, subject, sender, sent_at, filed_at, needs_reply FROM message \
                   WHERE id = $1 AND activity_id = $2";
        let row =
            sqlx::query(sql).bind(id.0).bind(activity.0).fetch_optional(&self.readers).await.context("Cannot read a letter")?;
        row.as_ref().map(message_of).transpose()
    }

    /// All that is known about why a letter became what it became.
    pub async fn why(&self, activity: ActivityId, id: MessageKey) -> Result<Option<Why>> {
        let sql = "SELECT id, thread_id, kind, confidence, language, subject, sender, sent_at, filed_at, needs_reply, answer, evidence, \
                   reasons, findings, defects, same_id_as FROM message WHERE id = $1 AND activity_id = $2";
        let row =
            sqlx::query(sql).bind(id.0).bind(activity.0).fetch_optional(&self.readers).await.context("Cannot read a letter")?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Why {
            message: message_of(&row)?,
            answer: row.word("answer")?,
            evidence: row.json("evidence")?,
            reasons: row.json("reasons")?,
            findings: row.json("findings")?,
            defects: row.json("defects")?,
            same_message_id: row.int_or_none("same_id_as")?.map(MessageKey),
            places: self.places(id).await?,
            journal: self.journal_of(id).await?,
            correction: self.correction(id).await?,
        }))
    }

    async fn places(&self, id: MessageKey) -> Result<Vec<Place>> {
        let sql = "SELECT mailbox, folder, uid_validity, uid FROM sighting WHERE message_id = $1 ORDER BY id";
        let rows = sqlx::query(sql).bind(id.0).fetch_all(&self.readers).await.context("Cannot list where a letter was seen")?;
        rows.iter().map(place_of).collect()
    }

    /// The bytes of a letter as they came.
    pub async fn raw(&self, activity: ActivityId, id: MessageKey) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT bytes, size FROM raw WHERE message_id = $1 AND activity_id = $2";
        let row = sqlx::query(sql)
            .bind(id.0)
            .bind(activity.0)
            .fetch_optional(&self.readers)
            .await
            .context("Cannot read a letter's bytes")?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(unfold(&row, id)?))
    }

    /// Threads in which a person must answer, the one that waits longest first.
    pub async fn threads_waiting(&self, activity: ActivityId) -> Result<Vec<Thread>> {
        let sql = "SELECT id, subject, letters, latest_kind, latest_at, needs_reply FROM thread \
                   WHERE activity_id = $1 AND needs_reply = 1 ORDER BY latest_at, id LIMIT $2";
        let query = sqlx::query(sql).bind(activity.0).bind(MOST_LISTED);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the threads that wait")?;
        rows.iter().map(thread_of).collect()
    }

    /// All threads, the latest first.
    pub async fn threads(&self, activity: ActivityId) -> Result<Vec<Thread>> {
        let sql = "SELECT id, subject, letters, latest_kind, latest_at, needs_reply FROM thread \
                   WHERE activity_id = $1 ORDER BY latest_at DESC, id DESC LIMIT $2";
        let query = sqlx::query(sql).bind(activity.0).bind(MOST_LISTED);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the threads")?;
        rows.iter().map(thread_of).collect()
    }
}

/// The bytes of a row of `raw`.
pub(super) fn unfold(row: &AnyRow, id: MessageKey) -> Result<Vec<u8>> {
    // The frame says its size; for a letter of which only the header was fetched that is less than the row says.
    let size = usize::try_from(row.int("size")?).unwrap_or(LARGEST_LETTER).min(LARGEST_LETTER);
    zstd::bulk::decompress(&row.bytes("bytes")?, size).with_context(|| format!("The bytes of message {} are damaged", id.0))
}

/// A letter's row.
pub(super) fn message_of(row: &AnyRow) -> Result<Message> {
    Ok(Message {
        id: MessageKey(row.int("id")?),
        thread: row.int("thread_id")?,
        kind: row.word("kind")?,
        confidence: share(row.int("confidence")?),
        language: row.word_or_none("language")?,
        subject: row.text("subject")?,
        sender: row.address_or_none("sender")?,
        sent_at: row.time("sent_at")?,
        filed_at: row.time("filed_at")?,
        needs_reply: row.yes("needs_reply")?,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a count of millionths is far below 2^53")]
fn share(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}

fn thread_of(row: &AnyRow) -> Result<Thread> {
    Ok(Thread {
        id: row.int("id")?,
        subject: row.text("subject")?,
        letters: row.int("letters")?,
        kind: row.word("latest_kind")?,
        latest_at: row.time("latest_at")?,
        needs_reply: row.yes("needs_reply")?,
    })
}
