//! The IMAP mailbox against a real Dovecot: every capability, and none.

use crate::support::dovecot::Dovecot;
use crate::support::tls;
use jcabot::domain::steps::Place;
use jcabot::mailbox::{Fetch, Mailbox, MailboxError, Move, Settings, Shelved};
use std::time::{Duration, Instant};

const LETTER: &[u8] = b"From: jane@example.org\r\nTo: jca@example.org\r\nSubject: one\r\nMessage-ID: <one@example.org>\r\nDate: Mon, 20 Aug 2012 10:00:00 +0200\r\n\r\nHello.\r\n";

fn settings(text: &str) -> Settings {
    toml::from_str(text).unwrap()
}

async fn open(dovecot: &Dovecot, user: &str) -> Mailbox {
    Mailbox::connect(&settings(&dovecot.settings(user, ""))).await.unwrap()
}

fn shelf<'a>(place: &'a Place, target: &'a str, keywords: &'a [String]) -> Move<'a> {
    Move { place, target: Some(target), keywords, ours: &[], landing: None }
}

/// Files the one letter of the inbox by what `scan` and `fetch` give, and shelves it.
async fn shelve_one(mailbox: &mut Mailbox) -> Shelved {
    let scan = mailbox.scan("INBOX").await.unwrap();
    let uid = scan.uids.iter().next().unwrap().clone();
    let raw = mailbox.fetch("INBOX", scan.uid_validity, &uid).await.unwrap().letter().unwrap();
    assert_eq!(raw.bytes, LETTER);
    assert!(raw.received_at.is_some());
    mailbox.shelve(&shelf(&raw.place, "JCA/Contacts", &["$JcaContact".to_owned()])).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_read_without_a_trace_and_moved_with_its_keyword() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    dovecot.deliver("anna", LETTER);
    let mut mailbox = open(&dovecot, "anna").await;

    let Shelved::Moved(Some(place)) = shelve_one(&mut mailbox).await else { panic!("not moved") };

    assert_eq!(place.folder, "JCA/Contacts");
    assert_eq!((dovecot.count("anna", ""), dovecot.count("anna", ".JCA.Contacts")), (0, 1));
    let file = std::fs::read_dir(dovecot.mail.join("anna/.JCA.Contacts/cur")).unwrap().next().unwrap().unwrap().file_name();
    assert!(!file.to_str().unwrap().split(":2,").nth(1).unwrap().contains('S'), "the letter was marked as read");
    let keywords = std::fs::read_to_string(dovecot.mail.join("anna/.JCA.Contacts/dovecot-keywords")).unwrap();
    assert!(keywords.contains("$JcaContact"), "{keywords}");
    let there = mailbox.scan("JCA/Contacts").await.unwrap();
    assert_eq!((there.uid_validity, there.uids.contains(&place.uid)), (place.uid_validity, true));
    mailbox.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_server_does_with_copy_and_delete_of_one_letter() {
    let Some(dovecot) =
        Dovecot::without(&["IDLE", "MOVE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE", "NAMESPACE", "ID", "LITERAL+", "CHILDREN"])
            .await
    else {
        return;
    };
    dovecot.deliver("bo", LETTER);
    let mut mailbox = open(&dovecot, "bo").await;

    let shelved = shelve_one(&mut mailbox).await;

    assert!(matches!(shelved, Shelved::Moved(_)), "{shelved:?}");
    assert_eq!(dovecot.count("bo", ".JCA.Contacts"), 1);
    // Without UIDPLUS the original stays, marked: a plain EXPUNGE would take a person's own marked letters with it.
    assert_eq!(dovecot.count("bo", ""), 1);
    mailbox.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_a_person_moved_first_is_gone() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    dovecot.deliver("cy", LETTER);
    let mut mailbox = open(&dovecot, "cy").await;
    let scan = mailbox.scan("INBOX").await.unwrap();
    let uid = scan.uids.iter().next().unwrap().clone();
    let raw = mailbox.fetch("INBOX", scan.uid_validity, &uid).await.unwrap().letter().unwrap();
    let mut person = open(&dovecot, "cy").await;
    person.scan("INBOX").await.unwrap();
    person.shelve(&shelf(&raw.place, "Private", &[])).await.unwrap();

    let shelved = mailbox.shelve(&shelf(&raw.place, "JCA/Contacts", &[])).await.unwrap();

    assert_eq!(shelved, Shelved::Gone);
    assert_eq!(mailbox.fetch("INBOX", scan.uid_validity, &uid).await.unwrap().letter().map(|raw| raw.bytes), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn news_wake_a_waiting_mailbox() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    dovecot.deliver("di", LETTER);
    let mut mailbox = open(&dovecot, "di").await;
    mailbox.scan("INBOX").await.unwrap();
    let started = Instant::now();
    let wait = tokio::spawn(async move {
        mailbox.wait().await.unwrap();
        mailbox.scan("INBOX").await.unwrap().uids.len()
    });

    tokio::time::sleep(Duration::from_millis(300)).await;
    dovecot.deliver("di", LETTER);

    let letters = tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap().unwrap();
    assert_eq!(letters, 2, "after {:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_checked_and_a_wrong_password_is_said() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let with = |port: u16, security: &str, password: &str, ca: &str| {
        settings(&format!(
            "name = \"jca\"\n[imap]\nhost = \"localhost\"\nport = {port}\nsecurity = \"{security}\"\nuser = \"eve\"\npassword = \"{password}\"\n{ca}"
        ))
    };
    let ca = format!("ca_file = {:?}", tls::authority());

    let good = [with(dovecot.tls_port, "tls", "secret", &ca), with(dovecot.port, "starttls", "secret", &ca)];
    let untrusted = Mailbox::connect(&with(dovecot.tls_port, "tls", "secret", "")).await;
    let wrong = Mailbox::connect(&with(dovecot.tls_port, "tls", "hunter2", &ca)).await;

    for settings in good {
        let mut mailbox = Mailbox::connect(&settings).await.unwrap();
        assert!(mailbox.describe().await.unwrap().contains("INBOX has 0 letters"));
        mailbox.close().await;
    }
    assert!(matches!(untrusted, Err(MailboxError::Connection(words)) if words.contains("No TLS")));
    let words = wrong.err().unwrap().to_string();
    assert!(words.contains("refuses the login of eve") && !words.contains("hunter2"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_letter_carries_the_keyword_of_its_new_kind_alone() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    dovecot.deliver("kit", LETTER);
    let mut mailbox = open(&dovecot, "kit").await;
    let Shelved::Moved(Some(place)) = shelve_one(&mut mailbox).await else { panic!("not moved") };

    let (new, ours) = (["$JcaInquiry".to_owned()], ["$JcaContact".to_owned(), "$JcaInquiry".to_owned()]);
    let job = Move { place: &place, target: Some("JCA/Inquiries"), keywords: &new, ours: &ours, landing: None };
    let Shelved::Moved(Some(place)) = mailbox.shelve(&job).await.unwrap() else { panic!("not moved") };

    let Fetch::Letter(_, keywords) = mailbox.fetch(&place.folder, place.uid_validity, &place.uid).await.unwrap() else {
        panic!("not there")
    };
    assert_eq!(keywords, ["$JcaInquiry"]);
    mailbox.close().await;
}

#[tokio::test]
async fn a_corrected_letter_of_a_maildir_carries_the_keyword_of_its_new_kind_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("new")).unwrap();
    std::fs::create_dir_all(dir.path().join("cur")).unwrap();
    std::fs::create_dir_all(dir.path().join("tmp")).unwrap();
    std::fs::write(dir.path().join("new/1.one.host"), LETTER).unwrap();
    let path = dir.path().display();
    let mut mailbox = Mailbox::connect(&settings(&format!("name = \"jca\"\n[maildir]\npath = \"{path}\""))).await.unwrap();
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 0, uid: "1.one.host".to_owned() };
    let ours = ["$JcaContact".to_owned(), "$JcaInquiry".to_owned()];

    for keywords in ours.chunks(1) {
        let job = Move { place: &place, target: None, keywords, ours: &ours, landing: None };
        assert!(matches!(mailbox.shelve(&job).await.unwrap(), Shelved::Labelled));
    }

    let Fetch::Letter(_, keywords) = mailbox.fetch("INBOX", 0, &place.uid).await.unwrap() else { panic!("not there") };
    assert_eq!(keywords, ["$JcaInquiry"]);
}
