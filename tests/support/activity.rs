//! A whole activity: a mailbox, a ledger in a temporary folder, a folder for what leaves; and letters for it.

use jcabot::clock::Clock;
use jcabot::config::Config;
use jcabot::daemon::{Daemon, Mode};
use jcabot::desk::Desk;
use jcabot::intake::{Extent, Intake};
use jcabot::mailbox::Mailbox;
use jcabot::stop::{self, Stop, Stopper};
use jcabot::store::Balance;
use std::path::PathBuf;
use tempfile::TempDir;

/// An activity that answers by itself, and whose mailbox is looked at when a test says so.
pub(crate) struct Activity {
    pub(crate) daemon: Daemon,
    pub(crate) intake: Intake,
    pub(crate) dir: TempDir,
    pub(crate) config: Config,
    stop: Stop,
    _stopper: Stopper,
}

/// The configuration of an activity in a folder. `mailbox` is the table of one mailbox, `more` any further lines of `[activity]`.
pub(crate) fn config(dir: &std::path::Path, mailbox: &str, more: &str) -> Config {
    let text = format!(
        "[activity]\ncharter = \"jca-cop\"\nanswer_since = \"2001-01-01T00:00:00Z\"\n{more}\n\
         [database]\nurl = \"sqlite:{dir}/jcabot.db\"\n[[mailbox]]\nname = \"jca\"\n{mailbox}\n\
         [transport.folder]\npath = \"{dir}/outgoing\"\n\
         [dial]\nacknowledgement = \"send\"\nreminder = \"hold\"\ndigest = \"hold\"\nnotice = \"send\"\n\
         [caps]\naddress_per_day = 1000\ndomain_per_day = 1000\nper_hour = 1000\nper_day = 1000\n",
        dir = dir.display()
    );
    Config::read(&text, "test").unwrap()
}

impl Activity {
    pub(crate) async fn new(mailbox: &str) -> Activity {
        Activity::with(mailbox, "").await
    }

    pub(crate) async fn with(mailbox: &str, more: &str) -> Activity {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path(), mailbox, more);
        Activity::build(dir, config).await
    }

    /// In a Maildir of its own.
    pub(crate) async fn in_maildir() -> Activity {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path(), &format!("[mailbox.maildir]\npath = \"{}/Maildir\"", dir.path().display()), "");
        Activity::build(dir, config).await
    }

    pub(crate) async fn build(dir: TempDir, config: Config) -> Activity {
        let daemon = Daemon::build(config.clone(), None, Clock::system(), Mode::Watch).await.unwrap();
        let intake = Intake::new(daemon.desk().clone(), daemon.mailboxes().remove(0));
        let (stopper, stop) = stop::signal();
        Activity { daemon, intake, dir, config, stop, _stopper: stopper }
    }

    pub(crate) fn desk(&self) -> &Desk {
        self.daemon.desk()
    }

    pub(crate) fn maildir(&self) -> PathBuf {
        self.dir.path().join("Maildir")
    }

    pub(crate) fn deliver(&self, letter: &[u8]) -> PathBuf {
        jcabot::mailbox::deliver(&self.maildir(), letter).unwrap()
    }

    pub(crate) async fn connect(&self) -> Mailbox {
        Mailbox::connect(&self.daemon.mailboxes().remove(0)).await.unwrap()
    }

    /// Connects, does rounds until there is nothing left to do, and adds up.
    pub(crate) async fn look(&self) -> Balance {
        let mut mailbox = self.connect().await;
        self.look_with(&mut mailbox).await.unwrap();
        mailbox.close().await;
        self.balance().await
    }

    pub(crate) async fn look_with(&self, mailbox: &mut Mailbox) -> anyhow::Result<()> {
        while self.intake.round(mailbox, Extent::All, &self.stop).await? > 0 {}
        self.intake.prove().await
    }

    pub(crate) async fn balance(&self) -> Balance {
        self.desk().store.balance(self.desk().activity, self.desk().clock.now()).await.unwrap()
    }

    /// Letters on file.
    pub(crate) async fn filed(&self) -> i64 {
        self.balance().await.letters.on_file
    }

    /// Letters out, by whatever state.
    pub(crate) async fn letters_out(&self) -> usize {
        self.desk().store.letters(self.desk().activity, None).await.unwrap().len()
    }

    /// How often an event stands in the journal.
    pub(crate) async fn events(&self, event: &str) -> usize {
        let filter = jcabot::store::JournalFilter { event: Some(event.to_owned()), ..Default::default() };
        self.desk().store.journal(self.desk().activity, &filter).await.unwrap().len()
    }
}

/// An inquiry of an authenticated writer, with this name in Message-ID, subject and address.
pub(crate) fn inquiry(name: &str) -> Vec<u8> {
    letter(
        name,
        &format!("Message-ID: <{name}@member.example>\r\n"),
        "Could you please tell us when the next meeting will take place?",
    )
}

/// The same with other fields and words.
pub(crate) fn letter(name: &str, fields: &str, words: &str) -> Vec<u8> {
    format!(
        "Return-Path: <{name}@member.example>\r\nAuthentication-Results: mx.itu.int; dmarc=pass header.from=member.example\r\n\
         From: A Writer <{name}@member.example>\r\nTo: tsbjcacop@itu.int\r\nDate: Mon, 20 Aug 2012 10:00:00 +0200\r\n\
         Subject: Question about {name}\r\n{fields}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Dear secretariat,\r\n\r\n{words}\r\n\r\nBest regards,\r\nA Writer\r\n"
    )
    .into_bytes()
}
