//! Where everything stands, for `doctor` and for watching programs. Cheap on a ledger of any size.

use super::Store;
use super::activity::ActivityId;
use super::caps::Breaker;
use super::rows::Columns;
use crate::domain::words::Kind;
use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::BTreeMap;

/// Where everything stands.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Letters on file, by kind.
    pub letters: BTreeMap<Kind, i64>,
    /// Copies of letters on file.
    pub copies: i64,
    /// Letters out that the servers took.
    pub accepted: i64,
    /// Letters of the outbox that are not settled for good, by state.
    pub outbox: BTreeMap<String, i64>,
    /// Letters still to be shelved.
    pub shelving: i64,
    /// Letters that could not be shelved.
    pub shelving_failed: i64,
    /// Letters that were begun to be read and are not filed.
    pub unfinished: i64,
    /// Whether automatic mail may leave.
    pub breaker: Breaker,
}

impl Store {
    /// Where everything stands.
    pub async fn status(&self, activity: ActivityId) -> Result<Status> {
        let mut counters = self.counters(activity).await?;
        let sql = "SELECT state, COUNT(*) AS letters FROM outbox WHERE activity_id = $1 \
                   AND state IN ('held', 'ready', 'claimed', 'retry', 'ambiguous', 'failed') GROUP BY state";
        let mut outbox = BTreeMap::new();
        for row in sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot count the outbox")? {
            outbox.insert(row.text("state")?, row.int("letters")?);
        }
        let sql = "SELECT (SELECT COUNT(*) FROM shelving WHERE activity_id = $1 AND state = 'pending' AND state <> 'done') AS pending, \
                          (SELECT COUNT(*) FROM shelving WHERE activity_id = $1 AND state = 'failed' AND state <> 'done') AS failed, \
                          (SELECT COUNT(*) FROM intake_attempt WHERE activity_id = $1) AS unfinished";
        let row = sqlx::query(sql).bind(activity.0).fetch_one(&self.readers).await.context("Cannot count what is to be done")?;
        Ok(Status {
            copies: counters.remove("copies").unwrap_or_default(),
            accepted: counters.remove("accepted").unwrap_or_default(),
            letters: counters.into_iter().filter_map(|(name, value)| Some((name.parse().ok()?, value))).collect(),
            outbox,
            shelving: row.int("pending")?,
            shelving_failed: row.int("failed")?,
            unfinished: row.int("unfinished")?,
            breaker: self.breaker().await?,
        })
    }

    /// All counters, added up over the days.
    pub(super) async fn counters(&self, activity: ActivityId) -> Result<BTreeMap<String, i64>> {
        let sql = "SELECT name, CAST(SUM(value) AS BIGINT) AS value FROM counter WHERE activity_id = $1 GROUP BY name";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot read the counters")?;
        rows.iter().map(|row| Ok((row.text("name")?, row.int("value")?))).collect()
    }
}
