//! The terminal's side. The password comes in, and nothing that contains it goes out.

use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse,
};
use rand::{CryptoRng, RngCore};

use super::{
    CONTEXT, Ke1, Ke2, Ke3, OpaqueError, RegistrationRequest, RegistrationResponse,
    RegistrationUpload, SessionKey, Stretching, Subject, Suite,
};
use crate::opaque::stretching::Passed;
use crate::secret::Secret;

/// A registration between its first and its third message. It holds the password
/// until then, and forgets it when dropped.
#[derive(Debug)]
pub struct Registration {
    state: Opaque<ClientRegistration<Suite>>,
    password: Secret<String>,
}

/// A sign-on between its first and its third message; as [`Registration`].
#[derive(Debug)]
pub struct SignOn {
    state: Opaque<ClientLogin<Suite>>,
    password: Secret<String>,
}

/// A library state: shown by name only, because the library would show its scalars.
struct Opaque<T>(Box<T>);

impl<T> std::fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opaque")
    }
}

impl Registration {
    /// Begins: blinds the password.
    ///
    /// # Errors
    /// [`OpaqueError::Internal`] only.
    pub fn start(
        password: Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, RegistrationRequest), OpaqueError> {
        let started = ClientRegistration::<Suite>::start(rng, password.expose().as_bytes())?;
        let request = RegistrationRequest::from_bytes(&started.message.serialize())
            .map_err(|_| OpaqueError::Internal)?;
        Ok((
            Self {
                state: Opaque(Box::new(started.state)),
                password,
            },
            request,
        ))
    }

    /// Finishes: stretches the password (about 20 ms) and makes what the server keeps.
    ///
    /// # Errors
    /// [`OpaqueError::Malformed`] if the response is none.
    pub fn finish(
        self,
        response: &RegistrationResponse,
        subject: &Subject,
        stretching: &Stretching,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<RegistrationUpload, OpaqueError> {
        let response = opaque_ke::RegistrationResponse::deserialize(response.as_bytes())
            .map_err(OpaqueError::malformed("registration response"))?;
        let stretching = Passed::from(stretching);
        let parameters =
            ClientRegistrationFinishParameters::new(subject.identifiers(), Some(&stretching));
        let password = self.password.expose().as_bytes();
        let finished = self.state.0.finish(rng, password, response, parameters)?;
        RegistrationUpload::from_bytes(&finished.message.serialize())
            .map_err(|_| OpaqueError::Internal)
    }
}

impl SignOn {
    /// Begins: blinds the password.
    ///
    /// # Errors
    /// [`OpaqueError::Internal`] only.
    pub fn start(
        password: Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Ke1), OpaqueError> {
        let started = ClientLogin::<Suite>::start(rng, password.expose().as_bytes())?;
        let ke1 =
            Ke1::from_bytes(&started.message.serialize()).map_err(|_| OpaqueError::Internal)?;
        Ok((
            Self {
                state: Opaque(Box::new(started.state)),
                password,
            },
            ke1,
        ))
    }

    /// Finishes: stretches the password (about 20 ms) and proves it to the server.
    ///
    /// # Errors
    /// [`OpaqueError::WrongPassword`], also if there is no password or no such
    /// operator; [`OpaqueError::Malformed`] if the message is none.
    pub fn finish(
        self,
        ke2: &Ke2,
        subject: &Subject,
        stretching: &Stretching,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Ke3, SessionKey), OpaqueError> {
        let ke2 = CredentialResponse::deserialize(ke2.as_bytes())
            .map_err(OpaqueError::malformed("second sign-on message"))?;
        let stretching = Passed::from(stretching);
        let parameters = ClientLoginFinishParameters::new(
            Some(CONTEXT),
            subject.identifiers(),
            Some(&stretching),
        );
        let password = self.password.expose().as_bytes();
        let finished = self.state.0.finish(rng, password, ke2, parameters)?;
        let ke3 =
            Ke3::from_bytes(&finished.message.serialize()).map_err(|_| OpaqueError::Internal)?;
        Ok((ke3, SessionKey::new(finished.session_key.into())))
    }
}
