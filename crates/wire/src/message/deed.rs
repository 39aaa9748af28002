//! What was done at a till, on its own screen: by a supervisor, or with the answer to a
//! challenge.
//!
//! A terminal with a link tells it at once; one without keeps it and tells it at the next
//! contact, in the order in which it was done. Numbered, so that said twice it is done
//! once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{OperatorNumber, SessionId};

/// One thing that was done at the till.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deed {
    /// Strictly increasing for this terminal's enrolment, from 1. The same number is the
    /// same deed, said again.
    pub number: u64,
    /// The operator it is about.
    pub operator: OperatorNumber,
    /// When, by the terminal's clock, which may be years off.
    pub at: Timestamp,
    /// What was done.
    pub kind: DeedKind,
}

/// What can be done at a till.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DeedKind {
    /// A supervisor added a cashier.
    Add {
        /// On whose word.
        supervisor: Supervisor,
    },
    /// A supervisor removed a cashier: password and sessions ended.
    Remove {
        /// On whose word.
        supervisor: Supervisor,
    },
    /// A supervisor wants a cashier to choose a new password. The cashier does so when
    /// the server lets them.
    Reset {
        /// On whose word.
        supervisor: Supervisor,
    },
    /// A supervisor had a cashier choose a new password while there was no link. It is in
    /// force on the terminal, and registered when the cashier types it again.
    ResetOffline {
        /// On whose word.
        supervisor: Supervisor,
    },
    /// The answer to a challenge was right, and the operator chose a new password. As
    /// `ResetOffline`.
    Answered {
        /// The counter of the challenge.
        counter: u64,
    },
}

/// On whose word something was done: a supervisor who is signed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervisor {
    /// Who.
    pub operator: OperatorNumber,
    /// The session. The server has begun it, or was told of it by `SignedOnOffline`.
    pub session: SessionId,
}

/// An operator typed passwords while there was no link; the terminal compared them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfflineSignOn {
    /// Who.
    pub operator: OperatorNumber,
    /// When, by the terminal's clock.
    pub at: Timestamp,
    /// The session that began, under a name that the terminal drew; none where no
    /// password was right.
    pub session: Option<SessionId>,
    /// How many passwords were wrong before.
    pub failed: u32,
}
