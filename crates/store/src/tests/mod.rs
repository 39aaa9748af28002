use std::path::Path;

use jiff::Timestamp;
use tillkey_ledger::LogKey;

use crate::checkpoint_file::CheckpointFile;
use crate::fault::Fault;
use crate::sqlite::Options;
use crate::store::Store;

mod audit;
mod conformance;
mod erasure;
mod kill;
mod ledger;
mod statements;

pub(crate) fn log_key() -> LogKey {
    LogKey::from_seed("ledger.example/demo-bank".parse().unwrap(), &[7; 32])
}

pub(crate) fn open(path: &Path, checkpoint_file: CheckpointFile) -> Result<Store, Fault> {
    let options = Options {
        now: Timestamp::UNIX_EPOCH,
        log_key: log_key(),
        checkpoint_file,
    };
    Store::open(path, options)
}
