//! `tillkey backup`: gives out what opens the acquirer's backups, and a sealed backup, so
//! that age's own command line can open it.
//!
//! It works on the installation's own data and root key, and writes into the ledger that
//! it gave something out before it does.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use tillkey_server::Shell;
use tillkey_server::act::Failure;
use tillkey_server::act::give_out;
use tillkey_wire::ids::{AcquirerId, InvalidId, SnapshotId};

use crate::failed::Failed;
use crate::installation::Installation;
use crate::output::Shown;

/// Gives out backups and what opens them.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(subcommand)]
    command: BackupCommand,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    /// Prints the age identity that opens every backup of the acquirer
    Key(KeyArgs),
    /// Writes a sealed backup to a file, for age to open
    Export(ExportArgs),
}

#[derive(Debug, Args)]
struct KeyArgs {
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// The backup, as the case or the list of the terminal's backups names it
    #[arg(value_parser = read::<SnapshotId>)]
    snapshot: SnapshotId,
    /// The file to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    at: At,
}

/// Whose backups, and how the answer is shown.
#[derive(Debug, Args)]
struct At {
    #[command(flatten)]
    installation: Installation,
    /// Whose backups; without it, the configured acquirer's
    #[arg(long, value_parser = read::<AcquirerId>)]
    acquirer: Option<AcquirerId>,
    #[command(flatten)]
    shown: Shown,
}

impl At {
    fn acquirer(&self, shell: &Shell) -> AcquirerId {
        self.acquirer.as_ref().unwrap_or(shell.home()).clone()
    }

    /// Opens the installation; none is made.
    fn open(&self) -> Result<Shell, Failed> {
        let config = self.installation.config()?;
        if !config.keyring().exists() {
            let data = config.data.display();
            return Err(Failed::new(format!("there is no installation in {data}")));
        }
        self.installation.open()
    }
}

fn read<T: std::str::FromStr<Err = InvalidId>>(text: &str) -> Result<T, InvalidId> {
    text.parse()
}

/// Runs the sub-command.
pub(crate) fn run(args: &BackupArgs) -> Result<(), Failed> {
    let at = match &args.command {
        BackupCommand::Key(args) => &args.at,
        BackupCommand::Export(args) => &args.at,
    };
    // Opened outside of the runtime, which must not be blocked, and dropped after it.
    let shell = at.open()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failed::because("the runtime cannot start"))?;
    runtime.block_on(async {
        match &args.command {
            BackupCommand::Key(args) => key(&shell, args).await,
            BackupCommand::Export(args) => export(&shell, args).await,
        }
    })
}

async fn key(shell: &Shell, args: &KeyArgs) -> Result<(), Failed> {
    let acquirer = args.at.acquirer(shell);
    let given = match give_out::key(shell, &acquirer).await {
        Ok(given) => given,
        Err(Failure::Unknown) => {
            return Err(Failed::new(format!("there is no acquirer {acquirer}")));
        }
        Err(failure) => return Err(Failed::because("the key cannot be given out")(failure)),
    };
    let (recipient, identity) = (given.recipient, given.identity.expose());
    let document = json!({
        "ok": true,
        "acquirer": acquirer.as_str(),
        "recipient": recipient,
        "identity": identity,
    });
    // As age's own files of identities are written.
    let text = format!("# backups of {acquirer}\n# public key: {recipient}\n{identity}");
    args.at.shown.print(&document, &text)
}

async fn export(shell: &Shell, args: &ExportArgs) -> Result<(), Failed> {
    let ExportArgs { snapshot, to, at } = args;
    let acquirer = at.acquirer(shell);
    if to.exists() {
        return Err(Failed::new(format!("{} is there already", to.display())));
    }
    let given = match give_out::file(shell, &acquirer, *snapshot).await {
        Ok(given) => given,
        Err(Failure::Unknown) => {
            return Err(Failed::new(format!("{acquirer} has no backup {snapshot}")));
        }
        Err(failure) => return Err(Failed::because("the backup cannot be given out")(failure)),
    };
    write_new(to, &given.file)
        .map_err(Failed::because(format!("cannot write {}", to.display())))?;
    let found = given.snapshot;
    let document = json!({
        "ok": true,
        "snapshot": snapshot.to_string(),
        "to": to,
        "bytes": found.bytes,
        "records": found.records,
        "digest": found.digest.to_string(),
    });
    let text = format!(
        "{} bytes, {} records, sealed, in {}\nage -d -i KEY {}",
        found.bytes,
        found.records,
        to.display(),
        to.display(),
    );
    at.shown.print(&document, &text)
}

/// Writes a file that was not there, for the owner's eyes.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
