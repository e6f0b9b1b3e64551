//! A small classifier that learns from what people corrected: complement naive Bayes over hashed character n-grams.
//!
//! Characters instead of words, because Chinese has no blanks and Arabic and Russian inflect; a fixed number of buckets instead of a
//! dictionary, so that the counts stay small and name no person; the complement (all *other* kinds) instead of the kind itself,
//! because people correct one kind far more often than another (Rennie et al., 2003). Counts are whole numbers of letters, so
//! that taking a correction back leaves exactly what was there before it. Pure: the counts come in as data.

use crate::domain::words::Kind;
use std::collections::{BTreeMap, HashMap};
use strum::VariantArray;
use unicode_normalization::UnicodeNormalization;

/// N-grams fall into so many buckets: as many as two octets can name. A letter fills about two thousand of them.
pub type Bucket = u16;

/// Shorter ones occur everywhere, longer ones hardly ever again.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=5;
/// Characters of a letter that are looked at: what a letter is stands at its beginning.
const LOOKED_AT: usize = 1_500;
/// How often an n-gram stands in a letter of which nothing is known. English letters share about a twentieth of their n-grams.
const USUAL: f64 = 0.05;
/// A kind must be ahead of every other one, and of "none of them", by so much for each n-gram (natural logarithm). Learned from nine
/// tenths of the corpus and asked about the rest, it was wrong only below this; a row of like letters leads by 1 and more.
const LEAST_LEAD: f64 = 0.5;
/// What a lead of 1 weighs beside the rules: a near copy of what was corrected often has a lead of 1.5 to 2.
const SCALE: f64 = 3.0;
/// Less than a rule that is sure (8): what was learned helps the rules and does not overrule them.
const HEAVIEST: f64 = 6.0;
/// A letter with fewer different n-grams says too little.
const FEWEST: usize = 30;
/// N-grams that an explanation shows.
const SHOWN: usize = 6;

/// What a letter is by what people corrected before.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// The kind that it looks like.
    pub kind: Kind,
    /// What that weighs beside the rules.
    pub weight: f64,
    /// The n-grams that spoke most, blanks as `_`.
    pub grams: Vec<String>,
}

/// How many letters of each kind hold each n-gram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    revision: i64,
    letters: BTreeMap<Kind, u32>,
    counts: HashMap<Bucket, [u32; Kind::VARIANTS.len()]>,
}

impl Model {
    /// A model of these counts: letters of each kind, and letters of a kind that hold an n-gram.
    pub fn new(
        revision: i64,
        letters: impl IntoIterator<Item = (Kind, u32)>,
        counts: impl IntoIterator<Item = (Kind, Bucket, u32)>,
    ) -> Model {
        let mut model = Model { revision, letters: letters.into_iter().collect(), counts: HashMap::new() };
        for (kind, bucket, letters) in counts {
            if let Some(count) = model.counts.entry(bucket).or_default().get_mut(place(kind)) {
                *count += letters;
            }
        }
        model
    }

    /// Which state of what was learned this is; it grows with every correction.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// How many corrected letters stand behind it.
    pub fn letters(&self) -> u32 {
        self.letters.values().sum()
    }

    /// What a text looks like; `None` when it looks like nothing that was corrected, or nothing was.
    pub fn opinion(&self, text: &str) -> Option<Opinion> {
        if self.letters.is_empty() {
            return None;
        }
        let grams = grams(text);
        if grams.len() < FEWEST {
            return None;
        }
        let mut scores: Vec<(Option<Kind>, f64)> = vec![(None, self.score(&grams, None))];
        scores.extend(self.letters.keys().map(|kind| (Some(*kind), self.score(&grams, Some(*kind)))));
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let [(best, first), (_, second), ..] = scores.as_slice() else { return None };
        let (kind, lead) = ((*best)?, first - second);
        if lead < LEAST_LEAD {
            return None;
        }
        let letters = f64::from(self.letters.get(&kind).copied().unwrap_or_default());
        // One correction may be a slip: it counts for half, ten count for nearly all.
        let weight = (SCALE * lead * letters / (letters + 1.0)).min(HEAVIEST);
        Some(Opinion { kind, weight: (weight * 100.0).round() / 100.0, grams: self.loudest(&grams, kind) })
    }

