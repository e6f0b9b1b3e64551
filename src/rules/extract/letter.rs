//! A letter (or a document that is one) as the search for people reads it: its units, who signs it, whether its writer means himself.

use super::Reading;
use super::bodies::chunks;
use super::capitals::of_sender;
use super::emails::{Likeness, emails, likeness};
use super::names::{self, Name};
use super::organizations::foreign;
use super::seats::Ground;
use super::units::{self, Shape, Unit};
use crate::charter::Charter;
use crate::domain::steps::{MOST_PEOPLE, Part};
use crate::domain::words::Kind;
use crate::mail::Mail;
use crate::rules::Rules;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::{Cues, any};
use crate::vocabulary::words::{fold, is_arabic, is_han, simplified, words};
use std::cell::OnceCell;

/// A text that is compared with cues: folded, Chinese in simplified characters.
pub(super) fn plain(text: &str) -> String {
    let folded = fold(text);
    match simplified(&folded) {
        std::borrow::Cow::Borrowed(_) => folded,
        std::borrow::Cow::Owned(plain) => plain,
    }
}

/// Lines at the end of a letter in which its writer may sign.
const LAST_LINES: usize = 4;

/// Units of a letter's own text that are searched for people: three lines for each of the most people that are taken out of one.
pub(super) const MOST_UNITS: usize = 3 * MOST_PEOPLE;
/// Characters before a name that say that it is the writer's at most: `je soussignée, `.
const INTRODUCTION: usize = 24;
/// Characters of a note below the signature at most, and how many there are.
const NOTE: usize = 40;
const MOST_NOTES: usize = 2;

/// What the search works with.
pub(super) struct Letter<'a> {
    pub(super) mail: &'a Mail,
    pub(super) kind: Kind,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) charter: &'a Charter,
    /// Own text, then signature.
    pub(super) units: Vec<Unit>,
    /// Where the signature begins in `units`.
    pub(super) signature: usize,
    /// Where the lines begin in which somebody signs; `signature` when there are none before it.
    pub(super) closing: usize,
    /// The writer's name, if the letter says it.
    pub(super) writer: Option<Name>,
    /// Everybody who signs; none of them is proposed by that.
    pub(super) signers: Vec<Name>,
    /// Whether the writer means himself.
    pub(super) about_self: bool,
    /// Whether he means himself beside others.
    pub(super) also_self: bool,
    /// Subject and own text, as cues are compared with.
    pub(super) said: String,
    /// Whether this is the mail itself, so that From tells the writer and his address.
    pub(super) is_mail: bool,
    /// Whether the text is longer than what is searched.
    pub(super) is_cut: bool,
    /// What the letter as a whole says of everybody in it, once somebody asked.
    pub(super) ground: OnceCell<Ground>,
    /// The units of [`Letter::listed`].
    pub(super) lines: OnceCell<Vec<usize>>,
}

