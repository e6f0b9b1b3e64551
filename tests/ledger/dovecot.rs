//! Against a real Dovecot: UIDVALIDITY that changes under letters in flight, folders renamed and made anew, people at work.

use crate::support::activity::{Activity, inquiry};
use crate::support::dovecot::Dovecot;
use jcabot::mailbox::{Mailbox, Move};
use std::time::Instant;

fn table(dovecot: &Dovecot, user: &str) -> String {
    format!(
        "[mailbox.imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"{user}\"\npassword = \"secret\"\n",
        dovecot.port
    )
}

async fn person(jca: &Activity) -> Mailbox {
    jca.connect().await
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_letters_in_flight_survive_a_change_of_uidvalidity() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let jca = Activity::new(&table(&dovecot, "anna")).await;
    for number in 0..120 {
        dovecot.deliver("anna", &inquiry(&format!("writer{number}")));
    }
    // Filed, and not shelved yet.
    let mut mailbox = jca.connect().await;
    let scan = mailbox.scan("INBOX").await.unwrap();
    for uid in scan.uids.iter().take(60) {
        let raw = mailbox.fetch("INBOX", scan.uid_validity, uid).await.unwrap().letter().unwrap();
        jca.desk().file_one(raw).await.unwrap();
    }
    dovecot.admin(&["mailbox", "update", "-u", "anna", "--uid-validity", &(scan.uid_validity + 5).to_string(), "INBOX"]);
    for number in 120..140 {
        dovecot.deliver("anna", &inquiry(&format!("writer{number}")));
    }
    mailbox.close().await;

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (140, 140));
    assert_eq!((dovecot.count("anna", ""), dovecot.count("anna", ".JCA.Inquiries")), (0, 140));
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_the_change_of_uidvalidity_of_a_full_folder_files_nothing_twice() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let jca = Activity::new(&format!("shelving = \"off\"\n{}", table(&dovecot, "ben"))).await;
    for number in 0..70 {
        dovecot.deliver("ben", &inquiry(&format!("writer{number}")));
    }
    jca.look().await;
    for validity in [4_000_000_000_u32, 1_000] {
        dovecot.admin(&["mailbox", "update", "-u", "ben", "--uid-validity", &validity.to_string(), "INBOX"]);
        let balance = jca.look().await;
        assert_eq!((balance.letters.on_file, jca.letters_out().await), (70, 70));
        assert!(balance.balanced, "{:?}", balance.faults);
    }

    assert_eq!((jca.events("uidvalidity-changed").await, jca.events("uidvalidity-went-down").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_folders_renamed_deleted_and_made_anew_lose_nothing() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let jca = Activity::new(&table(&dovecot, "cleo")).await;
    for name in ["one", "two"] {
        dovecot.deliver("cleo", &inquiry(name));
    }
    let mut mailbox = jca.connect().await;
    jca.look_with(&mut mailbox).await.unwrap();
    dovecot.admin(&["mailbox", "rename", "-u", "cleo", "JCA.Inquiries", "Archive"]);
    dovecot.deliver("cleo", &inquiry("three"));
    jca.look_with(&mut mailbox).await.unwrap();
    let after_rename = (dovecot.count("cleo", ".Archive"), dovecot.count("cleo", ".JCA.Inquiries"));
    dovecot.admin(&["mailbox", "delete", "-u", "cleo", "JCA.Inquiries"]);
    dovecot.admin(&["mailbox", "create", "-u", "cleo", "JCA.Inquiries"]);
    dovecot.deliver("cleo", &inquiry("four"));
    jca.look_with(&mut mailbox).await.unwrap();

    let balance = jca.balance().await;
    assert_eq!(after_rename, (2, 1));
    assert_eq!(dovecot.count("cleo", ".JCA.Inquiries"), 1);
    assert_eq!((balance.letters.on_file, jca.letters_out().await), (4, 4));
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn f14_people_who_move_copy_and_expunge_in_the_middle_change_nothing() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let jca = Activity::new(&table(&dovecot, "dora")).await;
    for number in 0..40 {
        dovecot.deliver("dora", &inquiry(&format!("writer{number}")));
    }
    let mut mailbox = jca.connect().await;
    let scan = mailbox.scan("INBOX").await.unwrap();
    let uids = |parts: std::ops::Range<u32>| parts.map(|uid| uid.to_string()).collect::<Vec<_>>().join(",");
    // Before anything was read: three are expunged, three are moved away.
    dovecot.admin(&["expunge", "-u", "dora", "mailbox", "INBOX", "uid", &uids(1..4)]);
    let mut hand = person(&jca).await;
    for uid in 4..7 {
        let place = jcabot::domain::steps::Place {
            mailbox: "jca".to_owned(),
            folder: "INBOX".to_owned(),
            uid_validity: scan.uid_validity,
            uid: uid.to_string(),
        };
        hand.scan("INBOX").await.unwrap();
        hand.shelve(&Move { place: &place, target: Some("Private"), keywords: &[], ours: &[], landing: None }).await.unwrap();
    }
    jca.look_with(&mut mailbox).await.unwrap();
    // Afterwards: some go back, some are copied, some are deleted.
    dovecot.admin(&["move", "-u", "dora", "INBOX", "mailbox", "JCA.Inquiries", "uid", &uids(1..5)]);
    dovecot.admin(&["copy", "-u", "dora", "INBOX", "mailbox", "JCA.Inquiries", "uid", &uids(5..8)]);
    dovecot.admin(&["expunge", "-u", "dora", "mailbox", "JCA.Inquiries", "uid", &uids(8..10)]);

    jca.look_with(&mut mailbox).await.unwrap();

    let balance = jca.balance().await;
    assert_eq!((balance.letters.on_file, jca.letters_out().await), (34, 34));
    assert!(balance.balanced, "{:?}", balance.faults);
    let inside = dovecot.count("dora", "") + dovecot.count("dora", ".JCA.Inquiries") + dovecot.count("dora", ".Private");
    assert_eq!(inside, 40 - 3 + 3 - 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_a_full_mailbox_is_filed_in_batches_at_the_first_start() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let letters: usize = std::env::var("JCABOT_TEST_BACKLOG").ok().and_then(|count| count.parse().ok()).unwrap_or(200);
    for number in 0..letters {
        dovecot.deliver("emil", &inquiry(&format!("writer{number}")));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut config =
        crate::support::activity::config(dir.path(), &format!("shelving = \"off\"\n{}", table(&dovecot, "emil")), "");
    config.activity.answer_since = None;
    let jca = Activity::build(dir, config).await;
    let started = Instant::now();

    let balance = jca.look().await;

    println!("{letters} old letters filed in {:.1} s", started.elapsed().as_secs_f64());
    assert_eq!((balance.letters.on_file, jca.letters_out().await), (i64::try_from(letters).unwrap(), 0));
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn f23_a_ledger_of_yesterday_takes_in_what_is_on_the_shelf_and_answers_nobody_again() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    for (user, shelving) in [("fay", "move"), ("gus", "label")] {
        let jca = Activity::new(&format!("shelving = \"{shelving}\"\n{}", table(&dovecot, user))).await;
        dovecot.deliver(user, &inquiry("before"));
        jca.look().await;
        let database = jca.dir.path().join("jcabot.db");
        let yesterday = jca.dir.path().join("yesterday.db");
        let url = format!("sqlite:{}", database.display());
        let sql = sqlx::AnyPool::connect(&url).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("VACUUM INTO '{}'", yesterday.display()))).execute(&sql).await.unwrap();
        sql.close().await;
        for name in ["one", "two", "three"] {
            dovecot.deliver(user, &inquiry(name));
        }
        jca.look().await;
        jca.desk().store.close().await;
        for file in ["jcabot.db", "jcabot.db-wal", "jcabot.db-shm"] {
            let _missing = std::fs::remove_file(jca.dir.path().join(file));
        }
        std::fs::copy(&yesterday, &database).unwrap();

        let jca = Activity::build(jca.dir, jca.config).await;
        let balance = jca.look().await;

        assert_eq!((balance.letters.on_file, jca.letters_out().await), (4, 1), "{shelving}");
        assert!(balance.balanced, "{:?}", balance.faults);
    }
}
