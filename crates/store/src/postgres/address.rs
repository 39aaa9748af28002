//! Where a PostgreSQL database is, as its own URLs say it.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::limits::{CONNECT_WAIT_MAX, SILENCE_MAX};

/// Where a database is: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, or
/// `postgresql:///DATABASE?host=/run/postgresql&user=USER` for a socket of this machine.
/// Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Box<Config>);

/// Why a text is no address.
#[derive(Debug, thiserror::Error)]
pub enum AddressFault {
    /// It is not written as one.
    #[error("it is not `postgresql://USER:PASSWORD@HOST/DATABASE`")]
    Malformed(#[source] tokio_postgres::Error),
    /// It does not say which database.
    #[error("it names no database: `postgresql://USER:PASSWORD@HOST/DATABASE`")]
    NoDatabase,
}

impl FromStr for Address {
    type Err = AddressFault;

    fn from_str(text: &str) -> Result<Self, AddressFault> {
        let config: Config = text.parse().map_err(AddressFault::Malformed)?;
        if config.get_dbname().is_none() {
            return Err(AddressFault::NoDatabase);
        }
        Ok(Self::of(config))
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Address {
    /// The database's name on its server.
    pub fn database(&self) -> &str {
        self.0.get_dbname().unwrap_or_default()
    }

    /// A database that is reached by a socket of this machine.
    pub(crate) fn on_socket(folder: &Path, database: &str, user: &str) -> Self {
        let mut config = Config::new();
        config.host_path(folder).dbname(database).user(user);
        Self::of(config)
    }

    fn of(mut config: Config) -> Self {
        config
            .application_name("tillkey")
            .connect_timeout(CONNECT_WAIT_MAX)
            .tcp_user_timeout(SILENCE_MAX)
            .keepalives_idle(SILENCE_MAX);
        Self(Box::new(config))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.0.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => String::from("localhost"),
        };
        write!(f, "{host}/{}", self.database())
    }
}

/// Not its password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}
