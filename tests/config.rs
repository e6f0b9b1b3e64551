//! The configuration: the example loads, and every wrong one is refused for the reason and with the line it deserves.

use jcabot::config::Config;
use std::path::Path;

#[test]
fn the_commented_example_is_a_sound_configuration() {
    let text = std::fs::read_to_string("deploy/jcabot.toml").unwrap();

    let config = Config::read(&text, "deploy/jcabot.toml").unwrap();

    assert_eq!(config.mailboxes.len(), 1);
}

#[test]
fn what_the_example_shows_as_a_comment_is_sound_too() {
    let text = std::fs::read_to_string("deploy/jcabot.toml").unwrap();
    let setting =
        |line: &str| line.starts_with('#') && line.get(1..2).is_some_and(|c| c != " ") && !line.contains("/etc/jcabot/rules");
    let transport = |line: &str| line.contains("transport.folder") || line.contains("path = \"outgoing\"");
    let opened = text.lines().map(|line| if setting(line) && !transport(line) { line.trim_start_matches('#') } else { line });

    let config = Config::read(&opened.collect::<Vec<_>>().join("\n"), "opened").unwrap();

    assert_eq!(config.mailboxes.len(), 2);
}

#[test]
fn learning_is_on_until_it_is_switched_off() {
    let text = std::fs::read_to_string("deploy/jcabot.toml").unwrap();
    let charter = crate::support::store::charter();
    let learns = |text: &str| Config::read(text, "test").unwrap().policy(&charter).learning;

    assert!(learns(&text));
    assert!(!learns(&text.replace("#learning = true", "learning = false")));
}

#[test]
fn every_wrong_configuration_is_refused_with_file_line_and_way_out() {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir("tests/config").unwrap() {
        let folder = entry.unwrap().path();
        let file = folder.join("jcabot.toml");
        let expected = std::fs::read_to_string(folder.join("expected-error")).unwrap();
        let error = Config::load(Path::new(&file)).map(|_| String::new()).unwrap_or_else(|error| format!("{error:#}"));
        tried += 1;
        for words in expected.lines().chain([file.to_str().unwrap()]) {
            if !error.contains(words) {
                wrong.push(format!("{}: “{words}” is missing in: {error}", folder.display()));
            }
        }
    }

    assert!(tried >= 20, "only {tried} wrong configurations");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
