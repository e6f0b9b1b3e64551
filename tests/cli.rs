//! The built program as its users run it: what it prints where, and how it ends.

use crate::support::jca::{Jca, text};
use serde_json::Value;
use std::process::Stdio;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
const LETTERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/letters");

#[test]
fn the_demo_does_the_whole_job_and_ends() {
    let jca = Jca::new();

    let told = jca.ok(&["demo", "--once", "shown"]);
    let again = jca.ok(&["demo", "--once", "shown"]);

    for words in ["40 letters have come", "Who was answered", "seats are filled", "The week 2012-W34", "0 unaccounted for"] {
        assert!(told.contains(words), "“{words}” is missing in\n{told}");
    }
    // The same letters come a second time; nobody is answered again.
    let letters = jca.json(&["--config", "shown/jcabot.toml", "outbox", "--json"]);
    let acknowledged: Vec<&Value> =
        letters.as_array().unwrap().iter().filter(|letter| letter["kind"] == "acknowledgement").collect();
    let messages: std::collections::BTreeSet<String> = acknowledged.iter().map(|letter| letter["message"].to_string()).collect();
    assert_eq!(messages.len(), acknowledged.len(), "{again}");
    let page = std::fs::read_to_string(jca.path("shown/digest.html")).unwrap();
    assert!(page.contains("2012-W34"));
    assert!(jca.path("shown/Maildir/.JCA.Contacts/cur").read_dir().unwrap().count() > 10);
}

#[test]
fn every_list_has_a_json_form() {
    let jca = Jca::new();
    jca.ok(&["demo", "--once", "shown"]);
    let config = ["--config", "shown/jcabot.toml"];

    for words in [
        &["roster", "--json"][..],
        &["liaisons", "--json"],
        &["threads", "--json"],
        &["deadlines", "--json"],
        &["outbox", "--json"],
        &["search", "JCA-COP", "--json"],
        &["why", "1", "--json"],
        &["digest", "--json", "--now", "2012-08-28"],
        &["doctor", "--json"],
    ] {
        let words: Vec<&str> = config.iter().chain(words).copied().collect();
        let value = jca.json(&words);
        assert!(value.as_array().is_none_or(|list| !list.is_empty()), "{words:?} lists nothing");
    }
}

#[test]
fn the_lists_leave_in_the_formats_of_other_programs() {
    let jca = Jca::new();
    jca.ok(&["demo", "--once", "shown"]);
    let run = |words: &[&str]| jca.ok(&[&["--config", "shown/jcabot.toml"], words].concat());

    let (csv, vcf, ics) =
        (run(&["roster", "--format", "csv"]), run(&["roster", "--format", "vcf"]), run(&["deadlines", "--ics"]));

    assert!(csv.starts_with('\u{feff}') && csv.lines().count() > 10, "{csv}");
    assert_eq!(vcf.matches("BEGIN:VCARD").count(), csv.lines().count() - 1);
    assert_eq!((ics.matches("BEGIN:VCALENDAR").count(), ics.matches("BEGIN:VEVENT").count() > 3), (1, true), "{ics}");
    assert!(ics.lines().all(|line| line.len() <= 75));
}

#[test]
fn inspect_needs_nothing_and_prints_a_line_of_labels_for_each_letter() {
    let jca = Jca::new();

    let told = jca.ok(&["inspect", "--json", SAMPLES]);

    let rows: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 40);
    for row in rows {
        for key in ["file", "kind", "language", "contacts", "liaison", "answer", "confidence", "evidence", "damage"] {
            assert!(row.get(key).is_some(), "{key} is missing in {row}");
        }
    }
    assert_eq!(jca.dir.path().read_dir().unwrap().count(), 0, "inspect leaves nothing behind");
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_goes_on() {
    let jca = Jca::new();

    let output = jca.run(&["inspect", "--json", "no-such-folder", SAMPLES]);

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout).lines().count(), 40);
    assert!(text(&output.stderr).contains("no-such-folder"), "{}", text(&output.stderr));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let jca = Jca::new();
    let mut child = jca.command(&["inspect", "--json", LETTERS]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();

    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn an_import_is_silent_and_a_second_one_finds_nothing_new() {
    let jca = Jca::with_maildir();

    let first = jca.json(&["import", "--json", SAMPLES]);
    let second = jca.json(&["import", "--json", SAMPLES]);

    assert_eq!((first["new"].as_u64(), first["known"].as_u64()), (Some(40), Some(0)), "{first}");
    assert_eq!((second["new"].as_u64(), second["known"].as_u64()), (Some(0), Some(40)), "{second}");
    assert_eq!(jca.json(&["outbox", "--json"]).as_array().unwrap().len(), 0);
}

#[test]
fn a_command_without_its_configuration_says_what_to_do() {
    let jca = Jca::new();

    let output = jca.run(&["roster"]);
    let doctor = jca.run(&["doctor"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("jcabot init"), "{}", text(&output.stderr));
    assert_eq!(doctor.status.code(), Some(1));
    assert!(text(&doctor.stdout).starts_with("WRONG  configuration"), "{}", text(&doctor.stdout));
}

#[test]
fn a_dropped_letter_is_filed_acknowledged_and_shelved_by_the_daemon() {
    let jca = Jca::with_maildir();
    let letter = std::fs::read(format!("{SAMPLES}/08-fr-sg9.eml")).unwrap();
    let mut daemon = jca.start();
    daemon.says("Watching mailbox");

    jcabot::mailbox::deliver(&jca.path("Maildir"), &letter).unwrap();
    daemon.says("Filed message 1");
    let _first = crate::support::jca::wait_for("the acknowledgement", || jca.path("outgoing").read_dir().ok()?.next());
    let (code, said) = daemon.stop();

    assert_eq!(code, Some(0), "{said}");
    assert_eq!(jca.path("Maildir/new").read_dir().unwrap().count(), 0);
    assert_eq!(jca.path("Maildir/.JCA.Contacts/cur").read_dir().unwrap().count(), 1);
}
