//! The present moment: the system's, or one that was set back so that a past activity can be played.

use crate::domain::Timestamp;
use jiff::SignedDuration;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A wall clock that differs more from the clock since boot than it did before was set, not corrected (RELIABILITY F18).
const JUMP: SignedDuration = SignedDuration::from_mins(15);

/// Tells the time to loops and commands. Thinking steps get `now` as an argument instead.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    offset: SignedDuration,
}

/// Time since this machine was started, the time that it slept included. Nobody can set it.
pub fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (seconds, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
}

impl Clock {
    /// The system's time.
    pub fn system() -> Clock {
        Clock::default()
    }

    /// A clock that shows `moment` now and goes on from there.
    pub fn set_to(moment: Timestamp) -> Clock {
        Clock { offset: moment.duration_since(Timestamp::now()) }
    }

    /// The present moment by this clock.
    pub fn now(self) -> Timestamp {
        Timestamp::now() + self.offset
    }
}

/// Notices that the wall clock was set: it is compared with the clock since boot. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Steady(Arc<AtomicI64>);

impl Default for Steady {
    fn default() -> Steady {
        Steady::anchored(distance())
    }
}

impl Steady {
    /// Takes this distance between wall clock and clock since boot, in microseconds, for the right one.
    pub fn anchored(distance: i64) -> Steady {
        Steady(Arc::new(AtomicI64::new(distance)))
    }

    /// By how much the wall clock was set, if by more than a correction.
    pub fn jump(&self) -> Option<SignedDuration> {
        let moved = SignedDuration::from_micros(distance().saturating_sub(self.0.load(Ordering::SeqCst)));
        (moved.abs() > JUMP).then_some(moved)
    }

    /// From now on the wall clock is right as it is.
    pub fn accept(&self) {
        self.0.store(distance(), Ordering::SeqCst);
    }
}

fn distance() -> i64 {
    let boot = i64::try_from(since_boot().as_micros()).unwrap_or(i64::MAX);
    Timestamp::now().as_microsecond().saturating_sub(boot)
}

#[cfg(test)]
mod tests {
    use super::{Steady, distance};

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn f18_a_clock_that_was_set_is_noticed_and_one_that_was_corrected_is_not() {
        assert_eq!(Steady::default().jump(), None);
        assert_eq!(Steady::anchored(distance() - HOUR / 6).jump(), None);
        for hours in [1, -1, 24 * 365] {
            let steady = Steady::anchored(distance() - hours * HOUR);
            assert_eq!(steady.jump().map(|jump| jump.as_hours().abs() + 1 >= hours.abs()), Some(true));
            steady.accept();
            assert_eq!(steady.jump(), None);
        }
    }
}
