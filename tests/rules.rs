//! The rules: every example, and every wrong rule file refused for the reason it deserves.

use jcabot::mail;
use jcabot::mailbox::import;
use jcabot::resources::Resources;
use jcabot::rules::{Rules, check};
use std::path::Path;

#[test]
fn every_rule_does_what_its_examples_say() {
    let report = check(&Resources::built_in());

    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(report.rules > 100, "only {} rules", report.rules);
}

/// Fewer words are a phrase of the field or of a mail server, which letters have of themselves; Chinese counts by signs.
const A_LETTERS_OWN: usize = 7;

/// Words without case and marks; a Chinese sign is a word.
fn said(text: &str) -> Vec<String> {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let spaced: String = text.chars().map(|c| if is_han(c) { format!(" {c} ") } else { c.to_lowercase().to_string() }).collect();
    spaced.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn no_rule_is_written_from_a_letter() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
    let folders = ["corpus", "second", "third", "unseen"].map(|name| Path::new("tests/letters").join(name));
    let folders: Vec<_> = folders.into_iter().filter(|folder| folder.exists()).collect();
    let letters: String = import::sources(&folders)
        .map(|raw| mail::parse(&raw.unwrap(), &rules.vocabulary))
        .map(|mail| format!("\n{} \n {}\n", said(&mail.subject).join(" "), said(&mail.text.own).join(" ")))
        .collect();

    let examples = rules.kinds.rules.iter().flat_map(|rule| rule.examples.iter().map(move |example| (rule, said(example))));
    let copied = examples.filter(|(_, words)| words.len() >= A_LETTERS_OWN && letters.contains(&words.join(" ")));
    let copied: Vec<String> =
        copied.map(|(rule, words)| format!("{} ({}): {}", rule.origin, rule.name, words.join(" "))).collect();

    assert!(letters.len() > 100_000, "only {} octets of letters", letters.len());
    assert!(copied.is_empty(), "the examples are a letter's own words; write others:\n{}", copied.join("\n"));
}

#[test]
fn every_language_has_the_same_files() {
    let resources = Resources::built_in();
    let model = resources.list("en").unwrap();
    assert!(model.len() >= 4, "{model:?}");

    for language in ["ar", "es", "fr", "ru", "zh"] {
        assert_eq!(resources.list(language).unwrap(), model, "{language}");
    }
}

#[test]
fn every_wrong_rule_file_is_refused_with_file_line_and_way_out() {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir("tests/rules").unwrap() {
        let folder = entry.unwrap().path();
        let expected = std::fs::read_to_string(folder.join("expected-error")).unwrap();
        let resources = Resources::overridden_by(&folder);

        let told = match Rules::load(&resources, "jca-cop") {
            Err(error) => format!("{error:#}"),
            Ok(_) => check(&resources).faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        };

        tried += 1;
        for words in expected.lines() {
            if !told.contains(words) {
                wrong.push(format!("{}: “{words}” is missing in: {told}", folder.display()));
            }
        }
    }
    assert!(tried >= 10, "only {tried} wrong rule files");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The rule in the instructions is one that the program takes, and every word of a closed list stands there.
#[test]
fn the_instructions_for_writing_a_rule_are_right() {
    let text = std::fs::read_to_string("rules/README.md").unwrap();
    let rule = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(rule.starts_with("[[rule]]"), "{rule}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("any")).unwrap();
    std::fs::write(folder.path().join("any/kinds.toml"), rule).unwrap();

    let report = check(&Resources::overridden_by(folder.path()));

    assert!(report.faults.is_empty(), "{:?}", report.faults);
    for kind in <jcabot::domain::words::Kind as strum::VariantArray>::VARIANTS {
        assert!(text.contains(&format!("`{}`", kind.as_str())), "{} is missing", kind.as_str());
    }
}
