//! Labels, honorifics, functions, bodies: `<language>/labels.toml`.

use super::accents::{add, bare};
use super::heads::Heads;
use super::hidden_address::HiddenAddress;
use super::label_file::{BodyLists, Categories, CueLists, File, PersonLabels, WordLists};
use super::words::{Words, fold, is_arabic, is_han, simplified, words};
use crate::pattern::{self, PatternList};
use crate::resources::Resources;
use crate::vocabulary::FOLDERS;
use anyhow::{Context, Result, anyhow};
use rustc_hash::FxHashMap as HashMap;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// What a label of a person's details announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonLabel {
    /// The whole name.
    Name,
    /// Family name alone.
    FamilyName,
    /// Given name alone.
    GivenName,
    /// The whole name of whoever leaves: `Former representative`.
    Former,
    /// Form of address.
    Honorific,
    /// Organization.
    Organization,
    /// Part of an organization.
    Department,
    /// Function.
    Position,
    /// E-mail address.
    Email,
    /// Telephone of the office.
    Telephone,
    /// Mobile telephone.
    Mobile,
    /// Fax: read so that it is not taken for a telephone.
    Fax,
    /// Postal address.
    Address,
    /// Country.
    Country,
    /// The body that is represented.
    Body,
    /// Number of a row.
    Number,
}

/// Patterns over the bodies that a representative stands for, for the text as written.
#[derive(Clone, Debug, Default)]
pub struct Bodies {
    /// Patterns with the study group's number as group 1.
    pub study_group: PatternList,
    /// A study group of another sector, which is none of ITU-T's.
    pub other_sector: PatternList,
    /// The Telecommunication Standardization Advisory Group, TSAG.
    pub advisory_group: PatternList,
    /// ITU-R.
    pub itu_r: PatternList,
    /// ITU-D.
    pub itu_d: PatternList,
    /// The capitalised name behind words that announce a body, as group 1.
    pub announced: PatternList,
}

/// Patterns over what is asked to be done with a person, for folded text ([`fold`]); all languages together.
#[derive(Clone, Debug, Default)]
pub struct Cues {
    /// Somebody is proposed.
    pub propose: PatternList,
    /// The writer proposes himself.
    pub myself: PatternList,
    /// The writer says that he is not meant.
    pub not_myself: PatternList,
    /// The writer means himself beside others.
    pub also_self: PatternList,
    /// Directly before the writer's own name: "my name is".
    pub introduces: PatternList,
    /// Before the function that the writer says he has.
    pub own_function: PatternList,
    /// Before the function that the letter says somebody else has: "she is".
    pub his_function: PatternList,
    /// Somebody stands in for another who stays: "in her absence".
    pub alternate: PatternList,
    /// Directly before the name of somebody who is only told or signs.
    pub bystander: PatternList,
    /// Directly before the name of somebody for whom the letter is written: he may be meant, or only its sender's superior.
    pub behalf: PatternList,
    /// Somebody is to be taken off.
    pub withdraw: PatternList,
    /// Somebody stays.
    pub stays: PatternList,
    /// The one before it replaces the one after it.
    pub replaces: PatternList,
    /// The same at the end of the words before a name: the named one leaves.
    pub replaces_end: PatternList,
    /// The one before it is replaced by the one after it.
    pub replaced_by: PatternList,
    /// Beside a newcomer's name: `in his place`.
    pub in_his_place: PatternList,
    /// Followed by the one who leaves, then the newcomer.
    pub replace_with: PatternList,
    /// Directly before a value that is no longer good.
    pub old_value: PatternList,
    /// Directly behind one.
    pub old_behind: PatternList,
    /// The one named replaces the writer.
    pub replaces_me: PatternList,
    /// The writer replaces the one named.
    pub i_replace: PatternList,
    /// Directly before a value that is not to be used.
    pub disused: PatternList,
    /// Directly before one that is to be used from now on.
    pub present: PatternList,
    /// All that stands between a former value and the present one.
    pub old_to_new: PatternList,
    /// All that stands between the present value and a former one.
    pub new_to_old: PatternList,
    /// Before the function that somebody has now.
    pub new_function: PatternList,
    /// Nobody takes the seat.
    pub no_successor: PatternList,
    /// Directly before or behind an address that is to be used before others.
    pub preferred: PatternList,
    /// The writer is reached where he writes from.
    pub from_here: PatternList,
    /// The number of the one named before holds for this one, too.
    pub same_number: PatternList,
    /// One number is that of all who are named.
    pub shared_number: PatternList,
    /// An extension of a telephone number.
    pub extension: PatternList,
    /// The writer sends on what another wrote.
    pub forward: PatternList,
    /// A name is promised for later.
    pub promise: PatternList,
}

