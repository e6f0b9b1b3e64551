//! The words exchanged with a mail server (RFC 5321), and how far the exchange got.

use super::answer::{self, Command, Line, Refusal, Reply};
use super::content::{FINAL_DOT, stuffed};
use super::{Accepted, Envelope, SendError};
use crate::domain::address::Address;
use crate::killpoint::{self, Point};
use crate::net::Wire;
use futures_util::FutureExt;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter, RcptParameter};
use lettre::transport::smtp::response::Response;
use std::fmt::Display;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout};

/// RFC 5321, 4.5.3.2: five minutes for the greeting and for the reply to a command.
const COMMAND: Duration = Duration::from_secs(5 * 60);
/// RFC 5321, 4.5.3.2.5: three minutes for each block of the letter.
const BLOCK: Duration = Duration::from_secs(3 * 60);
/// RFC 5321, 4.5.3.2.6: ten minutes for the reply to the final dot; less makes duplicates (RFC 1047).
const FINAL: Duration = Duration::from_secs(10 * 60);
/// From MAIL to the letter's last line. A server that needs longer does not want the letter now.
const BEFORE_DOT: Duration = Duration::from_secs(10 * 60);
/// A server that does not say goodbye at once need not be waited for.
const GOODBYE: Duration = Duration::from_secs(5);
/// Octets of the letter written at a time.
const BLOCK_SIZE: usize = 64 * 1024;
/// RFC 5321, 4.5.3.1.5 says 512 octets; some servers write more.
const LONGEST_LINE: u64 = 4096;
/// No honest reply has more lines.
const MOST_LINES: usize = 200;

/// How far the letter got; what a broken connection means depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Greeting,
    Mail,
    Recipient,
    Data,
    /// The final dot may have left: from here on no reply means "unknown".
    DotSent,
    Replied,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Dialogue {
    wire: BufReader<Wire>,
    /// The lines of the EHLO reply in upper case.
    offers: Vec<String>,
    /// Question and answer are in step, so that another letter may follow.
    in_step: bool,
    phase: Phase,
    letters: u32,
    used_at: Instant,
}

impl Dialogue {
    /// Hears the greeting and says EHLO.
    pub(super) async fn greet(wire: Wire, name: &ClientId) -> Result<Dialogue, Refusal> {
        let mut dialogue = Dialogue::over(wire);
        dialogue.positive(COMMAND).await?;
        killpoint::pass(Point::Connected);
        dialogue.ehlo(name).await?;
        Ok(dialogue)
    }

    fn over(wire: Wire) -> Dialogue {
        let (offers, used_at) = (Vec::new(), Instant::now());
        Dialogue { wire: BufReader::new(wire), offers, in_step: true, phase: Phase::Greeting, letters: 0, used_at }
    }

    async fn ehlo(&mut self, name: &ClientId) -> Result<(), Refusal> {
        let reply = self.say(Ehlo::new(name.clone())).await?;
        self.offers = reply.lines.iter().skip(1).map(|line| line.to_ascii_uppercase()).collect();
        Ok(())
    }

    /// The server offers the extension.
    fn offers(&self, keyword: &str) -> bool {
        self.offers.iter().any(|line| line.split_whitespace().next() == Some(keyword))
    }

    /// Asks for TLS and gives the wire back for the handshake. Refuses a server that does not offer it (stripped by
    /// somebody between, perhaps) and one that has already said more than its answer (injected before the handshake).
    pub(super) async fn ask_for_tls(mut self) -> Result<Wire, Refusal> {
        if !self.offers("STARTTLS") {
            return Err(Refusal::without_reply("The server does not offer STARTTLS, and clear text is not used"));
        }
        self.say(Starttls).await?;
        if !self.wire.buffer().is_empty() {
            return Err(Refusal::without_reply("The server spoke before the TLS handshake; the connection is not trusted"));
        }
        Ok(self.wire.into_inner())
    }

