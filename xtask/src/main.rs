//! `cargo xtask`: what CI runs. Nothing else knows how.

mod ci;
#[cfg(test)]
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask ci      format, lints, every test, documentation
       cargo xtask quick   format, lints and tidy: what to run before a push";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["ci"] => ci::run(&ci::ALL),
        ["quick"] => ci::run(&ci::QUICK),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