impl<'a> Letter<'a> {
    /// The mail's own text and signature.
    pub(super) fn of_mail(rules: &'a Rules, mail: &'a Mail, kind: Kind, reading: &Reading) -> Letter<'a> {
        let words = &rules.vocabulary;
        let read = reading.units(rules, mail);
        let mut own = read.own.clone();
        // Details may stand in the subject alone.
        let is_details = mail.nested.is_empty() && mail.base_subject.contains('@') && !has_addresses(&own, &mail.base_subject);
        if is_details {
            own.iter_mut().for_each(|unit| unit.paragraph += 1);
            let subject = units::units(&mail.base_subject, Part::Subject, words);
            own.splice(0..0, subject);
        }
        let signature = read.signature.clone();
        // Above an attached letter stands that letter's subject.
        let subject = if mail.nested.is_empty() { mail.base_subject.as_str() } else { "" };
        let said = plain(&format!("{subject}\n{}", mail.text.own));
        Letter::new(rules, mail, kind, (own, signature), said).signed_by_from()
    }

    /// A text that came in the mail: a document, a forwarded letter.
    pub(super) fn of_text(rules: &'a Rules, mail: &'a Mail, kind: Kind, text: &str, part: Part) -> Letter<'a> {
        // What the text itself quotes is nobody's submission.
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            if end > 0 && part == Part::History && rules.vocabulary.mail.is_original(line.trim()) {
                break;
            }
            end += line.len();
        }
        let text = text.get(..end).unwrap_or(text);
        let units = units::units(text, part, &rules.vocabulary);
        Letter::new(rules, mail, kind, (units, Vec::new()), plain(text)).signed()
    }

    fn new(rules: &'a Rules, mail: &'a Mail, kind: Kind, (own, signature): (Vec<Unit>, Vec<Unit>), said: String) -> Letter<'a> {
        let mut units = own;
        let is_cut = units.len() > MOST_UNITS;
        units.truncate(MOST_UNITS);
        let at = units.len();
        let paragraphs = units.last().map_or(0, |unit| unit.paragraph + 1);
        units.extend(signature.into_iter().take(MOST_UNITS).map(|unit| Unit { paragraph: unit.paragraph + paragraphs, ..unit }));
        let cues = &rules.vocabulary.labels.cues;
        // "I propose my colleague and me" is of both.
        let about_self = any(&cues.myself, &said) && (!any(&cues.not_myself, &said) || any(&cues.also_self, &said));
        let about_self = about_self || any(&cues.i_replace, &said) && !any(&cues.no_successor, &said);
        Letter {
            mail,
            kind,
            vocabulary: &rules.vocabulary,
            charter: &rules.charter,
            units,
            signature: at,
            closing: at,
            writer: None,
            signers: Vec::new(),
            about_self,
            also_self: about_self && (any(&cues.also_self, &said) || hands_over(&said, cues)),
            said,
            is_mail: false,
            is_cut,
            ground: OnceCell::new(),
            lines: OnceCell::new(),
        }
    }

    fn signed_by_from(mut self) -> Letter<'a> {
        self.is_mail = true;
        self.signed()
    }

    fn signed(mut self) -> Letter<'a> {
        self.find_signers();
        self
    }

    /// Whether somebody takes the writer's seat.
    pub(super) fn hands_over(&self) -> bool {
        hands_over(&self.said, &self.vocabulary.labels.cues)
    }

    /// The first line of the signature that is a name, a name under the letter, and the From field's.
    fn find_signers(&mut self) {
        let sender = self.mail.from.first().and_then(|person| {
            let name = of_sender(person_and_body(&person.name).0, self.vocabulary);
            names::whole(&reordered(&name), self.vocabulary).map(|found| self.with_initial(found, &name))
        });
        // `Canal Azul` of `info@canalazul.example` is nobody.
        let sender = sender.filter(|name| !self.is_host(name)).or_else(|| self.arabic_sender());
        let display = sender.clone().filter(|_| self.is_mail);
        let plain = |unit: &&Unit| unit.shape != Shape::Item && unit.fields.is_empty();
        let signed = self.units.iter().skip(self.signature).filter(plain).find_map(|unit| self.line_name(&unit.text));
        self.closing = self.closing_start().unwrap_or(self.signature);
        let under = self.units.iter().take(self.signature).skip(self.closing).filter(|unit| unit.shape != Shape::Prose);
        let closed: Vec<Name> = under.filter(plain).filter_map(|unit| self.line_name(&unit.text)).collect();
        let is_display = |name: &&Name| display.as_ref().is_some_and(|display| same_person(&display.text, &name.text));
        let written = signed.clone().or_else(|| closed.iter().find(is_display).or(closed.last()).cloned());
        // A first name alone under the letter is the From field's person; the fuller form counts.
        self.writer = match (&written, &display) {
            (Some(name), Some(display)) if same_person(&display.text, &name.text) => {
                // `J. Roe` says less than `Jane Roe`, and so does `Jane`.
                let said = |name: &Name| {
                    let words = sorted_words(&name.text);
                    (words.iter().filter(|word| word.chars().count() > 1).count(), words.len())
                };
                let fuller = said(display) > said(name);
                Some(if fuller { display.clone() } else { name.clone() })
            }
            _ => written.clone().or_else(|| display.clone()),
        };
        if self.writer.is_none() {
            self.writer = self.by_display();
        }
        if let Some(name) = self.introduced() {
            self.writer = Some(name);
        }
        if self.writer.is_none() && self.about_self {
            self.writer = self.by_first_name().or_else(|| self.by_last_lines());
        }
        self.signers = signed.into_iter().chain(closed).chain(sender.filter(|_| self.is_mail || !self.about_self)).collect();
    }

    /// `M. Roe` of `m.roe@…` has an initial, and no honorific.
    fn with_initial(&self, found: Name, written: &str) -> Name {
        let local = self.mail.writer().map_or("", |writer| writer.reveal());
        let initial = found.honorific.as_deref().filter(|honorific| honorific.chars().count() == 1).map(str::to_lowercase);
        let is_initial = initial.is_some_and(|initial| {
            local.strip_prefix(initial.as_str()).is_some_and(|rest| {
                let family: String = fold(&found.text).chars().take_while(|c| c.is_alphabetic()).collect();
                rest.trim_start_matches(['.', '-', '_']).starts_with(family.as_str())
            })
        });
        if is_initial { Name { text: written.to_owned(), honorific: None, ..found } } else { found }
    }

    /// `حسن الأمين`: a From field of two to four Arabic words is a person's, even where the family name is a function's word, too.
    fn arabic_sender(&self) -> Option<Name> {
        let display = self.mail.from.first()?.name.trim();
        let labels = &self.vocabulary.labels;
        let list = words(display);
        let first = list.first().filter(|word| word.text.starts_with(is_arabic) && !word.text.starts_with("ال"))?;
        let is_kind = [&labels.organizations, &labels.roles, &labels.subunits, &labels.not_names, &labels.breaks]
            .iter()
            .any(|own| own.matched(&[*first]) > 0);
        let is_name = (2..=4).contains(&list.len())
            && list.iter().all(|word| word.text.chars().all(is_arabic))
            && !is_kind
            && foreign(display, self.vocabulary, self.charter).is_empty();
        is_name.then(|| Name { text: display.to_owned(), honorific: None, start: 0, end: display.len() })
    }

    /// `José Abreu` of a letter from `José`: the first name in the text that has the From field's only word.
    fn by_display(&self) -> Option<Name> {
        let display = self.mail.from.first().filter(|_| self.is_mail)?;
        let word = fold(display.name.trim());
        if word.chars().count() < 3 || word.contains([' ', '@']) {
            return None;
        }
        let mut all = self.units.iter().flat_map(|unit| unit.names(self.vocabulary));
        all.find(|name| sorted_words(&name.text).contains(&word)).cloned()
    }

    /// `I'm Jane Roe`: the name that the writer says is his, when no other is known, or only a shorter form of it.
    fn introduced(&self) -> Option<Name> {
        let own = self.units.iter().take(self.signature).filter(|unit| unit.fields.is_empty());
        let mut said = own.flat_map(|unit| {
            let all = names::find(&unit.text, self.vocabulary).into_iter();
            all.filter(|name| {
                let head = unit.text.get(..name.start).unwrap_or_default();
                let from = head.char_indices().rev().nth(INTRODUCTION).map_or(0, |(at, _)| at);
                any(&self.vocabulary.labels.cues.introduces, &plain(head.get(from..).unwrap_or_default()))
            })
            .collect::<Vec<_>>()
        });
        let is_latin = |name: &str| name.starts_with(|c: char| c < '\u{250}');
        let shares = |name: &Name| match &self.writer {
            Some(writer) => {
                let (own, said) = (sorted_words(&writer.text), sorted_words(&name.text));
                // In another script the From field may write the same name; the letter's own spelling counts.
                let is_other_script = is_latin(&writer.text) && !is_latin(&name.text) && said.len() > 1;
                is_other_script || own != said && said.len() >= own.len() && own.iter().any(|word| said.contains(word))
            }
            None => true,
        };
        said.find(shares)
    }

    /// A name that fills one of the last lines, of a letter in one paragraph.
    fn by_last_lines(&self) -> Option<Name> {
        let own = self.units.iter().take(self.signature).rev().take(LAST_LINES);
        let lines = own.filter(|unit| unit.shape == Shape::Line && unit.fields.is_empty());
        lines.filter_map(|unit| names::whole(&unit.text, self.vocabulary)).last()
    }

    /// `Litia` under a letter that names `Litia Raikuna` once.
    fn by_first_name(&self) -> Option<Name> {
        let is_single = |unit: &&Unit| unit.shape == Shape::Line && unit.text.split_whitespace().count() == 1;
        let first =
            self.units.iter().rev().take(3).filter(is_single).map(|unit| fold(unit.text.trim_matches(['.', ',', '!']))).next()?;
        let mut all = self.units.iter().flat_map(|unit| unit.names(self.vocabulary));
        all.find(|name| sorted_words(&name.text).contains(&first)).cloned()
    }

    /// Where the lines under the letter begin in which somebody signs.
    fn closing_start(&self) -> Option<usize> {
        let own = self.units.get(..self.signature).unwrap_or_default();
        // Copies and enclosures stand below whoever signs.
        let is_note = |unit: &&Unit| {
            unit.shape == Shape::Line
                && unit.text.chars().count() <= NOTE
                && unit.text.contains(' ')
                && !unit.text.contains('@')
                && unit.names(self.vocabulary).is_empty()
        };
        let notes = own.iter().rev().take(MOST_NOTES).take_while(is_note).count();
        let last = own.iter().rev().nth(notes).or(own.last()).map_or(0, |unit| unit.paragraph);
        // `Cordial saludo:` at the head of a letter closes nothing.
        let says = |at: &usize| own.iter().take(*at).any(|unit| !self.is_greeting(unit));
        let formula = own.iter().rposition(|unit| self.vocabulary.mail.is_closing(&unit.text)).filter(says);
        formula.map(|at| at + 1).or_else(|| {
            let first = own.iter().position(|unit| unit.paragraph == last)?;
            let tail: &[Unit] = own.get(first..)?;
            let tail = tail.get(..tail.iter().position(|unit| unit.paragraph > last).unwrap_or(tail.len()))?;
            // A block under a colon is a list of those who are meant.
            let announced =
                first.checked_sub(1).and_then(|at| own.get(at)).is_some_and(|unit| unit.text.ends_with([':', '：', '﹕']));
            let foreign = tail.iter().flat_map(|unit| emails(&unit.text, self.vocabulary, self.charter));
            let is_other = foreign.into_iter().any(|email| Some(&email.address) != self.mail.writer());
            let is_block = tail.iter().all(|unit| unit.shape == Shape::Line && unit.fields.is_empty());
            // Whoever means himself signs with all his details.
            let is_own = self.about_self && tail.first().is_some_and(|unit| self.line_name(&unit.text).is_some());
            (first > 0 && !announced && (is_block && !is_other || is_own)).then_some(first)
        })
    }

    /// The name that a line begins with, when nothing but a function or a body follows; or one behind the function.
    fn line_name(&self, line: &str) -> Option<Name> {
        names::whole(line, self.vocabulary)
            .or_else(|| {
                let first = chunks(line).first().copied()?;
                let name = names::whole(first, self.vocabulary)?;
                line.trim_start().starts_with(first).then_some(name)
            })
            .or_else(|| {
                let found = names::find(line, self.vocabulary);
                let at_start = found.iter().find(|name| name.start == 0 && line.split_whitespace().count() <= 8);
                // `Заместитель министра        Б. Раджабзода`
                let at_end = found.last().filter(|name| {
                    line.get(name.end..).is_some_and(|rest| rest.trim().chars().count() <= 3)
                        && line.split_whitespace().count() <= 12
                });
                at_start.or(at_end).cloned()
            })
    }

    /// Whether a name is of somebody who signs.
    pub(super) fn is_signer(&self, name: &str) -> bool {
        self.signers.iter().any(|signer| same_person(&signer.text, name))
    }

    /// Whether a name is the writer's.
    pub(super) fn is_writer(&self, name: &str) -> bool {
        self.writer.as_ref().is_some_and(|writer| same_person(&writer.text, name))
    }

    /// Whether a unit is a salutation.
    pub(super) fn is_greeting(&self, unit: &Unit) -> bool {
        let han = unit.text.chars().filter(|c| is_han(*c)).count();
        !goes_on(&unit.text)
            && unit.text.chars().count() + han <= 60
            && (self.vocabulary.mail.is_greeting(&unit.text) || self.is_salutation(unit))
            && !self.heads_block(unit)
    }

    /// `السيد بشار قباني` above his function and address: a name that begins as a greeting does.
    fn heads_block(&self, unit: &Unit) -> bool {
        !unit.text.ends_with([',', '،', ':', '：', '!', '！', '，'])
            && self.units.iter().any(|other| other.paragraph == unit.paragraph && other.text.contains('@'))
            && unit.names(self.vocabulary).first().is_some_and(|name| name.start == 0)
    }

    /// `الأخت خلود،` and `Mr Smith:` at the head of the letter.
    fn is_salutation(&self, unit: &Unit) -> bool {
        unit.paragraph <= 1
            && unit.shape == Shape::Line
            && unit.text.ends_with([',', '،', ':', '：', '!', '！', '，'])
            && names::whole(&unit.text, self.vocabulary).is_some_and(|name| name.honorific.is_some())
            && self.units.iter().filter(|other| other.paragraph == unit.paragraph).count() == 1
    }

    /// Whether a name is the chair's, whom letters address.
    pub(super) fn is_officer(&self, name: &str) -> bool {
        let family = self.charter.chair.name.split_whitespace().last().map(fold);
        same_person(name, &self.charter.chair.name) || family.is_some_and(|family| sorted_words(name).contains(&family))
    }

    /// Whether an address may be a person's, as far as his name tells.
    pub(super) fn likeness(&self, text: &str, name: &str) -> Option<Likeness> {
        let found = emails(text, self.vocabulary, self.charter);
        let all: Vec<Likeness> = found.iter().map(|email| likeness(&email.address, name)).collect();
        all.iter().find(|one| **one == Likeness::Alike).or(all.first()).copied()
    }
}

