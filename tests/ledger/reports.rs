//! Reports about letters of ours, however little of the letter they quote.

use crate::support::activity::{Activity, inquiry};
use jcabot::domain::steps::{Place, RawMail};
use jcabot::domain::words::Kind;

fn report(field: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: tsbjcacop@itu.int\r\n\
         Date: Mon, 20 Aug 2012 12:00:00 +0200\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <r@mx.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n\
         --x\r\nContent-Type: text/plain\r\n\r\nThe recipient is unknown.\r\n\
         --x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n{field}\r\n\
         Final-Recipient: rfc822; ann@member.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--\r\n"
    )
    .into_bytes()
}

#[tokio::test]
async fn s13_a_report_that_names_nothing_but_our_envelope_counts_and_a_guess_does_not() {
    let jca = Activity::in_maildir().await;
    jca.deliver(&inquiry("ann"));
    jca.look().await;
    let desk = jca.desk();
    let letter = desk.store.letters(desk.activity, None).await.unwrap().remove(0);
    let id = letter.message_id.split('@').next().unwrap().to_owned();

    for (field, is_ours) in [
        (format!("Original-Envelope-Id: {id}\r\n"), true),
        (format!("Original-Envelope-Id: {}\r\n", id.strip_suffix(|_: char| true).unwrap()), false),
        (String::new(), false),
        ("Original-Envelope-Id: %\r\n".to_owned(), false),
    ] {
        let bytes = report(&field);
        let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 1, uid: "9".to_owned() };
        let raw = RawMail { place, whole_size: bytes.len() as u64, bytes, received_at: None };
        let knowledge = desk.knowledge.get();
        let read = knowledge.understand(&raw);
        let now = desk.clock.now();
        let known = desk.store.recall(desk.activity, &read.mail, &read.findings, now).await.unwrap();
        let plan = knowledge.decide(&read, &known, None, now);

        assert_eq!(read.verdict.kind, Kind::Bounce);
        let bounced: Vec<&str> = plan.bounced.iter().map(|address| address.reveal()).collect();
        assert_eq!(bounced, if is_ours { vec!["ann@member.example"] } else { vec![] }, "{field}");
    }
}
