//! LOOP 2: claims a letter of the outbox, sends it, settles it.
//!
//! Delivery is *at least once*, and as near to once as can be known: a letter's bytes and Message-ID are frozen before the first
//! try; a letter whose end is unknown (RFC 1047, or a crash between claim and settling) rests, then the witness is asked
//! ([`Witness`]), and only if that has no copy is it sent again with the same bytes, at most three times, and marked so that a
//! person sees it. Nothing is given up silently: a refusal for good and the last try end in `failed`, which the outbox shows.
//! `docs/DELIVERY.md` says what that is worth.

mod witness;

pub use witness::{Settings, Witness};

use crate::clock::{Clock, Steady};
use crate::domain::Timestamp;
use crate::domain::records::ClaimedLetter;
use crate::health::Health;
use crate::killpoint::{self, Point};
use crate::lease::Lease;
use crate::smtp::{Accepted, Bounces, Class, Envelope, SendError, Transport};
use crate::stop::Stop;
use crate::store::{Caps, Store};
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tracing::{debug, error, info, warn};

/// How long a letter of unknown fate rests, and how long a claim holds; `LOCAL` where the server is this machine's own.
/// A sender that has neither settled nor renewed by then has died.
const REST: Duration = Duration::from_secs(10 * 60);
pub(crate) const LOCAL_REST: Duration = Duration::from_secs(2 * 60);
/// A letter whose witness folder cannot be looked into waits for so many rests; then it is as if there were no witness.
const MOST_LOOKS: i64 = 12;
/// A letter that ended unknown is sent again so often (RELIABILITY 2.1).
const MOST_UNKNOWN: i64 = 3;
/// RFC 5321, 4.5.4.1: two tries in the first hour …
const FIRST_WAIT: Duration = Duration::from_secs(20 * 60);
/// … then one every two to three hours …
const NEXT_WAIT: Duration = Duration::from_secs(150 * 60);
/// … and no end before the fifth day.
const GIVE_UP: Duration = Duration::from_secs(5 * 24 * 60 * 60);
/// The table is looked at so often in any case: another program may have released a letter, or the clock was set.
const LONGEST_NAP: Duration = Duration::from_secs(30);
/// What is due but may not leave yet (the caps) is not asked for more often.
const SHORTEST_NAP: Duration = Duration::from_secs(1);
/// A ledger that does not work is asked again so soon: nobody but ourselves is troubled by it.
const LEDGER_PAUSE: Duration = Duration::from_secs(5);
/// The first and the longest pause while the server cannot be reached.
const FIRST_PAUSE: Duration = Duration::from_secs(15);
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);
/// A busy database is asked again after this: settling late makes a duplicate.
const SETTLE_AGAIN: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(2), Duration::from_secs(10)];

/// What `status` calls the way out.
const TRANSPORT: &str = "transport";
/// What it calls a server that refuses our letters for what we are (5.7.x), and in which words: the server's own may name people.
const POLICY: &str = "policy";
const REFUSED: &str =
    "A mail server refuses our letters by its policy (5.7.x: SPF, DKIM, DMARC, reputation); see `jcabot outbox`";

/// The loop and what it works with.
#[derive(Debug)]
pub struct Delivery {
    /// Where letters are claimed and settled.
    pub store: Store,
    /// The way out.
    pub transport: Transport,
    /// Makes each letter's envelope sender.
    pub bounces: Bounces,
    /// How much automatic mail may leave; checked in the transaction that claims.
    pub caps: Caps,
    /// Proves what the mail server's lost word would have said.
    pub witness: Option<Witness>,
    /// How long a letter of unknown fate rests, and how long a claim holds; by default as the server is near or far.
    pub rest: Option<Duration>,
    /// The right to send, where several daemons may work on one ledger.
    pub lease: Lease,
    /// What works and what does not.
    pub health: Health,
    /// Notices that the clock was set.
    pub steady: Steady,
    /// The present moment.
    pub clock: Clock,
    /// Told when a letter was enqueued or released.
    pub wake: Arc<Notify>,
}

