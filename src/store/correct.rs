//! A person says what a letter is: kept, learned from, and followed by all that depends on the kind, in one transaction.

use super::activity::ActivityId;
use super::filing::{Filing, count, day_of};
use super::journal::Entry;
use super::rows::{Columns, micros, to_json};
use super::{Store, Tx, facts, learned, outbox, people, undo};
use crate::classifier::Bucket;
use crate::domain::words::Kind;
use crate::domain::{LetterKey, MessageKey, Timestamp};
use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::json;
use sqlx::any::AnyRow;

/// A correction on file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correction {
    /// The letter.
    pub message: MessageKey,
    /// What it is.
    pub kind: Kind,
    /// What it was when it was filed.
    pub filed_kind: Kind,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What a person says, and what follows from it: the letter read again as that kind.
#[derive(Clone, Copy, Debug)]
pub struct Correcting<'a> {
    /// The letter on file.
    pub message: MessageKey,
    /// The letter, understood as what the person says.
    pub filing: &'a Filing<'a>,
    /// Who says so.
    pub by: &'a str,
    /// The n-grams to learn from.
    pub buckets: &'a [Bucket],
}

/// What a correction came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Corrected {
    /// The letter.
    pub message: MessageKey,
    /// What it was before.
    pub before: Kind,
    /// What it is now.
    pub after: Kind,
    /// Places from which it will be moved to the folder of its kind.
    pub moves: u64,
    /// Answers that had not left and wait for a person now.
    pub held: Vec<LetterKey>,
    /// People whose changes by this letter are proposed to be undone.
    pub to_undo: usize,
    /// People whom the letter proposes now.
    pub proposed: usize,
    /// What became of its liaison statement.
    pub statement: Statement,
}

/// What a correction did with the letter's liaison statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statement {
    /// There is none, or it stays as it is.
    Unchanged,
    /// It was filed, or taken back to the lists.
    Listed,
    /// It is kept and left out of lists, and its deadline with it.
    SetAside,
}

/// The letter before.
struct Before {
    kind: Kind,
    thread: i64,
    filed_at: Timestamp,
}

impl Store {
    /// Keeps a correction and does all that follows from it; `None` when there is no such letter.
    pub async fn correct(&self, correcting: &Correcting<'_>) -> Result<Option<Corrected>> {
        let (filing, message) = (correcting.filing, correcting.message);
        let (activity, now, after) = (filing.activity, filing.now, filing.verdict.kind);
        let mut tx = self.write().await?;
        learned::advance(&mut tx, activity).await?;
        let Some(before) = before(&mut tx, activity, message).await? else { return Ok(None) };
        self.learn(&mut tx, correcting, before.kind).await?;
        rename(&mut tx, filing, message, &before).await?;
        let moves = move_on(&mut tx, filing, message, before.kind).await?;
        let mut corrected = Corrected {
            message,
            before: before.kind,
            after,
            moves,
            held: Vec::new(),
            to_undo: 0,
            proposed: 0,
            statement: Statement::Unchanged,
        };
        if before.kind != after {
            let note = format!("the letter was corrected from {} to {}; read it first", before.kind.as_str(), after.as_str());
            corrected.held = outbox::hold_answers(&mut tx, message, correcting.by, &note, now).await?;
            self.follow_people(&mut tx, correcting, &mut corrected).await?;
            people::unheard(&mut tx, activity, message, before.filed_at).await?;
            people::heard(&mut tx, filing, message).await?;
            corrected.statement = statement(&mut tx, filing, message).await?;
        }
        let entry = Entry::new(activity, now, "corrected").about(message).by(correcting.by);
        entry.with(&json!(&corrected)).write(&mut tx).await?;
        tx.commit().await.context("Cannot keep the correction")?;
        Ok(Some(corrected))
    }

