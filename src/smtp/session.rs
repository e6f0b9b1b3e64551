//! The connection to a mail server: opened when needed, kept for the letters that follow, closed when idle.

use super::answer::Refusal;
use super::dialogue::{Dialogue, Phase};
use super::settings::{Security, SmtpSettings, is_loopback};
use super::{Accepted, Envelope, SendError};
use crate::certificate::Validity;
use crate::net::{self, Text, Tls};
use anyhow::Result;
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use std::time::Duration;
use tokio::time::timeout;

/// Servers close idle connections after one to five minutes; an older one is not worth asking.
const LONGEST_IDLE: Duration = Duration::from_secs(30);
/// Some servers refuse more letters on one connection.
const MOST_LETTERS: u32 = 100;

/// From the first packet to the end of the login, however many questions that takes.
const CONNECT: Duration = Duration::from_secs(5 * 60);

/// A mail server and the connection to it, if one is open.
#[derive(Debug)]
pub struct Smtp {
    settings: SmtpSettings,
    tls: Tls,
    name: ClientId,
    open: Option<Dialogue>,
}

impl Smtp {
    pub(super) fn new(settings: SmtpSettings) -> Result<Smtp> {
        let tls = Tls::new(settings.ca_file.as_deref())?;
        let name = settings.helo.clone().map_or_else(ClientId::default, ClientId::Domain);
        Ok(Smtp { settings, tls, name, open: None })
    }

    pub(super) async fn send(&mut self, envelope: &Envelope, letter: &[u8]) -> Result<Accepted, SendError> {
        // Taken out, so that a connection dropped in the middle is never used again.
        if let Some(mut dialogue) = self.kept().await {
            let sent = dialogue.send(envelope, letter).await;
            let closed_meanwhile = !dialogue.is_reusable() && dialogue.phase() <= Phase::Mail;
            self.keep(dialogue);
            if !closed_meanwhile {
                return sent;
            }
        }
        let mut dialogue = self.connect().await.map_err(SendError::Temporary)?;
        let sent = dialogue.send(envelope, letter).await;
        self.keep(dialogue);
        sent
    }

    pub(super) async fn check(&mut self) -> Result<String, SendError> {
        let dialogue = self.connect().await.map_err(SendError::Temporary)?;
        self.keep(dialogue);
        let SmtpSettings { host, port, login, .. } = &self.settings;
        let login = if login.is_some() { ", logged in" } else { "" };
        Ok(format!("The mail server {host}:{port} answers{login}"))
    }

    pub(super) async fn rest(&mut self) {
        if let Some(dialogue) = self.open.take() {
            dialogue.quit().await;
        }
    }

    pub(super) fn certificate(&self) -> Option<Validity> {
        self.tls.seen()
    }

    pub(super) fn is_local(&self) -> bool {
        is_loopback(&self.settings.host)
    }

    fn keep(&mut self, dialogue: Dialogue) {
        self.open = Some(dialogue).filter(Dialogue::is_reusable);
    }

    /// The open connection, if it is young enough and answers.
    async fn kept(&mut self) -> Option<Dialogue> {
        let mut dialogue = self.open.take()?;
        let (letters, idle) = dialogue.wear();
        if letters >= MOST_LETTERS || idle > LONGEST_IDLE {
            dialogue.quit().await;
            return None;
        }
        dialogue.is_alive().await.then_some(dialogue)
    }

    async fn connect(&self) -> Result<Dialogue, Refusal> {
        let late = |_| Refusal::without_reply(format!("Cannot connect to {}: it takes too long", self.settings.host));
        timeout(CONNECT, self.connect_and_log_in()).await.map_err(late)?
    }

    /// A new connection, protected and logged in as the configuration asks. Nothing that fails here is the letter's fault.
    async fn connect_and_log_in(&self) -> Result<Dialogue, Refusal> {
        let SmtpSettings { host, port, security, login, .. } = &self.settings;
        let wire = net::connect(host, *port, if *security == Security::Plain { Text::Clear } else { Text::Enciphered }).await?;
        let mut dialogue = match security {
            Security::Tls => Dialogue::greet(self.tls.wrap(wire, host).await?, &self.name).await?,
            Security::Starttls => {
                let wire = Dialogue::greet(wire, &self.name).await?.ask_for_tls().await?;
                Dialogue::begin_again(self.tls.wrap(wire, host).await?, &self.name).await?
            }
            Security::Plain => Dialogue::greet(wire, &self.name).await?,
        };
        if let Some(login) = login {
            let unreadable = |error| Refusal::without_reply(format!("Cannot read the password file: {error}"));
            let password = login.password.reveal().await.map_err(unreadable)?;
            dialogue.log_in(login.user.clone(), password.expose_secret().to_owned()).await?;
        }
        Ok(dialogue)
    }
}
