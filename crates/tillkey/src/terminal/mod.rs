//! `tillkey terminal`: a point-of-sale terminal on a text screen.
//!
//! 1. The profile says which device this is; the SDK opens its state.
//! 2. `model` is the till as a state machine, `view` draws it; neither knows a socket,
//!    a clock or a keyboard.
//! 3. `shell` brings keys, ticks and the till's tidings to the model, and does what it
//!    wants done.
//! 4. `lines` is the same till without a screen (`--json`).

mod cards;
mod entry;
mod health_file;
mod lines;
mod model;
pub(crate) mod profile;
mod shell;
#[cfg(test)]
mod tests;
mod view;
mod words;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::tz::Offset;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tillkey_server::clock::SystemClock;

use crate::failed::Failed;
use crate::till::Server;
use profile::Folder;
use shell::{Desk, Shown};
use words::Language;

/// A terminal on the text screen.
#[derive(Debug, Args)]
#[command(after_help = HEALTH_HELP)]
pub(crate) struct TerminalArgs {
    /// Where the server is, or mqtt://NAME@HOST:PORT/PREFIX for a broker between; remembered
    /// in the profile [default: http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    server: Option<Server>,
    /// The device's state: its keys, its enrolment, its operators
    #[arg(long, value_name = "DIR", default_value = "tillkey-terminal")]
    profile: PathBuf,
    /// The language of the screen: zh-CN or en; else that of the locale
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// Hours from UTC to where the terminal stands, for its clock
    #[arg(long, value_name = "HOURS", default_value_t = 8, allow_negative_numbers = true,
        value_parser = clap::value_parser!(i8).range(-12..=14))]
    utc_offset_hours: i8,
    /// Without a screen: take what is done as lines on standard input, and print what
    /// happens as one JSON document a line
    #[arg(long)]
    json: bool,
}

/// How the device can be made unwell.
const HEALTH_HELP: &str = "\
The device's condition is a file that you may edit while it runs: health.json in the
profile. What it says is reported within seconds. Leave out what is not known.
  power             {\"source\": mains|battery, \"battery_percent\": 0-100}
  screen            good|faulty
  lamps             {power|charging|network|blue|yellow|green|red: good|faulty}
  printer           ready|paper_low|paper_out|cover_open|overheated|faulty
  network           {\"kind\": ethernet|wifi|cellular|modem, \"bars\": 0-4}
  storage_free_kib  how much can still be stored
The password of an account on a broker is one line in broker_password in the profile.";

/// Runs the terminal until it is left.
pub(crate) fn run(args: &TerminalArgs) -> Result<(), Failed> {
    if !args.json && (!io::stdin().is_terminal() || !io::stdout().is_terminal()) {
        return Err(Failed::new(
            "a text screen and a keyboard are needed; run it in a terminal, or with --json",
        ));
    }
    let mut rng = StdRng::from_entropy();
    let (folder, mut device) = Folder::open(&args.profile, &mut rng)?;
    if let Some(server) = &args.server {
        device.server = server.to_string();
        folder.save(&device)?;
    }
    let language = args.lang.unwrap_or_else(language_of_environment);
    let offset = Offset::from_hours(args.utc_offset_hours).unwrap_or(Offset::UTC);
    let clock = Arc::new(SystemClock::default());
    let runtime =
        tokio::runtime::Runtime::new().map_err(Failed::because("the runtime cannot start"))?;
    let desk = Desk {
        folder,
        device,
        clock,
        rng,
    };
    let ran = if args.json {
        runtime.block_on(lines::run(desk))
    } else {
        runtime.block_on(shell::run(desk, Shown { language, offset }))
    };
    // A connection attempt that is under way must not hold up the person.
    runtime.shutdown_background();
    ran
}

fn language_of_environment() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Language::of_locale(&locale.unwrap_or_default())
}
