//! From a file's rename into a watched Maildir to the commit of its acknowledgement.

use crate::process::{configuration, jcabot, stop};
use crate::{SEED, generate};
use fastrand::Rng;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Letters dropped, one after the other.
const COUNT: usize = 200;

/// Prints the median and the tail.
pub(crate) fn measure() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = dir.path().join("inbox");
    let config = configuration(dir.path(), &format!("name = \"jca\"\n[mailbox.maildir]\npath = \"{}\"", inbox.display()));
    let mut daemon = jcabot().arg("--config").arg(config).arg("run").stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(daemon.stderr.take().unwrap()).lines();
    wait(&mut lines, "Watching mailbox");
    let mut rng = Rng::with_seed(SEED);
    let mut times: Vec<Duration> = Vec::new();
    for index in 0..COUNT {
        let letter = generate::letter(index, &mut rng);
        let started = Instant::now();
        jcabot::mailbox::deliver(&inbox, &letter).unwrap();
        // The line is written after the commit of the letter, its facts and its acknowledgement.
        wait(&mut lines, "Filed message");
        times.push(started.elapsed());
    }
    // The reader must go on, or the daemon would wait for it.
    let reading = std::thread::spawn(move || lines.map_while(Result::ok).count());
    stop(daemon);
    reading.join().unwrap();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("from the drop in a Maildir (file synced and renamed) to the commit of the acknowledgement, {COUNT} letters");
    println!("  p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms  (goal: p50 10 ms)\n", at(0.5), at(0.9), at(0.99));
}

fn wait(lines: &mut impl Iterator<Item = std::io::Result<String>>, words: &str) {
    for line in lines {
        if line.unwrap().contains(words) {
            return;
        }
    }
    panic!("the daemon ended before it said “{words}”");
}
