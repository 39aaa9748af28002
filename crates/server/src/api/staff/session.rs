//! Sign in and out, prove once more who one is, sessions, one's own password.
//!
//! Passwords of staff pass through here once and are kept nowhere. A sign-in is not
//! kept under an idempotency key: the token would have to be kept with it, and a
//! second session does no harm.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{AcquirerId, StaffId, StaffSessionId};
use tillkey_wire::secret::Secret;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Api;
use super::super::address::{Both, Named};
use super::super::caller::{self, Peer};
use super::super::json::StrictJson;
use super::super::limits::PASSWORD_BYTES_MAX;
use super::super::problem::{Problem, ProblemBody};
use crate::act::StaffToken;
use crate::act::staff::{self as act, SessionSummary};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(prove))
        .routes(routes!(change_password))
        .routes(routes!(list, end_all))
        .routes(routes!(end))
}

/// A password as typed; kept from being printed.
#[derive(Debug)]
struct Password(Secret<String>);

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Secret::new(String::deserialize(deserializer)?);
        // More is work for Argon2 and nothing else.
        if (1..=PASSWORD_BYTES_MAX).contains(&text.expose().len()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("1 to 256 bytes"))
        }
    }
}

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The acquirer; this installation's own where it is left out.
    #[schema(value_type = Option<String>)]
    acquirer: Option<AcquirerId>,
    /// The account.
    #[schema(value_type = String, example = "li.na")]
    staff: StaffId,
    /// The password.
    #[schema(value_type = String, format = Password, max_length = 256)]
    password: Password,
}

/// A session that began.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// Shows who is signed in; this answer alone has it.
    #[schema(value_type = String)]
    token: StaffToken,
}

/// Signs a member of staff in.
#[utoipa::path(
    post, path = "/v1/staff/sessions", tag = "staff", request_body = SignIn,
    responses(
        (status = 201, body = Session),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn sign_in(
    State(api): State<Api>,
    peer: Peer,
    request: StrictJson<SignIn>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let SignIn {
        acquirer,
        staff,
        password,
    } = request.body;
    let acquirer = acquirer.as_ref().unwrap_or_else(|| api.shell.home());
    let token = act::sign_in(&api.shell, acquirer, staff, password.0, &peer.0).await?;
    Ok((StatusCode::CREATED, Json(Session { token })))
}

/// Signs the caller out; the token is dead everywhere.
#[utoipa::path(
    delete, path = "/v1/staff/sessions", tag = "staff",
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn sign_out(State(api): State<Api>, staff: caller::AnyStaff) -> Result<StatusCode, Problem> {
    act::sign_out(&api.shell, &staff.0.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What proves who somebody is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proof {
    /// The password.
    #[schema(value_type = String, format = Password, max_length = 256)]
    password: Password,
}

/// Proves once more who the caller is. Reviews are taken for five minutes after it.
#[utoipa::path(
    post, path = "/v1/staff/sessions/current/proof", tag = "staff", request_body = Proof,
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn prove(
    State(api): State<Api>,
    staff: caller::Staff,
    peer: Peer,
    request: StrictJson<Proof>,
) -> Result<StatusCode, Problem> {
    let password = request.body.password.0;
    act::prove(&api.shell, &staff.signed_in, password, &peer.0).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password in the place of another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    /// The password in force.
    #[schema(value_type = String, format = Password, max_length = 256)]
    old: Password,
    /// The one from now on: at least 15 characters, and none that everybody tries.
    #[schema(value_type = String, format = Password, min_length = 15, max_length = 256)]
    new: Password,
}

/// Chooses a password of one's own. Every session of the account ends; the answer has
/// the token of a new one.
#[utoipa::path(
    post, path = "/v1/staff/password", tag = "staff", request_body = ChangePassword,
    responses(
        (status = 200, body = Session),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn change_password(
    State(api): State<Api>,
    staff: caller::AnyStaff,
    peer: Peer,
    request: StrictJson<ChangePassword>,
) -> Result<Json<Session>, Problem> {
    let ChangePassword { old, new } = request.body;
    let signed_in = &staff.0.signed_in;
    let token = act::change_password(&api.shell, signed_in, (old.0, new.0), &peer.0).await?;
    Ok(Json(Session { token }))
}

/// A live session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffSession)]
struct SessionBody {
    /// Its name; it opens nothing.
    #[schema(value_type = String)]
    session: StaffSessionId,
    /// Where it was started, as a network.
    network: String,
    /// The family of the browser, where it is known.
    browser: Option<&'static str>,
    /// The family of the system, where it is known.
    system: Option<&'static str>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = String, format = DateTime)]
    used_at: Timestamp,
    /// Whether it is the caller's own.
    is_this: bool,
}

impl From<SessionSummary> for SessionBody {
    fn from(summary: SessionSummary) -> Self {
        Self {
            session: summary.session,
            network: summary.network,
            browser: summary.device.browser(),
            system: summary.device.system(),
            started_at: summary.started_at,
            used_at: summary.used_at,
            is_this: summary.is_this,
        }
    }
}

/// The live sessions of an account: twenty at most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffSessions)]
struct SessionsBody {
    /// The sessions, the last used first.
    items: Vec<SessionBody>,
}

/// Lists the live sessions of an account: one's own, or for administrators anybody's.
#[utoipa::path(
    get, path = "/v1/staff/{staff}/sessions", tag = "staff", params(("staff" = String, Path)),
    responses(
        (status = 200, body = SessionsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(
    State(api): State<Api>,
    Named(staff): Named<StaffId>,
    by: caller::Staff,
) -> Result<Json<SessionsBody>, Problem> {
    let found = act::sessions(&api.shell, &by.signed_in, staff).await?;
    let items = found.into_iter().map(SessionBody::from).collect();
    Ok(Json(SessionsBody { items }))
}

/// Ends every session of an account, the caller's own included.
#[utoipa::path(
    delete, path = "/v1/staff/{staff}/sessions", tag = "staff", params(("staff" = String, Path)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn end_all(
    State(api): State<Api>,
    Named(staff): Named<StaffId>,
    by: caller::Staff,
) -> Result<StatusCode, Problem> {
    act::end_sessions(&api.shell, &by.signed_in, staff).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session of an account.
#[utoipa::path(
    delete, path = "/v1/staff/{staff}/sessions/{session}", tag = "staff",
    params(("staff" = String, Path), ("session" = String, Path)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn end(
    State(api): State<Api>,
    Both(staff, session): Both<StaffId, StaffSessionId>,
    by: caller::Staff,
) -> Result<StatusCode, Problem> {
    act::end_session(&api.shell, &by.signed_in, staff, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
