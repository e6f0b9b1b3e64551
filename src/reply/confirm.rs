//! The question to the owner of an entry: is this change right?

use super::compose::{self, Own};
use super::{Identity, Replies, clean, reference};
use crate::charter::Charter;
use crate::domain::Timestamp;
use crate::domain::steps::{Ask, Draft, FoundPerson};
use crate::domain::words::{Action, Language, OutboxState, Outgoing};
use anyhow::{Context, Result};

/// What a question is written from.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who is asked, about which person of the letter.
    pub ask: &'a Ask,
    /// That person, as the letter has it.
    pub found: &'a FoundPerson,
    /// Fingerprint of the letter that proposes the change.
    pub letter: &'a str,
    /// The language that is used.
    pub language: Language,
    /// How it begins.
    pub state: OutboxState,
    /// The present moment.
    pub now: Timestamp,
}

impl Replies {
    /// Asks the address on file whether a change is right. The code in it is that of its own Message-ID: a keyed hash of the
    /// proposal and of the address, which nobody has seen but the addressee.
    pub fn confirm(&self, identity: &Identity, charter: &Charter, question: &Question<'_>) -> Result<Draft> {
        let to = question.ask.to.clone();
        let intent = intent(question.ask.found, question.letter);
        let message_id = identity.message_id(&intent, &to);
        let code = code(&message_id).context("A Message-ID of ours has a code")?;
        let words = self.words(question.language);
        let reference = reference(charter, &intent);
        let values = [("activity", charter.name.as_str()), ("reference", reference.as_str()), ("code", code)];
        let mut paragraphs = vec![words.say("confirm.text", &values)];
        let lines = self.changes(question);
        if !lines.is_empty() {
            paragraphs.push(words.word("confirm.changes").to_owned());
            paragraphs.extend(lines);
        }
        paragraphs.push(words.say("confirm.ask", &values));
        paragraphs.push(words.say("confirm.code", &values));
        let subject = words.say("confirm.subject", &values);
        let texts = self.letter(charter, question.language, &subject, &paragraphs, &reference)?;
        let letter = Own { kind: Outgoing::Reminder, intent, to, state: question.state, now: question.now };
        compose::own(identity, charter, letter, &texts)
    }

    /// One line a field, cleaned: what a stranger wrote must not act, hide or lead anywhere.
    fn changes(&self, question: &Question<'_>) -> Vec<String> {
        let (words, found) = (self.words(question.language), question.found);
        if found.action == Some(Action::Withdraw) {
            return vec![words.word("confirm.leave").to_owned()];
        }
        let text = |value: &Option<String>| value.as_deref().map(clean::value);
        let fields = [
            ("name", text(&found.name)),
            ("role", text(&found.role)),
            ("organization", text(&found.organization)),
            ("email", found.email.as_ref().map(|email| email.reveal().to_owned())),
            ("phone", text(&found.phone)),
            ("country", found.country.as_deref().map(|code| clean::value(words.country(code)))),
        ];
        let line = |(name, value): (&str, Option<String>)| {
            let label = words.word(&format!("fields.{name}")).to_owned();
            Some(words.say("confirm.line", &[("field", &label), ("value", &value?)]))
        };
        fields.into_iter().filter_map(line).collect()
    }
}

/// What the letter is for; the ledger reads the person out of it.
fn intent(found: usize, letter: &str) -> String {
    format!("confirm:{found}:{letter}")
}

/// The 32 digits of a Message-ID of ours.
fn code(message_id: &str) -> Option<&str> {
    message_id.split_once('@')?.0.strip_prefix("jcabot.")
}
