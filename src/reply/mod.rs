//! Step 6: texts. Only user of `minijinja`; templates and words are data of `rules/any/replies` and `rules/<language>/replies`.
//!
//! An automatic mail quotes nothing that its addressee wrote: a fixed subject of ours, our reference, and normalised fields
//! that were cleaned ([`clean`]). So it carries no spam, no header and no markup from one person to another.

pub mod calendar;
pub mod card;
pub mod cards;
pub mod clean;
pub mod compose;
pub mod confirm;
pub mod digest;
mod words;

pub use card::AckInput;
pub use compose::Identity;

use crate::charter::{Charter, Officer};
use crate::domain::Timestamp;
use crate::domain::steps::Draft;
use crate::domain::words::{Language, OutboxState, Outgoing};
use crate::plan::schedule::PlannedReminder;
use crate::resources::Resources;
use crate::vocabulary::countries::Countries;
use anyhow::{Context, Result};
use minijinja::{Environment, UndefinedBehavior, Value, context};
use std::collections::BTreeMap;
use std::sync::Arc;
use strum::VariantArray;
use words::Words;

/// The templates of `any/replies`, by file name. HTML ones escape what they print.
const TEMPLATES: [&str; 7] =
    ["page.html", "acknowledgement.txt", "acknowledgement.html", "letter.txt", "letter.html", "digest.txt", "digest.html"];

/// Templates and words, checked: every template was rendered in every language when they were loaded.
#[derive(Clone, Debug)]
pub struct Replies {
    templates: Arc<Environment<'static>>,
    words: Arc<BTreeMap<Language, Words>>,
}

