//! Proposals: changes of the list that wait for a decision; accepting and refusing them, and undoing what a letter changed.

use super::activity::ActivityId;
use super::history::PersonChange;
use super::journal::Entry;
use super::people::{Fields, load};
use super::pool::Dialect;
use super::rows::{Columns, micros, to_json};
use super::{Store, Tx};
use crate::domain::words::Action;
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// What is decided about a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is done.
    Accept,
    /// It is not.
    Refuse,
}

/// All that one letter proposes about one person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// The number by which it is decided: that of its first change.
    pub id: i64,
    /// The letter.
    pub message: Option<MessageKey>,
    /// The person on the list; none: somebody who is not on it.
    pub person: Option<i64>,
    /// What is asked for.
    pub action: Action,
    /// When.
    pub at: Timestamp,
    /// The owner of the entry is asked, and may answer until then.
    pub asked_until: Option<Timestamp>,
    /// Field by field.
    pub changes: Vec<PersonChange>,
}

/// What undoing a letter came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Changes taken back.
    pub undone: usize,
    /// Changes that a later letter or a person overtook; they stay.
    pub kept: usize,
}

impl Store {
    /// What waits for a decision, oldest first.
    pub async fn open_proposals(&self, activity: ActivityId) -> Result<Vec<Proposal>> {
        let sql = "SELECT message_id, found, expires_at FROM confirmation WHERE activity_id = $1 AND outcome IS NULL";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list the questions")?;
        let mut asked = BTreeMap::new();
        for row in &rows {
            asked.insert((row.int("message_id")?, row.int("found")?), row.time("expires_at")?);
        }
        let mut proposals: Vec<Proposal> = Vec::new();
        for change in self.proposals(activity).await? {
            let same = |proposal: &&mut Proposal| {
                proposal.message == change.message && proposal.changes.first().is_some_and(|first| first.found == change.found)
            };
            match proposals.iter_mut().find(same) {
                Some(proposal) => proposal.changes.push(change),
                None => proposals.push(Proposal {
                    id: change.id,
                    message: change.message,
                    person: change.person,
                    action: change.action,
                    at: change.at,
                    asked_until: change.message.and_then(|message| asked.get(&(message.0, change.found)).copied()),
                    changes: vec![change],
                }),
            }
        }
        Ok(proposals)
    }

    /// A person of the secretariat decides a proposal. One that is decided already is an error.
    pub async fn decide_proposal(
        &self,
        activity: ActivityId,
        id: i64,
        decision: Decision,
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.write().await?;
        let sql = "SELECT message_id, found FROM person_change WHERE id = $1 AND activity_id = $2 AND state = 'proposed'";
        let row = sqlx::query(sql).bind(id).bind(activity.0).fetch_optional(&mut *tx).await.context("Cannot read a proposal")?;
        let Some(row) = row else { bail!("There is no proposal {id} that waits (`jcabot proposals` lists them)") };
        let message = MessageKey(row.int_or_none("message_id")?.context("A proposal without a letter cannot be decided")?);
        let found = row.int("found")?;
        decide(&mut tx, self.dialect, activity, (message, found), decision, now).await?;
        let sql = "UPDATE confirmation SET outcome = 'decided', answered_at = $3 WHERE message_id = $1 AND found = $2 AND outcome IS NULL";
        let query = sqlx::query(sql).bind(message.0).bind(found).bind(micros(now));
        query.execute(&mut *tx).await.context("Cannot end a question")?;
        let event = if decision == Decision::Accept { "proposal-accepted" } else { "proposal-refused" };
        let detail = json!({ "proposal": id });
        Entry::new(activity, now, event).by(actor).about(message).with(&detail).write(&mut tx).await?;
        tx.commit().await.context("Cannot decide a proposal")
    }

