//! The OpenAPI 3.1 document, generated from the handlers and served with them. The
//! committed copy is `docs/openapi.json`.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{Modify, OpenApi as _};

/// What is said of the whole; paths and schemas come with their handlers.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tillkey",
        description = "A point-of-sale operator gets a working password again.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    // Served under a wildcard, which OpenAPI has no word for.
    paths(super::ledger::tile),
    modifiers(&Tokens),
)]
struct Whole;

/// How callers show who they are.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        for (name, description) in [
            ("case", "The token that opening the case gave."),
            (
                "application",
                "The token that beginning the application gave.",
            ),
            ("staff", "The token that signing in gave."),
            ("manager", "The token that a manager's sign-in gave."),
        ] {
            let scheme = HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(description))
                .build();
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// The document before the handlers add to it.
pub(super) fn frame() -> OpenApi {
    Whole::openapi()
}

/// The document as it is served and committed.
pub(super) fn text(document: &OpenApi) -> String {
    // A document of ours that cannot be written as JSON is a broken build, which the
    // test of the committed copy finds.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Answers with the document.
pub(super) fn answer(text: &str) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        text.to_owned(),
    )
        .into_response()
}
