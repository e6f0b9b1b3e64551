//! Address lists of RFC 5322, read by one strict reader: what is not plainly an address is no identity (RELIABILITY A11).

use super::header::clean;
use super::{Person, encoded_word};
use crate::domain::address::Address;

/// More addresses in one field are a bomb (RELIABILITY A21).
pub(super) const MOST: usize = 1000;

/// The entries of a field, unfolded but not decoded: only display names are decoded, never an address.
pub(super) fn read(field: &str) -> Vec<Person> {
    entries(field).into_iter().take(MOST).map(|entry| person(&entry)).collect()
}

/// Cut at commas and semicolons that stand outside quotes, comments and angle brackets; a group's name goes.
fn entries(field: &str) -> Vec<String> {
    let (mut found, mut entry) = (Vec::new(), String::new());
    let (mut quoted, mut angle, mut comment, mut escaped) = (false, false, 0_u32, false);
    for c in field.chars() {
        if escaped {
            escaped = false;
        } else {
            match c {
                '\\' if quoted || comment > 0 => escaped = true,
                '"' if comment == 0 => quoted = !quoted,
                '(' if !quoted => comment += 1,
                ')' if !quoted => comment = comment.saturating_sub(1),
                '<' if !quoted && comment == 0 => angle = true,
                '>' if !quoted && comment == 0 => angle = false,
                ',' | ';' if !quoted && !angle && comment == 0 => {
                    found.push(std::mem::take(&mut entry));
                    continue;
                }
                ':' if !quoted && !angle && comment == 0 && !entry.contains('@') => {
                    entry.clear();
                    continue;
                }
                _ => {}
            }
        }
        entry.push(c);
    }
    found.push(entry);
    found.retain(|entry| !entry.trim().is_empty());
    found
}

fn person(entry: &str) -> Person {
    let entry = entry.trim();
    if let Some((name, rest)) = split_angle(entry) {
        return Person { name: display(name), address: rest.split_once('>').and_then(|(inner, _)| plain(inner)) };
    }
    // "a@b (Name)", as old clients write it.
    if let Some((address, comment)) = entry.split_once('(') {
        return Person { name: display(comment.trim_end_matches(')')), address: plain(address) };
    }
    match plain(entry) {
        Some(address) => Person { name: String::new(), address: Some(address) },
        None => Person { name: display(entry), address: None },
    }
}

/// At the first `<` that stands outside quotes.
fn split_angle(entry: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    let at = entry.char_indices().find(|(_, c)| {
        let is_here = *c == '<' && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        is_here
    })?;
    let (name, rest) = entry.split_at_checked(at.0)?;
    Some((name, rest.get(1..)?))
}

fn display(name: &str) -> String {
    let bare = name.trim().trim_matches('"').replace("\\\"", "\"").replace("\\\\", "\\");
    clean(&encoded_word::decode(&bare)).trim_matches(['"', '\'']).trim().to_owned()
}

/// An addr-spec; one that holds an encoded-word pretends to be another (RFC 2047, 5: none may stand in an addr-spec).
fn plain(text: &str) -> Option<Address> {
    Address::parse(text).filter(|address| !address.reveal().contains("=?"))
}

#[cfg(test)]
mod tests {
    use super::read;

    fn seen(field: &str) -> Vec<(String, Option<String>)> {
        read(field).into_iter().map(|person| (person.name, person.address.map(|address| address.reveal().to_owned()))).collect()
    }

    #[test]
    fn names_and_addresses_come_apart() {
        assert_eq!(seen("\"Doe, Jane\" <Jane@Example.org>"), [("Doe, Jane".into(), Some("jane@example.org".into()))]);
        assert_eq!(seen("jane@example.org (Jane Doe)"), [("Jane Doe".into(), Some("jane@example.org".into()))]);
        assert_eq!(seen("=?utf-8?B?5LiT5a625ZCN5Y2V?= <a@b.example>").first().unwrap().0, "专家名单");
        assert_eq!(seen("undisclosed-recipients:;").len(), 0);
        assert_eq!(seen("Team: a@b.example, c@d.example;").len(), 2);
    }

    #[test]
    fn an_address_is_never_decoded_or_guessed() {
        assert_eq!(seen("=?utf-8?q?admin=40itu.example=3e?=x@evil.example").first().unwrap().1, None);
        assert_eq!(seen("\"a@itu.example\" <x@evil.example>").first().unwrap().1.as_deref(), Some("x@evil.example"));
        assert_eq!(seen("<@a,@b:c@d.example>").first().unwrap().1, None);
    }
}
