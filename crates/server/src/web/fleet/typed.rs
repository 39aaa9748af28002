//! A plan as somebody types it. Every field is read, so that everything that is wrong is
//! said at once.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use tillkey_rules::campaign::{CampaignTerms, Selection};
use tillkey_rules::name::checked_name;
use tillkey_rules::vocabulary::Reason;
use tillkey_wire::ids::{DeviceModel, MerchantNumber, Rank};

use super::super::words::fill;
use super::selection::{Place, place};
use super::words::PlanWords;
use crate::act::campaign::Plan;
use crate::shell::Shell;

/// Why many passwords are replaced at once.
pub(super) const REASONS: [Reason; 3] =
    [Reason::SystemUpdate, Reason::Compromised, Reason::StaffLeft];

/// The ranks, each with its box.
pub(super) const RANKS: [(Rank, &str); 3] = [
    (Rank::Cashier, "rank_cashier"),
    (Rank::Supervisor, "rank_supervisor"),
    (Rank::Administrator, "rank_administrator"),
];

/// How many merchants, areas or models may be named.
const NAMED_MAX: usize = 500;
/// How much of what is wrong is shown back, in characters.
const SHOWN_BACK_MAX: usize = 40;

/// What is wrong, by field.
pub type Wrong = BTreeMap<&'static str, String>;

/// The waves that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waves {
    /// The first of them small.
    Careful,
    /// Two.
    Quick,
    /// One.
    Once,
}

impl Waves {
    pub(super) const ALL: [Self; 3] = [Self::Careful, Self::Quick, Self::Once];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Careful => "careful",
            Self::Quick => "quick",
            Self::Once => "once",
        }
    }

    fn percents(self) -> Vec<u8> {
        match self {
            Self::Careful => vec![1, 10, 50, 100],
            Self::Quick => vec![10, 100],
            Self::Once => vec![100],
        }
    }
}

/// A plan as it is typed: names and values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PlanForm(BTreeMap<String, String>);

impl PlanForm {
    /// Every field.
    pub(super) const FIELDS: [&'static str; 14] = [
        "name",
        "reason",
        "rank_cashier",
        "rank_supervisor",
        "rank_administrator",
        "areas",
        "models",
        "before",
        "waves",
        "wave_hours",
        "rest",
        "rest_hours",
        "failures",
        // The longest last: a part of it is worth nothing.
        "merchants",
    ];

    /// What stands in the fields before anybody has typed: how, and not whom or why.
    pub fn usual() -> Self {
        Self::of(&[
            ("waves", "careful"),
            ("wave_hours", "72"),
            ("rest", "keep"),
            ("failures", "5"),
        ])
    }

    /// With these fields filled in.
    pub fn of(fields: &[(&str, &str)]) -> Self {
        let field = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(fields.iter().map(field).collect())
    }

    /// What stands in a field.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// Whether a box is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// What is wrong, each with its field.
    pub(super) fn read(&self, shell: &Shell, words: &PlanWords) -> Result<Plan, Wrong> {
        let mut wrong = Wrong::new();
        let plan = Plan {
            title: take(&mut wrong, "name", self.title(words)),
            reason: take(&mut wrong, "reason", self.reason(words)).unwrap_or(REASONS[0]),
            selection: self.selection(shell, words, &mut wrong),
            terms: self.terms(words, &mut wrong),
        };
        match wrong.is_empty() {
            true => Ok(plan),
            false => Err(wrong),
        }
    }

    fn title(&self, words: &PlanWords) -> Result<String, String> {
        checked_name(self.get("name")).map_err(|_| words.name_wrong.clone())
    }

    fn reason(&self, words: &PlanWords) -> Result<Option<Reason>, String> {
        let chosen = REASONS
            .into_iter()
            .find(|of| of.name() == self.get("reason"));
        chosen.map(Some).ok_or_else(|| words.reason_wrong.clone())
    }

    fn selection(&self, shell: &Shell, words: &PlanWords, wrong: &mut Wrong) -> Selection {
        Selection {
            ranks: take(wrong, "ranks", self.ranks(words)),
            merchants: take(
                wrong,
                "merchants",
                self.listed::<MerchantNumber>("merchants", (&words.merchants_wrong, words)),
            ),
            areas: take(wrong, "areas", self.areas(words)),
            models: take(
                wrong,
                "models",
                self.listed::<DeviceModel>("models", (&words.models_wrong, words)),
            ),
            password_before: take(wrong, "before", self.before(shell, words)),
        }
    }

