//! The chair's week: figures in, texts out.

use super::words::Words;
use super::{Replies, Texts, clean, reference};
use crate::charter::Charter;
use crate::domain::Timestamp;
use crate::domain::records::{Conservation, Deadline, Liaison, Person, Seat, Thread, Week};
use crate::domain::words::{DeadlineState, Kind, Language, SeatState};
use anyhow::Result;
use jiff::ToSpan;
use minijinja::{Value, context};

/// Rows of each list at most; the rest is in the commands' lists.
const MOST_ROWS: usize = 25;

/// The texts of a week.
pub(super) fn texts(replies: &Replies, charter: &Charter, language: Language, week: &Week, now: Timestamp) -> Result<Texts> {
    let words = replies.words(language);
    let day = |at: Timestamp| words.day(at.to_zoned_datetime(charter.zone()).date());
    let last = week.to - jiff::SignedDuration::from_micros(1);
    let headline = words.say("digest.headline", &[("week", &week.name), ("from", &day(week.from)), ("to", &day(last))]);
    let filled = week.seats.iter().filter(|seat| seat.state == SeatState::Filled).count();
    let counted = |key: &str, count: i64| words.say(key, &[("count", &count.to_string())]);
    let page = Page { words, charter, now };
    let own = context! {
        rule => "=".repeat(headline.chars().count()),
        headline,
        came_in => came_in(words, week),
        acknowledged => week.acknowledged,
        filled_of => words.say("digest.filled_of", &[("filled", &filled.to_string()), ("all", &week.seats.len().to_string())]),
        seats => week.seats.iter().map(|seat| page.seat(seat)).collect::<Vec<_>>(),
        new_people => week.new_people.iter().take(MOST_ROWS).map(|one| person(words, one)).collect::<Vec<_>>(),
        liaisons => week.liaisons.iter().take(MOST_ROWS).map(|liaison| page.liaison(liaison)).collect::<Vec<_>>(),
        waiting => week.waiting.iter().take(MOST_ROWS).map(|thread| page.thread(thread)).collect::<Vec<_>>(),
        due => week.due.iter().take(MOST_ROWS).map(|deadline| page.deadline(deadline)).collect::<Vec<_>>(),
        held => counted("digest.held", week.held),
        failed => counted("digest.failed", week.failed),
        proposals => counted("digest.proposals", week.proposals),
        balance => balance(words, &week.conservation),
        alarm => alarm(words, &week.conservation),
        reference => reference(charter, &format!("digest:{}:{}", charter.name, week.name)),
    };
    let subject = words.say("digest.subject", &[("activity", &charter.name), ("week", &week.name)]);
    replies.render("digest", charter, language, subject, own)
}

/// Letters by kind, most first; `share` is the length of a bar, 2 to 100 per cent.
fn came_in(words: &Words, week: &Week) -> Vec<Value> {
    let mut rows: Vec<(Kind, i64)> =
        week.by_kind.iter().map(|(kind, count)| (*kind, *count)).filter(|(_, count)| *count > 0).collect();
    rows.sort_by_key(|(kind, count)| (-count, *kind));
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let row =
        |(kind, count): (Kind, i64)| context! { name => kind_name(words, kind), count, share => (count * 100 / most).max(2) };
    rows.into_iter().map(row).collect()
}

fn kind_name(words: &Words, kind: Kind) -> String {
    words.word(&format!("kind_names.{}", kind.as_str())).to_owned()
}

/// Name, organization and country: apart, since one may be written from right to left and its neighbour from left to right.
fn person(words: &Words, person: &Person) -> Vec<String> {
    let country = person.country.as_deref().map(|code| words.country(code).to_owned());
    let parts = [Some(clean::value(&person.name)), person.organization.as_deref().map(clean::value), country];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect()
}

/// "143 letters = 61 nominations + … ; 0 unaccounted for".
fn balance(words: &Words, conservation: &Conservation) -> String {
    let total: i64 = conservation.by_kind.values().sum();
    let parts = conservation.by_kind.iter().filter(|(_, count)| **count > 0);
    let parts: Vec<String> = parts.map(|(kind, count)| format!("{count} {}", kind_name(words, *kind))).collect();
    let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(" + ") };
    let unaccounted = conservation.unaccounted.to_string();
    words.say("digest.balance", &[("total", &total.to_string()), ("parts", &parts), ("unaccounted", &unaccounted)])
}

fn alarm(words: &Words, conservation: &Conservation) -> Option<String> {
    let unaccounted = conservation.unaccounted.to_string();
    (conservation.unaccounted != 0).then(|| words.say("digest.alarm", &[("unaccounted", &unaccounted)]))
}

/// What the rows of the digest are written with.
struct Page<'a> {
    words: &'a Words,
    charter: &'a Charter,
    now: Timestamp,
}

