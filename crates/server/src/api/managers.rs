//! `/v1/managers`: the people of a merchant who may sign in to the portal, as an
//! administrator keeps them.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::{ManagerId, MerchantNumber, PersonId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Named, StrictQuery};
use super::caller::{Key, Member, Staff};
use super::json::{FieldFault, NoBody, StrictJson};
use super::problem::{Problem, ProblemBody};
use super::words::RightWord;
use crate::act::managers::{self as act, ManagerDetails, ManagerSummary};
use crate::act::{Phone, checked_name};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(add, list))
        .routes(routes!(set_rights, disable))
        .routes(routes!(enable))
}

/// A manager to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddManager {
    /// Whose manager.
    #[schema(value_type = String, pattern = "^[0-9]{15}$")]
    merchant: MerchantNumber,
    /// What they are called.
    #[schema(max_length = 120)]
    name: String,
    /// Where their sign-in codes go: a mobile number.
    #[schema(value_type = String)]
    phone: PhoneField,
    /// The person behind the account, where the acquirer has a name for them; staff of
    /// the same person review nothing that this manager drove. Left out, it is the
    /// person of the other accounts with this phone.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// What they may do, at least one.
    #[schema(value_type = Vec<RightWord>)]
    rights: Vec<ManagerRight>,
}

/// A phone as it comes; read with the rules of phones, and not printed.
#[derive(Debug)]
pub(super) struct PhoneField(pub(super) Phone);

impl<'de> Deserialize<'de> for PhoneField {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Each right once: a list that says one twice was not meant.
fn set_of(rights: Vec<ManagerRight>) -> Result<BTreeSet<ManagerRight>, FieldFault> {
    let count = rights.len();
    let set: BTreeSet<_> = rights.into_iter().collect();
    if set.len() == count && count > 0 {
        Ok(set)
    } else {
        Err(FieldFault::new("rights", "at least one right, each once"))
    }
}

/// A manager who was added.
#[derive(Debug, Serialize, ToSchema)]
struct AddedManager {
    /// The account.
    #[schema(value_type = String)]
    manager: ManagerId,
}

/// Adds a manager. The merchant's registered contact is told.
#[utoipa::path(
    post, path = "/v1/managers", tag = "managers", request_body = AddManager,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = AddedManager),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn add(
    State(api): State<Api>,
    staff: Staff,
    key: Key,
    request: StrictJson<AddManager>,
) -> Result<(StatusCode, Json<AddedManager>), Problem> {
    let once = key.once(staff.principal(), request.digest);
    let AddManager {
        merchant,
        name,
        phone,
        person,
        rights,
    } = request.body;
    let details = ManagerDetails {
        merchant,
        name: checked_name(&name).map_err(|invalid| Problem::of_id("name", &invalid))?,
        phone: phone.0,
        person,
        rights: set_of(rights)?,
    };
    let manager = act::add(&api.shell, details, &staff.signed_in, once).await?;
    Ok((StatusCode::CREATED, Json(AddedManager { manager })))
}

/// Whose managers to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListManagers {
    /// The merchant number.
    #[param(value_type = String)]
    merchant: MerchantNumber,
}

/// A manager in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Manager)]
struct ManagerBody {
    /// The account.
    #[schema(value_type = String)]
    manager: ManagerId,
    /// The person behind it.
    #[schema(value_type = String)]
    person: PersonId,
    /// The first character of the name.
    name_masked: String,
    /// The phone, its middle hidden.
    phone_masked: String,
    /// What they may do.
    #[schema(value_type = Vec<RightWord>)]
    rights: Vec<ManagerRight>,
    /// Whether they may sign in, unless they are at rest.
    enabled: bool,
    /// When they last signed in.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_in_at: Option<Timestamp>,
    /// Since when the account is at rest because nobody signed in for long.
    #[schema(value_type = Option<String>, format = DateTime)]
    dormant_at: Option<Timestamp>,
    /// When the account was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<ManagerSummary> for ManagerBody {
    fn from(summary: ManagerSummary) -> Self {
        Self {
            manager: summary.manager,
            person: summary.person,
            name_masked: summary.name_masked,
            phone_masked: summary.phone_masked,
            rights: summary.rights.into_iter().collect(),
            enabled: summary.enabled,
            signed_in_at: summary.signed_in_at,
            dormant_at: summary.dormant_at,
            created_at: summary.created_at,
        }
    }
}

/// A merchant's managers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Managers)]
struct ManagersBody {
    /// All of them, disabled ones included.
    items: Vec<ManagerBody>,
}

/// Lists a merchant's managers.
#[utoipa::path(
    get, path = "/v1/managers", tag = "managers", params(ListManagers),
    responses(
        (status = 200, body = ManagersBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(
    State(api): State<Api>,
    staff: Staff,
    StrictQuery(query): StrictQuery<ListManagers>,
) -> Result<Json<ManagersBody>, Problem> {
    let found = act::list(&api.shell, query.merchant, &staff.signed_in).await?;
    let items = found.into_iter().map(ManagerBody::from).collect();
    Ok(Json(ManagersBody { items }))
}

/// What a manager may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetRights {
    /// All of it, at least one.
    #[schema(value_type = Vec<RightWord>)]
    rights: Vec<ManagerRight>,
}

/// Sets what a manager may do, from their next request on.
#[utoipa::path(
    patch, path = "/v1/managers/{manager}", tag = "managers", request_body = SetRights,
    params(("manager" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn set_rights(
    State(api): State<Api>,
    Named(manager): Named<ManagerId>,
    staff: Staff,
    key: Key,
    request: StrictJson<SetRights>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let rights = set_of(request.body.rights)?;
    act::set_rights(&api.shell, manager, rights, &staff.signed_in, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a manager's access; the sessions that act as them end at once. A manager with the
/// right to manage operators may do so for another one of the merchant who may do nothing
/// that they may not; the registered contact is told.
#[utoipa::path(
    delete, path = "/v1/managers/{manager}", tag = "managers",
    params(("manager" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []), ("manager" = []))
)]
async fn disable(
    State(api): State<Api>,
    Named(manager): Named<ManagerId>,
    member: Member,
    key: Key,
    request: NoBody,
) -> Result<StatusCode, Problem> {
    let once = key.once(member.principal(), request.digest);
    match &member {
        Member::Staff(staff) => act::disable(&api.shell, manager, &staff.signed_in, once).await?,
        Member::Manager(by) => act::end_access(&api.shell, manager, &by.0, once).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a manager sign in again who is at rest.
#[utoipa::path(
    post, path = "/v1/managers/{manager}/enabling", tag = "managers",
    params(("manager" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn enable(
    State(api): State<Api>,
    Named(manager): Named<ManagerId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::enable(&api.shell, manager, &staff.signed_in, once).await?;
    Ok(StatusCode::NO_CONTENT)
}
