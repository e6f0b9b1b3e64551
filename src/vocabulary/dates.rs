//! Dates as letters write them, in six languages. Works on folded text.

use super::words::{fold, is_han};
use crate::domain::Date;
use crate::pattern::{self, Captures, Regex};

/// Years that a letter may speak of; a number outside belongs to another calendar (1433 is a hijri year) or is none.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2099;

/// The order of a date's parts.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// 2012-08-22, 2012年8月22日, 二〇一二年八月二十二日
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
    /// Whether it begins or ends a span of days ("20 - 29 November"): a meeting, no deadline.
    pub in_span: bool,
    /// Whether a weekday beside it is the right one (true when there is none).
    pub fits: bool,
}

/// The spellings of dates.
#[derive(Clone, Debug, Default)]
pub(super) struct Forms {
    months: Vec<(String, i8)>,
    weekdays: Vec<(String, i8)>,
    patterns: Vec<(Form, Regex)>,
    span_before: Option<Regex>,
    span_after: Option<Regex>,
    weekday_before: Option<Regex>,
    weekday_after: Option<Regex>,
}

impl Forms {
    /// Takes in the months and weekdays of a language.
    pub(super) fn add(&mut self, months: &[Vec<String>], weekdays: &[Vec<String>]) -> Result<(), String> {
        for (list, name, many) in [(months, "months", 12), (weekdays, "weekdays", 7)] {
            if list.len() != many {
                return Err(format!("{name} has {} lists; there are {many}", list.len()));
            }
        }
        for (month, names) in (1..).zip(months) {
            self.months.extend(names.iter().map(|name| (fold(name), month)));
        }
        for (day, names) in (1..).zip(weekdays) {
            self.weekdays.extend(names.iter().map(|name| (fold(name), day)));
        }
        Ok(())
    }

    /// Compiles the patterns when all words are in. `joiners` stand between the days of a span.
    pub(super) fn compile(&mut self, joiners: &[String]) -> Result<(), String> {
        self.months.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        self.weekdays.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        // Chinese months are numbers, which have a form of their own.
        let names = self.months.iter().map(|(name, _)| name).filter(|name| !name.chars().any(is_han));
        self.patterns = patterns(&alternatives(names))?;
        let joiner =
            format!(r"(?:\s*[-–—~～]\s*|\s*(?:{})\s+|\s*[至到]\s*)", alternatives(joiners.iter().map(|word| fold(word))));
        let day = alternatives(self.weekdays.iter().map(|(name, _)| name));
        self.span_before = Some(pattern::compile(&format!(r"{D}(?:[日号]|st|nd|rd|th|er)?{joiner}$"))?);
        self.span_after = Some(pattern::compile(&format!(r"^(?:[日号])?{joiner}{D}"))?);
        self.weekday_before = Some(pattern::compile(&format!(r"(?:^|[^\p{{L}}])({day})\.?\s*[,،，(（]?\s*(?:le |el |the )?$"))?);
        self.weekday_after = Some(pattern::compile(&format!(r"^(?:\s*г\.?|\s*года)?\s*[,،，(（]\s*({day})\.?(?:[^\p{{L}}]|$)"))?);
        Ok(())
    }

    /// The dates of a folded text, in order. A date without a year is the next such day on or after `near`.
    pub(super) fn dates(&self, folded: &str, near: Option<Date>) -> Vec<FoundDate> {
        let mut found: Vec<FoundDate> = Vec::new();
        if !folded.chars().any(|c| c.is_numeric() || c == '月') {
            return found;
        }
        for (form, regex) in &self.patterns {
            for captures in regex.captures_iter(folded) {
                let Some((start, end)) = bounds(&captures) else { continue };
                let part = |index: usize| captures.get(index).map_or("", |part| part.as_str());
                let overlaps = found.iter().any(|earlier| start < earlier.end && earlier.start < end);
                let date = self.date(*form, [part(1), part(2), part(3)], near);
                if let Some((day, has_year)) = date.filter(|_| !overlaps) {
                    found.push(FoundDate { day, start, end, has_year, in_span: false, fits: true });
                }
            }
        }
        found.sort_by_key(|date| date.start);
        self.judge(folded, &mut found);
        found
    }

