//! The organization that a person comes from, told from his function and from what else stands beside his name.

use super::appositions::{described, led};
use super::bodies::{chunks, role};
use super::latin::latin;
use super::letter::plain;
use super::names;
use super::organizations::{foreign, organizations};
use super::person::{Common, Segment, set};
use super::units::{Shape, Unit};
use crate::charter::Charter;
use crate::domain::steps::{FoundPerson, Part};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::words::{fold, is_arabic, is_han, words};

/// `Netwise Families (charity, Galway, Ireland)` and `… - فاس، المغرب` without the place behind the name.
pub(super) fn without_place(value: &str, vocabulary: &Vocabulary) -> String {
    let mut name = value;
    loop {
        let bare = name.trim_end();
        let tail = match bare.ends_with([')', '）']) {
            true => bare.rfind(['(', '（']).map(|at| (at, bare.get(at..).unwrap_or_default())),
            false => [bare.rfind([',', '，', '،', ';']), bare.rfind(" - "), bare.rfind(" – ")]
                .into_iter()
                .flatten()
                .max()
                .map(|at| (at, bare.get(at..).unwrap_or_default())),
        };
        let Some((at, tail)) = tail.filter(|(at, _)| *at > 0) else { break };
        let inner = tail.trim_matches(|c: char| !c.is_alphanumeric());
        let is_short = !inner.contains(' ') && inner.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || c == '-');
        let is_place = vocabulary.countries.place(inner).is_some() || !vocabulary.countries.in_text(inner).is_empty();
        let is_bracket = bare.ends_with([')', '）']);
        let is_body = !is_bracket && (inner.split_whitespace().count() > 5 || !organizations(inner, vocabulary).is_empty());
        let is_note =
            is_bracket && !is_short && (inner.contains(' ') || inner.contains('-') && inner.starts_with(char::is_lowercase));
        // `Université du Lac, Faculté de droit`
        let list = words(inner);
        let is_part = !is_bracket && list.len() > 1 && vocabulary.labels.subunits.matched(&list) > 0;
        if is_part && !is_subunit(name.get(..at).unwrap_or_default(), vocabulary) {
            name = name.get(..at).unwrap_or_default();
            continue;
        }
        if is_short || !is_place && !is_note || is_body {
            break;
        }
        name = name.get(..at).unwrap_or_default();
    }
    name.trim().to_owned()
}

/// `coordinador técnico de la Federación …` of a person from that federation is a `coordinador técnico`.
pub(super) fn cut_role(person: &mut FoundPerson) {
    let (Some(role), Some(organization)) = (&person.role, &person.organization) else { return };
    let bare = organization.trim_end_matches(['.', '"', '»', ' ']);
    let Some(at) = role.find(bare).filter(|at| *at > 0) else { return };
    let mut kept: Vec<&str> = role.get(..at).unwrap_or_default().split_whitespace().collect();
    // What only led to the body: `de la`, `of the`, `,`.
    while kept.len() > 1 && kept.last().is_some_and(|word| word.chars().count() <= 3 && !word.contains('.')) {
        kept.pop();
    }
    let kept = kept.join(" ");
    let kept = kept.trim_end_matches([',', '–', '-', ' ', '،', '，']).to_owned();
    if !kept.is_empty() {
        person.role = Some(kept);
    }
}

/// `Consumer Affairs`, `Cyber Security`: what parts of a body are for, and no name of one.
fn is_department(name: &str, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let lists = [&labels.not_names, &labels.modifiers, &labels.ands, &labels.links];
    words(name)
        .iter()
        .all(|word| lists.iter().any(|list| list.matched(&[*word]) > 0) && labels.organizations.matched(&[*word]) == 0)
}

/// Whether a body is a part of the one that proposes; `the Administration of X`, too: whoever acts for it is from a body.
fn is_own_part(name: &str, vocabulary: &Vocabulary) -> bool {
    is_subunit(name, vocabulary) || is_department(name, vocabulary) || vocabulary.labels.missions.is_in(&fold(name))
}

/// `head of department of the Ministry of X`: a whole body at the end of the function is where it is held, whoever proposes.
fn held_at(role: &str, common: &Common, vocabulary: &Vocabulary, charter: &Charter) -> Option<String> {
    common.organization.as_ref()?;
    foreign(role, vocabulary, charter).into_iter().last().filter(|name| is_whole(role, name, vocabulary))
}

/// Whether a function ends with the name of a body that is no part of another.
fn is_whole(role: &str, name: &str, vocabulary: &Vocabulary) -> bool {
    role.ends_with(name)
        && !role.starts_with(name)
        && name.contains(' ')
        && !is_subunit(name, vocabulary)
        && is_oblique(role, name)
}

