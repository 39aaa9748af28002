//! `/v1/cases`: open, list, look, and take each step of a case.
//!
//! Each handler reads, calls one act, and shows what came of it. Whether a step is due,
//! allowed or right is decided below; a case that is not this caller's is not there.

mod body;
mod counter;
mod dossier;
mod events;
mod evidence;
mod offline;
mod review;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use tillkey_rules::case::State as CaseState;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_wire::ids::{CaseId, MerchantNumber, OperatorNumber, TerminalNumber};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{CaseBody, CasesBody, OpenedBody};
use super::Api;
use super::address::{Cursor, Named, StrictQuery};
use super::caller::{CaseCaller, Key, MaybeMember, Member, Peer, Staff};
use super::json::{NoBody, StrictJson};
use super::problem::{Problem, ProblemBody};
use super::words::{ChannelWord, EvidenceWord, ReasonWord, StateWord};
use crate::act::case as act;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(open, list))
        .routes(routes!(view))
        .routes(routes!(events::events))
        .routes(routes!(challenge))
        .routes(routes!(evidence::present))
        .routes(routes!(object))
        .routes(routes!(submit))
        .routes(routes!(review::review))
        .routes(routes!(review::amend))
        .routes(routes!(review::waive_backup))
        .routes(routes!(review::queue))
        .routes(routes!(dossier::dossier))
        .routes(routes!(cancel))
        .routes(routes!(hand_over))
        .routes(routes!(send_code_again))
        .routes(routes!(offline::answer))
        .routes(routes!(counter::take_scan, counter::list_scans))
        .routes(routes!(counter::show_scan))
        .routes(routes!(counter::print_form))
        .routes(routes!(counter::choose_delivery))
        .routes(routes!(counter::print_slip))
}

/// What opens a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpenCase {
    /// The merchant number, 15 digits.
    #[schema(value_type = String, pattern = "^[0-9]{15}$", example = "898310054110001")]
    merchant: MerchantNumber,
    /// The terminal number, 8 characters.
    #[schema(value_type = String, pattern = "^[0-9A-Z]{8}$", example = "10000001")]
    terminal: TerminalNumber,
    /// The operator, 2 digits.
    #[schema(value_type = String, pattern = "^[0-9]{2}$", example = "01")]
    operator: OperatorNumber,
    /// Why.
    #[schema(value_type = ReasonWord)]
    reason: Reason,
    /// The channel; `app` where it is left out. `portal` belongs to managers, others to
    /// staff.
    #[schema(value_type = Option<ChannelWord>)]
    channel: Option<Channel>,
}

/// Opens a case. The answer is the same whether or not the merchant, the terminal or
/// the operator exists; to a manager, what is another merchant's is not there.
#[utoipa::path(
    post, path = "/v1/cases", tag = "cases", request_body = OpenCase,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = OpenedBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security((), ("staff" = []), ("manager" = []))
)]
async fn open(
    State(api): State<Api>,
    by: MaybeMember,
    peer: Peer,
    key: Key,
    request: StrictJson<OpenCase>,
) -> Result<(StatusCode, Json<OpenedBody>), Problem> {
    let once = key.once(by.principal(&peer), request.digest);
    let OpenCase {
        merchant,
        terminal,
        operator,
        reason,
        channel,
    } = request.body;
    let opening = act::OpenRequest {
        named: act::Named {
            merchant,
            terminal,
            operator,
        },
        channel: channel.unwrap_or(Channel::App),
        reason,
    };
    let shell = &api.shell;
    let opened = match &by.0 {
        Some(Member::Manager(by)) => act::open_as_manager(shell, opening, &by.0, once).await?,
        Some(Member::Staff(by)) => {
            act::open(shell, opening, Some(&by.signed_in), &peer.0, once).await?
        }
        None => act::open(shell, opening, None, &peer.0, once).await?,
    };
    Ok((StatusCode::ACCEPTED, Json(opened.into())))
}

/// Which cases to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListCases {
    /// Only those that stand here.
    #[param(value_type = Option<StateWord>)]
    state: Option<CaseState>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Lists the cases of the caller's acquirer, or of the manager's own merchant, newest
