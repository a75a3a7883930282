//! The settings of `serve`: flags, `STEELYARD_...` variables and a TOML file, in this order of precedence.

mod alerts;
mod file;
mod health;
mod log;
mod responder;
mod secure;
mod size;
mod surroundings;
pub mod tsig;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

pub use self::alerts::AlertSettings;
pub use self::health::{HealthArgs, HealthSettings};
pub use self::log::{LogArgs, LogSettings};
pub use self::responder::ResponderSettings;
pub use self::secure::{SecureArgs, SecureSettings};
pub use self::surroundings::{SurroundingsArgs, SurroundingsSettings};

/// Flags of `serve`; every one has a variable and a key in the file.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Settings file, TOML; its keys are the flags' names with underscores, `[responder]`, `[health]`, `[alerts]` and `[log]`.
    #[arg(long, value_name = "FILE", env = "STEELYARD_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where the private database, the last good snapshot and local access live [default: .steelyard, or
    /// /var/lib/steelyard when root runs this where other users cannot pass].
    #[arg(long, value_name = "DIR", env = "STEELYARD_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address of console and REST [default: 127.0.0.1:3000].
    #[arg(long, value_name = "ADDR", env = "STEELYARD_HTTP")]
    pub http: Option<SocketAddr>,
    /// Address of the DNS responder, UDP and TCP; may be given several times [default: 127.0.0.1:5353].
    #[arg(long, value_name = "ADDR", env = "STEELYARD_DNS", value_delimiter = ',')]
    pub dns: Vec<SocketAddr>,
    /// DNS over TLS, HTTPS and QUIC.
    #[command(flatten)]
    pub secure: SecureArgs,
    /// Health checks.
    #[command(flatten)]
    pub health: HealthArgs,
    /// Where clients are, and who resolves names of members.
    #[command(flatten)]
    pub surroundings: SurroundingsArgs,
    /// A PostgreSQL 15 or later to use instead of the private one; names the user.
    #[arg(long, value_name = "URL", env = "STEELYARD_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Name of this site [default: the one leader of the configuration, or `leader`].
    #[arg(long, value_name = "NAME", env = "STEELYARD_SITE")]
    pub site: Option<String>,
    /// UDP threads for each DNS address [default: half of the processors].
    #[arg(long, value_name = "N", env = "STEELYARD_WORKERS")]
    pub workers: Option<usize>,
    /// The query log.
    #[command(flatten)]
    pub log: LogArgs,
    /// Load the lab on loopback, with three small HTTP backends as its members.
    #[arg(long, env = "STEELYARD_DEMO")]
    pub demo: bool,
    /// Print one line of JSON when everything listens, for scripts.
    #[arg(long, env = "STEELYARD_JSON_READY")]
    pub json_ready: bool,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Absolute path of the data directory.
    pub data_dir: PathBuf,
    /// Console and REST.
    pub http: SocketAddr,
    /// DNS, at least one.
    pub dns: Vec<SocketAddr>,
    /// DNS over TLS, HTTPS and QUIC.
    pub secure: SecureSettings,
    /// What health checks may do.
    pub health: HealthSettings,
    /// Where clients are, and who resolves names of members.
    pub surroundings: SurroundingsSettings,
    /// What alerts may do.
    pub alerts: AlertSettings,
    /// An outer PostgreSQL.
    pub database_url: Option<String>,
    /// Name of this site, when given.
    pub site: Option<String>,
    /// UDP threads for each address.
    pub workers: usize,
    /// The query log.
    pub log: LogSettings,
    /// The demo.
    pub demo: bool,
    /// The ready line.
    pub json_ready: bool,
    /// What the responder may and says.
    pub responder: ResponderSettings,
    /// Keys of zone transfers, without their secrets.
    pub tsig: Vec<tsig::Entry>,
}

