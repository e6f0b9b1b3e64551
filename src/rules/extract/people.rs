//! Who is proposed, corrected or withdrawn in a letter.

use super::Reading;
use super::affiliation::{cut_role, is_subunit};
use super::cards;
use super::changes;
use super::letter::{Letter, MOST_UNITS, same_person, sorted_words};
use super::mentions::{Mention, PROPOSED, distinct};
use super::organizations::foreign;
use super::person::{Common, details, set};
use super::segments::says_same_number;
use super::shared::{keep_newcomers_address, share_number};
use super::stance::Stance;
use super::tables;
use super::writer::merge;
use crate::domain::steps::{FoundPerson, MOST_PEOPLE, Part};
use crate::domain::words::{Action, Kind};
use crate::mail::Mail;
use crate::rules::Rules;
use crate::vocabulary::labels::any;

/// Names in a text that are compared with each other at most: two for each person of the longest list.
const MOST_MENTIONS: usize = 2 * MOST_PEOPLE;
/// Characters of a covering note at most: what is longer says itself what it wants.
pub(super) const COVERING_NOTE: usize = 400;

/// Lines of a document that are its title and letterhead.
const TITLE: usize = 5;

/// The people of a letter of one of the three contact kinds, none for every other; and whether there may be more than these.
pub(super) fn people(rules: &Rules, mail: &Mail, kind: Kind, reading: &Reading) -> (Vec<FoundPerson>, bool) {
    let Some(action) = action_of(kind) else { return (Vec::new(), false) };
    let letter = Letter::of_mail(rules, mail, kind, reading);
    let mut common = letter.common();
    let mut found = match changes::person(mail, rules).filter(|_| kind != Kind::ContactWithdrawal) {
        Some((changed, old)) => vec![letter.corrected(changed, &old, &common)],
        None => listed(&letter, rules, &mut common),
    };
    if found.is_empty() {
        found = in_words(&letter, rules, &mut common);
    } else if kind == Kind::ContactSubmission && letter.also_self {
        letter.add_writer(&mut found, &common);
    } else if kind == Kind::ContactUpdate {
        letter.add_leaving(&mut found, &common);
    }
    keep_newcomers_address(&mut found);
    if any(&rules.vocabulary.labels.cues.shared_number, &letter.said) {
        share_number(&mut found);
    }
    let is_cut = letter.is_cut || has_long_text(mail) || found.len() > MOST_PEOPLE;
    found.truncate(MOST_PEOPLE);
    let succession = found.iter().any(|person| person.action == Some(Action::Withdraw));
    for person in &mut found {
        letter.complete(person, &common);
        let default = if succession && kind != Kind::ContactWithdrawal { Action::Add } else { action };
        person.action.get_or_insert(default);
    }
    (without_doubles(found), is_cut)
}

/// Whether a document or what is sent on has more lines than are searched.
fn has_long_text(mail: &Mail) -> bool {
    let texts = mail.documents.iter().map(|document| document.text.as_str()).chain([mail.text.forwarded.as_str()]);
    texts.into_iter().any(|text| text.lines().filter(|line| !line.trim().is_empty()).count() > MOST_UNITS)
}

fn action_of(kind: Kind) -> Option<Action> {
    match kind {
        Kind::ContactSubmission => Some(Action::Add),
        Kind::ContactUpdate => Some(Action::Update),
        Kind::ContactWithdrawal => Some(Action::Withdraw),
        _ => None,
    }
}

