//! Byte strings of one exact length, or up to one, as CBOR byte strings.

use serde::de::{Deserializer, Error, Visitor};

/// Not the number of bytes that it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{name} has {found} bytes instead of {expected}")]
pub struct InvalidLength {
    /// What it was taken for.
    pub name: &'static str,
    /// How many bytes that has, or has at most.
    pub expected: usize,
    /// How many were there.
    pub found: usize,
}

/// Reads a byte string with `read`, which checks its length.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: fn(&[u8]) -> Result<T, InvalidLength>,
) -> Result<T, D::Error> {
    struct Bytes<T>(fn(&[u8]) -> Result<T, InvalidLength>);

    impl<T> Visitor<'_> for Bytes<T> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a byte string")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
            (self.0)(bytes).map_err(E::custom)
        }
    }

    // Not `deserialize_bytes`: the CBOR reader lends at most 4096 bytes that way.
    deserializer.deserialize_byte_buf(Bytes(read))
}

/// A byte string of one exact length. `Debug` shows the length only: some of them
/// are worth stealing, and none of them is worth reading.
macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $length:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Vec<u8>);

        impl $name {
            /// How many bytes it has.
            pub const LENGTH: usize = $length;

            /// Takes bytes of the right length; their meaning is checked when used.
            ///
            /// # Errors
            /// [`InvalidLength`](crate::opaque::InvalidLength) for any other length.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, crate::bytes::InvalidLength> {
                if bytes.len() == Self::LENGTH {
                    Ok(Self(bytes.to_vec()))
                } else {
                    Err(crate::bytes::InvalidLength {
                        name: stringify!($name),
                        expected: Self::LENGTH,
                        found: bytes.len(),
                    })
                }
            }

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({} bytes)", stringify!($name), Self::LENGTH)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::bytes::deserialize(deserializer, Self::from_bytes)
            }
        }
    };
}

/// A byte string up to a length. `Debug` shows the length only.
macro_rules! bounded_bytes {
    ($(#[$doc:meta])* $name:ident, $limit:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Vec<u8>);

        impl $name {
            /// The most bytes that it has.
            pub const LENGTH_MAX: usize = $limit;

            /// Takes bytes up to the limit.
            ///
            /// # Errors
            /// [`InvalidLength`](crate::opaque::InvalidLength) above it.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, crate::bytes::InvalidLength> {
                if bytes.len() <= Self::LENGTH_MAX {
                    Ok(Self(bytes.to_vec()))
                } else {
                    Err(crate::bytes::InvalidLength {
                        name: stringify!($name),
                        expected: Self::LENGTH_MAX,
                        found: bytes.len(),
                    })
                }
            }

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({} bytes)", stringify!($name), self.0.len())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::bytes::deserialize(deserializer, Self::from_bytes)
            }
        }
    };
}

pub(crate) use {bounded_bytes, fixed_bytes};
