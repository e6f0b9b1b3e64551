//! The daemon as a process: what it survives, and what it says of itself.

mod certificate;
mod leader;
mod limits;
mod nights;
mod silence;
mod trouble;
