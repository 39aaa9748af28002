//! A row of a file of operators: an account on a terminal that is in service. It comes
//! without a password; its first one is chosen at the terminal, like every other.

use tillkey_store::fault::Fault;
use tillkey_store::party::terminal as terminals;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{MerchantNumber, OperatorNumber, TerminalId, TerminalNumber};

use super::cells::Cells;
use super::{Change, Take};
use crate::act::party::Register;

/// What a row says.
pub(super) struct OperatorRow {
    pub(super) merchant: MerchantNumber,
    pub(super) terminal: TerminalNumber,
    pub(super) operator: OperatorNumber,
}

impl OperatorRow {
    pub(super) fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let merchant = cells.needed("merchant_number", str::parse);
        let terminal = cells.needed("terminal_number", str::parse);
        let operator = cells.needed("operator_number", str::parse);
        if !cells.are_right() {
            return None;
        }
        Some(Self {
            merchant: merchant?,
            terminal: terminal?,
            operator: operator?,
        })
    }
}

/// Takes operators. Those of one terminal mostly stand together.
#[derive(Default)]
pub(super) struct Operators {
    last: Option<(MerchantNumber, TerminalNumber, TerminalId)>,
}

impl Take for Operators {
    fn take(
        &mut self,
        tx: &mut dyn Tx,
        register: &mut Register<'_>,
        cells: &mut Cells<'_>,
    ) -> Result<Option<Change>, Fault> {
        let Some(row) = OperatorRow::read(cells) else {
            return Ok(None);
        };
        let Some(terminal) = self.terminal(tx, register, &row)? else {
            let rule = "a terminal in service of this merchant; import it first";
            return Ok(cells.refuse("terminal_number", rule));
        };
        let added = register.operator(tx, terminal, row.operator)?;
        Ok(Some(if added {
            Change::New
        } else {
            Change::Unchanged
        }))
    }
}

impl Operators {
    fn terminal(
        &mut self,
        tx: &mut dyn Tx,
        register: &Register<'_>,
        row: &OperatorRow,
    ) -> Result<Option<TerminalId>, Fault> {
        if let Some((merchant, number, id)) = &self.last
            && (merchant, number) == (&row.merchant, &row.terminal)
        {
            return Ok(Some(*id));
        }
        let found = terminals::find_by_number(tx, &row.merchant, &row.terminal)?
            .filter(|found| found.acquirer == *register.acquirer);
        self.last = found.map(|found| (found.merchant, found.number, found.id));
        Ok(self.last.as_ref().map(|(_, _, id)| *id))
    }
}
