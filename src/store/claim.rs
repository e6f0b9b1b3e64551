//! Claiming: exactly one sender gets a letter, and no letter passes the caps.

use super::activity::ActivityId;
use super::caps::{Candidate, Caps, Ruling, judge};
use super::journal::Entry;
use super::pool::Dialect;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::records::ClaimedLetter;
use crate::domain::{LetterKey, Timestamp};
use crate::killpoint::{self, Point};
use anyhow::{Context, Result, bail};
use jiff::SignedDuration;

/// Letters that one claim holds back at most before it lets others write.
const MOST_HELD: usize = 50;
/// After a long outage nobody is surprised by the answer to a letter of long ago (RELIABILITY F39).
const TOO_LATE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Notices to one address keep this distance.
const NOTICE_DISTANCE: SignedDuration = SignedDuration::from_hours(1);

/// When a claim is made, how long it holds, and under which leadership.
#[derive(Clone, Copy, Debug)]
struct Term {
    epoch: i64,
    now: Timestamp,
    until: Timestamp,
}

impl Store {
    /// Arrow `claim`: takes the letter that is due longest, if any may leave. `until` is the end of the lease: a sender that has
    /// neither settled nor renewed by then has died, and its letter is ambiguous, never ready.
    /// `epoch` is the leadership under which it is asked; a daemon that lost it gets nothing.
    pub async fn claim(&self, epoch: i64, now: Timestamp, until: Timestamp, caps: &Caps) -> Result<Option<ClaimedLetter>> {
        let mut tx = self.write().await?;
        self.still_leads(&mut tx, epoch).await?;
        self.one_at_a_time(&mut tx).await?;
        expire(&mut tx, now).await.context("Cannot look for senders that died")?;
        let claimed = self.choose(&mut tx, Term { epoch, now, until }, caps).await?;
        killpoint::pass(Point::BeforeClaimCommit);
        tx.commit().await.context("Cannot claim a letter")?;
        Ok(claimed)
    }

    /// Two daemons that claim at the same moment would not see each other's letter and both pass a cap with room for one.
    /// SQLite has one writer anyway.
    async fn one_at_a_time(&self, tx: &mut Tx) -> Result<()> {
        if self.dialect == Dialect::Postgres {
            let sql = "SELECT id FROM breaker WHERE id = 1 FOR UPDATE";
            sqlx::query(sql).fetch_one(&mut **tx).await.context("Cannot wait for another daemon's claim")?;
        }
        Ok(())
    }

    async fn choose(&self, tx: &mut Tx, term: Term, caps: &Caps) -> Result<Option<ClaimedLetter>> {
        let now = term.now;
        for _ in 0..MOST_HELD {
            let Some(row) = self.next(tx, now).await? else { return Ok(None) };
            let letter = Candidate {
                id: row.int("id")?,
                activity: ActivityId(row.int("activity_id")?),
                recipient: row.text("recipient")?,
                domain: row.text("recipient_domain")?,
            };
            if row.text("kind")? == "notice" {
                if !postpone_notice(tx, &letter, now).await? {
                    return take(tx, &letter, term).await.map(Some);
                }
                continue;
            }
            if row.text_or_none("released_by")?.is_some() {
                return take(tx, &letter, term).await.map(Some);
            }
            if row.text("kind")? == "acknowledgement" && row.time("enqueued_at")? < now - TOO_LATE {
                hold(tx, &letter, "Written more than a week ago: too late to be of use, unless a person thinks otherwise", now)
                    .await?;
                continue;
            }
            match judge(tx, &letter, caps, now).await? {
                Ruling::Go => return take(tx, &letter, term).await.map(Some),
                Ruling::Hold(reason) => hold(tx, &letter, &reason, now).await?,
                Ruling::Pause(until) => pause(tx, until).await?,
                Ruling::Stop => {}
            }
        }
        Ok(None)
    }

    /// The letter that is due longest. While the breaker is open or the queue pauses, only what a person released, and notices.
    async fn next(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<sqlx::any::AnyRow>> {
        // The first condition is that of the index, word for word, or it is not used. PostgreSQL: another daemon's claim under
        // way is passed over instead of waited for; SQLite has one writer, and no such words.
        let sql = match self.dialect {
            Dialect::Sqlite => {
                "SELECT id, activity_id, kind, recipient, recipient_domain, released_by, enqueued_at FROM outbox \
                  WHERE state IN ('ready', 'retry', 'ambiguous', 'claimed') AND state <> 'claimed' AND due_at <= $1 \
                    AND (released_by IS NOT NULL OR kind = 'notice' \
                         OR NOT EXISTS (SELECT 1 FROM breaker WHERE opened_at IS NOT NULL OR pause_until > $1)) \
                  ORDER BY due_at, id LIMIT 1"
            }
            Dialect::Postgres => {
                "SELECT id, activity_id, kind, recipient, recipient_domain, released_by, enqueued_at FROM outbox \
                  WHERE state IN ('ready', 'retry', 'ambiguous', 'claimed') AND state <> 'claimed' AND due_at <= $1 \
                    AND (released_by IS NOT NULL OR kind = 'notice' \
                         OR NOT EXISTS (SELECT 1 FROM breaker WHERE opened_at IS NOT NULL OR pause_until > $1)) \
                  ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"
            }
        };
        sqlx::query(sql).bind(micros(now)).fetch_optional(&mut **tx).await.context("Cannot look for a letter that is due")
    }

    /// The sender lives and needs longer: the lease is moved on.
    pub async fn renew(&self, letter: &ClaimedLetter, until: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET lease_until = $3 WHERE id = $1 AND tries = $2 AND state = 'claimed'";
        let query = sqlx::query(sql).bind(letter.id.0).bind(letter.tries).bind(micros(until));
        let done =
            query.execute(&self.writer).await.with_context(|| format!("Cannot renew the claim on letter {}", letter.id.0))?;
        if done.rows_affected() == 0 {
            bail!("Cannot renew the claim on letter {}: try {} is not under way any more", letter.id.0, letter.tries);
        }
        Ok(())
    }

    /// When to ask for a letter again: the next one is due, a lease ends, or a pause is over. `None`: nothing waits.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT MIN(CASE WHEN o.state = 'claimed' THEN o.lease_until \
                                   WHEN o.released_by IS NOT NULL OR o.kind = 'notice' OR b.pause_until < o.due_at THEN o.due_at \
                                   ELSE b.pause_until END) AS due_at \
                     FROM outbox o CROSS JOIN breaker b \
                    WHERE o.state IN ('ready', 'retry', 'ambiguous', 'claimed') \
                      AND (b.opened_at IS NULL OR o.state = 'claimed' OR o.released_by IS NOT NULL OR o.kind = 'notice')";
        let row = sqlx::query(sql).fetch_one(&self.readers).await.context("Cannot ask when the next letter is due")?;
        row.time_or_none("due_at")
    }
}

