//! Who comes and who leaves, by the words around the names of a sentence.

use super::letter::{Letter, plain, same_person};
use super::mentions::{Mention, PROPOSED};
use super::names::Name;
use super::units::Unit;
use crate::domain::words::Kind;
use crate::vocabulary::labels::{Cues, any};
use std::borrow::Cow;

/// Digits of a telephone number at least.
const DIGITS: usize = 6;

/// What a sentence says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stance {
    /// Nothing.
    Unsaid,
    /// Takes a seat.
    Comes,
    /// Gives one up.
    Leaves,
}

/// The stance of each name of a unit, in order.
pub(super) fn stances(text: &str, names: &[&Name], cues: &Cues) -> Vec<Stance> {
    let mut found = vec![Stance::Unsaid; names.len()];
    let plain = |text: &str| plain(&without_values(text));
    let mut from = 0;
    for (nth, name) in names.iter().enumerate() {
        let head = last_sentence(text.get(from.min(name.start)..name.start).unwrap_or_default());
        let next = names.get(nth + 1).map_or(text.len(), |next| next.start);
        let behind = text.get(name.end..next.max(name.end)).unwrap_or_default();
        if found.get(nth) == Some(&Stance::Unsaid) {
            let (own, consumed) = one(&plain(head), &plain(first_sentence(behind)), cues);
            if let Some(place) = found.get_mut(nth) {
                *place = own;
            }
            // Words behind a name that say what becomes of it say nothing of the next one.
            from = if consumed { next } else { name.end };
        } else {
            from = name.end;
        }
        // Nobody takes over from himself: `Mrs Roe was named in his place. Mrs Roe's number is …`
        let is_again = names.get(nth + 1).is_some_and(|next| same_person(&next.text, &name.text));
        if nth + 1 < names.len()
            && !is_again
            && let Some((first, second)) = pair(&plain(head), &plain(behind), cues)
        {
            for (at, stance) in [(nth, first), (nth + 1, second)] {
                if let Some(place) = found.get_mut(at) {
                    *place = stance;
                }
            }
            from = name.end;
        }
    }
    found
}

/// A text without the brackets that hold an address or a number: `(instead of a@b.example)` says nothing of a person.
fn without_values(text: &str) -> Cow<'_, str> {
    let is_value = |inner: &str| inner.contains('@') || inner.chars().filter(char::is_ascii_digit).count() >= DIGITS;
    let Some((head, rest)) = text.split_once('(') else { return Cow::Borrowed(text) };
    match rest.split_once(')') {
        Some((inner, rest)) if is_value(inner) => Cow::Owned(format!("{head}{}", without_values(rest))),
        _ => Cow::Borrowed(text),
    }
}

/// Two names of a succession: by the words between them, or those before both.
fn pair(head: &str, between: &str, cues: &Cues) -> Option<(Stance, Stance)> {
    let leaves_first = Some((Stance::Leaves, Stance::Comes));
    // Who stands in for somebody takes no seat from him.
    if any(&cues.alternate, between) {
        return None;
    }
    if any(&cues.replaced_by, between) {
        return leaves_first;
    }
    // `substitute A for B`, and `replace A with B`.
    if any(&cues.replaces, between) {
        return Some((Stance::Comes, Stance::Leaves));
    }
    if any(&cues.replace_with, head) {
        return leaves_first;
    }
    if any(&cues.replaces, head) { leaves_first } else { None }
}

/// One name: what stands before it counts first. Whether the words behind it were used is the second answer.
fn one(head: &str, behind: &str, cues: &Cues) -> (Stance, bool) {
    let said = |text: &str| {
        if any(&cues.stays, text) {
            None
        } else if any(&cues.withdraw, text) {
            Some(Stance::Leaves)
        } else if any(&cues.propose, text) {
            Some(Stance::Comes)
        } else {
            None
        }
    };
    // "to succeed Mr X" without the newcomer in the same breath.
    if any(&cues.replaces_end, head) {
        return (Stance::Leaves, false);
    }
    match (said(head), said(behind)) {
        (Some(Stance::Comes), Some(Stance::Leaves)) => (Stance::Leaves, true),
        (Some(stance), _) => (stance, false),
        (None, Some(stance)) => (stance, true),
        (None, None) if any(&cues.in_his_place, head) || any(&cues.in_his_place, behind) => (Stance::Comes, false),
        (None, None) => (Stance::Unsaid, false),
    }
}

fn first_sentence(text: &str) -> &str {
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        if matches!(c, '。' | '！') || c == '.' && previous.is_alphanumeric() && rest.starts_with(char::is_whitespace) {
            return text.get(..at).unwrap_or(text);
        }
        previous = c;
    }
    text
}

fn last_sentence(text: &str) -> &str {
    let mut start = 0;
    let mut word = 0;
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        if matches!(c, '。' | '！') || c == '.' && word > 3 && rest.starts_with(char::is_whitespace) {
            start = at + c.len_utf8();
        }
        word = if c.is_alphanumeric() { word + 1 } else { 0 };
    }
    text.get(start..).unwrap_or(text)
}

