//! One IMAP session: connect, log in, and a command loop of our own. Only user of `async-imap`.
//!
//! The library's own commands take a tagged NO or BAD, and the end of the stream, for an empty result in many places; here each
//! of them is an error, and an empty result is one that the server really gave.

use super::MailboxError;
use super::settings::{ImapSecurity, ImapSettings};
use crate::certificate::Validity;
use crate::net::{self, Text, Tls, Wire};
use async_imap::imap_proto::rfc4315::UidSetMember;
use async_imap::imap_proto::{AttributeValue, Capability, MailboxDatum, Outcome, RequestId, Response, ResponseCode, Status};
use async_imap::{Client, Session as Inner};
use secrecy::ExposeSecret;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A server that says nothing for so long has gone (RELIABILITY F9).
const SILENCE: Duration = Duration::from_secs(60);
/// For the greeting and the login.
const PATIENCE: Duration = Duration::from_secs(30);

/// A logged-in session.
pub(super) struct Session {
    inner: Inner<Wire>,
    /// What the server offers after the login, upper case.
    pub(super) offers: BTreeSet<String>,
    /// When the server's certificate is good; none in clear text.
    pub(super) certificate: Option<Validity>,
    idling: Option<RequestId>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("offers", &self.offers).finish_non_exhaustive()
    }
}

/// What the server said until it completed a command.
#[derive(Debug, Default)]
pub(super) struct Answers(Vec<Answer>);

/// One answer of the server, as far as it matters here; the library's own borrows from its buffer.
#[derive(Debug)]
enum Answer {
    /// A command is completed.
    Done { tag: RequestId, ok: bool, words: String, code: Option<Code> },
    /// The server ends the session.
    Bye(String),
    /// It waits for more.
    Continue,
    /// An untagged OK, NO or BAD.
    Told { ok: bool, words: String, code: Option<Code> },
    /// What it offers, upper case.
    Capabilities(Vec<String>),
    /// UIDs.
    Search(Vec<u32>),
    /// A folder.
    Folder { delimiter: Option<char>, name: String },
    /// A letter.
    Letter(Attributes),
    /// The folder has changed.
    Change,
    /// Anything else.
    Other,
}

/// A response code in brackets.
#[derive(Clone, Debug)]
enum Code {
    UidValidity(u32),
    UidNext(u32),
    PermanentFlags(Vec<String>),
    CopyUid(u32, u32),
}

/// A letter's attributes in an answer to FETCH.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// UID.
    pub(super) uid: Option<u32>,
    /// RFC822.SIZE.
    pub(super) size: Option<u64>,
    /// INTERNALDATE as written.
    pub(super) internal_date: Option<String>,
    /// FLAGS, keywords among them.
    pub(super) flags: Vec<String>,
    /// The octets of BODY[…].
    pub(super) body: Option<Vec<u8>>,
}

/// What SELECT says of a folder.
#[derive(Debug, Default)]
pub(super) struct Opened {
    /// UIDVALIDITY.
    pub(super) uid_validity: Option<u32>,
    /// UIDNEXT: no letter that comes later has a lower UID.
    pub(super) uid_next: Option<u32>,
    /// Flags that may be set for good (`\\*`: any keyword).
    pub(super) flags: Vec<String>,
}

fn connection(words: impl Into<String>) -> MailboxError {
    MailboxError::Connection(words.into())
}

impl Session {
    /// Connects and logs in; an error says at which step and how to mend it, and never carries the password.
    pub(super) async fn open(settings: &ImapSettings) -> Result<Session, MailboxError> {
        let (host, port) = (settings.host.as_str(), settings.port());
        let text = if settings.security == ImapSecurity::Plain { Text::Clear } else { Text::Enciphered };
        let tls = Tls::new(settings.ca_file.as_deref()).map_err(|error| connection(format!("{error:#}")))?;
        let wire = net::connect(host, port, text).await.map_err(|error| connection(error.0))?;
        let client = match settings.security {
            ImapSecurity::Tls => greeted(Client::new(tls.wrap(wire, host).await.map_err(|error| connection(error.0))?)).await?,
            ImapSecurity::Plain => greeted(Client::new(wire)).await?,
            ImapSecurity::Starttls => {
                let mut client = greeted(Client::new(wire)).await?;
                let asked = tokio::time::timeout(PATIENCE, client.run_command_and_check_ok("STARTTLS", None)).await;
                let refused =
                    |why: String| connection(format!("{host}:{port} refuses STARTTLS, and clear text is not used: {why}"));
                asked.map_err(|_| refused("no answer".to_owned()))?.map_err(|error| refused(error.to_string()))?;
                Client::new(tls.wrap(client.into_inner(), host).await.map_err(|error| connection(error.0))?)
            }
        };
        let password =
            settings.password().await.map_err(|error| connection(format!("Cannot read the password file: {error}")))?;
        let login = tokio::time::timeout(PATIENCE, client.login(&settings.user, password.expose_secret())).await;
        let refused = |why: String| connection(format!("{host}:{port} refuses the login of {}: {why}", settings.user));
        let inner = login.map_err(|_| refused("no answer".to_owned()))?.map_err(|(error, _)| refused(error.to_string()))?;
        let mut session = Session { inner, offers: BTreeSet::new(), certificate: tls.seen(), idling: None };
        session.learn_offers().await?;
        if session.offers.contains("ID") {
            // Some providers serve only programs that say what they are (RFC 2971).
            session.command(concat!("ID (\"name\" \"jcabot\" \"version\" \"", env!("CARGO_PKG_VERSION"), "\")")).await?;
        }
        if session.offers.contains("COMPRESS=DEFLATE") {
            return session.compressed().await;
        }
        Ok(session)
    }

