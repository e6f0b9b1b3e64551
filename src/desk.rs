//! Where a letter is filed: the way of one message, in seven steps. The watch, the import and the demo all come here.

use crate::clock::{Clock, Steady};
use crate::corrections;
use crate::domain::Timestamp;
use crate::domain::steps::{Confirming, Draft, Known, Plan, RawMail, Reason};
use crate::domain::words::{Dial, OutboxState};
use crate::health::Health;
use crate::killpoint::{self, Point};
use crate::knowledge::{Current, Knowledge, Understood};
use crate::mail::fingerprint::fingerprint;
use crate::reply::confirm::Question;
use crate::reply::{AckInput, Identity};
use crate::store::{ActivityId, Filed, Filing, Store};
use anyhow::{Context, Result};
use std::sync::Arc;
use tokio::sync::Notify;
use tracing::{info, warn};

/// A letter that was in hand at two deaths of the program is read by a child first; one that kills that, too, is not read any more:
/// only its header is (RELIABILITY F33). Who was only in hand when somebody killed the program is innocent.
const MOST_DEATHS: u32 = 2;
/// A letter that kills the program only after it was read, which no child shows, is found out by its deaths alone.
const MOST_DEATHS_OF_ALL: u32 = 5;

/// What filing needs; the same for the watch, the import and the demo.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The ledger.
    pub store: Store,
    /// The activity.
    pub activity: ActivityId,
    /// Rules, templates, policy.
    pub knowledge: Current,
    /// Who writes our mail.
    pub identity: Arc<Identity>,
    /// What works and what does not.
    pub health: Health,
    /// Notices that the clock was set.
    pub steady: Steady,
    /// The folder for copies that come to the witness address; none where there is no witness.
    pub witness_folder: Option<String>,
    /// The present moment.
    pub clock: Clock,
    /// Rung when letters may have come into the outbox.
    pub bell: Arc<Notify>,
}

/// What becomes of a letter beside being filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Answered and shelved, as the plan says.
    Treat,
    /// Only kept: it lies in a folder where letters lie that were dealt with, or comes by an import.
    Keep,
}

/// How much of a letter is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Whole,
    /// It may kill the program.
    Header,
}

impl Desk {
    /// Files one letter. The word before the dots is the folder to open; the last step is the only one that writes.
    pub async fn file_one(&self, raw: RawMail) -> Result<Filed> {
        self.file_as(raw, Manner::Treat).await
    }

    /// Files one letter in a manner.
    pub async fn file_as(&self, raw: RawMail, manner: Manner) -> Result<Filed> {
        let knowledge = self.knowledge.get();
        let fingerprint = fingerprint(&raw.bytes);
        corrections::refresh(&self.store, self.activity, &knowledge).await?;
        let deaths = self.store.begin_attempt(self.activity, &fingerprint, self.clock.now()).await?;
        killpoint::pass(Point::AttemptCounted);
        let (raw, reading) =
            if deaths > MOST_DEATHS { self.suspect(&knowledge, raw, deaths).await? } else { (raw, Reading::Whole) };
        let (raw, letter) = understand(&knowledge, raw, reading).await?;
        killpoint::pass(Point::Understood);
        let filed = self.file(&knowledge, raw, letter, manner).await;
        // It was read and nobody died: the fault is the ledger's, and is not counted against the letter.
        if filed.is_err()
            && let Err(error) = self.store.survive_attempt(self.activity, &fingerprint).await
        {
            warn!("An attempt to read a letter stays counted: {error:#}");
        }
        filed
    }

    /// How a letter is read that was in hand when the program died. While a child tries, the attempt is not counted: whoever ends
    /// the program meanwhile says nothing of the letter.
    async fn suspect(&self, knowledge: &Arc<Knowledge>, raw: RawMail, deaths: u32) -> Result<(RawMail, Reading)> {
        if deaths > MOST_DEATHS_OF_ALL {
            return Ok((raw, Reading::Header));
        }
        let fingerprint = fingerprint(&raw.bytes);
        self.store.survive_attempt(self.activity, &fingerprint).await?;
        let trying = Arc::clone(knowledge);
        let tried = tokio::task::spawn_blocking(move || (trying.survives(&raw), raw));
        let (survives, raw) = tried.await.context("Cannot try to read a letter")?;
        self.store.begin_attempt(self.activity, &fingerprint, self.clock.now()).await?;
        Ok((raw, if survives { Reading::Whole } else { Reading::Header }))
    }

