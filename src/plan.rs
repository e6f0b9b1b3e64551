//! Step 5: what is to be done with a letter. One table: what the letter is × what is known → answer, shelf, roster, deadlines.
//!
//! Pure: the time comes in as `now`, what is on file as [`Known`]. Two questions are kept apart: what a letter *deserves*
//! ([`Answer`]) and whether an acknowledgement may leave *by itself* (the gate, [`gate`]). The caps over address, domain and
//! the whole program are not decided here but inside the statement that claims a letter, so that a restart cannot reset them.

mod confirming;
mod disguise;
mod gate;
mod people;
pub mod schedule;

pub(crate) use disguise::skeleton;

use crate::charter::Charter;
use crate::domain::Timestamp;
use crate::domain::address::Address;
use crate::domain::steps::{
    Acknowledge, Answered, Confirming, Evidence, Findings, Known, Plan, PlannedAnswer, PlannedDeadline, PlannedPerson, Reason,
    StatementTie, Verdict,
};
use crate::domain::words::{Answer, BounceClass, Dial, Kind, Language, Outgoing, Purpose};
use crate::mail::attached::UNREAD;
use crate::mail::authentication::{Authentication, authenticate};
use crate::mail::{AutomaticForm, Mail};
use serde::Deserialize;

/// Keyword of a letter that a person must answer, beside the kind's own.
pub const NEEDS_REPLY: &str = "$JcaNeedsReply";

/// How far each outgoing kind may go on its own; `hold` where the configuration says nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dials {
    /// The echo card to a writer.
    pub acknowledgement: Dial,
    /// To seats that are silent.
    pub reminder: Dial,
    /// The chair's week.
    pub digest: Dial,
    /// To the secretariat.
    pub notice: Dial,
}

impl Default for Dials {
    fn default() -> Dials {
        Dials { acknowledgement: Dial::Hold, reminder: Dial::Hold, digest: Dial::Hold, notice: Dial::Hold }
    }
}

impl Dials {
    /// The dial of one outgoing kind.
    pub fn of(&self, kind: Outgoing) -> Dial {
        match kind {
            Outgoing::Acknowledgement => self.acknowledgement,
            Outgoing::Reminder => self.reminder,
            Outgoing::Digest => self.digest,
            Outgoing::Notice => self.notice,
        }
    }
}

/// What becomes of the acknowledgement of a letter without any result of the mailbox's own server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unauthenticated {
    /// Held for one click (RELIABILITY S17).
    #[default]
    Hold,
    /// Sent: the operator says that the mailbox takes only mail that was checked before.
    Answer,
}

/// Confidence below which an acknowledgement only says that the letter arrived, and a person looks. A verdict whose
/// second-best kind weighs more than half of the best one falls below it (see `rules::classify`).
pub const DEFAULT_THRESHOLD: f64 = 0.35;

/// Evidence for automatic or mass mail that is worth a look: one of its sure rules, or several of the weak ones.
const WORDS_OF_MACHINES: f64 = 5.0;
/// Confidence from which such words count for nothing: a person may well forward or quote a machine.
const SURE_OF_A_PERSON: f64 = 0.5;

/// What the operator laid down.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The dials.
    pub dials: Dials,
    /// Authserv-ids whose results count; those of the charter unless the configuration names others.
    pub authserv_ids: Vec<String>,
    /// Letters without a result.
    pub unauthenticated: Unauthenticated,
    /// See [`DEFAULT_THRESHOLD`].
    pub threshold: f64,
    /// Letters that came before this moment are filed, and nobody is answered: the first start on an old mailbox.
    pub answer_since: Option<Timestamp>,
    /// An import: nobody is answered, nothing is moved.
    pub silent: bool,
    /// What people corrected helps where the rules are weak.
    pub learning: bool,
}

impl Policy {
    /// The defaults for an activity.
    pub fn of(charter: &Charter) -> Policy {
        Policy {
            dials: Dials::default(),
            authserv_ids: charter.authserv_ids.clone(),
            unauthenticated: Unauthenticated::Hold,
            threshold: DEFAULT_THRESHOLD,
            answer_since: None,
            silent: false,
            learning: true,
        }
    }
}

