//! `cargo xtask`: what CI runs, and what is handed to vendors. Nothing else knows how.

mod ci;
mod fuzz;
mod install;
mod sdk;
#[cfg(test)]
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask ci        install, format, lints, documentation, every test
       cargo xtask quick     format, lints and tidy: what to run before a push
       cargo xtask install   what the browser tests use: Chromium, its driver, axe-core
       cargo xtask sdk [TARGET]
                             what a terminal's vendor is handed, in target/sdk: the C header
                             and library, the Kotlin and its library, with their sizes
       cargo xtask fuzz [TARGET] [--seconds N] [--keep]
                             every parser that faces outside, led by coverage, N seconds
                             each; --keep makes seeds of what reached something";

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
        ["sdk"] => sdk::run(None),
        ["sdk", target] => sdk::run(Some(target)),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
