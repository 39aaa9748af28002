//! Names: one word for one thing, and no word that says nothing.

use super::{is_test, none, sources, without_tests};

/// Synonyms that the house does not use, and the word that it does.
const SYNONYMS: [(&str, &str); 8] = [
    ("ticket", "case"),
    ("factor", "evidence"),
    ("otp", "reset_code or sms_code"),
    ("employee", "staff"),
    ("customer", "merchant"),
    ("tenant", "acquirer"),
    ("passcode", "reset_code"),
    ("recovery", "reset"),
];

const EMPTY_PREFIXES: [&str; 4] = ["get_", "do_", "handle_", "process_"];
const EMPTY_SUFFIXES: [&str; 4] = ["Impl", "Manager", "Helper", "Utils"];

/// What is made public on a line, if anything.
fn public_name(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = rest
        .strip_prefix("(crate)")
        .or_else(|| rest.strip_prefix("(super)"))
        .unwrap_or(rest);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let kinds = [
        "struct", "enum", "fn", "mod", "trait", "type", "const", "static",
    ];
    // `pub const fn name`: the name follows the last of them.
    let kind = words
        .iter()
        .take(3)
        .rposition(|word| kinds.contains(word))?;
    let name = words.get(kind + 1)?;
    let end = name
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(name.len());
    Some(&name[..end])
}

/// `ResetCode`, `reset_code` and `RESET_CODE` in their words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let is_constant = name.chars().all(|c| !c.is_lowercase());
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && !is_constant) {
            words.push(String::new());
        }
        if c != '_' {
            words.last_mut().unwrap().extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn public_names_use_the_words_of_the_design() {
    let mut found = Vec::new();
    for source in sources(&["rs"])
        .iter()
        .filter(|source| !is_test(&source.path))
    {
        for (number, line) in (1..).zip(without_tests(&source.text).lines()) {
            let Some(name) = public_name(line) else {
                continue;
            };
            for word in words(name) {
                if let Some((_, ours)) = SYNONYMS.iter().find(|(synonym, _)| word == *synonym) {
                    found.push(format!("{}:{number}: {name}: we say {ours}", source.path));
                }
            }
            let empty = EMPTY_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
                || EMPTY_SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
            if empty {
                found.push(format!("{}:{number}: {name}: says nothing", source.path));
            }
        }
    }
    none(found, "one word for one thing");
}

#[test]
fn names_are_read_in_their_words() {
    assert_eq!(
        public_name("    pub const fn reset_code(&self) {"),
        Some("reset_code")
    );
    assert_eq!(public_name("pub(crate) struct Otp(u8);"), Some("Otp"));
    assert_eq!(public_name("    publish();"), None);
    assert_eq!(words("ResetCode"), ["reset", "code"]);
    assert_eq!(words("OTP_MAX"), ["otp", "max"]);
}
