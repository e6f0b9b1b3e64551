//! The way out: one letter to one mail server, or to a folder for a dry run. Only user of lettre.
//!
//! [`Transport::send`] promises one of four ends, and says which: accepted, refused for now, refused for good, or *unknown*
//! (the final dot was sent and no reply came: RFC 1047). A letter that ended unknown may be in the addressee's mailbox, so it
//! is resent with the same bytes only, and seldom (`crate::store` keeps the count).
//!
//! lettre writes the commands and the credentials; the dialogue itself is ours, because lettre's connection does not tell
//! whether the final dot has left, gives up all recipients at the first refused one, drops the texts of refusals, panics on a
//! capability line of blanks, and sends body and dot in two writes (43 ms a letter where Nagle meets delayed acknowledgements).

mod answer;
mod bounce;
mod content;
mod dialogue;
mod folder;
mod session;
mod settings;

pub use answer::{Class, Enhanced, Refusal};
pub use bounce::Bounces;
pub use settings::{FolderSettings, Security, Settings, SmtpSettings};

use crate::certificate::Validity;
use crate::domain::address::Address;
use crate::lease::Lease;
use thiserror::Error;

/// Who is told to the server, apart from what the letter's own header says.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Where bounces go: the keyed bounce address of this letter, never `<>` (RELIABILITY S8).
    pub from: Address,
    /// The addressee. If the server refuses it, nobody gets the letter.
    pub to: Address,
    /// Further copies (a witness folder of our own); one that is refused does not stop the letter.
    pub copies: Vec<Address>,
    /// What a report about the letter shall quote (RFC 3461, ENVID), where the server takes that.
    pub id: Option<String>,
    /// The right to send: looked at before MAIL and before the final dot, for a program may be paused in between.
    pub lease: Lease,
}

impl Envelope {
    /// From one to one.
    pub fn new(from: Address, to: Address) -> Envelope {
        Envelope { from, to, copies: Vec::new(), id: None, lease: Lease::unlimited() }
    }
}

/// The server has taken the letter and is answerable for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The reply's code: 250.
    pub code: u16,
    /// The reply's text, which names the letter in the server's own queue; for a folder, the file's name.
    pub text: String,
    /// Copies that were refused, with the reason; the addressee is never among them.
    pub refused: Vec<(Address, Refusal)>,
}

/// A letter that was not accepted, as far as is known. Delivery branches on this.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// Worth another try: a 4xx, a broken connection before the final dot, a server that is not there, a wrong password.
    #[error("not sent for now: {0}")]
    Temporary(Refusal),
    /// A 5xx about this letter; trying again would only annoy.
    #[error("refused for good ({class}): {refusal}", class = .class.as_str())]
    Permanent {
        /// What the server said.
        refusal: Refusal,
        /// What kind of fault it is, by the enhanced status code.
        class: Class,
    },
    /// The final dot was sent, and the connection ended before the reply: taken or not, nobody knows.
    #[error("acceptance unknown: {0}")]
    Ambiguous(String),
    /// The right to send ended before the final dot; the letter is another daemon's now.
    #[error("the right to send ended")]
    Lapsed,
}

/// A closed set of ways out.
#[derive(Debug)]
pub enum Transport {
    /// To a mail server.
    Smtp(Box<session::Smtp>),
    /// To a folder.
    Folder(folder::Folder),
}

impl Transport {
    /// Prepares the way out that the configuration asks for; connects to nothing yet.
    pub fn new(settings: Settings) -> anyhow::Result<Transport> {
        Ok(match settings {
            Settings::Smtp(settings) => Transport::Smtp(Box::new(session::Smtp::new(settings)?)),
            Settings::Folder(settings) => Transport::Folder(folder::Folder::new(settings.path)),
        })
    }

    /// Sends one letter. Dropping this future in the middle leaves the letter's fate unknown.
    pub async fn send(&mut self, envelope: &Envelope, letter: &[u8]) -> Result<Accepted, SendError> {
        match self {
            Transport::Smtp(smtp) => smtp.send(envelope, letter).await,
            Transport::Folder(folder) => folder.send(letter).await,
        }
    }

    /// Says in one line whether a letter could be sent now (`jcabot doctor`); sends nothing.
    pub async fn check(&mut self) -> Result<String, SendError> {
        match self {
            Transport::Smtp(smtp) => smtp.check().await,
            Transport::Folder(folder) => folder.check().await,
        }
    }

    /// Ends an open connection politely; the next letter opens a new one.
    pub async fn rest(&mut self) {
        match self {
            Transport::Smtp(smtp) => smtp.rest().await,
            Transport::Folder(_) => {}
        }
    }

    /// When the server's certificate is good, as it was shown last; none before, and without TLS.
    pub fn certificate(&self) -> Option<Validity> {
        match self {
            Transport::Smtp(smtp) => smtp.certificate(),
            Transport::Folder(_) => None,
        }
    }

    /// The other side is this machine's own, so that an unknown end can be looked into sooner.
    pub fn is_local(&self) -> bool {
        match self {
            Transport::Smtp(smtp) => smtp.is_local(),
            Transport::Folder(_) => true,
        }
    }
}
