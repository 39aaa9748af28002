//! One file per use: load, decide, commit, in one transaction.
//!
//! An act takes checked values and an authenticated caller, runs the rules over
//! what is stored, and writes events, projections, commands and messages together.
//! It never speaks HTTP, never sends anything, and decides nothing itself.

pub mod access_review;
pub mod alert;
pub mod application;
pub mod campaign;
pub mod case;
pub mod contact_change;
pub mod contact_disclosure;
mod cursor;
mod daily;
pub mod deposit;
pub mod desk;
pub mod diagnosis;
pub mod dormancy;
pub mod erasure;
pub mod give_out;
pub mod health;
pub mod import;
pub mod ledger;
pub mod managers;
mod masked;
mod message;
mod once;
mod order;
pub mod party;
pub mod personal_data;
pub mod portal;
pub mod report;
pub mod restore;
pub mod retention;
pub mod staff;
pub mod tick;
pub mod till;
mod token;
pub mod trade;
pub mod watch;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::staff_password::Weakness;
use tillkey_rules::terms::minutes_after;
use tillkey_store::event;
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, CaseId, InvalidId, StaffId, StaffSessionId};
use tillkey_wire::secret::Secret;

use crate::limits::PROOF_FRESH_MINUTES;

pub use message::Language;
pub use once::Once;
pub use tillkey_rules::name::checked_name;
pub use token::{ApplicationToken, CaseToken, ManagerToken, SignInToken, StaffToken};

/// Why an act gives no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// There is no such thing, or it is not this caller's: the two are not told apart.
    #[error("there is no such thing here")]
    Unknown,
    /// The caller has not said who they are, or the session is over.
    #[error("sign in first")]
    Unauthenticated,
    /// The caller's role does not allow it.
    #[error("this role may not do that")]
    NotAllowed,
    /// The caller signed in too long ago for this: they prove once more who they are.
    #[error("prove once more who you are")]
    NotFresh,
    /// The first password is in force: its owner chooses another one before anything.
    #[error("choose a password of your own first")]
    PasswordDue,
    /// A chosen password is not taken.
    #[error("this password is not taken: {0}")]
    WeakPassword(Weakness),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The thing exists already.
    #[error("this exists already")]
    Exists,
    /// A value is not what it should be.
    #[error(transparent)]
    Invalid(#[from] InvalidId),
    /// Too much is asked at once.
    #[error("too much is asked at once; try again")]
    Busy,
    /// The store failed; nothing was done.
    #[error("the store failed")]
    Fault(#[source] Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            // Nothing was done, and the same may succeed in a moment.
            Fault::Busy
            | Fault::Locked
            | Fault::Contended
            | Fault::Unreachable
            | Fault::LedgerBehind => Self::Busy,
            Fault::Taken(_) => Self::Exists,
            fault => Self::Fault(fault),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Where a request came from: the address of the connection, never taken from what
/// the request says of itself. With what it came is only said, and only shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    counted: String,
    network: String,
    device: staff::Device,
}

impl Source {
    /// A connection's address.
    pub fn address(address: std::net::IpAddr) -> Self {
        // One household has a whole /64: counting single addresses of it would give
        // a stranger as many budgets as they like.
        let (counted, network) = match address {
            std::net::IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                (
                    format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"),
                    format!("{a:x}:{b:x}:{c:x}::/48"),
                )
            }
            std::net::IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                (v4.to_string(), format!("{a}.{b}.{c}.0/24"))
            }
        };
        Self {
            counted,
            network,
            device: staff::Device::default(),
        }
    }

    /// A member of staff. Those of one office share an address: counting that would
    /// let one of them use up the guesses of all.
    pub fn staff(by: &SignedIn) -> Self {
        let counted = match &by.actor {
            Actor::Staff { staff, .. } => format!("staff/{}/{staff}", by.acquirer),
            other => format!("other/{}/{other:?}", by.acquirer),
        };
        Self {
            counted,
            network: String::new(),
            device: staff::Device::default(),
        }
    }

    /// A terminal on a broker: there is no address. The broker binds the name to an
    /// account, so a terminal uses up its own tries and nobody else's.
    pub(crate) fn broker(name: &str) -> Self {
        Self {
            counted: format!("mqtt/{name}"),
            network: String::new(),
            device: staff::Device::default(),
        }
    }

    /// The same, with what its browser says that it is.
    pub fn with_device(self, device: staff::Device) -> Self {
        Self { device, ..self }
    }

    /// The network that the address is in: enough to tell one's own sessions apart.
    pub fn network(&self) -> &str {
        &self.network
    }

    /// With what it came.
    pub const fn device(&self) -> staff::Device {
        self.device
    }

    /// The text that attempts are counted against.
    pub fn as_str(&self) -> &str {
        &self.counted
    }
}

/// A member of staff who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Whose staff.
    pub acquirer: AcquirerId,
    /// Who, as in the ledger.
    pub actor: Actor,
    /// The session's name.
    pub session: StaffSessionId,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
}

impl SignedIn {
    /// The account.
    pub const fn account(&self) -> Option<&StaffId> {
        match &self.actor {
            Actor::Staff { staff, .. } => Some(staff),
            _ => None,
        }
    }

