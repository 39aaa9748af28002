//! The one door through which a password changes.
//!
//! A [`CredentialChange`] is all that the store takes to replace or end a
//! credential, and it is made here alone, from an [`ApprovedCase`]. There is no
//! administrator's way around it and no import of a record.
//!
//! Elsewhere neither can be put together by hand:
//!
//! ```compile_fail,E0451
//! use tillkey_rules::credential::{Change, CredentialChange};
//! use tillkey_wire::ids::{CaseId, OperatorNumber, TerminalId};
//!
//! fn forge(case: CaseId, terminal: TerminalId, operator: OperatorNumber) -> CredentialChange {
//!     CredentialChange { case, terminal, operator, change: Change::Revoke }
//! }
//! ```
//!
//! ```compile_fail,E0451
//! use tillkey_rules::case::{ApprovedCase, Case};
//! use tillkey_rules::party::Subject;
//!
//! fn forge<'a>(case: &'a Case, subject: &'a Subject) -> ApprovedCase<'a> {
//!     ApprovedCase { case, subject }
//! }
//! ```
//!
//! The one way there is:
//!
//! ```
//! use tillkey_rules::case::Case;
//! use tillkey_rules::credential::{change, Change, CredentialChange};
//! use tillkey_rules::refusal::Refusal;
//!
//! fn revoke(case: &Case) -> Result<CredentialChange, Refusal> {
//!     Ok(change(&case.approved()?, Change::Revoke))
//! }
//! ```

use jiff::Timestamp;
use tillkey_wire::ids::{CaseId, OperatorNumber, TerminalId};

use crate::case::ApprovedCase;

/// What happens to an operator's credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The operator registered a new password; what came before ends with it.
    Replace {
        /// The OPAQUE record that the terminal uploaded.
        record: Vec<u8>,
    },
    /// The password ends now.
    Revoke,
    /// The password ends later.
    EndAt {
        /// When.
        at: Timestamp,
    },
}

/// A change that an approved case stands behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialChange {
    case: CaseId,
    terminal: TerminalId,
    operator: OperatorNumber,
    change: Change,
}

/// Makes a change to the credential of the approved case's own subject: the caller
/// cannot name another.
pub fn change(approved: &ApprovedCase<'_>, change: Change) -> CredentialChange {
    CredentialChange {
        case: approved.case().id(),
        terminal: approved.subject().terminal,
        operator: approved.subject().operator,
        change,
    }
}

impl CredentialChange {
    /// The case that stands behind it.
    pub const fn case(&self) -> CaseId {
        self.case
    }

    /// On which terminal.
    pub const fn terminal(&self) -> TerminalId {
        self.terminal
    }

    /// Whose.
    pub const fn operator(&self) -> OperatorNumber {
        self.operator
    }

    /// What happens.
    pub const fn what(&self) -> &Change {
        &self.change
    }
}
