//! Frames on the link: the envelope as it comes, and each message behind a signature
//! that holds, which no change of an input would leave standing.

use tillkey_wire::cbor;
use tillkey_wire::envelope::{self, Direction, KeyId, Unverified};
use tillkey_wire::limits::FRAME_BYTES_MAX;
use tillkey_wire::message::{FromServer, FromTerminal};

use crate::party::{TILL, device_key, server_key, sure};

/// A frame that anybody sends.
pub(crate) fn envelope(frame: &[u8]) {
    let Ok(unverified) = Unverified::parse(frame) else {
        return;
    };
    let kid = unverified.kid();
    for direction in [
        Direction::FromTerminal,
        Direction::FromServer,
        Direction::Backup,
    ] {
        let Ok(payload) = unverified.verify(direction, kid, &device_key().verifying_key()) else {
            continue;
        };
        // Deterministic signatures and one spelling: what holds is what we would write.
        let again = sure(envelope::sign(
            payload.to_vec(),
            direction,
            kid,
            &device_key(),
        ));
        assert_eq!(again, frame, "an envelope with a second spelling");
    }
}

/// A message of an enrolled terminal.
pub(crate) fn from_terminal(payload: &[u8]) {
    let key = device_key();
    check(payload, Direction::FromTerminal, |frame| {
        let message = FromTerminal::open(frame, TILL, &key.verifying_key()).ok()?;
        Some(sure(message.sign(TILL, &key)))
    });
}

/// A message of the server.
pub(crate) fn from_server(payload: &[u8]) {
    let key = server_key();
    check(payload, Direction::FromServer, |frame| {
        let message = FromServer::open(frame, TILL, &key.verifying_key()).ok()?;
        Some(sure(message.sign(TILL, &key)))
    });
}

/// Signs the payload, reads it, and writes what was read.
///
/// A payload may leave an optional field out or name it as absent, and may have its keys
/// in any order; once written by us it is written the same for ever.
fn check(payload: &[u8], direction: Direction, reread: impl Fn(&Unverified) -> Option<Vec<u8>>) {
    let Some(frame) = signed(payload, direction) else {
        return;
    };
    let Some(first) = reread(&frame) else {
        return;
    };
    assert!(
        cbor::check(payload, usize::MAX).is_ok(),
        "read although it is not in its one spelling"
    );
    let second = reread(&sure(Unverified::parse(&first)));
    assert_eq!(second, Some(first), "what is written is read otherwise");
}

/// A frame around any payload that fits.
pub(crate) fn signed(payload: &[u8], direction: Direction) -> Option<Unverified> {
    let key = match direction {
        Direction::FromServer => server_key(),
        _ => device_key(),
    };
    let frame = envelope::sign(payload.to_vec(), direction, KeyId::Terminal(TILL), &key).ok()?;
    assert!(frame.len() <= FRAME_BYTES_MAX, "a frame that nobody takes");
    Some(sure(Unverified::parse(&frame)))
}
