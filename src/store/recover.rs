//! What a rebuild writes and reads: letters of ours that had left, the installation's own name and key, letters of an older ledger.

use super::activity::{ActivityId, Instance};
use super::filing::count_one;
use super::journal::Entry;
use super::lists::LARGEST_LETTER;
use super::rows::{Columns, micros};
use super::shelving::place_of;
use super::{Settings, Store};
use crate::domain::address::Address;
use crate::domain::steps::{Place, RawMail};
use crate::domain::words::Outgoing;
use crate::domain::{Fingerprint, LetterKey, MessageKey, Timestamp};
use anyhow::{Context, Result, bail};

/// A letter of ours of which a copy was found.
#[derive(Clone, Debug)]
pub struct Recovered<'a> {
    /// What it was for.
    pub intent: &'a str,
    /// Without angle brackets.
    pub message_id: &'a str,
    /// Which kind.
    pub kind: Outgoing,
    /// To whom.
    pub to: &'a Address,
    /// The letter that it answered.
    pub message: Option<MessageKey>,
    /// The copy.
    pub bytes: &'a [u8],
    /// When it left, as its Date says.
    pub at: Timestamp,
}

/// A letter on file that may have been answered.
#[derive(Clone, Debug)]
pub struct Answerable {
    /// Its key.
    pub message: MessageKey,
    /// What its answer's Message-ID is made of.
    pub fingerprint: Fingerprint,
    /// Its own Message-ID.
    pub message_id: Option<String>,
}

impl Store {
    /// Writes a letter of ours down as accepted; `false` when one for the same is on file.
    pub async fn recover(&self, activity: ActivityId, letter: &Recovered<'_>, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let sql = "INSERT INTO outbox (activity_id, intent, rfc_id, state, kind, recipient, recipient_domain, message_id, thread_id, bytes, due_at, \
                   tries, unknown, epoch, phase, note, enqueued_at, claimed_at, accepted_at) \
                   VALUES ($1, $2, $3, 'accepted', $4, $5, $6, $7, (SELECT thread_id FROM message WHERE id = $7), $8, $9, 1, 0, 0, 'replied', \
                   'a copy of it was found when the ledger was rebuilt', $9, $9, $9) ON CONFLICT DO NOTHING RETURNING id";
        let query = sqlx::query(sql).bind(activity.0).bind(letter.intent).bind(letter.message_id).bind(letter.kind.as_str());
        let query = query.bind(letter.to.reveal()).bind(letter.to.domain()).bind(letter.message.map(|id| id.0));
        let row = query.bind(letter.bytes).bind(micros(letter.at)).fetch_optional(&mut *tx).await;
        let Some(row) = row.context("Cannot write down a letter that had left")? else { return Ok(false) };
        let key = LetterKey(row.int("id")?);
        if let Some(week) = letter.intent.strip_prefix("digest:").and_then(|rest| rest.rsplit(':').next()) {
            let sql = "INSERT INTO digest (activity_id, iso_week, outbox_id, written_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            let query = sqlx::query(sql).bind(activity.0).bind(week).bind(key.0).bind(micros(letter.at));
            query.execute(&mut *tx).await.context("Cannot write down a digest that had left")?;
        }
        count_one(&mut tx, activity, "accepted", letter.at).await?;
        Entry::new(activity, now, "recovered").on(key).write(&mut tx).await?;
        tx.commit().await.context("Cannot write down a letter that had left")?;
        Ok(true)
    }

    /// The letters of a sender.
    pub async fn letters_from(&self, activity: ActivityId, sender: &Address) -> Result<Vec<Answerable>> {
        let sql = "SELECT id, fingerprint, rfc_id FROM message WHERE sender = $2 AND +activity_id = $1 ORDER BY id";
        let query = sqlx::query(sql).bind(activity.0).bind(sender.reveal());
        let rows = query.fetch_all(&self.readers).await.context("Cannot list the letters of a sender")?;
        let letters = rows.iter().map(|row| {
            Ok(Answerable {
                message: MessageKey(row.int("id")?),
                fingerprint: Fingerprint(row.text("fingerprint")?),
                message_id: row.text_or_none("rfc_id")?,
            })
        });
        letters.collect()
    }

    /// Gives a new ledger the name and key of the installation that it takes the place of. One that has its own already keeps it.
    pub async fn adopt(&self, instance: &Instance, now: Timestamp) -> Result<()> {
        let sql = "INSERT INTO instance (id, name, secret, created_at) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING";
        let query = sqlx::query(sql).bind(&instance.id).bind(instance.key.to_vec()).bind(micros(now));
        query.execute(&self.writer).await.context("Cannot take over the installation's key")?;
        let own = self.instance().await?;
        if own != *instance {
            bail!("The ledger has a key of its own already; a rebuild begins with an empty database");
        }
        Ok(())
    }

    /// Whether any letter is on file, of whatever activity.
    pub async fn has_letters(&self) -> Result<bool> {
        let row = sqlx::query("SELECT id FROM message LIMIT 1").fetch_optional(&self.readers).await;
        Ok(row.context("Cannot look into the database")?.is_some())
    }

    /// Every letter that another ledger kept, oldest first, with the place where it was last seen. A frame that is damaged is given as an
    /// error, and the others go on.
    pub async fn kept_letters(settings: &Settings) -> Result<Vec<Result<RawMail>>> {
        let store = Store::open_existing(settings).await?;
        let sql = "SELECT message_id FROM raw ORDER BY message_id";
        let rows = sqlx::query(sql).fetch_all(&store.readers).await.context("Cannot list the letters of the other ledger")?;
        let mut letters = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = row.int("message_id")?;
            letters.push(store.kept_letter(id).await.with_context(|| format!("Message {id} of the other ledger")));
        }
        store.close().await;
        Ok(letters)
    }

    async fn kept_letter(&self, id: i64) -> Result<RawMail> {
        let sql =
            "SELECT r.bytes, r.size, m.received_at FROM raw r JOIN message m ON m.id = r.message_id WHERE r.message_id = $1";
        let row = sqlx::query(sql).bind(id).fetch_one(&self.readers).await.context("Cannot be read")?;
        let size = row.int("size")?;
        let most = usize::try_from(size).unwrap_or(LARGEST_LETTER).min(LARGEST_LETTER);
        let bytes = zstd::bulk::decompress(&row.bytes("bytes")?, most).context("Its bytes are damaged")?;
        let sql = "SELECT mailbox, folder, uid_validity, uid FROM sighting WHERE message_id = $1 \
                   ORDER BY CASE WHEN gone_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 1";
        let place = sqlx::query(sql).bind(id).fetch_optional(&self.readers).await.context("Cannot be located")?;
        let nowhere =
            || Place { mailbox: "import".to_owned(), folder: "another ledger".to_owned(), uid_validity: 0, uid: id.to_string() };
        let place = place.as_ref().map(place_of).transpose()?.unwrap_or_else(nowhere);
        Ok(RawMail {
            place,
            bytes,
            whole_size: u64::try_from(size).unwrap_or_default(),
            received_at: row.time_or_none("received_at")?,
        })
    }
}

/// Unfolds what [`super::compress`] made.
pub fn decompress(frame: &[u8], most: usize) -> Result<Vec<u8>> {
    zstd::bulk::decompress(frame, most).context("A letter in memory is damaged")
}
