//! The charter of one activity: bodies, people, days, folders. Data from `rules/charters/<activity>.toml`.

use crate::domain::address::Address;
use crate::domain::words::{Kind, Language};
use crate::domain::{Date, Timestamp};
use crate::resources::{Resources, Text};
use anyhow::{Context, Result, bail};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// What follows the mailbox's local part in the envelope senders of its letters.
pub const BOUNCE_MARK: &str = "+bounce-";

/// All that is laid down for one activity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// Short name (`JCA-COP`).
    pub name: String,
    /// Name in full, English.
    pub long_name: String,
    /// The lead (parent) group.
    pub parent: String,
    /// The address of its one mailbox.
    pub mailbox: Address,
    /// Its page.
    pub home_page: String,
    /// IANA name of the zone in which days end.
    pub time_zone: String,
    /// Languages that it answers in; the first one where the writer's is unknown.
    pub languages: Vec<Language>,
    /// Other spellings of its name.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Further own addresses.
    #[serde(default)]
    pub own_addresses: Vec<Address>,
    /// Authserv-ids (RFC 8601) whose results count.
    #[serde(default)]
    pub authserv_ids: Vec<String>,
    /// First part of each outgoing reference.
    pub reference_prefix: String,
    /// Last day of its life.
    pub ends: Date,
    /// Who gets the weekly digest.
    pub chair: Officer,
    /// Who gets the notices.
    pub secretariat: Officer,
    /// What is asked for, and by when.
    #[serde(default, rename = "deadline")]
    pub deadlines: Vec<CharterDeadline>,
    /// Its meetings.
    #[serde(default, rename = "meeting")]
    pub meetings: Vec<Meeting>,
    /// Bodies from which a representative is expected.
    #[serde(default, rename = "seat")]
    pub seats: Vec<CharterSeat>,
    /// Categories of representatives without a seat of their own.
    #[serde(default, rename = "category")]
    pub categories: Vec<Category>,
    /// Folder and keyword of each kind.
    pub shelves: BTreeMap<Kind, Shelf>,
}

/// The chair or the secretariat.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    /// Name, without honorific.
    pub name: String,
    /// Such as `Ms`.
    pub honorific: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Address.
    pub email: Address,
    /// Language of mail to this officer; the activity's first one if absent.
    pub language: Option<Language>,
}

/// A day by which something is wanted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharterDeadline {
    /// A stable word; the deadline's topic is `charter:<id>`.
    pub id: String,
    /// For people.
    pub title: String,
    /// In time until the end of this day in the activity's zone.
    pub day: Date,
    /// The kinds of letters that it is about; their acknowledgements say whether it was met.
    #[serde(default)]
    pub asks_for: Vec<Kind>,
    /// Reminders to silent seats, days before the day.
    #[serde(default)]
    pub remind_days_before: Vec<u32>,
}

/// A meeting of the activity, in local time of its zone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// A stable word.
    pub id: String,
    /// For people.
    pub title: String,
    /// Start, local time.
    pub starts: DateTime,
    /// End, local time.
    pub ends: DateTime,
    /// Where.
    pub place: String,
}

/// A body from which a representative is expected.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharterSeat {
    /// A stable word (`sg17`).
    pub id: String,
    /// Its name, as printed.
    pub body: String,
    /// Category of its representatives.
    pub category: String,
    /// Canonical study group (`SG17`), if it is one.
    pub study_group: Option<String>,
    /// Spellings by which a letter names it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its name and spellings as texts are compared with them, made when first asked for.
    #[serde(skip)]
    pub folded: OnceLock<Vec<String>>,
    /// Mail domains whose writers speak for it.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Where the request and the reminders go.
    pub email: Option<Address>,
    /// Language of mail to it.
    pub language: Option<Language>,
}

/// A category of representatives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The word (`sdo`).
    pub id: String,
    /// For people.
    pub title: String,
}

/// Where letters of one kind go.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shelf {
    /// Folder path with `/` between levels, whatever the server's separator.
    pub folder: String,
    /// IMAP keyword.
    pub keyword: String,
}

