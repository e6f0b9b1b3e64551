//! Step 4: what the ledger already knows about a letter and its writer. Reads only.

use super::activity::ActivityId;
use super::rows::{Columns, micros, plain};
use super::statements;
use super::threads::{Relations, Relative, Tie, ids_of, relations};
use super::{Store, questions};
use crate::domain::address::Address;
use crate::domain::steps::{Findings, Known, KnownPerson};
use crate::domain::words::{Kind, Language};
use crate::domain::{Fingerprint, LetterKey, MessageKey, Timestamp};
use crate::mail::Mail;
use crate::plan::skeleton;
use anyhow::{Context, Result, bail};
use jiff::SignedDuration;
use sqlx::AnyConnection;
use std::collections::BTreeSet;

/// The same automatic text goes to one address at most once in so long a time (RFC 3834, RELIABILITY S6).
const SAME_ANSWER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Ids, addresses and names of one letter that are looked up. A longer way to a thread is no better one; a letter that names
/// more people is looked through by a person.
const LOOKED_UP: usize = 8;

/// People of an activity whose names are compared; a longer list is none that people keep by hand.
const MOST_COMPARED: i64 = 2000;

/// All that is asked about a letter, in one question: each costs a change of threads or a round trip.
///
/// Forty relatives are enough to find a thread; ten thousand letters with one id must not be read each time. `+`: the activity must
/// not choose the index, or the whole table is read.
const ASK: &str = "\
    SELECT 'filed' AS origin, m.id, m.thread_id, c.kind AS key, CAST(NULL AS TEXT) AS who, CAST(NULL AS TEXT) AS text \
      FROM message m LEFT JOIN correction c ON c.message_id = m.id WHERE m.activity_id = $1 AND m.fingerprint = $2 \
    UNION ALL SELECT 'since', watching_since, COALESCE(resumed_at, 0), NULL, NULL, NULL FROM activity WHERE id = $1 \
    UNION ALL SELECT 'language', spoken.id, 0, spoken.language, NULL, NULL FROM \
      (SELECT id, language FROM message WHERE sender = $3 AND +activity_id = $1 AND language IS NOT NULL ORDER BY id DESC LIMIT 1) AS spoken \
    UNION ALL SELECT 'ours', id, thread_id, rfc_id, recipient, NULL FROM outbox \
      WHERE rfc_id IN ($4, $5, $6, $7, $8, $9, $10, $11) AND +activity_id = $1 \
    UNION ALL SELECT 'own', m.id, m.thread_id, m.rfc_id, m.sender, m.subject FROM \
      (SELECT m.id, m.thread_id, m.rfc_id, m.sender, t.subject FROM message m JOIN thread t ON t.id = m.thread_id \
        WHERE m.rfc_id IN ($4, $5, $6, $7, $8, $9, $10, $11) AND +m.activity_id = $1 LIMIT 40) AS m \
    UNION ALL SELECT 'named', m.id, m.thread_id, m.rfc_id, m.sender, m.subject FROM \
      (SELECT m.id, m.thread_id, r.rfc_id, m.sender, t.subject FROM message_reference r \
         JOIN message m ON m.id = r.message_id JOIN thread t ON t.id = m.thread_id \
        WHERE r.rfc_id IN ($4, $5, $6, $7, $8, $9, $10, $11) AND +r.activity_id = $1 LIMIT 40) AS m \
    UNION ALL SELECT 'person', id, 0, name, email, organization FROM person \
      WHERE email IN ($12, $13, $14, $15, $16, $17, $18, $19) AND +activity_id = $1 AND left_at IS NULL \
    UNION ALL SELECT 'person', id, 0, name, email, organization FROM person \
      WHERE name IN ($20, $21, $22, $23, $24, $25, $26, $27) AND +activity_id = $1 AND left_at IS NULL";

