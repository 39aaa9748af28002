//! OPAQUE's messages: bytes of one length that may or may not be points of a group.

use std::sync::OnceLock;

use tillkey_wire::opaque::server::{self, ServerSetup};
use tillkey_wire::opaque::{Ke1, Ke3, Record, RegistrationRequest, RegistrationUpload, Subject};

use crate::party::{TILL, known, operator, rng};

/// Takes the bytes for each message that the server reads.
pub(crate) fn messages(bytes: &[u8]) {
    static SETUP: OnceLock<ServerSetup> = OnceLock::new();
    let setup = SETUP.get_or_init(|| ServerSetup::random(&mut rng()));
    let subject = Subject::new(&known("demo-bank"), TILL, operator(5));
    if let Some(request) = beginning(bytes, RegistrationRequest::LENGTH)
        && let Ok(request) = RegistrationRequest::from_bytes(request)
    {
        let _ = server::respond(setup, &subject, &request);
    }
    let upload = beginning(bytes, RegistrationUpload::LENGTH)
        .and_then(|upload| RegistrationUpload::from_bytes(upload).ok());
    let record = upload.and_then(|upload| server::record(&upload).ok());
    let Some(ke1) = beginning(bytes, Ke1::LENGTH).and_then(|ke1| Ke1::from_bytes(ke1).ok()) else {
        return;
    };
    sign_on(setup, &subject, record.as_ref(), &ke1, bytes);
}

fn sign_on(
    setup: &ServerSetup,
    subject: &Subject,
    record: Option<&Record>,
    ke1: &Ke1,
    bytes: &[u8],
) {
    let known = server::start_login(setup, subject, record, ke1, &mut rng());
    let unknown = server::start_login(setup, subject, None, ke1, &mut rng());
    // Whether there is such an operator shows in nothing.
    assert_eq!(known.is_ok(), unknown.is_ok());
    let end = bytes.len().checked_sub(Ke3::LENGTH);
    let ke3 = end
        .and_then(|end| bytes.get(end..))
        .and_then(|ke3| Ke3::from_bytes(ke3).ok());
    for started in [known, unknown] {
        if let (Ok((state, _)), Some(ke3)) = (started, &ke3) {
            assert!(state.finish(ke3).is_err(), "a sign-on without a password");
        }
    }
}

fn beginning(bytes: &[u8], length: usize) -> Option<&[u8]> {
    bytes.get(..length)
}
