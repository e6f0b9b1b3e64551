//! Step 7: the one write of intake. One letter is one transaction, or many letters one: never half a letter.

use super::activity::ActivityId;
use super::failover::Failover;
use super::figures::{Settled, What};
use super::pool::Dialect;
use super::recall::Found;
use super::{Store, Tx, facts, insert, ledger, outbox, people, questions, recall, registrations, search};
use crate::domain::steps::{Draft, Findings, Known, Plan, RawMail, Verdict};
use crate::domain::{Fingerprint, LetterKey, MessageKey, Timestamp};
use crate::killpoint::{self, Point};
use crate::mail::Mail;
use anyhow::{Context, Result};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One letter with all that was thought about it.
#[derive(Clone, Copy, Debug)]
pub struct Filing<'a> {
    /// Whose letter.
    pub activity: ActivityId,
    /// Its bytes and place.
    pub raw: &'a RawMail,
    /// Step 1.
    pub mail: &'a Mail,
    /// Step 2.
    pub verdict: &'a Verdict,
    /// Step 3.
    pub findings: &'a Findings,
    /// Step 5.
    pub plan: &'a Plan,
    /// Step 6.
    pub drafts: &'a [Draft],
    /// What another thread has worked out before; `None` lets filing do it.
    pub packed: Option<&'a Packed>,
    /// The moment of filing.
    pub now: Timestamp,
}

/// The part of filing that needs no database and may be done on any core.
#[derive(Clone, Debug)]
pub struct Packed {
    pub(super) bytes: Vec<u8>,
    pub(super) size: u64,
    pub(super) words: String,
}

impl Packed {
    /// Compresses the bytes and folds the words. Pure.
    pub fn new(raw: &RawMail, mail: &Mail) -> Packed {
        Packed { bytes: compress(&raw.bytes), size: raw.whole_size, words: search::words_of(mail) }
    }
}

/// Packs many letters: what compressing works with is made once.
pub struct Packer(zstd::bulk::Compressor<'static>);

impl Packer {
    /// Makes it.
    #[expect(clippy::new_without_default, reason = "it takes a megabyte, and is made where many letters come")]
    pub fn new() -> Packer {
        Packer(zstd::bulk::Compressor::new(LEVEL).expect("the level is one that zstd has"))
    }

    /// As [`Packed::new`].
    pub fn pack(&mut self, raw: &RawMail, mail: &Mail) -> Packed {
        let bytes = self.0.compress(&raw.bytes).expect("compressing into memory cannot fail");
        Packed { bytes, size: raw.whole_size, words: search::words_of(mail) }
    }
}

/// Half the time of level 3, and a letter of a few kilobytes comes out 3 % larger.
const LEVEL: i32 = 1;

/// Octets of words that a batch keeps until they are indexed: what SQLite's full text gathers before it writes (`hashsize`).
const MOST_WORDS: usize = 1 << 20;

/// One zstd frame.
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, LEVEL).expect("compressing into memory cannot fail")
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its key; of the first copy, if it was filed before.
    pub message: MessageKey,
    /// `false`: the same letter was on file, only the place was noted.
    pub new: bool,
    /// Its thread.
    pub thread: i64,
    /// Letters put into the outbox for it.
    pub letters: Vec<LetterKey>,
}

/// Several letters in one transaction, in order; each sees the ones before it. Dropping it undoes all of them.
#[derive(Debug)]
pub struct Batch {
    pub(super) tx: Tx,
    dialect: Dialect,
    failover: Arc<Failover>,
    counts: BTreeMap<(ActivityId, &'static str, i64), i64>,
    cursors: BTreeMap<(String, String), ledger::Mark>,
    folders: BTreeMap<(ActivityId, String, String), Settled>,
    /// The words of the letters by their keys, indexed together.
    words: BTreeMap<i64, String>,
    /// Octets of these words.
    octets: usize,
    /// The moment of the latest filing.
    latest: Option<Timestamp>,
    /// What the latest question found, so that filing the same letter next need not ask again.
    found: Option<(ActivityId, Fingerprint, Found)>,
}

impl Store {
    /// Files one letter, or notes one more place of a letter on file.
    pub async fn file(&self, filing: &Filing<'_>) -> Result<Filed> {
        let one = std::slice::from_ref(filing);
        let filed = match self.file_many(one).await {
            // PostgreSQL: a copy of the letter was filed from another mailbox at the same moment. Now it is known.
            Err(error) if is_race(&error) => self.file_many(one).await?,
            filed => filed?,
        };
        filed.into_iter().next().context("Cannot file a letter")
    }

