//! What one step of intake hands to the next (the picture stands in the crate's page).

use super::address::Address;
use super::words::{Action, Answer, Attendance, BounceClass, Kind, Language, OutboxState, Outgoing, Purpose};
use super::{Date, LetterKey, MessageKey, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a letter was seen: one place in one mailbox. A letter is known by its fingerprint, not by its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The name of the mailbox in the configuration; `import` for imported letters.
    pub mailbox: String,
    /// The folder, decoded from modified UTF-7 (`INBOX` for a Maildir's root); the path for an import.
    pub folder: String,
    /// IMAP UIDVALIDITY; 0 for a Maildir and an import.
    pub uid_validity: i64,
    /// IMAP UID in decimal; the base name (before `:`) of a Maildir file; a running number in an import.
    pub uid: String,
}

/// The bytes of one letter as they came, and where.
#[derive(Clone, Debug)]
pub struct RawMail {
    /// Where it was seen.
    pub place: Place,
    /// All octets as stored. For a letter over the size limit: its header only, and `whole_size` says more.
    pub bytes: Vec<u8>,
    /// Octets of the whole letter; larger than `bytes.len()` when only the header was fetched.
    pub whole_size: u64,
    /// When the mailbox took it (INTERNALDATE, file time); `None` when the source does not say.
    pub received_at: Option<Timestamp>,
}

/// The part of a letter that a piece of evidence or a value was taken from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Part {
    /// The Subject field.
    Subject,
    /// The From, Sender or Reply-To field.
    From,
    /// Any other header field.
    Header,
    /// What this writer wrote.
    Body,
    /// A table of the body.
    Table,
    /// The writer's signature.
    Signature,
    /// Text quoted or forwarded below.
    History,
    /// A file name, a type, or the text of an attachment.
    Attachment,
}

/// Why a verdict is what it is: one rule that fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The rule's unique name, such as `numbered-liaison`.
    pub rule: String,
    /// The kind it speaks for.
    pub kind: Kind,
    /// Where it matched.
    pub part: Part,
    /// The letter's own words that matched, at most 120 characters.
    pub words: String,
    /// What it adds to the kind's score; negative speaks against.
    pub weight: f64,
}

/// What the letter is, and why (step 2).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The heaviest kind.
    pub kind: Kind,
    /// 0 to 1: how far the first kind is ahead of the second.
    pub confidence: f64,
    /// Every rule that fired, heaviest first.
    pub evidence: Vec<Evidence>,
}

/// Which words one field was taken from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// The field's name as in LABELS: `name`, `email`, `reply_by` …
    pub field: &'static str,
    /// The part of the letter.
    pub part: Part,
    /// The letter's own words, at most 200 characters.
    pub words: String,
    /// The rule or label that took them.
    pub rule: String,
}

/// One person found in a letter, as written but normalised (step 3). A field that the letter does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FoundPerson {
    /// Without honorific, word order as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Such as `Ms`, `г-жа`, `女士`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honorific: Option<String>,
    /// As written, without a preposition or article before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Job title or function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Address>,
    /// E.164 (`+41227305111`) when the country is known, else the digits as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2, only when words, place or organization say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The charter's word for the kind of representative (`itu-t-sg`, `sdo`, `member` …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Canonical: `SG17`, `TSAG`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub study_groups: Vec<String>,
    /// What is asked to be done; `None` for the contact of a liaison statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Where each field comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// A liaison statement found in a letter (step 3).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FoundLiaison {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The body that sends it, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Bodies for action and comment, one entry a body.
    pub to: Vec<String>,
    /// Bodies for information.
    pub cc: Vec<String>,
    /// The strongest thing asked of the activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The day a reply is wanted by; only where a date is stated as the deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_by: Option<Date>,
    /// The deadline's own words, also when they name no date ("before our next meeting").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_by_words: Option<String>,
    /// Its own number, as written (`COM 17 – LS 45 – E`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The number of the statement it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// Questions of the form's header line, canonically `4/17`.
    pub questions: Vec<String>,
    /// The contacts it names.
    pub contacts: Vec<FoundPerson>,
    /// Where each field comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// People who are taken out of one letter at most: a longer list is for a person to look at.
