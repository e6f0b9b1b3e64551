//! Steps 2 and 3: what a letter is and what it says, by the rule files.

mod bounce;
mod check;
mod classify;
pub mod extract;
pub mod learned;
pub mod load;
mod promises;
mod registration;

pub use check::{Fault, Report, check};
pub use extract::Reading;

use crate::charter::Charter;
use crate::domain::steps::{Findings, Verdict};
use crate::domain::words::Kind;
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
    /// What servers write on letters that come back.
    pub bounces: bounce::Bounces,
}

impl Rules {
    /// Loads rules, vocabulary and the charter of one activity; an error names file, line and rule.
    pub fn load(resources: &Resources, activity: &str) -> Result<Rules> {
        let words = || anyhow::Ok((Vocabulary::load(resources)?, bounce::Bounces::load(resources)?));
        // The patterns of the rules take most of the time of a start, so they are read beside the words.
        let (kinds, words) = std::thread::scope(|scope| {
            let kinds = scope.spawn(|| load::RuleSet::load(resources));
            let words = words();
            (kinds.join(), words)
        });
        let (vocabulary, bounces) = words?;
        let charter = Charter::load(resources, activity)?;
        let kinds = kinds.unwrap_or_else(|fault| std::panic::resume_unwind(fault))?;
        Ok(Rules { vocabulary, charter, kinds, bounces })
    }

    /// Step 2: what the letter is. Pure.
    pub fn classify(&self, mail: &Mail) -> Verdict {
        self.classify_reading(mail, &Reading::default())
    }

    /// Step 2, keeping what step 3 asks of the letter, too.
    pub fn classify_reading(&self, mail: &Mail, reading: &Reading) -> Verdict {
        classify::classify(self, mail, reading)
    }

    /// Step 3: what the letter says. Pure.
    pub fn extract(&self, mail: &Mail, verdict: &Verdict) -> Findings {
        self.extract_reading(mail, verdict, &Reading::default())
    }

    /// Step 3, with what step 2 has read of the same letter.
    pub fn extract_reading(&self, mail: &Mail, verdict: &Verdict, reading: &Reading) -> Findings {
        Findings {
            promises: promises::promises(self, mail, verdict),
            bounce: (verdict.kind == Kind::Bounce).then(|| self.bounces.read(mail)),
            registrations: registration::registrations(mail),
            ..extract::findings(self, mail, verdict, reading)
        }
    }
}
