//! What a table program would take for a formula (attack A15). A file that goes out
//! guards such a text with an apostrophe; a file that comes in is not taken with one.

/// Whether a table program could take it for a formula: by what it begins with, also
/// after spaces, in full-width characters too.
pub(crate) fn is_formula(field: &str) -> bool {
    if field.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    field
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|'])
}
