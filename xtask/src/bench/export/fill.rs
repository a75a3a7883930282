//! A log full of rows in one statement: what an hour of the lab looks like, without the hour.

use anyhow::Context;

use crate::bench::psql;
use crate::bench::server::lab;
use crate::bench::server::steelyard::Steelyard;

/// The time the rows lie in, RFC 3339.
#[derive(Debug)]
pub struct Window {
    pub from: String,
    pub to: String,
}

/// Fills the table, and tidies it up as PostgreSQL would have done by itself after a while.
pub fn fill(server: &Steelyard, rows: u64) -> anyhow::Result<Window> {
    psql::run(server, &insert(rows))?;
    psql::run(server, "VACUUM (ANALYZE) query_log")?;
    psql::run(server, "CHECKPOINT")?;
    let utc = r#"'YYYY-MM-DD"T"HH24:MI:SS"Z"'"#;
    let window = format!(
        "SELECT to_char(date_trunc('second', min(at)) AT TIME ZONE 'UTC', {utc}) || ' ' || \
         to_char((date_trunc('second', max(at)) + interval '1 second') AT TIME ZONE 'UTC', {utc}) \
         FROM query_log WHERE generation = {GENERATION}"
    );
    let text = psql::run(server, &window)?;
    let (from, to) = text.split_once(' ').context("the log is empty after it was filled")?;
    Ok(Window { from: from.to_owned(), to: to.to_owned() })
}

/// The generation of the rows made here, which tells them from the few that real queries left.
const GENERATION: u32 = 7;

/// Rows spread over half an hour that ended ten minutes ago. One in 50 is a name that does not exist; the others are
/// the lab's service with its members by weight; one in 20 carries a client's network.
fn insert(rows: u64) -> String {
    let mut member = String::from("CASE");
    let mut upto = 0;
    for (address, weight) in lab::MEMBERS {
        upto += weight;
        member.push_str(&format!(" WHEN n % 10 < {upto} THEN '{address}'"));
    }
    member.push_str(" END");
    format!(
        "INSERT INTO query_log (at, site, client, port, transport, fqdn, qtype, rcode, class, significance, service, \
                                pool, member, answers, ttl, ecs, generation, latency_us, stands_for)
         SELECT date_trunc('second', now()) - interval '40 minutes' + n * interval '30 minutes' / {rows},
                'leader', '10.0.0.0'::inet + (n * 7919 % 16000000), 1024 + (n * 31 % 64000)::int,
                (n % 100 = 0)::int::smallint,
                CASE WHEN hit THEN '{name}' ELSE 'host' || n % 5000 || '.{zone}' END,
                CASE WHEN n % 5 = 0 THEN 28 ELSE 1 END, CASE WHEN hit THEN 0 ELSE 3 END, CASE WHEN hit THEN 2 ELSE 0 END,
                CASE WHEN hit THEN '' ELSE 'name does not exist' END,
                CASE WHEN hit THEN '{name}' END, CASE WHEN hit THEN 'hello-10' END,
                CASE WHEN hit THEN member::inet END, CASE WHEN hit THEN member ELSE '' END,
                CASE WHEN hit THEN {ttl} ELSE 30 END,
                CASE WHEN n % 20 = 0 THEN ('192.0.' || n % 256 || '.0/24')::inet END,
                {GENERATION}, 6 + n % 60, 1
         FROM (SELECT n, n % 50 <> 0 AS hit, {member} AS member FROM generate_series(0, {last}::bigint) n) made",
        name = lab::NAME,
        zone = lab::ZONE,
        ttl = lab::TTL,
        last = rows - 1
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn members_come_by_their_weights() {
        let sql = super::insert(1000);
        assert!(
            sql.contains("WHEN n % 10 < 6 THEN '10.10.25.46' WHEN n % 10 < 9 THEN '10.10.26.40'"),
            "{sql}"
        );
        assert!(sql.contains("generate_series(0, 999::bigint)"), "{sql}");
    }
}
