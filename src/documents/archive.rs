//! The zip files that office documents are: measured before they are unpacked. Only user of `zip`.
//!
//! What a directory says about sizes is believed only as far as it condemns; what really comes out is counted (RELIABILITY A16).

use anyhow::{Context, Result, bail};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Entries; an office document has fewer than a hundred.
const MOST_ENTRIES: usize = 1000;
/// Octets of one entry, and of all, when unpacked.
const LARGEST_ENTRY: u64 = 50 << 20;
const LARGEST_TOTAL: u64 = 100 << 20;
/// Text is packed to a tenth, a bomb to a thousandth; small entries may be anything.
const MOST_RATIO: u64 = 200;
const RATIO_FROM: u64 = 1 << 20;

/// A measured archive.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl Archive<'_> {
    /// Opens and measures.
    pub(super) fn open(bytes: &[u8]) -> Result<Archive<'_>> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).context("it is no office document")?;
        measure(&mut zip)?;
        Ok(Archive { zip, left: LARGEST_TOTAL })
    }

    /// The names of all entries.
    pub(super) fn names(&self) -> Vec<String> {
        self.zip.file_names().flatten().map(|name| name.into_owned()).collect()
    }

    /// Unpacks one entry; `None` when there is none of that name.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let mut entry = match self.zip.by_name(name) {
            Ok(entry) => entry,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(error).context("it is damaged"),
        };
        let declared = entry.size();
        let mut part = Vec::new();
        let most = LARGEST_ENTRY.min(self.left).min(declared);
        entry.by_ref().take(most + 1).read_to_end(&mut part).context("it is damaged")?;
        if part.len() as u64 > most {
            bail!("it unpacks to far more than it says");
        }
        self.left -= part.len() as u64;
        Ok(Some(part))
    }
}

fn measure(zip: &mut ZipArchive<Cursor<&[u8]>>) -> Result<()> {
    if zip.len() > MOST_ENTRIES {
        bail!("it has {} entries, more than an office document", zip.len());
    }
    let (mut total, mut places) = (0_u64, Vec::new());
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).context("it is damaged")?;
        if entry.encrypted() {
            bail!("it is encrypted");
        }
        let (size, packed) = (entry.size(), entry.compressed_size());
        total = total.saturating_add(size);
        if size > LARGEST_ENTRY || total > LARGEST_TOTAL {
            bail!("it unpacks to more than is read");
        }
        if size > RATIO_FROM && size > packed.saturating_mul(MOST_RATIO) {
            bail!("it is packed far too densely");
        }
        let data = entry.data_start().unwrap_or_else(|| entry.header_start());
        places.push((entry.header_start(), data.saturating_add(packed)));
    }
    places.sort_unstable();
    let overlaps = places.windows(2).any(|two| matches!(two, [(_, end), (next, _)] if end > next));
    if overlaps {
        bail!("its entries lie over each other");
    }
    Ok(())
}
