//! A whole activity in a folder, and the built program run on it as its user does.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long a test waits for something that a daemon does in its own time.
const PATIENCE: Duration = Duration::from_secs(30);

/// What makes a program see another clock than the machine's, where it is installed.
pub(crate) const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// An activity whose files all lie in one folder.
pub(crate) struct Jca {
    pub(crate) dir: tempfile::TempDir,
}

impl Jca {
    /// An empty folder.
    pub(crate) fn new() -> Jca {
        Jca { dir: tempfile::tempdir().unwrap() }
    }

    /// A watched Maildir, SQLite, and a folder for what leaves; acknowledgements leave by themselves.
    pub(crate) fn with_maildir() -> Jca {
        let jca = Jca::new();
        let dir = jca.dir.path().display();
        jca.configure(&format!(
            "[activity]\ncharter = \"jca-cop\"\nanswer_since = \"2012-01-01T00:00:00Z\"\n\n[database]\nurl = \"sqlite:{dir}/jcabot.db\"\n\n\
             [[mailbox]]\nname = \"jca\"\n[mailbox.maildir]\npath = \"{dir}/Maildir\"\n\n[transport.folder]\npath = \"{dir}/outgoing\"\n\n\
             [dial]\nacknowledgement = \"send\"\ndigest = \"off\"\nreminder = \"off\"\n"
        ));
        jca
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn configure(&self, text: &str) {
        std::fs::write(self.path("jcabot.toml"), text).unwrap();
    }

    pub(crate) fn configuration(&self) -> String {
        std::fs::read_to_string(self.path("jcabot.toml")).unwrap()
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jcabot"));
        command.current_dir(self.dir.path()).args(words).env_remove("JCABOT_CONFIG");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command that must end well; what it printed.
    pub(crate) fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{words:?} ended with {}: {out}{err}", output.status);
        out
    }

    /// Runs a command with `--json`, which must end with 0 or 1.
    pub(crate) fn json(&self, words: &[&str]) -> serde_json::Value {
        let output = self.run(words);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{words:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{words:?}: {error}: {}", text(&output.stdout)))
    }

    /// Starts `jcabot run`.
    pub(crate) fn start(&self) -> Daemon {
        self.start_with(&[])
    }

    /// Starts it in an environment.
    pub(crate) fn start_with(&self, environment: &[(&str, &str)]) -> Daemon {
        let mut command = self.command(&["run"]);
        let mut child = command.envs(environment.iter().copied()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Daemon { child, lines, said: Vec::new() }
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running `jcabot run`; killed when dropped.
pub(crate) struct Daemon {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Daemon {
    /// Waits for a log line that contains the words; gives the line.
    pub(crate) fn says(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.said.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
        panic!("the daemon did not say “{words}” but:\n{}", self.said.join("\n"));
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// SIGTERM, then its exit code and all that it said.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter());
        (status.code(), self.said.join("\n"))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

/// Waits until something holds; says what, when it never does.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited for {what} in vain");
        // Nothing rings when a foreign server has written a file.
        std::thread::sleep(Duration::from_millis(20));
    }
}