    /// Takes back what a letter changed on the list, as far as nobody has changed it since. The history stays.
    pub async fn undo_changes(&self, activity: ActivityId, message: MessageKey, actor: &str, now: Timestamp) -> Result<Undone> {
        let mut tx = self.write().await?;
        let sql = "SELECT c.id, c.person_id, c.field, c.old_value, c.new_value, \
                          CASE WHEN c.action <> 'withdraw' AND NOT EXISTS (SELECT 1 FROM person_change e WHERE e.person_id = c.person_id \
                                    AND e.id < c.id AND e.message_id <> c.message_id AND e.state IN ('applied', 'undone')) \
                               THEN 1 ELSE 0 END AS is_new \
                   FROM person_change c \
                   WHERE c.message_id = $1 AND c.activity_id = $2 AND c.state = 'applied' ORDER BY c.id DESC";
        let query = sqlx::query(sql).bind(message.0).bind(activity.0);
        let rows = query.fetch_all(&mut *tx).await.context("Cannot list what a letter changed")?;
        let mut outcome = Undone::default();
        for row in &rows {
            let change = Change {
                person: row.int("person_id")?,
                field: row.text("field")?,
                from: row.text_or_none("new_value")?,
                to: row.text_or_none("old_value")?,
            };
            let done = if row.yes("is_new")? {
                leave(&mut tx, change.person, message, now).await?;
                true
            } else {
                let is_still = current(&mut tx, activity, &change).await? == change.from;
                if is_still {
                    set(&mut tx, self.dialect, &change, message, now).await?;
                }
                is_still
            };
            if !done {
                outcome.kept += 1;
                continue;
            }
            let sql = "UPDATE person_change SET state = 'undone' WHERE id = $1 AND state = 'applied'";
            sqlx::query(sql).bind(row.int("id")?).execute(&mut *tx).await.context("Cannot undo a change")?;
            outcome.undone += 1;
        }
        let detail = json!({ "undone": outcome.undone, "kept": outcome.kept });
        Entry::new(activity, now, "changes-undone").by(actor).about(message).with(&detail).write(&mut tx).await?;
        tx.commit().await.context("Cannot undo what a letter changed")?;
        Ok(outcome)
    }
}

/// One field of one person, from one value to another.
struct Change {
    person: i64,
    field: String,
    from: Option<String>,
    to: Option<String>,
}

/// Does or refuses all that one letter proposes about one person; gives the number of changes. What is not proposed any more is left.
pub(super) async fn decide(
    tx: &mut Tx,
    dialect: Dialect,
    activity: ActivityId,
    (message, found): (MessageKey, i64),
    decision: Decision,
    now: Timestamp,
) -> Result<usize> {
    if decision == Decision::Refuse {
        let sql = "UPDATE person_change SET state = 'refused' WHERE message_id = $1 AND found = $2 AND state = 'proposed'";
        let query = sqlx::query(sql).bind(message.0).bind(found);
        let done = query.execute(&mut **tx).await.context("Cannot refuse a proposal")?;
        return Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX));
    }
    let sql = "SELECT id, person_id, action, field, new_value FROM person_change \
               WHERE message_id = $1 AND found = $2 AND state = 'proposed' ORDER BY id";
    let query = sqlx::query(sql).bind(message.0).bind(found);
    let rows = query.fetch_all(&mut **tx).await.context("Cannot read a proposal")?;
    let mut person = None;
    for row in &rows {
        person = person.or(row.int_or_none("person_id")?);
    }
    let person = match person {
        Some(person) => person,
        None if rows.is_empty() => return Ok(0),
        None => add(tx, activity, &rows, message, now).await?,
    };
    for row in &rows {
        let mut change = Change { person, field: row.text("field")?, from: None, to: row.text_or_none("new_value")? };
        // The other fields of a withdrawal only say who is meant.
        let ends_seat = change.field == "seat" && change.to.is_none();
        let only_says_who = row.text("action")? == "withdraw" && change.field != "listed" && !ends_seat;
        change.from = current(tx, activity, &change).await?;
        if !only_says_who {
            set(tx, dialect, &change, message, now).await?;
        }
        let sql = "UPDATE person_change SET state = $2, person_id = $3, old_value = $4, changed_at = $5 WHERE id = $1";
        let state = if only_says_who { "refused" } else { "applied" };
        let query = sqlx::query(sql).bind(row.int("id")?).bind(state).bind(person).bind(change.from).bind(micros(now));
        query.execute(&mut **tx).await.context("Cannot accept a proposal")?;
    }
    Ok(rows.len())
}

