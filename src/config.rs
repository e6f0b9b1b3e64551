//! The configuration: one TOML file, the sum of each module's own settings. An error names file and line and says how to mend it.

use crate::charter::Charter;
use crate::delivery;
use crate::domain::Timestamp;
use crate::mailbox;
use crate::plan::schedule::DigestTime;
use crate::plan::{DEFAULT_THRESHOLD, Dials, Policy, Unauthenticated};
use crate::resources::Resources;
use crate::smtp;
use crate::store;
use crate::watch;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Everything that the operator lays down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Which activity, by which rules.
    pub activity: Activity,
    /// Where the ledger is kept.
    #[serde(default)]
    pub database: store::Settings,
    /// The mailboxes that are watched.
    #[serde(rename = "mailbox", default)]
    pub mailboxes: Vec<Spanned<mailbox::Settings>>,
    /// The way out.
    pub transport: smtp::Settings,
    /// How far each outgoing kind may go.
    #[serde(default)]
    pub dial: Dials,
    /// When the chair's week is written.
    #[serde(default)]
    pub digest: DigestTime,
    /// What is done so that each letter leaves once.
    #[serde(default)]
    pub delivery: delivery::Settings,
    /// How much automatic mail may leave.
    #[serde(default)]
    pub caps: store::Caps,
    /// When the daemon takes care of itself.
    #[serde(default)]
    pub watch: watch::Settings,
    /// What is written to stderr.
    #[serde(default)]
    pub log: Log,
}

/// Which activity, by which rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Name of a charter: `jca-cop` for `charters/jca-cop.toml`.
    pub charter: Spanned<String>,
    /// A folder whose files take the place of the built-in rules, vocabulary, charters and templates.
    pub rules: Option<Spanned<PathBuf>>,
    /// Authserv-ids (RFC 8601) whose results count, instead of the charter's.
    pub authserv_ids: Option<Vec<String>>,
    /// What becomes of acknowledgements to writers without any authentication result.
    #[serde(default)]
    pub unauthenticated: Unauthenticated,
    /// Letters that came before this moment are filed without an answer; the first start, if absent.
    pub answer_since: Option<Timestamp>,
    /// Confidence below which a person looks first, 0 to 1.
    pub threshold: Option<Spanned<f64>>,
    /// Whether what people corrected (`jcabot correct`) helps where the rules are weak; corrections are kept in any case.
    #[serde(default = "yes")]
    pub learning: bool,
    /// The name beside the mailbox's address in what leaves, instead of the activity's.
    pub from_name: Option<String>,
    /// The envelope sender of what leaves.
    #[serde(default)]
    pub bounce_addresses: BounceAddresses,
}

fn yes() -> bool {
    true
}

/// The envelope sender of what leaves, to which non-delivery reports come (RFC 3464).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BounceAddresses {
    /// The mailbox's own address.
    #[default]
    Plain,
    /// The mailbox with a keyed tag (`jca+b-…@`), so that a report names its letter; the server must deliver tagged forms.
    Keyed,
}

/// What is written to stderr.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// `text` for people, `json` for collectors.
    #[serde(default)]
    pub format: LogFormat,
    /// A filter as of tracing-subscriber (`info`, `jcabot=debug`).
    pub filter: Option<String>,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!(
                "Cannot read the configuration {} (`jcabot init` writes a new one, `--config FILE` names another)",
                path.display()
            )
        })?;
        Config::read(&text, &path.display().to_string())
    }

    /// Reads and checks a text; `name` is what errors call it.
    pub fn read(text: &str, name: &str) -> Result<Config> {
        let config: Config = toml::from_str(text).with_context(|| format!("The configuration {name} is wrong"))?;
        config.check(text).with_context(|| format!("The configuration {name} is wrong"))?;
        Ok(config)
    }

    fn check(&self, text: &str) -> Result<()> {
        let at = |start: usize| format!("line {}", line_of(text, start));
        if self.mailboxes.is_empty() {
            bail!("there is no [[mailbox]], so there is nothing to watch; add one (see `jcabot init`)");
        }
        let mut names = BTreeSet::new();
        for mailbox in &self.mailboxes {
            let here = at(mailbox.span().start);
            let name = mailbox.get_ref().name();
            if name.is_empty() || name == "import" {
                bail!("{here}: a mailbox cannot have the name “{name}”; choose another, such as name = \"jca\"");
            }
            if !names.insert(name) {
                bail!("{here}: two mailboxes have the name “{name}”; the ledger tells them apart by it, so names must differ");
            }
            mailbox.get_ref().check().map_err(|fault| anyhow::anyhow!("{here}: mailbox “{name}”: {fault}"))?;
        }
        if self.delivery.witness.is_some() && self.witness_mailbox().is_none() {
            let name = self.delivery.witness_mailbox.as_deref().unwrap_or_default();
            bail!(
                "[delivery] witness_mailbox = “{name}” is the name of no [[mailbox]]; write one of theirs, or leave the line out"
            );
        }
        if let Some(rules) = self.activity.rules.as_ref().filter(|rules| !rules.get_ref().is_dir()) {
            let (here, dir) = (at(rules.span().start), rules.get_ref().display());
            bail!("{here}: rules = \"{dir}\" is no folder; make it, or leave the line out to use the built-in rules");
        }
        if let Some(threshold) = self.activity.threshold.as_ref().filter(|threshold| !(0.0..=1.0).contains(threshold.get_ref())) {
            bail!("{}: threshold = {} is outside 0 … 1", at(threshold.span().start), threshold.get_ref());
        }
        let charter = self.activity.charter.get_ref();
        let known = self.resources().list("charters")?;
        if !known.contains(&format!("{charter}.toml")) {
            let names: Vec<&str> = known.iter().filter_map(|name| name.strip_suffix(".toml")).collect();
            let here = at(self.activity.charter.span().start);
            bail!(
                "{here}: there is no charter “{charter}”; known are: {} (or add charters/{charter}.toml to the rules folder)",
                names.join(", ")
            );
        }
        Ok(())
    }

    /// The mailbox in which witness copies arrive.
    pub fn witness_mailbox(&self) -> Option<&mailbox::Settings> {
        self.delivery.mailbox(self.mailboxes.iter().map(Spanned::get_ref))
    }

    /// The rule folder.
    pub fn resources(&self) -> Resources {
        self.activity.rules.as_ref().map_or_else(Resources::built_in, |dir| Resources::overridden_by(dir.get_ref()))
    }

    /// What the operator laid down for decisions.
    pub fn policy(&self, charter: &Charter) -> Policy {
        Policy {
            dials: self.dial.clone(),
            authserv_ids: self.activity.authserv_ids.clone().unwrap_or_else(|| charter.authserv_ids.clone()),
            unauthenticated: self.activity.unauthenticated,
            threshold: self.activity.threshold.as_ref().map_or(DEFAULT_THRESHOLD, |value| *value.get_ref()),
            answer_since: self.activity.answer_since,
            silent: false,
            learning: self.activity.learning,
        }
    }
}

/// The line, counted from 1, in which an octet of a text stands.
fn line_of(text: &str, octet: usize) -> usize {
    text.bytes().take(octet).filter(|byte| *byte == b'\n').count() + 1
}
