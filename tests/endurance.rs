//! What the design promises, counted on real servers by an oracle outside the program: nothing lost, nothing twice.
//!
//! Each test has a size, small by default; `tests/endure` gives others and prints the figures as a table. They need the servers
//! of `tests/run` and say nothing without them.

mod cuts;
mod flood;
mod fuzz;
mod kills;
mod leaders;
mod order;
mod points;
mod postgres;
pub(crate) mod rig;
