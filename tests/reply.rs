//! Texts to people: one snapshot for each mail in each language, and the bytes as two parsers see them.

use jcabot::charter::Charter;
use jcabot::domain::address::Address;
use jcabot::domain::records::{Conservation, Deadline, Liaison, Person, Seat, Thread, Week};
use jcabot::domain::steps::{Acknowledge, Ask, Draft, Findings, FoundLiaison, FoundPerson, Plan, PlannedPerson, Verdict};
use jcabot::domain::words::{Action, Answer, DeadlineState, Kind, Language, OutboxState, Purpose, SeatState};
use jcabot::domain::{Fingerprint, MessageKey, Timestamp};
use jcabot::mail::{self, Mail};
use jcabot::reply::confirm::Question;
use jcabot::reply::{AckInput, Identity, Replies};
use jcabot::resources::Resources;
use std::collections::BTreeMap;
use strum::VariantArray;

pub(crate) fn charter() -> Charter {
    Charter::load(&Resources::built_in(), "jca-cop").unwrap()
}

fn identity(charter: &Charter) -> Identity {
    Identity::new(charter, None, "snapshot".to_owned(), vec![7; 32].into())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn writer() -> mail::Person {
    mail::Person { name: "Eve <script>".to_owned(), address: Address::parse("eve@example.org") }
}

fn letter() -> Mail {
    Mail {
        fingerprint: Some(Fingerprint("f".repeat(64))),
        message_id: Some("question@example.org".to_owned()),
        references: vec!["first@example.org".to_owned()],
        subject: "FREE NITRO https://evil.example".to_owned(),
        date: Some(at("2012-08-21T10:00:00Z")),
        from: vec![writer()],
        ..Mail::default()
    }
}

fn plan(language: Language, people: Vec<PlannedPerson>) -> Plan {
    let to = Address::parse("eve@example.org").unwrap();
    Plan {
        answer: Answer::Acknowledge,
        reasons: Vec::new(),
        acknowledgement: Some(Acknowledge { to, state: OutboxState::Ready, held_because: Vec::new(), arrived_only: false }),
        folder: None,
        keywords: Vec::new(),
        needs_reply: false,
        people,
        promised_seats: Vec::new(),
        bounced: Vec::new(),
        deadlines: Vec::new(),
        answers: Vec::new(),
        language,
        confirming: Default::default(),
    }
}

fn person() -> FoundPerson {
    FoundPerson {
        name: Some("محمد Ångström".to_owned()),
        honorific: Some("Dr".to_owned()),
        organization: Some("Institute of Safe Networks".to_owned()),
        role: Some("Head of Standards".to_owned()),
        email: Address::parse("angstrom@example.org"),
        country: Some("SE".to_owned()),
        category: Some("itu-t-sg".to_owned()),
        study_groups: vec!["SG17".to_owned()],
        action: Some(Action::Update),
        ..FoundPerson::default()
    }
}

fn liaison() -> FoundLiaison {
    FoundLiaison {
        title: Some("LS on words".to_owned()),
        from: Some("ITU-T SG13".to_owned()),
        to: vec!["JCA-COP".to_owned()],
        cc: vec!["ITU-T SG17".to_owned()],
        purpose: Some(Purpose::Action),
        reply_by: Some(jiff::civil::date(2012, 9, 5)),
        reference: Some("COM 13 – LS 61 – E".to_owned()),
        questions: vec!["7/13".to_owned()],
        ..FoundLiaison::default()
    }
}

fn acknowledge(kind: Kind, findings: &Findings, plan: &Plan) -> Draft {
    let charter = charter();
    let replies = Replies::load(&Resources::built_in(), &charter).unwrap();
    let (mail, verdict) = (letter(), Verdict { kind, confidence: 0.9, evidence: Vec::new() });
    let acknowledgement = plan.acknowledgement.as_ref().unwrap();
    let (arrived_at, now) = (at("2012-08-21T10:01:00Z"), at("2012-08-21T10:01:01Z"));
    let charter = &charter;
    let input = AckInput { charter, mail: &mail, verdict: &verdict, findings, plan, acknowledgement, arrived_at, now };
    replies.acknowledge(&identity(charter), &input).unwrap()
}

/// Both forms, decoded.
fn shown(draft: &Draft) -> (String, String, String) {
    let message = mail_parser::MessageParser::default().parse(&draft.bytes).unwrap();
    let subject = message.subject().unwrap().to_owned();
    (subject, message.body_text(0).unwrap().replace('\r', ""), message.body_html(0).unwrap().replace('\r', ""))
}

#[test]
fn an_acknowledgement_reads_well_in_every_language() {
    for language in Language::VARIANTS {
        let proposed = PlannedPerson { found: 0, action: Action::Update, applied: false, person: Some(1), seats: Vec::new() };
        let findings = Findings { contacts: vec![person()], liaison: Some(liaison()), ..Findings::default() };

        let draft = acknowledge(Kind::ContactSubmission, &findings, &plan(*language, vec![proposed]));

        let (subject, text, html) = shown(&draft);
        insta::assert_snapshot!(format!("acknowledgement.{}.txt", language.as_str()), format!("Subject: {subject}\n\n{text}"));
        insta::assert_snapshot!(format!("acknowledgement.{}.html", language.as_str()), html);
    }
}

#[test]
fn every_kind_of_letter_has_its_sentence_in_every_language() {
    for language in Language::VARIANTS {
        let kinds = Kind::VARIANTS.iter().filter(|kind| !kind.is_automatic() && **kind != Kind::Unclassified);
        let texts = kinds.map(|kind| shown(&acknowledge(*kind, &Findings::default(), &plan(*language, Vec::new()))).1);
        insta::assert_snapshot!(format!("kinds.{}", language.as_str()), texts.collect::<Vec<_>>().join("\n==========\n"));
    }
}

#[test]
fn an_unsure_acknowledgement_only_says_that_the_letter_arrived() {
    let findings = Findings { contacts: vec![person()], ..Findings::default() };

    let mut plan = plan(Language::En, Vec::new());
    plan.acknowledgement.as_mut().unwrap().arrived_only = true;
    let (_, text, html) = shown(&acknowledge(Kind::ContactSubmission, &findings, &plan));

    assert!(!text.contains("Ångström") && !html.contains("Ångström"), "{text}");
    assert!(text.contains("has arrived") && text.contains("secretariat will look"), "{text}");
}

#[test]
fn the_question_to_the_owner_of_an_entry_reads_well_in_every_language() {
    let charter = charter();
    let replies = Replies::load(&Resources::built_in(), &charter).unwrap();
    for language in Language::VARIANTS {
        let ask = Ask { found: 0, to: Address::parse("owner@example.org").unwrap() };
        let (found, letter) = (person(), "f".repeat(64));
        let (state, now) = (OutboxState::Ready, at("2012-08-21T10:01:01Z"));
        let question = Question { ask: &ask, found: &found, letter: &letter, language: *language, state, now };

        let draft = replies.confirm(&identity(&charter), &charter, &question).unwrap();

        let (subject, text, _) = shown(&draft);
        insta::assert_snapshot!(format!("confirm.{}", language.as_str()), format!("Subject: {subject}\n\n{text}"));
        assert!(text.contains(draft.message_id.split('@').next().unwrap().strip_prefix("jcabot.").unwrap()));
    }
}

#[test]
fn nothing_of_the_senders_free_text_leaves() {
    let evil = FoundPerson {
        name: Some("Eve\r\nBcc: victim@example.net https://evil.example <b>".to_owned()),
        ..FoundPerson::default()
    };
    let findings = Findings { contacts: vec![evil], ..Findings::default() };

    let draft = acknowledge(Kind::ContactSubmission, &findings, &plan(Language::En, Vec::new()));

    let (subject, text, html) = shown(&draft);
    assert!(!format!("{subject}{text}{html}").contains("NITRO"));
    assert!(!format!("{text}{html}").contains("https://evil"), "{text}");
    assert!(!html.contains("<b>") && !text.contains("victim@"), "{html}");
    let message = mail_parser::MessageParser::default().parse(&draft.bytes).unwrap();
    assert!(message.bcc().is_none());
    assert_eq!(message.to().unwrap().clone().into_list().len(), 1);
}

#[test]
fn an_acknowledgement_threads_and_says_that_it_is_automatic() {
    let draft = acknowledge(Kind::Inquiry, &Findings::default(), &plan(Language::Fr, Vec::new()));

    let head = String::from_utf8(draft.bytes.clone()).unwrap().split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    for line in [
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        "X-JCABot-Loop: snapshot",
        "In-Reply-To: <question@example.org>",
        "References: <first@example.org> <question@example.org>",
        "To: eve@example.org",
        &format!("Message-ID: <{}>", draft.message_id),
    ] {
        assert!(head.lines().any(|found| found == line), "{line} is missing in\n{head}");
    }
}

#[test]
fn the_same_letter_is_answered_by_the_same_bytes() {
    let one = acknowledge(Kind::Inquiry, &Findings::default(), &plan(Language::Zh, Vec::new()));
    let two = acknowledge(Kind::Inquiry, &Findings::default(), &plan(Language::Zh, Vec::new()));

    assert_eq!((one.bytes, one.message_id), (two.bytes, two.message_id));
}

fn someone(id: i64, name: &str) -> Person {
    Person {
        id,
        name: name.to_owned(),
        honorific: None,
        organization: Some("Nordtel AS".to_owned()),
        role: None,
        email: Address::parse("someone@example.org"),
        phone: None,
        country: Some("NO".to_owned()),
        category: None,
        study_groups: Vec::new(),
        language: None,
        source: None,
    }
}

#[expect(clippy::too_many_lines, reason = "one week with something of everything, in one place to read beside its snapshot")]
pub(crate) fn week(charter: &Charter) -> Week {
    let states =
        [SeatState::Filled, SeatState::Filled, SeatState::Promised, SeatState::Asked, SeatState::Silent, SeatState::Bounced];
    let seats = charter.seats.iter().zip(states.into_iter().cycle()).map(|(seat, state)| Seat {
        id: seat.id.clone(),
        body: seat.body.clone(),
        category: seat.category.clone(),
        state,
        people: if state == SeatState::Filled { vec![someone(1, "Ingrid Solberg")] } else { Vec::new() },
        since: (state != SeatState::Silent).then(|| at("2012-07-03T08:00:00Z")),
        asked_at: None,
    });
    let statement = |id: i64, day: Option<jiff::civil::Date>, words: Option<&str>| Liaison {
        id,
        message: MessageKey(id),
        reference: Some(format!("COM 13 – LS {id} – E")),
        title: Some("LS on parental control functions".to_owned()),
        from: Some("ITU-T SG13".to_owned()),
        to: Vec::new(),
        cc: Vec::new(),
        purpose: Some(Purpose::Action),
        reply_by: day,
        reply_by_words: words.map(str::to_owned),
        in_reply_to: None,
        answers: None,
        questions: Vec::new(),
        filed_at: at("2012-08-20T08:00:00Z"),
    };
    let thread = Thread {
        id: 5,
        subject: "Consulta sobre documentos".to_owned(),
        letters: 1,
        kind: Kind::Inquiry,
        latest_at: at("2012-08-20T09:00:00Z"),
        needs_reply: true,
    };
    let deadline = |title: &str, due: &str| Deadline {
        id: 1,
        topic: "charter:contacts".to_owned(),
        title: title.to_owned(),
        due_at: at(due),
        state: DeadlineState::Open,
        settled_at: None,
        message: None,
    };
    let by_kind =
        BTreeMap::from([(Kind::ContactSubmission, 12), (Kind::LiaisonStatement, 5), (Kind::Inquiry, 2), (Kind::Bulk, 1)]);
    Week {
        name: "2012-W34".to_owned(),
        from: at("2012-08-19T22:00:00Z"),
        to: at("2012-08-26T22:00:00Z"),
        by_kind: by_kind.clone(),
        acknowledged: 17,
        new_people: vec![someone(1, "Ingrid Solberg"), someone(2, "郑晓彤"), someone(3, "هدى المنصوري")],
        seats: seats.collect(),
        liaisons: vec![
            statement(60, Some(jiff::civil::date(2012, 8, 20)), None),
            statement(61, Some(jiff::civil::date(2012, 9, 5)), None),
            statement(62, None, Some("before our next meeting")),
        ],
        waiting: vec![thread],
        due: vec![
            deadline("Names and contact details", "2012-08-22T21:59:59Z"),
            deadline("Reply to SG13", "2012-09-05T21:59:59Z"),
        ],
        held: 3,
        failed: 0,
        proposals: 1,
        conservation: Conservation { by_kind, seen: 20, unaccounted: 0 },
    }
}

#[test]
fn the_chairs_week_reads_well_in_every_language() {
    for language in Language::VARIANTS {
        let mut charter = charter();
        charter.chair.language = Some(*language);
        let replies = Replies::load(&Resources::built_in(), &charter).unwrap();

        let texts = replies.digest_texts(&charter, &week(&charter), at("2012-08-27T06:00:00Z")).unwrap();

        insta::assert_snapshot!(
            format!("digest.{}.txt", language.as_str()),
            format!("Subject: {}\n\n{}", texts.subject, texts.text)
        );
        insta::assert_snapshot!(format!("digest.{}.html", language.as_str()), texts.html);
    }
}

#[test]
fn an_imbalance_is_an_alarm_in_the_digest() {
    let charter = charter();
    let replies = Replies::load(&Resources::built_in(), &charter).unwrap();
    let mut week = week(&charter);
    week.conservation.unaccounted = 2;

    let texts = replies.digest_texts(&charter, &week, at("2012-08-27T06:00:00Z")).unwrap();

    assert!(texts.text.contains("ALARM: 2 letters") && texts.html.contains("ALARM: 2 letters"));
}

#[test]
fn reminders_and_notices_read_well_in_every_language() {
    for language in Language::VARIANTS {
        let mut charter = charter();
        charter.secretariat.language = Some(*language);
        charter.seats[0].language = Some(*language);
        charter.seats[0].email = Address::parse("sg2@example.org");
        let replies = Replies::load(&Resources::built_in(), &charter).unwrap();
        let now = at("2012-08-15T22:00:00Z");
        let due = &jcabot::plan::schedule::reminders_due(&charter, &[], now)[0];

        let reminder = replies.remind(&identity(&charter), &charter, due, OutboxState::Held, now).unwrap();
        let notice = replies.notify(&identity(&charter), &charter, ("breaker", "…"), OutboxState::Held, now).unwrap();

        let texts = [shown(&reminder), shown(&notice)].map(|(subject, text, _)| format!("Subject: {subject}\n\n{text}"));
        insta::assert_snapshot!(format!("reminder.{}", language.as_str()), texts.join("\n==========\n"));
        assert_eq!(reminder.intent, "remind:sg2:contacts:7");
    }
}

#[test]
fn a_template_that_does_not_render_is_refused_with_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("any/replies")).unwrap();
    std::fs::write(dir.path().join("any/replies/letter.txt"), "{{ w.greeting }}\n{{ no_such_name }}\n").unwrap();

    let error = format!("{:#}", Replies::load(&Resources::overridden_by(dir.path()), &charter()).unwrap_err());

    assert!(error.contains("letter.txt, line 2"), "{error}");
}

#[test]
fn a_language_that_lacks_a_word_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("fr/replies")).unwrap();
    let words = std::fs::read_to_string("rules/fr/replies/words.toml").unwrap().replace("greeting", "salutation");
    std::fs::write(dir.path().join("fr/replies/words.toml"), words).unwrap();

    let error = format!("{:#}", Replies::load(&Resources::overridden_by(dir.path()), &charter()).unwrap_err());

    assert!(error.contains("fr/replies/words.toml has no “greeting”"), "{error}");
}