    /// Which dates are ends of spans, and which belie the weekday beside them.
    fn judge(&self, folded: &str, found: &mut [FoundDate]) {
        let matches = |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
        let mut open_until = None;
        for date in found.iter_mut() {
            let (before, after) = (folded.get(..date.start).unwrap_or_default(), folded.get(date.end..).unwrap_or_default());
            let opens = matches(&self.span_after, after);
            // The whole first date stands before the joiner ("20 February - 2 March"), or only its day ("20 - 29 November").
            let gap = open_until.and_then(|end: usize| folded.get(end..date.start)).map(|gap| gap.chars().count());
            let closes = matches(&self.span_before, before) || gap.is_some_and(|gap| gap <= 8);
            date.in_span = opens || closes;
            open_until = opens.then_some(date.end);
            date.fits = [(&self.weekday_before, before), (&self.weekday_after, after)].into_iter().all(|(pattern, text)| {
                let said = pattern.as_ref().and_then(|pattern| pattern.captures(text));
                let name = said.as_ref().and_then(|said| said.get(1)).map(|name| name.as_str());
                let weekday = date.day.weekday().to_monday_one_offset();
                name.is_none_or(|name| self.weekdays.iter().any(|(own, day)| own == name && *day == weekday))
            });
        }
    }

    fn date(&self, form: Form, [a, b, c]: [&str; 3], near: Option<Date>) -> Option<(Date, bool)> {
        let month_name = |name: &str| {
            self.months.iter().find(|(own, _)| own == name.trim_end_matches('.')).map(|(_, month)| i16::from(*month))
        };
        let (year, month, day) = match form {
            Form::YearFirst => (Some(number(a)?), number(b)?, number(c)?),
            Form::DayFirst => {
                let (day, month) = (number(a)?, number(b)?);
                // Day first in all six languages; where that is no month, the writer put the month first.
                if month > 12 { (Some(number(c)?), day, month) } else { (Some(number(c)?), month, day) }
            }
            Form::DayMonthName => (number(c), month_name(b)?, number(a)?),
            Form::MonthNameDay => (number(c), month_name(a)?, number(b)?),
            Form::MonthDay => (None, number(a)?, number(b)?),
        };
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        match year {
            Some(year) => {
                let year = if year < 100 { year + 2000 } else { year };
                Date::new(year, month, day).ok().filter(|_| YEARS.contains(&year)).map(|date| (date, true))
            }
            None => {
                let near = near?;
                let this = Date::new(near.year(), month, day).ok()?;
                let next = if this < near { Date::new(near.year() + 1, month, day).ok()? } else { this };
                Some((next, false))
            }
        }
    }
}

/// Where a date's own words begin and end: its first and last group, without what stands around it.
fn bounds(captures: &Captures<'_>) -> Option<(usize, usize)> {
    let groups = || (1..=3).filter_map(|index| captures.get(index));
    Some((groups().map(|group| group.start()).min()?, groups().map(|group| group.end()).max()?))
}

fn alternatives<T: AsRef<str>>(words: impl Iterator<Item = T>) -> String {
    words.map(|word| word.as_ref().replace('.', r"\.")).collect::<Vec<_>>().join("|")
}

/// A number in ASCII, Arabic-Indic, Persian or Chinese digits.
fn number(text: &str) -> Option<i16> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let mut value = 0_i16;
    let mut tens = None;
    for c in text.chars() {
        if c == '十' {
            tens = Some(if value == 0 { 10 } else { value.checked_mul(10)? });
            value = 0;
        } else {
            value = value.checked_mul(10)?.checked_add(digit(c)?)?;
        }
    }
    value.checked_add(tens.unwrap_or(0))
}

fn digit(c: char) -> Option<i16> {
    let from = |zero: u32| i16::try_from(c as u32 - zero).ok();
    match c {
        '0'..='9' => from(0x30),
        '\u{660}'..='\u{669}' => from(0x660),
        '\u{6F0}'..='\u{6F9}' => from(0x6F0),
        '〇' | '○' | '零' => Some(0),
        _ => "一二三四五六七八九".chars().zip(1..).find(|(own, _)| *own == c).map(|(_, value)| value),
    }
}

/// A decimal digit: ASCII, Arabic-Indic, Persian.
const D: &str = r"[0-9\x{660}-\x{669}\x{6F0}-\x{6F9}]";
/// A Chinese one.
const HAN: &str = "[〇○零一二三四五六七八九十]";

