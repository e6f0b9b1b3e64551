//! Corrections: what a person says is kept, followed by all that depends on it, learned from, and taken back.

use crate::support::store::{Ledger, charter, now, on_each};
use jcabot::classifier::{Model, buckets};
use jcabot::clock::Clock;
use jcabot::corrections::{Request, Said, correct, rebuild, refresh};
use jcabot::desk::Desk;
use jcabot::domain::MessageKey;
use jcabot::domain::steps::{Place, RawMail};
use jcabot::domain::words::{Answer, Dial, Kind, OutboxState, SeatState};
use jcabot::knowledge::{Current, Knowledge};
use jcabot::plan::{Dials, Policy, Unauthenticated};
use jcabot::rehearsal::Rehearsal;
use jcabot::reply::Identity;
use jcabot::resources::Resources;
use jcabot::store::{Corrected, Statement};
use std::sync::Arc;
use tokio::sync::Notify;

/// A desk that answers at once, so that answers can be seen.
fn desk(ledger: &Ledger, change: impl FnOnce(&mut Policy)) -> Desk {
    let policy = |charter: &jcabot::charter::Charter| {
        let dials = Dials { acknowledgement: Dial::Send, ..Dials::default() };
        let mut policy = Policy { dials, unauthenticated: Unauthenticated::Answer, ..Policy::of(charter) };
        policy.answer_since = Some("2012-01-01T00:00:00Z".parse().unwrap());
        change(&mut policy);
        policy
    };
    let knowledge = Knowledge::load(&Resources::built_in(), "jca-cop", |rules| policy(&rules.charter)).unwrap();
    Desk {
        store: ledger.store.clone(),
        activity: ledger.activity,
        knowledge: Current::new(knowledge),
        identity: Arc::new(Identity::new(&charter(), None, "test".to_owned(), vec![7; 32].into())),
        clock: Clock::set_to(now()),
        bell: Arc::new(Notify::new()),
        health: jcabot::health::Health::default(),
        steady: jcabot::clock::Steady::default(),
        witness_folder: None,
    }
}

fn raw(uid: &str, bytes: Vec<u8>) -> RawMail {
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 7, uid: uid.to_owned() };
    RawMail { place, whole_size: bytes.len() as u64, bytes, received_at: Some(now()) }
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/samples/{name}.eml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The made-up letter of a row: no list header, no unsubscribe line, nothing that a rule knows.
fn wire(number: usize, more: &str) -> Vec<u8> {
    let topics =
        ["bridges", "gardens", "harbours", "lanterns", "orchards", "kites", "rivers", "violins", "windmills", "beehives", "snow"];
    format!(
        "From: Ann <ann@wire.example>\r\nTo: tsbjcacop@itu.int\r\nDate: Mon, 20 Aug 2012 08:00:{number:02} +0200\r\n\
         Message-ID: <{number}@wire.example>\r\nSubject: The Weekly Wire, number {number}\r\n{more}\r\n\
         Good morning, dear readers of the Wire.\r\n\r\nThis week we talk about {} and about {}, as ever with a cup of tea in hand.\r\n\
         Keep reading, keep smiling, pass it on to those you like, and have a lovely week.\r\n",
        topics[number % 11],
        topics[(number * 7 + 3) % 11],
    )
    .into_bytes()
}

async fn file(desk: &Desk, uid: &str, bytes: Vec<u8>) -> MessageKey {
    desk.file_one(raw(uid, bytes)).await.unwrap().message
}

async fn say(desk: &Desk, message: MessageKey, said: Said) -> Corrected {
    let request = Request { message, said, by: "A Person".to_owned() };
    let knowledge = desk.knowledge.get();
    correct(&desk.store, desk.activity, &knowledge, &request, now()).await.unwrap().unwrap()
}

async fn kind(desk: &Desk, message: MessageKey) -> Kind {
    desk.store.message(desk.activity, message).await.unwrap().unwrap().kind
}

