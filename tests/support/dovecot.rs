//! A private Dovecot on free loopback ports, with a user of its own; stopped when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A running server.
#[derive(Debug)]
pub(crate) struct Dovecot {
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    pub(crate) mail: PathBuf,
    server: Child,
    _dir: tempfile::TempDir,
}

/// Two ports that differ: both are held until both are known.
fn free_ports() -> (u16, u16) {
    let [one, other] = [0, 0].map(|any| std::net::TcpListener::bind(("127.0.0.1", any)).unwrap());
    (one.local_addr().unwrap().port(), other.local_addr().unwrap().port())
}

pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").map(|about| std::os::unix::fs::MetadataExt::uid(&about)).unwrap() == 0
}

impl Dovecot {
    /// Starts a server that offers what Dovecot offers, less what is named; `None` where Dovecot is not installed.
    pub(crate) async fn without(hidden: &[&str]) -> Option<Dovecot> {
        Dovecot::start(hidden, None, "").await
    }

    /// The same with more lines of configuration.
    pub(crate) async fn with(hidden: &[&str], more: &str) -> Option<Dovecot> {
        Dovecot::start(hidden, None, more).await
    }

    /// The same over Maildirs that are there already, `mail/USER` each.
    pub(crate) async fn over(mail: &Path, hidden: &[&str]) -> Option<Dovecot> {
        Dovecot::start(hidden, Some(mail), "").await
    }

    async fn start(hidden: &[&str], over: Option<&Path>, more: &str) -> Option<Dovecot> {
        let program = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"].into_iter().find(|path| Path::new(path).exists())?;
        let dir = tempfile::Builder::new().prefix("jcabot-dovecot-").tempdir().unwrap();
        let (port, tls_port) = free_ports();
        let mail = over.map_or_else(|| dir.path().join("mail"), Path::to_path_buf);
        std::fs::create_dir_all(&mail).unwrap();
        // Dovecot never works on root's mail: as root, its letters belong to nobody.
        let (uid, user) = if is_root() {
            (65534, "nobody".to_owned())
        } else {
            (std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()), String::new())
        };
        if is_root() {
            std::os::unix::fs::chown(&mail, Some(uid), Some(65534)).unwrap();
            std::os::unix::fs::chown(dir.path(), Some(uid), Some(65534)).unwrap();
        }
        let own = if is_root() {
            String::new()
        } else {
            let name = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
            let group = String::from_utf8(Command::new("id").arg("-gn").output().unwrap().stdout).unwrap();
            let (name, group) = (name.trim(), group.trim());
            format!(
                "default_internal_user = {name}\ndefault_internal_group = {group}\ndefault_login_user = {name}\nservice anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n"
            )
        };
        let offers = if hidden.is_empty() {
            String::new()
        } else {
            format!(
                "imap_capability = IMAP4rev1 {}\n",
                ALL.iter().filter(|offer| !hidden.contains(offer)).copied().collect::<Vec<_>>().join(" ")
            )
        };
        let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/tls");
        let base = dir.path().display();
        let config = format!(
            "base_dir = {base}/run\nstate_dir = {base}/state\nlog_path = {base}/log\nprotocols = imap\nlisten = 127.0.0.1\n\
             ssl = yes\nssl_cert = <{tls}/server.pem\nssl_key = <{tls}/server.key\ndisable_plaintext_auth = no\nauth_mechanisms = plain login\n\
             mail_location = maildir:{mail}/%u\nfirst_valid_uid = 1\n{own}{offers}\
             passdb {{\n driver = static\n args = password=secret\n}}\n\
             userdb {{\n driver = static\n args = uid={uid} gid={gid} home={mail}/%u\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n inet_listener imaps {{\n port = {tls_port}\n ssl = yes\n }}\n}}\n{more}",
            tls = tls.display(),
            mail = mail.display(),
            gid = if is_root() { 65534 } else { std::os::unix::fs::MetadataExt::gid(&std::fs::metadata("/proc/self").unwrap()) },
        );
        let _ = user;
        let file = dir.path().join("dovecot.conf");
        std::fs::write(&file, config).unwrap();
        let server =
            Command::new(program).arg("-F").arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
        let dovecot = Dovecot { port, tls_port, mail, server, _dir: dir };
        dovecot.greets().await;
        Some(dovecot)
    }

    async fn greets(&self) {
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(30));
        loop {
            again.tick().await;
            let greeting = async {
                let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
                let mut bytes = [0; 4];
                stream.read_exact(&mut bytes).await.ok()?;
                Some(bytes)
            };
            if let Ok(Some(bytes)) = tokio::time::timeout(Duration::from_secs(2), greeting).await
                && &bytes == b"* OK"
            {
                return;
            }
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "Dovecot does not greet: {}",
                std::fs::read_to_string(self._dir.path().join("log")).unwrap_or_default()
            );
        }
    }

    /// Puts a letter into a user's inbox, as a delivery agent does.
    pub(crate) fn deliver(&self, user: &str, letter: &[u8]) {
        let inbox = self.mail.join(user);
        for folder in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(inbox.join(folder)).unwrap();
        }
        let name = format!("{}.{}.test", fastrand::u64(..), fastrand::u64(..));
        std::fs::write(inbox.join("tmp").join(&name), letter).unwrap();
        if is_root() {
            for path in [inbox.clone(), inbox.join("tmp"), inbox.join("new"), inbox.join("cur"), inbox.join("tmp").join(&name)] {
                std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
            }
        }
        std::fs::rename(inbox.join("tmp").join(&name), inbox.join("new").join(&name)).unwrap();
    }

    /// Runs doveadm on this server.
    pub(crate) fn admin(&self, arguments: &[&str]) {
        let done = Command::new("doveadm").arg("-c").arg(self._dir.path().join("dovecot.conf")).args(arguments).output().unwrap();
        assert!(done.status.success(), "doveadm {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// How many letters a folder holds on disk (`""` is the inbox, others are written `.JCA.Contacts`).
    pub(crate) fn count(&self, user: &str, folder: &str) -> usize {
        let dir = if folder.is_empty() { self.mail.join(user) } else { self.mail.join(user).join(folder) };
        let letters = |sub: &str| std::fs::read_dir(dir.join(sub)).map(Iterator::count).unwrap_or(0);
        letters("new") + letters("cur")
    }

    /// The mailbox settings that reach a user, in clear text on this machine.
    pub(crate) fn settings(&self, user: &str, more: &str) -> String {
        format!(
            "name = \"jca\"\n[imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"{user}\"\npassword = \"secret\"\n{more}",
            self.port
        )
    }
}

/// What Dovecot 2.3 offers after the login and this program looks at.
const ALL: &[&str] = &["IDLE", "MOVE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE", "NAMESPACE", "ID", "LITERAL+", "CHILDREN"];

impl Drop for Dovecot {
    fn drop(&mut self) {
        // The master ends its children on SIGTERM; a plain kill would leave them.
        let _ = Command::new("kill").arg("-TERM").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
    }
}
