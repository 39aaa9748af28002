//! What happened here that the server has still to be told: deeds, and sign-ons without
//! a link.
//!
//! In one list and in the order in which it happened. What was done on the word of a
//! session is told after that session, and what a new operator did after the deed that
//! added them. In here is no storage: the list is part of the book.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{OperatorNumber, SessionId};
use tillkey_wire::message::{Deed, DeedKind, OfflineSignOn};

use crate::limits::{DEEDS_MAX, OFFLINE_SIGN_ONS_MAX};

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Happened {
    /// A session began; its password was compared here.
    SignOn(OfflineSignOn),
    Deed(Deed),
}

/// All of it, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Untold(VecDeque<Happened>);

impl Untold {
    pub(crate) const fn new() -> Self {
        Self(VecDeque::new())
    }

    /// What is to be told next.
    pub(crate) fn first(&self) -> Option<Happened> {
        self.0.front().copied()
    }

    /// The deeds, oldest first.
    pub(crate) fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.0.iter().filter_map(|happened| match happened {
            Happened::Deed(deed) => Some(deed),
            Happened::SignOn(_) => None,
        })
    }

    fn sign_ons(&self) -> impl Iterator<Item = &OfflineSignOn> {
        self.0.iter().filter_map(|happened| match happened {
            Happened::SignOn(sign_on) => Some(sign_on),
            Happened::Deed(_) => None,
        })
    }

    /// Whether one more deed may wait.
    pub(crate) fn has_room(&self) -> bool {
        self.deeds().count() < DEEDS_MAX
    }

    pub(crate) fn add_deed(&mut self, deed: Deed) {
        self.0.push_back(Happened::Deed(deed));
    }

    /// Adds a sign-on. With as many as may be kept, the oldest goes that nobody needs any
    /// more; without such a one nothing is added.
    pub(crate) fn add_sign_on(
        &mut self,
        sign_on: OfflineSignOn,
        live: &BTreeSet<SessionId>,
    ) -> bool {
        if self.sign_ons().count() >= OFFLINE_SIGN_ONS_MAX {
            let needed: BTreeSet<SessionId> = self.deeds().filter_map(on_whose_word).collect();
            let is_needed = |session| live.contains(&session) || needed.contains(&session);
            let surplus = self.0.iter().position(|happened| match happened {
                Happened::SignOn(sign_on) => !sign_on.session.is_some_and(is_needed),
                Happened::Deed(_) => false,
            });
            let Some(surplus) = surplus else {
                return false;
            };
            self.0.remove(surplus);
        }
        self.0.push_back(Happened::SignOn(sign_on));
        true
    }

    pub(crate) fn deed(&self, number: u64) -> Option<Deed> {
        self.deeds().find(|deed| deed.number == number).copied()
    }

    pub(crate) fn remove_deed(&mut self, number: u64) {
        self.0
            .retain(|happened| !matches!(happened, Happened::Deed(deed) if deed.number == number));
    }

    /// Whether the server has not heard yet of this session, or of something that was done
    /// on its word.
    pub(crate) fn needs(&self, session: SessionId) -> bool {
        self.sign_ons()
            .any(|sign_on| sign_on.session == Some(session))
            || self
                .deeds()
                .any(|deed| on_whose_word(deed) == Some(session))
    }

    pub(crate) fn remove_session(&mut self, session: SessionId) {
        self.0.retain(|happened| {
            !matches!(happened, Happened::SignOn(sign_on) if sign_on.session == Some(session))
        });
    }

    /// Whether an operator was added here and the server does not know it yet.
    pub(crate) fn adds(&self, operator: OperatorNumber) -> bool {
        let last = self
            .deeds()
            .filter(|deed| deed.operator == operator)
            .filter(|deed| matches!(deed.kind, DeedKind::Add { .. } | DeedKind::Remove { .. }))
            .last();
        last.is_some_and(|deed| matches!(deed.kind, DeedKind::Add { .. }))
    }
}

/// The session of the supervisor on whose word it was done.
const fn on_whose_word(deed: &Deed) -> Option<SessionId> {
    match deed.kind {
        DeedKind::Add { supervisor }
        | DeedKind::Remove { supervisor }
        | DeedKind::Reset { supervisor }
        | DeedKind::ResetOffline { supervisor } => Some(supervisor.session),
        DeedKind::Answered { .. } => None,
    }
}
