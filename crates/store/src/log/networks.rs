//! The networks of clients, where a hash of them chose the member: from rows, as counters know no client.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;
use model::rrtype::Family;
use model::split::{DividedNetwork, MemberRows, ObservedNetworks, ObservedSegment};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use super::split::Sure;
use super::timestamp;
use crate::error::StoreError;
use crate::pools::Store;

/// Rows that one report reads at most: as many as are grouped within about a second.
pub(super) const MOST_ROWS: i64 = 1_000_000;

/// Networks of two members that are named.
const EXAMPLES: usize = 10;

impl Store {
    /// Where the newest [`MOST_ROWS`] rows of the log begin; none when the window has no more.
    pub(super) async fn newest_rows(&self, from: i64, to: i64) -> Result<Option<i64>, StoreError> {
        let sql = format!(
            "SELECT (extract(epoch FROM at) * 1000000)::bigint + 1 FROM query_log \
             WHERE at >= $1::timestamptz AND at < $2::timestamptz ORDER BY at DESC, id DESC OFFSET {MOST_ROWS} LIMIT 1"
        );
        let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(timestamp(from)).bind(timestamp(to));
        let mut tx = self.briefly().await?;
        let newest = query.fetch_optional(&mut *tx).await?;
        tx.commit().await?;
        Ok(newest)
    }

    /// The networks of a segment, from the rows that certainly belong to it and are not older than `newest`.
    pub(super) async fn networks(
        &self,
        service: &str,
        segment: &ObservedSegment,
        sure: Sure,
        newest: Option<i64>,
    ) -> Result<Option<ObservedNetworks>, StoreError> {
        let Some(hash) = segment.members.iter().find_map(|m| m.hash) else { return Ok(None) };
        let from = newest.map_or(sure.from, |newest| newest.max(sure.from));
        // Two networks that are one to the hash are one here. Whoever tells of a network of no bits is answered by turns.
        let sql = format!(
            "WITH asked AS (\
               SELECT coalesce(ecs, client) AS who, coalesce(pool, '') AS pool, member FROM query_log \
               WHERE at >= $1::timestamptz AND at < $2::timestamptz AND site = $3 AND service = $4 \
                 AND generation BETWEEN $5 AND $6 AND family(member) = $7 AND rcode IN (0, 3) \
                 AND coalesce(masklen(ecs) > 0, true)), \
             pairs AS MATERIALIZED (\
               SELECT network(set_masklen(who, CASE family(who) WHEN 4 THEN $8::integer ELSE $9::integer END)) AS network, \
                      pool, member, count(*) AS rows \
               FROM asked GROUP BY 1, 2, 3), \
             networks AS MATERIALIZED (\
               SELECT network, count(*) AS members, min(pool) AS pool, min(member) AS member, sum(rows) AS rows \
               FROM pairs GROUP BY 1), \
             named AS (SELECT network FROM networks WHERE members > 1 ORDER BY rows DESC, network LIMIT {EXAMPLES}) \
             SELECT NULL AS network, pool, host(member) AS member, count(*) AS count \
             FROM networks WHERE members = 1 GROUP BY 2, 3 \
             UNION ALL SELECT network::text, pool, host(member), rows FROM pairs JOIN named USING (network) \
             UNION ALL SELECT 'divided', NULL, NULL, count(*) FROM networks WHERE members > 1 \
             UNION ALL SELECT 'rows', NULL, NULL, coalesce(sum(rows), 0)::bigint FROM networks"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(timestamp(from)).bind(timestamp(sure.to));
        let query = query.bind(&self.site).bind(service).bind(sure.generations.0).bind(sure.generations.1);
        let family = if segment.family == Family::V4 { 4 } else { 6 };
        let query = query.bind(family).bind(i32::from(hash.mask.v4)).bind(i32::from(hash.mask.v6));
        let mut tx = self.briefly().await?;
        let rows = query.fetch_all(&mut *tx).await?;
        tx.commit().await?;
        let cut_at = (from > sure.from).then_some(from);
        Ok(Some(observed(segment, &rows, cut_at)?))
    }
}

fn observed(
    segment: &ObservedSegment,
    rows: &[PgRow],
    cut_at: Option<i64>,
) -> Result<ObservedNetworks, StoreError> {
    let networks = vec![0; segment.members.len()];
    let mut seen = ObservedNetworks { networks, cut_at, ..ObservedNetworks::default() };
    let mut divided: HashMap<IpNet, DividedNetwork> = HashMap::new();
    for row in rows {
        let count = row.try_get::<i64, _>("count")? as u64;
        let kind: Option<String> = row.try_get("network")?;
        match kind.as_deref() {
            Some("divided") => seen.divided = count,
            Some("rows") => seen.rows = count,
            Some(network) => {
                let network: IpNet = network.parse().map_err(StoreError::unreadable)?;
                let own = divided.entry(network);
                let own = own.or_insert_with(|| DividedNetwork { network, members: Vec::new() });
                own.members.push(MemberRows { member: member(row)?, rows: count });
            }
            None => {
                let (pool, address): (String, IpAddr) = (row.try_get("pool")?, member(row)?);
                let place = segment.members.iter().position(|m| m.pool == pool && m.address == address);
                if let Some(networks) = place.and_then(|place| seen.networks.get_mut(place)) {
                    *networks = count;
                }
            }
        }
    }
    seen.examples = divided.into_values().collect();
    for network in &mut seen.examples {
        network.members.sort_by_key(|m| (std::cmp::Reverse(m.rows), m.member));
    }
    let rows = |network: &DividedNetwork| network.members.iter().map(|m| m.rows).sum::<u64>();
    seen.examples.sort_by_key(|network| (std::cmp::Reverse(rows(network)), network.network));
    Ok(seen)
}

fn member(row: &PgRow) -> Result<IpAddr, StoreError> {
    let address: String = row.try_get("member")?;
    address.parse().map_err(StoreError::unreadable)
}
