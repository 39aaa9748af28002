//! The command line: which sub-commands there are, and what a failure looks like.
//!
//! Exit status: 0 done, 1 it failed and said why on standard error, 2 wrong use.
//! There is no sub-command that approves a case or resets a password, and there will
//! be none: whoever has the machine goes the way everybody goes (attack F03).

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::backup::{self, BackupArgs};
use crate::bench::{self, BenchArgs};
use crate::demo::{self, DemoArgs};
use crate::doctor::{self, DoctorArgs};
use crate::failed::Failed;
use crate::import::{self, ImportArgs};
use crate::ledger::{self, LedgerArgs};
use crate::migrate::{self, MigrateArgs};
use crate::policy::{self, PolicyArgs};
use crate::serve::{self, ServeArgs};
use crate::staff::{self, StaffArgs};
use crate::terminal::{self, TerminalArgs};

/// Gives a point-of-sale operator a working password again
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows resets through every channel, with live terminals, and stays up
    Demo(DemoArgs),
    /// Serves the installation: pages, API and the terminal link
    Serve(ServeArgs),
    /// A point-of-sale terminal on this text screen
    Terminal(TerminalArgs),
    /// Adds, lists and disables the acquirer's people
    Staff(StaffArgs),
    /// Takes merchants, terminals, operators, contacts and transactions from CSV files
    Import(ImportArgs),
    /// Checks and explains policies
    Policy(PolicyArgs),
    /// Verifies and exports the ledger
    Ledger(Box<LedgerArgs>),
    /// Moves the installation to another database
    Migrate(Box<MigrateArgs>),
    /// Gives out backups of terminals, and what opens them
    Backup(Box<BackupArgs>),
    /// Looks at the installation and says what is wrong with it
    Doctor(DoctorArgs),
    /// Measures what it must reach: a fleet, sign-ons, cases, the ledger
    Bench(BenchArgs),
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> ExitCode {
    match Line::parse().command {
        Command::Demo(args) => ended("demo", demo::run(&args)),
        Command::Serve(args) => ended("serve", serve::run(&args)),
        Command::Terminal(args) => ended("terminal", terminal::run(&args)),
        Command::Staff(args) => ended("staff", staff::run(&args)),
        Command::Import(args) => ended("import", import::run(&args)),
        Command::Policy(args) => policy::run(&args),
        Command::Ledger(args) => ended("ledger", ledger::run(&args)),
        Command::Migrate(args) => ended("migrate", migrate::run(&args)),
        Command::Backup(args) => ended("backup", backup::run(&args)),
        Command::Doctor(args) => ended("doctor", doctor::run(&args)),
        Command::Bench(args) => ended("bench", bench::run(&args)),
    }
}

fn ended(command: &str, done: Result<(), Failed>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            failed.tell(command);
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Line::command().debug_assert();
    }

    #[test]
    fn f03_no_command_approves_or_resets_anything() {
        fn names(command: &clap::Command, found: &mut Vec<String>) {
            for sub in command.get_subcommands() {
                found.push(sub.get_name().to_owned());
                names(sub, found);
            }
        }
        let mut found = Vec::new();
        names(&Line::command(), &mut found);
        for word in [
            "approve", "review", "reset", "password", "code", "unlock", "sql", "force",
        ] {
            assert!(
                !found.iter().any(|name| name.contains(word)),
                "{word}: {found:?}"
            );
        }
    }
}
