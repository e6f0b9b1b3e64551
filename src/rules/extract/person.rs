//! The details of one person, taken from the units that speak of him.

use super::affiliation::{DIVISIONS, cut_role, names_domain, take_organization, without_place};
use super::bodies::{chunks, role, spans, study_groups};
use super::emails::{Email, Likeness, emails, likeness};
use super::functions::{behind, stated};
use super::names::{self, Name};
use super::organizations::{foreign, organizations};
use super::phones::{self, Line};
use super::units::{Shape, Unit};
use crate::charter::Charter;
use crate::domain::address::Address;
use crate::domain::steps::{FoundPerson, Part, Source};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::{is_han, simplified};

/// Characters of a function at most.
const LONGEST_FUNCTION: usize = 100;
/// Words of a source that are kept.
const MOST_WORDS: usize = 200;

/// What is known of all people of a letter, for whoever's own words do not say it.
#[derive(Clone, Debug, Default)]
pub(super) struct Common {
    /// The organization that proposes them.
    pub(super) organization: Option<(String, Part)>,
    /// Its country.
    pub(super) country: Option<String>,
}

/// A piece of a letter that speaks of one person: the text behind the name, then what follows.
#[derive(Clone, Debug)]
pub(super) struct Segment<'a> {
    /// The text before the name in its unit.
    pub(super) before: &'a str,
    /// Units and the part of each that belongs to the person; the first begins behind the name.
    pub(super) pieces: Vec<(&'a Unit, &'a str)>,
    /// Names of others whose addresses may stand among these words.
    pub(super) others: Vec<String>,
}

impl<'a> Segment<'a> {
    /// Words of one person alone.
    pub(super) fn of(pieces: Vec<(&'a Unit, &'a str)>) -> Segment<'a> {
        Segment { before: "", pieces, others: Vec::new() }
    }
}

/// Writes a field and where it comes from.
pub(super) fn set(person: &mut FoundPerson, field: &'static str, part: Part, words: &str, rule: &str) {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_WORDS).collect();
    person.sources.push(Source { field, part, words, rule: rule.to_owned() });
}

/// Takes the details of a named person out of a segment.
pub(super) fn details(
    name: &Name,
    part: Part,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) -> FoundPerson {
    let mut person = FoundPerson { name: Some(name.text.clone()), honorific: name.honorific.clone(), ..FoundPerson::default() };
    set(&mut person, "name", part, &name.text, "name");
    labelled(&mut person, segment, vocabulary, charter);
    email(&mut person, segment, vocabulary, charter);
    if person.role.is_none() {
        take_role(&mut person, part, segment, common, vocabulary, charter);
    }
    if person.organization.is_none() {
        take_organization(&mut person, segment, common, vocabulary, charter);
    }
    if person.organization.is_none()
        && let Some((organization, part)) = &common.organization
    {
        person.organization = Some(organization.clone());
        set(&mut person, "organization", *part, organization, "organization-of-the-letter");
    }
    cut_role(&mut person);
    country(&mut person, segment, common, vocabulary);
    phone(&mut person, segment, vocabulary);
    person
}

/// What labels announce.
fn labelled(person: &mut FoundPerson, segment: &Segment<'_>, vocabulary: &Vocabulary, charter: &Charter) {
    let fields = |unit: &Unit| unit.fields.iter().filter(|(label, _)| *label == PersonLabel::Email).count();
    // Of several addresses the words around them tell which one to use.
    let has_choice = segment.pieces.iter().map(|(unit, _)| fields(unit)).sum::<usize>() > 1;
    for (unit, piece) in &segment.pieces {
        for (label, value) in unit.fields.iter().filter(|(_, value)| piece.contains(value.as_str())) {
            if has_choice && *label == PersonLabel::Email {
                continue;
            }
            field(person, *label, value, unit.part, vocabulary, charter);
        }
    }
}

