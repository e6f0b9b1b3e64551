//! Step 2: weighs the rules that fire. Keeps which, where and why.

use super::load::{Place, Rule};
use super::{Rules, extract};
use crate::domain::steps::{Evidence, Verdict};
use crate::domain::words::{Kind, Language};
use crate::mail::{AutomaticForm, Mail};
use crate::vocabulary::words::{is_composed, is_han, is_letter, is_mark, one_spelling};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Characters of evidence that are kept.
const MOST_WORDS: usize = 120;
/// Octets of a body that rules look at: what a letter is stands at its beginning (RELIABILITY A23).
const HAYSTACK: usize = 64 * 1024;
/// What a letter weighs as an inquiry before any rule speaks: a person wrote, and nothing else is known.
const ANY_LETTER: f64 = 1.5;
/// A kind that comes second says that the first may be wrong, louder than its own weight.
const RIVAL: f64 = 1.5;
/// Evidence of this weight (one strong rule, two moderate ones) may be chance.
const DOUBT: f64 = 5.0;
/// Where the squared odds make the confidence a half: evidence of 4 against no rival but a person's letter is the threshold.
const EVEN: f64 = 0.54;

/// In a reply the subject is the thread's topic: it says little of what this letter is.
const THREAD: f64 = 0.3;
/// What was forwarded, or stands in an attached document, counts a little less than the writer's own words.
const SENT_IN: f64 = 0.75;
/// What speaks against a kind speaks louder than what is for it: who promises a name uses all the words of a proposal.
const AGAINST: f64 = 2.0;
/// Evidence of a question from which the writer's own words decide: "did the letter below reach you?" hands nothing in.
const ASKS: f64 = 4.0;
/// What was forwarded below such a question counts no more than this.
const ASKED: f64 = 0.4;
/// A word of another language than the letter's is often another word that only looks like it (`comment`).
const FOREIGN: f64 = 0.5;
/// A paper speaks of people and meetings, too; only where the letter says nothing does that tell what it is.
const IN_PAPER: f64 = 0.6;
/// A forward with more letters of the forwarder's own than this is judged by these alone.
const SHORT_COVER: usize = 400;
/// A line shorter than this was ended by its writer (clients wrap at 65 to 78 columns, words of up to 20 letters).
const WRAPPED: usize = 45;
/// A kind that has less than this of its own is not supported by what goes with every kind (`also`).
const OWN: f64 = 2.5;

/// One text in which rules look.
struct Haystack {
    place: Place,
    text: String,
    /// What a rule's weight is multiplied by.
    factor: f64,
    /// Words of somebody else or of a file: they do not make this letter a machine's.
    is_sent_in: bool,
    /// An attached document.
    is_document: bool,
}

/// What the letter is. Pure.
pub(super) fn classify(rules: &Rules, mail: &Mail, reading: &extract::Reading) -> Verdict {
    let found = extract::forms(rules, mail, reading);
    let forms = found.iter().map(|form| plain(Place::Form, (*form).to_owned()));
    let (sent_in, own): (Vec<Haystack>, Vec<Haystack>) =
        texts(rules, mail).into_iter().chain(forms).partition(|hay| hay.is_sent_in);
    let mut evidence = Vec::new();
    own.iter().for_each(|hay| look(rules, mail, &found, hay, &mut evidence));
    let asks = asks(&evidence);
    for mut hay in sent_in {
        hay.factor *= if asks && !hay.is_document { ASKED } else { 1.0 };
        look(rules, mail, &found, &hay, &mut evidence);
    }
    let fired: Vec<String> = evidence.iter().map(|one| one.rule.clone()).collect();
    evidence.retain(|one| rules.kinds.named(&one.rule).is_none_or(|rule| !rule.unless.iter().any(|name| fired.contains(name))));
    evidence.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    // The same words ("expert") match in several languages; they are one reason, not three.
    let mut distinct: Vec<Evidence> = Vec::with_capacity(evidence.len());
    for one in evidence {
        let is_same = |earlier: &Evidence| {
            earlier.kind == one.kind
                && earlier.part == one.part
                && earlier.words.eq_ignore_ascii_case(&one.words)
                && earlier.weight.is_sign_positive() == one.weight.is_sign_positive()
        };
        if !distinct.iter().any(is_same) {
            distinct.push(one);
        }
    }
    weigh(rules, mail, distinct)
}

/// Adds what the rules find in one text. A rule counts once, however often it matches.
fn look(rules: &Rules, mail: &Mail, forms: &[&str], hay: &Haystack, evidence: &mut Vec<Evidence>) {
    let is_silent = |rule: &Rule| {
        (hay.is_sent_in && rule.kind.is_automatic()) || rule.lacks.iter().any(|form| forms.contains(&form.as_str()))
    };
    let spelt = one_spelling(&hay.text);
    for (rule, found) in rules.kinds.firing(hay.place, &spelt).filter(|(rule, _)| !is_silent(rule)) {
        if !evidence.iter().any(|earlier| earlier.rule == rule.name) {
            // As the letter spells it: octets stand where they stood.
            let words = hay.text.get(found.start()..found.end()).unwrap_or_default();
            evidence.extend(evidences(rule, words, hay, mail.language));
        }
    }
}

