//! Liaison statements that answer each other.

use crate::support::store::{Ledger, Letter, at, charter, on_each};
use jcabot::domain::records::Deadline;
use jcabot::domain::steps::{FoundLiaison, Known, PlannedDeadline};
use jcabot::domain::words::{DeadlineState, Kind};
use jcabot::plan::{self, Case, Policy};

fn statement(name: &str, from: &str, reference: &str, in_reply_to: Option<&str>) -> Letter {
    let mut letter = Letter::new(name);
    letter.verdict.kind = Kind::LiaisonStatement;
    letter.findings.liaison = Some(FoundLiaison {
        from: Some(from.to_owned()),
        reference: Some(reference.to_owned()),
        in_reply_to: in_reply_to.map(str::to_owned),
        ..FoundLiaison::default()
    });
    letter
}

fn due(mut letter: Letter) -> Letter {
    letter.plan.deadlines = vec![PlannedDeadline { topic: "liaison:reply".to_owned(), day: jiff::civil::date(2012, 9, 1) }];
    letter
}

async fn deadline(ledger: &Ledger) -> Deadline {
    let deadlines = ledger.store.deadlines(ledger.activity).await.unwrap();
    deadlines.into_iter().find(|deadline| deadline.topic.starts_with("liaison:")).unwrap()
}

/// Recalls, decides and files, as intake does.
async fn take_in(ledger: &Ledger, mut letter: Letter, moment: &str) {
    letter.now = at(moment);
    let known: Known = ledger.store.recall(ledger.activity, &letter.mail, &letter.findings, letter.now).await.unwrap();
    let charter = charter();
    let policy = Policy::of(&charter);
    let case = Case {
        charter: &charter,
        policy: &policy,
        mail: &letter.mail,
        verdict: &letter.verdict,
        findings: &letter.findings,
        known: &known,
        received_at: Some(letter.now),
        now: letter.now,
    };
    let answers = plan::decide(&case).answers;
    letter.plan.answers = answers;
    letter.file(ledger).await;
}

#[tokio::test]
async fn our_answer_meets_the_deadline_of_their_statement_and_is_linked() {
    on_each(async |ledger| {
        take_in(ledger, due(statement("theirs", "ITU-T SG17", "COM 17 – LS 45 – E", None)), "2012-08-20T08:00:00Z").await;

        take_in(ledger, statement("ours", "JCA-COP", "JCA-COP-LS-3", Some("COM17-LS45")), "2012-08-30T08:00:00Z").await;

        let liaisons = ledger.store.liaisons(ledger.activity).await.unwrap();
        assert_eq!(liaisons[0].answers, Some(liaisons[1].message));
        let deadline = deadline(ledger).await;
        assert_eq!((deadline.state, deadline.settled_at), (DeadlineState::Met, Some(at("2012-08-30T08:00:00Z"))));
    })
    .await;
}

#[tokio::test]
async fn an_answer_after_the_day_is_late_and_one_of_another_body_settles_nothing() {
    on_each(async |ledger| {
        take_in(ledger, due(statement("theirs", "ITU-T SG17", "COM 17 – LS 45 – E", None)), "2012-08-20T08:00:00Z").await;

        take_in(ledger, statement("third", "ITU-T SG2", "COM 2 – LS 9 – E", Some("COM 17 - LS 45")), "2012-08-21T08:00:00Z")
            .await;
        assert_eq!(deadline(ledger).await.state, DeadlineState::Open);
        ledger.store.settle_deadlines(ledger.activity, at("2012-09-02T08:00:00Z")).await.unwrap();
        take_in(ledger, statement("ours", "JCA-COP", "JCA-COP-LS-3", Some("COM 17 – LS 45 – E")), "2012-09-03T08:00:00Z").await;

        let deadline = deadline(ledger).await;
        assert_eq!(deadline.state, DeadlineState::Met);
        assert!(deadline.settled_at.unwrap() > deadline.due_at);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_came_first_is_linked_when_the_answered_one_comes() {
    on_each(async |ledger| {
        take_in(ledger, statement("theirs", "3GPP SA3", "S3-120944", Some("JCA-COP - LS 4 - E")), "2012-08-20T08:00:00Z").await;

        take_in(ledger, statement("ours", "JCA-COP", "JCA\u{2011}COP\u{2013}LS\u{a0}4", None), "2012-08-21T08:00:00Z").await;

        let liaisons = ledger.store.liaisons(ledger.activity).await.unwrap();
        assert_eq!(liaisons[1].answers, Some(liaisons[0].message));
    })
    .await;
}
