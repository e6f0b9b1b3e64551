//! Labels and phrases of liaison statements: `<language>/liaison.toml`.

use super::FOLDERS;
use super::heads::Heads;
use super::words::{fold, is_letter_or_digit};
use crate::pattern::{self, PatternList};
use crate::resources::Resources;
use anyhow::{Context, Result, anyhow};
use rustc_hash::FxHashMap as HashMap;
use serde::Deserialize;
use std::collections::HashSet;

/// A label is no longer than this.
const LONGEST: usize = 60;
/// Words that are like a label are no longer than this: what is longer is a sentence.
const MOST_LIKE: usize = 48;
const MOST_WORDS: usize = 6;

/// What a label of a liaison statement's header announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LiaisonLabel {
    /// Title.
    Title,
    /// The body that sends it.
    Source,
    /// Bodies for action.
    Action,
    /// Bodies for comment.
    Comment,
    /// Bodies for information.
    Information,
    /// Bodies it goes to.
    To,
    /// Bodies that get a copy.
    Cc,
    /// Addressees with the purpose of each (the row FOR of ITU-D).
    For,
    /// What is asked.
    Purpose,
    /// A sentence that asks for something ("ACTION: SA3 asks …").
    Request,
    /// Day of the reply.
    Deadline,
    /// Its own number.
    Reference,
    /// Number of the one it answers.
    InReplyTo,
    /// Questions.
    Questions,
    /// Contact.
    Contact,
    /// A mailbox or a person that is no contact of the statement: it ends the field before it.
    Coordinator,
    /// The words LIAISON STATEMENT as a line of their own.
    Heading,
    /// The statement's text: the header ends.
    Body,
    /// Another field of a header: it ends the field before it.
    Other,
}

/// Labels and patterns of all languages together. Patterns are for folded text ([`fold`]) unless they say otherwise.
#[derive(Clone, Debug, Default)]
pub struct LiaisonWords {
    labels: HashMap<String, LiaisonLabel>,
    heads: Heads,
    /// Words that are like a label, and for each the label.
    like: PatternList,
    like_labels: Vec<LiaisonLabel>,
    /// A sentence asks for action.
    pub action: PatternList,
    /// A sentence asks for comment.
    pub comment: PatternList,
    /// It informs.
    pub information: PatternList,
    /// Nothing is asked.
    pub nothing: PatternList,
    /// Requests that ask for nothing ("please note", "please find attached", "veuillez agréer").
    pub courtesy: PatternList,
    /// Says where to send what the sentence before has asked for ("please send them to …").
    pub delivery: PatternList,
    /// A body as group 1 with its purpose as group 2 ("to SG17 for information").
    pub each: PatternList,
    /// Directly before the number of the statement that is answered.
    pub reply: PatternList,
    /// What a purpose says that only answers ("In response").
    pub response: PatternList,
    /// Who gets a copy, as group 1.
    pub copy: PatternList,
    /// Whom it goes to, as group 1.
    pub to: PatternList,
    /// Directly before the sending body.
    pub source: PatternList,
    /// Before an addressee and no part of it ("the chair of").
    pub office: PatternList,
    /// Before the person to write to.
    pub contact: PatternList,
    /// A body of people from several others: its contact is of none of them by that.
    pub group: PatternList,
    /// A deadline that is closed or binds somebody else.
    pub closed: PatternList,
    /// What a line begins with that says what a letter is about.
    pub topic: PatternList,
    /// Verbs behind the body that a statement's first sentence is about, folded.
    pub verbs: HashSet<String>,
    /// Words within a group's name that say what it is about, where they would end another name.
    pub about: Vec<String>,
    /// Words between two addressees.
    pub and: Vec<String>,
    /// Numbers of documents, for the text as written; group 1, where there is one, is the number.
    pub references: PatternList,
    /// A document's number that is no statement's own where another one stands (temporary documents), for the text as written.
    pub drafts: PatternList,
    /// Lines at the head that are no sending body's name.
    pub letterhead: PatternList,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    labels: Labels,
    like: Like,
    patterns: Patterns,
    about: Vec<String>,
    verbs: Vec<String>,
    and: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    title: Vec<String>,
    source: Vec<String>,
    action: Vec<String>,
    comment: Vec<String>,
    information: Vec<String>,
    to: Vec<String>,
    cc: Vec<String>,
    #[serde(rename = "for")]
    split: Vec<String>,
    purpose: Vec<String>,
    request: Vec<String>,
    deadline: Vec<String>,
    reference: Vec<String>,
    in_reply_to: Vec<String>,
    questions: Vec<String>,
    contact: Vec<String>,
    coordinator: Vec<String>,
    heading: Vec<String>,
    body: Vec<String>,
    other: Vec<String>,
}

