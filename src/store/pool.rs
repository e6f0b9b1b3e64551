//! Connections: how each database is set up.

use super::failover::Failover;
use anyhow::{Context, Result, bail};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{AnyPool, ConnectOptions, Connection, Executor};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// A closed set of databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// Where a database is. Shows itself without the password.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Sqlite { path: PathBuf, url: String },
    Postgres { url: String },
}

/// A few commands may read while the daemon lists something long; SQLite readers never wait for the writer.
const READERS: u32 = 3;
/// PostgreSQL: one for each loop that may write at the same time (two mailboxes, delivery, reminders).
const WRITERS: u32 = 4;
/// A database that is not there is told soon.
const PATIENCE: Duration = Duration::from_secs(10);

/// WAL and FULL: a committed letter survives a power cut. 5 s is how long a command waits for another program's write. The
/// writer's cache holds the inner pages of the indices of some 40,000 letters; the log is folded back at 16 MB instead of 4,
/// as each fold costs two fsyncs.
const SQLITE_WRITER: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -6000; PRAGMA wal_autocheckpoint = 4000";
const SQLITE_READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY";

/// A connection keeps the plan that it made when the tables were empty, and then reading all of a table seemed best. Every
/// question here has its index, so it is told to use them; compiling a plan (jit) takes longer than running any of them.
///
/// A daemon whose machine died, or that was stopped, in the middle of a transaction would keep its rows locked until TCP gives up,
/// two hours by default, and no other could take over. Ours last a second at most, and another takes over after eleven.
const POSTGRES_WRITER: &str = "SET enable_seqscan = off; SET jit = off; SET idle_in_transaction_session_timeout = '10s'";
const POSTGRES_READER: &str = "SET default_transaction_read_only = on; SET enable_seqscan = off; SET jit = off";

impl Place {
    /// Reads a database URL; an error says what is accepted.
    pub(super) fn read(url: &str) -> Result<Place> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
            if path.is_empty() || path.contains(":memory:") || query.contains("mode=memory") {
                bail!("The database url “{url}” names no file; write it like sqlite:jcabot.db");
            }
            return Ok(Place::Sqlite { path: PathBuf::from(path), url: url.to_owned() });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Place::Postgres { url: url.to_owned() });
        }
        bail!("The database url must begin with sqlite: or postgres://, such as sqlite:jcabot.db");
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Place::Sqlite { .. } => Dialect::Sqlite,
            Place::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// SQLite: makes an empty file that only its owner may read (it will hold people's addresses).
    pub(super) fn create_private_file(&self) -> Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let Place::Sqlite { path, .. } = self else { return Ok(()) };
        if path.exists() {
            return Ok(());
        }
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match made {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(error).with_context(|| format!("Cannot make the database {self}"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn is_missing(&self) -> bool {
        match self {
            Place::Sqlite { path, .. } => !path.exists(),
            Place::Postgres { .. } => false,
        }
    }

    fn options(&self) -> Result<AnyConnectOptions> {
        let (Place::Sqlite { url, .. } | Place::Postgres { url }) = self;
        // The parser's own error may quote the URL with its password.
        let options = AnyConnectOptions::from_str(url).ok().context("The database url cannot be read; check its spelling")?;
        Ok(options.disable_statement_logging())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Sqlite { path, .. } => write!(f, "{}", path.display()),
            Place::Postgres { url } => {
                let host = url.split_once("://").map_or("", |(_, rest)| rest);
                let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
                write!(f, "postgres://{}", host.split('?').next().unwrap_or_default())
            }
        }
    }
}

/// The connections that write and those that only read.
pub(super) async fn connect(place: &Place, failover: &Arc<Failover>) -> Result<(AnyPool, AnyPool)> {
    install_default_drivers();
    let (writers, setup_writer, setup_reader) = match place.dialect() {
        Dialect::Sqlite => (1, SQLITE_WRITER, SQLITE_READER),
        Dialect::Postgres => (WRITERS, POSTGRES_WRITER, POSTGRES_READER),
    };
    let writer = pool(place, writers, setup_writer, Use::Write(Arc::clone(failover))).await?;
    let readers = pool(place, READERS, setup_reader, Use::Read).await?;
    Ok((writer, readers))
}

/// Opens the database once without a pool, which hides why a connection cannot be made behind "timed out".
pub(super) async fn probe(place: &Place) -> Result<()> {
    install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect_with(&place.options()?).await?;
    if place.dialect() == Dialect::Sqlite {
        connection.execute(sqlx::raw_sql("PRAGMA busy_timeout = 5000; SELECT COUNT(*) FROM sqlite_master")).await?;
    }
    connection.close().await?;
    Ok(())
}

/// What the connections of a pool are for.
#[derive(Clone, Debug)]
enum Use {
    /// Whether it is the same server as before is looked at with each new connection.
    Write(Arc<Failover>),
    Read,
}

async fn pool(place: &Place, size: u32, setup: &'static str, purpose: Use) -> Result<AnyPool> {
    let is_served = place.dialect() == Dialect::Postgres;
    let failover = match purpose {
        Use::Write(failover) if is_served => Some(failover),
        Use::Write(_) | Use::Read => None,
    };
    let writes = failover.is_some();
    let pool = AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        // The daemon looks into the outbox often; a ping before each statement would double its round trips.
        .test_before_acquire(is_served && !writes)
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                if !writes {
                    return Ok(true);
                }
                // In place of the ping. A connection that was made while the server took no writes (maintenance, a standby before
                // it is promoted) may refuse them for as long as it lives: it is given up (RELIABILITY F21).
                let sql = "SELECT current_setting('transaction_read_only')";
                Ok(sqlx::query_scalar::<_, String>(sql).fetch_one(connection).await? == "off")
            })
        })
        .after_connect(move |connection, _| {
            let failover = failover.clone();
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(setup)).await?;
                if let Some(failover) = failover {
                    failover.look(connection).await;
                }
                Ok(())
            })
        });
    Ok(pool.connect_with(place.options()?).await?)
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_password_is_not_shown() {
        let place = Place::read("postgres://jca:sec@ret@db.example:5432/jca?sslmode=require").unwrap();

        assert_eq!(place.to_string(), "postgres://db.example:5432/jca");
    }

    #[test]
    fn a_url_of_another_database_is_refused() {
        for url in ["", "jcabot.db", "mysql://x/y", "sqlite:", "sqlite::memory:"] {
            assert!(Place::read(url).is_err(), "{url}");
        }
    }
}
