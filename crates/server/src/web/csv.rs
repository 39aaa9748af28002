//! Tables as files (RFC 4180) that a table program can open without being harmed.
//!
//! A field that such a program would take for a formula is given an apostrophe first,
//! so that it stays a text (attack A15); every field is quoted, so that no field ends
//! where another one wants it to.

use crate::formula::is_formula;

/// The beginning of a file: the mark by which table programs know UTF-8.
pub(super) fn begin() -> String {
    "\u{feff}".to_owned()
}

/// Adds a row.
pub(super) fn row(text: &mut String, fields: &[&str]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push('"');
        if is_formula(field) {
            text.push('\'');
        }
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a15_a_formula_stays_a_text() {
        let written = |field: &str| {
            let mut text = String::new();
            row(&mut text, &[field, "01"]);
            text
        };
        assert_eq!(written("10000001"), "\"10000001\",\"01\"\r\n");
        assert_eq!(written("a\"b"), "\"a\"\"b\",\"01\"\r\n");
        for bad in [
            "=HYPERLINK(\"http://evil\")",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            " =1",
            "＝1",
            "|calc",
            "\r=1",
        ] {
            assert!(written(bad).starts_with("\"'"), "{bad:?}");
        }
    }
}