/// One labelled value; the first of a kind counts.
pub(super) fn field(
    person: &mut FoundPerson,
    label: PersonLabel,
    value: &str,
    part: Part,
    vocabulary: &Vocabulary,
    charter: &Charter,
) {
    let value = value.trim().trim_end_matches([',', ';', '，', '；', '。']).trim();
    if vocabulary.time.is_none(value) {
        return;
    }
    match label {
        // `Where: Estonia`
        PersonLabel::Organization if vocabulary.countries.is_name(value) => {
            field(person, PersonLabel::Country, value, part, vocabulary, charter);
        }
        PersonLabel::Organization if person.organization.is_none() => {
            person.organization = Some(without_place(value, vocabulary));
            let countries = &vocabulary.countries;
            let said = countries.in_text(value).first().copied().or_else(|| countries.place(value));
            if let Some(code) = said.filter(|_| person.country.is_none()) {
                person.country = Some(code.to_owned());
                set(person, "country", part, value, "place-of-the-organization");
            }
            set(person, "organization", part, value, "label");
        }
        PersonLabel::Position if vocabulary.labels.honorifics.has(value.trim_end_matches('.')) => {
            person.honorific.get_or_insert_with(|| value.trim_end_matches('.').to_owned());
        }
        PersonLabel::Position if person.role.is_none() => {
            person.role = Some(value.to_owned());
            set(person, "role", part, value, "label");
        }
        PersonLabel::Body if person.study_groups.is_empty() => {
            person.study_groups = study_groups(&with_prefix(value), vocabulary, charter);
            if !person.study_groups.is_empty() {
                set(person, "study_groups", part, value, "label");
            }
        }
        PersonLabel::Honorific if person.honorific.is_none() && vocabulary.labels.honorifics.has(value.trim_end_matches('.')) => {
            person.honorific = Some(value.trim_end_matches('.').to_owned());
            set(person, "honorific", part, value, "label");
        }
        PersonLabel::Country if person.country.is_none() => {
            person.country = vocabulary.countries.code(value).map(str::to_owned);
            if person.country.is_some() {
                set(person, "country", part, value, "label");
            }
        }
        PersonLabel::Email if person.email.is_none() => {
            if let Some(email) = emails(value, vocabulary, charter).into_iter().next() {
                person.email = Some(email.address);
                set(person, "email", part, value, "label");
            }
        }
        _ => {}
    }
}

fn email(person: &mut FoundPerson, segment: &Segment<'_>, vocabulary: &Vocabulary, charter: &Charter) {
    if person.email.is_some() {
        return;
    }
    let mut found: Vec<(Email, Part)> = Vec::new();
    for (unit, piece) in &segment.pieces {
        found.extend(emails(piece, vocabulary, charter).into_iter().map(|email| (email, unit.part)));
    }
    let name = person.name.clone().unwrap_or_default();
    if let Some((email, part)) = best_email(&found, &name, &segment.others) {
        set(person, "email", part, email.address.reveal(), "address-in-text");
        person.email = Some(email.address);
    }
}

/// The address that is most likely the person's: one made of his name, else the first that is nobody else's. Former ones do not count
/// unless there is no other ("from A to B").
pub(super) fn best_email(found: &[(Email, Part)], name: &str, others: &[String]) -> Option<(Email, Part)> {
    let is_alike = |email: &Email| likeness(&email.address, name) == Likeness::Alike;
    let is_others =
        |email: &Email| !is_alike(email) && others.iter().any(|other| likeness(&email.address, other) == Likeness::Alike);
    let open: Vec<&(Email, Part)> = found.iter().filter(|(email, _)| !is_others(email)).collect();
    let current = open.iter().any(|(email, _)| !email.is_old);
    let open: Vec<&(Email, Part)> = open.into_iter().filter(|(email, _)| !email.is_old || !current).collect();
    // A mailing list is nobody's address.
    let open: Vec<&(Email, Part)> = open.into_iter().filter(|(email, _)| !is_list(&email.address)).collect();
    let preferred = open.iter().find(|(email, _)| email.is_preferred).filter(|_| open.len() > 1);
    // Two addresses of his: the first one is the one to use.
    let best = preferred.or_else(|| open.iter().find(|(email, _)| is_alike(email))).or(open.first());
    best.map(|found| (*found).clone())
}

/// `name@lists.example.org`
fn is_list(address: &Address) -> bool {
    let host = address.reveal().split_once('@').map_or("", |(_, host)| host);
    ["list.", "lists.", "listserv.", "mailman.", "groups."].iter().any(|start| host.starts_with(start))
}

