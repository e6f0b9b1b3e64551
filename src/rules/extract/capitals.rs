//! Names typed without capitals, which get theirs back before anybody looks for names: `please add jane roe, jane.roe@…`.

use super::bodies::role;
use super::latin::latin;
use super::letter::plain;
use super::phones;
use super::small_bodies::bodies;
use super::units::columns;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{Word, is_letter, words};
use std::borrow::Cow;

/// Words of a text without capitals at least, for each that has one: a name that the keyboard knew.
const SMALL_FOR_EACH: usize = 25;
/// Words of a name at least and at most.
const NAME: (usize, usize) = (2, 5);
/// Letters that a word and an address have in common at least; a word of fewer is all of a part of it.
const COMMON: usize = 4;
/// Letters of a word that an address is made of at least.
const SHORTEST: usize = 3;
/// Letters of an address that are initials at most: `jmroe` of `jane mary roe`.
const INITIALS: usize = 3;
/// Words behind the last one that an address is made of, up to a mark, at most: a second family name and a particle.
const TAIL: usize = 2;

/// Letters of a word at least behind which a full stop ends a sentence, and of what a body's part is called at most, when it is shortened:
/// `dept. of law`.
const SENTENCE: usize = 4;
const SHORTENED: usize = 5;

/// Addresses that names are compared with at most: no list typed in haste is longer.
const MOST_ADDRESSES: usize = 50;

/// Where something begins and ends, in octets.
pub(super) type Place = (usize, usize);

/// The text with capitals for the names and the bodies that it writes small; most texts have none.
pub(super) fn with_capitals<'t>(text: &'t str, vocabulary: &Vocabulary) -> Cow<'t, str> {
    let is_bare = is_bare(text);
    if !is_bare && !text.contains(['@', '[', '(']) {
        return Cow::Borrowed(text);
    }
    let hits = vocabulary.labels.hidden_address.address.find_iter(text);
    let addresses: Vec<Place> = hits.take(MOST_ADDRESSES).map(|hit| (hit.start(), hit.end())).collect();
    let locals: Vec<Local> = addresses.iter().filter_map(|(start, end)| Local::of(text.get(*start..*end)?)).collect();
    if !is_bare && locals.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut found: Vec<Place> = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let below = text.get(from + line.len()..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let list: Vec<Word<'_>> = words(line)
            .into_iter()
            .filter(|word| !addresses.iter().any(|(start, end)| from + word.start < *end && *start < from + word.end))
            .collect();
        if !is_bare && !list.iter().any(|word| locals.iter().any(|local| local.may_have(word.text))) {
            from += line.len();
            continue;
        }
        let own = Line { text: line, below, list: &list, is_bare, locals: &locals, vocabulary };
        let mut places = own.names();
        if is_bare {
            places.extend(own.sentences());
            places.extend(bodies(line, &list, &places, vocabulary));
        }
        found.extend(places.into_iter().map(|(start, end)| (from + start, from + end)));
        from += line.len();
    }
    if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(raised(text, found)) }
}

/// The From field's name, when it is typed small: two words and more that are nothing else.
pub(super) fn of_sender<'t>(name: &'t str, vocabulary: &Vocabulary) -> Cow<'t, str> {
    let list = words(name);
    let is_name = (NAME.0..=NAME.1).contains(&list.len())
        && !name.contains(char::is_uppercase)
        && list.iter().all(|word| is_unknown(word, vocabulary) || vocabulary.labels.particles.has(word.text));
    if !is_name {
        return Cow::Borrowed(name);
    }
    let places = list.iter().filter(|word| !vocabulary.labels.particles.has(word.text)).map(|word| (word.start, word.end));
    Cow::Owned(raised(name, places.collect()))
}

