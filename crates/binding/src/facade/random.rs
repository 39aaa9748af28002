//! Where randomness comes from: the operating system, or a vendor's own source.

use std::fmt;

use rand::rngs::{OsRng, StdRng};
use rand::{RngCore, SeedableRng};
use zeroize::Zeroizing;

use super::Fault;

/// Fills a place with secure random bytes, or says that it could not.
type Fill = dyn Fn(&mut [u8]) -> Result<(), Fault> + Send + Sync;

/// A source of randomness.
pub enum Random {
    /// The operating system's.
    System,
    /// The vendor's: a chip's, where there is no operating system.
    Vendor(Box<Fill>),
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Vendor(_) => "Vendor",
        })
    }
}

impl Random {
    /// A generator for one call. It is seeded before the call begins, so that a source
    /// that fails stops nothing half-way.
    pub(super) fn draw(&self) -> Result<StdRng, Fault> {
        let mut seed = Zeroizing::new([0; 32]);
        match self {
            Self::System => OsRng
                .try_fill_bytes(&mut *seed)
                .map_err(|_| Fault::NoRandomness)?,
            Self::Vendor(fill) => fill(&mut *seed)?,
        }
        // What a source leaves that does nothing and says that all is well.
        if *seed == [0; 32] {
            return Err(Fault::NoRandomness);
        }
        Ok(StdRng::from_seed(*seed))
    }
}
