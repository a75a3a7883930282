//! A week of rows, made by PostgreSQL itself, with the counters and accounts that go with them.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::bench::psql;
use crate::bench::server::steelyard::Steelyard;

/// Days, today included.
const DAYS: i64 = 7;
/// Clients, services, and names that do not exist, each by Zipf's law.
const CLIENTS: u32 = 200_000;
const SERVICES: u32 = 50;
const NAMES: u32 = 500_000;
/// The generation of the rows made here, which tells them from the few that real queries left.
const GENERATION: u32 = 7;
/// Statements at a time.
const AT_ONCE: usize = 2;

/// Octets free on the disk of a folder.
pub fn free_bytes(folder: &Path) -> anyhow::Result<u64> {
    let output = Command::new("df").args(["-PB1", "--output=avail"]).arg(folder).output();
    let output = match output {
        Ok(output) if output.status.success() => output,
        _ => Command::new("df").arg("-Pk").arg(folder).output().context("`df` cannot be started")?,
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = text.lines().last().unwrap_or_default();
    // Only the number when the column was asked for; the fourth of the kibibytes otherwise.
    let words: Vec<&str> = last.split_whitespace().collect();
    let bytes = match words.as_slice() {
        [bytes] => bytes.parse::<u64>().ok(),
        words => words.get(3).and_then(|kib| kib.parse::<u64>().ok()).map(|kib| kib * 1024),
    };
    bytes.with_context(|| format!("`df` says {last:?}"))
}

/// Fills the log; gives the days that are over, as partitions name them.
pub fn fill(server: &Steelyard, rows: u64) -> anyhow::Result<Vec<String>> {
    // The cluster is gone at the end: nothing has to survive a crash of the machine.
    for setting in
        ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '8GB'"]
    {
        psql::run(server, &format!("ALTER SYSTEM SET {setting}"))?;
    }
    psql::run(server, "SELECT pg_reload_conf()")?;
    let days = psql::run(
        server,
        &format!(
            "SELECT to_char(day, 'YYYYMMDD') || ' ' || day || ' ' || \
             round(extract(epoch FROM least(day + interval '1 day', date_trunc('second', now()) - interval '1 minute') - day)) \
             FROM generate_series(date_trunc('day', now()) - interval '{} days', now(), interval '1 day') day",
            DAYS - 1
        ),
    )?;
    let days: Vec<Day> = days.lines().map(Day::read).collect::<anyhow::Result<_>>()?;
    let seconds: u64 = days.iter().map(|day| day.seconds).sum();
    let today = days.len().saturating_sub(1);
    std::thread::scope(|scope| {
        for first in 0..AT_ONCE {
            let days = &days;
            scope.spawn(move || {
                for (at, day) in days.iter().enumerate().skip(first).step_by(AT_ONCE) {
                    eprintln!("bench: making {}", day.name);
                    if let Err(error) = day.fill(server, rows * day.seconds / seconds, at == today) {
                        eprintln!("bench: {}: {error:#}", day.name);
                    }
                }
            });
        }
    });
    let there: u64 = psql::run(server, "SELECT sum(count)::bigint FROM log_accounts")?.parse()?;
    anyhow::ensure!(there + DAYS as u64 >= rows, "{there} rows were made instead of {rows}");
    // Housekeeping may have added up periods that were not whole yet: these inserts told nobody.
    psql::run(server, "DELETE FROM counted_periods")?;
    Ok(days[..today].iter().map(|day| day.name.clone()).collect())
}

/// A day to fill.
#[derive(Debug)]
struct Day {
    name: String,
    start: String,
    seconds: u64,
}

impl Day {
    fn read(line: &str) -> anyhow::Result<Day> {
        let mut words = line.split(' ');
        let (Some(name), Some(date), Some(_), Some(seconds)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            anyhow::bail!("PostgreSQL's days read {line:?}");
        };
        Ok(Day { name: name.to_owned(), start: format!("{date} 00:00:00+00"), seconds: seconds.parse()? })
    }

    fn fill(&self, server: &Steelyard, rows: u64, is_today: bool) -> anyhow::Result<()> {
        let table = format!("query_log_{}", self.name);
        let (start, seconds) = (&self.start, self.seconds);
        if !is_today {
            psql::run(server, &format!("CREATE TABLE {table} (LIKE query_log INCLUDING DEFAULTS)"))?;
        }
        psql::run(server, &insert(&table, start, seconds, rows))?;
        if !is_today {
            psql::run(
                server,
                &format!(
                    "ALTER TABLE query_log ATTACH PARTITION {table} FOR VALUES FROM ('{start}') \
                     TO ('{start}'::timestamptz + interval '1 day')"
                ),
            )?;
        }
        psql::run(server, &counters(&table))?;
        psql::run(server, &accounts(&table))?;
        Ok(())
    }
}

/// Rows at even distances. Nineteen in twenty are answers of services, most of them with a member by weight 6, 3 and 1;
/// one in a million is SERVFAIL.
fn insert(table: &str, start: &str, seconds: u64, rows: u64) -> String {
    format!(
        "SET jit = off; INSERT INTO {table} (at, site, client, port, transport, fqdn, qtype, rcode, class, significance, service, \
                              pool, member, answers, ttl, ecs, generation, latency_us, stands_for)
         SELECT at, 'leader', '10.0.0.0'::inet + (client * 245489 % 16777213), 1024 + (r1 * 64000)::int,
           CASE WHEN r2 < 0.965 THEN 0 WHEN r2 < 0.99 THEN 1 WHEN r2 < 0.996 THEN 2 WHEN r2 < 0.999 THEN 3 ELSE 4 END,
           CASE code WHEN 3 THEN 'host' || floor({NAMES} ^ r1)::int || '.example.org'
                     WHEN 5 THEN 'www' || floor(3000 ^ r1)::int || '.example.net' ELSE name END,
           CASE WHEN r3 < 0.68 THEN 1 WHEN r3 < 0.94 THEN 28 WHEN r3 < 0.99 THEN 65 ELSE 16 END,
           code, CASE code WHEN 0 THEN 2 ELSE 0 END,
           CASE code WHEN 0 THEN '' WHEN 3 THEN 'name does not exist' WHEN 5 THEN 'name in no zone of this site'
                     WHEN 2 THEN 'server failure' WHEN 1 THEN 'invalid query' ELSE 'dropped on purpose' END,
           CASE WHEN code IN (0, 2) THEN name END, CASE WHEN hit THEN 'pool-1' END, CASE WHEN hit THEN member::inet END,
           CASE WHEN hit THEN member ELSE '' END, 30,
           CASE WHEN r1 < 0.05 THEN ('192.0.' || (r3 * 255)::int || '.0/24')::inet END,
           {GENERATION}, (6 + 4 / (r2 + 0.0005))::bigint, 1
         FROM (SELECT *, code = 0 AND r3 < 0.94 AS hit, 'app' || service || '.example.org' AS name,
                 '10.' || service || CASE WHEN r1 < 0.6 THEN '.1.1' WHEN r1 < 0.9 THEN '.2.1' ELSE '.3.1' END AS member
               FROM (SELECT '{start}'::timestamptz + n * {seconds}000000 / {rows} * interval '1 microsecond' AS at,
                       floor({CLIENTS} ^ random())::bigint AS client, floor({SERVICES} ^ random())::int AS service,
                       random() AS r1, random() AS r2, random() AS r3,
                       CASE WHEN n % 1000003 = 5 THEN 2 WHEN n % 1000 < 955 THEN 0 WHEN n % 1000 < 990 THEN 3
                            WHEN n % 1000 < 998 THEN 5 WHEN n % 1000 < 999 THEN 1 ELSE 4095 END AS code
                     FROM generate_series(0, {last}::bigint) n) drawn) made",
        last = rows.saturating_sub(1)
    )
}

/// The bucket of a row.
const BUCKET: &str = "date_bin('10 seconds', at, 'epoch')";

fn counters(table: &str) -> String {
    format!(
        "SET work_mem = '256MB'; INSERT INTO answer_counters (bucket, site, zone, service, pool, member, family, rcode, generation, health_epoch, count)
         SELECT {BUCKET}, site, CASE WHEN rcode <> 5 THEN 'example.org' END, service, pool, member,
                CASE qtype WHEN 1 THEN 0 WHEN 28 THEN 1 ELSE 2 END, rcode, generation, 1, count(*)
         FROM {table} WHERE generation = {GENERATION} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"
    )
}

fn accounts(table: &str) -> String {
    format!(
        "SET work_mem = '256MB'; INSERT INTO log_accounts (bucket, site, service, class, outcome, count)
         SELECT {BUCKET}, site, service, class, 0, count(*) FROM {table} WHERE generation = {GENERATION} GROUP BY 1, 2, 3, 4"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_postgresql_writes_it() {
        let day = Day::read("20261127 2026-11-27 00:00:00+00 86400").unwrap();
        assert_eq!(
            (day.name.as_str(), day.start.as_str(), day.seconds),
            ("20261127", "2026-11-27 00:00:00+00", 86_400)
        );
        assert!(Day::read("nothing").is_err());
    }

    #[test]
    fn there_is_some_room_on_every_disk_that_tests_run_on() {
        assert!(free_bytes(Path::new("/")).unwrap() > 0);
    }
}
