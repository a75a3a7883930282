//! Who asked for a service: clients, their networks and their transports, from rows. Bounded in rows and in time.

use model::event::Transport;
use model::split::{AnswersOf, ClientAnswers, MemberAnswers, SplitClients, TopShare};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Postgres, Transaction};

use super::timestamp;
use crate::error::StoreError;
use crate::pools::Store;

/// Clients, and networks, that are named.
const NAMED: usize = 10;
/// How many clients together a share is given for: these times the powers of ten.
const TOPS: [u64; 3] = [1, 2, 5];
/// A report of rows that takes longer is given up: it is no reason to keep a page waiting.
const PATIENCE: &str = "SET LOCAL statement_timeout = '5s'";

/// What the statement gives, as JSON.
#[derive(Deserialize)]
struct Read {
    rows: u64,
    answers: u64,
    sampled: bool,
    clients: u64,
    networks: u64,
    squares: f64,
    clients_of_80_percent: u64,
    top: Vec<(String, u64)>,
    top_shares: Vec<(u64, u64)>,
    by_network: Vec<(String, String, u64)>,
    by_transport: Vec<(usize, String, u64)>,
}

impl Store {
    /// A transaction of short patience, for what reads many rows.
    pub(super) async fn briefly(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let mut tx = self.read.begin().await?;
        sqlx::query(PATIENCE).execute(&mut *tx).await?;
        Ok(tx)
    }

    /// The clients of a service over a window, by the newest rows of the log: see [`super::networks::MOST_ROWS`].
    ///
    /// # Errors
    /// When storage is away, and when the rows cannot be read in time ([`StoreError::is_timeout`]).
    pub async fn split_clients(&self, service: &str, from: i64, to: i64) -> Result<SplitClients, StoreError> {
        let cut_at = self.newest_rows(from, to).await?;
        let mut tx = self.briefly().await?;
        let query = sqlx::query_scalar(AssertSqlSafe(statement()));
        let query = query.bind(timestamp(cut_at.unwrap_or(from))).bind(timestamp(to));
        let json: serde_json::Value = query.bind(&self.site).bind(service).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        let read: Read = serde_json::from_value(json).map_err(StoreError::unreadable)?;
        read.report(service, from, to, cut_at)
    }
}

fn statement() -> String {
    let tops: Vec<String> =
        (0..7).flat_map(|power| TOPS.map(|n| (n * 10u64.pow(power)).to_string())).collect();
    let tops = tops.join(", ");
    format!(
        "WITH asked AS (\
           SELECT client, CASE WHEN masklen(ecs) > 0 THEN ecs ELSE client END AS who, transport, member, stands_for \
           FROM query_log \
           WHERE at >= $1::timestamptz AND at < $2::timestamptz AND site = $3 AND service = $4 \
             AND member IS NOT NULL AND rcode IN (0, 3)), \
         parts AS MATERIALIZED (\
           SELECT client, \
                  network(set_masklen(who, least(masklen(who), CASE family(who) WHEN 4 THEN 24 ELSE 56 END))) AS network, \
                  transport, member, count(*) AS rows, sum(stands_for) AS answers, max(stands_for) AS most \
           FROM asked GROUP BY 1, 2, 3, 4), \
         clients AS (SELECT client, sum(answers) AS answers FROM parts GROUP BY 1), \
         ranked AS MATERIALIZED (\
           SELECT client, answers, row_number() OVER by_answers AS place, sum(answers) OVER by_answers AS upto \
           FROM clients WINDOW by_answers AS (ORDER BY answers DESC, client ROWS UNBOUNDED PRECEDING)), \
         networks AS MATERIALIZED (SELECT network, sum(answers) AS answers FROM parts GROUP BY 1), \
         named AS (SELECT network FROM networks ORDER BY answers DESC, network LIMIT {NAMED}), \
         sums AS (SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(answers), 0) AS answers, \
                         coalesce(max(most), 1) > 1 AS sampled FROM parts) \
         SELECT jsonb_build_object(\
           'rows', rows, 'answers', answers, 'sampled', sampled, \
           'clients', (SELECT count(*) FROM ranked), 'networks', (SELECT count(*) FROM networks), \
           'squares', (SELECT coalesce(sum((answers::float8) ^ 2), 0) FROM ranked), \
           'clients_of_80_percent', \
             (SELECT coalesce(min(place), 0) FROM ranked WHERE upto * 5 >= sums.answers * 4), \
           'top', (SELECT coalesce(jsonb_agg(jsonb_build_array(host(client), answers) ORDER BY place), '[]') \
                   FROM ranked WHERE place <= {NAMED}), \
           'top_shares', (SELECT coalesce(jsonb_agg(jsonb_build_array(place, upto) ORDER BY place), '[]') \
                          FROM ranked WHERE place IN ({tops})), \
           'by_network', (SELECT coalesce(jsonb_agg(jsonb_build_array(network::text, host(member), answers)), '[]') FROM (\
               SELECT network, member, sum(answers) AS answers FROM parts JOIN named USING (network) GROUP BY 1, 2) n), \
           'by_transport', (SELECT coalesce(jsonb_agg(jsonb_build_array(transport, host(member), answers)), '[]') FROM (\
               SELECT transport, member, sum(answers) AS answers FROM parts GROUP BY 1, 2) t)) \
         FROM sums"
    )
}