/// Whether the body stands in a case that says whose the function is, in the languages that have one for it.
fn is_oblique(role: &str, name: &str) -> bool {
    let is_cyrillic = |c: char| matches!(c, '\u{400}'..='\u{4FF}');
    name.starts_with(is_cyrillic) && name.starts_with(char::is_uppercase)
        || name.starts_with(is_arabic) && role.contains(&format!(" ب{name}"))
}

pub(super) fn take_organization(
    person: &mut FoundPerson,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) {
    let role = person.role.clone().unwrap_or_default();
    let first = segment.pieces.first().map_or(0, |(unit, _)| unit.paragraph);
    let mut in_role: Option<(String, Part)> = None;
    for (index, (unit, piece)) in segment.pieces.iter().enumerate() {
        if !unit.fields.is_empty() && index > 0 {
            continue;
        }
        if index > 0 && unit.paragraph != first {
            break;
        }
        // The pieces with the function come last: "Head of the Standards Department, Optonetz GmbH".
        let rest = if role.is_empty() { (*piece).to_owned() } else { piece.replacen(&role, ";", 1) };
        let named = foreign(&rest, vocabulary, charter).into_iter().chain(described(&rest, vocabulary));
        let (held, free): (Vec<String>, Vec<String>) = named.partition(|name| {
            let holds = |chunk: &&str| {
                chunk.contains(name.as_str()) && is_function(chunk, name, vocabulary) && !is_held_at(chunk, name, vocabulary)
            };
            chunks(&rest).iter().any(holds)
        });
        // A department is a part of the body that proposes, when the letter names one.
        let is_part = |name: &String| common.organization.is_some() && is_own_part(name, vocabulary);
        let mut open: Vec<String> = free.into_iter().filter(|name| !is_part(name)).collect();
        // `Department of Informatics, University of X`: the whole counts.
        let whole = open.iter().position(|name| !is_subunit(name, vocabulary)).unwrap_or(0);
        if whole < open.len() {
            let name = open.swap_remove(whole);
            set(person, "organization", unit.part, &name, "organization-beside-name");
            person.organization = Some(name);
            return;
        }
        in_role = in_role.or(held.into_iter().next().map(|name| (name, unit.part)));
    }
    if let Some(name) = held_at(&role, common, vocabulary, charter) {
        set(person, "organization", Part::Body, &name, "organization-in-function");
        person.organization = Some(name);
        return;
    }
    if in_role.is_none() && common.organization.is_none() && !role.is_empty() {
        in_role = foreign(&role, vocabulary, charter).into_iter().next().map(|name| (name, Part::Body));
    }
    if common.organization.is_none()
        && let Some((name, part)) = in_role
    {
        set(person, "organization", part, &name, "organization-in-function");
        person.organization = Some(name);
        return;
    }
    let told = untold(person, segment, common, vocabulary, charter);
    if let Some((name, part, rule)) = told.filter(|(name, ..)| common.organization.is_none() || !is_department(name, vocabulary))
    {
        set(person, "organization", part, &name, rule);
        person.organization = Some(name);
        return;
    }
    if let Some(name) = (common.organization.is_none()).then(|| behind_unit(&role, vocabulary)).flatten() {
        set(person, "organization", Part::Body, &name, "organization-in-function");
        person.organization = Some(name);
        return;
    }
    // Behind name and function stands the body, even when no word of it says so; a body that the letter names otherwise is surer.
    if common.organization.is_none() {
        behind_function(person, segment, first, vocabulary);
    }
}

/// A body that no word of its name tells, and where it stands: led to by a small word, before the name, or directly behind it.
fn untold(
    person: &FoundPerson,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) -> Option<(String, Part, &'static str)> {
    // One word alone may be a town; its form or the person's address says that it is a body.
    let is_told =
        |name: &String| name.contains(' ') || name.chars().skip(1).any(char::is_uppercase) || names_domain(name, person);
    let first = segment.pieces.first();
    first
        .and_then(|(unit, piece)| {
            let name = led(piece, vocabulary).filter(is_told)?;
            Some((name, unit.part, "organization-beside-name"))
        })
        .or_else(|| before_name(segment, vocabulary, charter).map(|(name, part)| (name, part, "organization-before-name")))
        .or_else(|| unnamed_body(person, segment, common, vocabulary).map(|(name, part)| (name, part, "piece-behind-name")))
}

/// `Council Working Group – Ms Roe, …`: the body that a line of a list names before a person.
fn before_name(segment: &Segment<'_>, vocabulary: &Vocabulary, charter: &Charter) -> Option<(String, Part)> {
    let (unit, _) = segment.pieces.first().filter(|(unit, _)| unit.shape == Shape::Item)?;
    let head = segment.before.trim_end().strip_suffix(['-', '–', '—', ':', ','])?;
    let name = foreign(head, vocabulary, charter).into_iter().last()?;
    Some((name, unit.part))
}