impl Page<'_> {
    fn day(&self, at: Timestamp) -> String {
        self.words.day(at.to_zoned_datetime(self.charter.zone()).date())
    }

    fn seat(&self, seat: &Seat) -> Value {
        // Green, two ambers, grey, red; dark ink on a light tint, so that it reads in print and for the colour-blind too.
        let (mark, colour, tint, ink) = match seat.state {
            SeatState::Filled => ("[x]", "#3f8f5b", "#e3f3e8", "#1e5a35"),
            SeatState::Promised => ("[~]", "#d9a441", "#fdf3dc", "#7a5200"),
            SeatState::Asked => ("[?]", "#e0b96a", "#fdf3dc", "#7a5200"),
            SeatState::Silent => ("[ ]", "#c9d1d9", "#eef1f4", "#414d5a"),
            SeatState::Bounced => ("[!]", "#b8433c", "#fdecea", "#8c1d18"),
        };
        let people: Vec<String> = seat.people.iter().map(|person| clean::value(&person.name)).collect();
        context! {
            body => &seat.body, mark, colour, tint, ink,
            state => self.words.word(&format!("seats.{}", seat.state.as_str())),
            people => people.join(", "),
            since => seat.since.map(|since| self.words.say("digest.since", &[("date", &self.day(since))])),
        }
    }

    fn liaison(&self, liaison: &Liaison) -> Value {
        let by_words = || liaison.reply_by_words.as_deref().map(clean::value);
        let due = liaison.reply_by.map(|day| self.words.day(day)).or_else(by_words);
        let parts = [&liaison.reference, &liaison.from, &liaison.title];
        let what: Vec<String> = parts.into_iter().flatten().map(|part| clean::value(part)).collect();
        context! {
            due => due.unwrap_or_else(|| self.words.word("digest.no_date").to_owned()),
            overdue => liaison.reply_by.is_some_and(|day| self.charter.end_of(day) < self.now),
            what => what.join(" · "),
        }
    }

    fn thread(&self, thread: &Thread) -> Value {
        context! { since => self.day(thread.latest_at), kind => kind_name(self.words, thread.kind), subject => clean::value(&thread.subject) }
    }

    fn deadline(&self, deadline: &Deadline) -> Value {
        context! { date => self.day(deadline.due_at), overdue => deadline.due_at < self.now, title => clean::value(&deadline.title) }
    }
}

/// Renders a digest with every list filled and with every list empty.
pub(super) fn rehearse(replies: &Replies, charter: &Charter, language: Language) -> Result<()> {
    let now = charter.end_of(charter.ends);
    let empty = Week { name: "2012-W34".to_owned(), from: now, to: now, ..Week::default() };
    texts(replies, charter, language, &empty, now)?;
    texts(replies, charter, language, &full(now), now)?;
    Ok(())
}

/// A person of that week.
fn someone() -> Person {
    let text = || Some("…".to_owned());
    Person {
        id: 1,
        name: "…".to_owned(),
        honorific: None,
        organization: text(),
        role: None,
        email: None,
        phone: None,
        country: text(),
        category: None,
        study_groups: Vec::new(),
        language: None,
        source: None,
    }
}

/// A week in which everything happened.
fn full(now: Timestamp) -> Week {
    let text = || Some("…".to_owned());
    let message = crate::domain::MessageKey(1);
    let person = someone();
    let states = <SeatState as strum::VariantArray>::VARIANTS;
    let seat = |state: &SeatState| Seat {
        id: "…".to_owned(),
        body: "…".to_owned(),
        category: "…".to_owned(),
        state: *state,
        people: vec![person.clone()],
        since: Some(now),
        asked_at: None,
    };
    let liaison = Liaison {
        id: 1,
        message,
        reference: text(),
        title: text(),
        from: text(),
        to: Vec::new(),
        cc: Vec::new(),
        purpose: None,
        reply_by: Some(now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date()),
        reply_by_words: None,
        in_reply_to: None,
        answers: None,
        questions: Vec::new(),
        filed_at: now,
    };
    let thread = Thread { id: 1, subject: "…".to_owned(), letters: 1, kind: Kind::Inquiry, latest_at: now, needs_reply: true };
    let due_at = now.checked_sub(1.hour()).unwrap_or(now);
    let deadline = Deadline {
        id: 1,
        topic: "…".to_owned(),
        title: "…".to_owned(),
        due_at,
        state: DeadlineState::Open,
        settled_at: None,
        message: None,
    };
    let by_kind: std::collections::BTreeMap<Kind, i64> =
        <Kind as strum::VariantArray>::VARIANTS.iter().map(|kind| (*kind, 1)).collect();
    Week {
        name: "2012-W34".to_owned(),
        from: now,
        to: now,
        by_kind: by_kind.clone(),
        acknowledged: 1,
        new_people: vec![person.clone()],
        seats: states.iter().map(seat).collect(),
        liaisons: vec![liaison],
        waiting: vec![thread],
        due: vec![deadline],
        held: 1,
        failed: 1,
        proposals: 1,
        conservation: Conservation { by_kind, seen: 12, unaccounted: 1 },
    }
}
