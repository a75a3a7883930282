//! Cells counted by what they say, a batch at a time.

use std::collections::HashMap;
use std::net::IpAddr;

use polars::prelude::{Column, DataFrame, PolarsResult, SeriesMethods};

use super::cell::{self, Cell};

/// Counts of one column.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// All rows.
    pub(super) rows: u64,
    /// Rows with an empty cell.
    pub(super) empty: u64,
    /// Rows whose cell has something other than an address.
    pub(super) unreadable: u64,
    /// Rows by the first address of their cell.
    pub(super) by_address: HashMap<IpAddr, u64>,
}

impl Tally {
    /// Adds a batch of cells. A log repeats few distinct cells, so the frame counts them before one is read.
    pub(super) fn add(&mut self, cells: &[String]) -> PolarsResult<()> {
        if cells.is_empty() {
            return Ok(());
        }
        let frame = DataFrame::new_infer_height(vec![Column::new("cell".into(), cells)])?;
        let counted =
            frame.column("cell")?.as_materialized_series().value_counts(false, false, "n".into(), false)?;
        let (texts, counts) = (counted.column("cell")?.str()?, counted.column("n")?.idx()?);
        for (text, count) in texts.iter().zip(counts.iter()) {
            let count = u64::from(count.unwrap_or(0));
            self.rows += count;
            match cell::read(text.unwrap_or_default()) {
                Cell::Empty => self.empty += count,
                Cell::Unreadable => self.unreadable += count,
                Cell::Address(address) => *self.by_address.entry(address).or_insert(0) += count,
            }
        }
        Ok(())
    }
}
