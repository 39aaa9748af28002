//! Every page, in both languages: what it says, what it never says, what it weighs.
//!
//! A page is a function of its view, so a sample view is a page. The snapshots lie
//! beside; `UPDATE=1` writes them anew, and the difference is read like any other.

#![cfg(test)]

mod apply;
mod counter;
mod desk;
mod fleet;
mod help;
mod ledger;
mod lookup;
mod personal;
mod portal;
mod review;
mod routes;
mod samples;
mod settings;
mod sign_in;
mod site;
#[expect(
    dead_code,
    reason = "shared with the tests of the API, which ask for more"
)]
#[path = "../support/mod.rs"]
mod support;
mod watch;
mod words;

use std::fs;
use std::path::PathBuf;

use tillkey_server::web::{Assets, Language, limits};

use samples::{LANGUAGES, Sample, all};

fn file(name: &str, language: Language) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pages/snapshots")
        .join(format!("{name}.{}.html", language.tag()))
}

#[test]
fn every_page_is_as_it_was_seen() {
    let assets = Assets::default();
    let update = std::env::var_os("UPDATE").is_some();
    let mut changed = Vec::new();
    for language in LANGUAGES {
        for Sample { name, html } in all(&assets, language) {
            // The files' digests are not what a page says.
            let html = html
                .replace(assets.style(), "/assets/tillkey.css")
                .replace(assets.script(), "/assets/tillkey.js")
                .replace(assets.icon(), "/assets/icon.svg");
            let path = file(&name, language);
            if update {
                fs::write(&path, &html).unwrap();
            } else if fs::read_to_string(&path).ok().as_deref() != Some(&html) {
                changed.push(path);
            }
        }
    }
    assert!(
        changed.is_empty(),
        "run with UPDATE=1 and read the difference: {changed:?}"
    );
}

#[test]
fn a_page_with_all_it_loads_is_small() {
    let assets = Assets::default();
    for Sample { name, html } in LANGUAGES.into_iter().flat_map(|of| all(&assets, of)) {
        let bytes = html.len() + assets.bytes();
        assert!(bytes <= limits::PAGE_BYTES_MAX, "{name}: {bytes} bytes");
    }
}

#[test]
fn nothing_is_inline_and_nothing_is_foreign() {
    let assets = Assets::default();
    for Sample { name, html } in LANGUAGES.into_iter().flat_map(|of| all(&assets, of)) {
        for bad in [
            " style=",
            "<style",
            "<script>",
            "javascript:",
            " onclick",
            "http://",
            "//cdn",
        ] {
            assert!(!html.contains(bad), "{name} has {bad}");
        }
        assert!(
            !html.contains('{'),
            "{name} has a placeholder that nobody filled"
        );
        assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        assert_eq!(html.matches("<main").count(), 1, "{name}");
    }
}

/// A browser looks for these by name: without them a field has no label or message.
#[test]
fn every_described_field_is_described() {
    let assets = Assets::default();
    for Sample { name, html } in LANGUAGES.into_iter().flat_map(|of| all(&assets, of)) {
        for attribute in ["aria-describedby=\"", "for=\""] {
            for rest in html.split(attribute).skip(1) {
                let ids = rest.split('"').next().unwrap();
                for id in ids.split(' ') {
                    assert!(html.contains(&format!("id=\"{id}\"")), "{name}: no {id}");
                }
            }
        }
    }
}

#[test]
fn a14_what_was_typed_or_written_by_others_is_escaped() {
    let assets = Assets::default();
    for language in LANGUAGES {
        for html in samples::hostile(&assets, language) {
            assert!(html.contains("&#60;script&#62;"), "{html}");
            assert!(!html.contains("<script>"), "{html}");
            assert!(html.contains("&#34;&#62;"), "an attribute was left: {html}");
        }
    }
}