/// Whether the writer's own words ask, and propose or correct nobody.
fn asks(own: &[Evidence]) -> bool {
    let sum = |speaks: &dyn Fn(Kind) -> bool| -> f64 {
        own.iter().filter(|one| one.weight > 0.0 && speaks(one.kind)).map(|one| one.weight).sum()
    };
    let asked = sum(&|kind| kind == Kind::Inquiry);
    asked >= ASKS && asked > sum(&|kind| kind.is_contact())
}

/// What a rule says: for its kind, and against others.
fn evidences(rule: &Rule, words: &str, hay: &Haystack, language: Option<Language>) -> Vec<Evidence> {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_WORDS).collect();
    let paper = if hay.is_document && !is_paper(rule.kind) { IN_PAPER } else { 1.0 };
    let is_own = matches!(hay.place, Place::Text | Place::Body) && !hay.is_sent_in && !rule.kind.is_automatic();
    let is_foreign = rule.language.zip(language).is_some_and(|(of_rule, of_letter)| of_rule != of_letter);
    let weight = rule.weight * hay.factor * paper * if is_own && is_foreign { FOREIGN } else { 1.0 };
    let one = |kind: Kind, weight: f64| Evidence {
        rule: rule.name.clone(),
        kind,
        part: hay.place.part(),
        words: words.clone(),
        weight,
    };
    std::iter::once(one(rule.kind, weight)).chain(rule.against.iter().map(|kind| one(*kind, -weight * AGAINST))).collect()
}

/// Kinds that come as papers: what a paper says of them tells what it is.
fn is_paper(kind: Kind) -> bool {
    matches!(kind, Kind::LiaisonStatement | Kind::Document)
}

fn plain(place: Place, text: String) -> Haystack {
    Haystack { place, text, factor: 1.0, is_sent_in: false, is_document: false }
}

/// NFKC, so that presentation forms and full-width letters match; without tatweel, which stretches Arabic words, and without harakat.
fn fold(text: &str) -> String {
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at < HAYSTACK).last().unwrap_or(0);
    let cut = if text.len() > HAYSTACK { text.split_at_checked(end).map_or(text, |(head, _)| head) } else { text };
    if is_composed(cut) {
        return cut.to_owned();
    }
    cut.nfkc().filter(|c| !is_mark(*c)).collect()
}

/// The places and their texts.
fn texts(rules: &Rules, mail: &Mail) -> Vec<Haystack> {
    let mut texts = Vec::new();
    let is_forward = !mail.text.forwarded.is_empty();
    let is_reply = !is_forward && rules.vocabulary.mail.is_prefixed(&mail.subject);
    // The subject of a forward is the other letter's: it says what is handed in, unless the forwarder asks. What it asks was
    // asked of somebody else, and the forward answers it.
    let is_others = is_reply || (is_forward && rules.vocabulary.mail.is_prefixed(&mail.subject));
    let is_answered = is_others && mail.base_subject.trim_end().ends_with(['?', '？', '؟']);
    let topic = if is_reply || is_answered { THREAD } else { 1.0 };
    let own =
        if letters(&mail.text.own) < 2 { format!("{}\n{}", mail.text.own, mail.text.signature) } else { mail.text.own.clone() };
    let spelling = &rules.vocabulary.languages.spelling;
    let body = spelling.mended(&fold(&own)).into_owned();
    let subject = spelling.mended(&fold(&mail.base_subject)).into_owned();
    let running = unwrapped(&body);
    texts.push(plain(Place::Text, if is_others { running } else { format!("{subject}\n{running}") }));
    if is_others {
        texts.push(Haystack { factor: topic, is_sent_in: true, ..plain(Place::Text, subject.clone()) });
    }
    texts.push(Haystack { factor: topic, is_sent_in: is_others, ..plain(Place::Subject, subject) });
    texts.push(plain(Place::Title, fold(rules.vocabulary.mail.untagged(&mail.subject))));
    texts.push(plain(Place::Body, body));
    texts.push(plain(Place::Foot, fold(&format!("{}\n{}", mail.text.signature, mail.text.disclaimer))));
    let sent_in =
        |place: Place, text: &str| Haystack { place, text: fold(text), factor: SENT_IN, is_sent_in: true, is_document: false };
    let document = |place: Place, text: &str| Haystack { is_document: true, ..sent_in(place, text) };
    if is_forward {
        texts.push(sent_in(Place::Forwarded, &mail.text.forwarded));
        if letters(&mail.text.own) <= SHORT_COVER {
            texts.push(sent_in(Place::Text, &unwrapped(&mail.text.forwarded)));
            texts.push(sent_in(Place::Body, &mail.text.forwarded));
        }
    }
    for paper in &mail.documents {
        texts.push(document(Place::Text, &unwrapped(&paper.text)));
        texts.push(document(Place::Body, &paper.text));
    }
    marks(mail, &mut texts);
    texts
}

