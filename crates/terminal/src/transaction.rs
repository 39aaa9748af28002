//! What operators take money with: sales, refunds, voids, settlements.
//!
//! An entry is in the log before anybody is told of it. Where the log takes no more, the
//! transaction is refused and the terminal goes on; where it cannot be told what is in
//! the log, the terminal has to be opened again, and what is there then is what counts.
//!
//! A sale that is being keyed in is known: what would end its operator's session waits
//! until the sale is taken or given up (attack G03). It waits for that one sale only.

use tillkey_wire::cbor;
use tillkey_wire::ids::{OperatorNumber, Rank};
use tillkey_wire::journal::{
    Amount, Entry, Head, JournalFault, MaskedPan, Remark, Totals, Transaction,
};

use crate::device::{Device, DeviceFault};
use crate::fault::Fault;
use crate::journal::Journal;
use crate::limits::{JOURNAL_ENTRIES_MAX, JOURNAL_SETTLED_MAX};
use crate::notice::{Notice, Step};
use crate::terminal::Terminal;

/// A sale that is being keyed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnderWay {
    pub(crate) operator: OperatorNumber,
    /// Whether the operator's session ends with it.
    pub(crate) ends_session: bool,
}

/// Money that is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// How much.
    pub amount: Amount,
    /// To which card.
    pub card: MaskedPan,
    /// What the cashier wrote beside it.
    pub remark: Option<Remark>,
}

/// Money that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// How much.
    pub amount: Amount,
    /// From which card.
    pub card: MaskedPan,
    /// What the cashier wrote beside it.
    pub remark: Option<Remark>,
}

impl<D> Terminal<D> {
    /// Where the journal stands; none on a terminal that keeps none, and before it is
    /// enrolled.
    pub fn journal(&self) -> Option<&Head> {
        self.journal.as_ref().map(Journal::head)
    }

    /// The entries of the open batch, newest first: at most as many as a batch takes.
    pub fn open_batch(&self) -> impl Iterator<Item = &Entry> {
        self.journal.iter().flat_map(Journal::open_batch)
    }

    /// The amount of a sale of the open batch that is not voided.
    pub fn voidable(&self, number: u64) -> Option<Amount> {
        self.journal.as_ref()?.sale(number)
    }

    /// Who is keying in a sale, if somebody is.
    pub fn sale_in_progress(&self) -> Option<OperatorNumber> {
        self.under_way.map(|under_way| under_way.operator)
    }

    fn signed_on(&self, operator: OperatorNumber) -> Result<(), Fault> {
        match self.session(operator) {
            Some(_) => Ok(()),
            None => Err(Fault::OutOfOrder { operator }),
        }
    }
}