impl Read {
    fn report(
        self,
        service: &str,
        from: i64,
        to: i64,
        cut_at: Option<i64>,
    ) -> Result<SplitClients, StoreError> {
        let all = self.answers as f64;
        let share = |answers: u64| if self.answers == 0 { 0.0 } else { answers as f64 / all };
        let top = self.top.iter().map(|(client, answers)| {
            let client = client.parse().map_err(StoreError::unreadable)?;
            Ok(ClientAnswers { client, answers: *answers, share: share(*answers) })
        });
        let top_shares = self.top_shares.iter();
        let transport = |number: usize| Transport::ALL.get(number).map_or("other", |t| t.as_str());
        let by_transport =
            self.by_transport.iter().map(|(number, member, n)| (transport(*number), member.as_str(), *n));
        let by_network =
            self.by_network.iter().map(|(network, member, n)| (network.as_str(), member.as_str(), *n));
        Ok(SplitClients {
            service: service.to_owned(),
            from,
            to,
            cut_at,
            rows: self.rows,
            answers: self.answers,
            estimated: self.sampled,
            clients: self.clients,
            networks: self.networks,
            effective_clients: if self.squares > 0.0 { all * all / self.squares } else { 0.0 },
            clients_of_80_percent: self.clients_of_80_percent,
            top: top.collect::<Result<_, StoreError>>()?,
            top_shares: top_shares
                .map(|(clients, upto)| TopShare { clients: *clients, share: share(*upto) })
                .collect(),
            by_network: by_name(by_network)?,
            by_transport: by_name(by_transport)?,
        })
    }
}

/// Answers by name and member, the most frequent first in both.
fn by_name<'a>(cells: impl Iterator<Item = (&'a str, &'a str, u64)>) -> Result<Vec<AnswersOf>, StoreError> {
    let mut all: Vec<AnswersOf> = Vec::new();
    for (name, member, answers) in cells {
        let member = MemberAnswers { member: member.parse().map_err(StoreError::unreadable)?, answers };
        match all.iter_mut().find(|of| of.name == name) {
            Some(of) => {
                of.answers += answers;
                of.members.push(member);
            }
            None => all.push(AnswersOf { name: name.to_owned(), answers, members: vec![member] }),
        }
    }
    all.sort_by(|a, b| b.answers.cmp(&a.answers).then_with(|| a.name.cmp(&b.name)));
    for of in &mut all {
        of.members.sort_by_key(|m| (std::cmp::Reverse(m.answers), m.member));
    }
    Ok(all)
}
