//! Import: old letters, filed without answering anybody.

use crate::backlog::{self, Imported, Order};
use crate::desk::{Desk, Manner};
use crate::domain::steps::RawMail;
use anyhow::{Context, Result};

/// Letters read ahead of those that are understood: enough for every core, too few to fill the memory.
const AHEAD: usize = 16;

/// Files all letters of an iterator; `progress` is told how many were done after each batch. Reading happens on one blocking
/// thread.
pub async fn import<I>(desk: &Desk, letters: I, progress: impl FnMut(u64)) -> Result<Imported>
where
    I: Iterator<Item = Result<RawMail>> + Send + 'static,
{
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<RawMail>>(AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        for letter in letters {
            if sender.blocking_send(letter).is_err() {
                return;
            }
        }
    });
    let imported = backlog::file_all(desk, Order { manner: Manner::Keep, counted: false }, receiver, progress).await?;
    reader.await.context("Cannot read the letters")?;
    Ok(imported)
}
