//! Every limit of every room, read from the files that name them: what is shown is what
//! was compiled, with the reason that stands beside it.

use serde::Serialize;

/// The files, by room.
const FILES: [(&str, &str); 14] = [
    ("ledger", include_str!("../../../ledger/src/limits.rs")),
    (
        "rules/catalogue",
        include_str!("../../../rules/src/onboarding/catalogue/limits.rs"),
    ),
    (
        "rules/policy",
        include_str!("../../../rules/src/policy/limits.rs"),
    ),
    (
        "rules/watch",
        include_str!("../../../rules/src/watch/limits.rs"),
    ),
    ("server", include_str!("../../../server/src/limits.rs")),
    (
        "server/api",
        include_str!("../../../server/src/api/limits.rs"),
    ),
    (
        "server/link",
        include_str!("../../../server/src/link/limits.rs"),
    ),
    (
        "server/outbox",
        include_str!("../../../server/src/outbox/limits.rs"),
    ),
    (
        "server/paper",
        include_str!("../../../server/src/paper/limits.rs"),
    ),
    (
        "server/picture",
        include_str!("../../../server/src/picture/limits.rs"),
    ),
    (
        "server/web",
        include_str!("../../../server/src/web/limits.rs"),
    ),
    ("store", include_str!("../../../store/src/limits.rs")),
    ("terminal", include_str!("../../../terminal/src/limits.rs")),
    ("wire", include_str!("../../../wire/src/limits.rs")),
];

/// One limit.
#[derive(Debug, Serialize)]
pub(super) struct Limit {
    room: &'static str,
    name: &'static str,
    value: &'static str,
    why: String,
}

impl Limit {
    /// For people.
    pub(super) fn line(&self) -> String {
        let Self {
            room,
            name,
            value,
            why,
        } = self;
        format!("limit  {room} {name} = {value}: {why}")
    }
}

/// Every limit.
pub(super) fn all() -> Vec<Limit> {
    FILES
        .iter()
        .flat_map(|(room, text)| of(room, text))
        .collect()
}

/// The constants of a file, each with the comment above it.
fn of(room: &'static str, text: &'static str) -> Vec<Limit> {
    let mut limits = Vec::new();
    let mut why = String::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("///") {
            why = format!("{why} {}", comment.trim());
            continue;
        }
        let constant = line
            .strip_prefix("pub const ")
            .or_else(|| line.strip_prefix("pub(crate) const "));
        if let Some((name, rest)) = constant.and_then(|line| line.split_once(": "))
            && let Some((_, value)) = rest.split_once(" = ")
        {
            let value = value.trim_end_matches(';');
            limits.push(Limit {
                room,
                name,
                value,
                why: why.trim().to_owned(),
            });
        }
        why.clear();
    }
    limits
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.ends_with("limits.rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_limit_of_every_room_is_shown() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = Vec::new();
        for room in ["ledger", "rules", "server", "store", "terminal", "wire"] {
            files(&crates.join(room).join("src"), &mut found);
        }
        let shown = all();
        assert_eq!(found.len(), FILES.len());
        let declared: usize = found
            .iter()
            .map(|path| {
                std::fs::read_to_string(path)
                    .unwrap()
                    .matches(" const ")
                    .count()
            })
            .sum();
        assert_eq!(shown.len(), declared);
        for limit in &shown {
            assert!(
                !limit.why.is_empty() && !limit.value.is_empty(),
                "{limit:?}"
            );
        }
    }
}
