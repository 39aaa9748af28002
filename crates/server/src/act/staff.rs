//! Staff: accounts, sign-in, sessions.
//!
//! Nothing here can approve a case or change a credential. Single sign-on will put
//! another way of proving who somebody is in front of [`signed_in`]; what follows
//! from a session stays the same.

use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use serde::Serialize;
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::event::Event;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::minutes_after;
use tillkey_store::attempts;
use tillkey_store::fault::Fault;
use tillkey_store::party::staff::{self, NewSession, Staff};
use tillkey_wire::ids::{AcquirerId, PersonId, StaffId};
use tillkey_wire::secret::Secret;

use super::{Failure, Of, SignedIn, Source, StaffToken, append};
use crate::limits::STAFF_IDLE_MINUTES_MAX;
use crate::shell::Shell;

/// How long a session lasts at most, however much it is used.
const SESSION_HOURS_MAX: i64 = 12;

/// A password that nobody has: an unknown account is verified against it, so that it
/// takes as long as a known one. Argon2id with the parameters of [`Argon2::default`].
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$dGlsbGtleSBub2JvZHk$\
                      nX0nQpC0xvT5u3nQ0kqkX3E6J1Q0n7m1m0o9yqk2y3Y";

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
}

/// Adds a member of staff and gives the first password, which is shown once.
///
/// # Errors
/// [`Failure::Exists`] where there is such an account.
pub async fn add(shell: &Shell, new: NewStaff, by: &Actor) -> Result<Secret<String>, Failure> {
    let mut rng = shell.rng();
    let password = first_password(&mut rng);
    let hash = hash(shell, password.expose().clone(), &mut rng).await?;
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
                disabled_at: None,
            };
            staff::add(tx, &member)?;
            let event = Event::StaffAdded {
                staff: new.staff.clone(),
                role: new.role,
            };
            append(
                tx,
                &Of {
                    acquirer: Some(&new.acquirer),
                    case: None,
                },
                (now, &by),
                event,
            )
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
            append(
                tx,
                &Of {
                    acquirer: Some(&acquirer),
                    case: None,
                },
                (now, &by),
                event,
            )
            .map(Ok)
        })
        .await?
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
    let source = source.as_str().to_owned();
    let now = shell.now();
    let counted = format!("{acquirer}/{account}");
    let expected = {
        let (acquirer, account, counted) = (acquirer.clone(), account.clone(), counted.clone());
        // Counted before the password is looked at.
        shell
            .store()
            .write(move |tx| {
                let made = attempts::count(tx, (Scope::SourceProof, &source), now)?;
                if let Err(refusal) = budgets::judge(Scope::SourceProof, made, now) {
                    return Ok(Err(Failure::Refused(refusal)));
                }
                let before = attempts::in_window(tx, (Scope::StaffSignIn, &counted), now)?;
                if let Some(retry_at) = budgets::hold(before).filter(|until| *until > now) {
                    return Ok(Err(Failure::Refused(Refusal::TooMany { retry_at })));
                }
                attempts::count(tx, (Scope::StaffSignIn, &counted), now)?;
                let found = staff::find(tx, &acquirer, &account)?;
                let enabled = found.filter(|member| member.disabled_at.is_none());
                Ok(Ok(enabled.map(|member| {
                    (member.person, member.role, member.password_hash)
                })))
            })
            .await??
    };
    let hash = expected
        .as_ref()
        .map_or(NOBODY, |(_, _, hash)| hash.expose())
        .to_owned();
    let right = verify(shell, hash, password).await?;
    let Some((person, role, _)) = expected.filter(|_| right) else {
        return Err(Failure::Unauthenticated);
    };
    let token = StaffToken::random(&mut shell.rng());
    let digest = shell.seal_keys().token_digest("staff", token.expose());
    let acquirer = acquirer.clone();
    shell
        .store()
        .write(move |tx| {
            attempts::clear(tx, (Scope::StaffSignIn, &counted))?;
            let session = NewSession {
                token_digest: digest,
                acquirer: acquirer.clone(),
                account: account.clone(),
                now,
                idle_until: minutes_after(now, STAFF_IDLE_MINUTES_MAX),
                ends_at: now
                    .checked_add(SignedDuration::from_hours(SESSION_HOURS_MAX))
                    .unwrap_or(Timestamp::MAX),
            };
            staff::start_session(tx, &session)?;
            let by = Actor::Staff {
                staff: account.clone(),
                person: person.clone(),
                role,
            };
            let event = Event::StaffSignedIn {
                staff: account.clone(),
            };
            append(
                tx,
                &Of {
                    acquirer: Some(&acquirer),
                    case: None,
                },
                (now, &by),
                event,
            )
        })
        .await?;
    Ok(token)
}

