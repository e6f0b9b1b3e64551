//! Against a server that does what no sound one does.

use crate::support::activity::{Activity, inquiry};
use crate::support::fake_imap::{Body, FakeImap};
use jcabot::clock::Clock;
use jcabot::domain::MessageKey;

/// Lets the pauses after a failure pass.
async fn let_time_pass(jca: &Activity) {
    let sql = sqlx::AnyPool::connect(&format!("sqlite:{}/jcabot.db", jca.dir.path().display())).await.unwrap();
    sqlx::query("UPDATE arrival SET due_at = 0").execute(&sql).await.unwrap();
    sqlx::query("UPDATE shelving SET due_at = 0").execute(&sql).await.unwrap();
    sql.close().await;
}

#[tokio::test]
async fn f10_a_short_letter_is_never_filed_short_and_the_third_time_its_header_goes_to_a_person() {
    for body in [Body::Short(40), Body::Nil] {
        let fake = FakeImap::start().await;
        let jca = Activity::new(&fake.settings()).await;
        fake.deliver(&inquiry("short"), body);
        fake.deliver(&inquiry("good"), Body::Whole);
        let mut filed = Vec::new();

        for _ in 0..4 {
            filed.push(jca.look().await.letters.on_file);
            let_time_pass(&jca).await;
        }

        assert_eq!(filed, [1, 1, 1, 2]);
        let raw = jca.desk().store.raw(jca.desk().activity, MessageKey(2)).await.unwrap().unwrap();
        assert!(raw.ends_with(b"\r\n\r\n") && !String::from_utf8(raw).unwrap().contains("Dear"), "only the header");
        let why = jca.desk().store.why(jca.desk().activity, MessageKey(2)).await.unwrap().unwrap();
        assert!(why.message.needs_reply && why.defects.iter().any(|defect| defect.contains("does not give the whole letter")));
        assert_eq!(jca.letters_out().await, 1);
        assert!(jca.balance().await.balanced);
    }
}

#[tokio::test]
async fn f10_a_letter_that_comes_whole_at_the_second_try_is_filed_whole() {
    let fake = FakeImap::start().await;
    let jca = Activity::new(&fake.settings()).await;
    let uid = fake.deliver(&inquiry("late"), Body::Short(1));

    let first = jca.look().await;
    fake.body(uid, Body::Whole);
    let_time_pass(&jca).await;
    let second = jca.look().await;

    assert_eq!((first.letters.on_file, first.folders[0].failed, second.letters.on_file), (0, 1, 1));
    let raw = jca.desk().store.raw(jca.desk().activity, MessageKey(1)).await.unwrap().unwrap();
    assert_eq!(raw, inquiry("late"));
}

#[tokio::test]
async fn f10_a_line_that_breaks_in_a_literal_stops_no_other_letter() {
    let fake = FakeImap::start().await;
    let jca = Activity::new(&fake.settings()).await;
    fake.deliver(&inquiry("cut"), Body::Cut);
    fake.deliver(&inquiry("good"), Body::Whole);
    let mut filed = Vec::new();

    for _ in 0..8 {
        let mut mailbox = jca.connect().await;
        let _broken = jca.look_with(&mut mailbox).await;
        filed.push(jca.filed().await);
    }
    let early = filed.clone();
    for _ in 0..8 {
        let_time_pass(&jca).await;
        let mut mailbox = jca.connect().await;
        let _broken = jca.look_with(&mut mailbox).await;
        filed.push(jca.filed().await);
    }

    assert_eq!(early[1], 1, "the letter behind it is on file after one more connection: {early:?}");
    assert_eq!(filed.last(), Some(&2));
    assert!(jca.balance().await.balanced);
}

#[tokio::test]
async fn f12_a_uidvalidity_that_goes_down_and_uids_given_twice_are_seen() {
    let fake = FakeImap::start().await;
    let jca = Activity::new(&fake.settings()).await;
    for name in ["one", "two"] {
        fake.deliver(&inquiry(name), Body::Whole);
    }
    jca.look().await;

    fake.renew(50, 1);
    fake.deliver(&inquiry("three"), Body::Whole);
    jca.look().await;
    fake.renew(50, 1);
    for name in ["four", "five", "two"] {
        fake.deliver(&inquiry(name), Body::Whole);
    }
    jca.look().await;
    let lower = jca.events("uidvalidity-went-down").await;
    fake.renew(50, 1);
    fake.deliver(&inquiry("six"), Body::Whole);
    let balance = jca.look().await;

    assert_eq!((lower, jca.events("uids-reused").await), (1, 1));
    assert_eq!((balance.letters.on_file, jca.letters_out().await), (6, 6));
    assert!(balance.balanced, "{:?}", balance.faults);
}

#[tokio::test]
async fn f15_a_break_between_copy_and_delete_leaves_exactly_one_copy() {
    for at in ["UID COPY", "UID STORE 1 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE"] {
        let fake = FakeImap::start().await;
        let jca = Activity::new(&fake.settings()).await;
        // Two letters with one Message-ID, and one without any: nothing but its octets tells a letter.
        for (name, words) in [("jane", "first"), ("jane", "second")] {
            let words = format!("Could you please tell us the {words} day of the meeting?");
            fake.deliver(&crate::support::activity::letter(name, "Message-ID: <1@x.example>\r\n", &words), Body::Whole);
        }
        fake.deliver(&crate::support::activity::letter("bo", "", "Could you please tell us when the meeting is?"), Body::Whole);
        for _ in 0..3 {
            fake.cut_at(at);
            let mut mailbox = jca.connect().await;
            let _broken = jca.look_with(&mut mailbox).await;
            let_time_pass(&jca).await;
        }

        let balance = jca.look().await;

        assert_eq!((fake.count("INBOX"), fake.count("JCA/Inquiries")), (0, 3), "{at}");
        assert!(balance.balanced, "{at}: {:?}", balance.faults);
    }
}

#[tokio::test]
async fn nothing_is_expunged_but_what_was_moved() {
    let fake = FakeImap::start().await;
    let jca = Activity::new(&fake.settings()).await;
    fake.deliver(&inquiry("jane"), Body::Whole);

    jca.look().await;

    assert!(fake.heard().iter().all(|command| command != "EXPUNGE" && command != "CLOSE"));
    assert_eq!(fake.count("INBOX"), 0);
    let _ = Clock::system();
}
