//! A Maildir on this machine (Maildir++ as Dovecot keeps it): `new` and `cur` are read, `tmp` never.
//!
//! A letter is known by the base name of its file, which stays when flags change. Keywords are the letters `a` to `z` after the
//! flags, named in the folder's `dovecot-keywords` file, so that Dovecot, and any client over it, shows them.

use super::{Fetched, Found, MailboxError, MaildirSettings, Move, Scan, Shelved, utf7};
use crate::domain::Timestamp;
use crate::domain::steps::Place;
use crate::killpoint::{self, Point};
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{EventKind, RecursiveMode, Watcher};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Notify;

/// A sweep this often even without a wake-up: inotify's queue can overflow, and network file systems have none.
const RESCAN: Duration = Duration::from_secs(30);
/// A writer that was seen to write where letters are read, in slices perhaps (F25), is done when its file has rested this long …
const SETTLED: Duration = Duration::from_secs(2);
/// … and a file that is fresh, and of which nothing was seen, when it has not grown for so long.
const GLANCE: Duration = Duration::from_millis(20);
/// Names of files kept for the next sweep; beyond them a file is only waited for.
const MOST_SEEN: usize = 10_000;
/// Dovecot's keywords are one letter each.
const MOST_KEYWORDS: usize = 26;

#[derive(Debug)]
pub(super) struct Maildir {
    root: PathBuf,
    limit: u64,
    bell: Arc<Notify>,
    seen: Arc<Mutex<Seen>>,
    /// Keeps the watch alive; `None` where the system has no inotify left, and the rescan does alone.
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Maildir {
    pub(super) fn open(settings: &MaildirSettings) -> Result<Maildir, MailboxError> {
        let root = settings.path.clone();
        make(&root)?;
        let bell = Arc::new(Notify::new());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (ring, arrived) = (Arc::clone(&bell), Arc::clone(&seen));
        let heard = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !is_news(event, &arrived)) {
                return;
            }
            ring.notify_one();
        };
        let watcher = notify::recommended_watcher(heard).and_then(|mut watcher| {
            for folder in ["new", "cur"] {
                watcher.watch(&root.join(folder), RecursiveMode::NonRecursive)?;
            }
            Ok(watcher)
        });
        Ok(Maildir { root, limit: u64::from(settings.limit_mib) << 20, bell, seen, _watcher: watcher.ok() })
    }

    /// A file beside the letters; none when it is not there.
    pub(super) fn read_beside(&self, name: &str) -> Result<Option<Vec<u8>>, MailboxError> {
        let path = self.root.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused("read", &path, &error)),
        }
    }

    /// Writes a file beside the letters, whole or not at all.
    pub(super) fn write_beside(&self, name: &str, bytes: &[u8]) -> Result<(), MailboxError> {
        write_durably(&self.root.join(name), bytes)
    }

    /// Takes a file beside the letters away.
    pub(super) fn remove_beside(&self, name: &str) -> Result<(), MailboxError> {
        let path = self.root.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(refused("remove", &path, &error)),
            _ => Ok(()),
        }
    }

    /// `INBOX` is the root; `JCA/Contacts` is `.JCA.Contacts`.
    fn folder(&self, name: &str) -> PathBuf {
        if name.eq_ignore_ascii_case("INBOX") {
            self.root.clone()
        } else {
            self.root.join(format!(".{}", utf7::encode(&name.replace('.', "_").replace('/', "."))))
        }
    }

    pub(super) fn scan(&self, folder: &str) -> Result<Scan, MailboxError> {
        let files = files(&self.folder(folder))?;
        Ok(Scan { uid_validity: 0, uid_next: None, uids: files.iter().filter_map(|path| base(path)).collect() })
    }

    pub(super) fn fetch(&self, folder: &str, uid: &str) -> Result<Found, MailboxError> {
        let dir = self.folder(folder);
        let Some(path) = find(&dir, uid)? else { return Ok(Found::Gone) };
        let facts = match fs::metadata(&path) {
            Ok(facts) => facts,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Gone),
            Err(error) => return Err(refused("look at", &path, &error)),
        };
        let written = facts.modified().ok();
        if let Some(rest) = self.unsettled(&path, &facts) {
            self.ring_after(rest);
            return Ok(Found::Later);
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Gone),
            Err(error) => return Err(refused("read", &path, &error)),
        };
        let whole_size = bytes.len() as u64;
        let bytes = if whole_size > self.limit { header_of(&bytes) } else { bytes };
        let keywords = keywords_of(&dir, &path);
        Ok(Found::Letter(Fetched {
            bytes,
            whole_size,
            received_at: written.and_then(|at| Timestamp::try_from(at).ok()),
            keywords,
        }))
    }

    /// How long to wait for a file that is perhaps still being written; `None` for one that is whole.
    fn unsettled(&self, path: &Path, facts: &fs::Metadata) -> Option<Duration> {
        let growing = || {
            let written = self.seen.lock().ok()?.written.get(path).copied()?;
            SETTLED.checked_sub(written.elapsed()).filter(|rest| !rest.is_zero())
        };
        if let Some(rest) = growing() {
            return Some(rest);
        }
        if self.seen.lock().is_ok_and(|mut seen| seen.whole.remove(path)) {
            return None;
        }
        // A file that was renamed or linked carries the time of its last write, so only one that was written this very moment
        // waits.
        let age = facts.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        if age.is_none_or(|age| age >= GLANCE) {
            return None;
        }
        std::thread::sleep(GLANCE);
        let is_same = fs::metadata(path).map(|now| now.len()).ok() == Some(facts.len());
        growing().or_else(|| (!is_same).then_some(GLANCE))
    }

    /// Wakes the mailbox up later.
    fn ring_after(&self, rest: Duration) {
        let bell = Arc::clone(&self.bell);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // Ends by itself; without a runtime the next sweep comes as it comes.
            drop(runtime.spawn(async move {
                tokio::time::sleep(rest).await;
                bell.notify_one();
            }));
        }
    }

    pub(super) fn shelve(&self, job: &Move<'_>) -> Result<Shelved, MailboxError> {
        let (place, target) = (job.place, job.target);
        let from = self.folder(&place.folder);
        let Some(path) = find(&from, &place.uid)? else { return Ok(Shelved::Gone) };
        let home = target.map_or_else(|| from.clone(), |target| self.folder(target));
        make(&home)?;
        if target.is_some() {
            write_durably(&home.join("maildirfolder"), b"")?;
        }
        let dropped: Vec<String> = keywords_of(&from, &path).into_iter().filter(|keyword| job.drops(keyword)).collect();
        let dropped = keyword_letters(&from, &dropped)?;
        let letters = keyword_letters(&home, job.keywords)?;
        let old_flags: String = name(&path).and_then(|name| Some(name.split_once(":2,")?.1.to_owned())).unwrap_or_default();
        // The letters of another folder's keywords mean something else here.
        let kept = old_flags.chars().filter(|flag| flag.is_ascii_uppercase() || (home == from && !dropped.contains(flag)));
        let mut flags: Vec<char> = kept.chain(letters).collect();
        flags.sort_unstable();
        flags.dedup();
        let flags: String = flags.into_iter().collect();
        let new = home.join("cur").join(format!("{}:2,{flags}", place.uid));
        match fs::rename(&path, &new) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Shelved::Gone),
            Err(error) => return Err(refused("move a letter to", &new, &error)),
        }
        killpoint::pass(Point::MidMove);
        sync(&home.join("cur"))?;
        let Some(target) = target else { return Ok(Shelved::Labelled) };
        Ok(Shelved::Moved(Some(Place { folder: target.to_owned(), ..place.clone() })))
    }

    /// A letter whose header is the one looked for.
    pub(super) fn find(&self, folder: &str, genuine: &dyn Fn(&[u8]) -> bool) -> Result<Option<String>, MailboxError> {
        for path in files(&self.folder(folder))? {
            let header = match header_at(&path) {
                Ok(header) => header,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(refused("read", &path, &error)),
            };
            if genuine(&header) {
                return Ok(base(&path));
            }
        }
        Ok(None)
    }

    pub(super) async fn wait(&self) -> Result<(), MailboxError> {
        // Either is a wake-up; a rescan that finds nothing costs one listing.
        let _timed_out = tokio::time::timeout(RESCAN, self.bell.notified()).await;
        Ok(())
    }

    pub(super) fn describe(&self) -> Result<String, MailboxError> {
        let count = self.scan("INBOX")?.uids.len();
        Ok(format!("Maildir {} with {count} letters to look at", self.root.display()))
    }
}

