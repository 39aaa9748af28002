//! `/v1/manager-sign-ins` and `/v1/manager-sessions`: a manager signs in, in two
//! steps, and looks after their sessions.
//!
//! No answer of the first step depends on whose phone was named. A sign-in is not kept
//! under an idempotency key: the token would have to be kept with it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::{ManagerSessionId, MerchantNumber};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::Named;
use super::caller::{ManagerCaller, Peer};
use super::json::StrictJson;
use super::managers::PhoneField;
use super::problem::{Problem, ProblemBody};
use crate::act::managers::{self as act, ManagedMerchant, SessionSummary};
use crate::act::{ManagerToken, SignInToken};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(finish, list, end_all))
        .routes(routes!(go_on))
        .routes(routes!(end))
}

/// Who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginSignIn {
    /// The manager's mobile number.
    #[schema(value_type = String)]
    phone: PhoneField,
}

/// A sign-in that waits for its code.
#[derive(Debug, Serialize, ToSchema)]
struct SignInBegun {
    /// To be shown with the code; this answer alone has it.
    #[schema(value_type = String)]
    sign_in: SignInToken,
    /// Until when the code can be typed.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Begins a sign-in. A code goes to the phone if it is a manager's; the answer is the
/// same whether or not it is.
#[utoipa::path(
    post, path = "/v1/manager-sign-ins", tag = "managers", request_body = BeginSignIn,
    responses(
        (status = 202, body = SignInBegun),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn begin(
    State(api): State<Api>,
    peer: Peer,
    request: StrictJson<BeginSignIn>,
) -> Result<(StatusCode, Json<SignInBegun>), Problem> {
    let begun = act::begin(&api.shell, request.body.phone.0, &peer.0).await?;
    let body = SignInBegun {
        sign_in: begun.sign_in,
        expires_at: begun.expires_at,
    };
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// The code of a sign-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FinishSignIn {
    /// As the first step gave it.
    #[schema(value_type = String)]
    sign_in: SignInToken,
    /// The six digits that were sent.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    code: SmsCode,
}

/// A session that began.
#[derive(Debug, Serialize, ToSchema)]
struct ManagerSessionBegun {
    /// Shows who is signed in; this answer alone has it.
    #[schema(value_type = String)]
    token: ManagerToken,
    /// The merchants that this phone manages. The session begins with the first.
    merchants: Vec<ManagedMerchantBody>,
}

/// A merchant that a phone manages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManagedMerchant)]
struct ManagedMerchantBody {
    /// Its number.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// Its name.
    name: String,
}

impl From<ManagedMerchant> for ManagedMerchantBody {
    fn from(managed: ManagedMerchant) -> Self {
        let ManagedMerchant { merchant, name } = managed;
        Self { merchant, name }
    }
}

/// Finishes a sign-in with the code.
#[utoipa::path(
    post, path = "/v1/manager-sessions", tag = "managers", request_body = FinishSignIn,
    responses(
        (status = 201, body = ManagerSessionBegun),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn finish(
    State(api): State<Api>,
    peer: Peer,
    request: StrictJson<FinishSignIn>,
) -> Result<(StatusCode, Json<ManagerSessionBegun>), Problem> {
    let FinishSignIn { sign_in, code } = request.body;
    let entered = act::finish(&api.shell, sign_in, code, &peer.0).await?;
    let merchants = entered.merchants.into_iter().map(Into::into).collect();
    let body = ManagerSessionBegun {
        token: entered.token,
        merchants,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManagerSession)]
struct SessionBody {
    /// Which one.
    #[schema(value_type = String)]
    session: ManagerSessionId,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When a code was last answered in it.
    #[schema(value_type = String, format = DateTime)]
    proved_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = String, format = DateTime)]
    used_at: Timestamp,
    /// Whether it is the one that asks.
    is_current: bool,
}

impl From<SessionSummary> for SessionBody {
    fn from(summary: SessionSummary) -> Self {
        let SessionSummary {
            session,
            started_at,
            proved_at,
            used_at,
            is_current,
        } = summary;
        Self {
            session,
            started_at,
            proved_at,
            used_at,
            is_current,
        }
    }
}

/// The caller's sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManagerSessions)]
struct SessionsBody {
    /// Those that are live, the newest first.
    items: Vec<SessionBody>,
    /// The merchants that this phone manages.
    merchants: Vec<ManagedMerchantBody>,
}

/// Lists the live sessions of the caller's phone, on every device.
#[utoipa::path(
    get, path = "/v1/manager-sessions", tag = "managers",
    responses(
        (status = 200, body = SessionsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn list(
    State(api): State<Api>,
    ManagerCaller(by): ManagerCaller,
) -> Result<Json<SessionsBody>, Problem> {
    let items = act::sessions(&api.shell, &by).await?;
    let merchants = act::merchants(&api.shell, &by).await?;
    Ok(Json(SessionsBody {
        items: items.into_iter().map(Into::into).collect(),
        merchants: merchants.into_iter().map(Into::into).collect(),
    }))
}

/// Signs the caller out everywhere: every session of their phone ends.
#[utoipa::path(
    delete, path = "/v1/manager-sessions", tag = "managers",
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn end_all(
    State(api): State<Api>,
    ManagerCaller(by): ManagerCaller,
) -> Result<StatusCode, Problem> {
    act::sign_out_everywhere(&api.shell, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of the caller's sessions; `current` is the one that asks.
#[utoipa::path(
    delete, path = "/v1/manager-sessions/{session}", tag = "managers",
    params(("session" = String, Path)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn end(
    State(api): State<Api>,
    Named(session): Named<Which>,
    ManagerCaller(by): ManagerCaller,
) -> Result<StatusCode, Problem> {
    let session = match session {
        Which::Current => by.session,
        Which::Session(session) => session,
    };
    act::end_session(&api.shell, &by, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which session an address names.
enum Which {
    Current,
    Session(ManagerSessionId),
}

impl std::str::FromStr for Which {
    type Err = tillkey_wire::ids::InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "current" => Ok(Self::Current),
            other => other.parse().map(Self::Session),
        }
    }
}

/// Where to go on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GoOn {
    /// One of the merchants that this phone manages.
    #[schema(value_type = String, pattern = "^[0-9]{15}$")]
    merchant: MerchantNumber,
}

/// Goes on to another merchant of the same phone, in the session that asks.
#[utoipa::path(
    put, path = "/v1/manager-sessions/current/merchant", tag = "managers", request_body = GoOn,
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn go_on(
    State(api): State<Api>,
    ManagerCaller(by): ManagerCaller,
    request: StrictJson<GoOn>,
) -> Result<StatusCode, Problem> {
    act::go_on_to(&api.shell, &by, request.body.merchant).await?;
    Ok(StatusCode::NO_CONTENT)
}
