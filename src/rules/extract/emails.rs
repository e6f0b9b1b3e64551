//! E-mail addresses in a text, hidden ones (`name [at] example [dot] org`) too, and whose they may be.

use super::ages::{Age, ages};
use super::latin::latin;
use super::letter::plain;
use crate::charter::Charter;
use crate::domain::address::Address;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;

/// How far from an address the words stand that prefer it.
const REACH: usize = 40;
/// Letters that a part of a name and of an address must have in common: fewer agree by chance.
const COMMON: usize = 4;

/// An address in a text.
#[derive(Clone, Debug)]
pub(super) struct Email {
    /// The address.
    pub(super) address: Address,
    /// Whether it was given as wrong or former.
    pub(super) is_old: bool,
    /// Whether it is to be used before others.
    pub(super) is_preferred: bool,
}

/// The addresses of a text; the activity's own and its officers' are left out.
pub(super) fn emails(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Vec<Email> {
    let hidden = &vocabulary.labels.hidden_address;
    let mut found: Vec<(Address, usize, usize)> = Vec::new();
    for hit in hidden.address.find_iter(text) {
        let plain = hidden.dot.replace_all(hit.as_str(), ".");
        let plain = hidden.at.replace_all(&plain, "@");
        let plain: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
        let Some(address) = Address::parse(plain.to_lowercase().trim_end_matches(['.', '-'])) else { continue };
        found.push((address, hit.start(), hit.end()));
    }
    if found.is_empty() {
        return Vec::new();
    }
    let places: Vec<(usize, usize)> = found.iter().map(|(_, start, end)| (*start, *end)).collect();
    let ages = ages(text, &places, &vocabulary.labels.cues);
    let officers = [&charter.chair.email, &charter.secretariat.email];
    let mut from = 0;
    let mut kept = Vec::new();
    for ((address, start, end), age) in found.into_iter().zip(ages) {
        let before = text.get(from..start).unwrap_or_default();
        from = end;
        if charter.is_own(&address) || officers.contains(&&address) {
            continue;
        }
        // What is said behind a former address is said of the next one.
        let behind = text.get(end..).filter(|_| age != Age::Former).unwrap_or_default();
        let is_preferred = is_preferred(before, behind, vocabulary);
        kept.push(Email { address, is_old: age == Age::Former && !is_preferred, is_preferred });
    }
    kept
}

/// Whether the words around an address say that it is to be used before others. Two addresses make a choice; what is said of the next
/// one stands before that.
fn is_preferred(before: &str, behind: &str, vocabulary: &Vocabulary) -> bool {
    let preferred = &vocabulary.labels.cues.preferred;
    let from = before.char_indices().rev().nth(REACH).map_or(0, |(at, _)| at);
    let to = behind.char_indices().nth(REACH).map_or(behind.len(), |(at, _)| at);
    let own = behind.get(..to).unwrap_or_default().split(['@', ';', '\n']).next().unwrap_or_default();
    any(preferred, &plain(before.get(from..).unwrap_or_default())) || any(preferred, &plain(own))
}

/// Whether an address is made of a person's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// A part of the name is in it.
    Alike,
    /// None is.
    Unlike,
    /// The name's script gives no answer.
    Unknown,
}

/// A word in which the ways to write a Cyrillic sound in Latin letters are one: `zaytsev`, `zaitsev`, `zajcev`.
fn plainer(word: &str) -> String {
    const WAYS: [(&str, &str); 9] =
        [("shch", "sch"), ("kh", "h"), ("tz", "c"), ("ts", "c"), ("iy", "i"), ("yy", "i"), ("y", "i"), ("j", "i"), ("w", "v")];
    WAYS.iter().fold(word.to_owned(), |word, (long, short)| if word.contains(long) { word.replace(long, short) } else { word })
}

/// Compares the part before the `@` with a name in Latin or Cyrillic script.
pub(super) fn likeness(address: &Address, name: &str) -> Likeness {
    let Some(name) = latin(name) else { return Likeness::Unknown };
    let local = address.reveal().split('@').next().unwrap_or_default();
    let Some(local) = latin(local) else { return Likeness::Unknown };
    let tokens: Vec<&str> = local.split(|c: char| !c.is_alphabetic()).filter(|token| token.len() >= 2).collect();
    let parts: Vec<&str> = name.split(|c: char| !c.is_alphabetic()).filter(|part| part.len() >= 2).collect();
    let agrees = |part: &str, token: &str| {
        if part == token {
            return part.len() >= 3;
        }
        let shares = |part: &str, token: &str| {
            let head = part.get(..COMMON).unwrap_or_default();
            !head.is_empty() && token.contains(head)
        };
        shares(part, token) || shares(&plainer(part), &plainer(token))
    };
    let by_word = parts.iter().any(|part| tokens.iter().any(|token| agrees(part, token)));
    let initials: String = parts.iter().filter_map(|part| part.chars().next()).collect();
    if by_word || (initials.len() >= 2 && tokens.iter().any(|token| *token == initials)) {
        Likeness::Alike
    } else {
        Likeness::Unlike
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    #[test]
    fn addresses_are_read_as_they_are_hidden() {
        let vocabulary = Vocabulary::load(&Resources::built_in()).unwrap();
        let charter = Charter::load(&Resources::built_in(), "jca-cop").unwrap();
        let read = |text: &str| {
            emails(text, &vocabulary, &charter).into_iter().map(|email| email.address.reveal().to_owned()).collect::<Vec<_>>()
        };

        assert_eq!(read("write to Jane.Roe@Example.org."), ["jane.roe@example.org"]);
        assert_eq!(read("jane [at] example [dot] org"), ["jane@example.org"]);
        assert_eq!(read("jane.roe (at) example.org"), ["jane.roe@example.org"]);
        assert_eq!(read("j.roe [at] cems dot example"), ["j.roe@cems.example"]);
        assert_eq!(read("roe AT example DOT co DOT uk"), ["roe@example.co.uk"]);
        assert_eq!(read("ana.ruiz arroba ejemplo punto org"), ["ana.ruiz@ejemplo.org"]);
        assert_eq!(read("ivan собака example точка org"), ["ivan@example.org"]);
        assert_eq!(read("looks at example.org and to tsbjcacop@itu.int"), [""; 0]);
    }

    #[test]
    fn an_address_tells_whose_it_is() {
        let alike = |address: &str, name: &str| likeness(&Address::parse(address).unwrap(), name);

        assert_eq!(alike("ebba.ramel@example.org", "Ebba Ramel-Strand"), Likeness::Alike);
        assert_eq!(alike("jweiss@example.org", "Jürgen WEISS"), Likeness::Alike);
        assert_eq!(alike("f.sharipov@example.org", "Шарипов Фаррух"), Likeness::Alike);
        assert_eq!(alike("secretariat@example.org", "Ebba Ramel"), Likeness::Unlike);
        assert_eq!(alike("li@example.org", "王小明"), Likeness::Unknown);
    }
}
