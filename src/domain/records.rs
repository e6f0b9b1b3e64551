//! What lasts: the rows that people ask for, as plain data.

use super::address::Address;
use super::words::{Attendance, DeadlineState, Kind, Language, OutboxState, Outgoing, Purpose, SeatState};
use super::{LetterKey, MessageKey, Timestamp};
use serde::Serialize;

/// A filed message, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    /// Its key.
    pub id: MessageKey,
    /// Its thread.
    pub thread: i64,
    /// What it is.
    pub kind: Kind,
    /// 0 to 1.
    pub confidence: f64,
    /// The writer's language.
    pub language: Option<Language>,
    /// Subject, cleaned of control characters.
    pub subject: String,
    /// Who wrote it.
    pub sender: Option<Address>,
    /// The Date field, or when it was filed.
    pub sent_at: Timestamp,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// A person must look at it or answer it.
    pub needs_reply: bool,
}

/// One expected seat and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seat {
    /// The charter's id of the seat (`sg17`, `itu-r`).
    pub id: String,
    /// The body's name, as the charter prints it.
    pub body: String,
    /// The charter's word for the kind of representative.
    pub category: String,
    /// Where it stands.
    pub state: SeatState,
    /// Who fills it now.
    pub people: Vec<Person>,
    /// Since when it stands so.
    pub since: Option<Timestamp>,
    /// When the body was last asked.
    pub asked_at: Option<Timestamp>,
}

/// A person on the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    /// Key.
    pub id: i64,
    /// As written, without honorific.
    pub name: String,
    /// Such as `Ms`.
    pub honorific: Option<String>,
    /// Organization.
    pub organization: Option<String>,
    /// Function.
    pub role: Option<String>,
    /// Address.
    pub email: Option<Address>,
    /// E.164.
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The charter's word for the kind of representative.
    pub category: Option<String>,
    /// Canonical (`SG17`).
    pub study_groups: Vec<String>,
    /// Language the person writes in.
    pub language: Option<Language>,
    /// The message that put the person on the list or changed it last.
    pub source: Option<MessageKey>,
}

/// A liaison statement on file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Liaison {
    /// Key.
    pub id: i64,
    /// The message that brought it.
    pub message: MessageKey,
    /// Its own number.
    pub reference: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// The body that sends it.
    pub from: Option<String>,
    /// Bodies for action and comment.
    pub to: Vec<String>,
    /// Bodies for information.
    pub cc: Vec<String>,
    /// The strongest thing asked.
    pub purpose: Option<Purpose>,
    /// End of the day a reply is wanted by.
    pub reply_by: Option<super::Date>,
    /// The deadline's own words.
    pub reply_by_words: Option<String>,
    /// The number it answers.
    pub in_reply_to: Option<String>,
    /// The letter on file whose statement it answers.
    pub answers: Option<MessageKey>,
    /// Questions, canonically `4/17`.
    pub questions: Vec<String>,
    /// When it was filed.
    pub filed_at: Timestamp,
}

/// A deadline on file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deadline {
    /// Key.
    pub id: i64,
    /// A stable name: `charter:contacts`, `liaison:17`.
    pub topic: String,
    /// For people.
    pub title: String,
    /// The last moment that is in time.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: DeadlineState,
    /// When it was settled: a deadline that is met after its day is met late.
    pub settled_at: Option<Timestamp>,
    /// The message that set it; none for the charter's own.
    pub message: Option<MessageKey>,
}

/// Who comes to a meeting, and who does not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Registration {
    /// The letter that says so.
    pub message: MessageKey,
    /// As the answer writes it.
    pub name: Option<String>,
    /// The address that was invited.
    pub email: Option<Address>,
    /// What was answered.
    pub attendance: Attendance,
    /// When it was filed.
    pub filed_at: Timestamp,
}

/// A thread that waits for somebody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Thread {
    /// Key.
    pub id: i64,
    /// Base subject of its first message.
    pub subject: String,
    /// How many letters of it are filed.
    pub letters: i64,
    /// Kind of the latest.
    pub kind: Kind,
    /// When the latest came.
    pub latest_at: Timestamp,
    /// A person must answer.
    pub needs_reply: bool,
}

/// A letter of the outbox, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Letter {
    /// Key.
    pub id: LetterKey,
    /// Which kind.
    pub kind: Outgoing,
    /// Recipient.
    pub to: Address,
    /// Where it stands.
    pub state: OutboxState,
    /// Why it is held, or the server's last words.
    pub note: String,
    /// Not before this moment.
    pub due_at: Timestamp,
    /// Tries so far.
    pub tries: i64,
    /// Without angle brackets.
    pub message_id: String,
    /// The message it answers.
    pub message: Option<MessageKey>,
}

/// A letter taken by a sender under a lease.
#[derive(Clone, Debug)]
pub struct ClaimedLetter {
    /// Key.
    pub id: LetterKey,
    /// Which try this is; settling names it, so that a sender that lost its lease cannot settle another's try.
    pub tries: i64,
    /// The leadership under which it was claimed; 0 for a command that sends beside no daemon.
    pub epoch: i64,
    /// Where a witness copy proves that a mail server took it.
    pub witness: Option<String>,
    /// How many tries ended unknown (RFC 1047), crashes of the sender included: the bytes may be in the mailbox already.
    pub unknown: i64,
    /// Recipient.
    pub to: Address,
    /// Without angle brackets.
    pub message_id: String,
    /// The frozen message.
    pub bytes: Vec<u8>,
    /// When it was first enqueued; five days later it is given up.
    pub enqueued_at: Timestamp,
}

/// One line of the append-only journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JournalEntry {
    /// When.
    pub at: Timestamp,
    /// Who: `jcabot`, or the name a command was run by.
    pub actor: String,
    /// A fixed word: `filed`, `held`, `released`, `accepted`, `shelved` …
    pub event: String,
    /// JSON: what was decided and by which rules.
    pub detail: serde_json::Value,
}

/// How the letters of a span add up: the conservation line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Conservation {
    /// Letters filed, each by kind.
    pub by_kind: std::collections::BTreeMap<Kind, i64>,
    /// Letters seen in a mailbox.
    pub seen: i64,
    /// Seen, but neither filed nor a known copy.
    pub unaccounted: i64,
}

/// The figures of the chair's week.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Week {
    /// ISO 8601 name, such as `2012-W34`.
    pub name: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// Letters filed in it, by kind.
    pub by_kind: std::collections::BTreeMap<Kind, i64>,
    /// Acknowledgements that left in it.
    pub acknowledged: i64,
    /// People who came on the list in it.
    pub new_people: Vec<Person>,
    /// Every expected seat.
    pub seats: Vec<Seat>,
    /// Liaison statements that came in it, or whose reply is still wanted; nearest deadline first.
    pub liaisons: Vec<Liaison>,
    /// Threads that wait for a person, oldest first.
    pub waiting: Vec<Thread>,
    /// Open deadlines of the next 14 days, and open ones that have passed.
    pub due: Vec<Deadline>,
    /// Outgoing letters that are held.
    pub held: i64,
    /// Outgoing letters that were given up.
    pub failed: i64,
    /// Changes to people that wait for the secretariat.
    pub proposals: i64,
    /// All letters since the activity began.
    pub conservation: Conservation,
}
