//! Why a catalogue cannot be offered. Always ours to mend, never a caller's.

use crate::policy::Place;

/// One thing that is wrong with the files, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueFault {
    /// There is no product at all.
    #[error("catalogue: no product, expected one *.toml file for each")]
    Empty,
    /// There are too many.
    #[error("catalogue: {count} products, at most {max} are read")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// A file is too long.
    #[error("{file}: {bytes} bytes, at most {max} are read")]
    TooLong {
        /// Its name.
        file: String,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        max: usize,
    },
    /// The same name twice.
    #[error("{file}: given twice")]
    DuplicateFile {
        /// The name.
        file: String,
    },
    /// Not a product: not TOML, a key too many or too few, a word that is none.
    #[error("{place}: {message}")]
    Malformed {
        /// Where.
        place: Place,
        /// What the reader says.
        message: String,
    },
    /// A value that cannot be offered.
    #[error("{file}: `{key}` {problem}")]
    Wrong {
        /// The file.
        file: String,
        /// The key, with its way from the top.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}
