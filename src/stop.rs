//! The signal to stop: one sender, any number of loops that wait for it between two letters.

use tokio::sync::watch;

/// Held by whoever may stop the loops.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Held by each loop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// A signal that was not given yet.
pub fn signal() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Gives the signal; every loop ends after the letter that it has in hand.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether the signal was given.
    pub fn is_given(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the signal. A stopper that is gone counts as a signal.
    pub async fn given(&mut self) {
        while !*self.0.borrow_and_update() {
            if self.0.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits for a time, or for the signal; `true` when it was the signal.
    pub async fn within(&mut self, time: std::time::Duration) -> bool {
        tokio::time::timeout(time, self.given()).await.is_ok()
    }
}