    /// Begins again inside TLS: no greeting, and everything offered before is forgotten (RFC 3207, 4.2).
    pub(super) async fn begin_again(wire: Wire, name: &ClientId) -> Result<Dialogue, Refusal> {
        let mut dialogue = Dialogue::over(wire);
        dialogue.ehlo(name).await?;
        Ok(dialogue)
    }

    /// Logs in by PLAIN or LOGIN.
    pub(super) async fn log_in(&mut self, user: String, password: String) -> Result<(), Refusal> {
        let offered = |mechanism: &str| {
            let mut lines = self.offers.iter().map(|line| line.split_whitespace());
            lines.any(|mut words| words.next() == Some("AUTH") && words.any(|word| word == mechanism))
        };
        let mechanism = match (offered("PLAIN"), offered("LOGIN")) {
            (true, _) => Mechanism::Plain,
            (false, true) => Mechanism::Login,
            (false, false) => return Err(Refusal::without_reply("The server offers neither AUTH PLAIN nor AUTH LOGIN")),
        };
        let unusable = |_| Refusal::without_reply("The server's login dialogue is not understood");
        let credentials = Credentials::new(user, password);
        let mut reply = self.say(Auth::new(mechanism, credentials.clone(), None).map_err(unusable)?).await?;
        // LOGIN asks twice: for the user and for the password.
        for _ in 0..2 {
            if reply.code != 334 {
                break;
            }
            let asked = format!("334 {}\r\n", reply.text()).parse::<Response>().map_err(unusable)?;
            let answer = Auth::new_from_response(mechanism, credentials.clone(), &asked).map_err(unusable)?;
            reply = self.say(answer).await?;
        }
        if reply.code == 334 {
            return Err(Refusal::without_reply("The server's login dialogue does not end"));
        }
        Ok(())
    }

    /// The connection still answers, and nothing of the letter before is left in it.
    pub(super) async fn is_alive(&mut self) -> bool {
        self.in_step && self.say(Rset).await.is_ok()
    }

    /// How far the last letter got.
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// Another letter may follow on this connection.
    pub(super) fn is_reusable(&self) -> bool {
        self.in_step
    }

    /// Letters sent, and the time since the last.
    pub(super) fn wear(&self) -> (u32, Duration) {
        (self.letters, self.used_at.elapsed())
    }

    /// Takes leave; what the server answers does not matter any more.
    pub(super) async fn quit(mut self) {
        let leave = async {
            self.write(Quit.to_string().as_bytes()).await?;
            self.wire.get_mut().shutdown().await
        };
        if !matches!(timeout(GOODBYE, leave).await, Ok(Ok(()))) {
            tracing::debug!("The mail server left without goodbye");
        }
    }

    /// Sends one letter.
    pub(super) async fn send(&mut self, envelope: &Envelope, letter: &[u8]) -> Result<Accepted, SendError> {
        self.letters += 1;
        let sent = self.offer(envelope, letter).await;
        self.used_at = Instant::now();
        sent
    }

    /// Everything up to the final dot has one more limit for all of it: the letter's lease must outlast the dialogue.
    async fn offer(&mut self, envelope: &Envelope, letter: &[u8]) -> Result<Accepted, SendError> {
        let refused = match timeout(BEFORE_DOT, self.before_dot(envelope, letter)).await {
            Ok(prepared) => prepared?,
            Err(_) => return Err(SendError::Temporary(self.lost("takes too long"))),
        };
        if !envelope.lease.is_held() {
            self.in_step = false;
            return Err(SendError::Lapsed);
        }
        let reply = self.final_dot().await?;
        if !reply.is_positive() {
            return Err(settle(reply.refusal(), Command::Letter));
        }
        Ok(Accepted { code: reply.code, text: reply.text(), refused })
    }

