//! Step 3: what a letter says. Which words each field comes from is kept beside it.

mod affiliation;
mod bodies;
mod cards;
mod emails;
mod forms;
mod grids;
mod han_names;
mod latin;
mod letter;
mod liaison;
mod mentions;
mod names;
mod organizations;
mod people;
mod person;
mod phones;
mod records;
mod seats;
mod stance;
mod tables;
mod units;
mod writer;

use super::Rules;
use crate::domain::steps::{Findings, Verdict};
use crate::mail::Mail;

pub(super) use forms::forms;

/// Takes people and a liaison statement out of a letter. Pure.
pub(super) fn findings(rules: &Rules, mail: &Mail, verdict: &Verdict) -> Findings {
    Findings {
        contacts: people::people(rules, mail, verdict.kind),
        liaison: liaison::liaison(rules, mail, verdict.kind),
        ..Findings::default()
    }
}
