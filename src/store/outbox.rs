//! The outbox as a state machine. Delivery is *at least once*: a letter whose end is unknown is sent again, with the same bytes.
//!
//! ```text
//!   enqueue ──▶ held ──release──▶ ready ──claim──▶ claimed ──accepted──▶ accepted
//!      │                            ▲ ▲               │ ├──failed──▶ failed ──requeue──▶ ready
//!      └────────────▶ ready ────────┘ │               │ ├──retry──▶ retry ─────claim──▶ claimed
//!                                     │               │ └──ambiguous, or the lease ran out──▶ ambiguous ──claim──▶ claimed
//!   held, ready, retry, ambiguous, failed ──drop_letter──▶ dropped        ready ──a cap──▶ held
//! ```
//!
//! One function an arrow, one `UPDATE … WHERE state = …` a function, no row changed is an error, and a line of the journal in the
//! same transaction. The try is counted when claimed, and settling names it.

use super::activity::ActivityId;
use super::filing::{Filing, count_one};
use super::journal::Entry;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::address::Address;
use crate::domain::records::{ClaimedLetter, Letter};
use crate::domain::steps::{Draft, Reason};
use crate::domain::words::{OutboxState, Outgoing};
use crate::domain::{LetterKey, MessageKey, Timestamp};
use crate::killpoint::{self, Point};
use anyhow::{Context, Result, bail};
use sqlx::any::AnyRow;

/// A list that a person reads.
const MOST_LISTED: i64 = 1000;

/// Which letters; the default asks for the newest thousand.
#[derive(Clone, Debug, Default)]
pub struct LetterFilter {
    /// Only in this state.
    pub state: Option<OutboxState>,
    /// Only of this kind.
    pub kind: Option<Outgoing>,
    /// Only answers to this message.
    pub message: Option<MessageKey>,
}

impl From<Option<OutboxState>> for LetterFilter {
    fn from(state: Option<OutboxState>) -> LetterFilter {
        LetterFilter { state, ..LetterFilter::default() }
    }
}

/// What a letter belongs to.
#[derive(Clone, Copy, Debug, Default)]
struct Ties<'a> {
    message: Option<MessageKey>,
    thread: Option<i64>,
    seat: Option<&'a str>,
}

/// Puts an answer into the outbox, within the filing of the letter that it answers.
pub(super) async fn insert_answer(
    tx: &mut Tx,
    filing: &Filing<'_>,
    draft: &Draft,
    message: MessageKey,
    thread: i64,
) -> Result<Option<LetterKey>> {
    let ties = Ties { message: Some(message), thread: Some(thread), seat: None };
    insert(tx, filing.activity, draft, ties, filing.now).await
}

/// Puts a letter that answers nothing into the outbox; `None` when it is there already.
pub(super) async fn insert_letter(
    tx: &mut Tx,
    activity: ActivityId,
    draft: &Draft,
    seat: Option<&str>,
    now: Timestamp,
) -> Result<Option<LetterKey>> {
    insert(tx, activity, draft, Ties { seat, ..Ties::default() }, now).await
}

async fn insert(tx: &mut Tx, activity: ActivityId, draft: &Draft, ties: Ties<'_>, now: Timestamp) -> Result<Option<LetterKey>> {
    if !matches!(draft.state, OutboxState::Held | OutboxState::Ready | OutboxState::Ambiguous) {
        bail!("Cannot enqueue a letter that begins as {}", draft.state.as_str());
    }
    let sql = "INSERT INTO outbox (activity_id, intent, rfc_id, state, kind, recipient, recipient_domain, message_id, thread_id, seat_id, \
               bytes, due_at, tries, unknown, epoch, phase, note, enqueued_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT id FROM seat WHERE activity_id = $1 AND word = $10), \
               $11, $12, 0, $15, 0, '', $13, $14) ON CONFLICT DO NOTHING RETURNING id";
    let note = note_of(&draft.held_because);
    let query = sqlx::query(sql).bind(activity.0).bind(&draft.intent).bind(&draft.message_id).bind(draft.state.as_str());
    let query = query.bind(draft.kind.as_str()).bind(draft.to.reveal().to_owned()).bind(draft.to.domain().to_owned());
    let query = query.bind(ties.message.map(|id| id.0)).bind(ties.thread).bind(ties.seat.map(str::to_owned));
    let query = query.bind(draft.bytes.as_slice()).bind(micros(draft.due_at)).bind(&note).bind(micros(now));
    // What may have left before is looked for before it leaves.
    let query = query.bind(i64::from(draft.state == OutboxState::Ambiguous));
    let row = query.fetch_optional(&mut **tx).await.context("Cannot put a letter into the outbox")?;
    let Some(row) = row else { return Ok(None) };
    let letter = LetterKey(row.int("id")?);
    let event = if draft.state == OutboxState::Held { "held" } else { "enqueued" };
    let entry = Entry::new(activity, now, event)
        .on(letter)
        .with(&serde_json::json!({ "kind": draft.kind, "because": draft.held_because }));
    let entry = ties.message.into_iter().fold(entry, Entry::about);
    entry.write(tx).await?;
    Ok(Some(letter))
}

