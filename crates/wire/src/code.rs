//! The codes people type: one-time, short-lived, drawn from a secure source.
//!
//! A code is a [`Secret`]: it is never stored or logged, only its keyed digest is.

use std::str::FromStr;

use rand::{CryptoRng, Rng, RngCore};
use serde::{Deserialize, Deserializer, de};

use crate::ids::InvalidId;
use crate::secret::Secret;

/// Draws `length` decimal digits, each equally likely.
fn digits(length: usize, rng: &mut (impl RngCore + CryptoRng)) -> String {
    (0..length)
        .map(|_| char::from(b'0' + rng.gen_range(0..10u8)))
        .collect()
}

/// A code of a fixed number of ASCII digits.
macro_rules! digit_code {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $length:literal, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Secret<String>);

        impl $name {
            /// How many digits it has.
            pub const LENGTH: usize = $length;

            /// Draws a new code.
            pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
                Self(Secret::new(digits(Self::LENGTH, rng)))
            }

            /// Another copy, for whoever has to say it again; there is no `Clone`, so that
            /// copies are seen.
            pub fn copy(&self) -> Self {
                Self(Secret::new(self.expose().clone()))
            }

            /// The digits, to be sent to their holder or digested; never to be stored.
            pub const fn expose(&self) -> &String {
                self.0.expose()
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if text.len() == Self::LENGTH && text.bytes().all(|b| b.is_ascii_digit()) {
                    Ok(Self(Secret::new(text.to_owned())))
                } else {
                    Err(InvalidId { kind: $kind, rule: $rule })
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Secret::new(String::deserialize(deserializer)?);
                text.expose().parse().map_err(de::Error::custom)
            }
        }
    };
}

digit_code!(
    /// The code sent to the registered phone to prove that its holder is there.
    SmsCode,
    "SMS code",
    6,
    "exactly 6 digits"
);
digit_code!(
    /// The code that opens the "choose a new password" screen on one terminal for one
    /// operator, once, and opens nothing else.
    ResetCode,
    "reset code",
    8,
    "exactly 8 digits"
);

digit_code!(
    /// The number that an enrolled terminal shows to prove that it is in hand: read out
    /// to the agent of a case, good for one use.
    InHandNumber,
    "number of a terminal in hand",
    6,
    "exactly 6 digits"
);

digit_code!(
    /// The challenge that a terminal without a link shows: read out in a case for one of
    /// its operators.
    OfflineChallenge,
    "challenge",
    8,
    "exactly 8 digits"
);
digit_code!(
    /// The answer to a challenge: it opens the "choose a new password" screen on the
    /// terminal that showed it, once.
    OfflineAnswer,
    "answer to a challenge",
    8,
    "exactly 8 digits"
);

/// The one-time code with which a terminal is enrolled: twelve characters, sixty
/// bits, so that what is authenticated with it cannot be searched for off line.
#[derive(Debug)]
pub struct EnrolmentCode(Secret<String>);

impl EnrolmentCode {
    const ALPHABET: &'static [u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// Draws a new code.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let text = (0..12)
            .filter_map(|_| Self::ALPHABET.get(rng.gen_range(0..32usize)))
            .map(|&b| char::from(b))
            .collect();
        Self(Secret::new(text))
    }

    /// The twelve characters.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }

    /// The code in groups of four, as it is printed.
    pub fn grouped(&self) -> Secret<String> {
        let text = self.expose();
        let groups: Vec<&str> = [0..4, 4..8, 8..12]
            .into_iter()
            .filter_map(|range| text.get(range))
            .collect();
        Secret::new(groups.join("-"))
    }
}

impl FromStr for EnrolmentCode {
    type Err = InvalidId;

    /// Takes hyphens and small letters as a person types them.
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId {
            kind: "enrolment code",
            rule: "12 digits or letters, without I, L, O, U",
        };
        if text.len() > 16 {
            return Err(invalid);
        }
        let text: String = text
            .chars()
            .filter(|c| *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if text.len() == 12 && text.bytes().all(|b| Self::ALPHABET.contains(&b)) {
            Ok(Self(Secret::new(text)))
        } else {
            Err(invalid)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn codes_are_ascii_digits_of_their_length() {
        for bad in [
            "",
            "12345",
            "1234567",
            "12345６",
            "١٢٣٤٥٦",
            "12345\n",
            "12 456",
            "+12345",
        ] {
            assert!(bad.parse::<SmsCode>().is_err(), "{bad:?}");
        }
        assert_eq!("012345".parse::<SmsCode>().unwrap().expose(), "012345");
    }

    #[test]
    fn e06_codes_are_spread_evenly() {
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let mut counts = [[0u32; 10]; ResetCode::LENGTH];
        for _ in 0..20_000 {
            let code = ResetCode::random(&mut rng);
            for (place, digit) in code.expose().bytes().enumerate() {
                counts[place][usize::from(digit - b'0')] += 1;
            }
        }
        // Chi-squared with 9 degrees of freedom: 27.9 is the 0.1 % point.
        for (place, row) in counts.iter().enumerate() {
            let chi: f64 = row
                .iter()
                .map(|&n| (f64::from(n) - 2000.0).powi(2) / 2000.0)
                .sum();
            assert!(chi < 27.9, "place {place}: {chi}");
        }
    }

    #[test]
    fn an_enrolment_code_reads_as_it_is_printed() {
        let code = EnrolmentCode::random(&mut ChaCha20Rng::seed_from_u64(1));
        let printed = code.grouped().expose().to_lowercase();
        assert_eq!(
            printed.parse::<EnrolmentCode>().unwrap().expose(),
            code.expose()
        );
        assert!("OOOO-OOOO-OOOO".parse::<EnrolmentCode>().is_err());
    }
}
