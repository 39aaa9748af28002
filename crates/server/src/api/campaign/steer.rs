//! What is said of a campaign: yes or no to its list, hold, go on, end.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tillkey_wire::ids::CampaignId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Api;
use super::super::address::Named;
use super::super::caller::{Key, Staff};
use super::super::json::{NoBody, StrictJson};
use super::super::problem::{Problem, ProblemBody};
use super::body::CampaignBody;
use super::shown;
use crate::act::campaign as act;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(approve))
        .routes(routes!(refuse))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(cancel))
}

/// The list that is approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApproveCampaign {
    /// SHA-256 of the list as the caller saw it.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    manifest_digest: String,
}

/// Approves the list, as a reviewer with a recent sign-in who did not plan it. The last
/// approval that is needed lets its first wave begin.
#[utoipa::path(
    post, path = "/v1/campaigns/{campaign}/approval", tag = "campaigns",
    request_body = ApproveCampaign,
    params(("campaign" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CampaignBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn approve(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    staff: Staff,
    key: Key,
    request: StrictJson<ApproveCampaign>,
) -> Result<Json<CampaignBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let digest = &request.body.manifest_digest;
    act::approve(&api.shell, campaign, digest, &staff.signed_in, once).await?;
    shown(&api, campaign, &staff).await
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SayWhy {
    /// In words, at most 1,000 characters. It is sealed; the ledger has its digest.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl SayWhy {
    fn comment(&self) -> &str {
        self.comment.as_deref().unwrap_or_default()
    }
}

/// Declines the list, with a reason, as a reviewer with a recent sign-in. The campaign ends.
#[utoipa::path(
    post, path = "/v1/campaigns/{campaign}/refusal", tag = "campaigns", request_body = SayWhy,
    params(("campaign" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CampaignBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn refuse(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    staff: Staff,
    key: Key,
    request: StrictJson<SayWhy>,
) -> Result<Json<CampaignBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let comment = request.body.comment();
    act::decline(&api.shell, campaign, comment, &staff.signed_in, once).await?;
    shown(&api, campaign, &staff).await
}

/// Holds it, as an administrator or a reviewer: nobody more is asked, and no answers are
/// taken. Cases under way go on.
#[utoipa::path(
    post, path = "/v1/campaigns/{campaign}/pause", tag = "campaigns",
    params(("campaign" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CampaignBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn pause(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<Json<CampaignBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::pause(&api.shell, campaign, &staff.signed_in, once).await?;
    shown(&api, campaign, &staff).await
}

/// Lets it go on, as an administrator with a recent sign-in; with a reason where it had
/// stopped by itself.
#[utoipa::path(
    post, path = "/v1/campaigns/{campaign}/resume", tag = "campaigns", request_body = SayWhy,
    params(("campaign" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CampaignBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn resume(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    staff: Staff,
    key: Key,
    request: StrictJson<SayWhy>,
) -> Result<Json<CampaignBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let comment = request.body.comment();
    act::resume(&api.shell, campaign, comment, &staff.signed_in, once).await?;
    shown(&api, campaign, &staff).await
}

/// Ends it, as an administrator or a reviewer with a recent sign-in. What is done stays
/// done; old passwords that were to end go on.
#[utoipa::path(
    post, path = "/v1/campaigns/{campaign}/cancellation", tag = "campaigns",
    params(("campaign" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CampaignBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn cancel(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<Json<CampaignBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::cancel(&api.shell, campaign, &staff.signed_in, once).await?;
    shown(&api, campaign, &staff).await
}
