//! Which terminals are open, by number.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::answer::answer;
use crate::facade::{Embedded, Fault};
use crate::limits::TERMINALS_MAX;

/// An open terminal. It is a number, like a file descriptor, and 0 is never one; one that
/// was closed is never given out again.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// The number.
    pub id: u64,
}

/// The one global of this room, and the price of handles that cannot be misused: an address
/// would have to be believed.
static OPEN: Mutex<BTreeMap<u64, Arc<Embedded>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

fn open() -> MutexGuard<'static, BTreeMap<u64, Arc<Embedded>>> {
    // Whoever held it did nothing that could panic half-way.
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Terminal {
    pub(super) fn register(terminal: Embedded) -> Result<Self, Fault> {
        let mut open = open();
        if open.len() >= TERMINALS_MAX {
            return Err(Fault::TooManyOpen);
        }
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        open.insert(id, Arc::new(terminal));
        Ok(Self { id })
    }

    /// Calls what the handle stands for.
    pub(super) fn call(self, call: impl FnOnce(&Embedded) -> Result<(), Fault>) -> i32 {
        answer(|| call(&*self.find()?))
    }

    fn find(self) -> Result<Arc<Embedded>, Fault> {
        open().get(&self.id).cloned().ok_or(Fault::Closed)
    }
}

/// Closes a terminal and lets go of its storage. A call that is under way on another thread
/// is finished first, and once this returns none of your functions is called any more.
/// Nothing is lost: what was promised is in storage.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_close(terminal: Terminal) -> i32 {
    answer(|| {
        terminal.find()?.close()?;
        open().remove(&terminal.id);
        Ok(())
    })
}
