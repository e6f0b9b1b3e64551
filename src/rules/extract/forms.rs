//! What a letter is made of, told without a word of its language: rules of `any/kinds.toml` weigh it.

use super::Reading;
use super::emails::{Likeness, emails, likeness};
use super::units::Unit;
use super::{liaison, phones, tables};
use crate::mail::Mail;
use crate::rules::Rules;
use crate::vocabulary::labels::PersonLabel;
use std::collections::BTreeSet;

/// The forms of a letter.
pub(in crate::rules) fn forms(rules: &Rules, mail: &Mail, reading: &Reading) -> Vec<&'static str> {
    let units = reading.units(rules, mail);
    let own = &units.own;
    let mut found = Vec::new();
    let named = own.iter().flat_map(|unit| &unit.fields).any(|(label, _)| *label == PersonLabel::Name);
    let is_reached = || own.iter().any(|unit| !phones::find(&unit.text, &rules.vocabulary).is_empty());
    if has_details(own) || named && is_reached() {
        found.push("labelled details of a person");
    }
    if has_details(&units.forwarded) {
        found.push("labelled details of a person, forwarded");
    }
    let has = |units: &[Unit]| {
        let email = units.iter().any(|unit| !emails(&unit.text, &rules.vocabulary, &rules.charter).is_empty());
        let phone = units.iter().any(|unit| !phones::find(&unit.text, &rules.vocabulary).is_empty());
        (email, phone)
    };
    let is_labelled = found.contains(&"labelled details of a person");
    match if is_labelled { (false, false) } else { has(own) } {
        (true, true) => found.push("an address and a number in the text"),
        (true, false) => found.push("an address in the text"),
        (false, true) => found.push("a number in the text"),
        (false, false) => {}
    }
    if matches!(has(&units.signature), (true, true)) {
        found.push("a signature with address and number");
    }
    if super::changes::has_columns(mail, rules) {
        found.push("old and new values");
    }
    match with_details(own, rules) {
        0 => {}
        1 => found.push("a person with details in the text"),
        _ => found.push("people with details in the text"),
    }
    if !is_labelled && has_named_address(own, rules, mail) {
        found.push("a person's address in the text");
    }
    match tables::people(mail, rules).len() {
        0 => {}
        1 => found.push("a table or card of a person"),
        _ => found.push("a table or cards of people"),
    }
    let own = liaison::forms(reading.header(rules, mail), rules);
    let documents = mail.documents.iter().map(|document| liaison::forms(&liaison::header(&document.text, rules), rules));
    let forms: Vec<liaison::Forms> = std::iter::once(own).chain(documents).collect();
    if forms.iter().any(|forms| forms.header) {
        found.push("header of a liaison statement");
    }
    if forms.iter().any(|forms| forms.letter) {
        found.push("a letter to the activity with copies to groups");
    }
    found
}

/// Units that are looked at for people: a list is told by its first.
const MOST_UNITS: usize = 60;
/// Names and addresses that are compared with each other at most: each with each.
const MOST_COMPARED: usize = 60;

/// How many people a text names with an address that is made of their name, and a number beside it.
fn with_details(units: &[Unit], rules: &Rules) -> usize {
    let reached = units.iter().take(MOST_UNITS).filter(|unit| unit.text.contains('@') && unit.fields.is_empty());
    let mut named: BTreeSet<String> = BTreeSet::new();
    for unit in reached {
        let emails = emails(&unit.text, &rules.vocabulary, &rules.charter);
        if emails.is_empty() || phones::find(&unit.text, &rules.vocabulary).is_empty() {
            continue;
        }
        let own = unit.names(&rules.vocabulary).iter().take(MOST_COMPARED).filter(|name| {
            emails
                .iter()
                .take(MOST_COMPARED)
                .any(|email| !email.is_old && likeness(&email.address, &name.text) == Likeness::Alike)
        });
        named.extend(own.map(|name| name.text.clone()));
    }
    named.len()
}

/// Whether a text gives an address that is made of a name in it, and not the writer's.
fn has_named_address(units: &[Unit], rules: &Rules, mail: &Mail) -> bool {
    let units = || units.iter().take(MOST_UNITS);
    let reached =
        units().filter(|unit| unit.text.contains('@')).flat_map(|unit| emails(&unit.text, &rules.vocabulary, &rules.charter));
    let reached = reached.take(MOST_COMPARED).filter(|email| !email.is_old && Some(&email.address) != mail.writer());
    let reached: Vec<_> = reached.collect();
    // Most letters give no address but the writer's: names are looked for only where one may be somebody's.
    !reached.is_empty()
        && units()
            .flat_map(|unit| unit.names(&rules.vocabulary))
            .take(MOST_COMPARED)
            .any(|name| reached.iter().any(|email| likeness(&email.address, &name.text) == Likeness::Alike))
}

/// A name and how to reach it, each behind its label.
fn has_details(units: &[Unit]) -> bool {
    let labels: BTreeSet<PersonLabel> = units.iter().flat_map(|unit| unit.fields.iter().map(|(label, _)| *label)).collect();
    let named = labels.contains(&PersonLabel::Name)
        || labels.contains(&PersonLabel::FamilyName)
        || labels.contains(&PersonLabel::Position);
    let reached =
        labels.contains(&PersonLabel::Email) || labels.contains(&PersonLabel::Telephone) || labels.contains(&PersonLabel::Mobile);
    (named && (reached || labels.len() >= 3)) || labels.len() >= 4
}
