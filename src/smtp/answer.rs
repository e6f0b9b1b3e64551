//! What a mail server answers: reply lines, enhanced status codes (RFC 3463), and the class of a refusal.

use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// An enhanced status code, such as `5.1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    pub class: u16,
    /// 1 address, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 security and policy.
    pub subject: u16,
    /// The details within the subject.
    pub detail: u16,
}

impl Enhanced {
    /// Reads `5.1.1`; `None` for anything else.
    pub fn parse(word: &str) -> Option<Enhanced> {
        let mut parts = word.split('.').map(|part| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        });
        let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
        (parts.next().is_none() && matches!(class, 2 | 4 | 5)).then_some(Enhanced { class, subject, detail })
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// What a refusal for good is about; the address on file, the letter, or ourselves (RELIABILITY F32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// 5.1.x: there is no such address, or no longer.
    DeadAddress,
    /// 5.2.2: the mailbox is full.
    MailboxFull,
    /// 5.2.3, 5.3.4: the letter is too large for the server or the mailbox.
    TooLarge,
    /// 5.7.x: the server does not want this from us; the operator must act, the address is not to blame.
    Policy,
    /// Anything else.
    Other,
}

impl Class {
    /// The word, as in rows and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The command that was refused; a bare 550 means different things after different commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Mail,
    Recipient,
    /// DATA and the letter itself.
    Letter,
}

/// The class of a 5xx by its enhanced status code, else by the basic code.
pub(super) fn class(refusal: &Refusal, after: Command) -> Class {
    let Some(enhanced) = refusal.enhanced.filter(|enhanced| enhanced.class == 5) else {
        return match (refusal.code, after) {
            (Some(550 | 551 | 553), Command::Recipient) => Class::DeadAddress,
            (Some(552), Command::Recipient) => Class::MailboxFull,
            (Some(552), Command::Mail | Command::Letter) => Class::TooLarge,
            _ => Class::Other,
        };
    };
    match (enhanced.subject, enhanced.detail) {
        // Bad sender's mailbox or system address: about our own envelope, whatever command it answers.
        (1, 7 | 8) | (7, _) => Class::Policy,
        // After MAIL it is the sender that is complained of.
        (1, _) if after == Command::Mail => Class::Policy,
        // "Mailbox disabled, not accepting messages" (5.2.1): nobody reads it any more.
        (1, _) | (2, 1) => Class::DeadAddress,
        (2, 2) => Class::MailboxFull,
        (2, 3) | (3, 4) => Class::TooLarge,
        _ => Class::Other,
    }
}

/// Why a letter or one of its recipients was not taken. `code` is `None` when no reply came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reply code, such as 450.
    pub code: Option<u16>,
    /// The enhanced status code, if the server gives one.
    pub enhanced: Option<Enhanced>,
    /// The reply's text or the fault. It may name the recipient: for rows, never for logs.
    pub text: String,
}

impl From<crate::net::Unreachable> for Refusal {
    fn from(error: crate::net::Unreachable) -> Refusal {
        Refusal::without_reply(error.0)
    }
}

impl Refusal {
    /// Everything, the server's words included: for rows, never for logs.
    pub fn in_full(&self) -> String {
        match self.code {
            Some(code) => format!("{code} {}", self.text),
            None => self.text.clone(),
        }
    }

    /// A fault without a reply.
    pub(super) fn without_reply(text: impl Into<String>) -> Refusal {
        Refusal { code: None, enhanced: None, text: text.into() }
    }
}

impl fmt::Display for Refusal {
    /// The codes only; the text of a fault of ours, but never that of a reply, for servers repeat addresses in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.enhanced) {
            (Some(code), Some(enhanced)) => write!(f, "{code} {enhanced}"),
            (Some(code), None) => write!(f, "{code}"),
            (None, _) => f.write_str(&self.text),
        }
    }
}

/// One complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

/// Octets of a reply's text that are kept in a row.
const LONGEST_TEXT: usize = 500;

impl Reply {
    pub(super) fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    /// The lines as one, without control characters, cut at a length that a row can bear.
    pub(super) fn text(&self) -> String {
        let joined = self.lines.join(" ");
        let mut text = String::new();
        for c in joined.chars().map(|c| if c.is_control() { ' ' } else { c }) {
            if text.len() + c.len_utf8() > LONGEST_TEXT {
                break;
            }
            text.push(c);
        }
        text
    }

