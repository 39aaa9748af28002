//! Where a manager asks for a reset: why, and then it runs.
//!
//! The case is opened, the sign-in is presented, and the decision is asked for at
//! once; what comes of it is the page of the case. A sign-in that is too old is proved
//! anew first, and what was chosen is still chosen afterwards.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use rand::RngCore;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, ManagerRight, Reason};
use tillkey_wire::ids::{CaseId, OperatorNumber, TerminalId, TerminalNumber};

use super::PortalWords;
use super::seat::{ManagerSeat, sit, to_confirm, to_sign_in};
use super::terminals::find;
use super::words::reason_said;
use crate::act::case::{self, Named, OpenRequest};
use crate::act::{Access, Failure, Once};
use crate::web::frame::{Frame, refused, respond};
use crate::web::notice::Notice;
use crate::web::reset::form::REASONS;
use crate::web::site::Site;
use crate::web::words::refusal;
use crate::web::{CaseNames, Language};

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResetMistake {
    /// No reason was chosen.
    Reason,
    /// The rules say no.
    Refused(Refusal),
}

/// Where a reset is asked for.
#[derive(Debug, Template)]
#[template(path = "portal/reset.html")]
pub struct ResetPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// On which terminal.
    pub terminal: TerminalId,
    /// Its number.
    pub terminal_number: TerminalNumber,
    /// Whether it has a live link.
    pub online: bool,
    /// Which account.
    pub operator: OperatorNumber,
    /// The reason that was chosen.
    pub chosen: Option<Reason>,
    /// The form's own number, so that a double click is one request.
    pub form: String,
    /// Why it was not taken.
    pub mistake: Option<ResetMistake>,
}

/// One reason to choose.
struct Choice {
    name: &'static str,
    text: &'static str,
    is_careful: bool,
    is_chosen: bool,
}

impl ResetPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn rank(&self) -> &'static str {
        CaseNames::of(self.frame.language()).rank(self.operator.rank().name())
    }

    fn action(&self) -> String {
        form_path(self.terminal, self.operator)
    }

    fn choices(&self) -> Vec<Choice> {
        let choice = |reason: Reason| Choice {
            name: reason.name(),
            text: reason_said(self.words(), reason),
            is_careful: reason.revokes_at_approval(),
            is_chosen: self.chosen == Some(reason),
        };
        REASONS.into_iter().map(choice).collect()
    }

    fn said(&self) -> Option<&'static str> {
        Some(match self.mistake.as_ref()? {
            ResetMistake::Reason => &self.words().reset.reason_wrong,
            ResetMistake::Refused(why) => refusal(why, self.frame.language()),
        })
    }
}

fn form_path(terminal: TerminalId, operator: OperatorNumber) -> String {
    format!("/portal/terminals/{terminal}/operators/{operator}/reset")
}

/// The form for one operator, if this manager may reset that rank and it is there.
async fn page<'a>(
    seat: &'a ManagerSeat,
    (terminal, operator): (&str, &str),
    chosen: Option<Reason>,
) -> Result<(ResetPage<'a>, Named), Response> {
    let missing = || Notice::Missing.page(&seat.site, seat.language);
    let view = find(seat, terminal).await?;
    let operator: OperatorNumber = operator.parse().map_err(|_| missing())?;
    let is_there = view.operators.iter().any(|one| one.operator == operator);
    if !is_there || !seat.by.has(ManagerRight::to_reset(operator.rank())) {
        return Err(missing());
    }
    let mut bytes = [0; 16];
    seat.site.shell().rng().fill_bytes(&mut bytes);
    let named = Named {
        merchant: seat.by.merchant.clone(),
        terminal: view.number.clone(),
        operator,
    };
    let page = ResetPage {
        frame: seat.frame(form_path(view.terminal, operator)),
        terminal: view.terminal,
        terminal_number: view.number,
        online: view.online,
        operator,
        chosen,
        form: HEXLOWER.encode(&bytes),
        mistake: None,
    };
    Ok((page, named))
}

