//! Closed lists. Each word is spelled once, here; rows, rule files, JSON and templates derive it from the variant.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What a letter is; the kinds of a JCA's mail.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Somebody proposes experts or representatives with contact details.
    ContactSubmission,
    /// Corrects or replaces details given earlier, a successor included.
    ContactUpdate,
    /// Asks that a person be taken off the list.
    ContactWithdrawal,
    /// A formal liaison statement (Rec. ITU-T A.1, clause 1.5), a reply included.
    LiaisonStatement,
    /// Registration, apologies, agenda and logistics of a meeting of the activity.
    Meeting,
    /// A contribution, work plan or report that is not a liaison statement.
    Document,
    /// A question or request that a person must answer.
    Inquiry,
    /// Any automatic answer, a read receipt (RFC 8098) included.
    AutoReply,
    /// A delivery status notification (RFC 3464) or a bounce in a free form.
    Bounce,
    /// Newsletters, calls, advertising, list traffic, spam.
    Bulk,
    /// Cannot be told; a person looks.
    Unclassified,
}

impl Kind {
    /// The word, as in rows and rule files.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// A letter that brings, changes or takes away contact details.
    pub fn is_contact(self) -> bool {
        matches!(self, Kind::ContactSubmission | Kind::ContactUpdate | Kind::ContactWithdrawal)
    }

    /// A letter that a machine or a list wrote; nobody is ever answered (RFC 3834).
    pub fn is_automatic(self) -> bool {
        matches!(self, Kind::AutoReply | Kind::Bounce | Kind::Bulk)
    }
}

/// The six languages of the Union. "None of them" is `Option::None`, written `und` (BCP 47).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize,
)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Arabic.
    Ar,
    /// Chinese.
    Zh,
    /// English.
    En,
    /// French.
    Fr,
    /// Russian.
    Ru,
    /// Spanish.
    Es,
}

impl Language {
    /// The BCP 47 tag.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Written from right to left.
    pub fn is_right_to_left(self) -> bool {
        self == Language::Ar
    }
}

/// What a letter deserves (not yet whether something leaves: that is the dial and the gate).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Its writer gets an acknowledgement.
    Acknowledge,
    /// Nobody may get an automatic answer.
    None,
    /// A person of the secretariat looks first.
    Triage,
}

/// What a letter asks to be done with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Put on the list.
    Add,
    /// Correct what the list says.
    Update,
    /// Take off the list.
    Withdraw,
}

/// A plain answer to a question of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assent {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// What a liaison statement asks of the activity, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// For action.
    Action,
    /// For comment.
    Comment,
    /// For information; also "in response".
    Information,
}

/// Why a letter of ours came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum BounceClass {
    /// The address does not take mail, and never will.
    Dead,
    /// The mailbox has no room.
    Full,
    /// The server did not want the letter: its size, its content, our standing.
    Policy,
    /// Not delivered yet; the server goes on trying.
    Delayed,
}

/// The answer to an invitation (PARTSTAT of RFC 5545).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Attendance {
    /// Comes.
    Accepted,
    /// Does not come.
    Declined,
    /// May come.
    Tentative,
}

/// What kind of mail goes out; each has its own dial.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize,
)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Outgoing {
    /// The echo card to the writer of a letter.
    Acknowledgement,
    /// A seat or a liaison statement whose day comes near.
    Reminder,
    /// The chair's week.
    Digest,
    /// Something the secretariat must know (a circuit breaker that opened).
    Notice,
}

/// How far an outgoing kind may go on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Dial {
    /// Nothing is written.
    Off,
    /// Written, and held until a person releases it.
    Hold,
    /// Leaves by itself, where the gate allows it.
    Send,
}

/// Where a letter of the outbox stands (see `store::outbox` for the arrows).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum OutboxState {
    /// Waits for a person.
    Held,
    /// May leave when due.
    Ready,
    /// A sender has it, until its lease ends.
    Claimed,
    /// Deferred by a temporary failure (4xx); due again later.
    Retry,
    /// The server took it (250).
    Accepted,
    /// Refused for good (5xx) or out of tries.
    Failed,
    /// The connection ended where acceptance is unknown (RFC 1047); resent with the same bytes, at most three times.
    Ambiguous,
    /// A person dropped it.
    Dropped,
}

/// Where an expected seat stands, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum SeatState {
    /// A representative is named, with an address.
    Filled,
    /// A body said that a name follows.
    Promised,
    /// A request or reminder went out; no answer yet.
    Asked,
    /// Nothing was heard.
    Silent,
    /// The address on file does not take mail.
    Bounced,
}

/// Where a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum DeadlineState {
    /// Still to come, or not settled.
    Open,
    /// Done in time.
    Met,
    /// Passed.
    Missed,
    /// A person said it does not matter any more.
    Waived,
}

/// Where the job of shelving a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum ShelvingState {
    /// To be done.
    Pending,
    /// Moved or labelled.
    Done,
    /// A person moved or deleted the letter first; it is left where it is.
    Gone,
    /// Could not be done; `doctor` says why.
    Failed,
}

impl Answer {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Action {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Purpose {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl BounceClass {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Attendance {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Outgoing {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Dial {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl OutboxState {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl SeatState {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl DeadlineState {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ShelvingState {
    /// The word, as in rows, rule files and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