/// Characters of a label at most: what is longer is a sentence.
const LONGEST_LABEL: usize = 48;

/// The words of all languages together.
#[derive(Clone, Debug, Default)]
pub struct LabelWords {
    person: HashMap<String, PersonLabel>,
    heads: Heads,
    /// Those of the labels that are Chinese.
    han_person: Vec<(String, PersonLabel)>,
    /// Before a name.
    pub honorifics: Words,
    /// After a name (Chinese).
    pub honorifics_after: Words,
    /// Behind a name and no part of it (`Ph.D.`).
    pub suffixes: Words,
    /// Family names that stand before the given name (Chinese).
    pub surnames: Words,
    /// Lower-case words inside a name (`van`, `de`, `بن`).
    pub particles: Words,
    /// Given names, where a script has no capitals to tell a name by (Arabic).
    pub given: Words,
    /// Functions.
    pub roles: Words,
    /// Words before a function that belong to it.
    pub modifiers: Words,
    /// Words in an organization's name.
    pub organizations: Words,
    /// Endings of an organization's name (Chinese).
    pub organization_ends: Words,
    /// Words that stand before an organization's name and do not belong to it (Chinese).
    pub organization_starts: Words,
    /// Words that end a name, a function or an organization's name.
    pub breaks: Words,
    /// Bodies of the Union itself, which no representative comes from.
    pub ours: Words,
    /// Articles and the like, which never begin a function or a body's name.
    pub articles: Words,
    /// Small words inside a function or a body's name.
    pub links: Words,
    /// Words that lead from a function to the body it is held at.
    pub at: Words,
    /// Words before a function (Chinese).
    pub role_starts: Words,
    /// Words that no person's name contains.
    pub not_names: Words,
    /// `贵`, `我`: what stands for a body's name before its last word.
    pub organization_pronouns: Words,
    /// Words of names, as written, that fold to words which no name contains.
    pub names: HashSet<String>,
    /// Kinds of a body's parts.
    pub subunits: Words,
    /// Kinds of bodies that open a name though written small (`au ministère de la Poste`).
    pub small_bodies: Words,
    /// What a body does that names its representative.
    pub designates: Words,
    /// From a person to the body that one comes from: `of`, `chez`.
    pub led: Words,
    /// Before the kind of body that one is: `an NGO`, `une association`.
    pub indefinite: Words,
    /// `and`.
    pub ands: Words,
    /// Words in names of bodies that English has.
    pub english_names: Words,
    /// Words in names of bodies whose further words are written small (Romance languages).
    pub small_names: Words,
    /// Small words inside such names.
    pub small_links: Words,
    /// What stands in a table for a name that is still to come.
    pub placeholders: Words,
    /// Missions and embassies, which write for the bodies of their country.
    pub missions: Words,
    /// Headings of a column of old values, of one of new ones, and what stands there for a value that stays.
    pub old_columns: Words,
    /// Of new values.
    pub new_columns: Words,
    /// In place of a value that stays.
    pub unchanged: Words,
    /// What stands in a list for the value of the one above (`ditto`).
    pub dittos: Words,
    /// What stands before a label and says whose detail it is: `Её телефон`.
    pub possessives: Words,
    /// What an answer begins with that only says yes or no.
    pub yes: Words,
    /// What telephone numbers are called in a sentence.
    pub numbers: Words,
    /// Bodies in the nominative (Russian), for names that a sentence has inflected.
    pub nominatives: Vec<String>,
    /// Forms of companies, which end a name (`Sp. z o.o.`).
    pub legal_forms: Words,
    /// How addresses are hidden.
    pub hidden_address: HiddenAddress,
    /// Words of an organization whose representative is `member`, `sdo` or `expert`, in this order of weight.
    pub categories: Vec<(&'static str, Words)>,
    /// What a state calls its offices.
    pub offices: Words,
    /// What such an office is for, in the field of telecommunications.
    pub fields: Words,
    /// What a body calls itself that is a member, whatever its name says.
    pub declared: Words,
    /// What people offer themselves as (`expert`).
    pub offered: Words,
    /// Patterns over what is asked.
    pub cues: Cues,
    /// Study groups and sectors.
    pub bodies: Bodies,
}

impl LabelWords {
    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(resources: &Resources) -> Result<LabelWords> {
        let mut own = LabelWords {
            categories: ["member", "sdo", "expert"].map(|name| (name, Words::default())).into(),
            ..LabelWords::default()
        };
        let (mut at, mut dot) = (Vec::new(), Vec::new());
        for folder in FOLDERS {
            let text = resources.require(&format!("{folder}/labels.toml"))?;
            let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
            at.extend(file.words.at_signs.iter().map(|word| fold(word)));
            dot.extend(file.words.dots.iter().map(|word| fold(word)));
            match folder {
                "en" => file.words.organizations.iter().for_each(|word| own.english_names.add(word)),
                "fr" | "es" => {
                    let known = file.words.roles.iter().cloned().collect();
                    file.words.organizations.iter().for_each(|word| add(&mut own.small_names, word, &known));
                    file.words.links.iter().for_each(|word| add(&mut own.small_links, word, &known));
                }
                _ => {}
            }
            own.labels(file.labels);
            own.words(file.words, file.categories);
            own.cues(file.cues, file.bodies).map_err(|error| anyhow!("{}: {error}", text.name))?;
        }
        own.hidden_address = HiddenAddress::new(&at, &dot).map_err(|error| anyhow!("at_signs, dots: {error}"))?;
        own.sort();
        Ok(own)
    }

