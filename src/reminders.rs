//! LOOP 3: deadlines. Once a minute it asks the pure schedule what is due, and writes the letters that were not written yet.
//!
//! Each letter has an intent (`digest:…:2012-W34`, `remind:sg9:contacts:7`) that is unique in the ledger, so however often the
//! daemon restarts, each is written once.

use crate::desk::Desk;
use crate::domain::Timestamp;
use crate::domain::steps::Draft;
use crate::domain::words::{Dial, OutboxState};
use crate::knowledge::Knowledge;
use crate::plan::schedule::{self, DigestTime};
use crate::stop::Stop;
use anyhow::{Context, Result};
use std::time::Duration;
use tracing::{error, info};

/// A digest that leaves within a minute of its hour is punctual.
const TICK: Duration = Duration::from_secs(60);

/// The loop.
#[derive(Debug)]
pub struct Reminders {
    desk: Desk,
    digest: DigestTime,
}

impl Reminders {
    /// A loop over the days of one activity.
    pub fn new(desk: Desk, digest: DigestTime) -> Reminders {
        Reminders { desk, digest }
    }

    /// Runs until told to stop. A failure is told and tried again at the next tick.
    pub async fn run(self, mut stop: Stop) {
        loop {
            // What is due by a clock that was set may not be due at all.
            if self.desk.steady.jump().is_none()
                && let Err(error) = self.tick(self.desk.clock.now()).await
            {
                error!("Deadlines could not be looked after, trying again in a minute: {error:#}");
            }
            if stop.within(TICK).await {
                return;
            }
        }
    }

    /// Writes what is due at `now`; returns how many letters were written.
    pub async fn tick(&self, now: Timestamp) -> Result<usize> {
        let knowledge = self.desk.knowledge.get();
        self.desk.store.settle_deadlines(self.desk.activity, now).await?;
        let digest = self.digest(&knowledge, now).await.context("Cannot write the chair's digest")?;
        let reminders = self.reminders(&knowledge, now).await.context("Cannot write the reminders")?;
        let written = usize::from(digest) + reminders;
        if written > 0 {
            self.desk.bell.notify_one();
        }
        Ok(written)
    }

    async fn digest(&self, knowledge: &Knowledge, now: Timestamp) -> Result<bool> {
        let Some(state) = state(knowledge.policy.dials.digest) else { return Ok(false) };
        let (store, activity, charter) = (&self.desk.store, self.desk.activity, &knowledge.rules.charter);
        let week = schedule::digest_due(charter, &self.digest, now);
        // The first digest is that of the first week in which the activity was kept, not of one before it.
        if store.began_at(activity).await? >= week.to || store.has_digest(activity, &week.name).await? {
            return Ok(false);
        }
        let figures = store.week(activity, &week.name, week.from..week.to, now).await?;
        let draft = knowledge.replies.digest(&self.desk.identity, charter, &figures, state, now)?;
        let written = store.digest_once(activity, &week.name, &draft, now).await?;
        if written {
            info!(week = week.name, "Wrote the digest of {}", week.name);
        }
        Ok(written)
    }

    async fn reminders(&self, knowledge: &Knowledge, now: Timestamp) -> Result<usize> {
        let Some(state) = state(knowledge.policy.dials.reminder) else { return Ok(0) };
        let (store, activity, charter) = (&self.desk.store, self.desk.activity, &knowledge.rules.charter);
        let seats = store.roster(activity).await?;
        let mut written = 0;
        for due in schedule::reminders_due(charter, &seats, now) {
            let draft: Draft = knowledge.replies.remind(&self.desk.identity, charter, &due, state, now)?;
            if store.remind_once(activity, &due.seat.id, &draft, now).await? {
                info!(seat = due.seat.id, "Wrote a reminder to the body of seat {}", due.seat.id);
                written += 1;
            }
        }
        Ok(written)
    }
}

/// The state in which the dial lets a letter begin; `None` when it is not written at all.
fn state(dial: Dial) -> Option<OutboxState> {
    match dial {
        Dial::Off => None,
        Dial::Hold => Some(OutboxState::Held),
        Dial::Send => Some(OutboxState::Ready),
    }
}