/// A mail's three texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// One line.
    pub subject: String,
    /// The plain form.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl Replies {
    /// Loads all of it and renders each template in each language; an error names the file and the line.
    pub fn load(resources: &Resources, charter: &Charter) -> Result<Replies> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_filter("fill", words::fill);
        templates.add_filter("isolated", clean::isolated);
        templates.add_filter("right", words::right);
        for name in TEMPLATES {
            let file = resources.require(&format!("any/replies/{name}"))?;
            let added = templates.add_template_owned(name, file.text);
            added.map_err(|error| anyhow::anyhow!("{}, line {}: {error:#}", file.name, error.line().unwrap_or(1)))?;
        }
        let mut words = BTreeMap::new();
        let countries = Countries::printed(resources)?;
        for language in Language::VARIANTS {
            words.insert(*language, Words::load(resources, *language, countries.names(*language))?);
        }
        let replies = Replies { templates: Arc::new(templates), words: Arc::new(words) };
        replies.rehearse(charter).context("A template of any/replies cannot be written")?;
        Ok(replies)
    }

    /// Renders everything once, so that a bad template is refused at the start and not when a letter waits.
    fn rehearse(&self, charter: &Charter) -> Result<()> {
        for language in Language::VARIANTS {
            card::rehearse(self, charter, *language).with_context(|| format!("The acknowledgement in {}", language.as_str()))?;
            digest::rehearse(self, charter, *language).with_context(|| format!("The digest in {}", language.as_str()))?;
            let paragraphs = vec![String::from("…")];
            self.letter(charter, *language, "…", &paragraphs, "…")
                .with_context(|| format!("The letter in {}", language.as_str()))?;
        }
        Ok(())
    }

    /// The echo card to the writer of a letter.
    pub fn acknowledge(&self, identity: &Identity, input: &AckInput<'_>) -> Result<Draft> {
        let texts = card::texts(self, input)?;
        compose::acknowledgement(identity, input, &texts)
    }

    /// The chair's week, in the chair's language, for the outbox.
    pub fn digest(
        &self,
        identity: &Identity,
        charter: &Charter,
        week: &crate::domain::records::Week,
        state: OutboxState,
        now: Timestamp,
    ) -> Result<Draft> {
        let texts = self.digest_texts(charter, week, now)?;
        let intent = format!("digest:{}:{}", charter.name, week.name);
        let letter = compose::Own { kind: Outgoing::Digest, intent, to: charter.chair.email.clone(), state, now };
        compose::own(identity, charter, letter, &texts)
    }

    /// The chair's week, as texts.
    pub fn digest_texts(&self, charter: &Charter, week: &crate::domain::records::Week, now: Timestamp) -> Result<Texts> {
        digest::texts(self, charter, language_of(&charter.chair, charter), week, now)
    }

    /// A reminder to the body of a seat that is not filled.
    pub fn remind(
        &self,
        identity: &Identity,
        charter: &Charter,
        due: &PlannedReminder<'_>,
        state: OutboxState,
        now: Timestamp,
    ) -> Result<Draft> {
        let to = due.seat.email.clone().context("A reminder needs the address of its seat")?;
        let language = due.seat.language.unwrap_or(charter.default_language());
        let words = self.words(language);
        let date = words.day(due.deadline.day);
        let values =
            [("activity", charter.name.as_str()), ("long_name", &charter.long_name), ("body", &due.seat.body), ("date", &date)];
        let paragraphs = vec![words.say("reminder.text", &values), words.say("reminder.ask", &values)];
        let subject = words.say("reminder.subject", &values);
        let intent = format!("remind:{}:{}:{}", due.seat.id, due.deadline.id, due.days_before);
        let texts = self.letter(charter, language, &subject, &paragraphs, &reference(charter, &intent))?;
        compose::own(identity, charter, compose::Own { kind: Outgoing::Reminder, intent, to, state, now }, &texts)
    }

    /// A notice to the secretariat; `topic` is a fixed word of ours, `detail` a sentence without anybody's free text.
    pub fn notify(
        &self,
        identity: &Identity,
        charter: &Charter,
        (topic, detail): (&str, &str),
        state: OutboxState,
        now: Timestamp,
    ) -> Result<Draft> {
        let language = language_of(&charter.secretariat, charter);
        let words = self.words(language);
        let values = [("activity", charter.name.as_str()), ("topic", topic)];
        let subject = words.say("notice.subject", &values);
        let paragraphs = vec![words.say("notice.text", &values), detail.to_owned()];
        let intent = format!("notice:{topic}:{}", now.strftime("%Y-%m-%dT%H"));
        let texts = self.letter(charter, language, &subject, &paragraphs, &reference(charter, &intent))?;
        let to = charter.secretariat.email.clone();
        compose::own(identity, charter, compose::Own { kind: Outgoing::Notice, intent, to, state, now }, &texts)
    }

    fn letter(
        &self,
        charter: &Charter,
        language: Language,
        subject: &str,
        paragraphs: &[String],
        reference: &str,
    ) -> Result<Texts> {
        self.render("letter", charter, language, subject.to_owned(), context! { paragraphs => paragraphs.to_vec(), reference })
    }

    /// Both forms of a template, with what every template may use.
    fn render(&self, name: &str, charter: &Charter, language: Language, subject: String, own: Value) -> Result<Texts> {
        let (start, end, direction) =
            if language.is_right_to_left() { ("right", "left", "rtl") } else { ("left", "right", "ltr") };
        let shared = context! {
            w => self.words(language).values(),
            language => language.as_str(),
            title => &subject,
            start, end, direction,
            charter => context! {
                name => &charter.name,
                long_name => &charter.long_name,
                mailbox => charter.mailbox.reveal(),
                secretariat => &charter.secretariat.name,
            },
            ..own
        };
        let render = |file: String| {
            let template =
                self.templates.get_template(&file).with_context(|| format!("There is no template any/replies/{file}"))?;
            let rendered = template.render(&shared);
            rendered.map_err(|error| anyhow::anyhow!("any/replies/{file}, line {}: {error:#}", error.line().unwrap_or(1)))
        };
        let text = format!("{}\n", render(format!("{name}.txt"))?.trim_end());
        Ok(Texts { subject, text, html: render(format!("{name}.html"))? })
    }

    fn words(&self, language: Language) -> &Words {
        self.words.get(&language).expect("the words of every language are loaded")
    }
}

fn language_of(officer: &Officer, charter: &Charter) -> Language {
    officer.language.unwrap_or(charter.default_language())
}

/// Our reference for something with an intent or a fingerprint: the activity's prefix and six hexadecimal digits.
///
/// It is derived, not counted, so that it is known before the letter is filed and is the same after a rebuild.
pub fn reference(charter: &Charter, of: &str) -> String {
    use sha2::Digest;
    let hash = sha2::Sha256::digest(of.as_bytes());
    let digits: String = hash.iter().take(3).map(|byte| format!("{byte:02X}")).collect();
    format!("{}/{digits}", charter.reference_prefix)
}
