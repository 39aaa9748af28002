//! Times as people read them: where the merchants are, to the minute.
//!
//! Everything inside is an instant; a zone exists only here, at the edge.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::Language;

/// How a reader reads times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// In which language.
    pub language: Language,
    /// Hours from UTC to where the merchants are.
    pub utc_offset_hours: i8,
    /// Now: a time of today needs no date.
    pub now: Timestamp,
}

impl Reading {
    /// To the minute: `20:15`, or with the day where it is not today.
    pub fn minute(&self, at: Timestamp) -> String {
        self.show(at, "%H:%M")
    }

    /// To the second, where a wait is short.
    pub fn second(&self, at: Timestamp) -> String {
        self.show(at, "%H:%M:%S")
    }

    /// With the whole date, for a file that is read another day.
    pub fn full(&self, at: Timestamp) -> String {
        self.there(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The day of a time.
    pub fn day(&self, at: Timestamp) -> Date {
        self.there(at).date()
    }

    /// A day, with its year where that is another than today's.
    pub fn date(&self, day: Date) -> String {
        let is_this_year = day.year() == self.day(self.now).year();
        let shape = match (self.language, is_this_year) {
            (Language::Chinese, true) => "%-m月%-d日",
            (Language::Chinese, false) => "%Y年%-m月%-d日",
            (Language::English, true) => "%-d %b",
            (Language::English, false) => "%-d %b %Y",
        };
        day.strftime(shape).to_string()
    }

    fn show(&self, at: Timestamp, clock: &str) -> String {
        let there = self.there(at);
        let day = match self.language {
            _ if there.date() == self.there(self.now).date() => "",
            Language::Chinese => "%-m月%-d日 ",
            Language::English => "%-d %b ",
        };
        there.strftime(&format!("{day}{clock}")).to_string()
    }

    fn there(&self, at: Timestamp) -> DateTime {
        let offset = Offset::from_hours(self.utc_offset_hours).unwrap_or(Offset::UTC);
        TimeZone::fixed(offset).to_datetime(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_named_where_it_is_not_today() {
        let now: Timestamp = "2026-11-23T15:58:00Z".parse().unwrap();
        let check = |language, at: &str, expect: &str| {
            let reading = Reading {
                language,
                utc_offset_hours: 8,
                now,
            };
            assert_eq!(reading.minute(at.parse().unwrap()), expect);
        };
        check(Language::Chinese, "2026-11-23T15:59:30Z", "23:59");
        check(Language::Chinese, "2026-11-23T16:03:00Z", "11月24日 00:03");
        check(Language::English, "2026-11-23T16:03:00Z", "24 Nov 00:03");
        let reading = Reading {
            language: Language::English,
            utc_offset_hours: 8,
            now,
        };
        assert_eq!(reading.second(now), "23:58:00");
        let late = reading.day("2026-12-31T16:00:00Z".parse().unwrap());
        assert_eq!(reading.date(late), "1 Jan 2027");
        assert_eq!(reading.date(reading.day(now)), "23 Nov");
    }
}
