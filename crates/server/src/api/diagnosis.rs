//! Why an operator cannot sign on: of an operator, for staff; of a case's operator,
//! for whoever may see the case and has proven something in it.
//!
//! A caller who may not ask is answered like one who asks about nothing.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use tillkey_rules::diagnosis::{Detail, Finding};
use tillkey_wire::ids::{CaseId, MerchantNumber, OperatorNumber, TerminalId, TerminalNumber};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Both, Named};
use super::caller::CaseCaller;
use super::language::Language;
use super::problem::{Problem, ProblemBody};
use super::terminal::health::FindingBody as HintBody;
use super::words::TextBody;
use crate::act::diagnosis::{self as act, Diagnosis};
use crate::web::{Reading, told};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(of_operator))
        .routes(routes!(of_case))
}

/// Why an operator cannot sign on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Diagnosis)]
struct DiagnosisBody {
    /// The merchant.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// The device.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Its number.
    #[schema(value_type = String)]
    terminal_number: TerminalNumber,
    /// The account.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// When it was looked at.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whether the device has a live link.
    online: bool,
    /// When the device was last heard.
    #[schema(value_type = Option<String>, format = DateTime)]
    seen_at: Option<Timestamp>,
    /// Which password is in force, from 1; none where none is.
    password_version: Option<u32>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    password_since: Option<Timestamp>,
    /// The operator's newest case that somebody has proven.
    #[schema(value_type = Option<String>)]
    case: Option<CaseId>,
    /// What keeps the operator from signing on, the weightiest first; never empty.
    findings: Vec<FindingBody>,
    /// What the device itself says is wrong with it.
    hints: Vec<HintBody>,
}

/// One thing that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
struct FindingBody {
    /// A stable code, such as `sign_on_held`.
    finding: &'static str,
    /// `cause`: nobody can sign on while it holds; `likely`: the likely reason;
    /// `note`: good to know.
    severity: &'static str,
    /// What is the matter.
    says: TextBody,
    /// What to do.
    advice: TextBody,
    /// The times that it speaks of, by name.
    times: Vec<TimeBody>,
    /// The numbers that it speaks of, by name.
    numbers: Vec<NumberBody>,
}

/// A time of a finding.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FindingTime)]
struct TimeBody {
    /// Which one: `at`, `until`, `since` or `seen_at`.
    name: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    value: Timestamp,
}

/// A number of a finding.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FindingNumber)]
struct NumberBody {
    /// Which one: `version`, `count` or `minutes`.
    name: &'static str,
    /// How many.
    value: u64,
}

impl FindingBody {
    fn of(finding: &Finding, api: &Api, now: Timestamp) -> Self {
        let read = |language| {
            let reading = Reading {
                language,
                utc_offset_hours: api.shell.config().utc_offset_hours,
                now,
            };
            told(finding, &reading)
        };
        let (zh, en) = (read(Language::Chinese), read(Language::English));
        let mut body = Self {
            finding: finding.code(),
            severity: finding.severity().name(),
            says: TextBody {
                zh: zh.says,
                en: en.says,
            },
            advice: TextBody {
                zh: zh.advice,
                en: en.advice,
            },
            times: Vec::new(),
            numbers: Vec::new(),
        };
        for (name, detail) in finding.details() {
            match detail {
                Detail::At(value) => body.times.push(TimeBody { name, value }),
                Detail::Number(value) => body.numbers.push(NumberBody { name, value }),
            }
        }
        body
    }
}

impl DiagnosisBody {
    fn of(diagnosis: Diagnosis, api: &Api) -> Self {
        let findings = diagnosis.findings.iter();
        let findings = findings.map(|finding| FindingBody::of(finding, api, diagnosis.at));
        Self {
            findings: findings.collect(),
            hints: diagnosis.hints.into_iter().map(HintBody::from).collect(),
            merchant: diagnosis.merchant,
            terminal: diagnosis.terminal,
            terminal_number: diagnosis.terminal_number,
            operator: diagnosis.operator,
            at: diagnosis.at,
            online: diagnosis.online,
            seen_at: diagnosis.seen_at,
            password_version: diagnosis.password_version,
            password_since: diagnosis.password_since,
            case: diagnosis.case,
        }
    }
}

/// Says why an operator cannot sign on, the weightiest reason first. For staff of the
/// terminal's acquirer.
#[utoipa::path(
    get, path = "/v1/operators/{terminal}/{operator}/diagnosis", tag = "terminals",
    params(("terminal" = String, Path), ("operator" = String, Path)),
    responses(
        (status = 200, body = DiagnosisBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn of_operator(
    State(api): State<Api>,
    Both(terminal, operator): Both<TerminalId, OperatorNumber>,
    caller: CaseCaller,
) -> Result<Json<DiagnosisBody>, Problem> {
    let found = act::of_operator(&api.shell, (terminal, operator), &caller.access).await?;
    Ok(Json(DiagnosisBody::of(found, &api)))
}

/// Says why the operator of a case cannot sign on. For staff, and for the case's holder
/// once something is proven, until three days after the case has closed.
#[utoipa::path(
    get, path = "/v1/cases/{case}/diagnosis", tag = "cases", params(("case" = String, Path)),
    responses(
        (status = 200, body = DiagnosisBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []))
)]
async fn of_case(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
) -> Result<Json<DiagnosisBody>, Problem> {
    let found = act::of_case(&api.shell, case, &caller.access).await?;
    Ok(Json(DiagnosisBody::of(found, &api)))
}
