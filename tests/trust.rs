//! Who may change an entry: its owner at once, another address of the same body after the owner's yes, nobody else without the
//! secretariat (RELIABILITY A7, A8, A9, A24).

use crate::support::activity::Activity;
use jcabot::domain::MessageKey;
use jcabot::domain::records::Person;
use jcabot::store::{Decision, Proposal};

/// Looks at the mailbox after the first, before a letter counts as not taken, and the rest between two.
const LOOKS: usize = 20;
const REST: std::time::Duration = std::time::Duration::from_millis(500);

/// A letter of a writer, authenticated unless `result` says otherwise.
struct From<'a> {
    writer: &'a str,
    result: &'a str,
    fields: &'a str,
}

impl<'a> From<'a> {
    fn writer(writer: &'a str) -> From<'a> {
        From { writer, result: "dmarc=pass", fields: "" }
    }

    fn letter(&self, subject: &str, text: &str) -> Vec<u8> {
        let id = fastrand::u64(..);
        let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
        let date = if self.fields.contains("Date:") { String::new() } else { format!("Date: {date}\r\n") };
        let text = text.replace('\n', "\r\n");
        format!(
            "Return-Path: <{writer}>\r\nAuthentication-Results: mx.itu.int; {result} header.from=x\r\nFrom: <{writer}>\r\n\
             To: tsbjcacop@itu.int\r\n{date}Message-ID: <{id}@sender.example>\r\nSubject: {subject}\r\n{fields}MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
            writer = self.writer,
            result = self.result,
            fields = self.fields,
        )
        .into_bytes()
    }
}

const SUBMISSION: &str = "Dear secretariat,\n\nWe nominate the following expert for JCA-COP:\n\nName: Jane Doe\nOrganization: Ministry of Communications\n\
    E-mail: jane@ministry.example\nTelephone: +41 22 730 5111\n\nBest regards,\nThe Ministry\n";
const UPDATE: &str = "Dear secretariat,\n\nPlease update the contact details of our representative in JCA-COP as follows:\n\nName: Jane Doe\n\
    Organization: Ministry of Communications\nE-mail: jane@ministry.example\nTelephone: +41 22 730 9999\n\nBest regards\n";

/// With Jane Doe on the list.
async fn with_jane() -> Activity {
    let dir = tempfile::tempdir().unwrap();
    let table = format!("[mailbox.maildir]\npath = \"{}/Maildir\"", dir.path().display());
    let mut config = crate::support::activity::config(dir.path(), &table, "");
    config.dial.reminder = jcabot::domain::words::Dial::Send;
    let jca = Activity::build(dir, config).await;
    take(&jca, &From::writer("jane@ministry.example").letter("Nomination of an expert to JCA-COP", SUBMISSION)).await;
    assert_eq!(jane(&jca).await.phone.as_deref(), Some("+41227305111"));
    jca
}

/// Files a letter and gives its key. What a busy machine refuses once is tried at the next look, as the daemon does.
async fn take(jca: &Activity, letter: &[u8]) -> MessageKey {
    let before = jca.filed().await;
    jca.deliver(letter);
    let mut balance = jca.look().await;
    for _ in 0..LOOKS {
        if balance.letters.on_file > before {
            break;
        }
        eprintln!("not filed yet: {balance:?}");
        tokio::time::sleep(REST).await;
        balance = jca.look().await;
    }
    assert!(balance.balanced, "{:?}", balance.faults);
    assert_eq!(balance.letters.on_file, before + 1);
    MessageKey(balance.letters.on_file)
}

/// Why the program did with a letter what it did, for the message of a test that fails.
async fn reasons(jca: &Activity, letter: MessageKey) -> String {
    format!("{:?}", jca.desk().store.why(jca.desk().activity, letter).await.unwrap())
}

async fn jane(jca: &Activity) -> Person {
    let people = jca.desk().store.people(jca.desk().activity).await.unwrap();
    people.into_iter().find(|person| person.name == "Jane Doe").unwrap()
}

async fn phone(jca: &Activity) -> String {
    jane(jca).await.phone.unwrap()
}

async fn proposals(jca: &Activity) -> Vec<Proposal> {
    jca.desk().store.open_proposals(jca.desk().activity).await.unwrap()
}

/// The question that went to an address: its Message-ID, code and whole text.
async fn question(jca: &Activity, to: &str) -> Option<(String, String, String)> {
    let letters = jca.desk().store.letters(jca.desk().activity, None).await.unwrap();
    let letter = letters.into_iter().find(|letter| letter.to.reveal() == to && letter.kind.as_str() == "reminder")?;
    let bytes = jca.desk().store.letter_bytes(jca.desk().activity, letter.id).await.unwrap().unwrap();
    let text = mail_parser::MessageParser::default().parse(&bytes).unwrap().body_text(0).unwrap().into_owned();
    let code = letter.message_id.split('@').next().unwrap().strip_prefix("jcabot.").unwrap().to_owned();
    assert!(text.contains(&code), "{text}");
    Some((letter.message_id, code, text))
}

#[tokio::test]
async fn the_owner_of_an_entry_changes_it_at_once_and_it_can_be_undone() {
    let jca = with_jane().await;

    let letter = take(&jca, &From::writer("jane@ministry.example").letter("Update of my contact details", UPDATE)).await;
    let changed = phone(&jca).await;
    let undone = jca.desk().store.undo_changes(jca.desk().activity, letter, "test", jca.desk().clock.now()).await.unwrap();

    assert_eq!(changed, "+41227309999");
    assert_eq!((undone.undone, undone.kept, phone(&jca).await.as_str()), (1, 0, "+41227305111"));
    let history = jca.desk().store.changes_by(letter).await.unwrap();
    assert_eq!(history.iter().map(|change| change.state.as_str()).collect::<Vec<_>>(), ["undone"]);
    let again = jca.desk().store.undo_changes(jca.desk().activity, letter, "test", jca.desk().clock.now()).await.unwrap();
    assert_eq!(again.undone, 0);
}

#[tokio::test]
async fn undoing_a_letter_takes_off_whom_it_put_on_and_leaves_what_was_changed_since() {
    let jca = with_jane().await;
    take(&jca, &From::writer("jane@ministry.example").letter("Update of my contact details", UPDATE)).await;

    let undone = jca.desk().store.undo_changes(jca.desk().activity, MessageKey(1), "test", jca.desk().clock.now()).await.unwrap();

    assert!(undone.undone > 0);
    assert!(jca.desk().store.people(jca.desk().activity).await.unwrap().is_empty());
}

#[tokio::test]
async fn a8_a_strangers_change_is_a_proposal_that_a_person_decides() {
    let jca = with_jane().await;
    let before = jane(&jca).await;
    for (writer, result) in [
        ("eve@evil.example", "dmarc=pass"),
        ("jane@ministry.example", "dmarc=fail"),
        ("x@ministry.example.evil.example", "dmarc=pass"),
    ] {
        let from = From { writer, result, fields: "" };
        take(&jca, &from.letter("Update of contact details", UPDATE)).await;
    }

    assert_eq!(jane(&jca).await, before);
    assert!(question(&jca, "jane@ministry.example").await.is_none(), "nobody is asked on a stranger's word");
    let waiting = proposals(&jca).await;
    assert_eq!(waiting.len(), 3);
    let (store, activity, now) = (&jca.desk().store, jca.desk().activity, jca.desk().clock.now());
    store.decide_proposal(activity, waiting[0].id, Decision::Refuse, "test", now).await.unwrap();
    assert_eq!(phone(&jca).await, "+41227305111");
    store.decide_proposal(activity, waiting[1].id, Decision::Accept, "test", now).await.unwrap();
    assert_eq!(phone(&jca).await, "+41227309999");
    assert!(store.decide_proposal(activity, waiting[0].id, Decision::Accept, "test", now).await.is_err());
    assert!(store.decide_proposal(activity, waiting[1].id, Decision::Accept, "test", now).await.is_err());
    assert_eq!(proposals(&jca).await.len(), 1);
}

#[tokio::test]
async fn a8_another_address_of_the_body_changes_nothing_until_the_owner_says_yes() {
    for (language, yes) in [("own words", "YES"), ("with a reason", "Yes, that is right.\n\nJane"), ("French", "Oui")] {
        let jca = with_jane().await;
        let update = take(&jca, &From::writer("head@ministry.example").letter("Update of contact details", UPDATE)).await;
        assert_eq!(phone(&jca).await, "+41227305111");
        let (id, code, text) = question(&jca, "jane@ministry.example").await.unwrap();
        assert!(text.contains("+41227309999"), "{text}");

        let quoted = format!("{yes}\n\nOn Monday the secretariat wrote:\n> Please leave this code in your answer: {code}\n");
        let fields = format!("In-Reply-To: <{id}>\r\n");
        let from = From { fields: &fields, ..From::writer("jane@ministry.example") };
        let answer = take(&jca, &from.letter("Re: please confirm", &quoted)).await;

        assert_eq!(phone(&jca).await, "+41227309999", "{language}");
        let why = jca.desk().store.why(jca.desk().activity, answer).await.unwrap().unwrap();
        assert!(!why.message.needs_reply && why.reasons.iter().any(|reason| reason.rule == "confirmed"));
        assert!(proposals(&jca).await.is_empty());
        // Once: the same word again, after an undo, changes nothing.
        jca.desk().store.undo_changes(jca.desk().activity, update, "test", jca.desk().clock.now()).await.unwrap();
        take(&jca, &from.letter("Re: please confirm", &quoted)).await;
        assert_eq!(phone(&jca).await, "+41227305111", "{language}");
    }
}

#[tokio::test]
async fn the_code_alone_or_the_reply_alone_is_enough_for_the_owner() {
    for by_code in [true, false] {
        let jca = with_jane().await;
        take(&jca, &From::writer("head@ministry.example").letter("Update of contact details", UPDATE)).await;
        let (id, code, _) = question(&jca, "jane@ministry.example").await.unwrap();

        let fields = if by_code { String::new() } else { format!("In-Reply-To: <{id}>\r\n") };
        let text = if by_code { format!("YES\n{code}\n") } else { "YES\n".to_owned() };
        let answer = From { fields: &fields, ..From::writer("jane@ministry.example") }.letter("Answer", &text);
        let answer = take(&jca, &answer).await;

        assert_eq!(phone(&jca).await, "+41227309999", "by code: {by_code}, code {code}: {}", reasons(&jca, answer).await);
    }
}

#[tokio::test]
async fn a24_an_answer_that_is_not_plainly_the_owners_changes_nothing() {
    let jca = with_jane().await;
    take(&jca, &From::writer("head@ministry.example").letter("Update of contact details", UPDATE)).await;
    let (id, code, _) = question(&jca, "jane@ministry.example").await.unwrap();
    let reply = format!("In-Reply-To: <{id}>\r\n");
    let vacation = format!("{reply}Auto-Submitted: auto-replied\r\n");
    let list = format!("{reply}List-Id: <x.list.example>\r\n");
    let old = format!("{reply}Date: Mon, 20 Aug 2012 10:00:00 +0200\r\n");
    let with_code = format!("YES\n{code}\n");
    let jane = "jane@ministry.example";
    let attempts: Vec<(&str, &str, &str, &str, String)> = vec![
        ("another address of the body", "head@ministry.example", "dmarc=pass", &reply, with_code.clone()),
        ("a stranger", "eve@evil.example", "dmarc=pass", &reply, with_code.clone()),
        ("not authenticated", jane, "dmarc=none", &reply, with_code.clone()),
        ("forged", jane, "dmarc=fail", &reply, with_code.clone()),
        ("a machine", jane, "dmarc=pass", &vacation, "YES".to_owned()),
        ("a list", jane, "dmarc=pass", &list, "YES".to_owned()),
        ("an old letter", jane, "dmarc=pass", &old, "YES".to_owned()),
        ("no plain word", jane, "dmarc=pass", &reply, "I shall think about it.".to_owned()),
        ("yes and no", jane, "dmarc=pass", &reply, "YES\nNO\n".to_owned()),
        ("yes only in what is quoted", jane, "dmarc=pass", &reply, format!("Well.\n\n> YES\n> {code}\n")),
        ("an upper-case code", jane, "dmarc=pass", "", format!("YES\n{}\n", code.to_uppercase())),
        ("a wrong code", jane, "dmarc=pass", "", format!("YES\n{}\n", "0".repeat(32))),
        (
            "a code in a forwarded letter",
            jane,
            "dmarc=pass",
            "",
            format!("YES\n\n---------- Forwarded message ----------\nFrom: x@y.example\nSubject: z\n\n{code}\n"),
        ),
    ];
    for (what, writer, result, fields, text) in &attempts {
        take(&jca, &From { writer, result, fields }.letter("Re: please confirm", text)).await;
        assert_eq!(phone(&jca).await, "+41227305111", "{what}");
    }
    assert_eq!(proposals(&jca).await.len(), 1);

    // It was never spent: the owner's own word still counts.
    take(&jca, &From { fields: &reply, ..From::writer(jane) }.letter("Re: please confirm", "YES")).await;
    assert_eq!(phone(&jca).await, "+41227309999");
}

#[tokio::test]
async fn a24_an_expired_code_and_that_of_a_decided_proposal_change_nothing() {
    for decided in [true, false] {
        let jca = with_jane().await;
        take(&jca, &From::writer("head@ministry.example").letter("Update of contact details", UPDATE)).await;
        let (id, ..) = question(&jca, "jane@ministry.example").await.unwrap();
        if decided {
            let proposal = proposals(&jca).await[0].id;
            let now = jca.desk().clock.now();
            jca.desk().store.decide_proposal(jca.desk().activity, proposal, Decision::Refuse, "test", now).await.unwrap();
        } else {
            let sql = sqlx::AnyPool::connect(&format!("sqlite:{}/jcabot.db", jca.dir.path().display())).await.unwrap();
            sqlx::query("UPDATE confirmation SET expires_at = 0").execute(&sql).await.unwrap();
        }

        let fields = format!("In-Reply-To: <{id}>\r\n");
        let answer =
            take(&jca, &From { fields: &fields, ..From::writer("jane@ministry.example") }.letter("Re: please confirm", "YES"))
                .await;

        assert_eq!(phone(&jca).await, "+41227305111");
        let why = jca.desk().store.why(jca.desk().activity, answer).await.unwrap().unwrap();
        assert!(why.message.needs_reply, "a person looks: {:?}", why.reasons);
    }
}

#[tokio::test]
async fn a24_the_code_of_another_proposal_decides_only_its_own() {
    let jca = with_jane().await;
    take(&jca, &From::writer("head@ministry.example").letter("Update of contact details", UPDATE)).await;
    let (first, ..) = question(&jca, "jane@ministry.example").await.unwrap();
    let other = UPDATE.replace("730 9999", "730 8888");
    take(&jca, &From::writer("deputy@ministry.example").letter("Update of contact details", &other)).await;

    let fields = format!("In-Reply-To: <{first}>\r\n");
    take(&jca, &From { fields: &fields, ..From::writer("jane@ministry.example") }.letter("Re: please confirm", "NO")).await;

    assert_eq!(phone(&jca).await, "+41227305111");
    let left = proposals(&jca).await;
    assert_eq!(left.len(), 1);
    assert!(left[0].changes.iter().any(|change| change.new.as_deref() == Some("+41227308888")));
}

#[tokio::test]
async fn a9_one_letter_that_changes_many_is_held_for_a_person() {
    let jca = with_jane().await;
    let mut names = vec![("Jane Doe".to_owned(), "jane@ministry.example".to_owned())];
    for name in ["Ann Smith", "Bob Jones", "Carl Meyer", "Dora Klein"] {
        let address = format!("{}@ministry.example", name.split(' ').next().unwrap().to_lowercase());
        let text = SUBMISSION.replace("Jane Doe", name).replace("jane@ministry.example", &address);
        take(&jca, &From::writer(&address).letter("Nomination of an expert to JCA-COP", &text)).await;
        names.push((name.to_owned(), address));
    }
    let blocks: Vec<String> = names.iter().map(|(name, address)| format!("Name: {name}\nE-mail: {address}\n")).collect();
    let text = format!(
        "Dear secretariat,\n\nPlease remove the following persons from the list of JCA-COP:\n\n{}\nBest regards\n",
        blocks.join("\n")
    );

    take(&jca, &From::writer("jane@ministry.example").letter("Withdrawal of our representatives from JCA-COP", &text)).await;

    assert_eq!(jca.desk().store.people(jca.desk().activity).await.unwrap().len(), 5);
    assert!(!proposals(&jca).await.is_empty());
    let questions = jca.desk().store.letters(jca.desk().activity, None).await.unwrap();
    assert!(questions.iter().all(|letter| letter.kind.as_str() != "reminder"), "nobody is asked about a mass change");
}

#[tokio::test]
async fn a7_the_answer_is_the_same_whether_the_person_is_on_the_list_or_not() {
    let jca = with_jane().await;
    let text = |name: &str| UPDATE.replace("Jane Doe", name).replace("jane@ministry.example", "somebody@else.example");
    take(&jca, &From::writer("eve@evil.example").letter("Update of contact details", &text("Jane Doe"))).await;
    take(&jca, &From::writer("eve@evil.example").letter("Update of contact details", &text("Joan Roe"))).await;

    let letters = jca.desk().store.letters(jca.desk().activity, None).await.unwrap();
    let mut texts = Vec::new();
    for letter in letters.iter().filter(|letter| letter.to.reveal() == "eve@evil.example") {
        let bytes = jca.desk().store.letter_bytes(jca.desk().activity, letter.id).await.unwrap().unwrap();
        let text = mail_parser::MessageParser::default().parse(&bytes).unwrap().body_text(0).unwrap().into_owned();
        let lines = text.lines().filter(|line| !line.contains("JCA-COP/") && !line.starts_with("Reference"));
        texts.push(lines.collect::<Vec<_>>().join("\n").replace("Joan Roe", "Jane Doe"));
    }

    assert_eq!(texts.len(), 2);
    assert_eq!(texts[0], texts[1]);
    assert!(texts[0].contains("checked by the secretariat"), "{}", texts[0]);
}

#[tokio::test]
async fn a12_a_name_that_looks_like_somebodys_on_file_is_marked_and_nothing_of_it_applied() {
    let jca = with_jane().await;
    // Greek and Cyrillic letters for Latin ones; her name under the address of a stranger.
    let submission = |name: &str| SUBMISSION.replace("Jane Doe", name).replace("jane@ministry.example", "jane@elsewhere.example");
    let forged = [("x@elsewhere.example", "Jаne Dоe"), ("x@elsewhere.example", "Jane Dοe"), ("x@elsewhere.example", "ЈАNЕ DОЕ")];
    for (writer, name) in forged {
        let letter = From::writer(writer).letter("Nomination of an expert to JCA-COP", &submission(name));
        let message = take(&jca, &letter).await;
        let why = jca.desk().store.why(jca.desk().activity, message).await.unwrap().unwrap();
        assert!(why.reasons.iter().any(|reason| reason.rule == "resembles-person"), "{name}: {:?}", why.reasons);
    }
    let stranger =
        From::writer("jane.doe@elsewhere.example").letter("Nomination of an expert to JCA-COP", &submission("John Roe"));
    let stranger = String::from_utf8(stranger).unwrap().replace("From: <jane", "From: Jane Doe <jane");
    let message = take(&jca, stranger.as_bytes()).await;
    let why = jca.desk().store.why(jca.desk().activity, message).await.unwrap().unwrap();
    assert!(why.reasons.iter().any(|reason| reason.rule == "resembles-person"), "{:?}", why.reasons);

    let people = jca.desk().store.people(jca.desk().activity).await.unwrap();
    assert_eq!(people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Jane Doe"]);
    // An honest namesake of nobody, and Jane herself, carry no mark.
    for (writer, name) in [("mary@elsewhere.example", "Mary Poe"), ("jane@ministry.example", "Jane Doe")] {
        let letter = From::writer(writer).letter(
            "Nomination of an expert to JCA-COP",
            &SUBMISSION.replace("Jane Doe", name).replace("jane@ministry.example", writer),
        );
        let message = take(&jca, &letter).await;
        let why = jca.desk().store.why(jca.desk().activity, message).await.unwrap().unwrap();
        assert!(!why.reasons.iter().any(|reason| reason.rule.starts_with("resembles")), "{name}: {:?}", why.reasons);
    }
}
