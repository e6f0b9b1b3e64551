//! The right to send: held by one daemon of those on one ledger, for a short time, and prolonged while it lives.
//!
//! It ends by this machine's boot clock, which goes on while the program is stopped or the machine sleeps and which nobody sets;
//! so a daemon that was paused finds its right gone before it says another word to a mail server.

use crate::clock::since_boot;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Cheap to clone: clones share the one right.
#[derive(Clone, Debug)]
pub struct Lease(Arc<State>);

#[derive(Debug)]
struct State {
    epoch: AtomicI64,
    /// Microseconds since boot.
    until: AtomicI64,
}

impl Lease {
    /// Nobody else can be at work: a command that sends by itself, a demonstration.
    pub fn unlimited() -> Lease {
        Lease::with(i64::MAX)
    }

    /// Not held yet.
    pub fn none() -> Lease {
        Lease::with(0)
    }

    fn with(until: i64) -> Lease {
        Lease(Arc::new(State { epoch: AtomicI64::new(0), until: AtomicI64::new(until) }))
    }

    /// Held for a time that began at `since` (by [`since_boot`]): before the ledger was asked, not after it answered.
    pub fn hold(&self, epoch: i64, since: Duration, time: Duration) {
        self.0.epoch.store(epoch, Ordering::SeqCst);
        self.0.until.store(micros(since + time), Ordering::SeqCst);
    }

    /// Given up.
    pub fn end(&self) {
        self.0.until.store(0, Ordering::SeqCst);
    }

    /// Which change of hands gave it; every claim carries it. 0: unlimited.
    pub fn epoch(&self) -> i64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    /// Whether the right is still held at this moment.
    pub fn is_held(&self) -> bool {
        micros(since_boot()) < self.0.until.load(Ordering::SeqCst)
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Lease;
    use crate::clock::since_boot;
    use std::time::Duration;

    #[test]
    fn a_lease_ends_by_itself() {
        let lease = Lease::none();

        assert!(!lease.is_held() && Lease::unlimited().is_held());
        lease.hold(4, since_boot(), Duration::from_secs(60));
        assert!(lease.is_held() && lease.epoch() == 4);
        lease.hold(4, Duration::ZERO, Duration::from_micros(1));
        assert!(!lease.is_held());
    }
}
