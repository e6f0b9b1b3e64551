//! The names in a letter, and what speaks for each being meant.

use super::appositions::acting;
use super::bodies::{chunks, role};
use super::emails::{Likeness, emails, likeness};
use super::latin::latin;
use super::letter::{Letter, plain, same_person};
use super::names::Name;
use super::phones;
use super::records::Record;
use super::stance::{Stance, stances};
use super::units::{Shape, Unit};
use crate::domain::address::Address;
use crate::domain::steps::MOST_PEOPLE;
use crate::domain::words::Kind;
use crate::pattern::PatternList;
use crate::vocabulary::labels::{PersonLabel, any};
use crate::vocabulary::words::words;

/// What a name must weigh to be somebody who is proposed.
pub(super) const PROPOSED: i32 = 3;
/// What a labelled name weighs: more than any in running text.
const LABELLED: i32 = 9;
/// Letters of a host's label that is a name at least.
const HOST: usize = 6;
/// Units below a name that may hold its details.
const BLOCK: usize = 8;
/// Characters before a name that opens its line (a bullet, a number, "Contact:").
const LEAD: usize = 14;

/// A name in the letter and what speaks for its being meant.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub(super) unit: usize,
    pub(super) name: Name,
    pub(super) weight: i32,
    pub(super) stance: Stance,
    /// Whether an address or a number of this person stands beside it.
    pub(super) has_details: bool,
    /// Whether its sentence proposes (or withdraws) somebody.
    pub(super) has_cue: bool,
    /// The labelled lines that it stands in.
    pub(super) record: Option<Record>,
}

/// A sentence of a unit and the cues in it.
struct Sentence {
    start: usize,
    end: usize,
    has_cue: bool,
    stays: bool,
    is_own: bool,
}

