//! The figures of speed and memory, all in one run: `cargo bench` prints them.
//!
//! A figure of one machine says little; those that matter are ratios of two programs, measured one after the other on the same
//! letters. Nothing here fails for being slow. `cargo bench -- 20000` adds the large import; `-- import`, `-- watch`, `-- idle`
//! and `-- understand` measure one part alone.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot be taken ends")]

#[path = "../../tests/support/dovecot.rs"]
#[expect(dead_code, reason = "a measurement needs less of it than the tests do")]
mod dovecot;
mod generate;
mod idle;
mod imports;
mod process;
mod understand;
mod watch;

/// The seed of every letter; another one gives other letters of the same kind.
const SEED: u64 = 2012;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let parts: Vec<&str> = words.iter().map(String::as_str).filter(|word| word.parse::<usize>().is_err()).collect();
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("jcabot {} on {cores} cores\n", env!("CARGO_PKG_VERSION"));
    if wanted("understand") {
        understand::measure();
    }
    if wanted("import") {
        for size in std::iter::once(2_000).chain(sizes) {
            imports::measure(size);
        }
    }
    if wanted("watch") {
        watch::measure();
    }
    if wanted("idle") {
        idle::measure();
    }
}
