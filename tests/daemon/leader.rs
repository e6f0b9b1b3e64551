//! Several daemons: on one ledger one works, the others wait.

use crate::support::jca::{Jca, wait_for};
use std::time::{Duration, Instant};

const LETTER: &str = "Authentication-Results: mx.test; dmarc=pass header.from=member.example\nFrom: writer@member.example\n\
    To: tsbjcacop@itu.int\nSubject: A question\nDate: Mon, 20 Aug 2012 10:00:00 +0200\n";

fn jca() -> Jca {
    let jca = Jca::with_maildir();
    jca.configure(&jca.configuration().replace("[activity]", "[activity]\nauthserv_ids = [\"mx.test\"]"));
    jca
}

fn put(jca: &Jca, name: &str) {
    let text = format!("{LETTER}Message-ID: <{name}@member.example>\n\nWho represents study group {name}?\n");
    jcabot::mailbox::deliver(&jca.path("Maildir"), text.as_bytes()).unwrap();
}

fn answers(jca: &Jca) -> usize {
    jca.path("outgoing").read_dir().map_or(0, Iterator::count)
}

#[test]
fn f16_of_two_daemons_on_one_ledger_the_second_works_when_the_first_dies() {
    let jca = jca();
    let mut first = jca.start();
    first.says("Started with");
    let mut second = jca.start();
    second.says("waiting until it ends");

    put(&jca, "one");
    wait_for("the first answer", || (answers(&jca) == 1).then_some(()));
    let died = Instant::now();
    drop(first);
    put(&jca, "two");
    second.says("Started with");
    wait_for("the second answer", || (answers(&jca) == 2).then_some(()));

    assert!(died.elapsed() < Duration::from_secs(15), "{:?}", died.elapsed());
}

/// A program that is stopped in the middle of a write keeps SQLite's lock, and nobody can work until it goes on or is killed.
async fn pause_between_two_writes(jca: &Jca, daemon: &crate::support::jca::Daemon) {
    use sqlx::{Connection, Executor};
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", jca.path("jcabot.db").display());
    let mut look = sqlx::AnyConnection::connect(&url).await.unwrap();
    look.execute("PRAGMA busy_timeout = 100").await.unwrap();
    for _ in 0..100 {
        daemon.signal("STOP");
        if look.execute("BEGIN IMMEDIATE").await.is_ok() {
            look.execute("ROLLBACK").await.unwrap();
            return;
        }
        daemon.signal("CONT");
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
    panic!("the daemon writes without end");
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_a_leader_that_was_paused_finds_that_it_leads_no_more() {
    let jca = jca();
    let mut first = jca.start();
    first.says("Started with");
    let mut second = jca.start();
    second.says("waiting until it ends");

    pause_between_two_writes(&jca, &first).await;
    let paused = Instant::now();
    put(&jca, "one");
    second.says("Started with");
    let taken_over = paused.elapsed();
    wait_for("the answer", || (answers(&jca) == 1).then_some(()));
    first.signal("CONT");
    first.says("Another daemon has taken over");
    put(&jca, "two");
    wait_for("the second answer", || (answers(&jca) == 2).then_some(()));

    assert!(taken_over < Duration::from_secs(15), "{taken_over:?}");
    let journal: Vec<String> =
        jca.json(&["outbox", "--json"]).as_array().unwrap().iter().map(|row| row["tries"].to_string()).collect();
    assert_eq!(journal, ["1", "1"], "each was sent by one try of one daemon");
}

#[test]
fn a_daemon_that_ends_in_order_leaves_its_place_at_once() {
    let jca = jca();
    let mut first = jca.start();
    first.says("Started with");
    let mut second = jca.start();
    second.says("waiting until it ends");

    let told = Instant::now();
    let (code, _) = first.stop();
    second.says("Started with");

    assert_eq!(code, Some(0));
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
}

#[test]
fn f17_a_second_installation_on_the_same_mailbox_refuses_to_start() {
    let first = jca();
    let second = jca();
    let shared = first.path("Maildir").display().to_string();
    second.configure(&second.configuration().replace(&second.path("Maildir").display().to_string(), &shared));
    let mut keeper = first.start();
    keeper.says("Started with");

    let refused = second.run(&["run"]);
    let (code, _) = keeper.stop();
    let mut heir = second.start();
    heir.says("Started with");

    assert_eq!((refused.status.code(), code), (Some(78), Some(0)));
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(words.contains("Mailbox jca is kept by another jcabot"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f17_the_same_on_an_imap_server() {
    let Some(dovecot) = crate::support::dovecot::Dovecot::without(&[]).await else { return };
    dovecot.deliver("fay", b"Subject: x\r\n\r\nx\r\n");
    let settings: jcabot::mailbox::Settings = toml::from_str(&dovecot.settings("fay", "")).unwrap();
    let mut mailbox = jcabot::mailbox::Mailbox::connect(&settings).await.unwrap();
    let owner = |instance: &str, minute: i64| {
        let at = crate::support::store::now() + jiff::SignedDuration::from_mins(minute);
        jcabot::mailbox::Owner { instance: instance.to_owned(), since: at, at }
    };
    let renewed = |minute: i64| jcabot::mailbox::Owner { at: owner("a1", minute).at, ..owner("a1", 0) };

    assert_eq!(mailbox.keep(&owner("a1", 0)).await.unwrap(), None);
    assert_eq!(mailbox.keep(&owner("b2", 1)).await.unwrap(), Some(owner("a1", 0)));
    assert_eq!(mailbox.keep(&renewed(20)).await.unwrap(), None);
    assert_eq!(mailbox.keep(&owner("b2", 40)).await.unwrap(), Some(renewed(20)));
    assert_eq!(dovecot.count("fay", ".jcabot-owner"), 1, "a mark takes the place of the one before");
    mailbox.leave(&renewed(20)).await.unwrap();
    assert_eq!(mailbox.keep(&owner("b2", 41)).await.unwrap(), None);
    mailbox.close().await;
}

/// The leader is stopped while the mail server makes it wait after this command, the other sends, and the leader wakes up.
async fn is_stopped_in_a_dialogue(at: &'static str) {
    use crate::support::smtp_server::{Act, SmtpServer};
    let server = SmtpServer::start(&[]).await;
    let told = std::sync::Arc::new(tokio::sync::Notify::new());
    server.once(at, Act::Wait(told.clone()));
    let jca = jca();
    let folder = format!("[transport.folder]\npath = \"{}\"", jca.path("outgoing").display());
    let smtp = format!("[transport.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"", server.port);
    jca.configure(&format!("{}\n[delivery]\nrest_seconds = 2\n", jca.configuration().replace(&folder, &smtp)));
    let mut first = jca.start();
    first.says("Started with");
    let mut second = jca.start();
    second.says("waiting until it ends");
    put(&jca, "one");
    wait_for(at, || server.heard().iter().any(|line| line.starts_with(at)).then_some(()));

    pause_between_two_writes(&jca, &first).await;
    second.says("Started with");
    server.takes(1).await;
    told.notify_one();
    first.signal("CONT");
    first.says("Another daemon has taken over");
    tokio::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(server.taken().len(), 1, "{at}: {:?}", server.heard());
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_a_leader_that_was_stopped_after_mail_sends_nothing() {
    is_stopped_in_a_dialogue("MAIL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_a_leader_that_was_stopped_after_rcpt_sends_nothing() {
    is_stopped_in_a_dialogue("RCPT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_a_leader_that_was_stopped_after_data_sends_nothing() {
    is_stopped_in_a_dialogue("DATA").await;
}
