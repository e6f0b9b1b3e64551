//! The outbox: every arrow, and that none starts elsewhere.

use crate::support::store::{Ledger, Letter, address, at, draft, now, on_each};
use jcabot::domain::records::ClaimedLetter;
use jcabot::domain::words::{Answer, OutboxState, Outgoing};
use jcabot::domain::{LetterKey, Timestamp};
use jcabot::store::{Caps, JournalFilter, LetterFilter};
use std::collections::BTreeSet;

const LEASE_ENDS: &str = "2012-08-20T08:10:00Z";

/// Caps that no test here meets.
fn no_caps() -> Caps {
    Caps { address_per_day: 9999, domain_per_day: 9999, per_hour: 9999, per_day: 9999, ..Caps::default() }
}

async fn enqueue(ledger: &Ledger, name: &str, state: OutboxState) -> LetterKey {
    let mut draft = draft(name, &address("writer@member.example"), now());
    draft.state = state;
    ledger.store.enqueue(ledger.activity, &[draft], now()).await.unwrap().remove(0)
}

async fn claim(ledger: &Ledger, now: Timestamp) -> Option<ClaimedLetter> {
    ledger.store.claim(0, now, at(LEASE_ENDS), &no_caps()).await.unwrap()
}

async fn state(ledger: &Ledger, letter: LetterKey) -> OutboxState {
    ledger.store.letter(ledger.activity, letter).await.unwrap().unwrap().state
}

async fn events(ledger: &Ledger, letter: LetterKey) -> Vec<String> {
    let filter = JournalFilter { letter: Some(letter), ..JournalFilter::default() };
    ledger.store.journal(ledger.activity, &filter).await.unwrap().into_iter().map(|entry| entry.event).collect()
}

#[tokio::test]
async fn a_second_letter_for_the_same_intent_is_not_written() {
    on_each(async |ledger| {
        enqueue(ledger, "once", OutboxState::Ready).await;

        let again = draft("once", &address("other@member.example"), now());
        let written = ledger.store.enqueue(ledger.activity, &[again], now()).await.unwrap();

        assert!(written.is_empty());
        assert_eq!(ledger.store.letters(ledger.activity, LetterFilter::default()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn four_senders_get_each_letter_once() {
    on_each(async |ledger| {
        for number in 0..40 {
            enqueue(ledger, &format!("letter {number}"), OutboxState::Ready).await;
        }

        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let store = ledger.store.clone();
            senders.spawn(async move {
                let mut claimed = Vec::new();
                while let Some(letter) = store.claim(0, now(), at(LEASE_ENDS), &no_caps()).await.unwrap() {
                    claimed.push(letter.id);
                    store.accepted(&letter, "250 ok", now()).await.unwrap();
                }
                claimed
            });
        }
        let claimed: Vec<LetterKey> = senders.join_all().await.into_iter().flatten().collect();

        assert_eq!(claimed.len(), 40);
        assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 40);
        assert_eq!(ledger.store.status(ledger.activity).await.unwrap().accepted, 40);
    })
    .await;
}

#[tokio::test]
async fn a_letter_goes_from_held_to_accepted_and_the_journal_tells() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "held", OutboxState::Held).await;
        assert!(claim(ledger, now()).await.is_none());

        ledger.store.release(letter, "secretary", now()).await.unwrap();
        let claimed = claim(ledger, now()).await.unwrap();
        ledger.store.accepted(&claimed, "250 2.0.0 queued as 4XYZ", now()).await.unwrap();

        assert_eq!((claimed.id, claimed.tries, claimed.unknown), (letter, 1, 0));
        assert!(claimed.bytes.ends_with(b"Thank you.\r\n"));
        assert_eq!(state(ledger, letter).await, OutboxState::Accepted);
        assert_eq!(events(ledger, letter).await, ["held", "released", "claimed", "accepted"]);
        assert!(claim(ledger, at("2013-01-01T00:00:00Z")).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_refused_letter_is_due_again_later_and_not_before() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "greylisted", OutboxState::Ready).await;
        let claimed = claim(ledger, now()).await.unwrap();
        let later = at("2012-08-20T08:20:00Z");

        ledger.store.retry(&claimed, later, "451 4.7.1 later", now()).await.unwrap();

        assert_eq!(state(ledger, letter).await, OutboxState::Retry);
        assert_eq!(ledger.store.next_due().await.unwrap(), Some(later));
        assert!(claim(ledger, now()).await.is_none());
        assert_eq!(claim(ledger, later).await.unwrap().tries, 2);
    })
    .await;
}

