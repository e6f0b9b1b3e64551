//! What an import and `inspect` read: `.eml` files, mbox files, Maildirs, folders of them, in sorted order, one letter at a time.

use crate::domain::steps::{Place, RawMail};
use anyhow::{Context, Result};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// A letter of an mbox larger than this is cut: the file is no mbox, or a bomb.
const LONGEST_LETTER: usize = 256 << 20;

/// All letters of some paths. An error concerns one file; the iterator goes on behind it.
pub fn sources(paths: &[PathBuf]) -> Letters {
    Letters { waiting: paths.iter().cloned().collect(), mbox: None, count: 0 }
}

/// The name of a letter for people: its path, with its number where a file holds several.
pub fn name(place: &Place) -> String {
    if place.uid == "1" { place.folder.clone() } else { format!("{}#{}", place.folder, place.uid) }
}

/// An iterator over letters.
#[derive(Debug)]
pub struct Letters {
    waiting: VecDeque<PathBuf>,
    mbox: Option<Mbox>,
    count: u64,
}

impl Iterator for Letters {
    type Item = Result<RawMail>;

    fn next(&mut self) -> Option<Result<RawMail>> {
        loop {
            if let Some(mbox) = &mut self.mbox {
                match mbox.next_letter() {
                    Some(letter) => return Some(letter),
                    None => self.mbox = None,
                }
            }
            let path = self.waiting.pop_front()?;
            match self.open(&path) {
                Ok(Some(letter)) => return Some(Ok(letter)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Letters {
    /// A letter, or something that opens up: a folder's entries, an mbox.
    fn open(&mut self, path: &Path) -> Result<Option<RawMail>> {
        let facts = fs::metadata(path).with_context(|| format!("Cannot read {}", path.display()))?;
        if facts.is_dir() {
            self.enter(path)?;
            return Ok(None);
        }
        let file = File::open(path).with_context(|| format!("Cannot read {}", path.display()))?;
        let mut reader = BufReader::with_capacity(64 * 1024, file);
        let head = reader.fill_buf().with_context(|| format!("Cannot read {}", path.display()))?;
        if head.starts_with(b"From ") {
            self.mbox = Some(Mbox { path: path.to_owned(), reader, number: 0, separator: false });
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(facts.len()).unwrap_or_default());
        reader.read_to_end(&mut bytes).with_context(|| format!("Cannot read {}", path.display()))?;
        self.count += 1;
        Ok(Some(raw(path, 1, bytes)))
    }

    /// A folder's files before its folders' would mix Maildirs up; so simply all entries, sorted. `tmp` of a Maildir is left out.
    fn enter(&mut self, dir: &Path) -> Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir).with_context(|| format!("Cannot list {}", dir.display()))? {
            let path = entry.with_context(|| format!("Cannot list {}", dir.display()))?.path();
            if is_letter_or_folder(&path, dir) {
                entries.push(path);
            }
        }
        entries.sort();
        for path in entries.into_iter().rev() {
            self.waiting.push_front(path);
        }
        Ok(())
    }
}

/// In a plain folder: folders, `.eml`, mbox and files without an ending. In a Maildir: `cur`, `new` and subfolders.
fn is_letter_or_folder(path: &Path, parent: &Path) -> bool {
    let is_maildir = parent.join("cur").is_dir() && parent.join("new").is_dir();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if path.is_dir() {
        return !(is_maildir && name == "tmp");
    }
    if is_maildir {
        return false;
    }
    let in_maildir = parent.file_name().is_some_and(|name| name == "cur" || name == "new");
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    !name.starts_with('.')
        && (in_maildir || matches!(ending.as_deref(), None | Some("eml" | "mbox" | "mbx" | "mail" | "msg822" | "txt")))
}

fn raw(path: &Path, number: u64, bytes: Vec<u8>) -> RawMail {
    let place =
        Place { mailbox: "import".to_owned(), folder: path.display().to_string(), uid_validity: 0, uid: number.to_string() };
    let whole_size = bytes.len() as u64;
    RawMail { place, bytes, whole_size, received_at: None }
}

/// An mbox, read letter by letter: a letter begins at a `From ` line behind an empty one; `>From ` loses its mark (mboxrd).
#[derive(Debug)]
struct Mbox {
    path: PathBuf,
    reader: BufReader<File>,
    number: u64,
    separator: bool,
}

impl Mbox {
    fn next_letter(&mut self) -> Option<Result<RawMail>> {
        let mut bytes = Vec::new();
        let mut line = Vec::new();
        let mut after_empty = true;
        let mut started = self.separator;
        loop {
            line.clear();
            match self.reader.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Some(Err(error).with_context(|| format!("Cannot read {}", self.path.display()))),
            }
            if line.starts_with(b"From ") && after_empty {
                if started {
                    self.separator = true;
                    return Some(Ok(self.letter(bytes)));
                }
                started = true;
                continue;
            }
            after_empty = line.iter().all(|octet| matches!(octet, b'\r' | b'\n'));
            let quoted = line.iter().take_while(|octet| **octet == b'>').count();
            let is_quoted = quoted > 0 && line.get(quoted..).is_some_and(|rest| rest.starts_with(b"From "));
            if bytes.len() < LONGEST_LETTER {
                bytes.extend_from_slice(if is_quoted { line.get(1..).unwrap_or(&line) } else { &line });
            }
        }
        self.separator = false;
        (started || !bytes.is_empty()).then(|| Ok(self.letter(bytes)))
    }

    fn letter(&mut self, mut bytes: Vec<u8>) -> RawMail {
        // The empty line before the separator belongs to it.
        for end in [&b"\r\n\r\n"[..], b"\n\n"] {
            if bytes.ends_with(end) {
                bytes.truncate(bytes.len() - end.len() / 2);
                break;
            }
        }
        self.number += 1;
        raw(&self.path, self.number, bytes)
    }
}
