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
    /// The log takes nothing more, and says so.
    pub(crate) full: bool,
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

    /// As [`Self::pull`], for the log.
    fn pull_of_log(&mut self) -> Result<Option<Cut>, DeviceFault> {
        if self.full {
            let source = io::Error::from(io::ErrorKind::StorageFull);
            return Err(DeviceFault::Log { source });
        }
        self.pull().map_err(|()| dark_log())
    }

    fn look(&self) -> Result<(), DeviceFault> {
        if self.off { Err(dark_log()) } else { Ok(()) }
    }
}

fn dark(slot: Slot) -> DeviceFault {
    DeviceFault::Io {
        slot,
        source: io::Error::other("no power"),
    }
}

fn dark_log() -> DeviceFault {
    DeviceFault::Log {
        source: io::Error::other("no power"),
    }
}

/// Memory that keeps what was written when a terminal is dropped and opened again.
#[derive(Clone)]
pub(crate) struct Memory {
    slots: Rc<RefCell<BTreeMap<Slot, Vec<u8>>>>,
    /// What each slot held before its newest write.
    spares: Rc<RefCell<BTreeMap<Slot, Option<Vec<u8>>>>>,
    pub(crate) log: Rc<RefCell<Vec<Vec<u8>>>>,
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
            log: Rc::default(),
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

    /// What a slot holds.
    pub(crate) fn copy_of(&self, slot: Slot) -> Option<Vec<u8>> {
        self.slots.borrow().get(&slot).cloned()
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

    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        self.plug.borrow().look()?;
        Ok(self.log.borrow().clone())
    }

    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        let cut = self.plug.borrow_mut().pull_of_log()?;
        if !matches!(cut, Some(Cut::Before | Cut::Torn)) {
            self.log.borrow_mut().push(record.to_vec());
        }
        cut.map_or(Ok(()), |_| Err(dark_log()))
    }

    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        let cut = self.plug.borrow_mut().pull_of_log()?;
        if !matches!(cut, Some(Cut::Before | Cut::Torn)) {
            *self.log.borrow_mut() = records.to_vec();
        }
        cut.map_or(Ok(()), |_| Err(dark_log()))
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

    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        self.plug.borrow().look()?;
        self.inner.read_log()
    }

    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        let cut = self.plug.borrow_mut().pull_of_log()?;
        let Some(cut) = cut else {
            return self.inner.append(record);
        };
        let path = self.directory.join("journal.log");
        let length = || fs::metadata(&path).map_or(0, |file| file.len());
        let before = length();
        self.inner.append(record)?;
        let added = length() - before;
        let left = match cut {
            // The seal, and a byte of what it seals, are missing.
            Cut::Before => added - 9,
            Cut::Torn => added / 2,
            Cut::After => added,
        };
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(before + left).unwrap();
        Err(dark_log())
    }

    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        let cut = self.plug.borrow_mut().pull_of_log()?;
        match cut {
            None => return self.inner.replace_log(records),
            Some(Cut::After) => self.inner.replace_log(records)?,
            // The temporary file is half there, and was never renamed.
            Some(Cut::Before | Cut::Torn) => {
                let temporary = self.directory.join("journal.tmp");
                fs::write(temporary, b"tilllog1 and some more").unwrap();
            }
        }
        Err(dark_log())
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
