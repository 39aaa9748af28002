//! Why a file could not be imported, other than by what stands in its rows.

use std::io;
use std::path::PathBuf;

use tillkey_store::fault::Fault;
use tillkey_wire::ids::AcquirerId;

use crate::limits::IMPORT_FILE_BYTES_MAX;

/// Why a file could not be imported. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    /// It cannot be read.
    #[error("cannot read {}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is too large.
    #[error("{} has more than {IMPORT_FILE_BYTES_MAX} bytes; split it", .path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// Its first line is not understood.
    #[error("{}: {why}", .path.display())]
    Header {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, and what is taken.
        why: String,
    },
    /// Nobody runs this installation under that name.
    #[error("there is no acquirer {0}")]
    NoAcquirer(AcquirerId),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] Fault),
}
