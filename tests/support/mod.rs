//! What several tests need: a temporary store, a small SMTP server, a whole activity in a folder.

pub(crate) mod activity;
pub(crate) mod cutter;
pub(crate) mod dovecot;
pub(crate) mod fake_imap;
pub(crate) mod files;
pub(crate) mod jca;
pub(crate) mod line;
pub(crate) mod postfix;
pub(crate) mod smtp_server;
pub(crate) mod store;
pub(crate) mod tls;
