//! What becomes of each person found: put on the list, corrected, taken off, or only proposed to the secretariat.
//!
//! Trust: whoever proposes somebody new is believed, since nothing on file is lost by it. What is on file changes at once only
//! on the word of the person itself, from the address on file, authenticated; everything else is a proposal (RELIABILITY A8, A9),
//! about which the owner of the entry may be asked ([`super::confirming`]).

use super::{Case, Unauthenticated};
use crate::charter::CharterSeat;
use crate::domain::steps::{FoundPerson, KnownPerson, PlannedPerson};
use crate::domain::words::Action;
use crate::mail::authentication::Authentication;

/// More changes to people on file than this in one letter are never applied without a person (A9).
pub(super) const MASS_CHANGE: usize = 3;

/// One entry for each person of `Findings::contacts`, in the same order.
pub(super) fn plan(case: &Case<'_>, authentication: &Authentication) -> Vec<PlannedPerson> {
    let on_file: Vec<Option<&KnownPerson>> = case.findings.contacts.iter().map(|found| same_person(case, found)).collect();
    let changes = on_file.iter().flatten().count();
    let genuine = match authentication {
        Authentication::Pass => true,
        Authentication::NoResult => case.policy.unauthenticated == Unauthenticated::Answer,
        Authentication::Fail(_) => false,
    };
    let entries = case.findings.contacts.iter().zip(on_file).enumerate();
    entries
        .map(|(index, (found, known))| {
            let own_word =
                genuine && known.is_some_and(|known| known.email.is_some() && known.email.as_ref() == case.mail.writer());
            let action = found.action.unwrap_or(Action::Add);
            let applied = match known {
                Some(_) => own_word && changes <= MASS_CHANGE,
                None => action != Action::Withdraw,
            };
            PlannedPerson { found: index, action, applied, person: known.map(|known| known.id), seats: seats(case, found) }
        })
        .collect()
}

/// The person on file that is meant: the same address, else the same name.
fn same_person<'a>(case: &'a Case<'_>, found: &FoundPerson) -> Option<&'a KnownPerson> {
    let by_address = case.known.people.iter().find(|known| known.email.is_some() && known.email == found.email);
    by_address.or_else(|| {
        let name = folded(found.name.as_deref()?);
        case.known.people.iter().find(|known| folded(&known.name) == name)
    })
}

fn folded(name: &str) -> Vec<String> {
    let mut words: Vec<String> = name.split_whitespace().map(|word| word.trim_matches([',', '.']).to_lowercase()).collect();
    words.sort();
    words
}

/// The charter's seats that this person fills.
fn seats(case: &Case<'_>, found: &FoundPerson) -> Vec<String> {
    let fills = |seat: &&CharterSeat| {
        if let Some(group) = &seat.study_group {
            return found.study_groups.contains(group);
        }
        let has_own_category = !case.charter.categories.iter().any(|category| category.id == seat.category);
        if has_own_category && found.category.as_deref() == Some(seat.category.as_str()) {
            return true;
        }
        let domain = found.email.as_ref().map(|email| email.domain().to_owned());
        let by_domain = domain.is_some_and(|domain| seat.domains.iter().any(|own| own.eq_ignore_ascii_case(&domain)));
        by_domain || found.organization.as_deref().is_some_and(|name| names(seat, name))
    };
    case.charter.seats.iter().filter(fills).map(|seat| seat.id.clone()).collect()
}

fn names(seat: &CharterSeat, organization: &str) -> bool {
    let organization = organization.to_lowercase();
    std::iter::once(&seat.body).chain(&seat.aliases).any(|name| name.to_lowercase() == organization)
}