/// Whether a text has next to no capitals, not even where sentences begin.
fn is_bare(text: &str) -> bool {
    let (mut small, mut capital, mut small_begin, mut capital_begin) = (0, 0, 0, 0);
    let mut begins = true;
    for line in text.lines() {
        begins |= line.trim().is_empty();
        for word in line.split_whitespace().filter(|word| !word.contains('@')) {
            let mut letters = word.chars().filter(|c| is_letter(*c));
            let (first, second) = (letters.next().unwrap_or('0'), letters.next().unwrap_or('0'));
            let (is_small, is_capital) = (first.is_lowercase(), first.is_uppercase() && second.is_lowercase());
            let counts = if begins { (&mut small_begin, &mut capital_begin) } else { (&mut small, &mut capital) };
            *counts.0 += usize::from(is_small);
            *counts.1 += usize::from(is_capital);
            begins = word.ends_with(['.', '!', '?']);
        }
    }
    small_begin > 0 && small_begin >= capital_begin && capital * SMALL_FOR_EACH <= small
}

/// The part of an address before the `@`.
struct Local {
    tokens: Vec<String>,
    letters: String,
}

impl Local {
    fn of(address: &str) -> Option<Local> {
        let head = address.split([' ', '@', '(', '[', '{', '<']).next()?;
        let plain = latin(head)?;
        let tokens: Vec<String> = plain.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_owned).collect();
        let letters: String = tokens.concat();
        let tokens = tokens.into_iter().filter(|token| token.len() > 1).collect();
        (letters.len() >= COMMON).then_some(Local { tokens, letters })
    }

    /// Whether it may hold a word that is written small: what is quickly told. One of them it must have whole or in most.
    fn may_have(&self, word: &str) -> bool {
        word.starts_with(char::is_lowercase)
            && (!word.is_ascii()
                || word.split('-').chain([word]).any(|part| {
                    let begin: String = part.chars().filter(char::is_ascii_alphabetic).take(SHORTEST).collect();
                    begin.len() == SHORTEST && self.letters.contains(&begin)
                }))
    }

    /// Whether it holds a word of a name, or most of one that a case has changed.
    fn has(&self, word: &str) -> bool {
        let Some(plain) = latin(word) else { return false };
        let joined: String = plain.chars().filter(char::is_ascii_alphabetic).collect();
        let stem = joined.get(..joined.len().saturating_sub(1)).unwrap_or_default();
        plain.split('-').chain([joined.as_str()]).any(|part| {
            self.tokens
                .iter()
                .any(|token| token == part && part.len() > 2 || token.len() >= COMMON && part.starts_with(token.as_str()))
                || part.len() >= COMMON && self.letters.contains(part)
        }) || stem.len() > COMMON && self.letters.contains(stem)
    }

    /// Which of the words it is made of, initials too.
    fn marks(&self, run: &[Word<'_>]) -> Vec<bool> {
        let mut marked: Vec<bool> = run.iter().map(|word| self.has(word.text)).collect();
        if !marked.contains(&true) {
            return marked;
        }
        // `macgiolla` of `mac giolla`
        let taken = run.iter().zip(&marked).filter(|(_, marked)| **marked).filter_map(|(word, _)| latin(word.text));
        let left = taken.fold(self.letters.clone(), |left, word| left.replacen(word.as_str(), "", 1));
        if left.len() <= INITIALS {
            for (word, marked) in run.iter().zip(&mut marked).filter(|(_, marked)| !**marked) {
                let first = latin(word.text).and_then(|plain| plain.chars().next());
                *marked = first.is_some_and(|first| left.contains(first));
            }
        }
        marked
    }
}

/// One line of a text and what is asked of it.
struct Line<'a> {
    text: &'a str,
    below: &'a str,
    list: &'a [Word<'a>],
    is_bare: bool,
    locals: &'a [Local],
    vocabulary: &'a Vocabulary,
}

