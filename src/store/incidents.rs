//! What did not work, from its first notice to its end; when each thing last answered; how often the daemon began and did not end.

use super::Store;
use super::activity::ActivityId;
use super::outbox::insert_letter;
use super::rows::{Columns, micros};
use crate::domain::Timestamp;
use crate::domain::steps::Draft;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use serde::Serialize;

/// A list that a person reads.
const MOST_LISTED: i64 = 100;

/// Something that does not work, or did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// Key.
    pub id: i64,
    /// What: `mailbox jca`, `transport`, `database`, `clock`, `safe-mode`, `breaker`.
    pub subject: String,
    /// Why, as far as it is known.
    pub words: String,
    /// First noticed.
    pub began_at: Timestamp,
    /// None: it goes on.
    pub ended_at: Option<Timestamp>,
    /// When the secretariat was told.
    pub alarmed_at: Option<Timestamp>,
}

impl Store {
    /// Something does not work; noticing it again changes its words.
    pub async fn incident(&self, subject: &str, words: &str, since: Timestamp) -> Result<()> {
        let sql = "INSERT INTO incident (subject, words, began_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (subject) WHERE ended_at IS NULL DO UPDATE SET words = excluded.words";
        let query = sqlx::query(sql).bind(subject).bind(words).bind(micros(since));
        query.execute(&self.writer).await.context("Cannot write down what does not work")?;
        Ok(())
    }

    /// It works again.
    pub async fn incident_over(&self, subject: &str, until: Timestamp) -> Result<()> {
        let sql = "UPDATE incident SET ended_at = $2 WHERE subject = $1 AND ended_at IS NULL";
        let query = sqlx::query(sql).bind(subject).bind(micros(until));
        query.execute(&self.writer).await.context("Cannot write down what works again")?;
        Ok(())
    }

    /// What does not work now, oldest first.
    pub async fn incidents_open(&self) -> Result<Vec<Incident>> {
        self.incidents(
            "SELECT id, subject, words, began_at, ended_at, alarmed_at FROM incident WHERE ended_at IS NULL AND $1 = $1 \
             ORDER BY began_at, id LIMIT $2",
            Timestamp::UNIX_EPOCH,
        )
        .await
    }

    /// What began since then, and of which the secretariat was not told.
    pub async fn incidents_untold(&self, since: Timestamp) -> Result<Vec<Incident>> {
        self.incidents(
            "SELECT id, subject, words, began_at, ended_at, alarmed_at FROM incident WHERE began_at > $1 AND alarmed_at IS NULL \
             ORDER BY began_at, id LIMIT $2",
            since,
        )
        .await
    }

    async fn incidents(&self, sql: &'static str, since: Timestamp) -> Result<Vec<Incident>> {
        let query = sqlx::query(sql).bind(micros(since)).bind(MOST_LISTED);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list what does not work")?;
        let incidents = rows.iter().map(|row| {
            Ok(Incident {
                id: row.int("id")?,
                subject: row.text("subject")?,
                words: row.text("words")?,
                began_at: row.time("began_at")?,
                ended_at: row.time_or_none("ended_at")?,
                alarmed_at: row.time_or_none("alarmed_at")?,
            })
        });
        incidents.collect()
    }

    /// Tells the secretariat of an incident, once: the mark and the letter are one transaction.
    pub async fn alarm(&self, activity: ActivityId, incident: i64, letter: Option<&Draft>, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let sql = "UPDATE incident SET alarmed_at = $2 WHERE id = $1 AND alarmed_at IS NULL";
        let query = sqlx::query(sql).bind(incident).bind(micros(now));
        let done = query.execute(&mut *tx).await.context("Cannot note an alarm")?;
        if let Some(letter) = letter.filter(|_| done.rows_affected() == 1) {
            insert_letter(&mut tx, activity, letter, None, now).await?;
        }
        tx.commit().await.context("Cannot note an alarm")
    }

    /// Writes down that something answered.
    pub async fn contact(&self, subject: &str, at: Timestamp) -> Result<()> {
        let sql = "INSERT INTO contact_time (subject, at) VALUES ($1, $2) ON CONFLICT (subject) DO UPDATE SET at = excluded.at";
        let query = sqlx::query(sql).bind(subject).bind(micros(at));
        query.execute(&self.writer).await.context("Cannot write down what answered")?;
        Ok(())
    }

    /// When each thing last answered.
    pub async fn contacts(&self) -> Result<Vec<(String, Timestamp)>> {
        let sql = "SELECT subject, at FROM contact_time ORDER BY subject";
        let rows = sqlx::query(sql).fetch_all(&self.readers).await.context("Cannot read what answered")?;
        rows.iter().map(|row| Ok((row.text("subject")?, row.time("at")?))).collect()
    }

    /// A daemon starts. Gives the key of the start, and how many others of the latest time have not ended in order.
    pub async fn note_start(&self, now: Timestamp, within: SignedDuration) -> Result<(i64, i64)> {
        let mut tx = self.write().await?;
        let sql = "SELECT COUNT(*) AS deaths FROM start WHERE at > $1 AND ended_at IS NULL";
        let row = sqlx::query(sql).bind(micros(now - within)).fetch_one(&mut *tx).await.context("Cannot count the starts")?;
        let deaths = row.int("deaths")?;
        let sql = "INSERT INTO start (at) VALUES ($1) RETURNING id";
        let row = sqlx::query(sql).bind(micros(now)).fetch_one(&mut *tx).await.context("Cannot count the start")?;
        let id = row.int("id")?;
        tx.commit().await.context("Cannot count the start")?;
        Ok((id, deaths))
    }

    /// The daemon of this start ends in order.
    pub async fn note_end(&self, start: i64, now: Timestamp) -> Result<()> {
        let sql = "UPDATE start SET ended_at = $2 WHERE id = $1";
        sqlx::query(sql).bind(start).bind(micros(now)).execute(&self.writer).await.context("Cannot note the end")?;
        Ok(())
    }
}
