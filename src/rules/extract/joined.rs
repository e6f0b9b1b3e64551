//! Who else is meant: those named in one breath with somebody, or the only ones that are named at all.

use super::emails::{Likeness, likeness};
use super::letter::{Letter, same_person};
use super::mentions::Mention;
use super::names::Name;
use super::organizations::foreign;
use super::person::set;
use super::russian::is_nominative_of;
use super::units::Shape;
use crate::domain::steps::{FoundPerson, Part};
use crate::domain::words::Kind;
use crate::vocabulary::words::{is_han, simplified, words};

/// Characters between two names that are joined at most: a comma, an "and", an honorific.
const JOINT: usize = 24;

impl Letter<'_> {
    /// `A and B`: whoever is joined to one who is meant is meant, too.
    pub(super) fn add_joined(&self, mentions: &[Mention], chosen: &mut Vec<Mention>) {
        let is_in = |chosen: &[Mention], mention: &Mention| {
            chosen.iter().any(|other| other.unit == mention.unit && other.name.start == mention.name.start)
        };
        loop {
            let more = mentions.iter().find_map(|mention| {
                // Latin names of bodies look like those of people.
                let is_latin = mention.name.text.starts_with(|c: char| c < '\u{250}');
                let is_sure = !is_latin || mention.name.honorific.is_some();
                let is_free = is_sure && mention.record.is_none() && mention.unit < self.closing && !is_in(chosen, mention);
                let beside = chosen.iter().find(|other| is_free && self.are_joined(mention, other))?;
                Some(Mention { stance: beside.stance, has_cue: beside.has_cue, weight: beside.weight, ..mention.clone() })
            });
            let Some(more) = more else { return };
            chosen.push(more);
            chosen.sort_by_key(|mention| (mention.unit, mention.name.start));
        }
    }

    /// Whether nothing but a comma, an "and" or an honorific stands between two names.
    fn are_joined(&self, one: &Mention, other: &Mention) -> bool {
        if one.unit != other.unit || other.record.is_some() || same_person(&one.name.text, &other.name.text) {
            return false;
        }
        let Some(unit) = self.units.get(one.unit).filter(|unit| unit.shape == Shape::Prose || unit.fields.is_empty()) else {
            return false;
        };
        let (first, second) = if one.name.start < other.name.start { (one, other) } else { (other, one) };
        let Some(gap) = unit.text.get(first.name.end..second.name.start).map(str::trim) else { return false };
        let labels = &self.vocabulary.labels;
        let bare = gap.trim_matches([',', '、', '，', '،', ' ']);
        if bare.chars().count() > JOINT || gap.is_empty() || gap.contains(['.', ';', '。', '；', '(', '（', ')', '）', ':']) {
            return false;
        }
        let is_and = |word: &str| word == "و" || labels.ands.han_at_start(&simplified(word)).is_some_and(|and| and == word);
        bare.is_empty()
            || bare.chars().all(is_han) && is_and(bare)
            || words(bare).iter().all(|word| {
                is_and(word.text) || labels.ands.matched(&[*word]) > 0 || labels.honorifics.has(word.text.trim_end_matches('.'))
            })
    }

    /// Those who are named in a letter that says of nobody outright that he is meant: not whoever signs it.
    pub(super) fn only_named(&self, mentions: &[Mention]) -> Vec<Mention> {
        // Whoever writes from an address of his own is meant himself.
        let is_own = |writer: &Name| self.mail.writer().is_some_and(|own| likeness(own, &writer.text) == Likeness::Alike);
        if self.kind != Kind::ContactSubmission && self.writer.as_ref().is_some_and(is_own) {
            return Vec::new();
        }
        let least = if self.kind == Kind::ContactSubmission { 1 } else { 0 };
        let others = mentions.iter().filter(|mention| {
            let is_signer = self.is_signer(&mention.name.text) || self.is_writer(&mention.name.text);
            mention.unit < self.closing && !is_signer && mention.weight >= least
        });
        let heaviest = others.clone().map(|mention| mention.weight).max().unwrap_or_default();
        others.filter(|mention| mention.weight == heaviest).cloned().collect()
    }

    /// The name in the nominative, where the letter has it so, too.
    pub(super) fn name_in_nominative(&self, person: &mut FoundPerson, mentions: &[Mention]) {
        let Some(name) = person.name.as_deref() else { return };
        let better = mentions.iter().map(|mention| mention.name.text.as_str()).find(|other| is_nominative_of(other, name));
        if let Some(better) = better.map(str::to_owned) {
            set(person, "name", Part::Body, &better, "name");
            person.name = Some(better);
        }
    }

    /// `University of X:` above the lines of its people: a body that heads them is theirs.
    pub(super) fn take_heading(&self, person: &mut FoundPerson, mention: &Mention) {
        let Some(own) = self.units.get(mention.unit).filter(|unit| mention.record.is_none() && unit.shape != Shape::Prose) else {
            return;
        };
        let above = self.units.iter().take(mention.unit).rev().take_while(|unit| unit.paragraph == own.paragraph);
        let heads = |text: &str| text.trim_end().ends_with([':', '：']);
        let Some(heading) = above.into_iter().find(|unit| heads(&unit.text)) else { return };
        let bare = heading.text.trim_end().trim_end_matches([':', '：']).trim();
        let body = foreign(bare, self.vocabulary, self.charter).into_iter().next();
        if let Some(body) = body.filter(|body| body == bare) {
            person.sources.retain(|source| source.field != "organization");
            set(person, "organization", heading.part, &body, "heading");
            person.organization = Some(body);
        }
    }
}
