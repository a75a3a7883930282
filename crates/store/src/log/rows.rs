//! Pages of the log. Paging by key costs the same on the last page as on the first, and neither skips nor repeats a
//! row while new ones arrive.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use api::view::{Around, LogLine, LogPage, Near};
use model::filter::{Field, Filter, Op, Test, Value};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use super::columns::{COMPACT_COLUMNS, Column, MORE_COLUMNS};
use super::reading::Reading;
use super::slices::Slices;
use super::{LogQuery, condition, timestamp};
use crate::error::StoreError;
use crate::pools::Store;

/// How long following waits for rows that a rare filter passes.
const FOLLOWING: Duration = Duration::from_secs(2);
/// A page that is not full after so long, or so many slices, is searched with the help of counters.
const QUICK: Duration = Duration::from_millis(30);
const A_FEW: u32 = 3;
/// How far from a row those around it are looked for, microseconds.
const AROUND_US: i64 = 86_400_000_000;

/// In which direction rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
}

impl Order {
    fn sql(self) -> &'static str {
        match self {
            Order::NewestFirst => "at DESC, id DESC",
            Order::OldestFirst => "at, id",
        }
    }
}

impl Store {
    /// Rows newest first, those before (time, id) if given, at most `limit`.
    ///
    /// A filter that few rows pass may need longer than `budget` to fill a page: then the page holds what was found,
    /// and says how far back that was searched.
    pub async fn page(
        &self,
        query: &LogQuery,
        before: Option<(i64, i64)>,
        limit: i64,
        budget: Duration,
    ) -> Result<LogPage, StoreError> {
        let to = before.map_or(query.to, |(at, _)| query.to.min(at.saturating_add(1)));
        let key = before.map(|(at, id)| format!("(at, id) < ({}, {id})", moment(at)));
        let within = LogQuery { to, ..query.clone() };
        self.search(&within, key, Order::NewestFirst, limit, budget).await
    }

    /// Rows after (time, id), the oldest first, at most `limit`: what came since. `next` is where to go on from, in
    /// any case.
    pub async fn newer(
        &self,
        query: &LogQuery,
        after: (i64, i64),
        limit: i64,
    ) -> Result<LogPage, StoreError> {
        let (at, id) = after;
        let key = format!("(at, id) > ({}, {id})", moment(at));
        let within = LogQuery { from: query.from.max(at), ..query.clone() };
        let mut page = self.search(&within, Some(key), Order::OldestFirst, limit, FOLLOWING).await?;
        page.next = page.next.or(page.rows.last().map(|last| (last.at, last.id))).or(Some(after));
        Ok(page)
    }

    /// The row of this time and number.
    pub async fn row(&self, at: i64, id: i64) -> Result<Option<LogLine>, StoreError> {
        let site = condition::literal(&self.site);
        let sql =
            select(&format!("at = {} AND id = {id} AND site = {site}", moment(at)), Order::NewestFirst, 1);
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(&self.read).await?;
        rows.first().map(line).transpose()
    }

    /// A row with at most `n` rows before and after it, of the same client or service if asked, within a day.
    pub async fn around(
        &self,
        at: i64,
        id: i64,
        n: i64,
        near: Near,
        budget: Duration,
    ) -> Result<Around, StoreError> {
        let Some(row) = self.row(at, id).await? else { return Ok(Around::default()) };
        let filter = self.alike(at, id, near).await?;
        let (from, to) = (at.saturating_sub(AROUND_US), at.saturating_add(AROUND_US));
        let query = LogQuery { from, to, filter };
        let mut before = self.page(&query, Some((at, id)), n, budget / 2).await?.rows;
        before.reverse();
        let key = format!("(at, id) > ({}, {id})", moment(at));
        let later = LogQuery { from: at, ..query };
        let after = self.search(&later, Some(key), Order::OldestFirst, n, budget / 2).await?.rows;
        Ok(Around { before, row: Some(row), after })
    }

