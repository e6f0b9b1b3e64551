//! A mail server of a hundred lines on a free port, which answers as a test's script says.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What the server does at a stage instead of agreeing.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answers this.
    Say(&'static str),
    /// Answers this and closes.
    SayAndHangUp(&'static str),
    /// Closes without an answer. After the final dot the letter has been taken all the same.
    HangUp,
    /// Says nothing until told, then agrees.
    Wait(Arc<Notify>),
}

/// A letter that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// With dots unstuffed and CRLF line ends.
    pub(crate) letter: String,
}

/// The server; it ends with the test's runtime.
#[derive(Clone, Debug)]
pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
    /// Rung for each letter taken.
    next: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    script: Vec<(&'static str, Act, u32)>,
    offers: Vec<&'static str>,
    taken: Vec<Taken>,
    heard: Vec<String>,
    connections: usize,
}

trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}
type Wire = BufReader<Box<dyn Bytes>>;

impl SmtpServer {
    /// Starts a server that offers these extensions and agrees to everything.
    pub(crate) async fn start(offers: &[&'static str]) -> SmtpServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let state = State { offers: offers.to_vec(), ..State::default() };
        let server =
            SmtpServer { port: listener.local_addr().unwrap().port(), state: Arc::new(Mutex::new(state)), next: Arc::default() };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                own.state.lock().unwrap().connections += 1;
                let own = own.clone();
                // A client that hangs up ends the dialogue, as it may.
                tokio::spawn(async move { own.talk(BufReader::new(Box::new(tcp))).await.ok() });
            }
        });
        server
    }

    /// From now on acts so at lines that begin like this (`greeting` before any, `.` for the final dot).
    pub(crate) fn always(&self, at: &'static str, act: Act) {
        self.times(u32::MAX, at, act);
    }

    /// Acts so the next time.
    pub(crate) fn once(&self, at: &'static str, act: Act) {
        self.times(1, at, act);
    }

    fn times(&self, times: u32, at: &'static str, act: Act) {
        self.state.lock().unwrap().script.push((at, act, times));
    }

    /// The letters taken.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    /// Waits until so many letters were taken.
    pub(crate) async fn takes(&self, count: usize) {
        loop {
            // Asked for before the look, so that a letter taken in between is not missed.
            let next = self.next.notified();
            if self.taken().len() >= count {
                return;
            }
            next.await;
        }
    }

    /// The command lines heard, in order, letters left out.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.state.lock().unwrap().heard.clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    fn act(&self, line: &str) -> Option<Act> {
        let mut state = self.state.lock().unwrap();
        let (_, act, times) = state.script.iter_mut().find(|(at, _, times)| *times > 0 && line.starts_with(at))?;
        *times -= 1;
        Some(act.clone())
    }

    /// Answers a line; false closes the connection.
    async fn answer(&self, wire: &mut Wire, line: &str, agreed: &str) -> std::io::Result<Answered> {
        let (text, answered) = match self.act(line) {
            None => (agreed.to_owned(), Answered::Agreed),
            Some(Act::Say(text)) => (text.to_owned(), Answered::Otherwise),
            Some(Act::SayAndHangUp(text)) => (text.to_owned(), Answered::Closed),
            Some(Act::HangUp) => return Ok(Answered::Closed),
            Some(Act::Wait(told)) => {
                told.notified().await;
                (agreed.to_owned(), Answered::Agreed)
            }
        };
        wire.write_all(format!("{text}\r\n").as_bytes()).await?;
        wire.flush().await?;
        Ok(answered)
    }

    async fn talk(&self, mut wire: Wire) -> std::io::Result<()> {
        let offers = self.state.lock().unwrap().offers.clone();
        let ehlo = ["250-test.example"].into_iter().map(str::to_owned).chain(offers.iter().map(|offer| format!("250-{offer}")));
        let ehlo = ehlo.chain(["250 ENHANCEDSTATUSCODES".to_owned()]).collect::<Vec<_>>().join("\r\n");
        let (mut from, mut to) = (String::new(), Vec::new());
        if self.answer(&mut wire, "greeting", "220 test.example ESMTP").await? == Answered::Closed {
            return Ok(());
        }
        loop {
            let mut line = String::new();
            if wire.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_owned();
            self.state.lock().unwrap().heard.push(line.clone());
            let path = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let agreed = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => ehlo.as_str(),
                "DATA" => "354 Go ahead",
                "QUIT" => "221 Bye",
                "AUTH" => "235 2.7.0 Welcome",
                _ => "250 2.0.0 Ok",
            };
            let answered = self.answer(&mut wire, &line, agreed).await?;
            match (line.split([' ', ':']).next().unwrap_or_default(), answered) {
                (_, Answered::Closed) | ("QUIT", _) => return Ok(()),
                ("STARTTLS", Answered::Agreed) => {
                    let tls = super::tls::acceptor().accept(wire.into_inner()).await?;
                    wire = BufReader::new(Box::new(tls));
                }
                ("MAIL", Answered::Agreed) => (from, to) = (path(), Vec::new()),
                ("RCPT", Answered::Agreed) => to.push(path()),
                ("DATA", Answered::Agreed) => {
                    let letter = letter(&mut wire).await?;
                    let taken = Taken { from: from.clone(), to: std::mem::take(&mut to), letter };
                    let hangs_up = matches!(self.peek("."), Some(Act::HangUp));
                    if hangs_up || self.peek(".").is_none_or(|act| matches!(act, Act::Wait(_))) {
                        self.state.lock().unwrap().taken.push(taken);
                        self.next.notify_waiters();
                    }
                    if self.answer(&mut wire, ".", "250 2.0.0 Ok: queued as 4711").await? == Answered::Closed {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }

    fn peek(&self, line: &str) -> Option<Act> {
        let state = self.state.lock().unwrap();
        state.script.iter().find(|(at, _, times)| *times > 0 && line.starts_with(at)).map(|(_, act, _)| act.clone())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    Agreed,
    Otherwise,
    Closed,
}

/// Reads up to the final dot.
async fn letter(wire: &mut Wire) -> std::io::Result<String> {
    let mut letter = String::new();
    loop {
        let mut line = String::new();
        if wire.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(letter);
        }
        letter.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
