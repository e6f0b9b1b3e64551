//! G16, F22: PostgreSQL dies in the middle of everything, COMMIT included, and comes back.

use super::rig::{Base, Scene, Way, alone, size, tell};
use crate::support::postfix::Postfix;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A PostgreSQL of its own, which other tests do not use.
struct Server {
    dir: PathBuf,
    url: String,
}

impl Server {
    fn script(&self, what: &str) -> String {
        run(Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/postgres")).arg(what).arg(&self.dir))
    }

    fn start(dir: &Path) -> Server {
        let mut server = Server { dir: dir.join("own"), url: String::new() };
        server.url = server.script("start");
        server
    }

    /// `kill -9` of everything it is, and a new start.
    fn dies_and_returns(&self) {
        self.script("crash");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.script("stop");
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn g16_a_postgresql_that_dies_in_commit_loses_nothing_and_doubles_nothing() {
    let Some(postfix) = Postfix::running() else { return };
    let _alone = alone().await;
    let deaths = size("DEATHS", 3);
    // PostgreSQL's own user passes through it.
    let dir = tempfile::Builder::new().prefix("jcabot-postgres-").tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
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
