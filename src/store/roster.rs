//! The expected seats: who fills them, and where each stands.

use super::activity::ActivityId;
use super::people::person_of;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::Timestamp;
use crate::domain::records::{Person, Seat};
use crate::domain::words::SeatState;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;

/// A person in a seat.
struct Holder {
    person: Person,
    from: Timestamp,
    bounced: Option<Timestamp>,
}

/// What was heard of a seat's body beside names.
struct Heard {
    promised: Option<Timestamp>,
    asked: Option<Timestamp>,
    bounced: Option<Timestamp>,
}

impl Store {
    /// Every seat of the charter in its order, with who fills it and where it stands.
    pub async fn roster(&self, activity: ActivityId) -> Result<Vec<Seat>> {
        let mut holders = self.holders(activity).await?;
        let sql = "SELECT id, word, body, category, asked_at, promised_at, bounced_at FROM seat \
                   WHERE activity_id = $1 AND retired_at IS NULL ORDER BY position, id";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list the seats")?;
        let seats = rows.iter().map(|row| {
            let holders = holders.remove(&row.int("id")?).unwrap_or_default();
            let heard = Heard {
                promised: row.time_or_none("promised_at")?,
                asked: row.time_or_none("asked_at")?,
                bounced: row.time_or_none("bounced_at")?,
            };
            let (state, since) = standing(&holders, &heard);
            Ok(Seat {
                id: row.text("word")?,
                body: row.text("body")?,
                category: row.text("category")?,
                state,
                people: holders.into_iter().map(|holder| holder.person).collect(),
                since,
                asked_at: heard.asked,
            })
        });
        seats.collect()
    }

    async fn holders(&self, activity: ActivityId) -> Result<BTreeMap<i64, Vec<Holder>>> {
        let sql = "SELECT h.seat_id, h.from_at, p.bounced_at, p.id, p.name, p.honorific, p.organization, p.role, p.email, p.phone, p.country, \
                   p.category, p.study_groups, p.language, p.source_id FROM seat_holder h JOIN person p ON p.id = h.person_id \
                   WHERE h.activity_id = $1 AND h.until_at IS NULL ORDER BY h.from_at, h.id";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list who fills the seats")?;
        let mut holders: BTreeMap<i64, Vec<Holder>> = BTreeMap::new();
        for row in &rows {
            let holder = Holder { person: person_of(row)?, from: row.time("from_at")?, bounced: row.time_or_none("bounced_at")? };
            holders.entry(row.int("seat_id")?).or_default().push(holder);
        }
        Ok(holders)
    }

    /// Notes that a seat's body was asked by other means than a letter of the outbox.
    pub async fn seat_asked(&self, activity: ActivityId, seat: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE seat SET asked_at = $3 WHERE activity_id = $1 AND word = $2";
        let query = sqlx::query(sql).bind(activity.0).bind(seat).bind(micros(now));
        let done = query.execute(&self.writer).await.with_context(|| format!("Cannot note that seat {seat} was asked"))?;
        if done.rows_affected() == 0 {
            bail!("Cannot note that seat {seat} was asked: the charter has no such seat");
        }
        Ok(())
    }
}

/// Where a seat stands and since when. A named person counts once there is an address that takes mail; a name alone is a promise.
fn standing(holders: &[Holder], heard: &Heard) -> (SeatState, Option<Timestamp>) {
    let reached = |holder: &&Holder| holder.person.email.is_some() && holder.bounced.is_none();
    if let Some(holder) = holders.iter().find(reached) {
        return (SeatState::Filled, Some(holder.from));
    }
    let named = holders.iter().filter(|holder| holder.person.email.is_none()).map(|holder| holder.from).max();
    let promised = heard.promised.max(named);
    let bounced = holders.iter().filter_map(|holder| holder.bounced).max().max(heard.bounced);
    // What was heard last counts; a reminder does not undo a promise.
    if promised.is_some() && promised >= bounced {
        (SeatState::Promised, promised)
    } else if bounced.is_some() && bounced >= heard.asked {
        (SeatState::Bounced, bounced)
    } else if heard.asked.is_some() {
        (SeatState::Asked, heard.asked)
    } else {
        (SeatState::Silent, None)
    }
}

/// The words of the seats that a person fills now.
pub(super) async fn seats_of(tx: &mut Tx, person: i64) -> Result<Vec<String>> {
    let sql = "SELECT s.word FROM seat_holder h JOIN seat s ON s.id = h.seat_id WHERE h.person_id = $1 AND h.until_at IS NULL ORDER BY s.position";
    let rows = sqlx::query(sql).bind(person).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| row.text("word")).collect()
}
