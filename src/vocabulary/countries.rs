//! Countries: codes, names in six languages, adjectives: `any/countries.toml`.

use super::places::Places;
use super::words::{fold, is_arabic, is_han, words};
use crate::domain::words::Language;
use crate::resources::Resources;
use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::OnceLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    en: String,
    fr: String,
    es: String,
    ru: String,
    zh: String,
    ar: String,
    #[serde(default)]
    more: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    adjectives: Vec<String>,
    /// What only looks like one of the names when it is folded: a town, a word.
    #[serde(default)]
    not: Vec<String>,
}

/// All countries.
#[derive(Clone, Debug)]
pub struct Countries {
    known: BTreeSet<String>,
    /// Folded names and stems, each with its code.
    spellings: Vec<String>,
    /// All spellings, made ready when a text is first asked for them.
    names: OnceLock<AhoCorasick>,
    codes: Vec<String>,
    /// Names that are common words, too, folded.
    words: HashSet<String>,
    adjectives: Vec<(String, String)>,
    /// Folded and as written.
    others: Vec<(String, String)>,
    places: Places,
}

/// Case endings of Russian names: what may follow a stem.
const RUSSIAN_ENDINGS: usize = 3;

impl Countries {
    /// Loads the table; an error names file and line.
    pub fn load(resources: &Resources) -> Result<Countries> {
        let entries = Countries::printed(resources)?.0;
        let (mut spellings, mut codes, mut adjectives) = (Vec::new(), Vec::new(), Vec::new());
        let words = entries.values().flat_map(|entry| &entry.words).map(|name| fold(name)).collect();
        for (code, entry) in &entries {
            let names = [&entry.en, &entry.fr, &entry.es, &entry.zh, &entry.ar].into_iter().chain(&entry.more);
            for name in names.chain([&entry.ru]) {
                // `Espana`, `Mexico`: typed without the accents.
                let plain = super::accents::bare(name);
                for spelling in std::iter::once(stem(name)).chain(genitive(name)).chain(plain.as_deref().map(stem)) {
                    spellings.push(spelling);
                    codes.push(code.clone());
                }
            }
            adjectives.extend(entry.adjectives.iter().map(|word| (fold(word), code.clone())));
        }
        let others = entries.values().flat_map(|entry| &entry.not).map(|name| (fold(name), name.clone())).collect();
        let (known, places) = (entries.into_keys().collect(), Places::load(resources)?);
        Ok(Countries { known, spellings, names: OnceLock::new(), codes, words, adjectives, others, places })
    }

    fn names(&self) -> &AhoCorasick {
        self.names.get_or_init(|| {
            let longest = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&self.spellings);
            longest.expect("the names of the countries fit into an index")
        })
    }

    /// Countries that a text names, in order: code, where the name begins and ends in the folded text.
    pub fn in_text(&self, text: &str) -> Vec<&str> {
        let folded = fold(text);
        let mut found = Vec::new();
        for hit in self.names().find_iter(&folded) {
            let (before, after) = (folded.get(..hit.start()).unwrap_or_default(), folded.get(hit.end()..).unwrap_or_default());
            let name = folded.get(hit.start()..hit.end()).unwrap_or_default();
            // With its doubled letter written the town of Amman is no Oman, which folding makes of it.
            let is_other = self.others.iter().any(|(folded, written)| folded == name && text.contains(written.as_str()));
            if is_other || self.words.contains(name) && folded.trim() != name {
                continue;
            }
            if is_whole(before, name, after) {
                found.extend(self.codes.get(hit.pattern().as_usize()).map(String::as_str));
            }
        }
        found
    }

    /// Whether a text is a country's name and nothing else.
    pub fn is_name(&self, text: &str) -> bool {
        let folded = fold(text);
        let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
        self.names().find(bare).is_some_and(|hit| hit.start() == 0 && bare.len() - hit.end() <= 4)
    }

    /// The country of the first town that a text names.
    pub fn place(&self, text: &str) -> Option<&str> {
        self.places.first(text)
    }

    /// The country of the first town in the name of a body.
    pub fn place_in_name(&self, name: &str) -> Option<&str> {
        self.places.in_name(name)
    }

    /// The code when a text is a country's name and nothing else.
    pub fn whole(&self, text: &str) -> Option<&str> {
        let folded = fold(text.trim());
        let hit = self.names().find_iter(&folded).next().filter(|hit| hit.start() == 0)?;
        let rest = folded.get(hit.end()..).unwrap_or_default();
        let is_ending = rest.chars().count() <= RUSSIAN_ENDINGS && is_cyrillic(rest);
        is_ending.then(|| self.codes.get(hit.pattern().as_usize()).map(String::as_str)).flatten()
    }

    /// The country that an organization's name says by name or adjective.
    pub fn of_organization(&self, name: &str) -> Option<&str> {
        if let Some(first) = self.in_text(name).first() {
            return Some(first);
        }
        words(name).iter().find_map(|word| {
            let word = fold(word.text);
            let said = self.adjectives.iter().find(|(adjective, _)| {
                *adjective == word
                    || (word.starts_with(adjective.as_str()) && adjective.chars().count() >= 5 && is_cyrillic(adjective))
            });
            said.map(|(_, code)| code.as_str())
        })
    }

    /// The code of a field that holds a country: a name, or the code itself.
    pub fn code(&self, field: &str) -> Option<&str> {
        let bare = field.trim();
        let upper = bare.to_uppercase();
        if let Some(code) = self.known.get(&upper).filter(|_| bare.len() == 2 && bare == upper) {
            return Some(code);
        }
        self.in_text(bare).first().copied()
    }

    /// The names to print, of which a text makes nothing known.
    pub fn printed(resources: &Resources) -> Result<Printed> {
        let text = resources.require("any/countries.toml")?;
        toml::from_str(&text.text).map(Printed).with_context(|| format!("Cannot read {}", text.name))
    }
}