impl<D: Device> Terminal<D> {
    /// An operator begins to key in a sale. Until it is taken or given up, nothing ends
    /// the operator's session but the operator.
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`] without a session, [`Fault::Busy`] while another operator
    /// keys in one, [`Fault::NoJournal`].
    pub fn begin_sale(&mut self, operator: OperatorNumber) -> Result<(), Fault> {
        self.sound()?;
        self.signed_on(operator)?;
        if self.journal.is_none() {
            return Err(Fault::NoJournal);
        }
        match self.under_way {
            Some(under_way) if under_way.operator != operator => {
                return Err(Fault::Busy { what: "sales" });
            }
            Some(_) => {}
            None => {
                self.under_way = Some(UnderWay {
                    operator,
                    ends_session: false,
                });
            }
        }
        Ok(())
    }

    /// The sale that was begun is given up. Nothing happens if there is none.
    pub fn give_up_sale(&mut self, operator: OperatorNumber) -> Step {
        let notices = self.finish(operator).into_iter().collect();
        Step {
            frames: Vec::new(),
            notices,
        }
    }

    /// Takes a sale, whether or not it was begun before; one that was is finished.
    ///
    /// # Errors
    /// [`Fault::NotKept`] if it could not be written, [`Fault::NotTaken`] if the journal
    /// does not take it, [`Fault::OutOfOrder`] without a session, [`Fault::NoJournal`].
    /// One that was begun is still under way then.
    pub fn sale(&mut self, operator: OperatorNumber, sale: Sale) -> Result<Step, Fault> {
        let Sale {
            amount,
            card,
            remark,
        } = sale;
        let transaction = Transaction::Sale {
            amount,
            card,
            remark,
        };
        let mut step = self.record(operator, transaction)?;
        step.notices.extend(self.finish(operator));
        Ok(step)
    }

    /// Gives money of an earlier batch back, with the confirmation of a supervisor who
    /// is signed on at this terminal.
    ///
    /// # Errors
    /// As [`Self::sale`]; [`Fault::OutOfOrder`] also without the supervisor's session.
    pub fn refund(
        &mut self,
        operator: OperatorNumber,
        confirmed_by: OperatorNumber,
        refund: Refund,
    ) -> Result<Step, Fault> {
        self.confirmed(confirmed_by)?;
        let Refund {
            amount,
            card,
            remark,
        } = refund;
        let transaction = Transaction::Refund {
            amount,
            card,
            confirmed_by,
            remark,
        };
        self.record(operator, transaction)
    }

    /// Undoes a sale of the open batch, with the confirmation of a supervisor who is
    /// signed on at this terminal.
    ///
    /// # Errors
    /// As [`Self::refund`]; [`Fault::NotTaken`] also if there is no such sale.
    pub fn void(
        &mut self,
        operator: OperatorNumber,
        confirmed_by: OperatorNumber,
        entry: u64,
    ) -> Result<Step, Fault> {
        self.confirmed(confirmed_by)?;
        let journal = self.journal.as_ref().ok_or(Fault::NoJournal)?;
        let number = entry;
        let amount = journal
            .sale(entry)
            .ok_or(JournalFault::NoSuchSale { number })?;
        let transaction = Transaction::Void {
            entry,
            amount,
            confirmed_by,
        };
        self.record(operator, transaction)
    }

    /// Settles the open batch: it is closed, and the next one begins.
    ///
    /// # Errors
    /// As [`Self::sale`]; [`Fault::NotTaken`] also if nothing is there to be settled.
    pub fn settle(&mut self, operator: OperatorNumber) -> Result<Step, Fault> {
        let totals = self
            .journal()
            .map_or_else(Totals::default, |head| head.unsettled);
        self.record(operator, Transaction::Settlement { totals })
    }

    /// A confirmation counts only while the supervisor who gives it is signed on.
    fn confirmed(&self, confirmed_by: OperatorNumber) -> Result<(), Fault> {
        if confirmed_by.rank() != Rank::Supervisor {
            return Err(Fault::OutOfOrder {
                operator: confirmed_by,
            });
        }
        self.signed_on(confirmed_by)
    }

    /// Writes the next entry, and then tells of it.
    fn record(
        &mut self,
        operator: OperatorNumber,
        transaction: Transaction,
    ) -> Result<Step, Fault> {
        self.sound()?;
        self.signed_on(operator)?;
        let is_sale = matches!(transaction, Transaction::Sale { .. });
        let is_settlement = matches!(transaction, Transaction::Settlement { .. });
        if !is_sale && self.ends_after_sale(operator) {
            return Err(Fault::OutOfOrder { operator });
        }
        self.make_room()?;
        let at = self.now();
        let journal = self.journal.as_mut().ok_or(Fault::NoJournal)?;
        // The last place is the settlement's: without it no batch could ever be let go.
        let needed = if is_settlement { 1 } else { 2 };
        if journal.kept().saturating_add(needed) > JOURNAL_ENTRIES_MAX {
            return Err(JournalFault::BatchFull.into());
        }
        let before = journal.head().clone();
        let (number, batch) = journal.next();
        let entry = Entry {
            number,
            at,
            batch,
            operator,
            transaction,
        };
        let is_first = journal.is_blank();
        journal.add(entry.clone())?;
        let written = if is_first {
            // With its opening; and what another terminal left in the log goes.
            let records = journal.records()?;
            self.device.replace_log(&records)
        } else {
            let record = cbor::encode(&entry).map_err(JournalFault::from)?;
            self.device.append(&record)
        };
        if let Err(source) = written {
            return Err(self.fall_back(source, &before));
        }
        Ok(Step::tell(Notice::Recorded(entry)))
    }

    /// Lets go of old batches when a new one begins. Where that cannot be written the
    /// journal stays as it is; it is tried again with the next entry.
    fn make_room(&mut self) -> Result<(), Fault> {
        let journal = self.journal.as_ref().ok_or(Fault::NoJournal)?;
        if !journal.head().is_settled() || journal.kept() <= JOURNAL_SETTLED_MAX {
            return Ok(());
        }
        let shorter = journal.letting_go(JOURNAL_SETTLED_MAX)?;
        let before = journal.head().clone();
        match self.device.replace_log(&shorter.records()?) {
            Ok(()) => self.journal = Some(shorter),
            Err(source) => match self.fall_back(source, &before) {
                Fault::NotKept { .. } => {}
                fault => return Err(fault),
            },
        }
        Ok(())
    }

    /// After a failed write: takes on what is in the log. If that is the journal as it
    /// was, nothing has happened and the terminal goes on. Otherwise it is not known
    /// whether it would still be there after a power cut, so nothing more is done before
    /// the terminal is opened again.
    pub(crate) fn fall_back(&mut self, source: DeviceFault, before: &Head) -> Fault {
        let kept = self.read_journal();
        match kept {
            Ok(Some(journal)) if journal.head() == before => {
                self.journal = Some(journal);
                Fault::NotKept { source }
            }
            _ => {
                self.break_off();
                source.into()
            }
        }
    }

    /// Whether the operator's session only lasts for the sale that is under way.
    fn ends_after_sale(&self, operator: OperatorNumber) -> bool {
        self.under_way
            .is_some_and(|sale| sale.operator == operator && sale.ends_session)
    }

    /// The sale under way is over; so is the session, if it waited for that.
    fn finish(&mut self, operator: OperatorNumber) -> Option<Notice> {
        let under_way = self.under_way.filter(|sale| sale.operator == operator)?;
        self.under_way = None;
        if under_way.ends_session {
            self.end_session(operator)
        } else {
            None
        }
    }
}
