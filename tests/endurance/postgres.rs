//! G16, F21, F22: PostgreSQL dies in the middle of everything, COMMIT included, and comes back; takes no writes or no connections
//! for a while; fails over to its standby.

use super::rig::{Base, Scene, Way, alone, size, tell};
use crate::support::jca::wait_for;
use crate::support::line::Line;
use crate::support::postfix::Postfix;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A PostgreSQL of its own, which other tests do not use.
struct Server {
    dir: PathBuf,
    url: String,
}

impl Server {
    fn script(&self, what: &str, more: &[&str]) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/postgres");
        run(Command::new(script).arg(what).arg(&self.dir).args(more))
    }

    fn start(dir: &Path) -> Server {
        let mut server = Server { dir: dir.join("own"), url: String::new() };
        server.url = server.script("start", &[]);
        server
    }

    /// One that follows this one.
    fn standby(&self, dir: &Path) -> Server {
        self.standby_by(self.port(), dir)
    }

    /// One that follows it over another port.
    fn standby_by(&self, port: u16, dir: &Path) -> Server {
        let mut server = Server { dir: dir.join("standby"), url: String::new() };
        server.url = server.script("standby", &[&self.url.replace(&self.port().to_string(), &port.to_string())]);
        server
    }

    /// `kill -9` of everything it is, and a new start.
    fn dies_and_returns(&self) {
        self.script("crash", &[]);
    }

    fn port(&self) -> u16 {
        self.url.rsplit([':', '/']).find_map(|part| part.parse().ok()).unwrap()
    }

    /// Statements of an administrator, in another database than the ledger's.
    async fn administer(&self, statements: &str) {
        use sqlx::{AssertSqlSafe, Connection, Executor};
        sqlx::any::install_default_drivers();
        let url = self.url.replace("/postgres?", "/template1?");
        let url = url.strip_suffix("/postgres").map_or(url.clone(), |server| format!("{server}/template1"));
        let mut admin = sqlx::AnyConnection::connect(&url).await.unwrap();
        for statement in statements.split(';').filter(|statement| !statement.trim().is_empty()) {
            admin.execute(sqlx::query(AssertSqlSafe(statement.to_owned()))).await.unwrap();
        }
        admin.close().await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that was stopped by its test is not there to be stopped.
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/postgres");
        let _stopped = Command::new(script).arg("stop").arg(&self.dir).output();
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// PostgreSQL's own user passes through it.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::Builder::new().prefix("jcabot-postgres-").tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn g16_a_postgresql_that_dies_in_commit_loses_nothing_and_doubles_nothing() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let deaths = size("DEATHS", 3);
    let dir = folder();
    let server = Server::start(dir.path());
    let mut scene = Scene::new(&postfix, Base::At(server.url.clone().leak()), Way::Maildir, "").await;
    let daemon = scene.daemon(None);
    scene.inject();
    assert!(scene.settles(Duration::from_secs(60)).await, "{}", scene.last_words());

    for _ in 0..deaths {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..fastrand::u32(8..20) {
            tick.tick().await;
            scene.inject();
        }
        server.dies_and_returns();
    }
    let settled = scene.settles(Duration::from_secs(60 + 2 * deaths as u64)).await;

    let count = scene.count().await;
    let letters = format!("{deaths} deaths, {} letters", count.injected);
    tell("G16 PostgreSQL killed under load", &letters, &format!("{} lost, {} twice", count.lost(), count.twice));
    assert!(settled, "{count:?}\n{}", scene.last_words());
    drop(daemon);
    scene.clear().await;
}

/// Ends every connection to the ledger's database.
const ALL_OUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'";

