//! Rule files: TOML to compiled rules. An error names file, line and rule, and says how to mend it.

use crate::domain::steps::Part;
use crate::domain::words::{Kind, Language};
use crate::pattern::{self, Match, Regex, Screen};
use crate::resources::{Resources, Text};
use crate::vocabulary::FOLDERS;
use crate::vocabulary::words::{is_mark, one_spelling};
use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use toml::Spanned;

/// Where a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The Subject field without its prefixes. In a reply it is the thread's topic and weighs less.
    Subject,
    /// The Subject field with its prefixes: `RE: Automatic reply: …` is what a person writes, not a machine.
    Title,
    /// Name and address of From.
    From,
    /// What this writer wrote, without the signature unless there is nothing else.
    Body,
    /// Subject and body.
    Text,
    /// What stands under the writer's words: signature and notice. Machines say there what they are.
    Foot,
    /// What was forwarded below the writer's own words.
    Forwarded,
    /// Name of an attachment, with its type: `list.xlsx application/vnd.ms-excel`.
    Attachment,
    /// A header field, written `Name: value`.
    Header,
    /// The forms of automatic mail that the header shows: `reply: Auto-Submitted: auto-replied`.
    Automatic,
    /// What the letter is made of, whatever its language: `labelled details of a person`, `vCard`, `header of a statement`.
    Form,
    /// What is damaged: `the letter is encrypted`.
    Damage,
}

impl Place {
    /// The part of the letter that evidence of this place points to.
    pub fn part(self) -> Part {
        match self {
            Place::Subject | Place::Title => Part::Subject,
            Place::From => Part::From,
            Place::Body | Place::Text | Place::Foot | Place::Form => Part::Body,
            Place::Forwarded => Part::History,
            Place::Attachment => Part::Attachment,
            Place::Header | Place::Automatic | Place::Damage => Part::Header,
        }
    }
}

/// A rule as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Spanned<String>,
    kind: Kind,
    #[serde(default)]
    also: Vec<Kind>,
    #[serde(default)]
    against: Vec<Kind>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    promise: bool,
    #[serde(rename = "where")]
    place: Place,
    #[serde(rename = "match")]
    pattern: Spanned<String>,
    weight: Spanned<f64>,
    because: Spanned<String>,
    example: Spanned<Vec<String>>,
    not: Spanned<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Written>,
}

/// A compiled rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Unique over all files.
    pub name: String,
    /// The kind that it speaks for.
    pub kind: Kind,
    /// Kinds that it supports where something else already speaks for them: labelled details go with every act.
    pub also: Vec<Kind>,
    /// Kinds that it speaks against, with twice its weight.
    pub against: Vec<Kind>,
    /// Forms of a letter beside which it is silent: who writes a name and an address promises none.
    pub lacks: Vec<String>,
    /// Rules beside which it is silent: who registers "for the meeting" asks to be put on no list.
    pub unless: Vec<String>,
    /// Says that a name follows: the seat of the body is then promised.
    pub promise: bool,
    /// Where it looks.
    pub place: Place,
    /// What it adds; negative speaks against the kind.
    pub weight: f64,
    /// Why the field's knowledge says so.
    pub because: String,
    /// The language of its words; `None` for a rule on what is the same in every language.
    pub language: Option<Language>,
    /// Texts that must match, and texts that must not.
    pub examples: Vec<String>,
    /// Texts that must not match.
    pub counter_examples: Vec<String>,
    /// File and line, for messages.
    pub origin: String,
    pub(super) regex: Regex,
}

impl Rule {
    /// Whether it speaks for a text.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(&one_spelling(&without_marks(text)))
    }
}

/// A text as patterns see it is without harakat; so are they.
fn without_marks(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).collect()
}

/// All rules, grouped by place: one pass over a text finds those that fire.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// In the order of the files.
    pub rules: Vec<Rule>,
    groups: BTreeMap<Place, (Screen, Vec<usize>)>,
    names: HashMap<String, usize>,
}

/// A weight outside this range outvotes everything, which no single rule may.
const HEAVIEST: f64 = 20.0;

impl RuleSet {
    /// Loads `kinds.toml` of all folders.
    pub fn load(resources: &Resources) -> Result<RuleSet> {
        let mut set = RuleSet::default();
        let mut origins = BTreeMap::<String, String>::new();
        for rule in files(resources)? {
            if let Some(other) = origins.insert(rule.name.clone(), rule.origin.clone()) {
                bail!("{}: the rule “{}” has the name of the one at {other}; names must differ", rule.origin, rule.name);
            }
            set.names.insert(rule.name.clone(), set.rules.len());
            set.rules.push(rule);
        }
        set.group()?;
        for rule in &set.rules {
            if let Some(unknown) = rule.unless.iter().find(|name| set.named(name).is_none()) {
                bail!("{}: rule “{}”: unless names “{unknown}”, and no rule has that name", rule.origin, rule.name);
            }
        }
        Ok(set)
    }

