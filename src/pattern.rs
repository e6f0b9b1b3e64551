//! Patterns of rules and vocabulary. Only user of `regex` and of its parser.
//!
//! Promises: a pattern runs in time linear in the text, within the sizes below; it is kept small ([`compact`]), and `\b` costs nothing
//! ([`boundary`] tells how it is rewritten: with a Unicode `\b` a search is 150 times slower). Many patterns on one text go
//! through a [`Screen`] first.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

mod boundary;
mod compact;
mod expression;
mod screen;

pub use expression::{Captures, Match, Regex};
pub use screen::Screen;

/// Octets of a compiled pattern: what an operator's rule may not blow up (A23).
const SIZE_LIMIT: usize = 1 << 20;
/// Brackets within brackets; deeper ones are a mistake or an attack (A23).
const NEST_LIMIT: u32 = 50;
/// What the lazily built automaton of one pattern may keep in each thread. It grows only with use; hundreds of
/// patterns are alive at a time, so the crate's default of 2 MiB for each would not bound anything.
const CACHE_OF_ONE: usize = 1 << 18;
/// Compiles one pattern of a rule or of the vocabulary: Unicode, case as written (`(?i)` for any case).
///
/// `\b` is rewritten when compiled. Beside ASCII letters and digits it becomes the ASCII boundary. Beside other
/// letters, at an edge of the pattern, it becomes “start, end, or one sign that is no letter or digit”, and **that
/// sign then belongs to the match**: put what you want to take out into a group. Where neither can be told, the error
/// says what to write.
///
/// An error is one sentence without file or line; the caller knows these.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let hir = boundary::rewrite(&parse(pattern)?)?;
    build(&hir)
}

fn parse(pattern: &str) -> Result<Hir, String> {
    ParserBuilder::new().utf8(false).nest_limit(NEST_LIMIT).build().parse(pattern).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => format!("in “{pattern}”: {}", error.kind()),
        regex_syntax::Error::Translate(error) => format!("in “{pattern}”: {}", error.kind()),
        other => format!("in “{pattern}”: {other}"),
    })
}

fn build(hir: &Hir) -> Result<Regex, String> {
    Regex::new(compact::compact(hir).to_string()).map_err(sentence)
}

fn sentence(error: regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("the pattern needs more than {limit} octets when compiled; make its {{n,m}} counts smaller")
        }
        other => other.to_string().replace('\n', " "),
    }
}

#[cfg(test)]
mod tests;
