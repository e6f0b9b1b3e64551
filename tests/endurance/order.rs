//! G20: what is on the disk before a word goes to the mail server, seen by strace.

use super::rig::{Base, Scene, Way, alone, size, tell};
use crate::support::postfix::Postfix;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What the daemon did, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// The ledger's log was flushed to the disk.
    Flushed,
    /// MAIL was said.
    Mail,
    /// The final dot left.
    Dot,
}

fn deeds(trace: &str, port: u16) -> Vec<Deed> {
    let server = format!("->127.0.0.1:{port}]");
    let deed = |line: &str| {
        if (line.contains("fdatasync(") || line.contains("fsync(")) && line.contains(".db-wal") {
            // A call that another thread interrupted is written on two lines; it is done with the second.
            return (!line.contains("unfinished")).then_some(Deed::Flushed);
        }
        if line.contains("<... fdatasync resumed>") || line.contains("<... fsync resumed>") {
            return Some(Deed::Flushed);
        }
        let said = line.contains(&server);
        if said && line.contains("\"MAIL FROM:") {
            Some(Deed::Mail)
        } else if said && line.contains(", \".\\r\\n\"") {
            Some(Deed::Dot)
        } else {
            None
        }
    };
    trace.lines().filter_map(deed).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_a_claim_is_on_the_disk_before_the_server_hears_of_it() {
    let Some(postfix) = Postfix::running() else { return };
    let has_strace = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !has_strace {
        return;
    }
    let _alone = alone().await;
    let letters = size("ORDER", 30);
    let mut scene = Scene::new(&postfix, Base::Sqlite, Way::Maildir, "").await;
    let trace = scene.config.with_file_name("trace");
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-yy", "-s", "24", "-e", "trace=fsync,fdatasync,write,writev,sendto", "-o"]).arg(&trace);
    strace.arg(env!("CARGO_BIN_EXE_jcabot"));
    for _ in 0..letters {
        scene.inject();
    }

    let mut daemon = scene.daemon_by(strace, None);
    let settled = scene.settles(Duration::from_secs(60 + 2 * letters as u64)).await;
    daemon.signal("TERM");
    daemon.ends(Duration::from_secs(30)).await;

    assert!(settled, "{:?}\n{}", scene.count().await, scene.last_words());
    let deeds = deeds(&std::fs::read_to_string(&trace).unwrap(), postfix.port);
    let dots = deeds.iter().filter(|deed| **deed == Deed::Dot).count();
    // From one letter's dot to the next one's MAIL its settling and the next one's claim are flushed.
    let (mut flushed, mut wrong) = (2, 0);
    for deed in &deeds {
        match deed {
            Deed::Flushed => flushed += 1,
            Deed::Mail => wrong += usize::from(flushed < 2),
            Deed::Dot => flushed = 0,
        }
    }
    tell("G20 flushed before it is said (strace)", &format!("{dots} letters"), &format!("{} right, {wrong} wrong", dots - wrong));
    assert_eq!((dots, wrong), (letters, 0));
    scene.clear().await;
}
