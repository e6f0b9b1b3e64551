//! One test program, so that the crate is linked once.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic, and its helpers are tests")]

mod acceptance;
mod authentication;
mod cli;
mod config;
mod corrections;
mod daemon;
mod delivery;
mod documents;
mod endurance;
mod extract;
mod frames;
mod fuzz;
mod hostile;
mod imap;
mod layers;
mod layouts;
mod ledger;
mod loops;
mod mail;
mod mailbox;
mod migrations;
mod pipeline;
mod plan;
mod rehearsal;
mod reply;
mod restore;
mod rules;
mod sayings;
mod smtp;
mod store;
mod support;
mod trust;
