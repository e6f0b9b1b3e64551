//! The way out, against a scripted mail server on this machine.

use crate::support::postfix::Postfix;
use crate::support::smtp_server::{Act, SmtpServer};
use crate::support::tls;
use jcabot::domain::address::Address;
use jcabot::smtp::{Accepted, Class, Envelope, SendError, Settings, Transport};
use std::sync::Arc;
use tokio::sync::Notify;

const LETTER: &[u8] = b"Message-ID: <1@jca.example>\r\nSubject: Test\r\n\r\nHello\r\n";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn envelope() -> Envelope {
    Envelope::new(address("bounce+k@jca.example"), address("jane@a.example"))
}

fn transport(smtp: &str) -> Transport {
    #[derive(serde::Deserialize)]
    struct File {
        transport: Settings,
    }
    let file: File = toml::from_str(&format!("[transport.smtp]\n{smtp}")).unwrap();
    Transport::new(file.transport).unwrap()
}

fn plain(server: &SmtpServer) -> Transport {
    transport(&format!("host = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nhelo = \"jca.example\"", server.port))
}

async fn outcome(server: &SmtpServer) -> Result<Accepted, SendError> {
    plain(server).send(&envelope(), LETTER).await
}

#[tokio::test]
async fn a_letter_arrives_with_its_envelope_and_the_reply_is_kept() {
    let server = SmtpServer::start(&[]).await;

    let accepted = outcome(&server).await.unwrap();

    assert_eq!((accepted.code, accepted.text.as_str()), (250, "2.0.0 Ok: queued as 4711"));
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].from.as_str(), taken[0].to.as_slice()), ("bounce+k@jca.example", &["jane@a.example".to_owned()][..]));
    assert_eq!(taken[0].letter.as_bytes(), LETTER);
}

