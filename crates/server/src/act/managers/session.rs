//! A signed-in manager, and their sessions.
//!
//! A session belongs to the phone that was proved. It acts as one manager at a time,
//! for one merchant, and can go on to another merchant of the same phone.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::terms::minutes_after;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::fault::Fault;
use tillkey_store::party::manager_session::{self, OfPhone};
use tillkey_store::party::managers::{self, ManagerAccount};
use tillkey_store::party::merchant;
use tillkey_store::seal::{DataKey, Digest, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, ManagerId, ManagerSessionId, MerchantNumber, PersonId};

use super::{act, of_phone};
use crate::act::{Failure, ManagerToken, Of, append};
use crate::limits::{MANAGER_IDLE_MINUTES_MAX, MANAGER_SESSION_HOURS_MAX, SESSIONS_SHOWN_MAX};
use crate::shell::Shell;

/// A manager who is signed in, for one merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagerSession {
    /// Their tenant.
    pub acquirer: AcquirerId,
    /// The account.
    pub manager: ManagerId,
    /// The person behind it.
    pub person: PersonId,
    /// For which merchant.
    pub merchant: MerchantNumber,
    /// What they may do, as of now.
    pub rights: BTreeSet<ManagerRight>,
    /// Which session.
    pub session: ManagerSessionId,
    /// When a code to their phone was last answered.
    pub proved_at: Timestamp,
    pub(super) phone_index: Digest,
}

impl ManagerSession {
    /// Who it is, as in the ledger.
    pub fn actor(&self) -> Actor {
        Actor::Manager {
            manager: self.manager,
            person: self.person.clone(),
            merchant: self.merchant.clone(),
            rights: self.rights.clone(),
        }
    }

    /// Whether they have this right.
    pub fn has(&self, right: ManagerRight) -> bool {
        self.rights.contains(&right)
    }

    /// Checks a right.
    ///
    /// # Errors
    /// [`Failure::NotAllowed`] without it.
    pub fn must(&self, right: ManagerRight) -> Result<(), Failure> {
        if self.has(right) {
            Ok(())
        } else {
            Err(Failure::NotAllowed)
        }
    }

    /// Whether the sign-in is recent enough to prove who they are.
    pub fn is_fresh(&self, shell: &Shell) -> bool {
        let minutes = shell.terms().manager_sign_in_minutes;
        shell.now() < minutes_after(self.proved_at, minutes)
    }

    /// Checks that the sign-in is recent enough.
    ///
    /// # Errors
    /// [`Failure::NotFresh`] where it is not: a code to their phone proves it anew.
    pub fn must_be_fresh(&self, shell: &Shell) -> Result<(), Failure> {
        if self.is_fresh(shell) {
            Ok(())
        } else {
            Err(Failure::NotFresh)
        }
    }

    const fn of_phone(&self) -> OfPhone<'_> {
        OfPhone {
            acquirer: &self.acquirer,
            phone_index: &self.phone_index,
        }
    }

    pub(in crate::act) fn note(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
        event: Event,
    ) -> Result<(), Fault> {
        let of = Of {
            acquirer: Some(&self.acquirer),
            case: None,
        };
        append(tx, &of, (now, &self.actor()), event)
    }
}

pub(super) fn idle_until(now: Timestamp) -> Timestamp {
    minutes_after(now, MANAGER_IDLE_MINUTES_MAX)
}

pub(super) fn ends_at(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(MANAGER_SESSION_HOURS_MAX))
        .unwrap_or(Timestamp::MAX)
}

/// Who a token belongs to; using it keeps the session alive.
///
/// # Errors
/// [`Failure::Unauthenticated`] where the session is over or never was.
pub async fn signed_in(shell: &Shell, token: &ManagerToken) -> Result<ManagerSession, Failure> {
    let digest = shell.seal_keys().token_digest("manager", token.expose());
    let now = shell.now();
    let found = shell
        .store()
        .write(move |tx| {
            if !manager_session::touch(tx, &digest, now, idle_until(now))? {
                return Ok(None);
            }
            manager_session::find(tx, &digest, now)
        })
        .await?;
    let (manager, session) = found.ok_or(Failure::Unauthenticated)?;
    Ok(ManagerSession {
        acquirer: manager.acquirer,
        manager: manager.id,
        person: manager.person,
        merchant: manager.merchant,
        rights: manager.rights,
        session: session.id,
        proved_at: session.proved_at,
        phone_index: manager.phone_index,
    })
}

/// A merchant that a phone manages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedMerchant {
    /// Its number.
    pub merchant: MerchantNumber,
    /// Its name.
    pub name: String,
}

