//! `tillkey import`: merchants, terminals, operators, contacts and transactions from CSV
//! files, each wholly or not at all.
//!
//! It looks at every file before it takes the first, and takes what others refer to first.
//! Nobody gets a password, a terminal or an approval by it.

mod answer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tillkey_rules::party::Actor;
use tillkey_server::Shell;
use tillkey_server::act::import::{
    By, Encoding, ImportFault, Outcome, Progress as Told, Sheet, import, rehearse,
};
use tillkey_server::limits::IMPORT_FILES_MAX;
use tillkey_wire::ids::AcquirerId;

use self::answer::Answer;
use crate::failed::Failed;
use crate::installation::Installation;
use crate::output::Shown;
use crate::progress::Progress;

/// Imports files.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// CSV files; what each holds is read from its first line
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Do everything and take it back: says what would happen
    #[arg(long)]
    dry_run: bool,
    /// How the files are encoded: utf-8 or gb18030; without it, it is recognised
    #[arg(long)]
    encoding: Option<Encoding>,
    #[command(flatten)]
    installation: Installation,
    /// Whose they are; without it, the configured acquirer's
    #[arg(long, value_parser = str::parse::<AcquirerId>)]
    acquirer: Option<AcquirerId>,
    #[command(flatten)]
    shown: Shown,
}

/// Runs the sub-command.
pub(crate) fn run(args: &ImportArgs) -> Result<(), Failed> {
    let sheets = look_at(args)?;
    let shell = args.installation.open_alone()?;
    let by = By {
        acquirer: args.acquirer.as_ref().unwrap_or(shell.home()).clone(),
        actor: Actor::System,
    };
    let mut answer = Answer::new(args.dry_run);
    let done = if args.dry_run {
        let (bar, told) = progress("trying");
        let outcomes = rehearse(&shell, &sheets, &by, &told);
        drop(bar);
        outcomes.map(|outcomes| answer.all(&sheets, outcomes))
    } else {
        each(&shell, &sheets, &by, &mut answer)
    };
    if let Err(fault) = &done {
        answer.failed(fault);
    }
    // What was imported before something failed is said in any case.
    answer.print(&args.shown)?;
    done.map_err(Failed::because("not imported"))?;
    answer.wrong(&sheets).map_or(Ok(()), Err)
}

/// Looks at every file, and puts them into the order in which they are taken.
fn look_at(args: &ImportArgs) -> Result<Vec<Sheet>, Failed> {
    if args.files.len() > IMPORT_FILES_MAX {
        return Err(Failed::new(format!("at most {IMPORT_FILES_MAX} files")));
    }
    let look = |path: &PathBuf| Sheet::look_at(Path::new(path), args.encoding);
    let sheets: Result<Vec<Sheet>, ImportFault> = args.files.iter().map(look).collect();
    let mut sheets = sheets.map_err(Failed::because("nothing was imported"))?;
    // Files of one kind stay in the order in which they were named.
    sheets.sort_by_key(Sheet::kind);
    Ok(sheets)
}

/// Imports one file after the other, up to the first that is wrong.
fn each(shell: &Shell, sheets: &[Sheet], by: &By, answer: &mut Answer) -> Result<(), ImportFault> {
    for sheet in sheets {
        let (bar, told) = progress(sheet.kind().name());
        let outcome = import(shell, sheet, by, &told);
        drop(bar);
        let outcome = outcome?;
        let is_wrong = matches!(outcome, Outcome::Wrong(_));
        answer.one(sheet, outcome);
        if is_wrong {
            break;
        }
    }
    Ok(())
}

/// A bar, and what moves it.
fn progress(what: &'static str) -> (Arc<Progress>, Told) {
    let bar = Arc::new(Progress::new(what));
    let moved = Arc::clone(&bar);
    (bar, Arc::new(move |done, of| moved.show(done, of)))
}
