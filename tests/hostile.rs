//! Hostile letters through the whole way: understood, decided, answered, filed, printed, sent. Nothing of theirs is let in
//! (RELIABILITY section 3, G9).

mod generator;

use crate::endurance::rig::{size, tell};
use crate::support::smtp_server::SmtpServer;
use generator::{FREE, Hostile};
use jcabot::clock::Clock;
use jcabot::config::Config;
use jcabot::daemon::{self, Daemon, Mode};
use jcabot::desk::Desk;
use jcabot::documents::Reader;
use jcabot::domain::MessageKey;
use jcabot::domain::address::Address;
use jcabot::domain::records::Letter;
use jcabot::domain::steps::{Place, RawMail};
use jcabot::reply::{calendar, cards};
use jcabot::smtp::{Envelope, Transport};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long one letter may take. Without optimisation, and beside other tests, everything takes twenty times as long.
const LONGEST: Duration = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_secs(1) };

fn raw(uid: usize, bytes: &[u8]) -> RawMail {
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 1, uid: uid.to_string() };
    RawMail { place, bytes: bytes.to_vec(), whole_size: bytes.len() as u64, received_at: Some(moment()) }
}

fn moment() -> jcabot::domain::Timestamp {
    "2012-08-21T06:00:00Z".parse().unwrap()
}

/// A daemon's desk over a new ledger in a folder, with the built program as its reader of documents.
async fn opened(dir: &Path) -> Daemon {
    let dir = dir.display();
    let text = format!(
        "[activity]\ncharter = \"jca-cop\"\nanswer_since = \"2012-01-01T00:00:00Z\"\n[database]\nurl = \"sqlite:{dir}/jcabot.db\"\n\
         [[mailbox]]\nname = \"jca\"\n[mailbox.maildir]\npath = \"{dir}/Maildir\"\n[transport.folder]\npath = \"{dir}/outgoing\"\n\
         [dial]\nacknowledgement = \"send\"\n"
    );
    std::fs::write(Path::new(&dir.to_string()).join("jcabot.toml"), &text).unwrap();
    let config = Config::read(&text, "test").unwrap();
    let mut knowledge = daemon::knowledge(&config).unwrap();
    knowledge.documents = Reader::of(env!("CARGO_BIN_EXE_jcabot"));
    let daemon = Daemon::build(config, None, Clock::set_to(moment()), Mode::Watch).await.unwrap();
    daemon.desk().knowledge.replace(knowledge);
    daemon
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_nothing_hostile_is_let_in() {
    let dir = tempfile::tempdir().unwrap();
    let daemon = opened(dir.path()).await;
    let desk = daemon.desk();
    let honest = filed_and_answered(desk, 0, &generator::honest()).await.expect("an honest letter is answered");
    let all = generator::all();
    assert!(all.len() >= 300, "only {} inputs", all.len());
    // The small size is every third: of each family enough. The large one is each (`tests/endure --hostile 1`).
    let step = size("HOSTILE", 3);
    let all: Vec<Hostile> = all.into_iter().step_by(step).collect();

    let mut answers = 0;
    let mut slowest = (Duration::ZERO, String::new());
    for (index, Hostile { name, letter }) in all.iter().enumerate() {
        let began = Instant::now();
        let answer = filed_and_answered(desk, index + 1, letter).await;
        let took = began.elapsed();
        eprintln!("{took:?} {name}");
        assert!(took < LONGEST, "{name} took {took:?}");
        if took > slowest.0 {
            slowest = (took, name.clone());
        }
        if let Some(answer) = answer {
            answers += 1;
            is_inert(name, &answer, &honest);
        }
    }

    assert!(answers > 150 / step, "only {answers} were answered: the others prove little");
    lists_are_inert(desk, step).await;
    sent_one_by_one(desk).await;
    let remarked = marked(desk).await;
    assert!(remarked >= 9 / step, "only {remarked} look-alikes were marked");
    desk.store.close().await;
    printed_without_control(dir.path(), &all);
    let result = format!("0 let in, {answers} answered, {remarked} marked; slowest {} ms ({})", slowest.0.as_millis(), slowest.1);
    tell("G9 hostile letters", &format!("{} letters", all.len()), &result);
}

/// Files a letter; the bytes of its acknowledgement.
async fn filed_and_answered(desk: &Desk, uid: usize, letter: &[u8]) -> Option<(Letter, Vec<u8>)> {
    let filed = desk.file_one(raw(uid, letter)).await.unwrap();
    let letters = desk.store.letters(desk.activity, None).await.unwrap();
    let letter = letters.into_iter().find(|letter| letter.message == Some(filed.message))?;
    let bytes = desk.store.letter_bytes(desk.activity, letter.id).await.unwrap().unwrap();
    Some((letter, bytes))
}

/// The names of the header's fields, by a parser of five lines.
fn fields(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).expect("our mail is ASCII");
    let (header, _) = text.split_once("\r\n\r\n").unwrap();
    let starts = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    starts.map(|line| line.split_once(':').expect("a field has a name").0.to_lowercase()).collect()
}

