//! `steelyard secret`: what monitors and channels name instead of holding it.

use std::io::{IsTerminal, Read};

use anyhow::bail;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::Exit;
use super::remote::{Remote, in_path};
use crate::clock;
use crate::http::rest::secrets::SecretLine;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Secret {
    /// Set a secret, read from standard input; an older one of the name is replaced.
    Set(NameArgs),
    /// Forget a secret that nothing names.
    Remove(NameArgs),
    /// List names, and what names them.
    List(ListArgs),
}

/// The secret.
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
pub async fn run(secret: Secret) -> anyhow::Result<Exit> {
    match secret {
        Secret::Set(args) => {
            let client = args.remote.client()?;
            let value = read_secret()?;
            let request = client.request(Method::PUT, &format!("/secrets/{}", in_path(&args.name)));
            client.send(request.json(&json!({"value": value}))).await?;
            println!("Secret {} is set.", args.name);
        }
        Secret::Remove(args) => {
            let client = args.remote.client()?;
            client.send(client.request(Method::DELETE, &format!("/secrets/{}", in_path(&args.name)))).await?;
            println!("Secret {} is forgotten.", args.name);
        }
        Secret::List(args) => {
            let secrets: Vec<SecretLine> = args.remote.client()?.get("/secrets", &[]).await?;
            for secret in secrets {
                let used = match secret.used_by.as_slice() {
                    [] => "nothing names it".to_owned(),
                    some => some.join(", "),
                };
                let (updated, by) = (clock::rfc3339(secret.updated), secret.updated_by);
                println!("{:<24} set {updated} by {by}: {used}", secret.name);
            }
        }
    }
    Ok(Exit::Done)
}

/// Typed without an echo, or all of standard input, whose last line end is not part of it: a key has several lines.
fn read_secret() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Secret: ")?);
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret).to_owned();
    if secret.is_empty() {
        bail!("no secret on standard input: pipe it in");
    }
    Ok(secret)
}
