use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// hickory-server says two things of every query, and the layers under it more than an operator needs.
const FILTER: &str = "info,sqlx=warn,hickory_server=warn,h2=warn,quinn=warn,quinn_proto=warn";

/// Text on a terminal, one JSON object a line elsewhere; `RUST_LOG` filters.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FILTER));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let result = if std::io::stderr().is_terminal() {
        builder.with_target(false).try_init()
    } else {
        builder.json().try_init()
    };
    // A second start within one process (tests) finds it set up.
    let _ = result;
}
