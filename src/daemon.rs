//! Composition: builds everything, starts every loop, stops them. The only place that spawns.

use crate::clock::{Clock, Steady};
use crate::config::{BounceAddresses, Config};
use crate::corrections;
use crate::delivery::{Delivery, LOCAL_REST, Witness};
use crate::desk::Desk;
use crate::health::Health;
use crate::intake::{Intake, KeptByAnother};
use crate::knowledge::{Current, Knowledge};
use crate::leadership::Leadership;
use crate::lease::Lease;
use crate::mailbox::{self, Mailbox};
use crate::reminders::Reminders;
use crate::reply::Identity;
use crate::service;
use crate::smtp::{Bounces, Transport};
use crate::stop::{self, Stop};
use crate::store::Store;
use crate::watch::Watch;
use anyhow::{Context, Result, bail};
use jiff::SignedDuration;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

/// A letter in hand may take this long to be finished after SIGTERM; systemd's own limit is 90 s.
const DRAIN: Duration = Duration::from_secs(20);

/// What `status` calls the time after a crash loop.
pub const SAFE_MODE: &str = "safe-mode";

/// What the letters are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To be answered and shelved.
    Watch,
    /// To be on file; nobody is answered, nothing is moved.
    Import,
}

/// A daemon, built and not yet started.
#[derive(Debug)]
pub struct Daemon {
    config: Config,
    /// Read again on SIGHUP; none for the demo, whose configuration is no file.
    file: Option<PathBuf>,
    desk: Desk,
}

/// Rules, templates and policy of a configuration.
pub fn knowledge(config: &Config) -> Result<Knowledge> {
    Knowledge::load(&config.resources(), config.activity.charter.get_ref(), |rules| config.policy(&rules.charter))
}

impl Daemon {
    /// Opens the ledger and loads the rules; starts nothing.
    pub async fn build(config: Config, file: Option<&Path>, clock: Clock, mode: Mode) -> Result<Daemon> {
        let mut knowledge = knowledge(&config)?;
        knowledge.policy.silent = mode == Mode::Import;
        let store = Store::open(&config.database).await?;
        if mode == Mode::Watch {
            store.check_integrity(&config.database).await?;
        }
        let activity = store.begin(&knowledge.rules.charter, clock.now()).await?;
        let instance = store.instance().await?;
        let name = config.activity.from_name.clone();
        let identity = Arc::new(Identity::new(&knowledge.rules.charter, name, instance.id, instance.key.to_vec().into()));
        let (bell, health, steady) = (Arc::new(Notify::new()), Health::default(), Steady::default());
        if config.delivery.witness.is_some() {
            store.expect_witness(config.delivery.rest().unwrap_or(LOCAL_REST));
        }
        let witness_folder = config.delivery.witness.is_some().then(|| config.delivery.witness_folder.clone());
        let desk =
            Desk { store, activity, knowledge: Current::new(knowledge), identity, health, steady, witness_folder, clock, bell };
        Ok(Daemon { config, file: file.map(Path::to_path_buf), desk })
    }

    /// Where letters are filed; the demo and the import use it without the loops.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The mailboxes of the configuration.
    pub fn mailboxes(&self) -> Vec<mailbox::Settings> {
        self.config.mailboxes.iter().map(|settings| settings.get_ref().clone()).collect()
    }

    /// The loop over the chair's week and the deadlines.
    pub fn reminders(&self) -> Reminders {
        Reminders::new(self.desk.clone(), self.config.digest.clone())
    }

    /// The loop over the outbox.
    pub async fn delivery(&self) -> Result<Delivery> {
        let mailbox = self.desk.knowledge.get().rules.charter.mailbox.clone();
        Ok(Delivery {
            store: self.desk.store.clone(),
            transport: Transport::new(self.config.transport.clone())?,
            bounces: match self.config.activity.bounce_addresses {
                BounceAddresses::Keyed => Bounces::new(mailbox, self.desk.store.instance().await?.key.to_vec().into()),
                BounceAddresses::Plain => Bounces::unmarked(mailbox),
            },
            caps: self.config.caps.clone(),
            witness: self.witness(),
            rest: self.config.delivery.rest(),
            lease: Lease::unlimited(),
            health: self.desk.health.clone(),
            steady: self.desk.steady.clone(),
            clock: self.desk.clock,
            wake: Arc::clone(&self.desk.bell),
        })
    }

    fn witness(&self) -> Option<Witness> {
        let (address, mailbox) = self.config.delivery.witness.clone().zip(self.config.witness_mailbox().cloned())?;
        let (folder, identity) = (self.config.delivery.witness_folder.clone(), Arc::clone(&self.desk.identity));
        Some(Witness { address, mailbox, folder, identity })
    }

