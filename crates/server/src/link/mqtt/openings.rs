//! How many links a name may open: some at once, then one now and then.

use tokio::time::Instant;

use super::super::limits::{MQTT_OPENING_EVERY, MQTT_OPENINGS_AT_ONCE_MAX};

/// What a name has left.
#[derive(Debug)]
pub(super) struct Openings {
    left: u32,
    /// Since when that is counted.
    counted_at: Instant,
    told: bool,
}

/// Whether a name may open a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum May {
    Open,
    /// It may not, and is to be told.
    NotNow,
    /// It may not, and has been told.
    NotStill,
}

impl Openings {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            left: MQTT_OPENINGS_AT_ONCE_MAX,
            counted_at: now,
            told: false,
        }
    }

    /// Takes one, if there is one left.
    pub(super) fn ask(&mut self, now: Instant) -> May {
        while self.left < MQTT_OPENINGS_AT_ONCE_MAX
            && now.duration_since(self.counted_at) >= MQTT_OPENING_EVERY
        {
            self.left += 1;
            self.counted_at += MQTT_OPENING_EVERY;
        }
        if self.left == MQTT_OPENINGS_AT_ONCE_MAX {
            self.counted_at = now;
        }
        if self.left > 0 {
            self.left -= 1;
            self.told = false;
            return May::Open;
        }
        if std::mem::replace(&mut self.told, true) {
            May::NotStill
        } else {
            May::NotNow
        }
    }

    /// Whether it has all of them again.
    pub(super) fn are_whole(&self, now: Instant) -> bool {
        let whole = MQTT_OPENING_EVERY * MQTT_OPENINGS_AT_ONCE_MAX;
        now.duration_since(self.counted_at) >= whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_open_to_a_name_and_it_is_told_once() {
        let begin = Instant::now();
        let mut openings = Openings::new(begin);
        for _ in 0..MQTT_OPENINGS_AT_ONCE_MAX {
            assert_eq!(openings.ask(begin), May::Open);
        }
        assert_eq!(openings.ask(begin), May::NotNow);
        assert_eq!(openings.ask(begin), May::NotStill);
        let later = begin + MQTT_OPENING_EVERY;
        assert_eq!(openings.ask(later), May::Open);
        assert_eq!(openings.ask(later), May::NotNow);
        let much_later = later + MQTT_OPENING_EVERY * 1_000;
        assert!(!openings.are_whole(later) && openings.are_whole(much_later));
        for _ in 0..MQTT_OPENINGS_AT_ONCE_MAX {
            assert_eq!(openings.ask(much_later), May::Open);
        }
        assert_eq!(openings.ask(much_later), May::NotNow, "they do not add up");
    }
}
