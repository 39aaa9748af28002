//! The server's side: no hashing, no password, one answer for known and unknown.

use opaque_ke::{
    CredentialFinalization, CredentialRequest, ServerLogin, ServerLoginParameters,
    ServerRegistration,
};
use rand::{CryptoRng, RngCore};

use super::{
    CONTEXT, Ke1, Ke2, Ke3, OpaqueError, Record, RegistrationRequest, RegistrationResponse,
    RegistrationUpload, SessionKey, Subject, Suite,
};
use crate::secret::Secret;

/// The acquirer's long-term OPAQUE secret: the OPRF seed and the server's key. It lives
/// apart from the records: whoever holds both can try passwords.
pub struct ServerSetup(Box<opaque_ke::ServerSetup<Suite>>);

impl std::fmt::Debug for ServerSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerSetup")
    }
}

impl ServerSetup {
    /// How many bytes it has when serialised.
    pub const LENGTH: usize = 128;

    /// Draws a new setup. Records made under another one are worthless under this.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self(Box::new(opaque_ke::ServerSetup::new(rng)))
    }

    /// The setup as bytes, to be wrapped by the root key before it is stored.
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        Secret::new(self.0.serialize().to_vec())
    }

    /// Reads a setup.
    ///
    /// # Errors
    /// [`OpaqueError::Malformed`].
    pub fn from_bytes(bytes: &Secret<Vec<u8>>) -> Result<Self, OpaqueError> {
        let bytes = bytes.expose();
        if bytes.len() != Self::LENGTH {
            return Err(OpaqueError::Malformed {
                what: "server setup",
            });
        }
        let setup = opaque_ke::ServerSetup::deserialize(bytes)
            .map_err(OpaqueError::malformed("server setup"))?;
        Ok(Self(Box::new(setup)))
    }
}

/// Answers the first message of a registration. There is nothing to remember.
///
/// # Errors
/// [`OpaqueError::Malformed`] if the request is none.
pub fn respond(
    setup: &ServerSetup,
    subject: &Subject,
    request: &RegistrationRequest,
) -> Result<RegistrationResponse, OpaqueError> {
    let request = opaque_ke::RegistrationRequest::deserialize(request.as_bytes())
        .map_err(OpaqueError::malformed("registration request"))?;
    let started = ServerRegistration::start(&setup.0, request, subject.credential_identifier())?;
    RegistrationResponse::from_bytes(&started.message.serialize())
        .map_err(|_| OpaqueError::Internal)
}

/// Makes the record of a registration from its last message.
///
/// # Errors
/// [`OpaqueError::Malformed`] if the upload is none.
pub fn record(upload: &RegistrationUpload) -> Result<Record, OpaqueError> {
    let upload = opaque_ke::RegistrationUpload::<Suite>::deserialize(upload.as_bytes())
        .map_err(OpaqueError::malformed("registration upload"))?;
    Record::from_bytes(&ServerRegistration::finish(upload).serialize())
        .map_err(|_| OpaqueError::Internal)
}

/// A sign-on between its second and its third message; kept in memory, for seconds,
/// and used once.
pub struct LoginState {
    state: Box<ServerLogin<Suite>>,
    subject: Subject,
}

impl std::fmt::Debug for LoginState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginState")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Answers the first message of a sign-on. Count the attempt durably before this: the
/// answer tells the terminal whether the password was right.
///
/// Without a record (no such operator, no password yet, revoked) the answer is made up,
/// of the same shape and in the same time, and no third message will fit it.
///
/// # Errors
/// [`OpaqueError::Malformed`] if the message or the record is none.
pub fn start_login(
    setup: &ServerSetup,
    subject: &Subject,
    record: Option<&Record>,
    ke1: &Ke1,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(LoginState, Ke2), OpaqueError> {
    let record = record
        .map(|record| ServerRegistration::<Suite>::deserialize(record.as_bytes()))
        .transpose()
        .map_err(OpaqueError::malformed("record"))?;
    let ke1 = CredentialRequest::deserialize(ke1.as_bytes())
        .map_err(OpaqueError::malformed("first sign-on message"))?;
    let identifier = subject.credential_identifier();
    let started = ServerLogin::start(rng, &setup.0, record, ke1, identifier, parameters(subject))?;
    let ke2 = Ke2::from_bytes(&started.message.serialize()).map_err(|_| OpaqueError::Internal)?;
    let state = LoginState {
        state: Box::new(started.state),
        subject: subject.clone(),
    };
    Ok((state, ke2))
}

impl LoginState {
    /// Whose sign-on it is.
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Checks the third message of a sign-on.
    ///
    /// # Errors
    /// [`OpaqueError::WrongPassword`] if the terminal did not know the password, or
    /// answered another sign-on; [`OpaqueError::Malformed`] if the message is none.
    pub fn finish(self, ke3: &Ke3) -> Result<SessionKey, OpaqueError> {
        let ke3 = CredentialFinalization::deserialize(ke3.as_bytes())
            .map_err(OpaqueError::malformed("third sign-on message"))?;
        let finished = self.state.finish(ke3, parameters(&self.subject))?;
        Ok(SessionKey::new(finished.session_key.into()))
    }
}

fn parameters(subject: &Subject) -> ServerLoginParameters<'_, '_> {
    ServerLoginParameters {
        context: Some(CONTEXT),
        identifiers: subject.identifiers(),
    }
}
