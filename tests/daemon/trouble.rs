//! Troubles of the daemon and of what it works with: seen by `jcabot status`, over by themselves.

use crate::support::jca::{FAKETIME, Jca, wait_for};
use crate::support::smtp_server::{Act, SmtpServer};
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

const QUESTION: &str = "Authentication-Results: mx.test; dmarc=pass header.from=member.example\nFrom: writer@member.example\n\
    To: tsbjcacop@itu.int\nSubject: A question\nMessage-ID: <q@member.example>\nDate: Mon, 20 Aug 2012 10:00:00 +0200\n\n\
    Who represents study group 9?\n";

/// An activity that answers [`QUESTION`].
fn answering() -> Jca {
    let jca = Jca::with_maildir();
    jca.configure(&jca.configuration().replace("[activity]", "[activity]\nauthserv_ids = [\"mx.test\"]"));
    jca
}

fn ask(jca: &Jca) {
    jcabot::mailbox::deliver(&jca.path("Maildir"), QUESTION.as_bytes()).unwrap();
}

fn answered(jca: &Jca) {
    wait_for("the answer", || jca.path("outgoing").read_dir().ok()?.next().map(|_| ()));
}

fn dies(jca: &Jca, of: (&str, &str)) {
    let mut dying = jca.command(&["run"]);
    let status = dying.env(of.0, of.1).stderr(std::process::Stdio::null()).status().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
}

#[test]
fn f33_a_sound_letter_that_was_in_hand_at_two_deaths_is_read_and_answered() {
    let jca = answering();
    ask(&jca);
    for _ in 0..2 {
        dies(&jca, ("JCABOT_KILL_AT", "attempt-counted"));
    }

    let mut daemon = jca.start();
    daemon.says("Filed message 1 as inquiry");
    answered(&jca);
}

#[test]
fn f33_a_letter_that_kills_the_daemon_in_ways_no_child_shows_is_quarantined_after_five_deaths() {
    let jca = answering();
    ask(&jca);
    for _ in 0..5 {
        dies(&jca, ("JCABOT_KILL_AT", "attempt-counted"));
    }

    let mut daemon = jca.start();
    daemon.says("Filed message 1 as unclassified");
}

