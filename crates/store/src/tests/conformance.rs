use crate::CheckpointFile;
use crate::conformance::CHECKS;

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
