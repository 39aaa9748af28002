//! Devices that fail on demand.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::Timestamp;
use tillkey_terminal::wire::health::Health;
use tillkey_terminal::{Device, DeviceFault, FileDevice, Slot};

pub(crate) fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// How the power goes in the middle of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before anything of it is on storage.
    Before,
    /// After all of it is, and before the caller hears of it.
    After,
    /// In the middle: of the temporary file, or of the renamed one.
    Torn,
}

/// When the power goes: at this write, counted from 0.
#[derive(Debug, Default)]
pub(crate) struct Plug {
    pub(crate) cut: Option<(usize, Cut)>,
    pub(crate) writes: usize,
    off: bool,
}

pub(crate) type SharedPlug = Rc<RefCell<Plug>>;

impl Plug {
    pub(crate) fn shared() -> SharedPlug {
        Rc::default()
    }

    pub(crate) fn back_on(&mut self) {
        *self = Self::default();
    }

    /// What becomes of the next write.
    fn pull(&mut self) -> Result<Option<Cut>, ()> {
        if self.off {
            return Err(());
        }
        let cut = self
            .cut
            .filter(|(at, _)| *at == self.writes)
            .map(|(_, cut)| cut);
        self.off = cut.is_some();
        self.writes += 1;
        Ok(cut)
    }
}

fn dark(slot: Slot) -> DeviceFault {
    DeviceFault::Io {
        slot,
        source: io::Error::other("no power"),
    }
}

/// Memory that keeps what was written when a terminal is dropped and opened again.
#[derive(Clone)]
pub(crate) struct Memory {
    slots: Rc<RefCell<BTreeMap<Slot, Vec<u8>>>>,
    /// What each slot held before its newest write.
    spares: Rc<RefCell<BTreeMap<Slot, Option<Vec<u8>>>>>,
    pub(crate) plug: SharedPlug,
    pub(crate) now: Rc<RefCell<Timestamp>>,
    pub(crate) health: Rc<RefCell<Health>>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let now = Rc::new(RefCell::new(noon()));
        Self {
            slots: Rc::default(),
            spares: Rc::default(),
            plug: Plug::shared(),
            now,
            health: Rc::default(),
        }
    }
}

impl Memory {
    /// Puts another device's slot in the place of this one's.
    pub(crate) fn copy_slot(&self, slot: Slot, other: &Self) {
        let bytes = other.slots.borrow()[&slot].clone();
        self.slots.borrow_mut().insert(slot, bytes);
    }

    /// The storage falls back by one write, and by no more: see [`Device`].
    pub(crate) fn lose_newest(&self, slot: Slot) {
        match self.spares.borrow().get(&slot) {
            Some(Some(spare)) => drop(self.slots.borrow_mut().insert(slot, spare.clone())),
            _ => drop(self.slots.borrow_mut().remove(&slot)),
        }
    }
}

impl Device for Memory {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault> {
        Ok(self.slots.borrow().get(&slot).cloned())
    }

    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault> {
        let cut = self.plug.borrow_mut().pull().map_err(|()| dark(slot))?;
        if !matches!(cut, Some(Cut::Before | Cut::Torn)) {
            let spare = self.slots.borrow_mut().insert(slot, bytes.to_vec());
            self.spares.borrow_mut().insert(slot, spare);
        }
        cut.map_or(Ok(()), |_| Err(dark(slot)))
    }

    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn health(&self) -> Health {
        self.health.borrow().clone()
    }
}

/// A [`FileDevice`] whose writes are torn on demand.
pub(crate) struct Torn {
    inner: FileDevice,
    directory: PathBuf,
    plug: SharedPlug,
}

impl Torn {
    pub(crate) fn open(directory: &Path, plug: &SharedPlug) -> Self {
        let inner = FileDevice::open(directory, noon).unwrap();
        Self {
            inner,
            directory: directory.to_owned(),
            plug: Rc::clone(plug),
        }
    }
}

impl Device for Torn {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault> {
        self.inner.load(slot)
    }

    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault> {
        let cut = self.plug.borrow_mut().pull().map_err(|()| dark(slot))?;
        match cut {
            None => return self.inner.save(slot, bytes),
            // The temporary file is half there, and was never renamed.
            Some(Cut::Before) => {
                let temporary = self.directory.join(format!("{slot}.tmp"));
                fs::write(temporary, &bytes[..bytes.len() / 2]).unwrap();
            }
            Some(Cut::After) => self.inner.save(slot, bytes)?,
            // The rename is on disk and half of the file is not.
            Some(Cut::Torn) => {
                let before = self.files(slot);
                self.inner.save(slot, bytes)?;
                let mut files = self.files(slot).into_iter();
                let (path, content) = files.rfind(|file| !before.contains(file)).unwrap();
                let file = OpenOptions::new().write(true).open(path).unwrap();
                file.set_len(u64::try_from(content.len() / 2).unwrap())
                    .unwrap();
            }
        }
        Err(dark(slot))
    }

    fn now(&self) -> Timestamp {
        noon()
    }
}

impl Torn {
    fn files(&self, slot: Slot) -> Vec<(PathBuf, Vec<u8>)> {
        [0, 1]
            .map(|generation| self.directory.join(format!("{slot}.{generation}")))
            .into_iter()
            .filter_map(|path| fs::read(&path).ok().map(|content| (path, content)))
            .collect()
    }
}