/// Arrow `hold_answers`: a person says that a letter is something else than its answer takes it for. Whatever has not left is held,
/// so that a person reads it first.
pub(super) async fn hold_answers(
    tx: &mut Tx,
    message: MessageKey,
    actor: &str,
    note: &str,
    now: Timestamp,
) -> Result<Vec<LetterKey>> {
    let sql = "UPDATE outbox SET state = 'held', note = $2 WHERE message_id = $1 AND kind = 'acknowledgement' \
               AND state IN ('ready', 'retry') RETURNING id, activity_id";
    let rows = sqlx::query(sql).bind(message.0).bind(note).fetch_all(&mut **tx).await.context("Cannot hold an answer")?;
    let mut held = Vec::new();
    for row in rows {
        let letter = LetterKey(row.int("id")?);
        let entry = Entry::new(ActivityId(row.int("activity_id")?), now, "held").by(actor);
        entry.on(letter).about(message).saying(note).write(tx).await?;
        held.push(letter);
    }
    Ok(held)
}

fn note_of(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("; ")
}

impl Store {
    /// Puts letters that answer nothing (notices) into the outbox; gives the keys of those that were not there yet.
    pub async fn enqueue(&self, activity: ActivityId, drafts: &[Draft], now: Timestamp) -> Result<Vec<LetterKey>> {
        let mut tx = self.write().await?;
        let mut letters = Vec::new();
        for draft in drafts {
            letters.extend(insert_letter(&mut tx, activity, draft, None, now).await?);
        }
        tx.commit().await.context("Cannot put letters into the outbox")?;
        Ok(letters)
    }

    /// Arrow `accepted`: the server took the letter and answers for it. Also taken from a sender whose lease ran out meanwhile, as
    /// long as nobody else has claimed the letter: it is proof. So no epoch is asked for here.
    pub async fn accepted(&self, letter: &ClaimedLetter, words: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'accepted', accepted_at = $3, note = $4, lease_until = NULL, phase = 'replied' \
                   WHERE id = $1 AND tries = $2 AND state IN ('claimed', 'ambiguous') RETURNING activity_id, seat_id";
        let mut tx = self.write().await?;
        let query = sqlx::query(sql).bind(letter.id.0).bind(letter.tries).bind(micros(now)).bind(words);
        let row = query.fetch_optional(&mut *tx).await.with_context(|| cannot("settle", letter.id))?;
        let Some(row) = row else { bail!(lost(letter)) };
        let activity = ActivityId(row.int("activity_id")?);
        if let Some(seat) = row.int_or_none("seat_id")? {
            let sql = "UPDATE seat SET asked_at = $2 WHERE id = $1";
            sqlx::query(sql).bind(seat).bind(micros(now)).execute(&mut *tx).await.context("Cannot note that a seat was asked")?;
        }
        count_one(&mut tx, activity, "accepted", now).await?;
        Entry::new(activity, now, "accepted").on(letter.id).saying(words).write(&mut tx).await?;
        killpoint::pass(Point::BeforeSettlingCommit);
        tx.commit().await.with_context(|| cannot("settle", letter.id))
    }

    /// Arrow `retry`: refused for now; due again later.
    pub async fn retry(&self, letter: &ClaimedLetter, due_at: Timestamp, words: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'retry', due_at = $3, note = $4, lease_until = NULL, phase = 'refused' \
                   WHERE id = $1 AND tries = $2 AND state = 'claimed' RETURNING activity_id";
        self.settle(sql, letter, due_at, Arrow { event: "retry", words, now }).await
    }

    /// Arrow `ambiguous`: whether the server took the letter is not known; the same bytes are due again later.
    pub async fn ambiguous(&self, letter: &ClaimedLetter, due_at: Timestamp, words: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'ambiguous', unknown = unknown + 1, due_at = $3, note = $4, lease_until = NULL, phase = 'dot-sent' \
                   WHERE id = $1 AND tries = $2 AND state = 'claimed' RETURNING activity_id";
        self.settle(sql, letter, due_at, Arrow { event: "ambiguous", words, now }).await
    }

