//! Who works on this ledger: one daemon at a time, by a row whose beat must go on.
//!
//! Nobody's wall clock is asked: a waiting daemon takes over when the beat has stood still for long enough by its own clock, and
//! the leader counts its right from before each beat by its own. Each change of hands is an epoch; a claim carries it, and what a
//! daemon of an earlier epoch wants to claim or to settle is refused in the same transaction.

use super::pool::Dialect;
use super::rows::{Columns, micros};
use super::{Store, Tx};
use crate::domain::Timestamp;
use anyhow::{Context, Result, bail};
use serde::Serialize;

/// The daemon that works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leader {
    /// One more with each change of hands.
    pub epoch: i64,
    /// One more every few seconds while it lives.
    pub beat: i64,
    /// Machine, boot and process; empty when it stepped down.
    pub holder: String,
    /// Since when it leads.
    pub since: Timestamp,
}

impl Store {
    /// Who works on this ledger.
    pub async fn leader(&self) -> Result<Leader> {
        let sql = "SELECT epoch, beat, holder, since FROM leader WHERE id = 1";
        let row = sqlx::query(sql).fetch_one(&self.readers).await.context("Cannot see which daemon works on this ledger")?;
        Ok(Leader { epoch: row.int("epoch")?, beat: row.int("beat")?, holder: row.text("holder")?, since: row.time("since")? })
    }

    /// Takes over from the leader that was seen, unless it lives or another was quicker; gives the new epoch.
    pub async fn take_over(&self, seen: &Leader, holder: &str, now: Timestamp) -> Result<Option<i64>> {
        let sql = "UPDATE leader SET epoch = epoch + 1, beat = 0, holder = $3, since = $4 WHERE id = 1 AND epoch = $1 AND beat = $2 \
                   RETURNING epoch";
        let query = sqlx::query(sql).bind(seen.epoch).bind(seen.beat).bind(holder).bind(micros(now));
        let row = query.fetch_optional(&self.writer).await.context("Cannot take over the ledger")?;
        row.map(|row| row.int("epoch")).transpose()
    }

    /// The leader of this epoch lives; `false` when another has taken over.
    pub async fn beat(&self, epoch: i64) -> Result<bool> {
        let sql = "UPDATE leader SET beat = beat + 1 WHERE id = 1 AND epoch = $1";
        let done = sqlx::query(sql).bind(epoch).execute(&self.writer).await.context("Cannot keep the ledger")?;
        Ok(done.rows_affected() == 1)
    }

    /// The leader of this epoch ends in order, and the next one need not wait.
    pub async fn step_down(&self, epoch: i64) -> Result<()> {
        let sql = "UPDATE leader SET holder = '', beat = beat + 1 WHERE id = 1 AND epoch = $1";
        sqlx::query(sql).bind(epoch).execute(&self.writer).await.context("Cannot step down")?;
        Ok(())
    }

    /// Refuses a daemon of an earlier epoch; 0 is a command that sends beside no daemon. PostgreSQL: the row is kept from changing
    /// hands until the transaction ends.
    pub(super) async fn still_leads(&self, tx: &mut Tx, epoch: i64) -> Result<()> {
        if epoch == 0 {
            return Ok(());
        }
        let sql = match self.dialect {
            Dialect::Sqlite => "SELECT epoch FROM leader WHERE id = 1",
            Dialect::Postgres => "SELECT epoch FROM leader WHERE id = 1 FOR SHARE",
        };
        let row = sqlx::query(sql).fetch_one(&mut **tx).await.context("Cannot see which daemon works on this ledger")?;
        let now = row.int("epoch")?;
        if now != epoch {
            bail!("Another daemon has taken over this ledger (epoch {now}, ours was {epoch})");
        }
        Ok(())
    }
}
