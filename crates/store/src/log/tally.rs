//! Rows counted by time and value, by the quickest way that is true: lossless counters where they say that every answer
//! has its row, rows themselves where there are few to look at, and a random sample of the window otherwise.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use api::view::{Basis, By};
use model::counter::{BUCKET_US, OTHER_RCODE};
use model::filter::Field;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::counted::{Condition, Table, exact};
use super::group::{self, Group};
use super::periods::{PERIOD_US, merged, ranges};
use super::reading::Reading;
use super::{LogQuery, code, condition, sample};
use crate::error::StoreError;

type Result<T> = std::result::Result<T, StoreError>;

/// Above this estimate of PostgreSQL's planner rows are not looked at one by one: two hundred thousand rows by their
/// time, a tenth of a second.
const EXACT_COST: f64 = 200_000.0;
/// Buckets of gaps are read one by one, as long as the gaps are no longer together, microseconds.
const LONGEST_GAPS_US: i64 = 12 * 3_600_000_000;
/// A statement names no more stretches of time than this.
const MOST_STRETCHES: usize = 64;

/// What to count.
pub struct Ask<'a> {
    /// Which rows.
    pub query: &'a LogQuery,
    /// By which value; by none, all rows have the empty text.
    pub by: Option<By>,
    /// By steps of so many microseconds, whole buckets; by none, all lie in step 0.
    pub step: Option<i64>,
}

/// Rows, and answers they stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    pub rows: f64,
    pub stands_for: f64,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By start of the step and value.
    pub cells: BTreeMap<(i64, String), Cell>,
    /// How rows are known.
    pub basis: Basis,
    /// How far back rows were counted when time was up.
    pub searched_to: Option<i64>,
}

impl Tally {
    pub(super) fn add(&mut self, start: i64, value: String, cell: Cell) {
        let sum = self.cells.entry((start, value)).or_default();
        sum.rows += cell.rows;
        sum.stands_for += cell.stands_for;
    }
}

impl Ask<'_> {
    /// The step of a time as an expression.
    pub fn step_sql(&self, time: &str) -> String {
        self.step.map_or("0::bigint".to_owned(), |step| {
            format!("(extract(epoch FROM {time}) * 1000000)::bigint / {step} * {step}")
        })
    }

    /// The group of rows.
    pub fn group(&self) -> Group {
        self.by.map_or_else(group::none, group::of)
    }
}

/// Counts.
pub async fn tally(reading: &mut Reading, site: &str, ask: &Ask<'_>) -> Result<Tally> {
    let mut tally = Tally::default();
    let Some((from, to)) = reading.extent(ask.query).await? else { return Ok(tally) };
    let rest = by_counters(reading, site, ask, (from, to), &mut tally).await?;
    if rest.is_empty() {
        return Ok(tally);
    }
    if cost(reading, site, ask, &rest).await?.is_some_and(|cost| cost < EXACT_COST) {
        // Planners err: half of the time is kept for a sample.
        let sql = by_rows(site, ask, &rest);
        let limit = reading.left() / 2;
        if let Some(found) = reading.fetch_within(sql, limit).await? {
            for row in &found {
                tally.add(row.try_get(0)?, row.try_get(1)?, cell(row, 2)?);
            }
            return Ok(tally);
        }
    }
    let basis = sample::sample(reading, site, ask, &rest, &mut tally).await?;
    tally.basis = basis;
    if basis == Basis::Partial {
        tally.searched_to = Some(to);
    }
    Ok(tally)
}

fn cell(row: &PgRow, at: usize) -> Result<Cell> {
    let number = |at: usize| Ok::<_, StoreError>(row.try_get::<i64, _>(at)? as f64);
    Ok(Cell { rows: number(at)?, stands_for: number(at + 1)? })
}

