//! G2: the daemon dies at each named point of a letter's way, on each database and each kind of mailbox.

use super::rig::{Base, Count, Scene, Way, alone, size, tell};
use crate::support::dovecot::Dovecot;
use crate::support::postfix::Postfix;
use jcabot::killpoint::Point;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use strum::VariantArray;

/// All of them: 19 points on two databases and two kinds of mailbox.
const ALL: usize = 76;

#[tokio::test(flavor = "multi_thread")]
async fn g2_a_death_at_any_point_loses_nothing_and_sends_nothing_twice() {
    let Some(postfix) = Postfix::running() else { return };
    let Some(dovecot) = Dovecot::over(&postfix.mail, &[]).await else { return };
    let Some(bare) = Dovecot::over(&postfix.mail, &["MOVE"]).await else { return };
    let _alone = alone().await;
    let runs = size("POINTS", 19);

    // The small size goes once through the points and changes database and mailbox with each.
    let cases = (0..runs).map(|run| {
        let point = Point::VARIANTS[run % Point::VARIANTS.len()];
        let turn = if runs < ALL { run % 4 } else { run / Point::VARIANTS.len() % 4 };
        (point, if turn % 2 == 0 { Base::Sqlite } else { Base::Postgres }, turn >= 2)
    });
    let mut totals = (0, 0, 0);
    let mut wrong = Vec::new();
    for pair in cases.collect::<Vec<_>>().chunks(2) {
        let ends = pair.iter().map(|(point, base, imap)| {
            let way = match (imap, point) {
                (true, Point::MidMove) => Way::Imap(&bare),
                (true, _) => Way::Imap(&dovecot),
                (false, _) => Way::Maildir,
            };
            dies_at(&postfix, *point, *base, way)
        });
        for (end, case) in futures_util::future::join_all(ends).await.into_iter().zip(pair) {
            match end {
                Ok(count) => totals = (totals.0 + 1, totals.1 + count.lost(), totals.2 + count.twice),
                Err(words) => wrong.push(format!("{case:?}: {words}")),
            }
        }
    }

    tell("G2 kill points", &format!("{runs} runs"), &format!("{} lost, {} twice", totals.1, totals.2));
    assert!(wrong.is_empty() && totals == (runs, 0, 0), "{totals:?}\n{}", wrong.join("\n"));
}

async fn dies_at(postfix: &Postfix, point: Point, base: Base, way: Way<'_>) -> Result<Count, String> {
    let mut scene = Scene::new(postfix, base, way, "").await;
    for _ in 0..3 {
        scene.inject();
    }
    // The second passage, so that there is something before it and something after.
    let first = matches!(point, Point::Connected);
    let at = format!("{}:{}", <&str>::from(point), if first { 1 } else { 2 });
    let mut daemon = scene.daemon(Some(&at));
    let died = daemon.ends(Duration::from_secs(60)).await;
    if died.and_then(|status| status.signal()) != Some(9) {
        return Err(format!("it did not die there ({died:?})\n{}", scene.last_words()));
    }
    scene.inject();

    let daemon = scene.daemon(None);
    let settled = scene.settles(Duration::from_secs(60)).await;
    let count = scene.count().await;
    if !settled {
        return Err(format!("{count:?}\n{}", scene.last_words()));
    }
    drop(daemon);
    scene.clear().await;
    Ok(count)
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_without_a_witness_a_death_after_the_dot_costs_one_more_copy_at_most() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let mut scene = Scene::new(&postfix, Base::Sqlite, Way::Maildir, "").await;
    let text = std::fs::read_to_string(&scene.config).unwrap();
    std::fs::write(&scene.config, text.replace("witness = ", "#witness = ")).unwrap();
    scene.inject();
    let mut daemon = scene.daemon(Some("after-dot"));
    daemon.ends(Duration::from_secs(60)).await.unwrap();

    let daemon = scene.daemon(None);
    scene.settles(Duration::from_secs(8)).await;

    // The oracle sees doubles where there must be some, and the second copy has the Message-ID of the first.
    let (count, copies) = (scene.count().await, scene.answers());
    tell("G4 the same without a witness", "1 run", &format!("{} twice, with one Message-ID", count.twice));
    assert_eq!((count.twice, copies.len()), (1, 2), "{}", scene.last_words());
    assert_eq!(copies[0], copies[1]);
    drop(daemon);
    scene.clear().await;
}
