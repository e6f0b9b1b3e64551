//! The rows of a letter that is filed for the first time.
//!
//! One call of the database writes them all, but for the words of the full text, which a batch writes together. Each call
//! costs SQLite a change of threads and PostgreSQL a round trip, and ten of them a letter were two thirds of the time of an
//! import. SQLite takes several statements in one text, PostgreSQL takes them as one with data-modifying `WITH`; neither takes
//! the other's form. Both texts have the same places `$1` … `$28`.

use super::Tx;
use super::activity::ActivityId;
use super::figures::IMPORT;
use super::filing::{Filing, Packed};
use super::pool::Dialect;
use super::rows::{Columns, indexable, micros, plain, to_json};
use super::threads::{Relations, named_ids};
use crate::domain::address::Address;
use crate::domain::words::Language;
use crate::domain::{Fingerprint, MessageKey};
use anyhow::{Context, Result};
use serde_json::json;
use std::collections::BTreeMap;

/// An older letter that comes late does not become its thread's latest; what waits for a person goes on waiting.
const FILE_SQLITE: &str = "\
    INSERT INTO thread (activity_id, subject, letters, latest_kind, latest_at, needs_reply) \
    SELECT $1, $4, 1, $5, $6, $7 WHERE $3 IS NULL; \
    UPDATE thread SET letters = letters + 1, latest_kind = CASE WHEN latest_at > $6 THEN latest_kind ELSE $5 END, \
           latest_at = CASE WHEN latest_at > $6 THEN latest_at ELSE $6 END, \
           needs_reply = CASE WHEN $7 > needs_reply THEN $7 ELSE needs_reply END WHERE id = $3; \
    INSERT INTO message (activity_id, thread_id, fingerprint, kind, sent_at, needs_reply, confidence, language, answer, subject, sender, \
           rfc_id, received_at, filed_at, same_id_as, evidence, reasons, findings, defects) \
    VALUES ($1, COALESCE($3, last_insert_rowid()), $2, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20); \
    INSERT INTO raw (message_id, activity_id, bytes, size) \
    SELECT id, $1, $21, $22 FROM message WHERE activity_id = $1 AND fingerprint = $2; \
    INSERT INTO message_reference (rfc_id, message_id, activity_id) \
    SELECT r.value, m.id, $1 FROM message m, json_each($23) r WHERE m.activity_id = $1 AND m.fingerprint = $2; \
    INSERT INTO sighting (activity_id, mailbox, folder, uid_validity, uid, message_id, seen_at) \
    SELECT $1, $24, $25, $26, $27, id, $15 FROM message WHERE activity_id = $1 AND fingerprint = $2 \
    ON CONFLICT (mailbox, folder, uid_validity, uid) DO UPDATE \
           SET message_id = excluded.message_id, seen_at = excluded.seen_at, gone_at = NULL; \
    INSERT INTO journal (activity_id, at, actor, event, message_id, detail) \
    SELECT $1, $15, 'jcabot', 'filed', id, $28 FROM message WHERE activity_id = $1 AND fingerprint = $2; \
    DELETE FROM intake_attempt WHERE activity_id = $1 AND fingerprint = $2; \
    SELECT id, thread_id FROM message WHERE activity_id = $1 AND fingerprint = $2";

const FILE_POSTGRES: &str = "\
    WITH begun AS ( \
      INSERT INTO thread (activity_id, subject, letters, latest_kind, latest_at, needs_reply) \
      SELECT $1, $4, 1, $5, $6, $7 WHERE CAST($3 AS BIGINT) IS NULL RETURNING id), \
    grown AS ( \
      UPDATE thread SET letters = letters + 1, latest_kind = CASE WHEN latest_at > $6 THEN latest_kind ELSE $5 END, \
             latest_at = CASE WHEN latest_at > $6 THEN latest_at ELSE $6 END, \
             needs_reply = CASE WHEN $7 > needs_reply THEN $7 ELSE needs_reply END WHERE id = $3), \
    filed AS ( \
      INSERT INTO message (activity_id, thread_id, fingerprint, kind, sent_at, needs_reply, confidence, language, answer, subject, sender, \
             rfc_id, received_at, filed_at, same_id_as, evidence, reasons, findings, defects) \
      SELECT $1, COALESCE($3, (SELECT id FROM begun)), $2, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20 \
      RETURNING id, thread_id), \
    kept AS (INSERT INTO raw (message_id, activity_id, bytes, size) SELECT id, $1, $21, $22 FROM filed), \
    named AS ( \
      INSERT INTO message_reference (rfc_id, message_id, activity_id) \
      SELECT r.value, filed.id, $1 FROM filed CROSS JOIN jsonb_array_elements_text(CAST($23 AS JSONB)) AS r (value)), \
    seen AS ( \
      INSERT INTO sighting (activity_id, mailbox, folder, uid_validity, uid, message_id, seen_at) \
      SELECT $1, $24, $25, $26, $27, id, $15 FROM filed \
      ON CONFLICT (mailbox, folder, uid_validity, uid) DO UPDATE \
             SET message_id = excluded.message_id, seen_at = excluded.seen_at, gone_at = NULL), \
    told AS ( \
      INSERT INTO journal (activity_id, at, actor, event, message_id, detail) \
      SELECT $1, $15, 'jcabot', 'filed', id, $28 FROM filed), \
    forgotten AS (DELETE FROM intake_attempt WHERE activity_id = $1 AND fingerprint = $2) \
    SELECT id, thread_id FROM filed";

