//! What people corrected before, weighed in where the rules are weak.
//!
//! It helps the rules and never overrules them: only a verdict that the rules themselves call unsure is looked at again, and
//! nothing that is automatic mail by the rules. A letter becomes automatic mail by what was learned only when the sum is sure, since
//! nobody looks at automatic mail again; otherwise it goes to a person as the rules alone would have it.

use super::{Rules, classify};
use crate::classifier::Model;
use crate::domain::steps::{Evidence, Part, Verdict};
use crate::mail::Mail;

/// The name under which what was learned appears among the rules.
pub const LEARNED: &str = "learned";

/// The text that is learned from: subject and the writer's own words.
pub fn text(mail: &Mail) -> String {
    format!("{}\n{}", mail.base_subject, mail.text.own)
}

/// The verdict, with what was learned as one more piece of evidence where the rules' confidence is below the threshold.
fn weigh_in(rules: &Rules, mail: &Mail, verdict: Verdict, model: &Model, threshold: f64) -> Verdict {
    if !is_weak(&verdict, threshold) || verdict.kind.is_automatic() || !mail.automatic.is_empty() {
        return verdict;
    }
    let Some(opinion) = model.opinion(&text(mail)) else { return verdict };
    let evidence = Evidence {
        rule: LEARNED.to_owned(),
        kind: opinion.kind,
        part: Part::Body,
        words: opinion.grams.join(" "),
        weight: opinion.weight,
    };
    let mut all = verdict.evidence.clone();
    all.push(evidence);
    all.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    let helped = classify::weigh(rules, mail, all);
    if helped.kind.is_automatic() && helped.confidence < threshold {
        return Verdict { kind: verdict.kind, confidence: verdict.confidence, evidence: helped.evidence };
    }
    helped
}

/// Below the threshold, or a kind that no rule speaks for: the letter was taken for an inquiry only because nothing else fits.
fn is_weak(verdict: &Verdict, threshold: f64) -> bool {
    let spoken_for = verdict.evidence.iter().any(|one| one.kind == verdict.kind && one.weight > 0.0);
    verdict.confidence < threshold || !spoken_for
}

impl Rules {
    /// Weighs in what people corrected before. Pure.
    pub fn weigh_in(&self, mail: &Mail, verdict: Verdict, model: &Model, threshold: f64) -> Verdict {
        weigh_in(self, mail, verdict, model, threshold)
    }
}