/// A moment by which all that was done here is due: the desk's clock goes on while a test runs.
fn soon() -> jcabot::domain::Timestamp {
    now() + jiff::SignedDuration::from_hours(1)
}

/// Ten corrected letters of the row.
async fn ten(desk: &Desk) {
    for number in 0..10 {
        let message = file(desk, &number.to_string(), wire(number, "")).await;
        say(desk, message, Said::Is(Kind::Bulk)).await;
    }
}

#[tokio::test]
async fn ten_corrections_make_the_eleventh_letter_come_out_right() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let first = file(&desk, "first", wire(20, "")).await;
        assert_ne!(kind(&desk, first).await, Kind::Bulk, "a rule knows the letter; the test says nothing");
        ten(&desk).await;

        let eleventh = file(&desk, "eleventh", wire(10, "")).await;
        let question = file(&desk, "question", sample("15-es-pregunta")).await;

        let why = ledger.store.why(ledger.activity, eleventh).await.unwrap().unwrap();
        assert_eq!((why.message.kind, why.answer), (Kind::Bulk, Answer::None));
        let learned = why.evidence.as_array().unwrap().iter().find(|one| one["rule"] == "learned").unwrap();
        assert!(learned["weight"].as_f64().unwrap() > 2.0, "{learned}");
        assert!(learned["words"].as_str().unwrap().split(' ').count() >= 3, "{learned}");
        assert_eq!(kind(&desk, question).await, Kind::Inquiry);
    })
    .await;
}

#[tokio::test]
async fn header_rules_about_automatic_mail_are_never_outvoted() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        for number in 0..10 {
            let message = file(&desk, &number.to_string(), wire(number, "")).await;
            say(&desk, message, Said::Is(Kind::Meeting)).await;
        }

        let plain = file(&desk, "plain", wire(10, "")).await;
        let automatic = file(&desk, "automatic", wire(11, "Auto-Submitted: auto-replied\r\n")).await;
        let list = file(
            &desk,
            "list",
            wire(12, "List-Id: <wire.example>\r\nPrecedence: bulk\r\nList-Unsubscribe: <mailto:x@wire.example>\r\n"),
        )
        .await;

        assert_eq!(kind(&desk, plain).await, Kind::Meeting);
        for message in [automatic, list] {
            let why = ledger.store.why(ledger.activity, message).await.unwrap().unwrap();
            assert_eq!(why.answer, Answer::None);
            assert!(why.message.kind.is_automatic(), "{:?}", why.message.kind);
            assert!(!why.evidence.to_string().contains("learned"));
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_learned_can_be_switched_off() {
    on_each(async |ledger| {
        let off = desk(ledger, |policy| policy.learning = false);
        ten(&off).await;

        let without = file(&off, "without", wire(10, "")).await;
        let with = file(&desk(ledger, |_| {}), "with", wire(21, "")).await;

        assert_ne!(kind(&off, without).await, Kind::Bulk);
        assert_eq!(kind(&off, with).await, Kind::Bulk);
    })
    .await;
}

#[tokio::test]
async fn learning_anew_gives_the_same_counts() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        ten(&desk).await;
        let confirmed = file(&desk, "confirmed", sample("15-es-pregunta")).await;
        say(&desk, confirmed, Said::Same).await;
        let counts = "SELECT CAST(SUM((bucket % 97) * letters * LENGTH(kind)) AS BIGINT) FROM learned";
        let before = (ledger.place.number(counts).await, ledger.place.number("SELECT COUNT(*) FROM learned").await);
        let learned = ledger.store.learned(ledger.activity).await.unwrap();

        let letters = rebuild(&ledger.store, ledger.activity, &desk.knowledge.get(), "A Person", now()).await.unwrap();

        let after = (ledger.place.number(counts).await, ledger.place.number("SELECT COUNT(*) FROM learned").await);
        assert_eq!((letters, after), (11, before));
        assert!(before.1 > 300, "{before:?}");
        assert!(ledger.store.learned_revision(ledger.activity).await.unwrap() > learned.revision());
    })
    .await;
}