fn take_role(
    person: &mut FoundPerson,
    part: Part,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) {
    let mut found = None;
    for (index, (unit, piece)) in segment.pieces.iter().take(6).enumerate() {
        if index > 0
            && (unit.shape == Shape::Prose || unit.paragraph != segment.pieces.first().map_or(0, |(first, _)| first.paragraph))
        {
            break;
        }
        let limit = if unit.shape == Shape::Prose { 3 } else { 8 };
        // `Inspector, Content and Numbering` above the line with the body: no body stands in its own line.
        let above_body = unit.shape == Shape::Line
            && segment
                .pieces
                .get(index + 1)
                .is_some_and(|(next, text)| next.paragraph == unit.paragraph && !foreign(text, vocabulary, charter).is_empty());
        for chunk in role_chunks(piece, above_body, vocabulary).into_iter().take(limit) {
            // `王伟先生和市场部经理李雷`: what is joined to a name goes on with the next one.
            let is_joined = chunk.starts_with(is_han) && vocabulary.labels.ands.han_at_start(&simplified(&chunk)).is_some();
            // `Principal: Mr Roe, Director`: a label is nobody's function.
            let is_label = vocabulary.labels.announced(&chunk).is_some()
                && piece.split_once(chunk.as_str()).is_some_and(|(_, rest)| rest.trim_start().starts_with([':', '：']));
            let chunk = before_address(&chunk);
            if chunk.is_empty() || is_joined || is_label || names::whole(chunk, vocabulary).is_some() {
                continue;
            }
            // `周立群副院长将参加`: the function follows the name without a mark.
            let behind = || (index == 0 && piece.starts_with(chunk)).then(|| role_at_start(chunk, vocabulary)).flatten();
            // `Professor Jane Roe` behind other words is somebody's name, too.
            let is_name = |role: &String| names::whole(role, vocabulary).is_some_and(|name| name.honorific.is_some());
            if let Some(role) = role(chunk, vocabulary).or_else(behind).filter(|role| !is_name(role)) {
                found = Some((role, unit.part));
                break;
            }
        }
        if found.is_some() {
            break;
        }
    }
    let before = || {
        let chunks = chunks(segment.before);
        let mut last = *chunks.last()?;
        // `su Vicepresidente, el Mtro. X`: an article leads to the name.
        let is_article = |piece: &str| {
            let list = crate::vocabulary::words::words(piece);
            let (labels, first) = (&vocabulary.labels, list.first());
            list.len() <= 2
                && first.is_some_and(|word| labels.articles.matched(&[*word]) > 0 || labels.honorifics.matched(&list) > 0)
        };
        if is_article(last) && segment.before.trim_end().ends_with(last) {
            last = chunks.iter().rev().nth(1)?;
        }
        // Chinese: only the word directly before the name.
        let last = if last.chars().any(is_han) { behind_names(last.split_whitespace().last()?, vocabulary) } else { tail(last) };
        if let Some(role) = role(last, vocabulary) {
            return Some((role, part));
        }
        None
    };
    if let Some((text, part)) = found
        .or_else(before)
        .or_else(|| said_function(segment, vocabulary))
        .or_else(|| stated(segment, vocabulary))
        .or_else(|| by_place(person, segment, common, vocabulary, charter))
    {
        let is_open = text.contains('(') && !text.contains(')');
        let text = if is_open { format!("{text})") } else { text };
        set(person, "role", part, &text, "function-beside-name");
        person.role = Some(text);
    }
}

/// A piece without an address that a wrapped line has put behind it: `Director of Policy jane@…`.
fn before_address(piece: &str) -> &str {
    let Some(at) = piece.find('@') else { return piece };
    piece.get(..at).and_then(|head| head.rsplit_once(' ')).map_or("", |(head, _)| head.trim_end())
}

/// The last words of a long piece: a function before a name is not longer.
fn tail(piece: &str) -> &str {
    let from = piece.char_indices().rev().nth(LONGEST_FUNCTION).map_or(0, |(at, _)| at);
    let rest = piece.get(from..).unwrap_or(piece);
    if from == 0 { piece } else { rest.split_once(' ').map_or(rest, |(_, rest)| rest) }
}

