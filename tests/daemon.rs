//! The daemon as a process: what it survives, and what it says of itself.

mod leader;
mod silence;
mod trouble;
