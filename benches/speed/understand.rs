//! Understanding letters without attachments: parse, classify, extract, decide, on all cores, in memory.

use crate::{SEED, generate};
use fastrand::Rng;
use jcabot::domain::Timestamp;
use jcabot::domain::steps::{Known, Place, RawMail};
use jcabot::knowledge::Knowledge;
use jcabot::plan::Policy;
use jcabot::resources::Resources;
use std::path::Path;
use std::time::Instant;

/// Generated letters, enough for a second or two.
const COUNT: usize = 6_000;
/// How often the project's own letters are read over.
const ROUNDS: usize = 40;

/// Prints letters a second for the generated letters and for the project's own ones.
pub(crate) fn measure() {
    let knowledge = Knowledge::load(&Resources::built_in(), "jca-cop", |rules| Policy::of(&rules.charter)).unwrap();
    let mut rng = Rng::with_seed(SEED);
    let generated: Vec<RawMail> =
        std::iter::from_fn(|| Some(generate::letter(0, &mut rng))).filter(|bytes| is_bare(bytes)).take(COUNT).map(raw).collect();
    println!("understanding letters without attachments");
    println!("  generated       {:>8.0} letters/s  (goal: at least 3,000)", rate(&knowledge, &generated));
    let own: Vec<RawMail> = letters(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/letters/corpus")));
    let own: Vec<RawMail> = (0..ROUNDS).flat_map(|_| own.iter().cloned()).collect();
    println!("  the corpus      {:>8.0} letters/s\n", rate(&knowledge, &own));
}

fn is_bare(bytes: &[u8]) -> bool {
    !bytes.windows(22).any(|window| window.eq_ignore_ascii_case(b"content-disposition: a"))
}

fn raw(bytes: Vec<u8>) -> RawMail {
    let place = Place { mailbox: "bench".to_owned(), folder: String::new(), uid_validity: 0, uid: String::new() };
    RawMail { place, whole_size: bytes.len() as u64, bytes, received_at: None }
}

fn letters(dir: &Path) -> Vec<RawMail> {
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let eml = files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    eml.map(|path| std::fs::read(path).unwrap()).filter(|bytes| is_bare(bytes)).map(raw).collect()
}

fn rate(knowledge: &Knowledge, letters: &[RawMail]) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let known = Known::default();
    let now = Timestamp::UNIX_EPOCH;
    let one = |letter: &RawMail| {
        let understood = knowledge.understand(letter);
        std::hint::black_box(knowledge.decide(&understood, &known, None, now));
    };
    // The first letter builds lazy tables.
    letters.iter().take(20).for_each(one);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for part in letters.chunks(letters.len().div_ceil(cores)) {
            scope.spawn(move || part.iter().for_each(one));
        }
    });
    letters.len() as f64 / started.elapsed().as_secs_f64()
}
