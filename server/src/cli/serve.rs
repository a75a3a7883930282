//! `steelyard serve`.

use crate::boot;
use crate::config::ServeArgs;

use super::Exit;

/// Runs until SIGTERM or SIGINT.
pub fn run(args: ServeArgs) -> anyhow::Result<Exit> {
    let passed = boot::sockets::passed()?;
    let settings = args.clone().settings()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(boot::run(args, settings, passed))?;
    Ok(Exit::Done)
}