    fn group(&mut self) -> Result<()> {
        let mut places = BTreeMap::<Place, Vec<usize>>::new();
        for (index, rule) in self.rules.iter().enumerate() {
            places.entry(rule.place).or_default().push(index);
        }
        for (place, members) in places {
            let patterns = members.iter().filter_map(|index| self.rules.get(*index)).map(|rule| &rule.regex);
            let screen = Screen::new(patterns).map_err(|error| anyhow!("The rules do not fit together: {error}"))?;
            self.groups.insert(place, (screen, members));
        }
        self.rules.iter_mut().for_each(|rule| rule.regex.forget_ways());
        Ok(())
    }

    /// The rule of that name.
    pub fn named(&self, name: &str) -> Option<&Rule> {
        self.names.get(name).and_then(|index| self.rules.get(*index))
    }

    /// The rules of a place that match a text in its one spelling, each with its first match.
    pub fn firing<'a>(&'a self, place: Place, text: &'a str) -> impl Iterator<Item = (&'a Rule, Match<'a>)> {
        let group = self.groups.get(&place);
        let members = group.map(|(screen, members)| {
            let found = screen.candidates(text).into_iter();
            found.filter_map(|candidate| Some((self.rules.get(*members.get(candidate.pattern)?)?, candidate)))
        });
        members.into_iter().flatten().filter_map(|(rule, candidate)| {
            let found = rule.regex.find_within(text, &candidate)?;
            Some((rule, found))
        })
    }
}

/// The rules of all folders, in order.
fn files(resources: &Resources) -> Result<Vec<Rule>> {
    let mut rules = Vec::new();
    for folder in FOLDERS {
        let text = resources.require(&format!("{folder}/kinds.toml"))?;
        let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
        for written in file.rule {
            rules.push(Rule { language: folder.parse().ok(), ..compile(written, &text)? });
        }
    }
    Ok(rules)
}

fn compile(written: Written, text: &Text) -> Result<Rule> {
    let at = |start: usize| {
        format!("{}, line {}", text.name, text.text.bytes().take(start).filter(|octet| *octet == b'\n').count() + 1)
    };
    let name = written.name.get_ref().clone();
    let origin = at(written.name.span().start);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        bail!("{origin}: the rule's name “{name}” must be lower-case words with hyphens, such as numbered-liaison");
    }
    let weight = *written.weight.get_ref();
    if !weight.is_finite() || weight == 0.0 || weight.abs() > HEAVIEST {
        bail!(
            "{}: rule “{name}”: weight = {weight} must be between -{HEAVIEST} and {HEAVIEST}, and not 0",
            at(written.weight.span().start)
        );
    }
    if written.because.get_ref().trim().is_empty() {
        bail!("{}: rule “{name}”: because is empty; say why the field knows this", at(written.because.span().start));
    }
    for (list, key) in [(&written.example, "example"), (&written.not, "not")] {
        if list.get_ref().is_empty() {
            bail!("{}: rule “{name}”: {key} is empty; give at least one text", at(list.span().start));
        }
    }
    let pattern = written.pattern.get_ref();
    let compiled = pattern::compile(&format!("(?im){}", one_spelling(&without_marks(pattern))));
    let regex = compiled.map_err(|error| anyhow!("{}: rule “{name}”: {error}", at(written.pattern.span().start)))?;
    if regex.matches_nothing() {
        bail!(
            "{}: rule “{name}”: the pattern matches an empty text; it would fire on every letter",
            at(written.pattern.span().start)
        );
    }
    Ok(Rule {
        name,
        kind: written.kind,
        also: written.also,
        against: written.against,
        lacks: written.lacks,
        unless: written.unless,
        promise: written.promise,
        place: written.place,
        weight,
        language: None,
        because: written.because.into_inner(),
        examples: written.example.into_inner(),
        counter_examples: written.not.into_inner(),
        origin,
        regex,
    })
}

#[cfg(test)]
mod tests {
    use super::RuleSet;
    use crate::pattern::Screen;
    use crate::resources::Resources;

    /// Such a rule costs its whole pattern on every letter; a mark or two may, phrases may not.
    #[test]
    fn hardly_a_rule_runs_on_letters_that_have_none_of_its_words() {
        let rules = RuleSet::load(&Resources::built_in()).unwrap();
        let always: Vec<&str> = rules
            .rules
            .iter()
            .filter(|rule| !Screen::new([&rule.regex]).unwrap().candidates("").is_empty())
            .map(|rule| rule.name.as_str())
            .collect();

        assert!(always.len() <= 14, "{always:?}");
    }
}