    /// Notes what they did outside any case.
    pub(crate) fn note(&self, tx: &mut dyn Tx, now: Timestamp, event: Event) -> Result<(), Fault> {
        note(tx, &self.acquirer, (now, &self.actor), event)
    }

    /// Checks that they have proved who they are a moment ago. A proof from the future
    /// is none: a clock that was set back would make it last.
    ///
    /// # Errors
    /// [`Failure::NotFresh`].
    pub fn must_be_fresh(&self, now: Timestamp) -> Result<(), Failure> {
        let fresh_until = minutes_after(self.proved_at, PROOF_FRESH_MINUTES);
        if self.proved_at <= now && now < fresh_until {
            Ok(())
        } else {
            Err(Failure::NotFresh)
        }
    }

    /// Checks the role.
    ///
    /// # Errors
    /// [`Failure::NotAllowed`] for any role that is not among these.
    pub fn must_be(&self, roles: &[Role]) -> Result<(), Failure> {
        match self.actor.role() {
            Some(role) if roles.contains(&role) => Ok(()),
            _ => Err(Failure::NotAllowed),
        }
    }
}

/// How a caller reaches a case.
#[derive(Debug, Clone)]
pub enum Access {
    /// By the token given at opening.
    Holder(CaseToken),
    /// As staff of the case's acquirer.
    Staff(SignedIn),
    /// As a manager of the subject's merchant.
    Manager(managers::ManagerSession),
}

impl Access {
    /// What is counted when they ask or guess from `address`: a member of staff has
    /// budgets of their own, since a whole call centre sits behind one address.
    pub(crate) fn source(&self, address: &Source) -> String {
        match self {
            Self::Staff(by) => Source::staff(by).counted,
            Self::Holder(_) | Self::Manager(_) => address.as_str().to_owned(),
        }
    }

    /// Who it is, as in the ledger.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Holder(_) => Actor::Holder,
            Self::Staff(signed_in) => signed_in.actor.clone(),
            Self::Manager(by) => by.actor(),
        }
    }
}

/// One page of a list, with what the next page begins after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Pass this as the cursor for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Whether as many were found as were asked for, so that there may be more.
pub(crate) fn is_full<T>(found: &[T], limit: u32) -> bool {
    found.len() >= usize::try_from(limit).unwrap_or(usize::MAX)
}

/// What the next part begins after; none where this one was not full.
pub(crate) fn last_of_full<T>(found: &[T], limit: u32) -> Option<&T> {
    found.last().filter(|_| is_full(found, limit))
}

/// Whose event it is, and of which case.
pub(crate) struct Of<'a> {
    pub(crate) acquirer: Option<&'a AcquirerId>,
    pub(crate) case: Option<CaseId>,
}

/// Appends an event to the ledger, in the transaction of its effect.
pub(crate) fn append(
    tx: &mut dyn Tx,
    of: &Of<'_>,
    (at, by): (Timestamp, &Actor),
    event: Event,
) -> Result<(), Fault> {
    let entry = Entry {
        v: 1,
        at,
        acquirer: of.acquirer.cloned(),
        case: of.case,
        by: by.clone(),
        event,
    };
    event::append(tx, &entry)
}

/// Appends an event that belongs to no case.
pub(crate) fn note(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    by: (Timestamp, &Actor),
    event: Event,
) -> Result<(), Fault> {
    let of = Of {
        acquirer: Some(acquirer),
        case: None,
    };
    append(tx, &of, by, event)
}

/// A phone number in its one spelling, `+8613800138000`.
#[derive(Debug)]
pub struct Phone(Secret<String>);

impl Phone {
    /// The number.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

impl Clone for Phone {
    fn clone(&self) -> Self {
        Self(Secret::new(self.expose().clone()))
    }
}

impl FromStr for Phone {
    type Err = InvalidId;

    /// Takes a mainland mobile number with or without `+86`. Nothing else: no
    /// extensions, no parameters, no second number (attacks A12, E08).
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let national = text.strip_prefix("+86").unwrap_or(text);
        let valid = national.len() == 11
            && national.bytes().all(|b| b.is_ascii_digit())
            && national.starts_with('1')
            && !matches!(national.as_bytes().get(1), Some(b'0'..=b'2') | None);
        if valid {
            Ok(Self(Secret::new(format!("+86{national}"))))
        } else {
            Err(InvalidId {
                kind: "phone",
                rule: "a mobile number of 11 digits, with or without +86",
            })
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a12_phones_have_one_spelling() {
        for good in ["13800138000", "+8613800138000"] {
            assert_eq!(good.parse::<Phone>().unwrap().expose(), "+8613800138000");
        }
        for bad in [
            "",
            "12800138000",
            "1380013800",
            "138001380000",
            "13800138000;ext=1",
            "13800138000\r\nTo: 1",
            "+1 900 555 0100",
            "１３８００１３８０００",
            "008613800138000",
        ] {
            assert!(bad.parse::<Phone>().is_err(), "{bad:?}");
        }
    }
}
