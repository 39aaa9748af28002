//! What the terminal remembers of its operators and of what it was told to do.
//!
//! One slot, written whole: a new password takes its place, its history grows and its
//! pending upload goes in one write, and so does a command together with its effect.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{CaseId, CommandId, OperatorNumber, TerminalId};
use tillkey_wire::message::{OperatorState, Outcome};
use tillkey_wire::opaque::RegistrationUpload;
use tillkey_wire::password::{PasswordRules, Vouched};

use crate::history::History;
use crate::limits::SETTLED_MAX;
use crate::task::Tasks;

/// The book of one enrolment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Book {
    /// As what the terminal was enrolled when this was written.
    pub(crate) terminal: TerminalId,
    /// The sequence of the last settled command.
    pub(crate) last_command: u64,
    /// The last settled commands, oldest first.
    settled: VecDeque<Settled>,
    pub(crate) rules: PasswordRules,
    pub(crate) operators: BTreeMap<OperatorNumber, Operator>,
    /// New passwords that the server has not answered for yet.
    pub(crate) pending: BTreeMap<OperatorNumber, Pending>,
    /// Commands that are not done yet.
    #[serde(default)]
    pub(crate) tasks: Tasks,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settled {
    id: CommandId,
    outcome: Outcome,
}

/// One operator.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operator {
    pub(crate) password_set: bool,
    pub(crate) credential_version: u32,
    /// None before the first password that was chosen here.
    pub(crate) history: Option<History>,
}

/// A new password on its way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pending {
    pub(crate) case: CaseId,
    pub(crate) upload: RegistrationUpload,
    pub(crate) vouched: Vouched,
    /// The history once it is effective.
    pub(crate) history: History,
}

impl Book {
    pub(crate) const fn new(terminal: TerminalId) -> Self {
        Self {
            terminal,
            last_command: 0,
            settled: VecDeque::new(),
            rules: PasswordRules::DEFAULT,
            operators: BTreeMap::new(),
            pending: BTreeMap::new(),
            tasks: Tasks::new(),
        }
    }

    /// What came of a command, if it is one of the last settled ones.
    pub(crate) fn outcome(&self, id: CommandId) -> Option<Outcome> {
        self.settled
            .iter()
            .find(|settled| settled.id == id)
            .map(|settled| settled.outcome)
    }

    /// Notes what came of a command.
    pub(crate) fn settle(&mut self, id: CommandId, sequence: u64, outcome: Outcome) {
        self.last_command = sequence;
        self.settled.push_back(Settled { id, outcome });
        while self.settled.len() > SETTLED_MAX {
            self.settled.pop_front();
        }
    }

    /// Takes over the server's list; what only the terminal knows of them stays.
    pub(crate) fn take_list(&mut self, list: &[OperatorState]) {
        let mut known = std::mem::take(&mut self.operators);
        for state in list {
            let history = known
                .remove(&state.number)
                .and_then(|operator| operator.history);
            let OperatorState {
                number,
                password_set,
                credential_version,
            } = *state;
            self.operators.insert(
                number,
                Operator {
                    password_set,
                    credential_version,
                    history,
                },
            );
        }
    }

    /// The pending password takes its place.
    pub(crate) fn make_effective(&mut self, number: OperatorNumber, credential_version: u32) {
        if let Some(pending) = self.pending.remove(&number) {
            let history = Some(pending.history);
            let operator = Operator {
                password_set: true,
                credential_version,
                history,
            };
            self.operators.insert(number, operator);
        }
    }
}
