//! Rules, vocabulary, charters and templates: compiled in as the default, overridden file by file by a directory.
//!
//! Only user of `include_dir`. A file `<overlay>/en/kinds.toml` takes the place of the built-in `rules/en/kinds.toml`;
//! a file that only the overlay has is read too, so a new charter is one new file.

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// The rule folder as the program sees it.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    overlay: Option<PathBuf>,
}

/// A text with the name that an error message must use for it.
#[derive(Clone, Debug)]
pub struct Text {
    /// The path a person can open: the overlay's file, or `rules/en/kinds.toml (built in)`.
    pub name: String,
    /// The content.
    pub text: String,
}

impl Resources {
    /// Only what is compiled in.
    pub fn built_in() -> Resources {
        Resources { overlay: None }
    }

    /// Built in, overridden by the files of `dir`.
    pub fn overridden_by(dir: impl Into<PathBuf>) -> Resources {
        Resources { overlay: Some(dir.into()) }
    }

    /// Reads a file by its path inside the rule folder (`en/kinds.toml`); `None` when neither place has it.
    pub fn read(&self, path: &str) -> Result<Option<Text>> {
        if let Some(file) = self.overlay.as_ref().map(|dir| dir.join(path)).filter(|file| file.is_file()) {
            let text = std::fs::read_to_string(&file).with_context(|| format!("Cannot read {}", file.display()))?;
            return Ok(Some(Text { name: file.display().to_string(), text }));
        }
        let Some(file) = BUILT_IN.get_file(path) else { return Ok(None) };
        let text = file.contents_utf8().with_context(|| format!("rules/{path} (built in) is not UTF-8"))?;
        Ok(Some(Text { name: format!("rules/{path} (built in)"), text: text.to_owned() }))
    }

    /// Reads a file that must be there.
    pub fn require(&self, path: &str) -> Result<Text> {
        let place = self.overlay.as_deref().map_or_else(|| "the built-in rules".to_owned(), |dir| dir.display().to_string());
        self.read(path)?.with_context(|| format!("There is no file {path} in {place}"))
    }

    /// The names of the files directly in a folder (`en`), without the folder, sorted; of both places.
    pub fn list(&self, folder: &str) -> Result<Vec<String>> {
        let mut names = BTreeSet::new();
        if let Some(dir) = BUILT_IN.get_dir(folder) {
            names.extend(dir.files().filter_map(|file| file_name(file.path())));
        }
        if let Some(dir) = self.overlay.as_ref().map(|dir| dir.join(folder)).filter(|dir| dir.is_dir()) {
            for entry in std::fs::read_dir(&dir).with_context(|| format!("Cannot list {}", dir.display()))? {
                let path = entry.with_context(|| format!("Cannot list {}", dir.display()))?.path();
                if path.is_file() {
                    names.extend(file_name(&path));
                }
            }
        }
        Ok(names.into_iter().collect())
    }
}

fn file_name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}