impl ServeArgs {
    /// Joins flags and file, and checks them.
    pub fn settings(self) -> anyhow::Result<Settings> {
        let mut file = match &self.config {
            Some(path) => file::read(path)?,
            None => file::File::default(),
        };
        let secure = self.secure.settings(&mut file)?;
        let surroundings =
            self.surroundings.settings(std::mem::take(&mut file.geo), std::mem::take(&mut file.resolver));
        let beside = self.config.clone().unwrap_or_default();
        let tsig = file.tsig.into_iter().map(|entry| entry.beside(&beside)).collect();
        let data_dir = self.data_dir.or(file.data_dir).unwrap_or_else(default_data_dir);
        let dns = match (self.dns.is_empty(), file.dns) {
            (false, _) => self.dns,
            (true, Some(dns)) => dns,
            (true, None) => vec![SocketAddr::from(([127, 0, 0, 1], 5353))],
        };
        if dns.is_empty() {
            bail!("dns: the list is empty: give at least one address such as 0.0.0.0:53");
        }
        if let Some((_, twice)) = dns.iter().enumerate().find(|(i, a)| a.port() != 0 && dns[..*i].contains(a))
        {
            bail!("dns: {twice} is there twice: give each address once");
        }
        let database_url = self.database_url.or(file.database_url);
        if let Some(url) = &database_url {
            check_database_url(url)?;
        }
        let site = self.site.or(file.site);
        if let Some(site) = &site {
            site.parse::<model::Label>().map_err(|e| anyhow::anyhow!("site: {e}"))?;
        }
        let workers = self.workers.or(file.workers).unwrap_or_else(processors);
        if !(1..=256).contains(&workers) {
            bail!("workers: {workers} is out of range: give 1 to 256");
        }
        let responder = ResponderSettings::new(file.responder).map_err(|problems| match &self.config {
            Some(path) => anyhow::anyhow!("--config {}: {problems}", path.display()),
            None => problems.into(),
        })?;
        let demo = self.demo || file.demo.unwrap_or(false);
        let health = self.health.settings(file.health, demo)?;
        let alerts = AlertSettings::new(file.alerts)?;
        let log = self.log.settings(file.log)?;
        Ok(Settings {
            data_dir: std::path::absolute(data_dir)?,
            http: self.http.or(file.http).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000))),
            dns,
            secure,
            health,
            surroundings,
            alerts,
            database_url,
            site,
            workers,
            log,
            demo,
            json_ready: self.json_ready,
            responder,
            tsig,
        })
    }
}

/// `.steelyard` here, or `/var/lib/steelyard` when root runs this in a folder, as its own home often is, that the user
/// of the private PostgreSQL cannot pass through.
fn default_data_dir() -> PathBuf {
    let here = PathBuf::from(".steelyard");
    match std::path::absolute(&here) {
        Ok(path) if !pgcluster::can_reach(&path) => PathBuf::from("/var/lib/steelyard"),
        _ => here,
    }
}

/// Half of the processors: a thread that finds several packets waiting answers each at less cost than two threads that
/// find one, and the other half is for what the log and storage do with them.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, |all| usize::from(all).div_ceil(2))
}

/// The user has to be named: a default taken from the environment differs between a shell and a service.
fn check_database_url(url: &str) -> anyhow::Result<()> {
    let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    match rest {
        None => bail!("database_url: give a URL such as postgres://steelyard@db.example.org/steelyard"),
        Some(rest) if !rest.contains('@') && !rest.contains("user=") => {
            bail!("database_url: the user is missing: write postgres://USER@HOST/DATABASE")
        }
        Some(_) => Ok(()),
    }
}

/// The address a person on this machine reaches `listen` at.
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let dir = std::env::temp_dir().join(format!("steelyard-settings-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("steelyard.toml");
        std::fs::write(&path, "http = \"127.0.0.1:8080\"\ndns = [\"127.0.0.1:5300\"]\nsite = \"east\"\n")
            .unwrap();
        let args = ServeArgs { config: Some(path), site: Some("west".into()), ..ServeArgs::default() };
        let settings = args.settings().unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(settings.http.port(), 8080);
        assert_eq!(settings.dns[0].port(), 5300);
        assert_eq!(settings.site.as_deref(), Some("west"));
        assert!(settings.log.on);
    }

    #[test]
    fn a_database_url_names_its_user() {
        let check = |url: &str| {
            let args = ServeArgs { database_url: Some(url.into()), ..ServeArgs::default() };
            args.settings().map(|_| ()).map_err(|e| e.to_string())
        };
        assert!(check("postgres://u@h/d").is_ok());
        assert!(check("postgres://h/d").unwrap_err().contains("the user is missing"));
        assert!(check("mysql://u@h/d").unwrap_err().contains("give a URL such as"));
    }
}
