//! The terminal's half of OPAQUE without the stretching of the password.
//!
//! The server cannot see whether a terminal stretches, and does exactly the same for
//! one that does not: its messages have the same sizes and cost it the same. Without
//! it a run is not 20 ms of the load generator's processor for each password. The
//! terminal in `tillkey-terminal` always stretches; this stays in the benchmark.

use opaque_ke::errors::ProtocolError;
use opaque_ke::ksf::Identity;
use opaque_ke::{
    CipherSuite, ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, Identifiers, Ristretto255, TripleDh,
};
use rand::{CryptoRng, RngCore};
use sha2::Sha512;
use tillkey_wire::ids::{AcquirerId, OperatorNumber, TerminalId};
use tillkey_wire::opaque::server::{ServerSetup, respond};
use tillkey_wire::opaque::{
    Ke1, Ke2, Ke3, RegistrationRequest, RegistrationResponse, RegistrationUpload, Subject,
};

use crate::failed::Failed;

/// What every operator here has chosen.
const PASSWORD: &[u8] = b"739201";
/// As in `tillkey_wire::opaque`; were it another, no sign-on would succeed.
const CONTEXT: &[u8] = b"tillkey/1";

/// The suite of `tillkey_wire::opaque`, without its key-stretching function.
struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = Identity;
}

/// Whose password it is.
#[derive(Clone)]
pub(super) struct Whose {
    subject: Subject,
    client: String,
    server: String,
}

impl Whose {
    pub(super) fn new(
        acquirer: &AcquirerId,
        terminal: TerminalId,
        operator: OperatorNumber,
    ) -> Self {
        Self {
            subject: Subject::new(acquirer, terminal, operator),
            client: format!("{terminal}/{operator}"),
            server: acquirer.to_string(),
        }
    }

    fn identifiers(&self) -> Identifiers<'_> {
        Identifiers {
            client: Some(self.client.as_bytes()),
            server: Some(self.server.as_bytes()),
        }
    }
}

/// A registration whose three messages are known beforehand: the server's is the same
/// whenever it is asked, so the terminal's share can be done before the run.
pub(super) struct Registration {
    pub(super) request: RegistrationRequest,
    /// What the server will answer.
    pub(super) response: RegistrationResponse,
    pub(super) upload: RegistrationUpload,
}

impl Registration {
    /// Computes all three.
    pub(super) fn prepare(
        setup: &ServerSetup,
        whose: &Whose,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, Failed> {
        let started = ClientRegistration::<Suite>::start(rng, PASSWORD).map_err(failed)?;
        let request = RegistrationRequest::from_bytes(&started.message.serialize())
            .map_err(Failed::because("a registration"))?;
        let response =
            respond(setup, &whose.subject, &request).map_err(Failed::because("a registration"))?;
        let answer =
            opaque_ke::RegistrationResponse::deserialize(response.as_bytes()).map_err(failed)?;
        let parameters = ClientRegistrationFinishParameters::new(whose.identifiers(), None);
        let finished = started
            .state
            .finish(rng, PASSWORD, answer, parameters)
            .map_err(failed)?;
        let upload = RegistrationUpload::from_bytes(&finished.message.serialize())
            .map_err(Failed::because("a registration"))?;
        Ok(Self {
            request,
            response,
            upload,
        })
    }
}

/// A sign-on between its first and its third message.
pub(super) struct SignOn {
    whose: Whose,
    state: ClientLogin<Suite>,
}

impl SignOn {
    /// Makes the first message.
    pub(super) fn start(
        whose: Whose,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Ke1), Failed> {
        let started = ClientLogin::<Suite>::start(rng, PASSWORD).map_err(failed)?;
        let ke1 = Ke1::from_bytes(&started.message.serialize())
            .map_err(Failed::because("a first message"))?;
        Ok((
            Self {
                whose,
                state: started.state,
            },
            ke1,
        ))
    }

    /// Makes the third message from the second.
    pub(super) fn finish(
        self,
        ke2: &Ke2,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Ke3, Failed> {
        let ke2 = CredentialResponse::deserialize(ke2.as_bytes()).map_err(failed)?;
        let parameters =
            ClientLoginFinishParameters::new(Some(CONTEXT), self.whose.identifiers(), None);
        let finished = self
            .state
            .finish(rng, PASSWORD, ke2, parameters)
            .map_err(failed)?;
        Ke3::from_bytes(&finished.message.serialize()).map_err(Failed::because("a third message"))
    }
}

fn failed(error: ProtocolError) -> Failed {
    Failed::new(format!("the terminal's half of OPAQUE failed: {error:?}"))
}