/// What was chosen before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    reason: String,
}

fn reason_of(text: &str) -> Option<Reason> {
    text.parse().ok().filter(|reason| REASONS.contains(reason))
}

/// Shows the form.
pub(super) async fn show(
    seat: ManagerSeat,
    Path((terminal, operator)): Path<(String, String)>,
    Query(chosen): Query<Chosen>,
) -> Response {
    match page(&seat, (&terminal, &operator), reason_of(&chosen.reason)).await {
        Ok((page, _)) => respond(StatusCode::OK, &page),
        Err(answer) => answer,
    }
}

/// The posted form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    form: String,
}

impl Entry {
    /// Makes the same form sent twice one request.
    fn once(&self, seat: &ManagerSeat, named: &Named) -> Option<Once> {
        if self.form.len() != 32 {
            return None;
        }
        let (terminal, operator) = (named.terminal.as_str(), named.operator.to_string());
        let text = ["open", &self.form, terminal, &operator, &self.reason].join("\n");
        let request_digest: [u8; 32] = Sha256::digest(text).into();
        Some(Once {
            principal: format!("manager page {}", seat.by.manager),
            key: HEXLOWER.encode(&request_digest),
            request_digest,
        })
    }
}

/// Takes the form.
pub(super) async fn send(
    State(site): State<Site>,
    language: Language,
    headers: HeaderMap,
    Path((terminal, operator)): Path<(String, String)>,
    form: Result<Form<Entry>, FormRejection>,
) -> Response {
    let Ok(Form(entry)) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let reason = reason_of(&entry.reason);
    // Where to come back to with what was chosen, if somebody has to sign in first.
    let back = format!(
        "/portal/terminals/{terminal}/operators/{operator}/reset{}",
        reason.map_or(String::new(), |reason| format!("?reason={reason}"))
    );
    let seat = match sit(&site, &headers, language).await {
        Ok(seat) => seat,
        Err(Failure::Unauthenticated) => return to_sign_in(&back),
        Err(failure) => return Notice::of(&failure).page(&site, language),
    };
    let (page, named) = match page(&seat, (&terminal, &operator), reason).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(reason) = reason else {
        let mistake = Some(ResetMistake::Reason);
        return respond(
            StatusCode::UNPROCESSABLE_ENTITY,
            &ResetPage { mistake, ..page },
        );
    };
    if !seat.by.is_fresh(site.shell()) {
        return to_confirm(&back);
    }
    let once = entry.once(&seat, &named);
    match open(&seat, (named, reason), once).await {
        Ok(case) => Redirect::to(&format!("/portal/cases/{case}")).into_response(),
        Err(Failure::Refused(refusal)) => {
            let status = refused(&refusal);
            let mistake = Some(ResetMistake::Refused(refusal));
            respond(status, &ResetPage { mistake, ..page })
        }
        Err(failure) => seat.failed(&failure, &back),
    }
}

/// Opens the case, presents the sign-in, asks for the decision. What a second click
/// finds done already is no failure.
async fn open(
    seat: &ManagerSeat,
    (named, reason): (Named, Reason),
    once: Option<Once>,
) -> Result<CaseId, Failure> {
    let shell = seat.site.shell();
    let request = OpenRequest {
        named,
        channel: Channel::Portal,
        reason,
    };
    let opened = case::open_as_manager(shell, request, &seat.by, once).await?;
    let access = Access::from(seat);
    match case::present_sign_in(shell, opened.case, &access, None).await {
        Ok(_) => {}
        Err(Failure::Refused(Refusal::OutOfOrder | Refusal::CaseClosed)) => return Ok(opened.case),
        Err(failure) => return Err(failure),
    }
    match case::submit(shell, opened.case, &access, None).await {
        Ok(_) | Err(Failure::Refused(_)) => Ok(opened.case),
        Err(failure) => Err(failure),
    }
}