    /// Files several letters, in order, in one transaction.
    pub async fn file_many(&self, filings: &[Filing<'_>]) -> Result<Vec<Filed>> {
        let mut batch = self.batch().await?;
        let mut filed = Vec::with_capacity(filings.len());
        for filing in filings {
            filed.push(batch.file(filing).await?);
        }
        batch.commit().await?;
        Ok(filed)
    }

    /// Begins a transaction for several letters. Nothing else writes meanwhile: commit after a second at most.
    pub async fn batch(&self) -> Result<Batch> {
        let tx = self.write().await?;
        Ok(Batch {
            tx,
            dialect: self.dialect,
            failover: Arc::clone(&self.failover),
            counts: BTreeMap::new(),
            cursors: BTreeMap::new(),
            folders: BTreeMap::new(),
            words: BTreeMap::new(),
            octets: 0,
            latest: None,
            found: None,
        })
    }
}

impl Batch {
    /// What the ledger knows, the letters filed before in this batch included.
    pub async fn recall(&mut self, activity: ActivityId, mail: &Mail, findings: &Findings, now: Timestamp) -> Result<Known> {
        let found = recall::ask(&mut self.tx, activity, mail, findings).await?;
        self.found = mail.fingerprint.clone().map(|fingerprint| (activity, fingerprint, found.clone()));
        let known = recall::known(&mut self.tx, activity, mail, found, now).await?;
        recall::with_more(&mut self.tx, activity, (mail, findings), known).await
    }

    /// Files one letter.
    pub async fn file(&mut self, filing: &Filing<'_>) -> Result<Filed> {
        let fingerprint = filing.mail.fingerprint.as_ref().context("Cannot file a letter without fingerprint")?;
        let found = match self.found.take() {
            Some((activity, recalled, found)) if activity == filing.activity && recalled == *fingerprint => found,
            _ => recall::ask(&mut self.tx, filing.activity, filing.mail, filing.findings).await?,
        };
        let mut what = What::Filed;
        let filed = match found.filed {
            Some((message, thread)) => {
                what = self.copy(filing, fingerprint, message).await.context("Cannot file a copy of a letter")?;
                Filed { message, new: false, thread, letters: Vec::new() }
            }
            None => self.first(filing, &found).await.context("Cannot file a letter")?,
        };
        self.mark(filing);
        self.folders.entry(Settled::key(filing)).or_default().add(filing, what);
        self.latest = Some(filing.now);
        Ok(filed)
    }

    /// Writes the figures of the batch and commits. After this the letters are filed, whatever happens.
    pub async fn commit(mut self) -> Result<()> {
        for ((activity, name, day), value) in std::mem::take(&mut self.counts) {
            count(&mut self.tx, activity, name, day, value).await?;
        }
        for ((mailbox, folder), mark) in std::mem::take(&mut self.cursors) {
            ledger::advance(&mut self.tx, &mailbox, &folder, &mark).await?;
        }
        if let Some(now) = self.latest {
            for (key, settled) in std::mem::take(&mut self.folders) {
                settled.write(&mut self.tx, &key, now).await?;
            }
        }
        self.index().await?;
        killpoint::pass(Point::BeforeFilingCommit);
        self.tx.commit().await.context("Cannot commit the filing of letters")
    }