#[tokio::test]
async fn another_correction_takes_the_first_one_back() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", wire(1, "")).await;
        let filed = kind(&desk, message).await;
        say(&desk, message, Said::Is(Kind::Bulk)).await;

        let back = say(&desk, message, Said::Is(filed)).await;

        assert_eq!((back.before, back.after), (Kind::Bulk, filed));
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM learned WHERE kind = 'bulk'").await, 0);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM correction").await, 1);
        let why = ledger.store.why(ledger.activity, message).await.unwrap().unwrap();
        assert_eq!(why.correction.unwrap().filed_kind, filed);
        let events: Vec<&str> =
            why.journal.iter().map(|entry| entry.event.as_str()).filter(|event| *event == "corrected").collect();
        assert_eq!(events.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_running_daemon_notices_what_another_program_learned() {
    on_each(async |ledger| {
        let (daemon, command) = (desk(ledger, |_| {}), desk(ledger, |_| {}));
        assert_eq!(daemon.knowledge.get().learned().letters(), 0);
        let message = file(&command, "1", wire(1, "")).await;
        say(&command, message, Said::Is(Kind::Bulk)).await;

        file(&daemon, "2", wire(2, "")).await;

        assert_eq!(daemon.knowledge.get().learned().letters(), 1);
        refresh(&ledger.store, ledger.activity, &daemon.knowledge.get()).await.unwrap();
        assert_eq!(daemon.knowledge.get().learned().letters(), 1);
    })
    .await;
}

#[tokio::test]
async fn threads_counters_folder_and_answer_follow_the_new_kind() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", sample("15-es-pregunta")).await;
        assert_eq!(ledger.store.threads_waiting(ledger.activity).await.unwrap().len(), 1);

        let corrected = say(&desk, message, Said::Is(Kind::Bulk)).await;

        assert_eq!((corrected.before, corrected.after, corrected.moves), (Kind::Inquiry, Kind::Bulk, 1));
        let threads = ledger.store.threads(ledger.activity).await.unwrap();
        assert_eq!((threads[0].kind, threads[0].needs_reply), (Kind::Bulk, false));
        let sums = ledger.store.conservation(ledger.activity, None).await.unwrap();
        assert_eq!((sums.by_kind.get(&Kind::Bulk), sums.by_kind.get(&Kind::Inquiry), sums.seen), (Some(&1), Some(&0), 1));
        let jobs = ledger.store.shelvings_due(ledger.activity, "jca", soon()).await.unwrap();
        assert_eq!((jobs.len(), jobs[0].folder.as_deref()), (1, Some("JCA/Bulk")));
        let letters = ledger.store.letters(ledger.activity, None).await.unwrap();
        assert_eq!(letters[0].state, OutboxState::Held);
        assert!(letters[0].note.contains("corrected from inquiry to bulk"), "{}", letters[0].note);
        assert_eq!(corrected.held, [letters[0].id]);

        say(&desk, message, Said::Is(Kind::Inquiry)).await;
        assert_eq!(ledger.store.threads_waiting(ledger.activity).await.unwrap().len(), 1);
        let jobs = ledger.store.shelvings_due(ledger.activity, "jca", soon()).await.unwrap();
        assert_eq!(jobs[0].folder.as_deref(), Some("JCA/Inquiries"));
    })
    .await;
}

