//! `jcabot status`: healthy or degraded, and why; what a watching program asks for.

use crate::cli::{Outcome, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon;
use crate::domain::Timestamp;
use crate::store::{Incident, Leader, Status, Store};
use anyhow::Result;
use jiff::SignedDuration;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A daemon that has not written down for so long that it lives has died, or the ledger does not work.
const SILENCE: SignedDuration = SignedDuration::from_secs(60);

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// All that is told.
#[derive(Debug, Serialize)]
struct Told {
    /// `healthy` or `degraded`.
    state: &'static str,
    /// Why it is degraded.
    because: Vec<String>,
    /// When the daemon last wrote down that it lives.
    daemon_at: Option<Timestamp>,
    /// Which daemon works.
    leader: Option<Leader>,
    /// It files letters and sends nothing, after it died several times.
    safe_mode: bool,
    /// When each mailbox, and the way out, last answered; absent: not since the ledger was made.
    last_contact: BTreeMap<String, Option<Timestamp>>,
    /// What does not work.
    incidents: Vec<Incident>,
    /// Letters, the outbox by state, the breaker.
    ledger: Option<Status>,
}

/// Runs the command; 1 when degraded.
pub(crate) async fn run(path: &Path, arguments: &Arguments) -> Result<Outcome> {
    let config = Config::load(path)?;
    let now = Clock::system().now();
    let told = look(&config, now).await.unwrap_or_else(|error| Told {
        state: "degraded",
        because: vec![format!("database: {error:#}")],
        daemon_at: None,
        leader: None,
        safe_mode: false,
        last_contact: BTreeMap::new(),
        incidents: Vec::new(),
        ledger: None,
    });
    if arguments.json {
        print::json(&told)?;
    } else {
        tell(&told)?;
    }
    Ok(if told.because.is_empty() { Outcome::Done } else { Outcome::Found })
}

async fn look(config: &Config, now: Timestamp) -> Result<Told> {
    let knowledge = daemon::knowledge(config)?;
    let store = Store::open_existing(&config.database).await?;
    let activity = store.begin(&knowledge.rules.charter, now).await?;
    let contacts: BTreeMap<String, Timestamp> = store.contacts().await?.into_iter().collect();
    let daemon_at = contacts.get("daemon").copied();
    let incidents = store.incidents_open().await?;
    let mut because = Vec::new();
    match daemon_at {
        None => because.push("no daemon has worked on this ledger yet; start `jcabot run`".to_owned()),
        Some(at) if now.duration_since(at) > SILENCE => because.push(format!("no daemon works on this ledger since {at}")),
        Some(_) => {}
    }
    because.extend(
        incidents.iter().map(|incident| format!("{}: {} (since {})", incident.subject, incident.words, incident.began_at)),
    );
    let ledger = store.status(activity).await?;
    if let Some(since) = ledger.breaker.open_since.filter(|_| incidents.iter().all(|incident| incident.subject != "breaker")) {
        because.push(format!("breaker: {} (since {since}); `jcabot outbox resume` closes it", ledger.breaker.reason));
    }
    let subjects =
        config.mailboxes.iter().map(|mailbox| format!("mailbox {}", mailbox.get_ref().name())).chain(["transport".to_owned()]);
    let last_contact = subjects.map(|subject| (subject.clone(), contacts.get(&subject).copied())).collect();
    let leader = store.leader().await?;
    store.close().await;
    Ok(Told {
        state: if because.is_empty() { "healthy" } else { "degraded" },
        safe_mode: incidents.iter().any(|incident| incident.subject == daemon::SAFE_MODE),
        because,
        daemon_at,
        leader: Some(leader),
        last_contact,
        incidents,
        ledger: Some(ledger),
    })
}

fn tell(told: &Told) -> Result<()> {
    print::line(told.state)?;
    for reason in &told.because {
        print::line(&format!("  {}", print::clean(reason)))?;
    }
    if let Some(leader) = &told.leader {
        let who = if leader.holder.is_empty() { "nobody" } else { leader.holder.as_str() };
        print::line(&format!("daemon     {} (epoch {}, since {})", print::clean(who), leader.epoch, leader.since))?;
    }
    for (subject, at) in &told.last_contact {
        let at = at.map_or("never".to_owned(), |at| at.to_string());
        print::line(&format!("{:<10} last answered {at}", print::clean(subject)))?;
    }
    let Some(ledger) = &told.ledger else { return Ok(()) };
    let states: Vec<String> = ledger.outbox.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let waiting = if states.is_empty() { "nothing waits".to_owned() } else { states.join(", ") };
    print::line(&format!("outbox     {waiting}; {} accepted", ledger.accepted))?;
    let breaker = match (&ledger.breaker.open_since, &ledger.breaker.pause_until) {
        (Some(since), _) => format!("open since {since}: {}", ledger.breaker.reason),
        (None, Some(until)) => format!("closed; the outbox pauses until {until}"),
        (None, None) => "closed".to_owned(),
    };
    print::line(&format!("breaker    {}", print::clean(&breaker)))?;
    print::line(&format!("safe mode  {}", if told.safe_mode { "on: letters are filed, nothing is sent" } else { "off" }))
}
