//! What a campaign asks of the merchant: its operators, those first of whom a new password
//! is due, to be chosen a few at a time, because each gets a code that lives for minutes.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tillkey_rules::campaign::TargetState;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{ManagerRight, Reason};
use tillkey_wire::ids::{CampaignId, OperatorNumber, TerminalNumber};

use super::PortalWords;
use super::seat::ManagerSeat;
use crate::act::Failure;
use crate::act::campaign::{self, Asked, AskedTarget, Request};
use crate::limits::ANSWERED_AT_ONCE_MAX;
use crate::web::CaseNames;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::words::fill;

/// Why an answer was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignMistake {
    /// Nobody was chosen.
    Nobody,
    /// More were chosen than one answer takes.
    TooMany,
    /// Somebody chosen is not due any more, or not the reader's to answer for.
    Changed,
    /// The bank holds it meanwhile.
    Held,
    /// The sign-in is not recent enough.
    NotFresh,
    /// Some were taken and some were not.
    Partly,
}

/// What is asked.
#[derive(Debug, Template)]
#[template(path = "portal/campaign.html")]
pub struct CampaignPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The campaign, and the merchant's operators in it.
    pub request: Request,
    /// Who was chosen so far.
    pub chosen: BTreeSet<String>,
    /// Why the answer was not taken.
    pub mistake: Option<CampaignMistake>,
}

impl CampaignPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn lead(&self) -> &'static str {
        why(self.words(), self.request.asked.reason)
    }

    fn until(&self) -> Option<String> {
        until(self.words(), &self.frame, &self.request.asked)
    }

    fn due(&self) -> impl Iterator<Item = &AskedTarget> {
        self.request.targets.iter().filter(|target| is_due(target))
    }

    fn done(&self) -> impl Iterator<Item = &AskedTarget> {
        self.request.targets.iter().filter(|target| !is_due(target))
    }

    fn who(&self, target: &AskedTarget) -> String {
        let words = &self.words().campaign;
        let terminal = fill(&words.terminal, "terminal", target.terminal_number.as_str());
        let rank = target.operator.rank().name();
        let rank = CaseNames::of(self.frame.language()).rank(rank);
        format!("{terminal} · {} {rank}", target.operator)
    }

    fn state(&self, target: &AskedTarget) -> &'static str {
        let words = &self.words().campaign;
        match target.state {
            TargetState::Open => &words.open,
            TargetState::Renewed => &words.renewed,
            TargetState::Failed => &words.failed,
            TargetState::Objected => &words.objected,
            TargetState::Skipped => &words.skipped,
            TargetState::Asked | TargetState::Waiting | TargetState::Unanswered => &words.due,
        }
    }

    fn is_chosen(&self, target: &AskedTarget) -> bool {
        self.chosen.contains(&field_of(target))
    }

    fn field(&self, target: &AskedTarget) -> String {
        field_of(target)
    }

    fn has_answerable(&self) -> bool {
        self.due().any(|target| target.may_answer)
    }

    fn may_object(&self) -> bool {
        let is_open = |state| matches!(state, TargetState::Asked | TargetState::Failed);
        self.due().any(|target| is_open(target.state))
    }

    fn at_once(&self) -> String {
        let most = ANSWERED_AT_ONCE_MAX.to_string();
        fill(&self.words().campaign.at_once, "count", &most)
    }

    fn wrong(&self) -> Option<String> {
        let words = &self.words().campaign;
        let most = ANSWERED_AT_ONCE_MAX.to_string();
        Some(match self.mistake? {
            CampaignMistake::Nobody => words.nobody.clone(),
            CampaignMistake::TooMany => fill(&words.too_many, "count", &most),
            CampaignMistake::Changed => words.changed.clone(),
            CampaignMistake::Held => words.held.clone(),
            CampaignMistake::NotFresh => words.not_fresh.clone(),
            CampaignMistake::Partly => words.partly.clone(),
        })
    }

    fn has_to_confirm(&self) -> bool {
        self.mistake == Some(CampaignMistake::NotFresh)
    }
}

/// Whether a new password is asked of this operator, and nothing is under way.
fn is_due(target: &AskedTarget) -> bool {
    target.state.may_be_answered()
}

/// Why a campaign asks, in one sentence.
pub(super) fn why(words: &PortalWords, reason: Reason) -> &str {
    match reason {
        Reason::Compromised => &words.campaign.because_leak,
        Reason::StaffLeft => &words.campaign.because_left,
        _ => &words.campaign.because_update,
    }
}

