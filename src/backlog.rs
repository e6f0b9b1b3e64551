//! Many letters at once: the pure steps on all cores, one writer in batches, in order. An import and a mailbox that holds more
//! than a few new letters both come here.

use crate::corrections;
use crate::desk::{Desk, Manner};
use crate::domain::steps::{Draft, RawMail};
use crate::domain::words::Kind;
use crate::knowledge::{Knowledge, Understood};
use crate::mail::fingerprint::fingerprint;
use crate::store::{Filing, Packed};
use anyhow::Result;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

/// Letters to a transaction: a thousand cost three times less each than one, and more bring nothing (PERFORMANCE wall 4).
const BATCH: usize = 500;
/// Octets to a transaction at most, so that a row of large letters does not pile up in memory (the goal is 96 MB in all).
const BATCH_OCTETS: usize = 8 << 20;

/// What many letters came to.
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

/// How letters of a channel are filed.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// What becomes of them.
    pub manner: Manner,
    /// Whether each letter is counted before it is read, so that one that kills the program is found out at the next start.
    /// An import is watched by a person and does without.
    pub counted: bool,
}

/// Files all letters of a channel until it is closed; `progress` is told how many were done after each batch.
///
/// A letter that cannot be read is listed and does not stop the others; a database that cannot be written stops all, with
/// nothing half done.
pub async fn file_all(
    desk: &Desk,
    order: Order,
    mut receiver: Receiver<Result<RawMail>>,
    mut progress: impl FnMut(u64),
) -> Result<Imported> {
    let window = std::thread::available_parallelism().map_or(1, usize::from) * 4;
    let knowledge = desk.knowledge.get();
    corrections::refresh(&desk.store, desk.activity, &knowledge).await?;
    let mut imported = Imported::default();
    let mut thinking: VecDeque<JoinHandle<Ready>> = VecDeque::with_capacity(window * 2);
    let mut batch = Batch::default();
    let mut letters = Vec::with_capacity(window);
    while receiver.recv_many(&mut letters, window).await > 0 {
        for letter in count(desk, order, std::mem::take(&mut letters)).await {
            match letter {
                Ok(raw) => thinking.push_back(think(&knowledge, raw)),
                Err(error) => imported.unreadable.push(format!("{error:#}")),
            }
        }
        while thinking.len() > window {
            let Some(next) = thinking.pop_front() else { break };
            batch.take(next, &mut imported).await;
            if batch.is_full() {
                file(desk, order, &knowledge, &mut batch, &mut imported).await?;
                progress(imported.new + imported.known);
            }
        }
    }
    for next in thinking {
        batch.take(next, &mut imported).await;
    }
    file(desk, order, &knowledge, &mut batch, &mut imported).await?;
    progress(imported.new + imported.known);
    Ok(imported)
}

/// Letters of one transaction.
#[derive(Default)]
struct Batch {
    letters: Vec<Ready>,
    octets: usize,
}

impl Batch {
    async fn take(&mut self, next: JoinHandle<Ready>, imported: &mut Imported) {
        match next.await {
            Ok(ready) => {
                self.octets += ready.raw.bytes.len();
                self.letters.push(ready);
            }
            Err(error) => imported.unreadable.push(format!("Cannot understand a letter: {error}")),
        }
    }

    fn is_full(&self) -> bool {
        self.letters.len() >= BATCH || self.octets >= BATCH_OCTETS
    }
}

/// Counts the attempts for a handful of letters, in one transaction. One that was begun before and never filed may have killed
/// the program: it is left out here and comes the slow way, alone, where it is found out.
async fn count(desk: &Desk, order: Order, letters: Vec<Result<RawMail>>) -> Vec<Result<RawMail>> {
    if !order.counted {
        return letters;
    }
    let prints: Vec<_> = letters.iter().flatten().map(|raw| fingerprint(&raw.bytes)).collect();
    match desk.store.begin_attempts(desk.activity, &prints, desk.clock.now()).await {
        Ok(suspects) if suspects.is_empty() => letters,
        Ok(suspects) => {
            let is_free =
                |letter: &Result<RawMail>| letter.as_ref().is_ok_and(|raw| !suspects.contains(&fingerprint(&raw.bytes)));
            letters.into_iter().filter(is_free).collect()
        }
        Err(error) => vec![Err(error)],
    }
}

/// The pure steps, on any core.
fn think(knowledge: &Arc<Knowledge>, raw: RawMail) -> JoinHandle<Ready> {
    let knowledge = Arc::clone(knowledge);
    tokio::task::spawn_blocking(move || {
        let letter = knowledge.understand(&raw);
        let packed = Packed::new(&raw, &letter.mail);
        Ready { raw, letter, packed }
    })
}

async fn file(desk: &Desk, order: Order, knowledge: &Knowledge, batch: &mut Batch, imported: &mut Imported) -> Result<()> {
    let now = desk.clock.now();
    let mut transaction = desk.store.batch().await?;
    let mut drafted = false;
    batch.octets = 0;
    for Ready { raw, letter, packed } in batch.letters.drain(..) {
        let known = transaction.recall(desk.activity, &letter.mail, &letter.findings, now).await?;
        let plan = desk.decide(knowledge, order.manner, (&raw, &letter, &known), now);
        let drafts: Vec<Draft> = desk.draft(knowledge, &letter, &plan, &raw, now)?;
        drafted |= !drafts.is_empty();
        let filing = Filing {
            activity: desk.activity,
            raw: &raw,
            mail: &letter.mail,
            verdict: &letter.verdict,
            findings: &letter.findings,
            plan: &plan,
            drafts: &drafts,
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
    transaction.commit().await?;
    if drafted {
        desk.bell.notify_one();
    }
    Ok(())
}