#[test]
fn f33_a_letter_that_kills_the_daemon_twice_is_quarantined() {
    let jca = answering();
    ask(&jca);
    let poison = ("JCABOT_POISON", "study group 9");
    for _ in 0..2 {
        dies(&jca, poison);
    }

    let mut daemon = jca.start_with(&[poison]);
    daemon.says("Filed message 1 as unclassified");

    let why = jca.json(&["why", "1", "--json"]).to_string();
    assert!(why.contains("the program died on this letter before"), "{why}");
    assert_eq!(jca.path("outgoing").read_dir().map_or(0, Iterator::count), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn f21_a_ledger_that_another_program_locks_is_waited_for() {
    use sqlx::{Connection, Executor};
    let jca = answering();
    let mut daemon = jca.start();
    daemon.says("Started with");
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", jca.path("jcabot.db").display());
    let mut other = sqlx::AnyConnection::connect(&url).await.unwrap();

    other.execute("BEGIN IMMEDIATE").await.unwrap();
    ask(&jca);
    daemon.says("The ledger does not work");
    let sent = jca.path("outgoing").read_dir().map_or(0, Iterator::count);
    other.execute("ROLLBACK").await.unwrap();
    answered(&jca);
    becomes(&jca, "healthy", "");

    assert_eq!((sent, jca.path("outgoing").read_dir().unwrap().count()), (0, 1));
}

/// A small disk of its own; gone when dropped. None where the tests may not make one.
struct Disk(std::path::PathBuf);

impl Disk {
    fn at(path: std::path::PathBuf) -> Option<Disk> {
        std::fs::create_dir_all(&path).unwrap();
        let mut mount = std::process::Command::new("mount");
        let made = mount.args(["-t", "tmpfs", "-o", "size=24m", "none"]).arg(&path).stderr(std::process::Stdio::null()).status();
        made.is_ok_and(|made| made.success()).then_some(Disk(path))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: whatever still has a file open there goes with its test.
        let _gone_with_the_tests = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn f20_a_full_disk_stops_the_sending_and_is_over_when_it_is_freed() {
    let jca = answering();
    let Some(disk) = Disk::at(jca.path("small")) else { return };
    jca.configure(&jca.configuration().replace("/jcabot.db", "/small/jcabot.db"));
    let mut daemon = jca.start();
    daemon.says("Started with");
    becomes(&jca, "healthy", "");

    // Filled to the last block, the write-ahead log included.
    let mut ballast = std::fs::File::create(disk.0.join("ballast")).unwrap();
    let full = std::io::copy(&mut std::io::repeat(b'x'), &mut ballast);
    ask(&jca);
    daemon.says("The ledger does not work");
    let sent = jca.path("outgoing").read_dir().map_or(0, Iterator::count);
    drop(ballast);
    std::fs::remove_file(disk.0.join("ballast")).unwrap();
    let freed = std::time::Instant::now();
    while jca.path("outgoing").read_dir().is_err() {
        assert!(freed.elapsed().as_secs() < 30, "{}", daemon.stop().1);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    becomes(&jca, "healthy", "");

    assert!(full.is_err() && sent == 0);
    assert!(freed.elapsed() < std::time::Duration::from_secs(30), "{:?}", freed.elapsed());
    assert_eq!(jca.path("outgoing").read_dir().unwrap().count(), 1);
}

/// The same with a mail server for a folder.
fn sending(server: &SmtpServer) -> Jca {
    let jca = answering();
    let folder = format!("[transport.folder]\npath = \"{}\"", jca.path("outgoing").display());
    let smtp = format!("[transport.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"", server.port);
    jca.configure(&jca.configuration().replace(&folder, &smtp));
    jca
}

#[tokio::test(flavor = "multi_thread")]
async fn s22_a_server_that_refuses_us_by_its_policy_is_a_matter_for_the_operator() {
    let server = SmtpServer::start(&[]).await;
    server.once(".", Act::Say("550 5.7.26 Unauthenticated email is not accepted"));
    let jca = sending(&server);
    let mut daemon = jca.start();
    ask(&jca);
    daemon.says("given up (policy)");
    let degraded = becomes(&jca, "degraded", "policy");
    jcabot::mailbox::deliver(
        &jca.path("Maildir"),
        QUESTION.replace("q@member", "r@member").replace("group 9", "group 7").as_bytes(),
    )
    .unwrap();
    server.takes(1).await;
    becomes(&jca, "healthy", "");

    assert!(degraded["because"].to_string().contains("SPF"), "{degraded}");
}

#[test]
fn f40_a_log_that_nobody_reads_stops_no_letter() {
    let jca = answering();
    // A pipe takes 64 KiB, and nobody empties this one.
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut writer, &[b'.'; 64_000]).unwrap();
    let mut daemon = jca.command(&["run"]).stderr(writer).stdout(std::process::Stdio::null()).spawn().unwrap();
    for number in 0..40 {
        let letter = QUESTION.replace("q@member", &format!("{number}@member")).replace("writer@", &format!("writer{number}@"));
        jcabot::mailbox::deliver(&jca.path("Maildir"), letter.as_bytes()).unwrap();
    }
    wait_for("all answers", || (jca.path("outgoing").read_dir().ok()?.count() >= 20).then_some(()));
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let count = std::io::copy(&mut reader, &mut std::io::sink()).unwrap();

    assert!(count >= 65_000, "only {count} octets were in the pipe: the test proves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn f18_a_clock_that_jumps_sends_nothing_and_is_seen() {
    if !std::path::Path::new(FAKETIME).exists() {
        return;
    }
    let server = SmtpServer::start(&[]).await;
    server.once("RCPT", Act::Say("450 4.7.1 Come back later"));
    let jca = sending(&server);
    std::fs::write(jca.path("clock"), "+0").unwrap();
    let mut command = jca.command(&["run"]);
    command.env("LD_PRELOAD", FAKETIME).env("FAKETIME_TIMESTAMP_FILE", jca.path("clock")).env("FAKETIME_NO_CACHE", "1");
    let mut daemon = command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").stderr(std::process::Stdio::null()).spawn().unwrap();
    ask(&jca);
    wait_for("the greylisting", || server.heard().iter().any(|line| line.starts_with("RCPT")).then_some(()));

    // By the new clock the second try is long due.
    std::fs::write(jca.path("clock"), "+1d").unwrap();
    let degraded = becomes(&jca, "degraded", "clock");
    let heard = server.heard().iter().filter(|line| line.starts_with("RCPT")).count();
    std::fs::write(jca.path("clock"), "+0").unwrap();
    becomes(&jca, "healthy", "");
    daemon.kill().unwrap();
    daemon.wait().unwrap();

    assert_eq!((heard, server.taken().len()), (1, 0), "{degraded}");
    assert!(degraded["ledger"]["breaker"]["open_since"].is_string(), "{degraded}");
}
