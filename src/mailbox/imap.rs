//! A mailbox on a server (RFC 3501, RFC 9051). Works with bare IMAP4rev1; uses IDLE, MOVE, UIDPLUS, COMPRESS where offered.
//!
//! Letters are known by UIDVALIDITY and UID. Nothing is read with a trace (`BODY.PEEK[]`), nothing is expunged but the one letter
//! that was moved (`UID EXPUNGE`; plain EXPUNGE, which would take what a person marked, is never sent).

use super::session::Session;
use super::{Fetched, ImapSettings, MailboxError, Scan, Shelved, utf7};
use crate::domain::Timestamp;
use crate::domain::steps::Place;
use crate::killpoint::{self, Point};
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
    session: Session,
    folders: Vec<String>,
    limit: u64,
    delimiter: Option<char>,
    selected: Option<Selected>,
    /// Folders that exist, as the server writes them.
    existing: BTreeSet<String>,
    /// What stands before every folder of this account ("INBOX.") on servers that allow nothing beside the inbox.
    prefix: String,
    about: String,
}

#[derive(Debug)]
struct Selected {
    folder: String,
    uid_validity: i64,
    keywords: Vec<String>,
}

impl Imap {
    /// Connects, logs in, and learns how folders are written.
    pub(super) async fn connect(settings: &ImapSettings) -> Result<Imap, MailboxError> {
        let mut session = Session::open(settings).await?;
        let delimiter = session.command("LIST \"\" \"\"").await?.delimiter();
        let existing = session.command("LIST \"\" \"*\"").await?.folders();
        let about = format!("{}:{} as {}", settings.host, settings.port(), settings.user);
        let limit = u64::from(settings.limit_mib) << 20;
        let folders = settings.folders.clone();
        Ok(Imap { session, folders, limit, delimiter, selected: None, existing, prefix: String::new(), about })
    }

    /// A folder as the server writes it: its separator, modified UTF-7, quoted.
    fn written(&self, folder: &str) -> String {
        if folder.eq_ignore_ascii_case("INBOX") {
            return "INBOX".to_owned();
        }
        let path = match self.delimiter {
            Some(mark) => folder.replace('/', &mark.to_string()),
            None => folder.replace('/', "-"),
        };
        format!("{}{}", self.prefix, utf7::encode(&path))
    }

    async fn select(&mut self, folder: &str) -> Result<i64, MailboxError> {
        let name = self.written(folder);
        self.selected = None;
        let answers = self.session.command(&format!("SELECT {}", quoted(&name))).await?;
        let (uid_validity, keywords) = answers.selected();
        // RFC 3501, 2.3.1.1: a server without UIDVALIDITY cannot tell letters apart over time, and ours always could so far.
        let uid_validity = i64::from(
            uid_validity.ok_or_else(|| MailboxError::Refused(format!("The server gives no UIDVALIDITY for {folder}")))?,
        );
        self.selected = Some(Selected { folder: folder.to_owned(), uid_validity, keywords });
        Ok(uid_validity)
    }

    /// Selects the folder unless it is; tells whether UIDs of this validity still mean the same letters.
    async fn enter(&mut self, folder: &str, uid_validity: i64) -> Result<bool, MailboxError> {
        let now = match &self.selected {
            Some(selected) if selected.folder == folder => selected.uid_validity,
            _ => self.select(folder).await?,
        };
        Ok(now == uid_validity)
    }

    /// Every letter of a folder. The folder is selected anew, so that one that was recreated shows its new UIDVALIDITY.
    pub(super) async fn scan(&mut self, folder: &str) -> Result<Scan, MailboxError> {
        let uid_validity = self.select(folder).await?;
        let uids = self.session.command("UID SEARCH ALL").await?.searched();
        Ok(Scan { uid_validity, uids: uids.into_iter().map(|uid| uid.to_string()).collect() })
    }

    /// One letter, without a trace. A body that is shorter than its size is asked for once more before it is believed.
    pub(super) async fn fetch(&mut self, folder: &str, uid_validity: i64, uid: &str) -> Result<Option<Fetched>, MailboxError> {
        let Ok(uid) = uid.parse::<u32>() else { return Ok(None) };
        if !self.enter(folder, uid_validity).await? {
            return Ok(None);
        }
        let about = self.session.command(&format!("UID FETCH {uid} (UID RFC822.SIZE INTERNALDATE)")).await?.fetched(uid);
        let Some(about) = about else { return Ok(None) };
        let size = about.size.unwrap_or_default();
        let section = if size > self.limit { "BODY.PEEK[HEADER]" } else { "BODY.PEEK[]" };
        let mut bytes = self.body(uid, section).await?;
        let is_short =
            |bytes: &Option<Vec<u8>>| bytes.as_ref().is_some_and(|bytes| (bytes.len() as u64) < size && section == "BODY.PEEK[]");
        if is_short(&bytes) {
            let again = self.body(uid, section).await?;
            if again != bytes {
                return Err(MailboxError::Refused("The server gave the same letter twice in different lengths".to_owned()));
            }
            bytes = again;
        }
        let Some(bytes) = bytes else { return Ok(None) };
        let whole_size = if section == "BODY.PEEK[]" { bytes.len() as u64 } else { size };
        Ok(Some(Fetched { bytes, whole_size, received_at: about.internal_date.as_deref().and_then(internal_date) }))
    }

    async fn body(&mut self, uid: u32, section: &str) -> Result<Option<Vec<u8>>, MailboxError> {
        let answers = self.session.command(&format!("UID FETCH {uid} (UID {section})")).await?;
        Ok(answers.fetched(uid).and_then(|letter| letter.body))
    }

