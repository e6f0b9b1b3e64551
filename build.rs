//! How the program is linked: its relocations packed, where the loader of this machine knows such.
//!
//! A program that may be loaded anywhere names each address within its tables, with 24 octets for each. Packed (`DT_RELR`) they are
//! 1.5 MB less, and a daemon that does nothing holds 2 MB less. glibc knows them since 2.36 (Debian 12); an older one would not start
//! the program, so it is asked.

use std::process::Command;

/// The first glibc that knows packed relocations.
const KNOWS: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let of_build = |name: &str| std::env::var(name).unwrap_or_default();
    let is_native = of_build("HOST") == of_build("TARGET") && of_build("TARGET") == "x86_64-unknown-linux-gnu";
    if is_native && glibc().is_some_and(|version| version >= KNOWS) {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The machine's version of glibc.
fn glibc() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
