//! A run over the rows of a file, within a transaction that somebody else keeps or takes
//! back.

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use tillkey_rules::event::Event;
use tillkey_store::fault::Fault;
use tillkey_store::party::acquirer;
use tillkey_store::tx::Tx;

use super::cells::Cells;
use super::rows::{Broken, Rows};
use super::wrong::Noted;
use super::{By, Counts, ImportFault, Kind, Outcome, Sheet, Take};
use super::{contact, merchant, operator, terminal, transaction};
use crate::act::party::Register;
use crate::limits::{IMPORT_CHUNK_ROWS, IMPORT_ROWS_MAX};
use crate::shell::Shell;

/// A run over files, within one transaction.
pub(super) struct Run<'a> {
    pub(super) shell: &'a Shell,
    pub(super) by: &'a By,
    pub(super) now: Timestamp,
    pub(super) progress: &'a (dyn Fn(u64, u64) + Send + Sync),
}

impl Run<'_> {
    /// Takes a file.
    pub(super) fn sheet(
        &self,
        tx: &mut dyn Tx,
        sheet: &Sheet,
        rng: &mut ChaCha20Rng,
    ) -> Result<Result<Outcome, ImportFault>, Fault> {
        if acquirer::find(tx, &self.by.acquirer)?.is_none() {
            return Ok(Err(ImportFault::NoAcquirer(self.by.acquirer.clone())));
        }
        let mut rows = match sheet.rows() {
            Ok(rows) => rows,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut register = Register {
            shell: self.shell,
            acquirer: &self.by.acquirer,
            actor: &self.by.actor,
            now: self.now,
            rng,
        };
        let (mut counts, mut noted) = (Counts::default(), Noted::default());
        match self.rows(
            tx,
            (sheet, &mut rows),
            &mut register,
            (&mut counts, &mut noted),
        )? {
            Ok(()) => {}
            Err(Broken::File(source)) => return Ok(Err(sheet.unreadable(source))),
            Err(Broken::Row { line, rule }) => noted.row(line, rule),
        }
        if let Some(wrong) = noted.wrong(counts.rows) {
            return Ok(Ok(Outcome::Wrong(wrong)));
        }
        counts.digest = rows.digest(self.shell.seal_keys());
        if counts.new + counts.changed > 0 {
            register.note(
                tx,
                Event::Imported {
                    kind: sheet.kind().name().to_owned(),
                    digest: counts.digest.clone(),
                    rows: counts.rows,
                    new: counts.new,
                    changed: counts.changed,
                },
            )?;
        }
        Ok(Ok(Outcome::Right(counts)))
    }

    /// Takes every row.
    fn rows(
        &self,
        tx: &mut dyn Tx,
        (sheet, rows): (&Sheet, &mut Rows),
        register: &mut Register<'_>,
        (counts, noted): (&mut Counts, &mut Noted),
    ) -> Result<Result<(), Broken>, Fault> {
        let mut taker = self.taker(sheet.kind());
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(broken) => return Ok(Err(broken)),
            };
            if counts.rows == IMPORT_ROWS_MAX {
                let rule = "this file has too many rows; split it";
                return Ok(Err(Broken::Row {
                    line: row.line,
                    rule,
                }));
            }
            counts.rows += 1;
            let mut cells = Cells::new(sheet, &row);
            match taker.take(tx, register, &mut cells)? {
                Some(change) => counts.note(change),
                None => noted.cells(row.line, cells.into_wrong()),
            }
            if counts.rows.is_multiple_of(IMPORT_CHUNK_ROWS) {
                taker.tell(tx, register)?;
                (self.progress)(rows.bytes(), sheet.bytes());
            }
        }
        taker.tell(tx, register)?;
        (self.progress)(sheet.bytes(), sheet.bytes());
        Ok(Ok(()))
    }

    fn taker(&self, kind: Kind) -> Box<dyn Take + '_> {
        match kind {
            Kind::Merchants => Box::new(merchant::Merchants::default()),
            Kind::Terminals => Box::new(terminal::Terminals),
            Kind::Operators => Box::new(operator::Operators::default()),
            Kind::Contacts => Box::new(contact::Contacts::default()),
            Kind::Transactions => {
                let acquirer = &self.by.acquirer;
                Box::new(transaction::Transactions::new(
                    self.shell, acquirer, self.now,
                ))
            }
        }
    }
}