/// Everything that a decision looks at.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The activity's facts.
    pub charter: &'a Charter,
    /// What the operator laid down.
    pub policy: &'a Policy,
    /// The letter.
    pub mail: &'a Mail,
    /// What it is.
    pub verdict: &'a Verdict,
    /// What it says.
    pub findings: &'a Findings,
    /// What is on file.
    pub known: &'a Known,
    /// When the mailbox took it; `None` when the source does not say.
    pub received_at: Option<Timestamp>,
    /// The present moment.
    pub now: Timestamp,
}

/// Decides. Pure.
pub fn decide(case: &Case<'_>) -> Plan {
    let authentication = authenticate(case.mail, &case.policy.authserv_ids);
    let mut reasons = Vec::new();
    let answer = answer(case, &authentication, &mut reasons);
    let unsure = is_unsure(case, answer, &mut reasons);
    let mut people = people::plan(case, &authentication);
    people.iter_mut().for_each(|person| person.applied &= !unsure && answer != Answer::Triage);
    let doubtful = doubts(case, answer, &mut people, &mut reasons);
    let answered = confirming::answer(case, &authentication);
    if answered.is_some() {
        // What an answer quotes of the question is no new word about anybody.
        people.clear();
    }
    let proposed = people.iter().any(|person| !person.applied);
    if proposed {
        reasons.push(reason(
            "proposed-change",
            "A change to a person waits for the secretariat: it did not come from the address on file.",
        ));
    }
    if is_refused(case) {
        reasons.push(reason("bounce-policy", "A server refuses our mail by its policy; somebody who runs the mail must look."));
    }
    let needs_reply = match &answered {
        Some((answered, because)) => {
            reasons.push(because.clone());
            !matches!(answered, Answered::Yes(_))
        }
        None => needs_reply(case, answer) || is_refused(case) || (unsure && answer != Answer::None) || proposed || doubtful,
    };
    let answers = answers(case, &authentication);
    let acknowledgement = match (answer, case.mail.writer()) {
        (Answer::Acknowledge, Some(writer)) if answered.is_none() => {
            gate::acknowledge(case, &authentication, writer).map(|own| Acknowledge { arrived_only: unsure, ..own })
        }
        _ => Err(Vec::new()),
    };
    let acknowledgement = acknowledgement.map_err(|because| reasons.extend(because)).ok();
    let to_sort = answered.is_none() && (answer == Answer::Triage || (unsure && answer != Answer::None));
    // Nobody is asked about a letter that is not even to be acknowledged.
    let asks = if acknowledgement.is_some() { confirming::asks(case, &authentication, &people) } else { Vec::new() };
    let confirming = answered.map_or(Confirming { asks, answer: None }, |(answered, _)| confirming::only(answered));
    Plan {
        answer,
        reasons,
        acknowledgement,
        folder: folder(case, if to_sort { Kind::Unclassified } else { case.verdict.kind }),
        keywords: keywords(case, needs_reply.then_some(NEEDS_REPLY)),
        needs_reply,
        people,
        promised_seats: case.findings.promises.clone(),
        bounced: bounced(case),
        deadlines: deadlines(case, &answers),
        answers,
        language: language(case),
        confirming,
    }
}

/// Whether the rules are not sure enough what the letter is.
fn is_unsure(case: &Case<'_>, answer: Answer, reasons: &mut Vec<Reason>) -> bool {
    let unsure = case.verdict.confidence < case.policy.threshold;
    if unsure && answer == Answer::Acknowledge {
        reasons.push(reason("low-confidence", "The rules are not sure what this letter is, so a person looks at it."));
    }
    unsure
}

