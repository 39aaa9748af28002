//! Which room may use which, and what may come in from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::{is_test, none, root, sources, without_tests};

/// The arrows of the map: what each room of ours may use of ours.
const ARROWS: [(&str, &[&str]); 10] = [
    ("tillkey-wire", &[]),
    ("tillkey-ledger", &[]),
    ("tillkey-rules", &["tillkey-wire"]),
    ("tillkey-terminal", &["tillkey-wire"]),
    ("tillkey-binding", &["tillkey-terminal"]),
    (
        "tillkey-store",
        &["tillkey-wire", "tillkey-rules", "tillkey-ledger"],
    ),
    (
        "tillkey-server",
        &[
            "tillkey-wire",
            "tillkey-rules",
            "tillkey-ledger",
            "tillkey-store",
        ],
    ),
    (
        "tillkey",
        &[
            "tillkey-wire",
            "tillkey-rules",
            "tillkey-ledger",
            "tillkey-store",
            "tillkey-server",
            "tillkey-terminal",
        ],
    ),
    // Stands outside: it uses what anybody outside may call, and nobody uses it.
    (
        "tillkey-fuzz",
        &[
            "tillkey-wire",
            "tillkey-rules",
            "tillkey-ledger",
            "tillkey-store",
            "tillkey-server",
            "tillkey-terminal",
        ],
    ),
    ("xtask", &[]),
];

/// The rooms that can reach neither a network nor a database, having nothing to reach with.
const PURE: [&str; 5] = [
    "tillkey-wire",
    "tillkey-ledger",
    "tillkey-rules",
    "tillkey-terminal",
    "tillkey-binding",
];

/// What a pure room never depends on, however far away.
const REACHES_OUT: [&str; 10] = [
    "tokio",
    "axum",
    "hyper",
    "mio",
    "socket2",
    "rusqlite",
    "libsqlite3-sys",
    "postgres",
    "reqwest",
    "ureq",
];

/// What nobody depends on, and who may all the same.
const BANNED: [(&str, &[&str], &str); 7] = [
    ("openssl", &[], "one TLS, in Rust"),
    ("openssl-sys", &[], "one TLS, in Rust"),
    ("native-tls", &[], "one TLS, in Rust"),
    ("time", &[], "one date library: jiff"),
    (
        "chrono",
        &["cedar-policy-core", "object_store"],
        "one date library: jiff; Cedar and object_store bring their own",
    ),
    ("lazy_static", &["age", "sharded-slab"], "no globals"),
    ("sqlx", &[], "it cannot be linked beside rusqlite"),
];

/// Licences under which we may pass on what we link. IJG asks for one sentence in what
/// goes with the program: README.md has it.
const LICENCES: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "IJG",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What a package of ours uses outside of its tests, at whatever distance.
///
/// Read from `cargo tree` and not from `cargo metadata`, which lists what no chosen
/// feature brings in.
struct Graph {
    /// Every package with its licence.
    licences: BTreeMap<String, String>,
    /// Who uses whom.
    uses: BTreeSet<(String, String)>,
}

impl Graph {
    fn of(package: &str) -> Self {
        Self::with(package, &[])
    }

    /// As it is with more features than it has if nobody says otherwise.
    fn with(package: &str, features: &[&str]) -> Self {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--locked",
                "--edges",
                "normal,build",
                "--prefix",
                "depth",
            ])
            .args(["--format", "|{p}|{l}|", "--package", package])
            .args(features)
            .current_dir(root())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let mut graph = Self {
            licences: BTreeMap::new(),
            uses: BTreeSet::new(),
        };
        let mut above: Vec<String> = Vec::new();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let [depth, package, licence, ..] = line.split('|').collect::<Vec<_>>()[..] else {
                continue;
            };
            let name = package.split(' ').next().unwrap().to_owned();
            above.truncate(depth.parse().unwrap());
            graph.licences.insert(name.clone(), licence.to_owned());
            graph
                .uses
                .extend(above.last().map(|user| (user.clone(), name.clone())));
            above.push(name);
        }
        graph
    }
}

#[test]
fn dependencies_point_down_the_arrows() {
    let mut found = Vec::new();
    for (room, allowed) in ARROWS {
        for (user, used) in Graph::of(room).uses {
            let ours = ARROWS.iter().any(|(room, _)| *room == used);
            if user == room && ours && !allowed.contains(&used.as_str()) {
                found.push(format!("{room} uses {used}"));
            }
        }
    }
    none(found, "an arrow points up; see ARCHITECTURE.md");
}

