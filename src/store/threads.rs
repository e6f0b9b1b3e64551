//! Which thread a letter belongs to, and what else its ids lead to.
//!
//! Anybody may write any Message-ID into a letter, and broken clients give the same one to all of theirs (F27). So an id of a letter
//! that came in leads to its thread only when something else agrees: the base subject, or the writer. An id of our own needs no
//! second witness: it is a keyed hash that only its addressee has seen.

use super::activity::ActivityId;
use super::rows::{Columns, indexable};
use super::search::fold_for_search;
use crate::domain::address::Address;
use crate::domain::{LetterKey, MessageKey};
use crate::mail::Mail;
use anyhow::{Context, Result};
use sqlx::AnyConnection;

/// Ids asked for at once: the letter's own and the nearest others. A longer way to a thread is no better one.
const IDS: usize = 8;

/// What the ids of a letter lead to.
#[derive(Debug, Default)]
pub(super) struct Relations {
    /// Its thread.
    pub(super) thread: Option<i64>,
    /// A filed letter with the same Message-ID (the fingerprint was looked up before: so the content differs).
    pub(super) same_id: Option<MessageKey>,
    /// The letter of ours that it answers or reports on, and to whom that went.
    pub(super) answers: Option<(LetterKey, Option<Address>)>,
}

/// Looks up the letter's own id and those it names.
pub(super) async fn relations(tx: &mut AnyConnection, activity: ActivityId, mail: &Mail) -> Result<Relations> {
    let own = mail.message_id.as_deref().and_then(indexable);
    let named = named_ids(mail);
    // A bounce carries the letter that it reports on.
    let nested: Vec<&str> = mail.nested.iter().filter_map(|letter| letter.message_id.as_deref().and_then(indexable)).collect();
    let mut ids: Vec<&str> = own.into_iter().chain(named.iter().copied()).chain(nested).take(IDS).collect();
    let Some(&first) = ids.first() else { return Ok(Relations::default()) };
    ids.resize(IDS, first);
    // 40 rows are enough to find a relative; ten thousand letters with one id must not be read each time. `+`: the activity must not
    // choose the index, or SQLite reads the whole outbox.
    let sql = "SELECT 'letter' AS origin, o.id, o.thread_id, o.rfc_id, o.recipient AS who, '' AS subject FROM outbox o \
                WHERE o.rfc_id IN ($2, $3, $4, $5, $6, $7, $8, $9) AND +o.activity_id = $1 \
               UNION ALL \
               SELECT 'message', m.id, m.thread_id, m.rfc_id, m.sender, t.subject FROM message m JOIN thread t ON t.id = m.thread_id \
                WHERE m.rfc_id IN ($2, $3, $4, $5, $6, $7, $8, $9) AND m.activity_id = $1 \
               UNION ALL \
               SELECT 'reference', m.id, m.thread_id, r.rfc_id, m.sender, t.subject FROM message_reference r \
                 JOIN message m ON m.id = r.message_id JOIN thread t ON t.id = m.thread_id \
                WHERE r.rfc_id IN ($2, $3, $4, $5, $6, $7, $8, $9) AND +r.activity_id = $1 \
               LIMIT 40";
    let mut query = sqlx::query(sql).bind(activity.0);
    for id in &ids {
        query = query.bind((*id).to_owned());
    }
    let rows = query.fetch_all(tx).await.context("Cannot look up the thread of a letter")?;

    let subject = fold_for_search(&mail.base_subject);
    let writer = mail.writer().map(Address::reveal);
    let mut found = Relations::default();
    let mut kin: Option<i64> = None;
    for row in rows {
        let (origin, id) = (row.text("origin")?, row.text("rfc_id")?);
        if origin == "letter" {
            if own != Some(id.as_str()) && found.answers.is_none() {
                found.answers = Some((LetterKey(row.int("id")?), row.address_or_none("who")?));
                found.thread = row.int_or_none("thread_id")?;
            }
            continue;
        }
        let is_own = own == Some(id.as_str());
        if is_own && origin == "message" && found.same_id.is_none() {
            found.same_id = Some(MessageKey(row.int("id")?));
        }
        let related = is_own || named.contains(&id.as_str());
        let same_writer = writer.is_some() && row.text_or_none("who")?.as_deref() == writer;
        let same_subject = !subject.is_empty() && fold_for_search(&row.text("subject")?) == subject;
        if related && (same_subject || same_writer) {
            let thread = row.int("thread_id")?;
            kin = Some(kin.map_or(thread, |oldest| oldest.min(thread)));
        }
    }
    found.thread = found.thread.or(kin);
    Ok(found)
}

/// The ids that the letter names: those it answers first, then References from the nearest to the farthest.
pub(super) fn named_ids(mail: &Mail) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
        if let Some(id) = indexable(id)
            && !ids.contains(&id)
        {
            ids.push(id);
        }
        // RFC 5322 asks to keep all of them; the nearest twenty tie a thread together.
        if ids.len() == 20 {
            break;
        }
    }
    ids
}
