//! The journal: who decided what, when, and by which rules. Only ever appended to; the database refuses anything else.

use super::activity::ActivityId;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::records::JournalEntry;
use crate::domain::{LetterKey, MessageKey, Timestamp};
use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The actor of what happens by itself.
const SELF: &str = "jcabot";
/// A list that a person reads.
const MOST_LISTED: i64 = 1000;

/// Which entries; the default asks for the newest thousand.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    /// Only what happened to this message.
    pub message: Option<MessageKey>,
    /// Only what happened to this letter of the outbox.
    pub letter: Option<LetterKey>,
    /// Only this event.
    pub event: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
}

/// An entry to be written.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    activity: ActivityId,
    at: Timestamp,
    actor: &'a str,
    event: &'static str,
    message: Option<MessageKey>,
    letter: Option<LetterKey>,
    detail: String,
}

impl<'a> Entry<'a> {
    pub(super) fn new(activity: ActivityId, at: Timestamp, event: &'static str) -> Entry<'a> {
        Entry { activity, at, actor: SELF, event, message: None, letter: None, detail: "{}".to_owned() }
    }

    pub(super) fn by(self, actor: &'a str) -> Entry<'a> {
        Entry { actor, ..self }
    }

    pub(super) fn about(self, message: MessageKey) -> Entry<'a> {
        Entry { message: Some(message), ..self }
    }

    pub(super) fn on(self, letter: LetterKey) -> Entry<'a> {
        Entry { letter: Some(letter), ..self }
    }

    pub(super) fn with(self, detail: &Value) -> Entry<'a> {
        Entry { detail: detail.to_string(), ..self }
    }

    pub(super) fn saying(self, note: &str) -> Entry<'a> {
        self.with(&json!({ "note": note }))
    }

    pub(super) async fn write(self, tx: &mut Tx) -> Result<()> {
        let sql = "INSERT INTO journal (activity_id, at, actor, event, message_id, outbox_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let query = sqlx::query(sql).bind(self.activity.0).bind(micros(self.at)).bind(self.actor).bind(self.event);
        let query = query.bind(self.message.map(|id| id.0)).bind(self.letter.map(|id| id.0)).bind(self.detail);
        query.execute(&mut **tx).await.with_context(|| format!("Cannot write “{}” into the journal", self.event))?;
        Ok(())
    }
}

impl Store {
    /// Entries of the journal, oldest first; of more than a thousand the newest.
    pub async fn journal(&self, activity: ActivityId, filter: &JournalFilter) -> Result<Vec<JournalEntry>> {
        let sql = "SELECT at, actor, event, detail FROM journal WHERE activity_id = $1 \
                   AND (CAST($2 AS BIGINT) IS NULL OR message_id = $2) AND (CAST($3 AS BIGINT) IS NULL OR outbox_id = $3) \
                   AND (CAST($4 AS TEXT) IS NULL OR event = $4) AND at >= $5 ORDER BY id DESC LIMIT $6";
        let query = sqlx::query(sql).bind(activity.0).bind(filter.message.map(|id| id.0)).bind(filter.letter.map(|id| id.0));
        let query = query.bind(filter.event.as_deref()).bind(filter.from.map_or(i64::MIN, micros)).bind(MOST_LISTED);
        let rows = query.fetch_all(&self.readers).await.context("Cannot read the journal")?;
        let entries = rows.iter().rev().map(|row| {
            Ok(JournalEntry {
                at: row.time("at")?,
                actor: row.text("actor")?,
                event: row.text("event")?,
                detail: row.json("detail")?,
            })
        });
        entries.collect()
    }

    /// The journal of one message: a lookup, however long the journal is.
    pub(super) async fn journal_of(&self, message: MessageKey) -> Result<Vec<JournalEntry>> {
        let sql = "SELECT j.at, j.actor, j.event, j.detail, j.id FROM journal j WHERE j.message_id = $1 \
                   UNION SELECT j.at, j.actor, j.event, j.detail, j.id FROM journal j JOIN outbox o ON o.id = j.outbox_id \
                   WHERE o.message_id = $1 AND j.outbox_id IS NOT NULL ORDER BY 5";
        let rows =
            sqlx::query(sql).bind(message.0).fetch_all(&self.readers).await.context("Cannot read the journal of a message")?;
        let entries = rows.iter().map(|row| {
            Ok(JournalEntry {
                at: row.time("at")?,
                actor: row.text("actor")?,
                event: row.text("event")?,
                detail: row.json("detail")?,
            })
        });
        entries.collect()
    }
}
