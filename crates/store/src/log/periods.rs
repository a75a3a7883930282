//! Counters and accounts added up over ten minutes, so that a window of days is read in milliseconds.
//!
//! A period that is over is added up by housekeeping and listed as counted. An increment that comes late, as after
//! storage was away, takes it from the list in the same transaction; until it is added up again its buckets are read.

use model::counter::BUCKET_US;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::reading::Reading;
use super::{condition, timestamp};
use crate::error::StoreError;
use crate::pools::Store;

/// Length of a period, microseconds: so many buckets that a week has a thousand periods, and few enough that what is
/// not added up yet is read quickly.
pub const PERIOD_US: i64 = 600_000_000;
/// A period is added up when it has been over for so long, microseconds.
const SETTLED_US: i64 = 60_000_000;
/// Key of the advisory lock that adding up holds alone and increments share: between reading buckets and listing their
/// period, none may come.
const LOCK: i64 = 0x5374_6565_6c79_6173;

/// How a window is read: whole periods by their sums, the rest by buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// Counted periods within the window, in time: (start, answered, stored).
    pub periods: Vec<(i64, u64, u64)>,
    /// What they leave, [from, to) in whole buckets.
    pub gaps: Vec<(i64, i64)>,
}

impl Cover {
    /// The window that these periods leave gaps in.
    fn of(from: i64, to: i64, periods: Vec<(i64, u64, u64)>) -> Cover {
        let mut gaps = Vec::new();
        let mut at = from;
        for (period, ..) in &periods {
            if at < *period {
                gaps.push((at, *period));
            }
            at = period + PERIOD_US;
        }
        if at < to {
            gaps.push((at, to));
        }
        Cover { periods, gaps }
    }

    /// A condition on `answer_periods` and `account_periods`: just the periods of this cover.
    pub fn periods_sql(&self) -> String {
        ranges("period", &merged(self.periods.iter().map(|(at, ..)| (*at, at + PERIOD_US))))
    }

    /// A condition on `answer_counters` and `log_accounts`: just the buckets of the gaps.
    pub fn gaps_sql(&self) -> String {
        ranges("bucket", &self.gaps)
    }
}

/// A condition on a time: it lies in one of these stretches.
pub fn ranges(column: &str, stretches: &[(i64, i64)]) -> String {
    let moment = |at: i64| format!("{}::timestamptz", condition::literal(&timestamp(at)));
    let any: Vec<String> = stretches
        .iter()
        .map(|(from, to)| format!("({column} >= {} AND {column} < {})", moment(*from), moment(*to)))
        .collect();
    if any.is_empty() { "false".to_owned() } else { format!("({})", any.join(" OR ")) }
}

