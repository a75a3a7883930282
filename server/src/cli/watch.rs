//! `steelyard watch`: resolves a name again and again, as a client would, and tallies where the answers lead.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RData, RecordType};
use model::config::{Monitor, MonitorKind, Service};
use serde::Deserialize;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::Exit;
use super::remote::{Client, LocalAccess, Remote};
use crate::clock;

/// How long an answer, or a response, may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Characters of a response's first line that are shown.
const SHOWN: usize = 60;
/// ANSI colours that sites get in the order they appear.
const COLOURS: [u8; 6] = [36, 33, 35, 32, 34, 31];

/// What is watched.
#[derive(Args, Debug)]
pub struct WatchArgs {
    /// The service.
    name: String,
    /// Time from one round to the next.
    #[arg(long, value_name = "SPAN", default_value = "2s")]
    interval: model::Span,
    /// Also fetch this path from the address that was answered.
    #[arg(long, value_name = "PATH")]
    http: Option<String>,
    /// The port that is fetched from; that of the service's HTTP monitor, or 80, when absent.
    #[arg(long, value_name = "PORT", requires = "http")]
    port: Option<u16>,
    /// The responder that is asked; the running server's own when absent.
    #[arg(long, value_name = "ADDR")]
    dns: Option<SocketAddr>,
    /// Stop after so many rounds.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    #[command(flatten)]
    remote: Remote,
}

/// A member as REST lists it.
#[derive(Deserialize)]
struct MemberLine {
    service: String,
    address: IpAddr,
    site: Option<String>,
}

/// Runs until it is interrupted or has done its rounds; then prints the tally.
pub async fn run(args: WatchArgs) -> anyhow::Result<Exit> {
    let client = args.remote.client()?;
    let name: model::DnsName =
        args.name.parse().map_err(|e| anyhow::anyhow!("{:?} is no name: {e}", args.name))?;
    let service: Service = client.get(&format!("/services/{name}"), &[]).await?;
    let server = responder(&args)?;
    let port = match args.port {
        Some(port) => port,
        None => monitored_port(&client, &service).await?.unwrap_or(80),
    };
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let mut tally = Tally::default();
    let mut rounds = tokio::time::interval(Duration::from_millis(args.interval.as_millis().max(1)));
    let mut done = 0;
    while args.count.is_none_or(|count| done < count) {
        tokio::select! {
            _ = rounds.tick() => {}
            _ = tokio::signal::ctrl_c() => break,
        }
        done += 1;
        let seen = match timeout(PATIENCE, resolve(server, &args.name)).await {
            Ok(Ok(Some(address))) => {
                let site = site_of(&client, &service, address).await;
                let fetched = match &args.http {
                    Some(path) => fetch(&http, address, port, &args.name, path).await,
                    None => String::new(),
                };
                tally.add(&site);
                format!("{:<15}  {}  {fetched}", address.to_string(), tally.coloured(&site))
            }
            Ok(Ok(None)) => "no address".to_owned(),
            Ok(Err(error)) => format!("{error:#}"),
            Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
        };
        println!("{}  {seen}", &clock::rfc3339(clock::now())[11..19]);
    }
    println!("{}", tally.in_words());
    Ok(Exit::Done)
}

/// Where the name is asked for.
fn responder(args: &WatchArgs) -> anyhow::Result<SocketAddr> {
    if let Some(address) = args.dns {
        return Ok(address);
    }
    let listed = match &args.remote.data_dir {
        Some(dir) => LocalAccess::read(dir)?.dns,
        None => Vec::new(),
    };
    Ok(listed.first().copied().unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 5353))))
}

async fn monitored_port(client: &Client, service: &Service) -> anyhow::Result<Option<u16>> {
    for name in &service.monitors {
        let monitor: Monitor = client.get(&format!("/monitors/{name}"), &[]).await?;
        if monitor.kind == MonitorKind::Http {
            return Ok(monitor.dialled_port());
        }
    }
    Ok(None)
}

/// The site of an address, asked for each time: the configuration may change while this runs.
async fn site_of(client: &Client, service: &Service, address: IpAddr) -> String {
    let members: Vec<MemberLine> = client.get("/members", &[]).await.unwrap_or_default();
    let name = service.name.to_string();
    let member = members.into_iter().find(|m| m.service == name && m.address == address);
    member.and_then(|m| m.site).unwrap_or_else(|| address.to_string())
}

/// Asks once over UDP for an address, IPv4 first.
async fn resolve(server: SocketAddr, name: &str) -> anyhow::Result<Option<IpAddr>> {
    for rr_type in [RecordType::A, RecordType::AAAA] {
        let mut query = Message::query();
        query.add_query(Query::query(Name::from_ascii(name)?, rr_type));
        let any: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(server).await?;
        socket.send(&query.to_vec()?).await?;
        let mut buffer = [0; 1232];
        let length = socket.recv(&mut buffer).await.with_context(|| format!("asking {server}"))?;
        let answer = Message::from_vec(&buffer[..length])?;
        if answer.metadata.id != query.metadata.id {
            bail!("{server} answered another query");
        }
        let address = answer.answers.iter().find_map(|record| match &record.data {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            RData::AAAA(a) => Some(IpAddr::V6(a.0)),
            _ => None,
        });
        if address.is_some() {
            return Ok(address);
        }
    }
    Ok(None)
}

/// The status and the first line of what the address serves under the name.
async fn fetch(http: &reqwest::Client, address: IpAddr, port: u16, name: &str, path: &str) -> String {
    let url = format!("http://{}/{}", SocketAddr::new(address, port), path.trim_start_matches('/'));
    match http.get(url).header("host", name).send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            let text = response.text().await.unwrap_or_default();
            // It comes from elsewhere: a terminal must not take any of it for a command.
            let shown: String = text.chars().take_while(|c| !c.is_control()).take(SHOWN).collect();
            format!("{status} {shown}")
        }
        Err(error) if error.is_timeout() => "no response in time".to_owned(),
        Err(_) => format!("nothing serves HTTP at port {port}"),
    }
}

/// Rounds by site, in the order the sites appeared.
#[derive(Default)]
struct Tally {
    order: Vec<String>,
    counts: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, site: &str) {
        if !self.order.iter().any(|s| s == site) {
            self.order.push(site.to_owned());
        }
        *self.counts.entry(site.to_owned()).or_default() += 1;
    }

    /// The site with its count so far, in its colour on a terminal.
    fn coloured(&self, site: &str) -> String {
        let text = format!("{site} ({})", self.counts.get(site).copied().unwrap_or(0));
        if !std::io::stdout().is_terminal() {
            return text;
        }
        let place = self.order.iter().position(|s| s == site).unwrap_or(0);
        format!("\x1b[{}m{text}\x1b[0m", COLOURS[place % COLOURS.len()])
    }

    fn in_words(&self) -> String {
        let total: u64 = self.counts.values().sum();
        if total == 0 {
            return "No round was answered.".to_owned();
        }
        let share = |n: u64| n as f64 * 100.0 / total as f64;
        let each = self.order.iter().map(|site| {
            let count = self.counts[site];
            format!("{site} {count} ({:.1} %)", share(count))
        });
        format!("{total} answered: {}", each.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tally_adds_up() {
        let mut tally = Tally::default();
        assert_eq!(tally.in_words(), "No round was answered.");
        for site in ["east", "west", "east", "east"] {
            tally.add(site);
        }
        assert_eq!(tally.in_words(), "4 answered: east 3 (75.0 %), west 1 (25.0 %)");
    }
}
