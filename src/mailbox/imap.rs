use super::{Fetched, ImapSettings, MailboxError, Scan, Shelved};
use crate::domain::steps::Place;
#[derive(Debug)]
pub(super) struct Imap;
impl Imap {
    pub(super) async fn connect(_: &ImapSettings) -> Result<Imap, MailboxError> { Err(MailboxError::Connection("not built".into())) }
    pub(super) async fn scan(&mut self, _: &str) -> Result<Scan, MailboxError> { Ok(Scan::default()) }
    pub(super) async fn fetch(&mut self, _: &str, _: i64, _: &str) -> Result<Option<Fetched>, MailboxError> { Ok(None) }
    pub(super) async fn shelve(&mut self, _: &Place, _: Option<&str>, _: &[String], _: Option<&str>) -> Result<Shelved, MailboxError> { Ok(Shelved::Gone) }
    pub(super) async fn wait(&mut self) -> Result<(), MailboxError> { Ok(()) }
    pub(super) async fn describe(&mut self) -> Result<String, MailboxError> { Ok(String::new()) }
    pub(super) async fn close(self) {}
}
