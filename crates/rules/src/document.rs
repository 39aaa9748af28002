//! Numbers of Chinese documents: shape and check digit, before anything is compared.
//!
//! A number that fails its own check digit was mistyped; saying so costs no guess
//! and gives nothing away, because the rule is public.

use jiff::civil::Date;
use tillkey_wire::ids::InvalidId;
use tillkey_wire::secret::Secret;

/// A resident identity number (GB 11643-1999): 17 digits and a check character
/// by ISO 7064 MOD 11-2.
#[derive(Debug)]
pub struct ResidentIdentityNumber(Secret<String>);

/// A unified social credit code (GB 32100-2015): 18 characters, the last a check
/// character modulo 31.
#[derive(Debug)]
pub struct SocialCreditCode(Secret<String>);

impl ResidentIdentityNumber {
    /// Reads a number as typed; a small `x` is the same check character.
    ///
    /// # Errors
    /// [`InvalidId`] where the shape or the check character is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: [u8; 11] = *b"10X98765432";
        let invalid = InvalidId {
            kind: "identity number",
            rule: "17 digits and a check character that fits them",
        };
        let text = text.to_ascii_uppercase();
        let (Some(body), Some(check), 18) = (
            text.as_bytes().get(..17),
            text.as_bytes().get(17),
            text.len(),
        ) else {
            return Err(invalid);
        };
        if !body.iter().all(u8::is_ascii_digit) {
            return Err(invalid);
        }
        let sum: u32 = body
            .iter()
            .zip(WEIGHTS)
            .map(|(b, w)| u32::from(b - b'0') * w)
            .sum();
        let expected = usize::try_from(sum % 11).ok().and_then(|i| CHECKS.get(i));
        if expected == Some(check) {
            Ok(Self(Secret::new(text)))
        } else {
            Err(invalid)
        }
    }

    /// The number in its one spelling, to be digested.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

impl SocialCreditCode {
    /// Reads a code as typed, small letters included.
    ///
    /// # Errors
    /// [`InvalidId`] where the shape or the check character is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        // GB 32100 leaves out I, O, S, V and Z.
        const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
        let invalid = InvalidId {
            kind: "credit code",
            rule: "18 digits or capital letters whose last is the check character",
        };
        let text = text.to_ascii_uppercase();
        if text.len() != 18 {
            return Err(invalid);
        }
        let mut values = Vec::with_capacity(18);
        for byte in text.bytes() {
            let value = ALPHABET
                .iter()
                .position(|&a| a == byte)
                .ok_or(invalid.clone())?;
            values.push(value);
        }
        let (Some(body), Some(&check)) = (values.get(..17), values.get(17)) else {
            return Err(invalid);
        };
        // The weight of place i is 3^i modulo 31.
        let mut weight = 1;
        let mut sum = 0;
        for value in body {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        if (31 - sum % 31) % 31 == check {
            Ok(Self(Secret::new(text)))
        } else {
            Err(invalid)
        }
    }

    /// The code in its one spelling, to be digested.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

/// Until when a document is valid, by its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Up to and including a day.
    Until(Date),
    /// It says that it does not expire (长期).
    LongTerm,
}

impl Validity {
    /// The word for a document that does not expire.
    pub const LONG_TERM: &str = "long_term";

    /// Reads a day as `2031-05-20`, or [`Self::LONG_TERM`].
    ///
    /// # Errors
    /// [`InvalidId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if text == Self::LONG_TERM {
            return Ok(Self::LongTerm);
        }
        // The length first: the parser takes times and zones as well.
        let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
        date.map(Self::Until).ok_or(InvalidId {
            kind: "validity",
            rule: "a day as 2031-05-20, or long_term",
        })
    }

    /// Whether it is valid on a day.
    pub fn holds_on(self, today: Date) -> bool {
        match self {
            Self::Until(last) => today <= last,
            Self::LongTerm => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e19_a_document_is_valid_up_to_its_last_day() {
        let today: Date = "2026-11-24".parse().unwrap();
        for (text, holds) in [
            ("2026-11-24", true),
            ("2026-11-23", false),
            ("2046-01-01", true),
            ("long_term", true),
        ] {
            assert_eq!(
                Validity::parse(text).unwrap().holds_on(today),
                holds,
                "{text}"
            );
        }
        for bad in [
            "",
            "2026-13-01",
            "2026-02-30",
            "20261124",
            "2026-11-24T00:00:00Z",
            "长期",
            "26-11-24",
        ] {
            assert!(Validity::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn identity_numbers_carry_their_check_character() {
        for good in [
            "11010519491231002X",
            "11010519491231002x",
            "440524188001010014",
        ] {
            assert!(ResidentIdentityNumber::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "110105194912310021",
            "11010519491231002",
            "1101051949123100２X",
            "11010519491231002X ",
            "",
        ] {
            assert!(ResidentIdentityNumber::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn credit_codes_carry_their_check_character() {
        for good in ["91350100M000100Y43", "91350100m000100y43"] {
            assert!(SocialCreditCode::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "91350100M000100Y44",
            "91350100M000100Y4",
            "I1350100M000100Y43",
            "",
        ] {
            assert!(SocialCreditCode::parse(bad).is_err(), "{bad}");
        }
    }
}