    /// From MAIL to the letter's last line; gives the copies that were refused.
    async fn before_dot(&mut self, envelope: &Envelope, letter: &[u8]) -> Result<Vec<(Address, Refusal)>, SendError> {
        self.phase = Phase::Mail;
        if !envelope.lease.is_held() {
            return Err(SendError::Lapsed);
        }
        let mail = self.mail(envelope, letter)?;
        self.say(mail).await.map_err(|refusal| settle(refusal, Command::Mail))?;
        killpoint::pass(Point::AfterMail);
        self.phase = Phase::Recipient;
        self.recipient(&envelope.to, "FAILURE").await.map_err(|refusal| settle(refusal, Command::Recipient))?;
        let mut refused = Vec::new();
        for copy in &envelope.copies {
            // What becomes of a copy of our own is seen in its folder.
            match self.recipient(copy, "NEVER").await {
                Ok(()) => {}
                Err(refusal) if self.in_step => refused.push((copy.clone(), refusal)),
                Err(refusal) => return Err(settle(refusal, Command::Recipient)),
            }
        }
        killpoint::pass(Point::AfterRecipient);
        self.phase = Phase::Data;
        let go_ahead = self.say(Data).await.map_err(|refusal| settle(refusal, Command::Letter))?;
        if go_ahead.code != 354 {
            self.in_step = false;
            return Err(SendError::Temporary(Refusal::without_reply(format!("The server answered DATA by {}", go_ahead.code))));
        }
        self.content(&stuffed(letter)).await.map_err(|refusal| settle(refusal, Command::Letter))?;
        Ok(refused)
    }

