//! `/v1/staff`: accounts, for administrators. Sign-in, sessions and passwords are in
//! [`session`].

mod session;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tillkey_rules::party::Role;
use tillkey_wire::ids::{PersonId, StaffId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Named, StrictQuery};
use super::caller;
use super::json::StrictJson;
use super::problem::{Problem, ProblemBody};
use super::words::RoleWord;
use crate::act::SignedIn;
use crate::act::staff::{self as act, NewStaff, StaffSummary};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(session::routes())
        .routes(routes!(add, list))
        .routes(routes!(disable))
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
    /// Whether its owner has chosen a password of their own.
    has_own_password: bool,
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
        has_own_password: member.has_own_password,
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
    let SignedIn {
        acquirer, actor, ..
    } = by.signed_in;
    act::disable(&api.shell, &acquirer, staff, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