/// What stands between a name and what follows, when it can only be a function though no word of it says so: `Jane Roe, net warden,
/// jane@…`. Behind a name stands a function or a body, and bodies have capitals; what has some counts only where the letter names
/// the body elsewhere.
fn by_place(
    person: &FoundPerson,
    segment: &Segment<'_>,
    common: &Common,
    vocabulary: &Vocabulary,
    charter: &Charter,
) -> Option<(String, Part)> {
    let (unit, piece) = segment.pieces.first()?;
    let rest =
        piece.strip_prefix([',', '،', '，']).or_else(|| piece.strip_prefix(" – ").or_else(|| piece.strip_prefix(" - ")))?;
    let chunk = *chunks(rest).first().filter(|chunk| rest.trim_start().starts_with(**chunk))?;
    let list = crate::vocabulary::words::words(chunk);
    let first = list.first()?;
    let is_small = first.text.starts_with(char::is_lowercase);
    let is_long = if chunk.chars().any(is_han) { chunk.chars().count() > 12 } else { list.len() > SCOPE };
    let labels = &vocabulary.labels;
    let leads_on = labels.breaks.matched(&[*first]) > 0
        || labels.articles.matched(&[*first]) > 0
        || labels.at.matched(&[*first]) > 0
        || labels.particles.has(first.text)
        || list.iter().any(|word| labels.breaks.matched(&[*word]) > 0 && word.text.chars().count() > 3);
    let is_other = chunk.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | ':'))
        || labels.honorifics.has(chunk)
        || labels.suffixes.has(chunk)
        || labels.person_label(chunk).is_some()
        || labels.person_label(first.text).is_some()
        || vocabulary.countries.is_name(chunk)
        || vocabulary.countries.place(chunk).is_some()
        || !vocabulary.countries.in_text(chunk).is_empty()
        || names::whole(chunk, vocabulary).is_some()
        || !organizations(chunk, vocabulary).is_empty();
    let is_shouted = chunk.chars().all(|c| !c.is_lowercase()) && !chunk.chars().any(|c| c > '\u{530}');
    // Details stand behind it, or nothing: in a sentence that goes on it may be anything.
    let behind = rest.trim_start().get(chunk.len()..).unwrap_or_default();
    let ends = behind.trim().is_empty() || behind.contains('@') || behind.trim_start().starts_with(['(', '.', '；', ';']);
    let has_body = || common.organization.is_some() || !foreign(behind, vocabulary, charter).is_empty();
    let is_body = || names_domain(chunk, person);
    (!is_long && !leads_on && !is_other && !is_shouted && ends && (is_small || has_body() && !is_body()))
        .then(|| (chunk.to_owned(), unit.part))
}

/// The function in a sentence of its own: "She is the head of the standards department".
fn said_function(segment: &Segment<'_>, vocabulary: &Vocabulary) -> Option<(String, Part)> {
    segment.pieces.iter().find_map(|(unit, piece)| {
        let rest = behind(piece, &vocabulary.labels.cues.his_function)?;
        let chunk = chunks(rest).into_iter().next()?;
        let role = role(chunk, vocabulary)?;
        chunk.starts_with(role.as_str()).then_some((role, unit.part))
    })
}

/// The function that a piece of Chinese text begins with.
fn role_at_start(piece: &str, vocabulary: &Vocabulary) -> Option<String> {
    let plain = simplified(piece);
    let found = vocabulary.labels.roles.han_at_start(&plain)?;
    piece.get(..found.len()).filter(|found| found.chars().count() > 1).map(str::to_owned)
}

/// A piece of Chinese text behind the last name in it and the word that joins it to the next.
fn behind_names<'t>(piece: &'t str, vocabulary: &Vocabulary) -> &'t str {
    let Some(end) = names::find(piece, vocabulary).last().map(|name| name.end) else { return piece };
    let rest = piece.get(end..).unwrap_or_default();
    let joint = vocabulary.labels.ands.han_at_start(&simplified(rest)).map_or(0, str::len);
    rest.get(joint..).unwrap_or_default()
}

/// A field of study groups may hold bare numbers.
fn with_prefix(value: &str) -> String {
    if value.chars().all(|c| c.is_ascii_digit()) { format!("SG{value}") } else { value.to_owned() }
}

