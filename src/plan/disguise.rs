//! Who looks like somebody else: names that are addresses, mixed alphabets, names of officers under foreign addresses
//! (RELIABILITY A12). A mark for people, never a proof: nobody is refused for it, nothing of it is applied by itself.

use super::confirming::same_body;
use super::{Case, reason};
use crate::domain::address::Address;
use crate::domain::steps::Reason;
use unicode_normalization::UnicodeNormalization;

/// Letters that look like Latin ones, and those (a choice of the confusables of UTS #39: what a name can be written with).
const ALIKE: &[(&str, char)] = &[
    ("аαɑ", 'a'),
    ("вβ", 'b'),
    ("сϲ", 'c'),
    ("ԁ", 'd'),
    ("еєε", 'e'),
    ("ɡ", 'g'),
    ("нһη", 'h'),
    ("іιıӏ1|", 'l'),
    ("јϳ", 'j'),
    ("кκ", 'k'),
    ("мμ", 'm'),
    ("п", 'n'),
    ("оοσө0", 'o'),
    ("рρ", 'p'),
    ("ԛ", 'q'),
    ("ѕ", 's'),
    ("тτ", 't'),
    ("υ", 'u'),
    ("ѵν", 'v'),
    ("ѡω", 'w'),
    ("хχ", 'x'),
    ("уγ", 'y'),
    ("i", 'l'),
];

/// What is to be said of the sender.
pub(super) fn reasons(case: &Case<'_>) -> Vec<Reason> {
    let mut found = Vec::new();
    for person in case.mail.from.iter().chain(&case.mail.sender).chain(&case.mail.reply_to) {
        let address = person.address.as_ref();
        let pretends = person.name.contains('@') && !names(&person.name, address);
        let mixes = mixes_alphabets(&person.name) || address.is_some_and(|address| mixes_alphabets(address.reveal()));
        if pretends {
            found.push(reason("resembles-address", "The sender's name is written like an address, and it is not the sender's."));
        }
        if mixes {
            found.push(reason("resembles", "The sender's name or address mixes alphabets within a word, as a look-alike does."));
        }
        if resembles_officer(case, &person.name, address) {
            found.push(reason(
                "resembles-officer",
                "The sender has the name of the activity's chair or secretariat under a foreign address.",
            ));
        }
    }
    if let Some(reason) = resembles_somebody(case) {
        found.push(reason);
    }
    found.dedup();
    found
}

/// A name that looks like that of somebody on file and is written with other letters; or the sender has that very name under an
/// address of another body.
fn resembles_somebody(case: &Case<'_>) -> Option<Reason> {
    let named = case.findings.contacts.iter().filter_map(|person| person.name.as_deref());
    let senders = case.mail.from.iter().map(|person| person.name.as_str());
    let on_file = || case.known.alike.iter().chain(&case.known.people);
    let is_forged = |name: &str| on_file().any(|person| is_written_otherwise(name, &person.name));
    if named.chain(senders.clone()).any(is_forged) {
        return Some(reason(
            "resembles-person",
            "A name in the letter looks like that of somebody on file and is written with other letters.",
        ));
    }
    let writer = case.mail.writer()?;
    let is_taken = |name: &str| {
        let others = on_file().filter(|person| person.email.as_ref().is_some_and(|email| email != writer));
        let own = on_file().any(|person| person.email.as_ref() == Some(writer));
        let mut elsewhere = others.filter(|person| person.email.as_ref().is_some_and(|email| !same_body(email, writer)));
        !own && name.contains(' ') && elsewhere.any(|person| skeleton(&person.name) == skeleton(name))
    };
    senders
        .into_iter()
        .any(is_taken)
        .then(|| reason("resembles-person", "The sender has the name of somebody on file, under an address of another body."))
}

/// The same look, and not the same letters: marks, case and the order of words left out.
fn is_written_otherwise(one: &str, other: &str) -> bool {
    let look = skeleton(one);
    look.contains(' ') && look == skeleton(other) && words(one, |c| c) != words(other, |c| c)
}

/// Whether a name that holds an `@` holds the sender's own address.
fn names(name: &str, address: Option<&Address>) -> bool {
    let words = name.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | '\'' | ',' | ';'));
    let mut written = words.filter(|word| word.contains('@')).map(Address::parse);
    written.all(|word| word.as_ref() == address && address.is_some())
}

fn mixes_alphabets(text: &str) -> bool {
    let is_latin = |c: char| matches!(c, 'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}');
    let is_other = |c: char| matches!(c, '\u{370}'..='\u{52f}');
    text.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().any(is_latin) && word.chars().any(is_other))
}

fn resembles_officer(case: &Case<'_>, name: &str, address: Option<&Address>) -> bool {
    let skeleton = skeleton(name);
    // A single word is too little to be somebody's name.
    if !skeleton.contains(' ') {
        return false;
    }
    let charter = case.charter;
    let is_theirs = |address: &Address| {
        charter.is_own(address) || [&charter.chair, &charter.secretariat].iter().any(|officer| &officer.email == address)
    };
    [&charter.chair, &charter.secretariat].iter().any(|officer| self::skeleton(&officer.name) == skeleton)
        && !address.is_some_and(is_theirs)
}

/// What a name looks like: without marks, case, look-alikes and the order of its words.
pub(crate) fn skeleton(name: &str) -> String {
    words(name, |c| ALIKE.iter().find(|(letters, _)| letters.contains(c)).map_or(c, |(_, latin)| *latin))
}

/// The words of a name without marks and case, each letter as it is seen, in an order of their own.
fn words(name: &str, seen: impl Fn(char) -> char) -> String {
    let plain = name.to_lowercase().nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect::<String>();
    let folded: String = plain.chars().map(seen).collect();
    let mut words: Vec<&str> = folded.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{is_written_otherwise, mixes_alphabets, names, skeleton};
    use crate::domain::address::Address;

    #[test]
    fn look_alikes_have_one_skeleton() {
        assert_eq!(skeleton("Аsheley Ηeineman"), skeleton("HEINEMAN, Asheley"));
        assert_ne!(skeleton("Anna Heineman"), skeleton("Asheley Heineman"));
    }

    #[test]
    fn a_name_written_with_other_letters_is_told_from_the_same_name() {
        for honest in ["HEINEMAN, Asheley", "Ashéley Heineman", "Asheley  Heineman"] {
            assert!(!is_written_otherwise(honest, "Asheley Heineman"), "{honest}");
        }
        for forged in ["Asheley Ηeineman", "Аsheley Heineman", "Asheley Heіneman"] {
            assert!(is_written_otherwise(forged, "Asheley Heineman"), "{forged}");
        }
        assert!(!is_written_otherwise("Ηeineman", "Heineman"));
    }

    #[test]
    fn alphabets_are_mixed_within_a_word_only() {
        assert!(mixes_alphabets("p\u{430}ypal"));
        for honest in ["МСЭ-T", "Иван Petrov", "محمد Hassan", "郑晓彤 Zheng", "O'Neill-Søren", "Μαρία"] {
            assert!(!mixes_alphabets(honest), "{honest}");
        }
    }

    #[test]
    fn ones_own_address_as_a_name_is_honest() {
        let own = Address::parse("ann@body.example");

        assert!(names("ann@body.example", own.as_ref()) && names("Ann (Ann@Body.example)", own.as_ref()));
        assert!(!names("chair@itu.example", own.as_ref()));
    }
}