    /// Takes back what an earlier correction of the letter taught, keeps this one and learns from it.
    async fn learn(&self, tx: &mut Tx, correcting: &Correcting<'_>, before: Kind) -> Result<()> {
        let (filing, message) = (correcting.filing, correcting.message);
        let (activity, kind) = (filing.activity, filing.verdict.kind);
        let sql = "SELECT kind, buckets FROM correction WHERE message_id = $1";
        let earlier = sqlx::query(sql).bind(message.0).fetch_optional(&mut **tx).await.context("Cannot read a correction")?;
        if let Some(row) = earlier {
            learned::take_back(tx, self.dialect, activity, row.word("kind")?, &row.bytes("buckets")?).await?;
        }
        let sql = "INSERT INTO correction (message_id, activity_id, kind, filed_kind, corrected_by, corrected_at, buckets) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (message_id) DO UPDATE SET kind = excluded.kind, \
                   corrected_by = excluded.corrected_by, corrected_at = excluded.corrected_at, buckets = excluded.buckets";
        let query = sqlx::query(sql).bind(message.0).bind(activity.0).bind(kind.as_str()).bind(before.as_str());
        let query = query.bind(correcting.by).bind(micros(filing.now)).bind(learned::packed(correcting.buckets));
        query.execute(&mut **tx).await.context("Cannot keep the correction")?;
        learned::add(tx, self.dialect, activity, kind, correcting.buckets).await
    }

    /// People: what the letter says as this kind is only proposed; what it had changed as another kind is proposed to be undone.
    async fn follow_people(&self, tx: &mut Tx, correcting: &Correcting<'_>, corrected: &mut Corrected) -> Result<()> {
        let (filing, message) = (correcting.filing, correcting.message);
        if filing.findings.contacts.is_empty() {
            corrected.to_undo = undo::propose(tx, filing.activity, message, filing.now).await?;
        } else if !undo::settle(tx, message).await? {
            people::apply(tx, self.dialect, filing, message).await?;
            corrected.proposed = filing.plan.people.len();
        }
        Ok(())
    }

    /// What a person said that a letter is.
    pub async fn correction(&self, message: MessageKey) -> Result<Option<Correction>> {
        let sql = "SELECT message_id, kind, filed_kind, corrected_by, corrected_at FROM correction WHERE message_id = $1";
        let query = sqlx::query(sql).bind(message.0);
        let row = query.fetch_optional(&self.readers).await.context("Cannot read a correction")?;
        row.as_ref().map(correction_of).transpose()
    }

    /// All corrections, the latest first.
    pub async fn corrections(&self, activity: ActivityId) -> Result<Vec<Correction>> {
        let sql = "SELECT message_id, kind, filed_kind, corrected_by, corrected_at FROM correction WHERE activity_id = $1 \
                   ORDER BY corrected_at DESC, message_id DESC";
        let query = sqlx::query(sql).bind(activity.0);
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the corrections")?;
        rows.iter().map(correction_of).collect()
    }
}

fn correction_of(row: &AnyRow) -> Result<Correction> {
    Ok(Correction {
        message: MessageKey(row.int("message_id")?),
        kind: row.word("kind")?,
        filed_kind: row.word("filed_kind")?,
        by: row.text("corrected_by")?,
        at: row.time("corrected_at")?,
    })
}

async fn before(tx: &mut Tx, activity: ActivityId, message: MessageKey) -> Result<Option<Before>> {
    let sql = "SELECT kind, thread_id, filed_at FROM message WHERE id = $1 AND activity_id = $2";
    let query = sqlx::query(sql).bind(message.0).bind(activity.0);
    let Some(row) = query.fetch_optional(&mut **tx).await.context("Cannot read a letter")? else { return Ok(None) };
    Ok(Some(Before { kind: row.word("kind")?, thread: row.int("thread_id")?, filed_at: row.time("filed_at")? }))
}

