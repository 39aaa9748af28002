//! What a merchant answered, as it stands in the address: nothing of it is kept.
//!
//! An address is shared, mended by hand and cut off, so whatever cannot be read is as if
//! it had not been answered.

use std::collections::BTreeSet;

use tillkey_rules::onboarding::catalogue::Wish;
use tillkey_rules::onboarding::{RegionCode, Regions};
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::{ApplicantKind, Need};

use super::words::ApplyWords;

/// Monthly takings in plain steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// Under 5,000 yuan.
    First,
    /// 5,000 to 20,000.
    Second,
    /// 20,000 to 100,000.
    Third,
    /// 100,000 to 500,000.
    Fourth,
    /// Over 500,000.
    Fifth,
}

impl Band {
    /// Every band, the smallest first.
    pub const ALL: [Self; 5] = [
        Self::First,
        Self::Second,
        Self::Third,
        Self::Fourth,
        Self::Fifth,
    ];

    /// The yuan a month that an estimate is made with; its name in the address, too.
    const fn yuan(self) -> i64 {
        match self {
            Self::First => 3_000,
            Self::Second => 12_000,
            Self::Third => 60_000,
            Self::Fourth => 300_000,
            Self::Fifth => 1_000_000,
        }
    }

    /// The amount that an estimate is made with.
    pub(super) const fn amount(self) -> Fen {
        Fen::sum(self.yuan() * 100)
    }

    pub(super) fn name(self) -> String {
        self.yuan().to_string()
    }

    pub(super) fn text(self, words: &ApplyWords) -> &str {
        match self {
            Self::First => &words.band.first,
            Self::Second => &words.band.second,
            Self::Third => &words.band.third,
            Self::Fourth => &words.band.fourth,
            Self::Fifth => &words.band.fifth,
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.name() == name)
    }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Who applies.
    pub applicant: Option<ApplicantKind>,
    /// Where the shop is.
    pub region: Option<RegionCode>,
    /// What a month's takings come to.
    pub monthly: Option<Band>,
    /// What the terminal has to do.
    pub needs: BTreeSet<Need>,
}

impl Answers {
    /// Reads an address's query.
    pub fn read(query: Option<&str>) -> Self {
        let mut answers = Self::default();
        for (name, value) in pairs(query) {
            match name.as_str() {
                "kind" => answers.applicant = value.parse().ok(),
                "region" => answers.region = value.parse().ok().filter(|code| is_place(*code)),
                "monthly" => answers.monthly = Band::named(&value),
                "need" => answers.needs.extend(value.parse::<Need>().ok()),
                _ => {}
            }
        }
        answers
    }

    /// Whether a form was sent, whatever it answered: an empty one names its fields, too.
    pub(super) fn are_sent(query: Option<&str>) -> bool {
        const FIELDS: [&str; 4] = ["kind", "region", "monthly", "need"];
        pairs(query)
            .iter()
            .any(|(name, _)| FIELDS.contains(&name.as_str()))
    }

    /// Whether nothing was answered at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The wish, once every question that has to be answered is.
    pub fn wish(&self) -> Option<Wish> {
        Some(Wish {
            applicant: self.applicant?,
            region: self.region?,
            monthly: self.monthly?.amount(),
            needs: self.needs.clone(),
        })
    }

    /// The same as a query, spelt in one way.
    pub fn query(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.applicant.map(|kind| format!("kind={kind}")));
        parts.extend(self.region.map(|region| format!("region={region}")));
        parts.extend(self.monthly.map(|band| format!("monthly={}", band.name())));
        parts.extend(self.needs.iter().map(|need| format!("need={need}")));
        parts.join("&")
    }

    /// An address with these answers.
    pub(super) fn with(&self, path: &str) -> String {
        if self.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", self.query())
    }
}

fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query.unwrap_or_default()).unwrap_or_default()
}

fn is_place(code: RegionCode) -> bool {
    Regions::known().is_place(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_from_their_address() {
        for query in [
            "",
            "kind=company",
            "kind=individual&region=440300&monthly=60000&need=take_cards&need=apps",
        ] {
            let answers = Answers::read(Some(query));
            assert_eq!(answers.query(), query);
            assert_eq!(Answers::read(Some(&answers.query())), answers);
        }
        assert!(Answers::read(None).is_empty());
    }

    #[test]
    fn what_cannot_be_read_was_not_answered() {
        for query in [
            "kind=bank",
            "kind=company%00",
            "kind[]=company",
            "region=160000",
            "region=44030",
            "region=440000",
            "region=%EF%BC%94%EF%BC%9440300",
            "monthly=1",
            "monthly=-60000",
            "need=everything",
            "lang=en",
            "need=%ff",
            "x=%3Cscript%3E",
        ] {
            assert!(Answers::read(Some(query)).is_empty(), "{query}");
        }
        let whole = "kind=company&region=440305&monthly=60000";
        assert!(Answers::read(Some(whole)).wish().is_some());
        for part in whole.split('&') {
            let cut = whole.replace(part, "");
            assert!(Answers::read(Some(&cut)).wish().is_none(), "{cut}");
        }
    }
}
