//! Import: old letters, filed without answering anybody. Parsing and understanding on all cores, one writer in batches, in order.

use crate::corrections;
use crate::desk::Desk;
use crate::domain::steps::RawMail;
use crate::domain::words::Kind;
use crate::knowledge::{Knowledge, Understood};
use crate::store::{Filing, Packed};
use anyhow::{Context, Result};
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Letters to a transaction: a thousand cost three times less each than one, and more bring nothing (PERFORMANCE wall 4).
const BATCH: usize = 500;
/// Octets to a transaction at most, so that a row of large letters does not pile up in memory (the goal is 96 MB in all).
const BATCH_OCTETS: usize = 8 << 20;

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Letters filed.
    pub new: u64,
    /// Letters that were on file already.
    pub known: u64,
    /// New ones by kind.
    pub by_kind: BTreeMap<Kind, u64>,
    /// Files or letters that could not be read, with the reason.
    pub unreadable: Vec<String>,
}

struct Ready {
    raw: RawMail,
    letter: Understood,
    packed: Packed,
}

/// Files all letters of an iterator; `progress` is told how many were done after each batch.
///
/// Reading happens on one blocking thread, the pure steps on as many as there are cores, filing here. A letter that cannot be
/// read is listed and does not stop the others; a database that cannot be written stops all, with nothing half done.
pub async fn import<I>(desk: &Desk, letters: I, mut progress: impl FnMut(u64)) -> Result<Imported>
where
    I: Iterator<Item = Result<RawMail>> + Send + 'static,
{
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<RawMail>>(cores * 4);
    let reader = tokio::task::spawn_blocking(move || {
        for letter in letters {
            if sender.blocking_send(letter).is_err() {
                return;
            }
        }
    });
    let knowledge = desk.knowledge.get();
    corrections::refresh(&desk.store, desk.activity, &knowledge).await?;
    let arriving =
        futures_util::stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|letter| (letter, receiver)) });
    let mut thinking = std::pin::pin!(arriving.map(|letter| think(&knowledge, letter)).buffered(cores * 4));
    let mut imported = Imported::default();
    let mut batch = Vec::new();
    let mut octets = 0;
    while let Some(ready) = thinking.next().await {
        match ready {
            Ok(ready) => {
                octets += ready.raw.bytes.len();
                batch.push(ready);
            }
            Err(error) => imported.unreadable.push(format!("{error:#}")),
        }
        if batch.len() >= BATCH || octets >= BATCH_OCTETS {
            file(desk, &knowledge, &mut batch, &mut imported).await?;
            octets = 0;
            progress(imported.new + imported.known);
        }
    }
    file(desk, &knowledge, &mut batch, &mut imported).await?;
    progress(imported.new + imported.known);
    reader.await.context("Cannot read the letters")?;
    Ok(imported)
}

async fn think(knowledge: &Arc<Knowledge>, raw: Result<RawMail>) -> Result<Ready> {
    let raw = raw?;
    let knowledge = Arc::clone(knowledge);
    let thinking = tokio::task::spawn_blocking(move || {
        let letter = knowledge.understand(&raw);
        let packed = Packed::new(&raw, &letter.mail);
        Ready { raw, letter, packed }
    });
    thinking.await.context("Cannot understand a letter")
}

async fn file(desk: &Desk, knowledge: &Knowledge, batch: &mut Vec<Ready>, imported: &mut Imported) -> Result<()> {
    let now = desk.clock.now();
    let mut transaction = desk.store.batch().await?;
    for Ready { raw, letter, packed } in batch.drain(..) {
        let known = transaction.recall(desk.activity, &letter.mail, &letter.findings, now).await?;
        let plan = knowledge.decide(&letter, &known, raw.received_at, now);
        let filing = Filing {
            activity: desk.activity,
            raw: &raw,
            mail: &letter.mail,
            verdict: &letter.verdict,
            findings: &letter.findings,
            plan: &plan,
            drafts: &[],
            packed: Some(&packed),
            now,
        };
        match transaction.file(&filing).await?.new {
            true => {
                imported.new += 1;
                *imported.by_kind.entry(letter.verdict.kind).or_default() += 1;
            }
            false => imported.known += 1,
        }
    }
    transaction.commit().await
}
