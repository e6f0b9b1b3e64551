//! Shelving: replays the jobs that filing wrote down. A letter goes to the folder of its kind after the commit, never before.
//!
//! A letter that a person moved or deleted meanwhile is left alone; a folder that cannot be made or written is told once and
//! tried again later, and the letter stays where it is, in sight.

use crate::domain::Timestamp;
use crate::killpoint::{self, Point};
use crate::mailbox::{self, Mailbox, Shelved, Shelving};
use crate::store::{ActivityId, ShelvingJob, Store};
use anyhow::Result;
use jiff::SignedDuration;
use tracing::{debug, warn};

/// After so many refusals a job rests as failed until a person looks (`doctor` shows it).
const MOST_TRIES: i64 = 8;
/// The first pause after a refusal; doubled each time, so that the last try comes after about two hours.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// Does every job of a mailbox that is due.
pub async fn shelve_due(
    store: &Store,
    activity: ActivityId,
    mailbox: &mut Mailbox,
    settings: &mailbox::Settings,
    now: Timestamp,
) -> Result<()> {
    if settings.shelving == Shelving::Off {
        return Ok(());
    }
    for job in store.shelvings_due(activity, settings.name(), now).await? {
        one(store, mailbox, settings, &job, now).await?;
        killpoint::pass(Point::Shelved);
    }
    Ok(())
}

async fn one(
    store: &Store,
    mailbox: &mut Mailbox,
    settings: &mailbox::Settings,
    job: &ShelvingJob,
    now: Timestamp,
) -> Result<()> {
    let folder = match settings.shelving {
        Shelving::Move => job.folder.as_deref(),
        Shelving::Label | Shelving::Off => None,
    };
    killpoint::pass(Point::BeforeMove);
    let shelved = mailbox.shelve(&job.place, folder, &job.keywords, job.message_id.as_deref()).await;
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
            warn!(message.id = job.message.0, tries = job.tries, "Message {} could not be shelved: {error}", job.message.0);
            let pause = FIRST_PAUSE * (1 << job.tries.clamp(0, MOST_TRIES));
            let next = (job.tries + 1 < MOST_TRIES).then_some(now + pause);
            store.shelving_retry(job.id, next, &error.to_string(), now).await
        }
    }
}
