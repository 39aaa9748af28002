//! Who takes part in the targets: always the same, so that an input means the same.

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tillkey_wire::code::EnrolmentCode;
use tillkey_wire::enrolment::{BackupKey, Candidate, CodeKey, Enrolled, Nonce, Request};
use tillkey_wire::ids::{OperatorNumber, TerminalId};

/// The terminal.
pub(crate) const TILL: TerminalId = TerminalId::from_bytes([7; 10]);

/// The text as the type that it surely is.
pub(crate) fn known<T: std::str::FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| unreachable!("{text} is well formed"))
}

/// What a value of ours always is, whatever the input.
pub(crate) fn sure<T, E: std::fmt::Debug>(made: Result<T, E>) -> T {
    made.unwrap_or_else(|fault| unreachable!("this is made of what is known: {fault:?}"))
}

/// Randomness that every execution begins with anew.
pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

/// The terminal's key.
pub(crate) fn device_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// The server's key.
pub(crate) fn server_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

/// The code that the terminal is enrolled with.
pub(crate) fn enrolment_code() -> EnrolmentCode {
    EnrolmentCode::random(&mut rng())
}

/// What the server keeps of it.
pub(crate) fn code_key() -> CodeKey {
    sure(CodeKey::derive(&enrolment_code()))
}

/// A request to be enrolled.
pub(crate) fn request() -> Request {
    let candidate = Candidate {
        serial_number: known("SN-4471920"),
        model: known("A920 Pro"),
        firmware: known("1.4.2"),
        device_key: (&device_key().verifying_key()).into(),
        backup_key: sure(BackupKey::from_bytes(&[9; 32])),
        nonce: sure(Nonce::from_bytes(&[4; 32])),
    };
    sure(Request::new(candidate, &code_key()))
}

/// As what it is enrolled.
pub(crate) fn enrolled() -> Enrolled {
    Enrolled {
        terminal: TILL,
        acquirer: known("demo-bank"),
        merchant: known("898310054110001"),
        terminal_number: known("10000001"),
        server_key: (&server_key().verifying_key()).into(),
    }
}

/// An operator of it.
pub(crate) fn operator(number: u8) -> OperatorNumber {
    sure(OperatorNumber::new(number))
}

/// Noon.
pub(crate) fn noon() -> Timestamp {
    known("2026-03-02T04:00:00Z")
}