/// How one try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The server took the letter.
    Accepted,
    /// Another try is due later.
    Postponed,
    /// Another try is due later, and the server could not be reached at all: other letters need not try now.
    Unreachable,
    /// Given up; the outbox says why.
    Failed,
    /// Whether the server took it is not known; the same bytes are due again later.
    Unknown,
    /// Another daemon has the letter now; nothing was settled.
    Lapsed,
}

/// How long to wait after the nth try failed for now; `None` means give up.
pub fn wait_after(tries: i64) -> Option<Duration> {
    let spent = |tries: i64| FIRST_WAIT + NEXT_WAIT * u32::try_from(tries.saturating_sub(2)).unwrap_or(u32::MAX);
    match tries {
        ..=1 => Some(FIRST_WAIT),
        tries if spent(tries) < GIVE_UP => Some(NEXT_WAIT),
        _ => None,
    }
}

/// The pause of the whole loop after so many faults in a row of the server.
fn pause_after(faults: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(faults.saturating_sub(1))).min(LONGEST_PAUSE)
}

impl Delivery {
    /// Delivers until told to stop; ends between two letters.
    pub async fn run(mut self, mut stop: Stop) {
        let mut faults = 0;
        while !stop.is_given() {
            // Without the right to send, or by a clock that was set, nothing leaves; both end by themselves.
            if !self.lease.is_held() || self.steady.jump().is_some() {
                stop.within(SHORTEST_NAP).await;
                continue;
            }
            match self.deliver_one().await {
                Ok(Some(Settled::Unreachable | Settled::Lapsed)) => faults += 1,
                Ok(Some(_)) => {
                    faults = 0;
                    continue;
                }
                Ok(None) => {
                    faults = 0;
                    self.nap(&mut stop).await;
                    continue;
                }
                Err(error) => {
                    error!("Cannot deliver: {error:#}");
                    stop.within(LEDGER_PAUSE).await;
                    continue;
                }
            }
            stop.within(pause_after(faults)).await;
        }
        self.transport.rest().await;
    }

    /// Delivers what is due now, for commands that end; stops early when the server cannot be reached. Gives how each ended.
    pub async fn deliver_due(&mut self) -> Result<Vec<Settled>> {
        let mut ends = Vec::new();
        while let Some(end) = self.deliver_one().await? {
            ends.push(end);
            if matches!(end, Settled::Unreachable | Settled::Lapsed) {
                break;
            }
        }
        self.transport.rest().await;
        Ok(ends)
    }

    /// Claims the letter that is due longest, sends it and settles it; `None` when none is due.
    pub async fn deliver_one(&mut self) -> Result<Option<Settled>> {
        let now = self.clock.now();
        let Some(letter) = self.store.claim(self.lease.epoch(), now, now + self.rest(), &self.caps).await? else {
            return Ok(None);
        };
        killpoint::pass(Point::Claimed);
        if letter.unknown > 0
            && let Some(settled) = self.by_witness(&letter).await?
        {
            return Ok(Some(settled));
        }
        if letter.unknown > MOST_UNKNOWN {
            let words = "Whether any of the tries arrived is not known; ask the addressee before you retry".to_owned();
            let end = End::Failed { class: Class::Other, words };
            self.settle(&letter, &end).await?;
            return Ok(Some(tell(&letter, &end)));
        }
        let envelope = self.envelope(&letter);
        let sent = self.send(&envelope, &letter).await;
        killpoint::pass(Point::Replied);
        let Some(end) = end_of(sent, letter.tries, self.clock.now(), self.rest()) else {
            warn!(letter.id = letter.id.0, "The right to send ended before letter {} was sent", letter.id.0);
            return Ok(Some(Settled::Lapsed));
        };
        match &end {
            End::Postponed { settled: Settled::Unreachable, words, .. } => self.health.ill(TRANSPORT, words, self.clock.now()),
            _ => self.health.well(TRANSPORT, self.clock.now()),
        }
        let now = self.clock.now();
        match &end {
            End::Failed { class: Class::Policy, .. } => self.health.ill(POLICY, REFUSED, now),
            End::Accepted(_) if self.health.ills().contains_key(POLICY) => self.health.well(POLICY, now),
            _ => {}
        }
        self.health.certificate(TRANSPORT, self.transport.certificate(), self.clock.now());
        self.settle(&letter, &end).await?;
        killpoint::pass(Point::Settled);
        Ok(Some(tell(&letter, &end)))
    }

