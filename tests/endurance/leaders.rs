//! G14: two daemons on one PostgreSQL; the one that works is killed again and again under load, and the other takes over.

use super::rig::{Base, Scene, Way, alone, size, tell};
use crate::support::postfix::Postfix;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn g14_the_second_daemon_takes_over_within_fifteen_seconds_and_nothing_is_lost_or_doubled() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let deaths = size("LEADERS", 2);
    let mut scene = Scene::new(&postfix, Base::Postgres, Way::Maildir, "").await;
    let mut daemons = std::collections::VecDeque::from([scene.daemon(None)]);
    scene.inject();
    assert!(scene.settles(Duration::from_secs(60)).await, "{}", scene.last_words());
    daemons.push_back(scene.daemon(None));
    // Until it waits for the other.
    tokio::time::sleep(Duration::from_secs(3)).await;

    let mut slowest = Duration::ZERO;
    for _ in 0..deaths {
        let epoch = scene.number("SELECT epoch FROM leader").await;
        for _ in 0..10 {
            scene.inject();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        daemons.pop_front().unwrap().kill();
        let died = Instant::now();
        let writer = scene.inject();
        daemons.push_back(scene.daemon(None));
        while scene.answers_to(&writer) == 0 {
            assert!(died.elapsed() < Duration::from_secs(60), "{}", scene.last_words());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest = slowest.max(died.elapsed());
        assert!(scene.number("SELECT epoch FROM leader").await > epoch);
        // The new one has read its rules by then.
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let settled = scene.settles(Duration::from_secs(60)).await;

    let count = scene.count().await;
    let result = format!("{} lost, {} twice; at work again after {:.1} s", count.lost(), count.twice, slowest.as_secs_f64());
    tell("G14 leader killed under load, PostgreSQL", &format!("{deaths} deaths, {} letters", count.injected), &result);
    assert!(settled, "{count:?}, unanswered: {:?}\n{}", scene.unanswered().await, scene.last_words());
    assert!(slowest < Duration::from_secs(15), "{slowest:?}");
    drop(daemons);
    scene.clear().await;
}