    async fn compressed(self) -> Result<Session, MailboxError> {
        let compressing = self.inner.compress(|stream| Box::new(stream) as Wire);
        let inner = tokio::time::timeout(PATIENCE, compressing).await.map_err(|_| connection("No answer to COMPRESS"))?;
        let inner = inner.map_err(|error| connection(format!("COMPRESS: {error}")))?;
        Ok(Session { inner, offers: self.offers, certificate: self.certificate, idling: None })
    }

    async fn learn_offers(&mut self) -> Result<(), MailboxError> {
        for answer in self.command("CAPABILITY").await?.0 {
            if let Answer::Capabilities(words) = answer {
                self.offers.extend(words);
            }
        }
        Ok(())
    }

    /// Whether the server offers an extension.
    pub(super) fn has(&self, offer: &str) -> bool {
        self.offers.contains(offer)
    }

    /// Gives a command and gathers what the server says until it completes it. A tagged NO or BAD is [`MailboxError::Refused`];
    /// BYE, silence and the end of the stream are [`MailboxError::Connection`].
    pub(super) async fn command(&mut self, command: &str) -> Result<Answers, MailboxError> {
        // The verb alone: arguments may name folders and addresses.
        let verb = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let verb = if verb.starts_with("UID") { verb } else { verb.split(' ').next().unwrap_or_default().to_owned() };
        let sent = tokio::time::timeout(SILENCE, self.inner.run_command(command)).await;
        let tag = sent
            .map_err(|_| connection(format!("{verb}: cannot be sent")))?
            .map_err(|error| connection(format!("{verb}: {error}")))?;
        let mut answers = Answers::default();
        loop {
            let answer = self.answer(Instant::now() + SILENCE).await.map_err(|error| connection(format!("{verb}: {error}")))?;
            let Some(answer) = answer else { return Err(connection(format!("{verb}: no answer"))) };
            match &answer {
                Answer::Done { tag: done, ok: false, words, .. } if *done == tag => {
                    return Err(MailboxError::Refused(format!("{verb}: {words}")));
                }
                Answer::Done { tag: done, .. } if *done == tag => {
                    answers.0.push(answer);
                    return Ok(answers);
                }
                _ => answers.0.push(answer),
            }
        }
    }

    /// Puts a letter into a folder (its name quoted). The server is asked first whether it takes it (RFC 3501, 6.3.11).
    pub(super) async fn append(&mut self, folder: &str, letter: &str) -> Result<(), MailboxError> {
        let failed = |words: String| connection(format!("APPEND: {words}"));
        let command = format!("APPEND {folder} (\\Seen) {{{}}}", letter.len());
        let sent = tokio::time::timeout(SILENCE, self.inner.run_command(&command)).await;
        let tag = sent.map_err(|_| failed("cannot be sent".to_owned()))?.map_err(|error| failed(error.to_string()))?;
        let mut given = false;
        loop {
            match self.answer(Instant::now() + SILENCE).await? {
                Some(Answer::Continue) if !given => {
                    let sent = tokio::time::timeout(SILENCE, self.inner.run_command_untagged(letter)).await;
                    sent.map_err(|_| failed("cannot be sent".to_owned()))?.map_err(|error| failed(error.to_string()))?;
                    given = true;
                }
                Some(Answer::Done { tag: done, ok, words, .. }) if done == tag => {
                    return if ok { Ok(()) } else { Err(MailboxError::Refused(format!("APPEND: {words}"))) };
                }
                Some(_) => {}
                None => return Err(failed("no answer".to_owned())),
            }
        }
    }

