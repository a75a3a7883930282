//! Counters, accounts and segments on their way out: what a verdict is made of.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use model::counter::BUCKET_US;
use model::row::Outcome;
use model::rrtype::{Family, Rcode};
use model::split::{ObservedSegment, SegmentMember, SplitMode, Totals};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use super::columns::rcode;
use super::condition::literal;
use super::reading::Reading;
use super::{code, timestamp};
use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// Which buckets a window is about: those that overlap it.
const IN_WINDOW: &str = "bucket > $2::timestamptz - interval '10 seconds' AND bucket < $3::timestamptz";

/// A row this near to where a segment begins or ends may have been decided by either view: it came before the one was
/// loaded, or a worker still held the other.
const MARGIN_US: i64 = 2_000_000;

/// Where rows certainly belong to a segment. They carry no health epoch, so that time has to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sure {
    /// From this moment on, microseconds since 1970 UTC.
    pub from: i64,
    /// To this one, not included.
    pub to: i64,
    /// The least and the greatest generation.
    pub generations: (i64, i64),
}

/// How long totals may take: as long as any page waits.
const TOTALS: Duration = Duration::from_secs(10);

struct Start {
    version: (i64, i64),
    at: i64,
    mode: SplitMode,
    members: Vec<SegmentMember>,
}

struct Counted {
    version: (i64, i64),
    /// Of the member's address, whatever was asked: a name is answered to every type, by one schedule.
    family: Family,
    pool: String,
    address: IpAddr,
    count: u64,
}

impl Store {
    /// What was answered for a service in a window, cut where its weights or its eligible members changed.
    pub async fn observed(&self, service: &str, from: i64, to: i64) -> Result<Vec<ObservedSegment>> {
        let counted = self.counted(service, from, to).await?;
        let starts = self.starts(service, to).await?;
        let mut segments = assemble(starts, counted, from, to);
        if segments.iter().any(|(segment, _)| segment.mode == SplitMode::Hashed) {
            match self.add_networks(service, &mut segments, (from, to)).await {
                // Rows may be too many to be read in time; the counters are there all the same.
                Err(error) if error.is_timeout() => {}
                other => other?,
            }
        }
        Ok(segments.into_iter().map(|(segment, _)| segment).collect())
    }

    async fn add_networks(
        &self,
        service: &str,
        segments: &mut [(ObservedSegment, Sure)],
        (from, to): (i64, i64),
    ) -> Result<()> {
        let newest = self.newest_rows(from, to).await?;
        for (segment, sure) in segments.iter_mut().filter(|(s, _)| s.mode == SplitMode::Hashed) {
            segment.networks = self.networks(service, segment, *sure, newest).await?;
        }
        Ok(())
    }

    async fn starts(&self, service: &str, to: i64) -> Result<Vec<Start>> {
        let sql = "SELECT generation, health_epoch, at, mode, members FROM segments \
                   WHERE site = $1 AND service = $2 AND at < $3 ORDER BY generation, health_epoch";
        let rows = sqlx::query(sql).bind(&self.site).bind(service).bind(to).fetch_all(&self.read).await?;
        let start = |row: &PgRow| {
            Ok(Start {
                version: (row.try_get("generation")?, row.try_get("health_epoch")?),
                at: row.try_get("at")?,
                mode: match row.try_get::<String, _>("mode")?.as_str() {
                    "random" => SplitMode::Random,
                    "hashed" => SplitMode::Hashed,
                    "by_client" => SplitMode::ByClient,
                    _ => SplitMode::Exact,
                },
                members: serde_json::from_value(row.try_get("members")?).map_err(StoreError::unreadable)?,
            })
        };
        rows.iter().map(start).collect()
    }

