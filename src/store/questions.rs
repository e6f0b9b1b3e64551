//! Questions to the owners of entries about proposed changes, and what their answers come to. A code is bound to one proposal and one
//! address, counts once, for 72 hours, and is spent in the transaction that changes the list.

use super::Tx;
use super::activity::ActivityId;
use super::filing::Filing;
use super::journal::Entry;
use super::pool::Dialect;
use super::proposals::{self, Decision};
use super::rows::{Columns, micros};
use crate::domain::steps::{Answered, Draft, KnownQuestion};
use crate::domain::{LetterKey, MessageKey, Timestamp};
use crate::mail::Mail;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use serde_json::json;
use sqlx::AnyConnection;
use std::collections::BTreeSet;

/// How long an answer counts.
const OPEN: SignedDuration = SignedDuration::from_hours(72);
/// Hexadecimal digits of a code.
const DIGITS: usize = 32;
/// Codes of one letter that are looked up: an honest answer has one.
const MOST_CODES: usize = 4;

/// Writes a question down beside its letter; other letters are none.
pub(super) async fn ask(tx: &mut Tx, filing: &Filing<'_>, draft: &Draft, message: MessageKey, letter: LetterKey) -> Result<()> {
    let Some(found) = draft.intent.strip_prefix("confirm:").and_then(|rest| rest.split(':').next()?.parse::<i64>().ok()) else {
        return Ok(());
    };
    let code = draft.message_id.split('@').next().and_then(|local| local.strip_prefix("jcabot.")).unwrap_or_default();
    let sql = "INSERT INTO confirmation (activity_id, outbox_id, code, address, message_id, found, asked_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let query = sqlx::query(sql).bind(filing.activity.0).bind(letter.0).bind(code).bind(draft.to.reveal().to_owned());
    let query = query.bind(message.0).bind(found).bind(micros(filing.now)).bind(micros(filing.now + OPEN));
    query.execute(&mut **tx).await.context("Cannot write down a question")?;
    Ok(())
}

/// The questions that a letter carries the code of, or answers. Read from its own words and from what it quotes of ours, never from
/// what it forwards or attaches.
pub(super) async fn asked(
    reader: &mut AnyConnection,
    activity: ActivityId,
    mail: &Mail,
    answers: Option<LetterKey>,
    now: Timestamp,
) -> Result<Vec<KnownQuestion>> {
    let mut codes = codes_of(&mail.text.own);
    codes.extend(codes_of(&mail.text.quoted));
    if codes.is_empty() && answers.is_none() {
        return Ok(Vec::new());
    }
    let mut places = [const { None }; MOST_CODES];
    for (place, code) in places.iter_mut().zip(codes) {
        *place = Some(code);
    }
    let sql = "SELECT id, address, expires_at, outcome FROM confirmation \
               WHERE (code IN ($2, $3, $4, $5) OR outbox_id = $6) AND activity_id = $1 ORDER BY id";
    let mut query = sqlx::query(sql).bind(activity.0);
    for place in places {
        query = query.bind(place);
    }
    let rows = query.bind(answers.map(|letter| letter.0)).fetch_all(reader).await.context("Cannot look up questions")?;
    let questions = rows.iter().map(|row| {
        let is_open = row.text_or_none("outcome")?.is_none() && row.time("expires_at")? > now;
        Ok(KnownQuestion { id: row.int("id")?, address: row.address("address")?, is_open })
    });
    questions.collect()
}

/// Words that are exactly as long as a code, in small digits as it was written.
fn codes_of(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_code = |word: &&str| word.len() == DIGITS && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    words.filter(is_code).map(str::to_owned).collect()
}

/// Spends the code and decides the proposal, or does nothing: the row itself says whether the code still counts.
pub(super) async fn answer(tx: &mut Tx, dialect: Dialect, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    let (id, decision, outcome) = match filing.plan.confirming.answer {
        Some(Answered::Yes(id)) => (id, Decision::Accept, "accepted"),
        Some(Answered::No(id)) => (id, Decision::Refuse, "refused"),
        Some(Answered::Unclear) | None => return Ok(()),
    };
    let writer = filing.mail.writer().map(|writer| writer.reveal().to_owned()).unwrap_or_default();
    let sql = "UPDATE confirmation SET outcome = $2, answered_by = $3, answered_at = $4 \
               WHERE id = $1 AND outcome IS NULL AND expires_at > $4 AND address = $5 RETURNING message_id, found";
    let query = sqlx::query(sql).bind(id).bind(outcome).bind(message.0).bind(micros(filing.now)).bind(writer);
    let row = query.fetch_optional(&mut **tx).await.context("Cannot take an answer")?;
    let Some(row) = row else { return Ok(()) };
    let proposal = (MessageKey(row.int("message_id")?), row.int("found")?);
    let people = proposals::decide(tx, dialect, filing.activity, proposal, decision, filing.now).await?;
    let detail = json!({ "proposal": proposal.0.0, "decision": outcome, "changes": people });
    Entry::new(filing.activity, filing.now, "confirmation-answered").about(message).with(&detail).write(tx).await
}

#[cfg(test)]
mod tests {
    use super::codes_of;

    #[test]
    fn only_a_whole_word_in_small_digits_is_a_code() {
        let code = "0123456789abcdef0123456789abcdef";

        assert_eq!(codes_of(&format!("> Code: {code}.")).len(), 1);
        for no in [code.to_uppercase(), format!("{code}0"), code.chars().skip(1).collect(), code.replace('a', "g")] {
            assert!(codes_of(&no).is_empty(), "{no}");
        }
    }
}
