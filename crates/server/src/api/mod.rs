//! The JSON API of the contract, by noun.
//!
//! A handler reads strictly, calls one act, and shows what came of it. Nothing here
//! knows a rule, and nothing here answers an error in its own words: all of them come
//! from [`problem`].
//!
//! **Invariant.** A caller is what the connection and the `Authorization` header prove.
//! **Invariant.** No answer depends on whether a merchant, a terminal or an operator
//! exists, before something about it is proven.

mod access_review;
mod address;
mod alert;
mod application;
mod caller;
mod campaign;
mod campaign_request;
mod case;
mod contact_change;
mod deposit;
mod diagnosis;
mod erasure;
mod health;
mod json;
pub mod language;
mod layers;
mod ledger;
pub mod limits;
mod manager_session;
mod managers;
mod merchant;
mod merchant_number;
mod meter;
mod openapi;
mod personal_data;
pub mod problem;
mod product;
mod report;
mod staff;
mod terminal;
mod trade;
mod upload;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;

use self::limits::REQUESTS_MAX;
use self::meter::Meter;
use self::problem::Problem;
use crate::shell::Shell;
use crate::streams::Streams;

/// What the handlers share.
#[derive(Debug, Clone)]
struct Api {
    shell: Shell,
    meter: Arc<Meter>,
    streams: Streams,
    places: Arc<Semaphore>,
}

/// Every noun's handlers, with their documentation.
fn nouns() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(openapi::frame())
        .merge(case::routes())
        .merge(staff::routes())
        .merge(managers::routes())
        .merge(access_review::routes())
        .merge(manager_session::routes())
        .merge(contact_change::routes())
        .merge(application::routes())
        .merge(deposit::routes())
        .merge(merchant::routes())
        .merge(erasure::routes())
        .merge(personal_data::routes())
        .merge(merchant_number::routes())
        .merge(terminal::routes())
        .merge(diagnosis::routes())
        .merge(trade::routes())
        .merge(product::routes())
        .merge(ledger::routes())
        .merge(report::routes())
        .merge(alert::routes())
        .merge(campaign_request::routes())
        .merge(campaign::routes())
}

/// The OpenAPI document, as it is committed.
pub fn openapi_text() -> String {
    let (_, document) = nouns().merge(health::routes()).split_for_parts();
    openapi::text(&document)
}

/// Below `/v1` a program asks, which reads no page: nothing there is left to the pages'
/// own answer. A wildcard takes no empty rest, so the bare addresses are named.
async fn unknown() -> Problem {
    Problem::unknown()
}

/// The API over an installation. It is to be served with the addresses of its
/// connections (`into_make_service_with_connect_info`).
pub fn router(shell: Shell) -> Router {
    let api = Api {
        shell,
        meter: Arc::default(),
        streams: Streams::default(),
        places: Arc::new(Semaphore::new(REQUESTS_MAX)),
    };
    let document: Arc<str> = openapi_text().into();
    let (nouns, _) = nouns().split_for_parts();
    let (platform, _) = health::routes().split_for_parts();
    nouns
        .route(
            "/v1/openapi.json",
            get(move || async move { openapi::answer(&document) }),
        )
        .route("/v1", any(unknown))
        .route("/v1/", any(unknown))
        .route("/v1/{*rest}", any(unknown))
        .layer(from_fn_with_state(api.clone(), layers::bound))
        // The platform asks when all places are taken, too.
        .merge(platform)
        .layer(from_fn_with_state(api.clone(), layers::answer))
        .with_state(api)
}
