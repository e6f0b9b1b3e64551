//! A PostgreSQL that took another one's place, or went back in time, may lack the last commits of before (RELIABILITY F22): letters that
//! were filed are new again, answers that left seem never to have left.
//!
//! Such a server counts its log in another timeline. Each connection that may write looks at that first, and before anything
//! else is written, what may have left is marked: with a witness it is asked for each letter, without one a person is.

use super::activity::ActivityId;
use super::journal::Entry;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::clock::Clock;
use crate::domain::steps::{Draft, Reason};
use crate::domain::words::OutboxState;
use crate::domain::{LetterKey, Timestamp};
use anyhow::{Context, Result};
use sqlx::AnyConnection;
use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tracing::error;

/// What `status` calls it.
const SUBJECT: &str = "failover";
/// What is said of it.
const WORDS: &str = "The database went to another server or to an earlier state, and may lack the last that was written; \
                     letters of before are looked for at the witness, or held, before they leave";

const TO_WITNESS: &str = "UPDATE outbox SET state = 'ambiguous', unknown = unknown + 1, note = $1, due_at = $2, lease_until = NULL, \
                          phase = 'unknown' WHERE state IN ('ready', 'retry', 'claimed') RETURNING id, activity_id";
const TO_PERSON: &str = "UPDATE outbox SET state = 'held', note = $1, lease_until = NULL WHERE state IN ('ready', 'retry', 'claimed') \
                         RETURNING id, activity_id";

/// What is known of the server.
#[derive(Debug, Default)]
pub(super) struct Failover(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    timeline: Option<String>,
    /// It has changed, and what follows from that is not written yet.
    is_new: bool,
    /// When it last changed.
    at: Option<Timestamp>,
    /// How long a letter rests before the witness is asked; none where there is no witness.
    witness: Option<Duration>,
}

impl Failover {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the server of a new connection. One that does not say (a standby before its promotion) takes no writes either.
    pub(super) async fn look(&self, connection: &mut AnyConnection) {
        let sql = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";
        let Ok(timeline) = sqlx::query_scalar::<_, String>(sql).fetch_one(connection).await else { return };
        let mut state = self.lock();
        state.is_new |= state.timeline.as_ref().is_some_and(|known| *known != timeline);
        state.timeline = Some(timeline);
    }

    /// Whether something is to be written before all else.
    pub(super) fn is_new(&self) -> bool {
        self.lock().is_new
    }

    /// An answer as it begins: that to a letter of before a failover may have left already.
    pub(super) fn begin<'a>(&self, draft: &'a Draft, received_at: Option<Timestamp>, now: Timestamp) -> Cow<'a, Draft> {
        let state = self.lock();
        let is_old = state.at.zip(received_at).is_some_and(|(at, received)| received < at);
        if !is_old || draft.state != OutboxState::Ready {
            return Cow::Borrowed(draft);
        }
        let mut draft = draft.clone();
        match state.witness {
            Some(rest) => (draft.state, draft.due_at) = (OutboxState::Ambiguous, now + rest),
            None => {
                draft.state = OutboxState::Held;
                let text = "The database failed over after the letter came; it may have been answered before.".to_owned();
                draft.held_because.push(Reason { rule: "before-the-failover".to_owned(), text });
            }
        }
        Cow::Owned(draft)
    }
}

impl Store {
    /// A witness proves what has left; letters of unknown fate rest so long before it is asked.
    pub fn expect_witness(&self, rest: Duration) {
        self.failover.lock().witness = Some(rest);
    }

    /// Writes down that nothing is known of letters under way.
    pub(super) async fn distrust(&self, mut tx: Tx) -> Result<()> {
        let (now, witness) = (Clock::system().now(), self.failover.lock().witness);
        let note = "The database failed over; whether the letter left before is not known";
        let rows = match witness {
            Some(rest) => sqlx::query(TO_WITNESS).bind(note).bind(micros(now + rest)),
            None => sqlx::query(TO_PERSON).bind(note),
        };
        let rows = rows.fetch_all(&mut *tx).await.context("Cannot mark letters that may have left")?;
        let event = if witness.is_some() { "ambiguous" } else { "held" };
        for row in rows {
            let entry = Entry::new(ActivityId(row.int("activity_id")?), now, event);
            entry.on(LetterKey(row.int("id")?)).saying(note).write(&mut tx).await?;
        }
        let sql = "INSERT INTO incident (subject, words, began_at, ended_at) VALUES ($1, $2, $3, $3)";
        let query = sqlx::query(sql).bind(SUBJECT).bind(WORDS).bind(micros(now));
        query.execute(&mut *tx).await.context("Cannot write down that the database failed over")?;
        tx.commit().await.context("Cannot write down that the database failed over")?;
        let mut state = self.failover.lock();
        (state.is_new, state.at) = (false, Some(now));
        error!("{WORDS}");
        Ok(())
    }
}
