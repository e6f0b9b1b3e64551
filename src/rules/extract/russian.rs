//! Names of Russian bodies in the nominative (`От Министерства связи` speaks of the `Министерство связи`), and where a Russian name begins.

use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, fold, words};

/// Adjectives before the body's own word at most.
const ADJECTIVES: usize = 3;
/// Endings of adjectives in the oblique cases.
const OBLIQUE: [&str; 12] = ["ого", "его", "ому", "ему", "ым", "им", "ом", "ем", "ой", "ей", "ую", "юю"];
/// Letters behind which an adjective ends in `ий`.
const SOFT: [char; 7] = ['к', 'г', 'х', 'ш', 'щ', 'ж', 'ч'];

/// The name with its first noun, and the adjectives before that, in the nominative; as written where no such noun is known.
pub(super) fn nominative(name: &str, vocabulary: &Vocabulary) -> String {
    let list = words(name);
    for (at, word) in list.iter().enumerate().take(ADJECTIVES + 1) {
        let folded = fold(word.text);
        // `интернет-фонда`
        let last = folded.rsplit('-').next().unwrap_or(&folded);
        let lead = folded.strip_suffix(last).unwrap_or_default();
        let Some(noun) = vocabulary.labels.nominatives.iter().find(|noun| is_form(last, noun)) else {
            if !is_adjective(&folded) {
                return name.to_owned();
            }
            continue;
        };
        if last == *noun {
            return name.to_owned();
        }
        let gender = noun.chars().next_back().unwrap_or(' ');
        let mut changed: Vec<String> =
            list.iter().take(at).map(|word| cased(&adjective(&fold(word.text), gender), word.text)).collect();
        changed.push(cased(&format!("{lead}{noun}"), word.text));
        let rest = name.get(word.end..).unwrap_or_default();
        return format!("{}{rest}", changed.join(" "));
    }
    name.to_owned()
}

/// Whether a folded word is a form of what bodies are called.
pub(super) fn is_body(word: &str, vocabulary: &Vocabulary) -> bool {
    vocabulary.labels.nominatives.iter().any(|noun| is_form(word, noun))
}

/// Whether a name is another in the nominative: `Кузнецова Ольга` of `Кузнецовой Ольги`, `Соколов` of `Соколову`.
pub(super) fn is_nominative_of(name: &str, other: &str) -> bool {
    let (own, others) = (words(name), words(other));
    let is_vowel = |c: char| "аеёиоуыэюя".contains(c);
    let mut differs = false;
    let fits = |(one, two): (&Word<'_>, &Word<'_>)| {
        let (one, two) = (fold(one.text), fold(two.text));
        if one == two {
            return true;
        }
        differs = true;
        let is_stem = two.strip_prefix(one.as_str()).is_some_and(|ending| (1..=2).contains(&ending.chars().count()));
        let stem = one.trim_end_matches(['а', 'я', 'ь', 'й']);
        let is_oblique = || {
            stem.len() < one.len()
                && two.strip_prefix(stem).is_some_and(|ending| {
                    (1..=2).contains(&ending.chars().count()) && ending.starts_with(is_vowel) && !ending.starts_with('а')
                        || one.ends_with(['ь', 'й']) && ending.starts_with(is_vowel)
                })
        };
        is_stem && !one.ends_with(is_vowel) || is_oblique()
    };
    own.len() == others.len()
        && name.starts_with(|c: char| ('\u{400}'..='\u{4FF}').contains(&c))
        && own.iter().zip(&others).all(fits)
        && differs
}

/// Endings of patronymics in all cases.
const PATRONYMIC: [&str; 14] =
    ["вич", "вича", "вичу", "вичем", "виче", "вна", "вны", "вне", "вну", "вной", "ьич", "ьича", "ьичу", "ьичем"];
/// Letters of a patronymic at least: `Иванна` is a given name.
const SHORTEST_PATRONYMIC: usize = 7;

/// Whether a word is a patronymic.
pub(super) fn is_patronymic(word: &str) -> bool {
    word.chars().count() >= SHORTEST_PATRONYMIC && {
        let word = fold(word);
        PATRONYMIC.iter().any(|ending| word.ends_with(ending))
    }
}