/// Whether something about the letter wants a person's look: a sender who looks like somebody else, of whose people nothing
/// is then applied, or an attachment that could not be read.
fn doubts(case: &Case<'_>, answer: Answer, people: &mut [PlannedPerson], reasons: &mut Vec<Reason>) -> bool {
    let disguised = disguise::reasons(case);
    if !disguised.is_empty() {
        people.iter_mut().for_each(|person| person.applied = false);
    }
    let unread = case.mail.defects.iter().any(|defect| defect.starts_with(UNREAD));
    let is_cut = case.findings.is_cut;
    let is_doubtful = answer != Answer::None && (unread || is_cut || !disguised.is_empty());
    reasons.extend(disguised);
    if unread && is_doubtful {
        reasons.push(reason("attachment-unread", "An attached document could not be read, so a person looks at it."));
    }
    if is_cut && is_doubtful {
        reasons.push(reason(
            "long-list",
            "The letter is longer, or names more people, than is taken out of one; a person looks for the rest.",
        ));
    }
    is_doubtful
}

/// A reason, in the words that `why` shows.
pub(crate) fn reason(rule: &str, text: &str) -> Reason {
    Reason { rule: rule.to_owned(), text: text.to_owned() }
}

/// What the letter deserves. `none` wins over `triage`: where nobody may be answered, a person's look changes nothing.
fn answer(case: &Case<'_>, authentication: &Authentication, reasons: &mut Vec<Reason>) -> Answer {
    let automatic = &case.mail.automatic;
    if case.verdict.kind.is_automatic() {
        reasons.push(reason("automatic-kind", "Automatic mail, bounces and mass mail are never answered (RFC 3834)."));
        return Answer::None;
    }
    if let Some(first) = automatic.first() {
        let text = format!("Never answered (RFC 3834): {}.", first.because);
        reasons.push(Reason { rule: word_of(first.form).to_owned(), text });
        return Answer::None;
    }
    let senders = case.mail.from.iter().chain(&case.mail.sender).filter_map(|person| person.address.as_ref());
    if senders.into_iter().any(|address| case.charter.is_own(address)) {
        reasons
            .push(reason("own-address", "The letter carries one of our own addresses as its sender; we never answer ourselves."));
        return Answer::None;
    }
    if came_to_bounce_address(case) {
        reasons.push(reason("bounce-address", "It came to an address that only bounces come to; those are never answered."));
        return Answer::None;
    }
    if case.verdict.kind == Kind::Unclassified {
        reasons.push(reason("unclassified", "It cannot be told what this letter is; a person looks first."));
        return Answer::Triage;
    }
    if case.mail.writer().is_none() {
        reasons.push(reason("no-writer", "From holds no single valid address, so there is nobody who could safely be answered."));
        return Answer::Triage;
    }
    if let Authentication::Fail(why) = authentication {
        let text = format!("The sender failed authentication at our own server ({why}); a person looks first.");
        reasons.push(Reason { rule: "authentication-failed".to_owned(), text });
        return Answer::Triage;
    }
    if is_perhaps_automatic(case.verdict) {
        reasons.push(reason(
            "words-of-machines",
            "It has words of automatic or mass mail, and the rules are not sure that a person wrote; a person looks first.",
        ));
        return Answer::Triage;
    }
    reasons.push(reason("a-person-wrote", "A person wrote to us and gets an acknowledgement."));
    Answer::Acknowledge
}

/// Whether a letter that passes for a person's may be a machine's: to answer one is worse than to let a person look (S1).
fn is_perhaps_automatic(verdict: &Verdict) -> bool {
    let speaks = |evidence: &&Evidence| evidence.kind.is_automatic() && evidence.weight > 0.0;
    let weight: f64 = verdict.evidence.iter().filter(speaks).map(|evidence| evidence.weight).sum();
    weight >= WORDS_OF_MACHINES && verdict.confidence < SURE_OF_A_PERSON
}

/// An envelope sender of ours stands among those whom the letter was sent to.
fn came_to_bounce_address(case: &Case<'_>) -> bool {
    let named = case.mail.to.iter().chain(&case.mail.cc).filter_map(|person| person.address.clone());
    let delivered = ["Delivered-To", "X-Original-To", "Envelope-To"].into_iter().flat_map(|name| case.mail.header(name));
    named.chain(delivered.filter_map(Address::parse)).any(|address| case.charter.is_bounce_address(&address))
}

fn word_of(form: AutomaticForm) -> &'static str {
    match form {
        AutomaticForm::Reply => "automatic-reply",
        AutomaticForm::Bounce => "bounce",
        AutomaticForm::Receipt => "receipt",
        AutomaticForm::Bulk => "bulk",
        AutomaticForm::Silent => "never-answer",
    }
}