/// Who a token belongs to; using it keeps the session alive.
///
/// # Errors
/// [`Failure::Unauthenticated`] where the session is over or never was.
pub async fn signed_in(shell: &Shell, token: &StaffToken) -> Result<SignedIn, Failure> {
    let digest = shell.seal_keys().token_digest("staff", token.expose());
    let now = shell.now();
    let found = shell
        .store()
        .write(move |tx| {
            let idle_until = minutes_after(now, STAFF_IDLE_MINUTES_MAX);
            if !staff::touch_session(tx, &digest, now, idle_until)? {
                return Ok(None);
            }
            staff::of_session(tx, &digest, now)
        })
        .await?;
    let (member, _) = found.ok_or(Failure::Unauthenticated)?;
    let Staff {
        acquirer,
        account: staff,
        person,
        role,
        ..
    } = member;
    Ok(SignedIn {
        acquirer,
        actor: Actor::Staff {
            staff,
            person,
            role,
        },
    })
}

/// Ends a session.
///
/// # Errors
/// [`Failure::Fault`]; that there was none is no failure.
pub async fn sign_out(shell: &Shell, token: &StaffToken) -> Result<(), Failure> {
    let digest = shell.seal_keys().token_digest("staff", token.expose());
    shell
        .store()
        .write(move |tx| staff::end_session(tx, &digest))
        .await?;
    Ok(())
}

/// Twenty characters of a hundred bits, without look-alikes, to be typed once.
fn first_password(rng: &mut ChaCha20Rng) -> Secret<String> {
    const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyzA";
    let draw = |_| {
        ALPHABET
            .get(rng.gen_range(0..ALPHABET.len()))
            .map(|&b| char::from(b))
    };
    Secret::new((0..20).filter_map(draw).collect())
}

async fn hash(shell: &Shell, password: String, rng: &mut ChaCha20Rng) -> Result<String, Failure> {
    let salt = SaltString::generate(rng);
    let password = Secret::new(password);
    bounded(shell, move || {
        Argon2::default()
            .hash_password(password.expose().as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|_| Failure::Busy)
    })
    .await?
}

async fn verify(shell: &Shell, hash: String, password: Secret<String>) -> Result<bool, Failure> {
    bounded(shell, move || {
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.expose().as_bytes(), &hash)
                .is_ok()
        })
    })
    .await
}

/// Runs a password hash off the async threads, a few at once: each takes 19 MiB and
/// a core, and strangers may ask for it (attack E11).
async fn bounded<T: Send + 'static>(
    shell: &Shell,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let _place = shell
        .staff_places()
        .try_acquire()
        .map_err(|_| Failure::Busy)?;
    let _turn = shell
        .staff_hashes()
        .acquire()
        .await
        .map_err(|_| Failure::Busy)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Failure::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let salt = SaltString::from_b64("c2FsdHNhbHQ").unwrap();
        let real = Argon2::default().hash_password(b"x", &salt).unwrap();
        assert_eq!(nobody.params, real.params);
        assert_eq!(nobody.algorithm, real.algorithm);
        assert!(Argon2::default().verify_password(b"", &nobody).is_err());
    }
}