    async fn counted(&self, service: &str, from: i64, to: i64) -> Result<Vec<Counted>> {
        let sql = format!(
            "SELECT generation, health_epoch, pool, member, sum(count)::bigint AS count \
             FROM answer_counters WHERE site = $1 AND {IN_WINDOW} AND service = $4 AND member IS NOT NULL \
             AND rcode IN (0, 3) GROUP BY 1, 2, 3, 4"
        );
        let query =
            sqlx::query(AssertSqlSafe(sql)).bind(&self.site).bind(timestamp(from)).bind(timestamp(to));
        let rows = query.bind(service).fetch_all(&self.read).await?;
        let counted = |row: &PgRow| {
            let address: IpAddr = row.try_get("member")?;
            Ok(Counted {
                version: (row.try_get("generation")?, row.try_get("health_epoch")?),
                family: Family::of_address(address),
                pool: row.try_get::<Option<String>, _>("pool")?.unwrap_or_default(),
                address,
                count: row.try_get::<i64, _>("count")? as u64,
            })
        };
        rows.iter().map(counted).collect()
    }

    /// Answers of a service by step of `step` microseconds and member: (start, member, answers).
    pub async fn series(
        &self,
        service: &str,
        from: i64,
        to: i64,
        step: i64,
    ) -> Result<Vec<(i64, String, u64)>> {
        let name = "host(member)";
        let only = "service = $4 AND member IS NOT NULL";
        self.steps(name, only, service, from, to, step).await
    }

    /// Answers of the site by step and response code: (start, code, answers).
    pub async fn answers_by_rcode(&self, from: i64, to: i64, step: i64) -> Result<Vec<(i64, String, u64)>> {
        self.steps(&rcode("rcode"), "$4 = ''", "", from, to, step).await
    }

