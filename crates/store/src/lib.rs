//! PostgreSQL: the only SQL of the project.
//!
//! [`Store::edit`] is the one way to change the configuration: one transaction, one revision. The log is written in
//! numbered batches by binary COPY and read back by time. Nothing here is needed to answer a query; while the
//! database is away every call fails with an error whose [`StoreError::is_away`] says so.

mod access;
mod config;
mod error;
mod events;
mod exports;
mod health;
mod log;
mod overrides;
mod pools;
mod ramps;
mod saved_views;
mod secrets;

pub use access::{SessionRow, SignedIn, TokenRow, UserRow};
pub use config::{Edit, EditError, Edited};
pub use error::StoreError;
pub use events::{DeliveryQuery, EventQuery};
pub use log::{
    Batch, Batches, Cell, CopyReader, CsvRows, ExportColumn, ExportColumns, ExportFormat, Indexed, JsonRows,
    Kind, LogQuery, Record,
};
pub use pools::{Options, Store};
pub use saved_views::{Kept, MAX_VIEWS, ViewText};
pub use secrets::SecretRow;
