//! Imports point down only.

use std::path::{Path, PathBuf};

/// Each line may use the lines above it, never its own line and never one below.
const LAYERS: &[&[&str]] = &[
    &["domain"],
    &["documents", "resources"],
    &["classifier", "pattern"],
    &["charter", "vocabulary"],
    &["mail"],
    &["rules"],
    &["plan"],
    &["reply"],
    &["certificate", "clock", "killpoint"],
    &["health", "lease", "net", "service", "stop"],
    &["mailbox", "store", "smtp"],
    &["knowledge"],
    &["corrections", "rehearsal"],
    &["desk"],
    &["backlog", "shelving"],
    &["intake", "import", "delivery", "leadership", "reminders", "watch"],
    &["rebuild"],
    &["config"],
    &["daemon"],
    &["cli"],
    &["main", "lib"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|line| line.contains(&module))
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 10);

    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let own = layer(&module).unwrap_or_else(|| panic!("{module} stands in no layer: add it to LAYERS"));
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let Some(below) = layer(&used) else {
                    panic!("{}:{}: crate::{used} is no module of a layer", file.display(), number + 1)
                };
                if used != module && below >= own {
                    wrong.push(format!("{}:{}: {module} must not use {used}", inside.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Foreign words and the one module that may use them, so that each can be replaced in one place.
const ONE_USER: &[(&str, &str)] = &[
    ("async_imap::", "mailbox"),
    ("calamine::", "documents"),
    ("clap::", "cli"),
    ("indicatif::", "cli"),
    ("lettre::transport", "smtp"),
    ("mail_parser::", "mail"),
    ("quick_xml::", "documents"),
    ("pdf_extract::", "documents"),
    ("seccompiler::", "documents"),
    ("libc::", "documents"),
    ("csv::", "documents"),
    ("zip::", "documents"),
    ("calcard::", "rules"),
    ("minijinja::", "reply"),
    ("sqlx::", "store"),
    ("tokio::spawn", "daemon"),
];

#[test]
fn each_foreign_crate_has_one_user() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 10);

    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let used = ONE_USER.iter().filter(|(word, user)| *user != module && line.contains(word));
            let code = !line.trim_start().starts_with("//");
            wrong.extend(
                used.filter(|_| code)
                    .map(|(word, user)| format!("{}:{}: only {user} may use {word}", inside.display(), number + 1)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
