//! What the terminal remembers of its operators and of what it was told to do.
//!
//! One slot, written whole: a new password takes its place, its history grows and its
//! pending upload goes in one write, and so does a command together with its effect.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{CaseId, CommandId, OperatorNumber, TerminalId};
use tillkey_wire::message::{DeedKind, OperatorState, Outcome};
use tillkey_wire::opaque::RegistrationUpload;
use tillkey_wire::password::{PasswordRules, Vouched};

use crate::challenge::Challenge;
use crate::history::History;
use crate::limits::SETTLED_MAX;
use crate::task::Tasks;
use crate::tries::Tries;
use crate::untold::Untold;

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
    /// What happened here and has still to be told.
    #[serde(default)]
    pub(crate) untold: Untold,
    /// Wrong passwords that were typed without the server.
    #[serde(default)]
    pub(crate) tries: BTreeMap<OperatorNumber, Tries>,
    /// Passwords that are in force here and not registered yet.
    #[serde(default)]
    pub(crate) offline: BTreeMap<OperatorNumber, OfflinePassword>,
    /// The challenge that waits for its answer.
    #[serde(default)]
    pub(crate) challenge: Option<Challenge>,
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
    /// The server has told of a newer password than the newest of the history.
    #[serde(default)]
    pub(crate) is_outdated: bool,
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

/// A password that was chosen without a link, in force here from then on. Nobody keeps
/// it, so it is registered when its operator types it again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfflinePassword {
    /// The history with it.
    pub(crate) history: History,
    /// The deed by which it was set.
    pub(crate) deed: u64,
    /// The case in which it may be registered, once the server has named it.
    pub(crate) case: Option<CaseId>,
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
            untold: Untold::new(),
            tries: BTreeMap::new(),
            offline: BTreeMap::new(),
            challenge: None,
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

    /// Takes over the server's list. What only the terminal knows of its operators stays,
    /// and so does what was done here and the server does not know yet.
    pub(crate) fn take_list(&mut self, list: &[OperatorState]) {
        let mut known = std::mem::take(&mut self.operators);
        for state in list {
            let known = known.get(&state.number);
            self.operators
                .insert(state.number, Operator::new(state, known));
        }
        for deed in self.untold.deeds() {
            match deed.kind {
                DeedKind::Add { .. } => {
                    let added = known.remove(&deed.operator).unwrap_or_default();
                    self.operators.entry(deed.operator).or_insert(added);
                }
                DeedKind::Remove { .. } => drop(self.operators.remove(&deed.operator)),
                DeedKind::Reset { .. }
                | DeedKind::ResetOffline { .. }
                | DeedKind::Answered { .. } => {}
            }
        }
        let is_here = |number: &OperatorNumber| self.operators.contains_key(number);
        self.offline.retain(|number, _| is_here(number));
        self.tries.retain(|number, _| is_here(number));
        self.challenge
            .take_if(|challenge| !is_here(&challenge.operator));
    }

    /// Takes an operator out, and all that is known of them.
    pub(crate) fn remove(&mut self, number: OperatorNumber) {
        self.operators.remove(&number);
        self.pending.remove(&number);
        self.offline.remove(&number);
        self.tries.remove(&number);
        self.challenge
            .take_if(|challenge| challenge.operator == number);
    }

    /// The server says that the operator's password no longer works.
    pub(crate) fn revoke(&mut self, number: OperatorNumber) {
        if let Some(known) = self.operators.get_mut(&number) {
            known.password_set = false;
        }
        self.offline.remove(&number);
        self.challenge
            .take_if(|challenge| challenge.operator == number);
    }

    /// The pending password takes its place; one that was set here without a link has
    /// had its time, and what has not been told of that is not worth telling.
    pub(crate) fn make_effective(&mut self, number: OperatorNumber, credential_version: u32) {
        if let Some(pending) = self.pending.remove(&number) {
            let history = Some(pending.history);
            let operator = Operator {
                password_set: true,
                credential_version,
                history,
                is_outdated: false,
            };
            self.operators.insert(number, operator);
            if let Some(offline) = self.offline.remove(&number) {
                self.untold.remove_deed(offline.deed);
            }
        }
    }

    /// Whether there is a password with which the operator may be signed on.
    pub(crate) fn has_password(&self, number: OperatorNumber) -> bool {
        let is_set = |operator: &Operator| operator.password_set;
        self.offline.contains_key(&number) || self.operators.get(&number).is_some_and(is_set)
    }

    /// The passwords that the operator had, as far as they are known here.
    pub(crate) fn history(&self, number: OperatorNumber) -> Option<&History> {
        let offline = self.offline.get(&number).map(|offline| &offline.history);
        offline.or_else(|| self.operators.get(&number)?.history.as_ref())
    }

    /// The history whose newest password is the one in force, if that is known here.
    pub(crate) fn in_force(&self, number: OperatorNumber) -> Option<&History> {
        if let Some(offline) = self.offline.get(&number) {
            return Some(&offline.history);
        }
        let operator = self.operators.get(&number)?;
        if !operator.password_set {
            return None;
        }
        if operator.is_outdated {
            // The server has what was on its way, and its word to that was lost.
            return self.pending.get(&number).map(|pending| &pending.history);
        }
        operator.history.as_ref()
    }

    /// Changes the count of wrong passwords of one operator.
    pub(crate) fn change_tries(
        &mut self,
        (number, now): (OperatorNumber, Timestamp),
        change: impl FnOnce(&mut Tries),
    ) {
        let tries = self.tries.entry(number).or_insert(Tries::none(now));
        change(tries);
        if tries.is_over() {
            self.tries.remove(&number);
        }
    }
}

impl Operator {
    /// As the server tells of them.
    fn new(state: &OperatorState, known: Option<&Self>) -> Self {
        let history = known.and_then(|known| known.history.clone());
        let is_news =
            known.is_some_and(|known| known.credential_version != state.credential_version);
        Self {
            password_set: state.password_set,
            credential_version: state.credential_version,
            is_outdated: history.is_some()
                && (is_news || known.is_some_and(|known| known.is_outdated)),
            history,
        }
    }
}

#[cfg(test)]
mod tests;
