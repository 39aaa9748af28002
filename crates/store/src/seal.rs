//! Personal data at rest: sealed, found through keyed digests, erased by forgetting.
//!
//! Each owner (a merchant, or the acquirer for what belongs to no merchant) has a
//! random data key, wrapped by a key derived from the root key. What is sealed is
//! bound to its table, column and row, so that a value moved elsewhere by hand does
//! not open. Destroying an owner's row in `data_keys` erases all of it, in the
//! backups too as soon as that row is gone from them.
//!
//! A blind index finds a phone or a document number without storing it. It is
//! keyed, because there are few enough phones to try them all.

use std::fmt;
use std::str::FromStr;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tillkey_wire::ids::{AcquirerId, ApplicationId, InvalidId, MerchantNumber};
use tillkey_wire::secret::Secret;
use zeroize::Zeroize;

use crate::fault::Fault;
use crate::limits;
use crate::tx::{Tx, statements};
use crate::value::{FromValue, Value};

statements! {
    ADD: "store a data key" =
        "INSERT INTO data_keys (owner, wrapped, created_at) VALUES ($1, $2, $3)";
    FIND: "find a data key" = "SELECT wrapped FROM data_keys WHERE owner = $1";
    ERASE: "erase a data key" = "DELETE FROM data_keys WHERE owner = $1";
}

/// The keys that the server derives from its root key for this room.
#[derive(Debug)]
pub struct SealKeys {
    /// Wraps data keys.
    pub wrapping: Secret<[u8; 32]>,
    /// Keys the blind indexes.
    pub index: Secret<[u8; 32]>,
    /// Keys the digests of codes and tokens.
    pub code: Secret<[u8; 32]>,
}

/// Whose data it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A merchant's.
    Merchant(MerchantNumber),
    /// An applicant's.
    Application(ApplicationId),
    /// The acquirer's own.
    Acquirer(AcquirerId),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merchant(number) => write!(f, "merchant/{number}"),
            Self::Application(id) => write!(f, "application/{id}"),
            Self::Acquirer(id) => write!(f, "acquirer/{id}"),
        }
    }
}

impl FromStr for Owner {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        match text.split_once('/') {
            Some(("merchant", number)) => number.parse().map(Self::Merchant),
            Some(("application", id)) => id.parse().map(Self::Application),
            Some(("acquirer", id)) => id.parse().map(Self::Acquirer),
            _ => Err(InvalidId {
                kind: "owner",
                rule: "merchant/NUMBER, application/ID or acquirer/ID",
            }),
        }
    }
}

impl FromValue for Owner {
    fn from_value(value: Value) -> Result<Self, Fault> {
        String::from_value(value)?
            .parse()
            .map_err(|_| Fault::damaged("owner", "it does not have the required shape"))
    }
}

/// Where a sealed value is kept. It opens there and nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's key as text.
    pub row: &'a str,
}

/// One owner's key, unwrapped for the length of a request.
#[derive(Debug)]
pub struct DataKey {
    owner: Owner,
    key: Secret<[u8; 32]>,
}

