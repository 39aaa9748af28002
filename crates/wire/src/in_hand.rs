//! The number that proves that a terminal is in hand.
//!
//! Six digits by RFC 4226 (HOTP) under a key that the terminal and the server agree on
//! without sending it: X25519 between the terminal's backup key, which the enrolment
//! bound, and the server's agreement key, which comes signed with the server key that
//! the terminal pinned. A message that passes by gives away no number, and neither does
//! the server's database without its root key.
//!
//! Numbers are told apart by a counter and not by a clock, which may be years off. Each
//! side remembers how far it has come; here is only what a counter gives.

use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::agreement::agreed_key;
use crate::code::InHandNumber;
use crate::secret::Secret;

const LABEL: &[u8] = b"tillkey/1 terminal in hand";
/// 10 to the power of the number's digits.
const NUMBERS: u32 = 1_000_000;

agreed_key!(
    /// The key of one terminal's numbers.
    InHandKey,
    LABEL
);

impl InHandKey {
    /// The number of a counter.
    pub fn number(&self, counter: u64) -> InHandNumber {
        let text = Secret::new(format!("{:06}", hotp(self.0.expose(), counter) % NUMBERS));
        let Ok(number) = text.expose().parse() else {
            unreachable!("what is below a million has six digits")
        };
        number
    }
}

/// RFC 4226 §5.3, before it is cut to its digits. SHA-1, as the standard has it and as
/// secure elements do: HMAC does not need what SHA-1 has lost.
fn hotp(key: &[u8], counter: u64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(&counter.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let [.., last] = digest;
    let truncated = digest
        .get(usize::from(last & 0x0f)..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .unwrap_or_else(|| unreachable!("at most 15 of 20 bytes are passed over"));
    u32::from_be_bytes(truncated) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use x25519_dalek::{PublicKey, StaticSecret};

    use super::*;
    use crate::agreement::{AgreementKey, WeakKey};
    use crate::enrolment::BackupKey;
    use crate::ids::TerminalId;

    fn secret(seed: u64) -> StaticSecret {
        StaticSecret::random_from_rng(ChaCha20Rng::seed_from_u64(seed))
    }

    fn backup_key(of: &StaticSecret) -> BackupKey {
        BackupKey::from_bytes(PublicKey::from(of).as_bytes()).unwrap()
    }

    fn agreement_key(of: &StaticSecret) -> AgreementKey {
        AgreementKey::from(&PublicKey::from(of))
    }

    #[test]
    fn the_vectors_of_rfc_4226_hold() {
        let key = b"12345678901234567890";
        let whole = [
            1_284_755_224,
            1_094_287_082,
            137_359_152,
            1_726_969_429,
            1_640_338_314,
            868_254_676,
            1_918_287_922,
            82_162_583,
            673_399_871,
            645_520_489,
        ];
        let numbers = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        for (counter, (whole, number)) in (0..).zip(whole.into_iter().zip(numbers)) {
            assert_eq!(hotp(key, counter), whole, "{counter}");
            assert_eq!(whole % NUMBERS, number, "{counter}");
        }
    }

    #[test]
    fn a_key_with_which_everybody_agrees_on_the_same_is_refused() {
        let terminal = TerminalId::from_bytes([7; 10]);
        for weak in [[0; 32], {
            let mut one = [0; 32];
            one[0] = 1;
            one
        }] {
            let theirs = BackupKey::from_bytes(&weak).unwrap();
            let agreed = InHandKey::of_server(terminal, &secret(1), &theirs);
            assert_eq!(agreed.unwrap_err(), WeakKey);
        }
    }

    #[test]
    fn another_terminal_has_other_numbers() {
        let (till, server) = (secret(1), secret(2));
        let numbers = |name: u8, till: &StaticSecret, server: &StaticSecret| {
            let terminal = TerminalId::from_bytes([name; 10]);
            let key = InHandKey::of_server(terminal, server, &backup_key(till)).unwrap();
            (0..32)
                .map(|at| key.number(at).expose().clone())
                .collect::<Vec<_>>()
        };
        let ours = numbers(1, &till, &server);
        assert_ne!(ours, numbers(2, &till, &server), "another name");
        assert_ne!(ours, numbers(1, &secret(3), &server), "another device");
        assert_ne!(ours, numbers(1, &till, &secret(4)), "another server");
    }

    proptest! {
        #[test]
        fn both_sides_come_to_the_same_number(
            till in any::<u64>(), server in any::<u64>(), name in any::<u8>(), at in any::<u64>()
        ) {
            let (till, server) = (secret(till), secret(server));
            let terminal = TerminalId::from_bytes([name; 10]);
            let theirs = InHandKey::of_terminal(terminal, &till, &agreement_key(&server)).unwrap();
            let ours = InHandKey::of_server(terminal, &server, &backup_key(&till)).unwrap();
            let (theirs, ours) = (theirs.number(at), ours.number(at));
            prop_assert_eq!(theirs.expose(), ours.expose());
            prop_assert_eq!(ours.expose().len(), InHandNumber::LENGTH);
        }
    }
}
