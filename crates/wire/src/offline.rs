//! Challenge and answer: a new password on a terminal that has no link.
//!
//! The terminal shows a challenge for one operator. Whoever runs a case for that operator
//! types it; once the case is approved the server gives the answer, and the terminal
//! that showed the challenge takes it for that operator, once.
//!
//! Both are cut from HMAC-SHA-256 under a key that terminal and server agree on without
//! sending it ([`crate::agreement`]), over the serial number, the operator and a counter
//! that the terminal never uses twice. There is no clock in it, because a terminal's may
//! be years off: how long a challenge waits for its answer is the terminal's to say.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::agreement::agreed_key;
use crate::code::{OfflineAnswer, OfflineChallenge};
use crate::ids::{OperatorNumber, SerialNumber};
use crate::secret::Secret;

const LABEL: &[u8] = b"tillkey/1 offline reset";
/// How many of a challenge's digits are the counter's last ones: the rest is a code over
/// all of it, by which a slip of the tongue and another terminal's challenge are noticed.
const COUNTERS: u64 = 100;
/// 10 to the power of the digits that are left.
const CHECKS: u64 = 1_000_000;
/// 10 to the power of an answer's digits.
const ANSWERS: u64 = 100_000_000;

/// How often the counter's last digits may have come round since a challenge was answered.
/// Each round is one more chance in a million that a wrong challenge fits, which gains
/// nobody more than an answer that no terminal takes.
const ROUNDS: u64 = 50;

/// How far ahead of the last one that was answered a challenge is recognised. A terminal
/// shows the same one as long as it waits, so this many are years of unanswered ones.
pub const AHEAD_MAX: u64 = COUNTERS * ROUNDS;

/// What challenge and answer are about, besides the counter.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The device.
    pub serial_number: &'a SerialNumber,
    /// Whose password is to be replaced.
    pub operator: OperatorNumber,
}

agreed_key!(
    /// The key of one terminal's challenges and answers.
    OfflineKey,
    LABEL
);

impl OfflineKey {
    /// The challenge of a counter.
    pub fn challenge(&self, whose: Whose<'_>, counter: u64) -> OfflineChallenge {
        let check = self.cut(b"challenge", whose, counter) % CHECKS;
        let text = Secret::new(format!("{:02}{check:06}", counter % COUNTERS));
        let Ok(challenge) = text.expose().parse() else {
            unreachable!("two digits and six are eight")
        };
        challenge
    }

    /// The answer to the challenge of a counter.
    pub fn answer(&self, whose: Whose<'_>, counter: u64) -> OfflineAnswer {
        let number = self.cut(b"answer", whose, counter) % ANSWERS;
        let text = Secret::new(format!("{number:08}"));
        let Ok(answer) = text.expose().parse() else {
            unreachable!("what is below a hundred million has eight digits")
        };
        answer
    }

    /// The counter of a challenge that was read out, if it is this terminal's for this
    /// operator and not below `next`.
    pub fn counter_of(&self, whose: Whose<'_>, said: &OfflineChallenge, next: u64) -> Option<u64> {
        let shown: u64 = said.expose().get(..2)?.parse().ok()?;
        let behind = (shown + COUNTERS - next % COUNTERS) % COUNTERS;
        let nearest = next.checked_add(behind)?;
        // All of them are compared, whatever fits, so that the time tells nothing.
        let mut found = None;
        for round in (0..ROUNDS).rev() {
            let counter = nearest.checked_add(round * COUNTERS)?;
            let expected = self.challenge(whose, counter);
            if bool::from(expected.expose().as_bytes().ct_eq(said.expose().as_bytes())) {
                found = Some(counter);
            }
        }
        found
    }

