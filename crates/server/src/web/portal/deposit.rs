//! The merchant's deposits: how far each has come, as a picture and in numbers.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::{DepositState, ManagerRight};

use super::PortalWords;
use super::seat::ManagerSeat;
use crate::act::deposit::{self, DepositView};
use crate::web::chart::{Curve, HEIGHT, Scale, WIDTH};
use crate::web::frame::{Frame, respond};
use crate::web::words::fill;

/// The merchant's deposits.
#[derive(Debug, Template)]
#[template(path = "portal/deposit.html")]
pub struct DepositPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The deposits.
    pub deposits: Vec<DepositView>,
    /// The day, where the merchants are.
    pub today: Date,
}

/// A day of a table.
struct Line {
    day: String,
    sales: String,
    refunds: String,
    sum: String,
}

/// A picture: what counts, day by day, against what is to be reached.
struct Picture {
    curve: Curve,
    goal_y: String,
    goal: String,
    first: String,
    last: String,
    alt: String,
}

impl DepositPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    const fn width(&self) -> f64 {
        WIDTH
    }

    const fn height(&self) -> f64 {
        HEIGHT
    }

    fn badge(&self, deposit: &DepositView) -> (&'static str, &'static str) {
        let words = &self.words().deposit;
        match deposit.state {
            DepositState::Counting => ("key", &words.counting),
            DepositState::Earned => ("good", &words.earned),
            DepositState::Returned => ("good", &words.returned),
            DepositState::Missed => ("warn", &words.missed),
        }
    }

    fn rule(&self, deposit: &DepositView) -> String {
        let words = &self.words().deposit;
        let text = fill(&words.rule, "deposit", &deposit.deposit.to_string());
        let text = fill(&text, "taken", &deposit.back.taken.to_string());
        let text = fill(&text, "from", &deposit.activated_on.to_string());
        fill(&text, "to", &deposit.last_day.to_string())
    }

    fn standing(&self, deposit: &DepositView) -> String {
        let words = &self.words().deposit;
        let missing = deposit
            .back
            .taken
            .fen()
            .saturating_sub(deposit.counted.fen());
        let sentence = match deposit.state {
            DepositState::Counting if self.today > deposit.last_day => &words.settling,
            DepositState::Counting => &words.still,
            DepositState::Earned => &words.comes_back,
            DepositState::Returned => &words.came_back,
            DepositState::Missed => &words.stays,
        };
        let days = (deposit.last_day - self.today).get_days().max(0);
        let text = fill(sentence, "counted", &deposit.counted.to_string());
        let text = fill(&text, "missing", &Fen::sum(missing.max(0)).to_string());
        let text = fill(&text, "days", &days.to_string());
        let day = deposit
            .earned_on
            .map_or(String::new(), |day| day.to_string());
        fill(&text, "day", &day)
    }

    fn lines(&self, deposit: &DepositView) -> Vec<Line> {
        let mut sum = 0_i64;
        deposit
            .days
            .iter()
            .map(|one| {
                sum = sum
                    .saturating_add(one.sales.fen())
                    .saturating_sub(one.refunds.fen());
                Line {
                    day: one.day.to_string(),
                    sales: one.sales.to_string(),
                    refunds: one.refunds.to_string(),
                    sum: Fen::sum(sum).to_string(),
                }
            })
            .collect()
    }

    fn picture(&self, deposit: &DepositView) -> Picture {
        let until = self.today.min(deposit.last_day);
        let mut sums = Vec::new();
        let (mut sum, mut day) = (0_i64, deposit.activated_on);
        while day <= deposit.last_day && sums.len() <= usize::from(u16::MAX) {
            for one in deposit.days.iter().filter(|one| one.day == day) {
                sum = sum
                    .saturating_add(one.sales.fen())
                    .saturating_sub(one.refunds.fen());
            }
            sums.push((day <= until).then(|| yuan(sum)));
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        let goal = yuan(deposit.back.taken.fen());
        let reached = sums.iter().copied().flatten();
        let scale = Scale::over(sums.len(), reached.chain([goal]));
        let words = &self.words().deposit;
        let alt = fill(&words.picture, "counted", &deposit.counted.to_string());
        let goal_line = scale.curve([Some(goal)].into_iter());
        Picture {
            goal_y: goal_line.dots.into_iter().map(|(_, y)| y).collect(),
            curve: scale.curve(sums.into_iter()),
            goal: fill(&words.goal, "taken", &deposit.back.taken.to_string()),
            first: short(deposit.activated_on),
            last: short(deposit.last_day),
            alt: fill(&alt, "taken", &deposit.back.taken.to_string()),
        }
    }
}

/// Whole yuan, for a picture; below nothing it stands on the ground.
fn yuan(fen: i64) -> u64 {
    u64::try_from(fen / 100).unwrap_or(0)
}

fn short(day: Date) -> String {
    day.strftime("%m-%d").to_string()
}

/// Shows them.
pub(super) async fn show(seat: ManagerSeat) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::SeeRecords) {
        return turned_away;
    }
    let shell = seat.site.shell();
    match deposit::of_merchant(shell, &seat.by).await {
        Ok(deposits) => {
            let page = DepositPage {
                frame: seat.frame("/portal/deposit"),
                deposits,
                today: shell.day(shell.now()),
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure, "/portal/deposit"),
    }
}
