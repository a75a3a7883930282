//! The addresses that names of members stand for, asked again as their TTLs say. No answer waits for it: a view has the
//! addresses that were found last, over restarts as well.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hickory_proto::rr::Name;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use model::DnsName;
use model::config::{Found, Resolved};
use model::rrtype::Family;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::site::Site;

/// A name is asked for again after its TTL, but not sooner, and not later.
const TTL: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));
/// After a failure.
const AGAIN: Duration = Duration::from_secs(10);
/// One question with all its tries.
const PATIENCE: Duration = Duration::from_secs(8);
/// Names asked for at once.
const AT_ONCE: usize = 32;

/// Who is asked, and where the answers are kept.
pub struct Resolving {
    resolver: TokioResolver,
    path: PathBuf,
}

/// What was said of one family of a name.
enum Said {
    /// These addresses, at least one, good until then.
    Addresses(Vec<IpAddr>, Instant),
    /// The name is there, and has none.
    None,
    /// Nothing that can be relied on.
    Failed,
}

impl Resolving {
    /// Asks `servers`, or those of this machine, and keeps what they say in `path`.
    ///
    /// # Errors
    /// When the servers of this machine are not known.
    pub fn new(servers: &[SocketAddr], path: PathBuf) -> anyhow::Result<Resolving> {
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio()
                .context("the resolvers of this machine are not known: give [resolver] servers")?
        } else {
            let config =
                ResolverConfig::from_name_servers(servers.iter().copied().map(name_server).collect());
            let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
            builder.options_mut().use_hosts_file = ResolveHosts::Never;
            builder
        };
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(2);
        // What is asked for again has to be asked, not remembered.
        options.cache_size = 0;
        Ok(Resolving { resolver: builder.build()?, path })
    }

    /// Runs for ever.
    pub async fn run(self, site: Arc<Site>) {
        let mut published = site.publisher.published();
        let mut due: HashMap<DnsName, Instant> = HashMap::new();
        let mut known = Resolved::clone(&site.responder.current().surroundings().resolved);
        loop {
            let snapshot = site.snapshot();
            let wanted = snapshot.config.names_of_members();
            due.retain(|name, _| wanted.binary_search(&name).is_ok());
            let now = Instant::now();
            let asked: Vec<DnsName> = wanted
                .iter()
                .filter(|name| due.get(**name).is_none_or(|due| *due <= now))
                .take(AT_ONCE)
                .map(|name| (*name).clone())
                .collect();
            if asked.is_empty() {
                let next = due.values().min().copied();
                let sleep = async {
                    match next {
                        Some(at) => tokio::time::sleep_until(at).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = sleep => {}
                    changed = published.changed() => if changed.is_err() { return },
                }
                continue;
            }
            let before = known.clone();
            known.retain(|name| wanted.binary_search(&name).is_ok());
            for (name, found, next) in self.ask(asked, &known).await {
                due.insert(name.clone(), next);
                known.set(name, found);
            }
            if known != before {
                self.put(&site, &known).await;
            }
        }
    }

    /// Asks for names together: what each stands for now, and when to ask again.
    async fn ask(&self, names: Vec<DnsName>, known: &Resolved) -> Vec<(DnsName, Found, Instant)> {
        let mut asking = JoinSet::new();
        for name in names {
            let (resolver, before) = (self.resolver.clone(), known.of(&name));
            asking.spawn(async move {
                let (v4, v6) =
                    tokio::join!(look(&resolver, &name, Family::V4), look(&resolver, &name, Family::V6));
                let (found, next) = settle(before, v4, v6, Instant::now());
                (name, found, next)
            });
        }
        let mut answers = Vec::new();
        while let Some(answer) = asking.join_next().await {
            answers.extend(answer);
        }
        answers
    }

    /// Puts what was found in force, and keeps it for the next start.
    async fn put(&self, site: &Arc<Site>, known: &Resolved) {
        let (publishing, resolved) = (site.clone(), known.clone());
        let path = self.path.clone();
        let put = tokio::task::spawn_blocking(move || {
            publishing.publisher.names(&publishing, resolved.clone())?;
            write(&path, &resolved)
        });
        if let Ok(Err(error)) = put.await {
            let error = format!("{error:#}");
            tracing::error!(error, "addresses of members' names could not be put in force, or kept");
        }
    }
}

/// Reads what was kept; nothing when it is not there or damaged, as every name is asked for again.
pub fn read(path: &std::path::Path) -> Resolved {
    let kept = std::fs::read(path).ok();
    kept.and_then(|kept| serde_json::from_slice(&kept).ok()).unwrap_or_default()
}

