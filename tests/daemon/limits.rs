//! A daemon that is short of something, is thrown out, or is killed where it begins; and what its log must not hold.

use crate::support::dovecot::Dovecot;
use crate::support::jca::{Jca, wait_for};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn letter(name: &str) -> Vec<u8> {
    format!(
        "From: {name}@member.example\r\nTo: tsbjcacop@itu.int\r\nSubject: A question\r\nMessage-ID: <{name}@member.example>\r\n\
         Date: Mon, 20 Aug 2012 10:00:00 +0200\r\n\r\nWho represents study group 9? The word is canary-body.\r\n"
    )
    .into_bytes()
}

fn answering() -> Jca {
    let jca = Jca::with_maildir();
    jca.configure(&jca.configuration().replace("[activity]", "[activity]\nunauthenticated = \"answer\""));
    jca
}

/// The same over a mailbox on a server.
fn on_server(dovecot: &Dovecot, user: &str) -> Jca {
    let jca = answering();
    let maildir = format!("[mailbox.maildir]\npath = \"{}/Maildir\"\n", jca.dir.path().display());
    let imap = dovecot.settings(user, "").replace("name = \"jca\"\n[imap]", "[mailbox.imap]");
    jca.configure(&jca.configuration().replace(&maildir, &format!("{imap}\n")));
    jca
}

fn answers(jca: &Jca) -> usize {
    jca.path("outgoing").read_dir().map_or(0, Iterator::count)
}

fn files_of(daemon: &crate::support::jca::Daemon, most: u32) {
    let limit = format!("--nofile={most}:1024");
    let done = Command::new("prlimit").args(["--pid", &daemon.pid().to_string(), &limit]).status().unwrap();
    assert!(done.success());
}

#[test]
fn f37_a_daemon_short_of_files_is_degraded_and_goes_on_when_it_has_some() {
    let jca = answering();
    let mut daemon = jca.start();
    daemon.says("Now healthy");

    files_of(&daemon, 4);
    jcabot::mailbox::deliver(&jca.path("Maildir"), &letter("one")).unwrap();
    daemon.says("Now degraded: mailbox jca");
    let meanwhile = answers(&jca);
    files_of(&daemon, 1024);
    daemon.says("Filed message 1");
    wait_for("the answer", || (answers(&jca) == 1).then_some(()));
    daemon.says("Now healthy");

    assert_eq!(meanwhile, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn f9_a_session_that_the_server_ends_is_taken_up_again_within_seconds() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let jca = on_server(&dovecot, "kay");
    dovecot.deliver("kay", &letter("one"));
    let mut daemon = jca.start();
    daemon.says("Filed message 1");
    wait_for("the shelf", || (dovecot.count("kay", "") == 0).then_some(()));

    dovecot.admin(&["kick", "kay"]);
    let kicked = Instant::now();
    dovecot.deliver("kay", &letter("two"));
    daemon.says("Filed message 2");

    assert!(kicked.elapsed() < Duration::from_secs(5), "{:?}", kicked.elapsed());
    wait_for("the answers", || (answers(&jca) == 2).then_some(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a29_the_most_talkative_log_holds_no_password_no_address_and_no_words_of_a_letter() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let jca = on_server(&dovecot, "lou");
    jca.configure(&format!("{}\n[log]\nfilter = \"trace\"\n", jca.configuration()));
    dovecot.deliver("lou", &letter("canary-writer"));
    let mut daemon = jca.start();
    daemon.says("Filed message 1");
    wait_for("the answer", || (answers(&jca) == 1).then_some(()));
    let (_, said) = daemon.stop();

    assert!(said.lines().count() > 5, "{said}");
    for canary in ["secret", "canary-writer", "canary-body", "member.example"] {
        assert!(!said.contains(canary), "{canary} stands in the log: {said}");
    }
}

#[test]
fn f36_a_daemon_that_is_killed_while_it_makes_its_database_makes_it_the_next_time() {
    let jca = answering();
    let database = jca.path("jcabot.db");
    for _ in 0..8 {
        let mut daemon = jca.command(&["run"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        wait_for("the database", || database.exists().then_some(()));
        let wal = jca.path("jcabot.db-wal");
        wait_for("its first write", || wal.exists().then_some(()));
        std::thread::sleep(Duration::from_millis(fastrand::u64(..80)));
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }
    jcabot::mailbox::deliver(&jca.path("Maildir"), &letter("one")).unwrap();

    let mut daemon = jca.start();
    daemon.says("Filed message 1");
    wait_for("the answer", || (answers(&jca) == 1).then_some(()));
    let (code, _) = daemon.stop();

    assert_eq!((code, jca.json(&["ledger", "--json"])["balanced"].as_bool()), (Some(0), Some(true)));
}
