//! The witness copy: what it proves, and what it never does.

use super::{Post, address, start};
use crate::support::cutter::cutter;
use crate::support::dovecot::Dovecot;
use crate::support::postfix::Postfix;
use crate::support::smtp_server::{Act, SmtpServer, Taken};
use jcabot::delivery::{Settled, Witness};
use jcabot::domain::LetterKey;
use jcabot::domain::steps::Draft;
use jcabot::domain::words::{OutboxState, Outgoing};
use jcabot::mailbox::{self, deliver};
use jcabot::reply::Identity;
use std::path::Path;
use std::sync::Arc;

const WITNESS: &str = "box0@witness.example";

fn identity() -> Arc<Identity> {
    let charter = crate::support::store::charter();
    Arc::new(Identity::new(&charter, None, "1f".to_owned(), vec![7; 32].into()))
}

fn maildir(path: &Path) -> mailbox::Settings {
    toml::from_str(&format!("name = \"jca\"\n[maildir]\npath = {path:?}")).unwrap()
}

impl Post {
    fn with_witness(mut self, mailbox: mailbox::Settings, at: &str) -> Post {
        let (address, folder) = (address(at), "Witness".to_owned());
        self.delivery.witness = Some(Witness { address, mailbox, folder, identity: identity() });
        self
    }

    /// A letter with the seal that the daemon's own have.
    async fn enqueue_sealed(&self, to: &str, name: &str) -> LetterKey {
        let message_id = format!("{name}@jca.example");
        let seal = identity().seal(&message_id);
        let text = format!("Message-ID: <{message_id}>\r\nX-JCABot-Seal: {seal}\r\nTo: {to}\r\n\r\nThank you\r\n");
        let bytes = text.into_bytes();
        let draft = Draft {
            kind: Outgoing::Acknowledgement,
            intent: name.to_owned(),
            to: address(to),
            bytes,
            message_id,
            state: OutboxState::Ready,
            held_because: Vec::new(),
            due_at: start(),
        };
        self.store.enqueue(self.activity, &[draft], start()).await.unwrap()[0]
    }

    async fn note(&self, letter: LetterKey) -> String {
        self.store.letter(self.activity, letter).await.unwrap().unwrap().note
    }
}

fn put(maildir: &Path, letter: &Taken) {
    deliver(&maildir.join(".Witness"), letter.letter.as_bytes()).unwrap();
}

#[tokio::test]
async fn f6_a_reply_lost_after_the_dot_is_made_good_by_the_witness() {
    let server = SmtpServer::start(&[]).await;
    server.always(".", Act::HangUp);
    let dir = tempfile::tempdir().unwrap();
    let mut post = Post::to(server.port).await.with_witness(maildir(dir.path()), WITNESS);
    let letter = post.enqueue_sealed("jane@a.example", "f6").await;

    let lost = post.deliver(0).await;
    put(dir.path(), &server.taken()[0]);
    let later = post.deliver(1).await;

    assert_eq!((lost, later), (vec![Settled::Unknown], vec![Settled::Accepted]));
    assert_eq!(server.taken()[0].to, ["jane@a.example", WITNESS]);
    assert_eq!((post.state(letter).await, server.taken().len()), (OutboxState::Accepted, 1));
    assert!(post.note(letter).await.contains("Proved by the witness copy jca/Witness/"), "{}", post.note(letter).await);
}

#[tokio::test]
async fn f6_a_letter_that_the_witness_never_saw_is_sent_again_with_the_same_bytes_at_most_three_times() {
    let server = SmtpServer::start(&[]).await;
    server.always(".", Act::HangUp);
    let dir = tempfile::tempdir().unwrap();
    let mut post = Post::to(server.port).await.with_witness(maildir(dir.path()), WITNESS);
    let letter = post.enqueue_sealed("jane@a.example", "f6").await;

    for hour in 0..10 {
        post.deliver(hour).await;
    }

    let taken = server.taken();
    assert_eq!((taken.len(), post.state(letter).await), (4, OutboxState::Failed));
    assert!(taken.iter().all(|copy| *copy == taken[0]));
}

#[tokio::test]
async fn a_copy_without_our_seal_proves_nothing() {
    let server = SmtpServer::start(&[]).await;
    server.once(".", Act::HangUp);
    let dir = tempfile::tempdir().unwrap();
    let mut post = Post::to(server.port).await.with_witness(maildir(dir.path()), WITNESS);
    post.enqueue_sealed("jane@a.example", "planted").await;
    let other = Identity::new(&crate::support::store::charter(), None, "2e".to_owned(), vec![8; 32].into());
    let seal = other.seal("planted@jca.example");
    let planted = format!("Message-ID: <planted@jca.example>\r\nX-JCABot-Seal: {seal}\r\n\r\nThank you\r\n");
    deliver(&dir.path().join(".Witness"), planted.as_bytes()).unwrap();

    post.deliver(0).await;
    let later = post.deliver(1).await;

    assert_eq!((later, server.taken().len()), (vec![Settled::Accepted], 2));
}

