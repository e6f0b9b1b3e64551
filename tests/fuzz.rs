//! Damaged and twisted letters and files, made by chance from the project's own: no reader may panic.
//!
//! A short run stands in the suite; `tests/endure --readers 1000000` is the long one (`JCABOT_ENDURE_SEED` begins it
//! elsewhere). An input that makes a reader panic is written to the temporary folder; mended, it belongs into
//! `tests/letters/broken`, whose letters are read at every run.

use crate::endurance::rig::{size, tell};
use crate::support::files::{
    docx, docx_table, drawn, odf, paragraph, pdf_page, properties, sheet_row, tnef, tnef_file, utf16, xlsx,
};
use jcabot::documents::{self, Format};
use jcabot::domain::steps::{Place, RawMail};
use jcabot::mail;
use jcabot::resources::Resources;
use jcabot::rules::Rules;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Inputs of the short run at most, and how long it may take: the suite is run often.
const SHORT: u64 = 20_000;
const SHORT_TIME: Duration = Duration::from_secs(10);
/// Octets of an input: what is longer is slow and finds nothing more.
const LONGEST: usize = 64 << 10;

/// What reads an input.
#[derive(Clone, Copy, Debug)]
enum Target {
    Letter,
    File(Format),
}

struct Seed {
    target: Target,
    bytes: Vec<u8>,
}

fn letters() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = ["tests/letters", "samples"].map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "eml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn seeds() -> Vec<Seed> {
    let letter = |path: PathBuf| Seed { target: Target::Letter, bytes: std::fs::read(path).unwrap() };
    let mut seeds: Vec<Seed> = letters().into_iter().map(letter).filter(|seed| seed.bytes.len() <= LONGEST).collect();
    assert!(seeds.len() > 80);
    let card = "From: j@w.example\r\nTo: tsbjcacop@itu.int\r\nSubject: JCA-COP expert\r\nContent-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\nVERSION:2.1\r\n\
        N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E8=8C=83;=\r\n=E6=80=9D\r\nTEL;WORK:+41 22 730 5853\r\nORG:ITU\r\nEND:VCARD\r\n";
    seeds.push(Seed { target: Target::Letter, bytes: card.as_bytes().to_vec() });
    let table = docx_table(&[&["Name", "E-mail"], &["Ann Example", "ann@body.example"]]);
    let rtf = b"{\\rtf1\\ansi\\ansicpg1251\\uc1{\\fonttbl{\\f0\\fcharset134 S;}}\\f0 \\'d7\\'a8\\u-4051?{\\upr{a}{\\*\\ud{b}}}\\trowd\\intbl a\\cell b\\cell\\row\\pard\\bin2 xx\\par}";
    let mut winmail = vec![(1, 0x0006_9003, properties(&[(0x1000, 0x1f, utf16("x")), (0x1009, 0x102, vec![0xff; 40])]))];
    winmail.extend(tnef_file("list.csv", b"a;b\n"));
    let content = drawn(&[(72.0, 700.0, "For action to:"), (200.0, 700.0, "JCA-COP")]);
    let files = [
        (Format::Text, docx(&format!("{}{table}", paragraph("Dear all")))),
        (Format::Text, rtf.to_vec()),
        (Format::Text, odf("<office:text><text:p>a<text:tab/>b</text:p></office:text>")),
        (Format::Sheet, xlsx("A1:B1", &sheet_row(1, &["Name", "E-mail"]))),
        (Format::Pdf, pdf_page(&content)),
        (Format::Tnef, tnef(&winmail)),
    ];
    seeds.extend(files.into_iter().map(|(format, bytes)| Seed { target: Target::File(format), bytes }));
    seeds
}

/// Pieces that mean something to one of the readers.
const TOKENS: &[&str] = &[
    "\r\n\r\n",
    "\n",
    "--",
    "=?utf-8?q?",
    "=?gb2312?b?",
    "?=",
    "boundary=\"",
    "charset=gb18030",
    "charset=utf-7",
    "charset=iso-2022-jp",
    "format=flowed",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Type: message/rfc822\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "filename*0*=utf-8''%",
    "From: ",
    "-----Original Message-----",
    "> ",
    "Le 3 juillet 2012",
    "2012年9月30日",
    "30 سبتمبر",
    "до 30 сентября",
    "Deadline: ",
    "Tel: +41 22 ",
    "Name:",
    "姓名：",
    "الاسم:",
    "ФИО:",
    "BEGIN:VCARD\r\n",
    "END:VCARD",
    "ENCODING=QUOTED-PRINTABLE:",
    "=\r\n",
    "{\\rtf1",
    "\\u-1",
    "\\'8",
    "\\bin99",
    "\\cell",
    "\\row",
    "}",
    "<w:tbl>",
    "</w:tc>",
    "&#x110000;",
    "<table>",
    "<td>",
    " obj",
    "endobj",
    "<<",
    ">>",
    " Tm",
    " Tj",
    "BT",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{1f600}",
    "e\u{301}",
    "ﷺ",
    "LIAISON STATEMENT",
    "COM 17 – LS 45 – E",
    "For action to:\t",
    "-- \r\n",
    "99999999999999999999",
    "-1",
    "0/0/0000",
    "31 февраля 2012",
    "29.02.2013",
    "@",
    ".",
    ":",
    "(",
    "=",
];

