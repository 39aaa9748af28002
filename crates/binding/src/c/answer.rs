//! What a C function answers: 0, or the number of a fault. No panic gets past here.

use crate::facade::{Fault, guarded};

pub(super) fn answer(call: impl FnOnce() -> Result<(), Fault>) -> i32 {
    match guarded(call) {
        Ok(()) => 0,
        Err(fault) => fault.number(),
    }
}