/// Somebody who is not on the list; the fields are set one by one afterwards.
async fn add(tx: &mut Tx, activity: ActivityId, rows: &[sqlx::any::AnyRow], message: MessageKey, now: Timestamp) -> Result<i64> {
    let mut name = String::new();
    for row in rows {
        if row.text("action")? == "withdraw" {
            bail!("Nobody on the list is meant, so nobody can be taken off it; refuse the proposal");
        }
        let field = row.text("field")?;
        if field == "name" || (field == "email" && name.is_empty()) {
            name = row.text_or_none("new_value")?.unwrap_or_default();
        }
    }
    let sql = "INSERT INTO person (activity_id, name, study_groups, source_id, added_at, changed_at) VALUES ($1, $2, '[]', $3, $4, $4) RETURNING id";
    let query = sqlx::query(sql).bind(activity.0).bind(name).bind(message.0).bind(micros(now));
    query.fetch_one(&mut **tx).await.context("Cannot put a person on the list")?.int("id")
}

/// What the list says now.
async fn current(tx: &mut Tx, activity: ActivityId, change: &Change) -> Result<Option<String>> {
    let Some(person) = load(tx, activity, change.person).await? else {
        bail!("Person {} is not of this activity", change.person)
    };
    match change.field.as_str() {
        "listed" => {
            let sql = "SELECT CASE WHEN left_at IS NULL THEN 'yes' ELSE 'no' END AS listed FROM person WHERE id = $1";
            let row = sqlx::query(sql).bind(change.person).fetch_one(&mut **tx).await.context("Cannot read a person")?;
            Ok(Some(row.text("listed")?))
        }
        "seat" => {
            let word = change.from.as_ref().or(change.to.as_ref()).cloned().unwrap_or_default();
            let sql = "SELECT COUNT(*) AS seats FROM seat_holder h JOIN seat s ON s.id = h.seat_id \
                       WHERE h.person_id = $1 AND s.word = $2 AND h.until_at IS NULL";
            let row =
                sqlx::query(sql).bind(change.person).bind(&word).fetch_one(&mut **tx).await.context("Cannot read a seat")?;
            Ok((row.int("seats")? > 0).then_some(word))
        }
        field => Ok(Fields::of_person(person).value(field).map(str::to_owned)),
    }
}

/// Sets one field. A seat or a name that was never there is no field to be set.
async fn set(tx: &mut Tx, dialect: Dialect, change: &Change, message: MessageKey, now: Timestamp) -> Result<()> {
    match (change.field.as_str(), change.to.as_deref()) {
        ("listed", Some("yes")) => back(tx, change.person, message, now).await,
        ("listed", _) => leave(tx, change.person, message, now).await,
        ("seat", Some(word)) => take(tx, change.person, word, message, now).await,
        ("seat", None) => give_up(tx, change, message, now).await,
        ("name", None) => Ok(()),
        (field, value) => {
            let Some(sql) = statement(field, dialect) else { bail!("A person has no field “{field}”") };
            let value = match field {
                "study_groups" => {
                    let groups: Vec<&str> = value.map(|value| value.split(", ").collect()).unwrap_or_default();
                    Some(to_json(&groups))
                }
                _ => value.map(str::to_owned),
            };
            let query = sqlx::query(sql).bind(change.person).bind(value).bind(micros(now)).bind(message.0);
            query.execute(&mut **tx).await.context("Cannot change a person")?;
            Ok(())
        }
    }
}

