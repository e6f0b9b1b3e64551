//! Troubles of the daemon and of what it works with: seen by `jcabot status`, over by themselves.

use crate::support::jca::{Jca, wait_for};
use serde_json::Value;

fn status(jca: &Jca) -> (Option<i32>, Value) {
    let output = jca.run(&["status", "--json"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

fn becomes(jca: &Jca, state: &str, subject: &str) -> Value {
    wait_for(&format!("{state} ({subject})"), || {
        let (code, told) = status(jca);
        let named = told["because"].to_string().contains(subject);
        let fits = told["state"] == state && code == Some(i32::from(state == "degraded"));
        (fits && (named || state == "healthy")).then_some(told)
    })
}

#[test]
fn status_says_healthy_with_a_daemon_and_degraded_without() {
    let jca = Jca::with_maildir();
    let never = jca.run(&["status"]);
    let mut daemon = jca.start();
    daemon.says("Started with");

    let healthy = wait_for("the mailbox", || {
        Some(becomes(&jca, "healthy", "")).filter(|told| told["last_contact"]["mailbox jca"].is_string())
    });

    assert_eq!(never.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&never.stdout).contains("There is no database"));
    assert_eq!(healthy["leader"]["epoch"], 1);
    let shown = jca.ok(&["status"]);
    assert!(shown.starts_with("healthy\n") && shown.contains("breaker    closed") && shown.contains("safe mode  off"), "{shown}");
}

#[test]
fn a_mailbox_that_does_not_answer_is_degraded_and_recovers_by_itself_with_one_alarm() {
    let jca = Jca::with_maildir();
    let text = jca.configuration().replace("digest = \"off\"", "digest = \"off\"\nnotice = \"send\"");
    jca.configure(&format!("{text}\n[watch]\nalarm_after_seconds = 0\n"));
    std::fs::write(jca.path("Maildir"), "no folder").unwrap();
    let mut daemon = jca.start();
    daemon.says("cannot be watched");

    let degraded = becomes(&jca, "degraded", "mailbox jca");
    wait_for("the alarm", || jca.path("outgoing").read_dir().ok()?.next().map(|_| ()));
    std::fs::remove_file(jca.path("Maildir")).unwrap();
    becomes(&jca, "healthy", "");

    assert_eq!(degraded["incidents"].as_array().unwrap().len(), 1, "{degraded}");
    let letters = jca.json(&["outbox", "--json"]);
    let notices: Vec<&Value> = letters.as_array().unwrap().iter().filter(|letter| letter["kind"] == "notice").collect();
    assert_eq!(notices.len(), 1, "{letters}");
}

#[test]
fn f35_a_crash_loop_ends_in_safe_mode_which_files_and_does_not_send() {
    let jca = Jca::with_maildir();
    let text = jca.configuration().replace("[activity]", "[activity]\nunauthenticated = \"answer\"");
    jca.configure(&format!("{text}\n[watch]\ndeaths = 3\nsafe_seconds = 12\n"));
    for _ in 0..3 {
        let mut daemon = jca.start();
        daemon.says("Started with");
        drop(daemon);
    }
    let letter = "From: writer@member.example\nTo: tsbjcacop@itu.int\nSubject: A question\nMessage-ID: <q@member.example>\n\
                  Date: Mon, 20 Aug 2012 10:00:00 +0200\n\nWho represents study group 9?\n";
    jcabot::mailbox::deliver(&jca.path("Maildir"), letter.as_bytes()).unwrap();

    let mut daemon = jca.start();
    daemon.says("Filed message");
    let safe = becomes(&jca, "degraded", "safe-mode");
    let sent_meanwhile = jca.path("outgoing").read_dir().map_or(0, Iterator::count);
    wait_for("the answer after safe mode", || jca.path("outgoing").read_dir().ok()?.next().map(|_| ()));
    becomes(&jca, "healthy", "");

    assert_eq!((safe["safe_mode"].clone(), sent_meanwhile), (Value::Bool(true), 0), "{safe}");
}

#[test]
fn the_service_manager_is_told() {
    let jca = Jca::with_maildir();
    let socket = std::os::unix::net::UnixDatagram::bind(jca.path("notify")).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let mut command = jca.command(&["run"]);
    let mut daemon = command.env("NOTIFY_SOCKET", jca.path("notify")).stderr(std::process::Stdio::null()).spawn().unwrap();
    let hear = || {
        let mut bytes = [0; 1024];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };

    let (ready, alive) = (hear(), hear());
    daemon.kill().unwrap();
    daemon.wait().unwrap();

    assert_eq!((ready.as_str(), alive.as_str()), ("READY=1", "WATCHDOG=1\nSTATUS=healthy"));
}
