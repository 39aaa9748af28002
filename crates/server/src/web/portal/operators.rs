//! Operators come and go. A removal is asked about first: it ends what works.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_wire::ids::{OperatorNumber, TerminalId, TerminalNumber};

use super::PortalWords;
use super::seat::ManagerSeat;
use super::terminals::{TerminalMistake, TerminalPage, find, page};
use crate::act::{Failure, party};
use crate::web::CaseNames;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::numbers;
use crate::web::words::fill;

/// The posted number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOperator {
    operator: String,
}

/// Adds an operator to a terminal.
pub(super) async fn add(
    seat: ManagerSeat,
    Path(terminal): Path<String>,
    form: Result<Form<NewOperator>, FormRejection>,
) -> Response {
    let Ok(Form(NewOperator { operator })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let view = match find(&seat, &terminal).await {
        Ok(view) => view,
        Err(answer) => return answer,
    };
    let id = view.terminal;
    let added = match numbers::plain(&operator).parse::<OperatorNumber>() {
        Ok(number) => party::add_operator(seat.site.shell(), (id, number), &seat.by, None).await,
        Err(invalid) => Err(invalid.into()),
    };
    let mistake = match added {
        Ok(()) => return Redirect::to(&format!("/portal/terminals/{id}")).into_response(),
        Err(Failure::Invalid(_)) => TerminalMistake::Shape,
        Err(Failure::Exists) => TerminalMistake::Exists,
        Err(Failure::NotAllowed) => TerminalMistake::NotAllowed,
        Err(failure) => return seat.failed(&failure, "/portal"),
    };
    let page = TerminalPage {
        typed: operator,
        mistake: Some(mistake),
        ..page(&seat, view).await
    };
    respond(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Asks whether an operator is really to go.
#[derive(Debug, Template)]
#[template(path = "portal/removal.html")]
pub struct RemovalPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// On which terminal.
    pub terminal: TerminalId,
    /// Its number.
    pub terminal_number: TerminalNumber,
    /// Which account.
    pub operator: OperatorNumber,
}

impl RemovalPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        fill(
            &self.words().removal.title,
            "operator",
            &self.operator.to_string(),
        )
    }

    fn rank(&self) -> &'static str {
        CaseNames::of(self.frame.language()).rank(self.operator.rank().name())
    }
}

/// Asks.
pub(super) async fn show_removal(
    seat: ManagerSeat,
    Path((terminal, operator)): Path<(String, String)>,
) -> Response {
    let view = match find(&seat, &terminal).await {
        Ok(view) => view,
        Err(answer) => return answer,
    };
    let known = operator
        .parse()
        .ok()
        .filter(|number: &OperatorNumber| view.operators.iter().any(|one| one.operator == *number));
    let Some(operator) = known else {
        return Notice::Missing.page(&seat.site, seat.language);
    };
    let (id, terminal_number) = (view.terminal, view.number);
    let page = RemovalPage {
        frame: seat.frame(format!(
            "/portal/terminals/{id}/operators/{operator}/removal"
        )),
        terminal: id,
        terminal_number,
        operator,
    };
    respond(StatusCode::OK, &page)
}

/// Removes an operator; password and sessions end at once.
pub(super) async fn remove(
    seat: ManagerSeat,
    Path((terminal, operator)): Path<(String, String)>,
) -> Response {
    let (Ok(id), Ok(number)) = (terminal.parse::<TerminalId>(), operator.parse()) else {
        return Notice::Missing.page(&seat.site, seat.language);
    };
    match party::remove_operator(seat.site.shell(), (id, number), &seat.by, None).await {
        Ok(()) => Redirect::to(&format!("/portal/terminals/{id}")).into_response(),
        // A second click: it is gone, which the terminal's page shows. Another
        // merchant's terminal has no page to show it.
        Err(Failure::Unknown) => Redirect::to(&format!("/portal/terminals/{id}")).into_response(),
        Err(failure) => seat.failed(&failure, "/portal"),
    }
}
