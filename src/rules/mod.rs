//! Steps 2 and 3: what a letter is and what it says, by the rule files.

use crate::charter::Charter;
use crate::domain::steps::{Findings, Verdict};
use crate::domain::words::Kind;
use crate::mail::Mail;
use crate::resources::Resources;
use crate::vocabulary::Vocabulary;
use anyhow::Result;

pub mod extract;

/// Everything that understanding needs, loaded and replaced as one.
#[derive(Debug)]
pub struct Rules {
    /// The words of the languages.
    pub vocabulary: Vocabulary,
    /// The activity's facts.
    pub charter: Charter,
}

impl Rules {
    /// Loads rules, vocabulary and the charter of one activity; an error names file, line and rule.
    pub fn load(resources: &Resources, activity: &str) -> Result<Rules> {
        Ok(Rules { vocabulary: Vocabulary::load(resources)?, charter: Charter::load(resources, activity)? })
    }

    /// Step 2: what the letter is. Pure.
    pub fn classify(&self, _mail: &Mail) -> Verdict {
        Verdict { kind: Kind::Unclassified, confidence: 0.0, evidence: Vec::new() }
    }

    /// Step 3: what the letter says. Pure.
    pub fn extract(&self, mail: &Mail, verdict: &Verdict) -> Findings {
        extract::findings(self, mail, verdict)
    }
}
