//! Reading a row's columns by name, with an error that names the column.

use crate::domain::Timestamp;
use crate::domain::address::Address;
use anyhow::{Context, Result, anyhow};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::borrow::Cow;
use std::str::FromStr;

/// A row, read by column name.
pub(super) trait Columns {
    fn text(&self, column: &str) -> Result<String>;
    fn text_or_none(&self, column: &str) -> Result<Option<String>>;
    fn int(&self, column: &str) -> Result<i64>;
    fn int_or_none(&self, column: &str) -> Result<Option<i64>>;
    fn bytes(&self, column: &str) -> Result<Vec<u8>>;

    fn yes(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    fn time(&self, column: &str) -> Result<Timestamp> {
        from_micros(self.int(column)?, column)
    }

    fn time_or_none(&self, column: &str) -> Result<Option<Timestamp>> {
        self.int_or_none(column)?.map(|micros| from_micros(micros, column)).transpose()
    }

    /// A word of a closed list.
    fn word<T: FromStr>(&self, column: &str) -> Result<T> {
        let word = self.text(column)?;
        word.parse().ok().with_context(|| format!("“{word}” in column {column} is no word of its list"))
    }

    fn word_or_none<T: FromStr>(&self, column: &str) -> Result<Option<T>> {
        let Some(word) = self.text_or_none(column)? else { return Ok(None) };
        let read = word.parse().ok().with_context(|| format!("“{word}” in column {column} is no word of its list"))?;
        Ok(Some(read))
    }

    fn address(&self, column: &str) -> Result<Address> {
        Address::parse(&self.text(column)?).with_context(|| format!("Column {column} holds no address"))
    }

    fn address_or_none(&self, column: &str) -> Result<Option<Address>> {
        Ok(self.text_or_none(column)?.as_deref().and_then(Address::parse))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).with_context(|| format!("Column {column} holds no such JSON"))
    }
}

impl Columns for AnyRow {
    fn text(&self, column: &str) -> Result<String> {
        self.try_get(column).with_context(|| format!("Cannot read column {column}"))
    }

    fn text_or_none(&self, column: &str) -> Result<Option<String>> {
        self.try_get(column).with_context(|| format!("Cannot read column {column}"))
    }

    fn int(&self, column: &str) -> Result<i64> {
        self.try_get(column).with_context(|| format!("Cannot read column {column}"))
    }

    fn int_or_none(&self, column: &str) -> Result<Option<i64>> {
        self.try_get(column).with_context(|| format!("Cannot read column {column}"))
    }

    fn bytes(&self, column: &str) -> Result<Vec<u8>> {
        self.try_get(column).with_context(|| format!("Cannot read column {column}"))
    }
}

fn from_micros(micros: i64, column: &str) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| anyhow!("Column {column} holds no time"))
}

/// A moment as rows keep it.
pub(super) fn micros(moment: Timestamp) -> i64 {
    moment.as_microsecond()
}

/// A value as JSON. Our own plain data have no map with odd keys, so this cannot fail.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data can be written as JSON")
}

/// Text of a letter as a row takes it: PostgreSQL refuses NUL.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) }
}

/// A Message-ID that is worth an index entry. PostgreSQL refuses keys over 2,700 bytes, RFC 5322 lines over 998; a longer id is no
/// honest one and identifies nothing.
pub(super) fn indexable(id: &str) -> Option<&str> {
    (!id.is_empty() && id.len() <= 900 && !id.contains('\0')).then_some(id)
}