impl DataKey {
    /// Draws and stores the key of a new owner.
    ///
    /// # Errors
    /// [`Fault::Taken`] when the owner has one.
    pub fn create(
        tx: &mut dyn Tx,
        keys: &SealKeys,
        (owner, now): (&Owner, Timestamp),
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, Fault> {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let key = Secret::new(bytes);
        bytes.zeroize();
        let name = owner.to_string();
        let wrapped = seal(&keys.wrapping, wrapping_place(&name), key.expose(), rng)?;
        tx.execute(
            ADD,
            &[Value::from(name), Value::from(wrapped), Value::from(now)],
        )?;
        Ok(Self {
            owner: owner.clone(),
            key,
        })
    }

    /// Loads an owner's key.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when it was erased, or wrapped under another root key.
    pub fn load(tx: &mut dyn Tx, keys: &SealKeys, owner: &Owner) -> Result<Self, Fault> {
        Self::find(tx, keys, owner)?.ok_or(Fault::Unsealable("owner"))
    }

    /// The same; none where it was erased.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when it was wrapped under another root key.
    pub fn find(tx: &mut dyn Tx, keys: &SealKeys, owner: &Owner) -> Result<Option<Self>, Fault> {
        let name = owner.to_string();
        let Some(mut row) = tx.query_one(FIND, &[Value::from(name.as_str())])? else {
            return Ok(None);
        };
        let wrapped: Vec<u8> = row.take()?;
        let opened = unseal(&keys.wrapping, wrapping_place(&name), &wrapped)?;
        let key = <[u8; 32]>::try_from(opened.expose().as_slice())
            .map_err(|_| Fault::Unsealable("owner"))?;
        Ok(Some(Self {
            owner: owner.clone(),
            key: Secret::new(key),
        }))
    }

    /// Whose key it is.
    pub const fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Seals a value for its place.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] above the limit.
    pub fn seal(
        &self,
        place: Place<'_>,
        plain: &[u8],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Vec<u8>, Fault> {
        seal(&self.key, place, plain, rng)
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when it was sealed with another key or for another place,
    /// or was changed.
    pub fn unseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret<Vec<u8>>, Fault> {
        unseal(&self.key, place, sealed)
    }

    /// As [`DataKey::unseal`], for a text.
    ///
    /// # Errors
    /// As [`DataKey::unseal`].
    pub fn unseal_text(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret<String>, Fault> {
        let plain = self.unseal(place, sealed)?;
        String::from_utf8(plain.expose().clone())
            .map(Secret::new)
            .map_err(|_| Fault::damaged(place.column, "it is not UTF-8"))
    }
}

/// Destroys an owner's key, and with it everything that was sealed for them. True
/// when there was one.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn erase(tx: &mut dyn Tx, owner: &Owner) -> Result<bool, Fault> {
    Ok(tx.execute(ERASE, &[Value::from(owner.to_string())])? > 0)
}

const fn wrapping_place(owner: &str) -> Place<'_> {
    Place {
        table: "data_keys",
        column: "wrapped",
        row: owner,
    }
}

/// The first byte of everything sealed, so that another way can come later.
const XCHACHA20_POLY1305: u8 = 1;
const NONCE_BYTES: usize = 24;

/// `version ‖ nonce ‖ ciphertext and tag`. The nonce is random: 192 bits do not
/// repeat.
fn seal(
    key: &Secret<[u8; 32]>,
    place: Place<'_>,
    plain: &[u8],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, Fault> {
    let limit = limits::SEALED_BYTES_MAX;
    let too_large = Fault::TooLarge {
        thing: "value to be sealed",
        limit,
    };
    if plain.len() > limit {
        return Err(too_large);
    }
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let aad = length_prefixed(&[place.table, place.column, place.row].map(str::as_bytes));
    let sealed = XChaCha20Poly1305::new(key.expose().into())
        .encrypt(
            XNonce::from_slice(&nonce),
            Payload {
                msg: plain,
                aad: &aad,
            },
        )
        .map_err(|_| too_large)?;
    Ok([&[XCHACHA20_POLY1305], nonce.as_slice(), &sealed].concat())
}

fn unseal(
    key: &Secret<[u8; 32]>,
    place: Place<'_>,
    sealed: &[u8],
) -> Result<Secret<Vec<u8>>, Fault> {
    let fault = || Fault::Unsealable(place.column);
    let rest = sealed
        .strip_prefix(&[XCHACHA20_POLY1305])
        .ok_or_else(fault)?;
    let (nonce, body) = rest.split_at_checked(NONCE_BYTES).ok_or_else(fault)?;
    let aad = length_prefixed(&[place.table, place.column, place.row].map(str::as_bytes));
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt(
            XNonce::from_slice(nonce),
            Payload {
                msg: body,
                aad: &aad,
            },
        )
        .map(Secret::new)
        .map_err(|_| fault())
}

/// A keyed digest of 32 bytes. Compared in constant time and shown by nobody.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

/// What stands in the place of a blind index that was wiped: no digest comes to it.
pub const NO_INDEX: Digest = Digest([0; 32]);

impl Digest {
    /// The digest as hexadecimal text, to name a subject of attempts.
    pub fn to_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

impl FromValue for Digest {
    fn from_value(value: Value) -> Result<Self, Fault> {
        <[u8; 32]>::from_value(value).map(Self)
    }
}

impl From<&Digest> for Value {
    fn from(digest: &Digest) -> Self {
        Self::Bytes(digest.0.to_vec())
    }
}

impl SealKeys {
    /// The blind index of a phone. Tenants have different indexes of one phone.
    pub fn phone_index(&self, acquirer: &AcquirerId, phone: &str) -> Digest {
        keyed(&self.index, &["phone", acquirer.as_str(), phone])
    }

    /// The blind index of a document number of a kind, such as `business_licence`.
    pub fn document_index(&self, acquirer: &AcquirerId, kind: &str, number: &str) -> Digest {
        keyed(&self.index, &["document", acquirer.as_str(), kind, number])
    }

    /// The blind index of a network source, which may be a person's address.
    pub fn source_index(&self, source: &str) -> Digest {
        keyed(&self.index, &["source", source])
    }

    /// The digest of a one-time code, bound to what it is for and to one case. A
    /// database without the key cannot be searched for a code of six digits.
    pub fn code_digest(&self, purpose: &str, case: &str, code: &str) -> Digest {
        keyed(&self.code, &["code", purpose, case, code])
    }

    /// The digest of a random token: a session's or a case's.
    pub fn token_digest(&self, purpose: &str, token: &str) -> Digest {
        keyed(&self.code, &["token", purpose, token])
    }

    /// The digest of an integrator's own name for a record. The name itself is not
    /// kept: whatever a sender puts into it, it cannot be read here.
    pub fn reference_digest(&self, acquirer: &AcquirerId, reference: &str) -> Digest {
        keyed(&self.index, &["reference", acquirer.as_str(), reference])
    }

    /// The blind index of a picture, by its file or by its pixels, so that the same one
    /// is known again.
    pub fn picture_index(&self, acquirer: &AcquirerId, of_what: &str, digest: &[u8; 32]) -> Digest {
        let digest = data_encoding::HEXLOWER.encode(digest);
        keyed(
            &self.index,
            &["picture", acquirer.as_str(), of_what, &digest],
        )
    }

    /// The digest of a text that is kept elsewhere or nowhere, such as a reviewer's
    /// comment in the ledger.
    pub fn text_digest(&self, purpose: &str, text: &str) -> Digest {
        keyed(&self.index, &["text", purpose, text])
    }
}

/// HMAC-SHA-256 over the parts, each with its length: no two lists read the same.
fn keyed(key: &Secret<[u8; 32]>, parts: &[&str]) -> Digest {
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key.expose()) else {
        unreachable!("HMAC takes a key of any length");
    };
    let bytes: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    mac.update(&length_prefixed(&bytes));
    Digest(mac.finalize().into_bytes().into())
}

fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
