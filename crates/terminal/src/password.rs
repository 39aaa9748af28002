//! What is wrong with a password that somebody chose.
//!
//! The rules say what a person is told; [`weaknesses`] names every rule that is broken,
//! so that one screen can say it all. Whether a password is one of the last four is
//! asked apart, because that takes a slow hash.

use std::collections::BTreeSet;

use tillkey_wire::ids::{Rank, SerialNumber, TerminalNumber};
use tillkey_wire::limits::PASSWORD_DIGITS_MAX;
use tillkey_wire::password::{PasswordRules, Rule};

/// Passwords that terminals are delivered with, as their manuals print them, and the
/// walks over a keypad that everybody knows.
const PUBLISHED: &[&str] = &[
    "0000",
    "1234",
    "1483",
    "01483",
    "8888",
    "88888888",
    "000000",
    "123456",
    "666666",
    "888888",
    "12345678",
    "00000000",
    "11111111",
    "166816",
    "166831",
    "66816",
    "66831",
    "123123",
    "112233",
    "159357",
    "159753",
    "147258",
    "147852",
    "258369",
    "369258",
    "2580",
    "0852",
    "1470",
    "147258369",
    "789456",
    "456123",
    "520520",
    "5201314",
    "13145200",
    "1314520",
];

/// What a password is judged against.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The rules in force.
    pub rules: &'a PasswordRules,
    /// The operator's rank.
    pub rank: Rank,
    /// What is printed on the device.
    pub serial_number: &'a SerialNumber,
    /// What is printed on every receipt.
    pub terminal_number: &'a TerminalNumber,
}

/// Every rule that the password breaks, except [`Rule::LastFour`], which is not looked at.
pub fn weaknesses(password: &str, circumstances: &Circumstances<'_>) -> BTreeSet<Rule> {
    // Full-width and Arabic digits look like digits and are none on a keypad.
    if !password.bytes().all(|b| b.is_ascii_digit()) {
        return BTreeSet::from([Rule::Digits]);
    }
    let digits: Vec<u8> = password.bytes().map(|b| b - b'0').collect();
    let length_min = usize::from(circumstances.rules.length_min(circumstances.rank));
    let lengths = length_min..=usize::from(PASSWORD_DIGITS_MAX);
    let serial_number = circumstances.serial_number.as_str();
    let terminal_number = circumstances.terminal_number.as_str();
    [
        (Rule::Length, !lengths.contains(&digits.len())),
        (Rule::Sequence, is_sequence(&digits)),
        (Rule::Repeat, is_repeat(&digits)),
        (
            Rule::PublishedDefault,
            PUBLISHED.contains(&password) || is_date(password),
        ),
        (Rule::SerialNumber, overlaps(password, serial_number)),
        (Rule::TerminalNumber, overlaps(password, terminal_number)),
    ]
    .into_iter()
    .filter_map(|(rule, broken)| broken.then_some(rule))
    .collect()
}

/// The same step from every digit to the next, around the keypad's `9` and `0` too:
/// `123456`, `87654321`, `890123`, `135791`; and the same with each digit doubled or
/// tripled: `112233`.
fn is_sequence(digits: &[u8]) -> bool {
    (1..=3).any(|width| {
        let chunks = digits.chunks_exact(width);
        chunks.remainder().is_empty()
            && chunks
                .clone()
                .all(|chunk| chunk.windows(2).all(|pair| pair.first() == pair.last()))
            && steps_evenly(
                &chunks
                    .filter_map(|chunk| chunk.first().copied())
                    .collect::<Vec<_>>(),
            )
    })
}

fn steps_evenly(digits: &[u8]) -> bool {
    let mut steps = digits.windows(2).filter_map(|pair| match pair {
        [a, b] => Some((10 + b - a) % 10),
        _ => None,
    });
    digits.len() >= 3
        && steps
            .next()
            .is_some_and(|step| step != 0 && steps.all(|s| s == step))
}

/// One group over and over (`000000`, `121212`, `12121`, `123123`), or no more than two
/// different digits (`001011`).
fn is_repeat(digits: &[u8]) -> bool {
    let different: BTreeSet<u8> = digits.iter().copied().collect();
    let periodic = (1..=digits.len() / 2).any(|period| {
        digits
            .iter()
            .zip(digits.iter().skip(period))
            .all(|(a, b)| a == b)
    });
    periodic || different.len() <= 2
}

/// A day, as defaults are printed and birthdays are typed: `MMDDYYYY`, `DDMMYYYY`,
/// `YYYYMMDD`, the same with two digits of the year, `MMDD`, and a year.
fn is_date(password: &str) -> bool {
    let part = |from: usize, to: usize| -> u16 {
        password
            .get(from..to)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    };
    let day = |month: u16, day: u16| (1..=12).contains(&month) && (1..=31).contains(&day);
    let year = |year: u16| (1900..=2099).contains(&year);
    match password.len() {
        4 => day(part(0, 2), part(2, 4)) || year(part(0, 4)),
        6 => {
            day(part(0, 2), part(2, 4))
                || day(part(2, 4), part(0, 2))
                || day(part(2, 4), part(4, 6))
        }
        8 => {
            year(part(4, 8)) && (day(part(0, 2), part(2, 4)) || day(part(2, 4), part(0, 2)))
                || year(part(0, 4)) && day(part(4, 6), part(6, 8))
        }
        _ => false,
    }
}

/// Whether the password is part of what is printed, or the whole of it is in the
/// password. Only digits count: letters cannot be typed.
fn overlaps(password: &str, printed: &str) -> bool {
    let printed: String = printed.chars().filter(char::is_ascii_digit).collect();
    !password.is_empty()
        && (printed.contains(password) || printed.len() >= 4 && password.contains(&printed))
}

#[cfg(test)]
mod tests;
