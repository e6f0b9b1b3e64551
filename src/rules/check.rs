//! Whether the rules do what they say: every rule against its own examples and counter-examples.

use super::load::RuleSet;
use crate::resources::Resources;
use crate::vocabulary::Vocabulary;
use std::fmt;

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// File and line, or what was loaded.
    pub origin: String,
    /// The rule, if it is one's.
    pub rule: Option<String>,
    /// What is wrong and how to mend it.
    pub sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "{}: rule “{rule}”: {}", self.origin, self.sentence),
            None => write!(f, "{}", self.sentence),
        }
    }
}

/// What was checked.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many rules.
    pub rules: usize,
    /// How many examples and counter-examples.
    pub examples: usize,
    /// Everything wrong, in the order of the files.
    pub faults: Vec<Fault>,
}

/// Loads rules and vocabulary and runs every example.
pub fn check(resources: &Resources) -> Report {
    let mut report = Report::default();
    if let Err(error) = Vocabulary::load(resources) {
        report.faults.push(Fault { origin: String::new(), rule: None, sentence: format!("{error:#}") });
    }
    let set = match RuleSet::load(resources) {
        Ok(set) => set,
        Err(error) => {
            report.faults.push(Fault { origin: String::new(), rule: None, sentence: format!("{error:#}") });
            return report;
        }
    };
    report.rules = set.rules.len();
    for rule in &set.rules {
        report.examples += rule.examples.len() + rule.counter_examples.len();
        let mut fault =
            |sentence: String| report.faults.push(Fault { origin: rule.origin.clone(), rule: Some(rule.name.clone()), sentence });
        for example in rule.examples.iter().filter(|example| !rule.matches(example)) {
            fault(format!("does not match its example “{example}”; mend the pattern or the example"));
        }
        for example in rule.counter_examples.iter().filter(|example| rule.matches(example)) {
            fault(format!("matches “{example}”, which it must not; make the pattern narrower"));
        }
    }
    report
}
