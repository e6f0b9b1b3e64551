//! An activity on real servers, its daemon as a process of its own, and the oracle that counts from outside.

use crate::support::dovecot::{Dovecot, is_root};
use crate::support::postfix::Postfix;
use crate::support::store::Empty;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard};

/// One such test at a time: they measure.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}

/// The size of a test: what `tests/endure` says, or the small one.
pub(crate) fn size(name: &str, small: usize) -> usize {
    std::env::var(format!("JCABOT_ENDURE_{name}")).map_or(small, |size| size.parse().expect("a size is a number"))
}

/// One row of the table of figures.
pub(crate) fn tell(what: &str, size: &str, result: &str) {
    let row = format!("{what:<52} {size:>24}  {result}\n");
    print!("{row}");
    if let Ok(file) = std::env::var("JCABOT_ENDURE_TABLE") {
        fs::OpenOptions::new().create(true).append(true).open(file).unwrap().write_all(row.as_bytes()).unwrap();
    }
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Sqlite,
    Postgres,
    /// A PostgreSQL of the test's own.
    At(&'static str),
}

/// How the mailbox is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way<'a> {
    Maildir,
    Imap(&'a Dovecot),
}

/// One activity: a mailbox, a ledger, a configuration, and the letters that were written to it.
pub(crate) struct Scene {
    pub(crate) name: String,
    pub(crate) mail: PathBuf,
    pub(crate) empty: Empty,
    pub(crate) config: PathBuf,
    pub(crate) log: PathBuf,
    letters: u32,
    _dir: tempfile::TempDir,
}

/// What the oracle counted; all of it must be as many as were injected, and `twice` none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) injected: usize,
    /// Letters that stand in exactly one folder other than the inbox.
    pub(crate) shelved: usize,
    /// Writers to whom the receiving side took exactly one answer.
    pub(crate) answered: usize,
    /// Writers to whom it took more.
    pub(crate) twice: usize,
    /// Rows of the ledger.
    pub(crate) filed: i64,
    /// Rows of the outbox that are accepted.
    pub(crate) accepted: i64,
}

impl Count {
    pub(crate) fn is_balanced(&self) -> bool {
        let all = i64::try_from(self.injected).unwrap();
        let outside = (self.shelved, self.answered, self.twice) == (self.injected, self.injected, 0);
        outside && (self.filed, self.accepted) == (all, all)
    }

    pub(crate) fn lost(&self) -> usize {
        self.injected - self.shelved.min(self.answered + self.twice)
    }
}

impl Scene {
    /// A new one. Its answers and its witness go through this Postfix.
    pub(crate) async fn new(postfix: &Postfix, base: Base, way: Way<'_>, more: &str) -> Scene {
        Scene::behind(postfix, postfix.port, base, way, more).await
    }

    /// The same with another port, of a wire before Postfix.
    pub(crate) async fn behind(postfix: &Postfix, port: u16, base: Base, way: Way<'_>, more: &str) -> Scene {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("box{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mail = postfix.mail.join(&name);
        for folder in ["", ".Witness"] {
            for part in ["", "tmp", "new", "cur"] {
                let path = mail.join(folder).join(part);
                fs::create_dir_all(&path).unwrap();
                own(&path);
            }
        }
        let empty = match base {
            Base::Sqlite => Empty::sqlite(),
            Base::At(url) => Empty::postgres(url).await,
            Base::Postgres => Empty::postgres(&std::env::var("JCABOT_TEST_POSTGRES").unwrap()).await,
        };
        let mailbox = match way {
            Way::Maildir => format!("name = \"jca\"\n[mailbox.maildir]\npath = {mail:?}\n"),
            Way::Imap(dovecot) => dovecot.settings(&name, "").replace("[imap]", "[mailbox.imap]"),
        };
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("jcabot.toml");
        let text = format!(
            "[activity]\ncharter = \"jca-cop\"\nauthserv_ids = [\"mx.test\"]\nanswer_since = \"2012-01-01T00:00:00Z\"\n\
             [database]\nurl = {:?}\n[[mailbox]]\n{mailbox}\n\
             [transport.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\n\
             [dial]\nacknowledgement = \"send\"\n\
             [caps]\naddress_per_day = 1000000\ndomain_per_day = 1000000\nper_hour = 1000000\nper_day = 1000000\nusual_times = 1000000\n\
             [watch]\ndeaths = 1000000\n[delivery]\nwitness = \"{name}@witness.example\"\nrest_seconds = 2\n{more}",
            empty.url
        );
        fs::write(&config, text).unwrap();
        let log = dir.path().join("log");
        Scene { name, mail, empty, config, log, letters: 0, _dir: dir }
    }

