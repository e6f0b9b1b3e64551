//! Bytes: a whole RFC 5322 message, frozen with its final Message-ID. Only user of lettre's message builder.
//!
//! The same input gives the same bytes: the Message-ID is a keyed hash of the intent, the boundary is derived from it, and the
//! Date is an argument. So every retry, every second daemon and every restored backup sends the same letter, and an
//! addressee's server can tell a copy by its Message-ID.

use super::{AckInput, Texts};
use crate::charter::Charter;
use crate::domain::Timestamp;
use crate::domain::address::Address;
use crate::domain::steps::{Draft, Reason};
use crate::domain::words::{OutboxState, Outgoing};
use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;
use std::time::SystemTime;

/// Ids in References at most: the first, which names the thread, and the latest (RFC 5537, 3.4.4 lets the middle go).
const MOST_REFERENCES: usize = 20;

/// The field of the seal, lower case.
const SEAL: &str = "x-jcabot-seal";

/// Who writes our mail.
#[derive(Debug)]
pub struct Identity {
    from: Address,
    name: String,
    instance: String,
    key: SecretSlice<u8>,
}

impl Identity {
    /// The activity's mailbox, with the instance's id and its secret key (any length; 32 octets are right).
    pub fn new(charter: &Charter, name: Option<String>, instance: String, key: SecretSlice<u8>) -> Identity {
        Identity { from: charter.mailbox.clone(), name: name.unwrap_or_else(|| charter.name.clone()), instance, key }
    }

    /// The installation's random name.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// The key of everything that only we can write: Message-IDs and envelope senders.
    pub fn key(&self) -> &SecretSlice<u8> {
        &self.key
    }

    /// The Message-ID of an intent to an address, without angle brackets: a keyed hash, at our domain.
    pub fn message_id(&self, intent: &str, to: &Address) -> String {
        let mut code = Hmac::<Sha256>::new_from_slice(self.key.expose_secret()).expect("HMAC takes keys of any length");
        code.update(intent.as_bytes());
        code.update(b"\0");
        code.update(to.reveal().as_bytes());
        let code = code.finalize().into_bytes();
        let code: String = code.iter().take(16).map(|octet| format!("{octet:02x}")).collect();
        format!("jcabot.{code}@{}", self.from.domain())
    }

    /// What only this installation can write into a letter with this Message-ID.
    pub fn seal(&self, message_id: &str) -> String {
        let mut code = Hmac::<Sha256>::new_from_slice(self.key.expose_secret()).expect("HMAC takes keys of any length");
        code.update(b"seal\0");
        code.update(message_id.as_bytes());
        let code = code.finalize().into_bytes();
        code.iter().take(16).map(|octet| format!("{octet:02x}")).collect()
    }

    /// The Message-ID of a letter that this installation wrote, from its header; `None` for every other letter.
    ///
    /// Its addressee has the seal too, and may send a copy back: a seal says who wrote the letter, not who delivered it.
    pub fn own_letter(&self, letter: &[u8]) -> Option<String> {
        let header = letter.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let (mut id, mut seal) = (None, None);
        for line in header.take_while(|line| !line.is_empty()).filter_map(|line| std::str::from_utf8(line).ok()) {
            let Some((name, value)) = line.split_once(':') else { continue };
            match name.to_ascii_lowercase().as_str() {
                "message-id" => id = id.or(value.trim().strip_prefix('<').and_then(|id| id.strip_suffix('>'))),
                SEAL => seal = seal.or(Some(value.trim())),
                _ => {}
            }
        }
        id.filter(|id| seal == Some(self.seal(id).as_str())).map(str::to_owned)
    }
}

/// A letter that answers nothing: digest, reminder, notice.
pub(super) struct Own {
    pub(super) kind: Outgoing,
    pub(super) intent: String,
    pub(super) to: Address,
    pub(super) state: OutboxState,
    pub(super) now: Timestamp,
}

