//! Copies, odd Message-IDs, hands of people, backlogs: on a Maildir, where a test sees every file.

use crate::support::activity::{Activity, inquiry, letter};
use std::path::Path;

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let list = |part: &str| std::fs::read_dir(dir.join(part)).map(|list| list.map(|entry| entry.unwrap().path()).collect());
    ["new", "cur"].into_iter().flat_map(|part| list(part).unwrap_or_else(|_| Vec::new())).collect()
}

/// All letters of the mailbox, in whatever folder.
fn everywhere(root: &Path) -> usize {
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    files(root).len()
        + folders
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with('.'))
            .map(|path| files(&path).len())
            .sum::<usize>()
}

#[tokio::test]
async fn f26_copies_by_to_cc_and_list_are_one_letter_with_one_answer() {
    let jca = Activity::in_maildir().await;
    for route in ["to", "cc", "list", "retry", "list-again"] {
        let mut copy = format!("Received: from {route}.example by mx.itu.int\r\nDelivered-To: {route}@itu.int\r\n").into_bytes();
        copy.extend(inquiry("jane"));
        jca.deliver(&copy);
    }

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (1, 1));
    let used = balance.folders.iter().filter(|folder| folder.seen > 0);
    let seen: Vec<_> = used.map(|folder| (folder.folder.as_str(), folder.filed, folder.copies, folder.moved_in)).collect();
    assert_eq!(seen, [("INBOX", 1, 4, 0), ("JCA/Inquiries", 0, 0, 5)]);
    assert!(balance.balanced, "{:?}", balance.faults);
    assert_eq!(everywhere(&jca.maildir()), 5);
}

#[tokio::test]
async fn f27_the_same_message_id_with_other_content_is_filed_and_not_answered() {
    let jca = Activity::in_maildir().await;
    let id = "Message-ID: <1@x.example>\r\n";
    for words in [
        "Could you please tell us when the next meeting will take place?",
        "Could you please tell us where the meeting will take place?",
    ] {
        jca.deliver(&letter("jane", id, words));
    }
    jca.deliver(&letter("eve", id, "Could you please send us the list of all representatives?"));

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (3, 1));
    let flagged = [2, 3].map(jcabot::domain::MessageKey);
    for key in flagged {
        let why = jca.desk().store.why(jca.desk().activity, key).await.unwrap().unwrap();
        assert!(why.same_message_id.is_some());
        assert!(why.reasons.iter().any(|reason| reason.rule == "message-id-seen"), "{:?}", why.reasons);
    }
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn f28_a_letter_without_with_an_empty_or_a_huge_message_id_is_filed_and_answered() {
    let jca = Activity::in_maildir().await;
    let huge = format!("Message-ID: <{}@member.example>\r\n", "x".repeat(10 * 1024));
    let fields = [
        "",
        "Message-ID: \r\n",
        "Message-ID: <>\r\n",
        &huge,
        "Message-ID: no brackets at all\r\n",
        "Message-ID: <a@b.example>\r\nMessage-ID: <c@d.example>\r\n",
        "Message-ID: <ключ@пример.example>\r\n",
    ];
    for (number, fields) in fields.iter().enumerate() {
        jca.deliver(&letter(
            &format!("writer{number}"),
            fields,
            "Could you please tell us when the next meeting will take place?",
        ));
    }

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (7, 7));
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn f14_a_persons_hand_changes_nothing_that_was_filed() {
    let jca = Activity::in_maildir().await;
    for name in ["moved", "copied", "deleted", "back"] {
        jca.deliver(&inquiry(name));
    }
    jca.look().await;
    let shelf = jca.maildir().join(".JCA.Inquiries");
    let mut on_shelf = files(&shelf);
    on_shelf.sort();
    let name = |path: &Path| path.file_name().unwrap().to_owned();
    let private = jca.maildir().join(".Private/cur");
    std::fs::create_dir_all(&private).unwrap();
    std::fs::rename(&on_shelf[0], private.join(name(&on_shelf[0]))).unwrap();
    std::fs::copy(&on_shelf[1], jca.maildir().join("new/17.copy.example")).unwrap();
    std::fs::remove_file(&on_shelf[2]).unwrap();
    std::fs::rename(&on_shelf[3], jca.maildir().join("cur").join(name(&on_shelf[3]))).unwrap();

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (4, 4));
    assert_eq!(files(&jca.maildir()).len() + files(&shelf).len(), 3);
    assert!(balance.balanced, "{:?}", balance.faults);
    assert_eq!(jca.look().await.letters, balance.letters);
}

