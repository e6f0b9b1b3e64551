//! G12: more letters than a mailbox of this kind ever sees.

use super::rig::{Base, Scene, Way, alone, size, tell};
use crate::support::dovecot::Dovecot;
use crate::support::postfix::Postfix;
use std::time::{Duration, Instant};

/// Letters a second.
const LOAD: u64 = 20;
/// The most memory that the daemon may have, in MB.
const MEMORY: u64 = 256;

#[tokio::test(flavor = "multi_thread")]
async fn g12_a_flood_loses_nothing_and_the_next_writer_is_answered_within_a_minute() {
    let Some(postfix) = Postfix::running() else { return };
    let Some(dovecot) = Dovecot::over(&postfix.mail, &[]).await else { return };
    let _alone = alone().await;
    let seconds = size("FLOOD", 10) as u64;
    let mut scene = Scene::new(&postfix, Base::Sqlite, Way::Imap(&dovecot), "").await;
    let daemon = scene.daemon(None);
    scene.inject();
    assert!(scene.settles(Duration::from_secs(60)).await, "{}", scene.last_words());

    let mut tick = tokio::time::interval(Duration::from_millis(1000 / LOAD));
    for _ in 0..seconds * LOAD {
        tick.tick().await;
        scene.inject();
    }
    let last = scene.inject();
    let written = Instant::now();
    while scene.answers_to(&last) == 0 && written.elapsed() < Duration::from_secs(120) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let delay = written.elapsed();
    let settled = scene.settles(Duration::from_secs(120)).await;

    let (count, memory) = (scene.count().await, daemon.peak_memory());
    let result =
        format!("{} lost, {} twice; the next writer after {:.1} s; {memory} MB", count.lost(), count.twice, delay.as_secs_f64());
    tell("G12 flood of 20 letters a second", &format!("{seconds} s"), &result);
    assert!(settled, "{count:?}\n{}", scene.last_words());
    assert!(delay <= Duration::from_secs(60) && memory <= MEMORY, "{delay:?}, {memory} MB");
    drop(daemon);
    scene.clear().await;
}
