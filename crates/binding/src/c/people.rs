//! What people do at a terminal.

use std::ffi::c_char;

use tillkey_terminal::wire::secret::Secret;

use super::given;
use super::handle::Terminal;
use crate::facade::{Embedded, Fault};

/// # Safety
/// `password` is null or leads to `length` bytes that nobody changes meanwhile.
unsafe fn with_password(
    terminal: Terminal,
    (password, length): (*const c_char, usize),
    call: impl FnOnce(&Embedded, Secret<String>) -> Result<(), Fault>,
) -> i32 {
    terminal.call(|terminal| {
        // SAFETY: what the caller vouches for.
        let password = unsafe { given::secret(password, length, Fault::Password)? };
        call(terminal, password)
    })
}

/// Somebody types the enrolment code: 12 characters, with or without hyphens. The terminal
/// makes its keys and asks to be enrolled, now or over the next link.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_enrol(
    terminal: Terminal,
    code: *const c_char,
    length: usize,
) -> i32 {
    terminal.call(|terminal| {
        // SAFETY: the header asks for `length` bytes.
        terminal.enrol(unsafe { given::text(code, length, Fault::Code)? })
    })
}

/// An operator types a password. A sign-on that is under way is given up: there is one
/// keypad. It ends with TILLKEY_NOTICE_KIND_SIGNED_ON, _WRONG_PASSWORD, _REFUSED or
/// _SIGN_ON_INTERRUPTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_sign_on(
    terminal: Terminal,
    operator_number: u8,
    password: *const c_char,
    length: usize,
) -> i32 {
    // SAFETY: the header asks for `length` bytes.
    unsafe {
        with_password(terminal, (password, length), |terminal, password| {
            terminal.sign_on(operator_number, password)
        })
    }
}

/// An operator leaves. It holds at once, with or without a link.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_sign_off(terminal: Terminal, operator_number: u8) -> i32 {
    terminal.call(|terminal| terminal.sign_off(operator_number))
}

/// An operator who has no password wants one. It comes to
/// TILLKEY_NOTICE_KIND_CODE_ON_SCREEN, whose code is then typed.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_first_password(terminal: Terminal, operator_number: u8) -> i32 {
    terminal.call(|terminal| terminal.first_password(operator_number))
}

/// An operator types a reset code of 8 digits. It comes to
/// TILLKEY_NOTICE_KIND_CODE_ACCEPTED, or is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_redeem(
    terminal: Terminal,
    operator_number: u8,
    code: *const c_char,
    length: usize,
) -> i32 {
    terminal.call(|terminal| {
        // SAFETY: the header asks for `length` bytes.
        let code = unsafe { given::text(code, length, Fault::Code)? };
        terminal.redeem(operator_number, code)
    })
}

/// An operator whose code was accepted chooses a password. It takes as long as Argon2id
/// does. If it breaks a rule, TILLKEY_NOTICE_KIND_PASSWORD_REFUSED says which, and another
/// may be chosen; else it comes to TILLKEY_NOTICE_KIND_EFFECTIVE, or without a link to
/// TILLKEY_NOTICE_KIND_IN_FORCE_OFFLINE, from when on it works.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_choose_password(
    terminal: Terminal,
    operator_number: u8,
    password: *const c_char,
    length: usize,
) -> i32 {
    // SAFETY: the header asks for `length` bytes.
    unsafe {
        with_password(terminal, (password, length), |terminal, password| {
            terminal.choose_password(operator_number, password)
        })
    }
}

/// Gives up a reset before its password is sent. One that was sent is the server's to
/// decide.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_abandon_reset(terminal: Terminal, operator_number: u8) -> i32 {
    terminal.call(|terminal| terminal.abandon_reset(operator_number))
}

/// Somebody forgot a password and there is no link: TILLKEY_NOTICE_KIND_OFFLINE_CHALLENGE
/// has the challenge that is read out to the bank.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_offline_challenge(terminal: Terminal, operator_number: u8) -> i32 {
    terminal.call(|terminal| terminal.offline_challenge(operator_number))
}

/// Somebody types the answer of 8 digits that the bank gave. It comes to
/// TILLKEY_NOTICE_KIND_CHOOSE_NOW, or TILLKEY_NOTICE_KIND_WRONG_ANSWER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_offline_answer(
    terminal: Terminal,
    operator_number: u8,
    answer: *const c_char,
    length: usize,
) -> i32 {
    terminal.call(|terminal| {
        // SAFETY: the header asks for `length` bytes.
        let answer = unsafe { given::text(answer, length, Fault::Code)? };
        terminal.offline_answer(operator_number, answer)
    })
}

/// A supervisor who signed on within 15 minutes adds a cashier. With or without a link; the
/// bank learns of it now or at the next one.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_add_cashier(
    terminal: Terminal,
    supervisor_number: u8,
    operator_number: u8,
) -> i32 {
    terminal.call(|terminal| terminal.add_cashier(supervisor_number, operator_number))
}

/// A supervisor removes a cashier, whose password and session end at once.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_remove_cashier(
    terminal: Terminal,
    supervisor_number: u8,
    operator_number: u8,
) -> i32 {
    terminal.call(|terminal| terminal.remove_cashier(supervisor_number, operator_number))
}

/// A supervisor has a cashier choose a new password: it comes to
/// TILLKEY_NOTICE_KIND_CODE_ACCEPTED with a link, to TILLKEY_NOTICE_KIND_CHOOSE_NOW without
/// one. Then only the cashier may see the keypad.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_reset_cashier(
    terminal: Terminal,
    supervisor_number: u8,
    operator_number: u8,
) -> i32 {
    terminal.call(|terminal| terminal.reset_cashier(supervisor_number, operator_number))
}

/// Somebody wants the number that proves the terminal in hand:
/// TILLKEY_NOTICE_KIND_IN_HAND_NUMBER, with or without a link.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_show_number(terminal: Terminal) -> i32 {
    terminal.call(Embedded::show_number)
}

/// Tells the server how the device is, if that has changed noticeably; nothing without a
/// link. Call it when something has changed, or every few seconds.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_report_health(terminal: Terminal) -> i32 {
    terminal.call(Embedded::report_health)
}