#[tokio::test]
async fn people_of_a_letter_that_is_none_about_people_are_proposed_to_be_undone() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", sample("01-en-sg17")).await;
        let listed = ledger.store.people(ledger.activity).await.unwrap();
        assert!(!listed.is_empty());

        let corrected = say(&desk, message, Said::Is(Kind::Bulk)).await;

        assert_eq!(corrected.to_undo, listed.len());
        assert_eq!(ledger.store.people(ledger.activity).await.unwrap(), listed, "nothing is taken off the list by itself");
        let proposals = ledger.store.proposals(ledger.activity).await.unwrap();
        assert!(proposals.iter().any(|change| change.field == "listed" && change.new.as_deref() == Some("no")), "{proposals:?}");
        assert!(proposals.iter().all(|change| change.message == Some(message)));

        let back = say(&desk, message, Said::Is(Kind::ContactSubmission)).await;
        assert_eq!((back.to_undo, back.proposed), (0, 0));
        assert!(ledger.store.proposals(ledger.activity).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn people_of_a_letter_that_is_about_people_after_all_are_only_proposed() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", sample("01-en-sg17")).await;
        say(&desk, message, Said::Is(Kind::Bulk)).await;
        let sql = "UPDATE person_change SET state = 'undone' WHERE state = 'applied'";
        sqlx::query(sql).execute(&ledger.place.sql).await.unwrap();

        let corrected = say(&desk, message, Said::Is(Kind::ContactSubmission)).await;

        assert_eq!(corrected.proposed, 1);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM person_change WHERE state = 'applied'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_is_none_is_set_aside_and_comes_back() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", sample("11-en-liaison-sg13")).await;
        let before = ledger.store.deadlines(ledger.activity).await.unwrap();
        assert_eq!(ledger.store.liaisons(ledger.activity).await.unwrap().len(), 1);

        let corrected = say(&desk, message, Said::Is(Kind::Bulk)).await;

        assert_eq!(corrected.statement, Statement::SetAside);
        assert!(ledger.store.liaisons(ledger.activity).await.unwrap().is_empty());
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM liaison").await, 1, "kept");
        let open = "SELECT COUNT(*) FROM deadline WHERE message_id IS NOT NULL AND state = 'open'";
        assert_eq!(ledger.place.number(open).await, 0);

        let back = say(&desk, message, Said::Is(Kind::LiaisonStatement)).await;
        assert_eq!(back.statement, Statement::Listed);
        assert_eq!(ledger.store.liaisons(ledger.activity).await.unwrap().len(), 1);
        assert_eq!(ledger.store.deadlines(ledger.activity).await.unwrap(), before);
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_a_statement_after_all_brings_it() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", sample("15-es-pregunta")).await;

        let corrected = say(&desk, message, Said::Is(Kind::LiaisonStatement)).await;

        assert_eq!(corrected.statement, Statement::Listed);
        assert_eq!(ledger.store.liaisons(ledger.activity).await.unwrap()[0].message, message);
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_a_person_moved_is_left_where_it_is() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", sample("15-es-pregunta")).await;
        let why = ledger.store.why(ledger.activity, message).await.unwrap().unwrap();
        ledger.store.note_gone(&why.places, now()).await.unwrap();

        let corrected = say(&desk, message, Said::Is(Kind::Bulk)).await;

        assert_eq!(corrected.moves, 0);
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_a_corrected_letter_goes_the_same_way() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let message = file(&desk, "1", sample("15-es-pregunta")).await;
        say(&desk, message, Said::Is(Kind::Meeting)).await;

        let copy = file(&desk, "2", sample("15-es-pregunta")).await;

        assert_eq!(copy, message);
        let jobs = ledger.store.shelvings_due(ledger.activity, "jca", soon()).await.unwrap();
        assert_eq!(jobs.iter().filter(|job| job.folder.as_deref() == Some("JCA/Meetings")).count(), 2, "{jobs:?}");
    })
    .await;
}

#[tokio::test]
async fn a_rehearsal_reads_every_letter_and_writes_nothing() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        for (uid, name) in ["01-en-sg17", "11-en-liaison-sg13", "15-es-pregunta"].into_iter().enumerate() {
            file(&desk, &uid.to_string(), sample(name)).await;
        }
        let rows = ledger.place.number("SELECT COUNT(*) FROM journal").await;
        let mut surer = Knowledge::load(&Resources::built_in(), "jca-cop", |rules| Policy::of(&rules.charter)).unwrap();
        let mut lost: Vec<_> = Vec::new();
        surer
            .rules
            .charter
            .own_addresses
            .push(jcabot::domain::address::Address::parse("ingrid.solberg@nordtel.example").unwrap());

        let rehearsal = Rehearsal { before: desk.knowledge.get(), after: Arc::new(surer) };
        let keep = |changed: jcabot::rehearsal::Changed| {
            lost.push(changed);
            Ok(())
        };
        let count = rehearsal.run(&ledger.store, ledger.activity, keep, |_| {}).await.unwrap();

        assert_eq!((count, lost.len()), (3, 1), "{lost:?}");
        assert_eq!((lost[0].differences[0].field.as_str(), lost[0].differences[0].after.as_str()), ("answer", "none"));
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM journal").await, rows);
    })
    .await;
}

