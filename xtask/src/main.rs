//! The project's own commands, `cargo xtask ...`: they need nothing but a Rust toolchain and a package manager.
//!
//! - `machine` knows what a machine must have, and installs it.
//! - `web` makes the console's wasm, `product` the `steelyard` binary.
//! - `serve`, `test`, `bench`, `doctor` and `dist` are the commands built from these.
//!
//! There is no state besides files under `target/`: a command that finds its work done skips it.

mod bench;
mod dist;
mod doctor;
mod machine;
mod process;
mod product;
mod progress;
mod serve;
mod test;
mod web;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs and tests Steelyard.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what is missing, builds the console and the release binary, and serves.
    ///
    /// Everything after `serve` goes to `steelyard serve` unchanged; `cargo xtask serve -- --help` lists its flags.
    Serve {
        /// Flags of `steelyard serve`, for example `--demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
    /// Builds what browsers load: the islands' wasm and its JavaScript, compressed.
    Web,
    /// Installs what the tests need, and runs all of them or some parts.
    Test(test::TestArgs),
    /// Measures what an answer costs, what the query log adds, and how fast the log comes out again.
    Bench(bench::BenchArgs),
    /// Shows what building, serving and testing need, and what of it this machine lacks.
    Doctor,
    /// Packs the release binary with its licences into an archive under target/dist.
    Dist,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve { args } => serve::run(&args),
        Command::Web => web::prepare_and_build(),
        Command::Test(args) => test::run(&args),
        Command::Bench(args) => bench::run(args).map(|()| ExitCode::SUCCESS),
        Command::Doctor => doctor::run(),
        Command::Dist => dist::run(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