    /// The next answer; `None` when there is none by then.
    async fn answer(&mut self, until: Instant) -> Result<Option<Answer>, MailboxError> {
        match timeout_at(until, self.inner.read_response()).await {
            Err(_) => Ok(None),
            Ok(Ok(Some(answer))) => match read(answer.parsed()) {
                Answer::Bye(words) => Err(connection(format!("the server ends the session: {words}"))),
                answer => Ok(Some(answer)),
            },
            Ok(Ok(None)) => Err(connection("the server closed the connection")),
            Ok(Err(error)) => Err(connection(error.to_string())),
        }
    }

    /// Waits in IDLE (RFC 2177) until the folder changes or the time is over.
    pub(super) async fn idle(&mut self, time: Duration) -> Result<(), MailboxError> {
        let tag = self.inner.run_command("IDLE").await.map_err(|error| connection(format!("IDLE: {error}")))?;
        self.idling = Some(tag.clone());
        let started = self.answer(Instant::now() + SILENCE).await?;
        match started {
            Some(Answer::Continue) => {}
            Some(Answer::Done { words, .. }) => {
                self.idling = None;
                return Err(MailboxError::Refused(format!("IDLE: {words}")));
            }
            // News that came before the server was ready: the sweep looks at it.
            Some(_) => return self.wake().await,
            None => return Err(connection("IDLE: no answer")),
        }
        let until = Instant::now() + time;
        while let Some(news) = self.answer(until).await? {
            if matches!(news, Answer::Change | Answer::Letter(_)) {
                break;
            }
        }
        self.wake().await
    }

    /// Ends IDLE; a server that died silently is noticed here.
    async fn wake(&mut self) -> Result<(), MailboxError> {
        let Some(tag) = self.idling.take() else { return Ok(()) };
        self.inner.run_command_untagged("DONE").await.map_err(|error| connection(format!("DONE: {error}")))?;
        loop {
            match self.answer(Instant::now() + PATIENCE).await? {
                Some(Answer::Done { tag: done, .. }) if done == tag => return Ok(()),
                Some(_) => {}
                None => return Err(connection("IDLE: the server does not answer any more")),
            }
        }
    }

    /// Says good-bye; whatever happens, the session is over.
    pub(super) async fn close(mut self) {
        let politely = async {
            self.wake().await?;
            self.command("LOGOUT").await
        };
        // A server's BYE on LOGOUT comes as an error of the command, and is what was asked for.
        let _ = tokio::time::timeout(Duration::from_secs(2), politely).await;
    }
}

/// Reads the greeting; a server that greets by BYE, or takes us for logged in already, is not used.
async fn greeted(mut client: Client<Wire>) -> Result<Client<Wire>, MailboxError> {
    let greeting =
        tokio::time::timeout(PATIENCE, client.read_response()).await.map_err(|_| connection("The server does not greet"))?;
    let greeting = greeting.map_err(|error| connection(format!("This is no IMAP server: {error}")))?;
    match greeting.as_ref().map(|greeting| read(greeting.parsed())) {
        Some(Answer::Told { ok: true, .. }) => Ok(client),
        Some(Answer::Told { words, .. } | Answer::Bye(words)) => Err(connection(format!("The server greets with {words}"))),
        _ => Err(connection("This is no IMAP server: it does not greet as one")),
    }
}

/// What an answer says that matters here.
fn read(answer: &Response<'_>) -> Answer {
    match answer {
        Response::Done { tag, status, outcome } => {
            Answer::Done { tag: tag.clone(), ok: *status == Status::Ok, words: words(outcome), code: code(outcome) }
        }
        Response::Data { status: Status::Bye, outcome } => Answer::Bye(words(outcome)),
        Response::Data { status, outcome } => {
            Answer::Told { ok: *status == Status::Ok, words: words(outcome), code: code(outcome) }
        }
        Response::Continue(_) => Answer::Continue,
        Response::Capabilities(list) => Answer::Capabilities(list.iter().map(offer).collect()),
        Response::MailboxData(MailboxDatum::Search(uids)) => Answer::Search(uids.clone()),
        Response::MailboxData(MailboxDatum::List(list)) => Answer::Folder {
            delimiter: list.delimiter.as_deref().and_then(|mark| mark.chars().next()),
            name: list.name.to_string(),
        },
        Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_))
        | Response::Expunge(_)
        | Response::Vanished { .. } => Answer::Change,
        Response::Fetch(_, attributes) => Answer::Letter(letter(attributes)),
        _ => Answer::Other,
    }
}

