//! Merchants, terminals, operators, contacts and transactions from CSV files.
//!
//! 1. A file is looked at ([`Sheet`]): how it is encoded, and by its first line what it
//!    holds. A first line that is not understood ends it there.
//! 2. Then its rows are read, checked, held against what is stored and entered, all in
//!    one transaction, each row in the same hands as an act of an administrator. What is
//!    wrong is collected and the reading goes on, so that one run shows all of it.
//! 3. At the end it is kept wholly, or, where any row was wrong or this was only tried,
//!    not at all. To check first and enter later would read everything twice and could
//!    enter something else than it had checked.
//!
//! One row is held at a time. No credential, no enrolment and no approval comes out of a
//! file, and what a file does not name is left as it is.

mod cells;
mod contact;
mod encoding;
mod fault;
mod header;
mod merchant;
mod operator;
mod rows;
mod run;
mod seen;
mod sheet;
mod terminal;
#[cfg(test)]
mod tests;
mod transaction;
mod wrong;

use std::sync::Arc;

use tillkey_rules::party::Actor;
use tillkey_store::Kept;
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::AcquirerId;

use self::cells::Cells;
use self::run::Run;
use super::party::Register;
use crate::shell::Shell;

pub use self::encoding::Encoding;
pub use self::fault::ImportFault;
pub use self::header::Kind;
pub use self::sheet::Sheet;
pub use self::wrong::{WrongCell, WrongRows};

/// In whose name a file is imported.
#[derive(Debug, Clone)]
pub struct By {
    /// Whose merchants they are.
    pub acquirer: AcquirerId,
    /// Who imports, as in the ledger.
    pub actor: Actor,
}

/// Hears how many bytes of a file are done, of how many.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every row is right.
    Right(Counts),
    /// Nothing of it is kept.
    Wrong(WrongRows),
}

/// What the rows of a file come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many there are.
    pub rows: u32,
    /// How many were not there before.
    pub new: u32,
    /// How many changed something that was there.
    pub changed: u32,
    /// The keyed digest of the file, as in the ledger.
    pub digest: String,
}

impl Counts {
    /// How many were there already, just so.
    pub const fn unchanged(&self) -> u32 {
        self.rows
            .saturating_sub(self.new)
            .saturating_sub(self.changed)
    }

    const fn note(&mut self, change: Change) {
        match change {
            Change::New => self.new += 1,
            Change::Changed => self.changed += 1,
            Change::Unchanged => {}
        }
    }
}

/// What a merchant that a file refers to has to be.
const NO_MERCHANT: &str = "a merchant of this acquirer; import it first";

/// What one row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Changed,
    Unchanged,
}

/// How the rows of one kind are taken.
trait Take {
    /// Reads a row, holds it against what is stored and enters it. None where it is
    /// wrong; what is wrong is noted in it.
    fn take(
        &mut self,
        tx: &mut dyn Tx,
        register: &mut Register<'_>,
        cells: &mut Cells<'_>,
    ) -> Result<Option<Change>, Fault>;

    /// Writes into the ledger what is told of several rows at once.
    fn tell(&mut self, tx: &mut dyn Tx, register: &Register<'_>) -> Result<(), Fault> {
        let _ = (tx, register);
        Ok(())
    }
}

/// Imports a file: wholly, or where any row is wrong not at all.
///
/// # Errors
/// [`ImportFault`]; nothing of the file is kept.
pub fn import(
    shell: &Shell,
    sheet: &Sheet,
    by: &By,
    progress: &Progress,
) -> Result<Outcome, ImportFault> {
    let (inner, sheet, by) = (shell.clone(), sheet.clone(), by.clone());
    let (progress, mut rng) = (Arc::clone(progress), shell.rng());
    let now = shell.now();
    let done = shell.store().attempt_blocking(move |tx| {
        let run = Run {
            shell: &inner,
            by: &by,
            now,
            progress: &*progress,
        };
        let done = run.sheet(tx, &sheet, &mut rng)?;
        let kept = match done {
            Ok(Outcome::Right(_)) => Kept::All,
            Ok(Outcome::Wrong(_)) | Err(_) => Kept::Nothing,
        };
        Ok((done, kept))
    });
    done.map_err(ImportFault::Store)?
}

/// Does what importing these files one after the other would do, up to the first that has
/// a wrong row, and takes all of it back.
///
/// # Errors
/// [`ImportFault`].
pub fn rehearse(
    shell: &Shell,
    sheets: &[Sheet],
    by: &By,
    progress: &Progress,
) -> Result<Vec<Outcome>, ImportFault> {
    let (inner, sheets, by) = (shell.clone(), sheets.to_vec(), by.clone());
    let (progress, mut rng) = (Arc::clone(progress), shell.rng());
    let now = shell.now();
    let done = shell.store().attempt_blocking(move |tx| {
        let run = Run {
            shell: &inner,
            by: &by,
            now,
            progress: &*progress,
        };
        let mut outcomes = Vec::new();
        for sheet in &sheets {
            match run.sheet(tx, sheet, &mut rng)? {
                Ok(outcome) => outcomes.push(outcome),
                Err(fault) => return Ok((Err(fault), Kept::Nothing)),
            }
            if let Some(Outcome::Wrong(_)) = outcomes.last() {
                break;
            }
        }
        Ok((Ok(outcomes), Kept::Nothing))
    });
    done.map_err(ImportFault::Store)?
}
