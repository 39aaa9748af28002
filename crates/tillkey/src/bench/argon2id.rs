//! The other kind of server: one that keeps Argon2id hashes and verifies one at each
//! sign-on. It counts nothing, stores nothing and answers nobody, which flatters it.

use argon2::password_hash::SaltString;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};

use super::machine::{Stopwatch, Took};
use super::parallel;
use crate::failed::Failed;

/// OWASP's first choice: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const PASSWORD: &[u8] = b"739201";

/// Verifies right passwords on all cores.
pub(super) fn verify(count: u32) -> Result<Took, Failed> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| Failed::new(format!("Argon2 does not take its parameters: {error}")))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let failed = |error| Failed::new(format!("Argon2 failed: {error}"));
    let salt = SaltString::encode_b64(b"sixteen bytes 00").map_err(failed)?;
    let kept = argon2
        .hash_password(PASSWORD, &salt)
        .map_err(failed)?
        .to_string();
    let watch = Stopwatch::start();
    parallel::each((0..count).collect(), |_: u32| {
        let hash = PasswordHash::new(&kept).map_err(failed)?;
        argon2.verify_password(PASSWORD, &hash).map_err(failed)
    })?;
    Ok(watch.stop())
}
