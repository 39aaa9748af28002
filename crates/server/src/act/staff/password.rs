//! Passwords of staff: the first one, which is shown once and opens nothing but the
//! choice of another, and the one that its owner chose.

use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHasher};
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use tillkey_rules::attempts::Scope;
use tillkey_rules::event::Event;
use tillkey_rules::staff_password::{self, Weakness};
use tillkey_store::attempts;
use tillkey_store::party::staff;
use tillkey_wire::secret::Secret;

use super::super::{Failure, SignedIn, Source, StaffToken};
use super::note;
use super::proof::{Claim, bounded};
use super::session::begin;
use crate::shell::Shell;

/// Puts a password of one's own in the place of the one in force. Every session of the
/// account ends, and a new one begins for whoever did it.
///
/// # Errors
/// [`Failure::WeakPassword`] where the new one is not taken; as [`super::sign_in`]
/// where the old one is not right.
pub async fn change_password(
    shell: &Shell,
    by: &SignedIn,
    (old, new): (Secret<String>, Secret<String>),
    source: &Source,
) -> Result<StaffToken, Failure> {
    let account = by.account().ok_or(Failure::NotAllowed)?.clone();
    staff_password::check(new.expose(), account.as_str()).map_err(Failure::WeakPassword)?;
    if old.expose() == new.expose() {
        return Err(Failure::WeakPassword(Weakness::Same));
    }
    let claim = Claim {
        acquirer: by.acquirer.clone(),
        account: account.clone(),
        password: old,
    };
    let member = claim.prove(shell, source).await?;
    let mut rng = shell.rng();
    let hash = Secret::new(hash(shell, new, &mut rng).await?);
    let token = StaffToken::random(&mut rng);
    let (now, by, source) = (shell.now(), by.clone(), source.clone());
    let (inner, kept) = (shell.clone(), token.clone());
    shell
        .store()
        .write(move |tx| {
            let whose = (&by.acquirer, &account);
            let passwords = (&member.password_hash, &hash);
            let Some(ended) = staff::choose_password(tx, whose, passwords, now)? else {
                return Ok(Err(Failure::Unauthenticated));
            };
            let counted = Claim::counted(&by.acquirer, &account);
            attempts::clear(tx, (Scope::StaffSignIn, &counted))?;
            let changed = Event::StaffPasswordChanged {
                staff: account.clone(),
            };
            note(tx, &by.acquirer, (now, &by.actor), changed)?;
            let gone = Event::StaffSessionsEnded {
                staff: account.clone(),
                ended,
            };
            note(tx, &by.acquirer, (now, &by.actor), gone)?;
            begin(tx, &inner, whose, (&kept, &source), now)?;
            let signed_in = Event::StaffSignedIn {
                staff: account.clone(),
            };
            note(tx, &by.acquirer, (now, &by.actor), signed_in).map(Ok)
        })
        .await??;
    Ok(token)
}

/// Twenty characters of a hundred bits, without look-alikes, to be typed once.
pub(super) fn first_password(rng: &mut ChaCha20Rng) -> Secret<String> {
    const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyzA";
    let draw = |_| {
        ALPHABET
            .get(rng.gen_range(0..ALPHABET.len()))
            .map(|&b| char::from(b))
    };
    Secret::new((0..20).filter_map(draw).collect())
}

/// The Argon2id hash that is kept.
pub(super) async fn hash(
    shell: &Shell,
    password: Secret<String>,
    rng: &mut ChaCha20Rng,
) -> Result<String, Failure> {
    let salt = SaltString::generate(rng);
    bounded(shell, move || {
        Argon2::default()
            .hash_password(password.expose().as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|_| Failure::Busy)
    })
    .await?
}
