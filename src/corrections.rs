//! Corrections: a person says what a letter is. The command line, folders and a console come here.
//!
//! # What a correction does
//!
//! - The letter's kind changes on file, and with it its thread, the counters and the digest's figures. The verdict's evidence stays, so
//!   that `why` still shows what the rules had thought.
//! - The shelving job moves the letter to the folder of its kind, wherever the mailbox still has it. A letter that a person moved stays.
//! - The letter is read again as what it is (one letter may carry several facts: a statement in its form stays one). A liaison statement found so is filed; people found so are *proposed* to the
//!   secretariat and never put on the list by themselves.
//! - Facts of the wrong kind are not taken away silently: for each person whom the letter put on the list or changed, the way back
//!   is proposed; a liaison statement is set aside (kept, left out of lists) and its deadline waived. Correcting back restores both.
//! - An acknowledgement that has not left is held, since it speaks of the wrong kind. None is written, none is taken back.
//! - It is learned from: subject and own words, as n-grams without any word or name (see [`crate::classifier`]).
//!
//! Another correction of the same letter takes the first one back completely; saying "same" confirms what is on file.

use crate::classifier::{Bucket, buckets};
use crate::domain::steps::Known;
use crate::domain::words::Kind;
use crate::domain::{MessageKey, Timestamp};
use crate::knowledge::Knowledge;
use crate::rules::learned;
use crate::store::{ActivityId, Corrected, Correcting, Filing, Store};
use anyhow::{Context, Result};
use std::sync::Arc;

/// What a person says about a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is of this kind.
    Is(Kind),
    /// It is what it is on file.
    Same,
}

/// A correction as a person gives it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The letter.
    pub message: MessageKey,
    /// What it is.
    pub said: Said,
    /// Who says so; stands in the journal.
    pub by: String,
}

/// Keeps a correction and does all that follows; `None` when there is no such letter.
pub async fn correct(
    store: &Store,
    activity: ActivityId,
    knowledge: &Arc<Knowledge>,
    request: &Request,
    now: Timestamp,
) -> Result<Option<Corrected>> {
    let Some(stored) = store.stored(activity, request.message).await? else { return Ok(None) };
    let kind = match request.said {
        Said::Is(kind) => kind,
        Said::Same => stored.kind,
    };
    let reader = Arc::clone(knowledge);
    let reading = tokio::task::spawn_blocking(move || {
        let letter = reader.understand_as(&stored.raw, kind);
        (stored.raw, letter)
    });
    let (raw, letter) = reading.await.context("Cannot read a letter again")?;
    let known = store.recall(activity, &letter.mail, &letter.findings, now).await?;
    // It is no copy that came again, and what was said of it before counts no more.
    let known = Known { filed: None, corrected: None, ..known };
    let mut plan = knowledge.decide(&letter, &known, raw.received_at, now);
    plan.people.iter_mut().for_each(|person| person.applied = false);
    let filing = Filing {
        activity,
        raw: &raw,
        mail: &letter.mail,
        verdict: &letter.verdict,
        findings: &letter.findings,
        plan: &plan,
        drafts: &[],
        packed: None,
        now,
    };
    let buckets = buckets(&learned::text(&letter.mail));
    let correcting = Correcting { message: request.message, filing: &filing, by: &request.by, buckets: &buckets };
    store.correct(&correcting).await
}

/// Takes what was learned since into use. One small question to the ledger when nothing was.
pub async fn refresh(store: &Store, activity: ActivityId, knowledge: &Knowledge) -> Result<()> {
    if !knowledge.policy.learning || store.learned_revision(activity).await? == knowledge.learned().revision() {
        return Ok(());
    }
    knowledge.learn(store.learned(activity).await?);
    Ok(())
}

/// Learns everything anew from all corrections, by today's reading of their letters; gives their number. What is learned is the
/// same as before, unless the reading of letters has changed since.
pub async fn rebuild(store: &Store, activity: ActivityId, knowledge: &Arc<Knowledge>, by: &str, now: Timestamp) -> Result<usize> {
    let mut letters: Vec<(MessageKey, Vec<Bucket>)> = Vec::new();
    for correction in store.corrections(activity).await? {
        let Some(stored) = store.stored(activity, correction.message).await? else { continue };
        let reader = Arc::clone(knowledge);
        let reading = tokio::task::spawn_blocking(move || buckets(&learned::text(&reader.read(&stored.raw))));
        letters.push((correction.message, reading.await.context("Cannot read a letter again")?));
    }
    store.relearn(activity, &letters, by, now).await?;
    Ok(letters.len())
}
