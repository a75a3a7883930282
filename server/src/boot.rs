//! Builds the parts in dependency order, wires them, and takes them down again.

mod announce;
mod data_dir;
mod database;
mod reload;
pub mod sockets;
mod tracing_setup;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use dns::{Responder, Serving, Surroundings};
use model::Label;
use model::config::{Config, SiteRole};
use model::snapshot::Snapshot;
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::access::gate::Gate;
use crate::access::secret;
use crate::config::{ServeArgs, Settings};
use crate::events::Events;
use crate::exports::{self, Exports};
use crate::kept::{self, Kept};
use crate::overrides::Overrides;
use crate::secrets::Secrets;
use crate::sink::StoreSink;
use crate::site::Site;
use crate::streams::Streams;
use crate::tasks::publish::{Publisher, log_view};
use crate::tasks::storage::Presence;
use crate::{clock, demo, http, tasks};

/// How long the first output waits for storage; DNS does not wait.
const STORAGE_PATIENCE: Duration = Duration::from_secs(30);
/// Health checks in flight at most.
const CHECKS_AT_ONCE: usize = 4096;
/// How long a drain may take after SIGTERM.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves until a signal says stop; `settings` are those of `args`, which are read again on SIGHUP. Sockets that were
/// passed are listened at instead of `settings.dns`.
pub async fn run(args: ServeArgs, settings: Settings, passed: Vec<dns::Passed>) -> anyhow::Result<()> {
    tracing_setup::init();
    // From here on a signal is heard: a stop in the middle of a start drains as any other.
    let mut signals = Signals::listen()?;
    // Both crypto providers could be compiled in by accident of features; the choice is made here, once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let data_dir = data_dir::open(&settings.data_dir)?;
    let demo = if settings.demo { Some(demo::Backends::start().await?) } else { None };

    let kept = Kept::new(kept::SNAPSHOT, &settings.data_dir);
    let last_good = match kept.read() {
        Ok(snapshot) => snapshot,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "starting without the last good snapshot");
            None
        }
    };
    let nothing = Snapshot { epoch: 1, generation: 0, at: 0, config: Config::default() };
    let snapshot = Arc::new(last_good.unwrap_or(nothing));
    let name = site_name(&settings, &snapshot.config)?;

    // Health epochs start from the time of day, so that they rise over restarts as well.
    let first_epoch = (clock::now() / 1000) as u64;
    let secure = settings.secure.open()?;
    let certificate = secure.certificate.clone();
    let databases = {
        let (city, asn) = (settings.surroundings.city.clone(), settings.surroundings.asn.clone());
        Arc::new(geo::Databases::open(city.as_deref(), asn.as_deref()))
    };
    let mut reload = reload::Reload::new(
        args,
        settings.clone(),
        !passed.is_empty(),
        certificate.clone(),
        databases.clone(),
    );
    let options = dns::Options {
        listen: if passed.is_empty() { settings.dns.clone() } else { Vec::new() },
        passed,
        secure,
        workers: settings.workers,
        events: settings.log.on,
        ..dns::Options::default()
    };
    let workers = options.worker_slots();
    let seed = rand::random();
    let kept_health = Kept::new(kept::HEALTH, &settings.data_dir);
    let remembered = tasks::remember::read(&kept_health);
    let health = Arc::new(health::first_table(first_epoch, &remembered));
    let names_path = settings.data_dir.join("resolved.json");
    let surroundings =
        Surroundings { database: databases.clone(), resolved: Arc::new(tasks::resolve::read(&names_path)) };
    let serving =
        Serving::build_within(surroundings, snapshot.clone(), health, None, workers, seed, clock::now())?;
    let serving = Arc::new(serving);
    let policy = reload.policy()?;
    let (responder, rings) =
        Responder::start(options, serving.clone(), policy).await.map_err(cannot_listen)?;
    // Queries are answered from here on; whatever takes its time with a large configuration comes after.
    let first_view = log_view(&serving);
    let checked = serving.config().clone();
    drop(serving);

    let mut database = database::Database::new(&settings);
    let store = Store::open(&database.url(), store::Options { site: name.to_string() })?;
    let pipeline = querylog::Pipeline::start(
        settings.log.options(name.to_string(), &settings.data_dir, responder.waits()),
        rings,
        Arc::new(StoreSink::new(store.clone())),
        snapshot.config.logging.clone(),
        first_view,
    )?;
    let streams = Streams::new(name.as_str());
    pipeline.set_outlets(streams.set(&settings.log.streams));
    let listener = TcpListener::bind(settings.http)
        .await
        .with_context(|| format!("http {}: cannot listen: is another server running?", settings.http))?;
    let http_address = listener.local_addr()?;
    let secure = responder.secure_addresses();
    let secrets = Arc::new(Secrets::open(&settings.data_dir)?);
    let known = secrets.clone();
    let own = [responder.addresses(), secure.tls, secure.https, secure.quic, vec![http_address]].concat();
    let checker = health::Checker::start(
        health::Options {
            clock: Arc::new(clock::now),
            concurrency: checks_at_once(),
            first_epoch,
            remembered,
        },
        &checked,
        settings.health.tools(own).with_secrets(Arc::new(move |name| known.get(name))),
    );
    let health_changes = checker.changes();

    let local_token = secret::token("local");
    let publisher = Publisher::new(workers, seed, checker.table(), kept);
    let started = clock::now();
    let allowed = settings.alerts.allowed();
    let events = Events::start(name.clone(), &snapshot.config, secrets.clone(), allowed, started);
    let site = Arc::new(Site {
        name,
        http: http_address,
        store,
        responder,
        pipeline,
        streams,
        checker,
        publisher,
        presence: Presence::new(clock::now()),
        gate: Gate::new(&local_token),
        attempts: Default::default(),
        overrides: Overrides::open(&settings.data_dir),
        ramps: Default::default(),
        secrets,
        events,
        exports: Exports::new(&settings.data_dir),
        notified: Default::default(),
        keeps_rows: settings.log.on,
        started,
    });
    attach(&site);
    site.overrides.apply(&site);
    data_dir.leave_access(http_address, &site.responder.addresses(), &local_token)?;

    let stop = CancellationToken::new();
    let console = serve_http(listener, site.clone(), stop.clone());
    tokio::spawn(tasks::publish::follow_health(site.clone()));
    tokio::spawn(tasks::notify::run(site.clone()));
    tokio::spawn(tasks::health::run(site.clone(), health_changes));
    tokio::spawn(tasks::remember::run(site.clone(), kept_health));
    tokio::spawn(tasks::geography::run(databases));
    tokio::spawn(tasks::accounts::run(site.clone()));
    match tasks::resolve::Resolving::new(&settings.surroundings.servers, names_path) {
        Ok(resolving) => drop(tokio::spawn(resolving.run(site.clone()))),
        Err(error) => {
            let error = format!("{error:#}");
            tracing::error!(error, "names of members are not resolved");
        }
    }
    tasks::events::start(&site, certificate);
    database.start(stop.clone()).await;
    let (ready, mut storage) = watch::channel(false);
    tokio::spawn(tasks::storage::run(site.clone(), ready));
    let begin = async {
        let there = tokio::time::timeout(STORAGE_PATIENCE, storage.wait_for(|ready| *ready)).await.is_ok();
        tokio::spawn(tasks::housekeeping::run(site.clone()));
        tokio::spawn(tasks::ramps::run(site.clone()));
        tokio::spawn(exports::jobs::run(site.clone()));
        if there && settings.demo {
            demo::load(&site).await?;
        }
        announce::announce(&site, &settings, there).await;
        anyhow::Ok(())
    };
    {
        let stopped = signals.stop(|| reload.run(&site, &data_dir, &local_token));
        tokio::pin!(stopped);
        tokio::select! {
            begun = begin => {
                begun?;
                stopped.await;
            }
            () = &mut stopped => {}
        }
    }
    tracing::info!("stopping: draining");
    tasks::events::stop(&site);
    stop.cancel();
    let _ = tokio::time::timeout(Duration::from_secs(3), console).await;
    site.responder.shutdown().await;
    site.pipeline.shutdown(DRAIN).await;
    site.streams.stop().await;
    site.checker.shutdown().await;
    site.events.shutdown(&site.store).await;
    database.stop().await;
    data_dir.close();
    drop(demo);
    Ok(())
}

