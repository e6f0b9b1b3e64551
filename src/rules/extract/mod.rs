//! Step 3: people, liaison statements and days, taken out of the writer's own words.

use crate::domain::steps::{Findings, Verdict};
use crate::mail::Mail;
use crate::rules::Rules;

/// All that the letter says, in the light of what it is. Pure.
pub fn findings(_rules: &Rules, _mail: &Mail, _verdict: &Verdict) -> Findings {
    Findings::default()
}
