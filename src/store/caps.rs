//! What keeps a loop from becoming a storm: caps on automatic mail, and a breaker that only a person closes.
//!
//! Header rules fail against a responder that sends no headers; caps do not (RELIABILITY, decision 8). All figures are read from
//! the outbox inside the transaction that claims, so neither a restart nor a second daemon resets them.
//!
//! - The caps of an address and of a domain *hold* the letter: something is odd about this correspondent, a person looks.
//! - The caps of the whole installation *pause* the queue until the window has room again: nothing is odd about the letter that
//!   happens to be next, and after an outage the queue drains at the pace of the cap.
//! - Two caps within a day, or thrice the usual hour, open the breaker: automatic mail stands still until a person releases it.
//!
//! Notices to the secretariat pass (how else would it know), one an hour to an address; so does what a person released.

use super::activity::ActivityId;
use super::journal::Entry;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::Timestamp;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The span by which the usual hour is judged.
const USUAL_SPAN: SignedDuration = SignedDuration::from_hours(28 * 24);
/// Hours with mail on record before there is a usual one.
const USUAL_HOURS: i64 = 24;

/// How much automatic mail may leave.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// To one address in 24 hours.
    pub address_per_day: u32,
    /// To all addresses of one domain in 24 hours.
    pub domain_per_day: u32,
    /// Of this installation in an hour.
    pub per_hour: u32,
    /// Of this installation in 24 hours.
    pub per_day: u32,
    /// So many times the usual hour opens the breaker.
    pub usual_times: u32,
    /// A usual hour is never taken to be less: at a quiet bot, a handful of letters is no storm.
    pub usual_floor: u32,
}

impl Default for Caps {
    /// The figures of RELIABILITY.md, section 3.
    fn default() -> Caps {
        Caps { address_per_day: 3, domain_per_day: 20, per_hour: 60, per_day: 300, usual_times: 3, usual_floor: 10 }
    }
}

/// Whether automatic mail may leave at all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breaker {
    /// Automatic mail stands still since then.
    pub open_since: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// The queue waits for room under a cap until then.
    pub pause_until: Option<Timestamp>,
}

/// The letter that is about to be claimed.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) id: i64,
    pub(super) activity: ActivityId,
    pub(super) recipient: String,
    pub(super) domain: String,
}

/// What the caps say about a letter.
#[derive(Debug, PartialEq)]
pub(super) enum Ruling {
    Go,
    /// Odd correspondent: to be held, with the reason.
    Hold(String),
    /// The installation's own cap: nothing automatic until then.
    Pause(Timestamp),
    /// The breaker is open now.
    Stop,
}

/// Judges a letter and writes down what follows for the breaker.
pub(super) async fn judge(tx: &mut Tx, letter: &Candidate, caps: &Caps, now: Timestamp) -> Result<Ruling> {
    let sql = "SELECT (SELECT COUNT(*) FROM outbox WHERE recipient = $1 AND claimed_at > $3 AND id <> $5) AS to_address, \
                      (SELECT COUNT(*) FROM outbox WHERE recipient_domain = $2 AND claimed_at > $3 AND id <> $5) AS to_domain, \
                      (SELECT COUNT(*) FROM outbox WHERE claimed_at > $4 AND released_by IS NULL AND kind <> 'notice' AND id <> $5) AS in_hour, \
                      (SELECT COUNT(*) FROM outbox WHERE claimed_at > $3 AND released_by IS NULL AND kind <> 'notice' AND id <> $5) AS in_day";
    let query = sqlx::query(sql).bind(&letter.recipient).bind(&letter.domain);
    let query = query.bind(micros(now - DAY)).bind(micros(now - HOUR)).bind(letter.id);
    let row = query.fetch_one(&mut **tx).await.context("Cannot count the letters under the caps")?;
    let reached = |column: &str, cap: u32| Ok::<_, anyhow::Error>(row.int(column)? >= i64::from(cap));

    if reached("to_address", caps.address_per_day)? {
        let reason = format!("{} automatic letters in 24 hours are the most for one address", caps.address_per_day);
        return after_hit(tx, letter, ("address-day", &letter.recipient), now, Ruling::Hold(reason)).await;
    }
    if reached("to_domain", caps.domain_per_day)? {
        let reason = format!("{} automatic letters in 24 hours are the most for one domain", caps.domain_per_day);
        return after_hit(tx, letter, ("domain-day", &letter.domain), now, Ruling::Hold(reason)).await;
    }
    if reached("in_day", caps.per_day)? {
        let until = room_at(tx, now - DAY).await? + DAY;
        return after_hit(tx, letter, ("day", "all"), now, Ruling::Pause(until)).await;
    }
    if reached("in_hour", caps.per_hour)? {
        let until = room_at(tx, now - HOUR).await? + HOUR;
        let hour = now.as_second().div_euclid(3600).to_string();
        return after_hit(tx, letter, ("hour", &hour), now, Ruling::Pause(until)).await;
    }
    if reached("in_hour", caps.usual_times.saturating_mul(caps.usual_floor))? {
        let usual = usual_hour(tx, now).await?.map(|usual| usual.max(i64::from(caps.usual_floor)));
        if usual.is_some_and(|usual| row.int("in_hour").unwrap_or(0) >= usual * i64::from(caps.usual_times)) {
            open(tx, letter.activity, "This hour has thrice the usual number of letters", now).await?;
            return Ok(Ruling::Stop);
        }
    }
    Ok(Ruling::Go)
}