pub const MOST_PEOPLE: usize = 200;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// All that was taken out of one letter (step 3).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Findings {
    /// Whether the letter is longer than what is searched, or names more people than are taken out; then a person looks at it.
    #[serde(skip_serializing_if = "is_false")]
    pub is_cut: bool,
    /// People proposed, corrected or withdrawn.
    pub contacts: Vec<FoundPerson>,
    /// The liaison statement, if there is one.
    pub liaison: Option<FoundLiaison>,
    /// Seat ids of the charter whose body promises a name ("we shall nominate shortly").
    pub promises: Vec<String>,
    /// What a bounce says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce: Option<FoundBounce>,
    /// Answers to a meeting's invitation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registrations: Vec<FoundRegistration>,
}

/// What a bounce says of the letter that came back.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FoundBounce {
    /// Why it came back; `None` where the server does not say.
    pub class: Option<BounceClass>,
    /// Whom it did not reach.
    pub address: Option<Address>,
    /// The code of RFC 3463: `5.1.1`.
    pub code: Option<String>,
    /// The server's own words (RFC 3464, Diagnostic-Code).
    pub diagnosis: Option<String>,
    /// The id that our own envelope bore (RFC 3464, 2.2.1), by which the letter is known where nothing of it is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
}

/// One answer to an invitation (iMIP, `METHOD:REPLY`).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FoundRegistration {
    /// Who answers.
    pub name: Option<String>,
    /// The address that was invited.
    pub email: Option<Address>,
    /// What is answered.
    pub attendance: Attendance,
}

/// What the ledger already knows about a letter and its writer (step 4).
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The same letter (fingerprint) is filed already.
    pub filed: Option<MessageKey>,
    /// What a person said that it is, if one did: a copy of it goes the same way.
    pub corrected: Option<Kind>,
    /// A letter with the same Message-ID but other content is filed (F27).
    pub same_message_id: Option<MessageKey>,
    /// The thread that In-Reply-To and References lead to.
    pub thread: Option<i64>,
    /// The letter of the outbox that this one answers.
    pub answers: Option<LetterKey>,
    /// The recipient of that letter; for a bounce, the address that is dead.
    pub answers_to: Option<Address>,
    /// Acknowledgements to this address in this thread within the last 7 days (S6).
    pub acknowledged_in_thread: u32,
    /// Language last used by this sender.
    pub sender_language: Option<Language>,
    /// Statements on file that the letter's statement answers, or that answer it.
    pub statements: Vec<KnownStatement>,
    /// The people on file with the sender's address or with an address found in the letter.
    pub people: Vec<KnownPerson>,
    /// The people on file whose names look like the sender's or like a name in the letter, and who are found by neither.
    pub alike: Vec<KnownPerson>,
    /// What the letter may answer: a question of ours about a change, by its code or as a reply to it.
    pub questions: Vec<KnownQuestion>,
    /// Start of the first letter of this activity by which "older than the daemon's watch" is judged.
    pub watching_since: Option<Timestamp>,
    /// When the ledger was last restored or rebuilt: what came before may have been answered by the one that is lost.
    pub resumed_at: Option<Timestamp>,
}

/// How two statements hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementTie {
    /// The letter's statement answers the one on file.
    Answers,
    /// The one on file answers the letter's: it came first.
    AnsweredBy,
}

/// A liaison statement on file that hangs together with the letter's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownStatement {
    /// The row's key.
    pub id: i64,
    /// How.
    pub tie: StatementTie,
    /// Its own number.
    pub reference: Option<String>,
    /// The body that sent it.
    pub from: Option<String>,
}

/// A person on file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KnownPerson {
    /// The row's key.
    pub id: i64,
    /// Name on file.
    pub name: String,
    /// Address on file.
    pub email: Option<Address>,
    /// Organization on file.
    pub organization: Option<String>,
}

/// A question of ours about a proposed change.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownQuestion {
    /// The row's key.
    pub id: i64,
    /// Who was asked; nobody else may answer.
    pub address: Address,
    /// Neither answered nor decided nor expired.
    pub is_open: bool,
}

