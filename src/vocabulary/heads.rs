//! How the entries of a list begin.

use super::words::{is_arabic, is_han, is_letter_or_digit, plain};

/// The first two characters of all entries, as bits: most words of a text begin no entry, and need not be folded to know it.
#[derive(Clone, Debug)]
pub(super) struct Heads {
    bits: Vec<u64>,
    /// A stem of a single character begins any word.
    has_short: bool,
}

impl Default for Heads {
    fn default() -> Heads {
        Heads { bits: vec![0; HEAD_BITS / 64], has_short: false }
    }
}

/// Bits of [`Heads`]: a list has some hundred different heads.
const HEAD_BITS: usize = 4096;

impl Heads {
    fn bit(first: char, second: char) -> (usize, u64) {
        let at = (u32::from(first) as usize * 61 + u32::from(second) as usize) % HEAD_BITS;
        (at / 64, 1 << (at % 64))
    }

    /// An entry's first word, folded.
    pub(super) fn add(&mut self, word: &str) {
        let mut signs = word.chars();
        let Some(first) = signs.next() else { return };
        let (at, bit) = Heads::bit(first, signs.next().unwrap_or_default());
        if let Some(bits) = self.bits.get_mut(at) {
            *bits |= bit;
        }
    }

    pub(super) fn add_stem(&mut self, stem: &str) {
        self.has_short |= stem.chars().nth(1).is_none();
        self.add(stem);
    }

    /// Whether a text that begins with these characters, each folded, may begin an entry.
    fn may(&self, first: char, second: char) -> bool {
        let (at, bit) = Heads::bit(first, second);
        self.has_short || self.bits.get(at).is_some_and(|bits| bits & bit != 0)
    }

    /// Whether a label as written may be an entry, whose keys have no marks at their ends, and blanks only where `blanks` are
    /// kept.
    #[expect(clippy::fn_params_excessive_bools, reason = "what the caller's own list keeps")]
    pub(super) fn may_be_label(&self, label: &str, blanks: bool) -> bool {
        let is_mark = |c: &char| !is_letter_or_digit(*c) && !matches!(c, '(' | ')' | '№');
        let mut signs = label.chars().skip_while(is_mark).filter(|c| blanks || !c.is_whitespace()).map(|c| match c {
            c if c.is_whitespace() => Some(' '),
            c => plain(c),
        });
        let (Some(first), second) = (signs.next(), signs.next()) else { return true };
        let Some(first) = first.filter(|first| !is_arabic(*first) && !is_han(*first)) else { return true };
        match second {
            // A mark behind a single letter may be at its end.
            Some(Some(second)) if is_mark(&second) => true,
            Some(Some(second)) => self.may(first, second),
            Some(None) => true,
            None => self.may(first, '\0'),
        }
    }

    /// Whether a word as written may begin an entry.
    pub(super) fn may_begin(&self, word: &str) -> bool {
        let mut signs = word.chars().map(plain);
        let (Some(Some(first)), second) = (signs.next(), signs.next()) else { return true };
        // Arabic writes particles in front of the word.
        match second {
            _ if is_arabic(first) => true,
            Some(None | Some('.')) => true,
            Some(Some(second)) => self.may(first, second),
            None => self.may(first, '\0'),
        }
    }
}
