//! A terminal's storage, in memory: what was written is there after a power cut, and the
//! power may be cut in the middle of any write.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use tillkey_server::clock::{Clock, SetClock};
use tillkey_terminal::{Device, DeviceFault, Slot};

/// When the power goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fuse {
    /// After so many more writes.
    pub(crate) writes: u32,
    /// Whether the write that it interrupts is kept.
    pub(crate) keeps_last: bool,
}

#[derive(Debug, Default)]
struct Kept {
    slots: BTreeMap<Slot, Vec<u8>>,
    log: Vec<Vec<u8>>,
    fuse: Option<Fuse>,
    blown: bool,
}

/// The storage. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    kept: Arc<Mutex<Kept>>,
    clock: Arc<SetClock>,
}

/// What is in a storage, to begin another one with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contents {
    slots: BTreeMap<Slot, Vec<u8>>,
    log: Vec<Vec<u8>>,
}

impl Storage {
    pub(crate) fn new(contents: Contents, clock: Arc<SetClock>) -> Self {
        let kept = Kept {
            slots: contents.slots,
            log: contents.log,
            ..Kept::default()
        };
        Self {
            kept: Arc::new(Mutex::new(kept)),
            clock,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    pub(crate) fn contents(&self) -> Contents {
        let kept = self.kept();
        Contents {
            slots: kept.slots.clone(),
            log: kept.log.clone(),
        }
    }

    /// Plans a power cut.
    pub(crate) fn set_fuse(&self, fuse: Fuse) {
        self.kept().fuse = Some(fuse);
    }

    /// Whether the power went.
    pub(crate) fn is_blown(&self) -> bool {
        self.kept().blown
    }

    /// The power is back, or none was planned.
    pub(crate) fn mend(&self) {
        let mut kept = self.kept();
        (kept.fuse, kept.blown) = (None, false);
    }

    fn write(&self, change: impl FnOnce(&mut Kept)) -> Result<(), io::Error> {
        let mut kept = self.kept();
        let cut = || Err(io::Error::other("the power went"));
        if kept.blown {
            return cut();
        }
        match &mut kept.fuse {
            Some(Fuse {
                writes: 0,
                keeps_last,
            }) => {
                let keeps = *keeps_last;
                kept.blown = true;
                if keeps {
                    change(&mut kept);
                }
                cut()
            }
            Some(fuse) => {
                fuse.writes -= 1;
                change(&mut kept);
                Ok(())
            }
            None => {
                change(&mut kept);
                Ok(())
            }
        }
    }
}

impl Device for Storage {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault> {
        Ok(self.kept().slots.get(&slot).cloned())
    }

    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault> {
        self.write(|kept| {
            kept.slots.insert(slot, bytes.to_vec());
        })
        .map_err(|source| DeviceFault::Io { slot, source })
    }

    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        Ok(self.kept().log.clone())
    }

    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        self.write(|kept| kept.log.push(record.to_vec()))
            .map_err(|source| DeviceFault::Log { source })
    }

    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        self.write(|kept| kept.log = records.to_vec())
            .map_err(|source| DeviceFault::Log { source })
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
