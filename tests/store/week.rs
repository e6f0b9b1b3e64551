//! The chair's week, deadlines, and what is written once only.

use crate::support::store::{Ledger, Letter, address, at, draft, now, on_each};
use jcabot::domain::records::Week;
use jcabot::domain::steps::{Draft, FoundLiaison, PlannedDeadline};
use jcabot::domain::words::{DeadlineState, Kind, OutboxState, Outgoing, SeatState};
use jcabot::store::{Caps, LetterFilter};

const WEEK: &str = "2012-W34";

fn digest(name: &str) -> Draft {
    Draft { kind: Outgoing::Digest, ..draft(name, &address("chair@ntia.example"), now()) }
}

fn liaison(name: &str) -> Letter {
    let mut letter = Letter::new(name);
    letter.verdict.kind = Kind::LiaisonStatement;
    letter.findings.liaison = Some(FoundLiaison {
        title: Some("On the list of experts".to_owned()),
        reference: Some("LS 45".to_owned()),
        to: vec!["JCA-COP".to_owned()],
        reply_by: Some(jiff::civil::date(2012, 9, 1)),
        questions: vec!["4/17".to_owned()],
        ..FoundLiaison::default()
    });
    letter.plan.deadlines = vec![PlannedDeadline { topic: "liaison:reply".to_owned(), day: jiff::civil::date(2012, 9, 1) }];
    letter
}

async fn week(ledger: &Ledger) -> Week {
    let span = at("2012-08-19T22:00:00Z")..at("2012-08-26T22:00:00Z");
    ledger.store.week(ledger.activity, WEEK, span, at("2012-08-24T06:00:00Z")).await.unwrap()
}

#[tokio::test]
async fn the_week_adds_up() {
    on_each(async |ledger| {
        Letter::new("one").file(ledger).await;
        liaison("two").file(ledger).await;
        let mut early = Letter::new("early");
        early.now = at("2012-08-01T08:00:00Z");
        early.file(ledger).await;
        let unread = jcabot::domain::Fingerprint("unread".to_owned());
        ledger.store.begin_attempt(ledger.activity, &unread, now()).await.unwrap();

        let week = week(ledger).await;

        assert_eq!((week.by_kind[&Kind::Inquiry], week.by_kind[&Kind::LiaisonStatement]), (1, 1));
        assert_eq!(week.conservation.by_kind[&Kind::Inquiry], 2);
        assert_eq!((week.conservation.seen, week.conservation.unaccounted), (4, 1));
        assert_eq!((week.seats.len(), week.liaisons.len()), (9, 1));
        let span = ledger.store.conservation(ledger.activity, Some(week.from..week.to)).await.unwrap();
        assert_eq!((span.seen, span.unaccounted), (3, 1));
    })
    .await;
}

#[tokio::test]
async fn a_liaison_statement_is_filed_with_its_deadline_at_the_end_of_the_day_in_geneva() {
    on_each(async |ledger| {
        let filed = liaison("two").file(ledger).await;

        let liaisons = ledger.store.liaisons(ledger.activity).await.unwrap();
        let deadlines = ledger.store.deadlines(ledger.activity).await.unwrap();

        assert_eq!((liaisons[0].message, liaisons[0].reference.as_deref()), (filed.message, Some("LS 45")));
        assert_eq!((liaisons[0].to.len(), liaisons[0].questions.len()), (1, 1));
        assert_eq!(deadlines.len(), 2);
        assert_eq!(deadlines[0].topic, "charter:contacts");
        assert_eq!(deadlines[1].topic, format!("liaison:{}", liaisons[0].id));
        assert_eq!(deadlines[1].title, "On the list of experts");
        assert_eq!(deadlines[1].due_at, at("2012-09-01T21:59:59.999999Z"));
    })
    .await;
}

