//! A mailbox on a server (RFC 3501, RFC 9051). Works with bare IMAP4rev1; uses IDLE, MOVE, UIDPLUS, COMPRESS where offered.
//!
//! Letters are known by UIDVALIDITY and UID. Nothing is read with a trace (`BODY.PEEK[]`), nothing is expunged but the one letter
//! that was moved (`UID EXPUNGE`; plain EXPUNGE, which would take what a person marked, is never sent).

use super::session::{Attributes, Session};
use super::{Fetched, Found, ImapSettings, MailboxError, Scan, utf7};
use crate::domain::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// IDLE is renewed within five minutes: middleboxes forget connections, and a silent death is noticed then (RELIABILITY F9).
const IDLE: Duration = Duration::from_secs(270);
/// Where IDLE watches one folder of several, the others are looked at so often.
const SWEEP: Duration = Duration::from_secs(60);
/// Where IDLE is missing, all are.
const POLL: Duration = Duration::from_secs(30);

/// An open mailbox.
#[derive(Debug)]
pub(super) struct Imap {
    pub(super) session: Session,
    folders: Vec<String>,
    limit: u64,
    /// Whether RFC822.SIZE is to be believed.
    exact: bool,
    pub(super) delimiter: Option<char>,
    pub(super) selected: Option<Selected>,
    /// Folders that exist, as the server writes them.
    pub(super) existing: BTreeSet<String>,
    /// What stands before every folder of this account ("INBOX.") on servers that allow nothing beside the inbox.
    pub(super) prefix: String,
    about: String,
}

#[derive(Debug)]
pub(super) struct Selected {
    folder: String,
    uid_validity: i64,
    pub(super) uid_next: Option<i64>,
    pub(super) keywords: Vec<String>,
}

/// Letters fetched with one command at most: the answers are gathered before they are looked at.
const MOST_AT_ONCE: usize = 200;
/// A letter larger than this is fetched alone: several of them ahead of the filing would fill the memory.
const SMALL: u64 = 1 << 20;

impl Imap {
    /// Connects, logs in, and learns how folders are written.
    pub(super) async fn connect(settings: &ImapSettings) -> Result<Imap, MailboxError> {
        let mut session = Session::open(settings).await?;
        let delimiter = session.command("LIST \"\" \"\"").await?.delimiter();
        let existing = session.command("LIST \"\" \"*\"").await?.folders();
        let about = format!("{}:{} as {}", settings.host, settings.port(), settings.user);
        let limit = u64::from(settings.limit_mib) << 20;
        let folders = settings.folders.clone();
        let exact = settings.exact_sizes;
        Ok(Imap { session, folders, limit, exact, delimiter, selected: None, existing, prefix: String::new(), about })
    }

    /// A folder as the server writes it: its separator, modified UTF-7, quoted.
    pub(super) fn written(&self, folder: &str) -> String {
        if folder.eq_ignore_ascii_case("INBOX") {
            return "INBOX".to_owned();
        }
        let path = match self.delimiter {
            Some(mark) => folder.replace('/', &mark.to_string()),
            None => folder.replace('/', "-"),
        };
        format!("{}{}", self.prefix, utf7::encode(&path))
    }

    pub(super) async fn select(&mut self, folder: &str) -> Result<i64, MailboxError> {
        let name = self.written(folder);
        self.selected = None;
        let answers = match self.session.command(&format!("SELECT {}", quoted(&name))).await {
            Ok(answers) => answers,
            Err(error @ MailboxError::Refused(_)) => return Err(self.why_not(folder, error).await?),
            Err(error) => return Err(error),
        };
        let opened = answers.opened();
        // RFC 3501, 2.3.1.1: a server without UIDVALIDITY cannot tell letters apart over time, and ours always could so far.
        let uid_validity = i64::from(
            opened.uid_validity.ok_or_else(|| MailboxError::Refused(format!("The server gives no UIDVALIDITY for {folder}")))?,
        );
        let uid_next = opened.uid_next.map(i64::from);
        self.selected = Some(Selected { folder: folder.to_owned(), uid_validity, uid_next, keywords: opened.flags });
        Ok(uid_validity)
    }

    /// A folder that cannot be selected: it is not there (renamed or deleted by a person), or the server only refuses it now.
    async fn why_not(&mut self, folder: &str, error: MailboxError) -> Result<MailboxError, MailboxError> {
        let name = self.written(folder);
        let listed = self.session.command(&format!("LIST \"\" {}", quoted(&name))).await?.folders();
        if listed.contains(&name) {
            return Ok(error);
        }
        self.existing.remove(&name);
        Ok(MailboxError::Missing(folder.to_owned()))
    }

    /// Selects the folder unless it is; tells whether UIDs of this validity still mean the same letters.
    pub(super) async fn enter(&mut self, folder: &str, uid_validity: i64) -> Result<bool, MailboxError> {
        let now = match &self.selected {
            Some(selected) if selected.folder == folder => selected.uid_validity,
            _ => self.select(folder).await?,
        };
        Ok(now == uid_validity)
    }

