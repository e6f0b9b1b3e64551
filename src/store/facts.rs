//! Liaison statements and deadlines.

use super::activity::ActivityId;
use super::filing::Filing;
use super::journal::Entry;
use super::rows::{Columns, micros, plain, to_json};
use super::{Store, Tx, statements};
use crate::domain::records::{Deadline, Liaison};
use crate::domain::steps::{FoundLiaison, PlannedDeadline};
use crate::domain::words::{DeadlineState, Purpose};
use crate::domain::{Date, MessageKey, Timestamp};
use anyhow::{Context, Result, bail};
use jiff::tz::TimeZone;
use serde_json::json;
use sqlx::any::AnyRow;

/// Writes down the letter's liaison statement and the deadlines that it sets.
pub(super) async fn liaison(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    let liaison = match &filing.findings.liaison {
        Some(found) => Some(insert(tx, filing, message, found).await.context("Cannot write down the liaison statement")?),
        None => None,
    };
    for planned in &filing.plan.deadlines {
        deadline(tx, filing, message, planned, liaison).await.context("Cannot write down a deadline of the letter")?;
    }
    if let Some(liaison) = liaison {
        statements::link(tx, filing, message, liaison).await?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, found: &FoundLiaison) -> Result<i64> {
    let sql = "INSERT INTO liaison (activity_id, message_id, reference, title, from_body, to_bodies, cc_bodies, purpose, reply_by, \
               reply_by_words, in_reply_to, questions, contacts, filed_at, code, answer_code) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id";
    let text = |value: &Option<String>| value.as_deref().map(|value| plain(value).into_owned());
    let query = sqlx::query(sql).bind(filing.activity.0).bind(message.0).bind(text(&found.reference)).bind(text(&found.title));
    let query = query.bind(text(&found.from)).bind(to_json(&found.to)).bind(to_json(&found.cc));
    let query = query.bind(found.purpose.map(Purpose::as_str)).bind(found.reply_by.map(|day| day.to_string()));
    let query = query.bind(text(&found.reply_by_words)).bind(text(&found.in_reply_to)).bind(to_json(&found.questions));
    let query = query.bind(to_json(&found.contacts)).bind(micros(filing.now));
    let query = query.bind(statements::code_of(found.reference.as_deref()));
    let query = query.bind(statements::code_of(found.in_reply_to.as_deref()));
    query.fetch_one(&mut **tx).await?.int("id")
}

async fn deadline(
    tx: &mut Tx,
    filing: &Filing<'_>,
    message: MessageKey,
    planned: &PlannedDeadline,
    liaison: Option<i64>,
) -> Result<()> {
    let sql = "SELECT time_zone FROM activity WHERE id = $1";
    let zone = sqlx::query(sql).bind(filing.activity.0).fetch_one(&mut **tx).await?.text("time_zone")?;
    let due_at = end_of(planned.day, &zone)?;
    let found = filing.findings.liaison.as_ref();
    let topic = match liaison {
        Some(liaison) if planned.topic.starts_with("liaison:") => format!("liaison:{liaison}"),
        _ => format!("{}:{}", planned.topic, message.0),
    };
    let title =
        found.and_then(|found| found.title.as_deref().or(found.reference.as_deref())).unwrap_or(&filing.mail.base_subject);
    let sql = "INSERT INTO deadline (activity_id, topic, title, due_at, state, message_id) VALUES ($1, $2, $3, $4, 'open', $5) \
               ON CONFLICT DO NOTHING";
    let query = sqlx::query(sql).bind(filing.activity.0).bind(topic).bind(plain(title).into_owned()).bind(micros(due_at));
    query.bind(message.0).execute(&mut **tx).await?;
    Ok(())
}

/// The last moment of a day in the activity's zone.
fn end_of(day: Date, zone: &str) -> Result<Timestamp> {
    let zone = TimeZone::get(zone).with_context(|| format!("“{zone}” is no IANA zone"))?;
    let midnight = day.tomorrow().unwrap_or(Date::MAX).at(0, 0, 0, 0);
    let next = midnight.to_zoned_datetime(zone).map_or(Timestamp::MAX, |zoned| zoned.timestamp());
    Ok(next - jiff::SignedDuration::from_micros(1))
}

impl Store {
    /// All liaison statements, newest first.
    pub async fn liaisons(&self, activity: ActivityId) -> Result<Vec<Liaison>> {
        let sql = "SELECT l.id, l.message_id, l.reference, l.title, l.from_body, l.to_bodies, l.cc_bodies, l.purpose, l.reply_by, l.reply_by_words, \
                   l.in_reply_to, l.questions, l.filed_at, a.message_id AS answers FROM liaison l LEFT JOIN liaison a ON a.id = l.answers_id \
                   WHERE l.activity_id = $1 AND l.set_aside_at IS NULL ORDER BY l.filed_at DESC, l.id DESC";
        let rows =
            sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list the liaison statements")?;
        rows.iter().map(liaison_of).collect()
    }

    /// All deadlines, the next one first.
    pub async fn deadlines(&self, activity: ActivityId) -> Result<Vec<Deadline>> {
        let sql = "SELECT id, topic, title, due_at, state, settled_at, message_id FROM deadline WHERE activity_id = $1 ORDER BY due_at, id";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list the deadlines")?;
        rows.iter().map(deadline_of).collect()
    }

    /// Marks the open deadlines that have passed as missed. A pure function of `now`: a clock that is set back opens them again.
    pub async fn settle_deadlines(&self, activity: ActivityId, now: Timestamp) -> Result<u64> {
        let sql = "UPDATE deadline SET state = CASE WHEN due_at < $2 THEN 'missed' ELSE 'open' END, settled_at = CASE WHEN due_at < $2 THEN $2 END \
                   WHERE activity_id = $1 AND ((state = 'open' AND due_at < $2) OR (state = 'missed' AND due_at >= $2))";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(now));
        let done = query.execute(&self.writer).await.context("Cannot settle the deadlines that have passed")?;
        Ok(done.rows_affected())
    }

    /// A person settles a deadline as met or waived. One that is settled already is an error.
    pub async fn settle_deadline(&self, id: i64, state: DeadlineState, actor: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let sql = "UPDATE deadline SET state = $2, settled_at = $3 WHERE id = $1 AND state IN ('open', 'missed') RETURNING activity_id, topic";
        let query = sqlx::query(sql).bind(id).bind(state.as_str()).bind(micros(now));
        let row = query.fetch_optional(&mut *tx).await.with_context(|| format!("Cannot settle deadline {id}"))?;
        let Some(row) = row else { bail!("Cannot settle deadline {id}: there is no such deadline, or it is settled already") };
        let detail = json!({ "deadline": id, "topic": row.text("topic")?, "state": state });
        Entry::new(ActivityId(row.int("activity_id")?), now, "deadline-settled").by(actor).with(&detail).write(&mut tx).await?;
        tx.commit().await.with_context(|| format!("Cannot settle deadline {id}"))
    }
}

