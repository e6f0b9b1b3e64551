//! What was learned from corrections: counts of n-grams, whole numbers that go up and down with the corrections.

use super::activity::ActivityId;
use super::pool::Dialect;
use super::rows::{Columns, to_json};
use super::{Store, Tx};
use crate::classifier::{Bucket, Model};
use crate::domain::words::Kind;
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result};

/// Buckets as a row keeps them: two octets each, the low one first.
pub(super) fn packed(buckets: &[Bucket]) -> Vec<u8> {
    buckets.iter().flat_map(|bucket| bucket.to_le_bytes()).collect()
}

fn unpacked(bytes: &[u8]) -> Vec<Bucket> {
    bytes.chunks_exact(2).filter_map(|pair| Some(Bucket::from_le_bytes(pair.try_into().ok()?))).collect()
}

/// Moves the activity's revision on. Comes first in a correction: on PostgreSQL the row keeps two corrections apart.
pub(super) async fn advance(tx: &mut Tx, activity: ActivityId) -> Result<()> {
    let sql = "INSERT INTO learning (activity_id, revision) VALUES ($1, 1) \
               ON CONFLICT (activity_id) DO UPDATE SET revision = learning.revision + 1";
    sqlx::query(sql).bind(activity.0).execute(&mut **tx).await.context("Cannot note that something was learned")?;
    Ok(())
}

/// Adds one letter of a kind.
pub(super) async fn add(tx: &mut Tx, dialect: Dialect, activity: ActivityId, kind: Kind, buckets: &[Bucket]) -> Result<()> {
    // The same but for the name of the function that makes rows of a JSON list.
    let sql = match dialect {
        Dialect::Sqlite => {
            "INSERT INTO learned (activity_id, kind, bucket, letters) SELECT $1, $2, b.value, 1 FROM json_each($3) AS b WHERE TRUE \
             ON CONFLICT (activity_id, kind, bucket) DO UPDATE SET letters = learned.letters + 1"
        }
        Dialect::Postgres => {
            "INSERT INTO learned (activity_id, kind, bucket, letters) \
             SELECT $1, $2, CAST(b.value AS BIGINT), 1 FROM jsonb_array_elements_text(CAST($3 AS JSONB)) AS b (value) \
             ON CONFLICT (activity_id, kind, bucket) DO UPDATE SET letters = learned.letters + 1"
        }
    };
    let query = sqlx::query(sql).bind(activity.0).bind(kind.as_str()).bind(to_json(buckets));
    query.execute(&mut **tx).await.context("Cannot learn from a letter")?;
    Ok(())
}

/// Takes one letter back, with the n-grams that it was learned by.
pub(super) async fn take_back(tx: &mut Tx, dialect: Dialect, activity: ActivityId, kind: Kind, packed: &[u8]) -> Result<()> {
    let sql = match dialect {
        Dialect::Sqlite => {
            "UPDATE learned SET letters = letters - 1 WHERE activity_id = $1 AND kind = $2 \
             AND bucket IN (SELECT b.value FROM json_each($3) AS b)"
        }
        Dialect::Postgres => {
            "UPDATE learned SET letters = letters - 1 WHERE activity_id = $1 AND kind = $2 \
             AND bucket IN (SELECT CAST(b.value AS BIGINT) FROM jsonb_array_elements_text(CAST($3 AS JSONB)) AS b (value))"
        }
    };
    let query = sqlx::query(sql).bind(activity.0).bind(kind.as_str()).bind(to_json(&unpacked(packed)));
    query.execute(&mut **tx).await.context("Cannot take back what was learned from a letter")?;
    let sql = "DELETE FROM learned WHERE activity_id = $1 AND kind = $2 AND letters <= 0";
    let query = sqlx::query(sql).bind(activity.0).bind(kind.as_str());
    query.execute(&mut **tx).await.context("Cannot take back what was learned from a letter")?;
    Ok(())
}

impl Store {
    /// Which state of what was learned is on file; 0 where nothing ever was. One row: asked before each letter.
    pub async fn learned_revision(&self, activity: ActivityId) -> Result<i64> {
        let sql = "SELECT revision FROM learning WHERE activity_id = $1";
        let query = sqlx::query(sql).bind(activity.0);
        let row = query.fetch_optional(&self.readers).await.context("Cannot see whether something was learned")?;
        row.map_or(Ok(0), |row| row.int("revision"))
    }

    /// All that was learned.
    pub async fn learned(&self, activity: ActivityId) -> Result<Model> {
        // The revision first: what is learned while the rest is read is read once more at the next letter.
        let revision = self.learned_revision(activity).await?;
        let sql = "SELECT kind, COUNT(*) AS letters FROM correction WHERE activity_id = $1 GROUP BY kind";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot read what was learned")?;
        let letters: Vec<(Kind, u32)> =
            rows.iter().map(|row| Ok((row.word("kind")?, u32::try_from(row.int("letters")?)?))).collect::<Result<_>>()?;
        let sql = "SELECT kind, bucket, letters FROM learned WHERE activity_id = $1";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot read what was learned")?;
        let counts: Vec<(Kind, Bucket, u32)> = rows
            .iter()
            .map(|row| {
                let bucket = Bucket::try_from(row.int("bucket")?).context("Column bucket holds no bucket")?;
                Ok((row.word("kind")?, bucket, u32::try_from(row.int("letters")?)?))
            })
            .collect::<Result<_>>()?;
        Ok(Model::new(revision, letters, counts))
    }

    /// Learns everything anew from the corrections, each with the n-grams that its letter has by today's reading.
    pub async fn relearn(
        &self,
        activity: ActivityId,
        letters: &[(MessageKey, Vec<Bucket>)],
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.write().await?;
        advance(&mut tx, activity).await?;
        let sql = "DELETE FROM learned WHERE activity_id = $1";
        sqlx::query(sql).bind(activity.0).execute(&mut *tx).await.context("Cannot forget what was learned")?;
        for (message, buckets) in letters {
            let sql = "UPDATE correction SET buckets = $2 WHERE message_id = $1 RETURNING kind";
            let query = sqlx::query(sql).bind(message.0).bind(packed(buckets));
            let row = query.fetch_optional(&mut *tx).await.context("Cannot learn from a letter")?;
            if let Some(row) = row {
                add(&mut tx, self.dialect, activity, row.word("kind")?, buckets).await?;
            }
        }
        let detail = serde_json::json!({ "letters": letters.len() });
        super::journal::Entry::new(activity, now, "relearned").by(actor).with(&detail).write(&mut tx).await?;
        tx.commit().await.context("Cannot learn anew")
    }
}