    /// Puts keywords on a letter and moves it.
    pub(super) async fn shelve(
        &mut self,
        place: &Place,
        target: Option<&str>,
        keywords: &[String],
        message_id: Option<&str>,
    ) -> Result<Shelved, MailboxError> {
        let Ok(uid) = place.uid.parse::<u32>() else { return Ok(Shelved::Gone) };
        if !self.enter(&place.folder, place.uid_validity).await? || !self.is_there(uid).await? {
            return Ok(Shelved::Gone);
        }
        self.label(uid, keywords).await?;
        let Some(target) = target.filter(|target| !target.eq_ignore_ascii_case(&place.folder)) else {
            return Ok(Shelved::Labelled);
        };
        self.make(target).await?;
        let name = quoted(&self.written(target));
        let moved = if self.session.has("MOVE") {
            let moved = self.session.command(&format!("UID MOVE {uid} {name}")).await?.copied();
            killpoint::pass(Point::MidMove);
            moved
        } else {
            self.copy_away(uid, place, target, message_id).await?
        };
        if moved.is_none() && self.session.has("UIDPLUS") {
            // A server that says where letters go, and says nothing, moved none.
            return Ok(Shelved::Gone);
        }
        Ok(Shelved::Moved(moved.map(|(validity, uid)| Place {
            mailbox: place.mailbox.clone(),
            folder: target.to_owned(),
            uid_validity: i64::from(validity),
            uid: uid.to_string(),
        })))
    }

    async fn is_there(&mut self, uid: u32) -> Result<bool, MailboxError> {
        // NOOP lets the server tell what others expunged; until then it may answer for letters that are gone (RFC 3501, 7.4.1).
        self.session.command("NOOP").await?;
        Ok(self.session.command(&format!("UID FETCH {uid} (UID FLAGS)")).await?.fetched(uid).is_some())
    }

    /// A keyword that the folder does not take is left out: a mark is never a reason to leave a letter unfiled.
    async fn label(&mut self, uid: u32, keywords: &[String]) -> Result<(), MailboxError> {
        let allowed = self.selected.as_ref().map(|selected| selected.keywords.clone()).unwrap_or_default();
        let takes = |keyword: &&String| allowed.iter().any(|flag| flag == "\\*" || flag.eq_ignore_ascii_case(keyword));
        let wanted: Vec<&str> = keywords.iter().filter(takes).map(String::as_str).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let stored = self.session.command(&format!("UID STORE {uid} +FLAGS.SILENT ({})", wanted.join(" "))).await;
        match stored {
            Err(MailboxError::Connection(words)) => Err(MailboxError::Connection(words)),
            _ => Ok(()),
        }
    }

    /// Makes a folder when it is missing. Some servers keep everything below the inbox and refuse it elsewhere.
    async fn make(&mut self, folder: &str) -> Result<(), MailboxError> {
        if self.existing.contains(&self.written(folder)) {
            return Ok(());
        }
        let made = self.create(folder).await;
        if let (Err(MailboxError::Refused(_)), Some(mark), true) = (&made, self.delimiter, self.prefix.is_empty()) {
            self.prefix = format!("INBOX{mark}");
            if self.existing.contains(&self.written(folder)) {
                return Ok(());
            }
            if self.create(folder).await.is_err() {
                self.prefix.clear();
                return made;
            }
            return Ok(());
        }
        made
    }

    async fn create(&mut self, folder: &str) -> Result<(), MailboxError> {
        let name = self.written(folder);
        let created = self.session.command(&format!("CREATE {}", quoted(&name))).await;
        if let Err(MailboxError::Refused(words)) = &created {
            // Somebody else made it meanwhile, or the server makes parents by itself.
            let listed = self.session.command(&format!("LIST \"\" {}", quoted(&name))).await?.folders();
            if !listed.contains(&name) {
                return Err(MailboxError::Refused(format!("The folder {folder} cannot be made: {words}")));
            }
        } else {
            created?;
            // Mail clients show what is subscribed; a server that refuses that still has the folder.
            if let Err(error @ MailboxError::Connection(_)) = self.session.command(&format!("SUBSCRIBE {}", quoted(&name))).await
            {
                return Err(error);
            }
        }
        self.existing.insert(name);
        Ok(())
    }

    /// COPY, then the original goes, one letter alone. After a crash between the two the copy is found by its Message-ID.
    async fn copy_away(
        &mut self,
        uid: u32,
        place: &Place,
        target: &str,
        message_id: Option<&str>,
    ) -> Result<Option<(u32, u32)>, MailboxError> {
        let mut copied = None;
        let mut is_there = false;
        if let Some(id) = message_id.filter(|id| !id.contains(['"', '\\', '\r', '\n'])) {
            let validity = self.select(target).await?;
            let found = self.session.command(&format!("UID SEARCH HEADER Message-ID {}", quoted(id))).await?.searched();
            if let Some(uid) = found.into_iter().next() {
                is_there = true;
                copied = u32::try_from(validity).ok().map(|validity| (validity, uid));
            }
            if !self.enter(&place.folder, place.uid_validity).await? {
                return Ok(copied);
            }
        }
        if !is_there {
            copied = self.session.command(&format!("UID COPY {uid} {}", quoted(&self.written(target)))).await?.copied();
        }
        killpoint::pass(Point::MidMove);
        self.session.command(&format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)")).await?;
        if self.session.has("UIDPLUS") {
            self.session.command(&format!("UID EXPUNGE {uid}")).await?;
        }
        Ok(copied)
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

/// A quoted string (RFC 3501, 4.3).
fn quoted(text: &str) -> String {
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
    fn a_name_cannot_end_its_quotes() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
