//! Shelving: replays the jobs that filing wrote down. A letter goes to the folder of its kind after the commit, never before.
//!
//! A letter that a person moved or deleted meanwhile is left alone; a folder that cannot be made or written (no room, no right)
//! is an incident, told once, and tried again later; the letter stays where it is, in sight.

use crate::desk::Desk;
use crate::domain::Timestamp;
use crate::killpoint::{self, Point};
use crate::mailbox::{self, Landing, Mailbox, MailboxError, Move, Shelved, Shelving};
use crate::plan::NEEDS_REPLY;
use crate::store::{ShelvingJob, Store};
use anyhow::Result;
use jiff::SignedDuration;
use tracing::{debug, warn};

/// The first pause after a refusal; doubled each time …
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// … so often, up to four hours: room is made or a right given back within a day or two, and then all goes on by itself.
const DOUBLINGS: i64 = 8;
/// After so many refusals, about a month, a job rests as failed; what nobody mended by then nobody misses.
const MOST_TRIES: i64 = 180;

/// Does the jobs of a mailbox that are due, the oldest first, and gives how many there were: a backlog is worked off in rounds,
/// so that new letters need not wait behind it.
pub async fn shelve_due(desk: &Desk, mailbox: &mut Mailbox, settings: &mailbox::Settings) -> Result<usize> {
    if settings.shelving == Shelving::Off {
        return Ok(0);
    }
    let now = desk.clock.now();
    let jobs = desk.store.shelvings_due(desk.activity, settings.name(), now).await?;
    let shelf = Shelf { store: &desk.store, shelving: settings.shelving, ours: keywords(desk), now };
    for job in &jobs {
        shelf.one(mailbox, job).await?;
        killpoint::pass(Point::Shelved);
    }
    Ok(jobs.len())
}

/// Letters that the mailbox refuses to move (no room, no right, no such folder) are one incident, until the last is moved.
pub async fn look_at_shelf(desk: &Desk, settings: &mailbox::Settings) -> Result<()> {
    let (health, now, name) = (&desk.health, desk.clock.now(), settings.name());
    let subject = format!("shelf of {name}");
    let Some((letters, words)) = desk.store.shelvings_refused(desk.activity, name).await? else {
        health.well(&subject, now);
        return Ok(());
    };
    let words = format!("{letters} letters stay where they are, for they cannot be moved: {words}");
    if !health.ills().contains_key(&subject) {
        warn!(mailbox.name = name, "{words}");
    }
    health.ill(&subject, &words, now);
    Ok(())
}

/// Every keyword that a letter may carry from us.
fn keywords(desk: &Desk) -> Vec<String> {
    let knowledge = desk.knowledge.get();
    let shelves = knowledge.rules.charter.shelves.values().map(|shelf| shelf.keyword.clone());
    shelves.chain([NEEDS_REPLY.to_owned()]).collect()
}

/// What all jobs of a round share.
struct Shelf<'a> {
    store: &'a Store,
    shelving: Shelving,
    ours: Vec<String>,
    now: Timestamp,
}

impl Shelf<'_> {
    async fn one(&self, mailbox: &mut Mailbox, job: &ShelvingJob) -> Result<()> {
        let (store, now) = (self.store, self.now);
        let folder = match self.shelving {
            Shelving::Move => job.folder.as_deref(),
            Shelving::Label | Shelving::Off => None,
        };
        killpoint::pass(Point::BeforeMove);
        let shelved = self.shelve(mailbox, job, folder).await?;
        killpoint::pass(Point::Moved);
        match shelved {
            Ok(Shelved::Moved(place)) => store.shelved(job.id, place.as_ref(), now).await,
            Ok(Shelved::Labelled) => store.shelved(job.id, None, now).await,
            Ok(Shelved::Gone) => {
                debug!(message.id = job.message.0, "Message {} was moved or deleted by a person", job.message.0);
                store.shelving_gone(job.id, now).await
            }
            Err(error) if error.is_connection() => Err(error.into()),
            Err(error) => {
                debug!(message.id = job.message.0, tries = job.tries, "Message {} could not be shelved: {error}", job.message.0);
                let pause = FIRST_PAUSE * (1 << job.tries.clamp(0, DOUBLINGS));
                let next = (job.tries + 1 < MOST_TRIES).then_some(now + pause);
                store.shelving_retry(job.id, next, &error.to_string(), now).await
            }
        }
    }

    /// Moves or labels one letter. Where a move takes two steps, it is written down first where the copy will land.
    async fn shelve(
        &self,
        mailbox: &mut Mailbox,
        job: &ShelvingJob,
        folder: Option<&str>,
    ) -> Result<Result<Shelved, MailboxError>> {
        let before = job.landing.map(|(uid_validity, uid_next)| Landing { uid_validity, uid_next });
        if let (None, Some(target)) = (before, folder) {
            match mailbox.landing(target).await {
                Ok(Some(landing)) => self.store.shelving_begins(job.id, (landing.uid_validity, landing.uid_next)).await?,
                Ok(None) => {}
                Err(error) => return Ok(Err(error)),
            }
        }
        let (keywords, ours) = (job.keywords.as_slice(), self.ours.as_slice());
        Ok(mailbox.shelve(&Move { place: &job.place, target: folder, keywords, ours, landing: before }).await)
    }
}
