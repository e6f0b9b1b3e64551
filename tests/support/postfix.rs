//! The private Postfix that `tests/run` starts (`tests/servers/postfix` says who its users are).

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A Postfix and the Maildirs it delivers to.
pub(crate) struct Postfix {
    pub(crate) port: u16,
    pub(crate) mail: PathBuf,
}

impl Postfix {
    /// `None` where no Postfix was started; the test then has nothing to say.
    pub(crate) fn running() -> Option<Postfix> {
        let port = std::env::var("JCABOT_TEST_SMTP").ok()?.parse().expect("JCABOT_TEST_SMTP is a port");
        let mail = std::env::var("JCABOT_TEST_SMTP_MAIL").expect("JCABOT_TEST_SMTP_MAIL goes with JCABOT_TEST_SMTP");
        Some(Postfix { port, mail: mail.into() })
    }

    /// The letters of a user that contain the words, once at least `count` are there: a real server delivers in its own
    /// time, so this looks again and again, for half a minute at most.
    pub(crate) async fn letters_of(&self, user: &str, words: &str, count: usize) -> Vec<String> {
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            let found = self.now(user).into_iter().filter(|letter| letter.contains(words)).collect::<Vec<_>>();
            if found.len() >= count || started.elapsed() > Duration::from_secs(30) {
                return found;
            }
        }
    }

    fn now(&self, user: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.mail.join(user).join("new")) else { return Vec::new() };
        entries.map(|entry| String::from_utf8(std::fs::read(entry.unwrap().path()).unwrap()).unwrap()).collect()
    }
}
