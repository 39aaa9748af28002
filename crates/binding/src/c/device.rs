//! The device behind a terminal, as a C program gives it: a context and functions.

use std::ffi::{c_char, c_void};
use std::path::Path;

use tillkey_terminal::limits::{LOG_BYTES_MAX, SLOT_BYTES_MAX};
use tillkey_terminal::wire::opaque::Stretching;
use tillkey_terminal::wire::opaque::stretching::{Job, NotComputed};

use super::answer::answer;
use super::given::{self, Filled, terminated};
use crate::facade::{
    Condition, Fault, Health, Lamp, LampState, Network, Parts, Place, PowerSource, Printer, Random,
    Slot, Storage, StorageFault, Surroundings,
};
use crate::limits::PATH_BYTES_MAX;

/// Takes what a storage gives: see tillkey_give.
#[derive(Debug)]
pub struct Sink {
    given: Vec<Vec<u8>>,
    bytes: usize,
    bytes_max: usize,
}

/// Some bytes, to be read as long as the call lasts.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Bytes {
    /// Where they are; not to be read where `length` is 0.
    pub bytes: *const u8,
    /// How many.
    pub length: usize,
}

/// What a terminal stands on. Fill in all of it with zero first.
///
/// The functions are called on the thread that made the call, one at a time, and get
/// `context` as it is here. They call no function that takes a terminal; no exception and
/// no longjmp may leave them. Those that keep or read something answer 0, or one of
/// TillkeyStorageFault.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Device {
    /// Given to each of your functions as it is.
    pub context: *mut c_void,
    /// A directory of the terminal's own, which is made if it is not there: then the library
    /// keeps everything in files that survive a power cut, and the five functions of a
    /// storage stay null. Null where you give those five.
    pub directory: *const c_char,
    /// Required. The device's clock, in milliseconds since 1970. It may be years off.
    pub now_ms: Option<unsafe extern "C" fn(context: *mut c_void) -> i64>,
    /// Optional. How the device is: set what you know of `health`, where everything is
    /// unknown already, and write no further than `health_size`. It is asked often; wait
    /// for nothing.
    pub health: Option<
        unsafe extern "C" fn(context: *mut c_void, health: *mut HealthSheet, health_size: usize),
    >,
    /// Optional: `length` secure random bytes to `bytes`; answer 0, or anything else if there
    /// are none. Null: the operating system's are taken.
    pub random:
        Option<unsafe extern "C" fn(context: *mut c_void, bytes: *mut u8, length: usize) -> i32>,
    /// Optional where the library was built with Argon2, which it is if nobody said
    /// otherwise: Argon2id of `password` and `salt` to `tag`, version 0x13, 19456 KiB, 2
    /// passes, 1 lane, no secret and no associated data; answer 0, or anything else if it
    /// could not be computed. It is tried when the terminal is opened.
    pub stretch: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            password: *const u8,
            password_length: usize,
            salt: *const u8,
            salt_length: usize,
            tag: *mut u8,
            tag_length: usize,
        ) -> i32,
    >,
    /// Gives what `slot` (one of TillkeySlot) holds by one tillkey_give, and nothing if it
    /// was never written.
    pub load: Option<unsafe extern "C" fn(context: *mut c_void, slot: i32, sink: *mut Sink) -> i32>,
    /// Replaces what `slot` holds, whole and durably: after a power cut there is the old or
    /// the new, and once you have answered 0, the new.
    pub save: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            slot: i32,
            bytes: *const u8,
            length: usize,
        ) -> i32,
    >,
    /// Gives every record of the log, oldest first, each by one tillkey_give.
    pub read_log: Option<unsafe extern "C" fn(context: *mut c_void, sink: *mut Sink) -> i32>,
    /// Puts one record at the end of the log, durably.
    pub append:
        Option<unsafe extern "C" fn(context: *mut c_void, record: *const u8, length: usize) -> i32>,
    /// Replaces the whole log at once: after a power cut there is the old or the new.
    pub replace_log: Option<
        unsafe extern "C" fn(context: *mut c_void, records: *const Bytes, count: usize) -> i32,
    >,
}

// SAFETY: pointers, and functions that null stands for none of; every other pattern of bits
// is one that the header asks a program not to put there.
unsafe impl Filled for Device {}