    /// Runs until SIGTERM or SIGINT, then lets each loop finish the letter in hand. SIGHUP loads the rules anew.
    pub async fn run(self) -> Result<()> {
        let mut terminate = on(SignalKind::terminate())?;
        let mut interrupt = on(SignalKind::interrupt())?;
        let mut hangup = on(SignalKind::hangup())?;
        let (stopper, stop) = stop::signal();
        let span = SignedDuration::from_secs(i64::from(self.config.watch.safe_seconds));
        let (start, deaths) = self.desk.store.note_start(self.desk.clock.now(), span).await?;
        let mut work = std::pin::pin!(self.work(stop, deaths));
        let ended = loop {
            tokio::select! {
                _ = terminate.recv() => break None,
                _ = interrupt.recv() => break None,
                _ = hangup.recv() => self.reload().await,
                ended = &mut work => break Some(ended),
            }
        };
        stopper.stop();
        let ended = match ended {
            Some(ended) => ended,
            None => work.await,
        };
        if ended.is_ok() {
            self.desk.store.note_end(start, self.desk.clock.now()).await?;
            info!("Stopped");
        }
        self.desk.store.close().await;
        ended
    }

    /// Waits until no other daemon works on this ledger, then works until told to stop, or until another has taken over.
    async fn work(&self, mut stop: Stop, deaths: i64) -> Result<()> {
        let lease = Lease::none();
        let leadership = Leadership::new(self.desk.store.clone(), lease.clone(), self.desk.clock);
        let watch = &self.config.watch;
        let is_loop = deaths >= i64::from(watch.deaths);
        let mut wait = if is_loop { Duration::from_secs(u64::from(watch.safe_seconds)) } else { Duration::ZERO };
        // One that waits for another is as ready as it can be.
        service::tell("READY=1");
        while leadership.stand(&mut stop).await {
            self.keep_mailboxes().await?;
            let (stopper, own) = stop::signal();
            let mut loops = self.spawn(&own, &lease, wait).await?;
            info!("Started with {} mailboxes", self.config.mailboxes.len());
            let mut keep = std::pin::pin!(leadership.keep());
            let ended = tokio::select! {
                () = stop.given() => None,
                () = &mut keep => None,
                ended = loops.join_next() => Some(ended),
            };
            stopper.stop();
            let drain = tokio::time::timeout(DRAIN, async { while loops.join_next().await.is_some() {} });
            // The right to send lasts until the letter in hand is done.
            tokio::select! {
                drained = drain => if drained.is_err() {
                    warn!("A loop did not end within {} s; what it had in hand is taken up again", DRAIN.as_secs());
                },
                () = keep, if lease.is_held() => {}
            }
            leadership.step_down().await;
            wait = Duration::ZERO;
            match ended {
                None => {}
                Some(Some(Err(error))) => {
                    return Err(error).context("A loop ended by a fault of the program; it starts again with the daemon");
                }
                Some(_) => bail!("A loop ended before it was told to; it starts again with the daemon"),
            }
        }
        Ok(())
    }

    /// Refuses to work on a mailbox that another installation keeps. One that cannot be reached now is looked at when it can.
    async fn keep_mailboxes(&self) -> Result<()> {
        for settings in self.mailboxes() {
            let kept = async {
                let mut mailbox = Mailbox::connect(&settings).await?;
                Intake::new(self.desk.clone(), settings.clone()).keep(&mut mailbox).await?;
                mailbox.close().await;
                anyhow::Ok(())
            };
            match kept.await {
                Err(error) if error.is::<KeptByAnother>() => return Err(error),
                Err(error) => warn!("Mailbox {} cannot be looked at yet: {error:#}", settings.name()),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn spawn(&self, stop: &Stop, lease: &Lease, wait: Duration) -> Result<JoinSet<()>> {
        let mut loops = JoinSet::new();
        for mailbox in &self.config.mailboxes {
            let intake = Intake::new(self.desk.clone(), mailbox.get_ref().clone());
            loops.spawn(intake.run(stop.clone()));
        }
        let delivery = Delivery { lease: lease.clone(), ..self.delivery().await? };
        loops.spawn(later(wait, self.desk.clone(), stop.clone(), delivery.run(stop.clone())));
        loops.spawn(later(wait, self.desk.clone(), stop.clone(), self.reminders().run(stop.clone())));
        loops.spawn(Watch::new(self.desk.clone(), self.config.watch.clone()).run(stop.clone()));
        Ok(loops)
    }

    /// Takes new rules into use; a set that fails to load leaves the old one working.
    async fn reload(&self) {
        let Some(file) = &self.file else { return };
        match Config::load(file).and_then(|config| knowledge(&config)) {
            Ok(knowledge) => {
                if let Err(error) = corrections::refresh(&self.desk.store, self.desk.activity, &knowledge).await {
                    warn!("What people corrected is read with the next letter: {error:#}");
                }
                self.desk.knowledge.replace(knowledge);
                info!("Loaded the rules anew");
            }
            Err(error) => error!("The rules were not loaded; the old ones go on working: {error:#}"),
        }
    }
}

fn on(kind: SignalKind) -> Result<Signal> {
    signal(kind).context("Cannot listen for signals")
}

/// Runs a loop that writes to people, in safe mode only after a while: a daemon that dies again and again sends nothing meanwhile.
async fn later(wait: Duration, desk: Desk, mut stop: Stop, own: impl Future<Output = ()>) {
    if !wait.is_zero() {
        let words =
            "The daemon died several times within minutes; it files letters and sends nothing until it has lived for a while";
        desk.health.ill(SAFE_MODE, words, desk.clock.now());
        if stop.within(wait).await {
            return;
        }
        desk.health.well(SAFE_MODE, desk.clock.now());
        info!("Safe mode has ended");
    }
    own.await;
}
