//! How mail clients mark quotes, forwards, signatures and automatic answers.

use crate::resources::Resources;
use anyhow::Result;

/// How mail clients mark quotes, forwards, signatures and automatic answers.
#[derive(Debug, Default)]
pub struct MailWords {}

impl MailWords {
    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(_resources: &Resources) -> Result<MailWords> {
        Ok(MailWords::default())
    }
}
