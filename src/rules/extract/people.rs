//! Who is proposed, corrected or withdrawn in a letter.

use super::bodies::{category, chunks, seat_category, study_groups};
use super::names::{self, Name};
use super::person::{Common, Segment, current_role, details, emails, foreign_organizations, set};
use super::tables;
use super::units::{self, Shape, Unit};
use crate::charter::Charter;
use crate::domain::steps::{FoundPerson, Part};
use crate::domain::words::{Action, Kind};
use crate::mail::Mail;
use crate::rules::Rules;
use crate::rules::extract::phones;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::{PersonLabel, any};
use crate::vocabulary::words::{fold, is_han, words};

/// What a name must weigh to be somebody who is proposed.
const PROPOSED: i32 = 3;
/// People in a letter at most: a longer list is for a person to look at.
const MOST_PEOPLE: usize = 200;

/// A name in the letter and what speaks for its being meant.
#[derive(Clone, Debug)]
struct Anchor {
    unit: usize,
    name: Name,
    weight: i32,
    labelled: bool,
}

/// What the search works with.
struct Letter<'a> {
    mail: &'a Mail,
    kind: Kind,
    vocabulary: &'a Vocabulary,
    charter: &'a Charter,
    /// Own text, then signature.
    units: Vec<Unit>,
    /// Where the signature begins in `units`.
    signature: usize,
    forwarded: Vec<Unit>,
    /// The writer's name, if the letter says it.
    writer: Option<Name>,
}

/// The people of a letter of one of the three contact kinds; empty for every other.
pub(super) fn people(rules: &Rules, mail: &Mail, kind: Kind) -> Vec<FoundPerson> {
    let Some(action) = action_of(kind) else { return Vec::new() };
    let letter = Letter::new(rules, mail, kind);
    let mut found = tables::people(mail, rules);
    let common = letter.common(&letter.units);
    if found.is_empty() {
        found = letter.pairs(&common);
    }
    if found.is_empty() {
        found = letter.of_text(&common);
    }
    if found.is_empty() {
        found = mail
            .documents
            .iter()
            .map(|document| of_document(rules, mail, kind, &document.text))
            .find(|found| !found.is_empty())
            .unwrap_or_default();
    }
    for person in &mut found {
        letter.complete(person, &common);
        person.action.get_or_insert(action);
    }
    found.truncate(MOST_PEOPLE);
    without_doubles(found)
}

/// The people of a letter that came as a document.
fn of_document(rules: &Rules, mail: &Mail, kind: Kind, text: &str) -> Vec<FoundPerson> {
    let units = units::units(text, Part::Attachment, &rules.vocabulary);
    let signature = units.len();
    let letter = Letter {
        mail,
        kind,
        vocabulary: &rules.vocabulary,
        charter: &rules.charter,
        units,
        signature,
        forwarded: Vec::new(),
        writer: None,
    };
    let common = letter.common(&letter.units);
    let anchors = letter.anchors(&letter.units).into_iter().filter(|anchor| anchor.weight >= PROPOSED).collect();
    let mut found = letter.assemble(&letter.units, &distinct(anchors), &common);
    for person in &mut found {
        letter.complete(person, &common);
    }
    found
}

fn action_of(kind: Kind) -> Option<Action> {
    match kind {
        Kind::ContactSubmission => Some(Action::Add),
        Kind::ContactUpdate => Some(Action::Update),
        Kind::ContactWithdrawal => Some(Action::Withdraw),
        _ => None,
    }
}

/// The same person twice (a table in both forms of a body) is one.
fn without_doubles(found: Vec<FoundPerson>) -> Vec<FoundPerson> {
    let mut kept: Vec<FoundPerson> = Vec::new();
    for person in found {
        let name = |person: &FoundPerson| person.name.as_deref().map(sorted_words);
        if !kept.iter().any(|earlier| name(earlier) == name(&person) && earlier.action == person.action) {
            kept.push(person);
        }
    }
    kept
}

