//! What the figures were measured on, and how much of it was used.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::figure::{ms, percentile};
use crate::failed::Failed;

/// How many writes show what the disk takes for one.
const PROBES: usize = 50;

/// The machine.
pub(super) struct Machine {
    cores: usize,
    processor: Option<String>,
    /// How long a write of 4 KiB takes until the disk has it: every commit waits for
    /// at least one.
    sync_ms: f64,
}

impl Machine {
    /// Looks at the machine, and at the disk below a folder.
    pub(super) fn look_at(folder: &Path) -> Result<Self, Failed> {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = info
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        let sync_ms = probe(folder).map_err(Failed::because(format!(
            "the disk below {} cannot be measured",
            folder.display()
        )))?;
        Ok(Self {
            cores: cores(),
            processor: name.map(|name| name.trim_start_matches([' ', '\t', ':']).to_owned()),
            sync_ms,
        })
    }

    pub(super) fn text(&self) -> String {
        let Self {
            cores,
            processor,
            sync_ms,
        } = self;
        let processor = processor.as_deref().unwrap_or("unknown");
        let build = build();
        format!("{cores} cores ({processor}), {build} build, {sync_ms:.2} ms for a synced write")
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "cores": self.cores,
            "processor": self.processor,
            "build": build(),
            "synced_write_ms": self.sync_ms,
        })
    }
}

const fn build() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}

/// How many cores this process may use.
pub(super) fn cores() -> usize {
    available_parallelism().map_or(1, std::num::NonZero::get)
}

fn probe(folder: &Path) -> std::io::Result<f64> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut took = Vec::with_capacity(PROBES);
    for _ in 0..PROBES {
        let begun = Instant::now();
        file.write_all(&[0x5a; 4_096])?;
        file.sync_data()?;
        took.push(begun.elapsed());
    }
    Ok(percentile(&mut took, 50).map_or(0.0, ms))
}

/// Times a piece of work by the clock and by what the processor spent on it.
pub(super) struct Stopwatch {
    begun: Instant,
    used: Option<Duration>,
}

/// What a piece of work took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Took {
    /// By the clock.
    pub(super) wall: Duration,
    /// In the processor, all threads together, user and system.
    pub(super) processor: Option<Duration>,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            begun: Instant::now(),
            used: processor_time(),
        }
    }

    pub(super) fn stop(&self) -> Took {
        let wall = self.begun.elapsed();
        let processor = processor_time()
            .zip(self.used)
            .map(|(now, then)| now.saturating_sub(then));
        Took { wall, processor }
    }
}

impl Took {
    /// This and that, one after the other.
    pub(super) fn and(self, other: Self) -> Self {
        let processor = self.processor.zip(other.processor).map(|(a, b)| a + b);
        Self {
            wall: self.wall + other.wall,
            processor,
        }
    }

    /// How many a second.
    pub(super) fn rate(self, count: f64) -> f64 {
        count / self.wall.as_secs_f64()
    }

    /// How many a second of one core that does nothing else.
    pub(super) fn rate_per_core(self, count: f64) -> Option<f64> {
        Some(count / self.processor?.as_secs_f64())
    }

    /// How many cores were at work on average.
    pub(super) fn cores(self) -> Option<f64> {
        Some(self.processor?.as_secs_f64() / self.wall.as_secs_f64())
    }
}

/// What this process has used of the processor so far, where the system says it. In
/// hundredths of a second, which is why a run must last a good part of one.
fn processor_time() -> Option<Duration> {
    // proc(5): utime and stime are the 14th and 15th fields, in ticks of 10 ms. The
    // second field, in brackets, may hold anything.
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 10))
}
