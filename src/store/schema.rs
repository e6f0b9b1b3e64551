//! The schema's migrations: compiled in, forward only, and an older program refuses a newer schema.

use super::pool::Dialect;
use anyhow::{Context, Result, bail};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, Row, SqlSafeStr};

/// Number, name, SQLite's text, PostgreSQL's text. Both folders hold the same numbers and names (a test says so).
const MIGRATIONS: [(i64, &str, &str, &str); 15] = [
    (
        1,
        "activity",
        include_str!("../../migrations/sqlite/0001_activity.sql"),
        include_str!("../../migrations/postgres/0001_activity.sql"),
    ),
    (
        2,
        "message",
        include_str!("../../migrations/sqlite/0002_message.sql"),
        include_str!("../../migrations/postgres/0002_message.sql"),
    ),
    (
        3,
        "person",
        include_str!("../../migrations/sqlite/0003_person.sql"),
        include_str!("../../migrations/postgres/0003_person.sql"),
    ),
    (
        4,
        "liaison",
        include_str!("../../migrations/sqlite/0004_liaison.sql"),
        include_str!("../../migrations/postgres/0004_liaison.sql"),
    ),
    (
        5,
        "outbox",
        include_str!("../../migrations/sqlite/0005_outbox.sql"),
        include_str!("../../migrations/postgres/0005_outbox.sql"),
    ),
    (
        6,
        "shelving",
        include_str!("../../migrations/sqlite/0006_shelving.sql"),
        include_str!("../../migrations/postgres/0006_shelving.sql"),
    ),
    (
        7,
        "journal",
        include_str!("../../migrations/sqlite/0007_journal.sql"),
        include_str!("../../migrations/postgres/0007_journal.sql"),
    ),
    (
        8,
        "search",
        include_str!("../../migrations/sqlite/0008_search.sql"),
        include_str!("../../migrations/postgres/0008_search.sql"),
    ),
    (
        9,
        "watch",
        include_str!("../../migrations/sqlite/0009_watch.sql"),
        include_str!("../../migrations/postgres/0009_watch.sql"),
    ),
    (
        10,
        "correction",
        include_str!("../../migrations/sqlite/0010_correction.sql"),
        include_str!("../../migrations/postgres/0010_correction.sql"),
    ),
    (
        11,
        "folder",
        include_str!("../../migrations/sqlite/0011_folder.sql"),
        include_str!("../../migrations/postgres/0011_folder.sql"),
    ),
    (
        12,
        "confirmation",
        include_str!("../../migrations/sqlite/0012_confirmation.sql"),
        include_str!("../../migrations/postgres/0012_confirmation.sql"),
    ),
    (
        13,
        "resume",
        include_str!("../../migrations/sqlite/0013_resume.sql"),
        include_str!("../../migrations/postgres/0013_resume.sql"),
    ),
    (
        14,
        "answer",
        include_str!("../../migrations/sqlite/0014_answer.sql"),
        include_str!("../../migrations/postgres/0014_answer.sql"),
    ),
    (
        15,
        "registration",
        include_str!("../../migrations/sqlite/0015_registration.sql"),
        include_str!("../../migrations/postgres/0015_registration.sql"),
    ),
];

/// The schema that this program knows.
const NEWEST: i64 = MIGRATIONS.len() as i64;

/// Brings the schema up to date.
pub(super) async fn migrate(writer: &AnyPool, dialect: Dialect) -> Result<()> {
    let migrations = MIGRATIONS.into_iter().map(|(number, name, sqlite, postgres)| {
        let sql = match dialect {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        };
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    match migrator.run(writer).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(number)) => bail!(newer(number)),
        Err(MigrateError::VersionMismatch(number)) => {
            bail!(
                "Its schema {number} is not the one that was released under this number; restore a backup or use the program that made it"
            )
        }
        Err(error) => Err(error).context("Cannot bring its schema up to date"),
    }
}

/// Refuses a schema that this program does not know, older or newer.
pub(super) async fn check(readers: &AnyPool) -> Result<()> {
    let sql = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS version FROM _sqlx_migrations";
    let row = sqlx::query(sql).fetch_one(readers).await.context("It holds no ledger of jcabot")?;
    let found: i64 = row.try_get("version").context("Cannot read the number of its schema")?;
    if found > NEWEST {
        bail!(newer(found));
    }
    if found < NEWEST {
        bail!("Its schema is {found} and this program needs {NEWEST}; `jcabot run` brings it up to date");
    }
    Ok(())
}

fn newer(found: i64) -> String {
    format!(
        "It was written by a newer jcabot (schema {found}, this program knows {NEWEST}); install that one, or restore a backup"
    )
}