#[tokio::test]
async fn a_letter_that_a_person_puts_on_the_shelf_before_it_was_read_is_kept_and_not_answered() {
    let jca = Activity::in_maildir().await;
    jcabot::mailbox::deliver(&jca.maildir().join(".JCA.Inquiries"), &inquiry("jane")).unwrap();

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (1, 0));
    assert_eq!(files(&jca.maildir().join(".JCA.Inquiries")).len(), 1);
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn f13_a_folder_that_is_renamed_away_is_made_again_and_nothing_is_done_twice() {
    let jca = Activity::in_maildir().await;
    jca.deliver(&inquiry("jane"));
    jca.look().await;
    std::fs::rename(jca.maildir().join(".JCA.Inquiries"), jca.maildir().join(".Old")).unwrap();
    jca.deliver(&inquiry("joe"));

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (2, 2));
    assert_eq!(files(&jca.maildir().join(".JCA.Inquiries")).len(), 1);
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn a_letter_that_is_gone_before_it_could_be_read_is_counted_as_never_seen() {
    let jca = Activity::in_maildir().await;
    let store = &jca.desk().store;
    let uids = ["4", "5", "6"].map(str::to_owned).into_iter().collect();
    let nothing = std::collections::BTreeSet::new();
    let look = jcabot::store::Look {
        activity: jca.desk().activity,
        mailbox: "jca",
        folder: "INBOX",
        uid_validity: 9,
        uid_next: Some(7),
        uids: &uids,
        is_intake: true,
        now: jca.desk().clock.now(),
    };
    let first = store.compare(&look).await.unwrap();
    // One is gone when it is asked for, two at the next look, and two came and went between the looks.
    store.arrival_gone(look.activity, &first.arrivals[0].place, look.now).await.unwrap();
    let second = store.compare(&jcabot::store::Look { uids: &nothing, uid_next: Some(9), ..look }).await.unwrap();

    let balance = jca.balance().await;
    assert_eq!((first.arrivals.len(), second.never_seen), (3, 4));
    let folder = &balance.folders[0];
    assert_eq!((folder.seen, folder.never_seen, folder.waiting), (5, 5, 0));
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn a_letter_over_the_limit_is_filed_by_its_header() {
    let dir = tempfile::tempdir().unwrap();
    let table = format!("[mailbox.maildir]\npath = \"{}/Maildir\"\nlimit_mib = 1", dir.path().display());
    let config = crate::support::activity::config(dir.path(), &table, "");
    let jca = Activity::build(dir, config).await;
    jca.deliver(&letter("jane", "", &"A long letter. ".repeat(100_000)));

    let balance = jca.look().await;

    let bytes = jca.desk().store.raw(jca.desk().activity, jcabot::domain::MessageKey(1)).await.unwrap().unwrap();
    assert!(bytes.len() < 1000 && balance.letters.on_file == 1);
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn g13_old_letters_of_the_first_start_are_filed_in_batches_and_nobody_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let table = format!("[mailbox.maildir]\npath = \"{}/Maildir\"", dir.path().display());
    let mut config = crate::support::activity::config(dir.path(), &table, "");
    config.activity.answer_since = None;
    for number in 0..200 {
        let name = format!("writer{number}");
        jcabot::mailbox::deliver(&dir.path().join("Maildir"), &inquiry(&name)).unwrap();
    }
    let jca = Activity::build(dir, config).await;

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (200, 0));
    assert!(balance.balanced, "{:?}", balance.faults);
    assert_eq!(balance.folders.iter().map(|folder| folder.moved_in).sum::<i64>(), 200);
}