/// How the device is. What you do not know stays as you find it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct HealthSheet {
    /// How much can still be stored; -1 if unknown.
    pub storage_free_kib: i64,
    /// How many transactions are not settled; -1 if unknown. With a journal, the library
    /// knows.
    pub unsettled: i64,
    /// One of TillkeyPowerSource; 0 if unknown.
    pub power: i32,
    /// 0 to 100; -1 if there is no battery.
    pub battery_percent: i32,
    /// One of TillkeyCondition; 0 if unknown.
    pub screen: i32,
    /// Each one of TillkeyCondition, or 0 if it cannot be checked; the lamp that
    /// TillkeyLamp gives the number n is lamps[n - 1].
    pub lamps: [i32; 7],
    /// One of TillkeyPrinter; 0 if unknown.
    pub printer: i32,
    /// One of TillkeyNetwork; 0 if unknown.
    pub network: i32,
    /// How strong the signal is, 0 to 4; -1 where there is none.
    pub bars: i32,
    /// Whether a sale has begun and is not finished, 1 or 0; -1 if unknown. With a journal,
    /// the library knows.
    pub sale_in_progress: i32,
}

impl HealthSheet {
    const UNKNOWN: Self = Self {
        storage_free_kib: -1,
        unsettled: -1,
        power: 0,
        battery_percent: -1,
        screen: 0,
        lamps: [0; 7],
        printer: 0,
        network: 0,
        bars: -1,
        sale_in_progress: -1,
    };
}

impl From<HealthSheet> for Health {
    fn from(sheet: HealthSheet) -> Self {
        let lamps = Lamp::ALL
            .iter()
            .zip(sheet.lamps)
            .filter_map(|(lamp, number)| {
                Some(LampState {
                    lamp: *lamp,
                    condition: Condition::numbered(number)?,
                })
            });
        Self {
            power: PowerSource::numbered(sheet.power),
            battery_percent: u8::try_from(sheet.battery_percent).ok(),
            screen: Condition::numbered(sheet.screen),
            lamps: lamps.collect(),
            printer: Printer::numbered(sheet.printer),
            network: Network::numbered(sheet.network),
            bars: u8::try_from(sheet.bars).ok(),
            storage_free_kib: u32::try_from(sheet.storage_free_kib).ok(),
            sale_in_progress: match sheet.sale_in_progress {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
            unsettled: u32::try_from(sheet.unsettled).ok(),
        }
    }
}

/// The functions of a program, held for as long as the terminal is open.
#[derive(Clone, Copy)]
struct Vendor(Device);

// SAFETY: the header says that the functions are called on whichever thread makes a call,
// one at a time.
unsafe impl Send for Vendor {}
// SAFETY: as above.
unsafe impl Sync for Vendor {}

impl Device {
    /// # Safety
    /// What the header asks for: `directory` is null or ends with a NUL, and the functions
    /// may be called until the terminal is closed.
    pub(super) unsafe fn parts(self) -> Result<Parts, Fault> {
        let vendor = Vendor(self);
        let functions = [
            self.load.is_some(),
            self.save.is_some(),
            self.read_log.is_some(),
            self.append.is_some(),
            self.replace_log.is_some(),
        ];
        let place = match (self.directory.is_null(), functions) {
            (true, [true, true, true, true, true]) => Place::Vendor(Box::new(vendor)),
            (false, [false, false, false, false, false]) => {
                // SAFETY: what the caller vouches for.
                let path = unsafe { terminated(self.directory, PATH_BYTES_MAX, Fault::Device)? };
                Place::directory(Path::new(path))?
            }
            _ => return Err(Fault::Device),
        };
        if self.now_ms.is_none() {
            return Err(Fault::Device);
        }
        Ok(Parts {
            place,
            surroundings: Box::new(vendor),
            random: match self.random {
                Some(_) => Random::Vendor(Box::new(move |bytes| vendor.random(bytes))),
                None => Random::System,
            },
            stretching: match self.stretch {
                Some(_) => {
                    Stretching::by(move |job| vendor.stretch(job)).map_err(|_| Fault::Stretching)?
                }
                None => ours()?,
            },
        })
    }
}

#[cfg(feature = "argon2")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "it fails where Argon2 is not built in"
)]
fn ours() -> Result<Stretching, Fault> {
    Ok(Stretching::built_in())
}

#[cfg(not(feature = "argon2"))]
fn ours() -> Result<Stretching, Fault> {
    Err(Fault::Stretching)
}

impl Vendor {
    fn random(self, bytes: &mut [u8]) -> Result<(), Fault> {
        let random = self.0.random.ok_or(Fault::NoRandomness)?;
        // SAFETY: it may be called while the terminal is open, and gets what it is to get.
        match unsafe { random(self.0.context, bytes.as_mut_ptr(), bytes.len()) } {
            0 => Ok(()),
            _ => Err(Fault::NoRandomness),
        }
    }

