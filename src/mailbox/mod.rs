//! Where mail comes from: a closed set of mailboxes behind one face, and the sources of an import.
//!
//! A mailbox is never trusted to say what is new: it lists what it holds, and the ledger is compared with that. Letters are
//! read without a trace (`BODY.PEEK[]`, a plain read) and moved only by [`Mailbox::shelve`], after they are filed.

mod imap;
pub mod import;
mod maildir;
mod moving;
mod owner;
mod session;
mod settings;
mod utf7;

pub use maildir::deliver;
pub use owner::Owner;
pub use settings::{ImapSecurity, ImapSettings, MaildirSettings, Settings, Shelving};

use crate::certificate::Validity;
use crate::domain::Timestamp;
use crate::domain::steps::{Place, RawMail};
use std::collections::BTreeSet;
use std::time::Duration;

/// Why a mailbox did not do what it was asked. The text says what was done to what; no letter's content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// The session is of no use any more; connect anew.
    #[error("{0}")]
    Connection(String),
    /// This one thing was refused; the session goes on.
    #[error("{0}")]
    Refused(String),
    /// There is no such folder.
    #[error("There is no folder {0}")]
    Missing(String),
}

impl MailboxError {
    /// The session is of no use any more.
    pub fn is_connection(&self) -> bool {
        matches!(self, MailboxError::Connection(_))
    }
}

/// What a folder holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// IMAP UIDVALIDITY; 0 for a Maildir.
    pub uid_validity: i64,
    /// IMAP UIDNEXT: no letter that comes later has a lower UID; `None` where the mailbox has no such order.
    pub uid_next: Option<i64>,
    /// Every letter in it.
    pub uids: BTreeSet<String>,
}

/// What became of asking for one letter.
#[derive(Clone, Debug)]
pub enum Fetch {
    /// The letter, whole (or its header alone where it is larger than the limit), and the keywords that it carries.
    Letter(RawMail, Vec<String>),
    /// It is not there any more.
    Gone,
    /// It is still being written, or the folder was changed meanwhile: the next sweep looks again.
    Later,
    /// The server gave less of it than it says there is. Nothing of that may be filed (RELIABILITY F10).
    Short(String),
}

impl Fetch {
    /// The letter, if there is one.
    pub fn letter(self) -> Option<RawMail> {
        match self {
            Fetch::Letter(raw, _) => Some(raw),
            Fetch::Gone | Fetch::Later | Fetch::Short(_) => None,
        }
    }
}

/// Where a copy that is about to be made will land at the earliest: known before COPY, so that after a crash it can be told
/// whether it was made. Only for servers without MOVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// UIDVALIDITY of the target.
    pub uid_validity: i64,
    /// UIDNEXT of the target before the copy.
    pub uid_next: i64,
}

/// How one letter is shelved.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    /// Where it lies.
    pub place: &'a Place,
    /// The folder it goes to; `None`: it is only labelled.
    pub target: Option<&'a str>,
    /// IMAP keywords.
    pub keywords: &'a [String],
    /// Keywords of ours that an earlier shelving may have set; those that are not among `keywords` come off.
    pub ours: &'a [String],
    /// Where an earlier try may have put a copy already.
    pub landing: Option<Landing>,
}

impl Move<'_> {
    /// Whether a keyword is one of ours that this letter carries no longer: its kind was corrected, or it was answered.
    fn drops(&self, keyword: &str) -> bool {
        let is = |own: &String| own.eq_ignore_ascii_case(keyword);
        self.ours.iter().any(is) && !self.keywords.iter().any(is)
    }
}

/// A letter as a mailbox hands it out.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    /// All octets, or the header alone where the letter is larger than the limit.
    pub(crate) bytes: Vec<u8>,
    /// Octets of the whole letter.
    pub(crate) whole_size: u64,
    /// When the mailbox took it.
    pub(crate) received_at: Option<Timestamp>,
    /// Keywords that it carries.
    pub(crate) keywords: Vec<String>,
}

/// The same before the mailbox's name is known.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// The letter.
    Letter(Fetched),
    /// Not there any more.
    Gone,
    /// Not readable just now.
    Later,
    /// Less than there is.
    Short(String),
}

/// What became of a letter that was to be shelved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shelved {
    /// It stands in the folder; where, if the mailbox says so.
    Moved(Option<Place>),
    /// It stays, with its keywords.
    Labelled,
    /// A person moved or deleted it first.
    Gone,
}

/// An open mailbox.
#[derive(Debug)]
pub struct Mailbox {
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Imap(Box<imap::Imap>),
    Maildir(maildir::Maildir),
}

impl Mailbox {
    /// Opens a mailbox; an error says what failed and how to mend it.
    pub async fn connect(settings: &Settings) -> Result<Mailbox, MailboxError> {
        let kind = match (&settings.imap, &settings.maildir) {
            (Some(imap), _) => Kind::Imap(Box::new(imap::Imap::connect(imap).await?)),
            (None, Some(maildir)) => Kind::Maildir(maildir::Maildir::open(maildir)?),
            (None, None) => return Err(MailboxError::Refused("the mailbox has neither an imap nor a maildir table".to_owned())),
        };
        Ok(Mailbox { name: settings.name.clone(), kind })
    }

