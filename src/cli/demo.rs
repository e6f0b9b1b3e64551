//! `jcabot demo`: the whole job on a small activity of August 2012, in front of the reader.

use crate::cli::{Outcome, print, roster};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{Daemon, Mode};
use crate::domain::Timestamp;
use crate::mailbox::{Mailbox, deliver};
use crate::plan::schedule::week_of;
use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};

/// The project's own letters, in six languages.
static LETTERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/samples");

/// The demo's clock: the morning after the charter's day, when the first late letter has come.
const MORNING: &str = "2012-08-23T08:00:00+02:00";
/// The watch began before the first letter came.
const SINCE: &str = "2012-07-01T00:00:00Z";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the activity is made (default: jcabot-demo)
    #[arg(default_value = "jcabot-demo", value_name = "DIR")]
    dir: PathBuf,
    /// Stop after the job instead of watching the Maildir
    #[arg(long)]
    once: bool,
}

/// Runs the demo.
pub(crate) async fn run(arguments: &Arguments) -> Result<Outcome> {
    let dir = std::path::absolute(&arguments.dir).with_context(|| format!("Cannot find {}", arguments.dir.display()))?;
    let config = prepare(&dir)?;
    let moment: Timestamp = MORNING.parse().context("The demo's clock is wrong")?;
    let _written_out_at_the_end = crate::cli::log::begin(&config.log)?;
    let daemon = Daemon::build(config, None, Clock::set_to(moment), Mode::Watch).await?;
    print::line(&format!("A small JCA-COP in {}: a Maildir, a SQLite ledger, and a folder for what leaves.", dir.display()))?;
    print::line("It is the morning of 23 August 2012 in Geneva; yesterday the contact details were due.\n")?;
    take_in(&daemon, &dir).await?;
    send(&daemon).await?;
    report(&daemon, &dir, moment).await?;
    if arguments.once {
        daemon.desk().store.close().await;
        return Ok(Outcome::Done);
    }
    print::line(&format!(
        "\nNow watching. Drop a letter in and see it filed:\n  cp letter.eml {}/new/",
        dir.join("Maildir").display()
    ))?;
    print::line(&format!("Answers appear in {}. Ctrl-C ends it.", dir.join("outgoing").display()))?;
    daemon.run().await?;
    Ok(Outcome::Done)
}

/// Makes the folder and its configuration; a Maildir that is there already is left as it is.
fn prepare(dir: &Path) -> Result<Config> {
    std::fs::create_dir_all(dir).with_context(|| format!("Cannot make {}", dir.display()))?;
    let quoted = |path: PathBuf| toml::Value::String(path.display().to_string()).to_string();
    let database = toml::Value::String(format!("sqlite:{}", dir.join("jcabot.db").display())).to_string();
    let text = format!(
        "# The demo's configuration: everything on this machine, answers into a folder.\n\
         [activity]\ncharter = \"jca-cop\"\nanswer_since = \"{SINCE}\"\n\n[database]\nurl = {database}\n\n\
         [[mailbox]]\nname = \"demo\"\n[mailbox.maildir]\npath = {}\n\n[transport.folder]\npath = {}\n\n\
         [dial]\nacknowledgement = \"send\"\nreminder = \"hold\"\ndigest = \"send\"\nnotice = \"hold\"\n\n\
         [caps]\nper_hour = 1000\nper_day = 1000\n\n[log]\nfilter = \"warn\"\n",
        quoted(dir.join("Maildir")),
        quoted(dir.join("outgoing")),
    );
    let file = dir.join("jcabot.toml");
    std::fs::write(&file, &text).with_context(|| format!("Cannot write {}", file.display()))?;
    Config::read(&text, &file.display().to_string())
}

/// Puts the letters into the Maildir and files them, a line each.
async fn take_in(daemon: &Daemon, dir: &Path) -> Result<()> {
    let maildir = dir.join("Maildir");
    let mut letters: Vec<_> = LETTERS.files().collect();
    letters.sort_by_key(|file| file.path());
    for file in &letters {
        deliver(&maildir, file.contents()).with_context(|| format!("Cannot deliver into {}", maildir.display()))?;
    }
    print::line(&format!("{} letters have come:\n", letters.len()))?;
    let mailboxes = daemon.mailboxes();
    let settings = mailboxes.first().context("The demo has a mailbox")?;
    let mut mailbox = Mailbox::connect(settings).await?;
    let mut rows = Vec::new();
    let (desk, folder) = (daemon.desk(), "INBOX");
    let scan = mailbox.scan(folder).await?;
    let known = desk.store.known_uids(desk.activity, settings.name(), folder, scan.uid_validity).await?;
    for uid in scan.uids.iter().filter(|uid| !known.contains(*uid)) {
        let Some(raw) = mailbox.fetch(folder, scan.uid_validity, uid).await?.letter() else { continue };
        let filed = desk.file_one(raw).await?;
        let Some(why) = desk.store.why(desk.activity, filed.message).await? else { continue };
        let message = &why.message;
        let from = message.sender.as_ref().map_or(String::new(), |sender| sender.reveal().to_owned());
        let language = message.language.map_or("und", |language| language.as_str());
        rows.push(vec![
            message.id.0.to_string(),
            from,
            language.to_owned(),
            message.kind.as_str().to_owned(),
            message.subject.clone(),
        ]);
    }
    print::table(&["No.", "From", "In", "Became", "Subject"], &[4, 40, 3, 18, 58], &rows)?;
    crate::shelving::shelve_due(desk, &mut mailbox, settings).await?;
    mailbox.close().await;
    Ok(())
}

/// Writes the digest, then empties the outbox into the folder.
async fn send(daemon: &Daemon) -> Result<()> {
    let desk = daemon.desk();
    daemon.reminders().tick(desk.clock.now()).await?;
    daemon.delivery().await?.deliver_due().await?;
    let letters = desk.store.letters(desk.activity, None).await?;
    print::line("\nWho was answered, and who was not yet:\n")?;
    let rows: Vec<Vec<String>> = letters
        .iter()
        .map(|letter| {
            vec![
                letter.id.0.to_string(),
                letter.kind.as_str().to_owned(),
                letter.to.reveal().to_owned(),
                letter.state.as_str().to_owned(),
                letter.note.clone(),
            ]
        })
        .collect();
    print::table(&["No.", "Kind", "To", "State", "Because"], &[4, 15, 44, 9, 60], &rows)
}

/// The roster and the digest.
async fn report(daemon: &Daemon, dir: &Path, now: Timestamp) -> Result<()> {
    let desk = daemon.desk();
    let knowledge = desk.knowledge.get();
    let charter = &knowledge.rules.charter;
    print::line("\nThe roster of expected seats:\n")?;
    roster::table(&desk.store.roster(desk.activity).await?, &desk.store.people(desk.activity).await?)?;
    let week = week_of(charter, now);
    let figures = desk.store.week(desk.activity, &week.name, week.from..week.to, now).await?;
    let texts = knowledge.replies.digest_texts(charter, &figures, now)?;
    let html = dir.join("digest.html");
    std::fs::write(&html, &texts.html).with_context(|| format!("Cannot write {}", html.display()))?;
    print::line("\nThe chair's week, as it goes on:\n")?;
    print::line(texts.text.trim_end())?;
    print::line(&format!("\nThe same as a page: {}", html.display()))?;
    let config = dir.join("jcabot.toml");
    print::line(&format!(
        "Look further: jcabot --config {0} why 1 · jcabot --config {0} outbox · … roster · … liaisons · … deadlines",
        config.display()
    ))
}
