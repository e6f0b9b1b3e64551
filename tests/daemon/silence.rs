//! A connection that dies and says nothing.

use crate::support::dovecot::Dovecot;
use crate::support::jca::{FAKETIME, Jca, wait_for};
use crate::support::line::Line;
use std::time::{Duration, Instant};

/// The daemon's clock goes so much faster: six minutes are twelve seconds.
const SPEED: u32 = 30;

fn letter(name: &str) -> Vec<u8> {
    format!(
        "From: {name}@member.example\r\nTo: tsbjcacop@itu.int\r\nSubject: A question\r\nMessage-ID: <{name}@member.example>\r\n\
         Date: Mon, 20 Aug 2012 10:00:00 +0200\r\n\r\nWho represents study group {name}?\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_a_line_that_dies_silently_in_idle_is_noticed_within_six_minutes() {
    // Without an extension that compresses: the test listens to what is said.
    let Some(dovecot) = Dovecot::without(&["CHILDREN"]).await else { return };
    if !std::path::Path::new(FAKETIME).exists() {
        return;
    }
    let line = Line::to(dovecot.port).await;
    let jca = Jca::with_maildir();
    let maildir = format!("[mailbox.maildir]\npath = \"{}/Maildir\"\n", jca.dir.path().display());
    let imap = dovecot.settings("noa", "").replace("name = \"jca\"\n[imap]", "[mailbox.imap]");
    let imap = imap.replace(&dovecot.port.to_string(), &line.port.to_string());
    jca.configure(&jca.configuration().replace(&maildir, &format!("{imap}\n")));
    dovecot.deliver("noa", &letter("one"));
    let mut daemon = jca.start_with(&[("LD_PRELOAD", FAKETIME), ("FAKETIME", &format!("+0 x{SPEED}"))]);
    daemon.says("Filed message 1");
    wait_for("the shelf", || (dovecot.count("noa", "") == 0).then_some(()));
    wait_for("IDLE", || line.last_word().ends_with(" IDLE").then_some(()));

    line.falls_silent();
    let silent = Instant::now();
    dovecot.deliver("noa", &letter("two"));
    daemon.says("Filed message 2");
    let noticed = silent.elapsed() * SPEED;

    println!("A silent death of IDLE was noticed after {} s (clock {SPEED} times as fast)", noticed.as_secs());
    assert!(noticed < Duration::from_secs(360), "{noticed:?}");
}
