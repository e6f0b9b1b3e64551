//! The gate: whether the acknowledgement that a letter deserves is written at all, and whether it may leave by itself.

use super::{Case, Unauthenticated, reason};
use crate::domain::address::Address;
use crate::domain::steps::{Acknowledge, Reason};
use crate::domain::words::{Dial, Kind, OutboxState};
use crate::mail::authentication::Authentication;

/// In one thread, this many acknowledgements within seven days are written at most (the first one leaves, the rest are
/// held): enough for a correction of a correction, too few for a loop to fill the outbox.
const PER_THREAD: u32 = 3;

/// The acknowledgement to be drafted, or why none is.
pub(super) fn acknowledge(
    case: &Case<'_>,
    authentication: &Authentication,
    writer: &Address,
) -> Result<Acknowledge, Vec<Reason>> {
    let none = not_written(case);
    if !none.is_empty() {
        return Err(none);
    }
    let held_because = held(case, authentication, writer);
    let state = if held_because.is_empty() { OutboxState::Ready } else { OutboxState::Held };
    Ok(Acknowledge { to: writer.clone(), state, held_because, arrived_only: false })
}

/// Reasons for which nothing is written.
fn not_written(case: &Case<'_>) -> Vec<Reason> {
    let mut because = Vec::new();
    if case.policy.silent {
        because.push(reason("silent-import", "Imported letters are filed without answering anybody."));
    }
    if case.policy.dials.acknowledgement == Dial::Off {
        because.push(reason("dial-off", "Acknowledgements are switched off ([dial] acknowledgement = \"off\")."));
    }
    let since = case.policy.answer_since.or(case.known.watching_since);
    if since.zip(case.received_at).is_some_and(|(since, received)| received < since) {
        because.push(reason(
            "before-the-watch",
            "The letter came before this mailbox was watched; old letters are filed, not answered.",
        ));
    }
    if case.known.resumed_at.zip(case.received_at).is_some_and(|(resumed, received)| received < resumed) {
        because.push(reason(
            "before-the-restore",
            "The letter came before the ledger was restored; it may have been answered then, and is not answered again.",
        ));
    }
    if case.known.filed.is_some() {
        because.push(reason("known-copy", "The same letter is filed already; a copy is not answered again."));
    }
    if case.known.same_message_id.is_some() {
        because.push(reason("message-id-seen", "Another letter with this Message-ID was filed; only the first is answered."));
    }
    let again = case.known.acknowledged_in_thread;
    if again >= PER_THREAD || (again > 0 && !says_something_new(case)) {
        because.push(reason("acknowledged-before", "This thread was acknowledged to this address within the last seven days."));
    }
    because
}

/// A later letter of a thread deserves its own echo card only when there is something to echo.
fn says_something_new(case: &Case<'_>) -> bool {
    case.verdict.kind.is_contact() || case.verdict.kind == Kind::LiaisonStatement
}

/// Reasons for which it waits for a person.
fn held(case: &Case<'_>, authentication: &Authentication, writer: &Address) -> Vec<Reason> {
    let mut because = Vec::new();
    if case.policy.dials.acknowledgement != Dial::Send {
        because.push(reason("dial-hold", "Acknowledgements wait for a person ([dial] acknowledgement = \"hold\")."));
    }
    let unchecked = matches!(authentication, Authentication::NoResult);
    if unchecked && case.policy.unauthenticated == Unauthenticated::Hold {
        because.push(reason(
            "unauthenticated",
            "None of our own servers says whether the sender is genuine (no Authentication-Results).",
        ));
    }
    if !is_addressed_to_us(case) {
        because.push(reason("implicit-delivery", "None of our addresses stands in To or Cc (RFC 5230, 4.5)."));
    }
    let elsewhere =
        case.mail.reply_to.iter().any(|person| person.address.as_ref().is_none_or(|to| to.domain() != writer.domain()));
    if elsewhere {
        because.push(reason("reply-to-elsewhere", "Reply-To points to another domain than From."));
    }
    if ["postmaster", "root", "admin", "abuse", "hostmaster"].contains(&writer.local()) {
        because.push(reason("role-address", "The sender is a role address that often belongs to a machine."));
    }
    if case.known.acknowledged_in_thread > 0 {
        because.push(reason("acknowledged-before", "This thread was acknowledged to this address within the last seven days."));
    }
    because
}

/// RFC 5230, 4.5: one of our addresses must stand in a field of recipients.
fn is_addressed_to_us(case: &Case<'_>) -> bool {
    let named = case.mail.to.iter().chain(&case.mail.cc).filter_map(|person| person.address.clone());
    let resent =
        ["Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"].into_iter().flat_map(|name| case.mail.header(name)).flat_map(addresses);
    named.chain(resent).any(|address| case.charter.is_own(&address))
}

fn addresses(field: &str) -> Vec<Address> {
    field.split([',', ';', '<', '>', ' ', '\t']).filter_map(Address::parse).collect()
}
