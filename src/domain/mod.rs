//! The words of the field, as plain data. Imports nothing of ours.
//!
//! - [`words`]: the closed lists, each with one spelling everywhere (rows, rule files, JSON)
//! - [`address`]: an e-mail address that hides itself when printed
//! - [`number`]: numbers of documents, made comparable
//! - [`records`]: what lasts (people, liaison statements, deadlines, seats)
//! - [`steps`]: what one step of intake hands to the next

pub mod address;
pub mod number;
pub mod records;
pub mod steps;
pub mod words;

pub use jiff::{Timestamp, civil::Date};

use serde::{Deserialize, Serialize};

/// The key of a filed message, as rows, `why ID` and references use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageKey(pub i64);

/// The key of a letter in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LetterKey(pub i64);

/// SHA-256 (64 lower-case hex digits) over what makes a letter this letter: From, Date, Message-ID, Subject, To,
/// Cc and the body with line ends normalised. Trace fields are left out, so the copy by To and the copy by Cc are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub String);

impl Fingerprint {
    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