    /// Rows of the same client or service as the row of this time and number.
    async fn alike(&self, at: i64, id: i64, near: Near) -> Result<Filter, StoreError> {
        let field = match near {
            Near::All => return Ok(Filter::All),
            Near::Client => Field::ClientIp,
            Near::Service => Field::Service,
        };
        // As it is stored: a cell may carry an apostrophe for spreadsheets.
        let sql = format!(
            "SELECT host(client), coalesce(lower(service), '') FROM query_log WHERE at = {} AND id = {id}",
            moment(at)
        );
        let found = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_one(&self.read).await?;
        let value = match near {
            Near::Service => Value::Text(found.try_get(1)?),
            _ => {
                let address: IpAddr =
                    found.try_get::<String, _>(0)?.parse().map_err(StoreError::unreadable)?;
                Value::Network(address.into())
            }
        };
        Ok(Filter::Test(Test { field, op: Op::Equal(value) }))
    }

    async fn search(
        &self,
        query: &LogQuery,
        key: Option<String>,
        order: Order,
        limit: i64,
        budget: Duration,
    ) -> Result<LogPage, StoreError> {
        let mut page = LogPage::default();
        let mut reading = Reading::begin(self, budget).await?;
        let Some((from, to)) = reading.extent(query).await? else { return Ok(page) };
        let mut slices = match order {
            Order::NewestFirst => Slices::backwards(from, to),
            Order::OldestFirst => Slices::forwards(from, to),
        };
        let started = Instant::now();
        let mut asked_counters = false;
        while let Some((from, to)) = slices.next() {
            let begun = Instant::now();
            let part = LogQuery { from, to, filter: query.filter.clone() };
            let mut wanted = condition::of(&part, &self.site);
            if let Some(key) = &key {
                wanted = format!("{wanted} AND {key}");
            }
            let sql = select(&wanted, order, limit - page.rows.len() as i64);
            // The first slice is searched in any case, so that going on always comes to an end.
            let found = match slices.given() == 1 {
                true => reading.fetch_within(sql, reading.left().max(FOLLOWING)).await?,
                false => reading.fetch(sql).await?,
            };
            let Some(found) = found else {
                let (reached, next) = match order {
                    Order::NewestFirst => (to, (to, 0)),
                    Order::OldestFirst => (from, (from, 0)),
                };
                (page.searched_to, page.next) = (Some(reached), Some(next));
                break;
            };
            for row in &found {
                page.rows.push(line(row)?);
            }
            if page.rows.len() as i64 >= limit {
                page.next = page.rows.last().map(|last| (last.at, last.id));
                break;
            }
            // Few rows pass: what counters rule out need not be searched.
            if !asked_counters && (slices.given() >= A_FEW || started.elapsed() > QUICK) {
                asked_counters = true;
                let rest = slices.rest();
                slices.leave_out(reading.ruled_out(&self.site, &query.filter, rest).await?);
            }
            slices.took(begun.elapsed(), reading.left());
        }
        Ok(page)
    }
}

/// A time as a constant.
fn moment(at: i64) -> String {
    format!("{}::timestamptz", condition::literal(&timestamp(at)))
}

/// The columns of a line, without the time, which is read as a number.
fn line_columns() -> impl Iterator<Item = &'static Column> {
    COMPACT_COLUMNS.iter().skip(1).chain(MORE_COLUMNS.iter())
}

/// The expressions are computed for the rows of the page alone: the inner query has found them by index.
fn select(wanted: &str, order: Order, limit: i64) -> String {
    let expressions: Vec<&str> = line_columns().map(|column| column.cell.as_str()).collect();
    let order = order.sql();
    format!(
        "SELECT id, (extract(epoch FROM at) * 1000000)::bigint, {} FROM \
         (SELECT * FROM query_log WHERE {wanted} ORDER BY {order} LIMIT {limit}) page ORDER BY {order}",
        expressions.join(", ")
    )
}

fn line(row: &PgRow) -> Result<LogLine, StoreError> {
    let mut cells = Vec::with_capacity(COMPACT_COLUMNS.len() + MORE_COLUMNS.len());
    for (i, column) in line_columns().enumerate() {
        cells.push((column.name.to_owned(), row.try_get::<String, _>(i + 2)?));
    }
    Ok(LogLine { id: row.try_get(0)?, at: row.try_get(1)?, cells })
}