impl Letter<'_> {
    /// All names that may be meant, in the letter's order.
    pub(super) fn mentions(&self) -> Vec<Mention> {
        let records = self.records();
        let has_details = records.iter().any(|record| self.has_reach(record));
        // `Contact: J. Roe` beside somebody's details is whom to ask.
        let is_only = records.len() == 1;
        let queries = self.for_queries(&records);
        let records = records.into_iter().filter(|record| {
            is_only
                || queries != Some(record.from)
                    && !self.is_bracketed(record)
                    && (!has_details || self.has_reach(record) || !self.is_lone_sender(record))
        });
        let mut found: Vec<Mention> = records.filter_map(|record| self.labelled(record)).collect();
        let mut announced = false;
        for (index, unit) in self.units.iter().enumerate() {
            if unit.shape == Shape::Prose || self.vocabulary.mail.is_closing(&unit.text) || index == self.signature {
                announced = false;
            }
            if !self.is_greeting(unit) {
                let mut named = self.of_unit(index, unit);
                for mention in &mut named {
                    let is_listed = announced && self.opens_block(index, unit, &mention.name);
                    mention.weight += i32::from(is_listed) * 2;
                    mention.has_cue |= is_listed;
                    self.discount_signer(index, unit, mention);
                }
                found.append(&mut named);
            }
            announced |= unit.text.ends_with([':', '：', '﹕']) && self.announces(&plain(&unit.text));
        }
        found.sort_by_key(|mention| (mention.unit, mention.name.start));
        self.hand_over(&mut found);
        self.take_over(&mut found);
        self.give_way(&mut found);
        self.without_signers(&mut found);
        found
    }

    /// Whether a line with a colon at its end says that those are proposed, or taken off, who stand below it.
    fn announces(&self, said: &str) -> bool {
        let cues = &self.vocabulary.labels.cues;
        any(&cues.propose, said) || self.kind != Kind::ContactSubmission && any(&cues.withdraw, said)
    }

    /// A signature with a labelled number is a record of whoever signs, and he is nobody who is proposed.
    fn without_signers(&self, found: &mut Vec<Mention>) {
        let is_meant = |mention: &Mention| {
            mention.unit < self.closing && mention.weight >= PROPOSED && mention.has_cue && !self.is_signer(&mention.name.text)
        };
        if self.about_self || !found.iter().any(is_meant) {
            return;
        }
        found.retain(|mention| mention.record.is_none() || mention.unit < self.closing || !self.is_signer(&mention.name.text));
    }

    /// Whether a record says how to reach somebody.
    fn has_reach(&self, record: &Record) -> bool {
        let units = self.units.get(record.from..record.to).unwrap_or_default();
        let is_labelled = units.iter().flat_map(|unit| &unit.fields).any(|(label, _)| {
            matches!(label, PersonLabel::Email | PersonLabel::Telephone | PersonLabel::Mobile | PersonLabel::Position)
        });
        // Lines without labels belong to it for what they say.
        is_labelled || units.len() > 1 && units.iter().any(|unit| unit.fields.is_empty())
    }

    /// Where the last record begins, when it alone has no address: `Contact person: Mr Li, tel. …` below the people who are proposed.
    fn for_queries(&self, records: &[Record]) -> Option<usize> {
        let has_address = |record: &Record| {
            let units = self.units.get(record.from..record.to).unwrap_or_default();
            units.iter().any(|unit| unit.text.contains('@'))
        };
        let (last, others) = records.split_last()?;
        let is_line = last.to == last.from + 1 && others.iter().all(|record| record.to > record.from + 1);
        (is_line && !has_address(last) && others.iter().all(has_address)).then_some(last.from)
    }

    /// Whether a record stands in brackets behind a body's name, `Office of the Secretary (contact: J. Roe, tel. …)`: whom to ask.
    fn is_bracketed(&self, record: &Record) -> bool {
        let Some((unit, name)) = self.units.get(record.from).zip(record.name.as_deref()) else { return false };
        let head = unit.text.split_once(name).map_or("", |(head, _)| head);
        let opened = head.matches(['(', '（']).count();
        opened > head.matches([')', '）']).count() && !head.trim_start().starts_with(['(', '（'])
    }

    /// Whether a record names the sender and nobody's details.
    fn is_lone_sender(&self, record: &Record) -> bool {
        record.name.as_deref().is_some_and(|name| self.is_writer(name) || self.is_signer(name))
    }

    fn labelled(&self, record: Record) -> Option<Mention> {
        let name = Name { text: record.name.clone()?, honorific: record.honorific.clone(), start: 0, end: 0 };
        let stance = if record.leaves { Stance::Leaves } else { Stance::Unsaid };
        let weight = LABELLED;
        Some(Mention { unit: record.from, name, weight, stance, has_details: true, has_cue: false, record: Some(record) })
    }

    /// The names of one unit.
    fn of_unit(&self, index: usize, unit: &Unit) -> Vec<Mention> {
        let found: Vec<Name> = unit
            .names(self.vocabulary)
            .iter()
            .filter(|name| name.start < unit.labels_from && !self.is_officer(&name.text) && !self.is_host(name))
            .cloned()
            .collect();
        if found.is_empty() {
            return Vec::new();
        }
        let mut mentions: Vec<Mention> = Vec::new();
        let mut sentence: Option<Sentence> = None;
        for (nth, name) in found.iter().enumerate() {
            let previous = nth.checked_sub(1).and_then(|at| found.get(at));
            // `Tanzania Posts & Telephones`
            let is_of_body = name.honorific.is_none() && unit.text.get(name.end..).is_some_and(|rest| rest.starts_with(" & "));
            if is_of_body || is_alternate_script(&unit.text, name, previous) || self.is_bystander(&unit.text, name) {
                continue;
            }
            if sentence.as_ref().is_none_or(|sentence| name.start >= sentence.end) {
                sentence = Some(self.sentence(&unit.text, name.start));
            }
            let Some(sentence) = &sentence else { continue };
            // The same name in another script is where his own details go on.
            let mut later = found.get(nth + 1..).unwrap_or_default().iter();
            let next = later.find(|next| !is_alternate_script(&unit.text, next, Some(name))).map(|next| next.start);
            let mention = self.weighed(index, name, next, sentence);
            mentions.push(mention);
        }
        let named: Vec<&Name> = mentions.iter().map(|mention| &mention.name).collect();
        let mut said = stances(&unit.text, &named, &self.vocabulary.labels.cues);
        if self.kind == Kind::ContactWithdrawal {
            self.without_lists(&unit.text, &named, &mut said);
        }
        for (mention, stance) in mentions.iter_mut().zip(said) {
            mention.stance = stance;
        }
        self.share(&unit.text, &mut mentions);
        mentions
    }

    /// `Jane Roe and Tom Poe have left`: what is said of one of two who are joined is said of the other.
    fn share(&self, text: &str, mentions: &mut [Mention]) {
        let is_full = |mention: &Mention| words(&mention.name.text).len() > 1;
        for at in 1..mentions.len() {
            let Some([first, second]) = mentions.get_mut(at - 1..=at) else { continue };
            let between = words(text.get(first.name.end..second.name.start).unwrap_or_default());
            let [joint] = between.as_slice() else { continue };
            let is_joint = self.vocabulary.labels.ands.matched(&[*joint]) > 0;
            if !is_joint || !is_full(first) || !is_full(second) || first.has_details && !second.has_details && second.has_cue {
                continue;
            }
            if first.stance == Stance::Unsaid {
                first.stance = second.stance;
            } else if second.stance == Stance::Unsaid {
                second.stance = first.stance;
            }
            let weight = first.weight.max(second.weight);
            (first.weight, second.weight) = (weight, weight);
            let has_cue = first.has_cue || second.has_cue;
            (first.has_cue, second.has_cue) = (has_cue, has_cue);
        }
    }

    /// "Delete X and Y from your list": in a withdrawal, only words before a name say that somebody comes.
    fn without_lists(&self, text: &str, names: &[&Name], said: &mut [Stance]) {
        let mut from = 0;
        let cues = &self.vocabulary.labels.cues;
        for (nth, (name, stance)) in names.iter().zip(said).enumerate() {
            let head = text.get(from..name.start).unwrap_or_default();
            let to = names.get(nth + 1).map_or(text.len(), |next| next.start);
            let behind = text.get(name.end..to).unwrap_or_default();
            let sits = any(&cues.in_his_place, &plain(head)) || any(&cues.in_his_place, &plain(behind));
            if *stance == Stance::Comes && !sits && !any(&cues.propose, &plain(head)) {
                *stance = Stance::Unsaid;
            }
            from = name.end;
        }
    }

    /// Whether a name is what the host of the writer's address is made of, and none of his own: `Atlas Connect` of `@atlasconnect.example`.
    pub(super) fn is_host(&self, name: &Name) -> bool {
        let joined: String = latin(&name.text).unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).collect();
        let host = self.mail.writer().and_then(|writer| writer.reveal().split_once('@')).map_or("", |(_, host)| host);
        let is_label = || host.split('.').any(|label| label.chars().filter(|c| c.is_alphanumeric()).eq(joined.chars()));
        // `Jane Roe` writes from `jane@janeroe.example`, and nobody from `info@`.
        let is_own = || self.mail.writer().is_some_and(|writer| likeness(writer, &name.text) == Likeness::Alike);
        name.honorific.is_none() && joined.len() >= HOST && is_label() && !is_own()
    }

    /// The weight of a name by what stands around it.
    fn weighed(&self, index: usize, name: &Name, next: Option<usize>, sentence: &Sentence) -> Mention {
        let Some(unit) = self.units.get(index) else { return bare(index, name) };
        let head = unit.text.get(sentence.start.min(name.start)..name.start).unwrap_or_default();
        let end = next.unwrap_or(unit.labels_from.min(unit.text.len()));
        let behind = unit.text.get(name.end..end.max(name.end)).unwrap_or_default();
        let opens = unit.text.get(..name.start).unwrap_or_default().trim().chars().count() <= LEAD && unit.shape != Shape::Prose;
        let first_chunk = chunks(behind).into_iter().next().unwrap_or_default();
        let has_role = role(first_chunk, self.vocabulary).is_some()
            || chunks(head).last().is_some_and(|last| role(last, self.vocabulary).is_some());
        let beside = self.details_in(behind, name);
        let details =
            if next.is_some() || beside == Some(Likeness::Alike) { beside } else { self.details_below(index, name, beside) };
        // `HelpNet Romania` is a body more often than a person.
        let is_national = name.honorific.is_none()
            && details != Some(Likeness::Alike)
            && name.text.split_whitespace().last().is_some_and(|last| self.vocabulary.countries.is_name(last));
        let mut weight =
            i32::from(name.honorific.is_some()) * 2 - i32::from(is_national) * 2 + i32::from(opens) + i32::from(has_role);
        weight -=
            i32::from(name.honorific.is_none() && (self.proposes(behind) || self.is_acting(&unit.text, sentence, name))) * 3;
        // Brackets behind a name hold its body or its place.
        weight -= i32::from(head.trim_end().ends_with(['(', '（']));
        weight -= i32::from(self.is_said_of(&self.vocabulary.labels.cues.behalf, &unit.text, name)) * 3;
        weight += i32::from(sentence.has_cue) * 2 - i32::from(sentence.stays) * 3;
        weight += match details {
            Some(Likeness::Alike) => 3,
            Some(Likeness::Unknown) => 2,
            // An address made of somebody else's name says little; beside an honorific it may be an office's.
            Some(Likeness::Unlike) => i32::from(name.honorific.is_some()),
            None => 0,
        };
        Mention {
            unit: index,
            name: name.clone(),
            weight,
            stance: Stance::Unsaid,
            has_details: matches!(details, Some(Likeness::Alike | Likeness::Unknown)),
            has_cue: sentence.has_cue && !sentence.is_own,
            record: None,
        }
    }

    /// The addresses in the writer's text that are no former ones.
    pub(super) fn addresses(&self) -> Vec<Address> {
        let own = self.units.iter().take(self.closing).filter(|unit| unit.text.contains(['@', '[', '(']));
        let all = own.flat_map(|unit| emails(&unit.text, self.vocabulary, self.charter));
        all.filter(|email| !email.is_old).map(|email| email.address).take(MOST_PEOPLE).collect()
    }

    /// `X Y designates`: whoever proposes is a body, or nobody who is meant.
    fn proposes(&self, behind: &str) -> bool {
        let Some(verb) = words(behind).into_iter().next().filter(|word| word.start <= 1) else { return false };
        let is_participle = ["ed", "é", "ée", "ada", "ado"].iter().any(|ending| verb.text.ends_with(ending));
        let is_latin = verb.text.starts_with(|c: char| c.is_lowercase() && c < '\u{250}');
        is_latin
            && !is_participle
            && self.vocabulary.labels.breaks.matched(&[verb]) > 0
            && any(&self.vocabulary.labels.cues.propose, &plain(verb.text))
    }

    /// `Clic Serein souhaite proposer`: whoever acts at the head of a sentence.
    fn is_acting(&self, text: &str, sentence: &Sentence, name: &Name) -> bool {
        let said = text.get(sentence.start..).map_or("", str::trim_start);
        said.starts_with(name.text.as_str()) && acting(said, self.vocabulary).is_some_and(|body| body == name.text)
    }

    /// Whoever signs is not proposed by that; a writer who means himself is.
    fn discount_signer(&self, index: usize, unit: &Unit, mention: &mut Mention) {
        if self.about_self && self.is_writer(&mention.name.text) {
            mention.weight += 3;
            return;
        }
        // A list of people may hold whoever signs it.
        let is_listed = index < self.closing && self.listed().contains(&index);
        let signs = unit.shape != Shape::Prose && !mention.has_cue && !is_listed && self.is_signer(&mention.name.text);
        let is_under = index >= self.closing && unit.shape != Shape::Prose;
        if signs || is_under || index >= self.signature {
            mention.weight = mention.weight.min(0);
        }
    }

    /// The sentence around a place, and what it asks for.
    fn sentence(&self, text: &str, at: usize) -> Sentence {
        let (start, end) = sentence_bounds(text, at, |word| self.vocabulary.labels.honorifics.has(word));
        let cues = &self.vocabulary.labels.cues;
        let said = plain(text.get(start..end).unwrap_or_default());
        let withdraws = || any(&cues.withdraw, &said) || any(&cues.replaces, &said) || any(&cues.replaced_by, &said);
        // "And with me our analyst, Jane Roe": whoever means himself beside her means her, too.
        let has_cue = any(&cues.propose, &said)
            || self.also_self && self.kind == Kind::ContactSubmission && any(&cues.also_self, &said)
            || self.kind != Kind::ContactSubmission && withdraws();
        Sentence { start, end, has_cue, stays: any(&cues.stays, &said), is_own: any(&cues.myself, &said) }
    }

    /// "Copy to", "prepared by": words before a name that say it is nobody who is meant.
    fn is_bystander(&self, text: &str, name: &Name) -> bool {
        self.is_said_of(&self.vocabulary.labels.cues.bystander, text, name)
    }

    /// Whether the words before a name are among these.
    fn is_said_of(&self, cues: &PatternList, text: &str, name: &Name) -> bool {
        let head = text.get(..name.start).unwrap_or_default();
        let from = head.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
        any(cues, &plain(head.get(from..).unwrap_or_default()))
    }

    /// Whether a name begins an item, a paragraph, or a line with something behind it.
    fn opens_block(&self, index: usize, unit: &Unit, name: &Name) -> bool {
        let is_first = unit.text.get(..name.start).is_some_and(|head| head.trim().chars().count() <= LEAD);
        let above = index.checked_sub(1).and_then(|at| self.units.get(at));
        let opens_paragraph = above.is_none_or(|above| above.paragraph != unit.paragraph || above.text.ends_with([':', '：']));
        is_first && (unit.shape == Shape::Item || opens_paragraph || unit.text.contains(['@', ',', '，', '،', ';']))
    }

    /// What an address or a number in some words says for a name.
    fn details_in(&self, text: &str, name: &Name) -> Option<Likeness> {
        let has_number = || !phones::find(&phones::without_extensions(text, self.vocabulary), self.vocabulary).is_empty();
        self.likeness(text, &name.text).or_else(|| has_number().then_some(Likeness::Unknown))
    }

    /// The same in the lines below the unit with the name.
    fn details_below(&self, index: usize, name: &Name, beside: Option<Likeness>) -> Option<Likeness> {
        let mut best = beside;
        let unit = self.units.get(index)?;
        for next in self.units.iter().skip(index + 1).take(BLOCK) {
            let other = next.names(self.vocabulary).iter().any(|other| {
                other.start < next.labels_from.min(LEAD) && !same_person(&other.text, &name.text) && other.honorific.is_some()
            });
            let in_block = next.paragraph == unit.paragraph && unit.shape != Shape::Prose || !next.fields.is_empty();
            let has_name = next.fields.iter().any(|(label, _)| is_name_label(*label));
            if !in_block || has_name || other {
                break;
            }
            match self.details_in(&next.text, name) {
                Some(Likeness::Alike) => return Some(Likeness::Alike),
                found => best = best.or(found),
            }
        }
        best
    }
}

