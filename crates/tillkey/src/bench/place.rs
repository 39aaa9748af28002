//! Where an installation is made for the time of a measurement: a folder, and a database in
//! it or on a PostgreSQL server of its own. Both go with it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;
use tempfile::TempDir;
use tillkey_rules::spending::MessageMoney;
use tillkey_server::act::Language;
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::{Shell, open};
use tillkey_store::cluster::{Cluster, ClusterFault};
use tillkey_store::{Address, Database};

use super::Effort;
use super::clock::AheadClock;
use crate::failed::Failed;

/// What a server of one's own is told beyond what it does as delivered: memory, and room
/// between checkpoints, as whoever runs one with millions of rows would give it.
const SETTINGS: [&str; 2] = ["shared_buffers=1GB", "max_wal_size=4GB"];
/// How much of SQLite's database is in memory while it is filled past the acts, in KiB, as
/// its pragma has it.
const CACHE: i64 = -512 * 1_024;
/// The one database on it.
const NAME: &str = "bench";

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// SQLite, in the installation's folder
    Sqlite,
    /// A PostgreSQL server, started for it from Debian's packages
    Postgres,
}

impl Engine {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// The place.
pub(super) struct Place {
    server: Option<(Cluster, Address)>,
    folder: TempDir,
    /// Apart, because the server runs as somebody who may not look into the other one.
    _server_folder: Option<TempDir>,
}

impl Place {
    /// Makes it, with nothing in it.
    pub(super) fn make(effort: &Effort) -> Result<Self, Failed> {
        let folder = folder(&effort.data)?;
        let (server, server_folder) = match effort.engine {
            Engine::Sqlite => (None, None),
            Engine::Postgres => {
                let failed = || Failed::because::<ClusterFault>("no server for the database");
                let below = self::folder(&effort.data)?;
                let cluster = Cluster::start(below.path(), &SETTINGS).map_err(failed())?;
                let address = cluster.database(NAME, None).map_err(failed())?;
                (Some((cluster, address)), Some(below))
            }
        };
        Ok(Self {
            server,
            folder,
            _server_folder: server_folder,
        })
    }

    /// The folder, for whatever else belongs to the installation.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its database.
    pub(super) fn database(&self) -> Database {
        match &self.server {
            Some((_, address)) => Database::Postgres(address.clone()),
            None => Database::Sqlite,
        }
    }

    /// Its database as a configuration names it; none for SQLite.
    pub(super) fn url(&self) -> Option<String> {
        let (cluster, _) = self.server.as_ref()?;
        Some(cluster.url(NAME))
    }

    /// Opens the installation; makes it, where there is none.
    pub(super) fn open(&self, clock: Arc<AheadClock>) -> Result<Shell, Failed> {
        let database = self.server.as_ref().map(|(_, address)| address.clone());
        open_in((self.path(), database), clock)
    }

    /// Runs SQL on the database itself, while no installation is open on it.
    pub(super) fn run(&self, sql: &str) -> Result<(), Failed> {
        match &self.server {
            Some((cluster, _)) => cluster
                .psql(NAME, sql)
                .map(|_| ())
                .map_err(Failed::because("the database cannot be filled")),
            None => rusqlite::Connection::open(self.path().join("data").join("tillkey.db"))
                .and_then(|connection| {
                    connection.pragma_update(None, "cache_size", CACHE)?;
                    connection.execute_batch(sql)
                })
                .map_err(Failed::because("the database cannot be filled")),
        }
    }

    /// How many bytes the database has.
    pub(super) fn bytes(&self) -> Result<f64, Failed> {
        let bytes = match &self.server {
            Some((cluster, _)) => cluster
                .psql(NAME, "SELECT pg_database_size(current_database())")
                .map_err(Failed::because("the database does not say how large it is"))?
                .trim()
                .parse()
                .map_err(Failed::because("the database does not say how large it is"))?,
            None => {
                let data = self.path().join("data");
                let length = |name: &str| {
                    let found = data.join(name).metadata();
                    found.map_or(0, |found| found.len())
                };
                length("tillkey.db") + length("tillkey.db-wal")
            }
        };
        // Far below what a double holds exactly.
        Ok(u32::try_from(bytes >> 10).map_or(f64::MAX, f64::from) * 1_024.0)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A request that nobody waits for any more may have had the store's last handle, so
        // its threads may be about to end. Until then they hold this lock, and may write.
        if let Ok(lock) = File::open(self.path().join("data").join("lock")) {
            let _ = lock.lock();
        }
    }
}

/// Opens the installation in a folder, on a server's database where one is named; makes it,
/// where there is none.
pub(super) fn open_in(
    (folder, database): (&Path, Option<Address>),
    clock: Arc<AheadClock>,
) -> Result<Shell, Failed> {
    let config = Config {
        data: folder.join("data"),
        database,
        root_key_file: folder.join("root.key"),
        sms_language: Language::English,
        // More messages in a minute than a bank sends in a day.
        message_money: MessageMoney {
            day_cap_fen: u64::from(u32::MAX),
            ..MessageMoney::default()
        },
        ..Config::default()
    };
    open(config, clock, Entropy::System).map_err(Failed::because("the installation does not open"))
}

/// Makes a folder that goes with whoever has it.
pub(super) fn folder(below: &Path) -> Result<TempDir, Failed> {
    tempfile::tempdir_in(below).map_err(Failed::because("no folder can be made for the database"))
}