impl Line<'_> {
    /// The words of the names in it.
    fn names(&self) -> Vec<Place> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.list.len() {
            let run = self.run(at);
            if let Some((first, last)) = self.name_in(at, run) {
                let words = self.list.get(first..=last).unwrap_or_default().iter();
                let own = words.filter(|word| is_unknown(word, self.vocabulary));
                found.extend(own.map(|word| (word.start, word.end)));
            }
            at += run.max(1);
        }
        found
    }

    /// The first words of its sentences but the first: `…, togo. his mail is …`.
    fn sentences(&self) -> Vec<Place> {
        let labels = &self.vocabulary.labels;
        let begins = |pair: &&[Word<'_>]| {
            let [last, first] = pair else { return false };
            let is_gap = last.text.ends_with('.') && self.text.get(last.end..first.start) == Some(" ")
                || matches!(self.text.get(last.end..first.start), Some(". " | "! " | "? "));
            let bare = last.text.trim_end_matches('.');
            let is_short = bare.chars().count() < SENTENCE || labels.honorifics.has(bare);
            let is_shortened = bare.chars().count() <= SHORTENED && labels.subunits.has(bare);
            is_gap && !is_short && !is_shortened && first.text.starts_with(char::is_lowercase)
        };
        self.list.windows(2).filter(begins).filter_map(|pair| pair.get(1)).map(|word| (word.start, word.end)).collect()
    }

    /// How many words from a position on may be a name: small, and nothing that the vocabulary knows, particles between them aside.
    fn run(&self, from: usize) -> usize {
        let is_own = |at: usize| self.list.get(at).is_some_and(|word| is_unknown(word, self.vocabulary));
        let labels = &self.vocabulary.labels;
        let is_particle = |at: usize| {
            self.list.get(at).is_some_and(|word| labels.particles.has(word.text) && labels.ands.matched(&[*word]) == 0)
        };
        if !is_own(from) {
            return 0;
        }
        let mut many = 1;
        loop {
            let next = from + many;
            let ahead = if is_own(next) {
                1
            } else if is_particle(next) && is_own(next + 1) {
                2
            } else if is_particle(next) && is_particle(next + 1) && is_own(next + 2) {
                3
            } else {
                return many;
            };
            if !(next - 1..next - 1 + ahead).all(|at| self.is_close(at)) {
                return many;
            }
            many += ahead;
        }
    }

    /// Whether a blank and nothing else stands behind a word.
    fn is_close(&self, at: usize) -> bool {
        let pair = self.list.get(at).zip(self.list.get(at + 1));
        pair.is_some_and(|(word, next)| self.text.get(word.end..next.start) == Some(" "))
    }

    /// The first and the last word of the name in a run.
    fn name_in(&self, from: usize, many: usize) -> Option<(usize, usize)> {
        let run = self.list.get(from..from + many).filter(|run| !run.is_empty())?;
        let is_name = (NAME.0..=NAME.1).contains(&many);
        let marks = self.locals.iter().map(|local| local.marks(run));
        let best = marks.max_by_key(|marks| marks.iter().filter(|marked| **marked).count()).unwrap_or_default();
        let (first, last) = (best.iter().position(|marked| *marked), best.iter().rposition(|marked| *marked));
        if let (Some(first), Some(last)) = (first, last) {
            if best.iter().filter(|marked| **marked).count() >= NAME.0 {
                let tail = many - 1 - last;
                let last = if tail <= TAIL && self.closes(from + many - 1) { many - 1 } else { last };
                let first = if self.is_bare && is_name && self.opens(from) { 0 } else { first };
                return Some((from + first, from + last));
            }
            if self.is_bare && is_name {
                return Some((from, from + many - 1));
            }
        }
        let is_led = || self.is_proposed(from) && self.closes(from + many - 1);
        let is_told = || self.opens(from) && self.closes(from + many - 1) && self.is_person(from + many - 1);
        let accepts = self.is_bare && (self.is_addressed(from) && many <= NAME.1 || is_name && (is_led() || is_told()));
        accepts.then_some((from, from + many - 1))
    }

    /// Whether an honorific stands before a word.
    fn is_addressed(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.list.get(at));
        let is_gap = |word: &Word<'_>| {
            let gap = self.list.get(at).and_then(|next| self.text.get(word.end..next.start)).unwrap_or_default();
            gap.chars().all(|c| matches!(c, ' ' | '.')) && (word.text.chars().count() > 1 || word.text.ends_with('.'))
        };
        before.is_some_and(|word| is_gap(word) && self.vocabulary.labels.honorifics.has(word.text))
    }

    /// Whether the words before one propose somebody.
    fn is_proposed(&self, at: usize) -> bool {
        let Some(word) = at.checked_sub(1).and_then(|at| self.list.get(at)) else { return false };
        let start = at.checked_sub(2).and_then(|at| self.list.get(at)).map_or(word.start, |word| word.start);
        self.text.get(start..word.end).is_some_and(|said| any(&self.vocabulary.labels.cues.propose, &plain(said)))
    }

    /// Whether a name may begin here: behind a mark, or a word that leads to no body.
    fn opens(&self, at: usize) -> bool {
        let labels = &self.vocabulary.labels;
        let Some(word) = self.list.get(at) else { return false };
        let head = self.text.get(..word.start).unwrap_or_default().trim_end();
        if head.is_empty() || head.ends_with(|c: char| !c.is_alphanumeric()) {
            return true;
        }
        let before = at.checked_sub(1).and_then(|at| self.list.get(at));
        before.is_some_and(|before| {
            let own = [*before];
            let is_break = labels.breaks.matched(&own) > 0;
            let leads = [&labels.at, &labels.links, &labels.led, &labels.organizations].iter().any(|list| list.matched(&own) > 0);
            is_break || !leads && labels.articles.matched(&own) == 0
        })
    }

    /// Whether a name may end here: before a mark, at the end of the line, before what leads to a body.
    fn closes(&self, at: usize) -> bool {
        let labels = &self.vocabulary.labels;
        let rest = self.list.get(at).and_then(|word| self.text.get(word.end..)).unwrap_or_default().trim();
        let leads = || {
            self.list.get(at + 1).is_some_and(|next| {
                let own = [*next];
                labels.led.matched(&own) > 0 || labels.at.matched(&own) > 0 || labels.breaks.matched(&own) > 0
            })
        };
        rest.is_empty() || rest.starts_with(|c: char| !c.is_alphanumeric()) || leads()
    }

    /// Whether a function, a body, an address or a number stands behind a name.
    fn is_person(&self, at: usize) -> bool {
        let labels = &self.vocabulary.labels;
        let rest = self.list.get(at).and_then(|word| self.text.get(word.end..)).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let next = if rest.trim().is_empty() { self.below } else { rest };
        let piece = super::bodies::chunks(next).into_iter().next().unwrap_or_default();
        let list = words(piece);
        let has_body = || (0..list.len()).any(|at| list.get(at..).is_some_and(|rest| labels.organizations.matched(rest) > 0));
        columns(piece) > 1
            && (piece.contains('@')
                || role(piece, self.vocabulary).is_some()
                || has_body()
                || !phones::find(piece, self.vocabulary).is_empty())
    }
}

