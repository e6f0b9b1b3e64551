//! How mail clients mark quotes, forwards, signatures and automatic answers: `<language>/mail.toml`.

use crate::domain::words::Assent;
use crate::pattern::{self, PatternList};
use crate::resources::Resources;
use crate::vocabulary::FOLDERS;
use crate::vocabulary::words::is_letter_or_digit;
use anyhow::{Context, Result, anyhow};
use rustc_hash::FxHashMap as HashMap;
use serde::Deserialize;

/// A longer tag before a subject is the subject.
const LONGEST_TAG: usize = 30;

/// Which field of a quoted letter a label opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderLabel {
    /// From.
    From,
    /// Sent or Date.
    Sent,
    /// To.
    To,
    /// Cc.
    Cc,
    /// Subject.
    Subject,
}

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    from: Vec<String>,
    sent: Vec<String>,
    to: Vec<String>,
    cc: Vec<String>,
    subject: Vec<String>,
    attribution: Vec<String>,
    original: Vec<String>,
    forwarded: Vec<String>,
    sent_from: Vec<String>,
    closings: Vec<String>,
    greetings: Vec<String>,
    disclaimers: Vec<String>,
    automatic_subjects: Vec<String>,
    bounce_subjects: Vec<String>,
    receipt_subjects: Vec<String>,
    prefixes: Vec<String>,
    /// Those of the prefixes that say "forward" in every language that has them.
    forward_prefixes: Vec<String>,
    /// Words that alone, or at the start of a line, say yes.
    #[serde(default)]
    yes: Vec<String>,
    /// Words that say no.
    #[serde(default)]
    no: Vec<String>,
    /// Hosts that give addresses to anybody.
    #[serde(default)]
    public_hosts: Vec<String>,
}

/// The words of all languages together: a letter and what it quotes may differ in language. Words are lower case.
#[derive(Clone, Debug, Default)]
pub struct MailWords {
    header: Vec<(String, HeaderLabel)>,
    attribution: PatternList,
    original: Openings,
    forwarded: Openings,
    sent_from: Openings,
    closings: Openings,
    greetings: Openings,
    disclaimers: Openings,
    automatic_subjects: Vec<String>,
    bounce_subjects: Vec<String>,
    receipt_subjects: Vec<String>,
    prefixes: Vec<String>,
    /// Those of the prefixes that say "forward" in every language that has them.
    forward_prefixes: Vec<String>,
    yes: Vec<String>,
    no: Vec<String>,
    public_hosts: Vec<String>,
}

impl MailWords {
    /// Whether a host gives addresses to anybody.
    pub fn is_public_host(&self, domain: &str) -> bool {
        self.public_hosts.iter().any(|host| host == domain)
    }

