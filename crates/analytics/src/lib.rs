//! The proof of a split: counts of answers beside the weights that were in force, and a verdict on them.
//!
//! [`judge`] looks at one segment, a time in which weights and eligible members stayed the same; [`report`] joins
//! the segments of a window; [`split_csv`] reaches the same verdict from a column of any exported log.
//! Nothing here reads a clock or a database: counts come in, verdicts go out.

mod chi_square;
mod exact;
mod g_test;
mod hashed;
mod judge;
pub mod parquet;
mod reason;
mod report;
mod sequential;
pub mod split_csv;
mod spread;
mod wilson;

pub use chi_square::survival as chi_square_survival;
pub use judge::{SIGNIFICANCE, judge};
pub use report::report;
pub use spread::spread;
pub use wilson::interval as wilson_interval;
