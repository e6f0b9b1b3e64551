//! Shelving jobs: written with the filing, replayed until done, and never against a person's hand.

use crate::support::store::{Ledger, Letter, at, now, on_each};
use jcabot::domain::steps::Place;
use jcabot::store::ShelvingJob;

fn shelved(name: &str) -> Letter {
    let mut letter = Letter::new(name);
    letter.plan.folder = Some("JCA/Inquiries".to_owned());
    letter.plan.keywords = vec!["$JcaInquiry".to_owned()];
    letter
}

async fn due(ledger: &Ledger) -> Vec<ShelvingJob> {
    ledger.store.shelvings_due(ledger.activity, "jca", at("2012-08-20T12:00:00Z")).await.unwrap()
}

fn target(uid: &str) -> Place {
    Place { mailbox: "jca".to_owned(), folder: "JCA/Inquiries".to_owned(), uid_validity: 9, uid: uid.to_owned() }
}

#[tokio::test]
async fn a_job_says_all_that_moving_needs_and_is_done_once() {
    on_each(async |ledger| {
        let letter = shelved("one");
        let filed = letter.file(ledger).await;

        let jobs = due(ledger).await;
        ledger.store.shelved(jobs[0].id, Some(&target("1")), now()).await.unwrap();

        assert_eq!(jobs.len(), 1);
        assert_eq!((&jobs[0].place, jobs[0].message), (&letter.raw.place, filed.message));
        assert_eq!((jobs[0].folder.as_deref(), jobs[0].keywords.len()), (Some("JCA/Inquiries"), 1));
        assert_eq!(jobs[0].message_id, letter.mail.message_id);
        assert!(due(ledger).await.is_empty());
        assert!(ledger.store.shelved(jobs[0].id, None, now()).await.is_err());
        assert!(ledger.store.known_uids(ledger.activity, "jca", "INBOX", 7).await.unwrap().is_empty());
        assert_eq!(ledger.store.known_uids(ledger.activity, "jca", "JCA/Inquiries", 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refused_job_is_due_later_and_fails_at_last() {
    on_each(async |ledger| {
        shelved("one").file(ledger).await;
        let job = due(ledger).await.remove(0);

        ledger.store.shelving_retry(job.id, Some(at("2012-08-20T13:00:00Z")), "NO over quota", now()).await.unwrap();
        let waiting = due(ledger).await.len();
        ledger.store.shelving_retry(job.id, None, "NO over quota", now()).await.unwrap();

        assert_eq!(waiting, 0);
        assert_eq!(ledger.store.status(ledger.activity).await.unwrap().shelving_failed, 1);
        assert!(ledger.store.shelving_gone(job.id, now()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn every_copy_that_is_delivered_is_shelved() {
    on_each(async |ledger| {
        let first = shelved("one");
        let mut copy = first.clone();
        copy.raw.place.uid = "2".to_owned();

        first.file(ledger).await;
        copy.file(ledger).await;

        assert_eq!(due(ledger).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_a_person_puts_back_stays_there() {
    on_each(async |ledger| {
        let letter = shelved("one");
        letter.file(ledger).await;
        let job = due(ledger).await.remove(0);
        ledger.store.shelved(job.id, Some(&target("1")), now()).await.unwrap();

        let mut back = letter.clone();
        back.raw.place.uid = "5".to_owned();
        back.file(ledger).await;

        assert!(due(ledger).await.is_empty());
        assert!(ledger.store.known_uids(ledger.activity, "jca", "INBOX", 7).await.unwrap().contains("5"));
    })
    .await;
}

#[tokio::test]
async fn a_second_delivery_after_the_first_was_shelved_is_shelved_too() {
    on_each(async |ledger| {
        let letter = shelved("one");
        letter.file(ledger).await;
        let job = due(ledger).await.remove(0);
        ledger.store.shelved(job.id, Some(&target("1")), now()).await.unwrap();

        let mut copy = letter.clone();
        copy.raw.place.uid = "5".to_owned();
        copy.raw.received_at = Some(at("2012-08-20T09:00:00Z"));
        copy.file(ledger).await;

        assert_eq!(due(ledger).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_uidvalidity_knows_no_uid() {
    on_each(async |ledger| {
        let letter = Letter::new("12");
        letter.file(ledger).await;

        assert!(ledger.store.known_uids(ledger.activity, "jca", "INBOX", 8).await.unwrap().is_empty());
        let cursor = ledger.store.cursor("jca", "INBOX").await.unwrap().unwrap();
        assert_eq!((cursor.uid_validity, cursor.highest_uid, cursor.modseq), (7, 12, 0));
    })
    .await;
}

#[tokio::test]
async fn the_cursor_follows_the_highest_uid_and_starts_anew_with_uidvalidity() {
    on_each(async |ledger| {
        Letter::new("12").file(ledger).await;
        ledger.store.note_modseq("jca", "INBOX", 7, 99).await.unwrap();
        Letter::new("3").file(ledger).await;
        let before = ledger.store.cursor("jca", "INBOX").await.unwrap().unwrap();

        let mut renewed = Letter::new("1");
        renewed.raw.place.uid_validity = 8;
        renewed.file(ledger).await;
        let after = ledger.store.cursor("jca", "INBOX").await.unwrap().unwrap();

        assert_eq!((before.highest_uid, before.modseq), (12, 99));
        assert_eq!((after.uid_validity, after.highest_uid, after.modseq), (8, 1, 0));
        assert_eq!(ledger.store.cursor("jca", "Sent").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_gone_is_not_known_there_any_more() {
    on_each(async |ledger| {
        let letter = Letter::new("one");
        letter.file(ledger).await;

        ledger.store.note_gone(std::slice::from_ref(&letter.raw.place), now()).await.unwrap();
        let gone = ledger.store.known_uids(ledger.activity, "jca", "INBOX", 7).await.unwrap().is_empty();
        letter.file(ledger).await;

        assert!(gone);
        assert_eq!(ledger.store.known_uids(ledger.activity, "jca", "INBOX", 7).await.unwrap().len(), 1);
    })
    .await;
}
