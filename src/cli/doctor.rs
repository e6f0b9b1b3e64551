//! `jcabot doctor`: a line for each thing that must work, what is wrong with it and how to mend it.

use crate::certificate::Validity;
use crate::charter::Charter;
use crate::cli::{Outcome, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon;
use crate::domain::words::{Dial, Outgoing};
use crate::mailbox::Mailbox;
use crate::rules::check;
use crate::smtp::Transport;
use crate::store::Store;
use anyhow::Result;
use serde::Serialize;
use std::path::Path;
use strum::VariantArray;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// One line.
#[derive(Debug, Serialize)]
struct Line {
    what: String,
    well: bool,
    says: String,
}

/// What was found so far.
#[derive(Debug, Default)]
struct Findings(Vec<Line>);

impl Findings {
    fn tell(&mut self, what: &str, result: Result<String>) {
        let well = result.is_ok();
        let says = result.unwrap_or_else(|error| format!("{error:#}"));
        self.0.push(Line { what: what.to_owned(), well, says });
    }
}

/// Runs the command; 1 when something is wrong. Nothing is sent, moved or filed.
pub(crate) async fn run(path: &Path, arguments: &Arguments) -> Result<Outcome> {
    let mut findings = Findings::default();
    match Config::load(path) {
        Ok(config) => {
            findings.tell("configuration", Ok(format!("{} is sound", path.display())));
            examine(&config, &mut findings).await;
        }
        Err(error) => findings.tell("configuration", Err(error)),
    }
    if arguments.json {
        print::json(&findings.0)?;
    } else {
        for line in &findings.0 {
            let mark = if line.well { "ok   " } else { "WRONG" };
            print::line(&format!("{mark}  {:<16} {}", print::clean(&line.what), print::clean(&line.says)))?;
        }
    }
    Ok(if findings.0.iter().all(|line| line.well) { Outcome::Done } else { Outcome::Found })
}

async fn examine(config: &Config, findings: &mut Findings) {
    let report = check(&config.resources());
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    let rules = if faults.is_empty() {
        Ok(format!("{} rules, {} examples, all as they should be", report.rules, report.examples))
    } else {
        Err(anyhow::anyhow!(
            "{} faults, the first: {}; `jcabot rules check` lists all",
            faults.len(),
            faults.first().map_or("", String::as_str)
        ))
    };
    findings.tell("rules", rules);
    match daemon::knowledge(config) {
        Ok(knowledge) => {
            let charter = &knowledge.rules.charter;
            findings.tell(
                "charter",
                Ok(format!("{}, {} expected seats, days end in {}", charter.name, charter.seats.len(), charter.time_zone)),
            );
            findings.tell("authentication", authentication(&knowledge.policy.authserv_ids));
            findings.tell("database", database(config, charter).await);
            findings.tell("documents", knowledge.documents.examine());
        }
        Err(error) => findings.tell("charter", Err(error)),
    }
    for mailbox in &config.mailboxes {
        let settings = mailbox.get_ref();
        let mut shown = None;
        let told = match Mailbox::connect(settings).await {
            Ok(mut mailbox) => {
                shown = mailbox.certificate();
                mailbox.describe().await.map_err(anyhow::Error::from)
            }
            Err(error) => Err(error.into()),
        };
        findings.tell(&format!("mailbox {}", settings.name()), told);
        shown.into_iter().for_each(|shown| findings.tell("certificate", certificate(shown)));
    }
    let mut shown = None;
    let transport = match Transport::new(config.transport.clone()) {
        Ok(mut transport) => {
            let told = transport.check().await.map_err(anyhow::Error::from);
            shown = transport.certificate();
            told
        }
        Err(error) => Err(error),
    };
    findings.tell("transport", transport);
    shown.into_iter().for_each(|shown| findings.tell("certificate", certificate(shown)));
    for kind in Outgoing::VARIANTS {
        let says = match config.dial.of(*kind) {
            Dial::Off => "off: never written",
            Dial::Hold => "hold: written, and waits for `jcabot outbox release`",
            Dial::Send => "send: leaves by itself where the gate allows it",
        };
        findings.tell(kind.as_str(), Ok(says.to_owned()));
    }
}

/// How long a server's certificate is good; too short is wrong.
fn certificate(shown: Validity) -> Result<String> {
    let words = format!("the server's certificate is good until {}", shown.until);
    if shown.stage(Clock::system().now()).is_some() { anyhow::bail!("{words} only; renew it") } else { Ok(words) }
}

fn authentication(ids: &[String]) -> Result<String> {
    if ids.is_empty() {
        anyhow::bail!(
            "no authserv-id is configured, so every acknowledgement is held; set authserv_ids = [\"your receiving server\"] in [activity]"
        );
    }
    Ok(format!("results of {} count, all others do not", ids.join(", ")))
}

async fn database(config: &Config, charter: &Charter) -> Result<String> {
    let store = Store::open(&config.database).await?;
    store.health().await?;
    let activity = store.begin(charter, Clock::system().now()).await?;
    let filed: i64 = store.conservation(activity, None).await?.by_kind.values().sum();
    store.close().await;
    Ok(format!("can be read and written; {filed} letters on file"))
}
