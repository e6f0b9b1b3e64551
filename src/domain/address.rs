//! An e-mail address: a valid addr-spec of RFC 5321/5322 (and RFC 6532), hidden when printed, revealed only to send.

use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// One address, lower case. Only a strict addr-spec becomes one; anything else is no identity (RELIABILITY A11).
///
/// `Display` and `Debug` hide the local part, so a log line can name an address without telling whose it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

/// RFC 5321, 4.5.3.1: path at most 256 octets with its angle brackets.
const LONGEST: usize = 254;
/// RFC 5321, 4.5.3.1.1.
const LONGEST_LOCAL: usize = 64;

impl Address {
    /// Reads `local@domain`: a dot-atom local part (quoted local parts are refused: nobody honest has one and they
    /// hide splits), a domain of letters, digits, hyphens and dots (U-labels allowed). `None` for anything else.
    pub fn parse(text: &str) -> Option<Address> {
        let text = text.trim();
        if text.len() > LONGEST || text.matches('@').count() != 1 {
            return None;
        }
        let (local, domain) = text.split_once('@')?;
        if local.len() > LONGEST_LOCAL || !is_dot_atom(local) || !is_domain(domain) {
            return None;
        }
        Some(Address(text.to_lowercase()))
    }

    /// The address itself, to be written on an envelope or a row; never into a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

/// RFC 5322 atext and dots, UTF-8 letters as RFC 6532 allows them.
fn is_dot_atom(local: &str) -> bool {
    !local.is_empty()
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)))
}

/// Labels of letters, digits and inner hyphens; at least two of them, as no mail host of the outside has one.
fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Address, String> {
        Address::parse(&text).ok_or_else(|| format!("“{text}” is not an e-mail address (expected name@host.example)"))
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.reveal())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.domain())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_hides_its_owner_when_printed() {
        let address = Address::parse("Jane.Doe@Example.ORG").unwrap();

        assert_eq!(address.reveal(), "jane.doe@example.org");
        assert_eq!(format!("{address} {address:?}"), "…@example.org Address(…@example.org)");
    }

    #[test]
    fn what_is_not_a_plain_addr_spec_is_no_identity() {
        for text in [
            "",
            "a",
            "a@b",
            "@b.example",
            "a@",
            "a b@c.example",
            "\"a@itu.example\"@evil.example",
            "a@itu.example(@evil.example",
            "<@a,@b:c@d.example>",
            "user@[192.0.2.1]",
            "a..b@c.example",
            ".a@c.example",
            "a@-c.example",
            "a@c..example",
            "a@b@c.example",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }
}
