//! `tillkey`: the door. One sub-command a file; each parses, calls and prints.

mod backup;
mod bench;
mod demo;
mod doctor;
mod failed;
mod import;
mod installation;
mod ledger;
mod line;
mod logging;
mod migrate;
mod output;
mod policy;
mod progress;
mod serve;
mod staff;
mod terminal;
mod till;

use std::process::ExitCode;

fn main() -> ExitCode {
    line::run()
}
