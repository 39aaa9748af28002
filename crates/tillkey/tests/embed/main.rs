//! The SDK in another language's hands: programs in C against the header and the library,
//! the real server behind them, and the Kotlin that is generated.
//!
//! 1. [`sdk`] is what a vendor is handed: the header, the library, a C compiler.
//! 2. [`whole_way`] is a terminal written in C, in a shop of the browser's tests.
//! 3. [`misuse`] is everything a C program may do wrong.
//! 4. [`kotlin`] looks at what is generated for Android.

#![cfg(test)]

#[path = "../browser/clock_library.rs"]
mod clock_library;
mod kotlin;
#[path = "../browser/leash.rs"]
mod leash;
mod misuse;
mod sdk;
#[path = "../browser/shop.rs"]
#[expect(
    dead_code,
    reason = "people before a browser need more of a shop than a terminal"
)]
mod shop;
#[path = "../browser/town.rs"]
#[expect(
    dead_code,
    reason = "people before a browser need more of a town than a terminal"
)]
mod town;
mod whole_way;