fn sorted_words(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = words(name).iter().map(|word| fold(word.text.trim_matches('.'))).collect();
    parts.sort();
    parts
}

/// Whether the writer's words send on what stands below them.
fn is_forward(mail: &Mail, vocabulary: &Vocabulary) -> bool {
    let said = fold(&mail.text.own);
    said.chars().count() <= 400 && any(&vocabulary.labels.cues.forward, &said)
}

/// Whether two names may be one person's: all words of the shorter one are in the longer one, or begin like its initials.
fn same_person(a: &str, b: &str) -> bool {
    let (a, b) = (sorted_words(a), sorted_words(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    !short.is_empty()
        && short.iter().any(|word| word.chars().count() > 1)
        && short
            .iter()
            .all(|word| long.iter().any(|other| other == word || (word.chars().count() == 1 && other.starts_with(word.as_str()))))
}

impl<'a> Letter<'a> {
    fn new(rules: &'a Rules, mail: &'a Mail, kind: Kind) -> Letter<'a> {
        let (own, signature, mut forwarded) = units::of(mail, &rules.vocabulary);
        if forwarded.is_empty() && is_forward(mail, &rules.vocabulary) {
            // Clients write the same header above history and above what is sent on; the words above it tell them apart.
            forwarded = units::units(&mail.text.quoted, Part::History, &rules.vocabulary);
        }
        let at = own.len();
        let mut units = own;
        let paragraphs = units.last().map_or(0, |unit| unit.paragraph + 1);
        units.extend(signature.into_iter().map(|unit| Unit { paragraph: unit.paragraph + paragraphs, ..unit }));
        let mut letter = Letter {
            mail,
            kind,
            vocabulary: &rules.vocabulary,
            charter: &rules.charter,
            units,
            signature: at,
            forwarded,
            writer: None,
        };
        letter.writer = letter.find_writer();
        letter
    }

    /// The writer's name: the first line of the signature that is one, a last line of the letter, else the From field's.
    fn find_writer(&self) -> Option<Name> {
        let display =
            self.mail.from.first().map(|person| reordered(&person.name)).and_then(|name| names::whole(&name, self.vocabulary));
        let is_line = |unit: &&Unit| unit.shape != Shape::Item && unit.fields.is_empty();
        let signature = self.units.iter().skip(self.signature).filter(is_line).find_map(|unit| self.line_name(&unit.text));
        let closing = || {
            let last = self.units.iter().take(self.signature).map(|unit| unit.paragraph).max()?;
            let tail: Vec<&Unit> = self
                .units
                .iter()
                .take(self.signature)
                .filter(|unit| unit.paragraph + 1 >= last.max(1) && unit.shape != Shape::Prose)
                .collect();
            let same = |name: &Name| display.as_ref().is_some_and(|display| same_person(&display.text, &name.text));
            let names: Vec<Name> = tail.iter().filter(is_line_ref).filter_map(|unit| self.line_name(&unit.text)).collect();
            names.iter().find(|name| same(name)).or(names.last()).cloned()
        };
        // A first name alone under the letter is the From field's person.
        signature.or_else(closing).or(display.clone()).map(|name| match &display {
            Some(display)
                if sorted_words(&display.text).len() > sorted_words(&name.text).len()
                    && same_person(&display.text, &name.text) =>
            {
                display.clone()
            }
            _ => name,
        })
    }

    /// The name that a line begins with, when nothing but a function or a body follows.
    fn line_name(&self, line: &str) -> Option<Name> {
        names::whole(line, self.vocabulary)
            .or_else(|| {
                let first = chunks(line).first().copied()?;
                let name = names::whole(first, self.vocabulary)?;
                line.trim_start().starts_with(first).then_some(name)
            })
            .or_else(|| {
                let name = names::find(line, self.vocabulary).into_iter().next()?;
                (name.start == 0 && line.split_whitespace().count() <= 8).then_some(name)
            })
    }

    /// What holds for everybody whom the letter proposes.
    fn common(&self, units: &[Unit]) -> Common {
        let mut common = Common::default();
        for unit in units.iter().filter(|unit| !self.is_greeting(unit)) {
            if common.organization.is_none() {
                let labelled =
                    unit.fields.iter().find(|(label, _)| *label == PersonLabel::Organization).map(|(_, value)| value.clone());
                let name =
                    labelled.or_else(|| foreign_organizations(&unit.text, self.vocabulary, self.charter).into_iter().next());
                common.organization = name.map(|name| (name, unit.part));
            }
            if common.country.is_none() {
                common.country = self.vocabulary.countries.in_text(&unit.text).first().map(|code| (*code).to_owned());
            }
        }
        if common.organization.is_none() {
            let sender = self.mail.from.first().map(|person| person.name.clone()).unwrap_or_default();
            let is_person = names::whole(&reordered(&sender), self.vocabulary).is_some();
            if !is_person {
                common.organization = foreign_organizations(&sender, self.vocabulary, self.charter)
                    .into_iter()
                    .next()
                    .map(|name| (name, Part::From));
            }
        }
        common
    }

    fn is_greeting(&self, unit: &Unit) -> bool {
        let han = unit.text.chars().filter(|c| is_han(*c)).count();
        unit.text.chars().count() + han <= 60 && self.vocabulary.mail.is_greeting(&unit.text)
    }

    fn is_officer(&self, name: &str) -> bool {
        same_person(name, &self.charter.chair.name)
            || self.charter.chair.name.split_whitespace().last().is_some_and(|family| sorted_words(name).contains(&fold(family)))
    }

    /// The names of some units, with what speaks for each.
    fn anchors(&self, units: &[Unit]) -> Vec<Anchor> {
        let cues = &self.vocabulary.labels.cues;
        let mut anchors: Vec<Anchor> = self.labelled_names(units);
        for (index, unit) in units.iter().enumerate() {
            if self.is_greeting(unit) || unit.fields.iter().any(|(label, _)| is_name_label(*label)) {
                continue;
            }
            let folded = fold(&unit.text);
            let wanted = if self.kind == Kind::ContactWithdrawal { &cues.withdraw } else { &cues.propose };
            let cue = i32::from(any(wanted, &folded)) * 2;
            let found = names::find(&unit.text, self.vocabulary);
            for (nth, name) in found.iter().enumerate() {
                let previous = nth.checked_sub(1).and_then(|at| found.get(at));
                if self.is_officer(&name.text) || is_alternate_script(&unit.text, name, previous) {
                    continue;
                }
                let next = found.get(nth + 1).map_or(unit.text.len(), |next| next.start);
                let behind = unit.text.get(name.end..next).unwrap_or_default();
                let head = unit.text.get(..name.start).unwrap_or_default();
                let is_first = head.trim().chars().count() <= 12 && !matches!(unit.shape, Shape::Prose);
                let first_chunk = chunks(behind).into_iter().next().unwrap_or_default();
                let mut weight = cue + i32::from(name.honorific.is_some()) * 2;
                weight += i32::from(is_first) + i32::from(unit.shape == Shape::Item);
                weight += i32::from(
                    super::bodies::role(first_chunk, self.vocabulary).is_some()
                        || super::bodies::role(head, self.vocabulary).is_some(),
                );
                weight += i32::from(self.has_details(units, index, behind, unit)) * 2;
                anchors.push(Anchor { unit: index, name: name.clone(), weight, labelled: false });
            }
        }
        // A line of block text below a name is not another person unless it brings details of its own.
        anchors.sort_by_key(|anchor| (anchor.unit, anchor.name.start));
        anchors
    }

    /// Whether an address or a number stands behind a name, or in the lines below it.
    fn has_details(&self, units: &[Unit], index: usize, behind: &str, unit: &Unit) -> bool {
        let is_detail = |text: &str| {
            !emails(text, self.vocabulary, self.charter).is_empty()
                || !phones::find(&phones::without_extensions(text, self.vocabulary), self.vocabulary).is_empty()
        };
        if is_detail(behind) {
            return true;
        }
        let below = units.iter().skip(index + 1).take_while(|next| next.paragraph == unit.paragraph).take(6);
        for next in below {
            if names::find(&next.text, self.vocabulary).iter().any(|name| name.honorific.is_some()) && !is_detail(&next.text) {
                return false;
            }
            if is_detail(&next.text)
                || next.fields.iter().any(|(label, _)| matches!(label, PersonLabel::Email | PersonLabel::Telephone))
            {
                return true;
            }
        }
        false
    }

    /// Names behind labels: `Name:`, or family and given name on lines of their own.
    fn labelled_names(&self, units: &[Unit]) -> Vec<Anchor> {
        let mut anchors: Vec<Anchor> = Vec::new();
        let mut pending: Option<(usize, PersonLabel, String)> = None;
        for (index, unit) in units.iter().enumerate() {
            let has_given = units
                .iter()
                .skip(index)
                .take(3)
                .any(|next| next.fields.iter().any(|(label, _)| *label == PersonLabel::GivenName));
            for (label, value) in &unit.fields {
                let is_family = *label == PersonLabel::FamilyName
                    || (*label == PersonLabel::Name && has_given && value.split_whitespace().count() <= 3 && pending.is_none());
                match label {
                    PersonLabel::GivenName => match pending.take() {
                        Some((at, PersonLabel::FamilyName, family)) => {
                            anchors.push(labelled(at, format!("{value} {family}"), None))
                        }
                        _ => pending = Some((index, PersonLabel::GivenName, value.clone())),
                    },
                    PersonLabel::FamilyName | PersonLabel::Name if is_family => match pending.take() {
                        Some((at, PersonLabel::GivenName, given)) => anchors.push(labelled(at, format!("{given} {value}"), None)),
                        _ => pending = Some((index, PersonLabel::FamilyName, value.clone())),
                    },
                    PersonLabel::Name => {
                        anchors.extend(self.value_name(value).map(|(name, honorific)| labelled(index, name, honorific)))
                    }
                    _ => {}
                }
            }
        }
        if let Some((at, _, name)) = pending {
            anchors.push(labelled(at, name, None));
        }
        anchors
    }

    /// A name in a field: without honorific, without the same in another script, without a function behind a comma.
    fn value_name(&self, value: &str) -> Option<(String, Option<String>)> {
        if let Some(name) = names::find(value, self.vocabulary).into_iter().next().filter(|name| name.start == 0) {
            return Some((name.text, name.honorific));
        }
        let first = chunks(value).into_iter().next()?;
        let plausible =
            (2..=60).contains(&first.chars().count()) && !first.contains('@') && !first.chars().any(|c| c.is_ascii_digit());
        plausible.then(|| (first.to_owned(), None))
    }

    /// Successions: who comes is added, who leaves is withdrawn.
    fn pairs(&self, common: &Common) -> Vec<FoundPerson> {
        let cues = &self.vocabulary.labels.cues;
        if self.kind == Kind::ContactSubmission {
            return Vec::new();
        }
        for (index, unit) in self.units.iter().enumerate().take(self.signature) {
            let found: Vec<Name> =
                names::find(&unit.text, self.vocabulary).into_iter().filter(|name| !self.is_officer(&name.text)).collect();
            let [first, second, ..] = found.as_slice() else { continue };
            let between = fold(unit.text.get(first.end..second.start).unwrap_or_default());
            let head = fold(unit.text.get(..first.start).unwrap_or_default());
            let (newcomer, leaver) = if any(&cues.replaced_by, &between) || any(&cues.replace_with, &head) {
                (second, first)
            } else if any(&cues.replaces, &between) {
                (first, second)
            } else if any(&cues.replaces, &head) {
                (second, first)
            } else {
                continue;
            };
            let segment = self.segment(&self.units, index, newcomer, self.units.len(), None);
            let mut added = details(newcomer, unit.part, &segment, common, self.vocabulary, self.charter);
            added.action = Some(Action::Add);
            let mut left = FoundPerson {
                name: Some(leaver.text.clone()),
                honorific: leaver.honorific.clone(),
                action: Some(Action::Withdraw),
                ..FoundPerson::default()
            };
            set(&mut left, "name", unit.part, &leaver.text, "succession");
            return vec![left, added];
        }
        Vec::new()
    }

    /// The units that speak of a person: from behind his name to the next person's.
    fn segment<'u>(&self, units: &'u [Unit], from: usize, name: &Name, to: usize, stop: Option<usize>) -> Segment<'u> {
        let mut pieces = Vec::new();
        let mut before = "";
        for (index, unit) in units.iter().enumerate().take(to.min(units.len())).skip(from) {
            let start = if index == from { name.end } else { 0 };
            let end = if index + 1 == to { stop.unwrap_or(unit.text.len()) } else { unit.text.len() };
            if index == from {
                before = unit.text.get(..name.start).unwrap_or_default();
            }
            pieces.push((unit, unit.text.get(start..end.max(start)).unwrap_or_default()));
        }
        Segment { before, pieces }
    }

    /// The people that the running text is about.
    fn of_text(&self, common: &Common) -> Vec<FoundPerson> {
        let cues = &self.vocabulary.labels.cues;
        let own: Vec<Unit> = self.units.iter().take(self.signature).cloned().collect();
        let said = fold(&format!("{}\n{}", self.mail.base_subject, self.mail.text.own));
        let about_self = any(&cues.myself, &said) && !any(&cues.not_myself, &said);
        let is_writer = |anchor: &Anchor| self.writer.as_ref().is_some_and(|writer| same_person(&writer.text, &anchor.name.text));
        let units: &[Unit] = if about_self { &self.units } else { &own };
        let mut anchors = self.anchors(units);
        for anchor in &mut anchors {
            // Whoever signs is not proposed by that.
            if is_writer(anchor) && !anchor.labelled {
                let unit = units.get(anchor.unit);
                let is_signing = unit.is_some_and(|unit| {
                    unit.shape != Shape::Prose && unit.paragraph + 2 > units.last().map_or(0, |last| last.paragraph)
                });
                anchor.weight += if about_self {
                    3
                } else if is_signing {
                    -2
                } else {
                    0
                };
            }
        }
        let is_sure = anchors.iter().any(|anchor| anchor.weight >= PROPOSED);
        if !is_sure && !about_self {
            // "See below": whom the forwarder proposes stands in what he forwards.
            let below = self.of_forwarded();
            if !below.is_empty() {
                return below;
            }
        }
        let threshold = if is_sure { PROPOSED } else { 2 };
        let chosen = distinct(self.with_siblings(anchors, threshold, units));
        if chosen.is_empty() && !about_self && self.kind == Kind::ContactSubmission && self.has_documents() {
            // Who is proposed stands in a file; whoever sent it is not proposed by that.
            return Vec::new();
        }
        let mut found: Vec<FoundPerson> = self.assemble(units, &chosen, common);
        let has_writer = chosen.iter().any(is_writer);
        if about_self
            && !has_writer
            && found.iter().all(|_| self.kind != Kind::ContactWithdrawal)
            && (found.is_empty() || self.names_himself(&said))
        {
            found.extend(self.writer_himself(common));
        }
        if found.is_empty() {
            found.extend(self.writer_himself(common));
        }
        found
    }

    /// Those that weigh enough, and the names that stand alone in lines beside them: a list.
    fn with_siblings(&self, anchors: Vec<Anchor>, threshold: i32, units: &[Unit]) -> Vec<Anchor> {
        let line = |anchor: &Anchor| units.get(anchor.unit).filter(|unit| unit.shape != Shape::Prose);
        let sure: Vec<(usize, usize)> = anchors
            .iter()
            .filter(|anchor| anchor.weight >= threshold)
            .filter_map(|anchor| line(anchor).map(|unit| (unit.paragraph, anchor.unit)))
            .collect();
        let is_sibling = |anchor: &Anchor| {
            line(anchor).is_some_and(|unit| {
                let alone = names::whole(&unit.text, self.vocabulary).is_some();
                let listed = self.kind == Kind::ContactWithdrawal || unit.shape == Shape::Item;
                alone
                    && listed
                    && sure.iter().any(|(paragraph, at)| *paragraph == unit.paragraph && at.abs_diff(anchor.unit) == 1)
            })
        };
        anchors.iter().filter(|anchor| anchor.weight >= threshold || is_sibling(anchor)).cloned().collect()
    }

    /// Whether a file came that a person would open.
    fn has_documents(&self) -> bool {
        let is_document = |kind: &str| {
            kind.starts_with("application/") && !kind.contains("signature") && !kind.contains("pgp") && !kind.contains("calendar")
        };
        self.mail.attachments.iter().any(|attachment| is_document(&attachment.content_type))
    }

    /// "my colleague … and me": the writer beside others.
    fn names_himself(&self, said: &str) -> bool {
        let both = self
            .vocabulary
            .labels
            .cues
            .myself
            .iter()
            .any(|cue| cue.find_iter(said).any(|hit| hit.as_str().chars().count() <= 14));
        both && self.kind == Kind::ContactSubmission
    }

    fn of_forwarded(&self) -> Vec<FoundPerson> {
        let common = self.common(&self.forwarded);
        let anchors: Vec<Anchor> = self.anchors(&self.forwarded).into_iter().filter(|anchor| anchor.weight >= PROPOSED).collect();
        let own = self.common(&self.units);
        let common = Common { organization: own.organization.or(common.organization), country: own.country.or(common.country) };
        self.assemble(&self.forwarded, &distinct(anchors), &common)
    }

    fn assemble(&self, units: &[Unit], anchors: &[Anchor], common: &Common) -> Vec<FoundPerson> {
        let mut found = Vec::new();
        for (nth, anchor) in anchors.iter().enumerate() {
            let next = anchors.get(nth + 1);
            let (to, stop) = match next {
                Some(next) if next.labelled || next.unit != anchor.unit => (next.unit, None),
                Some(next) => (next.unit + 1, Some(next.name.start)),
                None => (self.end_of_last(units, anchor), None),
            };
            let unit = units.get(anchor.unit);
            let part = unit.map_or(Part::Body, |unit| unit.part);
            let segment = self.segment(units, anchor.unit, &anchor.name, to.max(anchor.unit + 1), stop);
            let mut person = details(&anchor.name, part, &segment, common, self.vocabulary, self.charter);
            if anchors.len() == 1 {
                self.look_around(&mut person, units, anchor);
            }
            found.push(person);
        }
        found
    }

    /// Where the last person's units end: before the line in which somebody else signs.
    fn end_of_last(&self, units: &[Unit], anchor: &Anchor) -> usize {
        let signs = |unit: &Unit| {
            unit.shape != Shape::Prose
                && unit.fields.is_empty()
                && self
                    .writer
                    .as_ref()
                    .is_some_and(|writer| !same_person(&writer.text, &anchor.name.text) && unit.text.contains(&writer.text))
        };
        units.iter().enumerate().skip(anchor.unit + 1).find(|(_, unit)| signs(unit)).map_or(units.len(), |(index, _)| index)
    }

    /// Only one person is meant, so an address or a number elsewhere in the text is his, too.
    fn look_around(&self, person: &mut FoundPerson, units: &[Unit], anchor: &Anchor) {
        if person.email.is_some() && person.phone.is_some() {
            return;
        }
        let writer = self.mail.writer();
        let is_writer = self.writer.as_ref().is_some_and(|writer| same_person(&writer.text, &anchor.name.text));
        for unit in units.iter().take(anchor.unit + 1).filter(|unit| unit.part == Part::Body || is_writer) {
            if person.email.is_none()
                && let Some(email) = emails(&unit.text, self.vocabulary, self.charter)
                    .into_iter()
                    .find(|email| !email.is_old && (is_writer || Some(&email.address) != writer))
            {
                set(person, "email", unit.part, email.address.reveal(), "only-address");
                person.email = Some(email.address);
            }
        }
    }

    /// The writer, who proposes, corrects or withdraws himself.
    fn writer_himself(&self, common: &Common) -> Option<FoundPerson> {
        let name = self.writer.clone()?;
        let at = self.units.iter().position(|unit| unit.text.contains(&name.text));
        let mut person = match at {
            Some(at) => {
                let start = self.units.get(at).and_then(|unit| unit.text.find(&name.text)).unwrap_or(0);
                let here = Name { start, end: start + name.text.len(), ..name.clone() };
                let segment = self.segment(&self.units, at, &here, self.units.len(), None);
                details(
                    &name,
                    self.units.get(at).map_or(Part::Signature, |unit| unit.part),
                    &segment,
                    common,
                    self.vocabulary,
                    self.charter,
                )
            }
            None => {
                let segment = Segment { before: "", pieces: Vec::new() };
                details(&name, Part::From, &segment, common, self.vocabulary, self.charter)
            }
        };
        // What the text itself says counts before what stands under it.
        let own = Segment {
            before: "",
            pieces: self.units.iter().take(self.signature).map(|unit| (unit, unit.text.as_str())).collect(),
        };
        let said = details(&name, Part::Body, &own, common, self.vocabulary, self.charter);
        if said.email.is_some() {
            person.email = said.email;
        }
        if said.phone.is_some() {
            person.phone = said.phone;
        }
        if self.kind == Kind::ContactUpdate
            && let Some((role, part)) = current_role(&own, self.vocabulary)
        {
            set(&mut person, "role", part, &role, "function-in-text");
            person.role = Some(role);
        }
        if person.email.is_none() {
            person.email = self.mail.writer().cloned();
            if let Some(email) = person.email.clone() {
                set(&mut person, "email", Part::From, email.reveal(), "address-of-the-writer");
            }
        }
        Some(person)
    }

    /// What holds by the letter as a whole: category, study groups, the writer's own address.
    fn complete(&self, person: &mut FoundPerson, common: &Common) {
        let is_writer =
            self.writer.as_ref().zip(person.name.as_deref()).is_some_and(|(writer, name)| same_person(&writer.text, name));
        if person.email.is_none() && is_writer && self.kind != Kind::ContactWithdrawal {
            person.email = self.mail.writer().cloned();
            if let Some(email) = person.email.clone() {
                set(person, "email", Part::From, email.reveal(), "address-of-the-writer");
            }
        }
        if person.organization.is_none()
            && let Some((organization, part)) = &common.organization
        {
            person.organization = Some(organization.clone());
            set(person, "organization", *part, organization, "organization-of-the-letter");
        }
        if person.country.is_none() {
            let own = person
                .organization
                .as_deref()
                .and_then(|name| self.vocabulary.countries.of_organization(name))
                .map(str::to_owned);
            person.country = own.or_else(|| common.country.clone());
            if let Some(code) = person.country.clone() {
                set(person, "country", Part::Body, &code, "country-of-the-letter");
            }
        }
        if person.phone.as_deref().is_some_and(|phone| !phone.starts_with('+')) && person.country.is_some() {
            person.phone = person.phone.as_deref().and_then(|phone| phones::normalise(phone, person.country.as_deref()));
        }
        if self.kind == Kind::ContactWithdrawal || person.category.is_some() {
            return;
        }
        self.represented(person);
        self.seat_of_its_own(person);
    }

    /// A representative of a body that the charter names comes from that body; its full name is the charter's.
    fn seat_of_its_own(&self, person: &mut FoundPerson) {
        let Some(organization) = person.organization.as_deref().map(fold) else { return };
        let seat = self
            .charter
            .seats
            .iter()
            .filter(|seat| seat.study_group.is_none() && person.category.as_deref() == Some(seat.category.as_str()));
        let named = seat.into_iter().find(|seat| {
            fold(&seat.body).starts_with(&organization) || seat.aliases.iter().any(|alias| fold(alias) == organization)
        });
        if let Some(seat) =
            named.filter(|seat| self.mail.text.own.to_lowercase().replace('\n', " ").contains(&seat.body.to_lowercase()))
        {
            person.organization = Some(seat.body.clone());
        }
    }

    /// Which body the person represents, as far as the letter gives ground for it.
    fn represented(&self, person: &mut FoundPerson) {
        let name = person.name.clone().unwrap_or_default();
        let near = self.units.iter().find(|unit| unit.text.contains(&name)).map(|unit| unit.text.clone()).unwrap_or_default();
        let documents = self.mail.documents.iter().map(|document| document.text.as_str()).collect::<Vec<_>>().join("\n");
        let own = format!("{}\n{}\n{}\n{documents}", self.mail.base_subject, self.mail.text.own, self.mail.text.signature);
        let texts = [near.as_str(), self.mail.base_subject.as_str(), own.as_str(), self.mail.text.forwarded.as_str()];
        if person.study_groups.is_empty() {
            let group = texts.iter().find_map(|text| study_groups(text, self.vocabulary, self.charter).into_iter().next());
            person.study_groups = group.into_iter().collect();
        }
        let organization = person.organization.clone().unwrap_or_default();
        let by_body = category(&organization, self.vocabulary);
        if !person.study_groups.is_empty() {
            let of_group = self.charter.seats.iter().find(|seat| seat.study_group.as_ref() == person.study_groups.first());
            person.category = of_group.map(|seat| seat.category.clone());
        } else if let Some(category) = texts.iter().take(3).find_map(|text| seat_category(text, self.vocabulary, self.charter)) {
            person.category = Some(category);
        } else {
            let whole = category(&own, self.vocabulary);
            person.category =
                by_body.or(whole).filter(|_| self.kind == Kind::ContactSubmission || by_body.is_some()).map(str::to_owned);
        }
        if let Some(word) = person.category.clone() {
            set(person, "category", Part::Body, &word, "words-of-the-body");
        }
    }
}

