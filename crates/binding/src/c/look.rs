//! What can be looked at at any time.

use std::ffi::c_char;

use super::entry::{EntrySheet, Totals};
use super::given::{self, Filled};
use super::handle::Terminal;
use super::notice::put;
use crate::facade::{OperatorView, Standing};

/// Where a terminal stands. Every text ends with a NUL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct StandingSheet {
    /// One of TillkeyStage.
    pub stage: i32,
    /// Who is keying in a sale; -1 for nobody.
    pub sale_in_progress: i32,
    /// How many entries the journal has had.
    pub entries: u64,
    /// What the open batch comes to so far.
    pub unsettled: Totals,
    /// The open batch; 0 on a terminal that keeps no journal.
    pub batch: u32,
    /// The terminal's identifier, once it is enrolled.
    pub terminal: [c_char; 17],
    /// Who runs the server.
    pub acquirer: [c_char; 33],
    /// Whose terminal it is.
    pub merchant: [c_char; 16],
    /// Its terminal number.
    pub terminal_number: [c_char; 9],
}

// SAFETY: whole numbers; every pattern of bits is one.
unsafe impl Filled for StandingSheet {}

/// One operator.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct OperatorSheet {
    /// 1 if the server told of this operator. All else is 0 if it did not.
    pub known: i32,
    /// 1 if there is a password that works.
    pub password_set: i32,
    /// 1 if it was set without a link, and has still to be registered.
    pub set_offline: i32,
    /// 1 if the operator was added here, and the bank has still to be told.
    pub is_new: i32,
    /// Which of the operator's passwords it is.
    pub credential_version: u32,
    /// How far a new password has come: one of TillkeyProgress.
    pub progress: i32,
    /// The session; empty if the operator is not signed on.
    pub session: [c_char; 17],
}

// SAFETY: whole numbers; every pattern of bits is one.
unsafe impl Filled for OperatorSheet {}

// SAFETY: whole numbers; every pattern of bits is one.
unsafe impl Filled for EntrySheet {}

impl From<&Standing> for StandingSheet {
    fn from(standing: &Standing) -> Self {
        let journal = standing.journal.as_ref();
        let mut sheet = Self {
            stage: standing.stage.number(),
            sale_in_progress: standing.sale_in_progress.map_or(-1, i32::from),
            entries: journal.map_or(0, |journal| journal.entries),
            unsettled: journal.map_or_else(Totals::default, |journal| journal.unsettled.into()),
            batch: journal.map_or(0, |journal| journal.batch),
            terminal: [0; 17],
            acquirer: [0; 33],
            merchant: [0; 16],
            terminal_number: [0; 9],
        };
        if let Some(names) = &standing.names {
            put(&mut sheet.terminal, &names.terminal);
            put(&mut sheet.acquirer, &names.acquirer);
            put(&mut sheet.merchant, &names.merchant);
            put(&mut sheet.terminal_number, &names.terminal_number);
        }
        sheet
    }
}

impl From<Option<OperatorView>> for OperatorSheet {
    fn from(operator: Option<OperatorView>) -> Self {
        let mut sheet = Self {
            known: 0,
            password_set: 0,
            set_offline: 0,
            is_new: 0,
            credential_version: 0,
            progress: 0,
            session: [0; 17],
        };
        if let Some(operator) = operator {
            sheet.known = 1;
            sheet.password_set = operator.password_set.into();
            sheet.set_offline = operator.set_offline.into();
            sheet.is_new = operator.is_new.into();
            sheet.credential_version = operator.credential_version;
            sheet.progress = operator.progress.number();
            put(
                &mut sheet.session,
                operator.session.as_deref().unwrap_or_default(),
            );
        }
        sheet
    }
}

/// Where the terminal stands. Give `sizeof *standing`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_standing(
    terminal: Terminal,
    standing: *mut StandingSheet,
    standing_size: usize,
) -> i32 {
    terminal.call(|terminal| {
        let sheet = StandingSheet::from(&terminal.standing()?);
        // SAFETY: the header asks for `standing_size` bytes.
        unsafe { given::fill(&sheet, standing, standing_size) }
    })
}

/// How an operator stands: ask for each of 0 to 99. Give `sizeof *operator_sheet`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_operator(
    terminal: Terminal,
    operator_number: u8,
    operator_sheet: *mut OperatorSheet,
    operator_size: usize,
) -> i32 {
    terminal.call(|terminal| {
        let sheet = OperatorSheet::from(terminal.operator(operator_number)?);
        // SAFETY: the header asks for `operator_size` bytes.
        unsafe { given::fill(&sheet, operator_sheet, operator_size) }
    })
}

/// An entry of the open batch, counted from 0 for the newest; its kind is
/// TILLKEY_TRANSACTION_KIND_NONE beyond the oldest. Give `sizeof *entry`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_batch_entry(
    terminal: Terminal,
    index: usize,
    entry: *mut EntrySheet,
    entry_size: usize,
) -> i32 {
    terminal.call(|terminal| {
        let sheet = match terminal.batch_entry(index)? {
            Some(entry) => EntrySheet::from(&entry),
            None => EntrySheet::blank(),
        };
        // SAFETY: the header asks for `entry_size` bytes.
        unsafe { given::fill(&sheet, entry, entry_size) }
    })
}
