//! LOOP 4: looks after the daemon itself. Every few seconds it writes down what works and what does not, tells the service manager,
//! notices that the clock was set, and tells the secretariat of each trouble once.

use crate::clock::Steady;
use crate::desk::Desk;
use crate::domain::Timestamp;
use crate::domain::words::{Dial, OutboxState};
use crate::service;
use crate::stop::Stop;
use crate::store::Incident;
use anyhow::Result;
use jiff::SignedDuration;
use serde::Deserialize;
use std::path::Path;
use std::time::Duration;
use tracing::{error, info, warn};

/// How often it looks; the unit file's `WatchdogSec` must be some times more.
const LOOK: Duration = Duration::from_secs(5);
/// A clock that was set is believed so long after the machine's time service has said that it is right.
const CLOCK_REST: SignedDuration = SignedDuration::from_mins(10);
/// Touched by systemd's time service whenever it has set or confirmed the clock.
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";
/// Troubles older than this are history; nobody is told of them any more.
const UNTOLD: SignedDuration = SignedDuration::from_hours(24);
/// What the breaker says when it was opened for the clock.
const CLOCK: &str = "The clock of this machine was set";

/// `[watch]`: when the daemon takes care of itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A mailbox, server or database that does not answer is told to the secretariat after so many seconds.
    pub alarm_after_seconds: u32,
    /// So many deaths of the daemon within ten minutes, and it only files letters and sends nothing.
    pub deaths: u32,
    /// How long it then only files letters, in seconds.
    pub safe_seconds: u32,
}

impl Default for Settings {
    /// Five minutes outlast a restart of any server; five starts in ten minutes are what systemd takes for a loop.
    fn default() -> Settings {
        Settings { alarm_after_seconds: 300, deaths: 5, safe_seconds: 600 }
    }
}

/// The loop.
#[derive(Debug)]
pub struct Watch {
    desk: Desk,
    settings: Settings,
    steady: Steady,
    jumped_at: Option<Timestamp>,
}

impl Watch {
    /// Looks after the daemon of this desk.
    pub fn new(desk: Desk, settings: Settings) -> Watch {
        let steady = desk.steady.clone();
        Watch { desk, settings, steady, jumped_at: None }
    }

    /// Runs until told to stop.
    pub async fn run(mut self, mut stop: Stop) {
        let mut told = String::new();
        loop {
            let now = self.desk.clock.now();
            match self.look(now).await {
                Ok(()) => self.desk.health.well("database", now),
                Err(error) => {
                    self.desk.health.ill("database", &format!("{error:#}"), now);
                    warn!("The ledger does not work: {error:#}");
                }
            }
            let state = self.state();
            if state != told {
                info!("Now {state}");
                told.clone_from(&state);
            }
            service::tell(&format!("WATCHDOG=1\nSTATUS={state}"));
            if stop.within(LOOK).await {
                service::tell("STOPPING=1");
                return;
            }
        }
    }

    /// One line without words of servers: they may name people.
    fn state(&self) -> String {
        let ills: Vec<String> = self.desk.health.ills().into_keys().collect();
        if ills.is_empty() { "healthy".to_owned() } else { format!("degraded: {}", ills.join(", ")) }
    }

    /// Looks once.
    pub async fn look(&mut self, now: Timestamp) -> Result<()> {
        let (store, health) = (self.desk.store.clone(), self.desk.health.clone());
        self.look_at_clock(now).await?;
        let breaker = store.breaker().await?;
        match breaker.open_since {
            Some(_) => health.ill("breaker", &breaker.reason, now),
            None if health.ills().contains_key("breaker") => health.well("breaker", now),
            None => {}
        }
        let past = health.past();
        for (subject, ill) in &past {
            store.incident(subject, &ill.words, ill.since).await?;
            store.incident_over(subject, ill.until.unwrap_or(now)).await?;
        }
        health.forget(past.len());
        let ills = health.ills();
        for (subject, ill) in &ills {
            store.incident(subject, &ill.words, ill.since).await?;
        }
        // What a daemon that died had written down, and what works now.
        for incident in store.incidents_open().await? {
            if !ills.contains_key(&incident.subject) && health.contacts().contains_key(&incident.subject) {
                store.incident_over(&incident.subject, now).await?;
            }
        }
        for (subject, at) in health.contacts() {
            store.contact(&subject, at).await?;
        }
        store.contact("daemon", now).await?;
        self.alarm(now).await
    }

