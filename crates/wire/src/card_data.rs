//! What no journal, backup or log may hold: card numbers, track data, PIN blocks.
//!
//! The types of the journal cannot hold them. This finds them where people type text of
//! their own. It would rather refuse a long reference than let a card number by: a
//! terminal's notes are short, and whoever needs one can write it another way.

/// The shortest and the longest card number (ISO/IEC 7812).
const PAN_DIGITS: std::ops::RangeInclusive<usize> = 12..=19;
/// A PIN block is eight bytes (ISO 9564), mostly written in hexadecimal.
const PIN_BLOCK_DIGITS: usize = 16;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardData {
    /// Digits that a card number could be: as many, and its check digit holds.
    CardNumber,
    /// The magnetic stripe's first or second track.
    Track,
    /// Sixteen hexadecimal digits.
    PinBlock,
}

/// Looks for card data in a text; the first kind that is found.
///
/// Digits count in whatever script or width they are written, and separators between
/// them do not.
pub fn find(text: &str) -> Option<CardData> {
    if is_track(text) {
        Some(CardData::Track)
    } else if runs(text).any(|run| holds_card_number(&run)) {
        Some(CardData::CardNumber)
    } else if has_pin_block(text) {
        Some(CardData::PinBlock)
    } else {
        None
    }
}

/// Whether the check digit of a card number holds (ISO/IEC 7812-1, annex B).
pub fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The value of a decimal digit: ASCII, full width, and the blocks of ten that the
/// scripts of the terminals' users have.
fn digit(letter: char) -> Option<u8> {
    const ZEROS: [char; 9] = ['0', '０', '٠', '۰', '०', '০', '๐', '០', '𝟎'];
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(letter).checked_sub(u32::from(*zero))?;
        u8::try_from(value).ok().filter(|value| *value <= 9)
    })
}

/// What people put between groups of digits.
const fn is_separator(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\u{a0}' | '\u{3000}' | '-' | '–' | '—' | '－' | '.' | '．' | '·' | '_' | '/' | ','
    ) || matches!(letter, '\u{2000}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Every run of digits, separators left out.
fn runs(text: &str) -> impl Iterator<Item = Vec<u8>> {
    text.split(|letter| digit(letter).is_none() && !is_separator(letter))
        .map(|run| run.chars().filter_map(digit).collect())
}

/// Whether a card number stands anywhere in the digits: what is written before or after
/// it must not hide it.
fn holds_card_number(digits: &[u8]) -> bool {
    PAN_DIGITS
        .into_iter()
        .any(|length| digits.windows(length).any(is_card_number))
}

fn is_card_number(digits: &[u8]) -> bool {
    // All zeros pass the check, and are nobody's card.
    digits.iter().any(|digit| *digit != 0) && passes_luhn(digits)
}

/// The sentinels of the tracks (ISO/IEC 7813): `%B` and a digit, or digits and `=`.
fn is_track(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let first = letters
        .windows(3)
        .any(|at| matches!(at, ['%', 'B' | 'b', third] if digit(*third).is_some()));
    let second = letters
        .split(|letter| matches!(letter, '=' | '＝' | 'D' | 'd'))
        .rev()
        .skip(1)
        .any(|before| {
            let digits = before.iter().rev().take_while(|at| digit(**at).is_some());
            digits.count() >= *PAN_DIGITS.start()
        });
    first || second
}

fn has_pin_block(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| {
            word.len() == PIN_BLOCK_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests;
