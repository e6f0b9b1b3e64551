//! What filing and shelving do to the figures of a folder; the other side of [`super::folders`].

use super::Tx;
use super::activity::ActivityId;
use super::filing::Filing;
use super::rows::micros;
use crate::domain::Timestamp;
use crate::domain::steps::Place;
use anyhow::{Context, Result};

/// The mailbox of imported letters; its paths are no folders that are looked at again.
pub(super) const IMPORT: &str = "import";

/// What a batch filed in one folder.
#[derive(Debug, Default)]
pub(super) struct Settled {
    filed: i64,
    copies: i64,
    places: Vec<(i64, String)>,
}

impl Settled {
    /// The folder under which a filing is counted.
    pub(super) fn key(filing: &Filing<'_>) -> (ActivityId, String, String) {
        let place = &filing.raw.place;
        let folder = if place.mailbox == IMPORT { String::new() } else { place.folder.clone() };
        (filing.activity, place.mailbox.clone(), folder)
    }

    pub(super) fn add(&mut self, filing: &Filing<'_>, what: What) {
        match what {
            What::Filed => self.filed += 1,
            What::Copy => self.copies += 1,
            What::Known => {}
        }
        if filing.raw.place.mailbox != IMPORT {
            self.places.push((filing.raw.place.uid_validity, filing.raw.place.uid.clone()));
        }
    }

    /// Takes the arrivals away and counts. What was filed without having been listed (by a command) counts as listed now.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        (activity, mailbox, folder): &(ActivityId, String, String),
        now: Timestamp,
    ) -> Result<()> {
        let mut arrived = 0;
        for (uid_validity, uid) in &self.places {
            let sql = "DELETE FROM arrival WHERE mailbox = $1 AND folder = $2 AND uid_validity = $3 AND uid = $4";
            let query = sqlx::query(sql).bind(mailbox).bind(folder).bind(uid_validity).bind(uid);
            arrived += i64::try_from(query.execute(&mut **tx).await.context("Cannot take away an arrival")?.rows_affected())?;
        }
        let copies = self.copies.max(arrived - self.filed);
        let unlisted = self.filed + copies - arrived;
        let sql = "INSERT INTO folder (activity_id, mailbox, folder, uid_validity, uid_next, listed, filed, copies, moved_in, own, never_seen, held, \
                   trouble, looked_at) VALUES ($1, $2, $3, 0, 0, $4, $5, $6, 0, 0, 0, 0, '', $7) ON CONFLICT (mailbox, folder) DO UPDATE SET \
                   listed = folder.listed + excluded.listed, filed = folder.filed + excluded.filed, copies = folder.copies + excluded.copies";
        let query = sqlx::query(sql).bind(activity.0).bind(mailbox).bind(folder).bind(unlisted).bind(self.filed).bind(copies);
        query.bind(micros(now)).execute(&mut **tx).await.context("Cannot count what was filed in a folder")?;
        Ok(())
    }
}

/// What became of one filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Filed for the first time.
    Filed,
    /// A copy in a place that was not known.
    Copy,
    /// Known, and in this place.
    Known,
}

/// A letter came into a folder by shelving.
pub(super) async fn moved_in(tx: &mut Tx, activity: ActivityId, place: &Place, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO folder (activity_id, mailbox, folder, uid_validity, uid_next, listed, filed, copies, moved_in, own, never_seen, held, \
               trouble, looked_at) VALUES ($1, $2, $3, $4, 0, 1, 0, 0, 1, 0, 0, 0, '', $5) ON CONFLICT (mailbox, folder) DO UPDATE SET \
               listed = folder.listed + 1, moved_in = folder.moved_in + 1";
    let query = sqlx::query(sql).bind(activity.0).bind(&place.mailbox).bind(&place.folder).bind(place.uid_validity);
    query.bind(micros(now)).execute(&mut **tx).await.context("Cannot count a letter that was shelved")?;
    Ok(())
}
