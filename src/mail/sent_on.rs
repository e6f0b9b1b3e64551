//! A letter that another one sends on in its text, as a letter of its own.

use super::{Mail, Person, addresses, quotes, text};
use crate::vocabulary::mail_words::{HeaderLabel, MailWords};

impl Mail {
    /// The letter that this one sends on below its own words, by the header block above it; the innermost of several. `None` when
    /// nothing is sent on, or no block says who wrote it.
    pub fn sent_on(&self, words: &MailWords) -> Option<Mail> {
        let body = Some(self.text.forwarded.as_str()).filter(|body| !body.trim().is_empty())?;
        let froms = self.text.headers.lines().filter(|line| words.header_label(line) == Some(HeaderLabel::From));
        let writer = froms.filter_map(writer).last()?;
        Some(Mail {
            from: vec![writer],
            subject: self.subject.clone(),
            base_subject: self.base_subject.clone(),
            text: text::cut(body, quotes::History::Old, words),
            language: self.language,
            ..Mail::default()
        })
    }
}

/// Who wrote, in the forms of clients: `From: J. Roe <j@x.example>`, `J. Roe [mailto:j@x.example]`, `"J. Roe"<j@x.example>;`.
fn writer(line: &str) -> Option<Person> {
    let (_, value) = line.split_once([':', '：'])?;
    let value = value.replace(['*', '"'], " ").replace("[mailto:", "<").replace(']', ">");
    addresses::read(value.trim()).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_write_the_sender_of_what_they_send_on_in_several_forms() {
        for line in [
            "From: Jane Roe <jane@roe.example>",
            "De : Jane Roe [mailto:jane@roe.example]",
            "发件人: \"Jane Roe\"<jane@roe.example>;",
            "*From:* Jane Roe <jane@roe.example>",
        ] {
            let found = writer(line).unwrap();
            let seen = (found.name.as_str(), found.address.as_ref().map(|address| address.reveal()));
            assert_eq!(seen, ("Jane Roe", Some("jane@roe.example")), "{line}");
        }
    }
}
