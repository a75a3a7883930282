//! `[health]` of the settings file: what health checks may reach, and where their scripts are.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;

/// Flags of health checks.
#[derive(Args, Clone, Debug, Default)]
pub struct HealthArgs {
    /// Networks that health checks may dial, instead of all; loopback and link-local only where they are listed.
    #[arg(long, value_name = "CIDR", env = "STEELYARD_HEALTH_ALLOW", value_delimiter = ',')]
    pub health_allow: Vec<IpNet>,
    /// Networks that health checks must not dial.
    #[arg(long, value_name = "CIDR", env = "STEELYARD_HEALTH_DENY", value_delimiter = ',')]
    pub health_deny: Vec<IpNet>,
    /// Folder of the programs that monitors of type script may run [default: none].
    #[arg(long, value_name = "DIR", env = "STEELYARD_HEALTH_SCRIPTS")]
    pub health_scripts: Option<PathBuf>,
}

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    allow: Vec<IpNet>,
    deny: Vec<IpNet>,
    scripts: Option<PathBuf>,
}

/// The settings in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthSettings {
    /// Networks that may be dialled.
    pub allow: Vec<IpNet>,
    /// Networks that may not.
    pub deny: Vec<IpNet>,
    /// Absolute path of the scripts' folder.
    pub scripts: Option<PathBuf>,
}

impl HealthArgs {
    /// Joins flags and table, and checks them. The demo's members are on loopback.
    pub(super) fn settings(self, table: Table, demo: bool) -> anyhow::Result<HealthSettings> {
        let list = |flags: Vec<IpNet>, table: Vec<IpNet>| if flags.is_empty() { table } else { flags };
        let mut allow = list(self.health_allow, table.allow);
        if demo {
            allow.push(IpNet::new_assert([127, 0, 0, 0].into(), 8));
        }
        let scripts = match self.health_scripts.or(table.scripts) {
            Some(folder) if !folder.is_dir() => {
                bail!(
                    "health.scripts {}: there is no such folder: make it, or leave the setting out",
                    folder.display()
                )
            }
            Some(folder) => Some(std::path::absolute(folder)?),
            None => None,
        };
        Ok(HealthSettings { allow, deny: list(self.health_deny, table.deny), scripts })
    }
}

impl HealthSettings {
    /// What checks are made with on a server that listens at `own`.
    pub fn tools(&self, own: impl IntoIterator<Item = SocketAddr>) -> health::Tools {
        let policy = health::Policy::new(self.allow.clone(), self.deny.clone()).without_own(own);
        health::Tools::new(policy).with_scripts(self.scripts.clone())
    }
}