#[tokio::test]
async fn an_unsure_letter_goes_to_a_person_and_its_answer_says_only_that_it_arrived() {
    on_each(async |ledger| {
        let desk = desk(ledger, |policy| policy.threshold = 1.0);
        let message = file(&desk, "1", sample("01-en-sg17")).await;

        let why = ledger.store.why(ledger.activity, message).await.unwrap().unwrap();
        assert!(why.message.needs_reply);
        assert!(why.reasons.iter().any(|reason| reason.rule == "low-confidence"), "{:?}", why.reasons);
        assert!(ledger.store.people(ledger.activity).await.unwrap().is_empty(), "nobody is put on the list by an unsure letter");
        let jobs = ledger.store.shelvings_due(ledger.activity, "jca", soon()).await.unwrap();
        assert_eq!(jobs[0].folder.as_deref(), Some("JCA/To sort"));
        let letters = ledger.store.letters(ledger.activity, None).await.unwrap();
        let bytes = ledger.store.letter_bytes(ledger.activity, letters[0].id).await.unwrap().unwrap();
        let unsure = plain_text(&bytes);
        let sure = self::sure(ledger).await;
        assert!(sure.contains("Kwon") || sure.len() > unsure.len() + 200, "the sure one echoes what was understood:\n{sure}");
        for fact in why.findings["contacts"].as_array().unwrap().iter().filter_map(|one| one["phone"].as_str()) {
            assert!(sure.contains(fact) && !unsure.contains(fact), "{fact}\n{unsure}");
        }

        let corrected = say(&desk, message, Said::Same).await;
        assert_eq!((corrected.before, corrected.moves), (corrected.after, 1));
        let jobs = ledger.store.shelvings_due(ledger.activity, "jca", soon()).await.unwrap();
        assert_eq!(jobs[0].folder.as_deref(), Some("JCA/Contacts"));
    })
    .await;
}

/// The acknowledgement of the same letter by rules that are sure, in a place of its own.
async fn sure(ledger: &Ledger) -> String {
    let desk = desk(ledger, |_| {});
    let mut other = sample("01-en-sg17");
    other.extend_from_slice(b"\r\nP.S.\r\n");
    let text = String::from_utf8(other).unwrap().replace("Message-ID: <", "Message-ID: <again-");
    let message = file(&desk, "sure", text.into_bytes()).await;
    let letters = ledger.store.letters(ledger.activity, None).await.unwrap();
    let letter = letters.iter().find(|letter| letter.message == Some(message)).unwrap();
    plain_text(&ledger.store.letter_bytes(ledger.activity, letter.id).await.unwrap().unwrap())
}

/// The readable parts of a letter of ours.
fn plain_text(bytes: &[u8]) -> String {
    let vocabulary = jcabot::vocabulary::Vocabulary::load(&Resources::built_in()).unwrap();
    jcabot::mail::parse(&raw("x", bytes.to_vec()), &vocabulary).text.own
}

/// What is learned from every letter of the corpus.
fn corpus() -> Vec<String> {
    let vocabulary = jcabot::vocabulary::Vocabulary::load(&Resources::built_in()).unwrap();
    let folder = std::fs::read_dir(format!("{}/tests/letters/corpus", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let letters = folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "eml"));
    let texts: Vec<String> = letters
        .map(|path| jcabot::mail::parse(&raw("x", std::fs::read(path).unwrap()), &vocabulary))
        .map(|mail| jcabot::rules::learned::text(&mail))
        .collect();
    assert!(texts.len() > 50);
    texts
}

