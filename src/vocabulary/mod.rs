//! The words of the six languages: data of `rules/<language>/*.toml` and `rules/any/*.toml`, compiled once.
//!
//! No word of a natural language stands in Rust code; what a step needs to know of a language, it asks here.

mod accents;
pub mod countries;
pub mod dates;
mod heads;
pub mod hidden_address;
mod label_file;
pub mod labels;
pub mod language_words;
pub mod liaison_words;
pub mod mail_words;
mod places;
mod spelling;
pub mod time_words;
pub mod words;

use crate::resources::Resources;
use anyhow::Result;

/// The folders that every word file is read from: what is language-free, then the six languages.
pub(crate) const FOLDERS: [&str; 7] = ["any", "en", "fr", "es", "ru", "zh", "ar"];

/// All words, of all languages together: a letter may mix them.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// How mail clients mark quotes, forwards, signatures, automatic answers (`<language>/mail.toml`).
    pub mail: mail_words::MailWords,
    /// Frequent words that tell a text's language (`<language>/language.toml`).
    pub languages: language_words::LanguageWords,
    /// Labels, honorifics, functions, bodies (`<language>/labels.toml`).
    pub labels: labels::LabelWords,
    /// Labels and phrases of liaison statements (`<language>/liaison.toml`).
    pub liaison: liaison_words::LiaisonWords,
    /// Countries (`any/countries.toml`).
    pub countries: countries::Countries,
    /// Months, weekdays, deadline phrases (`<language>/time.toml`).
    pub time: time_words::TimeWords,
}

impl Vocabulary {
    /// Loads all of it; an error names file, line and what to mend.
    pub fn load(resources: &Resources) -> Result<Vocabulary> {
        Ok(Vocabulary {
            mail: mail_words::MailWords::load(resources)?,
            languages: language_words::LanguageWords::load(resources)?,
            labels: labels::LabelWords::load(resources)?,
            liaison: liaison_words::LiaisonWords::load(resources)?,
            countries: countries::Countries::load(resources)?,
            time: time_words::TimeWords::load(resources)?,
        })
    }
}