/// Stretches in time, those that touch joined.
pub fn merged(stretches: impl IntoIterator<Item = (i64, i64)>) -> Vec<(i64, i64)> {
    let mut out: Vec<(i64, i64)> = Vec::new();
    for (from, to) in stretches {
        match out.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

impl Reading {
    /// How [from, to), in whole buckets, is read for sums over steps of this length: by buckets alone where no whole
    /// period fits into a step.
    pub async fn cover(
        &mut self,
        site: &str,
        from: i64,
        to: i64,
        step: Option<i64>,
    ) -> Result<Cover, StoreError> {
        let (from, to) = (from.div_euclid(BUCKET_US) * BUCKET_US, to.div_euclid(BUCKET_US) * BUCKET_US);
        if step.is_some_and(|step| step % PERIOD_US != 0) {
            return Ok(Cover::of(from, to, Vec::new()));
        }
        let sql = format!(
            "SELECT (extract(epoch FROM period) * 1000000)::bigint, answered, stored FROM counted_periods \
             WHERE site = {} AND {} AND period <= {}::timestamptz ORDER BY period",
            condition::literal(site),
            ranges("period", &[(from, to)]),
            condition::literal(&timestamp(to - PERIOD_US))
        );
        let found = self.fetch(sql).await?.unwrap_or_default();
        let counted = |row: &sqlx::postgres::PgRow| {
            let number = |at: usize| Ok::<_, StoreError>(row.try_get::<i64, _>(at)? as u64);
            Ok::<_, StoreError>((row.try_get(0)?, number(1)?, number(2)?))
        };
        let periods: Result<Vec<_>, _> = found.iter().map(counted).collect();
        Ok(Cover::of(from, to, periods?))
    }
}

impl Store {
    /// Adds up every period that is over and not counted yet, each in a transaction of its own; at most `most`.
    /// Gives how many it was.
    pub async fn add_up_periods(&self, now: i64, most: i64) -> Result<u64, StoreError> {
        let end = (now - SETTLED_US).div_euclid(PERIOD_US) * PERIOD_US;
        let sql = "SELECT (extract(epoch FROM series.period) * 1000000)::bigint FROM generate_series( \
                     (SELECT date_bin('10 minutes', min(bucket), 'epoch') FROM answer_counters), \
                     $2::text::timestamptz - interval '10 minutes', interval '10 minutes') AS series (period) \
                   WHERE NOT EXISTS (SELECT FROM counted_periods c WHERE c.site = $1 AND c.period = series.period) \
                   ORDER BY 1 LIMIT $3";
        let open: Vec<i64> = sqlx::query_scalar(sql)
            .bind(&self.site)
            .bind(timestamp(end))
            .bind(most)
            .fetch_all(&self.export)
            .await?;
        for period in &open {
            self.add_up(*period).await?;
        }
        Ok(open.len() as u64)
    }

    async fn add_up(&self, period: i64) -> Result<(), StoreError> {
        let site = condition::literal(&self.site);
        let start = format!("{}::timestamptz", condition::literal(&timestamp(period)));
        let buckets = ranges("bucket", &[(period, period + PERIOD_US)]);
        let mut tx = self.export.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        for sql in [
            format!("DELETE FROM answer_periods WHERE site = {site} AND period = {start}"),
            format!("DELETE FROM account_periods WHERE site = {site} AND period = {start}"),
            format!(
                "INSERT INTO answer_periods (period, site, service, pool, member, family, rcode, count) \
                 SELECT {start}, {site}, service, pool, member, family, rcode, sum(count)::bigint \
                 FROM answer_counters WHERE site = {site} AND {buckets} GROUP BY 3, 4, 5, 6, 7"
            ),
            format!(
                "INSERT INTO account_periods (period, site, service, outcome, count) \
                 SELECT {start}, {site}, service, outcome, sum(count)::bigint \
                 FROM log_accounts WHERE site = {site} AND {buckets} GROUP BY 3, 4"
            ),
            format!(
                "INSERT INTO counted_periods (site, period, answered, stored) SELECT {site}, {start}, \
                 coalesce((SELECT sum(count)::bigint FROM answer_periods WHERE site = {site} AND period = {start}), 0), \
                 coalesce((SELECT sum(count)::bigint FROM account_periods \
                           WHERE site = {site} AND period = {start} AND outcome = 0), 0) \
                 ON CONFLICT DO NOTHING"
            ),
        ] {
            sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Takes the periods of buckets that increments came for from the list of those that are added up.
pub async fn reopen(
    connection: &mut PgConnection,
    site: &str,
    buckets: impl IntoIterator<Item = i64>,
) -> Result<(), StoreError> {
    let mut periods: Vec<i64> = buckets.into_iter().map(|at| at.div_euclid(PERIOD_US) * PERIOD_US).collect();
    periods.sort_unstable();
    periods.dedup();
    lock_shared(connection).await?;
    let periods: Vec<String> = periods.into_iter().map(timestamp).collect();
    let sql = "DELETE FROM counted_periods WHERE site = $1 AND period = ANY ($2::text[]::timestamptz[])";
    sqlx::query(sql).bind(site).bind(periods).execute(connection).await?;
    Ok(())
}

/// The same for every period that a stretch of time touches.
pub async fn reopen_between(
    connection: &mut PgConnection,
    site: &str,
    from: i64,
    to: i64,
) -> Result<(), StoreError> {
    lock_shared(connection).await?;
    let sql = "DELETE FROM counted_periods WHERE site = $1 \
               AND period > $2::text::timestamptz - interval '10 minutes' AND period < $3::text::timestamptz";
    sqlx::query(sql).bind(site).bind(timestamp(from)).bind(timestamp(to)).execute(connection).await?;
    Ok(())
}

async fn lock_shared(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_advisory_xact_lock_shared($1)").bind(LOCK).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_and_gaps_make_up_the_window() {
        let at = |n: i64| n * PERIOD_US;
        let periods = vec![(at(2), 5, 5), (at(3), 5, 4), (at(6), 1, 1)];
        let cover = Cover::of(at(1) + BUCKET_US, at(9), periods);
        assert_eq!(cover.gaps, [(at(1) + BUCKET_US, at(2)), (at(4), at(6)), (at(7), at(9))]);
        assert_eq!(merged([(1, 2), (2, 3), (5, 6)]), [(1, 3), (5, 6)]);
        assert_eq!(Cover::of(0, at(1), vec![(0, 1, 1)]).gaps, []);
    }
}
