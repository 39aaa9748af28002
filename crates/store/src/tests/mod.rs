use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::Timestamp;
use tillkey_ledger::LogKey;

use crate::checkpoint_file::CheckpointFile;
use crate::cluster::{self, Cluster};
use crate::fault::Fault;
use crate::postgres::Address;
use crate::store::{Database, Options, Store};

mod audit;
mod closing;
mod conformance;
mod erasure;
mod kill;
mod ledger;
mod statements;

pub(crate) fn log_key() -> LogKey {
    LogKey::from_seed("ledger.example/demo-bank".parse().unwrap(), &[7; 32])
}

pub(crate) fn open(path: &Path, checkpoint_file: CheckpointFile) -> Result<Store, Fault> {
    open_database(path, checkpoint_file, Database::Sqlite)
}

pub(crate) fn open_database(
    path: &Path,
    checkpoint_file: CheckpointFile,
    database: Database,
) -> Result<Store, Fault> {
    let options = Options {
        now: Timestamp::UNIX_EPOCH,
        log_key: log_key(),
        checkpoint_file,
        database,
    };
    Store::open(path, options)
}

/// The PostgreSQL server of this run of the tests.
pub(crate) struct Server {
    cluster: &'static Cluster,
}

impl Server {
    /// A database with the whole schema and nothing in it.
    pub(crate) fn database(&self, name: &str) -> Address {
        self.cluster.database(name, Some("like_this")).unwrap()
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.cluster.socket()
    }

    /// Where a database is that was made otherwise.
    pub(crate) fn address(&self, name: &str) -> Address {
        self.cluster.address(name)
    }
}

/// The one server of this run, which ends with it.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let cluster = cluster::shared().unwrap();
        let like_this = cluster.database("like_this", None).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let database = Database::Postgres(like_this);
        drop(open_database(directory.path(), CheckpointFile::Checked, database).unwrap());
        Server { cluster }
    })
}
