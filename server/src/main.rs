//! `steelyard`: the one binary.

use std::process::ExitCode;

use clap::Parser;

// Answers do not allocate, but rows, pages and frames do, on many threads at once.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::cli::Cli::parse().run()
}