impl Letter<'_> {
    /// Whether the writer replaces somebody whom he names.
    pub(super) fn takes_over(&self) -> bool {
        let cues = &self.vocabulary.labels.cues;
        any(&cues.i_replace, &self.said) && !any(&cues.no_successor, &self.said)
    }

    /// `Mr Roe has left and I do his work now`: the nearest name before those words, else behind them, is whom the writer replaces.
    pub(super) fn take_over(&self, found: &mut [Mention]) {
        if !self.takes_over() {
            return;
        }
        let says = |unit: &Unit| any(&self.vocabulary.labels.cues.i_replace, &plain(&unit.text));
        let Some(at) = self.units.iter().take(self.signature).position(says) else { return };
        let is_other = |mention: &Mention| {
            mention.unit < self.signature && !self.is_writer(&mention.name.text) && !self.is_signer(&mention.name.text)
        };
        let leaver = found.iter().rposition(|mention| mention.unit <= at && is_other(mention));
        let leaver = leaver.or_else(|| found.iter().position(is_other));
        if let Some(leaver) = leaver.and_then(|at| found.get_mut(at)) {
            leaver.stance = Stance::Leaves;
            leaver.has_cue = true;
            leaver.weight = leaver.weight.max(PROPOSED);
        }
    }

    /// Whether the sentence around a name says that somebody's place is his now.
    pub(super) fn sits_in_his_place(&self, mention: &Mention) -> bool {
        let cues = &self.vocabulary.labels.cues;
        let unit = self.units.get(mention.unit).map_or("", |unit| unit.text.as_str());
        let behind = plain(first_sentence(unit.get(mention.name.end..).unwrap_or_default()));
        let head = plain(last_sentence(unit.get(..mention.name.start).unwrap_or_default()));
        mention.record.is_none() && (any(&cues.in_his_place, &behind) || any(&cues.in_his_place, &head))
    }

    /// `Mr Roe goes to Sfax. It is Ms Poe who takes over the file`: whoever is named before the newcomer leaves, in whatever words.
    pub(super) fn give_way(&self, found: &mut [Mention]) {
        let leaves = |mention: &Mention| mention.stance == Stance::Leaves;
        if self.kind != Kind::ContactUpdate || self.about_self || found.iter().any(leaves) {
            return;
        }
        let Some(at) = found.iter().position(|mention| mention.has_details && self.sits_in_his_place(mention)) else { return };
        let Some((before, behind)) = found.split_at_mut_checked(at) else { return };
        let Some(newcomer) = behind.first_mut() else { return };
        let is_leaver = |mention: &&mut Mention| {
            mention.record.is_none()
                && !mention.has_details
                && mention.unit < self.closing
                && !self.is_signer(&mention.name.text)
                && !same_person(&mention.name.text, &newcomer.name.text)
        };
        if let Some(leaver) = before.iter_mut().rev().find(is_leaver) {
            (leaver.stance, leaver.has_cue) = (Stance::Leaves, true);
            leaver.weight = leaver.weight.max(PROPOSED);
            newcomer.stance = Stance::Comes;
        }
    }

    /// `Mr Roe has left. He is succeeded by:` above the newcomer's lines.
    pub(super) fn hand_over(&self, found: &mut [Mention]) {
        if self.kind != Kind::ContactUpdate {
            return;
        }
        let hands = |unit: &Unit| {
            unit.text.trim_end().ends_with([':', '：', '﹕']) && any(&self.vocabulary.labels.cues.replaced_by, &plain(&unit.text))
        };
        let Some(at) = self.units.iter().take(self.signature).position(hands) else { return };
        let behind = found.iter().position(|mention| mention.unit > at).unwrap_or(found.len());
        let Some((before, later)) = found.split_at_mut_checked(behind) else { return };
        // Both may stand in the sentence itself: `Ms Roe is our expert instead of him:`.
        let is_pair = before.iter().filter(|mention| mention.unit == at).count() > 1;
        if let (Some(leaver), Some(newcomer)) = (before.last_mut(), later.first_mut())
            && leaver.unit + 1 >= at
            && newcomer.unit <= at + 2
            && newcomer.weight > 0
            && !is_pair
            && newcomer.stance != Stance::Leaves
            && !same_person(&leaver.name.text, &newcomer.name.text)
        {
            leaver.stance = Stance::Leaves;
            leaver.has_cue = true;
            leaver.weight = leaver.weight.max(PROPOSED);
            newcomer.stance = Stance::Comes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;
    use crate::rules::extract::names;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn who_comes_and_who_leaves_is_told_in_both_orders() {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();
        let read = |text: &str| {
            let found = names::find(text, &words);
            stances(text, &found.iter().collect::<Vec<_>>(), &words.labels.cues)
        };

        assert_eq!(read("Ms Jane Roe replaces Mr Tom Poe"), [Stance::Comes, Stance::Leaves]);
        assert_eq!(read("please substitute Ms Jane Roe for Mr Tom Poe"), [Stance::Comes, Stance::Leaves]);
        assert_eq!(read("please replace Mr Tom Poe with Ms Jane Roe"), [Stance::Leaves, Stance::Comes]);
        assert_eq!(read("Mr Tom Poe is replaced by Ms Jane Roe"), [Stance::Leaves, Stance::Comes]);
        assert_eq!(read("Mr Tom Poe has retired and Ms Jane Roe will represent us"), [Stance::Leaves, Stance::Comes]);
        assert_eq!(read("Mme Anne Roy, cheffe du département, est désignée"), [Stance::Comes]);
        assert_eq!(read("г-н Иванов Пётр, отдел нумерации"), [Stance::Unsaid]);
    }
}
