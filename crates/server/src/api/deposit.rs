//! `/v1/deposits`: deposits on terminals, and which of them go back.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tillkey_rules::vocabulary::DepositState;
use tillkey_wire::ids::{MerchantNumber, TerminalId, TerminalNumber};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Cursor, Named, StrictQuery};
use super::caller::{Key, Staff};
use super::json::StrictJson;
use super::problem::{Problem, ProblemBody};
use super::words::DepositStateWord;
use crate::act::deposit::{self as act, DepositView};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(give_back))
}

/// Which deposits.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// In which state.
    #[param(value_type = DepositStateWord)]
    state: DepositState,
    /// Where an earlier page ended.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A page of deposits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deposits)]
struct DepositsBody {
    /// Those that have waited longest first.
    items: Vec<DepositBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A deposit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deposit)]
struct DepositBody {
    /// For which terminal.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Whose.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// The terminal's number.
    #[schema(value_type = String)]
    number: TerminalNumber,
    /// How it stands.
    #[schema(value_type = DepositStateWord)]
    state: DepositState,
    /// How much it is, in fen.
    deposit_fen: i64,
    /// How much has to be taken, in fen.
    taken_fen: i64,
    /// What has counted so far, in fen.
    counted_fen: i64,
    /// `CNY`.
    currency: &'static str,
    /// The day from which it counts, where the merchants are.
    #[schema(value_type = String, format = Date)]
    activated_on: Date,
    /// The last day that counts.
    #[schema(value_type = String, format = Date)]
    last_day: Date,
    /// The day that reached the amount.
    #[schema(value_type = Option<String>, format = Date)]
    earned_on: Option<Date>,
    /// Since when it stands so.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl From<DepositView> for DepositBody {
    fn from(view: DepositView) -> Self {
        Self {
            terminal: view.terminal,
            merchant: view.merchant,
            number: view.number,
            state: view.state,
            deposit_fen: view.deposit.fen(),
            taken_fen: view.back.taken.fen(),
            counted_fen: view.counted.fen(),
            currency: "CNY",
            activated_on: view.activated_on,
            last_day: view.last_day,
            earned_on: view.earned_on,
            since: view.since,
        }
    }
}

/// Lists the deposits in a state; `earned` are those to be paid back.
#[utoipa::path(
    get, path = "/v1/deposits", tag = "deposits", params(Which),
    responses(
        (status = 200, body = DepositsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(
    State(api): State<Api>,
    StrictQuery(which): StrictQuery<Which>,
    staff: Staff,
) -> Result<Json<DepositsBody>, Problem> {
    let cursor = which.cursor.map(|cursor| cursor.0);
    let page = act::list(&api.shell, which.state, cursor, &staff.signed_in).await?;
    Ok(Json(DepositsBody {
        items: page.items.into_iter().map(DepositBody::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// A payment back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnDeposit {
    /// The payer's own name for it, 1 to 64 visible ASCII characters.
    #[schema(min_length = 1, max_length = 64)]
    reference: String,
}

/// Notes that an earned deposit was paid back. A second time it is `out_of_order`.
#[utoipa::path(
    post, path = "/v1/deposits/{terminal}/return", tag = "deposits", request_body = ReturnDeposit,
    params(("terminal" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn give_back(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    staff: Staff,
    key: Key,
    request: StrictJson<ReturnDeposit>,
) -> Result<axum::http::StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let reference = request.body.reference;
    act::give_back(&api.shell, terminal, &reference, &staff.signed_in, once).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}
