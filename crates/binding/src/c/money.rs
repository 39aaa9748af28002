//! What operators take money with.

use std::ffi::c_char;

use super::given::{self, Filled, filled};
use super::handle::Terminal;
use crate::facade::{self, Embedded, Fault};

/// Money, as it is keyed in.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Money {
    /// How much: 1 to 1000000000 fen.
    pub amount_fen: u64,
    /// The card's number as the reader gave it (13 to 19 digits), or no more of it than its
    /// first six and last four with six asterisks between. No more than those is kept.
    pub card: *const c_char,
    /// How many bytes `card` has.
    pub card_length: usize,
    /// What the cashier wrote beside it, in UTF-8; null for nothing.
    pub remark: *const c_char,
    /// How many bytes `remark` has, at most 96.
    pub remark_length: usize,
}

// SAFETY: pointers and whole numbers; every pattern of bits is one.
unsafe impl Filled for Money {}

/// # Safety
/// `money` leads to a structure of that size, and its texts are as long as it says.
unsafe fn with_money(
    terminal: &Embedded,
    (money, size): (*const Money, usize),
    call: impl FnOnce(&Embedded, &facade::Money<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    // SAFETY: what the caller vouches for.
    let (money, card, remark) = unsafe {
        let money = filled(money, size)?;
        let card = given::secret(money.card, money.card_length, Fault::Card)?;
        let remark = if money.remark.is_null() {
            None
        } else {
            let bytes = given::bytes(
                money.remark.cast(),
                money.remark_length,
                tillkey_terminal::wire::limits::REMARK_BYTES_MAX,
            )?;
            Some(std::str::from_utf8(bytes).map_err(|_| Fault::Remark)?)
        };
        (money, card, remark)
    };
    let money = facade::Money {
        amount_fen: money.amount_fen,
        card: &card,
        remark,
    };
    call(terminal, &money)
}

/// An operator begins to key in a sale: what would end the session waits for it.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_begin_sale(terminal: Terminal, operator_number: u8) -> i32 {
    terminal.call(|terminal| terminal.begin_sale(operator_number))
}

/// The sale that was begun is given up.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_give_up_sale(terminal: Terminal, operator_number: u8) -> i32 {
    terminal.call(|terminal| terminal.give_up_sale(operator_number))
}

/// An operator takes money. Print the receipt at TILLKEY_NOTICE_KIND_RECORDED, not before.
/// Give `sizeof *money`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_sale(
    terminal: Terminal,
    operator_number: u8,
    money: *const Money,
    money_size: usize,
) -> i32 {
    terminal.call(|terminal| {
        // SAFETY: the header asks for such a structure.
        unsafe {
            with_money(terminal, (money, money_size), |terminal, money| {
                terminal.sale(operator_number, money)
            })
        }
    })
}

/// An operator gives money of an earlier batch back; the supervisor who is signed on here
/// confirms it. Give `sizeof *money`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_refund(
    terminal: Terminal,
    operator_number: u8,
    confirmed_by: u8,
    money: *const Money,
    money_size: usize,
) -> i32 {
    terminal.call(|terminal| {
        // SAFETY: the header asks for such a structure.
        unsafe {
            with_money(terminal, (money, money_size), |terminal, money| {
                terminal.refund(operator_number, confirmed_by, money)
            })
        }
    })
}

/// An operator undoes a sale of the open batch, by its number; the supervisor who is signed
/// on here confirms it.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_void(
    terminal: Terminal,
    operator_number: u8,
    confirmed_by: u8,
    entry: u64,
) -> i32 {
    terminal.call(|terminal| terminal.void(operator_number, confirmed_by, entry))
}

/// An operator settles the open batch: it is closed, and the next one begins.
#[unsafe(no_mangle)]
pub extern "C" fn tillkey_settle(terminal: Terminal, operator_number: u8) -> i32 {
    terminal.call(|terminal| terminal.settle(operator_number))
}
