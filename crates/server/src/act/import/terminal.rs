//! A row of a file of terminals. A terminal is known by its serial number. One that is in
//! service elsewhere is not moved by a file: its operators' passwords end with a move,
//! which somebody has to want.

use tillkey_store::fault::Fault;
use tillkey_store::party::terminal as terminals;
use tillkey_store::tx::Tx;

use super::cells::Cells;
use super::merchant::ERASED;
use super::{Change, NO_MERCHANT, Take};
use crate::act::party::{Register, TerminalDetails, own_merchant};

pub(super) fn read(cells: &mut Cells<'_>) -> Option<TerminalDetails> {
    let merchant = cells.needed("merchant_number", str::parse);
    let number = cells.needed("terminal_number", str::parse);
    let serial_number = cells.needed("serial_number", str::parse);
    let model = cells.needed("model", str::parse);
    if !cells.are_right() {
        return None;
    }
    Some(TerminalDetails {
        merchant: merchant?,
        number: number?,
        serial_number: serial_number?,
        model: model?,
    })
}

/// Takes terminals.
pub(super) struct Terminals;

impl Take for Terminals {
    fn take(
        &mut self,
        tx: &mut dyn Tx,
        register: &mut Register<'_>,
        cells: &mut Cells<'_>,
    ) -> Result<Option<Change>, Fault> {
        let Some(details) = read(cells) else {
            return Ok(None);
        };
        match own_merchant(tx, &details.merchant, register.acquirer)? {
            None => return Ok(cells.refuse("merchant_number", NO_MERCHANT)),
            Some(found) if found.erased_at.is_some() => {
                return Ok(cells.refuse("merchant_number", ERASED));
            }
            Some(_) => {}
        }
        let known = terminals::by_serial_number(tx, &details.serial_number)?;
        let known = known
            .into_iter()
            .find(|known| known.acquirer == *register.acquirer);
        if let Some(known) = known {
            // Its model is the device's own word once it is enrolled.
            if (&known.merchant, &known.number) == (&details.merchant, &details.number) {
                return Ok(Some(Change::Unchanged));
            }
            let rule = "not one that is in service at another place; move that terminal";
            return Ok(cells.refuse("serial_number", rule));
        }
        if terminals::find_by_number(tx, &details.merchant, &details.number)?.is_some() {
            let rule = "not one that is in service under another serial number; retire that \
                        terminal first";
            return Ok(cells.refuse("terminal_number", rule));
        }
        register.terminal(tx, &details)?;
        Ok(Some(Change::New))
    }
}
