//! A scripted IMAP server for what a sound server never does: bodies that come short or as NIL, UIDs given twice, a UIDVALIDITY
//! that goes down, a line that breaks in the middle of a literal. Speaks plain IMAP4rev1 as far as the mailbox needs it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the server gives a letter's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// As it is.
    Whole,
    /// So many octets fewer than RFC822.SIZE says, in a literal that is sound in itself.
    Short(usize),
    /// NIL.
    Nil,
    /// A literal that announces the whole and breaks off with the connection.
    Cut,
}

#[derive(Debug)]
struct Letter {
    bytes: Vec<u8>,
    body: Body,
}

#[derive(Debug, Default)]
struct Folder {
    uid_validity: u32,
    uid_next: u32,
    letters: BTreeMap<u32, Letter>,
}

/// The server; it ends with the test's runtime.
#[derive(Clone, Debug)]
pub(crate) struct FakeImap {
    pub(crate) port: u16,
    folders: Arc<Mutex<BTreeMap<String, Folder>>>,
    heard: Arc<Mutex<Vec<String>>>,
    /// Hang up when this command comes, once.
    cut_at: Arc<Mutex<Option<&'static str>>>,
}

impl FakeImap {
    pub(crate) async fn start() -> FakeImap {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let inbox = Folder { uid_validity: 100, uid_next: 1, ..Folder::default() };
        let fake = FakeImap {
            port: listener.local_addr().unwrap().port(),
            folders: Arc::new(Mutex::new(BTreeMap::from([("INBOX".to_owned(), inbox)]))),
            heard: Arc::default(),
            cut_at: Arc::default(),
        };
        let own = fake.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let own = own.clone();
                // A client that hangs up ends the dialogue, as it may.
                tokio::spawn(async move { own.talk(tcp).await.ok() });
            }
        });
        fake
    }

    /// Puts a letter into the inbox.
    pub(crate) fn deliver(&self, bytes: &[u8], body: Body) -> u32 {
        let mut folders = self.folders.lock().unwrap();
        let inbox = folders.get_mut("INBOX").unwrap();
        let uid = inbox.uid_next;
        inbox.letters.insert(uid, Letter { bytes: bytes.to_vec(), body });
        inbox.uid_next += 1;
        uid
    }

    /// From now on gives the body so.
    pub(crate) fn body(&self, uid: u32, body: Body) {
        self.folders.lock().unwrap().get_mut("INBOX").unwrap().letters.get_mut(&uid).unwrap().body = body;
    }

    /// Empties the inbox and counts on from here.
    pub(crate) fn renew(&self, uid_validity: u32, uid_next: u32) {
        let mut folders = self.folders.lock().unwrap();
        folders.insert("INBOX".to_owned(), Folder { uid_validity, uid_next, ..Folder::default() });
    }

    /// How many letters a folder holds, those that are marked as deleted left out.
    pub(crate) fn count(&self, folder: &str) -> usize {
        self.folders.lock().unwrap().get(folder).map_or(0, |folder| folder.letters.len())
    }

    /// The commands heard.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Hangs up at the next command that begins so.
    pub(crate) fn cut_at(&self, command: &'static str) {
        *self.cut_at.lock().unwrap() = Some(command);
    }

    /// Mailbox settings that reach it.
    pub(crate) fn settings(&self) -> String {
        format!(
            "[mailbox.imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"jca\"\npassword = \"secret\"\n",
            self.port
        )
    }

    async fn talk(&self, tcp: TcpStream) -> std::io::Result<()> {
        let mut wire = BufReader::new(tcp);
        wire.write_all(b"* OK ready\r\n").await?;
        let (mut line, mut selected) = (String::new(), String::new());
        while wire.read_line(&mut line).await? > 0 {
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or(("*", ""));
            self.heard.lock().unwrap().push(command.to_owned());
            if self.cut_at.lock().unwrap().take_if(|at| command.starts_with(*at)).is_some() {
                return Ok(());
            }
            let (untagged, end, hang_up) = self.answer(command, &mut selected);
            wire.write_all(&untagged).await?;
            if hang_up {
                return Ok(());
            }
            wire.write_all(format!("{tag} {end}\r\n").as_bytes()).await?;
            line.clear();
        }
        Ok(())
    }

    /// What is said before the tagged line, that line, and whether the line breaks.
    fn answer(&self, command: &str, selected: &mut String) -> (Vec<u8>, String, bool) {
        let mut folders = self.folders.lock().unwrap();
        let ok = |said: String| (said.into_bytes(), "OK done".to_owned(), false);
        let words: Vec<&str> = command.split(' ').collect();
        let name = || command.split('"').rev().nth(1).unwrap_or_default().to_owned();
        match words.as_slice() {
            ["CAPABILITY", ..] => ok("* CAPABILITY IMAP4rev1 UIDPLUS\r\n".to_owned()),
            ["LIST", ..] if name().is_empty() => ok("* LIST (\\Noselect) \"/\" \"\"\r\n".to_owned()),
            ["LIST", ..] => {
                let all = name() == "*";
                let listed = folders.keys().filter(|folder| all || **folder == name());
                ok(listed.map(|folder| format!("* LIST () \"/\" \"{folder}\"\r\n")).collect())
            }
            ["CREATE", ..] => {
                folders.insert(name(), Folder { uid_validity: 7, uid_next: 1, ..Folder::default() });
                ok(String::new())
            }
            ["SELECT", ..] => match folders.get(&name()) {
                Some(folder) => {
                    *selected = name();
                    let (count, validity, next) = (folder.letters.len(), folder.uid_validity, folder.uid_next);
                    ok(format!(
                        "* {count} EXISTS\r\n* OK [UIDVALIDITY {validity}] valid\r\n* OK [UIDNEXT {next}] next\r\n\
                         * OK [MAILBOXID (F2212ea87-6097-4256)] Ok\r\n* OK [HIGHESTMODSEQ 715194045007] Highest\r\n\
                         * OK [X-OTHER \"a b\" (c)] x\r\n* OK [NOMODSEQ] none\r\n* OK [UNSEEN 1] first\r\n* OK [PERMANENTFLAGS (\\*)] any\r\n"
                    ))
                }
                None => (Vec::new(), "NO no such folder".to_owned(), false),
            },
            ["UID", "SEARCH", ..] => {
                let uids = folders[selected.as_str()].letters.keys().map(ToString::to_string).collect::<Vec<_>>();
                ok(format!("* SEARCH {}\r\n", uids.join(" ")))
            }
            ["UID", "FETCH", set, ..] => fetch(&folders[selected.as_str()], set, command),
            ["UID", "STORE", ..] => ok(String::new()),
            ["UID", "COPY", uid, ..] => {
                let uid: u32 = uid.parse().unwrap();
                let bytes = folders[selected.as_str()].letters[&uid].bytes.clone();
                let target = folders.get_mut(&name()).unwrap();
                let (validity, new) = (target.uid_validity, target.uid_next);
                target.letters.insert(new, Letter { bytes, body: Body::Whole });
                target.uid_next += 1;
                (Vec::new(), format!("OK [COPYUID {validity} {uid} {new}] copied"), false)
            }
            ["UID", "EXPUNGE", uid] => {
                folders.get_mut(selected.as_str()).unwrap().letters.remove(&uid.parse().unwrap());
                ok("* 1 EXPUNGE\r\n".to_owned())
            }
            _ => ok(String::new()),
        }
    }
}

