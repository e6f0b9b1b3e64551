//! Rules, templates and policy of one activity, replaced as one: a set that fails to load leaves the old one working.

use crate::classifier::Model;
use crate::documents::{self, Format, LETTER, Reader};
use crate::domain::Timestamp;
use crate::domain::steps::{Findings, Known, Place, Plan, RawMail, Verdict};
use crate::domain::words::Kind;
use crate::killpoint;
use crate::mail::{self, Mail, attached};
use crate::plan::{self, Case, Policy};
use crate::reply::Replies;
use crate::resources::Resources;
use crate::rules::{Reading, Rules};
use crate::vocabulary::Vocabulary;
use anyhow::Result;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, RwLock};
use std::time::Instant;

/// All that thinking needs.
#[derive(Debug)]
pub struct Knowledge {
    /// Rules, vocabulary and charter.
    pub rules: Rules,
    /// Reply templates.
    pub replies: Replies,
    /// What the operator laid down.
    pub policy: Policy,
    /// Reads attached documents, each in a child process.
    pub documents: Reader,
    charter: String,
    /// What people corrected, as far as the ledger was read; replaced whole while letters are read by it.
    learned: RwLock<Arc<Model>>,
}

/// A letter, understood: the result of the pure steps 1 to 3.
#[derive(Debug)]
pub struct Understood {
    /// The letter.
    pub mail: Mail,
    /// What it is.
    pub verdict: Verdict,
    /// What it says.
    pub findings: Findings,
}

impl Knowledge {
    /// Loads everything for one activity; an error names file, line and rule.
    pub fn load(resources: &Resources, activity: &str, policy: impl FnOnce(&Rules) -> Policy) -> Result<Knowledge> {
        let rules = Rules::load(resources, activity)?;
        let replies = Replies::load(resources, &rules.charter)?;
        let policy = policy(&rules);
        let (documents, charter) = (Reader::new()?, activity.to_owned());
        Ok(Knowledge { rules, replies, policy, documents, charter, learned: RwLock::default() })
    }

    /// Steps 1 to 3. A fault of a parser ends as an unclassified letter for a person, never as the end of the daemon.
    pub fn understand(&self, raw: &RawMail) -> Understood {
        killpoint::swallow(&raw.bytes);
        let understood = catch_unwind(AssertUnwindSafe(|| {
            let mut mail = mail::parse(raw, &self.rules.vocabulary);
            open_documents(&mut mail, &self.documents, &self.rules.vocabulary);
            let reading = Reading::default();
            let verdict = self.classify(&mail, &reading);
            let findings = self.rules.extract_reading(&mail, &verdict, &reading);
            Understood { mail, verdict, findings }
        }));
        understood.unwrap_or_else(|_| self.quarantine(raw, "a parser failed on this letter"))
    }

    /// Whether a letter that was in hand when the program died may be read in this process: another one reads it first. Its documents
    /// are read by others in any case.
    pub fn survives(&self, raw: &RawMail) -> bool {
        self.documents.survives(&self.charter, &raw.bytes)
    }

    /// Step 2: the rules, helped by what people corrected before where they are weak.
    fn classify(&self, mail: &Mail, reading: &Reading) -> Verdict {
        let verdict = self.rules.classify_reading(mail, reading);
        if !self.policy.learning {
            return verdict;
        }
        self.rules.weigh_in(mail, verdict, &self.learned(), self.policy.threshold)
    }

