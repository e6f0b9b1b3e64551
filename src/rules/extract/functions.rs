//! Functions that a letter states as the present ones, and those that it calls former.

use super::affiliation::cut_role;
use super::bodies::{chunks, role};
use super::letter::{Letter, plain};
use super::person::{Common, Segment, set};
use super::position::first_role_chunk;
use crate::domain::steps::{FoundPerson, Part};
use crate::pattern::PatternList;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;

/// Characters by which the place behind a cue is found again in the text as it was written.
const TAIL: usize = 12;
/// Words between a cue and a function at most.
const LEAD: usize = 2;

/// Places behind a cue that are looked at, at most: a letter states one function, or a few.
const MOST_HITS: usize = 16;

/// The text behind the first words that are among these, so many at most. Cues are looked for in the folded text, whose places are not the text's own: the
/// words behind a cue are looked for in the text itself.
fn behind_cues<'t>(text: &'t str, cues: &PatternList, most: usize) -> Vec<&'t str> {
    let said = plain(text);
    let hits =
        cues.candidates(&said).flat_map(|pattern| pattern.find_iter(&said).take(most).map(|hit| hit.end()).collect::<Vec<_>>());
    let tails = hits.map(|end| said.get(end..).unwrap_or_default().chars().take(TAIL).collect::<String>());
    let found = tails.filter(|tail| !tail.is_empty()).filter_map(|tail| {
        let first = tail.chars().next()?;
        let begins = |(at, c): &(usize, char)| {
            // What is no ASCII letter may fold into anything.
            (!c.is_ascii() || c.to_ascii_lowercase() == first)
                && text
                    .get(*at..)
                    .is_some_and(|rest| plain(&rest.chars().take(TAIL).collect::<String>()).starts_with(tail.as_str()))
        };
        text.get(text.char_indices().find(begins)?.0..)
    });
    found.take(most).collect()
}

/// What stands behind the first words of a text that are among these.
pub(super) fn behind<'t>(text: &'t str, cues: &PatternList) -> Option<&'t str> {
    behind_cues(text, cues, 1).into_iter().next()
}

/// The function that begins right behind words that announce the present one: `should read "…"`, `now Head of …`.
fn announced(text: &str, vocabulary: &Vocabulary) -> Option<String> {
    behind_cues(text, &vocabulary.labels.cues.new_function, MOST_HITS).into_iter().find_map(|rest| {
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let chunk = first_role_chunk(rest, vocabulary)?;
        let chunk = chunk.as_str();
        let chunk = chunk.split(['"', '”', '»', '」', '』']).next().unwrap_or(chunk);
        let found = role(chunk, vocabulary)?;
        let lead = chunk.split(found.as_str()).next().unwrap_or_default();
        // An article, a preposition: what leads to a function.
        (lead.split_whitespace().count() <= LEAD).then_some(found)
    })
}

/// The same in the words that speak of a person.
pub(super) fn stated(segment: &Segment<'_>, vocabulary: &Vocabulary) -> Option<(String, Part)> {
    segment.pieces.iter().find_map(|(unit, piece)| Some((announced(piece, vocabulary)?, unit.part)))
}

/// The function that a correction states as the present one: the one that is announced as such, else the first that no word calls a
/// former one.
pub(super) fn current_role(segment: &Segment<'_>, vocabulary: &Vocabulary) -> Option<(String, Part)> {
    stated(segment, vocabulary).or_else(|| {
        segment.pieces.iter().find_map(|(unit, piece)| {
            let found = chunks(piece).into_iter().find_map(|chunk| present(chunk, vocabulary))?;
            Some((found, unit.part))
        })
    })
}

/// The first function of a piece that is no former one: `no longer officer but director`.
fn present(chunk: &str, vocabulary: &Vocabulary) -> Option<String> {
    let cues = &vocabulary.labels.cues;
    let mut rest = chunk;
    while let Some(found) = role(rest, vocabulary) {
        let at = rest.find(found.as_str())?;
        let head = rest.get(..at).unwrap_or_default();
        let before = plain(head);
        let begins = vocabulary.labels.role_starts.han_at_end(&before).is_some();
        let is_old = any(&cues.disused, &before)
            || !begins && (any(&cues.old_value, &before) || any(&cues.old_value, &plain(&format!("{head}{found}"))));
        if !is_old {
            return Some(found);
        }
        rest = rest.get(at + found.len()..).filter(|rest| rest.len() < chunk.len())?;
    }
    None
}

impl Letter<'_> {
    /// What a correction says of the only one whom it is about.
    pub(super) fn take_corrections(&self, person: &mut FoundPerson, common: &Common) {
        if self.about_self {
            self.prefer_said(person, common);
        }
        self.correct_function(person);
    }

    /// The function, where the letter says what it is to be.
    fn correct_function(&self, person: &mut FoundPerson) {
        let own = self.units.iter().take(self.closing);
        let pieces = own.map(|unit| (unit, unit.text.as_str())).collect();
        let Some((role, part)) = stated(&Segment::of(pieces), self.vocabulary) else { return };
        person.sources.retain(|source| source.field != "role");
        set(person, "role", part, &role, "function-in-text");
        person.role = Some(role);
        cut_role(person);
    }
}
