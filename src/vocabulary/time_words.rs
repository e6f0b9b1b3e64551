//! Months, weekdays and deadline phrases: `<language>/time.toml`. Tells which dates of a text are deadlines.

use super::dates::{Forms, FoundDate};
use super::labels::any;
use super::words::fold;
use crate::domain::Date;
use crate::pattern::{self, PatternList};
use crate::resources::Resources;
use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use std::collections::HashSet;

/// Characters before a date in which a deadline's words are looked for.
const REACH: usize = 90;
/// Characters of those words that are kept as evidence.
const KEPT: usize = 40;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    months: Vec<Vec<String>>,
    weekdays: Vec<Vec<String>>,
    joiners: Vec<String>,
    before: Vec<String>,
    after: Vec<String>,
    never: Vec<String>,
    vague: Vec<String>,
    none: Vec<String>,
}

/// Months, weekdays and deadline phrases.
#[derive(Clone, Debug)]
pub struct TimeWords {
    forms: Forms,
    before: PatternList,
    after: PatternList,
    never: PatternList,
    vague: PatternList,
    none: Vec<String>,
    months: HashSet<String>,
}

/// A date that a text states as a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The day.
    pub day: Date,
    /// The deadline's words and the date's, folded.
    pub words: String,
    /// Where the date begins in the folded text.
    pub start: usize,
}

impl TimeWords {
    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(resources: &Resources) -> Result<TimeWords> {
        let mut own = TimeWords {
            forms: Forms::default(),
            before: PatternList::default(),
            after: PatternList::default(),
            never: PatternList::default(),
            vague: PatternList::default(),
            none: Vec::new(),
            months: HashSet::new(),
        };
        let mut joiners = Vec::new();
        for folder in ["en", "fr", "es", "ru", "zh", "ar"] {
            let text = resources.require(&format!("{folder}/time.toml"))?;
            let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
            own.months.extend(file.months.iter().flatten().map(|name| fold(name.trim_end_matches('.'))));
            own.forms.add(&file.months, &file.weekdays).map_err(|error| anyhow!("{}: {error}", text.name))?;
            joiners.extend(file.joiners);
            for (patterns, more) in [
                (&mut own.before, file.before),
                (&mut own.after, file.after),
                (&mut own.never, file.never),
                (&mut own.vague, file.vague),
            ] {
                for pattern in more {
                    patterns.push(pattern::compile(&pattern).map_err(|error| anyhow!("{}: {error}", text.name))?);
                }
            }
            own.none.extend(file.none.iter().map(|word| fold(word)));
        }
        own.forms.compile(&joiners).map_err(|error| anyhow!("rules/*/time.toml: {error}"))?;
        Ok(own)
    }

    /// Whether a word is a month's name.
    pub fn is_month(&self, word: &str) -> bool {
        self.months.contains(&fold(word.trim_end_matches('.')))
    }

    /// Whether a field's content says that there is nothing in it.
    pub fn is_none(&self, field: &str) -> bool {
        let field = fold(field);
        let marks = ['.', ',', ';', '。'];
        let bare = field.trim().trim_end_matches(marks).trim();
        let bare = bare.trim_start_matches(['(', '[', '（']).trim_end_matches([')', ']', '）']).trim_end_matches(marks).trim();
        !bare.chars().any(char::is_alphanumeric) || self.none.iter().any(|none| none.trim_end_matches(marks) == bare)
    }

    /// The dates that a text names, in order. A date without a year is the next such day on or after `near`.
    pub fn dates(&self, text: &str, near: Option<Date>) -> Vec<FoundDate> {
        self.forms.dates(&fold(text), near)
    }

    /// The day that a field for a deadline holds: its first date, unless it is a span of days, a meeting's, or belies its weekday.
    pub fn day_of_field(&self, field: &str, near: Option<Date>) -> Option<Date> {
        let folded = fold(field);
        let found = self.forms.dates(&folded, near).into_iter().find(|date| !date.in_span && date.fits)?;
        let before = folded.get(..found.start).unwrap_or_default();
        (!any(&self.never, before)).then_some(found.day)
    }

    /// The days that a text states as deadlines: dates with a deadline's words around them, and no spans of days.
    pub fn deadlines(&self, text: &str, near: Option<Date>) -> Vec<Deadline> {
        let folded = fold(text);
        let dates = self.forms.dates(&folded, near);
        let mut found = Vec::new();
        let mut end_of_last = 0;
        for date in dates {
            let head = folded.get(end_of_last..date.start).unwrap_or_default();
            let whole = folded.get(..date.start).unwrap_or_default();
            end_of_last = date.end;
            if date.in_span || !date.fits {
                continue;
            }
            let reach = last(head, REACH);
            let after = folded.get(date.end..).unwrap_or_default();
            let by_cue = any(&self.before, &reach) && !any(&self.never, &reach) || any(&self.after, after);
            if by_cue {
                let words = format!("{}{}", last(whole, KEPT).trim_start(), folded.get(date.start..date.end).unwrap_or_default());
                found.push(Deadline { day: date.day, words, start: date.start });
            }
        }
        found
    }

    /// A deadline's words that name no day: "before our next meeting", "as soon as possible".
    pub fn vague(&self, text: &str) -> Option<String> {
        let folded = fold(text);
        self.vague.hits(&folded).next().map(|(_, hit)| hit.as_str().trim().to_owned())
    }
}

/// The last characters of a text.
fn last(text: &str, many: usize) -> String {
    let skipped = text.chars().count().saturating_sub(many);
    text.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn words() -> TimeWords {
        TimeWords::load(&Resources::built_in()).unwrap()
    }

    #[test]
    fn a_deadline_is_a_date_with_its_words_and_a_span_is_none() {
        let words = words();
        let day = |text: &str| words.deadlines(text, Some(date(2012, 8, 1))).first().map(|found| found.day);

        assert_eq!(day("We would appreciate a reply by 15 October 2012."), Some(date(2012, 10, 15)));
        assert_eq!(day("une réponse au plus tard le 1er septembre"), Some(date(2012, 9, 1)));
        assert_eq!(day("请于2012年9月1日之前答复"), Some(date(2012, 9, 1)));
        assert_eq!(day("просим ответить не позднее 5 ноября 2012 г."), Some(date(2012, 11, 5)));
        assert_eq!(day("a más tardar el 3 de diciembre de 2012"), Some(date(2012, 12, 3)));
        assert_eq!(day("في موعد أقصاه ٣٠ سبتمبر ٢٠١٢"), Some(date(2012, 9, 30)));
        assert_eq!(day("our meeting of 3 September 2012"), None);
        assert_eq!(day("before 20 - 29 November 2012"), None);
        assert_eq!(day("before our next meeting, 3-7 September 2012"), None);
        assert_eq!(day("до собрания с 12 по 16 ноября 2012 г."), None);
    }

    #[test]
    fn a_field_for_a_deadline_holds_a_day_or_only_words() {
        let words = words();
        let day = |text: &str| words.day_of_field(text, Some(date(2012, 8, 1)));

        assert_eq!(day("до 5 ноября 2012 г."), Some(date(2012, 11, 5)));
        assert_eq!(day("Thursday, 30 August 2012"), Some(date(2012, 8, 30)));
        assert_eq!(day("Monday, 30 August 2012"), None);
        assert_eq!(day("next SG17 meeting, 29 August - 7 September 2012"), None);
        assert_eq!(day("mid-May 2007"), None);
        assert_eq!(day("end of August"), None);
        assert_eq!(day("Q3 2012"), None);
    }
}
