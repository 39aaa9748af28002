//! What a C program hands over, read with care: null and lengths that cannot be right are
//! faults. That a pointer which is not null leads to as much memory as the program says
//! cannot be checked here; the header asks for it.

use std::ffi::{CStr, c_char};
use std::mem::{MaybeUninit, size_of};
use std::ptr;
use std::slice;

use tillkey_terminal::wire::secret::Secret;

use crate::facade::Fault;
use crate::limits::{STRUCTURE_BYTES_MAX, TYPED_BYTES_MAX};

/// Bytes, for as long as the call lasts.
///
/// # Safety
/// `pointer` is null or leads to `length` bytes that nobody changes meanwhile.
pub(super) unsafe fn bytes<'a>(
    pointer: *const u8,
    length: usize,
    length_max: usize,
) -> Result<&'a [u8], Fault> {
    if length > length_max {
        return Err(Fault::Size);
    }
    if pointer.is_null() {
        return if length == 0 {
            Ok(&[])
        } else {
            Err(Fault::Null)
        };
    }
    // SAFETY: it is not null, the caller vouches for the rest, and the length is small.
    Ok(unsafe { slice::from_raw_parts(pointer, length) })
}

/// A place to write to, for as long as the call lasts.
///
/// # Safety
/// `pointer` is null or leads to `length` bytes that nobody else touches meanwhile.
pub(super) unsafe fn place<'a>(
    pointer: *mut u8,
    length: usize,
) -> Result<&'a mut [MaybeUninit<u8>], Fault> {
    if pointer.is_null() {
        return if length == 0 {
            Ok(&mut [])
        } else {
            Err(Fault::Null)
        };
    }
    if isize::try_from(length).is_err() {
        return Err(Fault::Size);
    }
    // SAFETY: it is not null, the caller vouches for the rest, nothing has more bytes than
    // an `isize` counts, and what is not read need not be initialised.
    Ok(unsafe { slice::from_raw_parts_mut(pointer.cast(), length) })
}

/// A text with its length.
///
/// # Safety
/// As [`bytes`].
pub(super) unsafe fn text<'a>(
    pointer: *const c_char,
    length: usize,
    wrong: Fault,
) -> Result<&'a str, Fault> {
    if pointer.is_null() {
        return Err(Fault::Null);
    }
    // SAFETY: what the caller vouches for.
    let bytes = unsafe { bytes(pointer.cast(), length, TYPED_BYTES_MAX)? };
    std::str::from_utf8(bytes).map_err(|_| wrong)
}

/// Something typed that nobody else is to know.
///
/// # Safety
/// As [`bytes`].
pub(super) unsafe fn secret(
    pointer: *const c_char,
    length: usize,
    wrong: Fault,
) -> Result<Secret<String>, Fault> {
    // SAFETY: what the caller vouches for.
    let text = unsafe { text(pointer, length, wrong)? };
    if text.is_empty() {
        return Err(wrong);
    }
    Ok(Secret::new(text.to_owned()))
}

/// A text that ends with a NUL, which is looked for no further than it may be long.
///
/// # Safety
/// `pointer` is null or leads to a text that ends with a NUL, or to more than `length_max`
/// bytes.
pub(super) unsafe fn terminated<'a>(
    pointer: *const c_char,
    length_max: usize,
    wrong: Fault,
) -> Result<&'a str, Fault> {
    if pointer.is_null() {
        return Err(Fault::Null);
    }
    for length in 0..=length_max {
        // SAFETY: no byte before this one was the NUL, so this one is within the text.
        if unsafe { *pointer.add(length) } == 0 {
            // SAFETY: the NUL was found.
            let text = unsafe { CStr::from_ptr(pointer) };
            return text.to_str().map_err(|_| wrong);
        }
    }
    Err(wrong)
}

/// A structure that a C program fills in. Those that are extended are extended at their
/// end, where all zero means what there was before.
///
/// # Safety
/// All bytes zero are a value of it, and so is whatever a C program can put there.
pub(super) unsafe trait Filled: Sized {
    /// How large it was in the first version that had it.
    const FIRST_BYTES: usize = size_of::<Self>();
}

/// Reads a structure of some version, as `openat2(2)` does: what an older program does not
/// know is zero, and what this library does not know has to be.
///
/// # Safety
/// `pointer` is null or leads to `size` bytes.
pub(super) unsafe fn filled<T: Filled>(pointer: *const T, size: usize) -> Result<T, Fault> {
    if pointer.is_null() {
        return Err(Fault::Null);
    }
    if !(T::FIRST_BYTES..=STRUCTURE_BYTES_MAX).contains(&size) {
        return Err(Fault::Size);
    }
    let known = size.min(size_of::<T>());
    // SAFETY: the caller vouches for `size` bytes, of which these are the last.
    let newer = unsafe { slice::from_raw_parts(pointer.cast::<u8>().add(known), size - known) };
    if newer.iter().any(|byte| *byte != 0) {
        return Err(Fault::Size);
    }
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: both have `known` bytes, and cannot overlap. All that is left out is zero, so
    // by the promise of `Filled` it is a value.
    unsafe {
        ptr::copy_nonoverlapping(pointer.cast::<u8>(), value.as_mut_ptr().cast::<u8>(), known);
        Ok(value.assume_init())
    }
}

/// Writes a structure into a place of some version's size: an older program gets what it
/// knows, a newer one zeroes where this library knows nothing.
///
/// # Safety
/// `pointer` is null or leads to `size` bytes that nobody else touches meanwhile.
pub(super) unsafe fn fill<T: Filled>(value: &T, pointer: *mut T, size: usize) -> Result<(), Fault> {
    has_place(pointer, size)?;
    let known = size.min(size_of::<T>());
    // SAFETY: both have `known` bytes, and cannot overlap; the rest is within `size`.
    unsafe {
        ptr::copy_nonoverlapping(ptr::from_ref(value).cast::<u8>(), pointer.cast(), known);
        ptr::write_bytes(pointer.cast::<u8>().add(known), 0, size - known);
    }
    Ok(())
}

/// Whether [`fill`] could write there: to be asked before something is taken that would
/// otherwise be lost.
pub(super) fn has_place<T: Filled>(pointer: *mut T, size: usize) -> Result<(), Fault> {
    if pointer.is_null() {
        return Err(Fault::Null);
    }
    if (T::FIRST_BYTES..=STRUCTURE_BYTES_MAX).contains(&size) {
        Ok(())
    } else {
        Err(Fault::Size)
    }
}
