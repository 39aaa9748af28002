//! The SDK in the hands of other languages: a C library with a header, and Kotlin.
//!
//! 1. `facade` is one terminal as another language holds it: plain data in and out, one
//!    call at a time, frames and notices to be taken one by one. It is safe Rust, and all
//!    that there is to say is said there.
//! 2. `c` is the facade as functions over handles, for the header `tillkey.h`.
//! 3. `kotlin`, behind the feature of that name, is the facade as a class, by uniffi.
//!
//! It adds nothing to the protocol and knows no transport. No panic leaves it, no memory
//! changes its owner across it, and what cannot be right is an error.

#![deny(unsafe_op_in_unsafe_fn)]

pub mod facade;
pub mod limits;

#[expect(
    unsafe_code,
    clippy::missing_safety_doc,
    reason = "C hands over pointers; each is checked here and nowhere else, and what a program \
              has to see to stands once, at the head of the header"
)]
pub mod c;

#[cfg(feature = "kotlin")]
#[expect(
    clippy::needless_pass_by_value,
    reason = "the bridge hands over what it has made"
)]
pub mod kotlin;

#[cfg(feature = "generate")]
pub mod generate;

#[cfg(feature = "kotlin")]
uniffi::setup_scaffolding!();