#[tokio::test]
async fn f8_a_refused_witness_never_makes_the_addressee_be_sent_anything_again() {
    let server = SmtpServer::start(&[]).await;
    server.always("RCPT TO:<box0", Act::Say("450 4.2.0 Later"));
    let dir = tempfile::tempdir().unwrap();
    let mut post = Post::to(server.port).await.with_witness(maildir(dir.path()), WITNESS);
    let letter = post.enqueue_sealed("jane@a.example", "f8").await;

    let first = post.deliver(0).await;
    let later = post.deliver(200).await;

    assert_eq!((first, later), (vec![Settled::Accepted], vec![]));
    assert_eq!((server.taken().len(), post.state(letter).await), (1, OutboxState::Accepted));
    assert!(post.note(letter).await.ends_with("(no witness: 450 4.2.0)"), "{}", post.note(letter).await);
}

#[tokio::test]
async fn a_witness_folder_that_cannot_be_seen_puts_the_letter_off() {
    let server = SmtpServer::start(&[]).await;
    server.once(".", Act::HangUp);
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("mail");
    std::fs::write(&place, "not a folder").unwrap();
    let mut post = Post::to(server.port).await.with_witness(maildir(&place), WITNESS);
    let letter = post.enqueue_sealed("jane@a.example", "unseen").await;

    post.deliver(0).await;
    let unseen = post.deliver(1).await;
    let note = post.note(letter).await;
    std::fs::remove_file(&place).unwrap();
    put(&place, &server.taken()[0]);
    let seen = post.deliver(2).await;

    assert_eq!((unseen, seen), (vec![Settled::Unknown], vec![Settled::Accepted]));
    assert!(note.starts_with("Not sent again yet"), "{note}");
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_witness_folder_that_is_never_seen_holds_nothing_up_for_ever() {
    let server = SmtpServer::start(&[]).await;
    server.once(".", Act::HangUp);
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("mail");
    std::fs::write(&place, "not a folder").unwrap();
    let mut post = Post::to(server.port).await.with_witness(maildir(&place), WITNESS);
    let letter = post.enqueue_sealed("jane@a.example", "unseen").await;

    for hour in 0..20 {
        post.deliver(hour).await;
    }

    assert_eq!((server.taken().len(), post.state(letter).await), (2, OutboxState::Accepted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_copy_is_found_on_an_imap_server() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    let server = SmtpServer::start(&[]).await;
    server.always(".", Act::HangUp);
    let mailbox = toml::from_str(&dovecot.settings("wit", "")).unwrap();
    let mut post = Post::to(server.port).await.with_witness(mailbox, WITNESS);
    post.enqueue_sealed("jane@a.example", "imap").await;
    dovecot.deliver("wit", b"Subject: another\r\n\r\nx\r\n");

    post.deliver(0).await;
    dovecot.deliver("wit/.Witness", server.taken()[0].letter.as_bytes());
    let later = post.deliver(1).await;

    assert_eq!((later, server.taken().len()), (vec![Settled::Accepted], 1));
}

#[tokio::test]
async fn f6_postfix_took_it_and_the_witness_says_so() {
    let Some(postfix) = Postfix::running() else { return };
    let mailbox = maildir(&postfix.mail.join("box399"));
    let mut post = Post::to(cutter(postfix.port, 1).await).await.with_witness(mailbox, "box399@witness.example");
    post.enqueue_sealed("joe@post.example", "witnessed").await;

    let lost = post.deliver(0).await;
    let copies = postfix.letters_of("joe", "Message-ID: <witnessed@", 1).await.len();
    postfix.letters_of("box399/.Witness", "Message-ID: <witnessed@", 1).await;
    let later = post.deliver(1).await;

    assert_eq!((lost, copies, later), (vec![Settled::Unknown], 1, vec![Settled::Accepted]));
    assert_eq!(postfix.letters_of("joe", "Message-ID: <witnessed@", 1).await.len(), 1);
}

#[tokio::test]
async fn s13_a_report_is_asked_for_where_the_server_takes_that_and_quotes_our_id() {
    let server = SmtpServer::start(&["DSN"]).await;
    let dir = tempfile::tempdir().unwrap();
    let mut post = Post::to(server.port).await.with_witness(maildir(dir.path()), WITNESS);
    post.enqueue_sealed("jane@a.example", "dsn").await;

    post.deliver(0).await;

    let heard = server.heard();
    assert!(heard.iter().any(|line| line.starts_with("MAIL FROM:<") && line.ends_with("> RET=HDRS ENVID=dsn")), "{heard:?}");
    assert!(heard.contains(&"RCPT TO:<jane@a.example> NOTIFY=FAILURE".to_owned()), "{heard:?}");
    assert!(heard.contains(&format!("RCPT TO:<{WITNESS}> NOTIFY=NEVER")), "{heard:?}");
}
