//! G3: the wire is cut after the final dot, when the server has the letter and before its answer comes.

use super::rig::{Base, Scene, Way, alone, size, tell};
use crate::support::cutter::cutter;
use crate::support::postfix::Postfix;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_wire_cut_after_the_dot_doubles_nothing_where_there_is_a_witness() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let cuts = size("CUTS", 20);
    let port = cutter(postfix.port, cuts).await;
    let mut scene = Scene::behind(&postfix, port, Base::Sqlite, Way::Maildir, "").await;
    for _ in 0..cuts {
        scene.inject();
    }

    let daemon = scene.daemon(None);
    let settled = scene.settles(Duration::from_secs(60 + cuts as u64)).await;

    let count = scene.count().await;
    let proved = scene.number("SELECT COUNT(*) FROM outbox WHERE note LIKE 'Proved by the witness%'").await;
    let result = format!("{} lost, {} twice, {proved} proved by the witness", count.lost(), count.twice);
    tell("G3 wire cut after the final dot", &format!("{cuts} letters"), &result);
    assert!(settled && proved == cuts as i64, "{count:?}\n{}", scene.last_words());
    drop(daemon);
    scene.clear().await;
}
