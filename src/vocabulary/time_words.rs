//! Months and deadline phrases: `<language>/time.toml`. Reads dates in six languages.

use super::words::fold;
use crate::domain::Date;
use crate::pattern::{self, Regex};
use crate::resources::Resources;
use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    months: Vec<Vec<String>>,
    before: Vec<String>,
    after: Vec<String>,
    none: Vec<String>,
}

/// Months, weekdays and deadline phrases.
#[derive(Debug)]
pub struct TimeWords {
    months: Vec<(String, i8)>,
    before: Vec<Regex>,
    after: Vec<Regex>,
    none: Vec<String>,
    forms: Vec<(Form, Regex)>,
}

/// The order of a date's parts.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// 2012-08-22, 2012年8月22日
    YearFirst,
    /// 22/08/2012, 22.08.2012
    DayFirst,
    /// 22 August 2012
    DayMonthName,
    /// August 22, 2012
    MonthNameDay,
    /// 8月22日
    MonthDay,
}

/// A date that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDate {
    /// The day.
    pub day: Date,
    /// Where its words begin in the folded text.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// Whether the year was written.
    pub has_year: bool,
}

impl TimeWords {
    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(resources: &Resources) -> Result<TimeWords> {
        let mut own =
            TimeWords { months: Vec::new(), before: Vec::new(), after: Vec::new(), none: Vec::new(), forms: Vec::new() };
        for folder in ["en", "fr", "es", "ru", "zh", "ar"] {
            let text = resources.require(&format!("{folder}/time.toml"))?;
            let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
            if file.months.len() != 12 {
                return Err(anyhow!("{}: months has {} lists; a year has twelve months", text.name, file.months.len()));
            }
            for (month, names) in (1..).zip(file.months) {
                own.months.extend(names.iter().map(|name| (fold(name), month)));
            }
            for (patterns, more) in [(&mut own.before, file.before), (&mut own.after, file.after)] {
                for pattern in more {
                    patterns.push(pattern::compile(&pattern).map_err(|error| anyhow!("{}: {error}", text.name))?);
                }
            }
            own.none.extend(file.none.iter().map(|word| fold(word)));
        }
        own.months.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        own.forms = forms(&own.months).map_err(|error| anyhow!("rules/*/time.toml: {error}"))?;
        Ok(own)
    }

    /// Whether a field's content says that there is nothing in it.
    pub fn is_none(&self, field: &str) -> bool {
        let field = fold(field);
        let bare = field.trim().trim_end_matches(['.', ',', ';', '。']).trim();
        bare.is_empty() || self.none.iter().any(|none| none == bare)
    }

    /// The dates that a text names, in order. A date without a year is the next such day on or after `near`.
    pub fn dates(&self, text: &str, near: Option<Date>) -> Vec<FoundDate> {
        let folded = fold(text);
        let mut found: Vec<FoundDate> = Vec::new();
        for (form, regex) in &self.forms {
            for captures in regex.captures_iter(&folded) {
                let Some(whole) = captures.get(0) else { continue };
                let part = |index: usize| captures.get(index).map_or("", |part| part.as_str());
                let overlaps = found.iter().any(|earlier| whole.start() < earlier.end && earlier.start < whole.end());
                let date = self.date(*form, [part(1), part(2), part(3)], near);
                if let Some((day, has_year)) = date.filter(|_| !overlaps) {
                    found.push(FoundDate { day, start: whole.start(), end: whole.end(), has_year });
                }
            }
        }
        found.sort_by_key(|date| date.start);
        found
    }

    fn date(&self, form: Form, [a, b, c]: [&str; 3], near: Option<Date>) -> Option<(Date, bool)> {
        let month_name = |name: &str| {
            self.months.iter().find(|(own, _)| own == name.trim_end_matches('.')).map(|(_, month)| i16::from(*month))
        };
        let (year, month, day) = match form {
            Form::YearFirst => (number(a), number(b)?, number(c)?),
            Form::DayFirst => (number(c), number(b)?, number(a)?),
            Form::DayMonthName => (number(c), month_name(b)?, number(a)?),
            Form::MonthNameDay => (number(c), month_name(a)?, number(b)?),
            Form::MonthDay => (None, number(a)?, number(b)?),
        };
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        match year {
            Some(year) => Date::new(if year < 100 { year + 2000 } else { year }, month, day).ok().map(|date| (date, true)),
            None => {
                let near = near?;
                let this = Date::new(near.year(), month, day).ok()?;
                let next = if this < near { Date::new(near.year() + 1, month, day).ok()? } else { this };
                Some((next, false))
            }
        }
    }

