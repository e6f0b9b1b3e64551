//! Attached documents (docx, xlsx, xls, ods): their text and tables, read in a child process.
//!
//! Whatever a hostile file does to a parser, it does to a child with little memory, little time and nothing to write to
//! (RELIABILITY F33, F34, A16-A21): it dies, and the letter is filed without the attachment's text and with a remark.

mod codepage;
mod page;
mod pdf;
mod rtf;
mod sheets;
mod visual;
mod word;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The hidden command that a child runs.
pub const COMMAND: &str = "read-document";
/// Octets of a file at most; a list of people is never larger.
pub const LARGEST: usize = 10 << 20;
/// Octets that a child may answer.
const LARGEST_ANSWER: u64 = 2 << 20;
/// Octets of text that are kept of a document.
const MOST_TEXT: usize = 2 << 20;
/// A child that needs longer does nothing useful any more.
const PATIENCE: Duration = Duration::from_secs(15);
/// What a child may take: address space, processor time, open files.
const MEMORY: u64 = 512 << 20;
const SECONDS: u64 = 10;
const FILES: u64 = 32;

/// Which reader a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A text: docx, odt, rtf, doc, whatever its name says.
    Text,
    /// A spreadsheet: xlsx, xls, ods.
    Sheet,
    /// PDF.
    Pdf,
}

impl Format {
    /// By the file's name, else by its declared type.
    pub fn of(name: &str, content_type: &str) -> Option<Format> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "docx" | "docm" | "dotx" | "doc" | "dot" | "rtf" => Some(Format::Text),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Format::Sheet),
            "pdf" => Some(Format::Pdf),
            _ if content_type.contains("wordprocessingml") || content_type.ends_with("/msword") => Some(Format::Text),
            _ if content_type.ends_with("/rtf") || content_type.ends_with("/richtext") => Some(Format::Text),
            _ if content_type.contains("spreadsheet") || content_type.contains("ms-excel") => Some(Format::Sheet),
            _ if content_type.ends_with("/pdf") || content_type.ends_with("/x-pdf") => Some(Format::Pdf),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Sheet => "sheet",
            Format::Pdf => "pdf",
        }
    }
}

/// What a document says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Paragraphs and rows, a line each; the first cell of a row stands before a tab, further lines of cells are set in.
    pub text: String,
    /// Tables: rows of cells.
    pub tables: Vec<Vec<Vec<String>>>,
}

/// Starts the children.
#[derive(Clone, Debug)]
pub struct Reader {
    program: PathBuf,
}

impl Reader {
    /// Children are this program again.
    pub fn new() -> Result<Reader> {
        Ok(Reader { program: std::env::current_exe().context("Cannot find the program's own file")? })
    }

    /// Children are another program that knows [`COMMAND`]: tests run in a program of their own.
    pub fn of(program: impl Into<PathBuf>) -> Reader {
        Reader { program: program.into() }
    }

    /// Reads a document. An error is a remark for the letter, never a reason not to file it.
    pub fn read(&self, format: Format, bytes: &[u8]) -> Result<Document> {
        if bytes.len() > LARGEST {
            bail!("it has {} octets, more than are opened", bytes.len());
        }
        let mut command = Command::new(&self.program);
        command.arg(COMMAND).arg(format.word()).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("no process could be started for it")?;
        let answer = exchange(&mut child, bytes);
        if answer.is_err() {
            // Dead already, or told to be; either way nothing is left to do about it.
            let _ = child.kill();
        }
        let status = child.wait().context("its reader was lost")?;
        let answer = answer?;
        if !status.success() {
            bail!("its reader gave up ({status})");
        }
        serde_json::from_slice(&answer).context("its reader answered nonsense")
    }
}

/// Gives the child the document and takes its answer, within the time.
fn exchange(child: &mut Child, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut input = child.stdin.take().context("its reader takes nothing")?;
    let output = child.stdout.take().context("its reader says nothing")?;
    let (sender, receiver) = mpsc::channel();
    let reading = std::thread::Builder::new().name("document".to_owned()).spawn(move || {
        let mut answer = Vec::new();
        let read = output.take(LARGEST_ANSWER).read_to_end(&mut answer).map(|_| answer);
        // Nobody waits any more when the time was over.
        let _ = sender.send(read);
    });
    reading.context("no thread could be started for it")?;
    input.write_all(bytes).context("its reader died")?;
    drop(input);
    let answer = receiver.recv_timeout(PATIENCE).ok().context("its reader took too long")?;
    answer.context("its reader was lost")
}

/// A row as text: the first cell before a tab, every further line of a cell on a line of its own, set in.
fn row_text(row: &[String]) -> String {
    let mut cells = row.iter().map(|cell| cell.trim());
    let mut text = cells.next().unwrap_or_default().replace('\n', " ");
    let mut is_first = true;
    for line in cells.flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()) {
        text.push_str(if is_first { "\t" } else { "\n   " });
        text.push_str(line);
        is_first = false;
    }
    text.push('\n');
    text
}

/// The child's side: reads standard input, writes JSON to standard output. Gives up every means of doing more first.
pub fn child(format: &str) -> Result<()> {
    confine();
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    let document = match format {
        "text" if bytes.trim_ascii_start().starts_with(b"{\\rtf") => rtf::read(&bytes)?,
        "text" => word::read(&bytes)?,
        "sheet" => sheets::read(&bytes)?,
        "pdf" => pdf::read(&bytes)?,
        other => bail!("there is no reader for {other}"),
    };
    let answer = serde_json::to_vec(&document)?;
    std::io::stdout().lock().write_all(&answer)?;
    Ok(())
}

/// Little memory, little time, no file to write.
fn confine() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    for (resource, most) in
        [(Resource::As, MEMORY), (Resource::Cpu, SECONDS), (Resource::Fsize, 0), (Resource::Nofile, FILES), (Resource::Core, 0)]
    {
        // A limit that cannot be set leaves the others; the parent's own limits hold in any case.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn a_file_is_known_by_its_name_or_its_type() {
        assert_eq!(Format::of("List.DOCX", "application/octet-stream"), Some(Format::Text));
        assert_eq!(Format::of("", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Some(Format::Sheet));
        assert_eq!(Format::of("x.exe", "application/octet-stream"), None);
    }
}
