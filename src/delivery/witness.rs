//! The witness: a copy of each letter to an address of our own, in the same SMTP transaction. A mail server takes a transaction as
//! a whole or not at all, so a copy in the witness folder proves that it took the letter when its own word for it was lost.

use crate::domain::address::Address;
use crate::mailbox::{self, Mailbox, MailboxError};
use crate::reply::Identity;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// `[delivery]`: what is done so that a letter leaves once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// An address of our own that gets a copy of each letter, such as `jca+witness@example.org`; none: no witness.
    pub witness: Option<Address>,
    /// The mailbox in which the copies arrive; the first one, if absent.
    pub witness_mailbox: Option<String>,
    /// The folder of that mailbox in which they are kept.
    pub witness_folder: String,
    /// How long a letter of unknown fate rests before the witness is asked and it is sent again, in seconds.
    pub rest_seconds: Option<u32>,
}

impl Default for Settings {
    fn default() -> Settings {
        let folder = "Witness".to_owned();
        Settings { witness: None, witness_mailbox: None, witness_folder: folder, rest_seconds: None }
    }
}

impl Settings {
    /// How long a letter of unknown fate rests, if the operator says so. Less than a second is none.
    pub fn rest(&self) -> Option<Duration> {
        self.rest_seconds.map(|seconds| Duration::from_secs(u64::from(seconds.max(1))))
    }

    /// The mailbox in which the copies arrive.
    pub fn mailbox<'a>(&self, mut mailboxes: impl Iterator<Item = &'a mailbox::Settings>) -> Option<&'a mailbox::Settings> {
        match &self.witness_mailbox {
            Some(name) => mailboxes.find(|mailbox| mailbox.name() == name),
            None => mailboxes.next(),
        }
    }
}

/// Where the copies go, and where they are looked for.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The second recipient of each letter.
    pub address: Address,
    /// Where the copies arrive.
    pub mailbox: mailbox::Settings,
    /// The folder in which they are kept.
    pub folder: String,
    /// Knows the seal of our own letters.
    pub identity: Arc<Identity>,
}

impl Witness {
    /// Looks for the copy of a letter; gives the place. An error: it could not be looked for.
    pub async fn look(&self, message_id: &str) -> Result<Option<String>, MailboxError> {
        let mut mailbox = Mailbox::connect(&self.mailbox).await?;
        // The inbox first: a copy that is being moved meanwhile is then met in either place.
        let folders = self.mailbox.folders().into_iter().chain([self.folder.clone()]);
        let mut place = None;
        for folder in folders {
            let genuine = |header: &[u8]| self.identity.own_letter(header).as_deref() == Some(message_id);
            if let Some(uid) = mailbox.find(&folder, message_id, &genuine).await? {
                place = Some(format!("{}/{folder}/{uid}", self.mailbox.name()));
                break;
            }
        }
        mailbox.close().await;
        Ok(place)
    }
}
