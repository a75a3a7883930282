//! `steelyard token`: tokens for REST and this command line.

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::Exit;
use super::remote::Remote;
use crate::access::Role;
use crate::clock;
use crate::http::rest::tokens::{NewToken, TokenLine};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token and print it once.
    Create(CreateArgs),
    /// Make a token worthless.
    Revoke(RevokeArgs),
    /// List tokens.
    List(ListArgs),
}

/// The new token.
#[derive(Args, Debug)]
pub struct CreateArgs {
    /// What its bearer may do.
    #[arg(long, value_enum)]
    role: Role,
    /// How long it is valid.
    #[arg(long, value_name = "SPAN", default_value = "30d")]
    expires: model::Span,
    /// What it is for.
    #[arg(long, default_value = "")]
    name: String,
    #[command(flatten)]
    remote: Remote,
}

/// Which token.
#[derive(Args, Debug)]
pub struct RevokeArgs {
    /// Number of the token, as `token list` shows it.
    id: i64,
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
pub async fn run(token: Token) -> anyhow::Result<Exit> {
    match token {
        Token::Create(args) => {
            let body = json!({"role": args.role, "expires": args.expires, "name": args.name});
            let made: NewToken = args.remote.client()?.post("/tokens", &body).await?;
            println!("{}", made.token);
        }
        Token::Revoke(args) => {
            let client = args.remote.client()?;
            client.send(client.request(Method::DELETE, &format!("/tokens/{}", args.id))).await?;
            println!("Token {} is worthless now.", args.id);
        }
        Token::List(args) => {
            let tokens: Vec<TokenLine> = args.remote.client()?.get("/tokens", &[]).await?;
            for token in tokens {
                let state = if token.revoked { "revoked" } else { "valid" };
                println!(
                    "{:>6}  {:<8}  {:<8} until {}  {}",
                    token.id,
                    token.role.as_str(),
                    state,
                    clock::rfc3339(token.expires),
                    token.name
                );
            }
        }
    }
    Ok(Exit::Done)
}
