//! Named places at which a build for tests can be made to die as by `kill -9`: `JCABOT_KILL_AT=after-dot` dies there the first
//! time, `after-dot:3` the third; `JCABOT_POISON=words` dies on each letter with these words. A release build holds none of this: [`pass`] is empty there.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// The places, in the order in which one letter and its answer pass them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Point {
    /// The letter was read from the mailbox; nothing of it is written down.
    Fetched,
    /// The attempt to read it is counted.
    AttemptCounted,
    /// It is parsed, its attachments were opened by the child process.
    Understood,
    /// Everything about it is written, nothing is committed.
    BeforeFilingCommit,
    /// It is filed, its answer stands in the outbox.
    Filed,
    /// A shelving job was read, the letter lies where it lay.
    BeforeMove,
    /// The letter stands in its folder: copied and not yet taken out of the inbox, or moved and not yet made durable.
    MidMove,
    /// It is moved, and that is not written down.
    Moved,
    /// That is written down.
    Shelved,
    /// A letter out is chosen, and the claim is not committed.
    BeforeClaimCommit,
    /// It is claimed.
    Claimed,
    /// The mail server has greeted.
    Connected,
    /// MAIL was agreed to.
    AfterMail,
    /// RCPT was agreed to.
    AfterRecipient,
    /// Half of the letter has left.
    MidData,
    /// The final dot has left.
    AfterDot,
    /// The server took the letter, and that is not written down.
    Replied,
    /// That is written and not committed.
    BeforeSettlingCommit,
    /// That is written down.
    Settled,
}

/// Dies here, if the environment says so.
#[cfg(debug_assertions)]
pub fn pass(point: Point) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    static PLAN: OnceLock<Option<(Point, AtomicU32)>> = OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        let text = std::env::var("JCABOT_KILL_AT").ok()?;
        let (name, times) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.parse().ok()?, AtomicU32::new(times.parse().ok()?)))
    });
    if let Some((at, times)) = plan
        && *at == point
        && times.fetch_sub(1, Ordering::SeqCst) == 1
    {
        // Whoever sends the signal to itself does not come back from this call.
        let _never_told = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Dies on a letter that holds the words of `JCABOT_POISON`, as if reading it had killed the program.
#[cfg(debug_assertions)]
pub fn swallow(letter: &[u8]) {
    let words = std::env::var("JCABOT_POISON").unwrap_or_default();
    if !words.is_empty() && letter.windows(words.len()).any(|part| part == words.as_bytes()) {
        let _never_told = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // A caged child may send no signal.
        std::process::abort();
    }
}

/// Does nothing.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn swallow(_letter: &[u8]) {}

/// Does nothing.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn pass(_point: Point) {}