/// Labels in words of the sender's own: patterns over a folded label.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Like {
    title: Vec<String>,
    source: Vec<String>,
    action: Vec<String>,
    comment: Vec<String>,
    information: Vec<String>,
    deadline: Vec<String>,
    reference: Vec<String>,
    in_reply_to: Vec<String>,
    contact: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patterns {
    action: Vec<String>,
    comment: Vec<String>,
    information: Vec<String>,
    nothing: Vec<String>,
    courtesy: Vec<String>,
    delivery: Vec<String>,
    each: Vec<String>,
    reply: Vec<String>,
    response: Vec<String>,
    copy: Vec<String>,
    to: Vec<String>,
    source: Vec<String>,
    office: Vec<String>,
    contact: Vec<String>,
    group: Vec<String>,
    topic: Vec<String>,
    closed: Vec<String>,
    references: Vec<String>,
    drafts: Vec<String>,
    letterhead: Vec<String>,
}

impl LiaisonWords {
    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(resources: &Resources) -> Result<LiaisonWords> {
        let mut own = LiaisonWords::default();
        for folder in FOLDERS {
            let text = resources.require(&format!("{folder}/liaison.toml"))?;
            let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
            own.labels(file.labels);
            own.like(file.like).map_err(|error| anyhow!("{}: {error}", text.name))?;
            own.patterns(file.patterns).map_err(|error| anyhow!("{}: {error}", text.name))?;
            own.about.extend(file.about);
            own.verbs.extend(file.verbs.iter().map(|verb| fold(verb)));
            own.and.extend(file.and);
        }
        Ok(own)
    }

    fn labels(&mut self, labels: Labels) {
        use LiaisonLabel as L;
        for (labels, kind) in [
            (labels.title, L::Title),
            (labels.source, L::Source),
            (labels.action, L::Action),
            (labels.comment, L::Comment),
            (labels.information, L::Information),
            (labels.to, L::To),
            (labels.cc, L::Cc),
            (labels.split, L::For),
            (labels.purpose, L::Purpose),
            (labels.request, L::Request),
            (labels.deadline, L::Deadline),
            (labels.reference, L::Reference),
            (labels.in_reply_to, L::InReplyTo),
            (labels.questions, L::Questions),
            (labels.contact, L::Contact),
            (labels.coordinator, L::Coordinator),
            (labels.heading, L::Heading),
            (labels.body, L::Body),
            (labels.other, L::Other),
        ] {
            for label in labels {
                let key = key(&label);
                self.heads.add(&key);
                self.labels.entry(key).or_insert(kind);
            }
        }
    }

    fn like(&mut self, lists: Like) -> Result<(), String> {
        use LiaisonLabel as L;
        for (kind, more) in [
            (L::Deadline, lists.deadline),
            (L::InReplyTo, lists.in_reply_to),
            (L::Action, lists.action),
            (L::Comment, lists.comment),
            (L::Information, lists.information),
            (L::Title, lists.title),
            (L::Source, lists.source),
            (L::Reference, lists.reference),
            (L::Contact, lists.contact),
        ] {
            for pattern in more {
                self.like.push(pattern::compile(&pattern).map_err(|error| format!("like: {error}"))?);
                self.like_labels.push(kind);
            }
        }
        Ok(())
    }

