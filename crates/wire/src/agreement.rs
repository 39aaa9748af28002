//! Keys that a terminal and the server agree on without sending them.
//!
//! X25519 between the terminal's backup key, which the enrolment bound, and the server's
//! agreement key, which comes signed with the server key that the terminal pinned. A
//! message that passes by gives such a key away as little as the server's database
//! does without its root key. Each purpose has a label, and by it a key of its own.

use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroize;

use crate::bytes::fixed_bytes;
use crate::enrolment::BackupKey;
use crate::ids::TerminalId;
use crate::secret::Secret;

fixed_bytes!(
    /// The server's X25519 public key, for keys that it agrees on with terminals.
    AgreementKey,
    32
);

impl From<&PublicKey> for AgreementKey {
    fn from(key: &PublicKey) -> Self {
        Self(key.as_bytes().to_vec())
    }
}

/// The other side's key is one of the few with which everybody agrees on the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no secret can be agreed on with this key")]
pub struct WeakKey;

/// A key for one purpose, which its label names.
macro_rules! agreed_key {
    ($(#[$doc:meta])* $name:ident, $label:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name($crate::secret::Secret<[u8; 32]>);

        impl $name {
            /// As the terminal derives it.
            ///
            /// # Errors
            /// [`WeakKey`](crate::agreement::WeakKey).
            pub fn of_terminal(
                terminal: $crate::ids::TerminalId,
                backup: &x25519_dalek::StaticSecret,
                agreement_key: &$crate::agreement::AgreementKey,
            ) -> Result<Self, $crate::agreement::WeakKey> {
                $crate::agreement::of_terminal($label, terminal, backup, agreement_key).map(Self)
            }

            /// As the server derives it.
            ///
            /// # Errors
            /// [`WeakKey`](crate::agreement::WeakKey).
            pub fn of_server(
                terminal: $crate::ids::TerminalId,
                agreement: &x25519_dalek::StaticSecret,
                backup_key: &$crate::enrolment::BackupKey,
            ) -> Result<Self, $crate::agreement::WeakKey> {
                $crate::agreement::of_server($label, terminal, agreement, backup_key).map(Self)
            }
        }
    };
}

pub(crate) use agreed_key;

/// A key as the terminal derives it.
pub(crate) fn of_terminal(
    label: &[u8],
    terminal: TerminalId,
    backup: &StaticSecret,
    agreement_key: &AgreementKey,
) -> Result<Secret<[u8; 32]>, WeakKey> {
    let theirs = public(agreement_key.as_bytes())?;
    let parties = [&PublicKey::from(backup), &theirs];
    agree((label, terminal), (backup, &theirs), parties)
}

/// A key as the server derives it.
pub(crate) fn of_server(
    label: &[u8],
    terminal: TerminalId,
    agreement: &StaticSecret,
    backup_key: &BackupKey,
) -> Result<Secret<[u8; 32]>, WeakKey> {
    let theirs = public(backup_key.as_bytes())?;
    let parties = [&theirs, &PublicKey::from(agreement)];
    agree((label, terminal), (agreement, &theirs), parties)
}

fn public(bytes: &[u8]) -> Result<PublicKey, WeakKey> {
    <[u8; 32]>::try_from(bytes)
        .map(PublicKey::from)
        .map_err(|_| WeakKey)
}

/// Binds the key to its purpose, to the terminal and to both public keys: the
/// terminal's first.
fn agree(
    (label, terminal): (&[u8], TerminalId),
    (own, theirs): (&StaticSecret, &PublicKey),
    parties: [&PublicKey; 2],
) -> Result<Secret<[u8; 32]>, WeakKey> {
    let shared = own.diffie_hellman(theirs);
    if !shared.was_contributory() {
        return Err(WeakKey);
    }
    let salt = parties.map(PublicKey::to_bytes).concat();
    let mut key = [0; 32];
    let derived = Hkdf::<Sha256>::new(Some(&salt), shared.as_bytes())
        .expand_multi_info(&[label, terminal.as_bytes()], &mut key);
    if derived.is_err() {
        unreachable!("32 bytes are within what HKDF-SHA-256 gives");
    }
    let agreed = Secret::new(key);
    key.zeroize();
    Ok(agreed)
}