fn is_line_ref(unit: &&&Unit) -> bool {
    unit.shape != Shape::Item && unit.fields.is_empty()
}

fn labelled(unit: usize, name: String, honorific: Option<String>) -> Anchor {
    Anchor { unit, name: Name { text: name, honorific, start: 0, end: 0 }, weight: 5, labelled: true }
}

fn is_name_label(label: PersonLabel) -> bool {
    matches!(label, PersonLabel::Name | PersonLabel::FamilyName | PersonLabel::GivenName)
}

/// `ROE, Jane` of a From field as `Jane ROE`.
fn reordered(name: &str) -> String {
    match name.split_once(',') {
        Some((family, given)) if !given.trim().is_empty() && !given.contains(',') => {
            format!("{} {}", given.trim(), family.trim())
        }
        _ => name.to_owned(),
    }
}

/// The same name again in another script, in brackets or directly behind the first.
fn is_alternate_script(text: &str, name: &Name, previous: Option<&Name>) -> bool {
    let Some(previous) = previous else { return false };
    let is_latin = |text: &str| {
        text.chars().find(|c| c.is_alphabetic()).is_some_and(|c| c.is_ascii() || ('\u{C0}'..='\u{24F}').contains(&c))
    };
    let gap = text.get(previous.end..name.start).unwrap_or_default();
    is_latin(&name.text) != is_latin(&previous.text)
        && gap.chars().all(|c| c.is_whitespace() || matches!(c, '(' | '（' | '/' | '[' | ',' | '，' | '-' | '–'))
}

/// One anchor a person: the heaviest mention, at the place of the first that has it.
fn distinct(anchors: Vec<Anchor>) -> Vec<Anchor> {
    let mut kept: Vec<Anchor> = Vec::new();
    for anchor in anchors {
        match kept.iter_mut().find(|earlier| same_person(&earlier.name.text, &anchor.name.text)) {
            Some(earlier) if anchor.weight > earlier.weight + 1 => *earlier = anchor,
            Some(_) => {}
            None => kept.push(anchor),
        }
    }
    kept.sort_by_key(|anchor| (anchor.unit, anchor.name.start));
    kept
}
