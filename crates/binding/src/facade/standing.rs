//! Where a terminal and its operators stand, as plain data.

use tillkey_terminal::Standing as SdkStanding;
use tillkey_terminal::wire::enrolment::Enrolled;
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::journal::Head;

use super::embedded::number;
use super::{Embedded, Entry, Fault, Progress, Stage, Totals};

/// Where a terminal stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct Standing {
    /// How far it has come.
    pub stage: Stage,
    /// As what it is enrolled; none before it is.
    pub names: Option<Names>,
    /// Where its journal stands; none on a terminal that keeps none.
    pub journal: Option<JournalView>,
    /// Who is keying in a sale.
    pub sale_in_progress: Option<u8>,
}

/// As what a terminal is enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct Names {
    /// Its identifier.
    pub terminal: String,
    /// Who runs the server.
    pub acquirer: String,
    /// Whose terminal it is.
    pub merchant: String,
    /// Its terminal number.
    pub terminal_number: String,
}

/// Where a journal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct JournalView {
    /// How many entries it has had.
    pub entries: u64,
    /// The open batch.
    pub batch: u32,
    /// What it comes to so far.
    pub unsettled: Totals,
}

/// One operator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct OperatorView {
    /// The operator's number.
    pub number: u8,
    /// Whether there is a password that works.
    pub password_set: bool,
    /// It was set without a link, and has still to be registered.
    pub set_offline: bool,
    /// The operator was added here, and the bank has still to be told.
    pub is_new: bool,
    /// Which of the operator's passwords it is.
    pub credential_version: u32,
    /// The session, if signed on.
    pub session: Option<String>,
    /// How far a new password has come.
    pub progress: Progress,
}

impl From<&Enrolled> for Names {
    fn from(enrolled: &Enrolled) -> Self {
        Self {
            terminal: enrolled.terminal.to_string(),
            acquirer: enrolled.acquirer.to_string(),
            merchant: enrolled.merchant.to_string(),
            terminal_number: enrolled.terminal_number.to_string(),
        }
    }
}

impl From<&Head> for JournalView {
    fn from(head: &Head) -> Self {
        Self {
            entries: head.entries,
            batch: head.batch,
            unsettled: (&head.unsettled).into(),
        }
    }
}

impl From<tillkey_terminal::OperatorView> for OperatorView {
    fn from(operator: tillkey_terminal::OperatorView) -> Self {
        Self {
            number: operator.number.number(),
            password_set: operator.password_set,
            set_offline: operator.set_offline,
            is_new: operator.is_new,
            credential_version: operator.credential_version,
            session: operator.session.map(|session| session.to_string()),
            progress: operator.progress.into(),
        }
    }
}

/// What can be looked at.
impl Embedded {
    /// Where the terminal stands.
    ///
    /// # Errors
    /// [`Fault::Panicked`], [`Fault::Reentered`].
    pub fn standing(&self) -> Result<Standing, Fault> {
        self.0.take(|inside| {
            let standing = inside.terminal.standing();
            Ok(Standing {
                stage: standing.into(),
                names: match standing {
                    SdkStanding::Enrolled(enrolled) => Some(Names::from(enrolled)),
                    SdkStanding::Blank | SdkStanding::Enrolling => None,
                },
                journal: inside.terminal.journal().map(JournalView::from),
                sale_in_progress: inside
                    .terminal
                    .sale_in_progress()
                    .map(OperatorNumber::number),
            })
        })
    }

    /// An operator that the server told of.
    ///
    /// # Errors
    /// [`Fault::Operator`].
    pub fn operator(&self, operator: u8) -> Result<Option<OperatorView>, Fault> {
        let operator = number(operator)?;
        self.0.take(|inside| {
            let mut operators = inside.terminal.operators();
            let found = operators.find(|view| view.number == operator);
            Ok(found.map(Into::into))
        })
    }

    /// An entry of the open batch, counted from 0 for the newest.
    ///
    /// # Errors
    /// [`Fault::Panicked`], [`Fault::Reentered`].
    pub fn batch_entry(&self, index: usize) -> Result<Option<Entry>, Fault> {
        self.0
            .take(|inside| Ok(inside.terminal.open_batch().nth(index).map(Into::into)))
    }
}