/// Whether a word is written small and is none that the vocabulary knows.
pub(super) fn is_unknown(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let own = [*word];
    let is_small = word.text.chars().count() > 1
        && word.text.chars().all(|c| c.is_lowercase() || matches!(c, '-' | '\'' | '’'))
        && word.text.starts_with(char::is_lowercase);
    let lists = [
        &labels.breaks,
        &labels.not_names,
        &labels.roles,
        &labels.modifiers,
        &labels.organizations,
        &labels.honorifics,
        &labels.articles,
        &labels.links,
        &labels.at,
        &labels.led,
        &labels.ands,
        &labels.subunits,
        &labels.designates,
        &labels.suffixes,
        &labels.particles,
    ];
    // Most small words are a language's frequent ones, and that is told soonest.
    is_small
        && vocabulary.languages.of(word.text) == 0
        && lists.iter().all(|list| list.matched(&own) == 0)
        && labels.person_label(word.text).is_none()
        && !vocabulary.countries.is_name(word.text)
        && !vocabulary.time.is_month(word.text)
        && !any(&labels.cues.propose, &plain(word.text))
        && !any(&labels.cues.withdraw, &plain(word.text))
}

/// The text with a capital for each part of the words at these places.
fn raised(text: &str, mut places: Vec<Place>) -> String {
    places.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in places.into_iter().filter(|(start, end)| start < end) {
        if start < from {
            continue;
        }
        out.push_str(text.get(from..start).unwrap_or_default());
        let mut begins = true;
        for c in text.get(start..end).unwrap_or_default().chars() {
            if begins {
                out.extend(c.to_uppercase());
            } else {
                out.push(c);
            }
            begins = c == '-';
        }
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