/// When the oldest letter of a window was claimed: with its end there is room again.
async fn room_at(tx: &mut Tx, since: Timestamp) -> Result<Timestamp> {
    let sql = "SELECT MIN(claimed_at) AS oldest FROM outbox WHERE claimed_at > $1 AND released_by IS NULL AND kind <> 'notice'";
    let row = sqlx::query(sql).bind(micros(since)).fetch_one(&mut **tx).await.context("Cannot see when a cap has room again")?;
    Ok(row.time_or_none("oldest")?.unwrap_or(since))
}

/// Letters in a usual hour, of the hours that had any; `None` while too few are on record.
async fn usual_hour(tx: &mut Tx, now: Timestamp) -> Result<Option<i64>> {
    let sql = "SELECT COUNT(*) AS letters, COUNT(DISTINCT claimed_at / 3600000000) AS hours FROM outbox \
               WHERE claimed_at > $1 AND claimed_at <= $2 AND released_by IS NULL AND kind <> 'notice'";
    let query = sqlx::query(sql).bind(micros(now - USUAL_SPAN)).bind(micros(now - HOUR));
    let row = query.fetch_one(&mut **tx).await.context("Cannot see what is usual")?;
    let (letters, hours) = (row.int("letters")?, row.int("hours")?);
    Ok((hours >= USUAL_HOURS).then(|| letters / hours))
}

/// Writes a hit down, once a day for each subject; the second hit within a day opens the breaker.
async fn after_hit(tx: &mut Tx, letter: &Candidate, cap: (&str, &str), now: Timestamp, ruling: Ruling) -> Result<Ruling> {
    let sql = "SELECT COUNT(*) AS hits, COALESCE(MAX(CASE WHEN cap = $1 AND subject = $2 THEN 1 ELSE 0 END), 0) AS same \
               FROM cap_hit WHERE hit_at > $3 AND cleared_at IS NULL";
    let query = sqlx::query(sql).bind(cap.0).bind(cap.1).bind(micros(now - DAY));
    let row = query.fetch_one(&mut **tx).await.context("Cannot count the caps that were reached")?;
    if row.int("same")? != 0 {
        return Ok(ruling);
    }
    let sql = "INSERT INTO cap_hit (cap, subject, activity_id, hit_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let query = sqlx::query(sql).bind(cap.0).bind(cap.1).bind(letter.activity.0).bind(micros(now));
    query.execute(&mut **tx).await.context("Cannot write down that a cap was reached")?;
    let detail = serde_json::json!({ "cap": cap.0 });
    Entry::new(letter.activity, now, "cap-reached").on(crate::domain::LetterKey(letter.id)).with(&detail).write(tx).await?;
    if row.int("hits")? > 0 {
        open(tx, letter.activity, "Two caps on automatic mail were reached within a day", now).await?;
    }
    Ok(ruling)
}

async fn open(tx: &mut Tx, activity: ActivityId, reason: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE breaker SET opened_at = $1, reason = $2 WHERE id = 1 AND opened_at IS NULL";
    let done = sqlx::query(sql).bind(micros(now)).bind(reason).execute(&mut **tx).await.context("Cannot open the breaker")?;
    if done.rows_affected() > 0 {
        Entry::new(activity, now, "breaker-opened").saying(reason).write(tx).await?;
    }
    Ok(())
}

impl Store {
    /// Opens the breaker for a reason of the daemon's own; one that is open stays as it is.
    pub async fn open_breaker(&self, activity: ActivityId, reason: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        open(&mut tx, activity, reason, now).await?;
        tx.commit().await.context("Cannot open the breaker")
    }

    /// Whether automatic mail may leave, and if not, why.
    pub async fn breaker(&self) -> Result<Breaker> {
        let sql = "SELECT opened_at, reason, pause_until FROM breaker WHERE id = 1";
        let row = sqlx::query(sql).fetch_one(&self.readers).await.context("Cannot read the breaker")?;
        Ok(Breaker {
            open_since: row.time_or_none("opened_at")?,
            reason: row.text("reason")?,
            pause_until: row.time_or_none("pause_until")?.filter(|until| *until > Timestamp::UNIX_EPOCH),
        })
    }

    /// A person lets automatic mail leave again. The caps go on counting the letters; their hits so far are forgiven.
    pub async fn release_breaker(&self, activity: ActivityId, actor: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let sql = "UPDATE breaker SET opened_at = NULL, reason = '', pause_until = 0 WHERE id = 1";
        sqlx::query(sql).execute(&mut *tx).await.context("Cannot release the breaker")?;
        let sql = "UPDATE cap_hit SET cleared_at = $1 WHERE cleared_at IS NULL";
        sqlx::query(sql).bind(micros(now)).execute(&mut *tx).await.context("Cannot release the breaker")?;
        Entry::new(activity, now, "breaker-released").by(actor).write(&mut tx).await?;
        tx.commit().await.context("Cannot release the breaker")
    }
}