    fn patterns(&mut self, lists: Patterns) -> Result<(), String> {
        for (name, patterns, more) in [
            ("action", &mut self.action, lists.action),
            ("comment", &mut self.comment, lists.comment),
            ("information", &mut self.information, lists.information),
            ("nothing", &mut self.nothing, lists.nothing),
            ("courtesy", &mut self.courtesy, lists.courtesy),
            ("delivery", &mut self.delivery, lists.delivery),
            ("each", &mut self.each, lists.each),
            ("reply", &mut self.reply, lists.reply),
            ("response", &mut self.response, lists.response),
            ("copy", &mut self.copy, lists.copy),
            ("to", &mut self.to, lists.to),
            ("source", &mut self.source, lists.source),
            ("office", &mut self.office, lists.office),
            ("contact", &mut self.contact, lists.contact),
            ("group", &mut self.group, lists.group),
            ("topic", &mut self.topic, lists.topic),
            ("closed", &mut self.closed, lists.closed),
            ("references", &mut self.references, lists.references),
            ("drafts", &mut self.drafts, lists.drafts),
            ("letterhead", &mut self.letterhead, lists.letterhead),
        ] {
            for pattern in more {
                patterns.push(pattern::compile(&pattern).map_err(|error| format!("{name}: {error}"))?);
            }
        }
        Ok(())
    }

    /// What a text announces when it stands as a label of a statement's header. Blanks do not count: forms split their labels.
    pub fn label(&self, text: &str) -> Option<LiaisonLabel> {
        if !self.heads.may_be_label(text, false) || text.chars().count() > LONGEST {
            return None;
        }
        let key = key(text);
        let bare = || key.split_once(['(', '（', '[', '/']).map(|(head, _)| head).filter(|head| !head.is_empty());
        self.labels.get(&key).copied().or_else(|| self.labels.get(bare()?).copied())
    }

    /// What a text before a colon announces: one of the labels, or words like one of them ("Reply wanted by").
    pub fn label_like(&self, text: &str) -> Option<LiaisonLabel> {
        self.label(text).or_else(|| {
            let folded = fold(text.trim());
            let short = (4..=MOST_LIKE).contains(&folded.chars().count())
                && folded.split_whitespace().count() <= MOST_WORDS
                && folded.matches('(').count() == folded.matches(')').count()
                && !folded.contains(|c: char| c.is_ascii_digit());
            let (first, _) = short.then(|| self.like.hits(&folded).next()).flatten()?;
            self.like_labels.get(first).copied()
        })
    }

    /// Whether a line ends with the words LIAISON STATEMENT.
    pub fn heading_at_end(&self, line: &str) -> bool {
        let chars: Vec<(usize, char)> = line.char_indices().collect();
        chars.iter().rev().take(6).any(|(at, _)| line.get(*at..).is_some_and(|tail| self.is_heading(tail)))
    }

    /// Whether a whole line is the words LIAISON STATEMENT.
    pub fn is_heading(&self, line: &str) -> bool {
        self.label(line) == Some(LiaisonLabel::Heading)
    }
}

/// A label without what varies in it: case, blanks, marks at its ends, lam and alef turned round.
fn key(label: &str) -> String {
    const TURNED: &str = "اال";
    let mut folded = fold(label);
    folded.retain(|c| !c.is_whitespace());
    let bare = folded.trim_matches(|c: char| !is_letter_or_digit(c) && !matches!(c, '(' | ')' | '№'));
    let bare = bare.trim_end_matches(['.', ':', '：']);
    if bare.len() == folded.len() && !bare.contains(TURNED) { folded } else { bare.replace(TURNED, "الا") }
}
