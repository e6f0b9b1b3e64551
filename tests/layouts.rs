//! The same people drawn in every layout that letters have, in six languages: what is on the page counts, and not how it is set.

use jcabot::domain::steps::{FoundPerson, Place, RawMail};
use jcabot::domain::words::{Action, Kind};
use jcabot::mail;
use jcabot::resources::Resources;
use jcabot::rules::Rules;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Deserialize, Serialize)]
struct Person {
    name: String,
    role: String,
    body: String,
    mail: String,
    phone: String,
}

#[derive(Clone, Deserialize, Serialize)]
struct Words {
    intro: String,
    intro_one: String,
    body: String,
    subject: String,
    close: String,
    signer: String,
    join: String,
    colon: String,
    labels: Vec<String>,
    tel: String,
    mail: String,
    fax: String,
    address: String,
    street: String,
    representative: String,
    alternate: String,
    myself: String,
    register: String,
    take_off: String,
    people: Vec<Person>,
}

/// A block of `layouts.txt`: its name, what is in it, its template.
struct Layout<'a> {
    name: &'a str,
    holds: Vec<&'a str>,
    template: &'a str,
}

impl Layout<'_> {
    fn has(&self, word: &str) -> bool {
        self.holds.contains(&word)
    }

    /// With how many people it is filled in.
    fn sizes(&self) -> std::ops::RangeInclusive<usize> {
        match (self.has("self"), self.has("two"), self.has("leave")) {
            (true, ..) => 1..=1,
            (_, true, _) => 2..=2,
            (.., true) => 2..=3,
            _ => 1..=3,
        }
    }

    fn letter(&self, words: &Words, many: usize) -> Vec<u8> {
        let people = words.people.get(..many).unwrap();
        let drawn =
            Environment::new().render_str(self.template, context! { w => Serde(words), people => Serde(people) }).unwrap();
        let intro = if many == 1 { &words.intro_one } else { &words.intro };
        let text = match (self.has("html"), self.has("self"), self.has("leave")) {
            (true, ..) => format!("<p>{intro}</p>{drawn}<p>{}<br>{}</p>", words.close, words.signer),
            (_, true, _) => drawn,
            (.., true) => format!("{}\n\n{}\n{}", drawn.trim_end(), words.close, words.signer),
            _ => format!("{intro}\n\n{}\n\n{}\n{}", drawn.trim_end(), words.close, words.signer),
        };
        let first = people.first().unwrap();
        let (_, host) = first.mail.split_once('@').unwrap();
        let from = if self.has("self") { format!("{} <{}>", first.name, first.mail) } else { format!("Office <office@{host}>") };
        let subject = if self.has("leave") { "JCA-COP" } else { &words.subject };
        let subtype = if self.has("html") { "html" } else { "plain" };
        format!(
            "From: {from}\nTo: tsbjcacop@itu.int\nSubject: {subject}\nDate: Tue, 14 Aug 2012 10:00:00 +0200\nMIME-Version: 1.0\n\
             Content-Type: text/{subtype}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
        )
        .replace('\n', "\r\n")
        .into_bytes()
    }

    /// What of the people in a letter was not taken out, or otherwise than it stands there; empty when all is right.
    fn wrong(&self, words: &Words, people: &[Person], found: &[FoundPerson]) -> Vec<String> {
        let mut wrong = Vec::new();
        if found.len() != people.len() {
            wrong.push(format!("{} people of {}: {:?}", found.len(), people.len(), names(found)));
        }
        for person in people {
            let Some(own) = found.iter().find(|own| own.name.as_deref() == Some(person.name.as_str())) else {
                wrong.push(format!("no {}", person.name));
                continue;
            };
            let action = if self.has("leave") { Action::Withdraw } else { Action::Add };
            let body = if self.has("body") { &person.body } else { &words.body };
            let phone = format!("+{}", person.phone.chars().filter(char::is_ascii_digit).collect::<String>());
            let mut same = vec![("action", own.action == Some(action))];
            if !self.has("bare") {
                same.push(("role", own.role.as_deref() == Some(person.role.as_str())));
                same.push(("e-mail", own.email.as_ref().is_some_and(|email| email.reveal() == person.mail)));
                same.push(("phone", own.phone.as_deref() == Some(phone.as_str())));
                same.push(("organization", own.organization.as_deref() == Some(body.as_str())));
            }
            wrong.extend(same.into_iter().filter(|(_, is)| !is).map(|(field, _)| format!("{field} of {}", person.name)));
        }
        wrong
    }
}

fn names(found: &[FoundPerson]) -> Vec<&str> {
    found.iter().filter_map(|person| person.name.as_deref()).collect()
}

fn layouts(text: &str) -> Vec<Layout<'_>> {
    let blocks = text.split("\n## ").skip(1);
    blocks
        .map(|block| {
            let (head, template) = block.split_once('\n').unwrap();
            let (name, holds) = head.split_once(':').unwrap_or((head, ""));
            Layout { name, holds: holds.split_whitespace().collect(), template }
        })
        .collect()
}

#[test]
fn people_are_found_in_every_layout_of_every_language() {
    let text = std::fs::read_to_string("tests/layouts/layouts.txt").unwrap();
    let words = std::fs::read_to_string("tests/layouts/words.toml").unwrap();
    let words: BTreeMap<String, Words> = toml::from_str(&words).unwrap();
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
    let mut wrong = Vec::new();
    let mut letters = 0;
    for (language, words) in &words {
        for layout in layouts(&text) {
            for many in layout.sizes() {
                let bytes = layout.letter(words, many);
                let place = Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: String::new() };
                let raw = RawMail { place, whole_size: bytes.len() as u64, bytes, received_at: None };
                let mail = mail::parse(&raw, &rules.vocabulary);
                let verdict = rules.classify(&mail);
                let found = rules.extract(&mail, &verdict);
                let kind = if layout.has("leave") { Kind::ContactWithdrawal } else { Kind::ContactSubmission };
                let mut own = layout.wrong(words, words.people.get(..many).unwrap(), &found.contacts);
                if verdict.kind != kind {
                    own.push(format!("{:?}", verdict.kind));
                }
                letters += 1;
                wrong.extend((!own.is_empty()).then(|| format!("{language}, {}, {many}: {}", layout.name, own.join("; "))));
            }
        }
    }

    assert!(letters > 700, "only {letters} letters were drawn");
    assert!(wrong.is_empty(), "{} of {letters} letters are not understood:\n{}", wrong.len(), wrong.join("\n"));
}
