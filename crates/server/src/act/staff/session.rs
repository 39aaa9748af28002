//! Sessions of staff: begun by a proof, kept alive by use, listed, and ended.
//!
//! A session is always a new one: its token is drawn here and never taken from a
//! request, so nobody can plant one (attack B11). Its end is an event of the ledger
//! where somebody made it; that time ran out is not.

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::attempts::Scope;
use tillkey_rules::event::Event;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::terms::minutes_after;
use tillkey_store::attempts;
use tillkey_store::fault::Fault;
use tillkey_store::party::staff::{self, Staff};
use tillkey_store::party::staff_session::{self as sessions_kept, NewSession, Session};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, StaffId, StaffSessionId};
use tillkey_wire::secret::Secret;

use super::super::{Failure, SignedIn, Source, StaffToken};
use super::proof::Claim;
use super::{Device, note};
use crate::limits::STAFF_IDLE_MINUTES_MAX;
use crate::shell::Shell;

/// How long a session lasts at most, however much it is used.
const SESSION_HOURS_MAX: i64 = 12;

/// A live session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// Its name; it opens nothing.
    pub session: StaffSessionId,
    /// Where it was started, as a network.
    pub network: String,
    /// With what.
    pub device: Device,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
    /// Whether it is the caller's own.
    pub is_this: bool,
}

/// Signs a member of staff in. An account that does not exist answers like a wrong
/// password, after the same work.
///
/// # Errors
/// [`Failure::Unauthenticated`]; [`Failure::Refused`] with `too_many` while the
/// account has to wait; [`Failure::Busy`] when too many sign in at once.
pub async fn sign_in(
    shell: &Shell,
    acquirer: &AcquirerId,
    account: StaffId,
    password: Secret<String>,
    source: &Source,
) -> Result<StaffToken, Failure> {
    let claim = Claim {
        acquirer: acquirer.clone(),
        account,
        password,
    };
    let member = claim.prove(shell, source).await?;
    let token = StaffToken::random(&mut shell.rng());
    let (now, source) = (shell.now(), source.clone());
    let (inner, kept) = (shell.clone(), token.clone());
    shell
        .store()
        .write(move |tx| {
            // Disabled while the hash was computed: the answer is the same as before it.
            let found = staff::find(tx, &member.acquirer, &member.account)?;
            if found.is_none_or(|member| member.disabled_at.is_some()) {
                return Ok(Err(Failure::Unauthenticated));
            }
            let counted = Claim::counted(&member.acquirer, &member.account);
            attempts::clear(tx, (Scope::StaffSignIn, &counted))?;
            let whose = (&member.acquirer, &member.account);
            begin(tx, &inner, whose, (&kept, &source), now)?;
            let event = Event::StaffSignedIn {
                staff: member.account.clone(),
            };
            note(tx, &member.acquirer, (now, &actor(&member)), event).map(Ok)
        })
        .await??;
    Ok(token)
}

/// Begins a session, in the transaction of what it follows from.
pub(super) fn begin(
    tx: &mut dyn Tx,
    shell: &Shell,
    (acquirer, account): (&AcquirerId, &StaffId),
    (token, source): (&StaffToken, &Source),
    now: Timestamp,
) -> Result<(), Fault> {
    let ends_at = now.checked_add(SignedDuration::from_hours(SESSION_HOURS_MAX));
    let session = NewSession {
        token_digest: shell.seal_keys().token_digest("staff", token.expose()),
        id: StaffSessionId::random(&mut shell.rng()),
        acquirer: acquirer.clone(),
        account: account.clone(),
        network: source.network().to_owned(),
        device: source.device().to_string(),
        now,
        idle_until: minutes_after(now, STAFF_IDLE_MINUTES_MAX),
        ends_at: ends_at.unwrap_or(Timestamp::MAX),
    };
    sessions_kept::start(tx, &session)
}

/// Who a token belongs to; using it keeps the session alive.
///
/// # Errors
/// [`Failure::Unauthenticated`] where the session is over or never was;
/// [`Failure::PasswordDue`] while the first password is in force.
pub async fn signed_in(shell: &Shell, token: &StaffToken) -> Result<SignedIn, Failure> {
    with_own_password(used(shell, token).await?)
}

/// The same for a page that looks by itself, which keeps no session alive: whoever left
/// it open is away.
///
/// # Errors
/// As [`signed_in`].
pub async fn still_signed_in(shell: &Shell, token: &StaffToken) -> Result<SignedIn, Failure> {
    let digest = shell.seal_keys().token_digest("staff", token.expose());
    let now = shell.now();
    let found = shell
        .store()
        .read(move |tx| sessions_kept::owner(tx, &digest, now))
        .await?;
    with_own_password(found.ok_or(Failure::Unauthenticated)?)
}

fn with_own_password((member, session): (Staff, Session)) -> Result<SignedIn, Failure> {
    if member.password_chosen_at.is_none() {
        return Err(Failure::PasswordDue);
    }
    Ok(of_owner(member, &session))
}

fn of_owner(member: Staff, session: &Session) -> SignedIn {
    SignedIn {
        actor: actor(&member),
        acquirer: member.acquirer,
        session: session.id,
        proved_at: session.proved_at,
    }
}

/// The same for what can be done with a first password as well: choose another one.
///
/// # Errors
/// [`Failure::Unauthenticated`] where the session is over or never was.
pub async fn signed_in_with_first_password(
    shell: &Shell,
    token: &StaffToken,
) -> Result<SignedIn, Failure> {
    let (member, session) = used(shell, token).await?;
    Ok(of_owner(member, &session))
}

