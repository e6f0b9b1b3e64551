//! Step 3: what a letter says. Which words each field comes from is kept beside it.

mod affiliation;
mod ages;
mod alphabetic;
mod appositions;
mod arabic_names;
mod beside;
mod beside_names;
mod bodies;
mod capitals;
mod cards;
mod changes;
mod chosen;
mod columns;
mod common;
mod domains;
mod emails;
mod extent;
mod forms;
mod functions;
mod given_names;
mod grids;
mod han_names;
mod inverted;
mod joined;
mod latin;
mod letter;
mod liaison;
mod mentions;
mod misspelt;
mod names;
mod organizations;
mod parts;
mod people;
mod person;
mod phones;
mod position;
mod questions;
mod records;
mod russian;
mod seats;
mod segments;
mod sent_on;
mod shared;
mod small_bodies;
mod stance;
mod tables;
mod units;
mod writer;

use super::Rules;
use crate::domain::steps::{Findings, Verdict};
use crate::domain::words::Kind;
use crate::mail::Mail;
use std::cell::OnceCell;

pub(super) use forms::forms;

/// What telling a letter's kind and taking out what it says both ask of it: read once.
#[derive(Debug, Default)]
pub struct Reading {
    header: OnceCell<liaison::Header>,
    units: OnceCell<units::Units>,
}

impl Reading {
    /// The labelled fields of the letter's own text, as of a statement.
    fn header(&self, rules: &Rules, mail: &Mail) -> &liaison::Header {
        self.header.get_or_init(|| liaison::header(&mail.text.own, rules))
    }

    /// What its texts are cut into.
    fn units(&self, rules: &Rules, mail: &Mail) -> &units::Units {
        self.units.get_or_init(|| units::of(mail, &rules.vocabulary))
    }
}

/// Takes people and a liaison statement out of a letter. Pure.
pub(super) fn findings(rules: &Rules, mail: &Mail, verdict: &Verdict, reading: &Reading) -> Findings {
    let liaison = liaison::liaison(rules, mail, verdict.kind, reading);
    let (contacts, is_cut) = match &liaison {
        Some(liaison) if verdict.kind == Kind::LiaisonStatement => (beside::people(rules, mail, liaison), false),
        _ => people::people(rules, mail, verdict.kind, reading),
    };
    Findings { is_cut, contacts, liaison, ..Findings::default() }
}

/// Ids of the charter's seats whose bodies a text names.
pub(super) fn seats(rules: &Rules, text: &str) -> Vec<String> {
    let groups = bodies::study_groups(text, &rules.vocabulary, &rules.charter);
    let category = bodies::seat_category(text, &rules.vocabulary, &rules.charter);
    let is_named = |seat: &&crate::charter::CharterSeat| match &seat.study_group {
        Some(group) => groups.contains(group),
        None => category.as_deref() == Some(seat.category.as_str()),
    };
    rules.charter.seats.iter().filter(is_named).map(|seat| seat.id.clone()).collect()
}
