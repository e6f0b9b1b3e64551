//! Proposals, corrections, successions and withdrawals in the wordings of six languages: `submissions.txt`, `updates.txt` and `hasty.txt` have
//! the letters and who is found in each.

use jcabot::domain::steps::{FoundPerson, Place, RawMail};
use jcabot::domain::words::Action;
use jcabot::mail;
use jcabot::resources::Resources;
use jcabot::rules::Rules;

/// The people of a letter, of the kind that it is told to be.
fn people(rules: &Rules, from: &str, subject: &str, text: &str) -> Vec<FoundPerson> {
    let html = if text.starts_with('<') { "html" } else { "plain" };
    let bytes = format!(
        "From: {from}\nTo: tsbjcacop@itu.int\nSubject: {subject}\nMIME-Version: 1.0\n\
         Content-Type: text/{html}; charset=utf-8\n\n{text}"
    );
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 1, uid: "1".to_owned() };
    let raw = RawMail { place, whole_size: bytes.len() as u64, bytes: bytes.into_bytes(), received_at: None };
    let mail = mail::parse(&raw, &rules.vocabulary);
    rules.extract(&mail, &rules.classify(&mail)).contacts
}

/// Action, name, organization, address, number and function.
fn line(person: &FoundPerson) -> [String; 6] {
    let action = match person.action {
        Some(Action::Add) => "+",
        Some(Action::Update) => "=",
        Some(Action::Withdraw) => "-",
        None => "?",
    };
    let email = person.email.as_ref().map_or("", |email| email.reveal());
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    [action.to_owned(), text(&person.name), text(&person.organization), email.to_owned(), text(&person.phone), text(&person.role)]
}

/// Reads each letter of a file and says where others are found than it tells.
fn misread(file: &str) -> (usize, Vec<String>) {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
    let mut faults = Vec::new();
    let letters: Vec<&str> = file.split("\n### ").skip(1).collect();
    for letter in &letters {
        let (head, rest) = letter.split_once('\n').unwrap();
        let (from, subject) = head.split_once(" | ").unwrap();
        let (text, wanted) = rest.split_once("\n=>\n").unwrap();
        let found: Vec<[String; 6]> = people(&rules, from, subject, text).iter().map(line).collect();
        let wanted: Vec<Vec<&str>> = wanted.lines().map(|line| line.split('|').map(str::trim).collect()).collect();

        // `?`: whatever is found.
        let fits = |wanted: &[&str], found: &[String; 6]| {
            wanted.len() == 6 && wanted.iter().zip(found).all(|(wanted, found)| *wanted == "?" || wanted == found)
        };
        if wanted.len() != found.len() || !wanted.iter().all(|wanted| found.iter().any(|found| fits(wanted, found))) {
            faults.push(format!("{head}\n{text}\nwanted {wanted:#?}\nfound {found:#?}"));
        }
    }

    (letters.len(), faults)
}

#[test]
fn the_present_details_and_the_newcomer_are_found_in_every_wording() {
    let (letters, faults) = misread(include_str!("updates.txt"));

    assert!(letters > 30, "{letters}");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn whoever_is_proposed_is_found_in_every_form() {
    let (letters, faults) = misread(include_str!("submissions.txt"));

    assert!(letters > 10, "{letters}");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn whoever_is_meant_is_found_in_letters_typed_in_haste() {
    let (letters, faults) = misread(include_str!("hasty.txt"));

    assert!(letters > 50, "{letters}");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
