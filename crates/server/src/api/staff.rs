//! `/v1/staff`: sign in and out; accounts, for administrators.
//!
//! Passwords of staff pass through here once and are kept nowhere. A sign-in is not
//! kept under an idempotency key: the token would have to be kept with it, and a
//! second session does no harm.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tillkey_rules::party::Role;
use tillkey_wire::ids::{AcquirerId, PersonId, StaffId};
use tillkey_wire::secret::Secret;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Named, StrictQuery};
use super::caller::{self, Peer};
use super::json::StrictJson;
use super::limits::PASSWORD_BYTES_MAX;
use super::problem::{Problem, ProblemBody};
use super::words::RoleWord;
use crate::act::staff::{self as act, NewStaff, StaffSummary};
use crate::act::{SignedIn, StaffToken};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(add, list))
        .routes(routes!(disable))
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
async fn sign_out(State(api): State<Api>, staff: caller::Staff) -> Result<StatusCode, Problem> {
    act::sign_out(&api.shell, &staff.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A member of staff to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddStaff {
    /// The account.
    #[schema(value_type = String)]
    staff: StaffId,
    /// The person behind it; a second account of a person has the same.
    #[schema(value_type = String)]
    person: PersonId,
    /// What it may do.
    #[schema(value_type = RoleWord)]
    role: Role,
}

/// An account that was added.
#[derive(Debug, Serialize, ToSchema)]
struct AddedStaff {
    /// The account.
    #[schema(value_type = String)]
    staff: StaffId,
    /// The first password; this answer alone has it.
    password: String,
}

/// Adds a member of staff.
#[utoipa::path(
    post, path = "/v1/staff", tag = "staff", request_body = AddStaff,
    responses(
        (status = 201, body = AddedStaff),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn add(
    State(api): State<Api>,
    by: caller::Staff,
    request: StrictJson<AddStaff>,
) -> Result<(StatusCode, Json<AddedStaff>), Problem> {
    by.signed_in.must_be(&[Role::Administrator])?;
    let AddStaff {
        staff,
        person,
        role,
    } = request.body;
    let acquirer = by.signed_in.acquirer.clone();
    let new = NewStaff {
        acquirer,
        staff: staff.clone(),
        person,
        role,
    };
    let password = act::add(&api.shell, new, &by.signed_in.actor).await?;
    let added = AddedStaff {
        staff,
        password: password.expose().clone(),
    };
    Ok((StatusCode::CREATED, Json(added)))
}

/// Where the list goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListStaff {
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<StaffId>,
}

/// A member of staff in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Staff)]
struct StaffBody {
    /// The account.
    #[schema(value_type = String)]
    staff: StaffId,
    /// The person behind it.
    #[schema(value_type = String)]
    person: PersonId,
    /// What it may do.
    #[schema(value_type = RoleWord)]
    role: Role,
    /// Whether it may sign in.
    enabled: bool,
}

/// One page of staff, in order of their accounts.
#[derive(Debug, Serialize, ToSchema)]
struct StaffPage {
    /// The members.
    items: Vec<StaffBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Lists staff.
#[utoipa::path(
    get, path = "/v1/staff", tag = "staff", params(ListStaff),
    responses(
        (status = 200, body = StaffPage),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(
    State(api): State<Api>,
    by: caller::Staff,
    StrictQuery(query): StrictQuery<ListStaff>,
) -> Result<Json<StaffPage>, Problem> {
    by.signed_in.must_be(&[Role::Administrator])?;
    let found = act::list(&api.shell, &by.signed_in.acquirer, query.cursor).await?;
    let full = found.len() >= usize::try_from(tillkey_store::limits::PAGE_MAX).unwrap_or(1);
    let next_cursor = found
        .last()
        .filter(|_| full)
        .map(|last| last.staff.to_string());
    let shown = |member: StaffSummary| StaffBody {
        staff: member.staff,
        person: member.person,
        role: member.role,
        enabled: member.enabled,
    };
    Ok(Json(StaffPage {
        items: found.into_iter().map(shown).collect(),
        next_cursor,
    }))
}

/// Disables an account; its sessions end at once.
#[utoipa::path(
    delete, path = "/v1/staff/{staff}", tag = "staff", params(("staff" = String, Path)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn disable(
    State(api): State<Api>,
    Named(staff): Named<StaffId>,
    by: caller::Staff,
) -> Result<StatusCode, Problem> {
    by.signed_in.must_be(&[Role::Administrator])?;
    let SignedIn { acquirer, actor } = by.signed_in;
    act::disable(&api.shell, &acquirer, staff, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