/// The letter's own row, its thread's, and the counters of the day on which it was filed.
async fn rename(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, before: &Before) -> Result<()> {
    let (after, needs_reply) = (filing.verdict.kind, i64::from(filing.plan.needs_reply));
    let sql = "UPDATE message SET kind = $2, answer = $3, needs_reply = $4, findings = CASE WHEN kind = $2 THEN findings ELSE $5 END WHERE id = $1";
    let query = sqlx::query(sql).bind(message.0).bind(after.as_str()).bind(filing.plan.answer.as_str()).bind(needs_reply);
    query.bind(to_json(filing.findings)).execute(&mut **tx).await.context("Cannot change the kind of a letter")?;
    // A thread that somebody has dealt with does not wait again because of another letter of it.
    let sql = "UPDATE thread SET needs_reply = CASE WHEN $2 = 1 THEN 1 WHEN NOT EXISTS \
                   (SELECT id FROM message WHERE thread_id = $1 AND needs_reply = 1) THEN 0 ELSE needs_reply END, \
               latest_kind = COALESCE((SELECT kind FROM message WHERE thread_id = $1 ORDER BY sent_at DESC, id DESC LIMIT 1), latest_kind) \
               WHERE id = $1";
    let query = sqlx::query(sql).bind(before.thread).bind(needs_reply);
    query.execute(&mut **tx).await.context("Cannot bring the thread in line")?;
    if before.kind != after {
        let day = day_of(before.filed_at);
        count(tx, filing.activity, before.kind.as_str(), day, -1).await?;
        count(tx, filing.activity, after.as_str(), day, 1).await?;
    }
    Ok(())
}

/// The job of moving the letter to its kind's folder, from every place where it lies. A letter that a person moved is left there.
async fn move_on(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, before: Kind) -> Result<u64> {
    let plan = filing.plan;
    let Some(folder) = &plan.folder else { return Ok(0) };
    let sql = "INSERT INTO shelving (activity_id, message_id, mailbox, folder, uid_validity, uid, target_folder, keywords, state, tries, \
               due_at, note) SELECT activity_id, message_id, mailbox, folder, uid_validity, uid, $2, $3, 'pending', 0, $4, '' FROM sighting \
               WHERE message_id = $1 AND gone_at IS NULL AND mailbox <> 'import' AND (folder <> $2 OR $5 = 1) \
               ON CONFLICT (mailbox, folder, uid_validity, uid) DO UPDATE SET message_id = excluded.message_id, \
               target_folder = excluded.target_folder, keywords = excluded.keywords, state = 'pending', tries = 0, \
               due_at = excluded.due_at, note = '', settled_at = NULL";
    let query = sqlx::query(sql).bind(message.0).bind(folder).bind(to_json(&plan.keywords)).bind(micros(filing.now));
    let done = query
        .bind(i64::from(before != filing.verdict.kind))
        .execute(&mut **tx)
        .await
        .context("Cannot write down the shelving")?;
    Ok(done.rows_affected())
}

/// The liaison statement follows the kind; what is set aside stays on file, and so does its deadline.
async fn statement(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<Statement> {
    let sql = "SELECT id, set_aside_at FROM liaison WHERE message_id = $1";
    let row = sqlx::query(sql).bind(message.0).fetch_optional(&mut **tx).await.context("Cannot read a liaison statement")?;
    let is_one = filing.findings.liaison.is_some();
    let Some(row) = row else {
        if !is_one {
            return Ok(Statement::Unchanged);
        }
        facts::liaison(tx, filing, message).await?;
        return Ok(Statement::Listed);
    };
    let (id, set_aside) = (row.int("id")?, row.int_or_none("set_aside_at")?);
    match (is_one, set_aside) {
        (true, Some(moment)) => {
            let sql = "UPDATE liaison SET set_aside_at = NULL WHERE id = $1";
            sqlx::query(sql).bind(id).execute(&mut **tx).await.context("Cannot take a statement back")?;
            // Only what was waived with it; what a person settled before stays settled.
            let sql = "UPDATE deadline SET state = 'open', settled_at = NULL WHERE message_id = $1 AND state = 'waived' AND settled_at = $2";
            sqlx::query(sql).bind(message.0).bind(moment).execute(&mut **tx).await.context("Cannot take a deadline back")?;
            Ok(Statement::Listed)
        }
        (false, None) => {
            let sql = "UPDATE liaison SET set_aside_at = $2 WHERE id = $1";
            let query = sqlx::query(sql).bind(id).bind(micros(filing.now));
            query.execute(&mut **tx).await.context("Cannot set a statement aside")?;
            let sql =
                "UPDATE deadline SET state = 'waived', settled_at = $2 WHERE message_id = $1 AND state IN ('open', 'missed')";
            let query = sqlx::query(sql).bind(message.0).bind(micros(filing.now));
            query.execute(&mut **tx).await.context("Cannot waive a deadline")?;
            Ok(Statement::SetAside)
        }
        (true, None) | (false, Some(_)) => Ok(Statement::Unchanged),
    }
}