/// An acknowledgement has the fields of an honest one, each once, one recipient, and nothing of the letter's free text.
fn is_inert(name: &str, (letter, bytes): &(Letter, Vec<u8>), (_, honest): &(Letter, Vec<u8>)) {
    let own = fields(bytes);
    let theirs = fields(honest);
    let allowed = |field: &String| theirs.contains(field) || ["references", "in-reply-to"].contains(&field.as_str());
    assert!(own.iter().all(allowed), "{name}: {own:?}");
    assert_eq!(own.iter().collect::<BTreeSet<_>>().len(), own.len(), "{name}: a field stands twice: {own:?}");
    let parsed = mail_parser::MessageParser::default().parse(bytes.as_slice()).unwrap();
    let second: Vec<String> = parsed.headers().iter().map(|header| header.name().to_lowercase()).collect();
    assert_eq!(second, own, "{name}: two parsers disagree");
    let to = parsed.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap();
    assert_eq!((to, parsed.to().unwrap().iter().count()), (letter.to.reveal(), 1), "{name}");
    assert!(bytes.is_ascii() && !bytes.contains(&0) && !bytes.contains(&0x1b), "{name}: octets that act");
    let is_bare = |two: &[u8]| (two[0] == b'\r') != (two[1] == b'\n');
    assert!(!bytes.windows(2).any(is_bare), "{name}: a bare line end");
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998), "{name}: a long line");
    let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    let subject = parsed.subject().unwrap();
    for shown in [&text, &html, &subject.into()] {
        assert!(!shown.contains(FREE), "{name}: free text leaves: {shown}");
        assert!(
            !shown.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t')),
            "{name}: a control character: {shown:?}"
        );
        assert!(!shown.contains("://evil") && !shown.contains("www.evil"), "{name}: a link: {shown}");
    }
    let honest = mail_parser::MessageParser::default().parse(honest.as_slice()).unwrap();
    let known = tags(&honest.body_html(0).unwrap());
    assert!(tags(&html).is_subset(&known), "{name}: {:?}", tags(&html));
}

fn tags(html: &str) -> BTreeSet<String> {
    let names = html.split('<').skip(1).map(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).collect::<String>());
    names.filter(|name| !name.is_empty()).collect()
}

/// No list that leaves in a format of other programs holds anything but data.
async fn lists_are_inert(desk: &Desk, step: usize) {
    let knowledge = desk.knowledge.get();
    let charter = &knowledge.rules.charter;
    let people = desk.store.people(desk.activity).await.unwrap();
    let deadlines = desk.store.deadlines(desk.activity).await.unwrap();
    let (many, some) = (people.len(), deadlines.len());
    assert!(many > 20 / step && some > 5 / step, "{many} people, {some} deadlines");

    let list = cards::csv(&people);
    let mut reader = csv::ReaderBuilder::new().from_reader(list.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), people.len());
    for cell in rows.iter().flat_map(csv::StringRecord::iter) {
        let is_phone = cell.starts_with('+') && cell.chars().skip(1).all(|c| c.is_ascii_digit() || c == ' ');
        let starts = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
        assert!(is_phone || !starts, "a formula: {cell:?}");
        assert!(!cell.chars().any(char::is_control), "{cell:?}");
    }
    let phones = people.iter().filter_map(|person| person.phone.clone()).collect::<BTreeSet<_>>();
    assert!(phones.iter().all(|phone| rows.iter().any(|row| row.iter().any(|cell| cell == phone))), "a phone was changed");

    let vcf = cards::vcards(&people);
    assert_eq!(lines_of(&vcf, "BEGIN:VCARD"), people.len());
    assert_eq!(lines_of(&vcf, "END:VCARD"), people.len());
    let names = ["BEGIN", "VERSION", "UID", "FN", "ORG", "TITLE", "EMAIL", "TEL", "ADR", "CATEGORIES", "END"];
    only_these(&vcf, &names);

    let ics = calendar::calendar(&deadlines, charter, moment());
    assert_eq!((lines_of(&ics, "BEGIN:VCALENDAR"), lines_of(&ics, "END:VCALENDAR")), (1, 1));
    assert_eq!(lines_of(&ics, "BEGIN:VEVENT"), deadlines.len() + charter.meetings.len());
    for foreign in ["ATTACH", "ORGANIZER", "ATTENDEE", "RRULE", "URL"] {
        assert!(!unfolded(&ics).iter().any(|line| line.starts_with(foreign)), "{foreign} in our calendar");
    }

    let span = "2012-08-19T22:00:00Z".parse().unwrap().."2012-08-26T22:00:00Z".parse().unwrap();
    let week = desk.store.week(desk.activity, "2012-W34", span, moment()).await.unwrap();
    let texts = knowledge.replies.digest_texts(charter, &week, moment()).unwrap();
    for shown in [&texts.text, &texts.html, &texts.subject] {
        assert!(!shown.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t')), "a control character in the digest");
        assert!(!shown.contains("://evil") && !shown.contains("www.evil") && !shown.contains("@evil"), "a link in the digest");
    }
    for tag in ["script", "img", "iframe", "h1"] {
        let own = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/any/replies/digest.html")).unwrap();
        assert!(tags(&own).contains(tag) || !tags(&texts.html).contains(tag), "<{tag}> in the digest");
    }
}