/// Letters of a word behind which a full stop ends a sentence, and of what stands behind a greeting in its line.
const SENTENCE: usize = 5;

/// Whether a sentence stands behind the greeting in its line: `您好，我现任……。`, `Hello! I have moved.`
fn goes_on(text: &str) -> bool {
    let mut word = 0;
    text.ends_with('。')
        || text.char_indices().any(|(at, c)| {
            let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
            let ends = match c {
                '。' | '！' | '？' => true,
                '.' | '!' | '?' => word >= SENTENCE && rest.starts_with(' '),
                _ => false,
            };
            word = if c.is_alphabetic() { word + 1 } else { 0 };
            ends && rest.trim().chars().count() >= SENTENCE
        })
}

/// Whether the text says an address that the subject has.
fn has_addresses(own: &[Unit], subject: &str) -> bool {
    let said = subject.split([' ', ',', ';', '<', '>', '(', ')', '，', '；']).filter(|word| word.contains('@'));
    said.into_iter().any(|address| own.iter().any(|unit| unit.text.contains(address)))
}

/// `Jane Roe replaces me`, and not `nobody replaces me`.
fn hands_over(said: &str, cues: &Cues) -> bool {
    any(&cues.replaces_me, said) && !any(&cues.no_successor, said)
}

/// A From field's person and body: `Jane Roe (Netsafe)`, `Jane Roe | Netsafe`, `Jane at Netsafe`; the body is empty where there is none.
pub(super) fn person_and_body(name: &str) -> (&str, &str) {
    let marks = [" | ", "|", " (", " - ", " – ", " / ", " @ ", " at "];
    let split = marks.iter().find_map(|mark| name.split_once(mark));
    split.map_or((name, ""), |(person, body)| (person.trim(), body.trim_matches([' ', ')', '(']).trim()))
}

