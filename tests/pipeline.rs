//! Every letter of the project through the whole way of one message, into a real ledger.

use futures_util::{StreamExt, stream};
use jcabot::backlog::{Order, file_all};
use jcabot::clock::Clock;
use jcabot::config::Config;
use jcabot::daemon::{Daemon, Mode};
use jcabot::desk::Manner;
use jcabot::domain::words::{OutboxState, Outgoing};
use jcabot::mailbox::import;
use jcabot::resources::Resources;
use jcabot::vocabulary::Vocabulary;
use std::path::PathBuf;

/// Runs of the writer's own words that an answer may share with the letter: names of bodies and fields are shorter.
const LONGEST_SHARED: usize = 60;

async fn daemon(dir: &std::path::Path) -> Daemon {
    let text = format!(
        "[activity]\ncharter = \"jca-cop\"\nanswer_since = \"2012-01-01T00:00:00Z\"\n[database]\nurl = \"sqlite:{dir}/jcabot.db\"\n\
         [[mailbox]]\nname = \"jca\"\n[mailbox.maildir]\npath = \"{dir}/Maildir\"\n[transport.folder]\npath = \"{dir}/outgoing\"\n\
         [dial]\nacknowledgement = \"send\"\n",
        dir = dir.display()
    );
    let config = Config::read(&text, "test").unwrap();
    let moment = "2012-08-23T06:00:00Z".parse().unwrap();
    Daemon::build(config, None, Clock::set_to(moment), Mode::Watch).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_is_filed_once_and_only_those_who_may_be_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = daemon(dir.path()).await;
    let desk = daemon.desk();
    let folders = ["tests/letters/corpus", "tests/letters/second", "samples"]
        .map(|name| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name));
    let letters = || import::sources(&folders).map(Result::unwrap);
    // As the daemon files them, two at a time: an unoptimised build takes a tenth of a second for each.
    let first = stream::iter(letters()).map(|raw| desk.file_one(raw)).buffered(2);
    let first: Vec<_> = first.map(Result::unwrap).collect().await;
    let filed = first.iter().filter(|letter| letter.new).count() as u64;
    // Each a second time, as a backlog: copies, whatever they are.
    let (sender, receiver) = tokio::sync::mpsc::channel(16);
    let order = Order { manner: Manner::Treat, counted: true };
    let all: Vec<_> = letters().collect();
    let giving = async move {
        for raw in all {
            sender.send(Ok(raw)).await.unwrap();
        }
    };
    let ((), second) = tokio::join!(giving, file_all(desk, order, receiver, |_| ()));
    let second = second.unwrap();
    assert_eq!((second.new, second.known, second.unreadable.len()), (0, first.len() as u64, 0));

    let conservation = desk.store.conservation(desk.activity, None).await.unwrap();
    let letters = desk.store.letters(desk.activity, None).await.unwrap();

    assert!(filed > 130, "only {filed} letters");
    assert_eq!((conservation.by_kind.values().sum::<i64>(), conservation.unaccounted), (filed as i64, 0));
    // A question to the owner of an entry goes to the address on file, not to the writer (`trust.rs` tests it).
    let acknowledgements: Vec<_> = letters.iter().filter(|letter| letter.kind == Outgoing::Acknowledgement).collect();
    assert!(acknowledgements.len() > 100, "only {} are answered", acknowledgements.len());
    let vocabulary = Vocabulary::load(&Resources::built_in()).unwrap();
    for letter in &acknowledgements {
        let message = desk.store.message(desk.activity, letter.message.unwrap()).await.unwrap().unwrap();
        assert!(!message.kind.is_automatic(), "{message:?} was answered");
        assert_eq!(Some(&letter.to), message.sender.as_ref(), "an answer goes to the writer alone");
        assert!(matches!(letter.state, OutboxState::Ready | OutboxState::Held));
        let raw = desk.store.raw(desk.activity, message.id).await.unwrap().unwrap();
        let answer = desk.store.letter_bytes(desk.activity, letter.id).await.unwrap().unwrap();
        let findings = desk.store.why(desk.activity, message.id).await.unwrap().unwrap().findings;
        quotes_nothing((&raw, &answer), &findings, &vocabulary);
    }
    let answered: std::collections::BTreeSet<_> = acknowledgements.iter().map(|letter| letter.message).collect();
    assert_eq!(answered.len(), acknowledgements.len(), "a letter was answered twice");
    desk.store.close().await;
}

/// No sentence of the letter stands in what leaves; a line that is a field (a long name of a body) is echoed as one.
fn quotes_nothing((raw, answer): (&[u8], &[u8]), findings: &serde_json::Value, vocabulary: &Vocabulary) {
    let mut fields = Vec::new();
    strings(findings, &mut fields);
    let (letter, answer) = (mail_text(raw, vocabulary), mail_text(answer, vocabulary));
    for line in letter.lines().map(str::trim).filter(|line| line.chars().count() > LONGEST_SHARED) {
        let is_field = fields.iter().any(|field| field.contains(line));
        assert!(is_field || !answer.contains(line), "a letter is quoted: {line}");
    }
}

/// Every value of the fields; the words that they were taken from are left out.
fn strings(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => found.push(text.clone()),
        serde_json::Value::Array(list) => list.iter().for_each(|one| strings(one, found)),
        serde_json::Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "sources").for_each(|(_, one)| strings(one, found));
        }
        _ => {}
    }
}

/// The decoded text of a letter.
fn mail_text(bytes: &[u8], vocabulary: &Vocabulary) -> String {
    let place =
        jcabot::domain::steps::Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: String::new() };
    let raw = jcabot::domain::steps::RawMail { place, bytes: bytes.to_vec(), whole_size: bytes.len() as u64, received_at: None };
    let mail = jcabot::mail::parse(&raw, vocabulary);
    format!("{}\n{}", mail.text.own, mail.text.signature)
}
