//! Liaison statements that hang together: an answer and what it answers, whichever came first.

use super::Tx;
use super::activity::ActivityId;
use super::filing::Filing;
use super::journal::Entry;
use super::rows::{Columns, micros, plain};
use crate::domain::number::code;
use crate::domain::steps::{FoundLiaison, KnownStatement, StatementTie};
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result};
use serde_json::json;
use sqlx::AnyConnection;

/// Statements linked with one letter at most; a number that more of them bear is no number.
const MOST: i64 = 8;

/// A number as rows keep it for comparing; one without a digit, or too short to be one document's, is none.
pub(super) fn code_of(number: Option<&str>) -> Option<String> {
    const SHORTEST: usize = 4;
    let code = code(&plain(number?));
    (code.chars().count() >= SHORTEST && code.chars().any(char::is_numeric)).then_some(code)
}

/// What is on file that a letter's statement answers, and what answers it.
pub(super) async fn known(reader: &mut AnyConnection, activity: ActivityId, found: &FoundLiaison) -> Result<Vec<KnownStatement>> {
    let mut statements = Vec::new();
    let answered = "SELECT id, reference, from_body FROM liaison WHERE activity_id = $1 AND code = $2 AND set_aside_at IS NULL \
                    ORDER BY id LIMIT $3";
    let answering = "SELECT id, reference, from_body FROM liaison WHERE activity_id = $1 AND answer_code = $2 AND answers_id IS NULL \
                     AND set_aside_at IS NULL ORDER BY id LIMIT $3";
    for (sql, number, tie) in
        [(answered, &found.in_reply_to, StatementTie::Answers), (answering, &found.reference, StatementTie::AnsweredBy)]
    {
        let Some(code) = code_of(number.as_deref()) else { continue };
        let query = sqlx::query(sql).bind(activity.0).bind(code).bind(MOST);
        for row in query.fetch_all(&mut *reader).await.context("Cannot look up the statements that are answered")? {
            let (reference, from) = (row.text_or_none("reference")?, row.text_or_none("from_body")?);
            statements.push(KnownStatement { id: row.int("id")?, tie, reference, from });
        }
    }
    Ok(statements)
}

/// Links the letter's statement with those on file, and settles the deadlines that waited for it.
pub(super) async fn link(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, liaison: i64) -> Result<()> {
    for answer in &filing.plan.answers {
        let (answering, answered) = match answer.tie {
            StatementTie::Answers => (liaison, answer.statement),
            StatementTie::AnsweredBy => (answer.statement, liaison),
        };
        let sql = "UPDATE liaison SET answers_id = $2 WHERE id = $1 AND answers_id IS NULL";
        let query = sqlx::query(sql).bind(answering).bind(answered);
        query.execute(&mut **tx).await.context("Cannot link a statement with its answer")?;
        if let Some(met_at) = answer.met_at {
            settle(tx, filing, message, answered, met_at).await.context("Cannot settle the deadline of an answered statement")?;
        }
    }
    Ok(())
}

/// A deadline is met by the answer, in time or late; one that a person settled stays as it is.
async fn settle(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, answered: i64, met_at: Timestamp) -> Result<()> {
    let sql = "UPDATE deadline SET state = 'met', settled_at = $3 WHERE activity_id = $1 AND topic = $2 AND state IN ('open', 'missed') \
               RETURNING id, due_at";
    let topic = format!("liaison:{answered}");
    let query = sqlx::query(sql).bind(filing.activity.0).bind(&topic).bind(micros(met_at));
    let Some(row) = query.fetch_optional(&mut **tx).await? else { return Ok(()) };
    let late = row.time("due_at")? < met_at;
    let detail = json!({ "deadline": row.int("id")?, "topic": topic, "state": "met", "late": late });
    Entry::new(filing.activity, filing.now, "deadline-settled").about(message).with(&detail).write(tx).await
}