    pub(super) fn refusal(&self) -> Refusal {
        let word = self.lines.first().and_then(|line| line.split_whitespace().next());
        // RFC 2034, 4: the enhanced code's class must agree with the reply's.
        let enhanced = word.and_then(Enhanced::parse).filter(|enhanced| enhanced.class == self.code / 100);
        Refusal { code: Some(self.code), enhanced, text: self.text() }
    }
}

/// One line of a reply, as it stands on the wire.
pub(super) enum Line {
    /// `250-text`: more follow.
    More(String),
    /// `250 text` or `250`.
    Last(u16, String),
}

/// Reads one line; `None` when it is no reply line.
pub(super) fn line(bytes: &[u8]) -> Option<Line> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches(['\r', '\n']);
    let (code, rest) = text.split_at_checked(3)?;
    let number = code.parse::<u16>().ok().filter(|number| (200..600).contains(number))?;
    match rest.chars().next() {
        None => Some(Line::Last(number, String::new())),
        Some(' ') => Some(Line::Last(number, rest.trim().to_owned())),
        Some('-') => Some(Line::More(rest.trim_start_matches('-').trim().to_owned())),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Command, Enhanced, Line, Refusal, Reply, class, line};

    fn refused(code: u16, text: &str) -> Refusal {
        Reply { code, lines: vec![text.to_owned()] }.refusal()
    }

    #[test]
    fn a_refusal_is_classed_by_its_enhanced_code() {
        for (code, text, after, expected) in [
            (550, "5.1.1 No such user", Command::Recipient, Class::DeadAddress),
            (550, "5.1.10 Null MX", Command::Recipient, Class::DeadAddress),
            (550, "5.2.1 Disabled", Command::Recipient, Class::DeadAddress),
            (552, "5.2.2 Over quota", Command::Recipient, Class::MailboxFull),
            (552, "5.2.3 Too long for this mailbox", Command::Letter, Class::TooLarge),
            (552, "5.3.4 Too big", Command::Mail, Class::TooLarge),
            (550, "5.7.1 Relaying denied", Command::Recipient, Class::Policy),
            (550, "5.7.26 Unauthenticated", Command::Letter, Class::Policy),
            (553, "5.1.8 Sender domain not found", Command::Recipient, Class::Policy),
            (550, "5.1.0 Sender rejected", Command::Mail, Class::Policy),
            (554, "5.6.0 Content", Command::Letter, Class::Other),
            (550, "User unknown", Command::Recipient, Class::DeadAddress),
            (550, "4.1.1 classes disagree", Command::Letter, Class::Other),
            (554, "Spam", Command::Letter, Class::Other),
        ] {
            assert_eq!(class(&refused(code, text), after), expected, "{code} {text}");
        }
    }

    #[test]
    fn only_three_short_numbers_are_an_enhanced_code() {
        assert_eq!(Enhanced::parse("4.7.500").map(|code| code.to_string()).as_deref(), Some("4.7.500"));
        for word in ["5.1", "5.1.1.1", "5.1.", "3.1.1", "5.1.1000", "a.b.c", ""] {
            assert_eq!(Enhanced::parse(word), None, "{word}");
        }
    }

    #[test]
    fn reply_lines_may_be_bare_and_must_start_with_a_code() {
        assert!(matches!(line(b"250\r\n"), Some(Line::Last(250, text)) if text.is_empty()));
        assert!(matches!(line(b"250-  \r\n"), Some(Line::More(text)) if text.is_empty()));
        assert!(matches!(line(b"550 5.1.1 \xffno\r\n"), Some(Line::Last(550, _))));
        for bytes in [&b"HTTP/1.1 400\r\n"[..], b"25\r\n", b"2500 x\r\n", b"", "25é".as_bytes()] {
            assert!(line(bytes).is_none());
        }
    }

    #[test]
    fn a_refusal_prints_without_the_servers_words() {
        assert_eq!(refused(550, "5.1.1 <jane@a.example> unknown").to_string(), "550 5.1.1");
    }
}
