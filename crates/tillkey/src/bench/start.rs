//! Cold start: `tillkey serve` on an installation that exists, from the start of the process
//! until it says that it serves.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::Effort;
use super::clock::AheadClock;
use super::figure::{Figure, Target, ms};
use super::place::Place;
use super::shops;
use crate::failed::Failed;

/// Measures.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let place = Place::make(effort)?;
    shops::fill(&place, effort.rows)?;
    // Whatever a first start does is done.
    drop(place.open(Arc::new(AheadClock::default()))?);
    let config = place.path().join("tillkey.toml");
    fs::write(&config, text(&place)).map_err(Failed::because("no configuration is written"))?;

    let mut started = Figure::new("serve, until it serves", "ms").must(Target::Below(300.0));
    for round in 0..effort.warm_ups + effort.runs {
        let took = once(&config)?;
        if round >= effort.warm_ups {
            started.add(took);
        }
    }
    Ok(vec![started])
}

fn text(place: &Place) -> String {
    let path = place.path().display();
    let mut text = format!(
        "data = \"{path}/data\"\nroot_key_file = \"{path}/root.key\"\n\
         sms_spool = \"{path}/sms\"\nslip_spool = \"{path}/slips\"\n\
         listen = \"127.0.0.1:0\"\n"
    );
    if let Some(url) = place.url() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "database = \"{url}\"");
    }
    text
}

/// One start, in milliseconds.
fn once(config: &std::path::Path) -> Result<f64, Failed> {
    let failed = || Failed::because::<std::io::Error>("the service does not start");
    let program = env::current_exe().map_err(failed())?;
    let begun = Instant::now();
    let mut service = Command::new(program)
        .args(["serve", "--json", "--config"])
        .arg(config)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed())?;
    let mut said = String::new();
    if let Some(out) = service.stdout.take() {
        BufReader::new(out).read_line(&mut said).map_err(failed())?;
    }
    let took = ms(begun.elapsed());
    if let Some(pid) = Pid::from_raw(service.id().cast_signed()) {
        kill_process(pid, Signal::TERM).map_err(Failed::because("the service does not end"))?;
    }
    let ended = service.wait().map_err(failed())?;
    if said.is_empty() || !ended.success() {
        return Err(Failed::new(format!("the service ended with {ended}")));
    }
    Ok(took)
}
