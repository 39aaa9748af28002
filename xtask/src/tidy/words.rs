//! Words on screens: what is said in one language is said in the other.

use std::collections::BTreeSet;
use std::fs;

use super::{none, root};

/// The keys of a table, dotted.
fn keys(prefix: &str, value: &toml::Value, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let key = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                keys(&key, value, found);
            }
        }
        other => {
            let text = other.as_str().unwrap_or_default();
            assert!(!text.trim().is_empty(), "{prefix} says nothing");
            found.insert(prefix.to_owned());
        }
    }
}

fn keys_of(language: &str) -> BTreeSet<String> {
    let path = root().join(format!("crates/server/words/{language}.toml"));
    let words: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let mut found = BTreeSet::new();
    keys("", &toml::Value::Table(words), &mut found);
    found
}

#[test]
fn both_languages_say_the_same_things() {
    let (english, chinese) = (keys_of("en"), keys_of("zh-CN"));
    let missing = english.symmetric_difference(&chinese).cloned();
    none(missing, "said in one language only");
}

#[test]
fn the_readme_has_its_twin() {
    let missing = ["README.md", "README.zh-CN.md"]
        .into_iter()
        .filter(|name| !root().join(name).is_file())
        .map(str::to_owned);
    none(missing, "the README is in both languages");
}