    /// A clock that was set opens the breaker: what is due by it may not be due. It closes when the clock is set back, when a
    /// person closes it, or ten minutes after the time service says that the clock is right.
    async fn look_at_clock(&mut self, now: Timestamp) -> Result<()> {
        let store = &self.desk.store;
        let open = store.breaker().await?;
        let ours = open.open_since.is_some() && open.reason.starts_with(CLOCK);
        match (self.steady.jump(), self.jumped_at) {
            (Some(jump), None) => {
                let words = format!("{CLOCK} by {} minutes; automatic mail waits until it is right", jump.as_mins());
                error!("{words}");
                store.open_breaker(self.desk.activity, &words, now).await?;
                self.desk.health.ill("clock", &words, now);
                self.jumped_at = Some(now);
            }
            (Some(_), Some(since)) => {
                if !ours || is_synchronized(since, now) {
                    self.steady.accept();
                    self.clock_is_right(now).await?;
                }
            }
            (None, Some(_)) => self.clock_is_right(now).await?,
            // Small corrections must not add up to a jump.
            (None, None) => self.steady.accept(),
        }
        Ok(())
    }

    async fn clock_is_right(&mut self, now: Timestamp) -> Result<()> {
        // A breaker that was opened for something else stays open.
        if self.desk.store.breaker().await?.reason.starts_with(CLOCK) {
            self.desk.store.release_breaker(self.desk.activity, "jcabot", now).await?;
        }
        self.jumped_at = None;
        self.desk.health.well("clock", now);
        self.desk.bell.notify_one();
        info!("The clock is taken for right again");
        Ok(())
    }

    /// Tells the secretariat of what has lasted long enough, once for each trouble.
    async fn alarm(&self, now: Timestamp) -> Result<()> {
        for incident in self.desk.store.incidents_untold(now - UNTOLD).await? {
            let lasted = incident.ended_at.unwrap_or(now).duration_since(incident.began_at);
            // A person can do nothing about a server that is restarted; about these only a person can.
            let is_ours = ["breaker", "clock", "safe-mode", "failover"].contains(&incident.subject.as_str());
            if is_ours || lasted >= SignedDuration::from_secs(i64::from(self.settings.alarm_after_seconds)) {
                self.tell(&incident, now).await?;
            }
        }
        Ok(())
    }

    async fn tell(&self, incident: &Incident, now: Timestamp) -> Result<()> {
        let knowledge = self.desk.knowledge.get();
        let state = match knowledge.policy.dials.notice {
            Dial::Off => None,
            Dial::Hold => Some(OutboxState::Held),
            Dial::Send => Some(OutboxState::Ready),
        };
        error!(incident = incident.id, "{} does not work since {}", incident.subject, incident.began_at);
        let end = incident.ended_at.map_or("`jcabot status` says more.".to_owned(), |end| format!("It works again since {end}."));
        let detail = format!("{}, since {}: {} {end}", incident.subject, incident.began_at, incident.words);
        let topic = format!("{} {}", incident.subject, incident.id);
        let charter = &knowledge.rules.charter;
        let draft = state.map(|state| knowledge.replies.notify(&self.desk.identity, charter, (&topic, &detail), state, now));
        self.desk.store.alarm(self.desk.activity, incident.id, draft.transpose()?.as_ref(), now).await?;
        self.desk.bell.notify_one();
        Ok(())
    }
}

/// The machine's time service has looked at the clock since it jumped, and ten minutes have passed.
fn is_synchronized(since: Timestamp, now: Timestamp) -> bool {
    let confirmed = std::fs::metadata(Path::new(SYNCHRONIZED)).and_then(|about| about.modified());
    let confirmed = confirmed.ok().and_then(|at| Timestamp::try_from(at).ok());
    confirmed.is_some_and(|at| at > since) && now.duration_since(since) > CLOCK_REST
}
