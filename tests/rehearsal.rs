//! It says why, it is corrected, and changed rules are rehearsed: the built program, as its users run it.

use crate::support::jca::{Jca, text, wait_for};
use std::path::Path;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");

/// An activity with some letters on file.
fn filed() -> Jca {
    let jca = Jca::with_maildir();
    let letters = ["01-en-sg17", "11-en-liaison-sg13", "15-es-pregunta", "19-newsletter"];
    let paths: Vec<String> = letters.iter().map(|name| format!("{SAMPLES}/{name}.eml")).collect();
    jca.ok(&[&["import"], paths.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    jca
}

/// A rule folder with one file, changed.
fn changed(jca: &Jca, file: &str, change: impl Fn(&str) -> String) -> String {
    let folder = jca.path("rules");
    let to = folder.join(file);
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::write(&to, change(&std::fs::read_to_string(Path::new(RULES).join(file)).unwrap())).unwrap();
    folder.display().to_string()
}

#[test]
fn inspect_shows_the_words_and_what_each_became() {
    let jca = Jca::new();

    let told = jca.ok(&["inspect", &format!("{SAMPLES}/01-en-sg17.eml")]);

    assert!(told.contains("[Nordtel AS]"), "{told}");
    let below = told.lines().skip_while(|line| !line.contains("[Nordtel AS]")).nth(1).unwrap();
    assert!(below.contains("organization of the person ← "), "{below}");
    let evidence = told.lines().find(|line| line.starts_with("   ╰ ") && line.contains("← en-nominate")).unwrap();
    assert!(evidence.contains("contact-submission +"), "{evidence}");
    assert!(!told.contains('\u{1b}'), "no codes where no terminal is");
}

#[test]
fn letters_from_right_to_left_are_isolated_and_rows_fit() {
    let jca = Jca::new();
    let mut command = jca.command(&["inspect", &format!("{SAMPLES}/27-ar-expert.eml")]);

    let told = text(&command.env("COLUMNS", "60").output().unwrap().stdout);

    let rows: Vec<&str> = told.lines().filter(|line| line.starts_with("   │ ") || line.starts_with("   ╰ ")).collect();
    assert!(rows.iter().any(|row| row.contains('\u{2068}') && row.ends_with('\u{2069}')), "{told}");
    assert!(rows.iter().all(|row| unicode_width::UnicodeWidthStr::width(*row) <= 60), "{told}");
}

#[test]
fn hidden_characters_are_written_out() {
    let jca = Jca::new();
    let letter = jca.path("hidden.eml");
    let body = "Dear all,\r\nplease send it to me\u{202e}oga\u{202c} and \u{1b}[2Jclear.\r\n";
    let head = "From: A <a@b.example>\r\nSubject: A question\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
                Content-Transfer-Encoding: 8bit\r\n\r\n";
    std::fs::write(&letter, format!("{head}{body}")).unwrap();

    let told = jca.ok(&["inspect", &letter.display().to_string()]);

    assert!(told.contains("me\\u{202e}oga\\u{202c} and \\u{1b}[2Jclear."), "{told}");
    assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{told}");
}

#[test]
fn why_reads_the_letter_again_and_says_where_today_differs() {
    let jca = filed();
    let first = jca.ok(&["why", "1"]);
    assert!(first.contains("[Nordtel AS]"), "{first}");
    assert!(!first.contains("Today's rules would decide otherwise"), "{first}");

    let told = jca.ok(&["correct", "1", "--kind", "document", "--by", "A Person"]);
    let since = jca.ok(&["why", "1"]);

    assert!(told.contains("Message 1 is now document; it was contact-submission"), "{told}");
    assert!(since.contains("A Person said so"), "{since}");
    assert!(since.contains("kind: document → contact-submission"), "{since}");
}

#[test]
fn a_correction_is_told_listed_and_refused_where_there_is_no_letter_or_kind() {
    let jca = filed();

    let corrected = jca.json(&["correct", "2", "--kind", "same", "--json", "--by", "A Person"]);
    let listed = jca.json(&["correct", "--list", "--json"]);
    let rebuilt = jca.json(&["correct", "--rebuild", "--json"]);
    let missing = jca.run(&["correct", "4711", "--kind", "bulk"]);
    let unknown = jca.run(&["correct", "2", "--kind", "letter"]);

    assert_eq!(corrected["before"], corrected["after"]);
    assert_eq!((listed[0]["message"].as_i64(), listed[0]["by"].as_str()), (Some(2), Some("A Person")));
    assert_eq!(rebuilt["letters"], 1);
    assert_eq!((missing.status.code(), unknown.status.code()), (Some(1), Some(2)));
    assert!(text(&missing.stderr).contains("There is no message 4711"));
    assert!(text(&unknown.stderr).contains("there is no such kind; write one of contact-submission"));
}

#[test]
fn a_set_that_changes_nothing_is_told_so() {
    let jca = filed();
    let rules = changed(&jca, "en/kinds.toml", str::to_owned);

    let tried = jca.run(&["rules", "try", &rules]);

    assert_eq!(tried.status.code(), Some(0), "{}", text(&tried.stderr));
    assert!(text(&tried.stdout).contains("4 letters on file, 0 of them would come out differently"));
}

#[test]
fn a_changed_rule_shows_what_would_come_out_differently() {
    let jca = filed();
    let rule = r#"
[[rule]]
name    = "rapporteurs-meet"
kind    = "meeting"
where   = "body"
match   = 'Rapporteur, Question'
weight  = 20
against = ["contact-submission", "contact-update"]
because = "a test"
example = ["Rapporteur, Question 4/17"]
not     = ["a question"]
"#;
    let rules = changed(&jca, "en/kinds.toml", |text| format!("{text}{rule}"));
    let rules = rules.as_str();

    let tried = jca.run(&["rules", "try", rules]);
    let json = jca.run(&["rules", "try", rules, "--json"]);

    let told = text(&tried.stdout);
    assert_eq!(tried.status.code(), Some(1), "{told}{}", text(&tried.stderr));
    assert!(told.contains("kind: contact-submission → meeting"), "{told}");
    assert!(told.contains("person 1: name: Ingrid Solberg → nothing"), "{told}");
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["letters"], 4);
    assert_eq!(value["changed"][0]["differences"][0]["after"], "meeting");
    let why = jca.json(&["why", "1", "--json"]);
    assert_eq!(why["message"]["kind"], "contact-submission", "nothing on file changes");
}

#[test]
fn a_wrong_set_is_told_and_nothing_is_tried() {
    let jca = filed();
    let rules = changed(&jca, "en/kinds.toml", |text| text.replacen("weight  = ", "weight  = 0 # ", 1));

    let tried = jca.run(&["rules", "try", &rules]);
    let checked = jca.run(&["rules", "check", &rules]);
    let missing = jca.run(&["rules", "try", "nowhere"]);

    assert_eq!((tried.status.code(), checked.status.code(), missing.status.code()), (Some(2), Some(1), Some(2)));
    for told in [text(&tried.stdout), text(&checked.stdout)] {
        assert!(told.contains("en/kinds.toml, line") && told.contains("weight = 0"), "{told}");
    }
    assert!(text(&missing.stderr).contains("nowhere is no folder"));
}

#[test]
fn a_running_daemon_moves_a_corrected_letter_and_learns_from_it() {
    let jca = Jca::with_maildir();
    let letter = |number: usize| {
        format!(
            "From: Ann <ann@wire.example>\r\nSubject: The Weekly Wire {number}\r\nMessage-ID: <{number}@wire.example>\r\n\r\n\
             Good morning, dear readers of the Wire. This week we talk about bridges and about gardens, as ever with a cup of tea.\r\n\
             Keep reading, keep smiling, pass it on to those you like, and have a lovely week. Issue {number}.\r\n"
        )
    };
    let deliver = |number: usize| {
        let new = jca.path("Maildir/new");
        std::fs::write(jca.path("Maildir/tmp").join(number.to_string()), letter(number)).unwrap();
        std::fs::rename(jca.path("Maildir/tmp").join(number.to_string()), new.join(format!("{number}.test"))).unwrap();
    };
    let count = |folder: &str| jca.path("Maildir").join(folder).join("cur").read_dir().map(Iterator::count).unwrap_or(0);
    let mut daemon = jca.start();
    daemon.says("Watching mailbox");

    for number in 1..=4 {
        deliver(number);
        daemon.says(&format!("Filed message {number} as "));
        jca.ok(&["correct", &number.to_string(), "--kind", "bulk"]);
    }
    deliver(5);

    daemon.says("Filed message 5 as bulk");
    wait_for("all letters in their folder", || (count(".JCA.Bulk") == 5).then_some(()));
    let why = jca.ok(&["why", "5"]);
    assert!(why.contains("← learned"), "{why}");
    // What leaves by itself left before the correction, or is held since.
    let letters = jca.json(&["outbox", "--json"]);
    let states: Vec<&str> = letters.as_array().unwrap().iter().filter_map(|letter| letter["state"].as_str()).collect();
    assert!(states.iter().all(|state| matches!(*state, "held" | "accepted")), "{states:?}");
    assert_eq!(daemon.stop().0, Some(0));
}