#[tokio::test(flavor = "multi_thread")]
async fn f21_a_postgresql_that_takes_no_writes_or_no_connections_is_waited_for() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let dir = folder();
    let server = Server::start(dir.path());
    let mut scene = Scene::new(&postfix, Base::At(server.url.clone().leak()), Way::Maildir, "").await;
    let daemon = scene.daemon(None);
    scene.inject();
    assert!(scene.settles(Duration::from_secs(60)).await, "{}", scene.last_words());
    let log = scene.log.clone();
    let degraded = || std::fs::read_to_string(&log).unwrap().matches("Now degraded: database").count();
    for (times, (what, ill, well)) in [
        (
            "writes",
            "ALTER DATABASE postgres SET default_transaction_read_only = on",
            "ALTER DATABASE postgres RESET default_transaction_read_only",
        ),
        ("connections", "ALTER DATABASE postgres ALLOW_CONNECTIONS false", "ALTER DATABASE postgres ALLOW_CONNECTIONS true"),
    ]
    .into_iter()
    .enumerate()
    {
        let before = scene.answers().len();
        server.administer(&format!("{ill}; {ALL_OUT}")).await;
        wait_for(ill, || (degraded() > times).then_some(()));
        // Looked at again and again by then, by connections of the bad time.
        let injected: Vec<String> = (0..5).map(|_| scene.inject()).collect();
        tokio::time::sleep(Duration::from_secs(6)).await;
        let meanwhile = scene.answers().len() - before;
        server.administer(well).await;
        let over = Instant::now();
        let settled = scene.settles(Duration::from_secs(60)).await;

        let took = over.elapsed();
        let result = format!("answered {:.1} s after its end", took.as_secs_f64());
        tell(&format!("F21 PostgreSQL takes no {what}"), &format!("{} letters", injected.len()), &result);
        assert!(settled && meanwhile == 0, "{:?}\n{}", scene.count().await, scene.last_words());
        assert!(took < Duration::from_secs(30), "{took:?}");
    }
    drop(daemon);
    scene.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g16_a_standby_that_is_promoted_is_worked_on_within_half_a_minute() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let dir = folder();
    let primary = Server::start(dir.path());
    let standby = primary.standby(dir.path());
    // Nothing that was committed is lost with the primary.
    primary.administer("ALTER SYSTEM SET synchronous_standby_names = '*'; SELECT pg_reload_conf()").await;
    let line = Line::to(primary.port()).await;
    let url = primary.url.replace(&primary.port().to_string(), &line.port.to_string());
    let mut scene = Scene::new(&postfix, Base::At(url.leak()), Way::Maildir, "").await;
    let daemon = scene.daemon(None);
    scene.inject();
    assert!(scene.settles(Duration::from_secs(60)).await, "{}", scene.last_words());

    let mut tick = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..20 {
        tick.tick().await;
        scene.inject();
    }
    primary.script("stop", &[]);
    let died = Instant::now();
    // For a while the address leads to a standby that takes no writes.
    line.leads_to(standby.port());
    tokio::time::sleep(Duration::from_secs(4)).await;
    standby.script("promote", &[]);
    standby.administer("ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf()").await;
    let settled = scene.settles(Duration::from_secs(60)).await;

    let (count, took) = (scene.count().await, died.elapsed());
    let result = format!("{} lost, {} twice; all done {:.1} s after the death", count.lost(), count.twice, took.as_secs_f64());
    tell("G16 standby promoted under load", &format!("{} letters", count.injected), &result);
    assert!(settled, "{count:?}\n{}", scene.last_words());
    assert!(took < Duration::from_secs(30), "{took:?}");
    drop(daemon);
    scene.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f22_a_standby_that_lacks_the_last_commits_answers_nobody_a_second_time() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let dir = folder();
    let primary = Server::start(dir.path());
    // The standby hears of the primary over a line, and the daemon comes to whichever leads over another.
    let (replica, line) = (Line::to(primary.port()).await, Line::to(primary.port()).await);
    let standby = primary.standby_by(replica.port, dir.path());
    let url = primary.url.replace(&primary.port().to_string(), &line.port.to_string());
    let mut scene = Scene::new(&postfix, Base::At(url.leak()), Way::Maildir, "").await;
    // They stay in the inbox: nothing but the ledger says that they were answered.
    let text = std::fs::read_to_string(&scene.config).unwrap();
    std::fs::write(&scene.config, text.replace("[[mailbox]]\n", "[[mailbox]]\nshelving = \"off\"\n")).unwrap();
    let daemon = scene.daemon(None);
    let mut writers = vec![scene.inject()];
    let answered = async |scene: &Scene, writers: &[String], within: u64| {
        let until = Instant::now() + Duration::from_secs(within);
        while writers.iter().any(|writer| scene.answers_to(writer) == 0) {
            assert!(Instant::now() < until, "{}", scene.last_words());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    answered(&scene, &writers, 60).await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    replica.falls_silent();
    writers.extend((0..10).map(|_| scene.inject()));
    answered(&scene, &writers, 60).await;
    primary.script("stop", &[]);
    line.leads_to(standby.port());
    standby.script("promote", &[]);
    let lost = 11 - scene.number("SELECT COUNT(*) FROM message").await;
    writers.push(scene.inject());
    answered(&scene, &writers, 60).await;
    let until = Instant::now() + Duration::from_secs(60);
    while scene.number("SELECT COUNT(*) FROM outbox WHERE state = 'accepted'").await < 12 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    let count = scene.count().await;
    let proved = scene.number("SELECT COUNT(*) FROM outbox WHERE note LIKE 'Proved by the witness%'").await;
    let told = scene.number("SELECT COUNT(*) FROM incident WHERE subject = 'failover'").await;
    let result = format!("{} answered, {} twice, {proved} proved by the witness", count.answered, count.twice);
    tell("F22 standby that lacks the last commits", &format!("{lost} of 12 letters lost"), &result);
    assert!(lost > 0, "the standby lacks nothing: the test proves nothing");
    assert_eq!((count.answered, count.twice, count.filed, count.accepted, told), (12, 0, 12, 12, 1), "{}", scene.last_words());
    drop(daemon);
    scene.clear().await;
}
