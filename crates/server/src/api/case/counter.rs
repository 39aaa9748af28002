//! What a counter does with a case: scans of the originals, the form to sign, and the
//! sealed slip.
//!
//! A scan is sent as it is, a JPEG or PNG and nothing around it. No answer here holds a
//! reset code: a slip goes to a printer.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tillkey_rules::event::Destination;
use tillkey_rules::scan::{Reuse, Scan, Side};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::{CaseId, PrinterName, ScanId};
use utoipa::{IntoParams, ToSchema};

use super::body::CaseBody;
use crate::act::case::scan::{self, ScanFailure, ScanFile};
use crate::act::case::{form, slip};
use crate::api::Api;
use crate::api::address::{Both, Named, StrictQuery};
use crate::api::caller::{Key, Staff};
use crate::api::json::StrictJson;
use crate::api::problem::{Problem, ProblemBody};
use crate::api::upload::Upload;
use crate::api::words::EvidenceWord;
use crate::picture::PictureFault;

/// Which side of which document.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfWhat {
    /// `identity_document` or `business_licence`; its number has matched before.
    #[param(value_type = EvidenceWord)]
    kind: EvidenceKind,
    /// `front`, or `back` of an identity document.
    #[param(value_type = String)]
    side: Side,
}

/// Takes a scan of one side of a document that has matched. A later one of the same
/// side takes its place.
#[utoipa::path(
    post, path = "/v1/cases/{case}/scans", tag = "counter",
    request_body(content_type = "image/jpeg", description = "The file, at most 8 MiB; or `image/png`."),
    params(("case" = String, Path), OfWhat, ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn take_scan(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    StrictQuery(of): StrictQuery<OfWhat>,
    staff: Staff,
    key: Key,
    upload: Upload,
) -> Result<(StatusCode, Json<CaseBody>), Problem> {
    let once = key.once(staff.principal(), upload.digest);
    let scan = ScanFile {
        kind: of.kind,
        side: of.side,
        file: upload.file.into(),
    };
    match scan::take(&api.shell, case, scan, &staff.signed_in, once).await {
        Ok(view) => Ok((StatusCode::CREATED, Json(view.into()))),
        Err(ScanFailure::Failure(failure)) => Err(failure.into()),
        Err(ScanFailure::Picture(PictureFault::TooLarge)) => Err(Problem::too_large()),
        Err(ScanFailure::Picture(fault)) => Err(Problem::invalid("body", fault.to_string())),
    }
}

/// A scan that a case holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scan)]
pub(super) struct ScanBody {
    /// Which one.
    #[schema(value_type = String)]
    scan: ScanId,
    /// Of which document.
    #[schema(value_type = EvidenceWord)]
    kind: EvidenceKind,
    /// `front` or `back`.
    side: &'static str,
    /// `earlier_case` or `other_merchant` where the same picture was seen there before.
    seen_before: Option<&'static str>,
}

impl From<&Scan> for ScanBody {
    fn from(scan: &Scan) -> Self {
        Self {
            scan: scan.id,
            kind: scan.kind,
            side: scan.side.name(),
            seen_before: scan.reuse.map(Reuse::name),
        }
    }
}

/// The scans of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scans)]
pub(super) struct ScansBody {
    /// At most one a side.
    scans: Vec<ScanBody>,
}

/// Lists the scans of a case, for a clerk who works on it and for its reviewers.
#[utoipa::path(
    get, path = "/v1/cases/{case}/scans", tag = "counter", params(("case" = String, Path)),
    responses(
        (status = 200, body = ScansBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn list_scans(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
) -> Result<Json<ScansBody>, Problem> {
    let scans = scan::list(&api.shell, case, &staff.signed_in).await?;
    let scans = scans.iter().map(ScanBody::from).collect();
    Ok(Json(ScansBody { scans }))
}

/// Shows a scan. That somebody looked is in the ledger.
#[utoipa::path(
    get, path = "/v1/cases/{case}/scans/{scan}", tag = "counter",
    params(("case" = String, Path), ("scan" = String, Path)),
    responses(
        (status = 200, content_type = "image/jpeg", description = "The picture."),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn show_scan(
    State(api): State<Api>,
    Both(case, scan): Both<CaseId, ScanId>,
    staff: Staff,
) -> Result<Response, Problem> {
    let picture = scan::look(&api.shell, case, scan, &staff.signed_in).await?;
    let kind = [(header::CONTENT_TYPE, "image/jpeg")];
    Ok((kind, picture.expose().clone()).into_response())
}

/// Prints the form of a counter case, for the person to sign.
#[utoipa::path(
    get, path = "/v1/cases/{case}/form", tag = "counter", params(("case" = String, Path)),
    responses(
        (status = 200, content_type = "application/pdf", description = "The form."),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn print_form(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
) -> Result<Response, Problem> {
    let pdf = form::print(&api.shell, case, &staff.signed_in).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf).into_response())
}

/// How the code is handed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Delivery {
    /// `contact`, or `sealed_slip` for a person who no longer has the registered phone.
    to: DeliveryWord,
}

/// A way to hand over a code.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeliveryWord {
    /// To the registered phone.
    Contact,
    /// On paper, sealed.
    SealedSlip,
}

/// Chooses how the code will be handed over, before the case is submitted.
#[utoipa::path(
    post, path = "/v1/cases/{case}/delivery", tag = "counter", request_body = Delivery,
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn choose_delivery(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
    key: Key,
    request: StrictJson<Delivery>,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let to = match request.body.to {
        DeliveryWord::Contact => Destination::Contact,
        DeliveryWord::SealedSlip => Destination::SealedSlip,
    };
    let view = slip::choose(&api.shell, case, to, &staff.signed_in, once).await?;
    Ok(Json(view.into()))
}

/// Where a slip is printed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Slip {
    /// A printer of the configuration.
    #[schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$")]
    printer: PrinterName,
}

/// Has a sealed slip printed for an approved case; the code before it is dead.
#[utoipa::path(
    post, path = "/v1/cases/{case}/slip", tag = "counter", request_body = Slip,
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn print_slip(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
    key: Key,
    request: StrictJson<Slip>,
) -> Result<(StatusCode, Json<CaseBody>), Problem> {
    let once = key.once(staff.principal(), request.digest);
    let printer = request.body.printer;
    let view = slip::print(&api.shell, case, printer, &staff.signed_in, once).await?;
    Ok((StatusCode::ACCEPTED, Json(view.into())))
}