    fn labels(&mut self, person: PersonLabels) {
        use PersonLabel as P;
        let mut bare_labels = Vec::new();
        for (labels, kind) in [
            (person.name, P::Name),
            (person.family_name, P::FamilyName),
            (person.given_name, P::GivenName),
            (person.former, P::Former),
            (person.honorific, P::Honorific),
            (person.organization, P::Organization),
            (person.department, P::Department),
            (person.position, P::Position),
            (person.email, P::Email),
            (person.telephone, P::Telephone),
            (person.mobile, P::Mobile),
            (person.fax, P::Fax),
            (person.address, P::Address),
            (person.country, P::Country),
            (person.body, P::Body),
            (person.number, P::Number),
        ] {
            for label in labels {
                let key = label_key(&label);
                // Web forms and old programs lose the marks: `prenom`, `telefono`.
                let bare: String = key.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36F}')).collect();
                if bare.is_ascii() {
                    bare_labels.push((bare, kind));
                }
                self.heads.add(&key);
                self.person.entry(key).or_insert(kind);
            }
        }
        for (label, kind) in bare_labels {
            self.heads.add(&label);
            self.person.entry(label).or_insert(kind);
        }
    }

    fn words(&mut self, lists: WordLists, categories: Categories) {
        self.names.extend(lists.names);
        self.nominatives.extend(lists.nominatives);
        let mut all = [
            (&mut self.honorifics_after, lists.honorifics_after),
            (&mut self.suffixes, lists.suffixes),
            (&mut self.surnames, lists.surnames),
            (&mut self.particles, lists.particles),
            (&mut self.given, lists.given),
            (&mut self.roles, lists.roles),
            (&mut self.modifiers, lists.modifiers),
            (&mut self.organizations, lists.organizations),
            (&mut self.legal_forms, lists.legal_forms),
            (&mut self.organization_ends, lists.organization_ends),
            (&mut self.organization_starts, lists.organization_starts),
            (&mut self.breaks, lists.breaks),
            (&mut self.ours, lists.ours),
            (&mut self.articles, lists.articles),
            (&mut self.links, lists.links),
            (&mut self.at, lists.at),
            (&mut self.role_starts, lists.role_starts),
            (&mut self.not_names, lists.not_names),
            (&mut self.placeholders, lists.placeholders),
            (&mut self.ands, lists.ands),
            (&mut self.organization_pronouns, lists.organization_pronouns),
            (&mut self.subunits, lists.subunits),
            (&mut self.small_bodies, lists.small_bodies),
            (&mut self.indefinite, lists.indefinite),
            (&mut self.led, lists.led),
            (&mut self.designates, lists.designates),
            (&mut self.missions, lists.missions),
            (&mut self.old_columns, lists.old_columns),
            (&mut self.new_columns, lists.new_columns),
            (&mut self.unchanged, lists.unchanged),
            (&mut self.dittos, lists.dittos),
            (&mut self.possessives, lists.possessives),
            (&mut self.yes, lists.yes),
            (&mut self.numbers, lists.numbers),
        ];
        // `secretaria` is whoever works in a `secretaría`.
        let known: HashSet<String> = all.iter().flat_map(|(_, more)| more.iter().cloned()).collect();
        for (own, more) in &mut all {
            more.iter().for_each(|word| add(own, word, &known));
        }
        // `Général` is an officer, and `general` is not.
        lists.honorifics.iter().for_each(|word| self.honorifics.add(word));
        categories.offered.iter().for_each(|word| add(&mut self.offered, word, &HashSet::new()));
        categories.offices.iter().for_each(|word| add(&mut self.offices, word, &HashSet::new()));
        categories.fields.iter().for_each(|word| add(&mut self.fields, word, &HashSet::new()));
        categories.declared.iter().for_each(|word| add(&mut self.declared, word, &HashSet::new()));
        for ((_, own), more) in self.categories.iter_mut().zip([categories.member, categories.sdo, categories.expert]) {
            more.iter().for_each(|word| add(own, word, &HashSet::new()));
        }
    }

