//! LOOP 1: one task a mailbox. Connects, compares each folder with the ledger, files what is not in it, shelves, waits.
//!
//! The mailbox is the queue and the database the ledger: what is to be done is the difference of the two, found anew at every
//! sweep, so a crash, a lost wake-up or a person's hand costs nothing but time. A letter stays where it is until it is filed;
//! one that cannot be filed now is tried again at the next sweep, and never stops the ones behind it.
//!
//! The folders that letters come to are looked at with each wake-up. After each connect and every few minutes the folders of the
//! shelf are looked at too: a letter there that the ledger does not know is kept, and nobody is answered. Then the
//! ledger is added up; what does not come out is an alarm.

use crate::backlog::{Order, file_all};
use crate::desk::{Desk, Manner};
use crate::domain::Timestamp;
use crate::domain::steps::RawMail;
use crate::killpoint::{self, Point};
use crate::mailbox::{self, Fetch, Mailbox, MailboxError, Move, Owner, Scan, back_off};
use crate::shelving::{look_at_shelf, shelve_due};
use crate::stop::Stop;
use crate::store::{Arrival, Compared, Look};
use anyhow::Result;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tracing::{debug, error, info, warn};

/// All folders are compared, and the ledger added up, so often. A wait may last up to five minutes more, and ten is the promise.
const COMPARE: Duration = Duration::from_secs(5 * 60);
/// So many new letters in a folder are filed in batches; fewer, one by one, each on file as soon as it is read.
const BACKLOG: usize = 50;
/// A session is not ended for the sake of its certificate alone before so long.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// Octets asked for at once in a backlog.
const OCTETS: u64 = 4 << 20;
/// Letters of a backlog that are fetched ahead of those that are filed.
const AHEAD: usize = 16;
/// How much a letter that came short, and one on which the connection broke, add to its count of failures: a broken line says
/// less about a letter than a short one does.
const SHORT: i64 = 2;
const BROKEN: i64 = 1;
/// Three short answers, or six broken connections: its header is filed, for a person (RELIABILITY F10).
const HOPELESS: i64 = 6;
/// What `status` calls a ledger that does not add up.
const LEDGER: &str = "ledger";

/// Which folders a round looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those that letters come to.
    Intake,
    /// Those of the shelf too.
    All,
}

/// What the watch calls a ledger that cannot be written.
const LEDGER_FAULT: &str = "database";
/// How soon a ledger that does not work is asked again.
const LEDGER_PAUSE: Duration = Duration::from_secs(5);