impl Charter {
    /// Whether words name the activity; case, dashes and blanks do not count.
    pub fn is_named_in(&self, words: &str) -> bool {
        let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let words = letters(words);
        std::iter::once(&self.name).chain(&self.aliases).any(|name| words.contains(&letters(name)))
    }

    /// Loads `charters/<activity>.toml`; an error names file, line and what to mend.
    pub fn load(resources: &Resources, activity: &str) -> Result<Charter> {
        let path = format!("charters/{activity}.toml");
        let text = resources.require(&path).with_context(|| format!("No charter for the activity “{activity}”"))?;
        Charter::read(&text)
    }

    /// Reads a charter's text.
    pub fn read(text: &Text) -> Result<Charter> {
        let charter: Charter = toml::from_str(&text.text).with_context(|| format!("Cannot read the charter {}", text.name))?;
        charter.check().with_context(|| format!("The charter {} contradicts itself", text.name))?;
        Ok(charter)
    }

    fn check(&self) -> Result<()> {
        TimeZone::get(&self.time_zone)
            .with_context(|| format!("time_zone = “{}” is no IANA zone; write it like Europe/Zurich", self.time_zone))?;
        if self.languages.is_empty() {
            bail!("languages is empty; name at least one of ar zh en fr ru es");
        }
        let mut ids = BTreeSet::new();
        for seat in &self.seats {
            if !ids.insert(&seat.id) {
                bail!("Two [[seat]] entries have the id “{}”; ids must differ", seat.id);
            }
        }
        for kind in <Kind as strum::VariantArray>::VARIANTS {
            if !self.shelves.contains_key(kind) {
                bail!("[shelves] has no line for {}; each of the eleven kinds needs a folder and a keyword", kind.as_str());
            }
        }
        Ok(())
    }

    /// The zone in which days end.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).expect("the zone is checked when the charter is read")
    }

    /// The last moment of a day in the activity's zone.
    pub fn end_of(&self, day: Date) -> Timestamp {
        let midnight = day.tomorrow().unwrap_or(Date::MAX).at(0, 0, 0, 0);
        let next = midnight.to_zoned_datetime(self.zone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp());
        next - jiff::SignedDuration::from_micros(1)
    }

    /// The language where nothing better is known.
    pub fn default_language(&self) -> Language {
        self.languages.first().copied().unwrap_or(Language::En)
    }

    /// Whether an address is one of the activity's own, its `+tag` forms included.
    pub fn is_own(&self, address: &Address) -> bool {
        std::iter::once(&self.mailbox).chain(&self.own_addresses).any(|own| {
            let untagged = address.local().split('+').next().unwrap_or_default();
            own.domain() == address.domain() && own.local() == untagged
        })
    }

    /// Whether an address has the form of an envelope sender of ours, genuine or not: what comes to it is never answered.
    pub fn is_bounce_address(&self, address: &Address) -> bool {
        self.is_own(address) && address.local().contains(BOUNCE_MARK)
    }

    /// Every word for a kind of representative.
    pub fn category_words(&self) -> BTreeSet<&str> {
        let seats = self.seats.iter().map(|seat| seat.category.as_str());
        seats.chain(self.categories.iter().map(|category| category.id.as_str())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jca_cop() -> Charter {
        Charter::load(&Resources::built_in(), "jca-cop").unwrap()
    }

    #[test]
    fn the_first_charter_has_the_facts_of_circular_278() {
        let charter = jca_cop();

        assert_eq!(charter.seats.len(), 9);
        assert_eq!(charter.mailbox.reveal(), "tsbjcacop@itu.int");
        assert_eq!(charter.deadlines[0].day, jiff::civil::date(2012, 8, 22));
    }

    #[test]
    fn a_day_ends_at_midnight_in_geneva() {
        let end = jca_cop().end_of(jiff::civil::date(2012, 8, 22));

        assert_eq!(end.to_string(), "2012-08-22T21:59:59.999999Z");
    }

    #[test]
    fn a_tagged_form_of_the_mailbox_is_our_own() {
        let charter = jca_cop();

        assert!(charter.is_own(&Address::parse("TSBJCACOP+bounce@itu.int").unwrap()));
        assert!(!charter.is_own(&Address::parse("tsbjcacop@evil.example").unwrap()));
    }
}
