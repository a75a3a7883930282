//! The verdict on an exported log: one column of a CSV file against weights given by hand.
//!
//! The file is read once, in batches of bounded size, so that a million rows and more cost no more memory than a
//! few thousand. What an export leaves out (order, other windows, rows that were dropped) cannot be known from it;
//! see [`judge_csv`] for what follows from that.

mod cell;
mod column;
mod expect;
mod known;
mod series;
mod tally;
mod time;

use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::Path;

use model::Problem;
use model::rrtype::Family;
use model::split::{ObservedSegment, Segment, SegmentMember, SplitMode, Verdict};
use serde::Serialize;

use column::Counted;
pub use expect::parse_expect;
pub use known::ANSWERS;

/// Strangers that are listed by name.
const STRANGERS_LISTED: usize = 10;

/// A judged column of a CSV file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CsvSplit {
    /// The column that was read.
    pub column: String,
    /// Rows of the file, its head not counted.
    pub rows: u64,
    /// Rows whose cell was empty: queries without an answer. They do not count.
    pub empty: u64,
    /// Rows whose cell began with an address of the other family. They belong to another split and do not count.
    pub other_family: u64,
    /// Rows whose cell held something and no address. They count as answers that named a stranger.
    pub unreadable: u64,
    /// Addresses that were answered and not expected, with their rows: the most frequent ten.
    pub strangers: Vec<(IpAddr, u64)>,
    /// The column that said when rows were, if the file has one that is known.
    pub time: Option<String>,
    /// Rows of which no time could be read. They are judged like all others and stand in no chart over time.
    pub timeless: u64,
    /// Answers over time; none when no row has a time.
    pub over_time: Option<OverTime>,
    /// The verdict. It carries no generation (0), and no times (0) where the file has none.
    pub segment: Segment,
}

/// Answers over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverTime {
    /// Length of a bar, microseconds.
    pub step: i64,
    /// Start of a bar in microseconds since 1970 UTC, the expected address, answers; without an address they are those
    /// of all others.
    pub bars: Vec<(i64, Option<IpAddr>, u64)>,
}

/// Judges the file at `path`; see [`judge_csv`].
pub fn judge_csv_file(
    path: &Path,
    column: Option<&str>,
    expect: &[(IpAddr, u16)],
) -> Result<CsvSplit, Problem> {
    let file = File::open(path).map_err(|e| {
        let remedy = "give the path of a CSV file that this user may read";
        Problem::new("csv", path.display().to_string(), format!("cannot be opened ({e}): {remedy}"))
    })?;
    judge_csv(file, column, expect)
}

/// Judges one column of the CSV text in `reader` against `expect`, as [`parse_expect`] gives it.
///
/// Without `column`, the first of [`ANSWERS`] that the file has is read. The first address of a cell counts,
/// be the cell `10.0.0.1;10.0.0.2`, `['10.0.0.1']` or a JSON array; an address that is not expected fails the split.
/// Counts within the bound of an exact schedule pass as such. All others are held to the test of independent
/// draws, because an export proves neither that it is whole nor that it is one stretch of time.
pub fn judge_csv(
    reader: impl Read,
    column: Option<&str>,
    expect: &[(IpAddr, u16)],
) -> Result<CsvSplit, Problem> {
    let Some((first, _)) = expect.first() else {
        return Err(Problem::new("expect", "", expect::REMEDY));
    };
    let family = Family::of_address(*first);
    let Counted { column, time, tally } = column::read(reader, column, expect)?;
    if tally.by_address.is_empty() && tally.unreadable > 0 {
        let message = "no cell of this column has an address: name the column of the answers with --column";
        return Err(Problem::new("column", column, message));
    }
    let of_family = |address: &IpAddr| Family::of_address(*address) == family;
    let count = |address: &IpAddr| tally.by_address.get(address).copied().unwrap_or(0);
    let mut strangers: Vec<(IpAddr, u64)> = tally
        .by_address
        .iter()
        .filter(|(address, _)| of_family(address) && !expect.iter().any(|(known, _)| known == *address))
        .map(|(address, count)| (*address, *count))
        .collect();
    strangers.sort_by_key(|(address, count)| (std::cmp::Reverse(*count), *address));
    let over_time = tally.series.finish();
    // The end of a window is not in it; the last row is.
    let (from, to) = over_time.as_ref().map_or((0, 0), |(from, to, ..)| (*from, *to + 1));
    let over_time = over_time.map(|(_, _, step, bars)| OverTime {
        step,
        bars: bars.into_iter().map(|(at, part, n)| (at, expect.get(part).map(|(a, _)| *a), n)).collect(),
    });
    let observed = ObservedSegment {
        from,
        to,
        generation: 0,
        family,
        mode: SplitMode::Exact,
        runs: 1,
        members: expect.iter().map(member).collect(),
        observed: expect.iter().map(|(address, _)| count(address)).collect(),
        strangers: strangers.iter().map(|(_, count)| count).sum::<u64>() + tally.unreadable,
        networks: None,
    };
    strangers.truncate(STRANGERS_LISTED);
    Ok(CsvSplit {
        column,
        rows: tally.rows,
        empty: tally.empty,
        other_family: tally.by_address.iter().filter(|(a, _)| !of_family(a)).map(|(_, count)| count).sum(),
        unreadable: tally.unreadable,
        strangers,
        time,
        timeless: tally.timeless,
        over_time,
        segment: judge_either_way(observed),
    })
}

fn judge_either_way(mut observed: ObservedSegment) -> Segment {
    let exact = crate::judge(&observed);
    if exact.verdict == Verdict::Pass {
        return exact;
    }
    observed.mode = SplitMode::Random;
    crate::judge(&observed)
}

fn member((address, weight): &(IpAddr, u16)) -> SegmentMember {
    SegmentMember { pool: String::new(), address: *address, site: None, weight: *weight, hash: None }
}

#[cfg(test)]
mod tests;
