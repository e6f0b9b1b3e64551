//! `jcabot inspect`: what letters are and what they say, by the rules alone.

use crate::cli::paint::Look;
use crate::cli::{Outcome, letter, moment, print};
use crate::clock::Clock;
use crate::documents::Reader;
use crate::domain::Timestamp;
use crate::domain::steps::{Findings, FoundLiaison, FoundPerson, Known, Plan, RawMail, Source, Verdict};
use crate::knowledge::open_documents;
use crate::mail::{self, Mail};
use crate::mailbox::import;
use crate::plan::{self, Case, Policy};
use crate::resources::Resources;
use crate::rules::Rules;
use anyhow::Result;
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Letters: `.eml` files, mbox files, Maildirs, folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// One JSON object a letter, a line each
    #[arg(long)]
    json: bool,
    /// The charter by which letters are read
    #[arg(long, default_value = "jca-cop", value_name = "NAME")]
    charter: String,
    /// A folder whose files take the place of the built-in rules
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// The moment at which it is read (default: now)
    #[arg(long, value_parser = moment, value_name = "DATE")]
    now: Option<Timestamp>,
}

/// One letter, understood, in the words of the labels.
#[derive(Debug, Serialize)]
struct Understood<'a> {
    file: &'a str,
    kind: &'a str,
    language: &'a str,
    contacts: &'a [FoundPerson],
    liaison: Option<&'a FoundLiaison>,
    answer: &'a str,
    confidence: f64,
    evidence: &'a [crate::domain::steps::Evidence],
    reasons: &'a [crate::domain::steps::Reason],
    damage: &'a [String],
}

/// Runs the command. 1 when nothing was read or a path could not be.
pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let resources = arguments.rules.as_ref().map_or_else(Resources::built_in, Resources::overridden_by);
    let rules = Rules::load(&resources, &arguments.charter)?;
    let documents = Reader::new()?;
    let now = arguments.now.unwrap_or_else(|| Clock::system().now());
    let mut outcome = Outcome::Found;
    let mut unreadable = 0;
    for raw in import::sources(&arguments.paths) {
        match raw {
            Ok(raw) => {
                show(arguments, &rules, &documents, &raw, now)?;
                outcome = Outcome::Done;
            }
            Err(error) => {
                eprintln!("jcabot: {error:#}");
                unreadable += 1;
            }
        }
    }
    Ok(if unreadable > 0 { Outcome::Found } else { outcome })
}

fn show(arguments: &Arguments, rules: &Rules, documents: &Reader, raw: &RawMail, now: Timestamp) -> Result<()> {
    let policy = &Policy::of(&rules.charter);
    let mut mail = mail::parse(raw, &rules.vocabulary);
    open_documents(&mut mail, documents, &rules.vocabulary);
    let verdict = rules.classify(&mail);
    let findings = rules.extract(&mail, &verdict);
    let known = Known::default();
    let received_at = raw.received_at;
    let case = Case {
        charter: &rules.charter,
        policy,
        mail: &mail,
        verdict: &verdict,
        findings: &findings,
        known: &known,
        received_at,
        now,
    };
    let plan = plan::decide(&case);
    let file = import::name(&raw.place);
    if arguments.json {
        return print::line(&serde_json::to_string(&Understood {
            file: &file,
            kind: verdict.kind.as_str(),
            language: mail.language.map_or("und", |language| language.as_str()),
            contacts: &findings.contacts,
            liaison: findings.liaison.as_ref(),
            answer: plan.answer.as_str(),
            confidence: (verdict.confidence * 1000.0).round() / 1000.0,
            evidence: &verdict.evidence,
            reasons: &plan.reasons,
            damage: &mail.defects,
        })?);
    }
    print::line(&format!("── {}", print::clean(&file)))?;
    letter::show(&mail, &verdict, &findings, Look::of_stdout())?;
    tell(&mail, &verdict, &findings, &plan)
}

/// A letter for a person: what it is, why, and the letter's own words with what each became.
fn tell(mail: &Mail, verdict: &Verdict, findings: &Findings, plan: &Plan) -> Result<()> {
    let language = mail.language.map_or("und", |language| language.as_str());
    print::line(&format!("   kind        {} ({:.0} %), language {language}", verdict.kind.as_str(), verdict.confidence * 100.0))?;
    for evidence in &verdict.evidence {
        let words = print::clean(&evidence.words);
        print::line(&format!("     {:+5.1}  {} ← {}  “{words}”", evidence.weight, evidence.kind.as_str(), evidence.rule))?;
    }
    print::line(&format!("   answer      {}", plan.answer.as_str()))?;
    for reason in &plan.reasons {
        print::line(&format!("     {}: {}", reason.rule, print::clean(&reason.text)))?;
    }
    for (index, person) in findings.contacts.iter().enumerate() {
        let action = person.action.map_or("contact", |action| action.as_str());
        print::line(&format!("   person {}    {action}", index + 1))?;
        fields(&person_fields(person), &person.sources)?;
    }
    if let Some(liaison) = &findings.liaison {
        print::line("   liaison statement")?;
        fields(&liaison_fields(liaison), &liaison.sources)?;
        for contact in &liaison.contacts {
            print::line("     contact")?;
            fields(&person_fields(contact), &contact.sources)?;
        }
    }
    for defect in &mail.defects {
        print::line(&format!("   damage      {}", print::clean(defect)))?;
    }
    Ok(())
}

fn fields(fields: &[(&str, String)], sources: &[Source]) -> Result<()> {
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        let source = sources.iter().find(|source| source.field == *name);
        let because = source
            .map_or(String::new(), |source| format!("   ← {} “{}”", source.rule, print::fit(&print::clean(&source.words), 60)));
        print::line(&format!("     {name:<13} {}{because}", print::clean(value)))?;
    }
    Ok(())
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

/// A person's fields, by the names of the labels.
pub(crate) fn person_fields(person: &FoundPerson) -> Vec<(&'static str, String)> {
    vec![
        ("name", text(person.name.as_ref())),
        ("honorific", text(person.honorific.as_ref())),
        ("organization", text(person.organization.as_ref())),
        ("role", text(person.role.as_ref())),
        ("email", person.email.as_ref().map_or(String::new(), |email| email.reveal().to_owned())),
        ("phone", text(person.phone.as_ref())),
        ("country", text(person.country.as_ref())),
        ("category", text(person.category.as_ref())),
        ("study_groups", person.study_groups.join(", ")),
    ]
}

/// A statement's fields, by the names of the labels.
pub(crate) fn liaison_fields(liaison: &FoundLiaison) -> Vec<(&'static str, String)> {
    vec![
        ("title", text(liaison.title.as_ref())),
        ("from", text(liaison.from.as_ref())),
        ("to", liaison.to.join("; ")),
        ("cc", liaison.cc.join("; ")),
        ("purpose", liaison.purpose.map_or(String::new(), |purpose| purpose.as_str().to_owned())),
        ("reply_by", liaison.reply_by.map_or(String::new(), |day| day.to_string())),
        ("reply_by_words", text(liaison.reply_by_words.as_ref())),
        ("reference", text(liaison.reference.as_ref())),
        ("in_reply_to", text(liaison.in_reply_to.as_ref())),
        ("questions", liaison.questions.join(", ")),
    ]
}