#[tokio::test]
async fn a_backlog_after_an_outage_is_answered_like_any_letters() {
    let jca = Activity::in_maildir().await;
    for number in 0..120 {
        jca.deliver(&inquiry(&format!("writer{number}")));
    }

    let balance = jca.look().await;

    assert_eq!((balance.letters.on_file, jca.letters_out().await), (120, 120));
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn f33_a_letter_that_killed_a_backlog_is_found_out_alone() {
    let jca = Activity::in_maildir().await;
    let poison = inquiry("writer7");
    for number in 0..60 {
        jca.deliver(&inquiry(&format!("writer{number}")));
    }
    // A child that dies of whatever it reads.
    let mut knowledge = jcabot::daemon::knowledge(&jca.config).unwrap();
    knowledge.documents = jcabot::documents::Reader::of("/bin/false");
    jca.desk().knowledge.replace(knowledge);
    let print = jcabot::mail::fingerprint::fingerprint(&poison);
    let (store, activity, now) = (&jca.desk().store, jca.desk().activity, jca.desk().clock.now());
    let all: Vec<_> =
        (0..60).map(|number| jcabot::mail::fingerprint::fingerprint(&inquiry(&format!("writer{number}")))).collect();
    // The first death takes them all, the second the guilty one alone.
    store.begin_attempts(activity, &all, now).await.unwrap();
    store.begin_attempt(activity, &print, now).await.unwrap();

    let balance = jca.look().await;

    assert_eq!(balance.letters.on_file, 60);
    let kinds = balance.outbox.letters;
    assert_eq!(kinds, 59, "only the poison letter goes unanswered");
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn an_imbalance_is_one_incident_until_it_is_over() {
    let jca = Activity::in_maildir().await;
    jca.deliver(&inquiry("jane"));
    jca.look().await;
    let sql = sqlx::AnyPool::connect(&format!("sqlite:{}/jcabot.db", jca.dir.path().display())).await.unwrap();
    sqlx::query("UPDATE folder SET listed = listed + 1 WHERE folder = 'INBOX'").execute(&sql).await.unwrap();

    let wrong = jca.look().await;
    jca.look().await;
    let during = jca.desk().health.ills();
    sqlx::query("UPDATE folder SET listed = listed - 1 WHERE folder = 'INBOX'").execute(&sql).await.unwrap();
    let right = jca.look().await;

    assert!(!wrong.balanced && wrong.faults[0].contains("jca/INBOX: 2 letters seen, 1 of them"), "{:?}", wrong.faults);
    assert!(during["ledger"].words.contains("neither filed"), "{during:?}");
    assert_eq!((jca.events("ledger-imbalance").await, jca.events("ledger-balanced").await), (1, 1));
    assert!(right.balanced && jca.desk().health.ills().is_empty());
}

#[tokio::test]
async fn f23_a_lost_row_of_the_ledger_is_seen() {
    for sql in [
        "DELETE FROM raw WHERE message_id = 1",
        "UPDATE sighting SET message_id = 2 WHERE message_id = 1",
        "UPDATE counter SET value = value - 1 WHERE name = 'inquiry'",
        "DELETE FROM arrival",
    ] {
        let jca = Activity::in_maildir().await;
        for name in ["jane", "joe"] {
            jca.deliver(&inquiry(name));
        }
        jca.look().await;
        if sql.contains("arrival") {
            let uids = std::iter::once("new".to_owned()).collect();
            let look = jcabot::store::Look {
                activity: jca.desk().activity,
                mailbox: "jca",
                folder: "INBOX",
                uid_validity: 0,
                uid_next: None,
                uids: &uids,
                is_intake: true,
                now: jca.desk().clock.now(),
            };
            jca.desk().store.compare(&look).await.unwrap();
            assert!(jca.balance().await.balanced);
        }
        let pool = sqlx::AnyPool::connect(&format!("sqlite:{}/jcabot.db", jca.dir.path().display())).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();

        assert!(!jca.balance().await.balanced, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f25_a_letter_that_is_written_where_letters_are_read_is_filed_whole() {
    use std::io::Write;
    for keeps_open in [true, false] {
        let jca = Activity::in_maildir().await;
        jca.deliver(&inquiry("first"));
        let mut mailbox = jca.connect().await;
        jca.look_with(&mut mailbox).await.unwrap();
        let letter =
            crate::support::activity::letter("slow", "Message-ID: <slow@member.example>\r\n", &"One more line.\r\n".repeat(400));
        let (path, slices) = (jca.maildir().join("new/1.slow.test"), letter.clone());
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = std::fs::File::create(&path).unwrap();
            for slice in slices.chunks(slices.len() / 10) {
                file.write_all(slice).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(150));
                if !keeps_open {
                    file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
                }
            }
        });

        let started = std::time::Instant::now();
        while jca.filed().await < 2 && started.elapsed().as_secs() < 20 {
            jca.look_with(&mut mailbox).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        writing.await.unwrap();

        let raw = jca.desk().store.raw(jca.desk().activity, jcabot::domain::MessageKey(2)).await.unwrap().unwrap();
        assert_eq!((raw.len(), jca.filed().await, jca.letters_out().await), (letter.len(), 2, 2));
    }
}
