//! A finding in a reader's own language and time zone. The pages, the desk and the
//! API say the same.

use tillkey_rules::diagnosis::{Detail, Finding, Words};

use super::super::words::fill;
use super::super::{Language, Reading};

/// What a finding says, ready to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// What is the matter.
    pub(crate) says: String,
    /// What to do.
    pub(crate) advice: String,
}

/// Puts a finding into words.
pub(crate) fn told(finding: &Finding, reading: &Reading) -> Told {
    let told = finding.told();
    let say = |words: Words| {
        let sentence = match reading.language {
            Language::Chinese => words.zh,
            Language::English => words.en,
        };
        finding
            .details()
            .into_iter()
            .fold(sentence.to_owned(), |sentence, (name, detail)| {
                let value = match detail {
                    Detail::At(at) => reading.minute(at),
                    Detail::Number(number) => number.to_string(),
                };
                fill(&sentence, name, &value)
            })
    };
    Told {
        says: say(told.says),
        advice: say(told.advice),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn every_finding_is_filled_in_where_the_reader_is() {
        let now: Timestamp = "2026-11-23T06:20:00Z".parse().unwrap();
        for language in [Language::Chinese, Language::English] {
            let reading = Reading {
                language,
                utc_offset_hours: 8,
                now,
            };
            for finding in Finding::one_of_each() {
                let Told { says, advice } = told(&finding, &reading);
                assert!(
                    !says.contains('{') && !advice.contains('{'),
                    "{says} {advice}"
                );
            }
            let held = told(&Finding::SignOnHeld { until: now }, &reading);
            assert!(held.says.contains("14:20"), "{}", held.says);
        }
    }
}
