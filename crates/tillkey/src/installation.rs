//! Which installation a command is about, and opening it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tillkey_ledger::{KeyName, LogKey, LogVerifier};
use tillkey_server::clock::SystemClock;
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::keys::{Keyring, RootKey};
use tillkey_server::{OpenFault, Shell, open};
use tillkey_store::fault::Fault;

use crate::failed::Failed;

/// Which installation.
#[derive(Debug, Args)]
pub(crate) struct Installation {
    /// The configuration; without it, the defaults: data in ./tillkey-data
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Installation {
    /// Its configuration.
    pub(crate) fn config(&self) -> Result<Config, Failed> {
        match &self.config {
            Some(path) => {
                Config::read(path).map_err(Failed::because("the configuration cannot be used"))
            }
            None => Ok(Config::default()),
        }
    }

    /// Opens it, as the only process that does.
    pub(crate) fn open(&self) -> Result<Shell, Failed> {
        start(self.config()?)
    }

    /// Opens it for long work, and says what to do where the service has it.
    pub(crate) fn open_alone(&self) -> Result<Shell, Failed> {
        let config = self.config()?;
        let data = config.data.clone();
        match open(config, Arc::new(SystemClock::default()), Entropy::System) {
            Err(OpenFault::Store(Fault::InUse(_))) => Err(Failed::new(format!(
                "{} is in use: this needs it alone, so stop `tillkey serve` and try again",
                data.display()
            ))),
            opened => opened.map_err(Failed::because("the installation does not open")),
        }
    }
}

/// Opens an installation with the system's clock and randomness.
pub(crate) fn start(config: Config) -> Result<Shell, Failed> {
    let clock = Arc::new(SystemClock::default());
    open(config, clock, Entropy::System).map_err(Failed::because("the installation does not open"))
}

/// The keys of an installation that exists; none are made.
pub(crate) fn keyring(config: &Config) -> Result<Keyring, Failed> {
    let root = RootKey::open(&config.root_key_file);
    let root = root.map_err(Failed::because("the root key cannot be used"))?;
    Keyring::open(&config.keyring(), &root).map_err(Failed::because("the keyring cannot be used"))
}

/// The key that an installation's ledger is verified with.
pub(crate) fn verifier(config: &Config, keyring: &Keyring) -> Result<LogVerifier, Failed> {
    let origin: KeyName = config.ledger_origin.parse().map_err(Failed::because(
        "`ledger_origin` is not a name for a ledger",
    ))?;
    Ok(LogKey::from_seed(origin, keyring.ledger_seed().expose()).verifier())
}
