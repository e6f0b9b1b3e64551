//! What a daemon holds while nothing happens: one mailbox over TLS in IDLE.

use crate::dovecot::Dovecot;
use crate::process::{configuration, jcabot, memory, stop};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// After so long a daemon has done all that it does at its start.
const SETTLED: Duration = Duration::from_secs(3);

/// Prints the resident set.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let Some(server) = runtime.block_on(Dovecot::without(&[])) else {
        println!("Dovecot is not installed (Debian: dovecot-imapd), so the idle memory is not measured\n");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let authority = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/tls/ca.pem");
    let mailbox = format!(
        "name = \"jca\"\n[mailbox.imap]\nhost = \"localhost\"\nport = {}\nuser = \"bench\"\npassword = \"secret\"\nca_file = {authority:?}",
        server.tls_port
    );
    let config = configuration(dir.path(), &mailbox);
    let mut daemon = jcabot().arg("--config").arg(config).arg("run").stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(daemon.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("Watching mailbox")), "the daemon does not watch");
    std::thread::sleep(SETTLED);
    let held = memory(&daemon, "VmRSS").unwrap_or_default();
    stop(daemon);
    println!("idle with one IMAP mailbox over TLS\n  resident {held:.1} MB  (goal: 32 MB)\n");
}
