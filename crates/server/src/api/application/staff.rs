//! What staff do with an application: check, pass on, decide, ship.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::onboarding::RegionCode;
use tillkey_rules::onboarding::application::{ApplicationCheck, ApplicationState};
use tillkey_rules::vocabulary::{ApplicantKind, ApplicationPaper};
use tillkey_wire::ids::{ApplicationId, ProductId, SerialNumber};
use utoipa::{IntoParams, ToSchema};

use super::super::Api;
use super::super::address::{Both, Cursor, Named, StrictQuery};
use super::super::caller::{Key, Staff};
use super::super::json::{NoBody, StrictJson};
use super::super::merchant::Personal;
use super::super::problem::{Problem, ProblemBody};
use super::super::words::{ApplicantWord, ApplicationCheckWord, ApplicationStateWord};
use super::body::ApplicationBody;
use super::shown;
use crate::act::application::{self as act, Access, ApplicationSummary, Parcel, Shipment, ToCheck};

/// Which applications.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// In which state.
    #[param(value_type = ApplicationStateWord)]
    state: ApplicationState,
    /// Where an earlier page ended.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A page of applications.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Applications)]
pub(super) struct ApplicationsBody {
    /// Those that have waited longest first.
    items: Vec<SummaryBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// An application in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationSummary)]
struct SummaryBody {
    /// Which one.
    #[schema(value_type = String)]
    application: ApplicationId,
    /// Where it stands.
    #[schema(value_type = ApplicationStateWord)]
    state: ApplicationState,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Which product.
    #[schema(value_type = String)]
    product: ProductId,
    /// Who applies.
    #[schema(value_type = ApplicantWord)]
    applicant: ApplicantKind,
    /// Where the shop is.
    #[schema(value_type = String)]
    region: RegionCode,
    /// How often it was sent back.
    returns: u32,
}

impl From<ApplicationSummary> for SummaryBody {
    fn from(summary: ApplicationSummary) -> Self {
        let ApplicationSummary {
            application,
            state,
            choice,
            since,
            returns,
        } = summary;
        Self {
            application,
            state,
            since,
            product: choice.product,
            applicant: choice.applicant,
            region: choice.region,
            returns,
        }
    }
}

/// Lists the applications in a state.
#[utoipa::path(
    get, path = "/v1/applications", tag = "applications", params(Which),
    responses(
        (status = 200, body = ApplicationsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn list(
    State(api): State<Api>,
    StrictQuery(which): StrictQuery<Which>,
    staff: Staff,
) -> Result<Json<ApplicationsBody>, Problem> {
    let cursor = which.cursor.map(|cursor| cursor.0);
    let page = act::list(&api.shell, which.state, cursor, &staff.signed_in).await?;
    Ok(Json(ApplicationsBody {
        items: page.items.into_iter().map(SummaryBody::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// What a maker found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteCheck {
    /// What was checked.
    #[schema(value_type = ApplicationCheckWord)]
    check: ApplicationCheck,
    /// Whether it is as it should be; for what is the maker's own word.
    holds: Option<bool>,
    /// The number as the paper says it; for what the server compares.
    #[schema(value_type = Option<String>)]
    number: Option<Personal>,
}

impl NoteCheck {
    fn read(self) -> Result<ToCheck, Problem> {
        match (self.holds, self.number) {
            (Some(holds), None) => Ok(ToCheck::Word {
                check: self.check,
                holds,
            }),
            (None, Some(number)) => Ok(ToCheck::Number(self.check, number.into_secret())),
            _ => Err(Problem::malformed("exactly one of holds, number")),
        }
    }
}

/// Notes what was checked. A number is compared blind: `not_matched` says that it is not
/// the form's.
#[utoipa::path(
    post, path = "/v1/applications/{application}/checks", tag = "applications",
    request_body = NoteCheck,
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn check(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    staff: Staff,
    key: Key,
    request: StrictJson<NoteCheck>,
) -> Result<Json<ApplicationBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let found = request.body.read()?;
    act::check(&api.shell, application, found, &staff.signed_in, once).await?;
    shown(&api, application, &Access::Staff(staff.signed_in)).await
}

/// Passes an application on to a checker.
#[utoipa::path(
    post, path = "/v1/applications/{application}/proposal", tag = "applications",
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn propose(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<Json<ApplicationBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::propose(&api.shell, application, &staff.signed_in, once).await?;
    shown(&api, application, &Access::Staff(staff.signed_in)).await
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// There is a merchant from now on. For a reviewer who had no hand in checking it.
    Approve,
    /// Back to the applicant.
    Return,
    /// No.
    Decline,
}

/// What is decided about an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideApplication {
    /// What.
    verdict: Verdict,
    /// What the applicant is told, at most 1,000 characters; anything but a yes needs it.
    #[schema(max_length = 1000)]
    remark: Option<String>,
}

/// Approves, sends back or declines.
#[utoipa::path(
    post, path = "/v1/applications/{application}/review", tag = "applications",
    request_body = DecideApplication,
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn review(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    staff: Staff,
    key: Key,
    request: StrictJson<DecideApplication>,
) -> Result<Json<ApplicationBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let (shell, by) = (&api.shell, &staff.signed_in);
    let remark = request.body.remark.unwrap_or_default();
    match request.body.verdict {
        Verdict::Approve => act::approve(shell, application, by, once).await?,
        Verdict::Return => act::give_back(shell, application, &remark, by, once).await?,
        Verdict::Decline => act::decline(shell, application, &remark, by, once).await?,
    }
    shown(&api, application, &Access::Staff(staff.signed_in)).await
}

/// A terminal that is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShipTerminal {
    /// What is printed on it.
    #[schema(value_type = String)]
    serial_number: SerialNumber,
    /// Who carries it.
    #[schema(max_length = 120)]
    carrier: String,
    /// Under which number.
    #[schema(max_length = 120)]
    tracking_number: String,
}

/// Sends the terminal. It is the merchant's from now on, with operators `99`, `00` and
/// `01`, none of whom has a password.
#[utoipa::path(
    post, path = "/v1/applications/{application}/shipment", tag = "applications",
    request_body = ShipTerminal,
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn ship(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    staff: Staff,
    key: Key,
    request: StrictJson<ShipTerminal>,
) -> Result<Json<ApplicationBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let ShipTerminal {
        serial_number,
        carrier,
        tracking_number,
    } = request.body;
    let shipment = Shipment {
        serial_number,
        parcel: Parcel {
            carrier,
            tracking_number,
        },
    };
    act::ship(&api.shell, application, shipment, &staff.signed_in, once).await?;
    shown(&api, application, &Access::Staff(staff.signed_in)).await
}

/// Shows a picture of a paper. That somebody looked is in the ledger.
#[utoipa::path(
    get, path = "/v1/applications/{application}/papers/{paper}", tag = "applications",
    params(("application" = String, Path), ("paper" = String, Path)),
    responses(
        (status = 200, content_type = "image/jpeg", description = "The picture."),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn show_paper(
    State(api): State<Api>,
    Both(application, paper): Both<ApplicationId, ApplicationPaper>,
    staff: Staff,
) -> Result<Response, Problem> {
    let picture = act::look(&api.shell, application, paper, &staff.signed_in).await?;
    let kind = [(header::CONTENT_TYPE, "image/jpeg")];
    Ok((kind, picture.expose().clone()).into_response())
}

/// What is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DiscloseValue {
    /// `phone`, or a field of the form by its name.
    what: String,
}

/// A value that is masked elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DisclosedValue {
    /// What it says.
    text: String,
}

/// Opens a masked value to somebody who checks the application. The ledger says who
/// opened what. It is a POST because it is something that is done.
#[utoipa::path(
    post, path = "/v1/applications/{application}/disclosures", tag = "applications",
    request_body = DiscloseValue, params(("application" = String, Path)),
    responses(
        (status = 200, body = DisclosedValue),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn disclose(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    staff: Staff,
    request: StrictJson<DiscloseValue>,
) -> Result<Json<DisclosedValue>, Problem> {
    let what = request.body.what;
    let opened = act::disclose(&api.shell, application, &what, &staff.signed_in).await?;
    Ok(Json(DisclosedValue { text: opened.text }))
}