    /// How unlike the letters of all other kinds a text is, for each n-gram; of no kind, how unlike all letters.
    fn score(&self, grams: &BTreeMap<Bucket, String>, kind: Option<Kind>) -> f64 {
        let others = self.others(kind);
        let sum: f64 = grams.keys().map(|bucket| -self.share(*bucket, kind, others).ln()).sum();
        sum / f64::from(u32::try_from(grams.len()).unwrap_or(u32::MAX))
    }

    /// Letters that are not of the kind.
    fn others(&self, kind: Option<Kind>) -> u32 {
        self.letters() - kind.and_then(|kind| self.letters.get(&kind)).copied().unwrap_or_default()
    }

    /// The share of letters of other kinds that hold an n-gram, as if one more letter with the usual share had been seen.
    fn share(&self, bucket: Bucket, kind: Option<Kind>, others: u32) -> f64 {
        let row = self.counts.get(&bucket);
        let all: u32 = row.map_or(0, |row| row.iter().sum());
        let own = kind.and_then(|kind| row?.get(place(kind)).copied()).unwrap_or_default();
        (f64::from(all - own) + USUAL) / (f64::from(others) + 1.0)
    }

    /// The n-grams that most letters of the kind and fewest others hold.
    fn loudest(&self, grams: &BTreeMap<Bucket, String>, kind: Kind) -> Vec<String> {
        let (others, none) = (self.others(Some(kind)), self.others(None));
        let mut loud: Vec<(f64, &String)> = grams
            .iter()
            .map(|(bucket, gram)| ((self.share(*bucket, None, none) / self.share(*bucket, Some(kind), others)).ln(), gram))
            .collect();
        // Of equally loud ones the longest says most to a person.
        loud.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.chars().count().cmp(&a.1.chars().count())).then(a.1.cmp(b.1)));
        let mut shown: Vec<String> = Vec::new();
        for (_, gram) in loud {
            let overlaps = |earlier: &String| overlap(earlier, gram);
            if !shown.iter().any(overlaps) {
                shown.push(gram.clone());
            }
            if shown.len() == SHOWN {
                break;
            }
        }
        shown
    }
}

/// The buckets of a text's n-grams, each once, in order.
pub fn buckets(text: &str) -> Vec<Bucket> {
    grams(text).into_keys().collect()
}

/// The n-grams of a text by their bucket.
fn grams(text: &str) -> BTreeMap<Bucket, String> {
    let chars = folded(text);
    let mut grams = BTreeMap::new();
    for length in LENGTHS {
        for window in chars.windows(length) {
            // A gram that begins or ends in the middle of two blanks says nothing more than a shorter one.
            let gram: String = window.iter().collect();
            grams.entry(bucket(&gram)).or_insert(gram);
        }
    }
    grams
}

/// NFKC, small letters, one blank between words (as `_`), every digit the same: dates and numbers differ in each letter.
fn folded(text: &str) -> Vec<char> {
    let mut chars = vec!['_'];
    let words = text.nfkc().flat_map(char::to_lowercase).filter(|c| *c != '\u{640}');
    for c in words {
        let c = if c.is_numeric() {
            '0'
        } else if c.is_whitespace() || c.is_control() {
            '_'
        } else {
            c
        };
        let repeats = matches!(c, '_' | '0') && chars.last() == Some(&c);
        if !repeats {
            chars.push(c);
        }
        if chars.len() > LOOKED_AT {
            break;
        }
    }
    chars
}

/// FNV-1a, folded to two octets. Stands in the ledger, so it never changes (`jcabot correct --rebuild` would mend it).
#[expect(clippy::cast_possible_truncation, reason = "the halves are folded on purpose")]
fn bucket(gram: &str) -> Bucket {
    let mut hash: u32 = 0x811c_9dc5;
    for octet in gram.bytes() {
        hash = (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> 16)) as u16
}