/// People of cards and tables, which say exactly who is meant.
fn listed(letter: &Letter<'_>, rules: &Rules, common: &mut Common) -> Vec<FoundPerson> {
    let mut found = cards::people(letter.mail, rules);
    // A card that a mail program adds to every letter is its owner's, and not who the letter is about.
    let is_calling_card = matches!(found.as_slice(), [only] if only.email.as_ref() == letter.mail.writer());
    if is_calling_card && !letter.about_self && letter.names_others() {
        found.clear();
    }
    if found.is_empty() {
        found = tables::people(letter.mail, rules);
    }
    if !found.is_empty() {
        let titles = letter
            .mail
            .documents
            .iter()
            .flat_map(|document| document.text.lines().filter(|line| !line.trim().is_empty()).take(TITLE));
        let titles: Vec<&str> = titles.collect();
        common.organization = common.organization.take().or_else(|| {
            let named = titles.iter().find_map(|line| foreign(line, letter.vocabulary, letter.charter).into_iter().next());
            named.map(|name| (name, Part::Attachment))
        });
        // An office that sends the file belongs to the body whose file it is.
        let is_office = common.organization.as_ref().is_some_and(|(name, _)| is_subunit(name, letter.vocabulary));
        if is_office
            && let Some(name) = titles.iter().find_map(|line| foreign(line, letter.vocabulary, letter.charter).into_iter().next())
        {
            common.organization = Some((name, Part::Attachment));
        }
        let countries = &letter.vocabulary.countries;
        common.country = common.country.take().or_else(|| {
            let all = letter.mail.documents.iter().flat_map(|document| document.text.lines());
            let said = titles.iter().find_map(|line| countries.in_text(line).first().copied());
            said.or_else(|| all.into_iter().find_map(|line| countries.place(line))).map(str::to_owned)
        });
    }
    found
}

/// People of the running text: the mail's own, else an attached letter's, else a forwarded one's, else the writer himself.
fn in_words(letter: &Letter<'_>, rules: &Rules, common: &mut Common) -> Vec<FoundPerson> {
    let (found, is_sure) = letter.in_text(common);
    let mail = letter.mail;
    if is_sure {
        return letter.with_details_below(found, rules, common);
    }
    let documents = mail.documents.iter().map(|document| (document.text.as_str(), Part::Attachment));
    let texts = mail.attachments.iter().filter(|file| file.content_type == "text/plain").filter_map(|file| file.text.as_deref());
    for inner in &mail.nested {
        let letter = Letter::of_mail(rules, inner, letter.kind, &Reading::default());
        let inner_common = letter.common();
        let mut found = letter.in_text(&inner_common).0;
        if found.is_empty() {
            found.extend(letter.writer_himself(&inner_common));
        }
        if !found.is_empty() {
            found.iter_mut().for_each(|person| letter.complete(person, &inner_common));
            *common = Common { organization: inner_common.organization.or(common.organization.take()), ..inner_common };
            return found;
        }
    }
    let quoted = Some(mail.text.quoted.as_str()).filter(|_| mail.text.forwarded.trim().is_empty() && is_forward(letter));
    let below = [Some(mail.text.forwarded.as_str()), quoted].into_iter().flatten().map(|text| (text, Part::History));
    for (text, part) in documents.chain(texts.map(|text| (text, Part::Attachment))).chain(below) {
        if text.trim().is_empty() {
            continue;
        }
        let inner = Letter::of_text(rules, mail, letter.kind, text, part);
        let mut inner_common = inner.common();
        let (found, is_sure) = inner.in_text(&inner_common);
        if is_sure && !found.is_empty() {
            inner_common.organization = inner_common.organization.or(common.organization.take());
            inner_common.country = inner_common.country.or(common.country.take());
            *common = inner_common;
            return found;
        }
    }
    if found.is_empty()
        && let Some(found) = letter.of_what_is_sent_on(rules, common)
    {
        return found;
    }
    if letter.kind == Kind::ContactSubmission && !letter.about_self && letter.has_documents() {
        // Who is proposed stands in a file that could not be read; whoever sent it is not proposed by that.
        return Vec::new();
    }
    if found.is_empty() { letter.writer_himself(common).into_iter().collect() } else { found }
}

