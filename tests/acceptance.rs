//! A new user's first hour: init, doctor, run against an IMAP and an SMTP server, a letter, its acknowledgement, its folder.

use crate::support::dovecot::Dovecot;
use crate::support::jca::{Jca, text, wait_for};
use crate::support::postfix::Postfix;

/// A letter as Thunderbird writes it and as our own server takes it in.
const LETTER: &str = "Return-Path: <jane@post.example>\r\n\
Authentication-Results: mx.itu.int; spf=pass smtp.mailfrom=post.example; dkim=pass header.d=post.example; dmarc=pass header.from=post.example\r\n\
Message-ID: <5031F2B4.1040301@post.example>\r\nDate: Mon, 20 Aug 2012 10:15:32 +0200\r\n\
From: Jane Marlowe <jane@post.example>\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:14.0) Gecko/20120713 Thunderbird/14.0\r\nMIME-Version: 1.0\r\n\
To: tsbjcacop@itu.int\r\nSubject: Representative of Study Group 13\r\n\
Content-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
Dear Ms Heineman,\r\n\r\nStudy Group 13 designates the following representative to JCA-COP:\r\n\r\n\
Name: Jane Marlowe\r\nOrganization: Post Example Ltd\r\nCountry: Canada\r\nE-mail: jane@post.example\r\nTel: +1 613 555 0142\r\n\r\n\
Kind regards\r\nJane Marlowe\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_comes_from_init_to_an_answered_letter_in_its_folder() {
    let (Some(dovecot), Some(postfix)) = (Dovecot::without(&[]).await, Postfix::running()) else { return };
    // IMAP makes the mailbox at the first login; the letter comes while the daemon watches.
    dovecot.deliver("tsbjcacop", b"From: old@post.example\r\nSubject: An old letter\r\n\r\nKept since spring.\r\n");
    let jca = Jca::new();

    jca.ok(&["init"]);
    let twice = jca.run(&["init"]);
    adapt(&jca, dovecot.port, postfix.port);
    let doctor = jca.ok(&["doctor"]);
    let mut daemon = jca.start();
    daemon.says("Watching mailbox");
    daemon.says("Filed message");
    dovecot.deliver("tsbjcacop", LETTER.as_bytes());
    daemon.says("Filed message 2 as contact-submission");

    assert!(!twice.status.success() && text(&twice.stderr).contains("left as it is"));
    assert!(doctor.lines().all(|line| line.starts_with("ok")), "{doctor}");
    wait_for("the letter in its folder", || (dovecot.count("tsbjcacop", ".JCA.Contacts") == 1).then_some(()));
    // Dovecot writes the names of keywords down in its own time.
    let names = dovecot.mail.join("tsbjcacop/.JCA.Contacts/dovecot-keywords");
    wait_for("the keyword", || std::fs::read_to_string(&names).ok()?.contains("$JcaContact").then_some(()));
    let answers = postfix.letters_of("jane", "<5031F2B4.1040301@post.example>", 1).await;
    let [answer] = answers.as_slice() else { panic!("{} answers", answers.len()) };
    for header in ["\nAuto-Submitted: auto-replied", "\nIn-Reply-To: <5031F2B4.1040301@post.example>", "\nX-JCABot-Loop: "] {
        assert!(answer.contains(header), "{header} is missing in {answer}");
    }
    let roster = jca.ok(&["roster"]);
    assert!(roster.contains("Jane Marlowe") && roster.contains("1 of 9 seats are filled"), "{roster}");
    // The old letter was filed, shelved, and not answered.
    assert_eq!(jca.json(&["outbox", "--json"]).as_array().unwrap().len(), 1);
    reloads(&jca, &mut daemon);
    let (code, said) = daemon.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("jane@") && !said.contains("Marlowe"), "a name stands in the log: {said}");
}

/// What a user changes in the commented configuration.
fn adapt(jca: &Jca, imap: u16, smtp: u16) {
    let text = jca.configuration();
    let changes = [
        ("host = \"imap.example.org\"", "host = \"127.0.0.1\"".to_owned()),
        ("security = \"tls\"\n#port = 993", format!("security = \"plain\"\nport = {imap}")),
        ("password_file = \"imap-password\"", "password_file = \"imap-password\"".to_owned()),
        ("host = \"smtp.example.org\"", format!("host = \"127.0.0.1\"\nport = {smtp}")),
        ("security = \"starttls\"", "security = \"plain\"".to_owned()),
        ("user = \"tsbjcacop\"\npassword_file = \"smtp-password\"", String::new()),
        ("acknowledgement = \"hold\"", "acknowledgement = \"send\"".to_owned()),
    ];
    let adapted = changes.iter().fold(text, |text, (old, new)| {
        assert!(text.contains(old), "the example has no {old}");
        text.replacen(old, new, 1)
    });
    // The one activity setting that lies between its table and the next one.
    jca.configure(&adapted.replacen("charter = \"jca-cop\"", "charter = \"jca-cop\"\nrules = \"rules\"", 1));
    std::fs::create_dir(jca.path("rules")).unwrap();
    std::fs::write(jca.path("imap-password"), "secret\n").unwrap();
}

/// SIGHUP takes new rules into use; a set that fails to load leaves the old one working and says so.
fn reloads(jca: &Jca, daemon: &mut crate::support::jca::Daemon) {
    let kinds = jca.path("rules/en");
    std::fs::create_dir_all(&kinds).unwrap();
    std::fs::write(kinds.join("kinds.toml"), "[[rule]]\nname = \"broken\"\n").unwrap();
    daemon.signal("HUP");
    let line = daemon.says("The rules were not loaded");
    assert!(line.contains("kinds.toml"), "{line}");
    std::fs::remove_file(kinds.join("kinds.toml")).unwrap();
    daemon.signal("HUP");
    daemon.says("Loaded the rules anew");
}