/// What stands small behind a father's name in the names of Turkic languages: `Рашад Тофик оглы`.
const SON_OR_DAUGHTER: [&str; 8] = ["оглы", "оглу", "кызы", "гызы", "углы", "угли", "уулу", "кизи"];

/// Whether a word says whose son or daughter one is.
pub(super) fn is_filial(word: &str) -> bool {
    SON_OR_DAUGHTER.contains(&word)
}

/// A run of capitalised words that ends with a given name and a patronymic, or has a family name before or behind them: what stands
/// before is no part of the name (`Государств-Членов Иванова Петра Ильича`). The first word of the name, and how many there are.
pub(super) fn by_patronymic(list: &[Word<'_>], from: usize, many: usize) -> (usize, usize) {
    let run = list.get(from..from + many).unwrap_or_default();
    let Some(at) =
        run.iter().position(|word| word.text.starts_with(|c| matches!(c, 'А'..='Я' | 'Ё')) && is_patronymic(word.text))
    else {
        return (from, many);
    };
    let before = if at + 1 < many { 1 } else { 2 };
    let surplus = at.saturating_sub(before);
    (from + surplus, many - surplus)
}

/// Whether a word is a form of a noun: the same but for up to two letters at the end.
fn is_form(word: &str, noun: &str) -> bool {
    let is_vowel = |c: char| "аеиоуыэюяь".contains(c);
    let stem = noun.trim_end_matches(is_vowel);
    // `ия`, `ие` lose one letter only.
    let stem = if noun.ends_with(['я', 'е']) && noun.len() > stem.len() + 2 {
        noun.get(..noun.len() - 2).unwrap_or(stem)
    } else {
        stem
    };
    let Some(ending) = word.strip_prefix(stem) else { return false };
    ending.chars().count() <= 2 && ending.chars().all(|c| is_vowel(c) || matches!(c, 'м' | 'й'))
}

fn is_adjective(word: &str) -> bool {
    OBLIQUE.iter().any(|ending| word.ends_with(ending)) || word.ends_with(['й', 'я'])
}

/// An adjective in the nominative, with the gender of a noun that ends in this letter.
fn adjective(word: &str, gender: char) -> String {
    let Some(ending) = OBLIQUE.iter().find(|ending| word.ends_with(*ending)) else { return word.to_owned() };
    let stem = word.strip_suffix(ending).unwrap_or(word);
    let is_soft = matches!(*ending, "его" | "ему" | "ем" | "ей" | "юю");
    let ending = match (gender, is_soft) {
        ('о' | 'е', false) => "ое",
        ('о' | 'е', true) => "ее",
        ('а' | 'я', false) => "ая",
        ('а' | 'я', true) => "яя",
        (_, false) if !stem.ends_with(SOFT) => "ый",
        _ => "ий",
    };
    format!("{stem}{ending}")
}

/// A word written with the capitals of another.
fn cased(word: &str, like: &str) -> String {
    let mut chars = like.chars();
    let (first, second) = (chars.next().unwrap_or(' '), chars.next().unwrap_or(' '));
    if first.is_uppercase() && second.is_uppercase() {
        return word.to_uppercase();
    }
    let mut letters = word.chars();
    match letters.next() {
        Some(letter) if first.is_uppercase() => letter.to_uppercase().chain(letters).collect(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    #[test]
    fn inflected_bodies_are_named_as_they_are_called() {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();

        for (written, named) in [
            ("Министерства связи и информатизации", "Министерство связи и информатизации"),
            ("Государственного комитета по связи", "Государственный комитет по связи"),
            ("Национальной комиссией по связи", "Национальная комиссия по связи"),
            ("Академии наук", "Академия наук"),
            ("общественной организации «Дети»", "общественная организация «Дети»"),
            ("Министерство связи", "Министерство связи"),
            ("Управлением связи", "Управление связи"),
            ("Уральского интернет-фонда", "Уральский интернет-фонд"),
            ("ООО «Связь»", "ООО «Связь»"),
        ] {
            assert_eq!(nominative(written, &words), named);
        }
    }
}