    fn stretch(self, job: Job<'_>) -> Result<(), NotComputed> {
        let stretch = self.0.stretch.ok_or(NotComputed)?;
        let Job {
            password,
            salt,
            tag,
        } = job;
        // SAFETY: it may be called while the terminal is open, and gets what it is to get.
        let answer = unsafe {
            stretch(
                self.0.context,
                password.as_ptr(),
                password.len(),
                salt.as_ptr(),
                salt.len(),
                tag.as_mut_ptr(),
                tag.len(),
            )
        };
        if answer == 0 {
            Ok(())
        } else {
            Err(NotComputed)
        }
    }
}

/// Success, or the storage's fault by its number; an unknown one is a failure.
const fn done(answer: i32) -> Result<(), StorageFault> {
    match answer {
        0 => Ok(()),
        2 => Err(StorageFault::Damaged),
        3 => Err(StorageFault::Full),
        _ => Err(StorageFault::Failed),
    }
}

/// More bytes than a `usize` counts are as many as there can be.
fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

impl Sink {
    const fn up_to(bytes_max: usize) -> Self {
        Self {
            given: Vec::new(),
            bytes: 0,
            bytes_max,
        }
    }
}

impl Storage for Vendor {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, StorageFault> {
        let load = self.0.load.ok_or(StorageFault::Failed)?;
        let mut sink = Sink::up_to(size(SLOT_BYTES_MAX));
        // SAFETY: it may be called while the terminal is open, and gets what it is to get.
        done(unsafe { load(self.0.context, slot.number(), &raw mut sink) })?;
        match sink.given.len() {
            0 | 1 => Ok(sink.given.pop()),
            _ => Err(StorageFault::Damaged),
        }
    }

    fn save(&self, slot: Slot, bytes: &[u8]) -> Result<(), StorageFault> {
        let save = self.0.save.ok_or(StorageFault::Failed)?;
        // SAFETY: it may be called while the terminal is open, and gets what it is to get.
        done(unsafe { save(self.0.context, slot.number(), bytes.as_ptr(), bytes.len()) })
    }

    fn read_log(&self) -> Result<Vec<Vec<u8>>, StorageFault> {
        let read_log = self.0.read_log.ok_or(StorageFault::Failed)?;
        let mut sink = Sink::up_to(size(LOG_BYTES_MAX));
        // SAFETY: it may be called while the terminal is open, and gets what it is to get.
        done(unsafe { read_log(self.0.context, &raw mut sink) })?;
        Ok(sink.given)
    }

    fn append(&self, record: &[u8]) -> Result<(), StorageFault> {
        let append = self.0.append.ok_or(StorageFault::Failed)?;
        // SAFETY: it may be called while the terminal is open, and gets what it is to get.
        done(unsafe { append(self.0.context, record.as_ptr(), record.len()) })
    }

    fn replace_log(&self, records: &[Vec<u8>]) -> Result<(), StorageFault> {
        let replace_log = self.0.replace_log.ok_or(StorageFault::Failed)?;
        let lent: Vec<Bytes> = records
            .iter()
            .map(|record| Bytes {
                bytes: record.as_ptr(),
                length: record.len(),
            })
            .collect();
        // SAFETY: it may be called while the terminal is open, and gets what it is to get.
        done(unsafe { replace_log(self.0.context, lent.as_ptr(), lent.len()) })
    }
}

impl Surroundings for Vendor {
    fn now_ms(&self) -> i64 {
        let Some(now_ms) = self.0.now_ms else {
            return 0;
        };
        // SAFETY: it may be called while the terminal is open.
        unsafe { now_ms(self.0.context) }
    }

    fn health(&self) -> Health {
        let mut sheet = HealthSheet::UNKNOWN;
        if let Some(health) = self.0.health {
            // SAFETY: it may be called while the terminal is open, and gets what it is to get.
            unsafe { health(self.0.context, &raw mut sheet, size_of::<HealthSheet>()) };
        }
        sheet.into()
    }
}

/// Gives the library what a storage holds; the bytes are copied. `sink` is what your `load`
/// or `read_log` was called with, and good only until that function returns.
/// TILLKEY_FAULT_SIZE if it is more than a terminal ever stores.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_give(sink: *mut Sink, bytes: *const u8, length: usize) -> i32 {
    answer(|| {
        // SAFETY: the header asks for the sink of a call that is under way, which nobody
        // else touches, and for `length` bytes.
        let (sink, bytes) = unsafe {
            let sink = sink.as_mut().ok_or(Fault::Null)?;
            let left = sink.bytes_max.saturating_sub(sink.bytes);
            (sink, given::bytes(bytes, length, left)?)
        };
        // An empty record counts, too: they do not come without end.
        sink.bytes = sink.bytes.saturating_add(length).saturating_add(1);
        sink.given.push(bytes.to_vec());
        Ok(())
    })
}
