//! The installation and its activities: made at the first start, brought in line with the charter at each further one.

use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::charter::Charter;
use crate::domain::Timestamp;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;

/// The key of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActivityId(pub i64);

/// This installation: the same after a restart and after a restored backup.
#[derive(Clone, PartialEq, Eq)]
pub struct Instance {
    /// A random word; stands in the loop mark of every outgoing letter.
    pub id: String,
    /// Key of outgoing Message-IDs and bounce addresses.
    pub key: [u8; 32],
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Store {
    /// This installation's name and key; made when first asked for.
    pub async fn instance(&self) -> Result<Instance> {
        if let Some(instance) = self.read_instance().await? {
            return Ok(instance);
        }
        let key = random()?;
        let name: String = random()?.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // Two first starts at once: the first one wins, both read its row.
        let sql = "INSERT INTO instance (id, name, secret, created_at) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(sql).bind(name).bind(key.to_vec()).bind(micros(Timestamp::now()));
        insert.execute(&self.writer).await.context("Cannot name this installation")?;
        self.read_instance().await?.context("Cannot name this installation")
    }

    async fn read_instance(&self) -> Result<Option<Instance>> {
        let sql = "SELECT name, secret FROM instance WHERE id = 1";
        let row = sqlx::query(sql).fetch_optional(&self.readers).await.context("Cannot read the name of this installation")?;
        let Some(row) = row else { return Ok(None) };
        let key = row.bytes("secret")?.try_into().ok().context("The key of this installation is damaged; restore a backup")?;
        Ok(Some(Instance { id: row.text("name")?, key }))
    }

    /// Brings the activity, its seats and its charter's deadlines in line with the charter. Doing it again changes nothing.
    pub async fn begin(&self, charter: &Charter, now: Timestamp) -> Result<ActivityId> {
        let mut tx = self.write().await?;
        let sql = "INSERT INTO activity (name, time_zone, watching_since) VALUES ($1, $2, $3) \
                   ON CONFLICT (name) DO UPDATE SET time_zone = excluded.time_zone RETURNING id";
        let row = sqlx::query(sql).bind(&charter.name).bind(&charter.time_zone).bind(micros(now));
        let row = row.fetch_one(&mut *tx).await.with_context(|| format!("Cannot begin the activity {}", charter.name))?;
        let activity = ActivityId(row.int("id")?);
        seats(&mut tx, activity, charter, now).await.context("Cannot write down the charter's seats")?;
        deadlines(&mut tx, activity, charter).await.context("Cannot write down the charter's deadlines")?;
        tx.commit().await.context("Cannot begin the activity")?;
        Ok(activity)
    }

    /// When the activity was first begun here; letters from before it are filed and not answered.
    pub async fn began_at(&self, activity: ActivityId) -> Result<Timestamp> {
        let sql = "SELECT watching_since FROM activity WHERE id = $1";
        let row = sqlx::query(sql).bind(activity.0).fetch_one(&self.readers).await.context("Cannot read the activity")?;
        row.time("watching_since")
    }
}

async fn seats(tx: &mut Tx, activity: ActivityId, charter: &Charter, now: Timestamp) -> Result<()> {
    for (position, seat) in charter.seats.iter().enumerate() {
        // A new address of a body is worth a new try: what bounced was the old one.
        let sql = "INSERT INTO seat (activity_id, word, body, category, email, position) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (activity_id, word) DO UPDATE SET body = excluded.body, category = excluded.category, \
                   bounced_at = CASE WHEN seat.email = excluded.email THEN seat.bounced_at END, \
                   email = excluded.email, position = excluded.position, retired_at = NULL";
        let query = sqlx::query(sql).bind(activity.0).bind(&seat.id).bind(&seat.body).bind(&seat.category);
        let query = query.bind(seat.email.as_ref().map(|email| email.reveal().to_owned()));
        query.bind(i64::try_from(position)?).execute(&mut **tx).await?;
    }
    let expected: BTreeSet<&str> = charter.seats.iter().map(|seat| seat.id.as_str()).collect();
    let sql = "SELECT id, word FROM seat WHERE activity_id = $1 AND retired_at IS NULL";
    for row in sqlx::query(sql).bind(activity.0).fetch_all(&mut **tx).await? {
        if !expected.contains(row.text("word")?.as_str()) {
            let sql = "UPDATE seat SET retired_at = $2 WHERE id = $1";
            sqlx::query(sql).bind(row.int("id")?).bind(micros(now)).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

async fn deadlines(tx: &mut Tx, activity: ActivityId, charter: &Charter) -> Result<()> {
    for deadline in &charter.deadlines {
        let sql = "INSERT INTO deadline (activity_id, topic, title, due_at, state) VALUES ($1, $2, $3, $4, 'open') \
                   ON CONFLICT (activity_id, topic) DO UPDATE SET title = excluded.title, due_at = excluded.due_at";
        let query = sqlx::query(sql).bind(activity.0).bind(format!("charter:{}", deadline.id)).bind(&deadline.title);
        query.bind(micros(charter.end_of(deadline.day))).execute(&mut **tx).await?;
    }
    Ok(())
}

/// 32 bytes that nobody can guess, from the system's own source.
fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    let mut source = std::fs::File::open("/dev/urandom").context("Cannot open /dev/urandom")?;
    source.read_exact(&mut bytes).context("Cannot read /dev/urandom")?;
    Ok(bytes)
}