/// `Jefe de Calidad de Copacom`: behind what a function is for, the capitalised words of the body.
fn behind_unit(role: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let list = words(role);
    let led: Vec<usize> = list
        .iter()
        .enumerate()
        .filter(|(_, word)| word.text.starts_with(char::is_lowercase) && labels.led.matched(&[**word]) > 0)
        .map(|(at, _)| at)
        .collect();
    let last = *led.last().filter(|_| led.len() > 1)?;
    let name = role.get(list.get(last + 1)?.start..)?;
    let is_name = name.split(' ').all(|word| word.starts_with(char::is_uppercase))
        && !labels.roles.is_in(name)
        && !labels.ours.is_in(name)
        && labels.subunits.matched(&words(name)) == 0
        && vocabulary.countries.in_text(name).is_empty()
        && vocabulary.countries.place(name).is_none();
    is_name.then(|| name.to_owned())
}

/// Whether the person's address is at a domain made of a body's name: `Volta Systems` of `…@voltasys.example`.
pub(super) fn names_domain(name: &str, person: &FoundPerson) -> bool {
    let first: String = latin(name).unwrap_or_default().chars().take_while(|c| c.is_alphanumeric()).take(5).collect();
    let domain = person.email.as_ref().and_then(|email| email.reveal().split_once('@')).map(|(_, domain)| domain.to_owned());
    first.len() >= 4 && domain.is_some_and(|domain| domain.contains(&first))
}

/// The first piece behind a name in a line or in brackets, when it is capitalised and nothing else: `Jane Roe (BT, UK)`.
fn unnamed_body(person: &FoundPerson, segment: &Segment<'_>, common: &Common, vocabulary: &Vocabulary) -> Option<(String, Part)> {
    let (unit, piece) = segment.pieces.first()?;
    let bracket = piece.trim_start().starts_with(['(', '（']);
    if unit.shape == Shape::Prose && !bracket || unit.part == Part::Signature {
        return None;
    }
    let all = chunks(piece);
    let own = person.name.as_deref().unwrap_or_default();
    let at = all.iter().position(|chunk| {
        let is_name = !own.is_empty() && chunk.contains(own);
        !is_name && !person.role.as_deref().is_some_and(|role| role.contains(*chunk))
    })?;
    let name = all.get(at)?;
    // Beside a body of the letter it counts only with its country directly behind it.
    let before_country = all.get(at + 1).is_some_and(|next| vocabulary.countries.is_name(next));
    if common.organization.is_some() && !before_country && !names_domain(name, person) {
        return None;
    }
    let is_plain = name.starts_with(|c: char| c.is_uppercase() || is_han(c))
        && (1..=6).contains(&name.split_whitespace().count())
        && name.chars().count() >= 2
        && !name.contains(['@', ':', '/'])
        && name.chars().filter(char::is_ascii_digit).count() < 3;
    let cues = &vocabulary.labels.cues;
    let is_other = vocabulary.countries.is_name(name)
        || vocabulary.countries.place(name).is_some()
        || role(name, vocabulary).is_some()
        || vocabulary.labels.roles.han_at_start(name).is_some()
        || name.starts_with(is_han) && name.ends_with(OFFICES)
        || vocabulary.labels.person_label(name).is_some()
        || vocabulary.labels.honorifics.has(name)
        || vocabulary.labels.honorifics_after.han_at_start(name).is_some()
        || vocabulary.labels.suffixes.has(name)
        || vocabulary.labels.ours.is_in(name)
        // `由李女士（主任）接任`: a verb.
        || name.starts_with(is_han) && [&cues.propose, &cues.replaces, &cues.withdraw].iter().any(|list| any(list, &plain(name)));
    // Alone it may be anything; with a country or an address behind it, it is where the person comes from.
    let goes_on =
        names_domain(name, person) || all.iter().any(|chunk| vocabulary.countries.is_name(chunk) || chunk.contains('@'));
    (is_plain && !is_other && goes_on).then(|| ((*name).to_owned(), unit.part))
}

/// Characters with which Chinese functions end, and no body does.
const OFFICES: [char; 8] = ['员', '員', '师', '師', '长', '長', '监', '監'];

/// What parts of a body are called at the end of their name; those that bodies are called, too, are left out.
pub(super) const DIVISIONS: [&str; 7] = ["Division", "Department", "Section", "Unit", "Branch", "Directorate", "Team"];

