//! Where an administrator plans a campaign: whom, and how. What was typed is kept, and
//! each mistake is said at its field.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::Reason;
use tillkey_wire::ids::Rank;

use super::super::case_words::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::seat::{Form, Posted, Seat};
use super::FleetWords;
use super::typed::{PlanForm, RANKS, REASONS, Waves, Wrong};
use crate::act::Failure;
use crate::act::campaign::{self};

/// Where it is.
pub(super) const PATH: &str = "/fleet/campaigns/new";

/// Where a campaign is planned.
#[derive(Debug, Template)]
#[template(path = "fleet/plan.html")]
pub struct PlanPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was typed.
    pub typed: PlanForm,
    /// What of it is wrong.
    pub wrong: Wrong,
    /// Whether it has to be sent once more.
    pub is_busy: bool,
}

/// An answer to choose.
struct Choice<'a> {
    name: String,
    text: &'a str,
    hint: &'a str,
    is_chosen: bool,
}

impl PlanPage<'_> {
    fn words(&self) -> &'static FleetWords {
        FleetWords::of(self.frame.language())
    }

    fn names(&self) -> &'static CaseNames {
        CaseNames::of(self.frame.language())
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.wrong.get(field).map(String::as_str)
    }

    fn reasons(&self) -> Vec<Choice<'_>> {
        let words = &self.words().form;
        let choice = |reason: Reason| Choice {
            name: reason.to_string(),
            text: self.names().reason(reason),
            hint: match reason {
                Reason::Compromised => &words.reason_compromised,
                Reason::StaffLeft => &words.reason_staff_left,
                _ => &words.reason_system_update,
            },
            is_chosen: self.typed.get("reason") == reason.name(),
        };
        REASONS.map(choice).into()
    }

    fn ranks(&self) -> Vec<Choice<'_>> {
        let choice = |(rank, field): (Rank, &'static str)| Choice {
            name: field.to_owned(),
            text: self.names().rank(rank.name()),
            hint: "",
            is_chosen: self.typed.has(field),
        };
        RANKS.map(choice).into()
    }

    fn waves(&self) -> Vec<Choice<'_>> {
        let words = &self.words().form;
        let choice = |waves: Waves| {
            let (text, hint) = match waves {
                Waves::Careful => (&words.waves_careful, &words.waves_careful_hint),
                Waves::Quick => (&words.waves_quick, &words.waves_quick_hint),
                Waves::Once => (&words.waves_once, &words.waves_once_hint),
            };
            Choice {
                name: waves.name().to_owned(),
                text,
                hint,
                is_chosen: self.typed.get("waves") == waves.name(),
            }
        };
        Waves::ALL.map(choice).into()
    }

    fn rests(&self) -> Vec<Choice<'_>> {
        let words = &self.words().form;
        let choice = |(name, text, hint): (&str, &'static String, &'static String)| Choice {
            name: name.to_owned(),
            text,
            hint,
            is_chosen: self.typed.get("rest") == name,
        };
        vec![
            choice(("keep", &words.rest_keep, &words.rest_keep_hint)),
            choice(("end", &words.rest_end, &words.rest_end_hint)),
        ]
    }
}

impl Form for PlanForm {
    const KEPT: &'static [&'static str] = &Self::FIELDS;

    fn page(posted_to: &str) -> &str {
        posted_to
    }
}

/// Shows the form.
pub(super) async fn show(seat: Seat) -> Response {
    match seat.must_be(&[Role::Administrator]) {
        Ok(()) => draw(&seat, (PlanForm::usual(), Wrong::new()), false),
        Err(turned_away) => turned_away,
    }
}

/// Takes the plan.
pub(super) async fn send(Posted { seat, form }: Posted<PlanForm>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator]) {
        return turned_away;
    }
    let shell = seat.site().shell();
    let plan = match form.read(shell, &FleetWords::of(seat.language).form) {
        Ok(plan) => plan,
        Err(wrong) => return draw(&seat, (form, wrong), false),
    };
    match campaign::plan(shell, plan, &seat.signed_in, None).await {
        Ok(campaign) => Redirect::to(&format!("/fleet/campaigns/{campaign}")).into_response(),
        Err(Failure::Busy) => draw(&seat, (form, Wrong::new()), true),
        Err(failure) => seat.failed(&failure),
    }
}

fn draw(seat: &Seat, (typed, wrong): (PlanForm, Wrong), is_busy: bool) -> Response {
    let status = match (wrong.is_empty(), is_busy) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, true) => StatusCode::SERVICE_UNAVAILABLE,
        (true, false) => StatusCode::OK,
    };
    let page = PlanPage {
        frame: seat.frame(PATH),
        typed,
        wrong,
        is_busy,
    };
    respond(status, &page)
}
