//! Pictures from outside: read with suspicion, kept as something of our own making.
//!
//! A file is taken only where its content is a JPEG or a PNG from its first byte to
//! its last. Its dimensions are checked before anything is unpacked. What is kept is
//! encoded anew from the pixels: no place, camera or thumbnail that was written into
//! it, nothing that hid behind it, and no longer than is needed to read a number.
//!
//! Nothing here knows whose picture it is.

mod develop;
mod envelope;
pub mod limits;
mod orientation;

pub use develop::{Picture, develop};

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than any scan has to be.
    #[error("the file is larger than 8 MiB")]
    TooLarge,
    /// Its content is neither JPEG nor PNG, whatever its name says.
    #[error("the file is neither JPEG nor PNG")]
    WrongKind,
    /// It is a picture and something else as well.
    #[error("the file holds more than a picture")]
    Polyglot,
    /// It unpacks to more than is worked on.
    #[error("the picture has more than 25 million pixels")]
    TooManyPixels,
    /// Nobody could read it.
    #[error("the picture is smaller than 300 pixels")]
    TooSmall,
    /// It ends early, or is not what it says.
    #[error("the picture is damaged or incomplete")]
    Broken,
}

impl PictureFault {
    /// One of each.
    pub const ALL: [Self; 7] = [
        Self::Empty,
        Self::TooLarge,
        Self::WrongKind,
        Self::Polyglot,
        Self::TooManyPixels,
        Self::TooSmall,
        Self::Broken,
    ];
}

#[cfg(test)]
mod tests;
