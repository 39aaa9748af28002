//! What is made of this room for its users, and kept nowhere: the C header and the Kotlin.

use std::path::Path;

use uniffi::{GenerateOptions, TargetLanguage};

/// Why it could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NotGenerated {
    /// It cannot be written.
    #[error("it cannot be written")]
    Unwritten(#[from] std::io::Error),
    /// The header cannot be made.
    #[error("no header: {0}")]
    Header(String),
    /// The Kotlin cannot be made.
    #[error("no Kotlin: {0}")]
    Kotlin(String),
}

/// The files that the header is made from, in its order: words that C knows by their
/// numbers, then functions as a program comes upon them.
const SOURCES: [&str; 14] = [
    "facade/fault.rs",
    "facade/words.rs",
    "facade/health.rs",
    "facade/device.rs",
    "c/open.rs",
    "c/device.rs",
    "c/handle.rs",
    "c/frame.rs",
    "c/notice.rs",
    "c/people.rs",
    "c/entry.rs",
    "c/money.rs",
    "c/look.rs",
    "c/text.rs",
];

/// The header, `tillkey.h`.
///
/// # Errors
/// [`NotGenerated`].
pub fn header() -> Result<String, NotGenerated> {
    let room = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config =
        cbindgen::Config::from_file(room.join("cbindgen.toml")).map_err(NotGenerated::Header)?;
    // File by file: to follow the modules, cbindgen would ask cargo for every dependency.
    let builder = SOURCES
        .map(|file| room.join("src").join(file))
        .into_iter()
        .fold(cbindgen::Builder::new(), cbindgen::Builder::with_src);
    let bindings = builder
        .with_config(config)
        .generate()
        .map_err(|why| NotGenerated::Header(why.to_string()))?;
    let mut header = Vec::new();
    bindings.write(&mut header);
    String::from_utf8(header).map_err(|why| NotGenerated::Header(why.to_string()))
}

/// The Kotlin for a library that was built with the feature `kotlin`, into a folder.
///
/// # Errors
/// [`NotGenerated`].
pub fn kotlin(library: &Path, folder: &Path) -> Result<(), NotGenerated> {
    let text = |path: &Path| {
        path.to_str()
            .map(Into::into)
            .ok_or_else(|| NotGenerated::Kotlin("a path is not UTF-8".to_owned()))
    };
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("kotlin.toml");
    uniffi::generate(GenerateOptions {
        languages: vec![TargetLanguage::Kotlin],
        source: text(library)?,
        out_dir: text(folder)?,
        config_override: Some(text(&config)?),
        format: false,
        crate_filter: None,
        metadata_no_deps: true,
    })
    .map_err(|why| NotGenerated::Kotlin(format!("{why:#}")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_function_that_c_can_call_is_in_the_header() {
        let header = header().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/c");
        let mut functions = 0;
        for file in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            for after in text.split("extern \"C\" fn tillkey_").skip(1) {
                let name = after.split('(').next().unwrap();
                let mentions = header.matches(&format!("tillkey_{name}(")).count();
                assert_eq!(mentions, 1, "tillkey_{name}");
                functions += 1;
            }
        }
        assert!(functions > 20, "{functions}");
    }
}