/// What inotify has seen of files.
#[derive(Debug, Default)]
struct Seen {
    /// Arrived whole: renamed into the folder.
    whole: HashSet<PathBuf>,
    /// Written to where they are, and when last.
    written: HashMap<PathBuf, Instant>,
}

/// Whether an event can bring a letter; what it says of its file is kept. Reading a file rings nothing.
fn is_news(event: notify::Event, seen: &Mutex<Seen>) -> bool {
    let is_whole = matches!(event.kind, EventKind::Modify(ModifyKind::Name(RenameMode::To)));
    let is_written =
        matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)) | EventKind::Access(AccessKind::Close(AccessMode::Write)));
    if let Ok(mut seen) = seen.lock() {
        if seen.whole.len() + seen.written.len() + event.paths.len() > MOST_SEEN {
            // What is still being written must not be taken for whole, however much else arrives.
            seen.written.retain(|_, at| at.elapsed() < SETTLED);
            seen.whole.clear();
        }
        if is_whole {
            seen.whole.extend(event.paths);
        } else if is_written {
            // A writer may close its file after it has renamed it; only what it writes there makes it unsettled.
            let is_closed = matches!(event.kind, EventKind::Access(_));
            let paths: Vec<PathBuf> = event.paths.into_iter().filter(|path| !is_closed || !seen.whole.contains(path)).collect();
            seen.written.extend(paths.into_iter().map(|path| (path, Instant::now())));
        }
    }
    is_written || !matches!(event.kind, EventKind::Access(_))
}

