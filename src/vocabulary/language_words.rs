//! Small and frequent words by which a text's language is told: `<language>/language.toml`, others in `any/language.toml`.

use crate::domain::words::Language;
use crate::resources::Resources;
use crate::vocabulary::FOLDERS;
use crate::vocabulary::spelling::Spelling;
use anyhow::{Context, Result, bail};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Words, with blanks between.
    words: String,
    /// Words in which slips are mended, with blanks between.
    #[serde(default)]
    misspelt: String,
    /// Languages beside the six, by their tag.
    #[serde(default)]
    others: BTreeMap<String, String>,
}

/// A set of languages: one bit for each.
pub type Bits = u64;

/// The words of all languages, each with the languages that have it.
#[derive(Clone, Debug, Default)]
pub struct LanguageWords {
    index: HashMap<String, Bits>,
    languages: Vec<Option<Language>>,
    /// Slips in words that tell what a letter is.
    pub spelling: Spelling,
}

impl LanguageWords {
    /// Loads the files; an error names the file.
    pub fn load(resources: &Resources) -> Result<LanguageWords> {
        let mut found = LanguageWords::default();
        let mut meant = HashSet::default();
        for folder in FOLDERS {
            let text = resources.require(&format!("{folder}/language.toml"))?;
            let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
            found.add(folder.parse().ok(), &file.words);
            found.spelling.add(&file.misspelt);
            meant.extend(file.misspelt.split_whitespace().map(str::to_owned));
            for words in file.others.values() {
                found.add(None, words);
            }
            if found.languages.len() > Bits::BITS as usize {
                bail!("{}: more than {} languages; take some out", text.name, Bits::BITS);
            }
        }
        let mut spelling = std::mem::take(&mut found.spelling);
        spelling.settle(|word| meant.contains(word) || found.index.contains_key(word));
        found.spelling = spelling;
        Ok(found)
    }

    fn add(&mut self, language: Option<Language>, words: &str) {
        let bit = 1_u64.checked_shl(self.languages.len() as u32).unwrap_or_default();
        self.languages.push(language);
        for word in words.split_whitespace() {
            *self.index.entry(word.to_lowercase()).or_default() |= bit;
        }
    }

    /// The languages that have a word; lower case.
    pub fn of(&self, word: &str) -> Bits {
        self.index.get(word).copied().unwrap_or_default()
    }

    /// The languages, in the order of the bits; `None` is one beside the six.
    pub fn languages(&self) -> &[Option<Language>] {
        &self.languages
    }
}