    fn cues(&mut self, cues: CueLists, bodies: BodyLists) -> Result<(), String> {
        let own = &mut self.cues;
        for (name, patterns, more) in [
            ("propose", &mut own.propose, cues.propose),
            ("self", &mut own.myself, cues.myself),
            ("not_self", &mut own.not_myself, cues.not_myself),
            ("also_self", &mut own.also_self, cues.also_self),
            ("introduces", &mut own.introduces, cues.introduces),
            ("own_function", &mut own.own_function, cues.own_function),
            ("his_function", &mut own.his_function, cues.his_function),
            ("alternate", &mut own.alternate, cues.alternate),
            ("bystander", &mut own.bystander, cues.bystander),
            ("behalf", &mut own.behalf, cues.behalf),
            ("replaces_end", &mut own.replaces_end, cues.replaces_end),
            ("withdraw", &mut own.withdraw, cues.withdraw),
            ("stays", &mut own.stays, cues.stays),
            ("replaces", &mut own.replaces, cues.replaces),
            ("replaced_by", &mut own.replaced_by, cues.replaced_by),
            ("in_his_place", &mut own.in_his_place, cues.in_his_place),
            ("replace_with", &mut own.replace_with, cues.replace_with),
            ("old_value", &mut own.old_value, cues.old_value),
            ("old_behind", &mut own.old_behind, cues.old_behind),
            ("replaces_me", &mut own.replaces_me, cues.replaces_me),
            ("i_replace", &mut own.i_replace, cues.i_replace),
            ("disused", &mut own.disused, cues.disused),
            ("present", &mut own.present, cues.present),
            ("old_to_new", &mut own.old_to_new, cues.old_to_new),
            ("new_to_old", &mut own.new_to_old, cues.new_to_old),
            ("new_function", &mut own.new_function, cues.new_function),
            ("no_successor", &mut own.no_successor, cues.no_successor),
            ("preferred", &mut own.preferred, cues.preferred),
            ("from_here", &mut own.from_here, cues.from_here),
            ("same_number", &mut own.same_number, cues.same_number),
            ("shared_number", &mut own.shared_number, cues.shared_number),
            ("extension", &mut own.extension, cues.extension),
            ("forward", &mut own.forward, cues.forward),
            ("promise", &mut own.promise, cues.promise),
            ("study_group", &mut self.bodies.study_group, bodies.study_group),
            ("other_sector", &mut self.bodies.other_sector, bodies.other_sector),
            ("advisory_group", &mut self.bodies.advisory_group, bodies.advisory_group),
            ("itu_r", &mut self.bodies.itu_r, bodies.itu_r),
            ("itu_d", &mut self.bodies.itu_d, bodies.itu_d),
            ("announced", &mut self.bodies.announced, bodies.announced),
        ] {
            // People's words are compared in simplified characters, and statements' as written.
            let is_cue = !matches!(name, "study_group" | "other_sector" | "advisory_group" | "itu_r" | "itu_d" | "announced");
            for pattern in more {
                let pattern = if is_cue { simplified(&pattern).into_owned() } else { pattern };
                // `ocupé` says who, and `ocupe` does not.
                if let Some(plain) = bare(&pattern).filter(|_| is_cue && name != "i_replace") {
                    patterns.push(pattern::compile(&plain).map_err(|error| format!("{name}: {error}"))?);
                }
                patterns.push(pattern::compile(&pattern).map_err(|error| format!("{name}: {error}"))?);
            }
        }
        Ok(())
    }