    /// A letter from a writer of its own comes into the inbox; gives the writer's address.
    pub(crate) fn inject(&mut self) -> String {
        let number = self.letters;
        self.letters += 1;
        let name = format!("{}.{}.{number}.endure", std::process::id(), self.name);
        let (aside, place) = (self.mail.join("tmp").join(&name), self.mail.join("new").join(&name));
        fs::write(&aside, letter(&self.name, number)).unwrap();
        own(&aside);
        fs::rename(aside, place).unwrap();
        format!("{}.{number}@writers.example", self.name)
    }

    /// Starts the daemon, which may be told where to die.
    pub(crate) fn daemon(&self, kill_at: Option<&str>) -> Daemon {
        self.daemon_by(Command::new(env!("CARGO_BIN_EXE_jcabot")), kill_at)
    }

    /// Starts it by another command, to which the program is an argument.
    pub(crate) fn daemon_by(&self, mut command: Command, kill_at: Option<&str>) -> Daemon {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        command.arg("--config").arg(&self.config).arg("run").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.current_dir(self.config.parent().unwrap());
        if let Some(point) = kill_at {
            command.env("JCABOT_KILL_AT", point);
        }
        Daemon(command.spawn().unwrap())
    }

    /// Waits until everything that was injected is shelved and answered and nothing is under way; `false` when that takes too long.
    pub(crate) async fn settles(&self, within: Duration) -> bool {
        let started = Instant::now();
        while started.elapsed() < within {
            let count = self.count().await;
            if count.is_balanced() && self.under_way().await == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        false
    }

    /// Rows that loops still have to do something about.
    async fn under_way(&self) -> i64 {
        let letters = "SELECT COUNT(*) FROM outbox WHERE state NOT IN ('accepted', 'failed', 'held')";
        let moves = "SELECT COUNT(*) FROM shelving WHERE state = 'pending'";
        self.number(letters).await + self.number(moves).await
    }

    /// A number out of the ledger; -1 while it cannot be read.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.empty.sql).await.unwrap_or(-1)
    }

    /// The oracle.
    pub(crate) async fn count(&self) -> Count {
        let (mut shelved, mut answered) = (BTreeMap::new(), BTreeMap::new());
        for entry in fs::read_dir(&self.mail).unwrap() {
            let folder = entry.unwrap().path();
            let is_shelf = folder.file_name().unwrap().to_str().unwrap().starts_with(".JCA");
            for letter in letters_in(&folder).filter(|_| is_shelf) {
                *shelved.entry(field(&letter, "Message-ID").unwrap_or_default()).or_insert(0_usize) += 1;
            }
        }
        let writers = self.mail.parent().unwrap().join("writers");
        let ours = format!("{}.", self.name);
        for name in names_in(&writers) {
            let Ok(letter) = fs::read_to_string(&name) else { continue };
            if let Some(to) = field(&letter, "Delivered-To").filter(|to| to.starts_with(&ours)) {
                *answered.entry(to).or_insert(0_usize) += 1;
            }
        }
        Count {
            injected: self.letters as usize,
            shelved: shelved.values().filter(|count| **count == 1).count(),
            answered: answered.values().filter(|count| **count == 1).count(),
            twice: answered.values().filter(|count| **count > 1).count(),
            filed: self.number("SELECT COUNT(*) FROM message").await,
            accepted: self.number("SELECT COUNT(*) FROM outbox WHERE state = 'accepted'").await,
        }
    }

