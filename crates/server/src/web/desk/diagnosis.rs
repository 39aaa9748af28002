//! Why an operator cannot sign on, as an agent sees it.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use tillkey_wire::ids::{OperatorNumber, TerminalId};

use super::super::diagnosis::{FoundLine, lines};
use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::super::words::fill;
use super::{DeskWords, ROLES};
use crate::act::diagnosis::{self as act, Diagnosis};
use crate::act::{Access, Failure};

/// Why an operator cannot sign on.
#[derive(Debug, Template)]
#[template(path = "desk/diagnosis.html")]
pub struct DeskDiagnosisPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was found.
    pub diagnosis: Diagnosis,
}

impl DeskDiagnosisPage<'_> {
    fn words(&self) -> &'static DeskWords {
        DeskWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        let operator = self.diagnosis.operator.to_string();
        fill(&self.words().diagnosis.title, "operator", &operator)
    }

    fn lead(&self) -> String {
        let time = self.frame.reading.second(self.diagnosis.at);
        fill(&self.words().diagnosis.lead, "time", &time)
    }

    fn lines(&self) -> Vec<FoundLine> {
        lines(&self.diagnosis, &self.frame.reading)
    }
}

/// Shows what was found.
pub(in super::super) async fn show(
    seat: Seat,
    Path((terminal, operator)): Path<(String, String)>,
) -> Response {
    if let Err(elsewhere) = seat.must_be(&ROLES) {
        return elsewhere;
    }
    let (Ok(terminal), Ok(operator)) = (
        terminal.parse::<TerminalId>(),
        operator.parse::<OperatorNumber>(),
    ) else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let access = Access::from(&seat);
    match act::of_operator(seat.site().shell(), (terminal, operator), &access).await {
        Ok(diagnosis) => {
            let frame = seat.frame(format!("/desk/terminals/{terminal}/operators/{operator}"));
            respond(StatusCode::OK, &DeskDiagnosisPage { frame, diagnosis })
        }
        Err(Failure::Unknown) => Notice::Missing.page(seat.site(), seat.language),
        Err(failure) => seat.failed(&failure),
    }
}