    /// A plain yes or no: a line that says only that, or the first line beginning so. Both, or neither, is no answer.
    pub fn assent(&self, own: &str) -> Option<Assent> {
        let lower: Vec<String> = own.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_lowercase).collect();
        let lines: Vec<&str> = lower.iter().map(|line| line.trim_matches(|c: char| !is_letter_or_digit(c))).collect();
        let alone = |words: &[String]| lines.iter().any(|line| words.iter().any(|word| word == line));
        let first = lines.first().copied().unwrap_or_default();
        let begins = |words: &[String]| words.iter().any(|word| begins_with_word(first, word));
        match (alone(&self.yes) || begins(&self.yes), alone(&self.no) || begins(&self.no)) {
            (true, false) => Some(Assent::Yes),
            (false, true) => Some(Assent::No),
            _ => None,
        }
    }

    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(resources: &Resources) -> Result<MailWords> {
        let mut words = MailWords::default();
        for folder in FOLDERS {
            let text = resources.require(&format!("{folder}/mail.toml"))?;
            let file: File = toml::from_str(&text.text).with_context(|| format!("Cannot read {}", text.name))?;
            for pattern in &file.attribution {
                let compiled = pattern::compile(&format!("(?i){pattern}"));
                words.attribution.push(compiled.map_err(|error| anyhow!("{}: attribution {error}", text.name))?);
            }
            words.add(file);
        }
        // The longest first: "Sent from my" before "Sent".
        words.header.sort_by_key(|(label, _)| std::cmp::Reverse(label.chars().count()));
        words.prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.chars().count()));
        Ok(words)
    }

    fn add(&mut self, file: File) {
        let lists = [
            (file.from, HeaderLabel::From),
            (file.sent, HeaderLabel::Sent),
            (file.to, HeaderLabel::To),
            (file.cc, HeaderLabel::Cc),
            (file.subject, HeaderLabel::Subject),
        ];
        for (labels, kind) in lists {
            self.header.extend(labels.into_iter().map(|label| (label.to_lowercase(), kind)));
        }
        for (own, more) in [
            (&mut self.original, file.original),
            (&mut self.forwarded, file.forwarded),
            (&mut self.sent_from, file.sent_from),
            (&mut self.closings, file.closings),
            (&mut self.greetings, file.greetings),
            (&mut self.disclaimers, file.disclaimers),
        ] {
            more.iter().for_each(|words| own.add(words));
        }
        for (own, more) in [
            (&mut self.automatic_subjects, file.automatic_subjects),
            (&mut self.bounce_subjects, file.bounce_subjects),
            (&mut self.receipt_subjects, file.receipt_subjects),
            (&mut self.prefixes, file.prefixes),
            (&mut self.forward_prefixes, file.forward_prefixes),
            (&mut self.yes, file.yes),
            (&mut self.no, file.no),
            (&mut self.public_hosts, file.public_hosts),
        ] {
            own.extend(more.into_iter().map(|word| word.to_lowercase()));
        }
    }

    /// The label that a line of a quoted header opens with, colon and all.
    pub fn header_label(&self, line: &str) -> Option<HeaderLabel> {
        let line = line.trim_start_matches(['>', '*', ' ', '\t']);
        if !line.chars().take(24).any(|c| matches!(c, ':' | '：')) {
            return None;
        }
        let head: String = line.chars().take(24).collect::<String>().to_lowercase();
        let found = self.header.iter().find(|(label, _)| {
            head.strip_prefix(label.as_str())
                .is_some_and(|rest| rest.trim_start_matches([' ', '*', '\u{a0}']).starts_with([':', '：']))
        });
        found.map(|(_, kind)| *kind)
    }

    /// A line that attributes what follows to somebody ("On … wrote:").
    pub fn is_attribution(&self, line: &str) -> bool {
        // An attribution has a digit (its date) or an address; most lines have neither, and are let go at once.
        line.chars().count() <= 300
            && (line.contains('@') || line.chars().any(|c| c.is_numeric()) || line.ends_with([':', '：']))
            && self.attribution.is_in(line)
    }

    /// A separator such as `-----Original Message-----`: bare words between dashes.
    pub fn is_original(&self, line: &str) -> bool {
        between_dashes(line).is_some_and(|inner| self.original.of(&inner).is_some())
    }

    /// A separator above a forwarded letter.
    pub fn is_forwarded(&self, line: &str) -> bool {
        let dashed = between_dashes(line);
        let bare = dashed.as_deref().unwrap_or(line.trim());
        self.forwarded.of(bare).is_some() && bare.to_lowercase().chars().count() <= 60
    }

    /// "Sent from my …".
    pub fn is_sent_from(&self, line: &str) -> bool {
        self.sent_from.of(line.trim()).is_some() && line.chars().count() <= 80
    }

    /// A closing formula on a line of its own, or at the start of a short line.
    pub fn is_closing(&self, line: &str) -> bool {
        let Some(closings) = self.closings.under(line.trim()) else { return false };
        let line = line.trim().to_lowercase();
        let bare = line.trim_end_matches([',', '.', '!', '，', '。', '！', '،', ' ', ';', ':']);
        closings.iter().any(|closing| {
            // The count of characters is asked for last: most lines begin with none of the words.
            bare.starts_with(closing.as_str())
                && (bare.len() == closing.len()
                    || closing.chars().count() >= 10 && bare.chars().count() <= closing.chars().count() + 70)
        })
    }

    /// A line that greets.
    pub fn is_greeting(&self, line: &str) -> bool {
        let line = line.trim();
        self.greetings.of(line).is_some() && line.to_lowercase().chars().count() <= 120
    }

    /// A line that opens a disclaimer.
    pub fn is_disclaimer(&self, line: &str) -> bool {
        self.disclaimers.of(line.trim_start_matches(['*', ' ', '_', '-', '['])).is_some()
    }

    /// A subject that begins as automatic answers do.
    pub fn is_automatic_subject(&self, subject: &str) -> bool {
        starts_with_any(&subject.to_lowercase(), &self.automatic_subjects)
    }

    /// A subject that begins as bounces do.
    pub fn is_bounce_subject(&self, subject: &str) -> bool {
        starts_with_any(&subject.to_lowercase(), &self.bounce_subjects)
    }

    /// A subject that begins as read receipts do.
    pub fn is_receipt_subject(&self, subject: &str) -> bool {
        starts_with_any(&subject.to_lowercase(), &self.receipt_subjects)
    }

    /// The subject without the tags that servers and lists put before it.
    pub fn untagged<'a>(&self, subject: &'a str) -> &'a str {
        let mut rest = subject.trim();
        while let Some((_, after)) = tag(rest) {
            rest = after.trim_start();
        }
        if rest.is_empty() { subject } else { rest }
    }

    /// A subject whose first prefix says that the letter is a forward.
    pub fn is_forward_subject(&self, subject: &str) -> bool {
        let rest = self.untagged(subject);
        self.forward_prefixes.iter().any(|prefix| after_prefix(rest, prefix).is_some())
    }

    /// A subject with a prefix of a reply or a forward.
    pub fn is_prefixed(&self, subject: &str) -> bool {
        let rest = self.untagged(subject);
        self.prefixes.iter().any(|prefix| after_prefix(rest, prefix).is_some())
    }

    /// The subject without prefixes of replies and forwards and tags in brackets.
    pub fn base_subject<'a>(&self, subject: &'a str) -> &'a str {
        let mut rest = subject.trim();
        loop {
            let before = rest;
            if let Some((_, after)) = tag(rest) {
                rest = after.trim_start();
            }
            rest = self.prefixes.iter().find_map(|prefix| after_prefix(rest, prefix)).unwrap_or(rest);
            if rest == before || rest.is_empty() {
                return if rest.is_empty() { before } else { rest };
            }
        }
    }
}