/// One statement a field: column names are never put together at run time.
fn statement(field: &str, _dialect: Dialect) -> Option<&'static str> {
    Some(match field {
        "name" => "UPDATE person SET name = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        "honorific" => "UPDATE person SET honorific = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        "organization" => "UPDATE person SET organization = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        "role" => "UPDATE person SET role = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        "email" => "UPDATE person SET email = $2, bounced_at = NULL, changed_at = $3, source_id = $4 WHERE id = $1",
        "phone" => "UPDATE person SET phone = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        "country" => "UPDATE person SET country = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        "category" => "UPDATE person SET category = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        "study_groups" => "UPDATE person SET study_groups = $2, changed_at = $3, source_id = $4 WHERE id = $1",
        _ => return None,
    })
}

async fn leave(tx: &mut Tx, person: i64, message: MessageKey, now: Timestamp) -> Result<()> {
    let sql = "UPDATE person SET left_at = $2, changed_at = $2 WHERE id = $1 AND left_at IS NULL";
    sqlx::query(sql).bind(person).bind(micros(now)).execute(&mut **tx).await.context("Cannot take a person off the list")?;
    let sql = "UPDATE seat_holder SET until_at = $2, ended_by = $3 WHERE person_id = $1 AND until_at IS NULL";
    let query = sqlx::query(sql).bind(person).bind(micros(now)).bind(message.0);
    query.execute(&mut **tx).await.context("Cannot free a seat")?;
    Ok(())
}

/// Back on the list, and in the seats that the letter had ended.
async fn back(tx: &mut Tx, person: i64, message: MessageKey, now: Timestamp) -> Result<()> {
    let sql = "UPDATE person SET left_at = NULL, changed_at = $2 WHERE id = $1";
    sqlx::query(sql).bind(person).bind(micros(now)).execute(&mut **tx).await.context("Cannot put a person back")?;
    let sql = "UPDATE seat_holder SET until_at = NULL, ended_by = NULL WHERE person_id = $1 AND ended_by = $2 AND NOT EXISTS \
               (SELECT 1 FROM seat_holder o WHERE o.seat_id = seat_holder.seat_id AND o.person_id = $1 AND o.until_at IS NULL)";
    sqlx::query(sql).bind(person).bind(message.0).execute(&mut **tx).await.context("Cannot put a person back")?;
    Ok(())
}

async fn take(tx: &mut Tx, person: i64, word: &str, message: MessageKey, now: Timestamp) -> Result<()> {
    // The seat that this letter had ended is the same as before; another one begins now.
    let sql = "UPDATE seat_holder SET until_at = NULL, ended_by = NULL WHERE person_id = $1 AND ended_by = $3 \
               AND seat_id IN (SELECT id FROM seat WHERE word = $2)";
    let query = sqlx::query(sql).bind(person).bind(word).bind(message.0);
    if query.execute(&mut **tx).await.context("Cannot fill a seat")?.rows_affected() > 0 {
        return Ok(());
    }
    let sql = "INSERT INTO seat_holder (activity_id, seat_id, person_id, from_at, source_id) \
               SELECT s.activity_id, s.id, $1, $3, $4 FROM seat s JOIN person p ON p.activity_id = s.activity_id AND p.id = $1 \
               WHERE s.word = $2 ON CONFLICT (seat_id, person_id) WHERE until_at IS NULL DO NOTHING";
    let query = sqlx::query(sql).bind(person).bind(word).bind(micros(now)).bind(message.0);
    query.execute(&mut **tx).await.context("Cannot fill a seat")?;
    Ok(())
}

async fn give_up(tx: &mut Tx, change: &Change, message: MessageKey, now: Timestamp) -> Result<()> {
    let sql = "UPDATE seat_holder SET until_at = $3, ended_by = $4 WHERE person_id = $1 AND until_at IS NULL \
               AND seat_id IN (SELECT id FROM seat WHERE word = $2)";
    let query = sqlx::query(sql).bind(change.person).bind(change.from.as_deref()).bind(micros(now)).bind(message.0);
    query.execute(&mut **tx).await.context("Cannot free a seat")?;
    Ok(())
}