#[test]
fn every_room_is_on_the_map() {
    let root = root();
    let mut rooms: Vec<String> = std::fs::read_dir(root.join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|folder| {
            if folder == "tillkey" {
                folder
            } else {
                format!("tillkey-{folder}")
            }
        })
        .chain(["tillkey-fuzz".to_owned(), "xtask".to_owned()])
        .collect();
    rooms.sort();
    let mut known: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    known.sort_unstable();
    assert_eq!(rooms, known, "a ninth room needs a decision record");
}

#[test]
fn pure_rooms_reach_nothing() {
    let mut found = Vec::new();
    for room in PURE {
        let graph = Graph::of(room);
        for banned in REACHES_OUT {
            if graph.licences.contains_key(banned) {
                found.push(format!(
                    "{room} depends on {banned}: cargo tree -p {room} -i {banned}"
                ));
            }
        }
    }
    none(found, "what cannot reach the network cannot leak to it");
}

/// The SDK can be built without Argon2. To build it so here as well would take as long as a
/// tenth of everything, since nearly every dependency has other features then; so what is
/// not there without it is looked for. `cargo xtask sdk` builds it.
#[test]
fn what_needs_argon2_says_so() {
    let gate = "#[cfg(feature = \"argon2\")]";
    let mut found = Vec::new();
    for source in sources(&["rs"]) {
        let rooms = [
            "crates/wire/src/",
            "crates/terminal/src/",
            "crates/binding/src/",
        ];
        let is_theirs = rooms.iter().any(|room| source.path.starts_with(room));
        // Its feature brings the other.
        let brings_it = source.path == "crates/binding/src/kotlin.rs";
        if !is_theirs || brings_it || is_test(&source.path) {
            continue;
        }
        let lines: Vec<&str> = without_tests(&source.text).lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let needs_it = ["Stretching::built_in(", "argon2::", "Terminal::open("];
            let is_gated = lines[number.saturating_sub(6)..=number]
                .iter()
                .any(|line| line.trim() == gate);
            let is_code = !line.trim_start().starts_with("//");
            if is_code && !is_gated && needs_it.iter().any(|what| line.contains(what)) {
                found.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    none(found, "not there without Argon2");
}

#[test]
fn banned_crates_stay_out() {
    let mut found = Vec::new();
    for (user, used) in Graph::of("tillkey").uses {
        let ban = BANNED.iter().find(|(banned, ..)| *banned == used);
        if let Some((banned, allowed, why)) = ban
            && !allowed.contains(&user.as_str())
        {
            found.push(format!("{user} brings {banned}: {why}"));
        }
    }
    none(found, "banned crates");
}

/// Reads `A OR B`, `A/B` and `(A OR B) AND C`.
fn is_allowed(licence: &str) -> bool {
    licence.split(" AND ").all(|part| {
        let part = part.trim_matches(['(', ')']).replace('/', " OR ");
        part.split(" OR ").any(|one| LICENCES.contains(&one.trim()))
    })
}

#[test]
fn every_licence_may_be_passed_on() {
    let graph = Graph::of("tillkey");
    let found = graph
        .licences
        .iter()
        .filter(|(_, licence)| !is_allowed(licence));
    let found = found.map(|(name, licence)| format!("{name}: {licence:?}"));
    none(found, "licences that were not agreed on");
}

/// UniFFI is under the MPL, file by file: who passes the Kotlin library on says where its
/// source is, which `docs/embedding.md` says. The C library has nothing of it.
#[test]
fn what_a_vendor_is_handed_may_be_passed_on() {
    for (features, mpl) in [(&[][..], ""), (&["--features", "kotlin"], "uniffi")] {
        let graph = Graph::with("tillkey-binding", features);
        let found = graph.licences.iter().filter(|(name, licence)| {
            let agreed = !mpl.is_empty() && name.starts_with(mpl) && *licence == "MPL-2.0";
            !is_allowed(licence) && !agreed
        });
        let found = found.map(|(name, licence)| format!("{name}: {licence:?}"));
        none(found, "licences that were not agreed on");
    }
}

#[test]
fn licences_are_read_strictly() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
    ] {
        assert!(is_allowed(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "AGPL-3.0 OR GPL-3.0"] {
        assert!(!is_allowed(bad), "{bad}");
    }
}
