//! The lab on loopback: three small HTTP backends as members, and the configuration that steers to them.

use std::net::Ipv4Addr;

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::http::rest;
use crate::site::Site;

/// Port of the backends; 80 needs rights that a demo should not.
const PORT: u16 = 8085;
/// Address and site of each backend.
const MEMBERS: [(Ipv4Addr, &str); 3] = [
    (Ipv4Addr::new(127, 0, 0, 11), "s1az1"),
    (Ipv4Addr::new(127, 0, 0, 12), "s1az2"),
    (Ipv4Addr::new(127, 0, 0, 13), "s2"),
];

/// The running backends; they end when this is dropped.
pub struct Backends {
    servers: Vec<JoinHandle<()>>,
}

impl Backends {
    /// Starts them.
    pub async fn start() -> anyhow::Result<Backends> {
        let mut servers = Vec::new();
        for (address, site) in MEMBERS {
            let listener = TcpListener::bind((address, PORT)).await.with_context(|| {
                format!("--demo: the backend {address}:{PORT} cannot listen: is another demo running?")
            })?;
            let app = Router::new().fallback(any(move |request: Request| async move {
                format!("hello from {site} at {address}, you asked for {}\n", request.uri().path())
            }));
            servers.push(tokio::spawn(async move {
                if let Err(error) = axum::serve(listener, app).await {
                    tracing::error!(%error, "a demo backend stopped");
                }
            }));
        }
        Ok(Backends { servers })
    }
}

impl Drop for Backends {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

/// The lab's declarative form with its members on loopback.
fn configuration() -> anyhow::Result<model::config::Config> {
    let mut config = crate::declarative::read(include_str!("../../examples/lab.yaml"))
        .map_err(|problem| anyhow::anyhow!("the lab: {problem}"))?;
    for location in &mut config.locations {
        let place = MEMBERS.iter().find(|(_, name)| location.name.as_str() == *name);
        location.cidr =
            place.and_then(|(address, _)| format!("{address}/32").parse().ok()).into_iter().collect();
    }
    for monitor in &mut config.monitors {
        monitor.port = Some(PORT);
        monitor.interval = model::Span::seconds(2);
        monitor.timeout = model::Span::seconds(1);
    }
    let members = config.services.iter_mut().flat_map(|s| &mut s.pools).flat_map(|p| &mut p.members);
    for (member, (address, _)) in members.zip(MEMBERS) {
        member.address = Some(address.into());
    }
    Ok(config)
}

/// Loads it, unless the site has a configuration already.
pub async fn load(site: &Site) -> anyhow::Result<()> {
    if !site.snapshot().config.zones.is_empty() {
        return Ok(());
    }
    let lab = configuration()?;
    let meta = store::Edit {
        actor: "demo".to_owned(),
        source: "cli".to_owned(),
        reason: "serve --demo".to_owned(),
        expected: None,
        dry_run: false,
        at: site.now(),
    };
    let edited = rest::commit(site, meta, move |config| {
        *config = lab;
        Ok(())
    });
    edited.await.map_err(|failure| anyhow::anyhow!("--demo: {}", failure.details().detail))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_demo_is_a_right_configuration() {
        let config = super::configuration().unwrap();
        model::check::check(&config).unwrap();
        assert_eq!(config.services[0].pools[0].members[2].id().to_string(), "127.0.0.13");
    }
}
