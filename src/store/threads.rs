//! Which thread a letter belongs to, and what else its ids lead to.
//!
//! Anybody may write any Message-ID into a letter, and broken clients give the same one to all of theirs (F27). So an id of a letter
//! that came in leads to its thread only when something else agrees: the base subject, or the writer. An id of our own needs no
//! second witness: it is a keyed hash that only its addressee has seen.

use super::rows::indexable;
use super::search::fold_for_search;
use crate::domain::address::Address;
use crate::domain::{LetterKey, MessageKey};
use crate::mail::Mail;

/// What the ids of a letter lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Relations {
    /// Its thread.
    pub(super) thread: Option<i64>,
    /// A filed letter with the same Message-ID (and another fingerprint, or it would be a copy).
    pub(super) same_id: Option<MessageKey>,
    /// The letter of ours that it answers or reports on, and to whom that went.
    pub(super) answers: Option<(LetterKey, Option<Address>)>,
}

/// A letter that shares an id with the one at hand.
#[derive(Debug)]
pub(super) struct Relative {
    /// How: by its own id, or by an id that it names.
    pub(super) tie: Tie,
    pub(super) id: i64,
    pub(super) thread: Option<i64>,
    /// The id that they share.
    pub(super) rfc_id: String,
    /// Who wrote it; of a letter of ours, whom it went to.
    pub(super) who: Option<String>,
    /// Base subject of its thread.
    pub(super) subject: String,
}

/// How letters share an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    /// It is our own letter.
    Ours,
    /// The id is its own.
    Own,
    /// It names the id.
    Named,
}

/// The ids by which a letter's relatives are looked up, its own first.
pub(super) fn ids_of(mail: &Mail) -> impl Iterator<Item = &str> {
    let own = mail.message_id.as_deref().and_then(indexable);
    // A bounce carries the letter that it reports on.
    let nested = mail.nested.iter().filter_map(|letter| letter.message_id.as_deref().and_then(indexable));
    own.into_iter().chain(named_ids(mail)).chain(nested)
}

/// Judges the relatives.
pub(super) fn relations(mail: &Mail, relatives: &[Relative]) -> Relations {
    let own = mail.message_id.as_deref();
    let named = named_ids(mail);
    let writer = mail.writer().map(Address::reveal);
    let subject = if relatives.is_empty() { String::new() } else { fold_for_search(&mail.base_subject) };
    let mut found = Relations::default();
    let mut kin: Option<i64> = None;
    for relative in relatives {
        let is_own = own == Some(relative.rfc_id.as_str());
        if relative.tie == Tie::Ours {
            if !is_own && found.answers.is_none() {
                found.answers = Some((LetterKey(relative.id), relative.who.as_deref().and_then(Address::parse)));
                found.thread = relative.thread;
            }
            continue;
        }
        if is_own && relative.tie == Tie::Own && found.same_id.is_none() {
            found.same_id = Some(MessageKey(relative.id));
        }
        let related = is_own || named.contains(&relative.rfc_id.as_str());
        let same_writer = writer.is_some() && relative.who.as_deref() == writer;
        let same_subject = !subject.is_empty() && fold_for_search(&relative.subject) == subject;
        if let Some(thread) = relative.thread.filter(|_| related && (same_subject || same_writer)) {
            kin = Some(kin.map_or(thread, |oldest| oldest.min(thread)));
        }
    }
    found.thread = found.thread.or(kin);
    found
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
