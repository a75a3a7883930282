//! SIGHUP: the settings are read again, and what can change while it runs changes in place.

use std::net::SocketAddr;
use std::sync::Arc;

use dns::{Certificate, Cookies, Policy};
use geo::Databases;

use super::data_dir::DataDir;
use crate::config::{LogSettings, ServeArgs, Settings, tsig};
use crate::site::Site;

/// What a reload starts from.
pub struct Reload {
    args: ServeArgs,
    /// In force.
    settings: Settings,
    /// Whether the sockets came from outside, which are not this process's to close.
    passed: bool,
    certificate: Option<Certificate>,
    databases: Arc<Databases>,
    /// Secrets of this process's own, for as long as no file names others.
    cookies: Cookies,
}

/// What a reload has done.
#[derive(Debug, Default)]
struct Done {
    changed: Vec<&'static str>,
    opened: Vec<SocketAddr>,
    closed: Vec<SocketAddr>,
    needs_restart: Vec<&'static str>,
}

impl Reload {
    /// Of the settings that were read from `args`.
    pub fn new(
        args: ServeArgs,
        settings: Settings,
        passed: bool,
        certificate: Option<Certificate>,
        databases: Arc<Databases>,
    ) -> Reload {
        Reload { args, settings, passed, certificate, databases, cookies: Cookies::default() }
    }

    /// The policy to start with.
    ///
    /// # Errors
    /// When the secret of a key cannot be read.
    pub fn policy(&self) -> anyhow::Result<Policy> {
        let keys = tsig::load(&self.settings.tsig)?;
        Ok(self.settings.responder.policy(None, &self.cookies, keys))
    }

    /// Reads the settings again and puts them in force, or says what is wrong with them and leaves everything as it
    /// was. One line in the log says what came of it.
    pub fn run(&mut self, site: &Site, data_dir: &DataDir, token: &str) {
        // The certificate has files of its own, and is read again whatever the settings say.
        if let Some(certificate) = &self.certificate {
            certificate.reload_and_say();
        }
        // So have geographic databases, which are large.
        let databases = self.databases.clone();
        tokio::task::spawn_blocking(move || databases.refresh());
        // Whoever rotates files of the log says so by this signal.
        site.streams.reopen();
        match self.apply(site) {
            Ok(done) => {
                if !(done.opened.is_empty() && done.closed.is_empty())
                    && let Err(error) = data_dir.leave_access(site.http, &site.responder.addresses(), token)
                {
                    let error = format!("{error:#}");
                    tracing::error!(error, "the owner's commands do not know the new addresses");
                }
                done.say();
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(error, "SIGHUP: the settings were not reloaded, everything is as before");
            }
        }
    }

    fn apply(&mut self, site: &Site) -> anyhow::Result<Done> {
        let settings = self.args.clone().settings()?;
        let keys = tsig::load(&settings.tsig)?;
        let policy = site.responder.policy();
        let before = &self.settings;
        let mut done = Done {
            changed: settings.responder.changes(&before.responder),
            needs_restart: needs_restart(before, &settings),
            ..Done::default()
        };
        if !self.passed {
            let relisted = site.responder.listen(&settings.dns).map_err(super::cannot_listen)?;
            site.pipeline.add_rings(relisted.rings);
            (done.opened, done.closed) = (relisted.opened, relisted.closed);
            self.settings.dns = settings.dns;
        }
        if keys != policy.keys {
            done.changed.push("tsig");
        }
        if !done.changed.is_empty() {
            site.responder.set_policy(settings.responder.policy(Some(&policy), &self.cookies, keys));
            self.settings.responder = settings.responder;
            self.settings.tsig = settings.tsig;
        }
        if settings.log.streams != self.settings.log.streams {
            site.pipeline.set_outlets(site.streams.set(&settings.log.streams));
            self.settings.log.streams = settings.log.streams;
            done.changed.push("log.stream");
        }
        Ok(done)
    }
}

impl Done {
    fn say(&self) {
        let list = |addresses: &[SocketAddr]| super::addresses(addresses);
        let (changed, needs_restart) = (self.changed.join(", "), self.needs_restart.join(", "));
        let (opened, closed) = (list(&self.opened), list(&self.closed));
        let nothing = [&changed, &needs_restart, &opened, &closed].iter().all(|text| text.is_empty());
        if nothing {
            tracing::info!("SIGHUP: the settings were reloaded, nothing has changed");
        } else {
            tracing::info!(changed, opened, closed, needs_restart, "SIGHUP: the settings were reloaded");
        }
    }
}

fn without_streams(settings: &Settings) -> LogSettings {
    LogSettings { streams: Vec::new(), ..settings.log.clone() }
}

/// Keys that are read at the start alone, and have changed since.
fn needs_restart(before: &Settings, now: &Settings) -> Vec<&'static str> {
    let compared = [
        ("data_dir", before.data_dir != now.data_dir),
        ("http", before.http != now.http),
        ("database_url", before.database_url != now.database_url),
        ("site", before.site != now.site),
        ("workers", before.workers != now.workers),
        ("log", without_streams(before) != without_streams(now)),
        ("demo", before.demo != now.demo),
        ("geo or resolver", before.surroundings != now.surroundings),
        ("health", before.health != now.health),
        ("alerts", before.alerts != now.alerts),
        ("dns_tls, dns_https, dns_quic, tls_cert or tls_key", before.secure != now.secure),
    ];
    compared.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}
