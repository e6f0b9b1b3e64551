//! The schema: both databases agree with `tests/schema.txt`, old rows survive, and a newer schema is refused.

use crate::support::store::{Empty, charter, now, on_each, on_each_empty};
use jcabot::store::{Settings, Store};
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file: &PathBuf| file.extension().is_some_and(|end| end == "sql"));
    files.sort();
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

/// Tables and columns in their order; the full text shows only what is indexed.
async fn schema(place: &Empty) -> String {
    let sql = if place.is_postgres() {
        "SELECT table_name::text AS place, column_name::text AS name, \
         CASE WHEN data_type = 'bigint' THEN 'integer' WHEN data_type = 'bytea' THEN 'bytes' ELSE data_type::text END AS kind, \
         CASE WHEN is_nullable = 'YES' THEN 1 ELSE 0 END AS absent FROM information_schema.columns \
         WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations' ORDER BY table_name, ordinal_position"
    } else {
        "SELECT t.name AS place, c.name AS name, CASE WHEN c.type = 'INTEGER' THEN 'integer' WHEN c.type = 'BLOB' THEN 'bytes' \
         ELSE lower(c.type) END AS kind, CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 0 ELSE 1 END AS absent \
         FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND t.name NOT LIKE 'search\\_%' ESCAPE '\\' AND t.name <> '_sqlx_migrations' ORDER BY t.name, c.cid"
    };
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(&place.sql).await.unwrap() {
        let (table, name): (String, String) = (row.get("place"), row.get("name"));
        let (kind, absent): (String, i64) = (row.get("kind"), row.try_get("absent").unwrap());
        let columns = tables.entry(table.clone()).or_default();
        match (table.as_str(), name.as_str()) {
            ("search", "words") => columns.push_str("  words  full text\n"),
            ("search", _) => {}
            _ => {
                let absent = if absent == 1 { ", may be absent" } else { "" };
                writeln!(columns, "  {name}  {kind}{absent}").unwrap();
            }
        }
    }
    tables.into_iter().map(|(table, columns)| format!("{table}\n{columns}\n")).collect()
}

#[tokio::test]
async fn both_schemas_are_the_one_of_schema_txt() {
    on_each(async |ledger| {
        let found = schema(&ledger.place).await;

        let file = root().join("tests/schema.txt");
        if std::env::var_os("JCABOT_WRITE_SCHEMA").is_some() && !ledger.place.is_postgres() {
            std::fs::write(&file, &found).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(found, written, "run with JCABOT_WRITE_SCHEMA=1 to write tests/schema.txt anew");
    })
    .await;
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> Vec<String> {
        files(folder).iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    };

    let sqlite = names("migrations/sqlite");

    assert_eq!(sqlite, names("migrations/postgres"));
    assert_eq!(sqlite, names("tests/data"), "each migration has rows that are loaded right after it");
    let program = std::fs::read_to_string(root().join("src/store/schema.rs")).unwrap();
    for (number, name) in sqlite.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", number + 1)), "{name} is out of order");
        assert!(
            program.contains(&format!("sqlite/{name}")) && program.contains(&format!("postgres/{name}")),
            "{name} is not compiled in"
        );
    }
}

#[test]
fn every_table_says_what_it_is_for() {
    for folder in ["migrations/sqlite", "migrations/postgres"] {
        for file in files(folder) {
            let text = std::fs::read_to_string(&file).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for (number, line) in
                lines.iter().enumerate().filter(|(_, line)| line.starts_with("CREATE TABLE") || line.contains("VIRTUAL"))
            {
                assert!(number > 0 && lines[number - 1].starts_with("--"), "{}: {line}", file.display());
            }
        }
    }
}

#[tokio::test]
async fn rows_of_every_migration_survive_the_later_ones() {
    on_each_empty(async |place| {
        let folder = if place.is_postgres() { "migrations/postgres" } else { "migrations/sqlite" };
        for (migration, rows) in files(folder).iter().zip(files("tests/data")) {
            for file in [migration, &rows] {
                let mut sql = std::fs::read_to_string(file).unwrap();
                if place.is_postgres() {
                    sql = sql.replace(" X'", " '\\x"); // bytes have no common spelling
                }
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&place.sql)
                    .await
                    .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            }
        }

        let line = place
            .number("SELECT COUNT(*) FROM message m JOIN thread t ON t.id = m.thread_id JOIN journal j ON j.message_id = m.id")
            .await;

        assert_eq!(line, 1);
    })
    .await;
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_schema() {
    on_each(async |ledger| {
        let sql = "UPDATE _sqlx_migrations SET version = 9000 WHERE version = 15";
        sqlx::query(sql).execute(&ledger.place.sql).await.unwrap();

        let opened = Store::open(&ledger.settings).await;
        let existing = Store::open_existing(&ledger.settings).await;

        for error in [opened.unwrap_err(), existing.unwrap_err()] {
            let error = format!("{error:#}");
            assert!(error.contains("newer jcabot (schema 9000, this program knows 15)"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn opening_and_beginning_again_changes_nothing() {
    on_each(async |ledger| {
        let again = Store::open(&ledger.settings).await.unwrap();
        let instance = ledger.store.instance().await.unwrap();

        let activity = again.begin(&charter(), now()).await.unwrap();

        assert_eq!(activity, ledger.activity);
        assert_eq!(again.instance().await.unwrap(), instance);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM seat").await, 9);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM deadline").await, 1);
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_reading_command_does_not_make_a_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.db");

    let error = Store::open_existing(&Settings { url: format!("sqlite:{}", path.display()) }).await.unwrap_err();

    assert!(error.to_string().contains("There is no database"), "{error:#}");
    assert!(!path.exists());
}
