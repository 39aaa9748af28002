//! `/v1/terminals` and `/v1/operators`: devices and the accounts on them.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{
    DeviceModel, MerchantNumber, OperatorNumber, SerialNumber, TerminalId, TerminalNumber,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Both, Named, StrictQuery};
use super::caller::{Key, ManagerCaller, Member, Staff};
use super::json::{NoBody, StrictJson};
use super::problem::{Problem, ProblemBody};
use crate::act::party::{
    self as act, OpenedEnrolment, OperatorView, TerminalDetails, TerminalView,
};
use crate::act::portal;

pub(super) mod health;
mod snapshot;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(add, list))
        .routes(routes!(view))
        .routes(routes!(health::view, health::ask))
        .routes(routes!(snapshot::list))
        .routes(routes!(snapshot::ask))
        .routes(routes!(snapshot::review))
        .routes(routes!(open_enrolment))
        .routes(routes!(retire))
        .routes(routes!(move_to))
        .routes(routes!(add_operator))
        .routes(routes!(remove_operator))
}

/// A terminal to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddTerminal {
    /// Whose.
    #[schema(value_type = String, pattern = "^[0-9]{15}$")]
    merchant: MerchantNumber,
    /// Its number.
    #[schema(value_type = String, pattern = "^[0-9A-Z]{8}$")]
    number: TerminalNumber,
    /// What is printed on the device.
    #[schema(value_type = String)]
    serial_number: SerialNumber,
    /// The vendor's name for it.
    #[schema(value_type = String)]
    model: DeviceModel,
}

/// A terminal that was registered.
#[derive(Debug, Serialize, ToSchema)]
struct AddedTerminal {
    /// Which one.
    #[schema(value_type = String)]
    terminal: TerminalId,
}

/// Registers a terminal. It can then be enrolled.
#[utoipa::path(
    post, path = "/v1/terminals", tag = "terminals", request_body = AddTerminal,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = AddedTerminal),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn add(
    State(api): State<Api>,
    staff: Staff,
    key: Key,
    request: StrictJson<AddTerminal>,
) -> Result<Response, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let AddTerminal {
        merchant,
        number,
        serial_number,
        model,
    } = request.body;
    let details = TerminalDetails {
        merchant,
        number,
        serial_number,
        model,
    };
    let terminal = act::add_terminal(&api.shell, details, &staff.signed_in, once).await?;
    let location = [(header::LOCATION, format!("/v1/terminals/{terminal}"))];
    Ok((
        StatusCode::CREATED,
        location,
        Json(AddedTerminal { terminal }),
    )
        .into_response())
}

/// A terminal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Terminal)]
struct TerminalBody {
    /// Which one.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Whose.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// Its number.
    #[schema(value_type = String)]
    number: TerminalNumber,
    /// What is printed on the device.
    #[schema(value_type = String)]
    serial_number: SerialNumber,
    /// The vendor's name for it.
    model: String,
    /// Whether it is in service.
    in_service: bool,
    /// When its present keys were taken.
    #[schema(value_type = Option<String>, format = DateTime)]
    enrolled_at: Option<Timestamp>,
    /// When it was last heard.
    #[schema(value_type = Option<String>, format = DateTime)]
    seen_at: Option<Timestamp>,
    /// Whether it has a live link.
    online: bool,
    /// Its operators.
    operators: Vec<OperatorBody>,
}

/// An operator of a terminal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Operator)]
struct OperatorBody {
    /// Which account.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// Whether there is a password.
    password_set: bool,
    /// Since when it is in force.
    #[schema(value_type = Option<String>, format = DateTime)]
    password_since: Option<Timestamp>,
    /// When the operator last signed on.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_on_at: Option<Timestamp>,
    /// Since when the account is at rest: it takes a reset to sign on again.
    #[schema(value_type = Option<String>, format = DateTime)]
    dormant_at: Option<Timestamp>,
    /// Whether it is because a new password is due; otherwise nobody had signed on for long.
    renewal_due: bool,
}

impl From<OperatorView> for OperatorBody {
    fn from(view: OperatorView) -> Self {
        Self {
            operator: view.operator,
            password_set: view.password_set,
            password_since: view.password_since,
            signed_on_at: view.signed_on_at,
            dormant_at: view.dormant_at,
            renewal_due: view.is_renewal_due,
        }
    }
}

impl From<TerminalView> for TerminalBody {
    fn from(view: TerminalView) -> Self {
        let operators = view.operators.into_iter().map(OperatorBody::from);
        Self {
            terminal: view.terminal,
            merchant: view.merchant,
            number: view.number,
            serial_number: view.serial_number,
            model: view.model,
            in_service: view.in_service,
            enrolled_at: view.enrolled_at,
            seen_at: view.seen_at,
            online: view.online,
            operators: operators.collect(),
        }
    }
}