#[tokio::test]
async fn a_letter_of_unknown_fate_is_sent_again_with_the_same_bytes() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "unknown", OutboxState::Ready).await;
        let first = claim(ledger, now()).await.unwrap();

        ledger.store.ambiguous(&first, at("2012-08-20T08:02:00Z"), "no reply after the dot", now()).await.unwrap();
        let second = claim(ledger, at("2012-08-20T08:02:00Z")).await.unwrap();

        assert_eq!((second.id, second.tries, second.unknown), (letter, 2, 1));
        assert_eq!((second.bytes, second.message_id), (first.bytes, first.message_id));
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_dies_leaves_the_letter_ambiguous_never_ready() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "crash", OutboxState::Ready).await;
        claim(ledger, now()).await.unwrap();

        assert!(claim(ledger, at("2012-08-20T08:09:00Z")).await.is_none());
        let again =
            ledger.store.claim(0, at("2012-08-20T08:11:00Z"), at("2012-08-20T08:21:00Z"), &no_caps()).await.unwrap().unwrap();

        assert_eq!((again.tries, again.unknown), (2, 1));
        assert_eq!(events(ledger, letter).await, ["enqueued", "claimed", "ambiguous", "claimed"]);
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_renews_its_lease_keeps_the_letter() {
    on_each(async |ledger| {
        enqueue(ledger, "slow", OutboxState::Ready).await;
        let claimed = claim(ledger, now()).await.unwrap();

        ledger.store.renew(&claimed, at("2012-08-20T09:00:00Z")).await.unwrap();

        assert!(claim(ledger, at("2012-08-20T08:30:00Z")).await.is_none());
        ledger.store.accepted(&claimed, "250", now()).await.unwrap();
        assert!(ledger.store.renew(&claimed, at("2012-08-20T10:00:00Z")).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_lost_its_lease_cannot_settle_anothers_try() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "late", OutboxState::Ready).await;
        let first = claim(ledger, now()).await.unwrap();
        let after = at("2012-08-20T08:11:00Z");
        ledger.store.claim(0, after, at("2012-08-20T08:21:00Z"), &no_caps()).await.unwrap().unwrap();

        for refused in [
            ledger.store.accepted(&first, "250", after).await,
            ledger.store.retry(&first, after, "451", after).await,
            ledger.store.failed(&first, "5.1.1", "550", after).await,
            ledger.store.ambiguous(&first, after, "cut", after).await,
        ] {
            assert!(refused.unwrap_err().to_string().contains("try 1 is not under way"));
        }
        assert_eq!(state(ledger, letter).await, OutboxState::Claimed);
    })
    .await;
}

#[tokio::test]
async fn a_late_proof_of_acceptance_counts_while_nobody_else_has_the_letter() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "proof", OutboxState::Ready).await;
        let claimed = claim(ledger, now()).await.unwrap();
        let sql = "UPDATE outbox SET state = 'ambiguous', lease_until = NULL";
        sqlx::query(sql).execute(&ledger.place.sql).await.unwrap();

        ledger.store.accepted(&claimed, "250", now()).await.unwrap();

        assert_eq!(state(ledger, letter).await, OutboxState::Accepted);
    })
    .await;
}

#[tokio::test]
async fn a_failed_letter_rests_until_a_person_retries_it() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "dead", OutboxState::Ready).await;
        let claimed = claim(ledger, now()).await.unwrap();

        ledger.store.failed(&claimed, "5.1.1", "550 5.1.1 no such user", now()).await.unwrap();

        assert!(claim(ledger, at("2012-09-20T08:00:00Z")).await.is_none());
        ledger.store.requeue(letter, "secretary", now()).await.unwrap();
        assert_eq!(claim(ledger, now()).await.unwrap().tries, 1);
    })
    .await;
}