/// Whether somebody of the secretariat owes the writer something beyond the acknowledgement.
fn needs_reply(case: &Case<'_>, answer: Answer) -> bool {
    let liaison_asks = case.findings.liaison.as_ref().is_some_and(|liaison| {
        liaison.reply_by_words.is_some() || matches!(liaison.purpose, Some(Purpose::Action | Purpose::Comment))
    });
    match answer {
        Answer::Triage => true,
        Answer::None if case.verdict.kind.is_automatic() => false,
        Answer::None | Answer::Acknowledge => case.verdict.kind == Kind::Inquiry || liaison_asks,
    }
}

/// The writer's language, else the one last used with this sender, else the activity's first; always one that it answers in.
fn language(case: &Case<'_>) -> Language {
    let spoken = [case.mail.language, case.known.sender_language];
    let ours = |language: &Language| case.charter.languages.contains(language);
    spoken.into_iter().flatten().find(ours).unwrap_or(case.charter.default_language())
}

/// Where the letter is shelved; an import moves nothing.
fn folder(case: &Case<'_>, kind: Kind) -> Option<String> {
    let shelf = case.charter.shelves.get(&kind).filter(|_| !case.policy.silent)?;
    Some(shelf.folder.clone())
}

fn keywords(case: &Case<'_>, more: Option<&str>) -> Vec<String> {
    let own = case.charter.shelves.get(&case.verdict.kind).map(|shelf| shelf.keyword.clone());
    own.into_iter().chain(more.map(str::to_owned)).collect()
}

/// Addresses that a genuine bounce says are dead: only a bounce that names a letter of ours counts, so that a forged one
/// cannot silence a seat (RELIABILITY S13, A32). A full mailbox, a server's policy and a delay say nothing of the address.
fn bounced(case: &Case<'_>) -> Vec<Address> {
    let class = case.findings.bounce.as_ref().and_then(|bounce| bounce.class);
    match (case.verdict.kind, class, &case.known.answers_to) {
        (Kind::Bounce, None | Some(BounceClass::Dead), Some(address)) => vec![address.clone()],
        _ => Vec::new(),
    }
}

/// A server that refuses our mail by its policy is a matter of ours, not of the address (RELIABILITY F32, S22).
fn is_refused(case: &Case<'_>) -> bool {
    case.findings.bounce.as_ref().is_some_and(|bounce| bounce.class == Some(BounceClass::Policy))
}

/// The day that a statement states, unless its answer is on file already.
fn deadlines(case: &Case<'_>, answers: &[PlannedAnswer]) -> Vec<PlannedDeadline> {
    if answers.iter().any(|answer| answer.tie == StatementTie::AnsweredBy && answer.met_at.is_some()) {
        return Vec::new();
    }
    let day = case.findings.liaison.as_ref().and_then(|liaison| liaison.reply_by);
    day.map(|day| PlannedDeadline { topic: "liaison:reply".to_owned(), day }).into_iter().collect()
}

/// Which statements on file hang together with the letter's. An answer settles what it was waited for: ours theirs, theirs ours; that
/// another body answers a third one settles nothing here, and neither does a letter whose sender failed authentication.
fn answers(case: &Case<'_>, authentication: &Authentication) -> Vec<PlannedAnswer> {
    let Some(found) = &case.findings.liaison else { return Vec::new() };
    let is_ours = |reference: Option<&str>, from: Option<&str>| {
        [reference, from].into_iter().flatten().any(|words| case.charter.is_named_in(words))
    };
    let own = is_ours(found.reference.as_deref(), found.from.as_deref());
    let came_at = case.received_at.or(case.mail.date).map_or(case.now, |moment| moment.min(case.now));
    let linked = case.known.statements.iter().map(|statement| {
        let theirs = is_ours(statement.reference.as_deref(), statement.from.as_deref());
        let settles = own != theirs && !matches!(authentication, Authentication::Fail(_));
        PlannedAnswer { statement: statement.id, tie: statement.tie, met_at: settles.then_some(came_at) }
    });
    linked.collect()
}