    /// The letters without an accepted answer, for a test that failed: their kinds, and how their answers stand.
    pub(crate) async fn unanswered(&self) -> Vec<String> {
        let sql = "SELECT m.id || ' ' || m.kind || ' ' || m.sender || ' ' || COALESCE(o.state || ' ' || o.note, 'no answer') FROM message m \
                   LEFT JOIN outbox o ON o.message_id = m.id WHERE o.state IS NULL OR o.state <> 'accepted' LIMIT 20";
        sqlx::query_scalar(sql).fetch_all(&self.empty.sql).await.unwrap_or_default()
    }

    /// The Message-IDs of all answers that the receiving side took.
    pub(crate) fn answers(&self) -> Vec<String> {
        let (writers, ours) = (self.mail.parent().unwrap().join("writers"), format!("{}.", self.name));
        let letters = letters_in(&writers).filter(|letter| field(letter, "Delivered-To").is_some_and(|to| to.starts_with(&ours)));
        letters.filter_map(|letter| field(&letter, "Message-ID")).collect()
    }

    /// How many answers the receiving side took for this writer.
    pub(crate) fn answers_to(&self, writer: &str) -> usize {
        let writers = self.mail.parent().unwrap().join("writers");
        letters_in(&writers).filter(|letter| field(letter, "Delivered-To").as_deref() == Some(writer)).count()
    }

    /// The end of the daemon's log, for a test that failed.
    pub(crate) fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// Takes the schema and the letters away.
    pub(crate) async fn clear(self) {
        fs::remove_dir_all(&self.mail).ok();
        self.empty.clear().await;
    }
}

/// A daemon, killed when dropped.
pub(crate) struct Daemon(pub(crate) Child);

impl Daemon {
    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub(crate) fn signal(&self, signal: &str) {
        let told = Command::new("kill").arg(format!("-{signal}")).arg(self.0.id().to_string()).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end; `None` when it goes on.
    pub(crate) async fn ends(&mut self, within: Duration) -> Option<std::process::ExitStatus> {
        let started = Instant::now();
        while started.elapsed() < within {
            if let Some(status) = self.0.try_wait().unwrap() {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// The most memory it ever had, in MB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended already is not there to be killed.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Postfix and Dovecot work on letters as nobody where the tests run as root.
fn own(path: &Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
    }
}

fn letter(scene: &str, number: u32) -> String {
    let mut text = String::new();
    write!(
        text,
        "Authentication-Results: mx.test; dmarc=pass header.from=writers.example\r\n\
         From: A Writer <{scene}.{number}@writers.example>\r\nTo: tsbjcacop@itu.int\r\nSubject: A question, number {number}\r\n\
         Message-ID: <{scene}.{number}@writers.example>\r\nDate: Mon, 20 Aug 2012 10:00:00 +0200\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nDear colleagues,\r\n\r\ncould you please tell me who represents study group \
         {number} in this activity?\r\n\r\nBest regards\r\n"
    )
    .unwrap();
    text
}

fn names_in(maildir: &Path) -> Vec<PathBuf> {
    let parts = ["new", "cur"].into_iter().filter_map(|part| fs::read_dir(maildir.join(part)).ok());
    parts.flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn letters_in(maildir: &Path) -> impl Iterator<Item = String> {
    names_in(maildir).into_iter().filter_map(|path| Some(String::from_utf8_lossy(&fs::read(path).ok()?).into_owned()))
}

/// The first line of a header field.
fn field(letter: &str, name: &str) -> Option<String> {
    let mut lines = letter.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
}
