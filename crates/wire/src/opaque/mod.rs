//! OPAQUE (RFC 9807) between a terminal and the server, bytes in and bytes out.
//!
//! Neither side touches the library's types: the suite, the key-stretching
//! parameters, the identifiers and the context are fixed here, once, so that the two
//! sides cannot disagree. The server learns no password from anything it is given;
//! it keeps a [`Record`].

use opaque_ke::{CipherSuite, Identifiers, Ristretto255, TripleDh};
use sha2::Sha512;

use crate::ids::{AcquirerId, OperatorNumber, TerminalId};
use crate::secret::Secret;

pub use self::stretching::Stretching;
pub use crate::bytes::InvalidLength;

pub mod client;
pub mod server;
pub mod stretching;

use crate::bytes::fixed_bytes;

/// What both sides mix into every sign-on.
const CONTEXT: &[u8] = b"tillkey/1";

/// The cipher suite.
#[derive(Debug, Clone, Copy)]
struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = stretching::Passed;
}

fixed_bytes!(
    /// The first message of a sign-on, terminal to server (RFC 9807, KE1).
    Ke1,
    96
);
fixed_bytes!(
    /// The second message of a sign-on, server to terminal (RFC 9807, KE2). From it the
    /// terminal learns whether the password was right.
    Ke2,
    320
);
fixed_bytes!(
    /// The third message of a sign-on, terminal to server (RFC 9807, KE3). From it the
    /// server learns that the password was right.
    Ke3,
    64
);
fixed_bytes!(
    /// The first message of a registration, terminal to server.
    RegistrationRequest,
    32
);
fixed_bytes!(
    /// The second message of a registration, server to terminal.
    RegistrationResponse,
    64
);
fixed_bytes!(
    /// The third message of a registration, terminal to server.
    RegistrationUpload,
    192
);
fixed_bytes!(
    /// What the server keeps of a password. Without the server setup it is worth
    /// nothing; with it, every password can be tried.
    Record,
    192
);

/// The key that both sides hold after a sign-on, and nobody else does.
pub type SessionKey = Secret<[u8; 64]>;

/// Whose password it is, and who keeps the record. Part of every derivation, so a
/// record copied to another operator or terminal opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    client: String,
    server: String,
}

impl Subject {
    /// Names the operator of a terminal of an acquirer.
    pub fn new(acquirer: &AcquirerId, terminal: TerminalId, operator: OperatorNumber) -> Self {
        Self {
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

    /// What the server derives the operator's OPRF key from.
    fn credential_identifier(&self) -> &[u8] {
        self.client.as_bytes()
    }
}

/// Why a step of OPAQUE did not come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpaqueError {
    /// On the terminal: the password is wrong, or the server keeps none. On the
    /// server: the terminal did not know the password.
    #[error("the password is wrong")]
    WrongPassword,
    /// A message, a record or a setup that is none.
    #[error("not a valid {what}")]
    Malformed {
        /// What it was taken for.
        what: &'static str,
    },
    /// The library failed in a way that no message can provoke.
    #[error("the cryptographic library failed")]
    Internal,
}

impl OpaqueError {
    /// For a message that cannot be read.
    fn malformed(what: &'static str) -> impl Fn(opaque_ke::errors::ProtocolError) -> Self {
        move |_| Self::Malformed { what }
    }
}

impl From<opaque_ke::errors::ProtocolError> for OpaqueError {
    fn from(fault: opaque_ke::errors::ProtocolError) -> Self {
        use opaque_ke::errors::ProtocolError as Fault;
        match fault {
            Fault::InvalidLoginError => Self::WrongPassword,
            Fault::ReflectedValueError | Fault::SerializationError | Fault::SizeError { .. } => {
                Self::Malformed { what: "message" }
            }
            Fault::LibraryError(_) | Fault::Custom(_) => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests;
