use crate::CheckpointFile;
use crate::conformance::CHECKS;
use crate::store::Database;

use super::{open_database, server};

#[test]
fn sqlite_conforms() {
    for (name, check) in CHECKS {
        println!("{name}");
        let directory = tempfile::tempdir().unwrap();
        let open = || super::open(directory.path(), CheckpointFile::Checked);
        if let Err(fault) = check(&open) {
            panic!("{name}: {fault}: {fault:?}");
        }
    }
}

#[test]
fn postgres_conforms() {
    for (number, (name, check)) in CHECKS.iter().enumerate() {
        println!("{name}");
        let directory = tempfile::tempdir().unwrap();
        let database = server().database(&format!("check_{number}"));
        let open = || {
            let database = Database::Postgres(database.clone());
            open_database(directory.path(), CheckpointFile::Checked, database)
        };
        if let Err(fault) = check(&open) {
            panic!("{name}: {fault}: {fault:?}");
        }
    }
}