    /// Files the header of a letter that cannot be read whole, for a person; `because` says why.
    pub async fn file_header(&self, raw: RawMail, because: &str) -> Result<Filed> {
        let knowledge = self.knowledge.get();
        let letter = knowledge.quarantine(&raw, because);
        self.file(&knowledge, raw, letter, Manner::Treat).await
    }

    async fn file(&self, knowledge: &Knowledge, raw: RawMail, letter: Understood, manner: Manner) -> Result<Filed> {
        let now = self.clock.now();
        let known = self.store.recall(self.activity, &letter.mail, &letter.findings, now).await?;
        let plan = self.decide(knowledge, manner, (&raw, &letter, &known), now);
        let drafts = self.draft(knowledge, &letter, &plan, &raw, now)?;
        let filing = Filing {
            activity: self.activity,
            raw: &raw,
            mail: &letter.mail,
            verdict: &letter.verdict,
            findings: &letter.findings,
            plan: &plan,
            drafts: &drafts,
            packed: None,
            now,
        };
        let filed = self.store.file(&filing).await?;
        killpoint::pass(Point::Filed);
        if !drafts.is_empty() {
            self.bell.notify_one();
        }
        let (id, kind) = (filed.message.0, letter.verdict.kind.as_str());
        match filed.new {
            true => info!(message.id = id, kind, answer = plan.answer.as_str(), "Filed message {id} as {kind}"),
            false => info!(message.id = id, "Seen a copy of message {id}"),
        }
        Ok(filed)
    }

    /// Step 5.
    pub(crate) fn decide(
        &self,
        knowledge: &Knowledge,
        manner: Manner,
        (raw, letter, known): (&RawMail, &Understood, &Known),
        now: Timestamp,
    ) -> Plan {
        let plan = knowledge.decide(letter, known, raw.received_at, now);
        match manner {
            Manner::Treat => plan,
            Manner::Keep => keep(plan),
        }
    }

    /// Step 6.
    pub(crate) fn draft(
        &self,
        knowledge: &Knowledge,
        letter: &Understood,
        plan: &Plan,
        raw: &RawMail,
        now: Timestamp,
    ) -> Result<Vec<Draft>> {
        let Some(acknowledgement) = &plan.acknowledgement else { return Ok(Vec::new()) };
        let input = AckInput {
            charter: &knowledge.rules.charter,
            mail: &letter.mail,
            verdict: &letter.verdict,
            findings: &letter.findings,
            plan,
            acknowledgement,
            arrived_at: raw.received_at.or(letter.mail.date).unwrap_or(now),
            now,
        };
        let draft = knowledge.replies.acknowledge(&self.identity, &input).context("Cannot write the acknowledgement")?;
        let mut drafts = vec![draft];
        let state = match knowledge.policy.dials.reminder {
            Dial::Off => return Ok(drafts),
            Dial::Hold => OutboxState::Held,
            Dial::Send => OutboxState::Ready,
        };
        let print = letter.mail.fingerprint.as_ref().map_or("", |print| print.as_str());
        for ask in &plan.confirming.asks {
            let Some(found) = letter.findings.contacts.get(ask.found) else { continue };
            let question = Question { ask, found, letter: print, language: plan.language, state, now };
            let charter = &knowledge.rules.charter;
            drafts.push(knowledge.replies.confirm(&self.identity, charter, &question).context("Cannot write a question")?);
        }
        Ok(drafts)
    }
}

/// What a plan says of the letter itself, without answer and shelf.
fn keep(plan: Plan) -> Plan {
    let mut reasons = plan.reasons;
    if plan.acknowledgement.is_some() {
        let text = "The letter lay where letters lie that were dealt with, or came by an import; nobody is answered.";
        reasons.push(Reason { rule: "only-kept".to_owned(), text: text.to_owned() });
    }
    let confirming = Confirming::default();
    Plan { acknowledgement: None, folder: None, keywords: Vec::new(), reasons, confirming, ..plan }
}

/// Steps 1 to 3 on a thread that may take its time; the daemon's own threads go on meanwhile.
async fn understand(knowledge: &Arc<Knowledge>, raw: RawMail, reading: Reading) -> Result<(RawMail, Understood)> {
    let knowledge = Arc::clone(knowledge);
    let thinking = tokio::task::spawn_blocking(move || {
        let letter = match reading {
            Reading::Whole => knowledge.understand(&raw),
            Reading::Header => knowledge.quarantine(&raw, "the program died on this letter before"),
        };
        (raw, letter)
    });
    thinking.await.context("Cannot understand a letter")
}