/// Counts what the counters speak for. Gives what they leave, to be counted by rows.
async fn by_counters(
    reading: &mut Reading,
    site: &str,
    ask: &Ask<'_>,
    (from, to): (i64, i64),
    tally: &mut Tally,
) -> Result<Vec<(i64, i64)>> {
    let whole = vec![(from, to)];
    let (Some(condition), Some(group)) = (exact(&ask.query.filter, Table::Counters), countable(ask)) else {
        return Ok(whole);
    };
    // A bucket in the window in part is counted by rows.
    let (first, last) =
        ((from + BUCKET_US - 1).div_euclid(BUCKET_US) * BUCKET_US, to / BUCKET_US * BUCKET_US);
    if first >= last {
        return Ok(whole);
    }
    let cover = reading.cover(site, first, last, ask.step).await?;
    let gaps: i64 = cover.gaps.iter().map(|(from, to)| to - from).sum();
    let complete = |answered: u64, stored: u64| answered == stored && answered > 0;
    let periods = cover.periods.iter().filter(|(_, answered, stored)| complete(*answered, *stored));
    let periods = merged(periods.map(|(at, ..)| (*at, at + PERIOD_US)));
    let buckets = match gaps <= LONGEST_GAPS_US {
        true => complete_buckets(reading, site, &cover.gaps_sql()).await?,
        false => Vec::new(),
    };
    if periods.is_empty() && buckets.is_empty() || periods.len().max(buckets.len()) > MOST_STRETCHES {
        return Ok(whole);
    }
    let mut counted: Vec<(i64, i64)> = periods.iter().chain(&buckets).copied().collect();
    counted.sort_unstable();
    let found = reading.fetch(sums(site, ask, &group, &condition, &periods, &buckets)).await?;
    let Some(found) = found else { return Ok(whole) };
    let mut cells = Vec::new();
    for row in &found {
        let (start, value, rows): (i64, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let shared = ask.by == Some(By::Field(Field::Rcode)) && row.try_get::<bool, _>(3)?;
        // Codes that share a place cannot be told apart.
        if shared {
            return Ok(whole);
        }
        cells.push((start, value, rows as f64));
    }
    for (start, value, rows) in cells {
        tally.add(start, value, Cell { rows, stands_for: rows });
    }
    tally.basis = Basis::Counted;
    Ok(remainder((from, to), &merged(counted)))
}

/// The group, where counters have its value.
fn countable(ask: &Ask<'_>) -> Option<Group> {
    match ask.by {
        None => Some(ask.group()),
        Some(By::Field(Field::Rcode | Field::Service | Field::Pool | Field::Member)) => Some(ask.group()),
        Some(_) => None,
    }
}

/// Buckets of a stretch whose every answer has its row.
async fn complete_buckets(reading: &mut Reading, site: &str, stretch: &str) -> Result<Vec<(i64, i64)>> {
    let site = condition::literal(site);
    let sql = format!(
        "SELECT (extract(epoch FROM bucket) * 1000000)::bigint FROM (\
           SELECT bucket, count AS answered, 0 AS stored FROM answer_counters WHERE site = {site} AND {stretch} \
           UNION ALL \
           SELECT bucket, 0, count FROM log_accounts WHERE site = {site} AND outcome = 0 AND {stretch}) both_sides \
         GROUP BY bucket HAVING sum(answered) = sum(stored) AND sum(answered) > 0 ORDER BY bucket"
    );
    let found = reading.fetch(sql).await?.unwrap_or_default();
    let starts: Result<Vec<i64>> = found.iter().map(|row| Ok(row.try_get(0)?)).collect();
    Ok(merged(starts?.into_iter().map(|at| (at, at + BUCKET_US))))
}

fn sums(
    site: &str,
    ask: &Ask<'_>,
    group: &Group,
    condition: &Condition,
    periods: &[(i64, i64)],
    buckets: &[(i64, i64)],
) -> String {
    let (site, condition) = (condition::literal(site), condition.sql());
    let of = |table: &str, time: &str, stretches: &[(i64, i64)]| {
        format!(
            "SELECT {} AS start, {}, rcode AS code, count FROM {table} WHERE site = {site} AND {} AND {condition}",
            ask.step_sql(time),
            group.column(),
            ranges(time, stretches)
        )
    };
    let shared = code(OTHER_RCODE.0);
    format!(
        "SELECT start, {}, rows, shared FROM (\
           SELECT start, {name}, sum(count)::bigint AS rows, bool_or(code = {shared}) AS shared \
           FROM ({} UNION ALL {}) counted GROUP BY start, {name}) sums",
        group.label,
        of("answer_periods", "period", periods),
        of("answer_counters", "bucket", buckets),
        name = group.name
    )
}

/// What these stretches, in time, leave of a window.
fn remainder((from, to): (i64, i64), stretches: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut left = Vec::new();
    let mut at = from;
    for (start, end) in stretches {
        if at < *start {
            left.push((at, *start));
        }
        at = at.max(*end);
    }
    if at < to {
        left.push((at, to));
    }
    left
}

fn wanted(site: &str, ask: &Ask<'_>, rest: &[(i64, i64)]) -> String {
    // The outermost bounds let the planner leave out partitions.
    let (from, to) = (rest.first().map_or(0, |r| r.0), rest.last().map_or(0, |r| r.1));
    let bounds = LogQuery { from, to, filter: ask.query.filter.clone() };
    let bounds = condition::of(&bounds, site);
    if rest.len() == 1 { bounds } else { format!("{bounds} AND {}", ranges("at", rest)) }
}

fn by_rows(site: &str, ask: &Ask<'_>, rest: &[(i64, i64)]) -> String {
    let group = ask.group();
    format!(
        "SELECT start, {}, rows, stands_for FROM (\
           SELECT {} AS start, {}, count(*) AS rows, sum(stands_for)::bigint AS stands_for \
           FROM query_log WHERE {} GROUP BY 1, 2) bars",
        group.label,
        ask.step_sql("at"),
        group.column(),
        wanted(site, ask, rest)
    )
}

/// What the planner thinks that looking at the rows costs; none when there are too many stretches to ask.
async fn cost(reading: &mut Reading, site: &str, ask: &Ask<'_>, rest: &[(i64, i64)]) -> Result<Option<f64>> {
    if rest.len() > MOST_STRETCHES {
        return Ok(None);
    }
    let (cost, _) = reading.plan(&by_rows(site, ask, rest)).await?;
    Ok(Some(cost))
}

/// The time one pass over a sample may take of what is left.
pub(super) fn worth_another(begun: Instant, left: Duration) -> bool {
    begun.elapsed() * 3 < left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counters_leave_is_counted_by_rows() {
        assert_eq!(remainder((3, 99), &[(10, 20), (20, 30), (50, 90)]), [(3, 10), (30, 50), (90, 99)]);
        assert_eq!(remainder((0, 9), &[(0, 9)]), []);
        assert_eq!(remainder((0, 9), &[]), [(0, 9)]);
    }
}