/// Another installation, with a ledger of its own, keeps the mailbox: two would answer every letter twice.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "Mailbox {mailbox} is kept by another jcabot ({instance}, last seen {at}); stop that one, or wait half an hour after its end"
)]
pub struct KeptByAnother {
    mailbox: String,
    instance: String,
    at: Timestamp,
}

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
            let error = match self.session(&mut stop, &mut served).await {
                Ok(()) => continue,
                Err(error) => error,
            };
            // A session that worked before it broke starts the back-off anew.
            failures = if served { 1 } else { failures + 1 };
            self.desk.health.ill(&self.subject(), &format!("{error:#}"), self.desk.clock.now());
            // A ledger that does not work is asked again soon: nobody but ourselves is troubled by it.
            let ours = self.desk.health.ills().contains_key(LEDGER_FAULT) || self.desk.store.health().await.is_err();
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
        self.keep(&mut mailbox).await?;
        let connected = Instant::now();
        let mut compared: Option<Instant> = None;
        while !stop.is_given() {
            let shown = mailbox.certificate();
            if connected.elapsed() > LONGEST && shown.is_some_and(|shown| shown.stage(self.desk.clock.now()).is_some()) {
                break; // it may have been renewed since this session began
            }
            self.desk.health.certificate(&self.subject(), shown, self.desk.clock.now());
            let is_time = compared.is_none_or(|at| at.elapsed() >= COMPARE);
            let extent = if is_time { Extent::All } else { Extent::Intake };
            let shelved = self.round(&mut mailbox, extent, stop).await?;
            if is_time {
                self.keep(&mut mailbox).await?;
                self.prove().await?;
                compared = Some(Instant::now());
            }
            *served = true;
            self.desk.health.well(&self.subject(), self.desk.clock.now());
            if stop.is_given() {
                break;
            }
            if shelved > 0 {
                continue; // perhaps there are more jobs than are handed out at once
            }
            tokio::select! {
                wake = mailbox.wait() => { wake?; }
                () = stop.given() => {}
            }
        }
        if let Err(error) = mailbox.leave(&self.owner().await?).await {
            debug!("The mark of the mailbox stays for half an hour: {error}");
        }
        mailbox.close().await;
        Ok(())
    }

    async fn owner(&self) -> Result<Owner> {
        let since = self.desk.store.leader().await?.since;
        Ok(Owner { instance: self.desk.identity.instance().to_owned(), since, at: self.desk.clock.now() })
    }

    /// Says that this installation keeps the mailbox. One that another keeps is left alone (RELIABILITY F17); a mailbox that takes
    /// no mark is worked on without.
    pub async fn keep(&self, mailbox: &mut Mailbox) -> Result<()> {
        match mailbox.keep(&self.owner().await?).await {
            Ok(None) => Ok(()),
            Ok(Some(other)) => {
                Err(KeptByAnother { mailbox: self.settings.name().to_owned(), instance: other.instance, at: other.at }.into())
            }
            Err(error) if error.is_connection() => Err(error.into()),
            Err(error) => {
                warn!(mailbox.name = self.settings.name(), "The mailbox takes no mark of who keeps it: {error}");
                Ok(())
            }
        }
    }

    /// Compares the folders with the ledger, files what is new, and does what is due on the shelf; gives how many jobs those were.
    /// For a program that ends: the daemon does it again and again.
    pub async fn round(&self, mailbox: &mut Mailbox, extent: Extent, stop: &Stop) -> Result<usize> {
        for folder in self.settings.folders() {
            self.sweep(mailbox, &folder, Manner::Treat, stop).await?;
        }
        if extent == Extent::All {
            for folder in self.shelf() {
                self.sweep(mailbox, &folder, Manner::Keep, stop).await?;
            }
        }
        let jobs = shelve_due(&self.desk, mailbox, &self.settings).await?;
        if jobs > 0 || extent == Extent::All {
            look_at_shelf(&self.desk, &self.settings).await?;
        }
        Ok(jobs)
    }

    /// All letters of the mailbox as they are, in whatever folder, the witnesses included; nothing is moved. For a rebuild, which holds
    /// them all: each is counted as listed, and filed afterwards.
    pub async fn gather(&self, mailbox: &mut Mailbox) -> Result<Vec<Result<RawMail>>> {
        let mut letters = Vec::new();
        let folders = self.settings.folders().into_iter().map(|folder| (folder, Manner::Treat));
        for (folder, manner) in folders.chain(self.shelf().into_iter().map(|folder| (folder, Manner::Keep))) {
            let Some(scan) = self.scan(mailbox, &folder, manner).await? else { continue };
            for arrival in self.compare(&folder, &scan, manner).await?.arrivals {
                let fetched = mailbox.fetch(&folder, scan.uid_validity, &arrival.place.uid).await;
                match fetched {
                    Ok(Fetch::Letter(raw, _)) => letters.push(Ok(raw)),
                    Ok(Fetch::Gone | Fetch::Later) => {}
                    Ok(Fetch::Short(words)) => letters.push(Err(anyhow::anyhow!(words))),
                    Err(error) if error.is_connection() => return Err(error.into()),
                    Err(error) => letters.push(Err(error.into())),
                }
            }
        }
        let Some(folder) = self.desk.witness_folder.clone() else { return Ok(letters) };
        let Ok(scan) = mailbox.scan(&folder).await else { return Ok(letters) };
        for uid in &scan.uids {
            letters.extend(mailbox.fetch(&folder, scan.uid_validity, uid).await?.letter().map(Ok));
        }
        Ok(letters)
    }

    /// The folders that letters are put into, but for those that they come to.
    fn shelf(&self) -> BTreeSet<String> {
        if self.settings.shelving != mailbox::Shelving::Move {
            return BTreeSet::new();
        }
        let knowledge = self.desk.knowledge.get();
        let folders = knowledge.rules.charter.shelves.values().map(|shelf| shelf.folder.clone());
        let read = self.settings.folders();
        folders.filter(|folder| !read.iter().any(|own| own.eq_ignore_ascii_case(folder))).collect()
    }

    /// Files what the folder holds and the ledger does not know.
    async fn sweep(&self, mailbox: &mut Mailbox, folder: &str, manner: Manner, stop: &Stop) -> Result<()> {
        let mut before = usize::MAX;
        loop {
            let Some(scan) = self.scan(mailbox, folder, manner).await? else { return Ok(()) };
            let arrivals = self.compare(folder, &scan, manner).await?.arrivals;
            if stop.is_given() {
                return Ok(());
            }
            // Batches, as long as they get on.
            if arrivals.len() < BACKLOG || arrivals.len() >= before {
                for arrival in arrivals {
                    if stop.is_given() {
                        return Ok(());
                    }
                    self.one(mailbox, &arrival, manner).await?;
                }
                return Ok(());
            }
            before = arrivals.len();
            self.backlog(mailbox, &arrivals, manner, stop).await?;
        }
    }

    /// What a folder holds; `None` when it cannot be looked at, which is told once. A folder of the shelf that is not there is empty.
    async fn scan(&self, mailbox: &mut Mailbox, folder: &str, manner: Manner) -> Result<Option<Scan>> {
        let trouble = match (mailbox.scan(folder).await, manner) {
            (Ok(scan), _) => return Ok(Some(scan)),
            (Err(error), _) if error.is_connection() => return Err(error.into()),
            (Err(MailboxError::Missing(_)), Manner::Keep) => String::new(),
            (Err(error), _) => error.to_string(),
        };
        let nothing = Scan::default();
        let look = self.look(folder, &nothing, manner);
        if self.desk.store.folder_trouble(&look, &trouble).await? && !trouble.is_empty() {
            warn!(mailbox.name = self.settings.name(), "A folder cannot be looked at: {trouble}");
        }
        self.desk.store.folder_empty(&look).await?;
        Ok(None)
    }

    async fn compare(&self, folder: &str, scan: &Scan, manner: Manner) -> Result<Compared> {
        let compared = self.desk.store.compare(&self.look(folder, scan, manner)).await?;
        let name = self.settings.name();
        if let Some(renewed) = compared.renewed {
            warn!(mailbox.name = name, "The UIDs of a folder mean other letters now ({renewed:?}); all of it is compared anew");
        }
        if compared.gone > 0 {
            let gone = compared.gone;
            debug!(mailbox.name = name, gone, "{gone} letters were moved or deleted by a person");
        }
        if compared.never_seen > 0 {
            let letters = compared.never_seen;
            warn!(mailbox.name = name, letters, "{letters} letters were deleted by somebody before they could be read");
        }
        Ok(compared)
    }

    fn look<'a>(&'a self, folder: &'a str, scan: &'a Scan, manner: Manner) -> Look<'a> {
        Look {
            activity: self.desk.activity,
            mailbox: self.settings.name(),
            folder,
            uid_validity: scan.uid_validity,
            uid_next: scan.uid_next,
            uids: &scan.uids,
            is_intake: manner == Manner::Treat,
            now: self.desk.clock.now(),
        }
    }

    /// Reads and files one letter. What is wrong with it is written down and never stops the others.
    async fn one(&self, mailbox: &mut Mailbox, arrival: &Arrival, manner: Manner) -> Result<()> {
        let (place, store) = (&arrival.place, &self.desk.store);
        let is_hopeless = arrival.tries >= HOPELESS;
        let fetched = if is_hopeless {
            mailbox.fetch_header(&place.folder, place.uid_validity, &place.uid).await
        } else {
            mailbox.fetch(&place.folder, place.uid_validity, &place.uid).await
        };
        killpoint::pass(Point::Fetched);
        let now = self.desk.clock.now();
        match fetched {
            Ok(Fetch::Letter(raw, _)) if self.is_witness(mailbox, &raw).await? => Ok(()),
            Ok(Fetch::Letter(raw, _)) if is_hopeless => {
                warn!(mailbox.name = self.settings.name(), "A letter cannot be read whole; its header is filed, for a person");
                self.settle(self.desk.file_header(raw, "the mailbox does not give the whole letter").await.map(drop)).await
            }
            Ok(Fetch::Letter(raw, keywords)) => {
                let manner = if self.is_marked(&keywords) { Manner::Keep } else { manner };
                self.settle(self.desk.file_as(raw, manner).await.map(drop)).await
            }
            Ok(Fetch::Gone) => store.arrival_gone(self.desk.activity, place, now).await,
            Ok(Fetch::Later) => Ok(()),
            Ok(Fetch::Short(words)) => {
                warn!(mailbox.name = self.settings.name(), "A letter is not filed yet: {words}");
                store.arrival_failed(place, SHORT, &words, now).await.map(drop)
            }
            Err(error) => {
                let weight = if error.is_connection() { BROKEN } else { SHORT };
                store.arrival_failed(place, weight, &error.to_string(), now).await?;
                if error.is_connection() { Err(error.into()) } else { Ok(()) }
            }
        }
    }

    /// A letter that cannot be filed stays in the mailbox, and the next sweep finds it again. If it is the database that fails,
    /// so will the next letter, and the session's own error handling takes over.
    async fn settle(&self, filed: Result<()>) -> Result<()> {
        if let Err(error) = filed {
            warn!(mailbox.name = self.settings.name(), "A letter could not be filed and stays where it is: {error:#}");
            self.desk.store.health().await?;
        }
        Ok(())
    }

    /// A keyword of the shelf is set only after filing: the letter was dealt with by a ledger that is lost.
    fn is_marked(&self, keywords: &[String]) -> bool {
        let knowledge = self.desk.knowledge.get();
        let own =
            |keyword: &String| knowledge.rules.charter.shelves.values().any(|shelf| shelf.keyword.eq_ignore_ascii_case(keyword));
        keywords.iter().any(own)
    }

    /// Many letters: fetched in chunks, understood on all cores, filed in batches.
    async fn backlog(&self, mailbox: &mut Mailbox, arrivals: &[Arrival], manner: Manner, stop: &Stop) -> Result<()> {
        info!(mailbox.name = self.settings.name(), "Filing {} letters in batches", arrivals.len());
        let (sender, receiver) = mpsc::channel(AHEAD);
        let order = Order { manner, counted: true };
        let filing = file_all(&self.desk, order, receiver, |done| debug!("{done} letters of a backlog are filed"));
        let (fetched, filed) = tokio::join!(self.fetch_all(mailbox, arrivals, sender, stop), filing);
        let imported = filed?;
        for error in &imported.unreadable {
            warn!(mailbox.name = self.settings.name(), "A letter could not be filed and stays where it is: {error}");
        }
        fetched
    }

    /// Sends what can be fetched at once; the rest stays an arrival and is looked at alone.
    async fn fetch_all(
        &self,
        mailbox: &mut Mailbox,
        arrivals: &[Arrival],
        sender: mpsc::Sender<Result<RawMail>>,
        stop: &Stop,
    ) -> Result<()> {
        let fresh: Vec<&Arrival> = arrivals.iter().filter(|arrival| arrival.tries == 0).collect();
        let Some(first) = fresh.first() else { return Ok(()) };
        let (folder, uid_validity) = (first.place.folder.clone(), first.place.uid_validity);
        let uids: Vec<String> = fresh.iter().map(|arrival| arrival.place.uid.clone()).collect();
        let mut rest = uids.as_slice();
        while !rest.is_empty() && !stop.is_given() {
            let (done, letters) = mailbox.fetch_many(&folder, uid_validity, rest, OCTETS).await?;
            for letter in letters {
                let Fetch::Letter(raw, keywords) = letter else { continue };
                killpoint::pass(Point::Fetched);
                // What is not simply a new letter is looked at alone.
                if self.is_marked(&keywords) || self.desk.identity.own_letter(&raw.bytes).is_some() {
                    continue;
                }
                if sender.send(Ok(raw)).await.is_err() {
                    return Ok(()); // filing has failed, and says so itself
                }
            }
            rest = rest.get(done.max(1)..).unwrap_or_default();
        }
        Ok(())
    }

    /// Adds the ledger up. What does not come out is an incident, of which the secretariat is told, and a line of the journal.
    pub async fn prove(&self) -> Result<()> {
        let (store, activity, now) = (&self.desk.store, self.desk.activity, self.desk.clock.now());
        let balance = store.balance(activity, now).await?;
        let was_wrong = self.desk.health.ills().contains_key(LEDGER);
        if balance.balanced {
            self.desk.health.well(LEDGER, now);
            if was_wrong {
                info!("The ledger adds up again");
                store.note_balance(activity, &[], now).await?;
            }
            return Ok(());
        }
        let words = format!("{}; see `jcabot ledger`", balance.faults.join("; "));
        self.desk.health.ill(LEDGER, &words, now);
        if !was_wrong {
            error!("The ledger does not add up: {words}");
            store.note_balance(activity, &balance.faults, now).await?;
        }
        Ok(())
    }

    /// A copy of a letter of ours that came to the witness address: noted, and put into its folder. It is no letter to anybody.
    async fn is_witness(&self, mailbox: &mut Mailbox, raw: &RawMail) -> Result<bool> {
        let Some(folder) = &self.desk.witness_folder else { return Ok(false) };
        let Some(message_id) = self.desk.identity.own_letter(&raw.bytes) else { return Ok(false) };
        let (place, store, now) = (format!("{}/{folder}", self.settings.name()), &self.desk.store, self.desk.clock.now());
        let addressee = store.witnessed(&message_id, &raw.bytes, &place, now).await?;
        // What was written to this very mailbox (a notice to its secretariat) is there to be read.
        let charter = &self.desk.knowledge.get().rules.charter;
        if addressee.is_none_or(|addressee| charter.is_own(&addressee)) {
            return Ok(false);
        }
        match mailbox.shelve(&Move { place: &raw.place, target: Some(folder), keywords: &[], ours: &[], landing: None }).await {
            Err(error) if error.is_connection() => return Err(error.into()),
            Err(error) => {
                warn!(mailbox.name = self.settings.name(), "A witness copy stays where it came: {error}");
                store.arrival_failed(&raw.place, BROKEN, &error.to_string(), now).await?;
            }
            Ok(_) => store.arrival_own(&raw.place).await?,
        }
        Ok(true)
    }
}