/// Whether the writer's words send on what stands below them. Clients write the same header above history and above what is sent on;
/// the words above it tell them apart.
pub(super) fn is_forward(letter: &Letter<'_>) -> bool {
    letter.mail.text.own.chars().count() <= COVERING_NOTE && any(&letter.vocabulary.labels.cues.forward, &letter.said)
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

impl Letter<'_> {
    /// What a table of old and new values says, of the person whom the letter is about: the one that it names, else its writer.
    fn corrected(&self, mut changed: FoundPerson, old: &[String], common: &Common) -> FoundPerson {
        if changed.name.is_none() {
            // A name that is corrected stands in the table, too.
            let is_old = |person: &FoundPerson| person.name.as_ref().is_some_and(|name| old.contains(name));
            let named: Vec<FoundPerson> = self.in_text(common).0.into_iter().filter(|person| !is_old(person)).collect();
            let only = if let [only] = named.as_slice() { Some(only.clone()) } else { None };
            if let Some(about) = only.or_else(|| self.writer_himself(common)) {
                changed.name.clone_from(&about.name);
                let sources = about.sources.iter().filter(|source| source.field == "name").cloned();
                changed.sources.extend(sources.collect::<Vec<_>>());
                let about = FoundPerson { role: None, ..about };
                let old = about.email.clone();
                merge(&mut changed, about);
                // The text around the table may repeat the former address.
                changed.email = changed.email.take().or(old);
            }
        }
        changed
    }

    /// The writer beside those of a card or a table: "her card is attached, and please add me".
    fn add_writer(&self, found: &mut Vec<FoundPerson>, common: &Common) {
        // "Both are entitled to …" speaks of those in the table; who means himself, too, says his name in the text.
        let mut text = self.units.iter().take(self.closing).filter(|unit| unit.fields.is_empty());
        let is_named = self.writer.as_ref().is_some_and(|writer| text.any(|unit| unit.text.contains(&writer.text)));
        let mut own = self.in_text(common).0.into_iter();
        let own = own.find(|person| person.name.as_deref().is_some_and(|name| self.is_writer(name)));
        let Some(writer) = own.filter(|_| is_named) else { return };
        let is_same = |other: &FoundPerson| {
            let name = || other.name.as_deref().zip(writer.name.as_deref()).is_some_and(|(one, two)| same_person(one, two));
            other.email.is_some() && (other.email == writer.email || other.email.as_ref() == self.mail.writer()) || name()
        };
        if !found.iter().any(is_same) {
            found.push(writer);
        }
    }

    /// Whoever goes, by the words around a table or a card of those who come.
    fn add_leaving(&self, found: &mut Vec<FoundPerson>, common: &Common) {
        let is_listed = |name: &str| found.iter().filter_map(|person| person.name.as_deref()).any(|own| same_person(own, name));
        let mut mentions = self.mentions();
        mentions.truncate(MOST_MENTIONS);
        let leaving = mentions.iter().filter(|mention| mention.stance == Stance::Leaves && mention.record.is_none());
        let leaving: Vec<Mention> = distinct(leaving.filter(|mention| !is_listed(&mention.name.text)).cloned().collect());
        for mention in &leaving {
            let segment = self.segment(mention, None, &leaving, &mentions);
            let mut person = details(&mention.name, Part::Body, &segment, common, self.vocabulary, self.charter);
            self.as_leaving(&mut person, &leaving);
            person.action = Some(Action::Withdraw);
            found.push(person);
        }
    }

    /// Whether the text proposes somebody who does not sign it.
    fn names_others(&self) -> bool {
        self.mentions().iter().any(|mention| mention.weight >= PROPOSED && mention.has_cue && !self.is_signer(&mention.name.text))
    }

    /// Whether a file came that a person would open.
    fn has_documents(&self) -> bool {
        let is_document = |kind: &str| {
            kind.starts_with("application/") && !kind.contains("signature") && !kind.contains("pgp") && !kind.contains("calendar")
        };
        self.mail.attachments.iter().any(|attachment| is_document(&attachment.content_type))
    }

    /// The people that the running text is about, and whether it says so.
    pub(super) fn in_text(&self, common: &Common) -> (Vec<FoundPerson>, bool) {
        let mut mentions = self.mentions();
        mentions.truncate(MOST_MENTIONS);
        let mut chosen = self.choose(&mentions);
        let takes_over = self.takes_over() && chosen.iter().any(|mention| mention.stance == Stance::Leaves);
        if takes_over {
            // His own text says more of him than what stands behind his name.
            chosen.retain(|mention| !self.is_writer(&mention.name.text));
        }
        let is_sure = self.about_self || chosen.iter().any(|mention| mention.weight >= PROPOSED);
        let mut found = self.assemble(&mentions, &chosen, common);
        if self.about_self && self.kind == Kind::ContactUpdate && self.hands_over() {
            self.leaves_himself(&mut found, common);
            return (found, is_sure);
        }
        let has_writer = chosen.iter().any(|mention| self.is_writer(&mention.name.text));
        if self.about_self && !has_writer && (found.is_empty() || self.also_self || takes_over) {
            let own = self.writer_himself(common);
            found.extend(own.map(|own| FoundPerson { action: takes_over.then_some(Action::Add).or(own.action), ..own }));
        }
        (found, is_sure)
    }

    /// The writer goes, and whom he names comes.
    fn leaves_himself(&self, found: &mut Vec<FoundPerson>, common: &Common) {
        let is_writer = |person: &FoundPerson| person.name.as_deref().is_some_and(|name| self.is_writer(name));
        for person in found.iter_mut() {
            person.action = Some(if is_writer(person) { Action::Withdraw } else { Action::Add });
        }
        if !found.iter().any(is_writer)
            && let Some(mut writer) = self.writer_himself(common)
        {
            writer.action = Some(Action::Withdraw);
            found.push(writer);
        }
        let taken: Vec<_> =
            found.iter().filter(|person| person.action == Some(Action::Add)).map(|person| person.email.clone()).collect();
        for person in found.iter_mut().filter(|person| person.action == Some(Action::Withdraw)) {
            // The newcomer's address is not the writer's.
            if person.email.is_some() && taken.contains(&person.email) {
                person.sources.retain(|source| source.field != "email");
                self.reach_at_from(person);
            }
            (person.phone, person.role) = (None, None);
            person.sources.retain(|source| !matches!(source.field, "phone" | "role"));
        }
    }

    fn assemble(&self, mentions: &[Mention], chosen: &[Mention], common: &Common) -> Vec<FoundPerson> {
        // "His address is no longer X but Y": one person alone in a correction stays.
        if let [only] = chosen
            && only.stance == Stance::Leaves
            && self.kind == Kind::ContactUpdate
            && !self.takes_over()
        {
            return self.assemble(mentions, &[Mention { stance: Stance::Unsaid, ..only.clone() }], common);
        }
        let mut found = Vec::new();
        for (nth, mention) in chosen.iter().enumerate() {
            // What stands behind somebody who leaves goes on with the one who comes.
            let later = chosen.get(nth + 1..).unwrap_or_default();
            let next = later.iter().find(|next| mention.stance == Stance::Leaves || next.stance != Stance::Leaves);
            let segment = self.segment(mention, next, chosen, mentions);
            let part = self.units.get(mention.unit).map_or(Part::Body, |unit| unit.part);
            let mut person = details(&mention.name, part, &segment, common, self.vocabulary, self.charter);
            self.name_in_full(&mut person);
            self.name_in_nominative(&mut person, mentions);
            self.take_heading(&mut person, mention);
            self.fill_from_others(&mut person, mention, mentions, chosen, common);
            self.fill_from_short_names(&mut person, mention, chosen, common);
            self.same_as_before(&mut person, found.last());
            if self.is_writer(&mention.name.text)
                && let Some(own) = self.beside_me(&mention.name, common)
            {
                merge(&mut person, own);
                self.own_number(&mut person, &mention.name, common);
            }
            if self.about_self
                && person.role.is_none()
                && self.is_writer(&mention.name.text)
                && let Some(role) = self.own_role()
            {
                set(&mut person, "role", Part::Body, &role, "function-of-the-writer");
                person.role = Some(role);
                cut_role(&mut person);
            }
            if chosen.len() == 1 {
                if self.kind == Kind::ContactUpdate {
                    self.take_corrections(&mut person, common);
                }
                self.look_around(&mut person, mention);
            }
            let succession = chosen.iter().any(|other| other.stance == Stance::Leaves) && self.kind != Kind::ContactWithdrawal;
            person.action = match mention.stance {
                Stance::Leaves if chosen.len() > 1 || succession => Some(Action::Withdraw),
                Stance::Comes if chosen.iter().any(|other| other.stance == Stance::Leaves) => Some(Action::Add),
                _ => None,
            };
            if person.email.is_none() {
                self.find_address(&mut person);
            }
            if mention.stance == Stance::Leaves {
                self.as_leaving(&mut person, chosen);
            }
            if person.phone.is_none() && says_same_number(&segment, self.vocabulary) {
                self.share_number(&mut person, found.last());
            }
            found.push(person);
        }
        found
    }
}