/// What is done about the word of those whose entries a letter would change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Confirming {
    /// People whose own address is asked.
    pub asks: Vec<Ask>,
    /// What an answer to such a question comes to.
    pub answer: Option<Answered>,
}

/// The address on file is asked whether a change is right.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Index into `Findings::contacts`.
    pub found: usize,
    /// The address on file.
    pub to: Address,
}

/// An answer to a question of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The change is right.
    Yes(i64),
    /// It is not.
    No(i64),
    /// It cannot be told, or does not count: a person looks.
    Unclear,
}

/// One reason of a decision, in the order they were weighed; kept in the journal and shown by `why`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// A fixed word, such as `auto-submitted`, `authentication-failed`, `first-answer`.
    pub rule: String,
    /// One sentence for a person; no address, no free text of the sender.
    pub text: String,
}

/// What is to be done with a letter (step 5).
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the letter deserves.
    pub answer: Answer,
    /// Why, in the order weighed.
    pub reasons: Vec<Reason>,
    /// The acknowledgement, if one is to be written.
    pub acknowledgement: Option<Acknowledge>,
    /// The folder it is shelved in, as a path (`JCA/Contacts`); `None` leaves it where it is.
    pub folder: Option<String>,
    /// IMAP keywords (`$JcaContact`).
    pub keywords: Vec<String>,
    /// A person must look at it or answer it.
    pub needs_reply: bool,
    /// What becomes of each person found, in the order of `Findings::contacts`.
    pub people: Vec<PlannedPerson>,
    /// Seats whose body promised a name.
    pub promised_seats: Vec<String>,
    /// Addresses that a genuine bounce says are dead; the seats that stand on them become `Bounced`.
    pub bounced: Vec<Address>,
    /// Deadlines that this letter sets.
    pub deadlines: Vec<PlannedDeadline>,
    /// Statements on file that are linked with the letter's.
    pub answers: Vec<PlannedAnswer>,
    /// The language used with this writer.
    pub language: Language,
    /// Questions to the owners of entries, and answers to them.
    pub confirming: Confirming,
}

/// An acknowledgement to be drafted.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    /// The one address it goes to.
    pub to: Address,
    /// `Ready` only where dial and gate allow; else `Held`.
    pub state: OutboxState,
    /// Why it is held (empty when ready).
    pub held_because: Vec<Reason>,
    /// Only says that the letter arrived; what was understood is left out (low confidence).
    pub arrived_only: bool,
}

/// What becomes of one person found in a letter.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedPerson {
    /// Index into `Findings::contacts`.
    pub found: usize,
    /// What is done.
    pub action: Action,
    /// `false`: only a proposal for the secretariat (a stranger's change, a failed authentication).
    pub applied: bool,
    /// The person on file that it is about, if there is one; `None` puts a new one on the list.
    pub person: Option<i64>,
    /// Charter ids of the seats that the person fills (or leaves).
    pub seats: Vec<String>,
}

/// A link of the letter's statement with one on file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAnswer {
    /// The row on file.
    pub statement: i64,
    /// How the two hang together.
    pub tie: StatementTie,
    /// The moment at which the deadline of the answered one is met, where this is the answer that it waits for.
    pub met_at: Option<Timestamp>,
}

/// A deadline that a letter sets.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedDeadline {
    /// What it is about: `liaison:reply`.
    pub topic: String,
    /// The end of this day, in the charter's time zone, is the deadline.
    pub day: Date,
}

/// A letter ready for the outbox (step 6): frozen bytes with their final Message-ID.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Which kind of outgoing mail.
    pub kind: Outgoing,
    /// `acknowledge:<fingerprint>:<recipient hash>`; UNIQUE, so that a second enqueue is a no-op.
    pub intent: String,
    /// The one recipient.
    pub to: Address,
    /// Without angle brackets; a keyed hash of the intent, so every retry and every restored backup yields the same.
    pub message_id: String,
    /// The whole RFC 5322 message, CRLF line ends.
    pub bytes: Vec<u8>,
    /// `Held` or `Ready`; `Ambiguous` where it may have left before.
    pub state: OutboxState,
    /// Why it is held.
    pub held_because: Vec<Reason>,
    /// Not before this moment.
    pub due_at: Timestamp,
}