/// Whether two n-grams are cut from the same place: they share all but two characters.
fn overlap(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let least = a.len().min(b.len()).saturating_sub(2).max(2);
    a.windows(least).any(|window| b.windows(least).any(|other| window == other))
}

fn place(kind: Kind) -> usize {
    Kind::VARIANTS.iter().position(|other| *other == kind).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newsletter(number: usize) -> String {
        let topics = [
            "spectrum",
            "broadband",
            "numbering",
            "antennas",
            "satellites",
            "cables",
            "routing",
            "billing",
            "mobile",
            "clouds",
            "fibre",
        ];
        format!(
            "The Weekly Wire, issue {number}\nGood morning, readers. This week in the wire: {} in the news, a look at {} and more. \
             Read on, share with friends, and tell us what you think.",
            topics[number % 11],
            topics[(number * 7 + 3) % 11]
        )
    }

    fn learned(texts: &[(Kind, String)]) -> Model {
        let mut letters = BTreeMap::<Kind, u32>::new();
        let mut counts = Vec::new();
        for (kind, text) in texts {
            *letters.entry(*kind).or_default() += 1;
            counts.extend(buckets(text).into_iter().map(|bucket| (*kind, bucket, 1)));
        }
        Model::new(1, letters, counts)
    }

    const QUESTION: &str = "Dear colleagues, could you kindly tell me when the report of the last meeting will be published, and where \
                            my delegation finds the documents of the working party? With thanks in advance for your help.";

    #[test]
    fn the_eleventh_letter_of_a_row_is_known_and_another_one_is_not() {
        let ten: Vec<_> = (0..10).map(|number| (Kind::Bulk, newsletter(number))).collect();
        let model = learned(&ten);

        let opinion = model.opinion(&newsletter(10)).unwrap();

        assert_eq!(opinion.kind, Kind::Bulk);
        assert!(opinion.weight > 3.0, "{opinion:?}");
        assert_eq!(opinion.grams.len(), SHOWN);
        assert_eq!(model.opinion(QUESTION), None);
    }

    #[test]
    fn one_correction_weighs_less_than_ten() {
        let one = learned(&[(Kind::Bulk, newsletter(0))]);
        let ten = learned(&(0..10).map(|number| (Kind::Bulk, newsletter(number))).collect::<Vec<_>>());

        let (after_one, after_ten) = (one.opinion(&newsletter(10)).unwrap(), ten.opinion(&newsletter(10)).unwrap());

        assert!(after_one.weight * 1.4 < after_ten.weight, "{after_one:?} {after_ten:?}");
    }

    #[test]
    fn two_kinds_are_told_apart_however_unequal_they_are() {
        let mut texts: Vec<_> = (0..10).map(|number| (Kind::Bulk, newsletter(number))).collect();
        texts.push((Kind::Inquiry, QUESTION.to_owned()));
        let model = learned(&texts);

        assert_eq!(model.opinion(&newsletter(10)).unwrap().kind, Kind::Bulk);
        assert_eq!(model.opinion(&format!("{QUESTION} Best wishes")).unwrap().kind, Kind::Inquiry);
    }

    #[test]
    fn chinese_needs_no_blanks() {
        let text = |topic: &str| {
            format!(
                "每周通讯 各位读者早上好 本周要闻 {topic} 最新消息 请转发给您的朋友并告诉我们您的看法 欢迎订阅 广告合作请联系编辑部 感谢各位读者长期以来的支持"
            )
        };
        let model = learned(&["频谱", "宽带", "编号", "天线"].map(|topic| (Kind::Bulk, text(topic))));

        assert_eq!(model.opinion(&text("卫星")).unwrap().kind, Kind::Bulk);
    }

    #[test]
    fn nothing_learned_says_nothing() {
        assert_eq!(Model::default().opinion(QUESTION), None);
        assert_eq!(learned(&[(Kind::Bulk, newsletter(1))]).opinion("Thanks!"), None);
    }

    #[test]
    fn dates_and_case_make_no_difference() {
        assert_eq!(buckets("Issue 12 of 3 May"), buckets("ISSUE  7 of\n28 may"));
    }
}
