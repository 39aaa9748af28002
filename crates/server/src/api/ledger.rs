//! `/v1/ledger`: the signed checkpoint and the tiles (C2SP tlog-tiles), to be mirrored
//! and verified with standard tools.
//!
//! For auditors, or for anybody where the configuration says so. Leaves hold no
//! personal data in clear.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use tillkey_ledger::{Fault as LedgerFault, TilePath};
use tillkey_rules::party::Role;
use tillkey_store::fault::Fault;
use tillkey_store::ledger::{self, LedgerReader};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::Named;
use super::caller::Staff;
use super::problem::{Problem, ProblemBody};
use crate::act::{Failure, ledger as act};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(checkpoint))
        .routes(routes!(proof))
        .route("/v1/ledger/tile/{*tile}", axum::routing::get(tile))
}

/// Whoever may read the ledger.
pub(super) struct Reader;

impl FromRequestParts<Api> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if !api.shell.config().ledger_public {
            let staff = Staff::from_request_parts(parts, api).await?;
            staff.signed_in.must_be(&[Role::Auditor])?;
        }
        Ok(Self)
    }
}

/// The newest signed checkpoint: a note of the ledger's name, size and root.
#[utoipa::path(
    get, path = "/v1/ledger/checkpoint", tag = "ledger",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security((), ("staff" = []))
)]
async fn checkpoint(State(api): State<Api>, _: Reader) -> Result<Response, Problem> {
    let note = api
        .shell
        .store()
        .read(|tx| ledger::checkpoint(tx))
        .await
        .map_err(Failure::from)?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, note).into_response())
}

/// The proof that an entry is in the ledger, as a text that stands alone (C2SP
/// tlog-proof): the entry, its place, the hashes up to the root, the signed checkpoint.
#[utoipa::path(
    get, path = "/v1/ledger/entries/{position}/proof", tag = "ledger",
    params(("position" = u64, Path)),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn proof(
    State(api): State<Api>,
    Named(position): Named<u64>,
    by: Staff,
) -> Result<Response, Problem> {
    let (_, proof) = act::entry(&api.shell, position, &by.signed_in).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, proof.to_string()).into_response())
}

/// A tile of hashes or a bundle of entries, such as `0/x001/067`, `0/000.p/12` or
/// `entries/000`. A full one never changes.
#[utoipa::path(
    get, path = "/v1/ledger/tile/{tile}", tag = "ledger", params(("tile" = String, Path)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security((), ("staff" = []))
)]
pub(super) async fn tile(
    State(api): State<Api>,
    Path(path): Path<String>,
    _: Reader,
) -> Result<Response, Problem> {
    let path: TilePath = format!("tile/{path}")
        .parse()
        .map_err(|_| Problem::unknown())?;
    let bytes = read(&api, path).await?.ok_or(Problem::unknown())?;
    let cached = match (path.is_full(), api.shell.config().ledger_public) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "private, max-age=31536000, immutable",
        (false, _) => "no-cache",
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, cached),
    ];
    Ok((headers, bytes).into_response())
}

/// How many entries are under the newest checkpoint, by its own signature.
pub(super) async fn size(api: &Api) -> Result<u64, Failure> {
    let note = api.shell.store().read(|tx| ledger::checkpoint(tx)).await?;
    signed_size(api, &note).ok_or(Failure::Fault(Fault::Missing("checkpoint")))
}

fn signed_size(api: &Api, note: &str) -> Option<u64> {
    let checkpoint = api.shell.ledger_verifier().open(note.as_bytes()).ok()?;
    Some(checkpoint.head.size)
}

/// A tile's bytes, if the signed ledger is that large.
async fn read(api: &Api, path: TilePath) -> Result<Option<Vec<u8>>, Failure> {
    let size = size(api).await?;
    let found = api
        .shell
        .store()
        .read(move |tx| Ok(path.bytes(size, &mut LedgerReader::new(tx))))
        .await?;
    match found {
        Ok(bytes) => Ok(Some(bytes)),
        Err(LedgerFault::Beyond { .. }) => Ok(None),
        Err(fault) => {
            tracing::error!(%fault, "the ledger cannot be read");
            Err(Failure::Fault(Fault::Missing("tile")))
        }
    }
}