/// The pieces in which a function is looked for. A comma or a bracket inside a function ("Director, Consumer Protection", "Rapporteur,
/// Q.3/17", "Officer (Cyber Policy)") is told from one behind it by what follows: a capitalised piece that is no body, no country and no
/// address goes on with the function.
fn role_chunks(text: &str, above_body: bool, vocabulary: &Vocabulary) -> Vec<String> {
    let mut merged: Vec<(String, usize)> = Vec::new();
    for (start, end) in spans(text) {
        let piece = text.get(start..end).unwrap_or_default();
        let goes_on = merged.last().is_some_and(|(last, at)| {
            let gap = text.get(*at..start).unwrap_or_default().trim();
            let is_role = role(last, vocabulary).is_some_and(|role| role == *last);
            let behind = text.get(end..).unwrap_or_default();
            is_role
                && match gap {
                    // A full stop ends the function; behind a comma may stand the body.
                    "," => {
                        let ends = behind.trim_start().is_empty() || behind.starts_with(['.', ';']);
                        let is_scope = is_scope(piece, vocabulary) || above_body && is_part_of_function(piece, vocabulary);
                        is_scope && (ends || is_topic(piece, vocabulary))
                    }
                    // What stands in brackets behind a function is nobody's name.
                    "(" | "（" => {
                        behind.starts_with([')', '）']) && (is_scope(piece, vocabulary) || is_bare_scope(piece, vocabulary))
                    }
                    _ => false,
                }
        });
        match merged.last_mut() {
            Some((last, at)) if goes_on => {
                let joined = text.get(*at..start).is_some_and(|gap| gap.trim() == ",");
                *last = if joined { format!("{last}, {piece}") } else { format!("{last} ({piece})") };
                *at = end + usize::from(!joined);
            }
            _ => merged.push((piece.to_owned(), end)),
        }
    }
    merged.into_iter().map(|(chunk, _)| chunk).collect()
}

/// Whether a piece may be a part of a function although it has a body's word: a few capitalised words and no company's form.
fn is_part_of_function(piece: &str, vocabulary: &Vocabulary) -> bool {
    let list = crate::vocabulary::words::words(piece);
    let is_company = (0..list.len()).any(|at| list.get(at..).is_some_and(|rest| vocabulary.labels.legal_forms.matched(rest) > 0));
    piece.starts_with(char::is_uppercase)
        && (2..=SCOPE).contains(&list.len())
        && !is_company
        && !piece.chars().any(|c| c.is_ascii_digit() || c == '@')
        && vocabulary.countries.in_text(piece).is_empty()
        && vocabulary.countries.place(piece).is_none()
}

/// Words of what a function is for at most.
const SCOPE: usize = 6;

/// Whether a piece may say what a function is for.
fn is_scope(piece: &str, vocabulary: &Vocabulary) -> bool {
    let is_topic = is_topic(piece, vocabulary);
    (piece.starts_with(char::is_uppercase) || is_topic)
        && piece.split_whitespace().count() <= SCOPE
        && (is_topic
            || !piece.chars().any(|c| c.is_ascii_digit())
                && (is_division(piece, vocabulary) || organizations(piece, vocabulary).is_empty()))
        && !vocabulary.labels.honorifics.has(piece.trim_end_matches('.'))
        && vocabulary.labels.person_label(piece).is_none()
        && vocabulary.countries.in_text(piece).is_empty()
        && vocabulary.countries.place(piece).is_none()
        && (is_topic || is_division(piece, vocabulary) || names::whole(piece, vocabulary).is_none())
        && !(piece.chars().count() <= 12 && piece.chars().all(|c| c.is_uppercase() || matches!(c, '-' | '&')))
        && !piece.contains('@')
}

/// `Digital Evidence` behind a function, which looks like a name.
fn is_bare_scope(piece: &str, vocabulary: &Vocabulary) -> bool {
    names::whole(piece, vocabulary).is_some_and(|name| name.honorific.is_none())
        && organizations(piece, vocabulary).is_empty()
        && vocabulary.countries.in_text(piece).is_empty()
        && vocabulary.countries.place(piece).is_none()
}

/// `Youth Protection Division`: a part of a body, whose word English puts last.
fn is_division(piece: &str, vocabulary: &Vocabulary) -> bool {
    let list = crate::vocabulary::words::words(piece);
    list.len() > 1
        && list.last().is_some_and(|word| DIVISIONS.contains(&word.text))
        && vocabulary.countries.in_text(piece).is_empty()
}

