//! The command line: what each subcommand takes, and which exit status it ends with.

mod apply;
mod check_config;
mod explain;
mod export;
mod logs;
mod output;
mod pipe;
mod ramp;
pub mod remote;
mod rows;
mod secret;
pub mod serve;
mod split;
mod token;
mod user;
mod watch;
mod zone;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Self-hosted GSLB: answers DNS by weight and health, keeps every query, and proves the split.
#[derive(Debug, Parser)]
#[command(name = "steelyard", version, about, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the site: DNS responder, console, REST, health checks and query log.
    Serve(Box<crate::config::ServeArgs>),
    /// Apply a declarative configuration: print the plan, then make it one revision.
    Apply(apply::ApplyArgs),
    /// Write what the server holds.
    #[command(subcommand)]
    Export(export::Export),
    /// Read and write zones as master files.
    #[command(subcommand)]
    Zone(zone::Zone),
    /// Say why a name is answered as it is, without counting a query.
    Explain(explain::ExplainArgs),
    /// Compare the observed split with the configured weights.
    Split(split::SplitArgs),
    /// Raise a canary's share step by step, as long as its gates allow.
    #[command(subcommand)]
    Ramp(ramp::Ramp),
    /// Read the query log.
    #[command(subcommand)]
    Logs(logs::Logs),
    /// Resolve a service in a loop, as a client would, with a tally of where the answers lead.
    Watch(watch::WatchArgs),
    /// Manage who may sign in.
    #[command(subcommand)]
    User(user::User),
    /// Manage tokens for REST and this command line.
    #[command(subcommand)]
    Token(token::Token),
    /// Manage the secrets that monitors and channels name.
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Check a declarative configuration file without a server.
    CheckConfig(check_config::CheckArgs),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0
    Done,
    /// 1
    Failed,
    /// 3: the verdict is FAIL.
    SplitFailed,
    /// 4: too few answers for a verdict.
    SplitInsufficient,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::SplitFailed => 3,
            Exit::SplitInsufficient => 4,
        })
    }
}

impl Cli {
    /// Runs the command; an error is printed once, with its causes, and ends in status 1.
    pub fn run(self) -> ExitCode {
        if !matches!(self.command, Command::Serve(_)) {
            pipe::end_quietly_when_closed();
        }
        let result = match self.command {
            Command::Serve(args) => serve::run(*args),
            Command::CheckConfig(args) => check_config::run(&args),
            other => one_thread().and_then(|runtime| {
                runtime.block_on(async {
                    match other {
                        Command::Apply(args) => apply::run(args).await,
                        Command::Export(args) => export::run(args).await,
                        Command::Zone(zone) => zone::run(zone).await,
                        Command::Explain(args) => explain::run(args).await,
                        Command::Split(args) => split::run(args).await,
                        Command::Ramp(ramp) => ramp::run(ramp).await,
                        Command::Logs(args) => logs::run(args).await,
                        Command::Watch(args) => watch::run(args).await,
                        Command::User(args) => user::run(args).await,
                        Command::Token(args) => token::run(args).await,
                        Command::Secret(args) => secret::run(args).await,
                        Command::Serve(_) | Command::CheckConfig(_) => Ok(Exit::Done),
                    }
                })
            }),
        };
        match result {
            Ok(exit) => exit.into(),
            Err(error) if pipe::is_closed(&error) => ExitCode::from(pipe::CLOSED),
            Err(error) => {
                eprintln!("steelyard: {error:#}");
                Exit::Failed.into()
            }
        }
    }
}

fn one_thread() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
