//! The real state, for the holder of a proven case. Anybody else sees what they would
//! see of a case that is not there.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tillkey_wire::ids::CaseId;

use super::super::Language;
use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::reset::case::held;
use super::super::site::Site;
use super::super::words::fill;
use super::{DiagnosisWords, FoundLine, lines};
use crate::act::Access;
use crate::act::diagnosis::{self as act, Diagnosis};

/// What was found, for a case's holder.
#[derive(Debug, Template)]
#[template(path = "diagnosis/holder.html")]
pub struct HolderPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The case it is seen by.
    pub case: CaseId,
    /// What was found.
    pub diagnosis: Diagnosis,
}

impl HolderPage<'_> {
    fn words(&self) -> &'static DiagnosisWords {
        DiagnosisWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        let operator = self.diagnosis.operator.to_string();
        fill(&self.words().holder.title, "operator", &operator)
    }

    fn lead(&self) -> String {
        let lead = &self.words().holder.lead;
        let lead = fill(lead, "terminal", self.diagnosis.terminal_number.as_str());
        fill(&lead, "time", &self.frame.reading.second(self.diagnosis.at))
    }

    fn lines(&self) -> Vec<FoundLine> {
        lines(&self.diagnosis, &self.frame.reading)
    }
}

/// Shows what was found.
pub(in super::super) async fn show(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((case, holding)) = held(&case, &headers, &site) else {
        return Notice::Lost.page(&site, language);
    };
    let access = Access::Holder(holding.token);
    match act::of_case(site.shell(), case, &access).await {
        Ok(diagnosis) => {
            let page = HolderPage {
                frame: site.frame(language, format!("/reset/{case}/diagnosis")),
                case,
                diagnosis,
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}
