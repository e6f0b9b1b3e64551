//! Who comes to the meeting: answers to invitations, by the letters that give them.

use super::activity::ActivityId;
use super::filing::Filing;
use super::rows::{Columns, micros, plain};
use super::{Store, Tx};
use crate::domain::MessageKey;
use crate::domain::address::Address;
use crate::domain::records::Registration;
use anyhow::{Context, Result};
use sqlx::any::AnyRow;
use std::collections::BTreeSet;

/// Writes down the answers of a letter.
pub(super) async fn add(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    for found in &filing.findings.registrations {
        let sql = "INSERT INTO registration (activity_id, message_id, name, email, attendance, filed_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let query = sqlx::query(sql).bind(filing.activity.0).bind(message.0);
        let query = query.bind(found.name.as_deref().map(|name| plain(name).into_owned()));
        let query = query.bind(found.email.as_ref().map(|email| email.reveal().to_owned()));
        let query = query.bind(found.attendance.as_str()).bind(micros(filing.now));
        query.execute(&mut **tx).await.context("Cannot write down the answer to an invitation")?;
    }
    Ok(())
}

impl Store {
    /// The latest answer of each address, newest first; letters that a person called something else do not count.
    pub async fn registrations(&self, activity: ActivityId) -> Result<Vec<Registration>> {
        let sql = "SELECT r.message_id, r.name, r.email, r.attendance, r.filed_at FROM registration r JOIN message m ON m.id = r.message_id \
                   WHERE r.activity_id = $1 AND m.kind = 'meeting' ORDER BY r.id DESC";
        let rows =
            sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list the answers to invitations")?;
        let mut seen = BTreeSet::new();
        let mut latest = Vec::new();
        for row in &rows {
            let found = registration_of(row)?;
            let who = found.email.as_ref().map(|email| email.reveal().to_owned()).or_else(|| found.name.clone());
            if seen.insert(who) {
                latest.push(found);
            }
        }
        Ok(latest)
    }
}

fn registration_of(row: &AnyRow) -> Result<Registration> {
    Ok(Registration {
        message: MessageKey(row.int("message_id")?),
        name: row.text_or_none("name")?,
        email: row.text_or_none("email")?.and_then(|email| Address::parse(&email)),
        attendance: row.word("attendance")?,
        filed_at: row.time("filed_at")?,
    })
}
