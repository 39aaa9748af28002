//! `tillkey migrate`: moves an installation from one engine to another, wholly or not at all.
//!
//! The service is stopped meanwhile. What arrived is counted, its ledger is verified and has
//! the root that was signed, before anything is committed; the file that was moved gets
//! another name, so that nobody goes on with it by mistake.

use clap::{Args, ValueEnum};
use serde_json::json;
use tillkey_server::clock::{Clock as _, SystemClock};
use tillkey_store::fault::Fault;
use tillkey_store::transfer::{Transferred, transfer};
use tillkey_store::{Address, Database};

use crate::failed::Failed;
use crate::installation::{self, Installation};
use crate::output::Shown;
use crate::progress::Progress;

/// Moves the installation to another database.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// What it stands on now
    #[arg(long, value_enum)]
    from: From,
    /// An empty PostgreSQL database: postgresql://USER@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    to: Address,
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    shown: Shown,
}

/// An engine that can be moved away from.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum From {
    /// The database in the data directory
    Sqlite,
}

/// Runs the sub-command.
pub(crate) fn run(args: &MigrateArgs) -> Result<(), Failed> {
    let From::Sqlite = args.from;
    let config = args.installation.config()?;
    if config.database() != Database::Sqlite {
        return Err(Failed::new(
            "the configuration names `database` already: it stands on PostgreSQL",
        ));
    }
    let database = config.data.join("tillkey.db");
    if !database.exists() {
        let database = database.display();
        return Err(Failed::new(format!(
            "there is nothing to move: no {database}"
        )));
    }
    let keyring = installation::keyring(&config)?;
    let verifier = installation::verifier(&config, &keyring)?;
    let now = SystemClock::default().now();
    let bar = Progress::new("rows");
    let moved = transfer(&config.data, &args.to, (&verifier, now), &mut |done, of| {
        bar.show(done, of);
    });
    drop(bar);
    let Transferred { tables, ledger } = match moved {
        Err(Fault::InUse(data)) => {
            let data = data.display();
            return Err(Failed::new(format!(
                "{data} is in use: stop `tillkey serve` and try again"
            )));
        }
        moved => moved.map_err(Failed::because("the installation cannot be moved"))?,
    };
    let rows: u64 = tables.iter().map(|(_, rows)| rows).sum();
    let document = json!({
        "ok": true,
        "to": args.to.to_string(),
        "rows": rows,
        "tables": tables.iter().map(|(name, rows)| json!({"table": name, "rows": rows})).collect::<Vec<_>>(),
        "ledger": {"size": ledger.size, "root": ledger.root.to_string(), "verified": true},
        "moved": database.with_extension("db.moved"),
    });
    let text = format!(
        "{rows} rows of {} tables are in {}\nthe ledger is whole there: {} leaves, root {}\n\
         now name the database in the configuration of every node:\n  \
         database = \"postgresql://…\"\n  snapshots = \"…\"   # a folder that all nodes see; {} has them so far\n\
         what was moved is {}: destroy it when you are sure",
        tables.len(),
        args.to,
        ledger.size,
        ledger.root,
        config.snapshots().display(),
        database.with_extension("db.moved").display(),
    );
    args.shown.print(&document, &text)
}