fn fetch(folder: &Folder, set: &str, command: &str) -> (Vec<u8>, String, bool) {
    let ranges: Vec<(u32, u32)> = set
        .split(',')
        .map(|run| run.split_once(':').map_or((run, run), |both| both))
        .map(|(first, last)| (first.parse().unwrap(), last.parse().unwrap()))
        .collect();
    let mut said = Vec::new();
    let asked = folder.letters.iter().filter(|(uid, _)| ranges.iter().any(|(first, last)| (first..=last).contains(uid)));
    for (number, (uid, letter)) in asked.enumerate() {
        let number = number + 1;
        let size = letter.bytes.len();
        if !command.contains("BODY.PEEK") {
            let about = format!("UID {uid} RFC822.SIZE {size} FLAGS () INTERNALDATE \"20-Aug-2012 10:00:00 +0200\"");
            said.extend(format!("* {number} FETCH ({about})\r\n").bytes());
            continue;
        }
        let end = letter.bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(size, |at| at + 4);
        let (section, octets) = if command.contains("[HEADER]") { ("BODY[HEADER]", end) } else { ("BODY[]", size) };
        match letter.body {
            Body::Whole => literal(&mut said, number, *uid, section, &letter.bytes[..octets]),
            _ if section == "BODY[HEADER]" => literal(&mut said, number, *uid, section, &letter.bytes[..octets]),
            Body::Short(less) => literal(&mut said, number, *uid, section, &letter.bytes[..octets - less]),
            Body::Nil => said.extend(format!("* {number} FETCH (UID {uid} {section} NIL)\r\n").bytes()),
            Body::Cut => {
                said.extend(format!("* {number} FETCH (UID {uid} {section} {{{octets}}}\r\n").bytes());
                said.extend(&letter.bytes[..octets / 2]);
                return (said, String::new(), true);
            }
        }
    }
    (said, "OK done".to_owned(), false)
}

fn literal(said: &mut Vec<u8>, number: usize, uid: u32, section: &str, octets: &[u8]) {
    said.extend(format!("* {number} FETCH (UID {uid} {section} {{{}}}\r\n", octets.len()).bytes());
    said.extend(octets);
    said.extend(b")\r\n");
}