    fn ranks(&self, words: &PlanWords) -> Result<BTreeSet<Rank>, String> {
        let ticked = RANKS.into_iter().filter(|(_, field)| self.has(field));
        let ranks: BTreeSet<Rank> = ticked.map(|(rank, _)| rank).collect();
        match ranks.is_empty() {
            true => Err(words.ranks_wrong.clone()),
            false => Ok(ranks),
        }
    }

    /// One a line; a comma will do.
    fn items(&self, name: &str) -> impl Iterator<Item = &str> {
        let items = self.get(name).split(['\n', ',', '，', '、', ';', '；']);
        items.map(str::trim).filter(|item| !item.is_empty())
    }

    fn listed<T: FromStr + Ord>(
        &self,
        name: &str,
        (sentence, words): (&str, &PlanWords),
    ) -> Result<BTreeSet<T>, String> {
        let read = |item: &str| {
            item.parse()
                .map_err(|_| fill(sentence, "text", &shown(item)))
        };
        bounded(self.items(name).map(read).collect::<Result<_, _>>()?, words)
    }

    fn areas(&self, words: &PlanWords) -> Result<BTreeSet<tillkey_rules::campaign::Area>, String> {
        let read = |item: &str| match place(item) {
            Place::Found(area) => Ok(area),
            Place::Several => Err(fill(&words.areas_many, "text", &shown(item))),
            Place::Unknown => Err(fill(&words.areas_wrong, "text", &shown(item))),
        };
        bounded(
            self.items("areas").map(read).collect::<Result<_, _>>()?,
            words,
        )
    }

    /// The first moment of a day, where the merchants are.
    fn before(&self, shell: &Shell, words: &PlanWords) -> Result<Option<Timestamp>, String> {
        let typed = self.get("before");
        if typed.is_empty() {
            return Ok(None);
        }
        let day = typed.parse::<Date>().ok();
        let moment = day.and_then(|day| shell.instant(day.to_datetime(Time::midnight())));
        moment.map(Some).ok_or_else(|| words.before_wrong.clone())
    }

    fn terms(&self, words: &PlanWords, wrong: &mut Wrong) -> CampaignTerms {
        let chosen = Waves::ALL
            .into_iter()
            .find(|of| of.name() == self.get("waves"));
        let waves = chosen
            .map(Waves::percents)
            .ok_or_else(|| words.waves_wrong.clone());
        let hours = self.number("wave_hours", (1, 720), &words.wave_hours_wrong);
        let failures = self.number("failures", (1, 100), &words.failures_wrong);
        CampaignTerms {
            waves: take(wrong, "waves", waves),
            wave_hours: take(wrong, "wave_hours", hours),
            rest_after_hours: self.rest(words, wrong),
            failures_percent: u8::try_from(take(wrong, "failures", failures)).unwrap_or(u8::MAX),
        }
    }

    fn rest(&self, words: &PlanWords, wrong: &mut Wrong) -> Option<u32> {
        match self.get("rest") {
            "keep" => None,
            "end" => {
                let hours = self.number("rest_hours", (1, 720), &words.wave_hours_wrong);
                Some(take(wrong, "rest_hours", hours))
            }
            _ => {
                wrong.insert("rest", words.rest_wrong.clone());
                None
            }
        }
    }

    fn number(&self, name: &str, (least, most): (u32, u32), rule: &str) -> Result<u32, String> {
        let number = self.get(name).parse().ok();
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| rule.to_owned())
    }
}

/// What was read; where it was not, why not is noted.
fn take<T: Default>(wrong: &mut Wrong, field: &'static str, read: Result<T, String>) -> T {
    read.unwrap_or_else(|why| {
        wrong.insert(field, why);
        T::default()
    })
}

fn bounded<T>(named: BTreeSet<T>, words: &PlanWords) -> Result<BTreeSet<T>, String> {
    match named.len() > NAMED_MAX {
        true => Err(words.too_many.clone()),
        false => Ok(named),
    }
}

fn shown(item: &str) -> String {
    item.chars().take(SHOWN_BACK_MAX).collect()
}
