//! `cargo xtask`: what CI runs. Nothing else knows how.

mod ci;
mod install;
#[cfg(test)]
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask ci        install, format, lints, documentation, every test
       cargo xtask quick     format, lints and tidy: what to run before a push
       cargo xtask install   what the browser tests use: Chromium, its driver, axe-core";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["ci"] => ci::everything(),
        ["quick"] => ci::run(&ci::QUICK),
        ["install"] => install::run(),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