#[tokio::test]
async fn an_arrow_by_hand_starts_only_where_it_may() {
    on_each(async |ledger| {
        let ready = enqueue(ledger, "ready", OutboxState::Ready).await;
        let held = enqueue(ledger, "held", OutboxState::Held).await;

        let errors = [
            ledger.store.release(ready, "secretary", now()).await.unwrap_err().to_string(),
            ledger.store.requeue(held, "secretary", now()).await.unwrap_err().to_string(),
            ledger.store.release(LetterKey(999), "secretary", now()).await.unwrap_err().to_string(),
        ];
        ledger.store.drop_letter(ready, "secretary", now()).await.unwrap();
        let dropped = ledger.store.drop_letter(ready, "secretary", now()).await.unwrap_err().to_string();

        assert_eq!(errors[0], format!("Letter {} cannot be released: it is ready", ready.0));
        assert_eq!(errors[1], format!("Letter {} cannot be requeued: it is held", held.0));
        assert_eq!(errors[2], "There is no letter 999 in the outbox");
        assert_eq!(dropped, format!("Letter {} cannot be dropped: it is dropped", ready.0));
        assert!(claim(ledger, now()).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn letters_are_listed_by_state_and_kind() {
    on_each(async |ledger| {
        enqueue(ledger, "ready", OutboxState::Ready).await;
        let held = enqueue(ledger, "held", OutboxState::Held).await;

        let filter = LetterFilter { state: Some(OutboxState::Held), kind: Some(Outgoing::Acknowledgement), message: None };
        let letters = ledger.store.letters(ledger.activity, filter).await.unwrap();

        assert_eq!(letters.iter().map(|letter| letter.id).collect::<Vec<_>>(), [held]);
        assert!(
            ledger.store.letter_bytes(ledger.activity, held).await.unwrap().unwrap().starts_with(b"To: writer@member.example")
        );
        assert_eq!(ledger.store.letter(ledger.activity, LetterKey(999)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_letter_cannot_begin_as_accepted() {
    on_each(async |ledger| {
        let mut draft = draft("forged", &address("writer@member.example"), now());
        draft.state = OutboxState::Accepted;

        assert!(ledger.store.enqueue(ledger.activity, &[draft], now()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn s8_the_database_itself_writes_to_no_bounce_address() {
    on_each(async |ledger| {
        let addresses = ["jca+bounce-0123@itu.example", "list+bounce-x@other.example", "mailer-daemon@member.example"];

        let mut written = Vec::new();
        for to in addresses {
            let letter = draft(to, &address(to), now());
            written.extend(ledger.store.enqueue(ledger.activity, &[letter], now()).await.unwrap());
        }
        let person = enqueue(ledger, "person", OutboxState::Ready).await;
        let turned = sqlx::query("UPDATE outbox SET recipient = 'jca+bounce-1@itu.example'").execute(&ledger.place.sql).await;

        assert!(written.is_empty() && turned.is_err());
        assert_eq!(state(ledger, person).await, OutboxState::Ready);
    })
    .await;
}

#[tokio::test]
async fn s8_the_database_itself_answers_no_letter_that_deserves_none() {
    on_each(async |ledger| {
        let mut letter = Letter::new("automatic").answered();
        letter.plan.answer = Answer::None;

        let filed = letter.file(ledger).await;

        assert!(filed.new && filed.letters.is_empty());
        assert!(ledger.store.letters(ledger.activity, LetterFilter::default()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn f16_a_daemon_that_lost_the_lead_claims_and_settles_nothing_but_what_it_knows_was_taken() {
    on_each(async |ledger| {
        let first = ledger.store.take_over(&ledger.store.leader().await.unwrap(), "one", now()).await.unwrap().unwrap();
        let (one, two) = (enqueue(ledger, "one", OutboxState::Ready).await, enqueue(ledger, "two", OutboxState::Ready).await);
        let claim = async |epoch| ledger.store.claim(epoch, now(), at(LEASE_ENDS), &no_caps()).await;
        let (refused, taken) = (claim(first).await.unwrap().unwrap(), claim(first).await.unwrap().unwrap());

        let seen = ledger.store.leader().await.unwrap();
        let second = ledger.store.take_over(&seen, "two", now()).await.unwrap().unwrap();
        let too_late = ledger.store.take_over(&seen, "three", now()).await.unwrap();

        assert_eq!((second, too_late), (first + 1, None));
        assert!(!ledger.store.beat(first).await.unwrap() && ledger.store.beat(second).await.unwrap());
        assert!(claim(first).await.is_err());
        assert!(ledger.store.retry(&refused, now(), "450", now()).await.is_err());
        assert!(ledger.store.failed(&refused, "5.1.1", "550", now()).await.is_err());
        assert!(ledger.store.ambiguous(&refused, now(), "cut", now()).await.is_err());
        ledger.store.accepted(&taken, "250 Ok", now()).await.unwrap();
        assert_eq!((state(ledger, one).await, state(ledger, two).await), (OutboxState::Claimed, OutboxState::Accepted));
    })
    .await;
}

#[tokio::test]
async fn f39_an_acknowledgement_that_is_a_week_late_waits_for_a_person() {
    on_each(async |ledger| {
        let letter = enqueue(ledger, "late", OutboxState::Ready).await;
        let week = now() + jiff::SignedDuration::from_hours(7 * 24 + 1);

        let claimed = ledger.store.claim(0, week, week + jiff::SignedDuration::from_mins(10), &no_caps()).await.unwrap();
        let held = state(ledger, letter).await;
        ledger.store.release(letter, "secretary", week).await.unwrap();
        let released = ledger.store.claim(0, week, week + jiff::SignedDuration::from_mins(10), &no_caps()).await.unwrap();

        assert_eq!((claimed.map(|letter| letter.id), held), (None, OutboxState::Held));
        assert_eq!(released.map(|claimed| claimed.id), Some(letter));
    })
    .await;
}
