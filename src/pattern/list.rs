//! Lists of patterns that are asked for together.

use super::{Match, Regex, Screen};
use std::sync::OnceLock;

/// Patterns that are asked for together, behind their screen (made when it is first needed).
#[derive(Clone, Debug, Default)]
pub struct PatternList {
    patterns: Vec<Regex>,
    screen: OnceLock<Screen>,
}

impl PatternList {
    /// Adds a pattern behind the others.
    pub fn push(&mut self, mut pattern: Regex) {
        // Most lists are asked for by few letters, or by none: what their screens need is read when they are made.
        pattern.forget_ways();
        self.patterns.push(pattern);
        self.screen = OnceLock::new();
    }

    /// Whether any of them is in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.hits(text).next().is_some()
    }

    /// The patterns that may be in the text, in order.
    pub fn candidates(&self, text: &str) -> impl Iterator<Item = &Regex> {
        self.screen().candidates(text).into_iter().filter_map(|candidate| self.patterns.get(candidate.pattern))
    }

    /// Whether the text begins with a match of any of them.
    pub fn begins(&self, text: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.begins(text))
    }

    /// The patterns that are in the text, in order: the place of each among them, and its first match.
    pub fn hits<'t>(&self, text: &'t str) -> impl Iterator<Item = (usize, Match<'t>)> {
        self.screen().candidates(text).into_iter().filter_map(move |candidate| {
            let found = self.patterns.get(candidate.pattern)?.find_within(text, &candidate)?;
            Some((candidate.pattern, found))
        })
    }

    fn screen(&self) -> &Screen {
        self.screen.get_or_init(|| Screen::new(&self.patterns).expect("patterns that were compiled can be read again"))
    }
}

impl std::ops::Deref for PatternList {
    type Target = [Regex];

    fn deref(&self) -> &[Regex] {
        &self.patterns
    }
}
