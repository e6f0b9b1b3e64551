//! The ledger lost, damaged, restored from yesterday, made anew: nobody is answered a second time (RELIABILITY F23, G21).

use crate::support::activity::{Activity, config, inquiry};
use jcabot::clock::Clock;
use jcabot::daemon::{Daemon, Mode};
use jcabot::rebuild::{Gathered, Rebuilt, rebuild};
use jcabot::store::{Settings, Store, restore};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Filed and left where they lie: nothing in the mailbox shows what was answered.
async fn unshelved(dir: TempDir) -> Activity {
    let table = format!("shelving = \"off\"\n[mailbox.maildir]\npath = \"{}/Maildir\"", dir.path().display());
    let config = config(dir.path(), &table, "");
    Activity::build(dir, config).await
}

async fn reopened(jca: Activity) -> Activity {
    jca.desk().store.close().await;
    Activity::build(jca.dir, jca.config).await
}

fn lose(dir: &Path) {
    for file in ["jcabot.db", "jcabot.db-wal", "jcabot.db-shm"] {
        let _missing = std::fs::remove_file(dir.join(file));
    }
}

#[tokio::test]
async fn f23_a_backup_of_yesterday_takes_in_what_came_since_and_answers_nobody_again() {
    let jca = unshelved(tempfile::tempdir().unwrap()).await;
    jca.deliver(&inquiry("before"));
    jca.look().await;
    let backup = jca.dir.path().join("yesterday.backup");
    let saved = jca.desk().store.save(&backup).await.unwrap().unwrap();
    for name in ["one", "two"] {
        jca.deliver(&inquiry(name));
    }
    jca.look().await;
    let settings = jca.config.database.clone();
    jca.desk().store.close().await;

    let (aside, rows) = restore(&settings, &backup, Clock::system().now()).await.unwrap();
    let jca = Activity::build(jca.dir, jca.config).await;
    jca.desk().store.resume(jca.desk().activity, jca.desk().clock.now()).await.unwrap();
    let restored = jca.look().await;
    let answered = jca.letters_out().await;
    jca.deliver(&inquiry("after"));
    let after = jca.look().await;

    assert_eq!((saved.rows["message"], saved.rows["outbox"]), (1, 1));
    assert_eq!(rows, saved.rows);
    assert!(aside.unwrap().is_file());
    assert_eq!((restored.letters.on_file, answered), (3, 1));
    assert_eq!((after.letters.on_file, jca.letters_out().await), (4, 2));
    assert!(after.balanced, "{:?}", after.faults);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&backup).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "a backup holds people's addresses");
}

#[tokio::test]
async fn a_backup_is_made_beside_a_writing_daemon_and_never_over_a_file() {
    let jca = unshelved(tempfile::tempdir().unwrap()).await;
    for number in 0..30 {
        jca.deliver(&inquiry(&format!("writer{number}")));
    }
    let backup = jca.dir.path().join("now.backup");
    let other = Store::open_existing(&jca.config.database).await.unwrap();

    let (balance, saved) = tokio::join!(jca.look(), other.save(&backup));
    let again = other.save(&backup).await;

    assert_eq!(balance.letters.on_file, 30);
    assert!(saved.unwrap().is_some());
    assert!(again.unwrap_err().to_string().contains("never overwritten"));
}

#[tokio::test]
async fn f23_a_damaged_database_is_refused_with_what_to_do() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 3] = [
        ("no database", |bytes| bytes[..100].fill(7)),
        ("a page of a tree", |bytes| {
            let pages = bytes.len() / 4096;
            for page in (2..pages).step_by(3) {
                bytes[page * 4096..page * 4096 + 64].fill(0xEE);
            }
        }),
        ("cut off", |bytes| bytes.truncate(bytes.len() / 2)),
    ];
    for (what, damage) in damages {
        let jca = unshelved(tempfile::tempdir().unwrap()).await;
        for name in ["one", "two"] {
            jca.deliver(&inquiry(name));
        }
        jca.look().await;
        let file = jca.dir.path().join("jcabot.db");
        let whole = jca.dir.path().join("whole.backup");
        jca.desk().store.save(&whole).await.unwrap();
        jca.desk().store.close().await;
        let mut bytes = std::fs::read(&whole).unwrap();
        damage(&mut bytes);
        lose(jca.dir.path());
        std::fs::write(&file, &bytes).unwrap();

        let opened = Daemon::build(jca.config.clone(), None, Clock::system(), Mode::Watch).await;
        let restored = restore(&jca.config.database, &file, Clock::system().now()).await;

        let words = format!("{:#}", opened.err().unwrap_or_else(|| panic!("{what}: opened")));
        assert!(words.contains("jcabot restore") && words.contains("jcabot rebuild"), "{what}: {words}");
        assert!(format!("{:#}", restored.unwrap_err()).contains("nothing was changed"), "{what}");
    }
}