/// Whether a name is of a part of a body.
pub(super) fn is_subunit(name: &str, vocabulary: &Vocabulary) -> bool {
    let subunits = &vocabulary.labels.subunits;
    if name.chars().any(is_han) {
        // `青云大学法学院` says whose part it is, and stands for itself.
        let is_whole = ["大学", "大學"].iter().any(|university| name.contains(university));
        return subunits.han_at_end(name).is_some_and(|end| end.chars().count() > 1) && name.chars().count() < 12 && !is_whole;
    }
    let list = crate::vocabulary::words::words(name);
    let is_company =
        || (1..list.len()).any(|at| list.get(at..).is_some_and(|rest| vocabulary.labels.legal_forms.matched(rest) == rest.len()));
    // `Secretaría de Comunicaciones de la República Argentina` is a country's, and no part of a body.
    let is_last = list.len() > 1 && list.last().is_some_and(|word| DIVISIONS.contains(&word.text));
    (is_last || list.first().is_some_and(|word| subunits.matched(&[*word]) > 0))
        && vocabulary.countries.in_text(name).is_empty()
        && !is_company()
}

/// Whether a piece states a function before the body that it names.
pub(super) fn is_function(chunk: &str, name: &str, vocabulary: &Vocabulary) -> bool {
    let head = chunk.split(name).next().unwrap_or_default();
    if chunk.chars().any(is_han) {
        return chunk.len() > name.len() && role(chunk, vocabulary).is_some();
    }
    role(head, vocabulary).is_some()
}

/// `enseignante à l'École …`: a small word says that the function is held there.
pub(super) fn is_held_at(chunk: &str, name: &str, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let head = chunk.split(name).next().map(words).unwrap_or_default();
    let last = head.iter().rev().find(|word| labels.articles.matched(&[**word]) == 0);
    // `l'` hangs on the name.
    last.is_some_and(|word| labels.at.matched(&[*word]) > 0)
}

fn role_is_none(chunk: &str, vocabulary: &Vocabulary) -> bool {
    role(chunk, vocabulary).is_none()
}

/// Behind name and function stands the body, even when no word of it says so; in a block it may stand between them.
fn behind_function(person: &mut FoundPerson, segment: &Segment<'_>, first: usize, vocabulary: &Vocabulary) {
    let mut seen_role = false;
    let mut above = None;
    for (unit, piece) in segment.pieces.iter().take_while(|(unit, _)| unit.paragraph == first).take(5) {
        let all = chunks(piece);
        for (at, chunk) in all.iter().copied().enumerate() {
            let is_role = person.role.as_deref().is_some_and(|own| own.contains(chunk) || chunk.contains(own));
            if is_role {
                seen_role = true;
                let line = above.take().filter(|_| unit.shape == Shape::Line);
                if let Some((part, line)) = line {
                    set(person, "organization", part, line, "line-above-function");
                    person.organization = Some(line.to_owned());
                    return;
                }
                continue;
            }
            if is_detail(unit, chunk, vocabulary) || !may_be_body(chunk, vocabulary) {
                continue;
            }
            // In a sentence a place or an address goes on behind it.
            let goes_on = || {
                all.get(at + 1)
                    .is_some_and(|next| is_detail(unit, next, vocabulary) || vocabulary.countries.place(next).is_some())
            };
            if seen_role && (unit.shape != Shape::Prose || goes_on()) {
                set(person, "organization", unit.part, chunk, "line-behind-function");
                person.organization = Some(chunk.to_owned());
                return;
            }
            let is_line = unit.shape == Shape::Line
                && all.len() == 1
                && !std::ptr::eq(*unit, segment.pieces.first().map_or(*unit, |(unit, _)| *unit));
            let is_abbreviated = chunk.split(' ').any(|word| word.chars().count() > 1 && !word.contains(char::is_lowercase));
            if is_line && (is_abbreviated || names::whole(chunk, vocabulary).is_none()) {
                above = above.or(Some((unit.part, chunk)));
            }
        }
    }
}

/// An address, a number, a country: what stands beside a body and is none.
fn is_detail(unit: &Unit, chunk: &str, vocabulary: &Vocabulary) -> bool {
    chunk.contains('@')
        || chunk.chars().filter(char::is_ascii_digit).count() >= 5
        || vocabulary.countries.is_name(chunk)
        || chunk.split_whitespace().count() <= 2 && chunk.chars().any(|c| c.is_ascii_digit())
        || !unit.fields.is_empty()
}

/// Whether a piece may be a body's name, as far as it tells.
fn may_be_body(chunk: &str, vocabulary: &Vocabulary) -> bool {
    chunk.starts_with(|c: char| c.is_uppercase() || is_arabic(c) || is_han(c))
        && chunk.split_whitespace().count() <= 6
        && names::whole(chunk, vocabulary).is_none_or(|name| name.honorific.is_none())
        && role_is_none(chunk, vocabulary)
        && vocabulary.labels.person_label(chunk).is_none()
        && vocabulary.countries.place(chunk).is_none()
}
