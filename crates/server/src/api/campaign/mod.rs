//! `/v1/campaigns`: planned resets of many operators, for staff. What is said of one is in
//! [`steer`].

mod body;
mod plan;
mod steer;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tillkey_rules::campaign::TargetState;
use tillkey_wire::ids::CampaignId;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{CampaignBody, CampaignsBody, SummaryBody, TargetBody, TargetsBody};
use self::plan::{PlanCampaign, PlannedBody};
use super::Api;
use super::address::{Cursor, Named, StrictQuery};
use super::caller::{Key, Staff};
use super::json::ReportJson;
use super::problem::{Problem, ProblemBody};
use super::words::TargetStateWord;
use crate::act::campaign::{self as act, TargetFilter};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(plan, list))
        .routes(routes!(show))
        .routes(routes!(targets))
        .routes(routes!(manifest))
        .merge(steer::routes())
}

/// Plans a campaign, as an administrator. Its list is made next; `state` says when it can
/// be approved.
#[utoipa::path(
    post, path = "/v1/campaigns", tag = "campaigns", request_body = PlanCampaign,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = PlannedBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn plan(
    State(api): State<Api>,
    staff: Staff,
    key: Key,
    request: ReportJson<PlanCampaign>,
) -> Result<(StatusCode, Json<PlannedBody>), Problem> {
    let once = key.once(staff.principal(), request.digest);
    let plan = request.body.read()?;
    let campaign = act::plan(&api.shell, plan, &staff.signed_in, once).await?;
    Ok((StatusCode::ACCEPTED, Json(PlannedBody { campaign })))
}

/// Where the list goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// Where an earlier page ended.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Lists the campaigns.
#[utoipa::path(
    get, path = "/v1/campaigns", tag = "campaigns", params(After),
    responses(
        (status = 200, body = CampaignsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(
    State(api): State<Api>,
    StrictQuery(after): StrictQuery<After>,
    staff: Staff,
) -> Result<Json<CampaignsBody>, Problem> {
    let cursor = after.cursor.as_ref().map(|cursor| cursor.0.as_str());
    let page = act::list(&api.shell, cursor, &staff.signed_in).await?;
    Ok(Json(CampaignsBody {
        items: page.items.into_iter().map(SummaryBody::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// Shows a campaign: its plan, its list, how its waves stand, and its story.
#[utoipa::path(
    get, path = "/v1/campaigns/{campaign}", tag = "campaigns",
    params(("campaign" = String, Path)),
    responses(
        (status = 200, body = CampaignBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn show(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    staff: Staff,
) -> Result<Json<CampaignBody>, Problem> {
    shown(&api, campaign, &staff).await
}

async fn shown(
    api: &Api,
    campaign: CampaignId,
    staff: &Staff,
) -> Result<Json<CampaignBody>, Problem> {
    let view = act::view(&api.shell, campaign, &staff.signed_in).await?;
    Ok(Json(view.into()))
}

/// Which of a campaign's operators.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// In one state; left out, all of them.
    #[param(value_type = Option<TargetStateWord>)]
    state: Option<TargetState>,
    /// Where an earlier page ended.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Lists the operators of a campaign, with what came of each.
#[utoipa::path(
    get, path = "/v1/campaigns/{campaign}/targets", tag = "campaigns",
    params(("campaign" = String, Path), Which),
    responses(
        (status = 200, body = TargetsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn targets(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    StrictQuery(which): StrictQuery<Which>,
    staff: Staff,
) -> Result<Json<TargetsBody>, Problem> {
    let filter = TargetFilter { state: which.state };
    let cursor = which.cursor.as_ref().map(|cursor| cursor.0.as_str());
    let asked = (filter, cursor);
    let page = act::targets(&api.shell, campaign, asked, &staff.signed_in).await?;
    Ok(Json(TargetsBody {
        items: page.items.into_iter().map(TargetBody::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// Gives the list as the file whose SHA-256 is approved: a line that says what it is, then
/// wave, merchant, terminal and operator of each.
#[utoipa::path(
    get, path = "/v1/campaigns/{campaign}/manifest", tag = "campaigns",
    params(("campaign" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn manifest(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    staff: Staff,
) -> Result<Response, Problem> {
    let parts = act::manifest_file(&api.shell, campaign, &staff.signed_in).await?;
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((kind, Body::from_stream(parts)).into_response())
}
