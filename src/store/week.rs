//! The chair's week: its figures, its digest, the reminders; each written once.

use super::Store;
use super::activity::ActivityId;
use super::facts::{deadline_of, liaison_of};
use super::outbox::insert_letter;
use super::people::person_of;
use super::rows::{Columns, micros};
use crate::domain::Timestamp;
use crate::domain::records::{Conservation, Deadline, Liaison, Person, Week};
use crate::domain::steps::Draft;
use crate::domain::words::Kind;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::ops::Range;

/// A deadline so near is worth the chair's eye.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Store {
    /// How the letters of a span add up: every letter seen is filed once, or it is unaccounted for. Without a span, all since the
    /// activity began; these are counters, so that a million letters cost nothing.
    pub async fn conservation(&self, activity: ActivityId, span: Option<Range<Timestamp>>) -> Result<Conservation> {
        let Some(Range { start, end }) = span else {
            let counters = self.counters(activity).await?;
            let by_kind = counters.into_iter().filter_map(|(name, value)| Some((name.parse().ok()?, value))).collect();
            return self.add_up(activity, by_kind, Timestamp::MAX).await;
        };
        self.add_up(activity, self.filed(activity, start, end).await?, end).await
    }

    async fn add_up(&self, activity: ActivityId, by_kind: BTreeMap<Kind, i64>, to: Timestamp) -> Result<Conservation> {
        // Begun to be read, and not filed: the one way for a letter to be seen and not accounted for.
        let sql = "SELECT COUNT(*) AS letters FROM intake_attempt WHERE activity_id = $1 AND first_at < $2";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(to));
        let unaccounted = query.fetch_one(&self.readers).await.context("Cannot count the letters")?.int("letters")?;
        Ok(Conservation { seen: by_kind.values().sum::<i64>() + unaccounted, by_kind, unaccounted })
    }

    /// The figures of one week: `name` is the ISO week, `span` its first moment and that of the next one, in the
    /// activity's zone.
    pub async fn week(&self, activity: ActivityId, name: &str, span: Range<Timestamp>, now: Timestamp) -> Result<Week> {
        let Range { start: from, end: to } = span;
        let (held, failed) = self.waiting_for_a_person(activity).await?;
        Ok(Week {
            name: name.to_owned(),
            from,
            to,
            by_kind: self.filed(activity, from, to).await?,
            acknowledged: self.acknowledged(activity, from, to).await?,
            new_people: self.people_since(activity, from, to).await?,
            seats: self.roster(activity).await?,
            liaisons: self.liaisons_of_week(activity, from, to).await?,
            waiting: self.threads_waiting(activity).await?,
            due: self.due(activity, from, now).await?,
            held,
            failed,
            proposals: self.proposed(activity).await?,
            conservation: self.conservation(activity, None).await?,
        })
    }

    async fn filed(&self, activity: ActivityId, from: Timestamp, to: Timestamp) -> Result<BTreeMap<Kind, i64>> {
        let sql = "SELECT kind, COUNT(*) AS letters FROM message WHERE activity_id = $1 AND filed_at >= $2 AND filed_at < $3 GROUP BY kind";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(from)).bind(micros(to));
        let rows = query.fetch_all(&self.readers).await.context("Cannot count the letters")?;
        rows.iter().map(|row| Ok((row.word("kind")?, row.int("letters")?))).collect()
    }

    async fn acknowledged(&self, activity: ActivityId, from: Timestamp, to: Timestamp) -> Result<i64> {
        let sql = "SELECT COUNT(*) AS letters FROM outbox \
                   WHERE activity_id = $1 AND accepted_at >= $2 AND accepted_at < $3 AND kind = 'acknowledgement'";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(from)).bind(micros(to));
        query.fetch_one(&self.readers).await.context("Cannot count the acknowledgements")?.int("letters")
    }

    async fn people_since(&self, activity: ActivityId, from: Timestamp, to: Timestamp) -> Result<Vec<Person>> {
        let sql = "SELECT id, name, honorific, organization, role, email, phone, country, category, study_groups, language, source_id \
                   FROM person WHERE activity_id = $1 AND added_at >= $2 AND added_at < $3 AND left_at IS NULL ORDER BY id";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(from)).bind(micros(to));
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the new people")?;
        rows.iter().map(person_of).collect()
    }

    /// Those that came in the week, and those whose reply is still wanted; the nearest deadline first, then those without one.
    async fn liaisons_of_week(&self, activity: ActivityId, from: Timestamp, to: Timestamp) -> Result<Vec<Liaison>> {
        let sql = "SELECT l.id, l.message_id, l.reference, l.title, l.from_body, l.to_bodies, l.cc_bodies, l.purpose, l.reply_by, \
                   l.reply_by_words, l.in_reply_to, l.questions, l.filed_at, a.message_id AS answers FROM liaison l LEFT JOIN liaison a ON a.id = l.answers_id WHERE l.id IN \
                   (SELECT id FROM liaison WHERE activity_id = $1 AND filed_at >= $2 AND filed_at < $3 AND set_aside_at IS NULL UNION \
                    SELECT w.id FROM deadline d JOIN liaison w ON w.message_id = d.message_id WHERE d.activity_id = $1 AND d.state = 'open') \
                   ORDER BY CASE WHEN l.reply_by IS NULL THEN 1 ELSE 0 END, l.reply_by, l.id";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(from)).bind(micros(to));
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the liaison statements of a week")?;
        rows.iter().map(liaison_of).collect()
    }

    /// Deadlines of the next days, those that nobody settled, and those that passed in the week; the earliest first.
    async fn due(&self, activity: ActivityId, from: Timestamp, now: Timestamp) -> Result<Vec<Deadline>> {
        let sql = "SELECT id, topic, title, due_at, state, settled_at, message_id FROM deadline WHERE activity_id = $1 \
                   AND ((state = 'open' AND due_at < $2) OR (state = 'missed' AND due_at >= $3)) ORDER BY due_at, id";
        let query = sqlx::query(sql).bind(activity.0).bind(micros(now + SOON)).bind(micros(from));
        let rows = query.fetch_all(&self.readers).await.context("Cannot list what is due")?;
        rows.iter().map(deadline_of).collect()
    }

    /// Changes of the list that nobody decided yet, in people.
    async fn proposed(&self, activity: ActivityId) -> Result<i64> {
        let sql = "SELECT COUNT(*) AS people FROM (SELECT DISTINCT message_id, found FROM person_change \
                   WHERE activity_id = $1 AND state = 'proposed') AS proposal";
        let row = sqlx::query(sql).bind(activity.0).fetch_one(&self.readers).await.context("Cannot count the proposals")?;
        row.int("people")
    }

    async fn waiting_for_a_person(&self, activity: ActivityId) -> Result<(i64, i64)> {
        let sql = "SELECT (SELECT COUNT(*) FROM outbox WHERE activity_id = $1 AND state = 'held') AS held, \
                          (SELECT COUNT(*) FROM outbox WHERE activity_id = $1 AND state = 'failed') AS failed";
        let row = sqlx::query(sql).bind(activity.0).fetch_one(&self.readers).await.context("Cannot count the letters held")?;
        Ok((row.int("held")?, row.int("failed")?))
    }

    /// Whether the digest of an ISO week was written.
    pub async fn has_digest(&self, activity: ActivityId, iso_week: &str) -> Result<bool> {
        let sql = "SELECT id FROM digest WHERE activity_id = $1 AND iso_week = $2";
        let query = sqlx::query(sql).bind(activity.0).bind(iso_week);
        Ok(query.fetch_optional(&self.readers).await.context("Cannot look up a digest")?.is_some())
    }

    /// Puts the digest of an ISO week into the outbox; `false` when it was there already.
    pub async fn digest_once(&self, activity: ActivityId, iso_week: &str, draft: &Draft, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let Some(letter) = insert_letter(&mut tx, activity, draft, None, now).await? else { return Ok(false) };
        let sql =
            "INSERT INTO digest (activity_id, iso_week, outbox_id, written_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let query = sqlx::query(sql).bind(activity.0).bind(iso_week).bind(letter.0).bind(micros(now));
        let done = query.execute(&mut *tx).await.context("Cannot write down a digest")?;
        if done.rows_affected() == 0 {
            // Another text for the same week: the letter goes with the transaction.
            return Ok(false);
        }
        tx.commit().await.context("Cannot write down a digest")?;
        Ok(true)
    }

    /// Puts a reminder to a seat's body into the outbox; `false` when it was there already. The seat counts as asked once the
    /// letter is accepted.
    pub async fn remind_once(&self, activity: ActivityId, seat: &str, draft: &Draft, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let letter = insert_letter(&mut tx, activity, draft, Some(seat), now).await?;
        tx.commit().await.context("Cannot write down a reminder")?;
        Ok(letter.is_some())
    }
}
