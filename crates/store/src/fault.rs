//! What can go wrong with the store: the world failed, never "the rules say no".
//!
//! A fault says whose it is and whether to try again. It never carries a value
//! that was stored, which may be somebody's.

use std::error::Error;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

/// Why the store could not do what was asked. Nothing of the request was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// More requests are waiting than the queue holds.
    #[error("the store is busy: its queue is full; try again in a moment")]
    Busy,
    /// Another program holds the database.
    #[error("the database is locked by another program; stop that program or try again")]
    Locked,
    /// The database server does not answer.
    #[error("the database cannot be reached; nothing was done, try again in a moment")]
    Unreachable,
    /// The connection broke at the commit, and nobody can say yet what became of it.
    #[error("the database went away at the commit: look whether it was done before you try again")]
    Unsettled,
    /// Too many others changed the same.
    #[error("too many others changed the same at once; nothing was done, try again in a moment")]
    Contended,
    /// The ledger does not keep up, and without it nothing is done.
    #[error("the ledger is behind: nothing is done until it has caught up")]
    LedgerBehind,
    /// What arrived at another engine is not what was sent.
    #[error("nothing was moved: {0}")]
    NotTransferred(&'static str),
    /// The database server is not one that can be used.
    #[error("the database at {address} cannot be used: {why}")]
    Unfit {
        /// Where it is, without a password.
        address: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// There is no room left.
    #[error("the disk under the database is full; make room, nothing was written")]
    DiskFull,
    /// Somebody else changed the thing first.
    #[error("the {0} was changed meanwhile; load it again")]
    Conflict(&'static str),
    /// There is one already, and there may be one only.
    #[error("{0}: there is one already")]
    Taken(&'static str),
    /// What a row refers to is not there.
    #[error("{0}: it refers to something that does not exist")]
    Dangling(&'static str),
    /// Something that has to be there is not.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// What is stored is not what was written.
    #[error("the {thing} in the database cannot be read: {why}")]
    Damaged {
        /// The thing, in the words of the design.
        thing: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Something larger than its limit was to be stored.
    #[error("the {thing} is too large: {limit} bytes are allowed")]
    TooLarge {
        /// The thing, in the words of the design.
        thing: &'static str,
        /// The most it may be.
        limit: usize,
    },
    /// The key that sealed it is gone: erased on purpose, or of another root key.
    #[error("the {0} cannot be unsealed: its key was erased or the root key is another one")]
    Unsealable(&'static str),
    /// The database was written by a later Tillkey.
    #[error("the database has schema {found}, this program knows {known}; run the newer program")]
    Newer {
        /// What the database has.
        found: u32,
        /// What this program knows.
        known: u32,
    },
    /// A migration that was applied is not the one this program has.
    #[error("migration {0} was applied with another text than this program has")]
    Rewritten(u32),
    /// Another process has the data directory open.
    #[error("the data directory {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The data directory cannot be used.
    #[error("cannot {doing} {}", .path.display())]
    Directory {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The database and the checkpoint beside it disagree: it was rolled back,
    /// truncated or replaced.
    #[error("the database does not continue the checkpoint in {}: {why}", .path.display())]
    RolledBack {
        /// The checkpoint file.
        path: PathBuf,
        /// How they disagree.
        why: &'static str,
    },
    /// The ledger could not be carried on, so nothing was done.
    #[error("the ledger could not {doing}")]
    Ledger {
        /// What was tried.
        doing: &'static str,
        /// What the ledger says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The ledger in the database is not whole. Nothing is written over it.
    #[error("the ledger in the database is broken: {0}")]
    LedgerBroken(&'static str),
    /// The database engine failed in another way.
    #[error("the database failed to {doing}")]
    Engine {
        /// The statement or the step.
        doing: &'static str,
        /// What the engine says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The request itself broke an invariant; it was rolled back alone.
    #[error("a request to the store panicked; it was rolled back")]
    Panicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}

impl Fault {
    /// Whether the same request may succeed when it is made again.
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::Locked
                | Self::Unreachable
                | Self::Contended
                | Self::LedgerBehind
                | Self::DiskFull
                | Self::Conflict(_)
        )
    }

    /// A failure of an engine that means nothing more.
    pub(crate) fn of_engine(
        doing: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Engine {
            doing,
            source: source.into(),
        }
    }

    /// Says what an error of SQLite means for the one who asked.
    pub(crate) fn of_sqlite(doing: &'static str, source: rusqlite::Error) -> Self {
        let Some(error) = source.sqlite_error() else {
            return Self::of_engine(doing, source);
        };
        match (error.code, error.extended_code) {
            (ErrorCode::DiskFull, _) => Self::DiskFull,
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Locked,
            (
                ErrorCode::ConstraintViolation,
                rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
            ) => Self::Taken(doing),
            (ErrorCode::ConstraintViolation, rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
                Self::Dangling(doing)
            }
            (ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt, _) => Self::Damaged {
                thing: "database file",
                why: "it is not a whole SQLite database",
            },
            _ => Self::of_engine(doing, source),
        }
    }

    /// Says what an error of PostgreSQL means for the one who asked.
    pub(crate) fn of_postgres(doing: &'static str, source: tokio_postgres::Error) -> Self {
        let Some(state) = source.code() else {
            return if source.is_closed() || has_io(&source) {
                Self::Unreachable
            } else {
                Self::of_engine(doing, source)
            };
        };
        match *state {
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
                Self::Contended
            }
            SqlState::LOCK_NOT_AVAILABLE => Self::Locked,
            SqlState::UNIQUE_VIOLATION => Self::Taken(doing),
            SqlState::FOREIGN_KEY_VIOLATION => Self::Dangling(doing),
            SqlState::DISK_FULL => Self::DiskFull,
            // Shut down, crashed, starting, or it closed a transaction that stood idle.
            SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            | SqlState::TOO_MANY_CONNECTIONS => Self::Unreachable,
            _ if state.code().starts_with("08") => Self::Unreachable,
            _ => Self::of_engine(doing, source),
        }
    }

    /// Says what a fault of the ledger kept from being done.
    pub fn ledger(doing: &'static str) -> impl Fn(tillkey_ledger::Fault) -> Self {
        move |source| Self::Ledger {
            doing,
            source: Box::new(source),
        }
    }

    /// A ledger that is not whole.
    pub(crate) const fn ledger_broken(why: &'static str) -> Self {
        Self::LedgerBroken(why)
    }

    /// A stored thing that does not read as what it should be.
    pub(crate) const fn damaged(thing: &'static str, why: &'static str) -> Self {
        Self::Damaged { thing, why }
    }
}

/// Whether an error comes from the socket.
fn has_io(error: &tokio_postgres::Error) -> bool {
    error
        .source()
        .is_some_and(<dyn Error>::is::<std::io::Error>)
}