/// Until when old passwords go on.
pub(super) fn until(words: &PortalWords, frame: &Frame<'_>, asked: &Asked) -> Option<String> {
    let at = asked.rest_at?;
    let time = frame.reading.minute(at);
    Some(fill(&words.campaign.until, "time", &time))
}

fn field_of(target: &AskedTarget) -> String {
    format!("{}.{}", target.terminal_number, target.operator)
}

fn operator_of(field: &str) -> Option<(TerminalNumber, OperatorNumber)> {
    let (terminal, operator) = field.split_once('.')?;
    Some((terminal.parse().ok()?, operator.parse().ok()?))
}

fn path_of(id: CampaignId) -> String {
    format!("/portal/campaigns/{id}")
}

/// Shows it.
pub(super) async fn show(seat: ManagerSeat, Path(id): Path<String>) -> Response {
    match read(&seat, &id) {
        Ok(id) => draw(&seat, id, BTreeSet::new(), None).await,
        Err(missing) => missing,
    }
}

fn read(seat: &ManagerSeat, id: &str) -> Result<CampaignId, Response> {
    id.parse()
        .map_err(|_| Notice::Missing.page(&seat.site, seat.language))
}

/// Takes a consent for those who are chosen.
pub(super) async fn consent(
    seat: ManagerSeat,
    Path(id): Path<String>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let id = match read(&seat, &id) {
        Ok(id) => id,
        Err(missing) => return missing,
    };
    let fields = form.map(|Form(fields)| fields).unwrap_or_default();
    let chosen: BTreeSet<String> = fields.into_iter().map(|(name, _)| name).collect();
    let operators: Option<Vec<_>> = chosen.iter().map(|field| operator_of(field)).collect();
    let Some(operators) = operators else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let mistake = if operators.is_empty() {
        CampaignMistake::Nobody
    } else if operators.len() > ANSWERED_AT_ONCE_MAX {
        CampaignMistake::TooMany
    } else {
        match campaign::consent(seat.site.shell(), id, operators, &seat.by, None).await {
            // One is followed on its own page; several from here.
            Ok(answered) => match answered.as_slice() {
                [one] if one.case.is_ok() => return to_case(one, id),
                all if all.iter().all(|one| one.case.is_ok()) => {
                    return Redirect::to(&path_of(id)).into_response();
                }
                _ => CampaignMistake::Partly,
            },
            Err(Failure::NotFresh) => CampaignMistake::NotFresh,
            Err(Failure::Refused(Refusal::OutOfOrder)) => CampaignMistake::Held,
            Err(Failure::Invalid(_) | Failure::NotAllowed) => CampaignMistake::Changed,
            Err(Failure::Unknown) => return Redirect::to("/portal").into_response(),
            Err(failure) => return seat.failed(&failure, &path_of(id)),
        }
    };
    draw(&seat, id, chosen, Some(mistake)).await
}

fn to_case(answered: &campaign::Answered, id: CampaignId) -> Response {
    let to = match &answered.case {
        Ok(case) => format!("/portal/cases/{case}"),
        Err(_) => path_of(id),
    };
    Redirect::to(&to).into_response()
}

/// Takes an objection.
pub(super) async fn object(seat: ManagerSeat, Path(id): Path<String>) -> Response {
    let id = match read(&seat, &id) {
        Ok(id) => id,
        Err(missing) => return missing,
    };
    match campaign::object(seat.site.shell(), id, &seat.by, None).await {
        Ok(_) => Redirect::to(&path_of(id)).into_response(),
        Err(Failure::NotFresh) => {
            draw(&seat, id, BTreeSet::new(), Some(CampaignMistake::NotFresh)).await
        }
        Err(Failure::Unknown) => Redirect::to("/portal").into_response(),
        Err(failure) => seat.failed(&failure, &path_of(id)),
    }
}

async fn draw(
    seat: &ManagerSeat,
    id: CampaignId,
    chosen: BTreeSet<String>,
    mistake: Option<CampaignMistake>,
) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::Consent) {
        return turned_away;
    }
    let request = match campaign::request(seat.site.shell(), id, &seat.by).await {
        Ok(request) => request,
        Err(Failure::Unknown) => return Notice::Missing.page(&seat.site, seat.language),
        Err(failure) => return seat.failed(&failure, &path_of(id)),
    };
    let status = match mistake {
        None => StatusCode::OK,
        Some(CampaignMistake::NotFresh) => StatusCode::FORBIDDEN,
        Some(CampaignMistake::Changed | CampaignMistake::Held) => StatusCode::CONFLICT,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = CampaignPage {
        frame: seat.frame(path_of(id)),
        request,
        chosen,
        mistake,
    };
    respond(status, &page)
}