    async fn steps(
        &self,
        name: &str,
        only: &str,
        argument: &str,
        from: i64,
        to: i64,
        step: i64,
    ) -> Result<Vec<(i64, String, u64)>> {
        let step = step.max(BUCKET_US);
        let sql = format!(
            "SELECT (extract(epoch FROM bucket) * 1000000)::bigint / {step} * {step} AS start, {name} AS name, \
                    sum(count)::bigint AS count \
             FROM answer_counters WHERE site = $1 AND {IN_WINDOW} AND {only} GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let query =
            sqlx::query(AssertSqlSafe(sql)).bind(&self.site).bind(timestamp(from)).bind(timestamp(to));
        let rows = query.bind(argument).fetch_all(&self.read).await?;
        rows.iter()
            .map(|r| Ok((r.try_get("start")?, r.try_get("name")?, r.try_get::<i64, _>("count")? as u64)))
            .collect()
    }

    /// Answers by service.
    pub async fn answers_by_service(&self, from: i64, to: i64) -> Result<HashMap<String, u64>> {
        let sql = format!(
            "SELECT service, sum(count)::bigint AS count FROM answer_counters \
             WHERE site = $1 AND {IN_WINDOW} AND service IS NOT NULL GROUP BY 1"
        );
        let query =
            sqlx::query(AssertSqlSafe(sql)).bind(&self.site).bind(timestamp(from)).bind(timestamp(to));
        let rows = query.fetch_all(&self.read).await?;
        rows.iter().map(|r| Ok((r.try_get("service")?, r.try_get::<i64, _>("count")? as u64))).collect()
    }

    /// What became of every answered query, of one service or of the site.
    pub async fn totals(&self, service: Option<&str>, from: i64, to: i64) -> Result<Totals> {
        let mut reading = Reading::begin(self, TOTALS).await?;
        let from = from.div_euclid(BUCKET_US) * BUCKET_US;
        let cover = reading.cover(&self.site, from, to + BUCKET_US - 1, None).await?;
        let site = literal(&self.site);
        let one = service.map_or("true".to_owned(), |service| format!("service = {}", literal(service)));
        let sql = |periods: &str, buckets: &str, outcome: &str| {
            let of = |table: &str, stretch: String| {
                format!(
                    "SELECT {outcome} AS outcome, count FROM {table} WHERE site = {site} AND {stretch} AND {one}"
                )
            };
            format!("{} UNION ALL {}", of(periods, cover.periods_sql()), of(buckets, cover.gaps_sql()))
        };
        // One statement: a flush between two must not make the sums disagree.
        let sql = format!(
            "SELECT outcome, sum(count)::bigint AS count FROM ({} UNION ALL {}) sums GROUP BY outcome",
            sql("answer_periods", "answer_counters", "-1::smallint"),
            sql("account_periods", "log_accounts", "outcome")
        );
        let timeout = || StoreError::Refused {
            code: "57014".to_owned(),
            message: "adding up the answers of the window took too long: choose a shorter one".to_owned(),
        };
        let rows = reading.fetch(sql).await?.ok_or_else(timeout)?;
        let mut totals = Totals::default();
        for row in &rows {
            let count = row.try_get::<i64, _>("count")? as u64;
            let outcome: i16 = row.try_get("outcome")?;
            if outcome < 0 {
                totals.answered += count;
                continue;
            }
            match Outcome::ALL.get(outcome as usize) {
                Some(Outcome::Stored) => totals.logged += count,
                Some(Outcome::ServiceThrottle) => totals.dropped.service_throttle += count,
                Some(Outcome::SiteThrottle) => totals.dropped.site_throttle += count,
                Some(Outcome::Queue) => totals.dropped.queue += count,
                Some(Outcome::Storage) => totals.dropped.storage += count,
                None => return Err(StoreError::unreadable("an outcome of the log's accounts")),
            }
        }
        Ok(totals)
    }
}

/// Gives every count to the segment it was made in: the greatest that is not above its own version.
fn assemble(starts: Vec<Start>, counted: Vec<Counted>, from: i64, to: i64) -> Vec<(ObservedSegment, Sure)> {
    let mut by_start: BTreeMap<usize, Vec<Counted>> = BTreeMap::new();
    for count in counted {
        let after = starts.partition_point(|s| s.version <= count.version);
        if let Some(index) = after.checked_sub(1) {
            by_start.entry(index).or_default().push(count);
        }
    }
    let mut segments: Vec<(ObservedSegment, Sure)> = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let after = starts.get(index + 1);
        let next = after.map_or(to, |next| next.at);
        let sure = Sure {
            from: if index == 0 { from } else { from.max(start.at + MARGIN_US) },
            to: after.map_or(to, |next| to.min(next.at - MARGIN_US)),
            generations: (start.version.0, after.map_or(i64::MAX, |next| next.version.0)),
        };
        let counts = by_start.remove(&index).unwrap_or_default();
        let present = index + 1 == starts.len();
        for family in [Family::V4, Family::V6] {
            let members: Vec<SegmentMember> =
                start.members.iter().filter(|m| Family::of_address(m.address) == family).cloned().collect();
            let own: Vec<&Counted> = counts.iter().filter(|c| c.family == family).collect();
            // A time without answers says nothing; the weights in force now are shown all the same.
            if own.is_empty() && (members.is_empty() || !present) {
                continue;
            }
            let segment = observe(start, family, members, &own, (start.at.max(from), next.min(to)));
            match segments.iter_mut().rev().find(|(s, _)| s.family == family) {
                Some((last, certain)) if last.mode == segment.mode && last.members == segment.members => {
                    join(last, &segment);
                    (certain.to, certain.generations.1) = (sure.to, sure.generations.1);
                }
                _ => segments.push((segment, sure)),
            }
        }
    }
    segments
}

fn observe(
    start: &Start,
    family: Family,
    members: Vec<SegmentMember>,
    counts: &[&Counted],
    (from, to): (i64, i64),
) -> ObservedSegment {
    let of = |m: &SegmentMember| {
        counts.iter().filter(|c| c.address == m.address && c.pool == m.pool).map(|c| c.count).sum()
    };
    let observed: Vec<u64> = members.iter().map(of).collect();
    let all: u64 = counts.iter().map(|c| c.count).sum();
    let strangers = all - observed.iter().sum::<u64>();
    // Where a hash chose in one family alone, the mode of the segment is the other's.
    let hashed = !members.is_empty() && members.iter().all(|m| m.hash.is_some());
    let mode = if hashed && start.mode != SplitMode::ByClient { SplitMode::Hashed } else { start.mode };
    ObservedSegment {
        from,
        to: to.max(from),
        generation: start.version.0 as u64,
        family,
        mode,
        runs: 1,
        members,
        observed,
        strangers,
        networks: None,
    }
}