/// As many checks as half of the open files allow, once their limit is as high as this process may set it: members
/// that are silent keep a socket for the whole timeout.
fn checks_at_once() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let files = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let half = files.map_or(CHECKS_AT_ONCE, |files| usize::try_from(files / 2).unwrap_or(CHECKS_AT_ONCE));
    half.clamp(1, CHECKS_AT_ONCE)
}

/// Tells the events what they have to know of the site, without keeping it alive.
fn attach(site: &Arc<Site>) {
    let (own, versions) = (Arc::downgrade(site), Arc::downgrade(site));
    let own = move || {
        let Some(site) = own.upgrade() else { return Vec::new() };
        site.responder.addresses().into_iter().chain([site.http]).collect()
    };
    let versions = move || {
        let Some(site) = versions.upgrade() else { return (0, 0) };
        let serving = site.responder.current();
        (serving.snapshot().generation, serving.health().epoch)
    };
    site.events.attach(own, versions);
}

/// The name given, else the one leader of the configuration, else `leader`.
fn site_name(settings: &Settings, config: &Config) -> anyhow::Result<Label> {
    if let Some(name) = &settings.site {
        return name.parse().map_err(|e| anyhow::anyhow!("site: {e}"));
    }
    let leader = config.sites.iter().find(|s| s.role == SiteRole::Leader).map(|s| s.name.clone());
    match leader {
        Some(name) => Ok(name),
        None => "leader".parse().map_err(|e| anyhow::anyhow!("site: {e}")),
    }
}

/// What a DNS address that cannot be had needs.
fn cannot_listen(error: io::Error) -> anyhow::Error {
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "grant CAP_NET_BIND_SERVICE, or let the service manager pass the sockets (see the guide)"
        }
        io::ErrorKind::AddrInUse => "stop the program that has it, or give another address or port",
        _ => "give an address of this machine",
    };
    anyhow::anyhow!("dns: cannot listen at {error}: {remedy}")
}

fn addresses(list: &[SocketAddr]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn serve_http(
    listener: TcpListener,
    site: Arc<Site>,
    stop: CancellationToken,
) -> tokio::task::JoinHandle<()> {
    let app = http::router(site).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move {
        let served = axum::serve(listener, app).with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = served.await {
            tracing::error!(%error, "the console stopped");
        }
    })
}

/// The signals this process acts on.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Returns when one says stop; calls `reload` for each that says so.
    async fn stop(&mut self, mut reload: impl FnMut()) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => reload(),
            }
        }
    }
}
