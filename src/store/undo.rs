//! Taking back what a letter changed on the list, once a person says that it is no letter about people: never silently. What was
//! put on the list stays there, and the way back is proposed to the secretariat, a change for each change.
//!
//! `found` of such a proposal is below nought: −1 undoes what the first person of the letter brought, −2 the second.

use super::Tx;
use super::activity::ActivityId;
use super::rows::{Columns, micros};
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// One step back.
struct Step {
    person: i64,
    found: i64,
    action: &'static str,
    field: String,
    old: Option<String>,
    new: Option<String>,
}

/// Proposes to undo every change that the letter made; gives the number of people concerned. What the letter only proposed is
/// refused with it.
pub(super) async fn propose(tx: &mut Tx, activity: ActivityId, message: MessageKey, now: Timestamp) -> Result<usize> {
    let sql = "UPDATE person_change SET state = 'refused' WHERE message_id = $1 AND state = 'proposed'";
    sqlx::query(sql).bind(message.0).execute(&mut **tx).await.context("Cannot refuse what a letter proposed")?;
    let sql = "SELECT c.person_id, c.found, c.action, c.field, c.old_value, c.new_value, \
                      CASE WHEN p.added_at = c.changed_at AND c.action <> 'withdraw' THEN 1 ELSE 0 END AS is_new, \
                      CASE WHEN p.left_at IS NULL THEN 0 ELSE 1 END AS has_left \
               FROM person_change c JOIN person p ON p.id = c.person_id \
               WHERE c.message_id = $1 AND c.state = 'applied' AND c.found >= 0 ORDER BY c.id";
    let rows = sqlx::query(sql).bind(message.0).fetch_all(&mut **tx).await.context("Cannot list what a letter changed")?;
    let mut steps: Vec<Step> = Vec::new();
    for row in &rows {
        let (person, found, field) = (row.int("person_id")?, -1 - row.int("found")?, row.text("field")?);
        let is_new = row.yes("is_new")?;
        if is_new && row.yes("has_left")? {
            continue;
        }
        if is_new && !steps.iter().any(|step| step.person == person && step.field == "listed") {
            let (old, new) = (Some("yes".to_owned()), Some("no".to_owned()));
            steps.push(Step { person, found, action: "withdraw", field: "listed".to_owned(), old, new });
        }
        if is_new && field != "seat" {
            continue;
        }
        let action = match (is_new, row.text("action")?.as_str()) {
            (true, _) => "withdraw",
            (false, "withdraw") => "add",
            (false, _) => "update",
        };
        let (old, new) = (row.text_or_none("new_value")?, row.text_or_none("old_value")?);
        steps.push(Step { person, found, action, field, old, new });
    }
    for step in &steps {
        let sql = "INSERT INTO person_change (activity_id, person_id, message_id, found, action, field, old_value, new_value, state, changed_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed', $9)";
        let query = sqlx::query(sql).bind(activity.0).bind(step.person).bind(message.0).bind(step.found).bind(step.action);
        let query = query.bind(&step.field).bind(step.old.as_deref()).bind(step.new.as_deref()).bind(micros(now));
        query.execute(&mut **tx).await.context("Cannot propose to undo what a letter changed")?;
    }
    Ok(steps.iter().map(|step| step.person).collect::<BTreeSet<_>>().len())
}

/// Takes back the proposals to undo: the letter is about people after all. `true` when what the letter said is still on the list or
/// still proposed, so that it need not be proposed anew.
pub(super) async fn settle(tx: &mut Tx, message: MessageKey) -> Result<bool> {
    let sql = "UPDATE person_change SET state = 'refused' WHERE message_id = $1 AND state = 'proposed' AND found < 0";
    sqlx::query(sql).bind(message.0).execute(&mut **tx).await.context("Cannot take back a proposal")?;
    let sql =
        "SELECT COUNT(*) AS changes FROM person_change WHERE message_id = $1 AND found >= 0 AND state IN ('applied', 'proposed')";
    let row = sqlx::query(sql).bind(message.0).fetch_one(&mut **tx).await.context("Cannot list what a letter changed")?;
    Ok(row.int("changes")? > 0)
}
