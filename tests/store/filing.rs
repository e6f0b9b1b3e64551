//! Filing: one letter is one transaction, and is known by its fingerprint.

use crate::support::store::{Letter, address, draft, now, on_each};
use jcabot::domain::Fingerprint;

#[tokio::test]
async fn a_letter_is_filed_once_however_often_it_comes() {
    on_each(async |ledger| {
        let letter = Letter::new("one").answered();
        let mut copy = letter.clone();
        copy.raw.place.uid = "2".to_owned();

        let first = letter.file(ledger).await;
        let again = letter.file(ledger).await;
        let second = copy.file(ledger).await;

        assert!(first.new && !again.new && !second.new);
        assert_eq!((first.letters.len(), again.letters.len(), second.letters.len()), (1, 0, 0));
        assert_eq!((again.message, second.message), (first.message, first.message));
        let known = ledger.store.known_uids(ledger.activity, "jca", "INBOX", 7).await.unwrap();
        assert_eq!(known.into_iter().collect::<Vec<_>>(), ["2", "one"]);
        assert_eq!(ledger.store.status(ledger.activity).await.unwrap().copies, 1);
    })
    .await;
}

#[tokio::test]
async fn the_bytes_come_back_as_they_came() {
    on_each(async |ledger| {
        let mut letter = Letter::new("bytes");
        letter.raw.bytes = (0..=255_u8).cycle().take(100_000).collect();
        letter.raw.whole_size = 100_000;

        let filed = letter.file(ledger).await;

        assert_eq!(ledger.store.raw(ledger.activity, filed.message).await.unwrap().unwrap(), letter.raw.bytes);
    })
    .await;
}

#[tokio::test]
async fn a_filing_that_fails_in_the_middle_leaves_nothing() {
    on_each(async |ledger| {
        let mut letter = Letter::new("half").answered();
        letter.plan.folder = Some("JCA/Inquiries".to_owned());
        let mut second = draft("acknowledge:other", &address("other@member.example"), now());
        second.state = jcabot::domain::words::OutboxState::Accepted;
        letter.drafts.push(second);

        let failed = ledger.store.file(&letter.filing(ledger.activity)).await;

        assert!(format!("{:#}", failed.unwrap_err()).contains("Cannot file a letter"));
        for sql in [
            "SELECT COUNT(*) FROM message",
            "SELECT COUNT(*) FROM raw",
            "SELECT COUNT(*) FROM sighting",
            "SELECT COUNT(*) FROM thread",
            "SELECT COUNT(*) FROM outbox",
            "SELECT COUNT(*) FROM shelving",
            "SELECT COUNT(*) FROM journal",
            "SELECT COUNT(*) FROM counter",
        ] {
            assert_eq!(ledger.place.number(sql).await, 0, "{sql}");
        }
        letter.drafts.pop();
        assert!(letter.file(ledger).await.new);
    })
    .await;
}

#[tokio::test]
async fn attempts_are_counted_until_the_letter_is_filed() {
    on_each(async |ledger| {
        let letter = Letter::new("one");
        let fingerprint = letter.mail.fingerprint.clone().unwrap();
        let other = Fingerprint("another".to_owned());

        let counts = [
            ledger.store.begin_attempt(ledger.activity, &fingerprint, now()).await.unwrap(),
            ledger.store.begin_attempt(ledger.activity, &fingerprint, now()).await.unwrap(),
            ledger.store.begin_attempt(ledger.activity, &other, now()).await.unwrap(),
        ];
        letter.file(ledger).await;

        assert_eq!(counts, [1, 2, 1]);
        assert_eq!(ledger.store.begin_attempt(ledger.activity, &fingerprint, now()).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn copies_that_come_from_several_mailboxes_at_once_are_one_letter() {
    on_each(async |ledger| {
        let mut intakes = tokio::task::JoinSet::new();
        for mailbox in ["a", "b", "c", "d"] {
            let (store, activity) = (ledger.store.clone(), ledger.activity);
            let mut letter = Letter::new("one").answered();
            letter.raw.place.mailbox = mailbox.to_owned();
            intakes.spawn(async move { store.file(&letter.filing(activity)).await.unwrap() });
        }

        let filed = intakes.join_all().await;

        assert_eq!(filed.iter().filter(|filed| filed.new).count(), 1);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM outbox").await, 1);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM sighting").await, 4);
    })
    .await;
}

#[tokio::test]
async fn g15_a_writer_that_stands_still_in_the_middle_of_its_work_holds_up_postgresql_for_ten_seconds_at_most() {
    on_each(async |ledger| {
        if !ledger.place.is_postgres() {
            return; // SQLite's lock is its process's; docs/DELIVERY.md says so
        }
        let other = jcabot::store::Store::open(&ledger.settings).await.unwrap();
        let mut still = other.batch().await.unwrap();
        still.file(&Letter::new("one").filing(ledger.activity)).await.unwrap();

        let begun = std::time::Instant::now();
        let filed = Letter::new("one").file(ledger).await;
        let took = begun.elapsed();

        assert!(filed.new && (5..15).contains(&took.as_secs()), "{took:?}");
        assert!(still.commit().await.is_err());
        assert!(!other.file(&Letter::new("one").filing(ledger.activity)).await.unwrap().new);
        other.close().await;
    })
    .await;
}
