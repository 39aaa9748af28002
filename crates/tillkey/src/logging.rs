//! The log, on standard error: a line reads alone. `TILLKEY_LOG` chooses what is logged,
//! in the words of `tracing`, such as `info` or `tillkey_server=debug`.

use std::io;

use tracing_subscriber::EnvFilter;

/// The variable that chooses what is logged.
const VARIABLE: &str = "TILLKEY_LOG";

/// Starts to log, once in a process.
pub(crate) fn start() {
    start_at("info");
}

/// As [`start`], with what is logged where nobody chose.
pub(crate) fn start_at(default: &str) {
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    // A second start in one process changes nothing.
    let _ = log.with_target(false).with_ansi(false).try_init();
}
