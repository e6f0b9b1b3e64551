//! Folders against the ledger, proposals, questions and recovered letters, on both databases.

use crate::support::store::{Ledger, Letter, address, at, draft, now, on_each};
use jcabot::domain::steps::{Answered, Confirming, Draft, FoundPerson, PlannedPerson};
use jcabot::domain::words::{Action, Outgoing};
use jcabot::store::{Decision, Look, Recovered, Renewed};
use std::collections::BTreeSet;

fn uids(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|uid| (*uid).to_owned()).collect()
}

fn look<'a>(ledger: &Ledger, uids: &'a BTreeSet<String>, uid_validity: i64, uid_next: i64) -> Look<'a> {
    Look {
        activity: ledger.activity,
        mailbox: "jca",
        folder: "INBOX",
        uid_validity,
        uid_next: Some(uid_next),
        uids,
        is_intake: true,
        now: now(),
    }
}

#[tokio::test]
async fn a_look_into_a_folder_is_compared_and_adds_up() {
    on_each(async |ledger| {
        let store = &ledger.store;
        let four = uids(&["1", "2", "3", "10"]);
        let first = store.compare(&look(ledger, &four, 7, 11)).await.unwrap();
        for name in ["1", "2"] {
            Letter::new(name).file(ledger).await;
        }
        let mut copy = Letter::new("1");
        copy.raw.place.uid = "3".to_owned();
        copy.file(ledger).await;
        let tries = store.arrival_failed(&first.arrivals[3].place, 2, "short", now()).await.unwrap();
        let waiting = store.balance(ledger.activity, now()).await.unwrap();
        let second = store.compare(&look(ledger, &uids(&["2", "3", "12"]), 7, 13)).await.unwrap();
        let third = store.compare(&look(ledger, &uids(&["1"]), 6, 2)).await.unwrap();
        let again = store.compare(&look(ledger, &uids(&["1"]), 6, 2)).await.unwrap();
        assert!(store.folder_trouble(&look(ledger, &four, 6, 2), "refused").await.unwrap());
        assert!(!store.folder_trouble(&look(ledger, &four, 6, 2), "refused").await.unwrap());
        store.folder_empty(&look(ledger, &four, 6, 2)).await.unwrap();

        let order: Vec<_> = first.arrivals.iter().map(|arrival| arrival.place.uid.as_str()).collect();
        assert_eq!((order, tries), (vec!["1", "2", "3", "10"], 2));
        let folder = &waiting.folders[0];
        assert_eq!((folder.seen, folder.filed, folder.copies, folder.waiting, folder.failed), (4, 2, 1, 0, 1));
        // 10 was gone before it could be read, 11 came and went.
        assert_eq!((second.gone, second.never_seen, second.arrivals.len()), (1, 2, 1));
        assert_eq!((third.renewed, third.arrivals.len(), again.renewed), (Some(Renewed::LowerValidity), 1, None));
        let balance = store.balance(ledger.activity, at("2012-08-20T08:30:00Z")).await.unwrap();
        assert!(balance.balanced, "{:?}", balance.faults);
        let late = store.balance(ledger.activity, at("2012-08-20T10:00:00Z")).await.unwrap();
        assert!(late.faults[0].contains("more than an hour"), "{:?}", late.faults);
    })
    .await;
}

fn person(phone: &str) -> FoundPerson {
    FoundPerson {
        name: Some("Jane Doe".to_owned()),
        email: Some(address("jane@member.example")),
        phone: Some(phone.to_owned()),
        study_groups: vec!["SG17".to_owned()],
        ..FoundPerson::default()
    }
}

fn about(name: &str, found: FoundPerson, action: Action, on_file: Option<i64>) -> Letter {
    let mut letter = Letter::new(name);
    letter.findings.contacts = vec![found];
    let seats = vec!["sg17".to_owned()];
    letter.plan.people = vec![PlannedPerson { found: 0, action, applied: on_file.is_none(), person: on_file, seats }];
    letter
}

/// With Jane on the list, and a letter that proposes to change her.
async fn proposed(ledger: &Ledger, action: Action) -> i64 {
    about("add", person("+1"), Action::Add, None).file(ledger).await;
    let jane = ledger.store.people(ledger.activity).await.unwrap()[0].id;
    let mut letter = about("change", person("+2"), action, Some(jane));
    let code = "0123456789abcdef0123456789abcdef";
    letter.drafts = vec![Draft {
        kind: Outgoing::Reminder,
        message_id: format!("jcabot.{code}@itu.int"),
        ..draft("confirm:0:print", &address("jane@member.example"), now())
    }];
    letter.file(ledger).await;
    ledger.store.open_proposals(ledger.activity).await.unwrap()[0].id
}

