//! Bearer tokens. The database holds their keyed digests only.

use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::InvalidId;
use tillkey_wire::secret::Secret;

/// A random bearer token of 256 bits. The database holds its keyed digest only.
macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $prefix:literal, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Secret<String>);

        impl $name {
            /// Draws a new token.
            pub fn random(rng: &mut impl RngCore) -> Self {
                let mut bytes = [0; 32];
                rng.fill_bytes(&mut bytes);
                Self(Secret::new(format!("{}{}", $prefix, BASE64URL_NOPAD.encode(&bytes))))
            }

            /// The token, for its holder alone.
            pub const fn expose(&self) -> &String {
                self.0.expose()
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid = text.strip_prefix($prefix).is_some_and(|random| {
                    random.len() == 43
                        && random.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
                });
                if valid {
                    Ok(Self(Secret::new(text.to_owned())))
                } else {
                    Err(InvalidId { kind: $kind, rule: $rule })
                }
            }
        }

        impl Clone for $name {
            fn clone(&self) -> Self {
                Self(Secret::new(self.expose().clone()))
            }
        }

        /// For the one answer that gives the token to its holder, and for that answer's
        /// sealed copy under an idempotency key.
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.expose())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

token!(
    /// What shows that somebody is the one who opened a case.
    CaseToken,
    "case token",
    "",
    "43 characters of base64url"
);

token!(
    /// What shows that somebody is a signed-in member of staff. It looks other than a
    /// case token, so that a holder's request asks for no session.
    StaffToken,
    "staff token",
    "staff_",
    "`staff_` and 43 characters of base64url"
);

token!(
    /// What the device that began a manager's sign-in shows with the code.
    SignInToken,
    "sign-in token",
    "sign_in_",
    "`sign_in_` and 43 characters of base64url"
);

token!(
    /// What shows that somebody is a signed-in manager.
    ManagerToken,
    "manager token",
    "manager_",
    "`manager_` and 43 characters of base64url"
);

token!(
    /// What shows that somebody is the one who applied.
    ApplicationToken,
    "application token",
    "applicant_",
    "`applicant_` and 43 characters of base64url"
);