/// first.
#[utoipa::path(
    get, path = "/v1/cases", tag = "cases", params(ListCases),
    responses(
        (status = 200, body = CasesBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []), ("manager" = []))
)]
async fn list(
    State(api): State<Api>,
    member: Member,
    StrictQuery(query): StrictQuery<ListCases>,
) -> Result<Json<CasesBody>, Problem> {
    let filter = act::CaseFilter { state: query.state };
    let cursor = query.cursor.as_ref().map(|cursor| cursor.0.as_str());
    let page = match &member {
        Member::Staff(staff) => act::list(&api.shell, &staff.signed_in, filter, cursor).await?,
        Member::Manager(_) if filter.state.is_some() => {
            return Err(Problem::invalid(
                "state",
                "a manager's list has every state",
            ));
        }
        Member::Manager(by) => act::list_of_merchant(&api.shell, &by.0, cursor).await?,
    };
    Ok(Json(page.into()))
}

/// Shows a case: where it stands, what would help, what happened.
#[utoipa::path(
    get, path = "/v1/cases/{case}", tag = "cases", params(("case" = String, Path)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []), ("manager" = []))
)]
async fn view(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
) -> Result<Json<CaseBody>, Problem> {
    let view = act::view(&api.shell, case, &caller.access).await?;
    Ok(Json(view.into()))
}

/// What challenge to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Challenge {
    /// For which evidence. Where it goes is what is registered, never part of this.
    #[schema(value_type = EvidenceWord)]
    kind: EvidenceKind,
}

/// Sends a challenge: an SMS code to the registered phone, a number on the terminal.
#[utoipa::path(
    post, path = "/v1/cases/{case}/challenges", tag = "cases", request_body = Challenge,
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []), ("manager" = []))
)]
async fn challenge(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    peer: Peer,
    key: Key,
    request: StrictJson<Challenge>,
) -> Result<(StatusCode, Json<CaseBody>), Problem> {
    let once = key.once(caller.principal, request.digest);
    let kind = request.body.kind;
    let view = act::challenge(&api.shell, case, kind, &caller.access, &peer.0, once).await?;
    Ok((StatusCode::ACCEPTED, Json(view.into())))
}

/// Asks for the decision.
#[utoipa::path(
    post, path = "/v1/cases/{case}/submission", tag = "cases",
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []), ("manager" = []))
)]
async fn submit(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    key: Key,
    request: NoBody,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(caller.principal, request.digest);
    let view = act::submit(&api.shell, case, &caller.access, once).await?;
    Ok(Json(view.into()))
}

/// Objects, as a manager, to a case that another channel opened for their merchant: it
/// is closed.
#[utoipa::path(
    post, path = "/v1/cases/{case}/objection", tag = "cases",
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn object(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    key: Key,
    request: NoBody,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(caller.principal, request.digest);
    let view = act::object(&api.shell, case, &caller.access, once).await?;
    Ok(Json(view.into()))
}

/// Withdraws a case.
#[utoipa::path(
    post, path = "/v1/cases/{case}/cancellation", tag = "cases",
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []), ("manager" = []))
)]
async fn cancel(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    key: Key,
    request: NoBody,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(caller.principal, request.digest);
    let view = act::cancel(&api.shell, case, &caller.access, once).await?;
    Ok(Json(view.into()))
}

/// Takes a case over at a counter.
#[utoipa::path(
    post, path = "/v1/cases/{case}/hand-over", tag = "cases",
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn hand_over(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let view = act::hand_over(&api.shell, case, &staff.signed_in, once).await?;
    Ok(Json(view.into()))
}

/// Sends a new reset code to the registered contact; the one before it is dead.
#[utoipa::path(
    post, path = "/v1/cases/{case}/codes", tag = "cases",
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []), ("manager" = []))
)]
async fn send_code_again(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    key: Key,
    request: NoBody,
) -> Result<(StatusCode, Json<CaseBody>), Problem> {
    let once = key.once(caller.principal, request.digest);
    let view = act::send_code_again(&api.shell, case, &caller.access, once).await?;
    Ok((StatusCode::ACCEPTED, Json(view.into())))
}
