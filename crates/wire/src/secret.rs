//! A wrapper for what must not be printed, logged or cloned by accident.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret value: wiped when dropped, and shown by `Debug` as its type only.
///
/// It is read with [`Secret::expose`], so that every reading can be searched for.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Reads the value. Keep the borrow short and never format it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{}>", std::any::type_name::<T>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_type_and_never_the_value() {
        let shown = format!("{:?}", Secret::new(String::from("73920164")));
        assert!(!shown.contains("7392"), "{shown}");
        assert!(shown.starts_with("Secret<"));
    }
}
