//! Who is meant among all who are named in a letter.

use super::emails::{Likeness, likeness};
use super::letter::{Letter, same_person, sorted_words};
use super::mentions::{Mention, PROPOSED, distinct};
use super::misspelt::is_misspelt;
use super::names;
use super::stance::Stance;
use super::units::Shape;
use crate::domain::words::Kind;
use crate::vocabulary::words::is_han;

impl Letter<'_> {
    /// Those who are meant among all who are named.
    pub(super) fn choose(&self, mentions: &[Mention]) -> Vec<Mention> {
        let mut chosen = self.meant(mentions);
        self.add_joined(mentions, &mut chosen);
        if chosen.is_empty() && !self.about_self {
            // Whose address the letter gives is meant, in whatever words.
            let addresses = self.addresses();
            let has_address =
                |name: &str| name.contains(' ') && addresses.iter().any(|address| likeness(address, name) == Likeness::Alike);
            let is_meant = |mention: &&Mention| {
                let signs = self.is_writer(&mention.name.text) || self.is_signer(&mention.name.text);
                mention.weight >= 0 && mention.unit < self.closing && !signs && has_address(&mention.name.text)
            };
            chosen.extend(mentions.iter().filter(is_meant).map(|mention| Mention { weight: PROPOSED, ..mention.clone() }));
        }
        if chosen.is_empty() && !self.about_self {
            chosen = self.only_named(mentions);
        }
        let mut chosen = distinct(chosen);
        // `As promised to Mrs Roe, these will follow your work:` — a family name without details beside people with theirs.
        let with_details = chosen.iter().filter(|mention| mention.has_details).count();
        if with_details > 1 && self.kind == Kind::ContactSubmission {
            chosen.retain(|mention| {
                mention.has_details
                    || mention.record.is_some()
                    || sorted_words(&mention.name.text).len() > 1
                    || is_chinese(&mention.name.text)
            });
        }
        if self.kind == Kind::ContactUpdate {
            self.drop_misspelt(&mut chosen);
        }
        if self.about_self && !self.also_self && self.writer.is_some() {
            self.keep_own(mentions, &mut chosen);
        }
        chosen
    }

    /// Those whom the weight of their names, or their part in a succession, says are meant.
    fn meant(&self, mentions: &[Mention]) -> Vec<Mention> {
        let labelled = mentions.iter().any(|mention| mention.record.is_some());
        let is_sure = mentions.iter().any(|mention| mention.weight >= PROPOSED);
        let threshold = if is_sure || self.about_self { PROPOSED } else { PROPOSED - 1 };
        // `X has moved on, his seat is mine now`: whoever is named beside a writer who takes over leaves.
        let takes_over = self.kind == Kind::ContactUpdate && self.takes_over();
        let is_silent = mentions.iter().all(|mention| mention.stance != Stance::Leaves);
        let gives_way = |mention: &Mention| {
            takes_over
                && (is_silent || mention.stance == Stance::Leaves)
                && mention.unit < self.closing
                && !self.is_signer(&mention.name.text)
        };
        let comes = mentions.iter().any(|mention| mention.stance == Stance::Comes && mention.weight >= PROPOSED);
        // `Mr Poe has left. Put Ms Roe on, she has his desk`
        let sits = mentions.iter().any(|mention| mention.stance == Stance::Comes && self.sits_in_his_place(mention));
        let chosen = mentions.iter().filter(|mention| {
            let comes = comes || sits;
            let leaves = mention.stance == Stance::Leaves && (self.kind != Kind::ContactSubmission || comes);
            // "Neither A (…) nor B": one sentence takes both off.
            let is_named = self.kind == Kind::ContactWithdrawal && mention.has_cue && mention.stance != Stance::Comes;
            let least = if leaves && sits { 0 } else { PROPOSED - 1 };
            if mention.record.is_some() || gives_way(mention) || (leaves || is_named) && mention.weight >= least {
                return true;
            }
            // Beside labelled people a name in running text needs details of its own, or a part in a succession.
            let enough = !labelled || mention.has_details || leaves;
            mention.weight >= threshold && enough || self.is_sibling(mention, mentions, threshold)
        });
        let as_leaving = |mention: &Mention| {
            let stance = if gives_way(mention) { Stance::Leaves } else { mention.stance };
            Mention { stance, ..mention.clone() }
        };
        chosen.map(as_leaving).collect()
    }

    /// Of those named in a letter in which the writer means himself, those who are meant beside him or instead.
    fn keep_own(&self, mentions: &[Mention], chosen: &mut Vec<Mention>) {
        let is_other = |mention: &Mention| !self.is_writer(&mention.name.text) && mention.record.is_none();
        // Her details may stand behind a later mention: "Mrs Roe can be reached on …".
        let has_details = |mention: &Mention| {
            let again = mentions.iter().filter(|other| same_person(&other.name.text, &mention.name.text));
            again.into_iter().any(|other| other.has_details)
        };
        let listed = self.listed();
        let in_list = |mention: &Mention| listed.contains(&mention.unit);
        let has_own_line = chosen.iter().any(|mention| !is_other(mention) && in_list(mention));
        let others = chosen.iter().any(|mention| is_other(mention) && has_details(mention) && mention.has_cue) && !has_own_line;
        let succeeds = chosen.iter().any(|mention| mention.stance == Stance::Leaves);
        if !others && !succeeds {
            chosen.retain(|mention| !is_other(mention) || has_own_line && in_list(mention));
        } else if others && !succeeds {
            chosen.retain(|mention| is_other(mention) || mention.has_cue);
        }
    }

    /// The name as it was misspelt is nobody else's: the writer's own spelling counts, else the later one.
    fn drop_misspelt(&self, chosen: &mut Vec<Mention>) {
        let names: Vec<String> = chosen.iter().map(|mention| mention.name.text.clone()).collect();
        let writer = self.writer.as_ref().map(|writer| writer.text.as_str());
        let mut at = 0;
        chosen.retain(|mention| {
            let name = mention.name.text.as_str();
            let later = names.iter().skip(at + 1).any(|other| is_misspelt(name, other) && Some(name) != writer);
            at += 1;
            !later && !writer.is_some_and(|writer| is_misspelt(name, writer))
        });
    }

    /// A name alone in a line beside one that is meant: a list.
    fn is_sibling(&self, mention: &Mention, mentions: &[Mention], threshold: i32) -> bool {
        let line = |mention: &Mention| self.units.get(mention.unit).filter(|unit| unit.shape != Shape::Prose);
        let Some(unit) = line(mention).filter(|_| mention.unit < self.signature && !self.is_signer(&mention.name.text)) else {
            return false;
        };
        let listed = self.kind == Kind::ContactWithdrawal || unit.shape == Shape::Item;
        listed
            && names::whole(&unit.text, self.vocabulary).is_some()
            && mentions.iter().any(|other| {
                let beside = line(other).is_some_and(|above| above.paragraph == unit.paragraph);
                other.weight >= threshold && beside && other.unit.abs_diff(mention.unit) == 1
            })
    }
}

/// Whether a name is written in Chinese, which has one word for all of it.
fn is_chinese(name: &str) -> bool {
    name.starts_with(is_han)
}
