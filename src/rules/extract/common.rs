//! What holds for everybody whom a letter speaks of: the body that it comes from, and its country.

use super::affiliation::{is_function, is_held_at, is_subunit, without_place};
use super::appositions::{acting, described};
use super::bodies::chunks;
use super::letter::{Letter, person_and_body, plain, reordered};
use super::mentions::sentence_bounds;
use super::names;
use super::organizations::foreign;
use super::person::Common;
use super::units::{Shape, Unit};
use crate::domain::steps::Part;
use crate::domain::words::Kind;
use crate::vocabulary::labels::{PersonLabel, any};
use crate::vocabulary::words::{fold, is_han, words};

/// How far behind a body's name the verb stands of which it is the subject.
const NEAR: usize = 36;
/// How far before it the verb stands by which the writer has left it.
const LEFT: usize = 20;
/// Octets before the name that a line of a list begins with at most: a label, a function.
const LINE_NAME: usize = 60;

/// Words between what a number is called and its country's adjective at most.
const BESIDE: usize = 3;

/// What a part of a body weighs, or one that somebody has left.
const DOUBTFUL: i32 = -2;

/// Letters of a body's name beside a person's at least.
const SHORTEST: usize = 3;

impl Letter<'_> {
    /// What holds for everybody whom the letter proposes: the body that the sentence with the proposal names, else the first one.
    pub(super) fn common(&self) -> Common {
        let mut common = Common::default();
        let mut bodies: Vec<(usize, i32, String, Part)> = Vec::new();
        let listed = self.listed();
        let several = self.units.iter().filter(|unit| unit.text.contains('@')).count() > 1;
        for (index, unit) in self.units.iter().enumerate().filter(|(_, unit)| !self.is_greeting(unit)) {
            // What stands beside one of several people is his.
            if common.country.is_none() && !(several && unit.text.contains('@')) {
                common.country = self.vocabulary.countries.in_text(&unit.text).first().map(|code| (*code).to_owned());
            }
            // What stands in one's own line is nobody else's.
            if listed.contains(&index) {
                continue;
            }
            // `Manager: Numbering and Consumer Safety` is no body.
            if unit.fields.first().is_some_and(|(label, _)| *label == PersonLabel::Position) {
                continue;
            }
            let labelled = unit.fields.iter().find(|(label, _)| *label == PersonLabel::Organization);
            if let Some((_, value)) = labelled {
                bodies.push((index, 3, without_place(value, self.vocabulary), unit.part));
            } else {
                let proposes = i32::from(any(&self.vocabulary.labels.cues.propose, &plain(&unit.text)));
                let found = foreign(&unit.text, self.vocabulary, self.charter).into_iter();
                bodies.extend(found.chain(described(&unit.text, self.vocabulary)).map(|name| {
                    let acts = i32::from(proposes > 0 && self.acts(&unit.text, &name));
                    // A department counts less than the body that it belongs to.
                    let writes_for_others = self.vocabulary.labels.missions.is_in(&fold(&name));
                    let part = i32::from(is_subunit(&name, self.vocabulary)) * 2 + i32::from(writes_for_others) * 2;
                    let former = i32::from(self.is_former(&unit.text, &name)) * 2;
                    // `Head of Network Abuse`: what a function is for may be no body at all.
                    let held = i32::from(chunks(&unit.text).iter().any(|chunk| {
                        chunk.contains(&name)
                            && is_function(chunk, &name, self.vocabulary)
                            && !is_held_at(chunk, &name, self.vocabulary)
                    }));
                    (index, proposes + acts - part - former - held, name, unit.part)
                }));
            }
        }
        let best = bodies.iter().map(|(_, weight, _, _)| *weight).max();
        let named = bodies.into_iter().find(|(_, weight, _, _)| Some(*weight) == best);
        let (sure, doubtful): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, weight, _, _)| *weight > DOUBTFUL);
        let body = |found: Vec<(usize, i32, String, Part)>| found.into_iter().next().map(|(_, _, name, part)| (name, part));
        common.organization = body(sure).or_else(|| self.untold_body()).or_else(|| body(doubtful));
        if common.country.is_none() && self.is_mail {
            common.country = self.vocabulary.countries.in_text(&self.mail.base_subject).first().map(|code| (*code).to_owned());
        }
        if common.country.is_none() {
            common.country = self.units.iter().find_map(|unit| self.of_numbers(&unit.text)).map(str::to_owned);
        }
        if common.country.is_none() {
            common.country = self.units.iter().find_map(|unit| self.place(&unit.text)).map(str::to_owned);
        }
        common
    }

    /// The lines and items of a list of people, each with a name and an address of its own; empty when there is only one.
    pub(super) fn listed(&self) -> &[usize] {
        self.lines.get_or_init(|| self.lines_of_people())
    }

    fn lines_of_people(&self) -> Vec<usize> {
        let units = self.units.iter().take(self.signature).enumerate();
        let lines = units.filter(|(_, unit)| unit.text.contains('@') && (unit.shape != Shape::Prose || !unit.fields.is_empty()));
        let lines: Vec<(usize, &Unit)> = lines.collect();
        if lines.len() < 2 {
            return Vec::new();
        }
        let has_name = |unit: &Unit| names::find(&unit.text, self.vocabulary).first().is_some_and(|name| name.start < LINE_NAME);
        let found: Vec<usize> = lines.into_iter().filter(|(_, unit)| has_name(unit)).map(|(index, _)| index).collect();
        if found.len() > 1 { found } else { Vec::new() }
    }

    /// A body that no word of its name tells: one that the writer's address is made of, that is announced, that acts.
    fn untold_body(&self) -> Option<(String, Part)> {
        let announced = || self.units.iter().find_map(|unit| Some((self.announced_body(&unit.text)?, unit.part)));
        self.body_of_domain().or_else(announced).or_else(|| self.acting_body())
    }

    /// Whether the writer says that he comes from a body no longer: "from X to Y".
    fn is_former(&self, text: &str, name: &str) -> bool {
        if self.kind != Kind::ContactUpdate {
            return false;
        }
        let head: Vec<char> = text.split_once(name).map_or("", |(head, _)| head).chars().rev().take(NEAR).collect();
        let near = plain(&head.iter().take(LEFT).rev().collect::<String>());
        let cues = &self.vocabulary.labels.cues;
        if !self.about_self {
            // `changed its name from X to Y`
            return any(&cues.old_value, &near);
        }
        any(&cues.withdraw, &near) || any(&cues.old_value, &plain(&head.into_iter().rev().collect::<String>()))
    }

    /// Whether the words right behind a body's name propose somebody: it is the one that does.
    fn acts(&self, text: &str, name: &str) -> bool {
        let behind = text.split_once(name).map_or("", |(_, behind)| behind);
        let near: String = behind.chars().take(NEAR).collect();
        any(&self.vocabulary.labels.cues.propose, &plain(&near))
    }

    /// The country whose numbers a text has: `(Norwegian numbers)`, `móvil chileno`.
    fn of_numbers(&self, text: &str) -> Option<&str> {
        let labels = &self.vocabulary.labels;
        let is_number = |piece: &&str| labels.numbers.is_in(piece) || labels.numbers.han_in(piece).is_some();
        chunks(text).into_iter().filter(is_number).find_map(|piece| {
            let list = words(piece);
            let at = (0..list.len()).find(|at| list.get(*at..).is_some_and(|rest| labels.numbers.matched(rest) > 0))?;
            let (first, last) = (list.get(at.saturating_sub(BESIDE))?, list.get((at + BESIDE).min(list.len() - 1))?);
            self.vocabulary.countries.of_organization(piece.get(first.start..last.end)?)
        })
    }

    /// The country of the first town in a text, people's names aside.
    fn place(&self, text: &str) -> Option<&str> {
        self.vocabulary.countries.place(text)?;
        let mut bare = text.to_owned();
        for name in names::find(text, self.vocabulary) {
            bare = bare.replace(&name.text, ";");
        }
        self.vocabulary.countries.place(&bare)
    }

    /// The capitalised words behind "on behalf of", "expert of": a body that no word of its name tells.
    fn announced_body(&self, text: &str) -> Option<String> {
        let hit = self.vocabulary.labels.bodies.announced.candidates(text).find_map(|pattern| pattern.captures(text))?;
        let name = hit.get(1)?.as_str();
        // `Childwatch. Since July` are two sentences.
        let (_, end) = sentence_bounds(name, 0, |word| self.vocabulary.labels.honorifics.has(word));
        let name = name.get(..end).unwrap_or(name).trim_end_matches([',', '.', ' ']);
        let is_own = self.vocabulary.labels.ours.is_in(name)
            || std::iter::once(&self.charter.name).chain(&self.charter.aliases).any(|own| name.contains(own.as_str()));
        let is_person =
            names::whole(name, self.vocabulary).is_some_and(|found| found.honorific.is_some() || self.is_signer(&found.text));
        let is_place = self.vocabulary.countries.is_name(name);
        // `the Office`: what bodies are called names none.
        let is_kind = self.vocabulary.labels.organizations.is(name) && name.contains(char::is_lowercase);
        let is_other = self.vocabulary.labels.not_names.is(name);
        (!is_own && !is_person && !is_place && !is_kind && !is_other && name.chars().count() >= SHORTEST).then(|| name.to_owned())
    }

    /// The capitalised words that are the subject of a sentence which proposes somebody.
    fn acting_body(&self) -> Option<(String, Part)> {
        self.units.iter().take(self.closing).filter(|unit| unit.fields.is_empty()).find_map(|unit| {
            let name = acting(&unit.text, self.vocabulary)?;
            let is_person = name.contains(' ') && (self.is_signer(&name) || self.is_writer(&name)) || self.is_officer(&name);
            (!is_person).then_some((name, unit.part))
        })
    }

    /// The organization that the From field names.
    pub(super) fn sending_body(&self) -> Option<String> {
        let sender = self.mail.from.first().map(|person| person.name.clone()).unwrap_or_default();
        let (person, body) = person_and_body(&sender);
        let is_person = names::whole(&reordered(person), self.vocabulary).is_some();
        if !is_person {
            return foreign(&sender, self.vocabulary, self.charter).into_iter().next();
        }
        let named = foreign(body, self.vocabulary, self.charter).into_iter().next();
        let labels = &self.vocabulary.labels;
        let is_plain = body.chars().count() >= SHORTEST
            && body.starts_with(|c: char| c.is_uppercase() || is_han(c))
            && !body.contains(['@', '/', '.'])
            && !labels.ours.is_in(body)
            && !labels.roles.is_in(body)
            && !labels.honorifics.has(body)
            && self.vocabulary.countries.in_text(body).is_empty()
            && self.vocabulary.countries.place(body).is_none();
        named.or_else(|| is_plain.then(|| body.to_owned()))
    }
}
