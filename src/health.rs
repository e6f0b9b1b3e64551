//! What does not work just now, as the loops notice it: kept in memory, for the ledger itself may be what does not work.

use crate::certificate::Validity;
use crate::domain::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared by all loops. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    ills: BTreeMap<String, Ill>,
    contacts: BTreeMap<String, Timestamp>,
    past: Vec<(String, Ill)>,
}

/// Something that does not work, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ill {
    /// Why, as far as it is known.
    pub words: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; none: it goes on.
    pub until: Option<Timestamp>,
}

impl Health {
    /// The subject (`mailbox jca`, `transport`, `database` …) answered.
    pub fn well(&self, subject: &str, now: Timestamp) {
        let mut state = self.lock();
        if let Some(ill) = state.ills.remove(subject) {
            state.past.push((subject.to_owned(), Ill { until: Some(now), ..ill }));
        }
        state.contacts.insert(subject.to_owned(), now);
    }

    /// The subject does not work.
    pub fn ill(&self, subject: &str, words: &str, now: Timestamp) {
        let mut state = self.lock();
        match state.ills.get_mut(subject) {
            Some(ill) => words.clone_into(&mut ill.words),
            None => {
                state.ills.insert(subject.to_owned(), Ill { words: words.to_owned(), since: now, until: None });
            }
        }
    }

    /// A server's certificate, as it was shown last: one that ends soon is an ill of its own at each stage, each told once.
    pub fn certificate(&self, of: &str, validity: Option<Validity>, now: Timestamp) {
        let stage = validity.and_then(|validity| validity.stage(now));
        let subject = |days: i64| format!("certificate of {of}, {days} d");
        let prefix = format!("certificate of {of},");
        let over: Vec<String> = self.ills().into_keys().filter(|subject| subject.starts_with(&prefix)).collect();
        for old in over.into_iter().filter(|old| stage.is_none_or(|days| *old != subject(days))) {
            self.well(&old, now);
        }
        if let (Some(days), Some(validity)) = (stage, validity) {
            let until = validity.until;
            self.ill(&subject(days), &format!("The certificate of the server is good until {until} only; renew it"), now);
        }
    }

    /// What does not work now.
    pub fn ills(&self) -> BTreeMap<String, Ill> {
        self.lock().ills.clone()
    }

    /// When each subject last answered.
    pub fn contacts(&self) -> BTreeMap<String, Timestamp> {
        self.lock().contacts.clone()
    }

    /// What has ended and is not written down yet.
    pub fn past(&self) -> Vec<(String, Ill)> {
        self.lock().past.clone()
    }

    /// So many of the oldest ends are written down now.
    pub fn forget(&self, count: usize) {
        self.lock().past.drain(..count);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Health;
    use crate::domain::Timestamp;

    #[test]
    fn an_ill_has_a_beginning_and_an_end() {
        let health = Health::default();
        let (first, second) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(1));

        health.ill("transport", "no answer", first);
        health.ill("transport", "no route", second);
        let during = health.ills();
        health.well("transport", second);

        assert_eq!((during["transport"].since, during["transport"].words.as_str()), (first, "no route"));
        assert!(health.ills().is_empty());
        assert_eq!(health.past()[0].1.until, Some(second));
        health.forget(1);
        assert!(health.past().is_empty());
    }
}
