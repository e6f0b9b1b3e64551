//! Step 4: what the ledger already knows about a letter and its writer. Reads only.

use super::activity::ActivityId;
use super::rows::{Columns, micros};
use super::threads::{Relations, relations};
use super::{Store, people};
use crate::domain::steps::{Findings, Known};
use crate::domain::{Fingerprint, MessageKey, Timestamp};
use crate::mail::Mail;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use sqlx::AnyConnection;

/// The same automatic text goes to one address at most once in so long a time (RFC 3834, RELIABILITY S6).
const SAME_ANSWER: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Store {
    /// What the ledger knows about a letter and its writer.
    pub async fn recall(&self, activity: ActivityId, mail: &Mail, findings: &Findings, now: Timestamp) -> Result<Known> {
        let mut reader = self.readers.acquire().await.context("Cannot read the database")?;
        recall(&mut reader, activity, mail, findings, now).await
    }

    /// Counts an attempt to read a letter, and commits the count before it is read: a letter that kills the program is found out at
    /// the next start. Filing takes the count away.
    pub async fn begin_attempt(&self, activity: ActivityId, fingerprint: &Fingerprint, now: Timestamp) -> Result<u32> {
        let sql = "INSERT INTO intake_attempt (activity_id, fingerprint, attempts, first_at, latest_at) VALUES ($1, $2, 1, $3, $3) \
                   ON CONFLICT (activity_id, fingerprint) DO UPDATE SET attempts = intake_attempt.attempts + 1, \
                   latest_at = excluded.latest_at RETURNING attempts";
        let mut tx = self.write().await?;
        let query = sqlx::query(sql).bind(activity.0).bind(fingerprint.as_str()).bind(micros(now));
        let row = query.fetch_one(&mut *tx).await.context("Cannot count the attempt to read a letter")?;
        tx.commit().await.context("Cannot count the attempt to read a letter")?;
        Ok(u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX))
    }
}

pub(super) async fn recall(
    reader: &mut AnyConnection,
    activity: ActivityId,
    mail: &Mail,
    findings: &Findings,
    now: Timestamp,
) -> Result<Known> {
    let fingerprint = mail.fingerprint.as_ref().map_or("", Fingerprint::as_str);
    let writer = mail.writer();
    let sql = "SELECT (SELECT id FROM message WHERE activity_id = $1 AND fingerprint = $2) AS filed, \
                      (SELECT language FROM message WHERE activity_id = $1 AND sender = $3 AND language IS NOT NULL \
                        ORDER BY id DESC LIMIT 1) AS language, \
                      (SELECT watching_since FROM activity WHERE id = $1) AS since";
    let query = sqlx::query(sql).bind(activity.0).bind(fingerprint).bind(writer.map(|writer| writer.reveal().to_owned()));
    let row = query.fetch_one(&mut *reader).await.context("Cannot look up a letter")?;
    let filed = row.int_or_none("filed")?.map(MessageKey);
    let relations = relations(reader, activity, mail).await?;
    let acknowledged_in_thread = acknowledged(reader, mail, &relations, now).await?;
    let (answers, answers_to) = relations.answers.unzip();
    Ok(Known {
        filed,
        // The letter itself carries its own id; that is no clash.
        same_message_id: relations.same_id.filter(|_| filed.is_none()),
        thread: relations.thread,
        answers,
        answers_to: answers_to.flatten(),
        acknowledged_in_thread,
        sender_language: row.word_or_none("language")?,
        people: people::known(reader, activity, mail, findings).await?,
        watching_since: row.time_or_none("since")?,
    })
}

/// Acknowledgements that went (or wait to go) to this writer in this thread, or for a letter with this Message-ID.
async fn acknowledged(reader: &mut AnyConnection, mail: &Mail, relations: &Relations, now: Timestamp) -> Result<u32> {
    let Some(writer) = mail.writer() else { return Ok(0) };
    if relations.thread.is_none() && relations.same_id.is_none() {
        return Ok(0);
    }
    let sql = "SELECT COUNT(*) AS letters FROM outbox WHERE recipient = $1 AND kind = 'acknowledgement' AND enqueued_at > $2 \
               AND state NOT IN ('dropped', 'failed') AND (thread_id = $3 OR message_id = $4)";
    let query = sqlx::query(sql).bind(writer.reveal()).bind(micros(now - SAME_ANSWER));
    let query = query.bind(relations.thread).bind(relations.same_id.map(|id| id.0));
    let row = query.fetch_one(reader).await.context("Cannot count acknowledgements")?;
    Ok(u32::try_from(row.int("letters")?).unwrap_or(u32::MAX))
}
