//! Cells counted by what they say, a batch at a time.

use std::collections::HashMap;
use std::net::IpAddr;

use polars::prelude::{ChunkedBuilder, IntoSeries};
use polars::prelude::{
    DataFrame, Int64Type, IntoColumn, PolarsResult, PrimitiveChunkedBuilder, StringChunkedBuilder,
};

use super::cell::{self, Cell};
use super::series::Series;

/// Rows that are held in memory at a time.
const BATCH: usize = 65_536;
/// Octets of cells that are held in memory at a time.
const HELD: usize = 4 << 20;

/// Counts of one column.
pub(super) struct Tally {
    /// All rows.
    pub(super) rows: u64,
    /// Rows with an empty cell.
    pub(super) empty: u64,
    /// Rows whose cell has something other than an address.
    pub(super) unreadable: u64,
    /// Rows of which it was not readable when they were.
    pub(super) timeless: u64,
    /// Rows by the first address of their cell.
    pub(super) by_address: HashMap<IpAddr, u64>,
    /// Answers over time; of no use where rows have no time.
    pub(super) series: Series,
    expect: Vec<IpAddr>,
    held: Held,
}

/// A batch in the making.
struct Held {
    cells: StringChunkedBuilder,
    buckets: PrimitiveChunkedBuilder<Int64Type>,
    rows: usize,
    octets: usize,
    span: Option<(i64, i64)>,
}

impl Held {
    fn new() -> Held {
        Held {
            cells: StringChunkedBuilder::new("cell".into(), BATCH),
            buckets: PrimitiveChunkedBuilder::new("bucket".into(), BATCH),
            rows: 0,
            octets: 0,
            span: None,
        }
    }
}

impl Tally {
    /// Nothing is counted yet; over time, the expected addresses are told apart and all others are one.
    pub(super) fn new(expect: &[(IpAddr, u16)]) -> Tally {
        Tally {
            rows: 0,
            empty: 0,
            unreadable: 0,
            timeless: 0,
            by_address: HashMap::new(),
            series: Series::new(),
            expect: expect.iter().map(|(address, _)| *address).collect(),
            held: Held::new(),
        }
    }

    /// Adds a row: its cell, and when it was if that is known, microseconds since 1970 UTC.
    pub(super) fn row(&mut self, cell: &str, at: Option<i64>) -> PolarsResult<()> {
        self.held.cells.append_value(cell);
        self.held.buckets.append_option(at.map(|at| self.series.bucket(at)));
        if let Some(at) = at {
            let (first, last) = self.held.span.unwrap_or((at, at));
            self.held.span = Some((first.min(at), last.max(at)));
        }
        self.held.rows += 1;
        self.held.octets += cell.len();
        if self.held.rows >= BATCH || self.held.octets >= HELD { self.count() } else { Ok(()) }
    }

    /// Counts what is held. A log repeats few distinct cells, so the frame groups them before one is read.
    pub(super) fn count(&mut self) -> PolarsResult<()> {
        let Held { cells, buckets, rows, span, .. } = std::mem::replace(&mut self.held, Held::new());
        if rows == 0 {
            return Ok(());
        }
        let columns = [cells.finish().into_series(), buckets.finish().into_series()];
        let frame = DataFrame::new_infer_height(columns.map(IntoColumn::into_column).to_vec())?;
        let groups = frame.group_by(["bucket", "cell"])?;
        let keys = DataFrame::new_infer_height(groups.keys())?;
        let (buckets, cells) = (keys.column("bucket")?.i64()?, keys.column("cell")?.str()?);
        for ((group, bucket), cell) in groups.get_groups().iter().zip(buckets.iter()).zip(cells.iter()) {
            self.add(cell.unwrap_or_default(), bucket, group.len() as u64);
        }
        if let Some((first, last)) = span {
            self.series.note(first, last);
        }
        Ok(())
    }

    fn add(&mut self, cell: &str, bucket: Option<i64>, count: u64) {
        self.rows += count;
        if bucket.is_none() {
            self.timeless += count;
        }
        let address = match cell::read(cell) {
            Cell::Empty => {
                self.empty += count;
                return;
            }
            Cell::Unreadable => {
                self.unreadable += count;
                None
            }
            Cell::Address(address) => {
                *self.by_address.entry(address).or_insert(0) += count;
                Some(address)
            }
        };
        let other_family = address.zip(self.expect.first()).is_some_and(|(a, b)| a.is_ipv4() != b.is_ipv4());
        if let Some(bucket) = bucket.filter(|_| !other_family) {
            let known = self.expect.iter().position(|expected| Some(*expected) == address);
            self.series.add(bucket, known.unwrap_or(self.expect.len()), count);
        }
    }
}
