//! Opening a terminal.

use std::ffi::c_char;

use super::answer::answer;
use super::device::Device;
use super::given::{Filled, filled, terminated};
use super::handle::Terminal;
use crate::facade::{self, Embedded, Fault};
use crate::limits::NAME_BYTES_MAX;

/// What you say of the device. Every text ends with a NUL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// As printed on the device: 6 to 32 digits, capital letters or hyphens.
    pub serial_number: *const c_char,
    /// The model: 1 to 32 letters, digits, spaces, dots, hyphens, underscores or slashes.
    pub model: *const c_char,
    /// The firmware version: 1 to 32 letters, digits, dots, hyphens, underscores or plus
    /// signs.
    pub firmware: *const c_char,
    /// Not 0: it keeps a journal of what it sells.
    pub keeps_journal: u8,
    /// Not 0: it can check its own printer, lamps, network and so on.
    pub checks_itself: u8,
}

// SAFETY: pointers and whole numbers; every pattern of bits is one.
unsafe impl Filled for Profile {}

impl Profile {
    /// # Safety
    /// Each text is null or ends with a NUL.
    unsafe fn read(&self) -> Result<facade::Profile, Fault> {
        let text = |pointer| {
            // SAFETY: what the caller vouches for.
            unsafe { terminated(pointer, NAME_BYTES_MAX, Fault::Profile) }.map(str::to_owned)
        };
        Ok(facade::Profile {
            serial_number: text(self.serial_number)?,
            model: text(self.model)?,
            firmware: text(self.firmware)?,
            keeps_journal: self.keeps_journal != 0,
            checks_itself: self.checks_itself != 0,
        })
    }
}

/// Opens a terminal on what it kept, and puts its handle into `terminal`. Nothing is written
/// to storage. `profile` and `device` are copied; what `device` points to (its context, its
/// functions) has to stay until the terminal is closed.
///
/// Give `sizeof *profile` and `sizeof *device`: a newer library then knows what yours had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_open(
    profile: *const Profile,
    profile_size: usize,
    device: *const Device,
    device_size: usize,
    terminal: *mut Terminal,
) -> i32 {
    answer(|| {
        if terminal.is_null() {
            return Err(Fault::Null);
        }
        // SAFETY: what the header asks for: structures of that size, texts with a NUL, and
        // functions that may be called until the terminal is closed.
        let (profile, parts) = unsafe {
            let profile = filled(profile, profile_size)?.read()?;
            (profile, filled(device, device_size)?.parts()?)
        };
        let opened = Terminal::register(Embedded::open(&profile, parts)?)?;
        // SAFETY: it is not null, and the header asks for room for a handle.
        unsafe { terminal.write(opened) };
        Ok(())
    })
}
