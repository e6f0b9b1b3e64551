//! jcabot: the daemon that keeps the mailbox of a Joint Coordination Activity beside its secretary.
//!
//! # The way of one letter
//!
//! ```text
//!  mailbox        mail          rules           rules          store          plan            reply          store
//!  fetch ─RawMail▶ parse ─Mail─▶ classify ─Verdict▶ extract ─Findings▶ recall ─Known▶ decide ─Plan▶ draft ─Drafts▶ file ═▶ rows
//!                  └──────────── pure: no Result, no async ──────────┘  reads          └ pure ┘      └ pure ┘   ONE transaction
//! ```
//!
//! The thinking steps cannot fail and cannot wait; there is one write; a letter is known by its fingerprint; answers are
//! rendered when filed, with their final Message-ID. Outgoing mail and shelving are rows that loops replay.
//!
//! # Layers
//!
//! A module uses only what stands above it in the list of modules below (`tests/layers.rs` checks it).
//!
//! # Glossary
//!
//! *raw* (bytes) · *mail* (parsed) · *message* (filed) · *verdict* · *finding* · *person*, *seat* (the roster) · *liaison* ·
//! *deadline* · *plan* · *draft* · *letter* (in the outbox) · *rule* · *kind* · *shelving* (moving to a folder) · *charter*.

pub mod domain;

pub mod documents;
pub mod resources;

pub mod classifier;
pub mod pattern;

pub mod charter;
pub mod vocabulary;

pub mod mail;

pub mod rules;

pub mod plan;

pub mod reply;

pub mod certificate;
pub mod clock;
pub mod health;
pub mod killpoint;
pub mod lease;
pub mod net;
pub mod service;
pub mod stop;

pub mod mailbox;
pub mod smtp;
pub mod store;

pub mod knowledge;

pub mod corrections;
pub mod rehearsal;

pub mod desk;

pub mod backlog;
pub mod shelving;

pub mod delivery;
pub mod import;
pub mod intake;
pub mod leadership;
pub mod reminders;
pub mod watch;

pub mod rebuild;

pub mod config;

pub mod daemon;

pub mod cli;