    /// Every letter of a folder. The folder is selected anew, so that one that was recreated shows its new UIDVALIDITY.
    pub(super) async fn scan(&mut self, folder: &str) -> Result<Scan, MailboxError> {
        let uid_validity = self.select(folder).await?;
        let uid_next = self.selected.as_ref().and_then(|selected| selected.uid_next);
        let uids = self.session.command("UID SEARCH ALL").await?.searched();
        // A letter that came between the two answers has a higher UID than the first one knew.
        let next = uids.last().map(|highest| i64::from(*highest) + 1);
        let uid_next = uid_next.map(|told| told.max(next.unwrap_or(told)));
        Ok(Scan { uid_validity, uid_next, uids: uids.into_iter().map(|uid| uid.to_string()).collect() })
    }

    /// One letter, without a trace. Nothing that is shorter than its size is handed out.
    pub(super) async fn fetch(&mut self, folder: &str, uid_validity: i64, uid: &str) -> Result<Found, MailboxError> {
        let Some(uid) = self.locate(folder, uid_validity, uid).await? else { return Ok(Found::Later) };
        let Some(about) = self.about(uid).await? else { return Ok(Found::Gone) };
        if about.size.unwrap_or_default() > self.limit {
            return self.header(uid, about).await;
        }
        let mut body = self.body(uid, "BODY.PEEK[]").await?;
        if self.shortage(&about, body.as_deref()).is_some() {
            // Once more at once: most such answers are a hiccup of the server.
            body = self.body(uid, "BODY.PEEK[]").await?;
        }
        match (self.shortage(&about, body.as_deref()), body) {
            (Some(words), _) => match self.about(uid).await? {
                Some(_) => Ok(Found::Short(words)),
                None => Ok(Found::Gone),
            },
            (None, body) => Ok(Found::Letter(letter_of(about, body.unwrap_or_default(), None))),
        }
    }

    /// The header alone, of a letter that cannot be read whole.
    pub(super) async fn fetch_header(&mut self, folder: &str, uid_validity: i64, uid: &str) -> Result<Found, MailboxError> {
        let Some(uid) = self.locate(folder, uid_validity, uid).await? else { return Ok(Found::Later) };
        let Some(about) = self.about(uid).await? else { return Ok(Found::Gone) };
        self.header(uid, about).await
    }

    /// Several letters with two commands: those that are whole and within the limit, with how many UIDs were dealt with.
    pub(super) async fn fetch_many(
        &mut self,
        folder: &str,
        uid_validity: i64,
        uids: &[String],
        octets: u64,
    ) -> Result<(usize, Vec<(String, Fetched)>), MailboxError> {
        let asked: Vec<u32> = uids.iter().take(MOST_AT_ONCE).filter_map(|uid| uid.parse().ok()).collect();
        if asked.is_empty() || !self.enter(folder, uid_validity).await? {
            return Ok((uids.len(), Vec::new()));
        }
        let items = "(UID RFC822.SIZE INTERNALDATE FLAGS)";
        let mut about = self.session.command(&format!("UID FETCH {} {items}", set(&asked))).await?.letters();
        let (mut sum, mut done, mut wanted) = (0, 0, Vec::new());
        for uid in &asked {
            let size = about.get(uid).and_then(|letter| letter.size).unwrap_or_default();
            if sum > 0 && size <= SMALL && sum + size > octets {
                break;
            }
            done += 1;
            if about.contains_key(uid) && size <= self.limit.min(SMALL) {
                sum += size;
                wanted.push(*uid);
            }
        }
        if wanted.is_empty() {
            return Ok((done, Vec::new()));
        }
        let mut bodies = self.session.command(&format!("UID FETCH {} (UID BODY.PEEK[])", set(&wanted))).await?.letters();
        let mut letters = Vec::with_capacity(wanted.len());
        for uid in wanted {
            let Some(about) = about.remove(&uid) else { continue };
            let body = bodies.remove(&uid).and_then(|letter| letter.body);
            if self.shortage(&about, body.as_deref()).is_none() {
                letters.push((uid.to_string(), letter_of(about, body.unwrap_or_default(), None)));
            }
        }
        Ok((done, letters))
    }

    /// The UID in the selected folder; `None` when UIDs of this validity do not mean the same letters any more.
    async fn locate(&mut self, folder: &str, uid_validity: i64, uid: &str) -> Result<Option<u32>, MailboxError> {
        let is_valid = self.enter(folder, uid_validity).await?;
        Ok(uid.parse::<u32>().ok().filter(|_| is_valid))
    }

    async fn about(&mut self, uid: u32) -> Result<Option<Attributes>, MailboxError> {
        Ok(self.session.command(&format!("UID FETCH {uid} (UID RFC822.SIZE INTERNALDATE FLAGS)")).await?.fetched(uid))
    }

