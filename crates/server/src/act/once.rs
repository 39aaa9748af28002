//! The same request twice has one effect and one answer.
//!
//! The answer is kept, sealed, in the transaction of the effect: after a crash
//! either both are there or neither. A refusal is an answer too.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::idempotency::{self, Answered, Earlier, Name};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;

use super::Failure;
use crate::shell::Shell;

/// An idempotency key, whose it is, and what it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Who sent it: keys of different callers are different keys.
    pub principal: String,
    /// The key.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub request_digest: [u8; 32],
}

/// What an act comes to, as it is kept.
#[derive(Serialize, Deserialize)]
enum Outcome<T> {
    Done(T),
    Refused(Refusal),
}

impl<T> From<Outcome<T>> for Result<T, Failure> {
    fn from(outcome: Outcome<T>) -> Self {
        match outcome {
            Outcome::Done(done) => Ok(done),
            Outcome::Refused(refusal) => Err(refusal.into()),
        }
    }
}

/// Runs an act in a write transaction, at most once under its key. What the act
/// writes is committed even where it refuses: a wrong code is an event too.
pub(super) async fn write<T, F>(shell: &Shell, once: Option<Once>, mut act: F) -> Result<T, Failure>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    F: FnMut(&mut dyn Tx) -> Result<Result<T, Failure>, Fault> + Send + 'static,
{
    let (inner, now, mut rng) = (shell.clone(), shell.now(), shell.rng());
    shell
        .store()
        .write(move |tx| {
            let Some(once) = &once else { return act(tx) };
            let keys = inner.seal_keys();
            let name = Name {
                principal: &once.principal,
                key: &once.key,
            };
            match idempotency::find(tx, keys, name, &once.request_digest)? {
                Earlier::Nothing => {}
                Earlier::Other => return Ok(Err(Failure::KeyReused)),
                Earlier::Same(answer) => {
                    // Kept by a version with another shape: the effect is there, the
                    // answer cannot be given again.
                    let outcome = serde_json::from_slice::<Outcome<T>>(answer.expose());
                    return Ok(outcome.map_or(Err(Failure::KeyReused), Into::into));
                }
            }
            let outcome = match act(tx)? {
                Ok(done) => Outcome::Done(done),
                Err(Failure::Refused(refusal)) => Outcome::Refused(refusal),
                Err(failure) => return Ok(Err(failure)),
            };
            let answer = serde_json::to_vec(&outcome).map_err(|_| Fault::Damaged {
                thing: "an answer",
                why: "it cannot be written as JSON",
            })?;
            let owner = Owner::Acquirer(inner.home().clone());
            let key = DataKey::load(tx, keys, &owner)?;
            let request_digest = once.request_digest;
            let answered = Answered {
                name,
                request_digest,
                answer: &answer,
                now,
            };
            idempotency::remember(tx, &key, &answered, &mut rng)?;
            Ok(outcome.into())
        })
        .await?
}
