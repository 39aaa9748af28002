//! Names and addresses as people write them.

use tillkey_wire::ids::InvalidId;

/// The longest name, in characters.
pub const NAME_CHARS_MAX: usize = 120;

/// A name as people write it: no control or invisible characters that would let two
/// different names look the same (attack A06).
///
/// # Errors
/// [`InvalidId`] where it is empty, too long, or has such characters.
pub fn checked_name(text: &str) -> Result<String, InvalidId> {
    let invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}'
                | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
            || matches!(c, '\u{0300}'..='\u{036f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
    };
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > NAME_CHARS_MAX || text.chars().any(invisible) {
        return Err(InvalidId {
            kind: "name",
            rule: "1 to 120 visible characters, without combining or control characters",
        });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a06_names_show_all_that_they_hold() {
        assert_eq!(checked_name(" 老王面馆 ").unwrap(), "老王面馆");
        for bad in [
            "",
            "a\u{200b}b",
            "a\u{202e}b",
            "a\u{0}b",
            "e\u{301}",
            "a\nb",
            "\u{feff}",
        ] {
            assert!(checked_name(bad).is_err(), "{bad:?}");
        }
    }
}
