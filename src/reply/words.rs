//! The words of outgoing mail in one language: `<language>/replies/words.toml`.

use crate::domain::Date;
use crate::domain::words::Language;
use crate::resources::Resources;
use anyhow::{Context, Result, bail};
use minijinja::Value;
use minijinja::value::{Kwargs, Serde};
use std::collections::BTreeMap;

/// The language whose keys every other language must have.
const MODEL: Language = Language::En;

/// One language's words, with the same keys as every other's.
#[derive(Clone, Debug)]
pub(super) struct Words {
    table: toml::Table,
    values: Value,
    countries: BTreeMap<String, String>,
}

impl Words {
    /// `countries`: codes and the names to print.
    pub(super) fn load(resources: &Resources, language: Language, countries: BTreeMap<String, String>) -> Result<Words> {
        let own = read(resources, language)?;
        let model = read(resources, MODEL)?;
        let name = format!("{}/replies/words.toml", language.as_str());
        let (keys, wanted) = (keys(&own, ""), keys(&model, ""));
        if let Some(missing) = wanted.iter().find(|key| !keys.contains(key)) {
            bail!("{name} has no “{missing}”, which {}/replies/words.toml has; add it", MODEL.as_str());
        }
        if let Some(extra) = keys.iter().find(|key| !wanted.contains(key)) {
            bail!(
                "{name} has “{extra}”, which {}/replies/words.toml does not have; take it out, or add it to all languages",
                MODEL.as_str()
            );
        }
        if own.get("dates").and_then(|dates| dates.get("months")).and_then(toml::Value::as_array).map(Vec::len) != Some(12) {
            bail!("{name}: dates.months must have twelve names");
        }
        let values = Value::from(Serde(own.clone()));
        Ok(Words { table: own, values, countries })
    }

    /// The country's name; a code that is not in the table stays as it is.
    pub(super) fn country<'a>(&'a self, code: &'a str) -> &'a str {
        self.countries.get(code).map_or(code, String::as_str)
    }

    /// For templates, as `w`.
    pub(super) fn values(&self) -> Value {
        self.values.clone()
    }

    /// A sentence by its key (`card.subject`), with its values put in. The key itself where there is none: keys are checked.
    pub(super) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.word(key).to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// A word by its key.
    pub(super) fn word<'a>(&'a self, key: &'a str) -> &'a str {
        let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
        let table = if section.is_empty() { Some(&self.table) } else { self.table.get(section).and_then(toml::Value::as_table) };
        table.and_then(|table| table.get(name)).and_then(toml::Value::as_str).unwrap_or(key)
    }

    /// A date as this language writes it in running text.
    pub(super) fn day(&self, day: Date) -> String {
        let months = self.table.get("dates").and_then(|dates| dates.get("months")).and_then(toml::Value::as_array);
        let index = usize::try_from(day.month() - 1).unwrap_or_default();
        let month = months.and_then(|months| months.get(index)).and_then(toml::Value::as_str).unwrap_or_default();
        let (number, year) = (day.day().to_string(), day.year().to_string());
        self.say("dates.day", &[("day", &number), ("month", month), ("year", &year)])
    }
}

fn read(resources: &Resources, language: Language) -> Result<toml::Table> {
    let file = resources.require(&format!("{}/replies/words.toml", language.as_str()))?;
    file.text.parse::<toml::Table>().with_context(|| format!("Cannot read {}", file.name))
}

/// Every key with its sections, as `card.subject`.
fn keys(table: &toml::Table, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in table {
        match value.as_table() {
            Some(inner) => found.extend(keys(inner, &format!("{prefix}{name}."))),
            None => found.push(format!("{prefix}{name}")),
        }
    }
    found
}

/// Template filter: puts values into the braces of a sentence.
pub(super) fn fill(sentence: String, values: Kwargs) -> Result<String, minijinja::Error> {
    let mut text = sentence;
    for name in values.args().map(str::to_owned).collect::<Vec<_>>() {
        let value: Value = values.get(&name)?;
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    values.assert_all_used()?;
    Ok(text)
}

/// Template filter: a number at the right edge of a column.
pub(super) fn right(value: Value, width: usize) -> String {
    let text = value.to_string();
    format!("{}{text}", " ".repeat(width.saturating_sub(text.chars().count())))
}