async fn phone(ledger: &Ledger) -> Option<String> {
    ledger.store.people(ledger.activity).await.unwrap().first().and_then(|person| person.phone.clone())
}

#[tokio::test]
async fn a_proposal_is_accepted_once_and_undone_by_its_letter() {
    on_each(async |ledger| {
        let id = proposed(ledger, Action::Update).await;
        let (store, activity) = (&ledger.store, ledger.activity);
        let asked = store.open_proposals(activity).await.unwrap()[0].asked_until;

        store.decide_proposal(activity, id, Decision::Accept, "test", now()).await.unwrap();
        let changed = phone(ledger).await;
        let again = store.decide_proposal(activity, id, Decision::Accept, "test", now()).await;
        let undone = store.undo_changes(activity, jcabot::domain::MessageKey(2), "test", now()).await.unwrap();

        assert_eq!(asked, Some(at("2012-08-23T08:00:00Z")));
        assert_eq!((changed.as_deref(), phone(ledger).await.as_deref()), (Some("+2"), Some("+1")));
        assert!(again.is_err() && undone.undone > 0);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM confirmation WHERE outcome = 'decided'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_withdrawal_is_accepted_and_undone_with_its_seat() {
    on_each(async |ledger| {
        let id = proposed(ledger, Action::Withdraw).await;
        let (store, activity) = (&ledger.store, ledger.activity);

        store.decide_proposal(activity, id, Decision::Accept, "test", now()).await.unwrap();
        let left = (
            store.people(activity).await.unwrap().len(),
            ledger.place.number("SELECT COUNT(*) FROM seat_holder WHERE until_at IS NULL").await,
        );
        store.undo_changes(activity, jcabot::domain::MessageKey(2), "test", now()).await.unwrap();

        assert_eq!(left, (0, 0));
        assert_eq!(store.people(activity).await.unwrap().len(), 1);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM seat_holder WHERE until_at IS NULL").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_spends_its_code_in_the_transaction_that_changes_the_list() {
    on_each(async |ledger| {
        proposed(ledger, Action::Update).await;
        let mut answer = Letter::new("answer");
        answer.mail.text.own = "YES\n0123456789abcdef0123456789abcdef".to_owned();
        let known = ledger.store.recall(ledger.activity, &answer.mail, &answer.findings, now()).await.unwrap();
        answer.plan.confirming = Confirming { asks: Vec::new(), answer: Some(Answered::Yes(known.questions[0].id)) };
        let mut other = answer.clone();
        other.mail.fingerprint = Letter::new("other").mail.fingerprint;
        other.raw.place.uid = "other".to_owned();

        other.file(ledger).await;
        let by_another = phone(ledger).await;
        answer.mail.from[0].address = Some(address("jane@member.example"));
        answer.file(ledger).await;
        let known_after = ledger.store.recall(ledger.activity, &answer.mail, &answer.findings, now()).await.unwrap();

        assert!(known.questions[0].is_open && known.questions[0].address == address("jane@member.example"));
        assert_eq!((by_another.as_deref(), phone(ledger).await.as_deref()), (Some("+1"), Some("+2")));
        assert!(!known_after.questions[0].is_open);
    })
    .await;
}

#[tokio::test]
async fn a_recovered_letter_counts_as_accepted_once_and_bars_its_intent() {
    on_each(async |ledger| {
        let filed = Letter::new("one").file(ledger).await;
        let to = address("writer@member.example");
        let letter = Recovered {
            intent: "acknowledge:one",
            message_id: "jcabot.1@itu.int",
            kind: Outgoing::Acknowledgement,
            to: &to,
            message: Some(filed.message),
            bytes: b"To: writer@member.example\r\n\r\n",
            at: now(),
        };

        let first = ledger.store.recover(ledger.activity, &letter, now()).await.unwrap();
        let second = ledger.store.recover(ledger.activity, &letter, now()).await.unwrap();
        let answer = ledger.store.enqueue(ledger.activity, &[draft("acknowledge:one", &to, now())], now()).await.unwrap();
        ledger.store.resume(ledger.activity, now()).await.unwrap();
        let known =
            ledger.store.recall(ledger.activity, &Letter::new("two").mail, &Letter::new("two").findings, now()).await.unwrap();

        assert_eq!((first, second, answer.len(), known.resumed_at), (true, false, 0, Some(now())));
        assert_eq!(ledger.store.letters_from(ledger.activity, &to).await.unwrap().len(), 1);
        let balance = ledger.store.balance(ledger.activity, now()).await.unwrap();
        assert!(balance.balanced && balance.outbox.accepted == 1, "{:?}", balance.faults);
    })
    .await;
}
