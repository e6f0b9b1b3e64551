//! How a mailbox is reached, as the configuration says it.

use secrecy::SecretString;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;

/// One `[[mailbox]]`: a name and either `[mailbox.imap]` or `[mailbox.maildir]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The ledger remembers letters by it, so it must not change.
    pub name: String,
    /// On a server.
    pub imap: Option<ImapSettings>,
    /// On this machine.
    pub maildir: Option<MaildirSettings>,
    /// What becomes of filed letters.
    #[serde(default)]
    pub shelving: Shelving,
}

/// What becomes of filed letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shelving {
    /// Moved to the folder of their kind, with keywords.
    #[default]
    Move,
    /// Left where they are, with keywords.
    Label,
    /// Left alone.
    Off,
}

/// How the connection is protected (RFC 8314).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImapSecurity {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// TLS after STARTTLS; a server that does not offer it is refused.
    Starttls,
    /// Clear text, on this machine only.
    Plain,
}

/// A mailbox on a server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImapSettings {
    /// Name or address of the server; its certificate must carry it.
    pub host: String,
    /// The port, if not the usual one (993, or 143 without TLS from the first byte).
    port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub security: ImapSecurity,
    /// Whom to log in as.
    pub user: String,
    password: Option<SecretString>,
    password_file: Option<PathBuf>,
    /// PEM file of a certificate authority to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The folders that are read.
    #[serde(default = "inbox")]
    pub folders: Vec<String>,
    /// Letters larger than this, in MiB, are filed by their header alone.
    #[serde(default = "limit")]
    pub limit_mib: u32,
    /// Whether the server's RFC822.SIZE is exact, as RFC 3501 asks. A letter that comes shorter is then asked for again, and
    /// the third time only its header is filed, for a person. Exchange gives estimates unless told otherwise
    /// (`EnableExactRFC822Size`); there it must be `false`.
    #[serde(default = "yes")]
    pub exact_sizes: bool,
}

/// A mailbox on this machine (Maildir++: subfolders are `.Name.Sub`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaildirSettings {
    /// The folder that holds `new`, `cur` and `tmp`; made when missing.
    pub path: PathBuf,
    /// Letters larger than this, in MiB, are filed by their header alone.
    #[serde(default = "limit")]
    pub limit_mib: u32,
}

fn yes() -> bool {
    true
}

fn inbox() -> Vec<String> {
    vec!["INBOX".to_owned()]
}

/// Most servers refuse letters over 25 MiB; a larger one is read by its header (RELIABILITY A6).
fn limit() -> u32 {
    25
}

impl ImapSettings {
    /// The port, or the usual one of the kind of connection.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.security == ImapSecurity::Tls { 993 } else { 143 })
    }

    /// The password: given, or the first line of its file, read at each login so that a changed one needs no restart.
    pub(super) async fn password(&self) -> std::io::Result<SecretString> {
        let Some(file) = &self.password_file else { return Ok(self.password.clone().unwrap_or_default()) };
        let text = tokio::fs::read_to_string(file).await?;
        Ok(SecretString::from(text.lines().next().unwrap_or_default()))
    }
}

impl Settings {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folders that are read.
    pub fn folders(&self) -> Vec<String> {
        self.imap.as_ref().map_or_else(inbox, |imap| imap.folders.clone())
    }

    /// What is wrong with it, as one sentence that says how to mend it.
    pub fn check(&self) -> Result<(), String> {
        let Some(imap) = &self.imap else {
            return match self.maildir {
                Some(_) => Ok(()),
                None => {
                    Err("it has no place: add a table [mailbox.imap] (host, user, password_file) or [mailbox.maildir] (path)"
                        .to_owned())
                }
            };
        };
        if self.maildir.is_some() {
            return Err(
                "it has both [mailbox.imap] and [mailbox.maildir]: keep one, and give the other a [[mailbox]] of its own"
                    .to_owned(),
            );
        }
        if imap.host.trim().is_empty() {
            return Err("the host of the mail server is empty: write its name, such as host = \"imap.example.org\"".to_owned());
        }
        let is_local =
            imap.host.eq_ignore_ascii_case("localhost") || imap.host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback());
        if imap.security == ImapSecurity::Plain && !is_local {
            return Err(format!(
                "security = \"plain\" is only for this machine, not for {}: use \"tls\" or \"starttls\"",
                imap.host
            ));
        }
        match (&imap.password, &imap.password_file) {
            (None, None) => {
                Err("there is no password: add password_file (its first line is the password) or password".to_owned())
            }
            (Some(_), Some(_)) => Err("both password and password_file are given: keep one".to_owned()),
            _ if imap.folders.is_empty() => Err("folders is empty: name at least \"INBOX\"".to_owned()),
            _ => Ok(()),
        }
    }
}