/// The merchants of these managers, by name.
pub(super) fn shown(
    tx: &mut dyn Tx,
    shell: &Shell,
    managers: Vec<ManagerAccount>,
) -> Result<Vec<ManagedMerchant>, Fault> {
    let mut merchants = Vec::new();
    for manager in managers {
        let Some(found) = merchant::find(tx, &manager.merchant)? else {
            continue;
        };
        let owner = Owner::Merchant(manager.merchant.clone());
        let key = DataKey::load(tx, shell.seal_keys(), &owner)?;
        merchants.push(ManagedMerchant {
            merchant: manager.merchant,
            name: found.name(&key)?.expose().clone(),
        });
    }
    Ok(merchants)
}

/// The merchants that this phone manages.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn merchants(
    shell: &Shell,
    by: &ManagerSession,
) -> Result<Vec<ManagedMerchant>, Failure> {
    let (inner, by) = (shell.clone(), by.clone());
    let found = shell.store().read(move |tx| {
        let managers = of_phone(tx, &by.acquirer, &by.phone_index)?;
        shown(tx, &inner, managers)
    });
    Ok(found.await?)
}

/// Goes on to another merchant of the same phone.
///
/// # Errors
/// [`Failure::Unknown`] where this phone does not manage it.
pub async fn go_on_to(
    shell: &Shell,
    by: &ManagerSession,
    merchant: MerchantNumber,
) -> Result<(), Failure> {
    let by = by.clone();
    act(shell, None, move |_, tx, now, _| {
        if by.merchant == merchant {
            return Ok((Ok(()), Vec::new()));
        }
        let mine = of_phone(tx, &by.acquirer, &by.phone_index)?;
        let Some(there) = mine.into_iter().find(|one| one.merchant == merchant) else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        if !manager_session::go_on_as(tx, by.session, there.id)? {
            return Ok((Err(Failure::Unauthenticated), Vec::new()));
        }
        managers::signed_in(tx, there.id, now)?;
        let event = Event::ManagerSignedIn {
            manager: there.id,
            merchant: there.merchant.clone(),
        };
        let now_as = ManagerSession {
            manager: there.id,
            person: there.person,
            merchant: there.merchant,
            rights: there.rights,
            ..by.clone()
        };
        now_as.note(tx, now, event)?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// Which one.
    pub session: ManagerSessionId,
    /// When it began.
    pub started_at: Timestamp,
    /// When a code was last answered in it.
    pub proved_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// The live sessions of this phone, the newest first.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn sessions(shell: &Shell, by: &ManagerSession) -> Result<Vec<SessionSummary>, Failure> {
    let (by, now) = (by.clone(), shell.now());
    let current = by.session;
    let found = shell
        .store()
        .read(move |tx| manager_session::of_phone(tx, by.of_phone(), now, SESSIONS_SHOWN_MAX))
        .await?;
    let idle = SignedDuration::from_mins(i64::from(MANAGER_IDLE_MINUTES_MAX));
    let summaries = found.into_iter().map(|session| SessionSummary {
        session: session.id,
        started_at: session.started_at,
        proved_at: session.proved_at,
        used_at: session
            .idle_until
            .checked_sub(idle)
            .unwrap_or(session.started_at),
        is_current: session.id == current,
    });
    Ok(summaries.collect())
}

/// Ends the session that asks.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn sign_out(shell: &Shell, by: &ManagerSession) -> Result<(), Failure> {
    end_session(shell, by, by.session).await
}

/// Ends one of the phone's sessions.
///
/// # Errors
/// [`Failure::Unknown`] where it is not one of theirs, or over.
pub async fn end_session(
    shell: &Shell,
    by: &ManagerSession,
    session: ManagerSessionId,
) -> Result<(), Failure> {
    let by = by.clone();
    act(shell, None, move |_, tx, now, _| {
        if !manager_session::end(tx, session, by.of_phone())? {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        by.note(tx, now, signed_out(&by, 1))?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Ends every session of the phone, on every device.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn sign_out_everywhere(shell: &Shell, by: &ManagerSession) -> Result<(), Failure> {
    let by = by.clone();
    act(shell, None, move |_, tx, now, _| {
        let ended = manager_session::end_all(tx, by.of_phone())?;
        let ended = u32::try_from(ended).unwrap_or(u32::MAX);
        by.note(tx, now, signed_out(&by, ended))?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

fn signed_out(by: &ManagerSession, sessions: u32) -> Event {
    Event::ManagerSignedOut {
        manager: by.manager,
        merchant: by.merchant.clone(),
        sessions,
    }
}