    pub(super) async fn body(&mut self, uid: u32, section: &str) -> Result<Option<Vec<u8>>, MailboxError> {
        let answers = self.session.command(&format!("UID FETCH {uid} (UID {section})")).await?;
        Ok(answers.fetched(uid).and_then(|letter| letter.body))
    }

    async fn header(&mut self, uid: u32, about: Attributes) -> Result<Found, MailboxError> {
        let Some(header) = self.body(uid, "BODY.PEEK[HEADER]").await? else {
            return Ok(Found::Short("the server gives NIL for the header of a letter".to_owned()));
        };
        let size = about.size;
        Ok(Found::Letter(letter_of(about, header, size)))
    }

    /// What is missing of a letter, in words; `None` when it is whole.
    fn shortage(&self, about: &Attributes, body: Option<&[u8]>) -> Option<String> {
        let size = about.size.unwrap_or_default();
        match body {
            None if size > 0 => Some(format!("the server gives NIL for a letter of {size} octets")),
            Some(body) if self.exact && (body.len() as u64) < size => {
                Some(format!("the server gives {} octets of a letter of {size}", body.len()))
            }
            _ => None,
        }
    }

    /// A letter with this Message-ID, whose header is the one looked for.
    pub(super) async fn find(
        &mut self,
        folder: &str,
        message_id: &str,
        genuine: &(dyn Fn(&[u8]) -> bool + Sync),
    ) -> Result<Option<String>, MailboxError> {
        let name = self.written(folder);
        let listed = self.session.command(&format!("LIST \"\" {}", quoted(&name))).await?.folders();
        if !listed.contains(&name) {
            return Ok(None);
        }
        self.select(folder).await?;
        let found = self.session.command(&format!("UID SEARCH HEADER Message-ID {}", quoted(message_id))).await?.searched();
        for uid in found {
            if self.body(uid, "BODY.PEEK[HEADER]").await?.is_some_and(|header| genuine(&header)) {
                return Ok(Some(uid.to_string()));
            }
        }
        Ok(None)
    }

    /// Waits for news of the first folder, or for the next sweep.
    pub(super) async fn wait(&mut self) -> Result<(), MailboxError> {
        let first = self.folders.first().cloned().unwrap_or_else(|| "INBOX".to_owned());
        if self.session.has("IDLE") {
            if self.selected.as_ref().is_none_or(|selected| selected.folder != first) {
                self.select(&first).await?;
            }
            let time = if self.folders.len() > 1 { SWEEP } else { IDLE };
            return self.session.idle(time).await;
        }
        tokio::time::sleep(POLL).await;
        self.session.command("NOOP").await.map(|_| ())
    }

    /// One line for `doctor`.
    pub(super) async fn describe(&mut self) -> Result<String, MailboxError> {
        let mut letters = Vec::new();
        for folder in self.folders.clone() {
            let scan = self.scan(&folder).await?;
            letters.push(format!("{folder} has {} letters", scan.uids.len()));
        }
        let offers: Vec<&str> = ["IDLE", "MOVE", "UIDPLUS", "CONDSTORE", "COMPRESS=DEFLATE"]
            .into_iter()
            .filter(|offer| self.session.has(offer))
            .collect();
        let offers = if offers.is_empty() { "no extensions".to_owned() } else { offers.join(" ") };
        Ok(format!("{}: {} ({offers})", self.about, letters.join(", ")))
    }

    /// Ends the session politely.
    pub(super) async fn close(self) {
        self.session.close().await;
    }
}

/// A letter of what was fetched; `whole_size` only where the octets are not all of it.
fn letter_of(about: Attributes, bytes: Vec<u8>, whole_size: Option<u64>) -> Fetched {
    Fetched {
        whole_size: whole_size.unwrap_or(bytes.len() as u64),
        bytes,
        received_at: about.internal_date.as_deref().and_then(internal_date),
        keywords: about.flags.into_iter().filter(|flag| !flag.starts_with('\\')).collect(),
    }
}

/// UIDs as a set (RFC 3501, sequence-set), runs drawn together: a command line stays short.
fn set(uids: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => runs.push((*uid, *uid)),
        }
    }
    let run = |(first, last): (u32, u32)| if first == last { first.to_string() } else { format!("{first}:{last}") };
    runs.into_iter().map(run).collect::<Vec<_>>().join(",")
}

/// A quoted string (RFC 3501, 4.3).
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// ` 7-Aug-2012 10:11:12 +0200` (RFC 3501, date-time).
fn internal_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text).ok()?.to_timestamp().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_writes_when_it_took_a_letter() {
        for text in [" 7-Aug-2012 10:11:12 +0200", "07-Aug-2012 10:11:12 +0200"] {
            assert_eq!(internal_date(text).map(|at| at.to_string()).as_deref(), Some("2012-08-07T08:11:12Z"), "{text}");
        }
        assert_eq!(internal_date("yesterday"), None);
    }

    #[test]
    fn runs_of_uids_are_written_short() {
        assert_eq!(set(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
    }

    #[test]
    fn a_name_cannot_end_its_quotes() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
