//! What is written on the screens, read from the files that the screens read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tongue {
    Chinese,
    English,
}

static WORDS: LazyLock<BTreeMap<String, toml::Table>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/words");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (name, text.parse().unwrap())
        })
        .collect()
});

impl Tongue {
    pub(crate) const BOTH: [Self; 2] = [Self::Chinese, Self::English];

    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// What the public pages say under a key like `code.heading`.
    pub(crate) fn say(self, key: &str) -> &'static str {
        self.say_in("", key)
    }

    /// What an area's pages say under a key.
    pub(crate) fn say_in(self, area: &str, key: &str) -> &'static str {
        let dot = if area.is_empty() { "" } else { "." };
        let file = format!("{area}{dot}{}.toml", self.tag());
        let words = WORDS
            .get(&file)
            .unwrap_or_else(|| panic!("no words in {file}"));
        let mut parts = key.split('.');
        let first = words.get(parts.next().unwrap());
        let found = parts.fold(first, |found, part| found?.get(part));
        found
            .and_then(toml::Value::as_str)
            .unwrap_or_else(|| panic!("{file} has no {key}"))
    }
}
