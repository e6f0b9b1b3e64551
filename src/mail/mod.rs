//! Step 1: bytes → [`Mail`]. Only user of `mail-parser`. Cannot fail: a hopeless letter is a `Mail` with defects.

mod addresses;
pub mod attached;
pub mod authentication;
mod automatic;
mod bounds;
mod card;
mod charset;
mod encoded_word;
mod fields;
pub mod fingerprint;
mod header;
pub mod hidden;
mod html;
mod language;
mod paragraphs;
mod quotes;
mod read;
mod sent_on;
mod smime;
mod text;
mod transfer;

pub use bounds::bounded;

use crate::documents::Document;
use crate::domain::address::Address;
use crate::domain::steps::RawMail;
use crate::domain::words::{Assent, Language};
use crate::domain::{Fingerprint, Timestamp};
use crate::vocabulary::Vocabulary;

/// One letter, read.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// What makes it this letter.
    pub fingerprint: Option<Fingerprint>,
    /// Octets of the whole letter.
    pub size: u64,
    /// Every header field, top to bottom: name as written, value unfolded and decoded.
    pub headers: Vec<(String, String)>,
    /// Without angle brackets; only when syntactically valid (RFC 5322 3.6.4, leniently).
    pub message_id: Option<String>,
    /// Ids of In-Reply-To, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// Ids of References, oldest first.
    pub references: Vec<String>,
    /// The Date field.
    pub date: Option<Timestamp>,
    /// Offset from UTC of the Date field, in minutes.
    pub date_offset_minutes: Option<i32>,
    /// Decoded, control and bidi-override characters removed, white space folded.
    pub subject: String,
    /// The subject without reply and forward prefixes and list tags.
    pub base_subject: String,
    /// The From field; more than one entry is itself suspicious.
    pub from: Vec<Person>,
    /// The Sender field.
    pub sender: Option<Person>,
    /// The Reply-To field.
    pub reply_to: Vec<Person>,
    /// To.
    pub to: Vec<Person>,
    /// Cc.
    pub cc: Vec<Person>,
    /// The topmost Return-Path.
    pub return_path: ReturnPath,
    /// Values of all Authentication-Results fields (RFC 8601), top to bottom, unfolded but not decoded.
    pub authentication_results: Vec<String>,
    /// The body, cut into whose words they are.
    pub text: Text,
    /// Language of the text that this writer wrote; `None` for another one or too little text.
    pub language: Option<Language>,
    /// Tables of the HTML body (the writer's own part), rows of cells.
    pub tables: Vec<Vec<Vec<String>>>,
    /// Attachments and inline files, in order.
    pub attachments: Vec<Attachment>,
    /// What the attached documents say, in order, as far as they could be read.
    pub documents: Vec<Document>,
    /// Letters attached as message/rfc822, parsed one level at a time (depth capped).
    pub nested: Vec<Mail>,
    /// Why this letter is a machine's or a list's, by its headers and form (RFC 3834 and S1–S5 of the design);
    /// empty for a person's letter.
    pub automatic: Vec<Automatic>,
    /// The writer's host gives addresses to anybody, so that a shared domain says nothing.
    pub public_host: bool,
    /// Whether the writer's own words are a plain yes or no, in any of the six languages.
    pub assent: Option<Assent>,
    /// What is damaged, for people, in English: "the boundary of the last part is missing".
    pub defects: Vec<String>,
}

/// A display name and an address of a header field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// Decoded display name, cleaned; empty when absent.
    pub name: String,
    /// The address; `None` when it is no valid addr-spec.
    pub address: Option<Address>,
}

/// The envelope sender as the delivering server wrote it down.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ReturnPath {
    /// No Return-Path field.
    #[default]
    Missing,
    /// `<>`: a bounce or another automatic mail.
    Null,
    /// An address.
    Address(Address),
}

/// The body of a letter, by whose words they are. All parts are normalised (NFC, LF line ends, no NBSP or bidi marks).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// What this writer wrote, without quoted history, signature and disclaimer. Inline answers are joined.
    pub own: String,
    /// Quoted lines with the writer's answer right below each; the answers are part of `own`, too.
    pub answers: Vec<(String, String)>,
    /// The writer's signature block.
    pub signature: String,
    /// Quoted history, markers removed.
    pub quoted: String,
    /// What was forwarded below the writer's own words, without its header block.
    pub forwarded: String,
    /// Header blocks and attributions of quoted and forwarded letters: who wrote them.
    pub headers: String,
    /// Confidentiality notices and client footers.
    pub disclaimer: String,
    /// Lines of the body with characters that nobody sees, as they came; at most ten. The other texts are without them.
    pub hidden: Vec<String>,
}

/// A part with a file name or a type that is no body text.
#[derive(Clone, Debug, Default)]
pub struct Attachment {
    /// File name without path and control characters; empty when absent.
    pub name: String,
    /// Lower case, such as `text/vcard`.
    pub content_type: String,
    /// Octets after decoding.
    pub size: usize,
    /// The text of vCard, iCalendar, CSV and plain-text parts (decoded to UTF-8, at most 256 KiB); else `None`.
    pub text: Option<String>,
    /// The octets of a document (docx, xlsx …) until it was read; at most [`crate::documents::LARGEST`].
    pub document: Option<Vec<u8>>,
}

/// Why a letter must be taken for automatic.
#[derive(Clone, Debug, PartialEq)]
pub struct Automatic {
    /// Which form of automatic mail.
    pub form: AutomaticForm,
    /// The field or mark that says so, such as `Auto-Submitted: auto-replied` (no free text of the sender).
    pub because: String,
}

/// Forms of automatic mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutomaticForm {
    /// An automatic answer (out of office, receipt, ticket system).
    Reply,
    /// A delivery report (RFC 3464) or a bounce.
    Bounce,
    /// A read receipt (RFC 8098).
    Receipt,
    /// A mailing list or mass mail.
    Bulk,
    /// Only says "never answer": null return path, no-reply address, own address, our own loop mark, too many hops.
    Silent,
}

impl Mail {
    /// The writer: the one valid address of From. `None` when From has no or several addresses.
    pub fn writer(&self) -> Option<&Address> {
        match self.from.as_slice() {
            [only] => only.address.as_ref(),
            _ => None,
        }
    }

    /// All values of a header field, by name in any case, top to bottom.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Reads a letter. Pure; any bytes give a `Mail`.
pub fn parse(raw: &RawMail, words: &Vocabulary) -> Mail {
    let mut mail = read::letter(&raw.bytes, words, 0);
    mail.size = raw.whole_size;
    mail.public_host = mail.writer().is_some_and(|writer| words.mail.is_public_host(writer.domain()));
    mail.assent = words.mail.assent(&mail.text.own);
    if raw.whole_size > raw.bytes.len() as u64 {
        mail.defects.push(format!("the letter has {} octets, more than the limit; only its header was read", raw.whole_size));
    }
    mail
}
