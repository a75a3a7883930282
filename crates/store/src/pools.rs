//! Connections: apart for configuration, for writing the log, for reading it and for exports, so that none starves.

use std::str::FromStr;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::error::StoreError;

/// How storage is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of this site, which its rows carry.
    pub site: String,
}

/// The database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) site: String,
    /// Configuration and access: small and quick.
    pub(crate) config: PgPool,
    /// Rows and counters, by one writer.
    pub(crate) log: PgPool,
    /// Pages and REST reading the log.
    pub(crate) read: PgPool,
    /// Exports, which take as long as they take.
    pub(crate) export: PgPool,
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

impl Store {
    /// Reads the URL; connects when first used.
    pub fn open(url: &str, options: Options) -> Result<Store, StoreError> {
        let connect = PgConnectOptions::from_str(url).map_err(|e| {
            StoreError::Unreadable(format!("the database URL: {}", without_url(&e.to_string(), url)))
        })?;
        let pool = |name: &str, size: u32, statement_timeout: &str, wait: u64| {
            let connect = connect.clone().application_name(&format!("steelyard {name}")).options([
                ("statement_timeout", statement_timeout),
                ("timezone", "UTC"),
                ("idle_in_transaction_session_timeout", "60s"),
            ]);
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(Duration::from_secs(wait))
                .idle_timeout(Duration::from_secs(300))
                .connect_lazy_with(connect)
        };
        Ok(Store {
            site: options.site,
            config: pool("config", 6, "10s", 2),
            log: pool("log", 3, "60s", 2),
            read: pool("read", 6, "15s", 5),
            export: pool("export", 3, "0", 5),
        })
    }

    /// Brings the tables up to date. Several servers may do so at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Ok(MIGRATIONS.run(&self.export).await?)
    }

    /// Asks whether the database is there.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.config).await?;
        Ok(())
    }

    /// Closes all connections.
    pub async fn close(&self) {
        for pool in [&self.config, &self.log, &self.read, &self.export] {
            pool.close().await;
        }
    }
}

/// A message that may quote the URL, and with it the password, without it.
fn without_url(message: &str, url: &str) -> String {
    message.replace(url, "(URL)")
}
