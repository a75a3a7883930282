//! A random sample of a window: it is cut into equal parts, and of each a short stretch at a random place is read, every
//! row of it. Rows next to each other lie next to each other on disk, so that few pages are read; and no rhythm of the
//! traffic can fall in step with the places.

use std::collections::BTreeMap;
use std::time::Instant;

use api::view::Basis;
use sqlx::Row;

use super::periods::{merged, ranges};
use super::reading::Reading;
use super::tally::{Ask, Cell, Tally, worth_another};
use super::{condition, timestamp};
use crate::error::StoreError;

type Result<T> = std::result::Result<T, StoreError>;

/// Parts of a window.
const PARTS: i64 = 400;
/// Rows of one pass over the parts.
const ROWS: f64 = 25_000.0;
/// Passes, while time is left.
const PASSES: u32 = 6;

/// Adds the estimate for these stretches of time to a tally.
pub async fn sample(
    reading: &mut Reading,
    site: &str,
    ask: &Ask<'_>,
    stretches: &[(i64, i64)],
    tally: &mut Tally,
) -> Result<Basis> {
    let length: i64 = stretches.iter().map(|(from, to)| to - from).sum();
    let rows = rows_within(reading, site, stretches).await?;
    let part = (length / PARTS).max(1);
    // The stretch of each part: so long that about as many rows are read as one pass should.
    let share = (ROWS / rows.max(ROWS)).min(1.0);
    let slice = ((part as f64 * share) as i64).max(1);
    let parts = parts(stretches, part);
    let mut found: BTreeMap<(i64, String), Cell> = BTreeMap::new();
    let mut passes = 0;
    while passes < PASSES {
        let begun = Instant::now();
        let Some(rows) = reading.fetch(pass(site, ask, stretches, &parts, (part - slice, slice))).await?
        else {
            break;
        };
        for row in &rows {
            let number = |at: usize| Ok::<_, StoreError>(row.try_get::<i64, _>(at)? as f64);
            let sum = found.entry((row.try_get(0)?, row.try_get(1)?)).or_default();
            sum.rows += number(2)?;
            sum.stands_for += number(3)?;
        }
        passes += 1;
        if share >= 1.0 || !worth_another(begun, reading.left()) {
            break;
        }
    }
    if passes == 0 {
        return Ok(Basis::Partial);
    }
    let scale = part as f64 / slice as f64 / f64::from(passes);
    for ((start, value), cell) in found {
        tally.add(start, value, Cell { rows: cell.rows * scale, stands_for: cell.stands_for * scale });
    }
    Ok(Basis::Estimated)
}

/// Where parts begin.
fn parts(stretches: &[(i64, i64)], part: i64) -> Vec<i64> {
    let of = |(from, to): &(i64, i64)| {
        let (from, to) = (*from, *to);
        (0..((to - from).max(0) + part - 1) / part).map(move |n| from + n * part)
    };
    stretches.iter().flat_map(of).collect()
}

/// About how many rows lie in stretches of time, as the planner thinks.
async fn rows_within(reading: &mut Reading, site: &str, stretches: &[(i64, i64)]) -> Result<f64> {
    let mut rows = 0.0;
    for (from, to) in merged(stretches.iter().copied()).iter().take(64) {
        let all = super::LogQuery { from: *from, to: *to, filter: model::filter::Filter::All };
        let (_, within) =
            reading.plan(&format!("SELECT FROM query_log WHERE {}", condition::of(&all, site))).await?;
        rows += within;
    }
    Ok(rows)
}

/// One pass. Places are drawn by PostgreSQL, once for each part; what lies beyond the end of a stretch is left out.
fn pass(
    site: &str,
    ask: &Ask<'_>,
    stretches: &[(i64, i64)],
    parts: &[i64],
    (room, slice): (i64, i64),
) -> String {
    let group = ask.group();
    let starts: Vec<String> = parts.iter().map(|at| format!("\"{}\"", timestamp(*at))).collect();
    format!(
        "WITH places AS MATERIALIZED (\
           SELECT start + floor(random() * {room}) * interval '1 microsecond' AS place \
           FROM unnest('{{{}}}'::timestamptz[]) AS parts (start)) \
         SELECT start, {}, rows, stands_for FROM (\
           SELECT {} AS start, {}, count(*) AS rows, sum(stands_for)::bigint AS stands_for \
           FROM places CROSS JOIN LATERAL (\
             SELECT * FROM query_log WHERE at >= place AND at < place + interval '{slice} microseconds') near \
           WHERE {} AND site = {} AND {} GROUP BY 1, 2) bars",
        starts.join(","),
        group.label,
        ask.step_sql("at"),
        group.column(),
        ranges("at", stretches),
        condition::literal(site),
        condition::filter(&ask.query.filter)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_stretch() {
        assert_eq!(parts(&[(0, 10), (20, 25)], 4), [0, 4, 8, 20, 24]);
        assert!(parts(&[], 4).is_empty());
    }
}
