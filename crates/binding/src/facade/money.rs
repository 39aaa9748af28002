//! What operators take money with.

use tillkey_terminal::wire::journal::{Amount, MaskedPan, Remark};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Refund, Sale, Step, Terminal};

use super::embedded::number;
use super::{Embedded, Fault};

/// Money, as it is keyed in.
#[derive(Debug)]
pub struct Money<'a> {
    /// How much.
    pub amount_fen: u64,
    /// The card's number as the reader gave it, or its first six and last four digits with
    /// six asterisks between.
    pub card: &'a Secret<String>,
    /// What the cashier wrote beside it.
    pub remark: Option<&'a str>,
}

impl Money<'_> {
    fn read(&self) -> Result<(Amount, MaskedPan, Option<Remark>), Fault> {
        let amount = Amount::from_fen(self.amount_fen).map_err(|_| Fault::Amount)?;
        let masked = self.card.expose().parse();
        let card = masked
            .or_else(|_| MaskedPan::of(self.card))
            .map_err(|_| Fault::Card)?;
        let remark = self.remark.map(str::parse).transpose();
        Ok((amount, card, remark.map_err(|_| Fault::Remark)?))
    }
}

/// Money.
impl Embedded {
    /// An operator begins to key in a sale.
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`], [`Fault::Busy`], [`Fault::NoJournal`].
    pub fn begin_sale(&self, operator: u8) -> Result<(), Fault> {
        self.operate(operator, |terminal, operator| {
            terminal.begin_sale(operator)?;
            Ok(Step::default())
        })
    }

    /// The sale that was begun is given up.
    ///
    /// # Errors
    /// [`Fault::Operator`].
    pub fn give_up_sale(&self, operator: u8) -> Result<(), Fault> {
        self.operate(operator, |terminal, operator| {
            Ok(terminal.give_up_sale(operator))
        })
    }

    /// An operator takes money from a card; of its number no more is kept than its first
    /// six and last four digits.
    ///
    /// # Errors
    /// [`Fault::Amount`], [`Fault::Card`], [`Fault::Remark`], [`Fault::OutOfOrder`],
    /// [`Fault::NotKept`], [`Fault::NotTaken`], [`Fault::NoJournal`].
    pub fn sale(&self, operator: u8, money: &Money<'_>) -> Result<(), Fault> {
        let (amount, card, remark) = money.read()?;
        let sale = Sale {
            amount,
            card,
            remark,
        };
        self.operate(operator, |terminal, operator| terminal.sale(operator, sale))
    }

    /// An operator gives money back; the supervisor who is signed on confirms it.
    ///
    /// # Errors
    /// As [`Self::sale`].
    pub fn refund(&self, operator: u8, confirmed_by: u8, money: &Money<'_>) -> Result<(), Fault> {
        let (amount, card, remark) = money.read()?;
        let refund = Refund {
            amount,
            card,
            remark,
        };
        let confirmed_by = number(confirmed_by)?;
        self.operate(operator, |terminal, operator| {
            terminal.refund(operator, confirmed_by, refund)
        })
    }

    /// An operator undoes a sale of the open batch; the supervisor who is signed on
    /// confirms it.
    ///
    /// # Errors
    /// As [`Self::sale`].
    pub fn void(&self, operator: u8, confirmed_by: u8, entry: u64) -> Result<(), Fault> {
        let confirmed_by = number(confirmed_by)?;
        self.operate(operator, |terminal, operator| {
            terminal.void(operator, confirmed_by, entry)
        })
    }

    /// An operator settles the open batch.
    ///
    /// # Errors
    /// As [`Self::sale`].
    pub fn settle(&self, operator: u8) -> Result<(), Fault> {
        self.operate(operator, Terminal::settle)
    }
}
