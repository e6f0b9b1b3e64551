//! The rows of a letter that is filed for the first time.

use super::activity::ActivityId;
use super::filing::{Filing, Packed};
use super::rows::{Columns, indexable, micros, plain, to_json};
use super::threads::{Relations, named_ids};
use super::{Tx, journal};
use crate::domain::address::Address;
use crate::domain::words::Language;
use crate::domain::{Fingerprint, MessageKey};
use anyhow::{Context, Result};
use serde_json::json;

/// The letter's thread: the one its ids led to, or a new one. Its figures are kept with it.
pub(super) async fn thread(tx: &mut Tx, filing: &Filing<'_>, known: Option<i64>) -> Result<i64> {
    let (mail, kind) = (filing.mail, filing.verdict.kind.as_str());
    let sent_at = micros(mail.date.unwrap_or(filing.now));
    let waits = i64::from(filing.plan.needs_reply);
    if let Some(thread) = known {
        // An older letter that comes late does not become the thread's latest; what waits for a person goes on waiting.
        let sql = "UPDATE thread SET letters = letters + 1, latest_kind = CASE WHEN latest_at > $2 THEN latest_kind ELSE $3 END, \
                   latest_at = CASE WHEN latest_at > $2 THEN latest_at ELSE $2 END, \
                   needs_reply = CASE WHEN $4 > needs_reply THEN $4 ELSE needs_reply END WHERE id = $1";
        let query = sqlx::query(sql).bind(thread).bind(sent_at).bind(kind).bind(waits);
        query.execute(&mut **tx).await.context("Cannot add to a thread")?;
        return Ok(thread);
    }
    let sql = "INSERT INTO thread (activity_id, subject, letters, latest_kind, latest_at, needs_reply) \
               VALUES ($1, $2, 1, $3, $4, $5) RETURNING id";
    let query = sqlx::query(sql).bind(filing.activity.0).bind(plain(&mail.base_subject).into_owned()).bind(kind);
    let row = query.bind(sent_at).bind(waits).fetch_one(&mut **tx).await.context("Cannot begin a thread")?;
    row.int("id")
}

pub(super) async fn message(
    tx: &mut Tx,
    filing: &Filing<'_>,
    fingerprint: &Fingerprint,
    relations: &Relations,
) -> Result<MessageKey> {
    let (mail, verdict, plan) = (filing.mail, filing.verdict, filing.plan);
    let sql = "INSERT INTO message (activity_id, thread_id, fingerprint, kind, confidence, language, answer, subject, sender, rfc_id, \
               sent_at, received_at, filed_at, needs_reply, same_id_as, evidence, reasons, findings, defects) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) RETURNING id";
    let query = sqlx::query(sql)
        .bind(filing.activity.0)
        .bind(relations.thread)
        .bind(fingerprint.as_str())
        .bind(verdict.kind.as_str())
        .bind(millionths(verdict.confidence))
        .bind(mail.language.map(Language::as_str))
        .bind(plan.answer.as_str())
        .bind(plain(&mail.subject).into_owned())
        .bind(mail.writer().map(Address::reveal))
        .bind(mail.message_id.as_deref().and_then(indexable))
        .bind(micros(mail.date.unwrap_or(filing.now)))
        .bind(filing.raw.received_at.map(micros))
        .bind(micros(filing.now))
        .bind(i64::from(plan.needs_reply))
        .bind(relations.same_id.map(|id| id.0))
        .bind(to_json(&verdict.evidence))
        .bind(to_json(&plan.reasons))
        .bind(to_json(filing.findings))
        .bind(to_json(&mail.defects));
    let row = query.fetch_one(&mut **tx).await.context("Cannot write the letter's row")?;
    Ok(MessageKey(row.int("id")?))
}

/// A share as rows keep it: no floating-point column on two databases that print it differently.
#[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1 times a million fits")]
fn millionths(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 1e6).round() as i64
}

pub(super) async fn raw(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, packed: &Packed) -> Result<()> {
    let sql = "INSERT INTO raw (message_id, activity_id, bytes, size) VALUES ($1, $2, $3, $4)";
    let query = sqlx::query(sql).bind(message.0).bind(filing.activity.0).bind(packed.bytes.as_slice());
    let query = query.bind(i64::try_from(packed.size).unwrap_or(i64::MAX));
    query.execute(&mut **tx).await.context("Cannot keep the letter's bytes")?;
    Ok(())
}

pub(super) async fn references(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    for id in named_ids(filing.mail) {
        let sql = "INSERT INTO message_reference (rfc_id, message_id, activity_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let query = sqlx::query(sql).bind(id).bind(message.0).bind(filing.activity.0);
        query.execute(&mut **tx).await.context("Cannot write down what the letter refers to")?;
    }
    Ok(())
}

/// The job of moving or labelling the letter where it lies. An imported letter lies in nobody's mailbox.
pub(super) async fn shelving(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    let (place, plan) = (&filing.raw.place, filing.plan);
    if plan.folder.is_none() && plan.keywords.is_empty() {
        return Ok(());
    }
    // A place that a dead UIDVALIDITY or a broken server gives away again holds another letter now, and another job.
    let sql = "INSERT INTO shelving (activity_id, message_id, mailbox, folder, uid_validity, uid, target_folder, keywords, state, \
               tries, due_at, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 0, $9, '') \
               ON CONFLICT (mailbox, folder, uid_validity, uid) DO UPDATE SET message_id = excluded.message_id, \
               target_folder = excluded.target_folder, keywords = excluded.keywords, state = 'pending', tries = 0, \
               due_at = excluded.due_at, note = '', settled_at = NULL";
    let query = sqlx::query(sql).bind(filing.activity.0).bind(message.0).bind(&place.mailbox).bind(&place.folder);
    let query = query.bind(place.uid_validity).bind(&place.uid).bind(plan.folder.as_deref()).bind(to_json(&plan.keywords));
    query.bind(micros(filing.now)).execute(&mut **tx).await.context("Cannot write down the shelving")?;
    Ok(())
}

/// The decision, for ever. Rules and weights, but not the letter's own words: these must be erasable.
pub(super) async fn journal(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    let rules: Vec<_> =
        filing.verdict.evidence.iter().map(|e| json!({"rule": e.rule, "kind": e.kind, "weight": e.weight})).collect();
    let detail = json!({
        "kind": filing.verdict.kind,
        "confidence": filing.verdict.confidence,
        "rules": rules,
        "answer": filing.plan.answer,
        "reasons": filing.plan.reasons,
        "folder": filing.plan.folder,
    });
    journal::Entry::new(filing.activity, filing.now, "filed").about(message).with(&detail).write(tx).await
}

pub(super) async fn forget_attempt(tx: &mut Tx, activity: ActivityId, fingerprint: &Fingerprint) -> Result<()> {
    let sql = "DELETE FROM intake_attempt WHERE activity_id = $1 AND fingerprint = $2";
    let query = sqlx::query(sql).bind(activity.0).bind(fingerprint.as_str());
    query.execute(&mut **tx).await.context("Cannot take away the count of attempts")?;
    Ok(())
}