/// An acknowledgement, threaded to the letter that it answers (RFC 3834, 3.1).
pub(super) fn acknowledgement(identity: &Identity, input: &AckInput<'_>, texts: &Texts) -> Result<Draft> {
    let to = input.acknowledgement.to.clone();
    let intent = format!("acknowledge:{}", input.key());
    let message_id = identity.message_id(&intent, &to);
    let mut builder = start(identity, &to, &message_id, &texts.subject, input.now)?;
    if let Some(answered) = &input.mail.message_id {
        builder = builder.in_reply_to(format!("<{answered}>")).references(references(&input.mail.references, answered));
    }
    builder = builder.raw_header(field("Auto-Submitted", "auto-replied")?);
    let bytes = finish(builder, &message_id, texts)?;
    let (state, held_because) = (input.acknowledgement.state, input.acknowledgement.held_because.clone());
    Ok(Draft { kind: Outgoing::Acknowledgement, intent, to, message_id, bytes, state, held_because, due_at: input.now })
}

/// A letter of our own accord.
pub(super) fn own(identity: &Identity, charter: &Charter, letter: Own, texts: &Texts) -> Result<Draft> {
    let Own { kind, intent, to, state, now } = letter;
    let message_id = identity.message_id(&intent, &to);
    let mut builder =
        start(identity, &to, &message_id, &texts.subject, now)?.raw_header(field("Auto-Submitted", "auto-generated")?);
    if kind == Outgoing::Digest {
        let list = charter.reference_prefix.to_lowercase();
        builder = builder
            .raw_header(field("List-Id", &format!("<digest.{list}.{}>", identity.from.domain()))?)
            .raw_header(field("List-Help", &format!("<mailto:{}>", identity.from.reveal()))?);
    }
    let bytes = finish(builder, &message_id, texts)?;
    let dial = Reason {
        rule: "dial-hold".to_owned(),
        text: format!("Each {} waits for a person ([dial] {0} = \"hold\").", kind.as_str()),
    };
    let held_because = if state == OutboxState::Held { vec![dial] } else { Vec::new() };
    Ok(Draft { kind, intent, to, message_id, bytes, state, held_because, due_at: now })
}

fn start(identity: &Identity, to: &Address, message_id: &str, subject: &str, now: Timestamp) -> Result<MessageBuilder> {
    let mailbox = |name: Option<String>, address: &Address| -> Result<Mailbox> {
        let parsed = lettre::Address::new(address.local(), address.domain());
        Ok(Mailbox::new(name, parsed.with_context(|| format!("{address} cannot be written into a header"))?))
    };
    let from = mailbox(Some(identity.name.clone()), &identity.from)?;
    Ok(lettre::Message::builder()
        .from(from.clone())
        .reply_to(from)
        .to(mailbox(None, to)?)
        .subject(subject)
        .date(moment(now))
        .message_id(Some(format!("<{message_id}>")))
        .raw_header(field("X-Auto-Response-Suppress", "All")?)
        .raw_header(field("X-JCABot-Loop", &identity.instance)?)
        .raw_header(field("X-JCABot-Seal", &identity.seal(message_id))?))
}

/// lettre counts in `SystemTime`; no letter is older than 1970.
fn moment(now: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(now.as_second()).unwrap_or_default())
}

fn field(name: &'static str, value: &str) -> Result<HeaderValue> {
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| anyhow::anyhow!("{name} is no field name"))?;
    Ok(HeaderValue::new(name, value.to_owned()))
}

fn finish(builder: MessageBuilder, message_id: &str, texts: &Texts) -> Result<Vec<u8>> {
    let part = |kind: ContentType, text: &str| SinglePart::builder().header(kind).body(text.to_owned());
    let boundary: String = message_id.chars().filter(char::is_ascii_alphanumeric).collect();
    let both = MultiPart::alternative().boundary(format!("=_{boundary}"));
    let both = both.singlepart(part(ContentType::TEXT_PLAIN, &texts.text)).singlepart(part(ContentType::TEXT_HTML, &texts.html));
    Ok(builder.multipart(both).context("Cannot build a letter")?.formatted())
}

/// The thread's ids, oldest first, ending with the letter that is answered.
fn references(earlier: &[String], answered: &str) -> String {
    let first = earlier.iter().take(1);
    let latest = earlier.iter().skip(earlier.len().saturating_sub(MOST_REFERENCES - 2).max(1));
    let ids = first.chain(latest).map(String::as_str).filter(|id| *id != answered).chain([answered]);
    ids.map(|id| format!("<{id}>")).collect::<Vec<_>>().join(" ")
}