/// Arrow: the lease ran out, the sender died, and how far it came nobody knows. The lease was the pause before the next try.
async fn expire(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'ambiguous', unknown = unknown + 1, due_at = $1, lease_until = NULL, phase = 'unknown', \
               note = 'The sender died; whether the letter was taken is not known' \
               WHERE state IN ('ready', 'retry', 'ambiguous', 'claimed') AND state = 'claimed' AND lease_until < $1 RETURNING id, activity_id";
    for row in sqlx::query(sql).bind(micros(now)).fetch_all(&mut **tx).await? {
        let activity = ActivityId(row.int("activity_id")?);
        let note = "The lease ran out";
        Entry::new(activity, now, "ambiguous").on(LetterKey(row.int("id")?)).saying(note).write(tx).await?;
    }
    Ok(())
}

async fn take(tx: &mut Tx, letter: &Candidate, term: Term) -> Result<ClaimedLetter> {
    let Term { epoch, now, until } = term;
    let sql = "UPDATE outbox SET state = 'claimed', tries = tries + 1, lease_until = $2, claimed_at = $3, phase = 'claimed', epoch = $4 \
               WHERE id = $1 AND state IN ('ready', 'retry', 'ambiguous') \
               RETURNING id, tries, epoch, witness_id, unknown, recipient, rfc_id, bytes, enqueued_at";
    let query = sqlx::query(sql).bind(letter.id).bind(micros(until)).bind(micros(now)).bind(epoch);
    let row = query.fetch_one(&mut **tx).await.with_context(|| format!("Cannot claim letter {}", letter.id))?;
    let claimed = ClaimedLetter {
        id: LetterKey(row.int("id")?),
        tries: row.int("tries")?,
        epoch: row.int("epoch")?,
        witness: row.text_or_none("witness_id")?,
        unknown: row.int("unknown")?,
        to: row.address("recipient")?,
        message_id: row.text("rfc_id")?,
        bytes: row.bytes("bytes")?,
        enqueued_at: row.time("enqueued_at")?,
    };
    let detail = serde_json::json!({ "try": claimed.tries });
    Entry::new(letter.activity, now, "claimed").on(claimed.id).with(&detail).write(tx).await?;
    Ok(claimed)
}

async fn hold(tx: &mut Tx, letter: &Candidate, reason: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'held', note = $2 WHERE id = $1 AND state IN ('ready', 'retry', 'ambiguous')";
    let done = sqlx::query(sql).bind(letter.id).bind(reason).execute(&mut **tx).await.context("Cannot hold a letter")?;
    if done.rows_affected() == 0 {
        bail!("Cannot hold letter {}: it is not due any more", letter.id);
    }
    Entry::new(letter.activity, now, "held").on(LetterKey(letter.id)).saying(reason).write(tx).await
}

async fn pause(tx: &mut Tx, until: Timestamp) -> Result<()> {
    let sql = "UPDATE breaker SET pause_until = $1 WHERE id = 1";
    sqlx::query(sql).bind(micros(until)).execute(&mut **tx).await.context("Cannot pause the outbox")?;
    Ok(())
}

/// A notice that follows another to the same address too soon waits; `true` when it does.
async fn postpone_notice(tx: &mut Tx, letter: &Candidate, now: Timestamp) -> Result<bool> {
    let sql =
        "SELECT MAX(claimed_at) AS latest FROM outbox WHERE recipient = $1 AND claimed_at > $2 AND kind = 'notice' AND id <> $3";
    let query = sqlx::query(sql).bind(&letter.recipient).bind(micros(now - NOTICE_DISTANCE)).bind(letter.id);
    let row = query.fetch_one(&mut **tx).await.context("Cannot look for earlier notices")?;
    let Some(latest) = row.time_or_none("latest")? else { return Ok(false) };
    let sql = "UPDATE outbox SET due_at = $2 WHERE id = $1";
    let query = sqlx::query(sql).bind(letter.id).bind(micros(latest + NOTICE_DISTANCE));
    query.execute(&mut **tx).await.context("Cannot postpone a notice")?;
    Ok(true)
}
