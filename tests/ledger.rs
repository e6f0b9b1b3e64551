//! The ledger against the mailboxes: nothing lost, nothing filed or answered twice, whatever servers and people do.
//!
//! Names begin with the row of the fault table that they stand for (`tests/RELIABILITY.md`).

mod dovecot;
mod maildir;
mod refused;
mod reports;
mod scripted;
