//! The two nights of a year in which an hour comes twice, or not at all (RELIABILITY F19).

use crate::support::activity::config;
use jcabot::clock::Clock;
use jcabot::daemon::{Daemon, Mode};
use jcabot::domain::Timestamp;
use jcabot::domain::words::Outgoing;
use jiff::SignedDuration;
use jiff::civil::Weekday;
use std::collections::BTreeMap;

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

/// Lives through a night in Geneva minute by minute, in a new daemon every hundred minutes; when each digest was written.
async fn digests(hour: i8, from: &str, until: &str) -> Vec<Timestamp> {
    let dir = tempfile::tempdir().unwrap();
    let table = format!("[mailbox.maildir]\npath = \"{}/Maildir\"", dir.path().display());
    let mut config = config(dir.path(), &table, "");
    (config.digest.weekday, config.digest.hour) = (Weekday::Sunday, hour);
    let (from, until) = (at(from), at(until));
    let began = from - SignedDuration::from_hours(20 * 24);
    let start = async || Daemon::build(config.clone(), None, Clock::set_to(began), Mode::Watch).await.unwrap();
    let mut daemon = start().await;
    // What was due before that night.
    daemon.reminders().tick(from).await.unwrap();
    let before = daemon.desk().store.letters(daemon.desk().activity, None).await.unwrap().len();
    let (mut now, mut written, mut minute) = (from, Vec::new(), 0);
    while now < until {
        (now, minute) = (now + SignedDuration::from_mins(1), minute + 1);
        if minute % 100 == 0 {
            daemon.desk().store.close().await;
            daemon = start().await;
        }
        if daemon.reminders().tick(now).await.unwrap() > 0 {
            written.push(now);
        }
    }
    let letters = daemon.desk().store.letters(daemon.desk().activity, None).await.unwrap();
    let mut kinds = BTreeMap::new();
    letters.iter().for_each(|letter| *kinds.entry(letter.kind.as_str()).or_insert(0) += 1);
    assert_eq!(letters.len() - before, written.len(), "{kinds:?}");
    assert!(letters.iter().all(|letter| letter.kind == Outgoing::Digest), "{kinds:?}");
    daemon.desk().store.close().await;
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn f19_an_hour_that_comes_twice_brings_one_digest() {
    // 25 October 2026: from three o'clock back to two.
    let (two, eight) = tokio::join!(
        digests(2, "2026-10-24T22:00:00Z", "2026-10-25T03:00:00Z"),
        digests(8, "2026-10-25T05:30:00Z", "2026-10-25T08:30:00Z")
    );

    assert_eq!((two, eight), (vec![at("2026-10-25T00:00:00Z")], vec![at("2026-10-25T07:00:00Z")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn f19_an_hour_that_does_not_come_brings_its_digest_an_hour_later() {
    // 28 March 2027: from two o'clock on to three.
    let (two, eight) = tokio::join!(
        digests(2, "2027-03-27T23:00:00Z", "2027-03-28T03:00:00Z"),
        digests(8, "2027-03-28T05:00:00Z", "2027-03-28T07:30:00Z")
    );

    assert_eq!((two, eight), (vec![at("2027-03-28T01:00:00Z")], vec![at("2027-03-28T06:00:00Z")]));
}
