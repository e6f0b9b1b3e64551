//! Steps 2 and 3: what a letter is and what it says, by the rule files.

mod check;
mod classify;
pub mod extract;
pub mod learned;
pub mod load;

pub use check::{Fault, Report, check};

use crate::charter::Charter;
use crate::domain::steps::{Findings, Verdict};
use crate::mail::Mail;
use crate::resources::Resources;
use crate::vocabulary::Vocabulary;
use anyhow::Result;

/// Everything that understanding needs, loaded and replaced as one.
#[derive(Debug)]
pub struct Rules {
    /// The words of the languages.
    pub vocabulary: Vocabulary,
    /// The activity's facts.
    pub charter: Charter,
    /// The rules that tell letters apart.
    pub kinds: load::RuleSet,
}

impl Rules {
    /// Loads rules, vocabulary and the charter of one activity; an error names file, line and rule.
    pub fn load(resources: &Resources, activity: &str) -> Result<Rules> {
        let vocabulary = Vocabulary::load(resources)?;
        let charter = Charter::load(resources, activity)?;
        Ok(Rules { vocabulary, charter, kinds: load::RuleSet::load(resources)? })
    }

    /// Step 2: what the letter is. Pure.
    pub fn classify(&self, mail: &Mail) -> Verdict {
        classify::classify(self, mail)
    }

    /// Step 3: what the letter says. Pure.
    pub fn extract(&self, mail: &Mail, verdict: &Verdict) -> Findings {
        extract::findings(self, mail, verdict)
    }
}
