//! Towns and the countries they are in: `any/places.toml`.

use super::words::{Word, fold, is_arabic, is_han, words};
use crate::resources::Resources;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Words of a town's name at most.
const MOST_WORDS: usize = 4;
/// Chinese characters of a town's name at most.
const MOST_HAN: usize = 7;

/// Where a town's name may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// With no capitalised word beside it.
    Alone,
    /// Anywhere.
    Anywhere,
}

/// Letters of an abbreviation with its full stop at most.
const SHORT: usize = 4;

/// Whether no capitalised word stands directly before or behind some words.
fn stands_alone(text: &str, list: &[Word<'_>], from: usize, to: usize) -> bool {
    // `in Lima. Telephone: …`
    let ends = |word: &Word<'_>| word.text.ends_with('.') && word.text.chars().count() > SHORT;
    let joined = |a: &Word<'_>, b: &Word<'_>| text.get(a.end..b.start) == Some(" ") && !ends(a);
    let is_name = |word: &Word<'_>| word.text.starts_with(char::is_uppercase) && word.text.chars().any(char::is_lowercase);
    let before =
        from.checked_sub(1).and_then(|at| list.get(at)).zip(list.get(from)).is_some_and(|(a, b)| joined(a, b) && is_name(a));
    let behind = to.checked_sub(1).and_then(|at| list.get(at)).zip(list.get(to)).is_some_and(|(a, b)| joined(a, b) && is_name(b));
    !before && !behind
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Country code → the town's names in all scripts, `|` between them.
    places: BTreeMap<String, Vec<String>>,
}

/// Names of towns. There are more than ten thousand, held as one text: a map of strings would be a tenth of what an idle daemon
/// holds.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The folded names, one behind the other, sorted.
    names: Box<str>,
    /// For each name where it ends, and the code of its country.
    ends: Box<[(u32, [u8; 2])]>,
}

impl Places {
    /// Loads the table; an error names file and line.
    pub(super) fn load(resources: &Resources) -> Result<Places> {
        let text = resources.require("any/places.toml")?;
        let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
        let mut codes = BTreeMap::new();
        for (code, towns) in file.places {
            let Ok(code) = <[u8; 2]>::try_from(code.as_bytes()) else {
                bail!("{}: {code} is no country code of two letters (ISO 3166-1)", text.name);
            };
            codes.extend(towns.iter().flat_map(|town| town.split('|')).map(|name| (fold(name), code)));
        }
        let (mut names, mut ends) = (String::new(), Vec::with_capacity(codes.len()));
        for (name, code) in codes {
            names.push_str(&name);
            ends.push((u32::try_from(names.len()).with_context(|| format!("{} is too long", text.name))?, code));
        }
        Ok(Places { names: names.into(), ends: ends.into() })
    }

    /// The country of a folded name.
    fn get(&self, name: &str) -> Option<&str> {
        let named = |at: usize| {
            let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end as usize);
            self.ends.get(at).and_then(|(end, _)| self.names.get(from..*end as usize))
        };
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            match named(middle)?.cmp(name) {
                Ordering::Equal => return self.ends.get(middle).and_then(|(_, code)| std::str::from_utf8(code).ok()),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The country of the first town in a text. Towns begin with a capital where the script has any, and stand alone: a capitalised word
    /// directly beside one makes it a person's or a body's name.
    pub(super) fn first(&self, text: &str) -> Option<&str> {
        self.find(text, Where::Alone)
    }

    /// The country of the first town in the name of a body.
    pub(super) fn in_name(&self, name: &str) -> Option<&str> {
        self.find(name, Where::Anywhere)
    }

    fn find(&self, text: &str, place: Where) -> Option<&str> {
        let list = words(text);
        for (at, word) in list.iter().enumerate() {
            let first = word.text.chars().next().unwrap_or(' ');
            if is_han(first) || !(first.is_uppercase() || is_arabic(first)) {
                continue;
            }
            for many in (1..=MOST_WORDS).rev() {
                let Some(last) = list.get(at + many - 1) else { continue };
                let found = text.get(word.start..last.end).and_then(|name| self.code(name));
                if found.is_some() && (place == Where::Anywhere || stands_alone(text, &list, at, at + many)) {
                    return found;
                }
            }
        }
        self.first_han(text)
    }

    fn code(&self, name: &str) -> Option<&str> {
        let folded = fold(name.trim_end_matches('.'));
        // `a Pune-based charity`
        let folded = folded.strip_suffix("-based").map_or(folded.clone(), str::to_owned);
        if let Some(code) = self.get(&folded) {
            return Some(code);
        }
        if folded.starts_with(is_arabic) {
            let bare = folded.strip_prefix(['ب', 'و', 'ل', 'ف'])?;
            return self.get(bare);
        }
        self.russian(&folded)
    }

    /// A Russian name in another case: `в Новосибирске`, `из Москвы`, `Казани`.
    fn russian(&self, folded: &str) -> Option<&str> {
        if folded.chars().count() < 5 || !folded.chars().all(|c| matches!(c, '\u{400}'..='\u{4FF}' | '-' | ' ')) {
            return None;
        }
        let mut stem = folded.to_owned();
        for _ in 0..2 {
            for ending in ["", "а", "я", "ь", "о", "ы"] {
                let nominative = format!("{stem}{ending}");
                if nominative != folded
                    && let Some(code) = self.get(&nominative)
                {
                    return Some(code);
                }
            }
            stem.pop();
        }
        None
    }

    fn first_han(&self, text: &str) -> Option<&str> {
        if !text.chars().any(is_han) {
            return None;
        }
        let chars: Vec<char> = text.chars().collect();
        for at in 0..chars.len() {
            for many in (2..=MOST_HAN).rev() {
                let Some(piece) = chars.get(at..at + many).filter(|piece| piece.iter().all(|c| is_han(*c))) else { continue };
                if let Some(code) = self.get(&piece.iter().collect::<String>()) {
                    return Some(code);
                }
            }
        }
        None
    }
}
