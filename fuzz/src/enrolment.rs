//! Enrolment, both ways: the one conversation whose key is in the message itself.

use tillkey_wire::enrolment::{Answer, Request};
use tillkey_wire::envelope::{self, Direction, KeyId, Unverified};

use crate::party::{self, code_key, device_key, server_key, sure};

fn kid() -> KeyId {
    KeyId::Device(device_key().verifying_key().to_bytes())
}

/// What a device says of itself, signed by the key of that device.
pub(crate) fn request(payload: &[u8]) {
    let key = device_key();
    let Ok(frame) = envelope::sign(payload.to_vec(), Direction::FromTerminal, kid(), &key) else {
        return;
    };
    let Ok(request) = Request::open(&sure(Unverified::parse(&frame))) else {
        return;
    };
    let knows_code = request.check_proof(&code_key()).is_ok();
    let again = sure(request.sign(&key));
    let reread = Request::open(&sure(Unverified::parse(&again)));
    assert_eq!(reread.as_ref(), Ok(&request));
    // Nobody here has the code but whoever made the request that is known.
    assert!(!knows_code || request == party::request());
}

/// What a server answers, signed by the key that it asks to pin.
pub(crate) fn answer(payload: &[u8]) {
    let key = server_key();
    let Ok(frame) = envelope::sign(payload.to_vec(), Direction::FromServer, kid(), &key) else {
        return;
    };
    let request = party::request();
    let frame = sure(Unverified::parse(&frame));
    match Answer::open(&frame, &request, &code_key()) {
        Ok(Answer::Enrolled { enrolled, .. }) => assert_eq!(enrolled, party::enrolled()),
        Ok(refused @ Answer::Refused { .. }) => {
            let again = sure(Unverified::parse(&sure(refused.sign(&request, &key))));
            assert_eq!(Answer::open(&again, &request, &code_key()), Ok(refused));
        }
        Err(_) => {}
    }
}
