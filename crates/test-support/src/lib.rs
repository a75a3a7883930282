//! What tests share: a private PostgreSQL with a database of its own for each test, and the lab as a configuration.

mod lab;
mod postgres;

pub use lab::lab;
pub use postgres::Database;
