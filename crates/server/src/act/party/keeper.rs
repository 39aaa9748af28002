//! Who keeps what belongs to a merchant: an administrator of its acquirer, or one of
//! its managers with the right to it.

use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, OperatorNumber};

use crate::act::managers::ManagerSession;
use crate::act::{Failure, SignedIn};

/// Somebody who keeps operators.
#[derive(Debug, Clone)]
pub enum Keeper {
    /// Staff of the acquirer.
    Staff(SignedIn),
    /// A manager of the merchant.
    Manager(ManagerSession),
}

impl From<&SignedIn> for Keeper {
    fn from(by: &SignedIn) -> Self {
        Self::Staff(by.clone())
    }
}

impl From<&ManagerSession> for Keeper {
    fn from(by: &ManagerSession) -> Self {
        Self::Manager(by.clone())
    }
}

impl Keeper {
    /// Whose tenant they act for.
    pub fn acquirer(&self) -> &AcquirerId {
        match self {
            Self::Staff(by) => &by.acquirer,
            Self::Manager(by) => &by.acquirer,
        }
    }

    /// Who it is, as in the ledger.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Staff(by) => by.actor.clone(),
            Self::Manager(by) => by.actor(),
        }
    }

    /// Whether what belongs to this merchant is theirs to see.
    pub fn keeps(&self, merchant: &MerchantNumber) -> bool {
        match self {
            Self::Staff(_) => true,
            Self::Manager(by) => by.merchant == *merchant,
        }
    }

    /// Checks that they may add and remove this operator. A manager who may not reset
    /// a rank may not take it away either (attack F07).
    pub(super) fn must_keep(&self, operator: OperatorNumber) -> Result<(), Failure> {
        match self {
            Self::Staff(by) => by.must_be(&[Role::Administrator]),
            Self::Manager(by) => {
                by.must(ManagerRight::ManageOperators)?;
                by.must(ManagerRight::to_reset(operator.rank()))
            }
        }
    }
}