    async fn settle(&self, sql: &'static str, letter: &ClaimedLetter, due_at: Timestamp, arrow: Arrow<'_>) -> Result<()> {
        let mut tx = self.write().await?;
        self.still_leads(&mut tx, letter.epoch).await?;
        let query = sqlx::query(sql).bind(letter.id.0).bind(letter.tries).bind(micros(due_at)).bind(arrow.words);
        let row = query.fetch_optional(&mut *tx).await.with_context(|| cannot("settle", letter.id))?;
        let Some(row) = row else { bail!(lost(letter)) };
        let activity = ActivityId(row.int("activity_id")?);
        Entry::new(activity, arrow.now, arrow.event).on(letter.id).saying(arrow.words).write(&mut tx).await?;
        tx.commit().await.with_context(|| cannot("settle", letter.id))
    }

    /// Arrow `failed`: refused for good, or out of tries. `code` is the class or enhanced status code of the refusal.
    pub async fn failed(&self, letter: &ClaimedLetter, code: &str, words: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'failed', code = $3, note = $4, lease_until = NULL, phase = 'refused' \
                   WHERE id = $1 AND tries = $2 AND state = 'claimed' RETURNING activity_id";
        let mut tx = self.write().await?;
        self.still_leads(&mut tx, letter.epoch).await?;
        let query = sqlx::query(sql).bind(letter.id.0).bind(letter.tries).bind(code).bind(words);
        let row = query.fetch_optional(&mut *tx).await.with_context(|| cannot("settle", letter.id))?;
        let Some(row) = row else { bail!(lost(letter)) };
        let activity = ActivityId(row.int("activity_id")?);
        let detail = serde_json::json!({ "note": words, "code": code });
        Entry::new(activity, now, "failed").on(letter.id).with(&detail).write(&mut tx).await?;
        tx.commit().await.with_context(|| cannot("settle", letter.id))
    }

    /// Back to `ambiguous` without a try: whether the witness folder holds a copy could not be seen. Does not count as unknown.
    pub async fn look_again(&self, letter: &ClaimedLetter, due_at: Timestamp, words: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'ambiguous', due_at = $3, note = $4, lease_until = NULL, phase = 'unknown' \
                   WHERE id = $1 AND tries = $2 AND state = 'claimed' RETURNING activity_id";
        self.settle(sql, letter, due_at, Arrow { event: "witness-not-seen", words, now }).await
    }

    /// A copy of a letter of ours came to our own witness address: proof that a mail server took the whole of it. Gives the
    /// addressee; `None` when no such letter, with this very body, is in the outbox.
    pub async fn witnessed(&self, message_id: &str, letter: &[u8], place: &str, now: Timestamp) -> Result<Option<Address>> {
        let sql = "SELECT bytes, recipient FROM outbox WHERE rfc_id = $1";
        let row =
            sqlx::query(sql).bind(message_id).fetch_optional(&self.readers).await.context("Cannot look up a witness copy")?;
        let Some(row) = row else { return Ok(None) };
        if !same_body(&row.bytes("bytes")?, letter) {
            return Ok(None);
        }
        let addressee = row.address("recipient")?;
        let sql = "UPDATE outbox SET witness_id = COALESCE(witness_id, $2), witnessed_at = COALESCE(witnessed_at, $3) WHERE rfc_id = $1";
        let query = sqlx::query(sql).bind(message_id).bind(place).bind(micros(now));
        query.execute(&self.writer).await.context("Cannot note a witness copy")?;
        Ok(Some(addressee))
    }

    /// Arrow `release`: a person lets a held letter go. It is not stopped by a cap again.
    pub async fn release(&self, letter: LetterKey, actor: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'ready', released_by = $2, due_at = $3, note = '' \
                   WHERE id = $1 AND state = 'held' RETURNING activity_id";
        self.by_hand(sql, letter, actor, Arrow { event: "released", words: "", now }).await
    }

    /// Arrow `requeue`: a person has a letter tried again that failed, or tried now that waits.
    pub async fn requeue(&self, letter: LetterKey, actor: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'ready', released_by = $2, due_at = $3, note = '', tries = 0, unknown = 0, code = NULL \
                   WHERE id = $1 AND state IN ('failed', 'retry', 'ambiguous') RETURNING activity_id";
        self.by_hand(sql, letter, actor, Arrow { event: "requeued", words: "", now }).await
    }

    /// Arrow `drop_letter`: a person decides that a letter is never sent.
    pub async fn drop_letter(&self, letter: LetterKey, actor: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'dropped', released_by = $2, due_at = $3 \
                   WHERE id = $1 AND state IN ('held', 'ready', 'retry', 'ambiguous', 'failed') RETURNING activity_id";
        self.by_hand(sql, letter, actor, Arrow { event: "dropped", words: "", now }).await
    }