fn write(path: &std::path::Path, resolved: &Resolved) -> anyhow::Result<()> {
    let partial = path.with_extension("json.partial");
    std::fs::write(&partial, serde_json::to_vec(resolved)?)
        .with_context(|| format!("writing {}", partial.display()))?;
    std::fs::rename(&partial, path).with_context(|| format!("writing {}", path.display()))
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    server.connections.iter_mut().for_each(|connection| connection.port = address.port());
    server
}

async fn look(resolver: &TokioResolver, name: &DnsName, family: Family) -> Said {
    let Ok(mut asked) = Name::from_ascii(name.to_string()) else { return Said::Failed };
    asked.set_fqdn(true);
    let lookup = async {
        match family {
            Family::V6 => resolver.ipv6_lookup(asked).await,
            _ => resolver.ipv4_lookup(asked).await,
        }
    };
    match tokio::time::timeout(PATIENCE, lookup).await {
        Ok(Ok(lookup)) => {
            let addresses = lookup.answers().iter().filter_map(|record| record.data.ip_addr());
            let addresses: Vec<IpAddr> = addresses.filter(|ip| Family::of_address(*ip) == family).collect();
            match addresses.is_empty() {
                true => Said::None,
                false => Said::Addresses(addresses, Instant::from_std(lookup.valid_until())),
            }
        }
        Ok(Err(error)) if error.is_no_records_found() && !error.is_nx_domain() => Said::None,
        _ => Said::Failed,
    }
}

/// What a name stands for after both families were asked. An address stays while it is among those said; else the lowest
/// takes its place. What failed, and a name that is suddenly gone, keep what they had.
fn settle(before: Found, v4: Said, v6: Said, now: Instant) -> (Found, Instant) {
    let mut next = now + TTL.1;
    let mut failed = matches!(v4, Said::Failed) || matches!(v6, Said::Failed);
    let any = [&v4, &v6].iter().any(|said| matches!(said, Said::Addresses(..)));
    failed |= !any;
    let mut choose = |said: Said, present: Option<IpAddr>| match said {
        Said::Addresses(addresses, until) => {
            next = next.min(until.max(now + TTL.0));
            present.filter(|present| addresses.contains(present)).or(addresses.into_iter().min())
        }
        Said::None if any => None,
        Said::None | Said::Failed => present,
    };
    let v4 = choose(v4, before.v4.map(IpAddr::V4));
    let v6 = choose(v6, before.v6.map(IpAddr::V6));
    let found = Found {
        v4: v4.and_then(|ip| if let IpAddr::V4(ip) = ip { Some(ip) } else { None }),
        v6: v6.and_then(|ip| if let IpAddr::V6(ip) = ip { Some(ip) } else { None }),
    };
    (found, if failed { next.min(now + AGAIN) } else { next })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(addresses: &[&str], now: Instant, ttl: u64) -> Said {
        let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
        Said::Addresses(addresses, now + Duration::from_secs(ttl))
    }

    #[test]
    fn an_address_stays_while_it_is_said_and_the_lowest_follows_it() {
        let now = Instant::now();
        let first = settle(Found::default(), said(&["192.0.2.9", "192.0.2.10"], now, 60), Said::None, now);
        assert_eq!(first.0, Found { v4: Some([192, 0, 2, 9].into()), v6: None });
        assert_eq!(first.1, now + Duration::from_secs(60));
        let more = settle(first.0, said(&["192.0.2.1", "192.0.2.9"], now, 0), Said::None, now);
        assert_eq!((more.0, more.1), (first.0, now + TTL.0));
        let other = settle(first.0, said(&["192.0.2.4", "192.0.2.3"], now, 9000), Said::None, now);
        assert_eq!((other.0.v4, other.1), (Some([192, 0, 2, 3].into()), now + TTL.1));
    }

    #[test]
    fn what_fails_keeps_what_it_had_and_is_asked_again_soon() {
        let now = Instant::now();
        let before = Found { v4: Some([192, 0, 2, 9].into()), v6: Some("2001:db8::9".parse().unwrap()) };
        assert_eq!(settle(before, Said::Failed, Said::Failed, now), (before, now + AGAIN));
        assert_eq!(settle(before, Said::None, Said::None, now), (before, now + AGAIN));
        let half = settle(before, said(&["192.0.2.9"], now, 60), Said::Failed, now);
        assert_eq!(half, (before, now + AGAIN));
        let gone = settle(before, said(&["192.0.2.9"], now, 60), Said::None, now);
        assert_eq!(gone.0.v6, None);
    }
}
