//! The committed truth table is the default policy's.

use std::fs;
use std::path::Path;

use super::*;

#[test]
fn the_truth_table_is_committed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy/truth_table.txt");
    let table = crate::policy::truth_table::truth_table(delivered()).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == table,
        "policy/truth_table.txt is not what the policies say; to renew it: \
         UPDATE=1 cargo test -p tillkey-rules truth_table"
    );
}