    async fn by_hand(&self, sql: &'static str, letter: LetterKey, actor: &str, arrow: Arrow<'_>) -> Result<()> {
        let mut tx = self.write().await?;
        let query = sqlx::query(sql).bind(letter.0).bind(actor).bind(micros(arrow.now));
        let row = query.fetch_optional(&mut *tx).await.with_context(|| cannot("change", letter))?;
        let Some(row) = row else {
            drop(tx);
            bail!(self.refusal(letter, arrow.event).await?)
        };
        let activity = ActivityId(row.int("activity_id")?);
        Entry::new(activity, arrow.now, arrow.event).by(actor).on(letter).write(&mut tx).await?;
        tx.commit().await.with_context(|| cannot("change", letter))
    }

    /// Why an arrow by hand does not start here.
    async fn refusal(&self, letter: LetterKey, event: &str) -> Result<String> {
        let sql = "SELECT state FROM outbox WHERE id = $1";
        let row = sqlx::query(sql).bind(letter.0).fetch_optional(&self.readers).await.with_context(|| cannot("read", letter))?;
        Ok(match row {
            Some(row) => format!("Letter {} cannot be {event}: it is {}", letter.0, row.text("state")?),
            None => format!("There is no letter {} in the outbox", letter.0),
        })
    }

    /// Letters of the outbox, newest first.
    pub async fn letters(&self, activity: ActivityId, filter: impl Into<LetterFilter>) -> Result<Vec<Letter>> {
        let filter = filter.into();
        let sql = "SELECT id, kind, recipient, state, note, due_at, tries, rfc_id, message_id FROM outbox WHERE activity_id = $1 \
                   AND (CAST($2 AS TEXT) IS NULL OR state = $2) AND (CAST($3 AS TEXT) IS NULL OR kind = $3) \
                   AND (CAST($4 AS BIGINT) IS NULL OR message_id = $4) ORDER BY id DESC LIMIT $5";
        let query = sqlx::query(sql).bind(activity.0).bind(filter.state.map(OutboxState::as_str));
        let query = query.bind(filter.kind.map(Outgoing::as_str)).bind(filter.message.map(|id| id.0)).bind(MOST_LISTED);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the outbox")?;
        rows.iter().map(letter_of).collect()
    }

    /// One letter of the outbox.
    pub async fn letter(&self, activity: ActivityId, letter: LetterKey) -> Result<Option<Letter>> {
        let sql = "SELECT id, kind, recipient, state, note, due_at, tries, rfc_id, message_id FROM outbox WHERE id = $1 AND activity_id = $2";
        let row = sqlx::query(sql)
            .bind(letter.0)
            .bind(activity.0)
            .fetch_optional(&self.readers)
            .await
            .with_context(|| cannot("read", letter))?;
        row.as_ref().map(letter_of).transpose()
    }

    /// The frozen bytes of a letter of the outbox.
    pub async fn letter_bytes(&self, activity: ActivityId, letter: LetterKey) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT bytes FROM outbox WHERE id = $1 AND activity_id = $2";
        let row = sqlx::query(sql)
            .bind(letter.0)
            .bind(activity.0)
            .fetch_optional(&self.readers)
            .await
            .with_context(|| cannot("read", letter))?;
        row.map(|row| row.bytes("bytes")).transpose()
    }
}

/// What the journal says of an arrow.
#[derive(Clone, Copy, Debug)]
struct Arrow<'a> {
    event: &'static str,
    words: &'a str,
    now: Timestamp,
}

fn letter_of(row: &AnyRow) -> Result<Letter> {
    Ok(Letter {
        id: LetterKey(row.int("id")?),
        kind: row.word("kind")?,
        to: row.address("recipient")?,
        state: row.word("state")?,
        note: row.text("note")?,
        due_at: row.time("due_at")?,
        tries: row.int("tries")?,
        message_id: row.text("rfc_id")?,
        message: row.int_or_none("message_id")?.map(MessageKey),
    })
}

/// Line ends and what stands at the end are the mail servers' own.
fn same_body(one: &[u8], other: &[u8]) -> bool {
    fn body(letter: &[u8]) -> impl Iterator<Item = &[u8]> {
        let lines = letter.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        lines.skip_while(|line| !line.is_empty()).filter(|line| !line.is_empty())
    }
    body(one).eq(body(other))
}

fn cannot(verb: &str, letter: LetterKey) -> String {
    format!("Cannot {verb} letter {}", letter.0)
}

fn lost(letter: &ClaimedLetter) -> String {
    format!("Cannot settle letter {}: try {} is not under way any more", letter.id.0, letter.tries)
}
