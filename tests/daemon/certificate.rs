//! A certificate that ends: said three weeks ahead, and plainly when it has ended.

use crate::support::dovecot::Dovecot;
use crate::support::jca::{FAKETIME, Jca, text, wait_for};
use crate::support::tls;

#[tokio::test(flavor = "multi_thread")]
async fn f29_a_certificate_that_ends_soon_is_an_incident_and_one_that_has_ended_is_refused() {
    let Some(dovecot) = Dovecot::without(&[]).await else { return };
    if !std::path::Path::new(FAKETIME).exists() {
        return;
    }
    let jca = Jca::with_maildir();
    let maildir = format!("[mailbox.maildir]\npath = \"{}/Maildir\"\n", jca.dir.path().display());
    let imap = format!(
        "[mailbox.imap]\nhost = \"localhost\"\nport = {}\nuser = \"pia\"\npassword = \"secret\"\nca_file = {:?}\n",
        dovecot.tls_port,
        tls::authority()
    );
    jca.configure(&jca.configuration().replace(&maildir, &imap));
    let doctor =
        |environment: &[(&str, &str)]| text(&jca.command(&["doctor"]).envs(environment.iter().copied()).output().unwrap().stdout);
    let status = || text(&jca.run(&["status"]).stdout);
    // The certificate of these tests ends on 30 October 2126.
    let (soon, after) = ([("LD_PRELOAD", FAKETIME), ("FAKETIME", "@2126-10-20 12:00:00")], "@2126-11-02 12:00:00");
    let after = [soon[0], ("FAKETIME", after)];

    let well = doctor(&[]);
    let warned = doctor(&soon);
    let mut daemon = jca.start_with(&soon);
    daemon.says("Now degraded: certificate of mailbox jca, 21 d");
    wait_for("the incident", || status().contains("The certificate of the server is good until 2126-10-30").then_some(()));
    drop(daemon);
    let mut daemon = jca.start_with(&after);
    daemon.says("cannot be watched");
    let refused = doctor(&after);
    wait_for("the refusal", || {
        let shown = status();
        (shown.contains("mailbox jca: No TLS with localhost") && shown.contains("expired")).then_some(())
    });

    let line = |text: &str, what: &str| text.lines().find(|line| line.contains(what)).unwrap_or_default().to_owned();
    assert!(line(&well, "certificate").starts_with("ok"), "{well}");
    assert!(line(&warned, "certificate").starts_with("WRONG") && line(&warned, "mailbox jca").starts_with("ok"), "{warned}");
    assert!(line(&refused, "mailbox jca").starts_with("WRONG") && refused.contains("expired"), "{refused}");
}
