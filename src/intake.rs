//! LOOP 1: one task a mailbox. Connects, compares each folder with the ledger, files what is not in it, shelves, waits.
//!
//! The mailbox is the queue and the database the ledger: what is to be done is the difference of the two, found anew at every
//! sweep, so a crash, a lost wake-up or a person's hand costs nothing but time. A letter stays where it is until it is filed;
//! one that cannot be filed now is tried again at the next sweep, and never stops the ones behind it.

use crate::desk::Desk;
use crate::domain::steps::RawMail;
use crate::killpoint::{self, Point};
use crate::mailbox::{self, Mailbox, back_off};
use crate::shelving::shelve_due;
use crate::stop::Stop;
use anyhow::Result;
use std::time::Duration;
use tracing::{error, info, warn};

/// How soon a ledger that does not work is asked again.
const LEDGER_PAUSE: Duration = Duration::from_secs(5);

/// The loop over one mailbox.
#[derive(Debug)]
pub struct Intake {
    desk: Desk,
    settings: mailbox::Settings,
}

impl Intake {
    /// A loop over the mailbox of these settings.
    pub fn new(desk: Desk, settings: mailbox::Settings) -> Intake {
        Intake { desk, settings }
    }

    /// Runs until told to stop. A failure of the mailbox or of the database is told once, waited out and tried again.
    pub async fn run(self, mut stop: Stop) {
        let mut failures = 0;
        while !stop.is_given() {
            let mut served = false;
            let Err(error) = self.session(&mut stop, &mut served).await else { return };
            // A session that worked before it broke starts the back-off anew.
            failures = if served { 1 } else { failures + 1 };
            self.desk.health.ill(&self.subject(), &format!("{error:#}"), self.desk.clock.now());
            // A ledger that does not work is asked again soon: nobody but ourselves is troubled by it.
            let ours = self.desk.store.health().await.is_err();
            let pause = if ours { LEDGER_PAUSE } else { back_off(failures) };
            let name = self.settings.name();
            let seconds = pause.as_secs();
            error!(mailbox.name = name, failures, "Mailbox {name} cannot be watched, trying again in {seconds} s: {error:#}");
            if stop.within(pause).await {
                return;
            }
        }
    }

    /// What `status` calls the mailbox.
    fn subject(&self) -> String {
        format!("mailbox {}", self.settings.name())
    }

    async fn session(&self, stop: &mut Stop, served: &mut bool) -> Result<()> {
        let mut mailbox = Mailbox::connect(&self.settings).await?;
        info!(mailbox.name = self.settings.name(), "Watching mailbox {}", self.settings.name());
        while !stop.is_given() {
            for folder in self.settings.folders() {
                self.sweep(&mut mailbox, &folder, stop).await?;
            }
            shelve_due(&self.desk.store, self.desk.activity, &mut mailbox, &self.settings, self.desk.clock.now()).await?;
            *served = true;
            self.desk.health.well(&self.subject(), self.desk.clock.now());
            if stop.is_given() {
                break;
            }
            tokio::select! {
                wake = mailbox.wait() => { wake?; }
                () = stop.given() => {}
            }
        }
        mailbox.close().await;
        Ok(())
    }

    /// Files what the folder holds and the ledger does not know.
    async fn sweep(&self, mailbox: &mut Mailbox, folder: &str, stop: &Stop) -> Result<()> {
        let scan = mailbox.scan(folder).await?;
        let known = self.desk.store.known_uids(self.desk.activity, self.settings.name(), folder, scan.uid_validity).await?;
        let new: Vec<String> = scan.uids.into_iter().filter(|uid| !known.contains(uid)).collect();
        for uid in new {
            if stop.is_given() {
                return Ok(());
            }
            let Some(raw) = mailbox.fetch(folder, scan.uid_validity, &uid).await? else { continue };
            killpoint::pass(Point::Fetched);
            if self.is_witness(mailbox, &raw).await? {
                continue;
            }
            if let Err(error) = self.desk.file_one(raw).await {
                // The letter stays in the mailbox; the next sweep finds it again. If it is the database that fails, so will
                // the next letter, and the session's own error handling takes over.
                warn!(mailbox.name = self.settings.name(), "A letter could not be filed and stays where it is: {error:#}");
                self.desk.store.health().await?;
            }
        }
        Ok(())
    }

    /// A copy of a letter of ours that came to the witness address: noted, and put into its folder. It is no letter to anybody.
    async fn is_witness(&self, mailbox: &mut Mailbox, raw: &RawMail) -> Result<bool> {
        let Some(folder) = &self.desk.witness_folder else { return Ok(false) };
        let Some(message_id) = self.desk.identity.own_letter(&raw.bytes) else { return Ok(false) };
        let place = format!("{}/{folder}", self.settings.name());
        let addressee = self.desk.store.witnessed(&message_id, &raw.bytes, &place, self.desk.clock.now()).await?;
        // What was written to this very mailbox (a notice to its secretariat) is there to be read.
        let charter = &self.desk.knowledge.get().rules.charter;
        if addressee.is_none_or(|addressee| charter.is_own(&addressee)) {
            return Ok(false);
        }
        match mailbox.shelve(&raw.place, Some(folder), &[], Some(&message_id)).await {
            Err(error) if error.is_connection() => Err(error.into()),
            Err(error) => {
                warn!(mailbox.name = self.settings.name(), "A witness copy stays where it came: {error}");
                Ok(true)
            }
            Ok(_) => Ok(true),
        }
    }
}
