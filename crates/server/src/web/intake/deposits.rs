//! The deposits that are to be paid back, and noting that one was.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::DepositState;
use tillkey_wire::ids::TerminalId;

use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::{Form, Posted, Seat};
use super::IntakeWords;
use crate::act::Failure;
use crate::act::deposit::{self, DepositView};

/// Who pays deposits back.
const PAYERS: [Role; 2] = [Role::Clerk, Role::Administrator];

/// The deposits that are to be paid back.
#[derive(Debug, Template)]
#[template(path = "intake/deposits.html")]
pub struct DepositsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The deposits, those that have waited longest first.
    pub deposits: Vec<DepositView>,
    /// The terminal whose reference was not taken.
    pub wrong: Option<TerminalId>,
}

impl DepositsPage<'_> {
    fn words(&self) -> &'static IntakeWords {
        IntakeWords::of(self.frame.language())
    }

    fn since(&self, deposit: &DepositView) -> String {
        self.frame.reading.minute(deposit.since)
    }

    fn is_wrong(&self, deposit: &DepositView) -> bool {
        self.wrong == Some(deposit.terminal)
    }
}

async fn draw(seat: &Seat, wrong: Option<TerminalId>) -> Response {
    let shell = seat.site().shell();
    match deposit::list(shell, DepositState::Earned, None, &seat.signed_in).await {
        Ok(page) => {
            let status = match wrong {
                Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
                None => StatusCode::OK,
            };
            let page = DepositsPage {
                frame: seat.frame("/intake/deposits"),
                deposits: page.items,
                wrong,
            };
            respond(status, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// Shows them.
pub(super) async fn show(seat: Seat) -> Response {
    match seat.must_be(&PAYERS) {
        Ok(()) => draw(&seat, None).await,
        Err(turned_away) => turned_away,
    }
}

/// The payer's reference.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReturnForm {
    reference: String,
}

impl Form for ReturnForm {
    const KEPT: &'static [&'static str] = &["reference"];

    fn page(_: &str) -> &str {
        "/intake/deposits"
    }
}

/// Notes that one was paid back.
pub(super) async fn give_back(
    Path(terminal): Path<String>,
    Posted { seat, form }: Posted<ReturnForm>,
) -> Response {
    if let Err(turned_away) = seat.must_be(&PAYERS) {
        return turned_away;
    }
    let Ok(terminal) = terminal.parse::<TerminalId>() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let shell = seat.site().shell();
    match deposit::give_back(shell, terminal, &form.reference, &seat.signed_in, None).await {
        Err(Failure::Invalid(_)) => draw(&seat, Some(terminal)).await,
        // Paid back by somebody else meanwhile: the list shows it.
        Err(Failure::Refused(refused)) if refused.is_overtaken() => {
            Redirect::to("/intake/deposits").into_response()
        }
        Ok(_) => Redirect::to("/intake/deposits").into_response(),
        Err(failure) => seat.failed(&failure),
    }
}
