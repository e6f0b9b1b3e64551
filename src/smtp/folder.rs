//! Letters out as files, for the demo and for dry runs.
//!
//! A file is named by the letter's own Date and Message-ID, so a letter written twice is one file.

use super::answer::Refusal;
use super::{Accepted, SendError};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;

/// A folder that takes every letter.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Folder {
        Folder { path }
    }

    pub(super) async fn send(&self, letter: &[u8]) -> Result<Accepted, SendError> {
        let name = file_name(letter);
        self.write(&name, letter).await.map_err(|error| temporary(&error))?;
        Ok(Accepted { code: 250, text: name, refused: Vec::new() })
    }

    pub(super) async fn check(&self) -> Result<String, SendError> {
        let probe = async {
            self.write(".probe", b"").await?;
            tokio::fs::remove_file(self.path.join(".probe")).await.context("Cannot remove the probe")
        };
        probe.await.map_err(|error| temporary(&error))?;
        Ok(format!("Letters are written to the folder {}", self.path.display()))
    }

    /// Aside, flushed to disk, renamed: a reader never meets half a letter, nor does a power cut leave one.
    async fn write(&self, name: &str, letter: &[u8]) -> Result<()> {
        tokio::fs::create_dir_all(&self.path).await.with_context(|| cannot("create the folder", &self.path))?;
        let (aside, place) = (self.path.join(format!(".{name}.tmp")), self.path.join(name));
        let mut file = tokio::fs::File::create(&aside).await.with_context(|| cannot("create", &aside))?;
        file.write_all(letter).await.with_context(|| cannot("write", &aside))?;
        file.sync_all().await.with_context(|| cannot("flush", &aside))?;
        tokio::fs::rename(&aside, &place).await.with_context(|| cannot("rename a letter to", &place))?;
        let folder = tokio::fs::File::open(&self.path).await.with_context(|| cannot("open", &self.path))?;
        folder.sync_all().await.with_context(|| cannot("flush", &self.path))
    }
}

fn cannot(act: &str, path: &Path) -> String {
    format!("Cannot {act} {}", path.display())
}

/// A full disk or a wrong right is mended by a person, and then the letter goes.
fn temporary(error: &anyhow::Error) -> SendError {
    SendError::Temporary(Refusal::without_reply(format!("{error:#}")))
}

/// `20120822T101500Z-3f2a9c1b7d04.eml`, from the Date and Message-ID of the letter.
fn file_name(letter: &[u8]) -> String {
    let text = String::from_utf8_lossy(letter);
    let id = field(&text, "message-id").unwrap_or_default();
    // A letter without an id (none of ours) is known by its bytes.
    let digest = if id.is_empty() { Sha256::digest(letter) } else { Sha256::digest(id.as_bytes()) };
    let hash = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>();
    let date = field(&text, "date").and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
    let time = date.map_or_else(|| "undated".to_owned(), |date| date.strftime("%Y%m%dT%H%M%SZ").to_string());
    format!("{time}-{hash}.eml")
}

/// The first line of a header field.
fn field<'a>(letter: &'a str, name: &str) -> Option<&'a str> {
    let header = letter.lines().take_while(|line| !line.is_empty());
    let mut fields = header.filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_is_named_by_date_and_message_id() {
        let letter = b"Date: Wed, 22 Aug 2012 12:15:00 +0200\r\nMessage-ID: <a@b>\r\n\r\nx";
        let other = b"message-id: <a@b>\nDate: Wed, 22 Aug 2012 12:15:00 +0200\n\nDate: other";

        assert_eq!(file_name(letter), file_name(other));
        assert!(file_name(letter).starts_with("20120822T101500Z-"));
        assert!(file_name(b"\xff").starts_with("undated-"));
    }
}