/// Words with which a line may begin, lower case. They are kept by their first character, by which most lines are let go.
#[derive(Clone, Debug, Default)]
struct Openings {
    by_first: HashMap<char, Vec<String>>,
}

impl Openings {
    fn add(&mut self, words: &str) {
        let words = words.to_lowercase();
        self.by_first.entry(words.chars().next().unwrap_or_default()).or_default().push(words);
    }

    /// Those that have the first character of a text.
    fn under(&self, text: &str) -> Option<&[String]> {
        let first = text.chars().next()?.to_lowercase().next()?;
        self.by_first.get(&first).map(Vec::as_slice)
    }

    /// The one that a text begins with, in any case.
    fn of(&self, text: &str) -> Option<&str> {
        let words = self.under(text)?;
        let lower = text.to_lowercase();
        words.iter().find(|words| lower.starts_with(words.as_str())).map(String::as_str)
    }
}

/// `[list] …`, `【…】 …`
fn tag(subject: &str) -> Option<(&str, &str)> {
    let found = subject.strip_prefix('[').and_then(|tag| tag.split_once(']'));
    let found = found.or_else(|| subject.strip_prefix('【').and_then(|tag| tag.split_once('】')));
    found.filter(|(tag, _)| tag.chars().count() <= LONGEST_TAG)
}

/// `Re:`, `RE :`, `Re[2]:`, `Re(3)：` taken off.
fn after_prefix<'a>(subject: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, colon) = subject.char_indices().find(|(_, c)| matches!(c, ':' | '：'))?;
    let (label, rest) = subject.split_at_checked(head)?;
    let label = label.trim_end().trim_end_matches([']', ')']).trim_end_matches(|c: char| c.is_ascii_digit());
    let label = label.trim_end_matches(['[', '(']).trim_end();
    (label.to_lowercase() == prefix).then(|| rest.get(colon.len_utf8()..).unwrap_or_default().trim_start())
}

fn starts_with_any(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.starts_with(word.as_str()))
}

/// The words of a line between two rows of dashes, lower case.
fn between_dashes(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches(['>', ' ']);
    let inner = line.trim_matches(['-', '_', '=', ' ', '—', '–']);
    (inner.len() < line.len() && line.starts_with(['-', '_', '=', '—', '–']) && !inner.is_empty()).then(|| inner.to_lowercase())
}

/// Whether a line begins with a word and the word ends there, where letters are parted by anything at all.
fn begins_with_word(line: &str, word: &str) -> bool {
    let Some(rest) = line.strip_prefix(word) else { return false };
    rest.chars()
        .next()
        .is_none_or(|next| matches!(next, ',' | '.' | ';' | ':' | '!' | '，' | '。' | '！' | '،' | '؛' | '–' | '—'))
}
