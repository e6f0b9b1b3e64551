//! The envelope sender: an address of its own for each letter, by which a genuine bounce is known.

use crate::charter::BOUNCE_MARK;
use crate::domain::address::Address;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// Makes and knows envelope senders: `jca+bounce-<hmac>@host` for the mailbox `jca@host`.
///
/// Nobody but us and those who got the letter can write one, so a bounce to any other address proves nothing
/// (RELIABILITY S8, S13), and mail to one is never answered.
#[derive(Clone, Debug)]
pub struct Bounces {
    mailbox: Address,
    /// `None`: the mailbox's server knows no marks, and all letters have one sender.
    key: Option<SecretSlice<u8>>,
}

/// Octets of the code that are written, in hexadecimal: enough that guessing is hopeless, short enough for 64 octets.
const LENGTH: usize = 10;

impl Bounces {
    /// For the mailbox that bounces shall reach, whose server must take `name+anything@host` for `name@host`.
    pub fn new(mailbox: Address, key: SecretSlice<u8>) -> Bounces {
        Bounces { mailbox, key: Some(key) }
    }

    /// All letters get this envelope sender; bounces are then known by the Message-ID they quote only.
    pub fn unmarked(mailbox: Address) -> Bounces {
        Bounces { mailbox, key: None }
    }

    /// The envelope sender of the letter with this Message-ID; the mailbox itself, if its name is too long for a mark.
    pub fn address(&self, message_id: &str) -> Address {
        let Some(key) = &self.key else { return self.mailbox.clone() };
        let mut code = Hmac::<Sha256>::new_from_slice(key.expose_secret()).expect("HMAC takes keys of any length");
        code.update(b"bounce\0");
        code.update(message_id.as_bytes());
        let code = code.finalize().into_bytes();
        let code = code.iter().take(LENGTH).map(|byte| format!("{byte:02x}")).collect::<String>();
        let marked = format!("{}{BOUNCE_MARK}{code}@{}", self.mailbox.local(), self.mailbox.domain());
        Address::parse(&marked).unwrap_or_else(|| self.mailbox.clone())
    }

    /// The address has the form of an envelope sender of ours, genuine or not: what comes to it is never answered.
    pub fn has_form(&self, address: &Address) -> bool {
        let marked = address.local().strip_prefix(self.mailbox.local()).is_some_and(|rest| rest.starts_with(BOUNCE_MARK));
        marked && address.domain() == self.mailbox.domain()
    }

    /// The address is the very envelope sender of the letter with this Message-ID.
    pub fn is_of(&self, address: &Address, message_id: &str) -> bool {
        self.has_form(address) && *address == self.address(message_id)
    }
}

#[cfg(test)]
mod tests {
    use super::Bounces;
    use crate::domain::address::Address;

    fn bounces(mailbox: &str, key: &[u8]) -> Bounces {
        Bounces::new(Address::parse(mailbox).unwrap(), key.to_vec().into())
    }

    #[test]
    fn each_letter_has_an_envelope_sender_that_only_the_key_can_make() {
        let (ours, theirs) = (bounces("jca@itu.example", b"one"), bounces("jca@itu.example", b"two"));

        let sender = ours.address("1@jca");

        assert!(ours.is_of(&sender, "1@jca") && ours.has_form(&sender));
        assert!(!ours.is_of(&sender, "2@jca") && !theirs.is_of(&sender, "1@jca"));
        assert!(!ours.has_form(&Address::parse("jca@itu.example").unwrap()));
        assert_eq!(ours.address("1@jca"), sender);
    }

    #[test]
    fn a_mailbox_with_a_long_name_gets_its_bounces_unmarked() {
        let ours = bounces(&format!("{}@itu.example", "a".repeat(60)), b"one");

        assert_eq!(ours.address("1@jca").local().len(), 60);
    }
}
