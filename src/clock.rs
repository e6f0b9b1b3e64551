//! The present moment: the system's, or one that was set back so that a past activity can be played.

use crate::domain::Timestamp;
use jiff::SignedDuration;
use std::time::Duration;

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
