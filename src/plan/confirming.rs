//! The middle step of the trust ladder: another address of the same body does not change an entry, but its owner is asked; and
//! what the owner's answer comes to (RELIABILITY A8, A24).

use super::{Case, reason};
use crate::domain::address::Address;
use crate::domain::steps::{Answered, Ask, Confirming, PlannedPerson, Reason};
use crate::domain::words::Assent;
use crate::mail::authentication::Authentication;
use jiff::SignedDuration;

/// An answer older than this when it comes is a replay of an old letter, or one to be looked at by a person (A24).
const FRESH: SignedDuration = SignedDuration::from_hours(72);
/// Whose own address is asked, of the changes that were only proposed.
pub(super) fn asks(case: &Case<'_>, authentication: &Authentication, people: &[PlannedPerson]) -> Vec<Ask> {
    let (Authentication::Pass, Some(writer)) = (authentication, case.mail.writer()) else { return Vec::new() };
    let changes = people.iter().filter(|person| person.person.is_some()).count();
    if changes > super::people::MASS_CHANGE || case.policy.silent || case.mail.public_host {
        return Vec::new();
    }
    let ask = |person: &PlannedPerson| {
        let known = case.known.people.iter().find(|known| Some(known.id) == person.person)?;
        let to = known.email.clone()?;
        (!person.applied && to != *writer && same_body(&to, writer)).then_some(Ask { found: person.found, to })
    };
    people.iter().filter_map(ask).collect()
}

/// The same domain, or one below the other on whole labels. A host that gives addresses to anybody is no body.
pub(super) fn same_body(one: &Address, other: &Address) -> bool {
    let (one, other) = (one.domain(), other.domain());
    let below = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let shared = if one.len() <= other.len() { one } else { other };
    (below(one, other) || below(other, one)) && shared.contains('.')
}

/// What a letter that carries a code of ours, or answers a question of ours, comes to; with the reason. `None`: it does neither.
///
/// Every doubt is for a person: the code of somebody else, one that is spent or expired, two at once, a machine's answer, one that
/// is not proved to come from the address that was asked, an old one, one without a plain yes or no.
pub(super) fn answer(case: &Case<'_>, authentication: &Authentication) -> Option<(Answered, Reason)> {
    let first = case.known.questions.first()?;
    let doubt = |text: &str| Some((Answered::Unclear, reason("confirmation-unclear", text)));
    if case.known.questions.len() > 1 {
        return doubt("The letter carries the codes of several questions; a person looks.");
    }
    if !case.mail.automatic.is_empty() || case.verdict.kind.is_automatic() {
        return doubt("A machine's answer to a question is no answer.");
    }
    if *authentication != Authentication::Pass || case.mail.writer() != Some(&first.address) {
        return doubt("The answer is not proved to come from the address that was asked; nothing is changed.");
    }
    if !first.is_open {
        return doubt("The question is answered already, or its time is over; nothing is changed.");
    }
    let age = case.mail.date.map(|date| case.now.duration_since(date));
    if age.is_none_or(|age| age > FRESH || age < -FRESH) {
        return doubt("The answer bears no date of these days; it may be an old letter sent again.");
    }
    match case.mail.assent {
        Some(Assent::Yes) => {
            Some((Answered::Yes(first.id), reason("confirmed", "The owner of the entry says that the change is right.")))
        }
        Some(Assent::No) => {
            Some((Answered::No(first.id), reason("not-confirmed", "The owner of the entry says that the change is not right.")))
        }
        None => doubt("The answer is neither a plain yes nor a plain no; a person looks."),
    }
}

/// Nothing asked, nothing answered, but this.
pub(super) fn only(answer: Answered) -> Confirming {
    Confirming { asks: Vec::new(), answer: Some(answer) }
}

#[cfg(test)]
mod tests {
    use super::same_body;
    use crate::domain::address::Address;

    #[test]
    fn a_body_is_a_domain_of_its_own() {
        let same = |one: &str, other: &str| same_body(&Address::parse(one).unwrap(), &Address::parse(other).unwrap());

        assert!(same("a@ministry.example", "b@ministry.example"));
        assert!(same("a@ministry.example", "b@mail.ministry.example"));
        assert!(!same("a@ministry.example", "b@evil-ministry.example"));
        assert!(!same("a@ministry.example", "b@example.org"));
    }
}
