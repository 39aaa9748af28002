//! `tillkey ledger`: verifies a ledger, exports it as files that anybody can verify,
//! and checks the proof of one entry.
//!
//! All of them only read. They work beside a running service, on a copy of its data directory,
//! and (verifying) on an exported folder.

mod check;
mod export;
mod finding;
mod folder;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use tillkey_ledger::{Fault, LogVerifier};
use tillkey_store::Database;

use crate::failed::Failed;
use crate::installation::{self, Installation};
use crate::output::Shown;

/// The file beside the database, and in an exported folder, that holds the checkpoint.
const CHECKPOINT: &str = "checkpoint";

/// Verifies or exports the ledger.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Reads the whole ledger and says precisely what is wrong with it
    Verify(VerifyArgs),
    /// Writes the ledger as C2SP tlog-tiles, or brings such a folder up to date
    Export(ExportArgs),
    /// Checks a downloaded proof that an entry is in the ledger
    Check(CheckArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    #[command(flatten)]
    which: Which,
    /// A signed checkpoint that was kept elsewhere; without it, the one beside the database
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// The proof: a file that ends in .tlog-proof
    proof: PathBuf,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// The folder to write: checkpoint and tile/…
    folder: PathBuf,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    shown: Shown,
}

/// Which ledger, and whose signature it has to bear.
#[derive(Debug, Args)]
struct Which {
    #[command(flatten)]
    installation: Installation,
    /// The data directory (or an exported folder), instead of the configured one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The ledger's verifier key, name+id+base64; without it, that of the installation's keys
    #[arg(long, value_name = "KEY", value_parser = read_key)]
    key: Option<LogVerifier>,
}

/// Where a ledger is.
#[derive(Debug)]
struct Ledger {
    /// The data directory, or an exported folder.
    data: PathBuf,
    database: Database,
}

fn read_key(text: &str) -> Result<LogVerifier, Fault> {
    text.parse()
}

impl Which {
    /// Where the ledger is, and the key that it is verified with.
    fn find(&self) -> Result<(Ledger, LogVerifier), Failed> {
        let mut config = self.installation.config()?;
        let ledger = match &self.data {
            Some(data) => Ledger {
                data: data.clone(),
                database: Database::Sqlite,
            },
            None => Ledger {
                data: config.data.clone(),
                database: config.database(),
            },
        };
        if let Some(key) = &self.key {
            return Ok((ledger, key.clone()));
        }
        // A copy brings its own keyring; an exported folder has the installation's.
        if let Some(data) = &self.data {
            let its_own = data.join("keyring");
            if its_own.exists() {
                config.keyring = Some(its_own);
            }
        }
        installation::keyring(&config)
            .and_then(|keyring| installation::verifier(&config, &keyring))
            .map(|verifier| (ledger, verifier))
            .map_err(|failed| {
                failed.under("the ledger's key: give it with --key, or --config with its keys")
            })
    }
}

/// Whether a folder holds files that were exported, and not a database.
fn is_exported(path: &Path) -> bool {
    path.join("tile").is_dir() && !path.join("tillkey.db").exists()
}

/// Runs the sub-command.
pub(crate) fn run(args: &LedgerArgs) -> Result<(), Failed> {
    match &args.command {
        LedgerCommand::Verify(args) => verify::run(args),
        LedgerCommand::Export(args) => export::run(args),
        LedgerCommand::Check(args) => check::run(args),
    }
}
