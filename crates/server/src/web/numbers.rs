//! Numbers as people type and paste them into a form, brought to their one spelling.
//!
//! Digits are grouped with spaces and hyphens, on paper and aloud, and a Chinese keyboard
//! in its full-width state types `１３８` for `138`. None of that makes it another number,
//! and nobody at a till should have to find out why theirs was not taken. Whatever else
//! stands in it stays and is refused where the number is read: marks that nobody sees,
//! digits of other scripts, line breaks, which no field of a page has (attacks A06, A12).
//! Only pages read like this; over the API a number has one spelling.

/// A number without what groups it, in ASCII. Letters keep their case.
pub(super) fn plain(typed: &str) -> String {
    half_width(typed).filter(|c| !is_hyphen(*c)).collect()
}

/// A serial number, whose hyphens are its own, in capitals.
pub(super) fn serial_number(typed: &str) -> String {
    let own = |c: char| if is_hyphen(c) { '-' } else { c };
    half_width(typed)
        .map(|c| own(c).to_ascii_uppercase())
        .collect()
}

/// The characters but for spaces, each full-width form (U+FF01 to U+FF5E) as the ASCII
/// character it is a form of.
fn half_width(typed: &str) -> impl Iterator<Item = char> {
    const OFFSET: u32 = 0xFF01 - 0x21;
    typed
        .chars()
        .filter(|c| c.is_control() || !c.is_whitespace())
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - OFFSET).unwrap_or(c),
            _ => c,
        })
}

/// The hyphen of a keyboard and those that word processors and telephones put for it.
const fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2014}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_typed() {
        for typed in [
            "13800138000",
            " 138 0013 8000 ",
            "138-0013-8000",
            "138\u{2011}0013\u{2013}8000",
            "138\u{A0}0013\u{3000}8000",
            "１３８００１３８０００",
            "１３８　００１３－８０００",
        ] {
            assert_eq!(plain(typed), "13800138000", "{typed:?}");
        }
        assert_eq!(plain("＋86 138 0013 8000"), "+8613800138000");
        assert_eq!(plain("８１ａ Z"), "81aZ");
    }

    #[test]
    fn a06_a12_what_is_not_grouping_stays_and_is_refused_by_whoever_reads_it() {
        for typed in [
            "13800138000;13900139000",
            "①38",
            "一三八",
            "١٣٨",
            "138\u{200B}0",
            "\u{202E}138",
            "138\n",
            "138\r\nTo:139",
            "138\u{85}\t",
        ] {
            assert_eq!(plain(typed), typed);
        }
    }

    #[test]
    fn a_serial_number_keeps_its_hyphens() {
        for typed in [
            "n86-0001",
            " N86 - 0001 ",
            "Ｎ８６－０００１",
            "N86\u{2013}0001",
        ] {
            assert_eq!(serial_number(typed), "N86-0001", "{typed:?}");
        }
    }
}