/// `ROE, Jane` of a From field as `Jane ROE`; a title behind a second comma goes.
pub(super) fn reordered(name: &str) -> String {
    let parts: Vec<&str> = name.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [family, given, ..] if parts.len() <= 3 && family.split_whitespace().count() <= 3 => format!("{given} {family}"),
        _ => name.to_owned(),
    }
}

/// The words of a name, folded and sorted.
pub(super) fn sorted_words(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = words(name).iter().map(|word| fold(word.text.trim_matches('.'))).collect();
    parts.sort();
    parts
}

/// Whether two names may be one person's: all words of the shorter one are in the longer one, or begin like its initials, or differ
/// from it by a Russian case ending.
pub(super) fn same_person(a: &str, b: &str) -> bool {
    let (a, b) = (sorted_words(a), sorted_words(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let fits = |word: &str, other: &str| {
        other == word
            || (word.chars().count() == 1 && other.starts_with(word))
            || (other.chars().count() == 1 && word.starts_with(other))
            || is_inflected(word, other)
    };
    short.iter().any(|word| word.chars().count() > 1) && short.iter().all(|word| long.iter().any(|other| fits(word, other)))
}

/// `Вересаева` and `Вересаев`: the same up to two letters of an ending.
pub(super) fn is_inflected(a: &str, b: &str) -> bool {
    let is_cyrillic = |text: &str| text.chars().all(|c| matches!(c, '\u{400}'..='\u{4FF}' | '-'));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let stem: String = short.chars().take(short.chars().count().saturating_sub(1)).collect();
    is_cyrillic(short)
        && stem.chars().count() >= 4
        && long.starts_with(&stem)
        && long.chars().count() <= short.chars().count() + 2
}