    fn sort(&mut self) {
        let is_chinese = |(label, _): &(&String, &PersonLabel)| label.chars().any(is_han);
        self.han_person = self.person.iter().filter(is_chinese).map(|(label, kind)| (label.clone(), *kind)).collect();
        for list in [
            &mut self.honorifics,
            &mut self.honorifics_after,
            &mut self.possessives,
            &mut self.surnames,
            &mut self.roles,
            &mut self.organizations,
            &mut self.organization_ends,
            &mut self.organization_starts,
            &mut self.role_starts,
            &mut self.ours,
            &mut self.not_names,
        ] {
            list.sort();
        }
    }

    /// What a text announces when it stands as a label.
    pub fn person_label(&self, text: &str) -> Option<PersonLabel> {
        self.plain_label(text).or_else(|| self.possessed(text))
    }

    /// `他的头衔`, `Её телефон`, `منصبه`: a label with whose detail it is.
    fn possessed(&self, text: &str) -> Option<PersonLabel> {
        let text = text.trim();
        if let Some(rest) = self.without_possessive(text) {
            return self.plain_label(rest);
        }
        if !text.starts_with(is_arabic) || text.len() > LONGEST_TRIED {
            return None;
        }
        let key = label_key(text);
        let (first, rest) = key.split_once(' ').map_or((key.as_str(), ""), |(first, _)| key.split_at(first.len()));
        let first = first.strip_prefix('و').filter(|bare| bare.chars().count() > 3).unwrap_or(first);
        let stem = ["هما", "ها", "هم", "نا", "ه", "ي"].iter().find_map(|suffix| first.strip_suffix(suffix))?;
        let feminine = stem.strip_suffix('ت').map(|stem| format!("{stem}ة"));
        let stems = [Some(stem.to_owned()), feminine].into_iter().flatten().filter(|stem| stem.chars().count() > 1);
        let mut written = stems.flat_map(|stem| [format!("{stem}ي{rest}"), format!("ال{stem}{rest}"), format!("{stem}{rest}")]);
        // `اسمه` leads to a name that may go on in the next line.
        written.find_map(|label| self.person.get(&label).copied()).filter(|label| *label != PersonLabel::Name)
    }

