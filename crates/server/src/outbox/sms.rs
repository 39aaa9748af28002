//! What may leave as a short message, whatever carries it.
//!
//! Texts and destinations were checked where they came from. This is the last door,
//! and it does not rely on any other: what passes here costs money and carries codes.

use super::limits::SMS_CHARS_MAX;
use super::sender::{Letter, SendFault, Sender};
use crate::act::Phone;

/// A carrier behind the checks.
#[derive(Debug)]
pub(super) struct Checked<S> {
    carrier: S,
    prefixes: Vec<String>,
}

impl<S: Sender> Checked<S> {
    /// Lets through only destinations that begin like one of these.
    pub(super) const fn new(carrier: S, prefixes: Vec<String>) -> Self {
        Self { carrier, prefixes }
    }
}

impl<S: Sender> Sender for Checked<S> {
    fn send(&self, letter: &Letter) -> Result<(), SendFault> {
        let destination = letter.destination.expose();
        // In its one spelling, or a second number could hide behind the first (A12).
        let is_phone = destination
            .parse::<Phone>()
            .is_ok_and(|phone| phone.expose() == destination);
        if !is_phone {
            return Err(SendFault::Lasting("the destination is not a mobile number"));
        }
        if !self
            .prefixes
            .iter()
            .any(|prefix| destination.starts_with(prefix))
        {
            return Err(SendFault::Lasting(
                "the destination's prefix is not allowed",
            ));
        }
        let text = letter.body.expose();
        if text.is_empty() || text.chars().nth(SMS_CHARS_MAX).is_some() {
            return Err(SendFault::Lasting("the text is empty or too long"));
        }
        if text.chars().any(hides) {
            return Err(SendFault::Lasting("the text has control characters"));
        }
        self.carrier.send(letter)
    }
}

/// Line breaks and controls, which end a header or a record elsewhere, and the marks
/// that make a text show as another one.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tillkey_wire::ids::MessageId;
    use tillkey_wire::secret::Secret;

    use super::*;

    /// Carries everything.
    #[derive(Debug)]
    struct Anything;

    impl Sender for Anything {
        fn send(&self, _: &Letter) -> Result<(), SendFault> {
            Ok(())
        }
    }

    fn check(destination: &str, text: &str) -> bool {
        let letter = Letter {
            id: MessageId::from_bytes([1; 10]),
            destination: Secret::new(destination.to_owned()),
            body: Secret::new(text.to_owned()),
            queued_at: Timestamp::UNIX_EPOCH,
        };
        let prefixes = vec!["+8613".to_owned(), "+8615".to_owned()];
        match Checked::new(Anything, prefixes).send(&letter) {
            Ok(()) => true,
            Err(SendFault::Lasting(_)) => false,
            Err(SendFault::Passing(why)) => panic!("{why}"),
        }
    }

    #[test]
    fn e08_only_mobile_numbers_of_the_allowed_prefixes_are_sent_to() {
        assert!(check("+8613800138000", "重置码 12345678"));
        for bad in [
            "",
            "13800138000",
            "+8618800138000",
            "+19005550100",
            "+8613800138000,+8613800138001",
            "+8613800138000\r\nTo: +8613800138001",
            "+86138001380001",
            "+861380013800",
        ] {
            assert!(!check(bad, "text"), "{bad:?}");
        }
    }

    #[test]
    fn a12_texts_are_one_line_that_shows_all_of_itself() {
        assert!(check("+8613800138000", &"字".repeat(SMS_CHARS_MAX)));
        for bad in [
            "",
            "a\r\nb",
            "a\nb",
            "a\u{0}b",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{2028}b",
        ] {
            assert!(!check("+8613800138000", bad), "{bad:?}");
        }
        assert!(!check("+8613800138000", &"字".repeat(SMS_CHARS_MAX + 1)));
    }
}