#[tokio::test]
async fn f23_some_flipped_bytes_end_in_a_refusal_or_in_a_sound_ledger() {
    let jca = unshelved(tempfile::tempdir().unwrap()).await;
    for name in ["one", "two", "three"] {
        jca.deliver(&inquiry(name));
    }
    jca.look().await;
    let whole = jca.dir.path().join("whole.backup");
    jca.desk().store.save(&whole).await.unwrap();
    jca.desk().store.close().await;
    let bytes = std::fs::read(&whole).unwrap();
    let mut random = fastrand::Rng::with_seed(4);
    for round in 0..5 {
        let mut flipped = bytes.clone();
        for _ in 0..random.usize(1..100) {
            let at = random.usize(..flipped.len());
            flipped[at] ^= 1 << random.u8(..8);
        }
        lose(jca.dir.path());
        std::fs::write(jca.dir.path().join("jcabot.db"), &flipped).unwrap();

        let Ok(daemon) = Daemon::build(jca.config.clone(), None, Clock::system(), Mode::Watch).await else { continue };

        let balance = daemon.desk().store.balance(daemon.desk().activity, daemon.desk().clock.now()).await;
        assert!(balance.is_err() || balance.unwrap().letters.on_file <= 3, "round {round}");
        daemon.desk().store.close().await;
    }
}

/// Everything that the mailbox and the folder of copies hold, into a new ledger.
async fn rebuilt(jca: &Activity, copies: &Path) -> Rebuilt {
    let mut gathered = Gathered::default();
    let mut mailbox = jca.connect().await;
    gathered.take_mailbox(jca.desk(), &jca.intake, &mut mailbox).await.unwrap();
    for letter in jcabot::mailbox::import::sources(&[copies.to_owned()]) {
        gathered.take(jca.desk(), letter);
    }
    rebuild(jca.desk(), gathered, |_| ()).await.unwrap()
}

#[tokio::test]
async fn g21_a_ledger_made_anew_has_the_same_facts_and_answers_nobody_a_second_time() {
    for has_key in [true, false] {
        let jca = Activity::in_maildir().await;
        let letters: Vec<PathBuf> =
            jcabot::mailbox::import::sources(&[PathBuf::from("samples")]).map(|raw| jca.deliver(&raw.unwrap().bytes)).collect();
        for number in 0..20 {
            jca.deliver(&inquiry(&format!("writer{number}")));
        }
        let before = jca.look().await;
        jca.daemon.delivery().await.unwrap().deliver_due().await.unwrap();
        let (store, activity) = (&jca.desk().store, jca.desk().activity);
        let accepted = |letters: Vec<jcabot::domain::records::Letter>| {
            let mut ids: Vec<String> = letters.into_iter().map(|letter| letter.message_id).collect();
            ids.sort();
            ids
        };
        let out = accepted(store.letters(activity, Some(jcabot::domain::words::OutboxState::Accepted)).await.unwrap());
        let people: Vec<_> =
            store.people(activity).await.unwrap().into_iter().map(|person| (person.name, person.email, person.phone)).collect();
        let liaisons = store.liaisons(activity).await.unwrap().len();
        let instance = store.instance().await.unwrap();
        assert!(letters.len() > 30 && out.len() >= 20, "{} letters, {} answered", letters.len(), out.len());
        jca.desk().store.close().await;
        lose(jca.dir.path());

        if has_key {
            let store = Store::open(&Settings { url: jca.config.database.url.clone() }).await.unwrap();
            store.adopt(&instance, Clock::system().now()).await.unwrap();
            store.close().await;
        }
        let jca = Activity::build(jca.dir, jca.config).await;
        let done = rebuilt(&jca, &jca.dir.path().join("outgoing")).await;
        let jca = reopened(jca).await;
        let after = jca.look().await;
        jca.daemon.delivery().await.unwrap().deliver_due().await.unwrap();

        let (store, activity) = (&jca.desk().store, jca.desk().activity);
        assert_eq!(after.letters.on_file, before.letters.on_file);
        let again: Vec<_> =
            store.people(activity).await.unwrap().into_iter().map(|person| (person.name, person.email, person.phone)).collect();
        assert_eq!(again, people);
        assert_eq!(store.liaisons(activity).await.unwrap().len(), liaisons);
        assert_eq!((done.own, done.accepted), (out.len(), out.len()), "key: {has_key}");
        assert_eq!(accepted(store.letters(activity, None).await.unwrap()), out, "key: {has_key}");
        assert!(after.balanced, "{:?}", after.faults);
        // What comes from now on is answered as ever.
        jca.deliver(&inquiry("after"));
        jca.look().await;
        assert_eq!(jca.letters_out().await, out.len() + 1);
    }
}

