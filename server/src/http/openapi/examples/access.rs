//! Those who may come in.

use serde_json::{Value, json};

use super::AT;
use crate::access::{Actor, Role};
use crate::http::rest::secrets::SecretLine;
use crate::http::rest::tokens::{NewToken, TokenLine};
use crate::http::rest::users::UserLine;

/// Thirty days, microseconds.
const MONTH_US: i64 = 30 * 86_400 * 1_000_000;

pub fn of(schema: &str) -> Option<Value> {
    let name = || "ana".to_owned();
    match schema {
        "User" => Some(json!(UserLine { name: name(), role: Role::Operator })),
        "NewUser" => {
            Some(json!({"name": name(), "role": Role::Operator, "password": "a long sentence of yours"}))
        }
        "NewPassword" => Some(json!({"password": "a long sentence of yours"})),
        "Token" => {
            let line = TokenLine {
                id: 1,
                name: "pipeline".to_owned(),
                role: Role::Operator,
                expires: AT + MONTH_US,
                revoked: false,
            };
            Some(json!(line))
        }
        "NewToken" => Some(json!({"role": Role::Operator, "expires": "30d", "name": "pipeline"})),
        "CreatedToken" => Some(json!(NewToken { id: 1, token: format!("steelyard_{}", "0".repeat(64)) })),
        "Secret" => Some(json!(SecretLine {
            name: "slack-ops".to_owned(),
            updated: AT,
            updated_by: name(),
            used_by: vec!["channels[ops]".to_owned()],
        })),
        "NewSecret" => Some(json!({"value": "https://hooks.example.com/services/T0/B0/token"})),
        _ => None,
    }
}

/// Someone who may only read.
pub fn viewer() -> Actor {
    Actor { name: "ana".to_owned(), role: Role::Viewer, source: "rest", session: None }
}
