//! Names with the family name in capitals before a comma: `ROE, Jane (Ms)`, `Mr. DE LA CRUZ, Juan`.

use super::names::{Name, bare_honorific, honorific_behind, honorifics, is_part};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::Word;

/// Words of a family name, and of given names, at most.
const FAMILY: usize = 3;
const GIVEN: usize = 3;

/// Such names in a text; an honorific beside them, or a place of their own, says that they are names.
pub(super) fn inverted(text: &str, list: &[Word<'_>], vocabulary: &Vocabulary) -> Vec<Name> {
    if !text.contains(", ") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < list.len() {
        match name_at(text, list, at, vocabulary) {
            Some((name, words)) => {
                found.push(name);
                at += words;
            }
            None => at += 1,
        }
    }
    found
}

fn name_at(text: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> Option<(Name, usize)> {
    let honors = honorifics(text, list, at, vocabulary);
    let from = at + honors;
    let family = list.get(from..)?.iter().take(FAMILY + 1).take_while(|word| is_capitals(word)).count();
    let last = list.get(from + family.checked_sub(1)?)?;
    if family > FAMILY
        || vocabulary.labels.organizations.matched(&[*last]) > 0
        || vocabulary.labels.legal_forms.matched(&[*last]) > 0
        || vocabulary.labels.not_names.matched(&[*last]) > 0
    {
        return None;
    }
    let first_given = list.get(from + family)?;
    if text.get(last.end..first_given.start)? != ", " {
        return None;
    }
    // `OCAMPO, Sr. Hernán`
    let inner = honorifics(text, list, from + family, vocabulary);
    let start_given = from + family + inner;
    let mut given = 0;
    while given < GIVEN && list.get(start_given + given).is_some_and(|word| is_given(word, vocabulary)) {
        let is_near = given == 0
            || list
                .get(start_given + given - 1)
                .zip(list.get(start_given + given))
                .is_some_and(|(word, next)| text.get(word.end..next.start) == Some(" "));
        if !is_near {
            break;
        }
        given += 1;
    }
    let (first, end) = (list.get(from)?, list.get(start_given + given.checked_sub(1)?)?);
    let (behind, stop) = honorific_behind(text, end.end, vocabulary);
    let before = text.get(..first.start)?.trim_end();
    let after = text.get(stop..)?.trim_start();
    let closes = after.is_empty() || after.starts_with([',', ';', '(', '-', '–', '|', '/', ':', '.', '<']);
    let opens = before.is_empty() || before.ends_with([':', ';', '•', '-', '–', '|', ')', '.']);
    let is_honoured = honors > 0 || inner > 0 || behind.is_some();
    if !closes || !(is_honoured || opens && given > 0) || is_town(text.get(list.get(start_given)?.start..end.end)?, vocabulary) {
        return None;
    }
    let words = |from: usize, to: usize| text.get(list.get(from)?.start..list.get(to)?.end);
    let family_name = words(from, from + family - 1)?;
    let given_name = words(start_given, start_given + given - 1)?;
    let honorific = if honors > 0 {
        text.get(list.get(at)?.start..first.start)
    } else if inner > 0 {
        text.get(first_given.start..list.get(start_given)?.start)
    } else {
        behind
    };
    let name = Name {
        text: format!("{family_name}, {}", given_name.trim_end_matches('.')),
        honorific: honorific.map(bare_honorific),
        start: list.get(at)?.start,
        end: stop,
    };
    Some((name, start_given + given - at))
}

/// Whether a word is a part of a family name in capitals.
fn is_capitals(word: &Word<'_>) -> bool {
    word.text.chars().count() > 1
        && word.text.chars().all(|c| c.is_uppercase() || matches!(c, '-' | '\'' | '’'))
        && word.text.chars().any(char::is_alphabetic)
}

/// Whether a word is a given name: not all in capitals, and of no function or body.
fn is_given(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    word.text.contains(char::is_lowercase) && is_part(word, vocabulary)
        || word.text.ends_with('.') && word.text.chars().count() == 2
}

fn is_town(text: &str, vocabulary: &Vocabulary) -> bool {
    vocabulary.countries.place(text).is_some() || !vocabulary.countries.in_text(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;
    use crate::vocabulary::words::words;

    #[test]
    fn a_comma_stands_within_a_name_whose_family_name_is_in_capitals() {
        let vocabulary = Vocabulary::load(&Resources::built_in()).unwrap();
        let read = |text: &str| {
            let found = inverted(text, &words(text), &vocabulary);
            found.into_iter().map(|name| (name.text, name.honorific)).collect::<Vec<_>>()
        };

        assert_eq!(read("appoints ROE, Jane-Ann (Mrs.), Adviser"), [("ROE, Jane-Ann".to_owned(), Some("Mrs".to_owned()))]);
        assert_eq!(read("DE LA CRUZ, Juan – jefe"), [("DE LA CRUZ, Juan".to_owned(), None)]);
        assert_eq!(read("OCAMPO, Sr. Hernán Darío"), [("OCAMPO, Hernán Darío".to_owned(), Some("Sr".to_owned()))]);
        for text in ["the UNESCO, Paris, and others", "ITU, Paris", "ACME AG, Bern", "we, JCA, Please"] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