    /// Eight bytes of the code over a purpose, whose it is, and the counter.
    fn cut(&self, purpose: &[u8], whose: Whose<'_>, counter: u64) -> u64 {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose()) else {
            unreachable!("HMAC takes keys of any length")
        };
        // Each part ends where no part has a byte of its own: none runs into the next.
        for part in [
            purpose,
            whose.serial_number.as_str().as_bytes(),
            whose.operator.to_string().as_bytes(),
        ] {
            mac.update(part);
            mac.update(&[0]);
        }
        mac.update(&counter.to_be_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        digest
            .first_chunk()
            .copied()
            .map_or_else(|| unreachable!("8 of 32 bytes"), u64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;
    use x25519_dalek::{PublicKey, StaticSecret};

    use super::*;
    use crate::agreement::AgreementKey;
    use crate::enrolment::BackupKey;
    use crate::ids::TerminalId;

    struct Pair {
        till: OfflineKey,
        server: OfflineKey,
    }

    fn pair(seed: u64) -> Pair {
        let secret = |seed| StaticSecret::random_from_rng(ChaCha20Rng::seed_from_u64(seed));
        let (till, server) = (secret(seed), secret(seed ^ 1));
        let terminal = TerminalId::from_bytes([7; 10]);
        let agreement_key = AgreementKey::from(&PublicKey::from(&server));
        let backup_key = BackupKey::from_bytes(PublicKey::from(&till).as_bytes()).unwrap();
        Pair {
            till: OfflineKey::of_terminal(terminal, &till, &agreement_key).unwrap(),
            server: OfflineKey::of_server(terminal, &server, &backup_key).unwrap(),
        }
    }

    fn serial(text: &str) -> SerialNumber {
        text.parse().unwrap()
    }

    fn whose(serial_number: &SerialNumber, operator: u8) -> Whose<'_> {
        let operator = OperatorNumber::new(operator).unwrap();
        Whose {
            serial_number,
            operator,
        }
    }

    proptest! {
        #[test]
        fn both_sides_come_to_the_same(
            seed in any::<u64>(), operator in 0u8..100, next in 0..u64::MAX / 2, ahead in 0..AHEAD_MAX
        ) {
            let (pair, sn) = (pair(seed), serial("PAX00003"));
            let (whose, counter) = (whose(&sn, operator), next + ahead);
            let shown = pair.till.challenge(whose, counter);
            prop_assert_eq!(pair.server.counter_of(whose, &shown, next), Some(counter));
            let (given, wanted) = (
                pair.server.answer(whose, counter),
                pair.till.answer(whose, counter),
            );
            prop_assert_eq!(given.expose(), wanted.expose());
        }
    }

    #[test]
    fn a_challenge_that_was_answered_or_is_too_far_ahead_is_none() {
        let (pair, sn) = (pair(1), serial("PAX00001"));
        let whose = whose(&sn, 5);
        for counter in [9, 10 + AHEAD_MAX] {
            let shown = pair.till.challenge(whose, counter);
            assert_eq!(pair.server.counter_of(whose, &shown, 10), None, "{counter}");
        }
        let near_the_end = pair.till.challenge(whose, 3);
        assert_eq!(pair.server.counter_of(whose, &near_the_end, u64::MAX), None);
    }

    #[test]
    fn they_are_of_one_device_one_operator_and_one_counter() {
        let (ours, theirs) = (pair(1), pair(9));
        let (sn, other) = (serial("PAX00001"), serial("PAX00002"));
        let shown = ours.till.challenge(whose(&sn, 5), 7);
        let taken = |key: &OfflineKey, whose| key.counter_of(whose, &shown, 0);
        assert_eq!(taken(&ours.server, whose(&sn, 5)), Some(7));
        assert_eq!(taken(&theirs.server, whose(&sn, 5)), None, "another key");
        assert_eq!(
            taken(&ours.server, whose(&other, 5)),
            None,
            "another device"
        );
        assert_eq!(taken(&ours.server, whose(&sn, 6)), None, "another operator");
        let answer = |whose, counter| ours.server.answer(whose, counter).expose().clone();
        let right = answer(whose(&sn, 5), 7);
        for wrong in [
            answer(whose(&other, 5), 7),
            answer(whose(&sn, 6), 7),
            answer(whose(&sn, 5), 8),
            theirs.server.answer(whose(&sn, 5), 7).expose().clone(),
        ] {
            assert_ne!(right, wrong);
        }
    }
}