    async fn first(&mut self, filing: &Filing<'_>, found: &Found) -> Result<Filed> {
        let relations = &found.relations;
        let packed = filing.packed.map_or_else(|| Cow::Owned(Packed::new(filing.raw, filing.mail)), Cow::Borrowed);
        let (message, thread) = insert::letter(&mut self.tx, self.dialect, filing, relations, &packed).await?;
        self.octets += packed.words.len();
        self.words.insert(message.0, packed.words.clone());
        if self.octets >= MOST_WORDS {
            self.index().await?;
        }
        people::apply(&mut self.tx, self.dialect, filing, message).await?;
        facts::liaison(&mut self.tx, filing, message).await?;
        registrations::add(&mut self.tx, filing, message).await?;
        let mut letters = Vec::new();
        for draft in filing.drafts {
            let draft = self.failover.begin(draft, filing.raw.received_at, filing.now);
            let letter = outbox::insert_answer(&mut self.tx, filing, &draft, message, thread).await?;
            if let Some(letter) = letter {
                questions::ask(&mut self.tx, filing, &draft, message, letter).await?;
            }
            letters.extend(letter);
        }
        questions::answer(&mut self.tx, self.dialect, filing, message).await?;
        insert::shelving(&mut self.tx, filing, message).await?;
        self.tally(filing, filing.verdict.kind.as_str());
        Ok(Filed { message, new: true, thread, letters })
    }

    async fn index(&mut self) -> Result<()> {
        self.octets = 0;
        let words = std::mem::take(&mut self.words);
        if words.is_empty() { Ok(()) } else { insert::words(&mut self.tx, self.dialect, &words).await }
    }

    async fn copy(&mut self, filing: &Filing<'_>, fingerprint: &Fingerprint, message: MessageKey) -> Result<What> {
        let is_new = ledger::sight(&mut self.tx, filing.activity, &filing.raw.place, message, filing.now).await?;
        if is_new {
            self.tally(filing, "copies");
            if !ledger::put_back(&mut self.tx, filing, message).await? {
                insert::shelving(&mut self.tx, filing, message).await?;
            }
        }
        insert::forget_attempt(&mut self.tx, filing.activity, fingerprint).await?;
        Ok(if is_new { What::Copy } else { What::Known })
    }

    fn tally(&mut self, filing: &Filing<'_>, name: &'static str) {
        *self.counts.entry((filing.activity, name, day_of(filing.now))).or_default() += 1;
    }

    fn mark(&mut self, filing: &Filing<'_>) {
        let place = &filing.raw.place;
        if let Some(mark) = ledger::Mark::of(filing) {
            let key = (place.mailbox.clone(), place.folder.clone());
            self.cursors.entry(key).and_modify(|known| known.join(&mark)).or_insert(mark);
        }
    }
}

/// Another transaction was quicker: a row that must be alone, or a deadlock (40P01) that this one lost.
fn is_race(error: &anyhow::Error) -> bool {
    let database = error.chain().find_map(|cause| cause.downcast_ref::<sqlx::Error>()?.as_database_error());
    database.is_some_and(|error| error.is_unique_violation() || error.code().as_deref() == Some("40P01"))
}

/// Whole days since 1970, UTC.
pub(super) fn day_of(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(86_400)
}

/// Adds to a counter.
pub(super) async fn count(tx: &mut Tx, activity: ActivityId, name: &str, day: i64, value: i64) -> Result<()> {
    let sql = "INSERT INTO counter (activity_id, name, day, value) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (activity_id, name, day) DO UPDATE SET value = counter.value + excluded.value";
    let query = sqlx::query(sql).bind(activity.0).bind(name).bind(day).bind(value);
    query.execute(&mut **tx).await.context("Cannot count")?;
    Ok(())
}

/// Counts one of what happened just now.
pub(super) async fn count_one(tx: &mut Tx, activity: ActivityId, name: &str, now: Timestamp) -> Result<()> {
    count(tx, activity, name, day_of(now), 1).await
}

#[cfg(test)]
mod tests {
    use super::day_of;

    #[test]
    fn days_are_counted_before_1970_too() {
        assert_eq!(day_of("1969-12-31T23:59:59Z".parse().unwrap()), -1);
        assert_eq!(day_of("1970-01-02T00:00:00Z".parse().unwrap()), 1);
    }
}
