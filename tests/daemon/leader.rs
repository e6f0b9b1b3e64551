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

#[test]
fn g15_a_leader_that_was_paused_finds_that_it_leads_no_more() {
    let jca = jca();
    let mut first = jca.start();
    first.says("Started with");
    let mut second = jca.start();
    second.says("waiting until it ends");

    first.signal("STOP");
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
