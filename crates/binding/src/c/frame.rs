//! The link, frame by frame.

use super::given;
use super::handle::Terminal;
use crate::facade::{Embedded, Fault};
use tillkey_terminal::wire::limits::FRAME_BYTES_MAX as WIRE_FRAME_BYTES_MAX;

/// The longest frame in either direction: a buffer of this size takes every one.
pub const TILLKEY_FRAME_BYTES_MAX: usize = 16384;

// The header needs the number itself.
const _: () = assert!(TILLKEY_FRAME_BYTES_MAX == WIRE_FRAME_BYTES_MAX);

/// There is a link to the server. Frames of an earlier link are forgotten; take and send
/// those of this one. Without an enrolment code there is nothing to say, and it is
/// TILLKEY_FAULT_NOT_ENROLLED.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_connected(terminal: Terminal) -> i32 {
    terminal.call(Embedded::connected)
}

/// The link is gone. A sign-on that was under way is to be typed again; a new password that
/// was on its way is sent again over the next link.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_disconnected(terminal: Terminal) -> i32 {
    terminal.call(Embedded::disconnected)
}

/// A frame came over the link: one binary WebSocket message. It takes as long as Argon2id
/// does where a password is stretched for it. Afterwards take all frames and notices.
///
/// If the advice on the fault is to ignore it, the frame changed nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_receive(
    terminal: Terminal,
    frame: *const u8,
    length: usize,
) -> i32 {
    terminal.call(|terminal| {
        // SAFETY: the header asks for `length` bytes.
        let frame = unsafe { given::bytes(frame, length, TILLKEY_FRAME_BYTES_MAX)? };
        terminal.receive(frame)
    })
}

/// Sends again what the server has not answered for yet: when the `at_ms` of a refusal has
/// come. After a new connection it is done without being asked for.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_resend(terminal: Terminal) -> i32 {
    terminal.call(Embedded::resend)
}

/// Takes the next frame to be sent, as one binary WebSocket message. `length` becomes its
/// length, and 0 when there is none. A frame that does not fit into `capacity` stays, its
/// length is told, and the answer is TILLKEY_FAULT_SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_next_frame(
    terminal: Terminal,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    terminal.call(|terminal| {
        if length.is_null() {
            return Err(Fault::Null);
        }
        // SAFETY: the header asks for `capacity` bytes.
        let place = unsafe { given::place(buffer, capacity)? };
        terminal.next_frame(|frame| {
            let frame = frame.unwrap_or_default();
            // SAFETY: it is not null, and the header asks for room for a length.
            unsafe { length.write(frame.len()) };
            let place = place.get_mut(..frame.len()).ok_or(Fault::Size)?;
            place.write_copy_of_slice(frame);
            Ok(())
        })
    })
}