    /// MAIL, with the extensions that this letter needs.
    fn mail(&self, envelope: &Envelope, letter: &[u8]) -> Result<Mail, SendError> {
        let cannot = |text: &str| settle(Refusal { code: Some(550), enhanced: None, text: text.to_owned() }, Command::Letter);
        let mut parameters = Vec::new();
        let everybody = [&envelope.from, &envelope.to].into_iter().chain(&envelope.copies);
        if everybody.into_iter().any(|address| !address.local().is_ascii()) {
            if !self.offers("SMTPUTF8") {
                return Err(cannot("The address needs SMTPUTF8, which the server does not offer"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !letter.is_ascii() {
            if !self.offers("8BITMIME") {
                return Err(cannot("The letter needs 8BITMIME, which the server does not offer"));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if let Some(id) = envelope.id.as_ref().filter(|_| self.offers("DSN")) {
            // RFC 3461: a report shall quote the header alone, and our own id of the letter.
            parameters.push(MailParameter::Other { keyword: "RET".into(), value: Some("HDRS".into()) });
            parameters.push(MailParameter::Other { keyword: "ENVID".into(), value: Some(id.clone()) });
        }
        let from = on_the_wire(&envelope.from).ok_or_else(|| cannot("The envelope sender is no mail address"))?;
        Ok(Mail::new(Some(from), parameters))
    }

    /// RCPT; `notify` says when a report is wanted (RFC 3461), where the server takes that.
    async fn recipient(&mut self, address: &Address, notify: &str) -> Result<(), Refusal> {
        let unusable =
            || Refusal { code: Some(553), enhanced: None, text: "The address cannot be written on an envelope".into() };
        let recipient = on_the_wire(address).ok_or_else(unusable)?;
        let notify = RcptParameter::Other { keyword: "NOTIFY".into(), value: Some(notify.to_owned()) };
        let parameters = if self.offers("DSN") { vec![notify] } else { Vec::new() };
        self.say(Rcpt::new(recipient, parameters)).await.map(|_| ())
    }

    /// Everything before the final dot. A server that has gone or has spoken by then is noticed, so that fewer letters
    /// end unknown.
    async fn content(&mut self, content: &[u8]) -> Result<(), Refusal> {
        self.in_step = false;
        for block in content.chunks(BLOCK_SIZE) {
            let written = timeout(BLOCK, self.wire.get_mut().write_all(block)).await;
            written
                .map_err(|_| self.lost("took no more of the letter"))?
                .map_err(|_| self.lost("broke off within the letter"))?;
            killpoint::pass(Point::MidData);
        }
        let flushed = timeout(BLOCK, self.wire.get_mut().flush()).await;
        flushed.map_err(|_| self.lost("took no more of the letter"))?.map_err(|_| self.lost("broke off within the letter"))?;
        match self.wire.fill_buf().now_or_never() {
            None => Ok(()),
            Some(Ok(spoken)) if !spoken.is_empty() => match self.reply(COMMAND).await? {
                reply if reply.is_positive() => Err(self.lost("spoke out of turn")),
                reply => Err(reply.refusal()),
            },
            Some(_) => Err(self.lost("broke off before the final dot")),
        }
    }

    /// The final dot, and the reply that settles everything.
    async fn final_dot(&mut self) -> Result<Reply, SendError> {
        self.phase = Phase::DotSent;
        let unknown = |fault: &str| SendError::Ambiguous(format!("The server {fault} after the final dot"));
        self.write(FINAL_DOT).await.map_err(|_| unknown("broke off"))?;
        killpoint::pass(Point::AfterDot);
        let reply = self.reply(FINAL).await.map_err(|refusal| SendError::Ambiguous(refusal.text))?;
        self.phase = Phase::Replied;
        self.in_step = reply.code != 421;
        Ok(reply)
    }

    /// Says a command and hears a positive reply.
    async fn say(&mut self, command: impl Display) -> Result<Reply, Refusal> {
        self.in_step = false;
        let written = timeout(COMMAND, self.write(command.to_string().as_bytes())).await;
        if !matches!(written, Ok(Ok(()))) {
            return Err(self.lost("broke off"));
        }
        self.positive(COMMAND).await
    }

    async fn positive(&mut self, patience: Duration) -> Result<Reply, Refusal> {
        let reply = self.reply(patience).await?;
        // 421: the server closes the connection, whatever was asked (RFC 5321, 3.8).
        self.in_step = reply.code != 421;
        if reply.is_positive() { Ok(reply) } else { Err(reply.refusal()) }
    }

    async fn reply(&mut self, patience: Duration) -> Result<Reply, Refusal> {
        match timeout(patience, self.read_reply()).await {
            Ok(Ok(Some(reply))) => Ok(reply),
            Ok(Ok(None)) => Err(self.lost("answered what is no SMTP reply")),
            Ok(Err(_)) => Err(self.lost("broke off")),
            Err(_) => Err(self.lost("did not answer in time")),
        }
    }

    /// `None` for what is no reply.
    async fn read_reply(&mut self) -> std::io::Result<Option<Reply>> {
        let mut lines = Vec::new();
        while lines.len() < MOST_LINES {
            let mut bytes = Vec::new();
            (&mut self.wire).take(LONGEST_LINE).read_until(b'\n', &mut bytes).await?;
            if bytes.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            match answer::line(&bytes).filter(|_| bytes.ends_with(b"\n")) {
                Some(Line::More(text)) => lines.push(text),
                Some(Line::Last(code, text)) => {
                    lines.push(text);
                    return Ok(Some(Reply { code, lines }));
                }
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.wire.get_mut().write_all(bytes).await?;
        self.wire.get_mut().flush().await
    }

    fn lost(&self, fault: &str) -> Refusal {
        let place = match self.phase {
            Phase::Greeting => "at the start",
            Phase::Mail => "at MAIL",
            Phase::Recipient => "at RCPT",
            Phase::Data => "at DATA",
            Phase::DotSent | Phase::Replied => "after the final dot",
        };
        Refusal::without_reply(format!("The server {fault} {place}"))
    }
}

/// What a refusal before, or a reply after, the final dot means for the letter.
fn settle(refusal: Refusal, after: Command) -> SendError {
    match refusal.code {
        // 530 and 535 are about our login, not about the letter: a person mends the password and the letter goes.
        Some(code) if code >= 500 && code != 530 && code != 535 => {
            let class = answer::class(&refusal, after);
            SendError::Permanent { refusal, class }
        }
        _ => SendError::Temporary(refusal),
    }
}

/// The address with its domain in A-labels, as servers without SMTPUTF8 need it.
fn on_the_wire(address: &Address) -> Option<lettre::Address> {
    let domain = idna::domain_to_ascii(address.domain()).ok()?;
    lettre::Address::new(address.local(), domain).ok()
}
