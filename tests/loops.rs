//! Loops and spoofing (RELIABILITY A1 to A4, S2, S8, S12): whole activities in a folder each, letters carried between them by hand.

use jcabot::clock::Clock;
use jcabot::config::Config;
use jcabot::daemon::{Daemon, Mode};
use jcabot::domain::words::OutboxState;
use jcabot::intake::{Extent, Intake};
use jcabot::mailbox::{Mailbox, deliver};
use jcabot::stop::{self, Stop, Stopper};
use jcabot::store::LetterFilter;
use jcabot::watch::Watch;
use std::path::PathBuf;

const OURS: &str = "tsbjcacop@itu.int";

/// An activity whose answers leave into a folder.
struct Party {
    daemon: Daemon,
    dir: tempfile::TempDir,
    stop: (Stopper, Stop),
    carried: usize,
}

impl Party {
    async fn new(charter: &str, more: &str) -> Party {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().display();
        let text = format!(
            "[activity]\ncharter = \"{charter}\"\nauthserv_ids = [\"mx.test\"]\nanswer_since = \"2012-01-01T00:00:00Z\"\nthreshold = 0.0\n{more}\n\
             [database]\nurl = \"sqlite:{place}/jcabot.db\"\n[[mailbox]]\nname = \"jca\"\n[mailbox.maildir]\npath = \"{place}/Maildir\"\n\
             [transport.folder]\npath = \"{place}/outgoing\"\n[dial]\nacknowledgement = \"send\"\nnotice = \"send\"\n"
        );
        let config = Config::read(&text, "test").unwrap();
        let daemon = Daemon::build(config, None, Clock::system(), Mode::Watch).await.unwrap();
        Party { daemon, dir, stop: stop::signal(), carried: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A letter comes.
    fn gets(&self, letter: &str) {
        deliver(&self.path("Maildir"), letter.as_bytes()).unwrap();
    }

    /// One round of intake and delivery; the letters that left in it.
    async fn works(&mut self) -> Vec<String> {
        let settings = self.daemon.mailboxes().remove(0);
        let mut mailbox = Mailbox::connect(&settings).await.unwrap();
        let intake = Intake::new(self.daemon.desk().clone(), settings);
        intake.round(&mut mailbox, Extent::Intake, &self.stop.1).await.unwrap();
        self.daemon.delivery().await.unwrap().deliver_due().await.unwrap();
        let Ok(outgoing) = self.path("outgoing").read_dir() else { return Vec::new() };
        let mut files: Vec<PathBuf> = outgoing.map(|entry| entry.unwrap().path()).collect();
        files.sort_by_key(|file| file.metadata().unwrap().modified().unwrap());
        let new = files[self.carried..].iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        self.carried = files.len();
        new
    }

    async fn states(&self, to: &str) -> Vec<OutboxState> {
        let letters = self.daemon.desk().store.letters(self.daemon.desk().activity, LetterFilter::default()).await.unwrap();
        letters.into_iter().filter(|letter| letter.to.reveal() == to).map(|letter| letter.state).collect()
    }
}

/// A letter that a person might write, checked by our own server.
fn letter(from: &str, number: usize) -> String {
    let domain = from.split('@').nth(1).unwrap();
    format!(
        "Authentication-Results: mx.test; dmarc=pass header.from={domain}\r\nFrom: {from}\r\nTo: {OURS}\r\n\
         Subject: Question {number} about the activity\r\nMessage-ID: <{number}.{from}>\r\nDate: Mon, 20 Aug 2012 10:00:00 +0200\r\n\r\n\
         Could you please tell me who represents study group {number}?\r\n"
    )
}

#[tokio::test]
async fn a2_a_duel_with_a_responder_that_answers_everything_ends_after_three_mails() {
    let mut jca = Party::new("jca-cop", "").await;
    jca.gets(&letter("robot@peer.example", 0));

    let (mut sent, mut number) = (0, 0);
    for _ in 0..30 {
        let letters = jca.works().await;
        sent += letters.len();
        // It answers each letter by a new one without any mark, and writes one of its own accord besides.
        for _ in 0..letters.len() + 1 {
            number += 1;
            jca.gets(&letter("robot@peer.example", number));
        }
    }

    assert_eq!(sent, 3, "the cap of an address is three letters a day");
    assert!(jca.states("robot@peer.example").await.iter().filter(|state| **state == OutboxState::Held).count() > 10);
}

#[tokio::test]
async fn a2_a_responder_that_changes_its_name_meets_the_cap_of_its_domain() {
    let mut jca = Party::new("jca-cop", "").await;

    let mut sent = 0;
    for number in 0..40 {
        jca.gets(&letter(&format!("robot{number}@peer.example"), number));
        sent += jca.works().await.len();
    }

    assert_eq!(sent, 20, "the cap of a domain is twenty letters a day");
}

#[tokio::test]
async fn a2_a_responder_that_changes_its_domain_too_meets_the_cap_of_the_bot_and_staff_are_told_once() {
    let mut jca = Party::new("jca-cop", "").await;

    let mut sent = 0;
    for number in 0..70 {
        jca.gets(&letter(&format!("robot@peer{number}.example"), number));
    }
    sent += jca.works().await.len();
    for number in 0..4 {
        jca.gets(&letter("robot@peer0.example", 100 + number));
    }
    let desk = jca.daemon.desk().clone();
    desk.store
        .open_breaker(desk.activity, "Two caps on automatic mail were reached within a day", desk.clock.now())
        .await
        .unwrap();
    let mut watch = Watch::new(desk.clone(), jcabot::watch::Settings::default());
    for _ in 0..3 {
        watch.look(desk.clock.now()).await.unwrap();
    }
    let notices = jca.works().await;

    assert_eq!(sent, 60, "the cap of the whole bot is sixty letters an hour");
    assert_eq!(notices.len(), 1, "the breaker lets nothing pass but one notice to the secretariat");
    assert!(notices[0].contains("Auto-Submitted: auto-generated") && notices[0].contains("breaker"), "{}", notices[0]);
}

#[tokio::test]
async fn a3_two_jcabots_face_to_face_send_one_mail_each_way_at_most() {
    let mut first = Party::new("jca-cop", "").await;
    let rules = tempfile::tempdir().unwrap();
    std::fs::create_dir(rules.path().join("charters")).unwrap();
    let charter = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/charters/jca-cop.toml")).unwrap();
    std::fs::write(rules.path().join("charters/peer.toml"), charter.replace(OURS, "peer@other.example")).unwrap();
    let mut second = Party::new("peer", &format!("rules = {:?}", rules.path())).await;
    // Both trust each other's mail: nothing but their own rules stands between them.
    let carry = |letters: &[String], domain: &str, to: &Party| {
        letters
            .iter()
            .for_each(|letter| to.gets(&format!("Authentication-Results: mx.test; dmarc=pass header.from={domain}\r\n{letter}")));
    };
    first.gets(&letter("peer@other.example", 1));

    let (mut there, mut back) = (0, 0);
    for _ in 0..10 {
        let letters = first.works().await;
        there += letters.len();
        carry(&letters, "itu.int", &second);
        let letters = second.works().await;
        back += letters.len();
        carry(&letters, "other.example", &first);
    }

    assert_eq!((there, back), (1, 0));
}

#[tokio::test]
async fn s8_s12_our_own_addresses_our_bounce_addresses_and_a_hundred_hops_get_no_answer() {
    let mut jca = Party::new("jca-cop", "").await;
    jca.gets(&letter(OURS, 1));
    jca.gets(&letter("tsbjcacop+anything@itu.int", 2));
    jca.gets(
        &letter("jane@member.example", 3).replace(&format!("To: {OURS}"), "To: tsbjcacop+bounce-0123456789abcdef0123@itu.int"),
    );
    jca.gets(&format!("Delivered-To: tsbjcacop+bounce-0123456789abcdef0123@itu.int\r\n{}", letter("jane@member.example", 4)));
    jca.gets(&format!("Return-Path: <>\r\n{}", letter("jane@member.example", 5)));
    jca.gets(&format!(
        "{}{}",
        "Received: from a by b; Mon, 20 Aug 2012 10:00:00 +0200\r\n".repeat(51),
        letter("jane@member.example", 6)
    ));
    jca.gets(&format!("X-JCABot-Loop: another\r\n{}", letter("jane@member.example", 7)));

    let sent = jca.works().await;
    let written = jca.daemon.desk().store.letters(jca.daemon.desk().activity, LetterFilter::default()).await.unwrap();

    assert_eq!((sent.len(), written.len()), (0, 0));
    jca.gets(&letter("jane@member.example", 8));
    assert_eq!(jca.works().await.len(), 1, "the same letter without a mark is answered");
}

/// What an enemy writes into the field that our own server writes: none of it says that the writer is genuine.
const RESULTS: &[&str] = &[
    "",
    "Authentication-Results: mx.test; dmarc=fail header.from=example.net\r\n",
    "Authentication-Results: mx.test; dmarc=none header.from=example.net\r\n",
    "Authentication-Results: other.example; dmarc=pass header.from=example.net\r\n",
    "Authentication-Results: mx.test.evil.example; dmarc=pass header.from=example.net\r\n",
    "Authentication-Results: mx.test-evil; dmarc=pass header.from=example.net\r\n",
    "Authentication-Results: (mx.test) evil.example; dmarc=pass header.from=example.net\r\n",
    "Authentication-Results: evil.example mx.test; dmarc=pass header.from=example.net\r\n",
    "Authentication-Results: mx.test (dmarc=pass header.from=example.net); dmarc=fail header.from=example.net\r\n",
    "Authentication-Results: mx.test; dmarc=fail reason=\"; dmarc=pass header.from=example.net\" header.from=example.net\r\n",
    "Authentication-Results: mx.test; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example\r\n",
    "Authentication-Results: mx.test; spf=pass smtp.mailfrom=victim@example.net.evil.example\r\n",
    "Authentication-Results: mx.test; spf=pass smtp.helo=example.net; dmarc=fail header.from=example.net\r\n",
    "Authentication-Results: mx.test; dmarc=fail header.from=example.net\r\nAuthentication-Results: mx.test; dmarc=pass header.from=example.net\r\n",
    "X-Authentication-Results: mx.test; dmarc=pass header.from=example.net\r\n",
    "ARC-Authentication-Results: i=1; mx.test; dmarc=pass header.from=example.net\r\n",
];

/// How the victim's name is put before us.
const FROMS: &[&str] = &[
    "From: victim@example.net\r\n",
    "From: \"A Victim\" <victim@example.net>\r\n",
    "From: VICTIM@EXAMPLE.NET\r\n",
    "From: =?utf-8?q?A_Victim?= <victim@example.net>\r\n",
    "From: victim@example.net\r\nFrom: evil@evil.example\r\n",
    "From: evil@evil.example\r\nFrom: victim@example.net\r\n",
    "From: victim@example.net, evil@evil.example\r\n",
    "From: friends: victim@example.net;\r\n",
    "From: <victim@example.net> (comment)\r\n",
    "Sender: victim@example.net\r\n",
    "From: evil@evil.example\r\nReply-To: victim@example.net\r\n",
    "From: \"victim@example.net\" <evil@evil.example>\r\nSender: victim@example.net\r\n",
    "From: <@evil.example:victim@example.net>\r\n",
];

#[tokio::test(flavor = "multi_thread")]
async fn a4_g10_a_thousand_forged_letters_bring_the_victim_no_mail() {
    let mut jca = Party::new("jca-cop", "").await;
    let subjects = ["A question", "Representative of study group 9", "Réunion", "Re: your letter", "会议"];

    let mut number = 0;
    for results in RESULTS {
        for from in FROMS {
            for subject in subjects {
                number += 1;
                jca.gets(&format!(
                    "{results}{from}To: {OURS}\r\nSubject: {subject}\r\nMessage-ID: <{number}@example.net>\r\n\
                     Date: Mon, 20 Aug 2012 10:00:00 +0200\r\n\r\nWho represents study group {number} in this activity?\r\n"
                ));
            }
        }
    }
    let sent = jca.works().await;

    assert!(number > 1000, "{number}");
    let to_victim = sent.iter().filter(|letter| letter.contains("To: victim@example.net")).count();
    // Who really wrote from evil.example may hear that his letter has arrived; the caps see to the rest.
    let to_enemy = sent.iter().filter(|letter| letter.contains("To: evil@evil.example")).count();
    assert_eq!((to_victim, sent.len()), (0, to_enemy));
    assert!(jca.states("victim@example.net").await.iter().all(|state| *state == OutboxState::Held));
}

#[tokio::test]
async fn f21_a_ledger_that_refuses_a_letter_for_a_while_is_not_the_letters_fault() {
    use sqlx::{Connection, Executor};
    let mut jca = Party::new("jca-cop", "").await;
    let url = format!("sqlite:{}", jca.path("jcabot.db").display());
    let mut other = sqlx::AnyConnection::connect(&url).await.unwrap();
    jca.gets(&letter("jane@member.example", 1));

    other
        .execute("CREATE TRIGGER refuse BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
        .await
        .unwrap();
    let mut sent = 0;
    for _ in 0..4 {
        sent += jca.works().await.len();
    }
    other.execute("DROP TRIGGER refuse").await.unwrap();
    let after = jca.works().await.len();

    assert_eq!((sent, after), (0, 1), "it is answered and not taken for one that kills");
}
