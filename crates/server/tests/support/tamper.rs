//! A database in the hands of somebody who goes round the store.

use tillkey_server::config::Config;
use tillkey_store::{Database, cluster};

/// Changes it, and says how many rows that were.
pub(super) fn tamper(config: &Config, sql: &str) -> u64 {
    match config.database() {
        Database::Sqlite => {
            let raw = rusqlite::Connection::open(config.data.join("tillkey.db")).unwrap();
            raw.execute(sql, []).unwrap().try_into().unwrap()
        }
        Database::Postgres(address) => {
            let sql = sql.replace("x'00'", r"'\x00'");
            let said = cluster::shared().unwrap().psql(address.database(), &sql);
            let said = said.unwrap();
            let rows = said.split_whitespace().last().map(str::parse);
            rows.unwrap_or_else(|| panic!("{said}")).unwrap()
        }
    }
}
