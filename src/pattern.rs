//! Patterns of rules and vocabulary. Only user of `regex`.

pub use regex::{Captures, Regex, RegexSet};

/// Compiles one pattern of a rule or of the vocabulary: Unicode, case as written (`(?i)` for any case).
///
/// An error is one sentence without file or line; the caller knows these.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|error| error.to_string())
}
