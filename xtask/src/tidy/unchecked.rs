//! Unsafe code: where C hands over pointers, and nowhere else.

use std::fs;

use super::{none, root, sources};

/// Where it may stand.
const UNSAFE: &str = "crates/binding/src/c/";

fn lints(manifest: &str, above: &[&str]) -> toml::Value {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let table: toml::Table = text.parse().unwrap();
    above
        .iter()
        .fold(toml::Value::Table(table), |table, key| table[*key].clone())
}

/// One room cannot take the workspace's lints whole, because they forbid what it is for. It
/// has them all the same, and one more.
#[test]
fn the_room_with_unsafe_code_has_the_lints_of_all_others() {
    let mut ours = lints("Cargo.toml", &["workspace", "lints"]);
    let theirs = lints("crates/binding/Cargo.toml", &["lints"]);
    assert_eq!(ours["rust"]["unsafe_code"].as_str(), Some("forbid"));
    ours["rust"]["unsafe_code"] = "deny".into();
    let clippy = ours["clippy"].as_table_mut().unwrap();
    clippy.insert("undocumented_unsafe_blocks".to_owned(), "deny".into());
    assert_eq!(theirs, ours);
}

#[test]
fn unsafe_code_stands_where_c_hands_over_pointers() {
    let word = concat!("uns", "afe ");
    let mut found = Vec::new();
    for source in sources(&["rs"]) {
        let lines = source.text.lines().map(str::trim_start);
        let code = lines.filter(|line| !line.starts_with("//"));
        if !source.path.starts_with(UNSAFE) && code.into_iter().any(|line| line.contains(word)) {
            found.push(source.path);
        }
    }
    none(found, "a pointer is read in one place only");
}
