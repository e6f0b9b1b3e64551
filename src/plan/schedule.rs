//! What is due when: pure functions of `now`, so that any date can be played.

use crate::charter::{Charter, CharterDeadline, CharterSeat};
use crate::domain::records::Seat;
use crate::domain::words::{Kind, SeatState};
use crate::domain::{Date, Timestamp};
use jiff::civil::{ISOWeekDate, Weekday};
use jiff::{SignedDuration, ToSpan};
use serde::Deserialize;

/// When the chair's week is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DigestTime {
    /// English name of the weekday, in the activity's time zone.
    #[serde(deserialize_with = "weekday")]
    pub weekday: Weekday,
    /// Hour of that day, 0 to 23, local time.
    #[serde(deserialize_with = "hour")]
    pub hour: i8,
}

impl Default for DigestTime {
    /// Monday at eight: the week that ended is complete, and the chair finds it at the start of hers.
    fn default() -> DigestTime {
        DigestTime { weekday: Weekday::Monday, hour: 8 }
    }
}

fn hour<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i8, D::Error> {
    let hour = i8::deserialize(deserializer)?;
    let fault = || serde::de::Error::custom(format!("{hour} is no hour of the day; write 0 … 23"));
    (0..=23).contains(&hour).then_some(hour).ok_or_else(fault)
}

fn weekday<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Weekday, D::Error> {
    let word = String::deserialize(deserializer)?;
    let days = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let day = days.into_iter().find(|(name, _)| *name == word).map(|(_, day)| day);
    day.ok_or_else(|| serde::de::Error::custom(format!("weekday = “{word}” is none; write monday … sunday")))
}

/// One ISO 8601 week of an activity, from Monday 00:00 to the next, in its time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// `2012-W34`.
    pub name: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
}

/// The week that `now` lies in.
pub fn week_of(charter: &Charter, now: Timestamp) -> Week {
    week(charter, now.to_zoned_datetime(charter.zone()).date().iso_week_date())
}

fn week(charter: &Charter, date: ISOWeekDate) -> Week {
    let monday = ISOWeekDate::new(date.year(), date.week(), Weekday::Monday).map_or(Date::MIN, |monday| monday.date());
    let start = |day: Date| day.at(0, 0, 0, 0).to_zoned_datetime(charter.zone()).map_or(Timestamp::MIN, |at| at.timestamp());
    let next = monday.checked_add(7.days()).unwrap_or(Date::MAX);
    Week { name: format!("{:04}-W{:02}", date.year(), date.week()), from: start(monday), to: start(next) }
}

/// The week whose digest is due at `now`: the last one that was complete when the chosen hour last came.
///
/// At 02:30 of the night in which an hour comes twice, the first one counts; an hour that does not exist is the next one
/// (jiff's "compatible" disambiguation). However often it is asked, the answer names the same week until the next one is due.
pub fn digest_due(charter: &Charter, time: &DigestTime, now: Timestamp) -> Week {
    let local = now.to_zoned_datetime(charter.zone());
    let today = local.date();
    let back = i64::from(today.weekday().since(time.weekday));
    let day = today.checked_sub(back.days()).unwrap_or(today);
    let at = day.at(time.hour, 0, 0, 0).to_zoned_datetime(charter.zone()).map_or(Timestamp::MIN, |at| at.timestamp());
    let moment = if at <= now { day } else { day.checked_sub(7.days()).unwrap_or(day) };
    let before = moment.checked_sub(7.days()).unwrap_or(moment);
    week(charter, before.iso_week_date())
}

/// A reminder to the body of one seat.
#[derive(Clone, Debug)]
pub struct PlannedReminder<'a> {
    /// The seat.
    pub seat: &'a CharterSeat,
    /// What is wanted of it.
    pub deadline: &'a CharterDeadline,
    /// How many days before the day; part of the intent, so that each is written once.
    pub days_before: u32,
}

/// Reminders that are due at `now`: for each seat that is not filled and has an address, the latest one whose time has come.
///
/// Only the latest: after an outage of weeks a body gets one reminder, not a row of them.
pub fn reminders_due<'a>(charter: &'a Charter, seats: &[Seat], now: Timestamp) -> Vec<PlannedReminder<'a>> {
    let mut due = Vec::new();
    for deadline in &charter.deadlines {
        let end = charter.end_of(deadline.day);
        let passed = |days: &&u32| end - SignedDuration::from_hours(24 * i64::from(**days)) <= now;
        let Some(days_before) = deadline.remind_days_before.iter().filter(passed).min() else { continue };
        if now > end {
            continue;
        }
        let waits = |seat: &&CharterSeat| {
            let state = seats.iter().find(|row| row.id == seat.id).map_or(SeatState::Silent, |row| row.state);
            seat.email.is_some() && matches!(state, SeatState::Silent | SeatState::Asked | SeatState::Promised)
        };
        due.extend(charter.seats.iter().filter(waits).map(|seat| PlannedReminder { seat, deadline, days_before: *days_before }));
    }
    due
}

/// The charter's day that a letter of this kind answers, and whether it came in time.
pub fn deadline_for(charter: &Charter, kind: Kind, arrived: Timestamp) -> Option<(&CharterDeadline, bool)> {
    let deadline = charter.deadlines.iter().find(|deadline| deadline.asks_for.contains(&kind))?;
    Some((deadline, arrived <= charter.end_of(deadline.day)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    fn jca_cop() -> Charter {
        Charter::load(&Resources::built_in(), "jca-cop").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_runs_from_monday_to_monday_in_geneva() {
        let week = week_of(&jca_cop(), at("2012-08-22T12:00:00Z"));

        assert_eq!(week.name, "2012-W34");
        assert_eq!((week.from, week.to), (at("2012-08-19T22:00:00Z"), at("2012-08-26T22:00:00Z")));
    }

    #[test]
    fn the_digest_of_a_week_is_due_from_monday_eight_until_the_next_one() {
        let charter = jca_cop();
        let time = DigestTime::default();

        assert_eq!(digest_due(&charter, &time, at("2012-08-27T05:59:59Z")).name, "2012-W33");
        assert_eq!(digest_due(&charter, &time, at("2012-08-27T06:00:00Z")).name, "2012-W34");
        assert_eq!(digest_due(&charter, &time, at("2012-09-02T23:00:00+02:00")).name, "2012-W34");
    }

    #[test]
    fn each_week_has_one_digest_through_both_nights_of_daylight_saving() {
        let charter = jca_cop();
        let time = DigestTime { weekday: Weekday::Sunday, hour: 2 };
        let mut names = Vec::new();
        let mut now = at("2026-10-18T00:00:00Z");
        while now < at("2027-04-05T00:00:00Z") {
            names.push(digest_due(&charter, &time, now).name);
            now += SignedDuration::from_mins(15);
        }

        let mut weeks = names.clone();
        weeks.dedup();
        let mut unique = weeks.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(weeks.len(), unique.len());
        assert_eq!(weeks.len(), 25);
    }

    #[test]
    fn twenty_two_august_ends_at_midnight_in_geneva() {
        let charter = jca_cop();

        let in_time = deadline_for(&charter, Kind::ContactSubmission, at("2012-08-22T21:59:59Z")).unwrap();
        let late = deadline_for(&charter, Kind::ContactSubmission, at("2012-08-22T22:00:00Z")).unwrap();

        assert!(in_time.1);
        assert!(!late.1);
    }
}
