//! Compliance: every line of the map points to a test that is there.

use std::collections::BTreeSet;
use std::fs;

use super::{none, root, sources};

/// The map, from the root.
const MAP: &str = "docs/compliance.md";
/// How many columns its tables of clauses have: clause, demand, standing, way, tests.
const COLUMNS: usize = 5;
/// Where a line may stand, and whether it then has to name a test.
const STANDINGS: [(&str, bool); 4] = [
    ("met", true),
    ("part", true),
    ("yours", false),
    ("no", false),
];

/// The names of all functions under an attribute that makes a test of them.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in sources(&["rs"]) {
        let mut is_test = false;
        for line in source.text.lines().map(str::trim_start) {
            if line.starts_with("#[") {
                is_test |= line.starts_with("#[test") || line.starts_with("#[tokio::test");
                continue;
            }
            let name = line
                .strip_prefix("async fn ")
                .or_else(|| line.strip_prefix("fn "));
            if let (true, Some(name)) = (is_test, name) {
                names.insert(name.split(['(', '<']).next().unwrap().to_owned());
            }
            // Arguments of an attribute may stand on lines of their own, up to the item.
            is_test &= name.is_none();
        }
    }
    names
}

#[test]
fn every_clause_names_tests_that_are_there() {
    let tests = tests();
    let map = fs::read_to_string(root().join(MAP)).unwrap();
    let mut found = Vec::new();
    let (mut clauses, mut named) = (0, 0);
    for (number, line) in (1..).zip(map.lines()) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let is_clause = line.starts_with('|') && cells.len() == COLUMNS && !line.contains("---");
        if !is_clause || cells[0] == "clause" || cells[0] == "article" {
            continue;
        }
        clauses += 1;
        let names: Vec<&str> = cells[4].split('`').skip(1).step_by(2).collect();
        named += names.len();
        let standing = STANDINGS.iter().find(|(word, _)| *word == cells[2]);
        match standing {
            None => found.push(format!("{MAP}:{number}: {}: no standing", cells[0])),
            Some((_, true)) if names.is_empty() => {
                found.push(format!("{MAP}:{number}: {}: shown by nothing", cells[0]));
            }
            Some(_) => {}
        }
        let missing = names.iter().filter(|name| !tests.contains(**name));
        found.extend(missing.map(|name| format!("{MAP}:{number}: no test {name}")));
    }
    none(found, "each line of the map has a standing and its tests");
    assert!(
        clauses > 50 && named > clauses,
        "{clauses} clauses, {named} tests"
    );
}