/// A Question, a group of the Union, a standard: what a rapporteur is for.
fn is_topic(piece: &str, vocabulary: &Vocabulary) -> bool {
    let has_number = piece.chars().any(|c| c.is_ascii_digit());
    let is_question = || {
        let bare = piece.trim_start_matches(|c: char| c.is_alphabetic() || matches!(c, '.' | ' ' | '-'));
        piece.starts_with('Q') && piece.len() - bare.len() <= 10 && bare.starts_with(|c: char| c.is_ascii_digit())
    };
    let is_standard = || {
        piece.split_once(' ').is_some_and(|(head, rest)| {
            ["ISO", "IEC", "ISO/IEC", "ETSI", "EN", "RFC"].contains(&head) && rest.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    has_number && digits < 6 && (is_question() || is_standard() || vocabulary.labels.ours.is_in(piece))
}

fn country(person: &mut FoundPerson, segment: &Segment<'_>, common: &Common, vocabulary: &Vocabulary) {
    if person.country.is_some() {
        return;
    }
    if let Some(code) = person.organization.as_deref().and_then(|name| vocabulary.countries.in_text(name).first().copied()) {
        let name = person.organization.clone().unwrap_or_default();
        person.country = Some(code.to_owned());
        set(person, "country", Part::Body, &name, "country-of-the-organization");
        return;
    }
    for (unit, piece) in &segment.pieces {
        let text = person.organization.as_deref().map_or_else(|| (*piece).to_owned(), |own| piece.replace(own, " "));
        // `Roxana Guadalupe` is from no island.
        let text = person.name.as_deref().map_or_else(|| text.clone(), |own| text.replace(own, " "));
        if let Some(code) = vocabulary.countries.in_text(&text).first() {
            person.country = Some((*code).to_owned());
            set(person, "country", unit.part, piece, "country-beside-name");
            return;
        }
    }
    if let Some(code) = person.organization.as_deref().and_then(|name| vocabulary.countries.of_organization(name)) {
        person.country = Some(code.to_owned());
        let name = person.organization.clone().unwrap_or_default();
        set(person, "country", Part::Body, &name, "country-of-the-organization");
        return;
    }
    let organization = person.organization.clone().unwrap_or_default();
    let near = segment.pieces.first().map_or(0, |(unit, _)| unit.paragraph);
    let places = segment.pieces.iter().filter(|(unit, _)| unit.paragraph == near || !unit.fields.is_empty());
    let named = places.filter_map(|(unit, piece)| vocabulary.countries.place(piece).map(|code| (unit.part, *piece, code))).next();
    let in_name = || vocabulary.countries.place_in_name(&organization).map(|code| (Part::Body, organization.as_str(), code));
    let place = named.or_else(in_name);
    if let Some((part, piece, code)) = place {
        person.country = Some(code.to_owned());
        set(person, "country", part, piece, "place-beside-name");
        return;
    }
    person.country.clone_from(&common.country);
    if let Some(code) = person.country.clone() {
        set(person, "country", Part::Body, &code, "country-of-the-letter");
    }
}

fn phone(person: &mut FoundPerson, segment: &Segment<'_>, vocabulary: &Vocabulary) {
    let mut found = Vec::new();
    for (unit, piece) in &segment.pieces {
        let text = phones::without_extensions(piece, vocabulary);
        found.extend(phones::find(&text, vocabulary).into_iter().map(|phone| (phone, unit.part, unit.paragraph)));
    }
    let first = segment.pieces.first().map_or(0, |(unit, _)| unit.paragraph);
    // A number in the person's own paragraph is his before one in a footer.
    let near: Vec<_> =
        found.iter().filter(|(phone, _, paragraph)| *paragraph == first && phone.line != Line::Fax).cloned().collect();
    let found = if near.is_empty() { found } else { near };
    let mut found: Vec<_> = found.into_iter().map(|(phone, part, _)| (phone, part)).collect();
    found.retain(|(phone, _)| phone.line != Line::Fax);
    let current: Vec<_> = if found.iter().any(|(phone, _)| !phone.is_old) {
        found.into_iter().filter(|(phone, _)| !phone.is_old).collect()
    } else {
        found
    };
    let wanted = current.iter().find(|(phone, _)| phone.line == Line::Office).or(current.first());
    if let Some((phone, part)) = wanted {
        person.phone = phones::normalise(&phone.words, person.country.as_deref());
        if person.phone.is_some() {
            set(person, "phone", *part, &phone.words, "number-beside-name");
        }
    }
}
