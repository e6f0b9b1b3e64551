//! The history of the list, field by field: what letters changed, and what they propose to change.

use super::Store;
use super::activity::ActivityId;
use super::rows::Columns;
use crate::domain::words::Action;
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::any::AnyRow;

/// One field of one person, changed or proposed to be changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonChange {
    /// Key.
    pub id: i64,
    /// The person on the list, if it is one.
    pub person: Option<i64>,
    /// The letter it comes from.
    pub message: Option<MessageKey>,
    /// Which person of the letter; keeps the fields of one together.
    pub found: i64,
    /// What the letter asks for.
    pub action: Action,
    /// `name`, `email` …, `seat`, `listed`.
    pub field: String,
    /// Before.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
    /// `applied`, `proposed`, `undone` or `refused`.
    pub state: String,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// What letters propose to change and nobody decided yet, oldest first.
    pub async fn proposals(&self, activity: ActivityId) -> Result<Vec<PersonChange>> {
        let sql = "SELECT id, person_id, message_id, found, action, field, old_value, new_value, state, changed_at FROM person_change \
                   WHERE activity_id = $1 AND state = 'proposed' ORDER BY id";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list the proposals")?;
        rows.iter().map(change_of).collect()
    }

    /// What one letter changed or proposed.
    pub async fn changes_by(&self, message: MessageKey) -> Result<Vec<PersonChange>> {
        let sql = "SELECT id, person_id, message_id, found, action, field, old_value, new_value, state, changed_at FROM person_change \
                   WHERE message_id = $1 ORDER BY id";
        let rows =
            sqlx::query(sql).bind(message.0).fetch_all(&self.readers).await.context("Cannot list the changes of a letter")?;
        rows.iter().map(change_of).collect()
    }

    /// The history of one person.
    pub async fn changes_of(&self, person: i64) -> Result<Vec<PersonChange>> {
        let sql = "SELECT id, person_id, message_id, found, action, field, old_value, new_value, state, changed_at FROM person_change \
                   WHERE person_id = $1 ORDER BY id";
        let rows = sqlx::query(sql).bind(person).fetch_all(&self.readers).await.context("Cannot list the history of a person")?;
        rows.iter().map(change_of).collect()
    }
}

fn change_of(row: &AnyRow) -> Result<PersonChange> {
    Ok(PersonChange {
        id: row.int("id")?,
        person: row.int_or_none("person_id")?,
        message: row.int_or_none("message_id")?.map(MessageKey),
        found: row.int("found")?,
        action: row.word("action")?,
        field: row.text("field")?,
        old: row.text_or_none("old_value")?,
        new: row.text_or_none("new_value")?,
        state: row.text("state")?,
        at: row.time("changed_at")?,
    })
}
