//! What letters say: the facts that are taken out of them.

mod liaisons;
mod people;
mod updates;
