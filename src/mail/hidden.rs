//! Characters that a reader does not see: taken out before anything is understood, and kept aside so that a person can be shown them.

use super::header::hides;

/// Lines that are kept; more of them say nothing more.
const MOST: usize = 10;
/// Characters of a line that are kept.
const LONGEST: usize = 200;

/// The lines of a body that hold hidden characters, as they came.
pub(super) fn lines(body: &str) -> Vec<String> {
    let suspicious = body.split('\n').map(|line| line.trim_end_matches('\r')).filter(|line| line.chars().any(is_hidden));
    suspicious.take(MOST).map(|line| line.chars().take(LONGEST).collect()).collect()
}

/// A control character or one that changes how its neighbours look.
pub fn is_hidden(c: char) -> bool {
    hides(c) || (c.is_control() && !matches!(c, '\n' | '\t'))
}
