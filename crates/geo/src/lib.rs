//! Where clients are: databases in MaxMind's format, read again when their files change.
//!
//! A database is read whole into memory and put in the place of the one before by one atomic swap; a lookup reads memory
//! and waits for nothing. A file that cannot be read, or is none, leaves the one before in force.

mod database;
mod file;

pub use database::Databases;
