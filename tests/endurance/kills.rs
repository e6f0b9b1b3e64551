//! G1: `kill -9` again and again under load.

use super::rig::{Base, Scene, Way, alone, size, tell};
use crate::support::dovecot::Dovecot;
use crate::support::postfix::Postfix;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// Letters a second.
const LOAD: u64 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn g1_kill_9_under_load_loses_nothing_and_sends_nothing_twice() {
    let Some(postfix) = Postfix::running() else { return };
    let Some(dovecot) = Dovecot::over(&postfix.mail, &[]).await else { return };
    let _alone = alone().await;
    let cycles = size("KILLS", 12);

    for (base, way, cycles) in
        [(Base::Sqlite, Way::Imap(&dovecot), cycles.div_ceil(2)), (Base::Postgres, Way::Maildir, cycles / 2)]
    {
        let mut scene = Scene::new(&postfix, base, way, "").await;
        for cycle in 0..cycles {
            let mut daemon = scene.daemon(None);
            // A start takes about two seconds in a build for tests; it is killed then, or a good while later.
            let lives = Duration::from_millis(fastrand::u64(1200..4000));
            let started = tokio::time::Instant::now();
            let mut tick = tokio::time::interval(Duration::from_millis(1000 / LOAD));
            while started.elapsed() < lives {
                tick.tick().await;
                scene.inject();
            }
            // Every third ends as its service manager ends it: in order, whatever it has in hand.
            if cycle % 3 == 2 {
                daemon.signal("TERM");
                let ended = daemon.ends(Duration::from_secs(25)).await;
                // One that only just starts has no ear for the signal yet and dies of it, with nothing in hand.
                let in_order = |status: ExitStatus| status.success() || status.signal() == Some(15);
                assert!(ended.is_some_and(in_order), "{ended:?}\n{}", scene.last_words());
            } else {
                daemon.kill();
            }
        }
        let daemon = scene.daemon(None);
        let settled = scene.settles(Duration::from_secs(60 + cycles as u64)).await;

        let count = scene.count().await;
        let case = format!("G1 kill -9 under load, {base:?}, {}", if matches!(way, Way::Maildir) { "Maildir" } else { "IMAP" });
        let letters = format!("{cycles} kills, {} letters", count.injected);
        tell(&case, &letters, &format!("{} lost, {} twice", count.lost(), count.twice));
        assert!(settled, "{count:?}, unanswered: {:?}\n{}", scene.unanswered().await, scene.last_words());
        drop(daemon);
        scene.clear().await;
    }
}
