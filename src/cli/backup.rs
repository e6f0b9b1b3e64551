//! `jcabot backup` and `jcabot restore`.

use crate::cli::{Outcome, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon;
use crate::store::{Instance, Settings, Store, restore as put_back};
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A daemon beats every three seconds; a beat that stands still for so long is nobody's.
const STANDSTILL: Duration = Duration::from_secs(5);

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the copy is written; it must not be there yet
    #[arg(required_unless_present = "key")]
    file: Option<PathBuf>,
    /// Write the installation's name and secret key into this file (for `jcabot rebuild`); keep it apart from the backups
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// The backup
    #[arg(required_unless_present = "resume")]
    file: Option<PathBuf>,
    /// Only note that the database was restored by other means (PostgreSQL): what came before now is not answered again
    #[arg(long, conflicts_with = "file")]
    resume: bool,
}

/// Runs `backup`: a copy of one moment, made while the daemon works, checked and counted.
pub(crate) async fn backup(path: &Path, arguments: &Arguments) -> Result<Outcome> {
    let config = Config::load(path)?;
    let store = Store::open_existing(&config.database).await?;
    if let Some(file) = &arguments.key {
        write_key(&store.instance().await?, file)?;
        eprintln!("jcabot: The key is in {}; whoever has it can write letters that pass for ours", file.display());
    }
    let Some(file) = &arguments.file else { return Ok(Outcome::Done) };
    let saved = store.save(file).await?;
    store.close().await;
    match saved {
        Some(saved) if arguments.json => print::json(&saved)?,
        Some(saved) => {
            let rows: Vec<String> = saved.rows.iter().map(|(table, count)| format!("{count} {table}")).collect();
            print::line(&format!("{} is written and checked: {} octets, {}", file.display(), saved.size, rows.join(", ")))?;
        }
        None => dump(&config.database, file)?,
    }
    Ok(Outcome::Done)
}

/// PostgreSQL's own program; the password goes through the environment of that program alone, never through its arguments.
fn dump(settings: &Settings, file: &Path) -> Result<()> {
    if file.exists() {
        bail!("{} is there already; a backup is never overwritten", file.display());
    }
    let (url, password) = without_password(&settings.url);
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--file"]).arg(file).arg(format!("--dbname={url}"));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let done = command
        .status()
        .context("There is no pg_dump here: install postgresql-client of the server's version, or run pg_dump on the server")?;
    let listed = Command::new("pg_restore").arg("--list").arg(file).output();
    if !done.success() || !listed.is_ok_and(|listed| listed.status.success()) {
        bail!("pg_dump did not write a sound {}", file.display());
    }
    print::line(&format!("{} is written by pg_dump, and pg_restore can read it", file.display()))
}

/// A URL without its password, and the password, decoded.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let (login, place) = rest.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        Some((format!("{scheme}://{user}@{place}"), decoded(password)))
    });
    parts.map_or((url.to_owned(), None), |(url, password)| (url, Some(password)))
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        let digits: Vec<u8> = if octet == b'%' { rest.clone().take(2).collect() } else { Vec::new() };
        match std::str::from_utf8(&digits).ok().filter(|hex| hex.len() == 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                octets.push(decoded);
                rest.nth(1);
            }
            None => octets.push(octet),
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// Runs `restore`: puts the backup in the place of the database; what was there stays beside it.
pub(crate) async fn restore(path: &Path, arguments: &Restore) -> Result<Outcome> {
    let config = Config::load(path)?;
    let now = Clock::system().now();
    if let Some(file) = &arguments.file {
        refuse_beside_a_daemon(&config.database).await?;
        let (aside, rows) = put_back(&config.database, file, now).await?;
        let letters = rows.get("message").copied().unwrap_or_default();
        print::line(&format!("{} is in place and checked: {letters} letters on file", file.display()))?;
        if let Some(aside) = aside {
            print::line(&format!("What was there before is {}", aside.display()))?;
        }
    }
    let knowledge = daemon::knowledge(&config)?;
    let store = Store::open(&config.database).await?;
    let activity = store.begin(&knowledge.rules.charter, now).await?;
    store.resume(activity, now).await?;
    store.close().await;
    print::line("Letters that came before now are taken in at the next start and not answered again.")?;
    Ok(Outcome::Done)
}

/// A daemon that goes on writing into a file that was put aside would lose what it writes.
async fn refuse_beside_a_daemon(settings: &Settings) -> Result<()> {
    // A damaged or missing database has no daemon that works.
    let Ok(store) = Store::open_existing(settings).await else { return Ok(()) };
    let before = store.leader().await;
    tokio::time::sleep(STANDSTILL).await;
    let after = store.leader().await;
    store.close().await;
    if let (Ok(before), Ok(after)) = (before, after)
        && before != after
    {
        bail!("A daemon works on this ledger; stop it first (systemctl stop jcabot)");
    }
    Ok(())
}

fn write_key(instance: &Instance, file: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let hex: String = instance.key.iter().map(|octet| format!("{octet:02x}")).collect();
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut opened = opened.with_context(|| format!("Cannot make the key file {}", file.display()))?;
    let written =
        writeln!(opened, "# The name and secret key of a jcabot installation.\nname = \"{}\"\nkey = \"{hex}\"", instance.id);
    written.and_then(|()| opened.sync_all()).with_context(|| format!("Cannot write the key file {}", file.display()))
}

/// Reads what [`write_key`] wrote.
pub(crate) fn read_key(file: &Path) -> Result<Instance> {
    let text = std::fs::read_to_string(file).with_context(|| format!("Cannot read the key file {}", file.display()))?;
    let table: toml::Table = text.parse().with_context(|| format!("{} is no key file", file.display()))?;
    let word = |name: &str| table.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let (id, hex) = (word("name"), word("key"));
    let octets: Vec<u8> = hex
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let key = octets.try_into().ok().with_context(|| format!("{} holds no key of 32 octets", file.display()))?;
    if id.is_empty() {
        bail!("{} holds no name", file.display());
    }
    Ok(Instance { id, key })
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_goes_its_own_way() {
        let (url, password) = without_password("postgres://jca:s%40crét@db.example/jca?sslmode=require");

        assert_eq!((url.as_str(), password.as_deref()), ("postgres://jca@db.example/jca?sslmode=require", Some("s@crét")));
        assert_eq!(without_password("postgres://db.example/jca").1, None);
    }
}