fn words(outcome: &Outcome<'_>) -> String {
    outcome.information.as_deref().unwrap_or("no reason given").to_owned()
}

fn offer(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(word) => format!("AUTH={}", word.to_uppercase()),
        Capability::Atom(word) => word.to_uppercase(),
    }
}

fn code(outcome: &Outcome<'_>) -> Option<Code> {
    match outcome.code.as_ref()? {
        ResponseCode::UidValidity(value) => Some(Code::UidValidity(*value)),
        ResponseCode::UidNext(value) => Some(Code::UidNext(*value)),
        ResponseCode::PermanentFlags(flags) => Some(Code::PermanentFlags(flags.iter().map(ToString::to_string).collect())),
        ResponseCode::CopyUid(validity, _, target) => match target.as_slice() {
            [UidSetMember::Uid(uid)] => Some(Code::CopyUid(*validity, *uid)),
            [UidSetMember::UidRange(range)] => Some(Code::CopyUid(*validity, *range.start())),
            _ => None,
        },
        _ => None,
    }
}

fn letter(attributes: &[AttributeValue<'_>]) -> Attributes {
    let mut letter = Attributes::default();
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => letter.uid = Some(*uid),
            AttributeValue::Rfc822Size(size) => letter.size = Some(u64::from(*size)),
            AttributeValue::InternalDate(date) => letter.internal_date = Some(date.to_string()),
            AttributeValue::Flags(flags) => letter.flags = flags.iter().map(ToString::to_string).collect(),
            AttributeValue::BodySection { data: Some(data), .. } => letter.body = Some(data.to_vec()),
            _ => {}
        }
    }
    letter
}

impl Answers {
    fn codes(&self) -> impl Iterator<Item = &Code> {
        self.0.iter().filter_map(|answer| match answer {
            Answer::Done { code, .. } | Answer::Told { code, .. } => code.as_ref(),
            _ => None,
        })
    }

    /// UIDs of SEARCH.
    pub(super) fn searched(&self) -> BTreeSet<u32> {
        let found =
            self.0.iter().filter_map(|answer| if let Answer::Search(uids) = answer { Some(uids.iter().copied()) } else { None });
        found.flatten().collect()
    }

    /// What SELECT says.
    pub(super) fn opened(&self) -> Opened {
        let mut opened = Opened::default();
        for code in self.codes() {
            match code {
                Code::UidValidity(value) => opened.uid_validity = opened.uid_validity.or(Some(*value)),
                Code::UidNext(value) => opened.uid_next = opened.uid_next.or(Some(*value)),
                Code::PermanentFlags(flags) if opened.flags.is_empty() => opened.flags.clone_from(flags),
                Code::PermanentFlags(_) | Code::CopyUid(..) => {}
            }
        }
        opened
    }

    /// Where COPY or MOVE put the one letter: UIDVALIDITY and UID of the target (RFC 4315).
    pub(super) fn copied(&self) -> Option<(u32, u32)> {
        self.codes().find_map(|code| if let Code::CopyUid(validity, uid) = code { Some((*validity, *uid)) } else { None })
    }

    /// The hierarchy separator of LIST; `None` for a flat server.
    pub(super) fn delimiter(&self) -> Option<char> {
        self.0.iter().find_map(|answer| if let Answer::Folder { delimiter, .. } = answer { *delimiter } else { None })
    }

    /// Names of folders of LIST, as the server writes them.
    pub(super) fn folders(&self) -> BTreeSet<String> {
        self.0
            .iter()
            .filter_map(|answer| if let Answer::Folder { name, .. } = answer { Some(name.clone()) } else { None })
            .collect()
    }

    /// The letter with this UID; other letters' flags may come unasked.
    pub(super) fn fetched(self, uid: u32) -> Option<Attributes> {
        self.letters().remove(&uid)
    }

    /// All letters by UID. What several answers say of one letter is put together.
    pub(super) fn letters(self) -> BTreeMap<u32, Attributes> {
        let mut letters: BTreeMap<u32, Attributes> = BTreeMap::new();
        for answer in self.0 {
            let Answer::Letter(letter) = answer else { continue };
            let Some(uid) = letter.uid else { continue };
            let known = letters.entry(uid).or_default();
            known.uid = Some(uid);
            known.size = letter.size.or(known.size);
            known.body = letter.body.or(known.body.take());
            known.internal_date = letter.internal_date.or(known.internal_date.take());
            if !letter.flags.is_empty() {
                known.flags = letter.flags;
            }
        }
        letters
    }
}
