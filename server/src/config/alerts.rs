//! `[alerts]` of the settings file: what alerts may reach, and where their scripts are.

use std::path::PathBuf;

use anyhow::bail;
use ipnet::IpNet;
use serde::Deserialize;

use crate::events::Allowed;

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    allow: Vec<IpNet>,
    scripts: Option<PathBuf>,
}

/// The settings in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertSettings {
    /// Networks that channels may reach although they are private, loopback or link-local.
    pub allow: Vec<IpNet>,
    /// Absolute path of the folder of the programs that channels of kind script may run; none are run without.
    pub scripts: Option<PathBuf>,
}

impl AlertSettings {
    /// Checks the table.
    pub(super) fn new(table: Table) -> anyhow::Result<AlertSettings> {
        let scripts = match table.scripts {
            Some(folder) if !folder.is_dir() => {
                bail!(
                    "alerts.scripts {}: there is no such folder: make it, or leave the setting out",
                    folder.display()
                )
            }
            Some(folder) => Some(std::path::absolute(folder)?),
            None => None,
        };
        Ok(AlertSettings { allow: table.allow, scripts })
    }

    /// What alerts are sent with.
    pub fn allowed(&self) -> Allowed {
        Allowed { networks: self.allow.clone(), scripts: self.scripts.clone() }
    }
}
