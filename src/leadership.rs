//! One daemon works, the others wait: who has the row `leader` and keeps its beat going (see `store`).

use crate::clock::{Clock, since_boot};
use crate::lease::Lease;
use crate::service;
use crate::stop::Stop;
use crate::store::{Leader, Store};
use anyhow::Result;
use std::time::Duration;
use tracing::{info, warn};

/// The leader's beat.
const BEAT: Duration = Duration::from_secs(3);
/// The leader takes its right for ended so long after its latest beat …
const RIGHT: Duration = Duration::from_secs(9);
/// … and another takes over later than that, and early enough to be at work within 15 s of the leader's death.
const STANDSTILL: Duration = Duration::from_secs(11);
/// How often a waiting daemon looks.
const LOOK: Duration = Duration::from_secs(1);

/// A daemon's claim to be the one that works.
#[derive(Clone, Debug)]
pub struct Leadership {
    store: Store,
    lease: Lease,
    clock: Clock,
    holder: String,
}

impl Leadership {
    /// Of this process.
    pub fn new(store: Store, lease: Lease, clock: Clock) -> Leadership {
        Leadership { store, lease, clock, holder: Process::own().to_string() }
    }

    /// Waits until this daemon is the one that works; `false` when it was told to stop first.
    pub async fn stand(&self, stop: &mut Stop) -> bool {
        let mut seen: Option<(Leader, Duration)> = None;
        let mut told = false;
        while !stop.is_given() {
            match self.look(&mut seen).await {
                Ok(true) => return true,
                Ok(false) if !told => {
                    info!("Another daemon works on this ledger; waiting until it ends");
                    told = true;
                }
                Ok(false) => {}
                Err(error) => warn!("Cannot see who works on this ledger: {error:#}"),
            }
            service::tell("WATCHDOG=1\nSTATUS=waiting: another daemon works on this ledger");
            stop.within(LOOK).await;
        }
        false
    }

    /// Looks once; takes over when the leader stepped down, has died on this machine, or has been still for too long.
    async fn look(&self, seen: &mut Option<(Leader, Duration)>) -> Result<bool> {
        let leader = self.store.leader().await?;
        let now = since_boot();
        let since = match seen {
            Some((before, since)) if *before == leader => *since,
            _ => now,
        };
        *seen = Some((leader.clone(), since));
        let vacant = leader.holder.is_empty() || Process::read(&leader.holder).is_some_and(|process| process.has_died());
        if !vacant && now.saturating_sub(since) < STANDSTILL {
            return Ok(false);
        }
        let Some(epoch) = self.store.take_over(&leader, &self.holder, self.clock.now()).await? else { return Ok(false) };
        self.lease.hold(epoch, now, RIGHT);
        info!(epoch, "This daemon works on the ledger now (epoch {epoch})");
        Ok(true)
    }

    /// Keeps the beat going; ends when another daemon has taken over.
    pub async fn keep(&self) {
        let epoch = self.lease.epoch();
        loop {
            tokio::time::sleep(BEAT).await;
            let asked = since_boot();
            match self.store.beat(epoch).await {
                Ok(true) => self.lease.hold(epoch, asked, RIGHT),
                Ok(false) => {
                    self.lease.end();
                    warn!(epoch, "Another daemon has taken over the ledger");
                    return;
                }
                // The right ends by itself; while the ledger cannot be written nothing is sent.
                Err(error) => warn!("Cannot keep the ledger: {error:#}"),
            }
        }
    }

    /// Ends in order, so that the next daemon need not wait.
    pub async fn step_down(&self) {
        self.lease.end();
        if let Err(error) = self.store.step_down(self.lease.epoch()).await {
            warn!("The next daemon waits a little longer: {error:#}");
        }
    }
}

/// A process of some machine: its name, its boot, its process numbers, the process and when that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    machine: String,
    pid: u32,
    started: String,
}

impl std::fmt::Display for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.machine, self.pid, self.started)
    }
}

impl Process {
    fn own() -> Process {
        let pid = std::process::id();
        Process { machine: machine(), pid, started: started(pid).unwrap_or_default() }
    }

    fn read(text: &str) -> Option<Process> {
        let mut words = text.split(' ');
        let (machine, pid, started) = (words.next()?, words.next()?, words.next()?);
        Some(Process { machine: machine.to_owned(), pid: pid.parse().ok()?, started: started.to_owned() })
    }

    /// Known to be dead: it ran on this machine, in this boot, and is not there any more. Of another machine nothing is known.
    fn has_died(&self) -> bool {
        self.machine == machine() && started(self.pid).is_none_or(|started| started != self.started)
    }
}

/// What tells apart machines, their boots, and containers with process numbers of their own.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().replace(' ', "_");
    let numbers = std::fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default();
    format!("{}/{}/{numbers}", read("/proc/sys/kernel/hostname"), read("/proc/sys/kernel/random/boot_id"))
}

/// When a process was started, in ticks since boot; `None` when there is none, or only its remains.
fn started(pid: u32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let mut words = text.rsplit_once(')')?.1.split_whitespace();
    let state = words.next()?;
    (!matches!(state, "Z" | "X")).then(|| words.nth(18).map(str::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::Process;

    #[test]
    fn a_process_is_known_to_be_dead_only_on_this_machine() {
        let own = Process::own();
        let other = Process { started: "1".to_owned(), ..own.clone() };
        let elsewhere = Process { machine: "elsewhere".to_owned(), ..other.clone() };

        assert_eq!(Process::read(&own.to_string()), Some(own.clone()));
        assert!(!own.has_died() && other.has_died() && !elsewhere.has_died());
    }
}
