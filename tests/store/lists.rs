//! Lists, the journal, and why a letter became what it became.

use crate::support::store::{Letter, at, now, on_each};
use jcabot::domain::MessageKey;
use jcabot::domain::address::Address;
use jcabot::domain::steps::{Evidence, FoundRegistration, Part, Reason};
use jcabot::domain::words::{Attendance, Kind};
use jcabot::store::{JournalFilter, MessageFilter};

fn reasoned(name: &str) -> Letter {
    let mut letter = Letter::new(name).answered();
    let words = "a question of Jane Doe".to_owned();
    letter.verdict.evidence =
        vec![Evidence { rule: "asks".to_owned(), kind: Kind::Inquiry, part: Part::Body, words, weight: 4.0 }];
    letter.plan.reasons = vec![Reason { rule: "first-answer".to_owned(), text: "Nothing went to this writer before".to_owned() }];
    letter
}

#[tokio::test]
async fn why_tells_evidence_reasons_places_and_what_became_of_the_answer() {
    on_each(async |ledger| {
        let letter = reasoned("one");
        let filed = letter.file(ledger).await;
        ledger.store.drop_letter(filed.letters[0], "secretary", now()).await.unwrap();

        let why = ledger.store.why(ledger.activity, filed.message).await.unwrap().unwrap();

        assert_eq!((why.message.kind, why.message.confidence), (Kind::Inquiry, 0.75));
        assert_eq!(why.evidence[0]["words"], "a question of Jane Doe");
        assert_eq!(why.reasons, letter.plan.reasons);
        assert_eq!(why.places, [letter.raw.place]);
        assert_eq!(why.journal.iter().map(|entry| entry.event.as_str()).collect::<Vec<_>>(), ["filed", "enqueued", "dropped"]);
        assert_eq!(why.journal[2].actor, "secretary");
        assert!(ledger.store.why(ledger.activity, MessageKey(999)).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_journal_keeps_rules_but_no_words_of_the_letter() {
    on_each(async |ledger| {
        reasoned("one").file(ledger).await;

        let filter = JournalFilter { event: Some("filed".to_owned()), ..JournalFilter::default() };
        let entries = ledger.store.journal(ledger.activity, &filter).await.unwrap();

        let detail = entries[0].detail.to_string();
        assert!(detail.contains("asks") && detail.contains("first-answer"), "{detail}");
        assert!(!detail.contains("Jane"), "{detail}");
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_change_or_shorten_the_journal() {
    on_each(async |ledger| {
        reasoned("one").file(ledger).await;

        for sql in ["UPDATE journal SET actor = 'eve'", "DELETE FROM journal"] {
            let error = sqlx::query(sql).execute(&ledger.place.sql).await.unwrap_err();
            assert!(error.to_string().contains("The journal is append-only"), "{error}");
        }
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM journal").await, 2);
    })
    .await;
}

#[tokio::test]
async fn letters_are_listed_by_kind_time_and_need() {
    on_each(async |ledger| {
        let mut bounce = Letter::new("bounce");
        bounce.verdict.kind = Kind::Bounce;
        let mut urgent = Letter::new("urgent");
        urgent.plan.needs_reply = true;
        urgent.now = at("2012-08-21T08:00:00Z");
        let bounce = bounce.file(ledger).await.message;
        let urgent = urgent.file(ledger).await.message;

        let all = MessageFilter::default();
        let of_kind = MessageFilter { kind: Some(Kind::Bounce), ..MessageFilter::default() };
        let needing = MessageFilter { needs_reply: true, ..MessageFilter::default() };
        let late = MessageFilter { from: Some(at("2012-08-21T00:00:00Z")), ..MessageFilter::default() };
        let early = MessageFilter { to: Some(at("2012-08-21T00:00:00Z")), ..MessageFilter::default() };
        let next_page = MessageFilter { before: Some(urgent), ..MessageFilter::default() };

        for (filter, expected) in [
            (all, vec![urgent, bounce]),
            (of_kind, vec![bounce]),
            (needing, vec![urgent]),
            (late, vec![urgent]),
            (early, vec![bounce]),
            (next_page, vec![bounce]),
        ] {
            let messages = ledger.store.messages(ledger.activity, &filter).await.unwrap();
            assert_eq!(messages.iter().map(|message| message.id).collect::<Vec<_>>(), expected, "{filter:?}");
        }
        assert_eq!(ledger.store.message(ledger.activity, bounce).await.unwrap().unwrap().kind, Kind::Bounce);
        assert_eq!(ledger.store.threads_waiting(ledger.activity).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_healthy_ledger_says_so_and_counts() {
    on_each(async |ledger| {
        reasoned("one").file(ledger).await;

        ledger.store.health().await.unwrap();
        let status = ledger.store.status(ledger.activity).await.unwrap();

        assert_eq!(status.letters[&Kind::Inquiry], 1);
        assert_eq!(status.outbox["ready"], 1);
        assert_eq!((status.shelving, status.unfinished), (0, 0));
    })
    .await;
}

fn answering(name: &str, email: &str, attendance: Attendance) -> Letter {
    let mut letter = Letter::new(name);
    letter.verdict.kind = Kind::Meeting;
    letter.findings.registrations =
        vec![FoundRegistration { name: Some("Jane Doe".to_owned()), email: Address::parse(email), attendance }];
    letter
}

#[tokio::test]
async fn of_each_address_the_latest_answer_to_an_invitation_counts() {
    on_each(async |ledger| {
        for letter in [
            answering("one", "jane@member.example", Attendance::Accepted),
            answering("two", "ann@member.example", Attendance::Tentative),
            answering("three", "jane@member.example", Attendance::Declined),
        ] {
            letter.file(ledger).await;
        }

        let answers = ledger.store.registrations(ledger.activity).await.unwrap();

        let told: Vec<_> = answers.iter().map(|answer| (answer.email.as_ref().unwrap().reveal(), answer.attendance)).collect();
        assert_eq!(told, [("jane@member.example", Attendance::Declined), ("ann@member.example", Attendance::Tentative)]);
    })
    .await;
}