/// Shows a terminal.
#[utoipa::path(
    get, path = "/v1/terminals/{terminal}", tag = "terminals",
    params(("terminal" = String, Path)),
    responses(
        (status = 200, body = TerminalBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []), ("manager" = []))
)]
async fn view(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    member: Member,
) -> Result<Json<TerminalBody>, Problem> {
    let view = act::view_terminal(&api.shell, terminal, member.keeper()).await?;
    Ok(Json(view.into()))
}

/// Where the list goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListTerminals {
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<TerminalNumber>,
}

/// One page of terminals, in order of their numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Terminals)]
struct TerminalsBody {
    /// The terminals.
    items: Vec<TerminalBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Lists the terminals of the manager's own merchant. Staff find one by a look-up,
/// which is counted and recorded.
#[utoipa::path(
    get, path = "/v1/terminals", tag = "terminals", params(ListTerminals),
    responses(
        (status = 200, body = TerminalsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn list(
    State(api): State<Api>,
    ManagerCaller(by): ManagerCaller,
    StrictQuery(query): StrictQuery<ListTerminals>,
) -> Result<Json<TerminalsBody>, Problem> {
    let page = portal::terminals(&api.shell, &by, query.cursor).await?;
    let items = page.items.into_iter().map(TerminalBody::from).collect();
    let next_cursor = page.next_cursor;
    Ok(Json(TerminalsBody { items, next_cursor }))
}

/// An enrolment code.
#[derive(Debug, Serialize, ToSchema)]
struct Enrolment {
    /// The code in groups of four; this answer alone has it.
    code: String,
    /// Until when it can be used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<OpenedEnrolment> for Enrolment {
    fn from(opened: OpenedEnrolment) -> Self {
        let OpenedEnrolment { code, expires_at } = opened;
        Self { code, expires_at }
    }
}

/// Makes a one-time enrolment code; an older one is dead.
#[utoipa::path(
    post, path = "/v1/terminals/{terminal}/enrolment", tag = "terminals",
    params(("terminal" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = Enrolment),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn open_enrolment(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<(StatusCode, Json<Enrolment>), Problem> {
    let once = key.once(staff.principal(), request.digest);
    let opened = act::open_enrolment(&api.shell, terminal, &staff.signed_in, once).await?;
    Ok((StatusCode::CREATED, Json(opened.into())))
}

/// Takes a terminal out of service for good.
#[utoipa::path(
    post, path = "/v1/terminals/{terminal}/retirement", tag = "terminals",
    params(("terminal" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn retire(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::retire_terminal(&api.shell, terminal, &staff.signed_in, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a terminal goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveTerminal {
    /// To whom.
    #[schema(value_type = String, pattern = "^[0-9]{15}$")]
    merchant: MerchantNumber,
    /// Its number there, 8 digits or capital letters.
    #[schema(value_type = String, pattern = "^[0-9A-Z]{8}$")]
    number: TerminalNumber,
}

/// Moves a terminal to another merchant, or gives it another number. Its operators'
/// passwords and sessions end at once, and so do its open cases.
#[utoipa::path(
    post, path = "/v1/terminals/{terminal}/move", tag = "terminals",
    request_body = MoveTerminal,
    params(("terminal" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn move_to(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    staff: Staff,
    key: Key,
    request: StrictJson<MoveTerminal>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let MoveTerminal { merchant, number } = request.body;
    act::move_terminal(
        &api.shell,
        terminal,
        (merchant, number),
        &staff.signed_in,
        once,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An operator to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddOperator {
    /// Where.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Which account, 2 digits.
    #[schema(value_type = String, pattern = "^[0-9]{2}$")]
    operator: OperatorNumber,
}

/// Adds an operator to a terminal. There is no password yet: it is chosen there.
#[utoipa::path(
    post, path = "/v1/operators", tag = "terminals", request_body = AddOperator,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, description = "It is added"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []), ("manager" = []))
)]
async fn add_operator(
    State(api): State<Api>,
    member: Member,
    key: Key,
    request: StrictJson<AddOperator>,
) -> Result<StatusCode, Problem> {
    let once = key.once(member.principal(), request.digest);
    let AddOperator { terminal, operator } = request.body;
    act::add_operator(&api.shell, (terminal, operator), member.keeper(), once).await?;
    Ok(StatusCode::CREATED)
}

/// Removes an operator; the password and the sessions end at once.
#[utoipa::path(
    delete, path = "/v1/operators/{terminal}/{operator}", tag = "terminals",
    params(("terminal" = String, Path), ("operator" = String, Path)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []), ("manager" = []))
)]
async fn remove_operator(
    State(api): State<Api>,
    Both(terminal, operator): Both<TerminalId, OperatorNumber>,
    member: Member,
    key: Key,
    request: NoBody,
) -> Result<StatusCode, Problem> {
    let once = key.once(member.principal(), request.digest);
    act::remove_operator(&api.shell, (terminal, operator), member.keeper(), once).await?;
    Ok(StatusCode::NO_CONTENT)
}
