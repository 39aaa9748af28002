//! Why an operator cannot sign on, for the merchant's managers.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use tillkey_wire::ids::{OperatorNumber, TerminalId};

use super::PortalWords;
use super::seat::ManagerSeat;
use crate::act::Access;
use crate::act::diagnosis::{self as act, Diagnosis};
use crate::web::diagnosis::{DiagnosisWords, FoundLine, lines};
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::words::fill;

/// What was found about one operator.
#[derive(Debug, Template)]
#[template(path = "portal/diagnosis.html")]
pub struct ManagerDiagnosisPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was found.
    pub diagnosis: Diagnosis,
}

impl ManagerDiagnosisPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        let words = DiagnosisWords::of(self.frame.language());
        let operator = self.diagnosis.operator.to_string();
        fill(&words.holder.title, "operator", &operator)
    }

    fn lead(&self) -> String {
        let words = DiagnosisWords::of(self.frame.language());
        let number = self.diagnosis.terminal_number.as_str();
        let lead = fill(&words.holder.lead, "terminal", number);
        fill(&lead, "time", &self.frame.reading.second(self.diagnosis.at))
    }

    fn again(&self) -> &'static str {
        &DiagnosisWords::of(self.frame.language()).holder.again
    }

    fn lines(&self) -> Vec<FoundLine> {
        lines(&self.diagnosis, &self.frame.reading)
    }
}

/// Shows what was found.
pub(super) async fn show(
    seat: ManagerSeat,
    Path((terminal, operator)): Path<(String, String)>,
) -> Response {
    let (Ok(terminal), Ok(operator)) = (
        terminal.parse::<TerminalId>(),
        operator.parse::<OperatorNumber>(),
    ) else {
        return Notice::Missing.page(&seat.site, seat.language);
    };
    let path = format!("/portal/terminals/{terminal}/operators/{operator}");
    let access = Access::from(&seat);
    match act::of_operator(seat.site.shell(), (terminal, operator), &access).await {
        Ok(diagnosis) => {
            let frame = seat.frame(path);
            respond(StatusCode::OK, &ManagerDiagnosisPage { frame, diagnosis })
        }
        Err(failure) => seat.failed(&failure, &path),
    }
}
