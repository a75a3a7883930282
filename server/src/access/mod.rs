//! Who may do what: users, sessions, tokens and the first sign-in.

pub mod gate;
pub mod password;
pub mod secret;
pub mod throttle;

use serde::{Deserialize, Serialize};

/// What a user or token may do; each role includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read everything but secrets.
    Viewer,
    /// Change the configuration.
    Operator,
    /// Manage users and tokens.
    Admin,
}

impl Role {
    /// `viewer`, `operator` or `admin`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    /// The role of a stored word; an unknown word may read only.
    pub fn of(word: &str) -> Role {
        match word {
            "admin" => Role::Admin,
            "operator" => Role::Operator,
            _ => Role::Viewer,
        }
    }
}

/// Who acts in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Name of the user, or `token NAME`.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// `console`, `rest` or `cli`.
    pub source: &'static str,
    /// Hash of the session, when there is one.
    pub session: Option<[u8; 32]>,
}
