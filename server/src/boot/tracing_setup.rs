use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Text on a terminal, one JSON object a line elsewhere; `RUST_LOG` filters.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let result = if std::io::stderr().is_terminal() {
        builder.with_target(false).try_init()
    } else {
        builder.json().try_init()
    };
    // A second start within one process (tests) finds it set up.
    let _ = result;
}
