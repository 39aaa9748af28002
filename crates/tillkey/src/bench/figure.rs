//! A measured figure, its target, and how the two are shown.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

/// What DESIGN §7 asks of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Target {
    /// This much or more.
    AtLeast(f64),
    /// Less than this.
    Below(f64),
}

impl Target {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::Below(limit) => value < limit,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {}", number(least)),
            Self::Below(limit) => format!("< {}", number(limit)),
        }
    }
}

/// One thing that was measured, in each run.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    name: Cow<'static, str>,
    unit: &'static str,
    target: Option<Target>,
    runs: Vec<f64>,
}

impl Figure {
    /// A figure without values yet.
    pub(super) fn new(name: impl Into<Cow<'static, str>>, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            unit,
            target: None,
            runs: Vec::new(),
        }
    }

    /// The same, with what it must reach.
    pub(super) fn must(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Adds the value of a run. One that could not be measured is left out.
    pub(super) fn add(&mut self, value: impl Into<Option<f64>>) {
        self.runs
            .extend(value.into().filter(|value| value.is_finite()));
    }

    /// The values of all runs.
    pub(super) fn runs(&self) -> &[f64] {
        &self.runs
    }

    /// The least, the median and the most.
    pub(super) fn spread(&self) -> Option<(f64, f64, f64)> {
        let mut sorted = self.runs.clone();
        sorted.sort_by(f64::total_cmp);
        let median = *sorted.get(sorted.len() / 2)?;
        Some((*sorted.first()?, median, *sorted.last()?))
    }

    /// The median: what is held against the target.
    pub(super) fn median(&self) -> Option<f64> {
        self.spread().map(|(_, median, _)| median)
    }

    fn is_met(&self) -> Option<bool> {
        Some(self.target?.is_met_by(self.median()?))
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let (least, median, most) = self
            .spread()
            .map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)));
        let target = self.target.map(|target| match target {
            Target::AtLeast(least) => json!({ "at_least": least }),
            Target::Below(limit) => json!({ "below": limit }),
        });
        json!({
            "name": self.name,
            "unit": self.unit,
            "min": least,
            "median": median,
            "max": most,
            "runs": self.runs.len(),
            "target": target,
            "met": self.is_met(),
        })
    }
}

/// The figures of one measurement, one a line. Those that were not measured in so many
/// runs say in how many.
pub(super) fn table(title: &str, figures: &[Figure], runs: u32) -> String {
    let mut text = format!(
        "{title:<34}{:>10}{:>12}{:>12}{:>12}{:>12}",
        "", "min", "median", "max", "target"
    );
    for figure in figures {
        let Figure {
            name, unit, target, ..
        } = figure;
        let (least, median, most) = figure.spread().map_or_else(
            || (String::from("–"), String::from("–"), String::from("–")),
            |(a, b, c)| (number(a), number(b), number(c)),
        );
        let target = target.map_or_else(String::new, Target::text);
        let met = match figure.is_met() {
            Some(true) => "  met",
            Some(false) => "  not met",
            None => "",
        };
        let measured = figure.runs.len();
        let few = if u32::try_from(measured) == Ok(runs) {
            String::new()
        } else {
            format!("  (runs: {measured})")
        };
        let line = format!(
            "\n  {name:<32}{unit:>10}{least:>12}{median:>12}{most:>12}{target:>12}{met}{few}"
        );
        text.push_str(line.trim_end());
    }
    text
}

/// Three digits or more, in groups: a fourth is noise.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let plain = format!("{value:.decimals$}");
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    grouped(whole) + rest
}

/// Digits in groups of three.
pub(super) fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many, as a number to calculate with.
pub(super) fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

/// Milliseconds.
pub(super) fn ms(of: Duration) -> f64 {
    of.as_secs_f64() * 1_000.0
}

/// The value that this many of a hundred do not exceed.
pub(super) fn percentile(of: &mut [Duration], percent: usize) -> Option<Duration> {
    of.sort_unstable();
    let rank = of.len().saturating_mul(percent).div_ceil(100).max(1);
    of.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (value, text) in [
            (1_234_567.4, "1,234,567"),
            (999.6, "1,000"),
            (123.4, "123"),
            (12.34, "12.3"),
            (1.234, "1.23"),
            (0.0123, "0.012"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn the_median_is_held_against_the_target() {
        let mut figure = Figure::new("speed", "1/s").must(Target::AtLeast(5.0));
        for value in [9.0, 1.0, 5.0] {
            figure.add(value);
        }
        figure.add(None::<f64>);
        assert_eq!(figure.spread(), Some((1.0, 5.0, 9.0)));
        assert_eq!(figure.json()["met"], true);
        assert!(table("all", &[figure], 3).contains("≥ 5.00  met"));
    }

    #[test]
    fn a_percentile_is_a_value_that_was_seen() {
        let mut of: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut of, 99), Some(Duration::from_millis(198)));
        assert_eq!(percentile(&mut of, 50), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&mut [], 50), None);
    }
}