fn bare(index: usize, name: &Name) -> Mention {
    let (stance, record) = (Stance::Unsaid, None);
    Mention { unit: index, name: name.clone(), weight: 0, stance, has_details: false, has_cue: false, record }
}

/// Where the sentence around a place begins and ends.
pub(super) fn sentence_bounds(text: &str, at: usize, is_title: impl Fn(&str) -> bool) -> (usize, usize) {
    let (mut start, mut end) = (0, text.len());
    let mut word = String::new();
    let mut marks = text.char_indices().peekable();
    while let Some((place, c)) = marks.next() {
        let next = marks.peek().map(|(_, c)| *c);
        let ends = match c {
            '。' | '！' | '？' | '؟' | '\n' => true,
            '!' | '?' => next.is_none_or(char::is_whitespace),
            // One digit numbers an item; two end a sentence before a capital (`ext. 12. Write to …`).
            '.' if word.chars().count() == 2 && word.chars().all(char::is_numeric) => {
                text.get(place + 1..).is_some_and(|rest| rest.trim_start().starts_with(char::is_uppercase))
            }
            '.' => next.is_none_or(char::is_whitespace) && word.chars().count() > 2 && !is_title(&word),
            _ => false,
        };
        if ends {
            if place < at {
                start = place + c.len_utf8();
            } else {
                end = place + c.len_utf8();
                break;
            }
        }
        if c.is_alphanumeric() {
            word.push(c);
        } else {
            word.clear();
        }
    }
    (start, end)
}

