//! A terminal's device in memory: its keys are kept, and nothing waits for a disk, which
//! would be the terminal's own.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_server::clock::{Clock, SystemClock};
use tillkey_terminal::{Device, DeviceFault, Slot};

/// A device. It can be written down and be another process's afterwards.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct MemoryDevice {
    /// In the order of [`Slot::ALL`].
    slots: [Option<Box<[u8]>>; Slot::ALL.len()],
    log: Vec<Vec<u8>>,
    #[serde(skip)]
    clock: Arc<SystemClock>,
}

impl Device for MemoryDevice {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault> {
        let mut kept = Slot::ALL.iter().zip(&self.slots);
        let found = kept.find(|(name, _)| **name == slot);
        Ok(found.and_then(|(_, bytes)| bytes.as_deref().map(<[u8]>::to_vec)))
    }

    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault> {
        for (name, kept) in Slot::ALL.iter().zip(&mut self.slots) {
            if *name == slot {
                *kept = Some(bytes.into());
            }
        }
        Ok(())
    }

    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        Ok(self.log.clone())
    }

    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        self.log.push(record.to_vec());
        Ok(())
    }

    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        self.log = records.to_vec();
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