#[tokio::test]
async fn a_deadline_is_a_function_of_now() {
    on_each(async |ledger| {
        let state = async || ledger.store.deadlines(ledger.activity).await.unwrap()[0].state;

        ledger.store.settle_deadlines(ledger.activity, at("2012-08-22T21:59:59Z")).await.unwrap();
        let before = state().await;
        ledger.store.settle_deadlines(ledger.activity, at("2012-08-22T22:00:00Z")).await.unwrap();
        let after = state().await;
        ledger.store.settle_deadlines(ledger.activity, at("2012-08-01T00:00:00Z")).await.unwrap();
        let played_again = state().await;

        assert_eq!((before, after, played_again), (DeadlineState::Open, DeadlineState::Missed, DeadlineState::Open));
    })
    .await;
}

#[tokio::test]
async fn a_deadline_is_settled_by_a_person_once() {
    on_each(async |ledger| {
        let id = ledger.store.deadlines(ledger.activity).await.unwrap()[0].id;

        ledger.store.settle_deadline(id, DeadlineState::Waived, "secretary", now()).await.unwrap();
        let again = ledger.store.settle_deadline(id, DeadlineState::Met, "secretary", now()).await;
        ledger.store.settle_deadlines(ledger.activity, at("2013-01-01T00:00:00Z")).await.unwrap();

        assert!(again.unwrap_err().to_string().contains("settled already"));
        assert_eq!(ledger.store.deadlines(ledger.activity).await.unwrap()[0].state, DeadlineState::Waived);
    })
    .await;
}

#[tokio::test]
async fn a_week_has_one_digest_however_often_it_is_written() {
    on_each(async |ledger| {
        assert!(!ledger.store.has_digest(ledger.activity, WEEK).await.unwrap());

        let first = ledger.store.digest_once(ledger.activity, WEEK, &digest("digest:W34"), now()).await.unwrap();
        let again = ledger.store.digest_once(ledger.activity, WEEK, &digest("digest:W34"), now()).await.unwrap();
        let other_text = ledger.store.digest_once(ledger.activity, WEEK, &digest("digest:W34 bis"), now()).await.unwrap();

        assert_eq!((first, again, other_text), (true, false, false));
        assert!(ledger.store.has_digest(ledger.activity, WEEK).await.unwrap());
        assert_eq!(ledger.store.letters(ledger.activity, LetterFilter::default()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_seat_counts_as_asked_once_its_reminder_is_accepted() {
    on_each(async |ledger| {
        let reminder = Draft { kind: Outgoing::Reminder, ..draft("remind:sg9:contacts:7", &address("sg9@itu.example"), now()) };

        let written = ledger.store.remind_once(ledger.activity, "sg9", &reminder, now()).await.unwrap();
        let again = ledger.store.remind_once(ledger.activity, "sg9", &reminder, now()).await.unwrap();
        let before = ledger.store.roster(ledger.activity).await.unwrap()[1].state;
        let claimed = ledger.store.claim(0, now(), at("2012-08-20T08:10:00Z"), &Caps::default()).await.unwrap().unwrap();
        ledger.store.accepted(&claimed, "250", now()).await.unwrap();
        let after = ledger.store.roster(ledger.activity).await.unwrap()[1].state;

        assert_eq!((written, again), (true, false));
        assert_eq!((before, after), (SeatState::Silent, SeatState::Asked));
    })
    .await;
}

#[tokio::test]
async fn the_week_tells_what_waits_for_a_person() {
    on_each(async |ledger| {
        let mut letter = Letter::new("one").answered();
        letter.drafts[0].state = OutboxState::Held;
        letter.plan.needs_reply = true;
        letter.file(ledger).await;

        let week = week(ledger).await;

        assert_eq!((week.held, week.failed, week.proposals, week.waiting.len()), (1, 0, 0, 1));
        assert_eq!(week.due.iter().map(|deadline| deadline.topic.as_str()).collect::<Vec<_>>(), ["charter:contacts"]);
    })
    .await;
}
