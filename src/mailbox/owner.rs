//! Who keeps a mailbox: a mark in the mailbox itself, for two programs with ledgers of their own know nothing of each other.
//!
//! In a Maildir it is the file `.jcabot-owner`, on a server a message in the folder `jcabot-owner`. A mark that was not renewed for
//! half an hour is that of a program that has gone.

use super::imap::{Imap, quoted};
use super::maildir::Maildir;
use super::{Kind, Mailbox, MailboxError};
use crate::domain::Timestamp;
use jiff::SignedDuration;

/// A mark is renewed by each comparison of the folders, every five minutes; this outlasts a few that fail.
const FRESH: SignedDuration = SignedDuration::from_mins(30);
/// The folder of the mark on a server.
const FOLDER: &str = "jcabot-owner";
/// The line that carries it.
const FIELD: &str = "X-JCABot-Owner";

/// A mark: which installation, since when it keeps the mailbox, when it last said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The installation's random name.
    pub instance: String,
    /// Since when it keeps the mailbox.
    pub since: Timestamp,
    /// When it last said so.
    pub at: Timestamp,
}

impl Owner {
    /// The lines of a mark: a header, and a sentence for the person who finds it.
    fn written(&self) -> String {
        let Owner { instance, since, at } = self;
        format!(
            "From: jcabot <>\r\nSubject: This mailbox is kept by jcabot {instance}\r\nDate: {}\r\n{FIELD}: {instance} {since} {at}\r\n\
             \r\nA second program with a ledger of its own would answer every letter again, so it refuses to start while this is renewed.\r\n",
            at.strftime("%a, %d %b %Y %H:%M:%S +0000")
        )
    }

    fn read(text: &[u8]) -> Option<Owner> {
        let text = String::from_utf8_lossy(text);
        let line = text.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case(FIELD))?;
        let mut words = line.1.split_whitespace();
        let (instance, since, at) = (words.next()?, words.next()?, words.next()?);
        Some(Owner { instance: instance.to_owned(), since: since.parse().ok()?, at: at.parse().ok()? })
    }

    /// Whether this other mark keeps us out: it is another's, it is renewed, and it was there first.
    fn keeps_out(&self, own: &Owner) -> bool {
        let is_fresh = own.at.duration_since(self.at).abs() < FRESH;
        self.instance != own.instance && is_fresh && (self.since, &self.instance) < (own.since, &own.instance)
    }
}

impl Mailbox {
    /// Says that this installation keeps the mailbox; gives the other one, if another does.
    pub async fn keep(&mut self, own: &Owner) -> Result<Option<Owner>, MailboxError> {
        let other = |mark: Option<Owner>| mark.filter(|mark| mark.keeps_out(own));
        match &mut self.kind {
            Kind::Imap(imap) => {
                let marks = imap.owners().await?;
                if let Some(other) = marks.iter().find_map(|(_, mark)| other(Some(mark.clone()))) {
                    return Ok(Some(other));
                }
                imap.own(own, &marks).await?;
            }
            Kind::Maildir(maildir) => {
                if let Some(other) = other(maildir.owner()?.as_deref().and_then(Owner::read)) {
                    return Ok(Some(other));
                }
                maildir.own(own.written().as_bytes())?;
            }
        }
        Ok(None)
    }

    /// This installation keeps the mailbox no longer.
    pub async fn leave(&mut self, own: &Owner) -> Result<(), MailboxError> {
        match &mut self.kind {
            Kind::Imap(imap) => {
                let marks = imap.owners().await?;
                let ours = marks.into_iter().filter(|(_, mark)| mark.instance == own.instance).map(|(uid, _)| uid);
                imap.forget(ours.collect()).await
            }
            Kind::Maildir(maildir) => match maildir.owner()?.as_deref().and_then(Owner::read) {
                Some(mark) if mark.instance == own.instance => maildir.disown(),
                _ => Ok(()),
            },
        }
    }
}

impl Imap {
    /// The marks in the mailbox.
    async fn owners(&mut self) -> Result<Vec<(u32, Owner)>, MailboxError> {
        let name = quoted(&self.written(FOLDER));
        if self.session.command(&format!("LIST \"\" {name}")).await?.folders().is_empty() {
            return Ok(Vec::new());
        }
        self.select(FOLDER).await?;
        let uids = self.session.command("UID SEARCH UNDELETED").await?.searched();
        let mut marks = Vec::new();
        for uid in uids {
            let header = self.body(uid, "BODY.PEEK[HEADER]").await?;
            marks.extend(header.as_deref().and_then(Owner::read).map(|mark| (uid, mark)));
        }
        Ok(marks)
    }

    /// Puts our mark, and takes away those that it replaces.
    async fn own(&mut self, own: &Owner, marks: &[(u32, Owner)]) -> Result<(), MailboxError> {
        self.make(FOLDER).await?;
        let name = quoted(&self.written(FOLDER));
        self.session.append(&name, &own.written()).await?;
        // Old marks of others have been found to be those of programs that have gone.
        self.forget(marks.iter().map(|(uid, _)| *uid).collect()).await
    }

    async fn forget(&mut self, uids: Vec<u32>) -> Result<(), MailboxError> {
        if uids.is_empty() {
            return Ok(());
        }
        self.select(FOLDER).await?;
        for uid in uids {
            self.session.command(&format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)")).await?;
            if self.session.has("UIDPLUS") {
                self.session.command(&format!("UID EXPUNGE {uid}")).await?;
            }
        }
        Ok(())
    }
}

impl Maildir {
    fn owner(&self) -> Result<Option<Vec<u8>>, MailboxError> {
        self.read_beside(FILE)
    }

    fn own(&self, text: &[u8]) -> Result<(), MailboxError> {
        self.write_beside(FILE, text)
    }

    fn disown(&self) -> Result<(), MailboxError> {
        self.remove_beside(FILE)
    }
}

/// The file of the mark in a Maildir.
const FILE: &str = ".jcabot-owner";

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(instance: &str, since: &str, at: &str) -> Owner {
        Owner { instance: instance.to_owned(), since: since.parse().unwrap(), at: at.parse().unwrap() }
    }

    #[test]
    fn a_mark_keeps_others_out_while_it_is_renewed_and_was_first() {
        let first = owner("a1", "2012-08-20T08:00:00Z", "2012-08-20T09:00:00Z");
        let second = owner("b2", "2012-08-20T09:10:00Z", "2012-08-20T09:10:00Z");
        let much_later = owner("b2", "2012-08-20T10:10:00Z", "2012-08-20T10:10:00Z");

        assert_eq!(Owner::read(first.written().as_bytes()), Some(first.clone()));
        assert!(first.keeps_out(&second) && !second.keeps_out(&first));
        assert!(!first.keeps_out(&much_later) && !first.keeps_out(&first));
        assert_eq!(Owner::read(b"Subject: x\r\n\r\n"), None);
    }
}