/// What the ledger says about a letter, before it is judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The same letter is filed: its key and thread.
    pub(super) filed: Option<(MessageKey, i64)>,
    corrected: Option<Kind>,
    /// What its ids lead to.
    pub(super) relations: Relations,
    language: Option<Language>,
    since: Option<Timestamp>,
    resumed: Option<Timestamp>,
    people: Vec<KnownPerson>,
}

impl Store {
    /// What the ledger knows about a letter and its writer.
    pub async fn recall(&self, activity: ActivityId, mail: &Mail, findings: &Findings, now: Timestamp) -> Result<Known> {
        let mut reader = self.readers.acquire().await.context("Cannot read the database")?;
        let found = ask(&mut reader, activity, mail, findings).await?;
        let known = known(&mut reader, activity, mail, found, now).await?;
        with_more(&mut reader, activity, (mail, findings), known).await
    }

    /// Counts an attempt to read a letter, and commits the count before it is read: a letter that kills the program is found out at
    /// the next start. Filing takes the count away.
    pub async fn begin_attempt(&self, activity: ActivityId, fingerprint: &Fingerprint, now: Timestamp) -> Result<u32> {
        let sql = "INSERT INTO intake_attempt (activity_id, fingerprint, attempts, first_at, latest_at) VALUES ($1, $2, 1, $3, $3) \
                   ON CONFLICT (activity_id, fingerprint) DO UPDATE SET attempts = intake_attempt.attempts + 1, \
                   latest_at = excluded.latest_at RETURNING attempts";
        let mut tx = self.write().await?;
        let query = sqlx::query(sql).bind(activity.0).bind(fingerprint.as_str()).bind(micros(now));
        let row = query.fetch_one(&mut *tx).await.context("Cannot count the attempt to read a letter")?;
        tx.commit().await.context("Cannot count the attempt to read a letter")?;
        Ok(u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX))
    }

    /// The program lives, so the letter has not killed it; what failed was something else.
    pub async fn survive_attempt(&self, activity: ActivityId, fingerprint: &Fingerprint) -> Result<()> {
        let sql =
            "UPDATE intake_attempt SET attempts = attempts - 1 WHERE activity_id = $1 AND fingerprint = $2 AND attempts > 0";
        let query = sqlx::query(sql).bind(activity.0).bind(fingerprint.as_str());
        query.execute(&self.writer).await.context("Cannot take back an attempt to read a letter")?;
        Ok(())
    }

    /// The same for many letters in one transaction. Those that were begun before and not filed are given back, uncounted: they
    /// must be read one by one, or the innocent ones would share the count of the one that kills.
    pub async fn begin_attempts(
        &self,
        activity: ActivityId,
        fingerprints: &[Fingerprint],
        now: Timestamp,
    ) -> Result<Vec<Fingerprint>> {
        let mut tx = self.write().await?;
        let mut begun = Vec::new();
        for fingerprint in fingerprints {
            let sql = "INSERT INTO intake_attempt (activity_id, fingerprint, attempts, first_at, latest_at) VALUES ($1, $2, 1, $3, $3) \
                       ON CONFLICT (activity_id, fingerprint) DO NOTHING";
            let query = sqlx::query(sql).bind(activity.0).bind(fingerprint.as_str()).bind(micros(now));
            let done = query.execute(&mut *tx).await.context("Cannot count the attempts to read letters")?;
            // The same letter twice among them is no sign of anything.
            let is_twice = fingerprints.iter().filter(|other| *other == fingerprint).count() > 1;
            if done.rows_affected() == 0 && !is_twice {
                begun.push(fingerprint.clone());
            }
        }
        tx.commit().await.context("Cannot count the attempts to read letters")?;
        Ok(begun)
    }
}