/// Paragraphs on one line: clients wrap them, and what belongs together then stands in two lines.
fn unwrapped(text: &str) -> String {
    let mut running = String::with_capacity(text.len());
    let mut before = 0;
    for line in text.lines() {
        let line = line.trim();
        let goes_on = before >= WRAPPED && line.chars().next().is_some_and(char::is_alphanumeric) && !is_labelled(line);
        if goes_on {
            let is_tight = line.chars().next().is_some_and(is_han) && running.chars().next_back().is_some_and(is_han);
            running.push_str(if is_tight { "" } else { " " });
        } else if !running.is_empty() {
            running.push('\n');
        }
        running.push_str(line);
        before = line.chars().map(|c| if is_han(c) { 2 } else { 1 }).sum();
    }
    running
}

/// `Name: …`, `Должность：…`
fn is_labelled(line: &str) -> bool {
    line.split_once([':', '：']).is_some_and(|(label, _)| label.split_whitespace().count() <= 3 && label.chars().count() <= 30)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| is_letter(*c)).count()
}

/// What stands around the words: sender, files, header, damage.
fn marks(mail: &Mail, texts: &mut Vec<Haystack>) {
    for person in &mail.from {
        let address = person.address.as_ref().map_or("", |address| address.reveal());
        texts.push(plain(Place::From, format!("{} {address}", person.name)));
    }
    for attachment in &mail.attachments {
        texts.push(plain(Place::Attachment, format!("{} {}", fold(&attachment.name), attachment.content_type)));
    }
    for (name, value) in &mail.headers {
        texts.push(plain(Place::Header, format!("{name}: {value}")));
    }
    for automatic in &mail.automatic {
        let form = match automatic.form {
            AutomaticForm::Reply => "reply",
            AutomaticForm::Bounce => "bounce",
            AutomaticForm::Receipt => "receipt",
            AutomaticForm::Bulk => "bulk",
            AutomaticForm::Silent => "silent",
        };
        texts.push(plain(Place::Automatic, format!("{form}: {}", automatic.because)));
    }
    for defect in &mail.defects {
        texts.push(plain(Place::Damage, defect.clone()));
    }
}

/// The heaviest kind, and how far it is ahead of the next one.
pub(super) fn weigh(rules: &Rules, mail: &Mail, evidence: Vec<Evidence>) -> Verdict {
    let mut scores = BTreeMap::<Kind, f64>::new();
    for one in &evidence {
        *scores.entry(one.kind).or_default() += one.weight;
    }
    let own = scores.clone();
    for one in &evidence {
        let Some(rule) = rules.kinds.named(&one.rule).filter(|rule| rule.kind == one.kind) else { continue };
        for kind in rule.also.iter().filter(|kind| own.get(kind).is_some_and(|score| *score >= OWN)) {
            *scores.entry(*kind).or_default() += one.weight;
        }
    }
    // What a telephone adds is nobody's word.
    let by_person = |text: &str| text.lines().filter(|line| !rules.vocabulary.mail.is_sent_from(line)).collect::<String>();
    let is_stand_in = mail.base_subject.starts_with('(') && mail.base_subject.ends_with(')');
    let subject = if is_stand_in { "" } else { mail.base_subject.as_str() };
    let said = format!("{}{}{}{subject}", by_person(&mail.text.own), mail.text.forwarded, by_person(&mail.text.signature));
    let has_words = said.chars().filter(|c| is_letter(*c)).count() >= 6;
    if has_words {
        *scores.entry(Kind::Inquiry).or_default() += ANY_LETTER;
    }
    let mut ranked: Vec<(Kind, f64)> = scores.into_iter().filter(|(_, score)| *score > 0.0).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let Some((kind, best)) = ranked.first().copied() else {
        return Verdict { kind: Kind::Unclassified, confidence: 0.0, evidence };
    };
    let next = ranked.get(1).map_or(0.0, |(_, score)| *score);
    let granted = if has_words && kind == Kind::Inquiry { ANY_LETTER } else { 0.0 };
    let confidence = confidence(best - granted, next);
    Verdict { kind, confidence, evidence }
}

/// How sure it is: what speaks for the kind, against what speaks for the next one and what a moderate rule or two may be wrong by.
/// Measured over letters that the rules had not seen: half of the kinds that were wrong lie below the threshold of 0.35, of those
/// that were right one in twenty-five (`tests/score.py` prints both). That a person wrote is no evidence.
fn confidence(evidence: f64, next: f64) -> f64 {
    let odds = evidence.max(0.0) / (next * RIVAL + DOUBT);
    odds * odds / (odds * odds + EVEN)
}
