//! A temporary ledger on each database: SQLite always, PostgreSQL where `JCABOT_TEST_POSTGRES` says so; and letters to file in it.

use jcabot::charter::Charter;
use jcabot::domain::address::Address;
use jcabot::domain::steps::{Draft, Findings, Place, Plan, RawMail, Verdict};
use jcabot::domain::words::{Answer, Kind, Language, OutboxState, Outgoing};
use jcabot::domain::{Fingerprint, Timestamp};
use jcabot::mail::{Mail, Person, Text};
use jcabot::resources::Resources;
use jcabot::store::{ActivityId, Filed, Filing, Settings, Store};
use sqlx::{AnyPool, AssertSqlSafe};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// A ledger in which JCA-COP has begun.
pub(crate) struct Ledger {
    pub(crate) store: Store,
    pub(crate) activity: ActivityId,
    pub(crate) settings: Settings,
    pub(crate) place: Empty,
}

/// A place for a ledger: a file, or a schema of its own on a server.
pub(crate) struct Empty {
    pub(crate) url: String,
    /// Direct access for what a test must see or break.
    pub(crate) sql: AnyPool,
    server: Option<(AnyPool, String)>,
    _dir: TempDir,
}

/// The present moment of these tests.
pub(crate) fn now() -> Timestamp {
    at("2012-08-20T08:00:00Z")
}

pub(crate) fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(crate) fn charter() -> Charter {
    Charter::load(&Resources::built_in(), "jca-cop").unwrap()
}

/// Runs a test on an empty place of each database.
pub(crate) async fn on_each_empty(test: impl AsyncFn(&Empty)) {
    let mut places = vec![Empty::sqlite()];
    if let Ok(server) = std::env::var("JCABOT_TEST_POSTGRES") {
        places.push(Empty::postgres(&server).await);
    }
    for place in places {
        test(&place).await;
        place.clear().await;
    }
}

/// Runs a test on a new ledger of each database.
pub(crate) async fn on_each(test: impl AsyncFn(&Ledger)) {
    on_each_empty(async |place| {
        let settings = Settings { url: place.url.clone() };
        let store = Store::open(&settings).await.unwrap();
        let activity = store.begin(&charter(), now()).await.unwrap();
        let place = Empty { url: place.url.clone(), sql: place.sql.clone(), server: None, _dir: tempfile::tempdir().unwrap() };
        let ledger = Ledger { store, activity, settings, place };
        test(&ledger).await;
        ledger.store.close().await;
    })
    .await;
}

impl Empty {
    pub(crate) fn sqlite() -> Empty {
        sqlx::any::install_default_drivers();
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/jcabot.db?mode=rwc", dir.path().display());
        let sql = AnyPool::connect_lazy(&url).unwrap();
        Empty { url, sql, server: None, _dir: dir }
    }

    pub(crate) async fn postgres(server: &str) -> Empty {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        sqlx::any::install_default_drivers();
        let schema = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = AnyPool::connect(server).await.expect("JCABOT_TEST_POSTGRES names a server that is there");
        sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&admin).await.unwrap();
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-csearch_path%3D{schema}");
        let sql = AnyPool::connect(&url).await.unwrap();
        Empty { url, sql, server: Some((admin, schema)), _dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// One number out of the rows.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.sql).await.unwrap()
    }

    pub(crate) async fn clear(self) {
        self.sql.close().await;
        if let Some((admin, schema)) = self.server {
            sqlx::query(AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"))).execute(&admin).await.unwrap();
            admin.close().await;
        }
    }
}

/// A letter and all that was thought about it, to be changed before it is filed.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) raw: RawMail,
    pub(crate) mail: Mail,
    pub(crate) verdict: Verdict,
    pub(crate) findings: Findings,
    pub(crate) plan: Plan,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) now: Timestamp,
}

impl Letter {
    /// An inquiry with a fingerprint, place, Message-ID and subject made of `name`, from a writer in Geneva.
    pub(crate) fn new(name: &str) -> Letter {
        let writer = address("writer@member.example");
        let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 7, uid: name.to_owned() };
        let bytes = format!("From: {}\r\nSubject: About {name}\r\n\r\nA question.\r\n", writer.reveal()).into_bytes();
        let mail = Mail {
            fingerprint: Some(Fingerprint(format!("print-of-{name}"))),
            size: bytes.len() as u64,
            message_id: Some(format!("{name}@member.example")),
            date: Some(now()),
            subject: format!("About {name}"),
            base_subject: format!("About {name}"),
            from: vec![Person { name: "A Writer".to_owned(), address: Some(writer) }],
            text: Text { own: "A question.".to_owned(), ..Text::default() },
            language: Some(Language::En),
            ..Mail::default()
        };
        Letter {
            raw: RawMail { place, whole_size: bytes.len() as u64, bytes, received_at: Some(now()) },
            mail,
            verdict: Verdict { kind: Kind::Inquiry, confidence: 0.75, evidence: Vec::new() },
            findings: Findings::default(),
            plan: plan(),
            drafts: Vec::new(),
            now: now(),
        }
    }

    /// With an acknowledgement that may leave.
    pub(crate) fn answered(mut self) -> Letter {
        let to = self.mail.writer().unwrap().clone();
        self.drafts = vec![draft(&format!("acknowledge:{}", self.raw.place.uid), &to, self.now)];
        self
    }

    pub(crate) fn filing(&self, activity: ActivityId) -> Filing<'_> {
        Filing {
            activity,
            raw: &self.raw,
            mail: &self.mail,
            verdict: &self.verdict,
            findings: &self.findings,
            plan: &self.plan,
            drafts: &self.drafts,
            packed: None,
            now: self.now,
        }
    }

    pub(crate) async fn file(&self, ledger: &Ledger) -> Filed {
        ledger.store.file(&self.filing(ledger.activity)).await.unwrap()
    }
}

/// A plan that only keeps the letter.
pub(crate) fn plan() -> Plan {
    Plan {
        answer: Answer::Acknowledge,
        reasons: Vec::new(),
        acknowledgement: None,
        folder: None,
        keywords: Vec::new(),
        needs_reply: false,
        people: Vec::new(),
        promised_seats: Vec::new(),
        bounced: Vec::new(),
        deadlines: Vec::new(),
        answers: Vec::new(),
        language: Language::En,
        confirming: Default::default(),
    }
}

/// An acknowledgement that may leave at once.
pub(crate) fn draft(intent: &str, to: &Address, now: Timestamp) -> Draft {
    Draft {
        kind: Outgoing::Acknowledgement,
        intent: intent.to_owned(),
        to: to.clone(),
        message_id: format!("{}@jcabot.example", intent.replace(':', ".")),
        bytes: format!("To: {}\r\n\r\nThank you.\r\n", to.reveal()).into_bytes(),
        state: OutboxState::Ready,
        held_because: Vec::new(),
        due_at: now,
    }
}