#[tokio::test]
async fn a_ledger_is_made_anew_from_what_another_one_kept() {
    let jca = Activity::in_maildir().await;
    for letter in jcabot::mailbox::import::sources(&[PathBuf::from("samples")]) {
        jca.deliver(&letter.unwrap().bytes);
    }
    let before = jca.look().await;
    let people = jca.desk().store.people(jca.desk().activity).await.unwrap().len();
    let instance = jca.desk().store.instance().await.unwrap();
    jca.desk().store.close().await;
    let old = jca.dir.path().join("old.db");
    let sqlite = jca.dir.path().join("jcabot.db");
    std::fs::rename(&sqlite, &old).unwrap();
    lose(jca.dir.path());
    let store = Store::open(&jca.config.database).await.unwrap();
    store.adopt(&instance, Clock::system().now()).await.unwrap();
    store.close().await;

    let jca = Activity::build(jca.dir, jca.config).await;
    let mut gathered = Gathered::default();
    for letter in Store::kept_letters(&Settings { url: format!("sqlite:{}", old.display()) }).await.unwrap() {
        gathered.take(jca.desk(), letter);
    }
    rebuild(jca.desk(), gathered, |_| ()).await.unwrap();
    let after = jca.look().await;

    assert_eq!(after.letters.on_file, before.letters.on_file);
    assert_eq!((jca.desk().store.people(jca.desk().activity).await.unwrap().len(), jca.letters_out().await), (people, 0));
    assert!(after.balanced, "{:?}", after.faults);
}

/// A database of its own on the server of `tests/run`; a dump is of a whole database.
async fn own_database() -> Option<(String, String)> {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    let server = std::env::var("JCABOT_TEST_POSTGRES").ok()?;
    sqlx::any::install_default_drivers();
    let name = format!("dump{}", std::process::id());
    let mut admin = sqlx::AnyConnection::connect(&server).await.unwrap();
    admin.execute(sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))).await.unwrap();
    admin.close().await.unwrap();
    let (place, _) = server.rsplit_once('/').unwrap();
    Some((format!("{place}/{name}"), name))
}

#[tokio::test(flavor = "multi_thread")]
async fn f23_a_backup_from_postgresql_is_restored_and_nobody_is_answered_again() {
    use crate::support::jca::{Jca, wait_for};
    let Some((url, _)) = own_database().await else { return };
    let jca = Jca::with_maildir();
    let text = jca.configuration().replace("[[mailbox]]\n", "[[mailbox]]\nshelving = \"off\"\n");
    let text = text.replace("[activity]", "[activity]\nunauthenticated = \"answer\"");
    jca.configure(&text.replace(&format!("sqlite:{}/jcabot.db", jca.dir.path().display()), &url));
    let deliver = |name: &str| jcabot::mailbox::deliver(&jca.path("Maildir"), &inquiry(name)).unwrap();
    let answers = || jca.path("outgoing").read_dir().map_or(0, Iterator::count);
    let backup = jca.path("yesterday.backup").display().to_string();

    deliver("before");
    let mut daemon = jca.start();
    wait_for("the first answer", || (answers() == 1).then_some(()));
    let said = jca.ok(&["backup", &backup]);
    let again = jca.run(&["backup", &backup]);
    deliver("one");
    deliver("two");
    wait_for("the other answers", || (answers() == 3).then_some(()));
    daemon.stop();
    let mut back = std::process::Command::new("pg_restore");
    back.args(["--clean", "--if-exists", "--single-transaction", "-d", &url, &backup]);
    let back = back.output().unwrap();
    assert!(back.status.success(), "{}", String::from_utf8_lossy(&back.stderr));
    jca.ok(&["restore", "--resume"]);
    daemon = jca.start();
    daemon.says("Filed message 3");
    deliver("after");
    wait_for("the answer after", || (answers() == 4).then_some(()));
    let (code, _) = daemon.stop();

    let ledger = jca.json(&["ledger", "--json"]);
    assert!(said.contains("pg_restore can read it"), "{said}");
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("never overwritten"));
    assert_eq!((code, answers(), &ledger["balanced"]), (Some(0), 4, &serde_json::Value::Bool(true)), "{ledger}");
    assert_eq!(ledger["letters"]["on_file"], 4, "{ledger}");
}
