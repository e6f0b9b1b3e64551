//! Which of the values in a text is the present one, and which a former or a wrong one: told by the words before, behind and between them.

use super::letter::plain;
use crate::vocabulary::labels::{Cues, any};

/// Characters before and behind a value in which words may speak of it.
const BEFORE: usize = 40;
const BEHIND: usize = 60;
/// Characters between two values of which one takes the place of the other.
const BETWEEN: usize = 60;
/// Letters of a word behind which a full stop ends a sentence; a shorter one it abbreviates.
const WORD: usize = 4;

/// What a text says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// Nothing.
    Unsaid,
    /// It was used before, or was given wrongly.
    Former,
    /// It is to be used from now on.
    Present,
}

/// What a text says of each of the values of one kind in it; their places are given in order.
pub(super) fn ages(text: &str, places: &[(usize, usize)], cues: &Cues) -> Vec<Age> {
    let mut found: Vec<Age> = Vec::with_capacity(places.len());
    for (nth, (start, end)) in places.iter().enumerate() {
        let from = nth.checked_sub(1).and_then(|at| places.get(at)).map_or(0, |(_, end)| *end);
        let to = places.get(nth + 1).map_or(text.len(), |(start, _)| *start);
        found.push(one(text.get(from..*start).unwrap_or_default(), text.get(*end..to).unwrap_or_default(), cues));
    }
    for (nth, pair) in places.windows(2).enumerate() {
        let [(_, end), (start, _)] = pair else { continue };
        let Some((first, second)) = of_pair(text.get(*end..*start).unwrap_or_default(), cues) else { continue };
        for (at, age) in [(nth, first), (nth + 1, second)] {
            if let Some(place) = found.get_mut(at) {
                *place = age;
            }
        }
    }
    found
}

/// One value, by the words before and behind it.
fn one(before: &str, behind: &str, cues: &Cues) -> Age {
    let from = before.char_indices().rev().nth(BEFORE).map_or(0, |(at, _)| at);
    let before = plain(last_clause(before.get(from..).unwrap_or_default()));
    if any(&cues.disused, &before) {
        return Age::Former;
    }
    if any(&cues.present, &before) {
        return Age::Present;
    }
    let to = behind.char_indices().nth(BEHIND).map_or(behind.len(), |(at, _)| at);
    let behind = behind.get(..to).unwrap_or_default();
    // `Before: +1 555 01 33, a@b.example`: a value of another kind stands between.
    let is_value = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '(' | ')' | '-' | '.' | ',' | '/');
    let label = before.trim_end_matches(is_value);
    let is_labelled = label.len() < before.len() && label.ends_with(':') && any(&cues.old_value, label);
    if is_labelled || any(&cues.old_value, &before) || !behind.trim().is_empty() && any(&cues.old_behind, &plain(behind)) {
        return Age::Former;
    }
    Age::Unsaid
}

/// Two values next to each other: `A is replaced by B`, `B instead of A`.
fn of_pair(between: &str, cues: &Cues) -> Option<(Age, Age)> {
    if between.trim().is_empty() || between.chars().count() > BETWEEN {
        return None;
    }
    let is_mark = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '“'
                    | '”'
                    | '„'
                    | '«'
                    | '»'
                    | '「'
                    | '」'
                    | '('
                    | ')'
                    | '（'
                    | '）'
                    | ','
                    | '，'
                    | '،'
                    | ':'
                    | '：'
                    | ';'
                    | '；'
                    | '؛'
            )
    };
    let said = plain(between.trim_start_matches('>').trim_end_matches('<').trim_matches(is_mark));
    if any(&cues.old_to_new, &said) {
        return Some((Age::Former, Age::Present));
    }
    any(&cues.new_to_old, &said).then_some((Age::Present, Age::Former))
}

/// The words behind the last mark that ends a sentence or a clause.
fn last_clause(text: &str) -> &str {
    let (mut start, mut word) = (0, 0);
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        let ends = match c {
            ';' | '；' | '。' | '؛' | '！' | '？' | '؟' => true,
            '.' | '!' | '?' => word >= WORD && rest.starts_with(char::is_whitespace),
            _ => false,
        };
        if ends {
            start = at + c.len_utf8();
        }
        word = if c.is_alphabetic() { word + 1 } else { 0 };
    }
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn the_present_value_is_told_in_every_order() {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();
        let read = |text: &str| {
            let places: Vec<(usize, usize)> = text.match_indices(['X', 'Y']).map(|(at, found)| (at, at + found.len())).collect();
            ages(text, &places, &words.labels.cues)
        };

        for text in [
            "it changes from X to Y",
            "X -> Y",
            "please do not use X; write to Y",
            "X, which was never created, and hers is Y",
            "X is no longer in service. Please dial Y",
            "mi correo pasa de X a Y",
            "donde dice X, debe decir Y",
            "X ya no existe; escriban a Y",
            "le X n'est plus attribué : composez le Y",
            "au lieu de X, lire Y",
            "адрес меняется с X на Y",
            "вместо X пишите на Y; старый ящик закроют",
            "X больше не обслуживается. Звоните: Y",
            "邮箱由X改为Y",
            "X已停用，请改拨Y",
            "من X إلى Y",
            "X لم يعد مستعملاً، ويرجى الاتصال على الرقم Y",
        ] {
            let found = read(text);
            assert_eq!(found.first(), Some(&Age::Former), "{text}");
            assert_ne!(found.get(1), Some(&Age::Former), "{text}");
        }
        for text in [
            "X instead of Y",
            "X replaces Y",
            "now X (formerly Y)",
            "X en lugar del Y",
            "X à la place de Y",
            "X вместо Y",
            "请拨打X，不要再打Y",
            "X بدلاً من Y",
        ] {
            let found = read(text);
            assert_ne!(found.first(), Some(&Age::Former), "{text}");
            assert_eq!(found.get(1), Some(&Age::Former), "{text}");
        }
        assert!(!read("from now on write to X or call Y").contains(&Age::Former));
    }
}