    /// The day that a text states as a deadline: a date with a deadline's words around it, and no span of days.
    /// Gives the day and the words.
    pub fn deadline(&self, text: &str, near: Option<Date>) -> Option<(Date, String)> {
        let folded = fold(text);
        self.dates(text, near).into_iter().find_map(|date| {
            let before = folded.get(..date.start)?;
            let after = folded.get(date.end..)?;
            let line: String = before.chars().rev().take(70).collect::<Vec<_>>().into_iter().rev().collect();
            // The second day of a span ("20 - 29 November") is a meeting's.
            let opened = before.trim_end().strip_suffix(['-', '–', '—']);
            if opened.is_some_and(|head| head.trim_end().ends_with(char::is_numeric)) {
                return None;
            }
            let is_deadline = self.before.iter().any(|cue| cue.is_match(&line)) && self.after_allows(after)
                || self.after.iter().any(|cue| cue.is_match(after));
            let words: String = line.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
            is_deadline
                .then(|| (date.day, format!("{}{}", words.trim_start(), folded.get(date.start..date.end).unwrap_or_default())))
        })
    }

    /// A second day behind a dash makes a span: a meeting.
    fn after_allows(&self, after: &str) -> bool {
        let after = after.trim_start();
        !(after.starts_with(['-', '–', '—'])
            && after.chars().skip(1).find(|c| !c.is_whitespace()).is_some_and(|c| c.is_numeric()))
    }
}

fn number(text: &str) -> Option<i16> {
    if text.trim().is_empty() {
        return None;
    }
    let mut value = 0_i16;
    for c in text.trim().chars() {
        value = value.checked_mul(10)?.checked_add(i16::try_from(digit(c)?).ok()?)?;
    }
    Some(value)
}

/// The value of a decimal digit: ASCII, Arabic-Indic, Persian.
fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '\u{660}'..='\u{669}' => Some(c as u32 - 0x660),
        '\u{6F0}'..='\u{6F9}' => Some(c as u32 - 0x6F0),
        _ => None,
    }
}

fn forms(months: &[(String, i8)]) -> Result<Vec<(Form, Regex)>, String> {
    let names = months.iter().map(|(name, _)| regex_escape(name)).collect::<Vec<_>>().join("|");
    let d = r"[0-9\x{660}-\x{669}\x{6F0}-\x{6F9}]";
    let edge = r"(?:[^\p{L}]|$)";
    [
        (Form::YearFirst, format!(r"({d}{{4}})\s?(?:年|[-/.])\s?({d}{{1,2}})\s?(?:月|[-/.])\s?({d}{{1,2}})")),
        (Form::DayFirst, format!(r"({d}{{1,2}})[./-]({d}{{1,2}})[./-]({d}{{4}})")),
        (
            Form::DayMonthName,
            format!(r"({d}{{1,2}})(?:st|nd|rd|th|er|re|º|\.º|ª)?\.?(?:\s|-)+(?:of\s|de\s|d')?\s*({names})\.?(?:/\p{{L}}+)?(?:,?\s+(?:de\s|del\s)?({d}{{4}}))?"),
        ),
        (Form::MonthNameDay, format!(r"(?:^|[^\p{{L}}])({names})\.?\s+({d}{{1,2}})(?:st|nd|rd|th)?(?:,?\s+({d}{{4}}))?{edge}")),
        (Form::MonthDay, format!(r"({d}{{1,2}})月({d}{{1,2}})日")),
    ]
    .into_iter()
    .map(|(form, pattern)| Ok((form, pattern::compile(&pattern)?)))
    .collect()
}

fn regex_escape(text: &str) -> String {
    text.replace('.', r"\.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn words() -> TimeWords {
        TimeWords::load(&Resources::built_in()).unwrap()
    }

    #[test]
    fn a_date_is_read_in_six_languages() {
        let words = words();
        for text in [
            "22 August 2012",
            "August 22, 2012",
            "22nd of August 2012",
            "2012-08-22",
            "22 août 2012",
            "22 de agosto de 2012",
            "22 августа 2012 г.",
            "22.08.2012",
            "2012年8月22日",
            "٢٢ أغسطس ٢٠١٢",
            "22 آب/أغسطس 2012",
        ] {
            let found = words.dates(text, None);
            assert_eq!(found.iter().map(|found| found.day).collect::<Vec<_>>(), [date(2012, 8, 22)], "{text}");
        }
    }

    #[test]
    fn a_deadline_is_a_date_with_its_words_and_a_span_is_none() {
        let words = words();
        let day = |text: &str| words.deadline(text, Some(date(2012, 8, 1))).map(|(day, _)| day);

        assert_eq!(day("We would appreciate a reply by 15 October 2012."), Some(date(2012, 10, 15)));
        assert_eq!(day("une réponse au plus tard le 1er septembre"), Some(date(2012, 9, 1)));
        assert_eq!(day("请于2012年9月1日之前答复"), Some(date(2012, 9, 1)));
        assert_eq!(day("our meeting of 3 September 2012"), None);
        assert_eq!(day("before 20 - 29 November 2012"), None);
    }
}
