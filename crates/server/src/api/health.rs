//! `/healthz`, `/readyz`, `/metrics`: for the platform. Nothing here is about a
//! merchant, a terminal or a person.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::meter::Gauges;
use super::{Api, ledger};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(ready))
        .routes(routes!(metrics))
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "platform", responses((status = 204)))]
async fn health() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Whether it can serve: the store answers and its checkpoint is signed by our key.
#[utoipa::path(get, path = "/readyz", tag = "platform",
    responses((status = 204), (status = 503)))]
async fn ready(State(api): State<Api>) -> StatusCode {
    match ledger::size(&api).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(failure) => {
            tracing::error!(%failure, "not ready");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Counters and gauges as Prometheus text.
#[utoipa::path(get, path = "/metrics", tag = "platform",
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn metrics(State(api): State<Api>) -> Response {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let gauges = Gauges {
        streams: count(api.streams.count()),
        terminals: count(api.shell.presence().count()),
        ledger_size: ledger::size(&api).await.ok(),
    };
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (kind, api.meter.text(&gauges)).into_response()
}
