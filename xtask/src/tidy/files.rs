//! Files: how long, what they are called, how they begin, and what is never in one.

use super::{files, is_test, none, root, sources, without_tests};

/// From here on a file is a question: can it be two?
const LINES_ASKED: usize = 400;
/// Here it ends.
const LINES_MAX: usize = 600;

/// Names that say nothing. If a thing has no name, it has no place yet.
const NAMELESS: [&str; 9] = [
    "utils", "util", "helpers", "common", "types", "misc", "manager", "service", "stuff",
];

/// What is not left lying about. Spelled in two pieces, so that this file may be read too.
const LEFT_LYING: [(&str, &str); 5] = [
    (concat!("TO", "DO"), "an issue or nothing"),
    (concat!("FIX", "ME"), "an issue or nothing"),
    (concat!("XX", "X:"), "an issue or nothing"),
    (
        concat!("#[igno", "re"),
        "assert the wrong behaviour and say so",
    ),
    (concat!("dbg", "!("), "remove it"),
];

/// Paths of one machine, which is nobody else's.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!("/tmp/", "target"),
];

const TEXTS: [&str; 16] = [
    "rs",
    "c",
    "h",
    "md",
    "toml",
    "sql",
    "html",
    "css",
    "js",
    "txt",
    "cedar",
    "cedarschema",
    "json",
    "yml",
    "yaml",
    "sh",
];

/// Lines that are neither blank nor comment.
fn code_lines(text: &str) -> usize {
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    without_tests(text)
        .lines()
        .map(str::trim)
        .filter(is_code)
        .count()
}

#[test]
fn no_file_is_too_long() {
    let mut found = Vec::new();
    for source in sources(&["rs"]) {
        let lines = code_lines(&source.text);
        if is_test(&source.path) || lines <= LINES_ASKED {
            continue;
        }
        if lines > LINES_MAX {
            found.push(format!("{}: {lines} lines of code", source.path));
        } else {
            println!("{}: {lines} lines of code; can it be two?", source.path);
        }
    }
    none(
        found,
        "a file has at most 600 lines of code without its tests",
    );
}

#[test]
fn every_file_has_a_name_that_says_something() {
    let root = root();
    let mut found = Vec::new();
    for path in files(&root.join("crates"))
        .into_iter()
        .chain(files(&root.join("xtask")))
    {
        let path = path.strip_prefix(&root).unwrap();
        for part in path {
            let part = part.to_str().unwrap();
            let name = part.split('.').next().unwrap();
            if NAMELESS.contains(&name) {
                found.push(path.display().to_string());
            }
        }
    }
    none(found, "if a thing has no name, it has no place yet");
}

#[test]
fn every_module_begins_by_saying_what_it_is_for() {
    let without = sources(&["rs"])
        .into_iter()
        .filter(|source| !is_test(&source.path) && !source.text.starts_with("//! "))
        .map(|source| source.path);
    none(without, "a module begins with //! and what it is for");
}

#[test]
fn tables_of_contents_hold_no_logic() {
    let mut found = Vec::new();
    for source in sources(&["rs"]) {
        let text = without_tests(&source.text);
        let functions = text.lines().filter(|line| {
            let line = line.trim_start();
            line.starts_with("fn ") || line.starts_with("pub fn ") || line.starts_with("impl ")
        });
        let allowed = usize::from(source.path.ends_with("src/main.rs"));
        let is_table = source.path.ends_with("src/lib.rs") || source.path.ends_with("src/main.rs");
        if is_table && functions.count() > allowed {
            found.push(source.path);
        }
    }
    none(found, "lib.rs and main.rs are tables of contents");
}

#[test]
fn nothing_is_left_lying_about() {
    let mut found = Vec::new();
    // Pages may speak of these words.
    for source in sources(&TEXTS)
        .iter()
        .filter(|source| !source.path.ends_with(".md"))
    {
        for (number, line) in (1..).zip(source.text.lines()) {
            for (word, why) in LEFT_LYING {
                if line.contains(word) {
                    found.push(format!("{}:{number}: {word}: {why}", source.path));
                }
            }
        }
    }
    none(found, "left lying about");
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    let mut found = Vec::new();
    for source in sources(&TEXTS) {
        for (number, line) in (1..).zip(source.text.lines()) {
            if MACHINE_PATHS.iter().any(|path| line.contains(path)) {
                found.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    none(found, "a path of one machine");
}
