//! `steelyard user`: who may sign in.

use std::io::{BufRead, IsTerminal};

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use super::Exit;
use super::remote::Remote;
use crate::access::Role;
use crate::http::rest::users::UserLine;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a user; the password is read from standard input.
    Add(AddArgs),
    /// Set a user's password, read from standard input; every session of the user ends.
    Passwd(NameArgs),
    /// List users.
    List(ListArgs),
}

/// The new user.
#[derive(Args, Debug)]
pub struct AddArgs {
    /// Name to sign in with.
    name: String,
    /// What the user may do.
    #[arg(long, value_enum, default_value = "admin")]
    role: Role,
    #[command(flatten)]
    remote: Remote,
}

/// The user.
#[derive(Args, Debug)]
pub struct NameArgs {
    /// Name.
    name: String,
    #[command(flatten)]
    remote: Remote,
}

/// Nothing more.
#[derive(Args, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    remote: Remote,
}

/// Runs any of them.
pub async fn run(user: User) -> anyhow::Result<Exit> {
    match user {
        User::Add(args) => {
            let client = args.remote.client()?;
            let password = read_password()?;
            let body = json!({"name": args.name, "role": args.role, "password": password});
            let _: UserLine = client.post("/users", &body).await?;
            println!("Added {}.", args.name);
        }
        User::Passwd(args) => {
            let client = args.remote.client()?;
            let password = read_password()?;
            let path = format!("/users/{}/password", args.name);
            let _: UserLine = client.post(&path, &json!({"password": password})).await?;
            println!("Password of {} set; its sessions have ended.", args.name);
        }
        User::List(args) => {
            let users: Vec<UserLine> = args.remote.client()?.get("/users", &[]).await?;
            for user in users {
                println!("{:<32} {}", user.name, user.role.as_str());
            }
        }
    }
    Ok(Exit::Done)
}

/// Typed without an echo, or one line of standard input: never an argument, which other users of the machine could
/// read.
fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Password: ")?);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.is_empty() {
        bail!("no password on standard input: give one line");
    }
    Ok(password)
}
