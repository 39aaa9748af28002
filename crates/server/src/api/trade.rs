//! `/v1/transactions` and `/v1/settlements`: trade, as the acquirer's own system
//! reports it.
//!
//! Rows have no field for a card number, a track or a PIN block, and no free text; an
//! unknown field is refused. What is reported is never shown again.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::TransactionKind;
use tillkey_wire::ids::{InvalidId, MerchantNumber, TerminalNumber};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::caller::{Key, Staff};
use super::json::{FieldFault, ReportJson};
use super::limits::REPORT_ROWS_MAX;
use super::problem::{Problem, ProblemBody};
use super::words::TransactionWord;
use crate::act::trade::{self as act, Reference, Reported};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(transactions))
        .routes(routes!(settlements))
}

/// The currency of every amount.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum Currency {
    /// Yuan; amounts are in fen.
    #[serde(rename = "CNY")]
    Yuan,
}

/// Transactions to be recorded: 1 to 500 rows, all of them or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Transactions {
    /// The currency of every amount.
    #[serde(rename = "currency")]
    #[schema(example = "CNY")]
    _currency: Currency,
    /// The rows.
    #[schema(min_items = 1, max_items = 500)]
    transactions: Vec<TransactionRow>,
}

/// One transaction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Transaction)]
struct TransactionRow {
    /// The sender's own name for it, 1 to 64 visible ASCII characters. A keyed digest of
    /// it is kept; put no card number into it all the same.
    #[schema(value_type = String, max_length = 64)]
    reference: Reference,
    /// The merchant.
    #[schema(value_type = String, pattern = "^[0-9]{15}$")]
    merchant: MerchantNumber,
    /// The terminal's number.
    #[schema(value_type = String, pattern = "^[0-9A-Z]{8}$")]
    terminal: TerminalNumber,
    /// What it was.
    #[schema(value_type = TransactionWord)]
    kind: TransactionKind,
    /// How much, in fen; never negative.
    #[schema(minimum = 1, maximum = 10_000_000_000_i64)]
    amount: i64,
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    taken_at: Timestamp,
    /// The terminal's batch number.
    #[schema(minimum = 1, maximum = 999_999)]
    batch: u32,
    /// The day it was settled, where the merchants are; left out until then. Sending the
    /// transaction again with it settles it.
    #[schema(value_type = Option<String>, format = Date)]
    settled_on: Option<Date>,
}

impl TransactionRow {
    fn read(self) -> Result<(Reference, act::Transaction), FieldFault> {
        let fault = |invalid: InvalidId| FieldFault::new(invalid.kind, invalid.rule);
        let batch = act::checked_batch(self.batch).map_err(fault)?;
        let amount = act::checked_amount(Fen::sum(self.amount)).map_err(fault)?;
        let transaction = act::Transaction {
            merchant: self.merchant,
            terminal: self.terminal,
            kind: self.kind,
            amount,
            taken_at: self.taken_at,
            batch,
            settled_on: self.settled_on,
        };
        Ok((self.reference, transaction))
    }
}

/// Payouts to be recorded: 1 to 500 rows, all of them or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Settlements {
    /// The currency of every amount.
    #[serde(rename = "currency")]
    #[schema(example = "CNY")]
    _currency: Currency,
    /// The rows.
    #[schema(min_items = 1, max_items = 500)]
    settlements: Vec<SettlementRow>,
}

/// One payout: a merchant has one a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Settlement)]
struct SettlementRow {
    /// The sender's own name for it, 1 to 64 visible ASCII characters.
    #[schema(value_type = String, max_length = 64)]
    reference: Reference,
    /// Who was paid.
    #[schema(value_type = String, pattern = "^[0-9]{15}$")]
    merchant: MerchantNumber,
    /// The day it came to the account, where the merchants are.
    #[schema(value_type = String, format = Date)]
    paid_on: Date,
    /// Before fees, in fen.
    #[schema(minimum = 0)]
    gross: i64,
    /// Taken off, in fen.
    #[schema(minimum = 0)]
    fees: i64,
    /// Paid into the account, in fen: gross less fees.
    #[schema(minimum = 0)]
    net: i64,
}

