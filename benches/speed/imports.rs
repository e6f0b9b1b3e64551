//! `jcabot import` into SQLite with full text, beside `notmuch new` on the same letters.

use crate::process::{Took, configuration, jcabot, run};
use crate::{SEED, generate};
use std::path::Path;
use std::process::{Command, Stdio};

/// Prints both programs' figures and their ratio.
pub(crate) fn measure(count: usize) {
    let dir = tempfile::tempdir().unwrap();
    let mail = dir.path().join("mail");
    let octets = generate::maildir(&mail, count, SEED).unwrap();
    println!("import of {count} letters ({:.1} MB) into SQLite with full text", octets as f64 / 1e6);
    // Both read from a warm cache; the one that comes first must not read for the other.
    let _warm = generate::octets_of(&mail);
    let ours = import(dir.path(), &mail);
    say("jcabot import", count, &ours);
    match notmuch(dir.path(), &mail) {
        Some(theirs) => {
            say("notmuch new", count, &theirs);
            println!("  ratio           {:>8.2}  (goal: at least 3)\n", theirs.time.as_secs_f64() / ours.time.as_secs_f64());
        }
        None => println!("  notmuch is not installed (Debian: notmuch), so there is no ratio\n"),
    }
}

fn say(name: &str, count: usize, took: &Took) {
    println!("  {name:<15} {:>8.0} letters/s, peak {:.0} MB", count as f64 / took.time.as_secs_f64(), took.peak);
}

fn import(dir: &Path, mail: &Path) -> Took {
    let config = configuration(dir, &format!("name = \"jca\"\n[mailbox.maildir]\npath = \"{}/inbox\"", dir.display()));
    run(jcabot().arg("--config").arg(config).arg("import").arg(mail).stdout(Stdio::null()))
}

fn notmuch(dir: &Path, mail: &Path) -> Option<Took> {
    Command::new("notmuch").arg("--version").stdout(Stdio::null()).status().ok()?;
    let config = dir.join("notmuch-config");
    let text =
        format!("[database]\npath={}\n[user]\nname=Bench\nprimary_email=bench@example.org\n[new]\ntags=new\n", mail.display());
    std::fs::write(&config, text).unwrap();
    Some(run(Command::new("notmuch").arg("new").arg("--quiet").env("NOTMUCH_CONFIG", config).stdout(Stdio::null())))
}
