//! A mailbox that refuses: no room, no right. The letters are answered, stay where they are, in sight, and are not tried without end.

use crate::support::activity::{Activity, inquiry};
use crate::support::dovecot::Dovecot;
use std::path::Path;

/// Letters in each of these tests.
const LETTERS: usize = 5;

fn table(dovecot: &Dovecot, user: &str) -> String {
    dovecot.settings(user, "").replace("name = \"jca\"\n[imap]", "[mailbox.imap]")
}

/// What `status` says of the shelf.
fn shelf(jca: &Activity) -> Option<String> {
    jca.desk().health.ills().remove("shelf of jca").map(|ill| ill.words)
}

async fn number(jca: &Activity, sql: &'static str) -> i64 {
    let database = sqlx::AnyPool::connect(&format!("sqlite:{}/jcabot.db", jca.dir.path().display())).await.unwrap();
    let number = sqlx::query_scalar(sql).fetch_one(&database).await.unwrap();
    database.close().await;
    number
}

/// Everything that was put off is due now.
async fn time_passes(jca: &Activity) {
    number(jca, "UPDATE shelving SET due_at = 0 WHERE state = 'pending' RETURNING 1").await;
}

/// All are on file and answered once, lie in the inbox, and one incident says why; a look at once tries none of them again.
async fn are_kept(jca: &Activity, dovecot: &Dovecot, user: &str, why: &str) {
    for _ in 0..3 {
        let balance = jca.look().await;
        assert!(balance.balanced, "{:?}", balance.faults);
        assert_eq!((balance.letters.on_file, jca.letters_out().await), (LETTERS as i64, LETTERS));
    }
    assert_eq!((dovecot.count(user, ""), number(jca, "SELECT SUM(tries) FROM shelving").await), (LETTERS, LETTERS as i64));
    let told = shelf(jca).unwrap();
    assert!(told.starts_with("5 letters stay") && told.to_lowercase().contains(why), "{told}");
    time_passes(jca).await;
    jca.look().await;
    assert_eq!(number(jca, "SELECT SUM(tries) FROM shelving").await, 2 * LETTERS as i64);
    assert_eq!(dovecot.count(user, ""), LETTERS);
}

async fn are_moved(jca: &Activity, dovecot: &Dovecot, user: &str) {
    time_passes(jca).await;
    let balance = jca.look().await;
    assert!(balance.balanced, "{:?}", balance.faults);
    assert_eq!((dovecot.count(user, ""), dovecot.count(user, ".JCA.Inquiries")), (0, LETTERS));
    assert_eq!((jca.letters_out().await, shelf(jca)), (LETTERS, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_a_full_mailbox_keeps_its_letters_in_the_inbox_until_there_is_room() {
    let plugins = "mail_plugins = quota\nprotocol imap {\n mail_plugins = quota imap_quota\n}\n\
                   plugin {\n quota = count:User\n quota_vsizes = yes\n quota_rule = *:storage=20K\n}\n";
    // A copy needs room; a move within one account does not.
    let Some(dovecot) = Dovecot::with(&["MOVE"], plugins).await else { return };
    let jca = Activity::new(&table(&dovecot, "kim")).await;
    let ballast = format!("Subject: Large\r\n\r\n{}", "x\r\n".repeat(6000));
    dovecot.deliver("kim", ballast.as_bytes());
    dovecot.admin(&["mailbox", "create", "-u", "kim", "Ballast"]);
    dovecot.admin(&["move", "-u", "kim", "Ballast", "mailbox", "INBOX", "all"]);
    for number in 0..LETTERS {
        dovecot.deliver("kim", &inquiry(&format!("writer{number}")));
    }

    are_kept(&jca, &dovecot, "kim", "quota").await;
    dovecot.admin(&["expunge", "-u", "kim", "mailbox", "Ballast", "all"]);
    are_moved(&jca, &dovecot, "kim").await;
}

fn with_rights(file: &Path) -> String {
    let file = file.display();
    format!(
        "mail_plugins = acl\nprotocol imap {{\n mail_plugins = acl imap_acl\n}}\nplugin {{\n acl = vfile:{file}:cache_secs=0\n}}\n"
    )
}

fn rights(file: &Path, lines: &str) {
    std::fs::write(file, lines).unwrap();
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_a_folder_without_the_right_to_write_keeps_its_letters_in_the_inbox_until_it_is_given() {
    for (user, hidden) in [("leo", &[][..]), ("lea", &["MOVE"][..])] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let file = dir.path().join("rights");
        rights(&file, "JCA.Inquiries owner lr\n");
        let Some(dovecot) = Dovecot::with(hidden, &with_rights(&file)).await else { return };
        let jca = Activity::new(&table(&dovecot, user)).await;
        for number in 0..LETTERS {
            dovecot.deliver(user, &inquiry(&format!("writer{number}")));
        }
        dovecot.admin(&["-o", "plugin/acl=", "mailbox", "create", "-u", user, "JCA.Inquiries"]);

        are_kept(&jca, &dovecot, user, "permission").await;
        rights(&file, "JCA.Inquiries owner lrwstipekxa\n");
        are_moved(&jca, &dovecot, user).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_an_inbox_without_the_right_to_delete_makes_one_copy_and_no_more() {
    for (user, hidden, copies) in
        [("ida", &["MOVE"][..], LETTERS), ("ira", &["MOVE", "UIDPLUS"][..], LETTERS), ("ivo", &[][..], 0)]
    {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let file = dir.path().join("rights");
        rights(&file, "INBOX owner lrwsi\n");
        let Some(dovecot) = Dovecot::with(hidden, &with_rights(&file)).await else { return };
        let jca = Activity::new(&table(&dovecot, user)).await;
        for number in 0..LETTERS {
            dovecot.deliver(user, &inquiry(&format!("writer{number}")));
        }

        for _ in 0..4 {
            let balance = jca.look().await;
            assert!(balance.balanced, "{user}: {:?}", balance.faults);
            assert_eq!((balance.letters.on_file, jca.letters_out().await), (LETTERS as i64, LETTERS), "{user}");
            time_passes(&jca).await;
        }

        assert_eq!((dovecot.count(user, ""), dovecot.count(user, ".JCA.Inquiries")), (LETTERS, copies), "{user}");
        assert!(shelf(&jca).is_some(), "{user}");
    }
}