/// The same members with the same weights again, as after a restart: one segment, whose schedule began once more.
fn join(last: &mut ObservedSegment, next: &ObservedSegment) {
    let answered = |s: &ObservedSegment| s.observed.iter().sum::<u64>() + s.strangers > 0;
    if answered(last) && answered(next) {
        last.runs += next.runs;
    }
    last.to = last.to.max(next.to);
    last.strangers += next.strangers;
    for (own, more) in last.observed.iter_mut().zip(&next.observed) {
        *own += more;
    }
}

/// Numbers of codes fit what SQL stores them in.
const _: () = assert!(code(Rcode::DROPPED.0) == 0xfff);

#[cfg(test)]
mod tests {
    use super::*;

    fn start(version: (i64, i64), at: i64, weights: &[u16]) -> Start {
        let member = |(i, weight): (usize, &u16)| SegmentMember {
            pool: "a".into(),
            address: IpAddr::from([192, 0, 2, i as u8 + 1]),
            site: None,
            weight: *weight,
            hash: None,
        };
        Start {
            version,
            at,
            mode: SplitMode::Exact,
            members: weights.iter().enumerate().map(member).collect(),
        }
    }

    fn counted(version: (i64, i64), last: u8, count: u64) -> Counted {
        Counted {
            version,
            family: Family::V4,
            pool: "a".into(),
            address: IpAddr::from([192, 0, 2, last]),
            count,
        }
    }

    fn segments_of(starts: Vec<Start>, counts: Vec<Counted>) -> Vec<ObservedSegment> {
        assemble(starts, counts, 0, 1000).into_iter().map(|(segment, _)| segment).collect()
    }

    #[test]
    fn rows_near_a_change_belong_to_nobody_for_certain() {
        let at = 60_000_000;
        let starts = vec![
            start((1, 10), at, &[6, 3]),
            start((1, 11), 2 * at, &[6, 0]),
            start((2, 12), 3 * at, &[6, 0]),
        ];
        let counts = vec![counted((1, 10), 1, 1), counted((1, 11), 1, 1), counted((2, 12), 1, 1)];
        let sure: Vec<Sure> = assemble(starts, counts, 0, 4 * at).into_iter().map(|(_, sure)| sure).collect();
        let first = Sure { from: 0, to: 2 * at - MARGIN_US, generations: (1, 1) };
        // The second and the third have the same members: nothing between them is in doubt.
        let rest = Sure { from: 2 * at + MARGIN_US, to: 4 * at, generations: (1, i64::MAX) };
        assert_eq!(sure, [first, rest]);
    }

    #[test]
    fn counts_go_to_the_weights_that_were_in_force() {
        let starts = vec![start((1, 10), 100, &[6, 3]), start((3, 10), 300, &[1, 1])];
        let counts = vec![
            counted((1, 10), 1, 6),
            counted((2, 10), 2, 3), // generation 2 changed something else: still the first weights
            counted((3, 11), 1, 5), // a later health epoch without a change of members
            counted((3, 10), 9, 2), // a member that was not eligible
        ];
        let segments = segments_of(starts, counts);
        assert_eq!(segments.len(), 2);
        assert_eq!((segments[0].observed.clone(), segments[0].from, segments[0].to), (vec![6, 3], 100, 300));
        assert_eq!((segments[1].observed.clone(), segments[1].strangers), (vec![5, 0], 2));
    }

    #[test]
    fn a_restart_joins_and_counts_as_another_run() {
        let starts =
            vec![start((1, 10), 100, &[6, 3]), start((1, 20), 500, &[6, 3]), start((1, 30), 700, &[6, 3])];
        let segments = segments_of(starts, vec![counted((1, 10), 1, 4), counted((1, 20), 1, 5)]);
        assert_eq!(segments.len(), 1);
        assert_eq!((segments[0].observed[0], segments[0].runs, segments[0].to), (9, 2, 1000));
    }

    #[test]
    fn the_weights_in_force_are_shown_before_the_first_answer() {
        let starts = vec![start((1, 10), 100, &[6, 3]), start((2, 10), 500, &[1, 1])];
        let segments = segments_of(starts, vec![counted((1, 10), 1, 9)]);
        assert_eq!(segments.iter().map(|s| s.observed.iter().sum::<u64>()).collect::<Vec<_>>(), [9, 0]);
    }
}
