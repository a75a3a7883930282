//! `/metrics`: what Prometheus scrapes, read from the counters the parts keep anyway.
//!
//! Labels hold only what the configuration names: a name or an address that a client sent never becomes one.

use std::collections::BTreeMap;
use std::fmt;

use model::health::{Health, MemberKey};
use model::row::{Class, Outcome};
use model::rrtype::Rcode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::site::Site;

/// The content type of what [`render`] gives.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What stands for no zone, and for no class.
const NONE: &str = "none";

type Labels = Vec<(&'static str, String)>;

/// The numbers of one scrape.
#[derive(Debug, Default)]
struct Scrape {
    metrics: Vec<Metric>,
}

#[derive(Debug)]
struct Metric {
    name: &'static str,
    help: &'static str,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Counter(BTreeMap<Labels, u64>),
    Gauge(BTreeMap<Labels, i64>),
    /// Sum in seconds, and how many lie in each bucket up to its bound in seconds.
    Histogram(f64, Vec<(f64, u64)>),
}

impl Scrape {
    fn counter(
        &mut self,
        name: &'static str,
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, u64)>,
    ) {
        let mut sums = BTreeMap::new();
        for (labels, count) in samples {
            *sums.entry(labels).or_default() += count;
        }
        self.metrics.push(Metric { name, help, value: Value::Counter(sums) });
    }

    fn gauge(
        &mut self,
        name: &'static str,
        help: &'static str,
        samples: impl IntoIterator<Item = (Labels, i64)>,
    ) {
        self.metrics.push(Metric { name, help, value: Value::Gauge(samples.into_iter().collect()) });
    }

    fn histogram(&mut self, name: &'static str, help: &'static str, sum: f64, buckets: Vec<(f64, u64)>) {
        self.metrics.push(Metric { name, help, value: Value::Histogram(sum, buckets) });
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for metric in &self.metrics {
            let kind = match metric.value {
                Value::Counter(_) => MetricType::Counter,
                Value::Gauge(_) => MetricType::Gauge,
                Value::Histogram(..) => MetricType::Histogram,
            };
            let mut out = encoder.encode_descriptor(metric.name, metric.help, None, kind)?;
            match &metric.value {
                Value::Counter(samples) => {
                    for (labels, value) in samples {
                        out.encode_family(labels)?.encode_counter::<NoLabelSet, u64, u64>(value, None)?;
                    }
                }
                Value::Gauge(samples) => {
                    for (labels, value) in samples {
                        out.encode_family(labels)?.encode_gauge(value)?;
                    }
                }
                Value::Histogram(sum, buckets) => {
                    let count = buckets.iter().map(|(_, n)| n).sum();
                    out.encode_histogram::<NoLabelSet>(*sum, count, buckets, None)?;
                }
            }
        }
        Ok(())
    }
}

