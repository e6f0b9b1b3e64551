//! Patterns of rules and vocabulary. Only user of `regex-automata` and of `regex-syntax`.
//!
//! Promises: a pattern runs in time linear in the text, within the sizes below; it is kept small ([`compact`]), and `\b` costs nothing
//! ([`boundary`] tells how it is rewritten: with a Unicode `\b` a search is 150 times slower). Many patterns on one text go
//! through a [`Screen`] first.

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

mod boundary;
mod cases;
mod compact;
mod expression;
mod list;
mod literals;
mod needles;
mod screen;

pub use expression::{Captures, Match, Regex};
pub use list::PatternList;
pub use screen::{Candidate, Screen};

/// States of a compiled pattern: what an operator's rule may not blow up (A23). The largest rule has some 4,000.
const MOST_STATES: u64 = 20_000;
/// Octets of a compiled pattern; far more than the states of the limit above take, so that it is never met.
const SIZE_LIMIT: usize = 64 << 20;
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
    let told = |fault: &dyn std::fmt::Display| format!("in “{pattern}”: {fault}");
    let parsed = ParserBuilder::new().nest_limit(NEST_LIMIT).build().parse(pattern);
    let mut ast = parsed.map_err(|error| told(error.kind()))?;
    cases::write_out(&mut ast);
    let mut translator = TranslatorBuilder::new().utf8(false).build();
    translator.translate(pattern, &ast).map_err(|error| told(error.kind()))
}

/// A pattern is not compiled to see whether it can be: hundreds of compiled ones would leave their holes in the memory of a
/// daemon that uses few of them.
fn build(hir: &Hir) -> Result<Regex, String> {
    let small = compact::compact(hir);
    if states(&small) > MOST_STATES {
        return Err(format!("the pattern needs more than {MOST_STATES} states; make its {{n,m}} counts smaller"));
    }
    Ok(Regex::new(&small))
}

/// About how many states a pattern compiles to: a repetition is as many copies as it counts.
fn states(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Bytes(_)) => 1,
        // A range of signs is a few ranges of octets in a row.
        HirKind::Class(Class::Unicode(class)) => 1 + 2 * class.ranges().len() as u64,
        HirKind::Capture(capture) => 2 + states(&capture.sub),
        HirKind::Repetition(repetition) => {
            let copies = u64::from(repetition.max.unwrap_or(repetition.min).max(1));
            copies.saturating_mul(1 + states(&repetition.sub))
        }
        HirKind::Concat(parts) => parts.iter().map(states).fold(0, u64::saturating_add),
        HirKind::Alternation(branches) => branches.iter().map(states).fold(1, u64::saturating_add),
    }
}

#[cfg(test)]
mod tests;
