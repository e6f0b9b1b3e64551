//! Why a letter came back: RFC 3463 codes first, else what the server wrote (`any/bounces.toml`).

use crate::domain::address::Address;
use crate::domain::steps::FoundBounce;
use crate::domain::words::BounceClass;
use crate::mail::Mail;
use crate::pattern::{self, Regex};
use crate::resources::Resources;
use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

/// Characters of a report that are looked at: the reason stands above what is sent back.
const LONGEST: usize = 8000;
/// Octets of an envelope id (RFC 3461, 4.4).
const LONGEST_ENVELOPE: usize = 100;
/// Characters of a diagnosis that are kept.
const DIAGNOSIS: usize = 160;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    dead: Vec<String>,
    full: Vec<String>,
    policy: Vec<String>,
    delayed: Vec<String>,
}

/// The words of servers, compiled.
#[derive(Clone, Debug)]
pub struct Bounces {
    /// In the order in which they decide.
    classes: Vec<(BounceClass, Regex)>,
    code: Regex,
}

impl Bounces {
    /// Loads the patterns; an error names the file and the pattern.
    pub fn load(resources: &Resources) -> Result<Bounces> {
        let text = resources.require("any/bounces.toml")?;
        let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
        let lists = [
            (BounceClass::Dead, file.dead),
            (BounceClass::Full, file.full),
            (BounceClass::Policy, file.policy),
            (BounceClass::Delayed, file.delayed),
        ];
        let mut classes = Vec::new();
        for (class, patterns) in lists {
            for pattern in patterns {
                let compiled = pattern::compile(&format!("(?i){pattern}"));
                classes.push((class, compiled.map_err(|error| anyhow!("{}: {error}", text.name))?));
            }
        }
        let code = pattern::compile(r"(?:^|[^0-9.])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?:[^0-9.]|$)");
        Ok(Bounces { classes, code: code.map_err(|error| anyhow!("The code of RFC 3463: {error}"))? })
    }

    /// What a bounce says.
    pub(super) fn read(&self, mail: &Mail) -> FoundBounce {
        let report: Vec<&str> = mail
            .attachments
            .iter()
            .filter(|attachment| attachment.content_type.ends_with("delivery-status"))
            .filter_map(|attachment| attachment.text.as_deref())
            .collect();
        let report = report.join("\n");
        let said: String =
            if mail.text.own.trim().is_empty() { &mail.text.quoted } else { &mail.text.own }.chars().take(LONGEST).collect();
        let is_delayed = field(&report, "Action").any(|action| action.eq_ignore_ascii_case("delayed"));
        let code = self.code_in(&report).or_else(|| self.code_in(&said));
        let words = format!("{}\n{report}\n{said}", mail.subject);
        let class = if is_delayed { Some(BounceClass::Delayed) } else { self.class(code.as_deref(), &words) };
        let recipient = field(&report, "Final-Recipient").chain(field(&report, "Original-Recipient"));
        let address = recipient.filter_map(|value| Address::parse(value.rsplit(';').next().unwrap_or_default().trim())).next();
        let diagnosis = field(&report, "Diagnostic-Code").next().map(|value| value.chars().take(DIAGNOSIS).collect());
        let envelope = field(&report, "Original-Envelope-Id").next().and_then(decoded);
        FoundBounce { class, address, code, diagnosis, envelope }
    }

    fn code_in(&self, text: &str) -> Option<String> {
        let found = self.code.captures(text)?;
        let part = |index: usize| found.get(index).map_or("", |part| part.as_str());
        Some(format!("{}.{}.{}", part(1), part(2), part(3)))
    }

    /// By code where the code says it; servers use 5.0.0, 5.1.1 and 5.7.1 for much, so plain words go before these.
    fn class(&self, code: Option<&str>, words: &str) -> Option<BounceClass> {
        let by_words = || self.classes.iter().find(|(_, pattern)| pattern.is_match(words)).map(|(class, _)| *class);
        let mut digits = code.unwrap_or_default().split('.');
        match (digits.next().unwrap_or_default(), digits.next().unwrap_or_default(), digits.next().unwrap_or_default()) {
            ("4", ..) => Some(BounceClass::Delayed),
            ("5", "2", "2") => Some(BounceClass::Full),
            ("5", "1", "8") | ("5", "2", "3") | ("5", "3", _) => Some(BounceClass::Policy),
            ("5", "7", _) => Some(by_words().filter(|class| *class == BounceClass::Dead).unwrap_or(BounceClass::Policy)),
            ("5", "1" | "4", _) | ("5", "2", "1") => Some(BounceClass::Dead),
            _ => by_words(),
        }
    }
}

/// An xtext (RFC 3461, 4), decoded; `None` for what is none, or too long for one of ours.
fn decoded(xtext: &str) -> Option<String> {
    let mut parts = xtext.split('+');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        text.push(char::from(u8::from_str_radix(digits, 16).ok()?));
        text.push_str(rest);
    }
    (!text.is_empty() && text.len() <= LONGEST_ENVELOPE && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}

/// The values of a field of a report (RFC 3464, 2.1.1).
fn field<'a>(report: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    report.lines().filter_map(move |line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_tell_why_a_letter_came_back() {
        let bounces = Bounces::load(&Resources::built_in()).unwrap();
        for (said, wanted) in [
            ("550 5.1.1 <x@y.example>: Recipient address rejected: User unknown", Some(BounceClass::Dead)),
            ("550 5.7.1 User does not exist", Some(BounceClass::Dead)),
            ("552 5.2.2 Mailbox full", Some(BounceClass::Full)),
            ("554 5.7.1 Message rejected due to local policy", Some(BounceClass::Policy)),
            ("451 4.7.1 Greylisted, try again later", Some(BounceClass::Delayed)),
            ("Your message has not yet been delivered. You do not need to resend it.", Some(BounceClass::Delayed)),
            ("Sorry, no mailbox here by that name.", Some(BounceClass::Dead)),
            ("La boîte de réception du destinataire est pleine.", Some(BounceClass::Full)),
            ("El buzón del destinatario está lleno", Some(BounceClass::Full)),
            ("Получатель не найден на сервере", Some(BounceClass::Dead)),
            ("收件人邮箱不存在", Some(BounceClass::Dead)),
            ("صندوق البريد ممتلئ", Some(BounceClass::Full)),
            ("Something went wrong.", None),
        ] {
            let mail = Mail { text: crate::mail::Text { own: said.to_owned(), ..Default::default() }, ..Mail::default() };

            assert_eq!(bounces.read(&mail).class, wanted, "{said}");
        }
    }

    #[test]
    fn a_report_is_read_by_its_fields() {
        let report = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ann@y.example\nAction: delayed\nStatus: 4.4.1\n\
                      Original-Envelope-Id: jca.1+3Da+2Bb\n";
        let attachment = crate::mail::Attachment {
            content_type: "message/delivery-status".to_owned(),
            text: Some(report.to_owned()),
            ..Default::default()
        };
        let mail = Mail { attachments: vec![attachment], ..Mail::default() };

        let found = Bounces::load(&Resources::built_in()).unwrap().read(&mail);

        assert_eq!(found.class, Some(BounceClass::Delayed));
        assert_eq!(found.address.unwrap().reveal(), "ann@y.example");
        assert_eq!(found.code.as_deref(), Some("4.4.1"));
        assert_eq!(found.envelope.as_deref(), Some("jca.1=a+b"));
        assert_eq!((decoded("a+"), decoded("a+zz"), decoded("")), (None, None, None));
    }
}
