//! The parent's side: starts children, feeds them, waits no longer than a wall clock allows, kills them.

use super::cage::Probe;
use super::{COMMAND, Document, Format, LARGEST, WHOLE_LETTER};
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// The format that makes a child say what it can do.
pub(super) const PROBE: &str = "probe";
/// Octets that a child may answer.
const LARGEST_ANSWER: u64 = 4 << 20;
/// A child that needs longer does nothing useful any more.
const CHILD: Duration = Duration::from_secs(15);
/// All documents of one letter together, and waiting for a place included: filing stalls no longer (RELIABILITY F33, F34).
pub const LETTER: Duration = Duration::from_secs(20);
/// Children at a time at most: each may take half a gigabyte.
const MOST_CHILDREN: usize = 4;
/// Between two looks at a child that has said all and has not gone yet.
const GLANCE: Duration = Duration::from_millis(2);

/// Starts the children; clones share the places.
#[derive(Clone, Debug)]
pub struct Reader {
    program: PathBuf,
    places: Arc<Places>,
}

/// How many children may still be started.
#[derive(Debug)]
struct Places {
    free: Mutex<usize>,
    freed: Condvar,
}

/// A place that is taken; given back when dropped.
struct Place<'a>(&'a Places);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

impl Places {
    fn take(&self, until: Instant) -> Option<Place<'_>> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = until.saturating_duration_since(Instant::now());
        let (mut free, _) =
            self.freed.wait_timeout_while(free, patience, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1)?;
        Some(Place(self))
    }
}

impl Reader {
    /// Children are this program again.
    pub fn new() -> Result<Reader> {
        Ok(Reader::of(std::env::current_exe().context("Cannot find the program's own file")?))
    }

    /// Children are another program that knows [`COMMAND`]: tests run in a program of their own.
    pub fn of(program: impl Into<PathBuf>) -> Reader {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let places = Places { free: Mutex::new(cores.min(MOST_CHILDREN)), freed: Condvar::new() };
        Reader { program: program.into(), places: Arc::new(places) }
    }

    /// Reads a document, not beyond `until`. An error is a remark for the letter, never a reason not to file it.
    pub fn read(&self, format: Format, bytes: Vec<u8>, until: Instant) -> Result<Document> {
        if bytes.len() > LARGEST {
            bail!("it has {} octets, more than are opened", bytes.len());
        }
        let place = self.places.take(until).context("too many documents were being read at the same time")?;
        let answer = self.ask(format.into(), bytes, until.min(Instant::now() + CHILD))?;
        drop(place);
        let answer: Result<Document, String> = serde_json::from_slice(&answer).context("its reader answered nonsense")?;
        answer.map_err(anyhow::Error::msg)
    }

    /// Whether a letter can be read by the rules of a charter without harm: a child tries, and is alive afterwards.
    pub fn survives(&self, charter: &str, letter: &[u8]) -> bool {
        let until = Instant::now() + LETTER;
        let Some(_place) = self.places.take(until) else { return false };
        self.ask(&format!("{WHOLE_LETTER}{charter}"), letter.to_vec(), until).is_ok()
    }

    /// What a child is kept from, in words; an error says what it is not kept from.
    pub fn examine(&self) -> Result<String> {
        let answer = self.ask(PROBE, Vec::new(), Instant::now() + CHILD)?;
        let probe: Probe = serde_json::from_slice(&answer).context("the reader of documents answered nonsense")?;
        let open = [
            (probe.opens_files, "open files"),
            (probe.reaches_network, "reach the network"),
            (probe.starts_processes, "start processes"),
            (probe.starts_threads, "start threads"),
        ];
        let open: Vec<&str> = open.into_iter().filter(|(can, _)| *can).map(|(_, what)| what).collect();
        if open.is_empty() {
            return Ok("attachments are read by a child that can open no file, reach no network and start no process".to_owned());
        }
        let because = probe.unfiltered.unwrap_or_else(|| "the filter does not hold".to_owned());
        bail!(
            "a child that reads attachments could still {}, held only by limits on memory, time and output: no filter of system calls ({because})",
            open.join(", ")
        )
    }

    /// Runs a child over some octets and takes its answer.
    fn ask(&self, format: &str, bytes: Vec<u8>, until: Instant) -> Result<Vec<u8>> {
        let mut command = Command::new(&self.program);
        command.arg(COMMAND).arg(format).env_clear().current_dir("/");
        #[cfg(debug_assertions)] // a test's poison is poison to the child, too
        command.envs(std::env::var("JCABOT_POISON").map(|words| ("JCABOT_POISON", words)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().context("no process could be started for it")?;
        let answer = exchange(&mut child, bytes, until).and_then(|answer| leave(&mut child, until).map(|()| answer));
        if answer.is_err() {
            kill(&mut child);
        }
        // Nothing is left that could wait: it has gone, or was killed.
        child.wait().context("its reader was lost")?;
        answer
    }
}

/// Gives the child the document and takes its answer, within the time; neither direction waits for the other.
fn exchange(child: &mut Child, bytes: Vec<u8>, until: Instant) -> Result<Vec<u8>> {
    let mut input = child.stdin.take().context("its reader takes nothing")?;
    let output = child.stdout.take().context("its reader says nothing")?;
    let (sender, receiver) = mpsc::channel();
    let writing = std::thread::Builder::new().name("document in".to_owned()).spawn(move || {
        // A reader that has seen enough, or died, says so by its answer.
        let _ = input.write_all(&bytes);
    });
    writing.context("no thread could be started for it")?;
    let reading = std::thread::Builder::new().name("document out".to_owned()).spawn(move || {
        let mut answer = Vec::new();
        let read = output.take(LARGEST_ANSWER + 1).read_to_end(&mut answer).map(|_| answer);
        // Nobody waits any more when the time was over.
        let _ = sender.send(read);
    });
    reading.context("no thread could be started for it")?;
    let patience = until.saturating_duration_since(Instant::now());
    let answer = receiver.recv_timeout(patience).ok().context("its reader took too long")?;
    let answer = answer.context("its reader was lost")?;
    if answer.len() as u64 > LARGEST_ANSWER {
        bail!("its reader said far too much");
    }
    Ok(answer)
}

/// Waits until the child has gone, well or badly.
fn leave(child: &mut Child, until: Instant) -> Result<()> {
    loop {
        match child.try_wait().context("its reader was lost")? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("its reader gave up ({status})"),
            None if Instant::now() >= until => bail!("its reader did not end"),
            None => std::thread::sleep(GLANCE),
        }
    }
}

/// Ends the child and whatever it may have started.
fn kill(child: &mut Child) {
    if let Some(group) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        // Dead already, or told to be; either way nothing is left to do about it.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}
