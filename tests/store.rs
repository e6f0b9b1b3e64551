//! Every function of the ledger, on SQLite always, on PostgreSQL when told where.

mod caps;
mod filing;
mod folders;
mod lists;
mod outbox;
mod people;
mod search;
mod shelving;
mod statements;
mod threads;
mod week;
