//! Staff: accounts, sign-in, sessions, passwords.
//!
//! Nothing here can approve a case or change a credential, and nothing here is a way
//! around a review: an account is made with the person behind it, a second account of
//! a person is that person, and a new account has to go the way that every account
//! goes (attack F03). There is no break-glass account (F14).
//!
//! Who somebody is is proven in one place, [`proof`]: the account's password is compared,
//! counted, in constant work. Single sign-on and passkeys are two more ways of proving the
//! same, and belong beside it: [`sign_in`] and [`prove`] take what it proves, and all that
//! follows from a session stays as it is.

mod device;
mod password;
mod proof;
mod session;

use serde::Serialize;
use tillkey_rules::event::Event;
use tillkey_rules::party::{Actor, Role};
use tillkey_store::fault::Fault;
use tillkey_store::party::staff::{self, Staff};
use tillkey_wire::ids::{AcquirerId, PersonId, StaffId};
use tillkey_wire::secret::Secret;

use self::password::{first_password, hash};
use super::{Failure, note};
use crate::shell::Shell;

pub use self::device::Device;
pub use self::password::change_password;
pub use self::session::{
    SessionSummary, end_session, end_sessions, prove, sessions, sign_in, sign_out, signed_in,
    signed_in_with_first_password, still_signed_in,
};

/// A new member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStaff {
    /// Whose staff.
    pub acquirer: AcquirerId,
    /// The account.
    pub staff: StaffId,
    /// The person behind it; a second account of a person has the same.
    pub person: PersonId,
    /// What it may do.
    pub role: Role,
}

/// A member of staff in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffSummary {
    /// The account.
    pub staff: StaffId,
    /// The person behind it.
    pub person: PersonId,
    /// What it may do.
    pub role: Role,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Whether its owner has chosen a password of their own.
    pub has_own_password: bool,
}

/// Adds a member of staff and gives the first password, which is shown once.
///
/// # Errors
/// [`Failure::Exists`] where there is such an account.
pub async fn add(shell: &Shell, new: NewStaff, by: &Actor) -> Result<Secret<String>, Failure> {
    let mut rng = shell.rng();
    let password = first_password(&mut rng);
    let hash = hash(shell, Secret::new(password.expose().clone()), &mut rng).await?;
    let (now, by) = (shell.now(), by.clone());
    let added = shell
        .store()
        .write(move |tx| {
            let member = Staff {
                acquirer: new.acquirer.clone(),
                account: new.staff.clone(),
                person: new.person.clone(),
                role: new.role,
                password_hash: Secret::new(hash.clone()),
                created_at: now,
                password_chosen_at: None,
                disabled_at: None,
            };
            staff::add(tx, &member)?;
            let event = Event::StaffAdded {
                staff: new.staff.clone(),
                role: new.role,
            };
            note(tx, &new.acquirer, (now, &by), event)
        })
        .await;
    match added {
        Ok(()) => Ok(password),
        Err(Fault::Dangling(_)) => Err(Failure::Unknown),
        Err(fault) => Err(fault.into()),
    }
}

/// Lists staff, the first page after `after`.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn list(
    shell: &Shell,
    acquirer: &AcquirerId,
    after: Option<StaffId>,
) -> Result<Vec<StaffSummary>, Failure> {
    let acquirer = acquirer.clone();
    let limit = tillkey_store::limits::PAGE_MAX;
    let found = shell
        .store()
        .read(move |tx| staff::list(tx, &acquirer, after.as_ref(), limit))
        .await?;
    let summary = |member: Staff| StaffSummary {
        staff: member.account,
        person: member.person,
        role: member.role,
        enabled: member.disabled_at.is_none(),
        has_own_password: member.password_chosen_at.is_some(),
    };
    Ok(found.into_iter().map(summary).collect())
}

/// Disables an account; its sessions end at once.
///
/// # Errors
/// [`Failure::Unknown`] where there is none that is enabled.
pub async fn disable(
    shell: &Shell,
    acquirer: &AcquirerId,
    account: StaffId,
    by: &Actor,
) -> Result<(), Failure> {
    let (acquirer, now, by) = (acquirer.clone(), shell.now(), by.clone());
    shell
        .store()
        .write(move |tx| {
            if !staff::disable(tx, &acquirer, &account, now)? {
                return Ok(Err(Failure::Unknown));
            }
            let event = Event::StaffDisabled {
                staff: account.clone(),
            };
            note(tx, &acquirer, (now, &by), event).map(Ok)
        })
        .await?
}
