//! What several people of one letter share, and what they do not.

use crate::domain::steps::FoundPerson;
use crate::domain::words::Action;

/// Whoever goes has not the address of whoever comes.
pub(super) fn keep_newcomers_address(found: &mut [FoundPerson]) {
    let goes = |person: &FoundPerson| person.action == Some(Action::Withdraw);
    let theirs: Vec<_> = found.iter().filter(|person| !goes(person)).filter_map(|person| person.email.clone()).collect();
    for person in found.iter_mut().filter(|person| goes(person) && person.email.as_ref().is_some_and(|own| theirs.contains(own)))
    {
        person.email = None;
        person.sources.retain(|source| source.field != "email");
    }
}

/// `One line for both`: whoever has no number has that of the others.
pub(super) fn share_number(found: &mut [FoundPerson]) {
    let Some(first) = found.iter().find(|person| person.phone.is_some()).cloned() else { return };
    let is_open = |person: &&mut FoundPerson| person.phone.is_none() && person.action != Some(Action::Withdraw);
    for person in found.iter_mut().filter(is_open) {
        person.phone.clone_from(&first.phone);
        person.sources.extend(first.sources.iter().filter(|source| source.field == "phone").cloned());
    }
}
