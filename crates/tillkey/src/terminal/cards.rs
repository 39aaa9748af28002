//! The cards that the text screen can dip: made-up numbers, for there is no reader.
//!
//! A number is masked as it is read, and nothing but its first six and last four digits
//! goes further.

use tillkey_terminal::wire::journal::MaskedPan;
use tillkey_terminal::wire::secret::Secret;

/// The cards, by the key that dips them. The check digit of the last one is wrong, as on
/// a card that is read badly.
const CARDS: [(char, &str); 4] = [
    ('1', "6222020000004444121"),
    ('2', "6259070000008829"),
    ('3', "4300001111126667"),
    ('4', "6222020000004444128"),
];

/// The card that a key dips: its masked number, or none if it cannot be read. Nothing
/// where the key dips no card.
pub(crate) fn dipped(key: char) -> Option<Option<MaskedPan>> {
    CARDS
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, number)| MaskedPan::of(&Secret::new((*number).to_owned())).ok())
}

/// The keys, and what they dip.
pub(crate) fn all() -> impl Iterator<Item = (char, Option<MaskedPan>)> {
    CARDS
        .iter()
        .filter_map(|(key, _)| Some((*key, dipped(*key)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_cards_can_be_read_and_one_cannot() {
        let read: Vec<bool> = all().map(|(_, card)| card.is_some()).collect();
        assert_eq!(read, [true, true, true, false]);
        assert_eq!(dipped('9'), None);
        let first = dipped('1').flatten().unwrap();
        assert_eq!(first.to_string(), "622202******4121");
    }
}