/// Asks for all of it.
pub(super) async fn ask(reader: &mut AnyConnection, activity: ActivityId, mail: &Mail, findings: &Findings) -> Result<Found> {
    let fingerprint = mail.fingerprint.as_ref().map_or("", Fingerprint::as_str);
    let writer = mail.writer().map(Address::reveal);
    let addresses = findings.contacts.iter().filter_map(|person| person.email.as_ref()).map(Address::reveal);
    let names = findings.contacts.iter().filter_map(|person| person.name.as_deref());
    let mut query = sqlx::query(ASK).bind(activity.0).bind(fingerprint).bind(writer);
    let looked_up = [padded(ids_of(mail)), padded(writer.into_iter().chain(addresses)), padded(names)];
    for text in looked_up.into_iter().flatten() {
        query = query.bind(text);
    }
    let mut found = Found::default();
    let mut relatives = Vec::new();
    for row in query.fetch_all(&mut *reader).await.context("Cannot look up a letter")? {
        let id = row.int("id")?;
        let tie = match row.text("origin")?.as_str() {
            "ours" => Tie::Ours,
            "own" => Tie::Own,
            "named" => Tie::Named,
            "filed" => {
                found.filed = Some((MessageKey(id), row.int("thread_id")?));
                found.corrected = row.word_or_none("key")?;
                continue;
            }
            "since" => {
                found.since = Some(row.time("id")?);
                found.resumed = Some(row.time("thread_id")?).filter(|at| *at > Timestamp::UNIX_EPOCH);
                continue;
            }
            "language" => {
                found.language = row.word_or_none("key")?;
                continue;
            }
            "person" => {
                if found.people.iter().all(|person| person.id != id) {
                    let (name, email) = (row.text("key")?, row.address_or_none("who")?);
                    found.people.push(KnownPerson { id, name, email, organization: row.text_or_none("text")? });
                }
                continue;
            }
            other => bail!("Cannot look up a letter: the question has no branch “{other}”"),
        };
        let (rfc_id, who) = (row.text("key")?, row.text_or_none("who")?);
        let subject = row.text_or_none("text")?.unwrap_or_default();
        relatives.push(Relative { tie, id, thread: row.int_or_none("thread_id")?, rfc_id, who, subject });
    }
    found.people.sort_by_key(|person| person.id);
    found.relations = relations(mail, &relatives);
    if found.relations.answers.is_none()
        && let Some(id) = findings.bounce.as_ref().and_then(|bounce| bounce.envelope.as_deref())
    {
        by_envelope(reader, activity, id, &mut found.relations).await?;
    }
    Ok(found)
}

/// A report that quotes nothing of our letter but the id on its envelope, which is its Message-ID before the at sign.
async fn by_envelope(reader: &mut AnyConnection, activity: ActivityId, id: &str, relations: &mut Relations) -> Result<()> {
    // All of ours end alike. Whole ids are looked up: in which order texts stand depends on the database's locale.
    let sql = "SELECT rfc_id FROM outbox WHERE activity_id = $1 ORDER BY id DESC LIMIT 1";
    let latest = sqlx::query(sql).bind(activity.0).fetch_optional(&mut *reader).await.context("Cannot look up our own ids")?;
    let latest = latest.map(|row| row.text("rfc_id")).transpose()?.unwrap_or_default();
    let Some((_, end)) = latest.split_once('@') else { return Ok(()) };
    let sql = "SELECT id, thread_id, recipient FROM outbox WHERE rfc_id = $1 AND +activity_id = $2 LIMIT 1";
    let query = sqlx::query(sql).bind(format!("{id}@{end}")).bind(activity.0);
    let Some(row) = query.fetch_optional(reader).await.context("Cannot look up a letter by its envelope")? else { return Ok(()) };
    relations.answers = Some((LetterKey(row.int("id")?), row.address_or_none("recipient")?));
    relations.thread = relations.thread.or(row.int_or_none("thread_id")?);
    Ok(())
}

/// As many as the question has places for; NULL equals nothing.
fn padded<'a>(texts: impl Iterator<Item = &'a str>) -> [Option<String>; LOOKED_UP] {
    let mut places = [const { None }; LOOKED_UP];
    for (place, text) in places.iter_mut().zip(texts) {
        *place = Some(plain(text).into_owned());
    }
    places
}

