//! On which engine the installations of the tests stand: SQLite, or with
//! `TILLKEY_TEST_ENGINE=postgres` PostgreSQL, each with a database of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use tillkey_server::config::Config;
use tillkey_store::cluster;

/// Puts an installation onto the engine that was asked for.
pub(crate) fn choose(config: &mut Config) {
    match std::env::var("TILLKEY_TEST_ENGINE").as_deref() {
        Ok("postgres") => postgres(config),
        Ok("sqlite") | Err(_) => {}
        Ok(other) => panic!("there is no engine {other}"),
    }
}

/// Puts an installation onto PostgreSQL.
pub(crate) fn postgres(config: &mut Config) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let made = cluster::shared().unwrap().database(&name, None);
    config.database = Some(made.unwrap());
    let inside = config.data.join("snapshots");
    config.snapshots.get_or_insert(inside);
}