/// Twists an input in one to five ways.
fn twist(bytes: &mut Vec<u8>, other: &[u8], chance: &mut fastrand::Rng) {
    for _ in 0..chance.usize(1..=5) {
        let length = bytes.len();
        let at = chance.usize(0..=length);
        let to = (at + chance.usize(0..=64)).min(length);
        match chance.u8(0..9) {
            0 if length > 0 => bytes[at.min(length - 1)] ^= 1 << chance.u8(0..8),
            1 if length > 0 => bytes[at.min(length - 1)] = chance.u8(..),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..to)),
            4 => {
                let piece = bytes[at..to].to_vec();
                let again = chance.usize(1..=20);
                bytes.splice(at..at, piece.repeat(again));
            }
            5 => {
                let from = chance.usize(0..=other.len());
                let end = (from + chance.usize(0..=2000)).min(other.len());
                bytes.splice(at..to, other[from..end].iter().copied());
            }
            6 if length >= 4 => {
                // Numbers in files are short words.
                let at = at.min(length - 4);
                let number = [0, 1, u32::MAX, 0x7fff_ffff, 0xffff, chance.u32(..)][chance.usize(0..6)];
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            _ => {
                let token = TOKENS[chance.usize(0..TOKENS.len())];
                bytes.splice(at..at, token.bytes());
            }
        }
        bytes.truncate(LONGEST);
    }
}

fn raw(bytes: &[u8]) -> RawMail {
    let place = Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: String::new() };
    RawMail { place, bytes: bytes.to_vec(), whole_size: bytes.len() as u64, received_at: None }
}

/// Reads an input as the program does, attachments in this process.
fn read(target: Target, bytes: &[u8], rules: &Rules) {
    match target {
        Target::Letter => {
            let mut letter = mail::parse(&raw(bytes), &rules.vocabulary);
            for attachment in &letter.attachments {
                let format = Format::of(&attachment.name, &attachment.content_type);
                // Foreign parsers of pdf and xlsx panic, and may: the child catches it. They have their own target.
                let own = |format: &Format| matches!(format, Format::Text | Format::Tnef);
                if let Some((format, bytes)) = format.filter(own).zip(attachment.document.as_ref()) {
                    letter.documents.extend(documents::read(format, bytes));
                }
            }
            let verdict = rules.classify(&letter);
            rules.extract(&letter, &verdict);
        }
        Target::File(format) => drop(documents::read(format, bytes)),
    }
}

/// Files whose readers are foreign may panic within the child; anything else may not.
fn may_panic(target: Target) -> bool {
    matches!(target, Target::File(Format::Sheet | Format::Pdf))
}

#[test]
fn fuzzed_letters_and_files_panic_in_no_reader() {
    let asked = Some(size("READERS", 0) as u64).filter(|count| *count > 0);
    let seed = size("SEED", 20_120_822) as u64;
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
    let seeds = seeds();
    let mut chance = fastrand::Rng::with_seed(seed);
    let (began, mut run, mut slowest, mut caught) = (Instant::now(), 0, Duration::ZERO, 0);
    let mut panics = Vec::new();
    while run < asked.unwrap_or(SHORT) && (asked.is_some() || began.elapsed() < SHORT_TIME) {
        let seed = &seeds[chance.usize(0..seeds.len())];
        let other = &seeds[chance.usize(0..seeds.len())];
        let mut bytes = seed.bytes.clone();
        twist(&mut bytes, &other.bytes, &mut chance);
        let at = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| read(seed.target, &bytes, &rules))).is_err() {
            caught += 1;
            if !may_panic(seed.target) {
                let path = std::env::temp_dir().join(format!("jcabot-fuzz-{}-{run}", std::process::id()));
                std::fs::write(&path, &bytes).unwrap();
                panics.push(format!("{:?}: {}", seed.target, path.display()));
            }
        }
        if at.elapsed() > slowest {
            slowest = at.elapsed();
            if asked.is_some() && slowest > Duration::from_secs(1) {
                std::fs::write(std::env::temp_dir().join(format!("jcabot-slow-{}-{run}", std::process::id())), &bytes).unwrap();
            }
        }
        run += 1;
    }

    let result = format!(
        "{} panics, {caught} of foreign parsers caught; slowest {} ms; {} s in all",
        panics.len(),
        slowest.as_millis(),
        began.elapsed().as_secs()
    );
    tell("G6 damaged letters and files, by each reader", &format!("{run} inputs"), &result);
    assert!(panics.is_empty(), "{} panics: {panics:#?}", panics.len());
}

#[test]
fn letters_that_broke_a_reader_once_do_so_no_more() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
    for path in letters().into_iter().filter(|path| path.components().any(|part| part.as_os_str() == "broken")) {
        read(Target::Letter, &std::fs::read(&path).unwrap(), &rules);
    }
}
