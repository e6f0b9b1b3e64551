//! A ledger made anew from the letters themselves: from mailboxes, files and what an older ledger kept. Nobody is answered.
//!
//! All letters are gathered first and filed in the order in which they came, as facts build on one another: a person is nominated before
//! the details are changed. Copies of our own letters (the folder of witnesses, a Sent folder) become letters out that were
//! accepted, under the intent that they had, so that the same answer is never written again.

use crate::backlog::{self, Imported, Order};
use crate::desk::{Desk, Manner};
use crate::domain::address::Address;
use crate::domain::steps::RawMail;
use crate::domain::words::Outgoing;
use crate::domain::{MessageKey, Timestamp};
use crate::intake::Intake;
use crate::mail::{self, Mail};
use crate::mailbox::Mailbox;
use crate::store::{self, Recovered};
use anyhow::{Context, Result};
use jiff::ToSpan;
use serde::Serialize;

/// Letters handed on ahead of those that are filed.
const AHEAD: usize = 16;
/// Weeks back for which a digest of ours is looked for: longer than any activity lives.
const WEEKS: i32 = 520;

/// What a rebuild came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Rebuilt {
    /// Letters gathered, copies included.
    pub gathered: usize,
    /// Letters filed.
    pub letters: Imported,
    /// Copies of our own letters found.
    pub own: usize,
    /// Of these, written down as accepted.
    pub accepted: usize,
}

/// Letters on their way, compressed: a whole mailbox is held at once.
#[derive(Debug, Default)]
pub struct Gathered {
    letters: Vec<Held>,
    own: Vec<RawMail>,
    unreadable: Vec<String>,
}

#[derive(Debug)]
struct Held {
    at: Timestamp,
    raw: RawMail,
    octets: usize,
}

impl Gathered {
    /// Takes a letter in; one of our own is kept apart.
    pub fn take(&mut self, desk: &Desk, letter: Result<RawMail>) {
        let mut raw = match letter {
            Ok(raw) => raw,
            Err(error) => return self.unreadable.push(format!("{error:#}")),
        };
        if is_own(desk, &raw.bytes) {
            self.own.push(raw);
            return;
        }
        let knowledge = desk.knowledge.get();
        let date = || mail::parse(&raw, &knowledge.rules.vocabulary).date;
        let at = raw.received_at.or_else(date).unwrap_or(Timestamp::MIN);
        let octets = raw.bytes.len();
        raw.bytes = store::compress(&raw.bytes);
        self.letters.push(Held { at, raw, octets });
    }

    /// Takes in all letters of a mailbox, wherever they lie, and the copies in its folder of witnesses.
    pub async fn take_mailbox(&mut self, desk: &Desk, intake: &Intake, mailbox: &mut Mailbox) -> Result<()> {
        for raw in intake.gather(mailbox).await? {
            self.take(desk, raw);
        }
        Ok(())
    }
}

/// Files everything that was gathered, oldest first, and writes down what of ours had left.
pub async fn rebuild(desk: &Desk, mut gathered: Gathered, progress: impl FnMut(u64)) -> Result<Rebuilt> {
    let mut rebuilt = Rebuilt { gathered: gathered.letters.len(), own: gathered.own.len(), ..Rebuilt::default() };
    gathered.letters.sort_by_key(|held| held.at);
    let (sender, receiver) = tokio::sync::mpsc::channel(AHEAD);
    let letters = std::mem::take(&mut gathered.letters);
    let feeder = tokio::task::spawn_blocking(move || {
        for Held { mut raw, octets, .. } in letters {
            let unfolded = store::decompress(&raw.bytes, octets).map(|bytes| {
                raw.bytes = bytes;
                raw
            });
            if sender.blocking_send(unfolded).is_err() {
                return;
            }
        }
    });
    let order = Order { manner: Manner::Keep, counted: false };
    rebuilt.letters = backlog::file_all(desk, order, receiver, progress).await?;
    feeder.await.context("Cannot hand the letters on")?;
    rebuilt.letters.unreadable.append(&mut gathered.unreadable);
    for raw in &gathered.own {
        rebuilt.accepted += usize::from(own(desk, raw).await?);
    }
    desk.store.resume(desk.activity, desk.clock.now()).await?;
    Ok(rebuilt)
}

/// A letter of ours: sealed with our key; or, where the key is lost, in our name, with a Message-ID as only we write them.
fn is_own(desk: &Desk, bytes: &[u8]) -> bool {
    if desk.identity.own_letter(bytes).is_some() {
        return true;
    }
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").or_else(|| bytes.windows(2).position(|two| two == b"\n\n"));
    let head = String::from_utf8_lossy(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default()).to_lowercase();
    head.contains("\nx-jcabot-loop:") && head.contains("message-id: <jcabot.")
}

/// Writes one of ours down as accepted; `false` when it is on file, or is no letter that had left.
async fn own(desk: &Desk, raw: &RawMail) -> Result<bool> {
    let knowledge = desk.knowledge.get();
    let mail = mail::parse(raw, &knowledge.rules.vocabulary);
    let to = mail.to.first().and_then(|person| person.address.clone());
    let (Some(message_id), Some(to)) = (mail.message_id.clone(), to) else { return Ok(false) };
    if !mail.from.iter().filter_map(|person| person.address.as_ref()).all(|from| knowledge.rules.charter.is_own(from)) {
        return Ok(false);
    }
    let (intent, kind, message) = intent_of(desk, &mail, &message_id, &to).await?;
    let now = desk.clock.now();
    let at = mail.date.unwrap_or(now);
    let letter = Recovered { intent: &intent, message_id: &message_id, kind, to: &to, message, bytes: &raw.bytes, at };
    desk.store.recover(desk.activity, &letter, now).await
}

/// What a letter of ours was for: the intent whose keyed hash is its Message-ID. Where the key is lost, an answer still names the letter
/// that it answers.
async fn intent_of(desk: &Desk, mail: &Mail, message_id: &str, to: &Address) -> Result<(String, Outgoing, Option<MessageKey>)> {
    let is_it = |intent: &str| desk.identity.message_id(intent, to) == message_id;
    for letter in desk.store.letters_from(desk.activity, to).await? {
        let intent = format!("acknowledge:{}", letter.fingerprint.as_str());
        let is_named = letter.message_id.as_ref().is_some_and(|id| mail.in_reply_to.contains(id));
        if is_it(&intent) || is_named {
            return Ok((intent, Outgoing::Acknowledgement, Some(letter.message)));
        }
    }
    let knowledge = desk.knowledge.get();
    let charter = &knowledge.rules.charter;
    for seat in &charter.seats {
        for deadline in &charter.deadlines {
            for days in &deadline.remind_days_before {
                let intent = format!("remind:{}:{}:{days}", seat.id, deadline.id);
                if is_it(&intent) {
                    return Ok((intent, Outgoing::Reminder, None));
                }
            }
        }
    }
    let today = desk.clock.now().to_zoned_datetime(charter.zone()).date();
    for back in 0..WEEKS {
        let Ok(day) = today.checked_sub((back * 7).days()) else { break };
        let week = day.iso_week_date();
        let intent = format!("digest:{}:{:04}-W{:02}", charter.name, week.year(), week.week());
        if is_it(&intent) {
            return Ok((intent, Outgoing::Digest, None));
        }
    }
    Ok((format!("recovered:{message_id}"), Outgoing::Notice, None))
}
