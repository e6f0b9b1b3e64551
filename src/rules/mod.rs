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
use crate::vocabulary::{self, Vocabulary};
use anyhow::Result;

/// Everything that understanding needs, loaded and replaced as one.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The words of the languages. Large of itself, and moved from frame to frame of what loads it, so not on the stack.
    pub vocabulary: Box<Vocabulary>,
    /// The activity's facts.
    pub charter: Charter,
    /// The rules that tell letters apart.
    pub kinds: load::RuleSet,
    /// What servers write on letters that come back.
    pub bounces: bounce::Bounces,
}

/// What a thread came to; its fault goes on.
fn joined<T>(ended: std::thread::Result<T>) -> T {
    ended.unwrap_or_else(|fault| std::panic::resume_unwind(fault))
}

/// The words, on the heap.
fn words(resources: &Resources) -> Result<Box<Vocabulary>> {
    Vocabulary::load(resources).map(Box::new)
}

impl Rules {
    /// Loads rules, vocabulary and the charter of one activity; an error names file, line and rule.
    ///
    /// Reading needs far more memory than what is read, and leaves it full of holes. The allocator gives each thread memory of its own
    /// and returns it to the system as far as its end is free; so rules and words are read in threads, and what is kept is copied out
    /// of them.
    pub fn load(resources: &Resources, activity: &str) -> Result<Rules> {
        // What lasts must not lie there: a charter asks for the time zones.
        vocabulary::words::prepare();
        let charter = Charter::load(resources, activity)?;
        let words = || anyhow::Ok((words(resources)?, bounce::Bounces::load(resources)?));
        let (kinds, words) = std::thread::scope(|scope| {
            let (kinds, words) = (scope.spawn(|| load::RuleSet::load(resources)), scope.spawn(words));
            (kinds.join(), words.join())
        });
        let read = (joined(words)?, joined(kinds)?);
        let ((vocabulary, bounces), kinds) = read.clone();
        // A thread keeps some of what it frees for itself until it ends.
        joined(std::thread::spawn(move || drop(read)).join());
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
