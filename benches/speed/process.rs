//! A child process, its time and its largest resident set.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How often a child's memory is read: what lives shorter than this is seen by the kernel's own high-water mark all the same.
const LOOK: Duration = Duration::from_millis(5);

/// What a child took.
pub(crate) struct Took {
    pub(crate) time: Duration,
    /// Mebibytes; the kernel's high-water mark (VmHWM).
    pub(crate) peak: f64,
}

/// The program under measurement.
pub(crate) fn jcabot() -> Command {
    Command::new(env!("CARGO_BIN_EXE_jcabot"))
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Took {
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut peak: f64 = 0.0;
    loop {
        peak = peak.max(memory(&child, "VmHWM").unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            let time = started.elapsed();
            assert!(status.success(), "{command:?} ended with {status}");
            return Took { time, peak };
        }
        std::thread::sleep(LOOK);
    }
}

/// A line of `/proc/PID/status`, in mebibytes.
pub(crate) fn memory(child: &Child, line: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|found| found.starts_with(line))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// Ends a daemon as systemd does, and waits for it.
pub(crate) fn stop(mut daemon: Child) {
    let told = Command::new("kill").arg("-TERM").arg(daemon.id().to_string()).status().unwrap();
    assert!(told.success());
    daemon.wait().unwrap();
}

/// A configuration for one mailbox, with answers into a folder.
pub(crate) fn configuration(dir: &Path, mailbox: &str) -> std::path::PathBuf {
    let file = dir.join("jcabot.toml");
    let text = format!(
        "[activity]\ncharter = \"jca-cop\"\nanswer_since = \"2012-01-01T00:00:00Z\"\n\n[database]\nurl = \"sqlite:{dir}/jcabot.db\"\n\n\
         [[mailbox]]\n{mailbox}\n\n[transport.folder]\npath = \"{dir}/outgoing\"\n\n[dial]\nacknowledgement = \"hold\"\ndigest = \"off\"\n\
         reminder = \"off\"\n",
        dir = dir.display()
    );
    std::fs::write(&file, text).unwrap();
    file
}
