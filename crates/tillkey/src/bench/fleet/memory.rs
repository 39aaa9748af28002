//! What a process holds in memory, as its system counts it.

use std::fs;

use crate::failed::Failed;

/// What is a process's own, in KiB: neither files it has mapped, nor what the kernel
/// holds for its sockets.
pub(super) fn of(process: u32) -> Result<f64, Failed> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).map_err(Failed::because(format!(
        "{path} cannot be read: memory is measured on Linux alone"
    )))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .ok_or_else(|| Failed::new(format!("{path} does not say what the process holds")))
}
