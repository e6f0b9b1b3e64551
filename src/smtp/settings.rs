//! How letters leave, as the configuration says it.

use crate::domain::address::Address;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;

/// `[transport.smtp]` or `[transport.folder]`; exactly one of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Settings {
    /// To a mail server.
    Smtp(SmtpSettings),
    /// To a folder, for the demo and for dry runs.
    Folder(FolderSettings),
}

/// A mail server, checked: a password has its user, and clear text stays on this machine.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct SmtpSettings {
    /// Name or address of the server; a certificate must carry it.
    pub host: String,
    /// The port, or the usual one of the kind of connection.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Whom to log in as, if the server wants a login.
    pub login: Option<Login>,
    /// PEM file of a certificate authority to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The name this machine gives itself in EHLO, instead of its host name.
    pub helo: Option<String>,
    /// Where bounces go, for servers that do not take `name+mark@host` for `name@host`.
    pub bounces: Option<Address>,
}

/// A user and where the password is.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password, or the file that holds it.
    pub password: Password,
}

/// Where the password is.
#[derive(Clone, Debug)]
pub enum Password {
    /// In the configuration.
    Given(SecretString),
    /// In the first line of a file, read at each login, so that a changed one needs no restart.
    File(PathBuf),
}

impl Password {
    /// The password itself.
    pub(super) async fn reveal(&self) -> std::io::Result<SecretString> {
        match self {
            Password::Given(password) => Ok(password.clone()),
            Password::File(path) => {
                let text = SecretString::from(tokio::fs::read_to_string(path).await?);
                Ok(SecretString::from(text.expose_secret().lines().next().unwrap_or_default()))
            }
        }
    }
}

/// How the connection to a mail server is protected (RFC 8314).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// TLS after STARTTLS; a server that does not offer it is refused, never used in clear text.
    Starttls,
    /// Clear text, on this machine only.
    Plain,
}

impl Security {
    fn usual_port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::Plain => 25,
        }
    }
}

/// A folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderSettings {
    /// Where the letters are written; made when missing.
    pub path: PathBuf,
}

/// What a person writes, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    host: String,
    port: Option<u16>,
    #[serde(default)]
    security: Security,
    user: Option<String>,
    password: Option<SecretString>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    helo: Option<String>,
    bounces: Option<Address>,
}

impl TryFrom<Written> for SmtpSettings {
    type Error = String;

    fn try_from(written: Written) -> Result<SmtpSettings, String> {
        if written.host.trim().is_empty() {
            return Err("the host of the mail server is empty: write its name, such as host = \"smtp.example.org\"".into());
        }
        if written.security == Security::Plain && !is_loopback(&written.host) {
            let host = &written.host;
            return Err(format!("security = \"plain\" is only for this machine, not for {host}: use \"tls\" or \"starttls\""));
        }
        if let Some(helo) = written.helo.as_ref().filter(|helo| helo.is_empty() || helo.contains(|c: char| !c.is_ascii_graphic()))
        {
            return Err(format!("helo = {helo:?} is no host name: write this machine's name, such as \"jca.example.org\""));
        }
        let password = match (written.password, written.password_file) {
            (Some(_), Some(_)) => return Err("both password and password_file are given: keep one".into()),
            (Some(password), None) => Some(Password::Given(password)),
            (None, Some(file)) => Some(Password::File(file)),
            (None, None) => None,
        };
        let login = match (written.user, password) {
            (Some(user), Some(password)) => Some(Login { user, password }),
            (Some(_), None) => return Err("user is given without a password: add password_file or password".into()),
            (None, Some(_)) => return Err("a password is given without a user: add user".into()),
            (None, None) => None,
        };
        let port = written.port.unwrap_or(written.security.usual_port());
        let Written { host, security, ca_file, helo, bounces, .. } = written;
        Ok(SmtpSettings { host, port, security, login, ca_file, helo, bounces })
    }
}

/// The host is this machine by its very name; nothing is looked up.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{Security, Settings};

    #[derive(Debug, serde::Deserialize)]
    struct File {
        transport: Settings,
    }

    fn error(text: &str) -> String {
        toml::from_str::<File>(text).unwrap_err().to_string()
    }

    #[test]
    fn the_usual_port_goes_with_the_kind_of_connection() {
        let file: File = toml::from_str("[transport.smtp]\nhost = \"a.example\"\nsecurity = \"starttls\"").unwrap();

        let Settings::Smtp(smtp) = file.transport else { panic!("smtp was written") };
        assert_eq!((smtp.port, smtp.security), (587, Security::Starttls));
    }

    #[test]
    fn a_wrong_setting_is_told_with_its_line_and_the_way_out() {
        let plain = error("[transport.smtp]\nhost = \"a.example\"\nsecurity = \"plain\"");
        let unknown = error("[transport.smtp]\nhost = \"a.example\"\nhots = 1");
        let lonely = error("[transport.smtp]\nhost = \"a.example\"\nuser = \"x\"");

        assert!(plain.contains("line 1") && plain.contains("use \"tls\" or \"starttls\""), "{plain}");
        assert!(unknown.contains("line 3") && unknown.contains("hots"), "{unknown}");
        assert!(lonely.contains("password_file"), "{lonely}");
    }

    #[test]
    fn a_password_is_not_printed() {
        let text = "[transport.smtp]\nhost = \"a.example\"\nuser = \"x\"\npassword = \"canary\"";

        let file: File = toml::from_str(text).unwrap();

        assert!(!format!("{file:?}").contains("canary"));
    }
}