impl SettlementRow {
    fn read(self) -> Result<(Reference, act::Settlement), FieldFault> {
        let fen = |field: &str, fen: i64| {
            Fen::new(fen).map_err(|invalid| FieldFault::new(field, invalid.rule))
        };
        let settlement = act::Settlement {
            merchant: self.merchant,
            paid_on: self.paid_on,
            gross: fen("gross", self.gross)?,
            fees: fen("fees", self.fees)?,
            net: fen("net", self.net)?,
        };
        Ok((self.reference, settlement))
    }
}

/// What was recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recorded)]
struct RecordedBody {
    /// How many rows were new, or newly settled.
    recorded: u32,
    /// How many were there already.
    known: u32,
}

/// Reads every row, or says what is wrong with the first ones.
fn rows<R, T>(
    list: &str,
    rows: Vec<R>,
    read: impl Fn(R) -> Result<T, FieldFault>,
) -> Result<Vec<T>, Problem> {
    if !(1..=REPORT_ROWS_MAX).contains(&rows.len()) {
        return Err(Problem::invalid(list, "1 to 500 rows"));
    }
    let (mut right, mut wrong) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row, item) in rows.into_iter().enumerate() {
        match read(item) {
            Ok(item) => right.push(item),
            Err(fault) => wrong.push(in_row(list, row, fault)),
        }
    }
    if wrong.is_empty() {
        return Ok(right);
    }
    wrong.truncate(crate::limits::WRONG_ROWS_SHOWN_MAX);
    Err(Problem::rows(wrong))
}

fn in_row(list: &str, row: usize, fault: FieldFault) -> FieldFault {
    let field = fault.field.unwrap_or_default();
    FieldFault::new(&format!("{list}[{row}].{field}"), fault.rule)
}

fn answer(list: &str, reported: Reported) -> Result<Json<RecordedBody>, Problem> {
    match reported {
        Reported::Recorded { recorded, known } => Ok(Json(RecordedBody { recorded, known })),
        Reported::Wrong(wrong) => {
            let fault = |wrong: act::WrongRow| {
                in_row(list, wrong.row, FieldFault::new(&wrong.field, wrong.rule))
            };
            Err(Problem::rows(wrong.into_iter().map(fault).collect()))
        }
    }
}

/// Records transactions. The same rows again change nothing; a row under a reference
/// that another has is wrong.
#[utoipa::path(
    post, path = "/v1/transactions", tag = "trade", request_body = Transactions,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = RecordedBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn transactions(
    State(api): State<Api>,
    staff: Staff,
    key: Key,
    request: ReportJson<Transactions>,
) -> Result<Json<RecordedBody>, Problem> {
    const LIST: &str = "transactions";
    let once = key.once(staff.principal(), request.digest);
    let rows = rows(LIST, request.body.transactions, TransactionRow::read)?;
    let by = &staff.signed_in;
    answer(
        LIST,
        act::record_transactions(&api.shell, rows, by, once).await?,
    )
}

/// Records payouts, as `/v1/transactions` records transactions.
#[utoipa::path(
    post, path = "/v1/settlements", tag = "trade", request_body = Settlements,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = RecordedBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn settlements(
    State(api): State<Api>,
    staff: Staff,
    key: Key,
    request: ReportJson<Settlements>,
) -> Result<Json<RecordedBody>, Problem> {
    const LIST: &str = "settlements";
    let once = key.once(staff.principal(), request.digest);
    let rows = rows(LIST, request.body.settlements, SettlementRow::read)?;
    let by = &staff.signed_in;
    answer(
        LIST,
        act::record_settlements(&api.shell, rows, by, once).await?,
    )
}