    /// The words behind the one that says whose detail it is.
    fn without_possessive<'t>(&self, text: &'t str) -> Option<&'t str> {
        let han = || self.possessives.han_at_start(text).and_then(|word| text.get(word.len()..));
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        if !rest.is_empty() && self.possessives.has(first) { Some(rest) } else { han() }
    }

    fn plain_label(&self, text: &str) -> Option<PersonLabel> {
        if text.len() > LONGEST_TRIED || !self.heads.may_be_label(text, true) {
            return None;
        }
        let key = label_key(text);
        self.person.get(&key).copied().or_else(|| self.person.get(before_bracket(&key)?).copied())
    }

    /// What a longer label announces: `Official e-mail address`, `Nom du représentant désigné`, `Telephone (mobile)`; the longest known
    /// label at its start or end counts.
    pub fn announced(&self, text: &str) -> Option<PersonLabel> {
        let key = label_key(text);
        let bracket =
            key.split_once(['(', '（', '[']).map(|(_, inner)| inner.trim_end_matches([')', '）', ']']).trim().to_owned());
        if let Some(kind @ (PersonLabel::Mobile | PersonLabel::Fax)) = bracket.and_then(|inner| self.person.get(&inner).copied())
        {
            return Some(kind);
        }
        if let Some(kind) = self.person_label(text) {
            return Some(kind);
        }
        if key.chars().any(|c| c.is_ascii_digit() || c == '@') || key.chars().count() > LONGEST_LABEL {
            return None;
        }
        let list: Vec<&str> = key.split(' ').collect();
        if list.len() <= 5 && any(&self.cues.old_value, &key) && self.part_of(&key, &list).is_some() {
            // A former value: read, so that it is not taken for the present one.
            return Some(PersonLabel::Address);
        }
        self.part_of(&key, &list)
    }

    /// The longest label at the start or the end of a text.
    fn part_of(&self, key: &str, list: &[&str]) -> Option<PersonLabel> {
        if key.chars().any(is_han) {
            let ends = self.person.iter().filter(|(label, _)| key.ends_with(label.as_str()) && label.chars().count() > 1);
            return (key.chars().count() <= 14)
                .then(|| ends.max_by_key(|(label, _)| label.len()).map(|(_, kind)| *kind))
                .flatten();
        }
        if list.len() > 5 {
            return None;
        }
        let phrases = (1..list.len()).flat_map(|many| [list.get(..many), list.get(list.len() - many..)]);
        let known = phrases.flatten().filter_map(|phrase| {
            let phrase = phrase.join(" ");
            let kind = *self.person.get(phrase.trim_matches(['.', ':', '/', ',']))?;
            (phrase.chars().count() >= 4).then_some((phrase.chars().count(), kind))
        });
        known.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
    }

    /// Whether a text stands in a table for a name that is still to come.
    pub fn is_placeholder(&self, text: &str) -> bool {
        let bare = text.trim().trim_matches(['(', ')', '（', '）', '[', ']', '<', '>', '*', '.', '…', '?']).trim();
        let list = words(bare);
        list.is_empty() && !bare.chars().any(is_han)
            || self.placeholders.matched(&list) == list.len() && !list.is_empty()
            || self.placeholders.han().iter().any(|own| own == bare)
    }

    /// The Chinese labels: they stand inside a sentence without blanks around them.
    pub fn han_labels(&self) -> impl Iterator<Item = (&str, PersonLabel)> {
        self.han_person.iter().map(|(label, kind)| (label.as_str(), *kind))
    }
}

/// Octets of a label at most, with what stands in brackets behind it: every beginning of a line is tried as one, and a line
/// may have thousands of colons (RELIABILITY A23).
const LONGEST_TRIED: usize = 400;

/// Whether any of the patterns is in the text.
pub fn any(patterns: &PatternList, text: &str) -> bool {
    patterns.is_in(text)
}

/// A label without what varies in it: case, blanks (Chinese labels are spaced out), marks at its ends.
fn label_key(label: &str) -> String {
    let label = fold(label);
    let label = simplified(&label);
    let label = label.trim_matches(|c: char| {
        matches!(c, '*' | '_' | '-' | '–' | '•' | '·' | '>' | '|' | '"' | '«' | '»' | '.') || c.is_whitespace()
    });
    let is_blank = |c: char| c == '_' || c.is_whitespace();
    if label.chars().any(is_han) || label.chars().count() > 60 {
        return label.chars().filter(|c| !is_blank(*c)).collect();
    }
    let mut key = String::with_capacity(label.len());
    for word in label.split(is_blank).filter(|word| !word.is_empty()) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

/// `姓名（中文）` → `姓名`.
fn before_bracket(key: &str) -> Option<&str> {
    let (head, _) = key.split_once(['(', '（', '[', '/'])?;
    let head = head.trim_end();
    (!head.is_empty()).then_some(head)
}