#[tokio::test]
async fn one_connection_carries_many_letters() {
    let server = SmtpServer::start(&[]).await;
    let mut transport = plain(&server);

    for _ in 0..3 {
        transport.send(&envelope(), LETTER).await.unwrap();
    }
    transport.rest().await;

    assert_eq!((server.taken().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_replaced() {
    let server = SmtpServer::start(&[]).await;
    let mut transport = plain(&server);
    transport.send(&envelope(), LETTER).await.unwrap();
    server.once("RSET", Act::SayAndHangUp("421 4.4.2 Idle too long"));

    transport.send(&envelope(), LETTER).await.unwrap();

    assert_eq!((server.taken().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_kept_connection_that_takes_no_more_letters_is_replaced() {
    let server = SmtpServer::start(&[]).await;
    let mut transport = plain(&server);
    transport.send(&envelope(), LETTER).await.unwrap();
    server.once("MAIL", Act::SayAndHangUp("421 4.7.0 Too many letters"));

    transport.send(&envelope(), LETTER).await.unwrap();

    assert_eq!((server.taken().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_4xx_at_any_stage_is_worth_another_try() {
    for stage in ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = SmtpServer::start(&[]).await;
        server.always(stage, Act::Say("451 4.7.1 Greylisted"));

        let refused = outcome(&server).await.unwrap_err();

        let SendError::Temporary(refusal) = refused else { panic!("{stage}: {refused:?}") };
        assert_eq!(refusal.to_string(), "451 4.7.1", "{stage}");
        assert!(server.taken().is_empty());
    }
}

#[tokio::test]
async fn a_5xx_about_the_letter_is_for_good_and_one_about_us_is_not() {
    for (stage, reply, class) in [
        ("RCPT", "550 5.1.1 No such user", Some(Class::DeadAddress)),
        ("RCPT", "552 5.2.2 Mailbox full", Some(Class::MailboxFull)),
        (".", "552 5.3.4 Too large", Some(Class::TooLarge)),
        (".", "550 5.7.26 Not authenticated", Some(Class::Policy)),
        ("MAIL", "553 5.1.8 Who are you", Some(Class::Policy)),
        ("DATA", "554 5.5.1 No", Some(Class::Other)),
        ("greeting", "554 5.7.1 Your address is blocked", None),
        ("EHLO", "550 5.7.1 No", None),
        ("MAIL", "530 5.7.0 Log in first", None),
    ] {
        let server = SmtpServer::start(&[]).await;
        server.always(stage, Act::Say(reply));

        let refused = outcome(&server).await.unwrap_err();

        match (refused, class) {
            (SendError::Permanent { class, .. }, Some(expected)) => assert_eq!(class, expected, "{reply}"),
            (SendError::Temporary(_), None) => {}
            (other, _) => panic!("{stage} {reply}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_final_dot_is_worth_another_try() {
    for stage in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
        let server = SmtpServer::start(&[]).await;
        server.always(stage, Act::HangUp);

        let lost = outcome(&server).await.unwrap_err();

        assert!(matches!(lost, SendError::Temporary(_)), "{stage}: {lost:?}");
    }
}

#[tokio::test]
async fn a_connection_lost_within_the_letter_is_never_taken_for_an_answer() {
    let server = SmtpServer::start(&[]).await;
    server.always("DATA", Act::SayAndHangUp("354 Go ahead"));
    let long = [LETTER, &b"0123456789\r\n".repeat(1_000_000)].concat();

    let short_lost = outcome(&server).await.unwrap_err();
    let long_lost = plain(&server).send(&envelope(), &long).await.unwrap_err();

    assert!(matches!(short_lost, SendError::Temporary(_) | SendError::Ambiguous(_)), "{short_lost:?}");
    assert!(matches!(long_lost, SendError::Temporary(_)), "{long_lost:?}");
}

#[tokio::test]
async fn a_connection_lost_after_the_final_dot_leaves_acceptance_unknown() {
    let server = SmtpServer::start(&[]).await;
    server.once(".", Act::HangUp);

    let lost = outcome(&server).await.unwrap_err();

    assert!(matches!(lost, SendError::Ambiguous(_)), "{lost:?}");
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_reply_to_the_final_dot_that_is_none_leaves_acceptance_unknown() {
    let server = SmtpServer::start(&[]).await;
    server.once(".", Act::Say("tja"));

    let odd = outcome(&server).await.unwrap_err();

    assert!(matches!(odd, SendError::Ambiguous(_)), "{odd:?}");
}

#[tokio::test]
async fn a_slow_reply_to_the_final_dot_is_waited_for() {
    let server = SmtpServer::start(&[]).await;
    let told = Arc::new(Notify::new());
    server.once(".", Act::Wait(told.clone()));
    let mut transport = plain(&server);
    let envelope = envelope();

    let sending = transport.send(&envelope, LETTER);
    tokio::pin!(sending);
    let early = futures_util::poll!(&mut sending);
    told.notify_one();
    let accepted = sending.await;

    assert!(early.is_pending());
    assert_eq!(accepted.unwrap().code, 250);
}

#[tokio::test]
async fn a_refused_copy_does_not_stop_the_letter_and_is_told() {
    let server = SmtpServer::start(&[]).await;
    server.always("RCPT TO:<witness", Act::Say("450 4.2.0 Later"));
    let mut envelope = envelope();
    envelope.copies.push(address("witness@jca.example"));

    let accepted = plain(&server).send(&envelope, LETTER).await.unwrap();

    assert_eq!(server.taken()[0].to, ["jane@a.example"]);
    assert_eq!((accepted.refused.len(), accepted.refused[0].1.code), (1, Some(450)));
}

#[tokio::test]
async fn a_refused_addressee_stops_the_copies_too() {
    let server = SmtpServer::start(&[]).await;
    server.always("RCPT TO:<jane", Act::Say("550 5.1.1 Gone"));
    let mut transport = plain(&server);
    let mut first = envelope();
    first.copies.push(address("witness@jca.example"));

    let refused = transport.send(&first, LETTER).await;
    let second = transport.send(&Envelope::new(first.from.clone(), address("joe@a.example")), LETTER).await;

    assert!(matches!(refused, Err(SendError::Permanent { class: Class::DeadAddress, .. })));
    assert!(second.is_ok());
    assert_eq!((server.taken().len(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_letter_cannot_smuggle_a_second_one() {
    let server = SmtpServer::start(&[]).await;
    let letter = b"Subject: x\n\nfirst\n.\nMAIL FROM:<x>\r.\rRCPT TO:<y>\r\n.\r\nDATA\n";

    plain(&server).send(&envelope(), letter).await.unwrap();

    assert_eq!(server.taken().len(), 1);
    assert_eq!(server.taken()[0].letter, "Subject: x\r\n\r\nfirst\r\n.\r\nMAIL FROM:<x>\r\n.\r\nRCPT TO:<y>\r\n.\r\nDATA\r\n");
}

#[tokio::test]
async fn a_domain_outside_ascii_goes_over_the_wire_as_a_labels() {
    let server = SmtpServer::start(&[]).await;
    let envelope = Envelope::new(address("b@jca.example"), address("info@пример.рф"));

    plain(&server).send(&envelope, LETTER).await.unwrap();

    assert_eq!(server.taken()[0].to, ["info@xn--e1afmkfd.xn--p1ai"]);
}

#[tokio::test]
async fn what_the_server_cannot_carry_is_refused_before_it_is_asked() {
    let server = SmtpServer::start(&[]).await;
    let able = SmtpServer::start(&["8BITMIME", "SMTPUTF8"]).await;
    let envelope = Envelope::new(address("b@jca.example"), address("инфо@a.example"));
    let letter = "Subject: x\r\n\r\nпривет\r\n".as_bytes();

    let unable = plain(&server).send(&envelope, letter).await;
    let carried = plain(&able).send(&envelope, letter).await;

    assert!(matches!(unable, Err(SendError::Permanent { class: Class::Other, .. })), "{unable:?}");
    assert!(carried.is_ok(), "{carried:?}");
    assert!(able.heard().contains(&"MAIL FROM:<b@jca.example> SMTPUTF8 BODY=8BITMIME".to_owned()), "{:?}", able.heard());
}

#[tokio::test]
async fn the_login_is_plain_or_login_whichever_is_offered() {
    for (offer, said) in [
        ("AUTH PLAIN LOGIN", "AUTH PLAIN AGphbmUAc2VzYW1l"),
        ("AUTH CRAM-MD5 PLAIN", "AUTH PLAIN AGphbmUAc2VzYW1l"),
        ("AUTH LOGIN", "c2VzYW1l"),
    ] {
        let server = SmtpServer::start(&[offer]).await;
        server.once("AUTH LOGIN", Act::Say("334 VXNlcm5hbWU6"));
        server.once("amFuZQ==", Act::Say("334 UGFzc3dvcmQ6"));
        server.once("c2VzYW1l", Act::Say("235 2.7.0 Welcome"));
        let port = server.port;
        let settings =
            format!("host = \"localhost\"\nport = {port}\nsecurity = \"plain\"\nuser = \"jane\"\npassword = \"sesame\"");

        let told = transport(&settings).check().await.unwrap();

        assert!(told.contains("logged in"));
        assert!(server.heard().contains(&said.to_owned()), "{:?}", server.heard());
    }
}

#[tokio::test]
async fn a_wrong_password_is_no_fault_of_the_letter() {
    let server = SmtpServer::start(&["AUTH PLAIN"]).await;
    server.always("AUTH", Act::Say("535 5.7.8 No"));
    let settings = format!("host = \"localhost\"\nport = {}\nsecurity = \"plain\"\nuser = \"a\"\npassword = \"b\"", server.port);

    let refused = transport(&settings).send(&envelope(), LETTER).await.unwrap_err();

    assert!(matches!(&refused, SendError::Temporary(refusal) if refusal.code == Some(535)), "{refused:?}");
    assert!(!server.heard().iter().any(|line| line.starts_with("MAIL")));
}

fn starttls(server: &SmtpServer) -> Transport {
    let authority = tls::authority();
    transport(&format!(
        "host = \"localhost\"\nport = {}\nsecurity = \"starttls\"\nca_file = \"{}\"\nuser = \"jane\"\npassword = \"sesame\"",
        server.port,
        authority.display()
    ))
}

#[tokio::test]
async fn starttls_protects_the_login_and_the_letter() {
    let server = SmtpServer::start(&["STARTTLS", "AUTH PLAIN"]).await;

    starttls(&server).send(&envelope(), LETTER).await.unwrap();

    let heard = server.heard();
    let tls = heard.iter().position(|line| line == "STARTTLS").unwrap();
    let login = heard.iter().position(|line| line.starts_with("AUTH")).unwrap();
    assert!(tls < login);
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_letter() {
    let stripped = SmtpServer::start(&["AUTH PLAIN"]).await;
    let refusing = SmtpServer::start(&["STARTTLS", "AUTH PLAIN"]).await;
    refusing.always("STARTTLS", Act::Say("454 4.7.0 Not now"));
    let injected = SmtpServer::start(&["STARTTLS", "AUTH PLAIN"]).await;
    injected.always("STARTTLS", Act::Say("220 Go\r\n250-test.example\r\n250 AUTH PLAIN"));

    for server in [stripped, refusing, injected] {
        let refused = starttls(&server).send(&envelope(), LETTER).await;

        assert!(matches!(refused, Err(SendError::Temporary(_))), "{refused:?}");
        assert!(!server.heard().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_refused() {
    let server = SmtpServer::start(&["STARTTLS"]).await;
    let settings = format!("host = \"localhost\"\nport = {}\nsecurity = \"starttls\"", server.port);

    let refused = transport(&settings).send(&envelope(), LETTER).await;

    assert!(matches!(refused, Err(SendError::Temporary(_))), "{refused:?}");
    assert!(!server.heard().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_worth_another_try() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);

    let refused = transport(&format!("host = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"")).check().await;

    assert!(matches!(refused, Err(SendError::Temporary(_))), "{refused:?}");
}

#[tokio::test]
async fn a_letter_written_twice_to_a_folder_is_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let settings: Settings = toml::from_str(&format!("[folder]\npath = \"{}\"", dir.path().join("out").display())).unwrap();
    let mut transport = Transport::new(settings).unwrap();

    transport.check().await.unwrap();
    let first = transport.send(&envelope(), LETTER).await.unwrap();
    let second = transport.send(&envelope(), LETTER).await.unwrap();
    let other = transport.send(&envelope(), b"Message-ID: <2@jca.example>\r\n\r\n").await.unwrap();

    assert_eq!(first, second);
    assert_ne!(first.text, other.text);
    let mut names =
        std::fs::read_dir(dir.path().join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(std::fs::read(dir.path().join("out").join(first.text)).unwrap(), LETTER);
}

fn through(postfix: &Postfix) -> Transport {
    let (port, authority) = (postfix.port, tls::authority());
    let settings = format!("host = \"localhost\"\nport = {port}\nsecurity = \"starttls\"\nca_file = \"{}\"", authority.display());
    transport(&settings)
}

#[tokio::test]
async fn postfix_takes_a_letter_over_starttls_and_delivers_it() {
    let Some(postfix) = Postfix::running() else { return };
    let envelope = Envelope::new(address("bounce+k@jca.example"), address("jane@post.example"));
    let letter = b"Message-ID: <real@jca.example>\r\nSubject: Test\r\n\r\n.hidden dot\r\n.\r\nend\r\n";

    let accepted = through(&postfix).send(&envelope, letter).await.unwrap();

    assert!(accepted.text.contains("queued as"), "{}", accepted.text);
    let letters = postfix.letters_of("jane", "<real@jca.example>", 1).await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].starts_with("Return-Path: <bounce+k@jca.example>"));
    assert!(letters[0].ends_with("\n\n.hidden dot\n.\nend\n"), "{}", letters[0]);
}

#[tokio::test]
async fn refusals_by_postfix_are_told_apart_on_one_connection() {
    let Some(postfix) = Postfix::running() else { return };
    let mut transport = through(&postfix);
    let mut told = Vec::new();

    for user in ["later", "full", "unwanted", "nobody"] {
        let envelope = Envelope::new(address("b@jca.example"), address(&format!("{user}@post.example")));
        told.push(match transport.send(&envelope, LETTER).await {
            Err(SendError::Temporary(refusal)) => format!("{user} {refusal}"),
            Err(SendError::Permanent { refusal, class }) => format!("{user} {refusal} {}", class.as_str()),
            other => panic!("{user}: {other:?}"),
        });
    }

    assert_eq!(
        told,
        ["later 450 4.2.0", "full 552 5.2.2 mailbox-full", "unwanted 550 5.7.1 policy", "nobody 550 5.1.1 dead-address"]
    );
}

#[tokio::test]
async fn a_witness_that_postfix_defers_does_not_hold_up_the_addressee() {
    let Some(postfix) = Postfix::running() else { return };
    let mut envelope = Envelope::new(address("b@jca.example"), address("joe@post.example"));
    envelope.copies.push(address("later@post.example"));

    let accepted = through(&postfix).send(&envelope, b"Message-ID: <witness@jca.example>\r\n\r\nx\r\n").await.unwrap();

    assert_eq!(accepted.refused.len(), 1);
    assert_eq!(postfix.letters_of("joe", "<witness@jca.example>", 1).await.len(), 1);
}

#[tokio::test]
async fn f29_an_expired_certificate_is_refused_before_a_word_is_said() {
    use tokio::io::AsyncReadExt;
    let (authority, acceptor) = tls::expired();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let Ok(mut wire) = acceptor.accept(tcp).await else { return Vec::new() };
        let mut heard = Vec::new();
        // A client that turns away in the middle of the handshake ends the reading, too.
        wire.read_to_end(&mut heard).await.ok();
        heard
    });
    let settings = format!(
        "host = \"localhost\"\nport = {port}\nsecurity = \"tls\"\nca_file = {authority:?}\nuser = \"jca\"\npassword = \"canary\""
    );

    let sent = transport(&settings).send(&envelope(), LETTER).await;

    assert!(matches!(&sent, Err(SendError::Temporary(refusal)) if refusal.text.contains("expired")), "{sent:?}");
    assert_eq!(heard.await.unwrap(), b"");
}

#[tokio::test]
async fn f9_a_server_that_answers_one_octet_at_a_time_is_understood() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = SmtpServer::start(&[]).await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let real = server.port;
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        client.set_nodelay(true).unwrap();
        let mut server = tokio::net::TcpStream::connect(("127.0.0.1", real)).await.unwrap();
        let (mut up, mut down) = ([0; 512], [0; 512]);
        loop {
            tokio::select! {
                read = client.read(&mut up) => match read {
                    Ok(count) if count > 0 => server.write_all(&up[..count]).await.unwrap(),
                    _ => return,
                },
                read = server.read(&mut down) => match read {
                    Ok(count) if count > 0 => {
                        for octet in &down[..count] {
                            client.write_all(&[*octet]).await.unwrap();
                            client.flush().await.unwrap();
                        }
                    }
                    _ => return,
                },
            }
        }
    });
    let mut transport = transport(&format!("host = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\""));

    let sent = transport.send(&envelope(), LETTER).await;

    assert!(sent.is_ok() && server.taken().len() == 1, "{sent:?}");
}

#[tokio::test]
async fn f9_a_wire_that_is_reset_before_the_dot_is_worth_another_try_and_after_it_leaves_the_end_unknown() {
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    for (at, is_unknown) in [("MAIL", false), ("RCPT", false), ("DATA", false), (".", true)] {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            let mut wire = BufReader::new(tcp);
            wire.write_all(b"220 test.example\r\n").await.unwrap();
            let mut line = String::new();
            while wire.read_line(&mut line).await.unwrap() > 0 {
                let heard = std::mem::take(&mut line);
                if heard.starts_with(at) {
                    // Zero seconds to linger: the system sends RST instead of FIN.
                    let socket = socket2::SockRef::from(wire.get_ref());
                    socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
                    return;
                }
                let answer: &[u8] = match heard.split([' ', '\r']).next().unwrap() {
                    "EHLO" | "MAIL" | "RCPT" => b"250 Ok\r\n",
                    "DATA" => b"354 Go ahead\r\n",
                    _ => b"",
                };
                wire.write_all(answer).await.unwrap();
            }
            wire.read_to_end(&mut Vec::new()).await.unwrap();
        });
        let mut transport = transport(&format!("host = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\""));

        let sent = transport.send(&envelope(), LETTER).await;

        assert_eq!(matches!(sent, Err(SendError::Ambiguous(_))), is_unknown, "{at}: {sent:?}");
        assert!(is_unknown || matches!(sent, Err(SendError::Temporary(_))), "{at}: {sent:?}");
    }
}