/// Whether a label announces a name or a part of one.
pub(super) fn is_name_label(label: PersonLabel) -> bool {
    matches!(label, PersonLabel::Name | PersonLabel::FamilyName | PersonLabel::GivenName | PersonLabel::Former)
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

/// One mention a person: the heaviest, of equal ones the fuller name. The others go on helping with what it does not say.
pub(super) fn distinct(mentions: Vec<Mention>) -> Vec<Mention> {
    let mut kept: Vec<Mention> = Vec::new();
    let length = |mention: &Mention| mention.name.text.split_whitespace().count();
    for mention in mentions {
        match kept.iter_mut().find(|earlier| same_person(&earlier.name.text, &mention.name.text)) {
            Some(earlier) => {
                let (stance, honorific) = (earlier.stance, earlier.name.honorific.clone());
                let is_fuller = length(&mention) > length(earlier) && mention.weight + 2 >= earlier.weight;
                if mention.weight > earlier.weight + 1 && length(&mention) >= length(earlier) || is_fuller {
                    *earlier = mention;
                    earlier.name.honorific = earlier.name.honorific.take().or(honorific);
                    earlier.stance = if stance == Stance::Unsaid { earlier.stance } else { stance };
                } else if earlier.stance == Stance::Unsaid {
                    earlier.stance = mention.stance;
                }
            }
            None => kept.push(mention),
        }
    }
    kept.sort_by_key(|mention| (mention.unit, mention.name.start));
    kept
}