    fn envelope(&self, letter: &ClaimedLetter) -> Envelope {
        let copies = self.witness.iter().map(|witness| witness.address.clone()).filter(|copy| *copy != letter.to);
        Envelope {
            copies: copies.collect(),
            // The part before the at sign: a report carries it back, and it is no address.
            id: letter.message_id.split('@').next().map(str::to_owned),
            lease: self.lease.clone(),
            ..Envelope::new(self.bounces.address(&letter.message_id), letter.to.clone())
        }
    }

    /// A letter of unknown fate: settled when the witness has its copy, or put off when that cannot be seen now; `None` when
    /// it must be sent again.
    async fn by_witness(&self, letter: &ClaimedLetter) -> Result<Option<Settled>> {
        let Some(witness) = &self.witness else { return Ok(None) };
        let seen = match &letter.witness {
            Some(place) => Ok(Some(place.clone())),
            None => witness.look(&letter.message_id).await,
        };
        match seen {
            Ok(Some(place)) => {
                let end = End::Accepted(format!("Proved by the witness copy {place}; the server's own word was lost"));
                self.settle(letter, &end).await?;
                Ok(Some(tell(letter, &end)))
            }
            Ok(None) => Ok(None),
            Err(error) if letter.tries - letter.unknown > MOST_LOOKS => {
                warn!(letter.id = letter.id.0, "Letter {} goes without the witness: {error}", letter.id.0);
                Ok(None)
            }
            Err(error) => {
                warn!(letter.id = letter.id.0, "The witness of letter {} cannot be asked, later again: {error}", letter.id.0);
                let (now, words) = (self.clock.now(), format!("Not sent again yet: the witness cannot be asked ({error})"));
                self.store.look_again(letter, now + self.rest(), &words, now).await?;
                Ok(Some(Settled::Unknown))
            }
        }
    }

    /// Sends, and says again and again that it still does, so that nobody else takes the letter for one whose sender died.
    async fn send(&mut self, envelope: &Envelope, letter: &ClaimedLetter) -> Result<Accepted, SendError> {
        let rest = self.rest();
        let mut heartbeat = tokio::time::interval(rest / 4);
        let sending = self.transport.send(envelope, &letter.bytes);
        tokio::pin!(sending);
        heartbeat.tick().await;
        loop {
            tokio::select! {
                sent = &mut sending => return sent,
                _ = heartbeat.tick() => {
                    // A lease that cannot be renewed ends in a duplicate at worst; dropping the letter half sent is no better.
                    if let Err(error) = self.store.renew(letter, self.clock.now() + rest).await {
                        warn!(letter.id = letter.id.0, "Cannot renew the claim on letter {}: {error:#}", letter.id.0);
                    }
                }
            }
        }
    }

    /// Writes down how the try ended. A database that is busy just now is asked again, for what is not written down is sent
    /// twice.
    async fn settle(&self, letter: &ClaimedLetter, end: &End) -> Result<()> {
        let mut pauses = SETTLE_AGAIN.iter();
        loop {
            let written = self.write_down(letter, end).await;
            let (Err(error), Some(pause)) = (&written, pauses.next()) else { return written };
            debug!(letter.id = letter.id.0, "Cannot settle letter {}, trying again: {error:#}", letter.id.0);
            tokio::time::sleep(*pause).await;
        }
    }

    async fn write_down(&self, letter: &ClaimedLetter, end: &End) -> Result<()> {
        let now = self.clock.now();
        match end {
            End::Accepted(words) => self.store.accepted(letter, words, now).await,
            End::Postponed { due_at, words, .. } => self.store.retry(letter, *due_at, words, now).await,
            End::Failed { class, words } => self.store.failed(letter, class.as_str(), words, now).await,
            End::Unknown { due_at, words } => self.store.ambiguous(letter, *due_at, words, now).await,
        }
    }

