//! Proves who somebody is: the account's password, counted before it is looked at and
//! compared in constant work, whether or not there is such an account.

use argon2::password_hash::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::refusal::Refusal;
use tillkey_store::attempts;
use tillkey_store::party::staff::{self, Staff};
use tillkey_wire::ids::{AcquirerId, StaffId};
use tillkey_wire::secret::Secret;

use super::super::{Failure, Source};
use crate::shell::Shell;

/// A password that nobody has: an unknown account is verified against it, so that it
/// takes as long as a known one. Argon2id with the parameters of [`Argon2::default`].
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$dGlsbGtleSBub2JvZHk$\
                      nX0nQpC0xvT5u3nQ0kqkX3E6J1Q0n7m1m0o9yqk2y3Y";

/// Somebody says who they are.
#[derive(Debug)]
pub(super) struct Claim {
    /// Whose staff.
    pub(super) acquirer: AcquirerId,
    /// The account.
    pub(super) account: StaffId,
    /// The password as typed.
    pub(super) password: Secret<String>,
}

impl Claim {
    /// What the account's attempts are counted against.
    pub(super) fn counted(acquirer: &AcquirerId, account: &StaffId) -> String {
        format!("{acquirer}/{account}")
    }

    /// Proves the claim. The attempts of the account stay counted: whoever writes what
    /// follows clears them in the same transaction.
    ///
    /// # Errors
    /// [`Failure::Unauthenticated`] for a wrong password and for an account that does
    /// not exist or is disabled; [`Failure::Refused`] with `too_many` while the account
    /// or the source has to wait; [`Failure::Busy`] when too many prove at once.
    pub(super) async fn prove(self, shell: &Shell, source: &Source) -> Result<Staff, Failure> {
        let Self {
            acquirer,
            account,
            password,
        } = self;
        let (source, now) = (source.as_str().to_owned(), shell.now());
        let counted = Self::counted(&acquirer, &account);
        let expected = shell
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
                Ok(Ok(found.filter(|member| member.disabled_at.is_none())))
            })
            .await??;
        let hash = expected
            .as_ref()
            .map_or(NOBODY, |member| member.password_hash.expose())
            .to_owned();
        let right = verify(shell, hash, password).await?;
        expected.filter(|_| right).ok_or(Failure::Unauthenticated)
    }
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
pub(super) async fn bounded<T: Send + 'static>(
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
    use argon2::PasswordHasher;
    use argon2::password_hash::SaltString;

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