/// Writes the letter, its thread, bytes, references, place and journal entry; gives its key and thread.
pub(super) async fn letter(
    tx: &mut Tx,
    dialect: Dialect,
    filing: &Filing<'_>,
    relations: &Relations,
    packed: &Packed,
) -> Result<(MessageKey, i64)> {
    let (mail, verdict, plan, place) = (filing.mail, filing.verdict, filing.plan, &filing.raw.place);
    let sql = match dialect {
        Dialect::Sqlite => FILE_SQLITE,
        Dialect::Postgres => FILE_POSTGRES,
    };
    let query = sqlx::query(sql)
        .bind(filing.activity.0)
        .bind(mail.fingerprint.as_ref().map(Fingerprint::as_str))
        .bind(relations.thread)
        .bind(plain(&mail.base_subject).into_owned())
        .bind(verdict.kind.as_str())
        .bind(micros(mail.date.unwrap_or(filing.now)))
        .bind(i64::from(plan.needs_reply))
        .bind(millionths(verdict.confidence))
        .bind(mail.language.map(Language::as_str))
        .bind(plan.answer.as_str())
        .bind(plain(&mail.subject).into_owned())
        .bind(mail.writer().map(Address::reveal))
        .bind(mail.message_id.as_deref().and_then(indexable))
        .bind(filing.raw.received_at.map(micros))
        .bind(micros(filing.now))
        .bind(relations.same_id.map(|id| id.0))
        .bind(to_json(&verdict.evidence))
        .bind(to_json(&plan.reasons))
        .bind(to_json(filing.findings))
        .bind(to_json(&mail.defects));
    let query = query
        .bind(packed.bytes.as_slice())
        .bind(i64::try_from(packed.size).unwrap_or(i64::MAX))
        .bind(to_json(&named_ids(mail)))
        .bind(&place.mailbox)
        .bind(&place.folder)
        .bind(place.uid_validity)
        .bind(&place.uid)
        .bind(decision(filing));
    // Not `fetch_one`: `Any` looks for the row in the first statement of a text only.
    let rows = query.fetch_all(&mut **tx).await.context("Cannot write the letter's rows")?;
    let row = rows.last().context("Cannot write the letter's rows")?;
    Ok((MessageKey(row.int("id")?), row.int("thread_id")?))
}

/// The words of some letters, those of all in one statement: each statement would make SQLite write out what the index has
/// gathered, a piece of its own for each letter that later has to be merged.
pub(super) async fn words(tx: &mut Tx, dialect: Dialect, words: &BTreeMap<i64, String>) -> Result<()> {
    let sql = match dialect {
        Dialect::Sqlite => "INSERT INTO search (rowid, words) SELECT CAST(key AS INTEGER), value FROM json_each($1)",
        Dialect::Postgres => {
            "INSERT INTO search (message_id, words) SELECT CAST(key AS BIGINT), array_to_tsvector(string_to_array(value, ' ')) \
             FROM jsonb_each_text(CAST($1 AS JSONB))"
        }
    };
    sqlx::query(sql).bind(to_json(words)).execute(&mut **tx).await.context("Cannot index the words of letters")?;
    Ok(())
}

/// A share as rows keep it: no floating-point column on two databases that print it differently.
#[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1 times a million fits")]
fn millionths(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 1e6).round() as i64
}

/// The decision, for ever. Rules and weights, but not the letter's own words: these must be erasable.
fn decision(filing: &Filing<'_>) -> String {
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
    detail.to_string()
}

/// The job of moving or labelling the letter where it lies; none where the plan leaves it alone (an import).
pub(super) async fn shelving(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    let (place, plan) = (&filing.raw.place, filing.plan);
    if plan.folder.is_none() && plan.keywords.is_empty() {
        return Ok(());
    }
    if place.mailbox == IMPORT {
        return Ok(()); // files lie where their owner put them
    }
    // A place that a dead UIDVALIDITY or a broken server gives away again holds another letter now, and another job.
    let sql = "INSERT INTO shelving (activity_id, message_id, mailbox, folder, uid_validity, uid, target_folder, keywords, state, \
               tries, due_at, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 0, $9, '') \
               ON CONFLICT (mailbox, folder, uid_validity, uid) DO UPDATE SET message_id = excluded.message_id, \
               target_folder = excluded.target_folder, keywords = excluded.keywords, state = 'pending', tries = 0, \
               due_at = excluded.due_at, note = '', settled_at = NULL, landing_validity = NULL, landing_next = NULL";
    let query = sqlx::query(sql).bind(filing.activity.0).bind(message.0).bind(&place.mailbox).bind(&place.folder);
    let query = query.bind(place.uid_validity).bind(&place.uid).bind(plan.folder.as_deref()).bind(to_json(&plan.keywords));
    query.bind(micros(filing.now)).execute(&mut **tx).await.context("Cannot write down the shelving")?;
    Ok(())
}

/// The letter turned out to be a copy: reading it did no harm.
pub(super) async fn forget_attempt(tx: &mut Tx, activity: ActivityId, fingerprint: &Fingerprint) -> Result<()> {
    let sql = "DELETE FROM intake_attempt WHERE activity_id = $1 AND fingerprint = $2";
    let query = sqlx::query(sql).bind(activity.0).bind(fingerprint.as_str());
    query.execute(&mut **tx).await.context("Cannot take away the count of attempts")?;
    Ok(())
}
