//! G6: damaged letters. The daemon lives, and none of them takes long.

use super::rig::{alone, size, tell};
use jcabot::documents::Reader;
use jcabot::domain::steps::{Place, RawMail};
use jcabot::knowledge::Knowledge;
use jcabot::plan::Policy;
use jcabot::resources::Resources;
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest that a damaged letter may take; an unoptimised build is ten times slower.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });

fn letters() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["samples", "tests/letters", "tests/letters/corpus"].into_iter().map(|folder| root.join(folder));
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().map(|entry| entry.unwrap().path());
    let mut letters: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "eml")).collect();
    letters.sort();
    assert!(letters.len() > 30);
    letters.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// One letter with what goes wrong on wires and disks, and what an enemy writes.
fn damaged(letters: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    const WORDS: [&[u8]; 12] = [
        b"=?utf-8?b?",
        b"\r\n\r\n",
        b"--",
        b"\0",
        b"Content-Type: multipart/mixed; boundary=x\r\n",
        b"(((((((",
        b"\xff\xfe",
        b"<<<>>>",
        b"begin 644 x\n",
        b"=\r\n",
        b"\xe2\x80\xae",
        b"9999999999999999999999",
    ];
    let mut letter = random.choice(letters).unwrap().clone();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..=letter.len());
        match random.u8(..6) {
            0 => letter.truncate(at),
            1 => drop(letter.drain(at..letter.len().min(at + random.usize(..200)))),
            2 if at < letter.len() => letter[at] = random.u8(..),
            3 => drop(letter.splice(at..at, WORDS[random.usize(..WORDS.len())].iter().copied())),
            4 => {
                let other = random.choice(letters).unwrap();
                let from = random.usize(..=other.len());
                letter.splice(at..at, other[from..other.len().min(from + 2000)].iter().copied());
            }
            _ => {
                let piece = letter[at..letter.len().min(at + 60)].to_vec();
                let many = piece.repeat(random.usize(1..80));
                letter.splice(at..at, many);
            }
        }
    }
    letter
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_damaged_letters_harm_nobody_and_take_less_than_a_second() {
    let _alone = alone().await;
    let count = size("FUZZ", 300);
    let seed = size("SEED", 20_120_822) as u64;
    let mut knowledge = Knowledge::load(&Resources::built_in(), "jca-cop", |rules| Policy::of(&rules.charter)).unwrap();
    knowledge.documents = Reader::of(env!("CARGO_BIN_EXE_jcabot"));
    let (letters, mut random) = (letters(), fastrand::Rng::with_seed(seed));

    let (slowest, failed) = tokio::task::spawn_blocking(move || {
        let (mut slowest, mut failed) = (Duration::ZERO, Vec::new());
        for number in 0..count {
            let bytes = damaged(&letters, &mut random);
            let place = Place { mailbox: "jca".into(), folder: "INBOX".into(), uid_validity: 1, uid: number.to_string() };
            let raw = RawMail { place, whole_size: bytes.len() as u64, bytes, received_at: None };
            let started = Instant::now();
            let understood = knowledge.understand(&raw);
            let took = started.elapsed();
            if understood.mail.defects.iter().any(|defect| defect.contains("a parser failed")) || took > LONGEST {
                failed.push((number, took));
            }
            slowest = slowest.max(took);
        }
        (slowest, failed)
    })
    .await
    .unwrap();

    let build = if cfg!(debug_assertions) { "test build" } else { "release build" };
    let result = format!("{} failed; slowest {} ms ({build})", failed.len(), slowest.as_millis());
    tell("G6 damaged letters", &format!("{count} letters"), &result);
    assert!(failed.is_empty(), "seed {seed}: {failed:?}");
}
