//! Numbers over all cases, as pictures with the numbers beside them.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tillkey_rules::party::Role;

use super::super::case_words::CaseNames;
use super::super::chart::{Curve, HEIGHT, Piece, Scale, WIDTH};
use super::super::frame::{Frame, respond};
use super::super::seat::Seat;
use super::super::words::{fill, side};
use super::tell::Teller;
use super::words::LedgerWords;
use crate::act::report::{self, CasesReport, DAYS, Day, OfChannel, Outcome, Refusals, Why};

/// What was asked for.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Asked {
    days: u16,
    lang: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            days: report::DAYS_USUAL,
            lang: String::new(),
        }
    }
}

/// The dashboard.
#[derive(Debug, Template)]
#[template(path = "ledger/dashboard.html")]
pub struct DashboardPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// How many days it covers.
    pub days: u16,
    /// The numbers.
    pub report: CasesReport,
}

impl DashboardPage<'_> {
    fn words(&self) -> &'static LedgerWords {
        LedgerWords::of(self.frame.language())
    }

    fn names(&self) -> &'static CaseNames {
        CaseNames::of(self.frame.language())
    }

    fn periods(&self) -> Vec<(u16, String, bool)> {
        let text = |days: u16| fill(&self.words().dashboard.days, "days", &days.to_string());
        DAYS.map(|days| (days, text(days), days == self.days))
            .into()
    }

    fn outcomes(&self) -> [(&'static str, &'static str); 4] {
        let words = &self.words().outcome;
        let classes = ["a", "d", "c", "b"];
        let texts = [&words.effective, &words.open, &words.refused, &words.ended];
        let mut both = [("", ""); 4];
        for (place, (class, text)) in both.iter_mut().zip(classes.into_iter().zip(texts)) {
            *place = (class, text.as_str());
        }
        both
    }

    fn class(&self, series: &usize) -> &'static str {
        self.outcomes()
            .get(*series)
            .map_or("d", |(class, _)| *class)
    }

    fn of(outcomes: &std::collections::BTreeMap<Outcome, u64>) -> [u64; 4] {
        Outcome::ALL.map(|outcome| outcomes.get(&outcome).copied().unwrap_or(0))
    }

    fn of_day(&self, day: &Day) -> [u64; 4] {
        Self::of(&day.outcomes)
    }

    fn of_channel(&self, channel: &OfChannel) -> [u64; 4] {
        Self::of(&channel.outcomes)
    }

    fn total(&self) -> u64 {
        self.report
            .days
            .iter()
            .flat_map(|day| day.outcomes.values())
            .sum()
    }

    fn effective_share(&self) -> String {
        let effective: u64 = self
            .report
            .days
            .iter()
            .filter_map(|day| day.outcomes.get(&Outcome::Effective))
            .sum();
        match (effective * 100).checked_div(self.total()) {
            Some(percent) => format!("{percent} %"),
            None => "–".to_owned(),
        }
    }

    fn bars_scale(&self) -> Scale {
        let sums = self
            .report
            .days
            .iter()
            .map(|day| day.outcomes.values().sum());
        Scale::over(self.report.days.len(), sums)
    }

    fn bars(&self) -> Vec<Piece> {
        let scale = self.bars_scale();
        let days = self.report.days.iter().enumerate();
        days.flat_map(|(column, day)| scale.stack(column, &self.of_day(day)))
            .collect()
    }

    fn times_scale(&self) -> Scale {
        let tops = self.report.days.iter().filter_map(|day| day.p90_seconds);
        Scale::over(self.report.days.len(), tops)
    }

    fn top_time(&self) -> String {
        self.time(&Some(self.times_scale().top))
    }

    fn curves(&self) -> [(Curve, &'static str); 2] {
        let (scale, days) = (self.times_scale(), &self.report.days);
        [
            (scale.curve(days.iter().map(|day| day.p50_seconds)), "a"),
            (scale.curve(days.iter().map(|day| day.p90_seconds)), "b"),
        ]
    }

    /// The dates that stand below a picture: the first, the middle and the last.
    fn ticks(&self) -> Vec<(String, String, &'static str)> {
        let (scale, days) = (self.bars_scale(), &self.report.days);
        let last = days.len().saturating_sub(1);
        let tick = |(column, anchor): (usize, &'static str)| {
            let day = days.get(column)?;
            let text = format!("{}-{:02}", day.date.month(), day.date.day());
            Some((format!("{:.1}", scale.middle(column)), text, anchor))
        };
        let all = [(0, "start"), (last / 2, "middle"), (last, "end")];
        all.into_iter().filter_map(tick).collect()
    }

    fn width(&self) -> f64 {
        WIDTH
    }

    fn height(&self) -> f64 {
        HEIGHT
    }

    fn time(&self, seconds: &Option<u64>) -> String {
        let words = &self.words().dashboard;
        match seconds {
            None => words.no_time.clone(),
            Some(seconds) if *seconds < 120 => fill(&words.seconds, "n", &seconds.to_string()),
            Some(seconds) => fill(&words.minutes, "n", &(seconds / 60).to_string()),
        }
    }

    fn why(&self, refusals: &Refusals) -> String {
        let words = &self.words().dashboard;
        let language = self.frame.language();
        match (refusals.why, &refusals.reason) {
            (Why::Void(void), _) => Teller::new(self.frame.reading).void(void).to_owned(),
            (Why::Reviewer, _) => words.reviewer.clone(),
            (Why::Policy, Some(reason)) => side(reason, language).to_owned(),
            (Why::Policy, None) => words.policy.clone(),
        }
    }
}

/// Shows the dashboard.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    let roles = [Role::Auditor, Role::Administrator, Role::Reviewer];
    if let Err(turned_away) = seat.must_be(&roles) {
        return turned_away;
    }
    match report::cases(seat.site().shell(), asked.days, &seat.signed_in).await {
        Ok(report) => {
            let days = u16::try_from(report.days.len()).unwrap_or(asked.days);
            let frame = seat.frame(format!("/ledger/dashboard?days={days}"));
            respond(
                StatusCode::OK,
                &DashboardPage {
                    frame,
                    days,
                    report,
                },
            )
        }
        Err(failure) => seat.failed(&failure),
    }
}
