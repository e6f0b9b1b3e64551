//! Every function of the ledger, on SQLite always, on PostgreSQL when told where.

mod filing;