    /// How long a letter of unknown fate rests, and how long a claim holds.
    fn rest(&self) -> Duration {
        self.rest.unwrap_or(if self.transport.is_local() { LOCAL_REST } else { REST })
    }

    /// Waits until something may be due, or is told of it, or is told to stop. A connection unused for so long is closed.
    async fn nap(&mut self, stop: &mut Stop) {
        let due_at = self.store.next_due().await.unwrap_or_else(|error| {
            warn!("Cannot ask when the next letter is due: {error:#}");
            None
        });
        let until = due_at.map_or(LONGEST_NAP, |due_at| {
            Duration::try_from(due_at.duration_since(self.clock.now())).unwrap_or_default().clamp(SHORTEST_NAP, LONGEST_NAP)
        });
        tokio::select! {
            () = self.wake.notified() => {}
            () = stop.given() => {}
            () = tokio::time::sleep(until) => {
                if until == LONGEST_NAP {
                    self.transport.rest().await;
                }
            }
        }
    }
}

/// How a try ended, as it is written down.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Accepted(String),
    Postponed { due_at: Timestamp, words: String, settled: Settled },
    Failed { class: Class, words: String },
    Unknown { due_at: Timestamp, words: String },
}

/// What the outcome of the nth try means for the letter; `None`: it is another daemon's.
fn end_of(sent: Result<Accepted, SendError>, tries: i64, now: Timestamp, rest: Duration) -> Option<End> {
    Some(match sent {
        // A copy of our own that was refused is no reason to send the addressee anything again.
        Ok(accepted) => match accepted.refused.first() {
            None => End::Accepted(format!("{} {}", accepted.code, accepted.text)),
            Some((_, refusal)) => End::Accepted(format!("{} {} (no witness: {refusal})", accepted.code, accepted.text)),
        },
        Err(SendError::Lapsed) => return None,
        Err(SendError::Permanent { refusal, class }) => End::Failed { class, words: refusal.in_full() },
        Err(SendError::Ambiguous(words)) => End::Unknown { due_at: now + rest, words },
        Err(SendError::Temporary(refusal)) => {
            let settled = if refusal.code.is_some() { Settled::Postponed } else { Settled::Unreachable };
            match wait_after(tries) {
                Some(wait) => End::Postponed { due_at: now + wait, words: refusal.in_full(), settled },
                None => End::Failed { class: Class::Other, words: format!("Given up after five days: {}", refusal.in_full()) },
            }
        }
    })
}

/// One line of log for each try, without the server's words: they may name the addressee.
fn tell(letter: &ClaimedLetter, end: &End) -> Settled {
    let (id, tries) = (letter.id.0, letter.tries);
    match end {
        End::Accepted(_) => {
            info!(letter.id = id, tries, "Letter {id} accepted");
            Settled::Accepted
        }
        End::Postponed { due_at, settled, .. } => {
            info!(letter.id = id, tries, "Letter {id} postponed to {due_at}");
            *settled
        }
        End::Failed { class, .. } => {
            warn!(letter.id = id, tries, class = class.as_str(), "Letter {id} given up ({})", class.as_str());
            Settled::Failed
        }
        End::Unknown { due_at, .. } => {
            warn!(letter.id = id, tries, "Letter {id} may or may not have been accepted; again at {due_at}");
            Settled::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_WAIT, GIVE_UP, LONGEST_PAUSE, pause_after, wait_after};
    use std::time::Duration;

    fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * 60 * 60)
    }

    #[test]
    fn a_letter_is_tried_twice_in_the_first_hour_then_every_two_to_three_for_five_days() {
        let waits = (1..).map_while(wait_after).collect::<Vec<_>>();

        assert!(waits[0] == FIRST_WAIT && waits[0] < hours(1));
        assert!(waits[1..].iter().all(|wait| (hours(2)..=hours(3)).contains(wait)));
        let last_try = waits.iter().sum::<Duration>();
        assert!((GIVE_UP - hours(3)..GIVE_UP + hours(3)).contains(&last_try), "{last_try:?}");
        assert_eq!(wait_after(i64::MAX), None);
    }

    #[test]
    fn pauses_grow_up_to_a_limit() {
        assert!(pause_after(1) < pause_after(2));
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