/// With what only some letters ask for, each a question of its own: the statements on file that hang together with the letter's,
/// and the people on file who look like those of the letter.
pub(super) async fn with_more(
    reader: &mut AnyConnection,
    activity: ActivityId,
    (mail, findings): (&Mail, &Findings),
    known: Known,
) -> Result<Known> {
    let mut known = known;
    if let Some(liaison) = &findings.liaison {
        known.statements = statements::known(reader, activity, liaison).await?;
    }
    if !findings.contacts.is_empty() {
        known.alike = alike(reader, activity, (mail, findings), &known.people).await?;
    }
    Ok(known)
}

/// Compared by what the names look like, which no index knows: all of a list are read, as long as it is a list of people.
async fn alike(
    reader: &mut AnyConnection,
    activity: ActivityId,
    (mail, findings): (&Mail, &Findings),
    found: &[KnownPerson],
) -> Result<Vec<KnownPerson>> {
    let senders = mail.from.iter().map(|person| person.name.as_str());
    let named = findings.contacts.iter().filter_map(|person| person.name.as_deref());
    let looks: BTreeSet<String> = senders.chain(named).take(LOOKED_UP).map(skeleton).filter(|look| look.contains(' ')).collect();
    if looks.is_empty() {
        return Ok(Vec::new());
    }
    let sql =
        "SELECT id, name, email, organization FROM person WHERE activity_id = $1 AND left_at IS NULL ORDER BY id DESC LIMIT $2";
    let query = sqlx::query(sql).bind(activity.0).bind(MOST_COMPARED);
    let mut people = Vec::new();
    for row in query.fetch_all(reader).await.context("Cannot compare names")? {
        let (id, name) = (row.int("id")?, row.text("name")?);
        if looks.contains(&skeleton(&name)) && found.iter().all(|known| known.id != id) {
            let (email, organization) = (row.address_or_none("email")?, row.text_or_none("organization")?);
            people.push(KnownPerson { id, name, email, organization });
        }
    }
    Ok(people)
}

/// What the plan is told.
pub(super) async fn known(
    reader: &mut AnyConnection,
    activity: ActivityId,
    mail: &Mail,
    found: Found,
    now: Timestamp,
) -> Result<Known> {
    let acknowledged_in_thread = acknowledged(reader, mail, &found.relations, now).await?;
    let filed = found.filed.map(|(message, _)| message);
    let (answers, answers_to) = found.relations.answers.unzip();
    let questions = questions::asked(reader, activity, mail, answers, now).await?;
    Ok(Known {
        questions,
        filed,
        corrected: found.corrected,
        // The letter itself carries its own id; that is no clash.
        same_message_id: found.relations.same_id.filter(|_| filed.is_none()),
        thread: found.relations.thread,
        answers,
        answers_to: answers_to.flatten(),
        acknowledged_in_thread,
        alike: Vec::new(),
        sender_language: found.language,
        people: found.people,
        statements: Vec::new(),
        watching_since: found.since,
        resumed_at: found.resumed,
    })
}

/// Acknowledgements that went (or wait to go) to this writer in this thread, or for a letter with this Message-ID.
async fn acknowledged(reader: &mut AnyConnection, mail: &Mail, relations: &Relations, now: Timestamp) -> Result<u32> {
    let Some(writer) = mail.writer() else { return Ok(0) };
    if relations.thread.is_none() && relations.same_id.is_none() {
        return Ok(0);
    }
    let sql = "SELECT COUNT(*) AS letters FROM outbox WHERE recipient = $1 AND kind = 'acknowledgement' AND enqueued_at > $2 \
               AND state NOT IN ('dropped', 'failed') AND (thread_id = $3 OR message_id = $4)";
    let query = sqlx::query(sql).bind(writer.reveal()).bind(micros(now - SAME_ANSWER));
    let query = query.bind(relations.thread).bind(relations.same_id.map(|id| id.0));
    let row = query.fetch_one(reader).await.context("Cannot count acknowledgements")?;
    Ok(u32::try_from(row.int("letters")?).unwrap_or(u32::MAX))
}