/// Who a token belongs to; its session is alive for another while.
async fn used(shell: &Shell, token: &StaffToken) -> Result<(Staff, Session), Failure> {
    let digest = shell.seal_keys().token_digest("staff", token.expose());
    let now = shell.now();
    let found = shell
        .store()
        .write(move |tx| {
            let idle_until = minutes_after(now, STAFF_IDLE_MINUTES_MAX);
            if !sessions_kept::touch(tx, &digest, now, idle_until)? {
                return Ok(None);
            }
            sessions_kept::owner(tx, &digest, now)
        })
        .await?;
    found.ok_or(Failure::Unauthenticated)
}

/// Proves once more who somebody is: what they approve next is theirs, and not that of
/// whoever found the screen unlocked. Counted like a sign-in. The session's token
/// stays: it was drawn for the same person, and other pages of theirs hold it.
///
/// # Errors
/// As [`sign_in`].
pub async fn prove(
    shell: &Shell,
    by: &SignedIn,
    password: Secret<String>,
    source: &Source,
) -> Result<SignedIn, Failure> {
    let account = by.account().ok_or(Failure::NotAllowed)?.clone();
    let claim = Claim {
        acquirer: by.acquirer.clone(),
        account: account.clone(),
        password,
    };
    claim.prove(shell, source).await?;
    let now = shell.now();
    let kept = by.clone();
    shell
        .store()
        .write(move |tx| {
            if !sessions_kept::prove(tx, kept.session, now)? {
                return Ok(Err(Failure::Unauthenticated));
            }
            let counted = Claim::counted(&kept.acquirer, &account);
            attempts::clear(tx, (Scope::StaffSignIn, &counted))?;
            let event = Event::StaffProved {
                staff: account.clone(),
            };
            note(tx, &kept.acquirer, (now, &kept.actor), event).map(Ok)
        })
        .await??;
    Ok(SignedIn {
        proved_at: now,
        ..by.clone()
    })
}

/// The live sessions of an account, the last used first.
///
/// # Errors
/// [`Failure::NotAllowed`] for another's account, unless an administrator asks;
/// [`Failure::Unknown`] where there is no such account.
pub async fn sessions(
    shell: &Shell,
    by: &SignedIn,
    account: StaffId,
) -> Result<Vec<SessionSummary>, Failure> {
    own_or_administrator(by, &account)?;
    let (acquirer, now, this) = (by.acquirer.clone(), shell.now(), by.session);
    let found = shell
        .store()
        .read(move |tx| {
            if staff::find(tx, &acquirer, &account)?.is_none() {
                return Ok(None);
            }
            sessions_kept::live(tx, (&acquirer, &account), now).map(Some)
        })
        .await?;
    let found = found.ok_or(Failure::Unknown)?.into_iter();
    let summary = |session: Session| SessionSummary {
        session: session.id,
        network: session.network,
        device: session.device.parse().unwrap_or_default(),
        started_at: session.started_at,
        used_at: session.used_at,
        is_this: session.id == this,
    };
    Ok(found.map(summary).collect())
}

/// Ends one session of an account.
///
/// # Errors
/// As [`sessions`]; [`Failure::Unknown`] also for a session that is not there.
pub async fn end_session(
    shell: &Shell,
    by: &SignedIn,
    account: StaffId,
    session: StaffSessionId,
) -> Result<(), Failure> {
    own_or_administrator(by, &account)?;
    let (by, now) = (by.clone(), shell.now());
    shell
        .store()
        .write(move |tx| {
            if !sessions_kept::end(tx, (&by.acquirer, &account), session)? {
                return Ok(Err(Failure::Unknown));
            }
            let event = Event::StaffSessionsEnded {
                staff: account.clone(),
                ended: 1,
            };
            note(tx, &by.acquirer, (now, &by.actor), event).map(Ok)
        })
        .await?
}

/// Ends every session of an account, the caller's own included.
///
/// # Errors
/// As [`sessions`].
pub async fn end_sessions(shell: &Shell, by: &SignedIn, account: StaffId) -> Result<(), Failure> {
    own_or_administrator(by, &account)?;
    let (by, now) = (by.clone(), shell.now());
    shell
        .store()
        .write(move |tx| {
            if staff::find(tx, &by.acquirer, &account)?.is_none() {
                return Ok(Err(Failure::Unknown));
            }
            let ended = sessions_kept::end_all(tx, &by.acquirer, &account)?;
            let event = Event::StaffSessionsEnded {
                staff: account.clone(),
                ended,
            };
            note(tx, &by.acquirer, (now, &by.actor), event).map(Ok)
        })
        .await?
}

/// Signs out: ends the session that a token opens.
///
/// # Errors
/// [`Failure::Fault`]; that there was none is no failure.
pub async fn sign_out(shell: &Shell, token: &StaffToken) -> Result<(), Failure> {
    let digest = shell.seal_keys().token_digest("staff", token.expose());
    let now = shell.now();
    shell
        .store()
        .write(move |tx| {
            let Some((member, session)) = sessions_kept::owner(tx, &digest, now)? else {
                return Ok(());
            };
            sessions_kept::end(tx, (&member.acquirer, &member.account), session.id)?;
            let event = Event::StaffSessionsEnded {
                staff: member.account.clone(),
                ended: 1,
            };
            note(tx, &member.acquirer, (now, &actor(&member)), event)
        })
        .await?;
    Ok(())
}

/// Sessions are their owner's, and the administrator's to end.
fn own_or_administrator(by: &SignedIn, account: &StaffId) -> Result<(), Failure> {
    if by.account() == Some(account) {
        return Ok(());
    }
    by.must_be(&[Role::Administrator])
}

fn actor(member: &Staff) -> Actor {
    Actor::Staff {
        staff: member.account.clone(),
        person: member.person.clone(),
        role: member.role,
    }
}