/// The text of one scrape, in the OpenMetrics format.
pub fn render(site: &Site) -> Result<String, fmt::Error> {
    let mut scrape = Scrape::default();
    responder(site, &mut scrape);
    members(site, &mut scrape);
    log(site, &mut scrape);
    alerts(site, &mut scrape);
    let mut registry = Registry::default();
    registry.register_collector(Box::new(scrape));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn responder(site: &Site, scrape: &mut Scrape) {
    let name = site.name.to_string();
    let stats = site.responder.stats();
    let zone_of = |zone: Option<&model::DnsName>| zone.map_or_else(|| NONE.to_owned(), ToString::to_string);
    let requests = stats.requests.iter().map(|(zone, transport, v6, qtype, count)| {
        let family = if *v6 { "2" } else { "1" };
        let labels = vec![
            ("site", name.clone()),
            ("zone", zone_of(zone.as_ref())),
            ("transport", transport.as_str().to_owned()),
            ("family", family.to_owned()),
            ("qtype", (*qtype).to_owned()),
        ];
        (labels, *count)
    });
    scrape.counter(
        "steelyard_dns_requests",
        "Queries received, by zone and type; family 1 is IPv4, 2 IPv6",
        requests,
    );

    let totals = site.pipeline.totals();
    let responses = totals.iter().map(|(target, _, rcode, count)| {
        let labels =
            vec![("site", name.clone()), ("zone", zone_of(target.zone())), ("rcode", rcode.to_string())];
        (labels, *count)
    });
    scrape.counter("steelyard_dns_responses", "Queries answered, by response code", responses);
    let answers = totals.iter().filter(|(_, _, rcode, _)| *rcode == Rcode::NOERROR).filter_map(
        |(target, _, _, count)| {
            let member = target.member()?;
            let labels = vec![
                ("service", target.service()?.to_string()),
                ("pool", target.pool()?.to_string()),
                ("member", member.to_string()),
            ];
            Some((labels, *count))
        },
    );
    scrape.counter("steelyard_answers", "Answers of a service whose first address is this member", answers);

    let bounds = dns::LATENCY_BOUNDS_NS.iter().map(|ns| *ns as f64 / 1e9).chain([f64::INFINITY]);
    let buckets = bounds.zip(stats.latency).collect();
    let seconds = stats.latency_sum_ns as f64 / 1e9;
    let help = "From a query's arrival in this process to its answer";
    scrape.histogram("steelyard_dns_request_duration_seconds", help, seconds, buckets);
    let limited = [("drop", stats.rate_dropped), ("slip", stats.rate_slipped)];
    scrape.counter(
        "steelyard_rate_limited",
        "Queries over UDP whose network was over its rate: left without an answer, or answered with TC",
        limited.map(|(action, count)| (vec![("action", action.to_owned())], count)),
    );
    let notified = site.notified.read();
    let notified = notified.map(|(outcome, count)| (vec![("outcome", outcome.as_str().to_owned())], count));
    scrape.counter("steelyard_notify", "What became of telling secondaries that a zone changed", notified);
    scrape.counter("steelyard_dns_panics", "Packets whose handling failed", [(Vec::new(), stats.panics)]);
}

fn members(site: &Site, scrape: &mut Scrape) {
    let view = site.responder.current();
    let health = view.health().clone();
    let (mut up, mut weights) = (Vec::new(), Vec::new());
    for service in &view.config().services {
        let compiled = view.service_named(&service.name);
        for pool in &service.pools {
            for member in &pool.members {
                // Two addresses of one name are two members here.
                let known_by = member.address.map_or_else(|| member.id().to_string(), |ip| ip.to_string());
                let key = MemberKey::of(service, pool, member);
                let standing = key.map(|key| health.of(&key)).unwrap_or_default();
                let of_service = vec![("service", service.name.to_string()), ("member", known_by)];
                let measured = [of_service.clone(), vec![("site", site.name.to_string())]].concat();
                up.push((measured, i64::from(standing.measured == Health::Up)));
                let candidate = member.address.and_then(|ip| compiled?.candidate(&pool.name, ip));
                let eligible = candidate.filter(|c| c.is_up() && c.draining.is_none());
                let effective = eligible.map_or(0, |c| i64::from(c.weight));
                for (kind, value) in
                    [("configured", i64::from(member.weight.get())), ("effective", effective)]
                {
                    let labels = [of_service.clone(), vec![("kind", kind.to_owned())]].concat();
                    weights.push((labels, value));
                }
            }
        }
    }
    scrape.gauge("steelyard_member_up", "1 when this site's checks say the member is up", up);
    scrape.gauge("steelyard_weight", "Weight as configured, and as in effect: 0 while not eligible", weights);
    let checks = site.checker.durations();
    let beyond = checks.count - checks.cumulative.last().copied().unwrap_or(0);
    let mut below = 0;
    let each = checks.cumulative.iter().map(|upto| {
        let inside = upto - below;
        below = *upto;
        inside
    });
    let bounds = health::durations::BOUNDS.into_iter().chain([f64::INFINITY]);
    let buckets = bounds.zip(each.chain([beyond]).collect::<Vec<_>>()).collect();
    scrape.histogram(
        "steelyard_health_check_duration_seconds",
        "Duration of health checks",
        checks.sum,
        buckets,
    );
}

fn alerts(site: &Site, scrape: &mut Scrape) {
    let queues = site.events.queues();
    let of = |queue: &alerts::Queue| vec![("channel", queue.channel.to_string())];
    let waiting: Vec<_> = queues.iter().map(|queue| (of(queue), queue.waiting as i64)).collect();
    scrape.gauge("steelyard_alert_queue_depth", "Alerts that wait to be sent", waiting);
    let dropped: Vec<_> = queues.iter().map(|queue| (of(queue), queue.dropped)).collect();
    scrape.counter("steelyard_alert_dropped", "Alerts given up because too many waited", dropped);
}

fn log(site: &Site, scrape: &mut Scrape) {
    let status = site.pipeline.status();
    let classes = Class::ALL.iter().map(|class| class.as_str()).chain([NONE]);
    let mut rows = Vec::new();
    for (class, counts) in classes.zip(status.by_class_outcome) {
        for (outcome, count) in Outcome::ALL.iter().zip(counts) {
            rows.push((vec![("class", class.to_owned()), ("outcome", outcome.to_string())], count));
        }
    }
    scrape.counter("steelyard_log_rows", "What became of the row of every answer", rows);
    let depth = status.queue_depth as i64;
    scrape.gauge("steelyard_log_queue_depth", "Rows that wait in memory to be stored", [(Vec::new(), depth)]);
    let put_off = [(Vec::new(), status.put_off as i64)];
    let help = "Answers that wait to become rows while the threads that answer wait for a core";
    scrape.gauge("steelyard_log_put_off", help, put_off);
    let spilled = [(Vec::new(), status.spilled as i64)];
    scrape.gauge("steelyard_log_spilled_rows", "Rows that wait on disk to be stored", spilled);
    let octets = [(Vec::new(), status.spilled_octets as i64)];
    scrape.gauge("steelyard_log_spilled_bytes", "What waits on disk, rows and counts, in bytes", octets);
    scrape.counter(
        "steelyard_log_recovered_rows",
        "Rows stored that an earlier run of this server had left on disk; not among the rows above",
        [(Vec::new(), status.recovered)],
    );
    let streams = site.streams.counts();
    let outcomes = streams.iter().flat_map(|(name, counts)| {
        [("sent", counts.sent), ("lost", counts.lost)]
            .map(|(outcome, count)| (vec![("stream", name.clone()), ("outcome", outcome.to_owned())], count))
    });
    let help = "What became of the rows of each stream: taken by its receiver, or lost";
    scrape.counter("steelyard_log_stream_rows", help, outcomes);
    let waiting =
        streams.iter().map(|(name, counts)| (vec![("stream", name.clone())], counts.waiting as i64));
    scrape.gauge("steelyard_log_stream_waiting", "Rows that wait for the receiver of a stream", waiting);
    let generation = site.snapshot().generation as i64;
    scrape.gauge("steelyard_config_generation", "Generation that answers now", [(Vec::new(), generation)]);
    let away = i64::from(site.storage().away_since.is_some());
    scrape.gauge("steelyard_storage_away", "1 while PostgreSQL cannot be reached", [(Vec::new(), away)]);
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    scrape.gauge("steelyard_build_info", "The version that runs", [(version, 1)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scrape_is_openmetrics_with_the_names_users_rely_on() {
        let mut scrape = Scrape::default();
        let labels = |zone: &str| vec![("zone", zone.to_owned())];
        scrape.counter("steelyard_dns_requests", "Queries", [(labels("a"), 2), (labels("a"), 3)]);
        scrape.gauge("steelyard_weight", "Weight", [(labels("quo\"te"), 6)]);
        scrape.histogram("steelyard_x_seconds", "Time", 1.5, vec![(0.1, 2), (f64::INFINITY, 1)]);
        let mut registry = Registry::default();
        registry.register_collector(Box::new(scrape));
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        assert!(text.contains("steelyard_dns_requests_total{zone=\"a\"} 5\n"), "{text}");
        assert!(text.contains("steelyard_weight{zone=\"quo\\\"te\"} 6\n"), "{text}");
        assert!(text.contains("steelyard_x_seconds_bucket{le=\"+Inf\"} 3\n"), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