/// The names of countries as they are printed.
#[derive(Debug)]
pub struct Printed(BTreeMap<String, Entry>);

impl Printed {
    /// Codes and names.
    pub fn names(&self, language: Language) -> BTreeMap<String, String> {
        self.0.iter().map(|(code, entry)| (code.clone(), entry.name(language).to_owned())).collect()
    }
}

impl Entry {
    fn name(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
            Language::Es => &self.es,
            Language::Ru => &self.ru,
            Language::Zh => &self.zh,
            Language::Ar => &self.ar,
        }
    }
}

fn is_cyrillic(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\u{400}'..='\u{4FF}' | '-' | ' '))
}

/// What is looked for: Russian names without the last letter of their ending, others as they are.
fn stem(name: &str) -> String {
    let mut folded = fold(name);
    if is_cyrillic(&folded) && folded.chars().count() >= 5 && folded.ends_with(['а', 'я', 'ь', 'й', 'и', 'ы', 'е', 'о']) {
        folded.pop();
    }
    folded
}

/// The genitive of `…ская Республика`, in which letters name a country most often.
fn genitive(name: &str) -> Option<String> {
    let folded = fold(name);
    folded.contains("ая ").then(|| stem(&folded.replace("ая ", "ой ")))
}

/// Whether a hit is a word of its own.
fn is_whole(before: &str, name: &str, after: &str) -> bool {
    if name.chars().any(is_han) {
        return true;
    }
    let starts = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    if name.chars().any(is_arabic) {
        let prefix: String = before.chars().rev().take_while(|c| c.is_alphabetic()).collect();
        return prefix.chars().count() <= 3
            && prefix.chars().all(|c| "وفبلكا".contains(c))
            && after.chars().next().is_none_or(|c| !c.is_alphabetic());
    }
    let tail = after.chars().take_while(|c| c.is_alphabetic()).count();
    let allowed = if is_cyrillic(name) && name.chars().count() >= 4 { RUSSIAN_ENDINGS } else { 0 };
    starts && tail <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_in_six_languages_and_never_inside_another_word() {
        let countries = Countries::load(&Resources::built_in()).unwrap();

        assert_eq!(countries.in_text("Windhoek, Namibia"), ["NA"]);
        assert_eq!(countries.in_text("Екатеринбург, в России"), ["RU"]);
        assert_eq!(countries.in_text("中国杭州"), ["CN"]);
        assert_eq!(countries.in_text("في الأردن"), ["JO"]);
        assert_eq!(countries.in_text("Nigeria, Niger"), ["NG", "NE"]);
        assert_eq!(countries.in_text("the circular. Ghana attaches weight"), ["GH"]);
        assert_eq!(countries.in_text("Oman, romantic Omani"), ["OM"]);
        assert_eq!(countries.of_organization("Agence burundaise du numérique"), Some("BI"));
    }
}