/// Lines that are exactly this, unfolded.
fn lines_of(text: &str, wanted: &str) -> usize {
    unfolded(text).iter().filter(|line| *line == wanted).count()
}

fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).filter(|line| !line.is_empty()).collect()
}

fn only_these(text: &str, names: &[&str]) {
    for line in unfolded(text) {
        let name = line.split([':', ';']).next().unwrap();
        assert!(names.contains(&name), "a line of somebody else: {line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

/// Every letter of the outbox over a real dialogue: the server takes as many as there are, each as it was written.
async fn sent_one_by_one(desk: &Desk) {
    #[derive(serde::Deserialize)]
    struct File {
        transport: jcabot::smtp::Settings,
    }
    let server = SmtpServer::start(&[]).await;
    let settings =
        format!("[transport.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nhelo = \"jca.example\"", server.port);
    let file: File = toml::from_str(&settings).unwrap();
    let mut transport = Transport::new(file.transport).unwrap();
    let letters = desk.store.letters(desk.activity, None).await.unwrap();
    let mut sent = Vec::new();
    for letter in &letters {
        let bytes = desk.store.letter_bytes(desk.activity, letter.id).await.unwrap().unwrap();
        let envelope = Envelope::new(Address::parse("bounce@jca.example").unwrap(), letter.to.clone());
        transport.send(&envelope, &bytes).await.unwrap();
        sent.push((letter.to.reveal().to_owned(), String::from_utf8(bytes).unwrap()));
    }
    let taken: Vec<(String, String)> = server.taken().into_iter().map(|taken| (taken.to.concat(), taken.letter)).collect();
    assert_eq!(taken.len(), sent.len(), "the server saw other letters than were sent");
    assert!(taken.iter().zip(&sent).all(|(taken, sent)| taken == sent));
}

/// How many letters carry the mark of a look-alike; each of them waits for a person.
async fn marked(desk: &Desk) -> usize {
    let mut found = 0;
    for id in desk.store.keys_after(desk.activity, MessageKey(0)).await.unwrap() {
        let why = desk.store.why(desk.activity, id).await.unwrap().unwrap();
        found += usize::from(why.reasons.iter().any(|reason| reason.rule.starts_with("resembles")));
    }
    found
}

/// What commands print holds no octet that a terminal obeys.
fn printed_without_control(dir: &Path, all: &[Hostile]) {
    let letters = dir.join("letters");
    std::fs::create_dir(&letters).unwrap();
    for (index, hostile) in all.iter().enumerate().filter(|(_, hostile)| hostile.letter.len() < 50_000) {
        std::fs::write(letters.join(format!("{index}.eml")), &hostile.letter).unwrap();
    }
    let config = dir.join("jcabot.toml");
    let mut runs: Vec<Vec<String>> = vec![
        vec!["inspect".to_owned(), letters.display().to_string()],
        vec!["inspect".to_owned(), "--json".to_owned(), letters.display().to_string()],
    ];
    let lists = ["roster", "liaisons", "threads", "deadlines", "outbox", "digest", "ledger", "search Marlowe"];
    runs.extend(lists.iter().map(|words| words.split(' ').map(str::to_owned).collect()));
    runs.extend((1..=all.len()).step_by(23).map(|id| vec!["why".to_owned(), id.to_string()]));
    for words in runs {
        let output = Command::new(env!("CARGO_BIN_EXE_jcabot")).arg("--config").arg(&config).args(&words).output().unwrap();
        let text = String::from_utf8(output.stdout).expect("what is printed is UTF-8");
        let acts = |c: &char| {
            c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
        };
        let found = text.chars().find(acts);
        assert!(found.is_none(), "{words:?} prints {found:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stderr.contains(&0x1b), "{words:?}");
    }
}
