//! What is generated is committed and does not drift. `UPDATE=1` writes it anew.

use std::path::Path;

use tillkey_server::api;

#[track_caller]
fn check(path: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == found,
        "{} differs; run with UPDATE=1 and review",
        path.display()
    );
}

#[test]
fn the_openapi_document_is_the_committed_one() {
    let text = api::openapi_text();
    assert!(text.contains("\"openapi\": \"3.1"), "{}", &text[..80]);
    check("../../docs/openapi.json", &text);
}

#[test]
fn the_table_of_problems_is_the_committed_one() {
    check("tests/routes/problems.txt", &api::problem::table_text());
}

#[test]
fn every_problem_has_one_code_and_words_in_both_languages() {
    let table = api::problem::table();
    for row in &table {
        assert_eq!(
            table.iter().filter(|other| other.code == row.code).count(),
            1,
            "{row:?}"
        );
        assert!(!row.zh.is_ascii() && row.en.is_ascii(), "{row:?}");
        assert!(
            row.status.is_client_error() || row.status.is_server_error(),
            "{row:?}"
        );
    }
}
