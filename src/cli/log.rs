//! The log: lines to standard error that wait for no reader. What nobody reads is dropped and counted; the letters go on.

use crate::config::{Log, LogFormat};
use anyhow::{Context, Result};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait at most, about a megabyte: minutes of a busy daemon.
const MOST: usize = 4096;
/// How long an ending program waits for its last lines to be read.
const FAREWELL: Duration = Duration::from_millis(500);

/// Log lines go to stderr. The libraries that would write commands with passwords at their lowest level are capped.
/// The log is written out when what this gives is dropped.
pub(crate) fn begin(settings: &Log) -> Result<Farewell> {
    let wanted = settings.filter.as_deref().unwrap_or("info");
    let filter = format!("{wanted},async_imap=warn,lettre=warn,sqlx=warn");
    let filter =
        EnvFilter::try_new(&filter).with_context(|| format!("[log] filter = “{wanted}” is no filter; write it like info"))?;
    let (lines, farewell) = Lines::begin().context("Cannot begin the log")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines).with_target(false);
    match settings.format {
        LogFormat::Text => builder.with_ansi(false).init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(farewell)
}

/// Where lines are put.
struct Lines {
    sender: SyncSender<Vec<u8>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    waiting: AtomicUsize,
    dropped: AtomicUsize,
}

impl Lines {
    fn begin() -> io::Result<(Lines, Farewell)> {
        let (sender, receiver) = sync_channel(MOST);
        let counts = Arc::new(Counts::default());
        let own = Arc::clone(&counts);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write(&receiver, &own))?;
        Ok((Lines { sender, counts: Arc::clone(&counts) }, Farewell(counts)))
    }
}

/// The one thread that may be made to wait.
fn write(lines: &Receiver<Vec<u8>>, counts: &Counts) {
    for line in lines {
        let mut out = io::stderr().lock();
        let dropped = counts.dropped.swap(0, Ordering::SeqCst);
        // Where there is no standard error, nobody wants the log.
        if dropped > 0 {
            let _unread = writeln!(out, "{dropped} lines of the log were dropped, for nobody read them");
        }
        let _unread = out.write_all(&line);
        counts.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Lines;

    fn make_writer(&'a self) -> &'a Lines {
        self
    }
}

impl Write for &Lines {
    /// A whole line at a time, as the formatter writes them.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.counts.waiting.fetch_add(1, Ordering::SeqCst);
        if self.sender.try_send(line.to_vec()).is_err() {
            self.counts.waiting.fetch_sub(1, Ordering::SeqCst);
            self.counts.dropped.fetch_add(1, Ordering::SeqCst);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits at its end, a moment, until the last lines are written.
#[must_use = "the last lines are lost without it"]
pub(crate) struct Farewell(Arc<Counts>);

impl Drop for Farewell {
    fn drop(&mut self) {
        let until = Instant::now() + FAREWELL;
        while self.0.waiting.load(Ordering::SeqCst) > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