/// A deadline's row.
pub(super) fn deadline_of(row: &AnyRow) -> Result<Deadline> {
    Ok(Deadline {
        id: row.int("id")?,
        topic: row.text("topic")?,
        title: row.text("title")?,
        due_at: row.time("due_at")?,
        state: row.word("state")?,
        settled_at: row.time_or_none("settled_at")?,
        message: row.int_or_none("message_id")?.map(MessageKey),
    })
}

/// A liaison statement's row.
pub(super) fn liaison_of(row: &AnyRow) -> Result<Liaison> {
    let reply_by = row.text_or_none("reply_by")?;
    Ok(Liaison {
        id: row.int("id")?,
        message: MessageKey(row.int("message_id")?),
        reference: row.text_or_none("reference")?,
        title: row.text_or_none("title")?,
        from: row.text_or_none("from_body")?,
        to: row.json("to_bodies")?,
        cc: row.json("cc_bodies")?,
        purpose: row.word_or_none("purpose")?,
        reply_by: reply_by.map(|day| day.parse::<Date>().context("Column reply_by holds no day")).transpose()?,
        reply_by_words: row.text_or_none("reply_by_words")?,
        in_reply_to: row.text_or_none("in_reply_to")?,
        answers: row.int_or_none("answers")?.map(MessageKey),
        questions: row.json("questions")?,
        filed_at: row.time("filed_at")?,
    })
}
