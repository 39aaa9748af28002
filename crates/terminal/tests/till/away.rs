//! The bank's side of what was done at the till while nobody could ask it.

use std::collections::{BTreeMap, BTreeSet};

use tillkey_terminal::wire::code::{OfflineAnswer, OfflineChallenge};
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber, SerialNumber, SessionId};
use tillkey_terminal::wire::message::{
    Deed, DeedKind, OfflineSignOn, OperatorState, Reply, Supervisor,
};
use tillkey_terminal::wire::offline::{OfflineKey, Whose};

use crate::bank::{Account, Bank, refused};
use crate::devices::noon;

#[derive(Default)]
pub(crate) struct Away {
    /// Every deed that was taken, once, with its case.
    pub(crate) taken: Vec<(Deed, Option<CaseId>)>,
    /// How often a deed was told, repetitions and all.
    pub(crate) told: usize,
    pub(crate) sign_ons: Vec<OfflineSignOn>,
    /// Sessions that the bank began or was told of.
    pub(crate) sessions: BTreeSet<SessionId>,
    /// Whose password may be chosen in which case.
    cases: BTreeMap<CaseId, OperatorNumber>,
    /// The counter of the next challenge that is recognised.
    next: u64,
    /// Refuse deeds, sign-ons and choices with this; for good if `false`.
    pub(crate) refuses_deeds: Option<(&'static str, bool)>,
    pub(crate) refuses_sign_ons: Option<(&'static str, bool)>,
    pub(crate) refuses_choices: Option<(&'static str, bool)>,
    /// No choice before the backup that was made for its case.
    pub(crate) wants_backup: bool,
}

impl Bank {
    /// A case for the operator was approved: what is said in return for the challenge.
    pub(crate) fn answer_to(
        &mut self,
        (serial_number, operator): (&SerialNumber, OperatorNumber),
        challenge: &OfflineChallenge,
    ) -> Option<OfflineAnswer> {
        let (terminal, _) = self.terminal.unwrap();
        let theirs = self.backup_key.as_ref().unwrap();
        let key = OfflineKey::of_server(terminal, &self.agreement, theirs).unwrap();
        let whose = Whose {
            serial_number,
            operator,
        };
        let counter = key.counter_of(whose, challenge, self.away.next)?;
        self.away.next = counter + 1;
        Some(key.answer(whose, counter))
    }

    pub(crate) fn take_deed(&mut self, deed: Deed) -> Reply {
        self.away.told += 1;
        let number = deed.number;
        if let Some((before, case)) = self.away.taken.iter().find(|(d, _)| d.number == number) {
            assert_eq!(*before, deed, "the same number is the same deed");
            return Reply::DeedTaken {
                number,
                case: *case,
            };
        }
        if let Some((code, retry)) = self.away.refuses_deeds {
            return no(code, retry);
        }
        let last = self.away.taken.last().map_or(0, |(last, _)| last.number);
        assert!(number > last, "deed {number} after {last}");
        if let Some(Supervisor { session, .. }) = word_of(&deed)
            && (!self.away.sessions.contains(&session) || self.signed_off.contains(&session))
        {
            return refused("not_matched");
        }
        let operator = deed.operator;
        let case = match deed.kind {
            DeedKind::Add { .. } => {
                self.accounts.entry(operator).or_default();
                None
            }
            DeedKind::Remove { .. } => {
                self.accounts.remove(&operator);
                None
            }
            _ if !self.accounts.contains_key(&operator) => return refused("not_served"),
            DeedKind::Reset { .. } | DeedKind::ResetOffline { .. } | DeedKind::Answered { .. } => {
                let case = CaseId::random(&mut self.rng);
                self.away.cases.insert(case, operator);
                Some(case)
            }
        };
        self.away.taken.push((deed, case));
        Reply::DeedTaken { number, case }
    }

    pub(crate) fn take_offline_sign_on(&mut self, sign_on: OfflineSignOn) -> Reply {
        if let Some((code, retry)) = self.away.refuses_sign_ons {
            return no(code, retry);
        }
        if !self.accounts.contains_key(&sign_on.operator) {
            return refused("not_served");
        }
        if sign_on
            .session
            .is_none_or(|session| self.away.sessions.insert(session))
        {
            self.away.sign_ons.push(sign_on);
        }
        Reply::SignOnTaken
    }

    pub(crate) fn let_choose(&mut self, case: CaseId) -> Reply {
        if let Some((code, retry)) = self.away.refuses_choices {
            return no(code, retry);
        }
        let stored = |case| self.vault.stored.iter().any(|(m, _)| m.case == case);
        if self.away.wants_backup && !stored(case) {
            return refused("not_prepared");
        }
        let Some(&operator) = self.away.cases.get(&case) else {
            return refused("case_closed");
        };
        let account = self.accounts.get_mut(&operator).unwrap();
        account.accepted = Some(case);
        Reply::CodeAccepted {
            case,
            operator,
            until: noon(),
            password_rules: self.rules,
        }
    }

    /// What was done, without when and how it is numbered.
    pub(crate) fn kinds(&self) -> Vec<(OperatorNumber, &'static str)> {
        let kind = |deed: &Deed| match deed.kind {
            DeedKind::Add { .. } => "add",
            DeedKind::Remove { .. } => "remove",
            DeedKind::Reset { .. } => "reset",
            DeedKind::ResetOffline { .. } => "reset_offline",
            DeedKind::Answered { .. } => "answered",
        };
        let taken = self.away.taken.iter();
        taken.map(|(deed, _)| (deed.operator, kind(deed))).collect()
    }

    pub(crate) fn list(&self) -> Vec<OperatorState> {
        let state = |(&number, account): (&OperatorNumber, &Account)| OperatorState {
            number,
            password_set: account.record.is_some(),
            credential_version: account.version,
        };
        self.accounts.iter().map(state).collect()
    }
}

fn word_of(deed: &Deed) -> Option<Supervisor> {
    match deed.kind {
        DeedKind::Add { supervisor }
        | DeedKind::Remove { supervisor }
        | DeedKind::Reset { supervisor }
        | DeedKind::ResetOffline { supervisor } => Some(supervisor),
        DeedKind::Answered { .. } => None,
    }
}

fn no(code: &str, retry: bool) -> Reply {
    Reply::Refused {
        code: code.parse().unwrap(),
        retry_at: retry.then(noon),
    }
}