    /// Everything that a folder holds.
    pub async fn scan(&mut self, folder: &str) -> Result<Scan, MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => imap.scan(folder).await,
            Kind::Maildir(maildir) => maildir.scan(folder),
        }
    }

    /// One letter.
    pub async fn fetch(&mut self, folder: &str, uid_validity: i64, uid: &str) -> Result<Fetch, MailboxError> {
        let found = match &mut self.kind {
            Kind::Imap(imap) => imap.fetch(folder, uid_validity, uid).await?,
            Kind::Maildir(maildir) => maildir.fetch(folder, uid)?,
        };
        Ok(self.named(folder, uid_validity, uid, found))
    }

    /// The header of one letter alone, for one that cannot be read whole.
    pub async fn fetch_header(&mut self, folder: &str, uid_validity: i64, uid: &str) -> Result<Fetch, MailboxError> {
        let found = match &mut self.kind {
            Kind::Imap(imap) => imap.fetch_header(folder, uid_validity, uid).await?,
            Kind::Maildir(maildir) => maildir.fetch(folder, uid)?,
        };
        Ok(self.named(folder, uid_validity, uid, found))
    }

    /// Several letters at once, in the order asked for: those that are whole. The others are asked for one by one. At most
    /// about `octets` are read; the rest is left for the next call, and the number of letters dealt with is given.
    pub async fn fetch_many(
        &mut self,
        folder: &str,
        uid_validity: i64,
        uids: &[String],
        octets: u64,
    ) -> Result<(usize, Vec<Fetch>), MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => {
                let (done, found) = imap.fetch_many(folder, uid_validity, uids, octets).await?;
                let letters =
                    found.into_iter().map(|(uid, letter)| self.named(folder, uid_validity, &uid, Found::Letter(letter)));
                Ok((done, letters.collect()))
            }
            Kind::Maildir(maildir) => {
                let (mut done, mut read, mut letters) = (0, 0, Vec::new());
                for uid in uids {
                    if read >= octets {
                        break;
                    }
                    if let found @ Found::Letter(_) = maildir.fetch(folder, uid)? {
                        letters.push((uid, found));
                    }
                    read += letters
                        .last()
                        .map_or(0, |(_, found)| if let Found::Letter(letter) = found { letter.whole_size } else { 0 });
                    done += 1;
                }
                let letters = letters.into_iter().map(|(uid, found)| self.named(folder, uid_validity, uid, found));
                Ok((done, letters.collect()))
            }
        }
    }

    fn named(&self, folder: &str, uid_validity: i64, uid: &str, found: Found) -> Fetch {
        match found {
            Found::Letter(Fetched { bytes, whole_size, received_at, keywords }) => {
                let place = Place { mailbox: self.name.clone(), folder: folder.to_owned(), uid_validity, uid: uid.to_owned() };
                Fetch::Letter(RawMail { place, bytes, whole_size, received_at }, keywords)
            }
            Found::Gone => Fetch::Gone,
            Found::Later => Fetch::Later,
            Found::Short(words) => Fetch::Short(words),
        }
    }

    /// Where a copy would land, to be written down before [`Mailbox::shelve`]; `None` where a move is one step.
    pub async fn landing(&mut self, target: &str) -> Result<Option<Landing>, MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => imap.landing(target).await,
            Kind::Maildir(_) => Ok(None),
        }
    }

    /// Puts keywords on a letter and, with a target, moves it there; folders are made when missing.
    pub async fn shelve(&mut self, job: &Move<'_>) -> Result<Shelved, MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => imap.shelve(job).await,
            Kind::Maildir(maildir) => maildir.shelve(job),
        }
    }

    /// The UID of a letter with this Message-ID, whose header is the one looked for; a folder that is not there holds none.
    pub async fn find(
        &mut self,
        folder: &str,
        message_id: &str,
        genuine: &(dyn Fn(&[u8]) -> bool + Sync),
    ) -> Result<Option<String>, MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => imap.find(folder, message_id, genuine).await,
            Kind::Maildir(maildir) => maildir.find(folder, genuine),
        }
    }

    /// Waits until something may have changed: a letter, or simply enough time for a sweep.
    pub async fn wait(&mut self) -> Result<(), MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => imap.wait().await,
            Kind::Maildir(maildir) => maildir.wait().await,
        }
    }

    /// One line for `doctor`.
    pub async fn describe(&mut self) -> Result<String, MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => imap.describe().await,
            Kind::Maildir(maildir) => maildir.describe(),
        }
    }

    /// When the server's certificate is good; none where there is no server, or no TLS.
    pub fn certificate(&self) -> Option<Validity> {
        match &self.kind {
            Kind::Imap(imap) => imap.session.certificate,
            Kind::Maildir(_) => None,
        }
    }

    /// Ends the session politely.
    pub async fn close(self) {
        match self.kind {
            Kind::Imap(imap) => imap.close().await,
            Kind::Maildir(_) => {}
        }
    }
}

/// How long to wait after the nth failure in a row: 1 s, doubled up to 5 minutes, with a quarter of jitter so that many
/// mailboxes of one server do not come back at once (RELIABILITY F9).
pub fn back_off(failures: u32) -> Duration {
    let seconds = 2_u64.saturating_pow(failures.saturating_sub(1)).min(300);
    Duration::from_secs(seconds).mul_f64(0.75 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::back_off;

    #[test]
    fn the_pause_grows_to_five_minutes_and_a_quarter() {
        assert!(back_off(1).as_secs_f64() <= 1.25);
        assert!((225.0..=375.0).contains(&back_off(40).as_secs_f64()));
    }
}
