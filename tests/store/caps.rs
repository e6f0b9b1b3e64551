//! Caps and breaker: in rows, so that a restart does not reset them.

use crate::support::store::{Ledger, address, at, draft, now, on_each};
use jcabot::domain::Timestamp;
use jcabot::domain::words::{OutboxState, Outgoing};
use jcabot::store::{Caps, LetterFilter, Store};

async fn enqueue(ledger: &Ledger, name: &str, to: &str) {
    ledger.store.enqueue(ledger.activity, &[draft(name, &address(to), now())], now()).await.unwrap();
}

/// Sends all that may leave; how many letters did.
async fn send_all(store: &Store, now: Timestamp, caps: &Caps) -> usize {
    let mut sent = 0;
    while let Some(letter) = store.claim(0, now, now + jiff::SignedDuration::from_mins(10), caps).await.unwrap() {
        store.accepted(&letter, "250", now).await.unwrap();
        sent += 1;
    }
    sent
}

async fn in_state(ledger: &Ledger, state: OutboxState) -> usize {
    let filter = LetterFilter { state: Some(state), ..LetterFilter::default() };
    ledger.store.letters(ledger.activity, filter).await.unwrap().len()
}

#[tokio::test]
async fn the_fourth_letter_of_a_day_to_one_address_is_held_with_its_reason() {
    on_each(async |ledger| {
        for number in 0..5 {
            enqueue(ledger, &format!("{number}"), "loop@member.example").await;
        }
        enqueue(ledger, "other", "other@member.example").await;

        let sent = send_all(&ledger.store, now(), &Caps::default()).await;

        assert_eq!(sent, 4);
        let filter = LetterFilter { state: Some(OutboxState::Held), ..LetterFilter::default() };
        let held = ledger.store.letters(ledger.activity, filter).await.unwrap();
        assert_eq!(held.len(), 2);
        assert!(held[0].note.contains("most for one address"), "{}", held[0].note);
        assert_eq!(ledger.store.breaker().await.unwrap().open_since, None);
    })
    .await;
}

#[tokio::test]
async fn a_restart_does_not_reset_the_caps() {
    on_each(async |ledger| {
        for number in 0..3 {
            enqueue(ledger, &format!("{number}"), "loop@member.example").await;
        }
        send_all(&ledger.store, now(), &Caps::default()).await;
        enqueue(ledger, "after", "loop@member.example").await;

        let again = Store::open(&ledger.settings).await.unwrap();
        let sent = send_all(&again, at("2012-08-20T20:00:00Z"), &Caps::default()).await;

        assert_eq!((sent, in_state(ledger, OutboxState::Held).await), (0, 1));
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_next_day_has_room_again() {
    on_each(async |ledger| {
        for number in 0..3 {
            enqueue(ledger, &format!("{number}"), "busy@member.example").await;
        }
        send_all(&ledger.store, now(), &Caps::default()).await;
        enqueue(ledger, "tomorrow", "busy@member.example").await;

        assert_eq!(send_all(&ledger.store, at("2012-08-21T08:00:01Z"), &Caps::default()).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_rotates_its_address_meets_the_cap_of_its_domain() {
    on_each(async |ledger| {
        for number in 0..30 {
            enqueue(ledger, &format!("{number}"), &format!("loop{number}@member.example")).await;
        }

        let sent = send_all(&ledger.store, now(), &Caps::default()).await;

        assert_eq!((sent, in_state(ledger, OutboxState::Held).await), (20, 10));
    })
    .await;
}

#[tokio::test]
async fn the_queue_pauses_at_the_cap_of_an_hour_and_loses_nothing() {
    on_each(async |ledger| {
        let caps = Caps { per_hour: 5, ..Caps::default() };
        for number in 0..8 {
            enqueue(ledger, &format!("{number}"), &format!("a@host{number}.example")).await;
        }

        let first = send_all(&ledger.store, now(), &caps).await;
        let due = ledger.store.next_due().await.unwrap();
        let meanwhile = send_all(&ledger.store, at("2012-08-20T08:30:00Z"), &caps).await;
        let later = send_all(&ledger.store, at("2012-08-20T09:00:01Z"), &caps).await;

        assert_eq!((first, meanwhile, later), (5, 0, 3));
        assert_eq!(due, Some(at("2012-08-20T09:00:00Z")));
        assert_eq!(in_state(ledger, OutboxState::Held).await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_caps_within_a_day_open_the_breaker_until_a_person_releases_it() {
    on_each(async |ledger| {
        for number in 0..4 {
            enqueue(ledger, &format!("a{number}"), "loop@one.example").await;
            enqueue(ledger, &format!("b{number}"), "loop@two.example").await;
        }
        send_all(&ledger.store, now(), &Caps::default()).await;
        enqueue(ledger, "innocent", "innocent@three.example").await;

        let stopped = send_all(&ledger.store, at("2012-08-25T08:00:00Z"), &Caps::default()).await;
        let breaker = ledger.store.breaker().await.unwrap();
        ledger.store.release_breaker(ledger.activity, "secretary", at("2012-08-25T08:00:00Z")).await.unwrap();
        let released = send_all(&ledger.store, at("2012-08-25T08:00:00Z"), &Caps::default()).await;

        assert_eq!((stopped, released), (0, 1));
        assert_eq!(breaker.open_since, Some(now()));
        assert!(breaker.reason.contains("Two caps"), "{}", breaker.reason);
    })
    .await;
}

#[tokio::test]
async fn notices_and_released_letters_pass_an_open_breaker() {
    on_each(async |ledger| {
        let sql = "UPDATE breaker SET opened_at = 1, reason = 'test'";
        sqlx::query(sql).execute(&ledger.place.sql).await.unwrap();
        enqueue(ledger, "waits", "a@member.example").await;
        for number in 0..2 {
            let mut notice = draft(&format!("notice {number}"), &address("secretariat@itu.example"), now());
            notice.kind = Outgoing::Notice;
            ledger.store.enqueue(ledger.activity, &[notice], now()).await.unwrap();
        }
        let mut held = draft("released", &address("b@member.example"), now());
        held.state = OutboxState::Held;
        let held = ledger.store.enqueue(ledger.activity, &[held], now()).await.unwrap()[0];
        ledger.store.release(held, "secretary", now()).await.unwrap();

        let at_once = send_all(&ledger.store, now(), &Caps::default()).await;
        let an_hour_later = send_all(&ledger.store, at("2012-08-20T09:00:00Z"), &Caps::default()).await;

        assert_eq!((at_once, an_hour_later), (2, 1), "one notice an hour to one address");
        assert_eq!(in_state(ledger, OutboxState::Ready).await, 1);
    })
    .await;
}

#[tokio::test]
async fn thrice_the_usual_hour_opens_the_breaker() {
    on_each(async |ledger| {
        let caps = Caps { usual_floor: 1, ..Caps::default() };
        for hour in 0..24_i64 {
            enqueue(ledger, &format!("usual {hour}"), &format!("a@usual{hour}.example")).await;
            let moment = now() + jiff::SignedDuration::from_hours(hour);
            assert_eq!(send_all(&ledger.store, moment, &caps).await, 1);
        }
        for number in 0..5 {
            enqueue(ledger, &format!("burst {number}"), &format!("a@burst{number}.example")).await;
        }

        let sent = send_all(&ledger.store, at("2012-08-22T08:00:00Z"), &caps).await;

        assert_eq!(sent, 3);
        assert!(ledger.store.breaker().await.unwrap().reason.contains("thrice the usual"));
    })
    .await;
}
