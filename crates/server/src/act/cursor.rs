//! Where a page of a list ended, as a text that is handed back for the next one: the
//! moment that the list is in order of, and what stood there.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use tillkey_wire::ids::InvalidId;

/// Writes where a page ended.
pub(super) fn write(at: Timestamp, id: impl Display) -> String {
    format!("{}.{id}", at.as_millisecond())
}

/// Reads it back.
///
/// # Errors
/// [`InvalidId`] for a text that no page gave.
pub(super) fn read<T: FromStr>(text: &str) -> Result<(Timestamp, T), InvalidId> {
    let invalid = || InvalidId {
        kind: "cursor",
        rule: "as the last page gave it",
    };
    let (at, id) = text.split_once('.').ok_or_else(invalid)?;
    let at = at.parse().map_err(|_| invalid())?;
    let at = Timestamp::from_millisecond(at).map_err(|_| invalid())?;
    Ok((at, id.parse().map_err(|_| invalid())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillkey_wire::ids::CaseId;

    #[test]
    fn what_was_written_is_read_and_nothing_else_is() {
        let (at, case) = (Timestamp::UNIX_EPOCH, CaseId::from_bytes([7; 10]));
        let text = write(at, case);
        assert_eq!(read::<CaseId>(&text), Ok((at, case)));
        for bad in ["", "1", ".", "x.y", "99999999999999999999.a", "1."] {
            assert!(read::<CaseId>(bad).is_err(), "{bad:?}");
        }
    }
}