fn model(letters: &[(Kind, String)]) -> Model {
    let counts = letters.iter().flat_map(|(kind, text)| buckets(text).into_iter().map(|bucket| (*kind, bucket, 1)));
    let kinds: std::collections::BTreeSet<Kind> = letters.iter().map(|(kind, _)| *kind).collect();
    let of = |kind: Kind| letters.iter().filter(|(other, _)| *other == kind).count() as u32;
    Model::new(1, kinds.into_iter().map(|kind| (kind, of(kind))), counts)
}

#[test]
fn a_row_that_was_corrected_says_nothing_about_other_letters() {
    let vocabulary = jcabot::vocabulary::Vocabulary::load(&Resources::built_in()).unwrap();
    let text = |number: usize| {
        let mail = jcabot::mail::parse(&raw("x", wire(number, "")), &vocabulary);
        (Kind::Bulk, jcabot::rules::learned::text(&mail))
    };
    let model = model(&(0..10).map(text).collect::<Vec<_>>());

    let said: Vec<_> = corpus().into_iter().filter_map(|text| model.opinion(&text)).collect();

    assert!(said.is_empty(), "{said:?}");
}

#[tokio::test]
async fn what_a_wrongly_read_letter_promised_for_a_seat_is_taken_back() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let state = async |word: &str| {
            let seats = desk.store.roster(desk.activity).await.unwrap();
            seats.into_iter().find(|seat| seat.id == word).map(|seat| seat.state).unwrap()
        };
        let letter = "From: Ann <ann@wire.example>\r\nTo: tsbjcacop@itu.int\r\nDate: Mon, 20 Aug 2012 08:00:00 +0200\r\n\
             Message-ID: <promise@wire.example>\r\nSubject: News about standards\r\n\r\n\
             Study Group 15 will nominate its representative after its meeting in September.\r\n";
        let message = file(&desk, "promise", letter.as_bytes().to_vec()).await;
        let promised = state("sg15").await;
        let kind = kind(&desk, message).await;

        say(&desk, message, Said::Is(Kind::Bulk)).await;
        let corrected = state("sg15").await;
        say(&desk, message, Said::Is(kind)).await;

        assert_eq!((promised, corrected, state("sg15").await), (SeatState::Promised, SeatState::Silent, SeatState::Promised));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_a_wrongly_read_bounce_called_dead_is_alive_again() {
    on_each(async |ledger| {
        let desk = desk(ledger, |_| {});
        let person = "From: Jane Doe <jane@ministry.example>\r\nTo: tsbjcacop@itu.int\r\nDate: Mon, 20 Aug 2012 08:00:00 +0200\r\n\
             Message-ID: <jane@ministry.example>\r\nSubject: Nomination of an expert to JCA-COP\r\n\r\n\
             Dear secretariat,\r\n\r\nWe nominate the following expert for JCA-COP:\r\n\r\nName: Jane Doe\r\n\
             Organization: Ministry of Communications\r\nE-mail: jane@ministry.example\r\n";
        file(&desk, "jane", person.as_bytes().to_vec()).await;
        let answer = desk.store.letters(desk.activity, None).await.unwrap().remove(0);
        let bounce = format!(
            "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: tsbjcacop@itu.int\r\n\
             Date: Mon, 20 Aug 2012 12:00:00 +0200\r\nSubject: Undelivered Mail\r\nMessage-ID: <r@mx.example>\r\nReferences: <{}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n\
             --x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; jane@ministry.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--\r\n",
            answer.message_id
        );
        let dead = async || ledger.place.number("SELECT COUNT(*) FROM person WHERE bounced_at IS NOT NULL").await;
        let message = file(&desk, "bounce", bounce.into_bytes()).await;
        let after_bounce = dead().await;

        say(&desk, message, Said::Is(Kind::AutoReply)).await;

        assert_eq!((after_bounce, dead().await), (1, 0));
    })
    .await;
}
