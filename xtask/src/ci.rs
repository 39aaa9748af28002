//! The steps of CI, one after the other; the first that fails ends it.
//!
//! All of them use one profile and one set of features, so that nothing is built in two
//! ways: lints and documentation share what they check, tests what they build.

use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::install;

/// One step: its name and its command, with what it adds to the environment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: Option<(&'static str, &'static str)>,
}

const FORMAT: Step = Step {
    name: "format",
    arguments: &["fmt", "--all", "--check"],
    environment: None,
};

const LINTS: Step = Step {
    name: "lints",
    arguments: &[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ],
    environment: None,
};

/// Generated files, layering, names, sizes and licences are tests like any other.
const TESTS: Step = Step {
    name: "tests",
    arguments: &["test", "--workspace", "--locked"],
    environment: None,
};

const TIDY: Step = Step {
    name: "tidy",
    arguments: &["test", "--package", "xtask", "--locked", "--quiet"],
    environment: None,
};

const DOCUMENTATION: Step = Step {
    name: "documentation",
    arguments: &["doc", "--workspace", "--no-deps", "--locked", "--quiet"],
    environment: Some((
        "RUSTDOCFLAGS",
        // Whoever reads these pages works on the private items behind them, too.
        "-D warnings -A rustdoc::private_intra_doc_links",
    )),
};

/// Everything. The tests come last, so that what they say is what is read.
const ALL: [Step; 4] = [FORMAT, LINTS, DOCUMENTATION, TESTS];

/// What takes little time.
pub(crate) const QUICK: [Step; 3] = [FORMAT, LINTS, TIDY];

/// Installs what the tests use, and takes every step.
pub(crate) fn everything() -> ExitCode {
    let installed = install::run();
    if installed == ExitCode::SUCCESS {
        run(&ALL)
    } else {
        installed
    }
}

/// Runs steps.
pub(crate) fn run(steps: &[Step]) -> ExitCode {
    let begun = Instant::now();
    for step in steps {
        if let Err(why) = step.run() {
            eprintln!("xtask: {} failed: {why}", step.name);
            return ExitCode::FAILURE;
        }
    }
    eprintln!("xtask: all of it passed in {} s", begun.elapsed().as_secs());
    ExitCode::SUCCESS
}

impl Step {
    fn run(&self) -> Result<(), String> {
        let begun = Instant::now();
        eprintln!("xtask: {}: cargo {}", self.name, self.arguments.join(" "));
        // The cargo that runs this, so that the pinned toolchain stays the pinned one.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(self.arguments).stdin(Stdio::null());
        command.envs(self.environment);
        if env::var_os("CI").is_some() {
            // Nothing is built a second time there, and nobody steps through it.
            command.env("CARGO_INCREMENTAL", "0");
            command.env("CARGO_PROFILE_DEV_DEBUG", "none");
        }
        let status = command
            .status()
            .map_err(|error| format!("cargo does not start: {error}"))?;
        if !status.success() {
            return Err(format!(
                "cargo {} ended with {status}",
                self.arguments.join(" ")
            ));
        }
        eprintln!(
            "xtask: {} passed in {} s",
            self.name,
            begun.elapsed().as_secs()
        );
        Ok(())
    }
}
