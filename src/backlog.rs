//! Many letters at once: the pure steps on all cores, one writer in batches, in order. An import and a mailbox that holds more
//! than a few new letters both come here.

use crate::corrections;
use crate::desk::{Desk, Manner};
use crate::domain::steps::{Draft, RawMail};
use crate::domain::words::Kind;
use crate::knowledge::{Knowledge, Understood};
use crate::mail::fingerprint::fingerprint;
use crate::store::{Filing, Packed, Packer};
use anyhow::Result;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::oneshot;

/// Letters to a transaction: a thousand cost three times less each than one, and more bring nothing (PERFORMANCE wall 4).
const BATCH: usize = 500;
/// Octets to a transaction at most, so that a row of large letters does not pile up in memory (the goal is 96 MB in all): three
/// batches are held at a time.
const BATCH_OCTETS: usize = 3 << 19;
/// Letters and octets that a thread takes in hand at a time: few changes of threads, and not all large letters on one core.
const HANDFUL: usize = 16;
const HANDFUL_OCTETS: usize = 1 << 20;
/// Handfuls beyond one a core that are in hand, so that no core waits for the next one.
const SPARE: usize = 1;

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
    /// Of the whole letter; its bytes are dropped when they are packed.
    octets: usize,
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
    let knowledge = desk.knowledge.get();
    corrections::refresh(&desk.store, desk.activity, &knowledge).await?;
    // One batch is filed while the next one is understood.
    let (sender, mut batches) = tokio::sync::mpsc::channel::<Vec<Ready>>(1);
    let understanding = understand_all(desk, order, &knowledge, &mut receiver, sender);
    let filing = async {
        let mut imported = Imported::default();
        while let Some(batch) = batches.recv().await {
            file(desk, order, &knowledge, batch, &mut imported).await?;
            progress(imported.new + imported.known);
        }
        anyhow::Ok(imported)
    };
    let mut filing = std::pin::pin!(filing);
    let mut understanding = std::pin::pin!(understanding);
    tokio::select! {
        // A database that cannot be written ends the reading, too.
        filed = &mut filing => { filed.map(|imported| (imported, Vec::new())) }
        unreadable = &mut understanding => { filing.await.map(|imported| (imported, unreadable)) }
    }
    .map(|(imported, unreadable)| Imported { unreadable, ..imported })
}

/// Understands handfuls of letters on all cores and sends them on in order, in batches; gives what could not be read.
async fn understand_all(
    desk: &Desk,
    order: Order,
    knowledge: &Arc<Knowledge>,
    receiver: &mut Receiver<Result<RawMail>>,
    batches: Sender<Vec<Ready>>,
) -> Vec<String> {
    let most = cores() + SPARE;
    let thinkers = Thinkers::start(knowledge);
    let mut unreadable = Vec::new();
    let mut thinking: VecDeque<oneshot::Receiver<Vec<Ready>>> = VecDeque::new();
    let mut batch = Batch::default();
    let mut letters = Vec::with_capacity(HANDFUL);
    loop {
        let is_last = receiver.recv_many(&mut letters, HANDFUL).await == 0;
        let mut handful = Vec::new();
        for letter in count(desk, order, std::mem::take(&mut letters)).await {
            match letter {
                Ok(raw) => handful.push(raw),
                Err(error) => unreadable.push(format!("{error:#}")),
            }
        }
        thinking.extend(portions(handful).into_iter().map(|portion| thinkers.take(portion)));
        while thinking.len() > if is_last { 0 } else { most } {
            let Some(next) = thinking.pop_front() else { break };
            match next.await {
                Ok(ready) => batch.take(ready),
                Err(_) => unreadable.push("Cannot understand some letters: the thread that read them failed".to_owned()),
            }
            // A receiver that is gone has failed, and says so itself.
            if batch.is_full() && batches.send(std::mem::take(&mut batch).letters).await.is_err() {
                return unreadable;
            }
        }
        if is_last {
            let _failed_and_says_so = batches.send(batch.letters).await;
            return unreadable;
        }
    }
}

/// What one thread takes in hand at a time.
fn portions(letters: Vec<RawMail>) -> Vec<Vec<RawMail>> {
    let mut portions: Vec<Vec<RawMail>> = Vec::new();
    let mut octets = usize::MAX;
    for raw in letters {
        if octets.saturating_add(raw.bytes.len()) > HANDFUL_OCTETS {
            portions.push(Vec::new());
            octets = 0;
        }
        octets += raw.bytes.len();
        if let Some(last) = portions.last_mut() {
            last.push(raw);
        }
    }
    portions
}

/// Letters of one transaction.
#[derive(Default)]
struct Batch {
    letters: Vec<Ready>,
    octets: usize,
}

impl Batch {
    fn take(&mut self, ready: Vec<Ready>) {
        self.octets += ready.iter().map(|ready| ready.octets).sum::<usize>();
        self.letters.extend(ready);
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

/// Letters to understand, and who waits for them.
struct Job {
    letters: Vec<RawMail>,
    done: oneshot::Sender<Vec<Ready>>,
}

/// Threads for the pure steps, one a core and no more: each keeps its own search states of every pattern, some 15 MB.
struct Thinkers(mpsc::Sender<Job>);

impl Thinkers {
    fn start(knowledge: &Arc<Knowledge>) -> Thinkers {
        let (sender, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..cores() {
            let (knowledge, jobs) = (Arc::clone(knowledge), Arc::clone(&jobs));
            tokio::task::spawn_blocking(move || think(&knowledge, &jobs));
        }
        Thinkers(sender)
    }

    /// The letters, understood, in order; an error if a thread failed over them.
    fn take(&self, letters: Vec<RawMail>) -> oneshot::Receiver<Vec<Ready>> {
        let (done, ready) = oneshot::channel();
        // Threads that are gone have dropped what they had in hand, and the receiver says so.
        let _dropped_with_its_sender = self.0.send(Job { letters, done });
        ready
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn think(knowledge: &Knowledge, jobs: &Mutex<mpsc::Receiver<Job>>) {
    let mut packer = Packer::new();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { letters, done }) = job else { return };
        let all = || letters.into_iter().map(|raw| understand(knowledge, &mut packer, raw)).collect();
        if let Ok(ready) = catch_unwind(AssertUnwindSafe(all)) {
            let _nobody_waits_any_more = done.send(ready);
        }
    }
}

/// The pure steps. What only they need is dropped here.
fn understand(knowledge: &Knowledge, packer: &mut Packer, mut raw: RawMail) -> Ready {
    let mut letter = knowledge.understand(&raw);
    let packed = packer.pack(&raw, &letter.mail);
    let octets = raw.bytes.len();
    raw.bytes = Vec::new();
    letter.mail.documents = Vec::new();
    Ready { raw, letter, packed, octets }
}

async fn file(desk: &Desk, order: Order, knowledge: &Knowledge, batch: Vec<Ready>, imported: &mut Imported) -> Result<()> {
    let now = desk.clock.now();
    let mut transaction = desk.store.batch().await?;
    let mut drafted = false;
    for Ready { raw, letter, packed, .. } in batch {
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
