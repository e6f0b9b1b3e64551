//! Forms of Authentication-Results (RFC 8601) and of From, as whole letters: what the gate is told of the sender.

use jcabot::domain::steps::{Place, RawMail};
use jcabot::mail;
use jcabot::mail::authentication::{Authentication, authenticate};
use jcabot::resources::Resources;
use jcabot::vocabulary::Vocabulary;

const OURS: &str = "mx.itu.int";
const FROM: &str = "From: Jane <jane@mail.example.org>";

/// What is expected, in one word.
fn word(found: &Authentication) -> &str {
    match found {
        Authentication::Pass => "pass",
        Authentication::NoResult => "silent",
        Authentication::Fail(why) => why,
    }
}

/// Header fields of a letter, apart from those every letter has, and what they say.
const TABLE: &[(&str, &str, &str)] = &[
    // -- which field counts
    (FROM, "Authentication-Results: mx.itu.int; dmarc=pass header.from=mail.example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int;\r\n\tdmarc=pass\r\n header.from=mail.example.org", "pass"),
    (FROM, "AUTHENTICATION-RESULTS: MX.ITU.INT; DMARC=PASS", "pass"),
    (FROM, "Authentication-Results: mx.itu.int 1; dmarc=pass", "pass"),
    (FROM, "Authentication-Results: mx.itu.int (our own; dmarc=fail) 1; dmarc=pass", "pass"),
    (FROM, "Authentication-Results: \"mx.itu.int\"; dmarc=pass", "pass"),
    (FROM, "Authentication-Results: mx.example.net; dmarc=fail\r\nAuthentication-Results: mx.itu.int; dmarc=pass", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dmarc=fail\r\nAuthentication-Results: mx.itu.int; dmarc=pass", "dmarc=fail"),
    (FROM, "Authentication-Results: mx.itu.int; none\r\nAuthentication-Results: mx.itu.int; dmarc=pass", "silent"),
    (FROM, "Authentication-Results: mx.example.net; dmarc=pass", "silent"),
    (FROM, "Authentication-Results: mx.itu.int.example.net; dmarc=pass", "silent"),
    (FROM, "Authentication-Results: mx.itu.int word word; dmarc=pass", "silent"),
    (FROM, "Authentication-Results: dmarc=pass", "silent"),
    (FROM, "Authentication-Results:", "silent"),
    (FROM, "X-Authentication-Results: mx.itu.int; dmarc=pass", "silent"),
    (FROM, "ARC-Authentication-Results: i=1; mx.itu.int; dmarc=pass", "silent"),
    (FROM, "Received-SPF: fail (mx.itu.int: domain of jane@mail.example.org)", "silent"),
    // -- DMARC decides, where it says something
    (FROM, "Authentication-Results: mx.itu.int; spf=fail; dkim=fail; dmarc=pass", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; spf=pass smtp.mailfrom=example.org; dmarc=fail (p=none)", "dmarc=fail"),
    (FROM, "Authentication-Results: mx.itu.int; dmarc=none; dkim=pass header.d=example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dmarc=temperror; spf=fail smtp.mailfrom=example.org", "spf=fail"),
    (FROM, "Authentication-Results: mx.itu.int; dmarc=permerror", "silent"),
    // -- without it, what is aligned does
    (FROM, "Authentication-Results: mx.itu.int; dkim/1 = pass header.d = example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=pass header.d=EXAMPLE.ORG.", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=pass header.d=\"example.org\"", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=pass header.i=@mail.example.org header.s=k1", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=pass reason=\"good\" header.b=ab=c header.d=example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=fail header.d=list.example; dkim=pass header.d=example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=pass header.d=list.example; spf=pass smtp.mailfrom=list.example", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=pass header.d=myexample.org", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=pass header.d=org", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; spf=pass (sender ok) smtp.mailfrom=b@mail.example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; spf=pass smtp.mailfrom=<>", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; spf=pass smtp.helo=mail.example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; spf=fail smtp.mailfrom=example.org; dkim=pass header.d=example.org", "pass"),
    (FROM, "Authentication-Results: mx.itu.int; spf=hardfail smtp.mailfrom=example.org", "spf=fail"),
    (FROM, "Authentication-Results: mx.itu.int; spf=softfail; dkim=neutral; auth=pass smtp.auth=jane", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; dkim=policy; spf=neutral", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; arc=pass; iprev=pass", "silent"),
    // -- words in comments and quoted strings are no results
    (FROM, "Authentication-Results: mx.itu.int; spf=none (see; dmarc=pass)", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; spf=none reason=\"; dmarc=pass\"", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; spf=none (a (nested; dkim=pass header.d=example.org) one)", "silent"),
    (FROM, "Authentication-Results: mx.itu.int; spf=none (never closed; dmarc=pass", "silent"),
    // -- who From names
    ("From: jane@MAIL.Example.ORG", "Authentication-Results: mx.itu.int; spf=pass smtp.mailfrom=mail.example.org", "pass"),
    ("From: Team: jane@mail.example.org;", "Authentication-Results: mx.itu.int; dmarc=pass", "pass"),
    (
        "From: Team: jane@mail.example.org, ann@mail.example.org;",
        "Authentication-Results: mx.itu.int; dmarc=pass",
        "several addresses in From",
    ),
    (
        "From: jane@mail.example.org, ann@evil.example",
        "Authentication-Results: mx.itu.int; dmarc=pass",
        "several addresses in From",
    ),
    (
        "From: jane@mail.example.org\r\nFrom: ann@evil.example",
        "Authentication-Results: mx.itu.int; dmarc=pass",
        "several addresses in From",
    ),
    ("From: Nobody:;", "Authentication-Results: mx.itu.int; dmarc=pass", "silent"),
    ("Sender: jane@mail.example.org", "Authentication-Results: mx.itu.int; dmarc=pass", "silent"),
    ("From: Jane", "Authentication-Results: mx.itu.int; dmarc=pass", "silent"),
];

#[test]
fn a_sender_is_believed_by_what_our_own_server_says_and_by_nothing_else() {
    let vocabulary = Vocabulary::load(&Resources::built_in()).unwrap();
    let mut wrong = Vec::new();
    for (from, fields, wanted) in TABLE {
        let letter = format!("{fields}\r\n{from}\r\nTo: tsbjcacop@itu.int\r\nSubject: x\r\n\r\nHello.\r\n").into_bytes();
        let place = Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: String::new() };
        let raw = RawMail { place, whole_size: letter.len() as u64, bytes: letter, received_at: None };

        let found = authenticate(&mail::parse(&raw, &vocabulary), &[OURS.to_owned()]);

        if word(&found) != *wanted {
            wrong.push(format!("{from} | {fields}: {} instead of {wanted}", word(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
