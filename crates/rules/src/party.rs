//! Who takes part: the subject of a case, the people and devices that act on it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{
    AcquirerId, ManagerId, MerchantNumber, OperatorNumber, PersonId, StaffId, TerminalId,
    TerminalNumber,
};

use crate::vocabulary::{ManagerRight, MerchantStatus};

/// The operator whose password a case is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The tenant that it all belongs to.
    pub acquirer: AcquirerId,
    /// The merchant.
    pub merchant: MerchantNumber,
    /// The device.
    pub terminal: TerminalId,
    /// The device's number at the time.
    pub terminal_number: TerminalNumber,
    /// The account on that device.
    pub operator: OperatorNumber,
}

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Serves callers on the hotline.
    Agent,
    /// Serves people at a counter.
    Clerk,
    /// Approves or refuses what others gathered.
    Reviewer,
    /// Reads the ledger.
    Auditor,
    /// Keeps merchants, terminals and staff.
    Administrator,
    /// Not a person: the bank's own system that reports trade, and can do nothing else.
    Integrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Agent,
        Self::Clerk,
        Self::Reviewer,
        Self::Auditor,
        Self::Administrator,
        Self::Integrator,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Clerk => "clerk",
            Self::Reviewer => "reviewer",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::Integrator => "integrator",
        }
    }
}

/// Who did something. Taken from the authenticated session or the verified
/// envelope, never from what a request says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Actor {
    /// Whoever holds the case token: the person on the public pages.
    Holder,
    /// A member of staff.
    Staff {
        /// The account.
        staff: StaffId,
        /// The person behind it; separation of duties compares this.
        person: PersonId,
        /// The role at the time.
        role: Role,
    },
    /// A manager, signed in to the portal.
    Manager {
        /// The account.
        manager: ManagerId,
        /// The person behind it; separation of duties compares this.
        person: PersonId,
        /// Whose manager.
        merchant: MerchantNumber,
        /// What they might do at the time.
        rights: BTreeSet<ManagerRight>,
    },
    /// An enrolled terminal, by its device key.
    Terminal {
        /// Which one.
        terminal: TerminalId,
    },
    /// Tillkey itself: a deadline, a supersession, a clean-up.
    System,
}

impl Actor {
    /// The person, where one is known.
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Staff { person, .. } | Self::Manager { person, .. } => Some(person),
            Self::Holder | Self::Terminal { .. } | Self::System => None,
        }
    }

    /// The role, for staff.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::Staff { role, .. } => Some(*role),
            Self::Holder | Self::Manager { .. } | Self::Terminal { .. } | Self::System => None,
        }
    }

    /// Whether this is a manager of that merchant with that right.
    pub fn is_manager_of(&self, of: &MerchantNumber, right: ManagerRight) -> bool {
        match self {
            Self::Manager {
                merchant, rights, ..
            } => merchant == of && rights.contains(&right),
            _ => false,
        }
    }
}

/// What is known of a subject at one moment, read in the same transaction as the
/// decision that uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectFacts {
    /// Whether the merchant may be served.
    pub merchant_status: MerchantStatus,
    /// Whether the terminal is in service and still this merchant's.
    pub terminal_in_service: bool,
    /// Whether the operator exists and has not been removed.
    pub operator_active: bool,
    /// Whether the operator has a password that works.
    pub has_password: bool,
    /// The registered contact, if there is one.
    pub contact: Option<ContactFacts>,
    /// Sign-ons and proofs that failed in the last 30 days.
    pub failures_30d: u32,
    /// Resets that became effective in the last 30 days.
    pub resets_30d: u32,
    /// Whether the terminal has a live link.
    pub terminal_online: bool,
    /// Whether the terminal keeps a journal that a snapshot has to save; `None`
    /// before the terminal has said so.
    pub keeps_journal: Option<bool>,
    /// That there are unsettled transactions, if the terminal has said so. That there
    /// are none is not taken from it, so nothing becomes looser by its word.
    pub unsettled_batch: Option<bool>,
    /// Whether an alert about the operator, the terminal or the merchant is open, or was
    /// found to be true a short while ago.
    pub open_alert: bool,
    /// When the device was enrolled.
    pub enrolled_at: Option<Timestamp>,
}

/// What is known of a merchant's registered contact. The number is not among it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactFacts {
    /// Counts changes; a proof or a code is bound to it.
    pub version: u32,
    /// When it was last changed. The one that a merchant was registered with has not
    /// been: there was none before, from which it could have been taken over. Its time
    /// is the beginning of time.
    pub changed_at: Timestamp,
}
