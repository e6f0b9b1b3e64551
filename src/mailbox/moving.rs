//! Putting a letter of an IMAP mailbox on the shelf: keywords, folders that are made when missing, MOVE or COPY and delete.

use super::imap::{Imap, quoted};
use super::{Landing, MailboxError, Move, Shelved};
use crate::domain::steps::Place;
use crate::killpoint::{self, Point};

impl Imap {
    /// Where a copy will land; `None` where the server moves in one step.
    pub(super) async fn landing(&mut self, target: &str) -> Result<Option<Landing>, MailboxError> {
        if self.session.has("MOVE") {
            return Ok(None);
        }
        self.make(target).await?;
        let uid_validity = self.select(target).await?;
        // A server that does not say UIDNEXT: whatever lies there now may be the copy, so all of it is looked at.
        let uid_next = self.selected.as_ref().and_then(|selected| selected.uid_next).unwrap_or(1);
        Ok(Some(Landing { uid_validity, uid_next }))
    }

    /// Puts keywords on a letter and moves it.
    pub(super) async fn shelve(&mut self, job: &Move<'_>) -> Result<Shelved, MailboxError> {
        let place = job.place;
        let Ok(uid) = place.uid.parse::<u32>() else { return Ok(Shelved::Gone) };
        if !self.enter(&place.folder, place.uid_validity).await? {
            return Ok(Shelved::Gone);
        }
        let Some(flags) = self.flags(uid).await? else { return Ok(Shelved::Gone) };
        let dropped: Vec<&str> = flags.iter().map(String::as_str).filter(|flag| job.drops(flag)).collect();
        self.mark(uid, "-FLAGS.SILENT", &dropped).await?;
        self.label(uid, job.keywords).await?;
        let Some(target) = job.target.filter(|target| !target.eq_ignore_ascii_case(&place.folder)) else {
            return Ok(Shelved::Labelled);
        };
        self.make(target).await?;
        let moved = match self.move_away(uid, job, target).await {
            Err(MailboxError::Refused(words)) => {
                // A person may have renamed or deleted the folder since it was last seen.
                self.existing = self.session.command("LIST \"\" \"*\"").await?.folders();
                if self.existing.contains(&self.written(target)) {
                    return Err(MailboxError::Refused(words));
                }
                self.make(target).await?;
                self.move_away(uid, job, target).await?
            }
            moved => moved?,
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

    async fn move_away(&mut self, uid: u32, job: &Move<'_>, target: &str) -> Result<Option<(u32, u32)>, MailboxError> {
        if self.session.has("MOVE") {
            let name = quoted(&self.written(target));
            let moved = self.session.command(&format!("UID MOVE {uid} {name}")).await?.copied();
            killpoint::pass(Point::MidMove);
            return Ok(moved);
        }
        self.copy_away(uid, job, target).await
    }

    /// The flags of a letter; `None` when it is not there.
    async fn flags(&mut self, uid: u32) -> Result<Option<Vec<String>>, MailboxError> {
        // NOOP lets the server tell what others expunged; until then it may answer for letters that are gone (RFC 3501, 7.4.1).
        self.session.command("NOOP").await?;
        let fetched = self.session.command(&format!("UID FETCH {uid} (UID FLAGS)")).await?.fetched(uid);
        Ok(fetched.map(|letter| letter.flags))
    }

    /// A keyword that the folder does not take is left out: a mark is never a reason to leave a letter unfiled.
    async fn label(&mut self, uid: u32, keywords: &[String]) -> Result<(), MailboxError> {
        let allowed = self.selected.as_ref().map(|selected| selected.keywords.clone()).unwrap_or_default();
        let takes = |keyword: &&String| allowed.iter().any(|flag| flag == "\\*" || flag.eq_ignore_ascii_case(keyword));
        let wanted: Vec<&str> = keywords.iter().filter(takes).map(String::as_str).collect();
        self.mark(uid, "+FLAGS.SILENT", &wanted).await
    }

    /// Puts keywords on a letter (`+FLAGS.SILENT`) or takes them off; a server that refuses is left its way.
    async fn mark(&mut self, uid: u32, change: &str, keywords: &[&str]) -> Result<(), MailboxError> {
        if keywords.is_empty() {
            return Ok(());
        }
        match self.session.command(&format!("UID STORE {uid} {change} ({})", keywords.join(" "))).await {
            Err(MailboxError::Connection(words)) => Err(MailboxError::Connection(words)),
            _ => Ok(()),
        }
    }

    /// Makes a folder when it is missing. Some servers keep everything below the inbox and refuse it elsewhere.
    pub(super) async fn make(&mut self, folder: &str) -> Result<(), MailboxError> {
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

    /// COPY, then the original goes, one letter alone. After a crash between the two the copy that was made is found again.
    async fn copy_away(&mut self, uid: u32, job: &Move<'_>, target: &str) -> Result<Option<(u32, u32)>, MailboxError> {
        let place = job.place;
        let mut copied = match job.landing {
            Some(landing) => self.landed(uid, place, target, landing).await?,
            None => None,
        };
        if !self.enter(&place.folder, place.uid_validity).await? {
            return Ok(copied);
        }
        let was_made = copied.is_some();
        if !was_made {
            copied = self.session.command(&format!("UID COPY {uid} {}", quoted(&self.written(target)))).await?.copied();
        }
        killpoint::pass(Point::MidMove);
        self.session.command(&format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)")).await?;
        let is_expunged = self.session.has("UIDPLUS");
        if is_expunged {
            self.session.command(&format!("UID EXPUNGE {uid}")).await?;
        }
        // A server whose rights forbid it says OK all the same and keeps the letter as it is (RFC 4314, 4).
        let left = self.session.command(&format!("UID FETCH {uid} (UID FLAGS)")).await?.fetched(uid);
        match left {
            Some(left) if is_expunged || !left.flags.iter().any(|flag| flag.eq_ignore_ascii_case("\\Deleted")) => Err(
                MailboxError::Refused(format!("The letter was copied to {target} and cannot be taken out of {}", place.folder)),
            ),
            _ => Ok(copied),
        }
    }

    /// The copy that an earlier try made: a letter that came to the target since then and has the same octets. Nothing less is
    /// proof: two letters may share a Message-ID, and the original is about to be deleted.
    async fn landed(
        &mut self,
        uid: u32,
        place: &Place,
        target: &str,
        landing: Landing,
    ) -> Result<Option<(u32, u32)>, MailboxError> {
        if !self.enter(&place.folder, place.uid_validity).await? {
            return Ok(None);
        }
        let Some(original) = self.body(uid, "BODY.PEEK[]").await? else { return Ok(None) };
        let validity = self.select(target).await?;
        let from = if validity == landing.uid_validity { landing.uid_next } else { 1 };
        // `n:*` gives the last letter even where n is higher (RFC 3501, 6.4.8), so what is lower is left out.
        let found = self.session.command(&format!("UID SEARCH UID {from}:*")).await?.searched();
        for candidate in found.into_iter().filter(|candidate| i64::from(*candidate) >= from) {
            if self.body(candidate, "BODY.PEEK[]").await?.as_deref() == Some(original.as_slice()) {
                return Ok(u32::try_from(validity).ok().map(|validity| (validity, candidate)));
            }
        }
        Ok(None)
    }
}