fn refused(what: &str, path: &Path, error: &std::io::Error) -> MailboxError {
    // The path of a letter says nothing about its content; the folder is what an operator can mend.
    let place = path.parent().unwrap_or(path);
    MailboxError::Refused(format!("Cannot {what} a file in {}: {error}", place.display()))
}

fn make(folder: &Path) -> Result<(), MailboxError> {
    for part in ["tmp", "new", "cur"] {
        let path = folder.join(part);
        if !path.is_dir() {
            fs::create_dir_all(&path)
                .map_err(|error| MailboxError::Refused(format!("Cannot make the Maildir folder {}: {error}", path.display())))?;
        }
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, MailboxError> {
    let mut found = Vec::new();
    for part in ["new", "cur"] {
        let dir = folder.join(part);
        let listed = match fs::read_dir(&dir) {
            Ok(listed) => listed,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(MailboxError::Connection(format!("Cannot list {}: {error}", dir.display()))),
        };
        found.extend(
            listed
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|path| name(path).is_some_and(|name| !name.starts_with('.'))),
        );
    }
    Ok(found)
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

/// The part of the name that never changes.
fn base(path: &Path) -> Option<String> {
    name(path).map(|name| name.split(":2,").next().unwrap_or_default().to_owned())
}

/// The file of a letter, wherever a client has renamed it to.
fn find(folder: &Path, uid: &str) -> Result<Option<PathBuf>, MailboxError> {
    for guess in [folder.join("new").join(uid), folder.join("cur").join(format!("{uid}:2,"))] {
        if guess.is_file() {
            return Ok(Some(guess));
        }
    }
    Ok(files(folder)?.into_iter().find(|path| base(path).as_deref() == Some(uid)))
}

/// As much of a letter as holds any header of ours.
fn header_at(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(64 * 1024).read_to_end(&mut bytes)?;
    Ok(header_of(&bytes))
}

/// The keywords that a letter's name carries, as `dovecot-keywords` spells them.
fn keywords_of(folder: &Path, letter: &Path) -> Vec<String> {
    let flags = name(letter).and_then(|name| Some(name.split_once(":2,")?.1.to_owned())).unwrap_or_default();
    let marks: Vec<char> = flags.chars().filter(char::is_ascii_lowercase).collect();
    if marks.is_empty() {
        return Vec::new();
    }
    // Without the file the letters mean nothing.
    let text = fs::read_to_string(folder.join("dovecot-keywords")).unwrap_or_default();
    let is_set = |number: &str| number.parse::<u32>().ok().and_then(|index| char::from_u32('a' as u32 + index));
    let named = text.lines().filter_map(|line| line.split_once(' '));
    named
        .filter(|(number, _)| is_set(number).is_some_and(|mark| marks.contains(&mark)))
        .map(|(_, word)| word.to_owned())
        .collect()
}

fn header_of(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    let end =
        end.or_else(|| bytes.windows(2).position(|two| two == b"\n\n").map(|at| at + 2)).unwrap_or(bytes.len().min(256 * 1024));
    bytes.iter().take(end).copied().collect()
}

/// The letters of keywords in a folder; new ones are written into its `dovecot-keywords`. Beyond 26, a keyword is left out.
fn keyword_letters(folder: &Path, keywords: &[String]) -> Result<Vec<char>, MailboxError> {
    let file = folder.join("dovecot-keywords");
    let text = fs::read_to_string(&file).unwrap_or_default();
    let mut known: Vec<String> = text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect();
    let before = known.len();
    for keyword in keywords {
        if !known.contains(keyword) && known.len() < MOST_KEYWORDS {
            known.push(keyword.clone());
        }
    }
    if known.len() > before {
        let text: String = known.iter().enumerate().map(|(index, keyword)| format!("{index} {keyword}\n")).collect();
        write_durably(&file, text.as_bytes())?;
    }
    let letter = |keyword: &String| {
        known.iter().position(|own| own == keyword).and_then(|index| char::from_u32('a' as u32 + index as u32))
    };
    Ok(keywords.iter().filter_map(letter).collect())
}

fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), MailboxError> {
    if bytes.is_empty() && path.exists() {
        return Ok(());
    }
    let temporary = path.with_extension("jcabot-tmp");
    let written = fs::File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    });
    written.map_err(|error| refused("write", path, &error))
}

fn sync(dir: &Path) -> Result<(), MailboxError> {
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| refused("keep", dir, &error))
}

/// Delivers a letter as a mail server does: written in `tmp`, made durable, renamed into `new`.
pub fn deliver(root: &Path, bytes: &[u8]) -> std::io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(root.join(part))?;
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{:010}.M{:06}P{}Q{count:06}.jcabot", now.as_secs(), now.subsec_micros(), std::process::id());
    let temporary = root.join("tmp").join(&name);
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let new = root.join("new").join(name);
    fs::rename(temporary, &new)?;
    Ok(new)
}
