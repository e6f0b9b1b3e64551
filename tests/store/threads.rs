//! Threads: by ids, but never by an id alone.

use crate::support::store::{Letter, address, now, on_each};
use jcabot::mail::Person;

fn reply(to: &Letter, name: &str) -> Letter {
    let mut reply = Letter::new(name);
    reply.mail.in_reply_to = vec![to.mail.message_id.clone().unwrap()];
    reply.mail.base_subject = to.mail.base_subject.clone();
    reply.mail.subject = format!("Re: {}", to.mail.subject);
    reply.mail.from = vec![Person { name: "Another".to_owned(), address: Some(address("another@host.example")) }];
    reply
}

#[tokio::test]
async fn a_reply_joins_the_thread_of_the_letter_it_answers() {
    on_each(async |ledger| {
        let question = Letter::new("question");

        let first = question.file(ledger).await;
        let second = reply(&question, "answer").file(ledger).await;

        assert_eq!(first.thread, second.thread);
        let threads = ledger.store.threads(ledger.activity).await.unwrap();
        assert_eq!((threads.len(), threads[0].letters), (1, 2));
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_comes_before_its_question_is_found_by_it() {
    on_each(async |ledger| {
        let question = Letter::new("question");

        let first = reply(&question, "answer").file(ledger).await;
        let second = question.file(ledger).await;

        assert_eq!(first.thread, second.thread);
    })
    .await;
}

#[tokio::test]
async fn two_answers_to_a_letter_that_never_came_are_one_thread() {
    on_each(async |ledger| {
        let missing = Letter::new("missing");

        let first = reply(&missing, "one").file(ledger).await;
        let second = reply(&missing, "two").file(ledger).await;

        assert_eq!(first.thread, second.thread);
    })
    .await;
}

#[tokio::test]
async fn an_id_alone_is_not_enough_for_a_thread() {
    on_each(async |ledger| {
        let question = Letter::new("question");
        let mut stranger = reply(&question, "stranger");
        stranger.mail.base_subject = "Cheap offers".to_owned();

        let first = question.file(ledger).await;
        let second = stranger.file(ledger).await;

        assert_ne!(first.thread, second.thread);
    })
    .await;
}

#[tokio::test]
async fn letters_with_one_message_id_are_all_kept_and_flagged() {
    on_each(async |ledger| {
        let first = Letter::new("first").answered();
        let mut forged = Letter::new("forged");
        forged.mail.message_id = first.mail.message_id.clone();
        let original = first.file(ledger).await;

        let known = ledger.store.recall(ledger.activity, &forged.mail, &forged.findings, now()).await.unwrap();
        let filed = forged.file(ledger).await;

        assert_eq!((known.filed, known.same_message_id), (None, Some(original.message)));
        assert_eq!(known.acknowledged_in_thread, 1, "no second answer for the same Message-ID");
        assert!(filed.new && filed.message != original.message);
        let why = ledger.store.why(ledger.activity, filed.message).await.unwrap().unwrap();
        assert_eq!(why.same_message_id, Some(original.message));
    })
    .await;
}

#[tokio::test]
async fn an_answer_to_our_own_letter_leads_to_its_thread_whatever_its_subject() {
    on_each(async |ledger| {
        let question = Letter::new("question").answered();
        let filed = question.file(ledger).await;
        let mut answer = Letter::new("answer");
        answer.mail.in_reply_to = vec![question.drafts[0].message_id.clone()];
        answer.mail.from = vec![Person { name: String::new(), address: Some(address("secretary@member.example")) }];

        let known = ledger.store.recall(ledger.activity, &answer.mail, &answer.findings, now()).await.unwrap();

        assert_eq!((known.thread, known.answers), (Some(filed.thread), Some(filed.letters[0])));
        assert_eq!(known.answers_to, Some(address("writer@member.example")));
        assert_eq!(answer.file(ledger).await.thread, filed.thread);
    })
    .await;
}

#[tokio::test]
async fn a_bounce_leads_to_the_letter_it_carries() {
    on_each(async |ledger| {
        let question = Letter::new("question").answered();
        let filed = question.file(ledger).await;
        let mut bounce = Letter::new("bounce");
        let mut carried = Letter::new("carried").mail;
        carried.message_id = Some(question.drafts[0].message_id.clone());
        bounce.mail.nested = vec![carried];

        let known = ledger.store.recall(ledger.activity, &bounce.mail, &bounce.findings, now()).await.unwrap();

        assert_eq!(known.answers, Some(filed.letters[0]));
        assert_eq!(known.answers_to, Some(address("writer@member.example")));
    })
    .await;
}

#[tokio::test]
async fn a_second_letter_in_a_thread_was_acknowledged_already() {
    on_each(async |ledger| {
        let question = Letter::new("question").answered();
        question.file(ledger).await;
        let mut more = Letter::new("more");
        more.mail.references = vec![question.mail.message_id.clone().unwrap()];

        let soon = ledger.store.recall(ledger.activity, &more.mail, &more.findings, now()).await.unwrap();
        let week = now() + jiff::SignedDuration::from_hours(7 * 24);
        let later = ledger.store.recall(ledger.activity, &more.mail, &more.findings, week).await.unwrap();

        assert_eq!((soon.acknowledged_in_thread, later.acknowledged_in_thread), (1, 0));
        assert_eq!(soon.sender_language, Some(jcabot::domain::words::Language::En));
        assert_eq!(soon.watching_since, Some(now()));
    })
    .await;
}

#[tokio::test]
async fn a_message_id_too_long_for_an_index_is_no_id() {
    on_each(async |ledger| {
        let mut letter = Letter::new("long");
        letter.mail.message_id = Some(format!("{}@member.example", "x".repeat(10_000)));
        letter.mail.references = vec!["y".repeat(10_000), "nul\0id@member.example".to_owned()];
        letter.mail.subject = "NUL \0 in a subject".to_owned();

        assert!(letter.file(ledger).await.new);
    })
    .await;
}
