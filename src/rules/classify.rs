//! Step 2: weighs the rules that fire. Keeps which, where and why.

use super::load::Place;
use super::{Rules, extract};
use crate::domain::steps::{Evidence, Verdict};
use crate::domain::words::Kind;
use crate::mail::{AutomaticForm, Mail};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Characters of evidence that are kept.
const MOST_WORDS: usize = 120;
/// Octets of a body that rules look at: what a letter is stands at its beginning (RELIABILITY A23).
const HAYSTACK: usize = 64 * 1024;
/// What a letter weighs as an inquiry before any rule speaks: a person wrote, and nothing else is known.
const ANY_LETTER: f64 = 1.5;
/// A lead of this weight is as sure as it gets.
const SURE: f64 = 8.0;

/// What the letter is. Pure.
pub(super) fn classify(rules: &Rules, mail: &Mail) -> Verdict {
    let mut evidence = Vec::new();
    let forms = extract::forms(rules, mail).into_iter().map(|form| (Place::Form, form.to_owned()));
    for (place, text) in texts(mail).into_iter().chain(forms) {
        for rule in rules.kinds.firing(place, &text) {
            let words = rule.regex.find(&text).map_or("", |found| found.as_str());
            let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_WORDS).collect();
            // A rule counts once, however often it matches.
            if !evidence.iter().any(|earlier: &Evidence| earlier.rule == rule.name) {
                evidence.push(Evidence {
                    rule: rule.name.clone(),
                    kind: rule.kind,
                    part: place.part(),
                    words,
                    weight: rule.weight,
                });
            }
        }
    }
    evidence.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    // The same words ("expert") match in several languages; they are one reason, not three.
    let mut distinct: Vec<Evidence> = Vec::with_capacity(evidence.len());
    for one in evidence {
        let is_same = |earlier: &Evidence| {
            earlier.kind == one.kind && earlier.part == one.part && earlier.words.eq_ignore_ascii_case(&one.words)
        };
        if !distinct.iter().any(is_same) {
            distinct.push(one);
        }
    }
    weigh(mail, distinct)
}

/// The places and their texts; NFKC, so that presentation forms and full-width letters match.
fn texts(mail: &Mail) -> Vec<(Place, String)> {
    let mut texts = Vec::new();
    let fold = |text: &str| -> String {
        let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at < HAYSTACK).last().unwrap_or(0);
        let cut = if text.len() > HAYSTACK { text.split_at_checked(end).map_or(text, |(head, _)| head) } else { text };
        // Tatweel stretches Arabic words and says nothing.
        cut.nfkc().filter(|c| *c != '\u{640}').collect()
    };
    let body = fold(&format!("{}\n{}", mail.text.own, mail.text.signature));
    let subject = fold(&mail.base_subject);
    texts.push((Place::Text, format!("{subject}\n{body}")));
    texts.push((Place::Subject, subject));
    texts.push((Place::Body, body));
    if !mail.text.forwarded.is_empty() {
        texts.push((Place::Forwarded, fold(&mail.text.forwarded)));
    }
    for person in &mail.from {
        texts.push((Place::From, format!("{} {}", person.name, person.address.as_ref().map_or("", |address| address.reveal()))));
    }
    for attachment in &mail.attachments {
        texts.push((Place::Attachment, format!("{} {}", fold(&attachment.name), attachment.content_type)));
    }
    for document in &mail.documents {
        texts.push((Place::Text, fold(&document.text)));
    }
    for (name, value) in &mail.headers {
        texts.push((Place::Header, format!("{name}: {value}")));
    }
    for automatic in &mail.automatic {
        let form = match automatic.form {
            AutomaticForm::Reply => "reply",
            AutomaticForm::Bounce => "bounce",
            AutomaticForm::Receipt => "receipt",
            AutomaticForm::Bulk => "bulk",
            AutomaticForm::Silent => "silent",
        };
        texts.push((Place::Automatic, format!("{form}: {}", automatic.because)));
    }
    for defect in &mail.defects {
        texts.push((Place::Damage, defect.clone()));
    }
    texts
}

/// The heaviest kind, and how far it is ahead of the next one.
fn weigh(mail: &Mail, evidence: Vec<Evidence>) -> Verdict {
    let mut scores = BTreeMap::<Kind, f64>::new();
    for one in &evidence {
        *scores.entry(one.kind).or_default() += one.weight;
    }
    let said = format!("{}{}{}{}", mail.text.own, mail.text.forwarded, mail.text.signature, mail.base_subject);
    let has_words = said.chars().filter(|c| c.is_alphabetic()).count() >= 6;
    if has_words {
        *scores.entry(Kind::Inquiry).or_default() += ANY_LETTER;
    }
    let mut ranked: Vec<(Kind, f64)> = scores.into_iter().filter(|(_, score)| *score > 0.0).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let Some((kind, best)) = ranked.first().copied() else {
        return Verdict { kind: Kind::Unclassified, confidence: 0.0, evidence };
    };
    let next = ranked.get(1).map_or(0.0, |(_, score)| *score);
    // 1 when nothing else speaks and much speaks for it; near 0 when two kinds are level.
    let confidence = ((best - next) / best * 0.5 + (best - next).min(SURE) / SURE * 0.5).clamp(0.0, 1.0);
    Verdict { kind, confidence, evidence }
}