    /// What was learned from corrections, as far as it was read.
    pub fn learned(&self) -> Arc<Model> {
        Arc::clone(&self.learned.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Takes what was learned since into use.
    pub fn learn(&self, model: Model) {
        *self.learned.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(model);
    }

    /// Step 1 alone, without the attached documents.
    pub fn read(&self, raw: &RawMail) -> Mail {
        catch_unwind(AssertUnwindSafe(|| mail::parse(raw, &self.rules.vocabulary))).unwrap_or_default()
    }

    /// A letter read again as the kind that a person says it is: what it says may depend on that.
    pub fn understand_as(&self, raw: &RawMail, kind: Kind) -> Understood {
        let letter = self.understand(raw);
        let verdict = Verdict { kind, confidence: 1.0, evidence: letter.verdict.evidence };
        let read = catch_unwind(AssertUnwindSafe(|| self.rules.extract(&letter.mail, &verdict)));
        Understood { findings: read.unwrap_or_default(), mail: letter.mail, verdict }
    }

    /// A letter that must not be read: only its header, as far as even that can be read; a person looks.
    pub fn quarantine(&self, raw: &RawMail, because: &str) -> Understood {
        let header = header_only(raw);
        let read = catch_unwind(AssertUnwindSafe(|| mail::parse(&header, &self.rules.vocabulary)));
        let mut mail = read.unwrap_or_default();
        mail.fingerprint = Some(mail::fingerprint::fingerprint(&raw.bytes));
        mail.size = raw.whole_size;
        mail.defects.push(format!("{because}; only the header was read"));
        let verdict = Verdict { kind: Kind::Unclassified, confidence: 0.0, evidence: Vec::new() };
        Understood { mail, verdict, findings: Findings::default() }
    }

    /// Step 5. What a person said that the letter is counts, whatever the rules say of another copy of it.
    pub fn decide(&self, letter: &Understood, known: &Known, received_at: Option<Timestamp>, now: Timestamp) -> Plan {
        let said = known.corrected.map(|kind| Verdict { kind, confidence: 1.0, evidence: Vec::new() });
        plan::decide(&Case {
            charter: &self.rules.charter,
            policy: &self.policy,
            mail: &letter.mail,
            verdict: said.as_ref().unwrap_or(&letter.verdict),
            findings: &letter.findings,
            known,
            received_at,
            now,
        })
    }
}

/// Documents of a letter that are opened at most: each costs a process.
const MOST_DOCUMENTS: usize = 8;
/// Attachments of a letter that are looked at.
const MOST_ATTACHMENTS: usize = 64;

/// Reads the documents of a letter. One that cannot be read is a remark on the letter.
pub fn open_documents(mail: &mut Mail, reader: &Reader, words: &Vocabulary) {
    let until = Instant::now() + LETTER;
    let (mut at, mut opened) = (0, 0);
    // A winmail.dat adds its files behind the others.
    while let Some(attachment) = mail.attachments.get_mut(at).filter(|_| at < MOST_ATTACHMENTS) {
        at += 1;
        let Some(bytes) = attachment.document.take() else { continue };
        let format = Format::of(&attachment.name, &attachment.content_type).or_else(|| Format::sniffed(&bytes));
        let Some(format) = format else { continue };
        if opened >= MOST_DOCUMENTS {
            mail.defects.push("more documents are attached than are opened".to_owned());
            break;
        }
        opened += 1;
        let kept = if format == Format::Tnef { bytes.clone() } else { Vec::new() };
        match reader.read(format, bytes, until) {
            Ok(mut document) if format == Format::Tnef => {
                let files = std::mem::take(&mut document.files);
                files.iter().for_each(|file| attached::unwrap(mail, &kept, file));
                attached::supply_body(mail, &document, words);
            }
            Ok(mut document) => {
                document.text = mail::bounded(&document.text);
                mail.documents.push(document);
            }
            Err(error) => mail.defects.push(format!("{}: {error:#}", attached::UNREAD)),
        }
    }
    mail.attachments.iter_mut().for_each(|attachment| attachment.document = None);
}

/// The child's side of [`Knowledge::survives`]. By the built-in rules: it is the reading of the letter that kills, or nothing. So a
/// charter of the operator's own, or one that no longer loads, is no reason to give up a letter; any built-in one does.
pub fn prove(charter: &str) -> Result<()> {
    let built_in = Resources::built_in();
    let any = built_in.list("charters")?.into_iter().next().unwrap_or_default();
    let any = any.strip_suffix(".toml").unwrap_or_default();
    let rules = Rules::load(&built_in, charter).or_else(|_| Rules::load(&built_in, any))?;
    documents::prove(|bytes| {
        let place = Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: String::new() };
        let raw = RawMail { place, whole_size: bytes.len() as u64, bytes, received_at: None };
        killpoint::swallow(&raw.bytes);
        let mail = mail::parse(&raw, &rules.vocabulary);
        rules.extract(&mail, &rules.classify(&mail));
    })
}

fn header_only(raw: &RawMail) -> RawMail {
    let end = raw.bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.or_else(|| raw.bytes.windows(2).position(|two| two == b"\n\n")).unwrap_or(raw.bytes.len());
    let bytes = raw.bytes.iter().take(end).copied().chain(*b"\r\n\r\n").collect();
    RawMail { place: raw.place.clone(), bytes, whole_size: raw.whole_size, received_at: raw.received_at }
}

/// The set in force, shared by all loops.
#[derive(Clone, Debug)]
pub struct Current(Arc<RwLock<Arc<Knowledge>>>);

impl Current {
    /// Starts with a set.
    pub fn new(knowledge: Knowledge) -> Current {
        Current(Arc::new(RwLock::new(Arc::new(knowledge))))
    }

    /// The set in force now; whoever holds it goes on with it even when another takes its place.
    pub fn get(&self) -> Arc<Knowledge> {
        Arc::clone(&self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Puts another set in force.
    pub fn replace(&self, knowledge: Knowledge) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(knowledge);
    }
}
