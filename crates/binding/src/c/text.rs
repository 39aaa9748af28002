//! What an engineer reads, and how to forget.

use std::ffi::{c_char, c_void};
use std::slice;

use zeroize::Zeroize;

use super::answer::answer;
use crate::facade::Fault;

/// What a fault is, in English, for a log. It is never null, belongs to the library, and
/// stays for ever. 0 is "done".
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_fault_text(fault: i32) -> *const c_char {
    match (fault, Fault::numbered(fault)) {
        (0, _) => c"done".as_ptr(),
        (_, Some(fault)) => fault.text().as_ptr(),
        (_, None) => c"no fault has this number".as_ptr(),
    }
}

/// What helps against a fault: one of TillkeyAdvice, and 0 where there is no such fault.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_fault_advice(fault: i32) -> i32 {
    Fault::numbered(fault).map_or(0, |fault| fault.advice().number())
}

/// Overwrites memory with zeroes, in a way that no compiler leaves out: for a password when
/// it was given, and for a notice with a code when it was shown.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_wipe(memory: *mut c_void, size: usize) -> i32 {
    answer(|| {
        if memory.is_null() {
            return if size == 0 { Ok(()) } else { Err(Fault::Null) };
        }
        if isize::try_from(size).is_err() {
            return Err(Fault::Size);
        }
        // SAFETY: it is not null, and the header asks for `size` bytes, which have been
        // written to, as nobody wipes what holds nothing.
        unsafe { slice::from_raw_parts_mut(memory.cast::<u8>(), size) }.zeroize();
        Ok(())
    })
}