fn patterns(names: &str) -> Result<Vec<(Form, Regex)>, String> {
    // No look-around: what may not stand beside a date is matched with it and left out of the groups.
    let open = format!("(?:^|[^{}])", D.trim_matches(['[', ']']));
    let shut = format!("(?:[^{}]|$)", D.trim_matches(['[', ']']));
    let year = format!(r"(?:\s?г)?(?:[\s,،-]|de\s|del\s|of\s|du\s|سنة\s|عام\s|لعام\s){{1,4}}({D}{{4}})");
    [
        (Form::YearFirst, format!(r"{open}({D}{{4}})\s?(?:年|[-/.])\s?({D}{{1,2}})\s?(?:月|[-/.])\s?({D}{{1,2}}){shut}")),
        (Form::YearFirst, format!(r"({HAN}{{4}})\s?年\s?({HAN}{{1,2}})\s?月\s?({HAN}{{1,3}})[日号]")),
        (Form::DayFirst, format!(r"{open}({D}{{1,2}})\s?[./-]\s?({D}{{1,2}})\s?[./-]\s?({D}{{4}}|{D}{{2}}){shut}")),
        (Form::DayMonthName, format!(r"{open}({D}{{1,2}})-({names})\.?-({D}{{4}}|{D}{{2}}){shut}")),
        (
            Form::DayMonthName,
            format!(
                r"{open}({D}{{1,2}})(?:\s?(?:st|nd|rd|th|er|re|º|\.º|°|ª|-?го|-?е|-?я))?\.?(?:\s|-)*(?:(?:day\s)?of\s|the\s|de\s|d'|du\s|من\s(?:شهر\s)?)?\s*({names})(?:\.?(?:\s?/\s?\p{{L}}+(?:\s\p{{L}}+)??)?{year}|[^\p{{L}}]|$)"
            ),
        ),
        (
            Form::MonthNameDay,
            format!(r"(?:^|[^\p{{L}}])({names})\.?\s+({D}{{1,2}})(?:st|nd|rd|th)?(?:,?\s+({D}{{4}})|[^\p{{L}}{}]|$)", D.trim_matches(['[', ']'])),
        ),
        (Form::MonthDay, format!(r"({D}{{1,2}})\s?月\s?({D}{{1,2}})\s?[日号]")),
        (Form::MonthDay, format!(r"({HAN}{{1,2}})月({HAN}{{1,3}})[日号]")),
    ]
    .into_iter()
    .map(|(form, pattern)| Ok((form, pattern::compile(&pattern)?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::resources::Resources;
    use crate::vocabulary::time_words::TimeWords;
    use jiff::civil::date;

    #[test]
    fn a_date_is_read_in_six_languages() {
        let words = TimeWords::load(&Resources::built_in()).unwrap();
        for text in [
            "22 August 2012",
            "August 22, 2012",
            "22nd of August 2012",
            "22-Aug-12",
            "2012-08-22",
            "22 août 2012",
            "22 de agosto de 2012",
            "22 de agosto del 2012",
            "22 августа 2012 г.",
            "22.08.2012",
            "22/08/12",
            "2012年8月22日",
            "2012年 8月 22日",
            "２０１２年８月２２日",
            "二〇一二年八月二十二日",
            "٢٢ أغسطس ٢٠١٢",
            "22 آب/أغسطس 2012",
            "04/10/1433هـ الموافق 22/08/2012م",
            "Wednesday, 22 August 2012",
            "2012年8月22日（星期三）",
        ] {
            let found = words.dates(text, None);
            assert_eq!(found.iter().map(|found| found.day).collect::<Vec<_>>(), [date(2012, 8, 22)], "{text}");
            assert!(found[0].fits && !found[0].in_span, "{text}");
        }
    }

    #[test]
    fn a_date_without_a_year_is_the_next_such_day() {
        let words = TimeWords::load(&Resources::built_in()).unwrap();
        let day = |text: &str| words.dates(text, Some(date(2012, 8, 1))).first().map(|found| found.day);

        assert_eq!(day("by 22 August."), Some(date(2012, 8, 22)));
        assert_eq!(day("до 5 июля"), Some(date(2013, 7, 5)));
        assert_eq!(day("9月15日前"), Some(date(2012, 9, 15)));
        assert_eq!(day("in May 2007"), None);
        assert_eq!(day("22 maisons"), None);
    }
}
